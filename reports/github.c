// Workflow commands of GitHub Actions: each line becomes an annotation of the change. GitHub shows
// ten of each level per step.
#include "reports/report_private.h"

static const char *command(enum level level) {
    return level == LEVEL_ERROR ? "error" : level == LEVEL_WARNING ? "warning" : "notice";
}

// What ends a line or a property is percent-encoded; the runner decodes it.
static void put(FILE *out, struct str text, bool is_property) {
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '%' || c == '\r' || c == '\n' || (is_property && (c == ':' || c == ','))) {
            (void)fprintf(out, "%%%02X", c);
        } else {
            (void)fputc(c, out);
        }
    }
}

static void put_place(const struct report *r, struct place place, FILE *out) {
    (void)fputs(" file=", out);
    put(out, place.file, true);
    if (place.line) {
        (void)fprintf(out, ",line=%u", place.line);
    }
    if (place.line && place.col) {
        (void)fprintf(out, ",col=%u,endColumn=%u", place.col,
                      report_end_col(place, report_line(r, place)));
    }
}

static void put_finding(const struct report *r, const struct finding *f, FILE *out) {
    (void)fprintf(out, "::%s", command((enum level)f->level));
    put_place(r, f->place, out);
    (void)fputs(",title=threadlint ", out);
    put(out, str_from(f->rule->id), true);
    (void)fputs("::", out);
    put(out, f->message, false);
    for (uint32_t i = 0; i < f->steps.len; i++) {
        const struct finding_step *step = &f->steps.data[i];
        (void)fprintf(out, "%%0A%u. ", i + 1);
        if (step->place.line) {
            put(out, step->place.file, false);
            (void)fprintf(out, ":%u: ", step->place.line);
        }
        put(out, step->text, false);
    }
    (void)fputc('\n', out);
}

static void put_note(const struct report *r, const struct report_note *note, FILE *out) {
    (void)fprintf(out, "::%s", command(note->level));
    if (note->place.file.len) {
        put_place(r, note->place, out);
        (void)fputs(",title=threadlint ", out);
    } else {
        (void)fputs(" title=threadlint ", out);
    }
    put(out, str_from(note->id), true);
    (void)fputs("::", out);
    put(out, note->text, false);
    (void)fputc('\n', out);
}

bool github_write(const struct report *r, const struct report_options *options, FILE *out,
                  struct error *err) {
    for (uint32_t i = 0; i < r->findings->items.len; i++) {
        if (report_shows(options, &r->findings->items.data[i])) {
            put_finding(r, &r->findings->items.data[i], out);
        }
    }
    for (uint32_t i = 0; i < r->notes.len; i++) {
        if (r->notes.data[i].level >= LEVEL_WARNING) {
            put_note(r, &r->notes.data[i], out);
        }
    }
    return report_flush(out, err);
}
