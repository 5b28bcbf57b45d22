// Checkstyle XML: read by Jenkins, reviewdog and many others. Findings come sorted by file.
#include "reports/report_private.h"
#include "reports/xml.h"

// Checkstyle has "info" where others say note.
static const char *severity(uint8_t level) {
    return level == LEVEL_NOTE ? "info" : level_name((enum level)level);
}

static void put_error(FILE *out, const struct finding *f) {
    (void)fputs("    <error", out);
    xml_attr_int(out, "line", f->place.line);
    if (f->place.col) {
        xml_attr_int(out, "column", f->place.col);
    }
    xml_attr(out, "severity", str_from(severity(f->level)));
    xml_attr(out, "message", f->message);
    xml_attr(out, "source", str_from(f->rule->id));
    (void)fputs("/>\n", out);
}

bool checkstyle_write(const struct report *r, const struct report_options *options, FILE *out,
                      struct error *err) {
    (void)fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">\n", out);
    struct str open = {0};
    for (uint32_t i = 0; i < r->findings->items.len; i++) {
        const struct finding *f = &r->findings->items.data[i];
        if (!report_shows(options, f)) {
            continue;
        }
        if (!open.ptr || !str_eq(open, f->place.file)) {
            (void)fputs(open.ptr ? "  </file>\n" : "", out);
            (void)fputs("  <file", out);
            xml_attr(out, "name", f->place.file);
            (void)fputs(">\n", out);
            open = f->place.file.ptr ? f->place.file : STR("");
        }
        put_error(out, f);
    }
    (void)fputs(open.ptr ? "  </file>\n</checkstyle>\n" : "</checkstyle>\n", out);
    return report_flush(out, err);
}
