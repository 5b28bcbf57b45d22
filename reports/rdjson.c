// Reviewdog Diagnostic Format (rdjson). Columns are bytes from 1, as ours.
#include "checker/base/json.h"

#include "reports/report_private.h"

static const char *severity(uint8_t level) {
    return level == LEVEL_ERROR ? "ERROR" : level == LEVEL_WARNING ? "WARNING" : "INFO";
}

static void put_position(struct json *j, const char *key, uint32_t line, uint32_t col) {
    json_key(j, key);
    json_object_begin(j);
    json_key_int(j, "line", line);
    if (col) {
        json_key_int(j, "column", col);
    }
    json_object_end(j);
}

static void put_location(struct json *j, const struct report *r, struct place place) {
    json_key(j, "location");
    json_object_begin(j);
    json_key_str(j, "path", place.file);
    if (place.line) {
        json_key(j, "range");
        json_object_begin(j);
        put_position(j, "start", place.line, place.col);
        put_position(j, "end", place.line,
                     place.col ? report_end_col(place, report_line(r, place)) : 0);
        json_object_end(j);
    }
    json_object_end(j);
}

static void put_related(struct json *j, const struct report *r, struct place place,
                        struct str text) {
    json_object_begin(j);
    json_key_str(j, "message", text);
    put_location(j, r, place);
    json_object_end(j);
}

static void put_finding(struct json *j, const struct report *r, const struct finding *f) {
    json_object_begin(j);
    json_key_str(j, "message", f->message);
    put_location(j, r, f->place);
    json_key_c(j, "severity", severity(f->level));
    json_key(j, "code");
    json_object_begin(j);
    json_key_c(j, "value", f->rule->id);
    json_object_end(j);
    json_key(j, "relatedLocations");
    json_array_begin(j);
    for (uint32_t i = 0; i < f->steps.len; i++) {
        if (f->steps.data[i].place.line) {
            put_related(j, r, f->steps.data[i].place, f->steps.data[i].text);
        }
    }
    for (uint32_t i = 0; i < f->related.len; i++) {
        put_related(j, r, f->related.data[i].place, f->related.data[i].text);
    }
    json_array_end(j);
    json_object_end(j);
}

bool rdjson_write(const struct report *r, const struct report_options *options, FILE *out,
                  struct error *err) {
    struct json j;
    json_init(&j, out, false);
    json_object_begin(&j);
    json_key(&j, "source");
    json_object_begin(&j);
    json_key_c(&j, "name", "threadlint");
    json_object_end(&j);
    json_key(&j, "diagnostics");
    json_array_begin(&j);
    for (uint32_t i = 0; i < r->findings->items.len; i++) {
        if (report_shows(options, &r->findings->items.data[i])) {
            put_finding(&j, r, &r->findings->items.data[i]);
        }
    }
    json_array_end(&j);
    json_object_end(&j);
    (void)fputc('\n', out);
    return report_flush(out, err);
}
