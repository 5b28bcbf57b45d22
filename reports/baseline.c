// The findings of today as a baseline (checker/rule/baseline.h): one finding per line, so that
// version control merges it well.
#include "checker/base/json.h"

#include "reports/report_private.h"

static void put_finding(const struct finding *f, FILE *out) {
    char hex[33];
    struct json j;
    hash128_hex(f->fingerprint, hex);
    json_init(&j, out, false);
    json_object_begin(&j);
    json_key_c(&j, "fingerprint", hex);
    json_key_c(&j, "rule", f->rule->id);
    json_key_str(&j, "file", f->place.file);
    json_key_str(&j, "message", f->message);
    json_object_end(&j);
}

bool baseline_write(const struct report *r, const struct report_options *options, FILE *out,
                    struct error *err) {
    (void)fputs("{\"version\": 1, \"findings\": [", out);
    bool is_first = true;
    for (uint32_t i = 0; i < r->findings->items.len; i++) {
        const struct finding *f = &r->findings->items.data[i];
        if (!f->suppressed && (f->known || !options->only_known)) {
            (void)fputs(is_first ? "\n" : ",\n", out);
            put_finding(f, out);
            is_first = false;
        }
    }
    (void)fputs("\n]}\n", out);
    return report_flush(out, err);
}
