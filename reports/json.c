// JSON lines: one object per finding and line, for scripts. The names are documented in
// docs/formats.md and do not change within a major version.
#include "checker/base/json.h"

#include "reports/scorecard.h"

static void put_place(struct json *j, struct place place) {
    json_key_str(j, "file", place.file);
    json_key_int(j, "line", place.line);
    json_key_int(j, "column", place.col);
}

static void put_step(struct json *j, const struct finding_step *step) {
    json_object_begin(j);
    put_place(j, step->place);
    json_key_c(j, "kind", step_kind_name(step->kind));
    json_key_int(j, "thread", step->thread);
    json_key_int(j, "depth", step->depth);
    json_key_str(j, "message", step->text);
    json_key_str(j, "held", step->held);
    json_object_end(j);
}

static void put_lists(struct json *j, const struct finding *f) {
    json_key(j, "threads");
    json_array_begin(j);
    for (uint32_t i = 0; i < f->threads.len; i++) {
        json_str(j, f->threads.data[i]);
    }
    json_array_end(j);
    json_key(j, "steps");
    json_array_begin(j);
    for (uint32_t i = 0; i < f->steps.len; i++) {
        put_step(j, &f->steps.data[i]);
    }
    json_array_end(j);
    json_key(j, "related");
    json_array_begin(j);
    for (uint32_t i = 0; i < f->related.len; i++) {
        json_object_begin(j);
        put_place(j, f->related.data[i].place);
        json_key_str(j, "message", f->related.data[i].text);
        json_object_end(j);
    }
    json_array_end(j);
}

static void put_owner(struct json *j, const struct report_owner *owner) {
    if (owner->revision.len) {
        json_key(j, "owner");
        json_object_begin(j);
        json_key_str(j, "name", owner->author);
        json_key_str(j, "email", owner->email);
        json_key_str(j, "revision", owner->revision);
        json_object_end(j);
    }
}

// The edit that mends it.
static void put_fix(struct json *j, const struct finding_fix *fix) {
    json_key(j, "fix");
    json_object_begin(j);
    json_key_c(j, "description", fix_description(fix));
    json_key_bool(j, "safe", fix_is_safe(fix));
    put_place(j, fix->place);
    json_key_int(j, "endLine", (int64_t)fix->place.line + fix->whole_line);
    json_key_int(j, "endColumn", fix->whole_line ? 1 : fix->place.end_col);
    json_key_str(j, "text", fix->text);
    json_object_end(j);
}

void report_put_finding(struct json *j, const struct report *r, const struct finding *f) {
    char hex[33];
    hash128_hex(f->fingerprint, hex);
    json_object_begin(j);
    json_key_c(j, "rule", f->rule->id);
    json_key_c(j, "level", level_name((enum level)f->level));
    put_place(j, f->place);
    json_key_int(j, "endColumn", report_end_col(f->place, report_line(r, f->place)));
    json_key_str(j, "message", f->message);
    json_key_str(j, "function", f->function);
    json_key_str(j, "subject", f->subject);
    json_key_c(j, "fingerprint", hex);
    json_key_bool(j, "suppressed", f->suppressed);
    json_key_bool(j, "known", f->known);
    put_lists(j, f);
    if (f->confirmed.len) {
        json_key_str(j, "confirmed", f->confirmed);
    }
    if (r->owners) {
        put_owner(j, &r->owners[f - r->findings->items.data]);
    }
    if (f->fix.kind != FIX_NONE) {
        put_fix(j, &f->fix);
    }
    json_object_end(j);
}

static void put_line(const struct report *r, const struct finding *f, FILE *out) {
    struct json j;
    json_init(&j, out, false);
    report_put_finding(&j, r, f);
    (void)fputc('\n', out);
}

static void put_point(const struct report *r, const struct score_point *point, FILE *out) {
    struct json j;
    json_init(&j, out, false);
    scorecard_put_json(&j, r, point);
    (void)fputc('\n', out);
}

bool json_write(const struct report *r, const struct report_options *options, FILE *out,
                struct error *err) {
    for (uint32_t i = 0; options->scorecard && i < r->scorecard.points.len; i++) {
        put_point(r, &r->scorecard.points.data[i], out);
    }
    for (uint32_t i = 0; i < r->findings->items.len; i++) {
        if (report_shows(options, &r->findings->items.data[i])) {
            put_line(r, &r->findings->items.data[i], out);
        }
    }
    return report_flush(out, err);
}
