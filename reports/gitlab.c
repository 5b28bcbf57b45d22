// GitLab Code Quality: a JSON array. Fingerprints are unique, as GitLab drops all but one of those
// that are not.
#include "checker/base/json.h"

#include "reports/report_private.h"

static const char *severity(uint8_t level) {
    return level == LEVEL_ERROR ? "critical" : level == LEVEL_WARNING ? "major" : "info";
}

static void put_finding(struct json *j, const struct finding *f) {
    char hex[33];
    hash128_hex(f->fingerprint, hex);
    json_object_begin(j);
    json_key_str(j, "description", f->message);
    json_key_c(j, "check_name", f->rule->id);
    json_key_c(j, "fingerprint", hex);
    json_key_c(j, "severity", severity(f->level));
    json_key(j, "location");
    json_object_begin(j);
    json_key_str(j, "path", f->place.file);
    json_key(j, "lines");
    json_object_begin(j);
    json_key_int(j, "begin", f->place.line ? f->place.line : 1);
    json_object_end(j);
    json_object_end(j);
    json_object_end(j);
}

bool gitlab_write(const struct report *r, const struct report_options *options, FILE *out,
                  struct error *err) {
    struct json j;
    json_init(&j, out, true);
    json_array_begin(&j);
    for (uint32_t i = 0; i < r->findings->items.len; i++) {
        if (report_shows(options, &r->findings->items.data[i])) {
            put_finding(&j, &r->findings->items.data[i]);
        }
    }
    json_array_end(&j);
    (void)fputc('\n', out);
    return report_flush(out, err);
}
