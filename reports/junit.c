// JUnit XML, for services that show tests only: a finding is a failed test, what could not be
// analysed an erroneous one, and a clean run one test that passes.
#include "reports/report_private.h"
#include "reports/xml.h"

static bool is_failure(const struct report_note *note) {
    return note->level == LEVEL_ERROR;
}

static void put_finding(FILE *out, const struct finding *f) {
    (void)fputs("    <testcase", out);
    xml_attr(out, "classname", f->place.file);
    (void)fputs(" name=\"", out);
    xml_text(out, str_from(f->rule->id));
    (void)fprintf(out, ":%u\"", f->place.line);
    xml_attr(out, "file", f->place.file);
    xml_attr_int(out, "line", f->place.line);
    (void)fputs(">\n      <failure", out);
    xml_attr(out, "type", str_from(level_name((enum level)f->level)));
    xml_attr(out, "message", f->message);
    (void)fputs(">", out);
    for (uint32_t i = 0; i < f->steps.len; i++) {
        const struct finding_step *step = &f->steps.data[i];
        if (step->place.line) {
            xml_text(out, step->place.file);
            (void)fprintf(out, ":%u: ", step->place.line);
        }
        xml_text(out, step->text);
        (void)fputs("&#10;", out);
    }
    (void)fputs("</failure>\n    </testcase>\n", out);
}

static void put_note(FILE *out, const struct report_note *note) {
    (void)fputs("    <testcase", out);
    xml_attr(out, "classname", STR("threadlint"));
    xml_attr(out, "name", str_from(note->id));
    (void)fputs(">\n      <error", out);
    xml_attr(out, "message", note->text);
    (void)fputs("/>\n    </testcase>\n", out);
}

bool junit_write(const struct report *r, const struct report_options *options, FILE *out,
                 struct error *err) {
    uint32_t failures = 0;
    uint32_t errors = 0;
    for (uint32_t i = 0; i < r->findings->items.len; i++) {
        failures += report_shows(options, &r->findings->items.data[i]);
    }
    for (uint32_t i = 0; i < r->notes.len; i++) {
        errors += is_failure(&r->notes.data[i]);
    }
    uint32_t tests = failures + errors ? failures + errors : 1;
    (void)fprintf(out,
                  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
                  "  <testsuite name=\"threadlint\" tests=\"%u\" failures=\"%u\" errors=\"%u\">\n",
                  tests, failures, errors);
    for (uint32_t i = 0; i < r->findings->items.len; i++) {
        if (report_shows(options, &r->findings->items.data[i])) {
            put_finding(out, &r->findings->items.data[i]);
        }
    }
    for (uint32_t i = 0; i < r->notes.len; i++) {
        if (is_failure(&r->notes.data[i])) {
            put_note(out, &r->notes.data[i]);
        }
    }
    if (!failures && !errors) {
        (void)fputs("    <testcase classname=\"threadlint\" name=\"no findings\"/>\n", out);
    }
    (void)fputs("  </testsuite>\n</testsuites>\n", out);
    return report_flush(out, err);
}
