// What the report writers share. Not for use outside reports/.
#ifndef REPORTS_REPORT_PRIVATE_H
#define REPORTS_REPORT_PRIVATE_H

#include "reports/report.h"

// Figures of the closing summary.
struct report_counts {
    uint32_t files; // analysed
    uint32_t skipped_files;
    uint32_t errors; // findings that are not suppressed, by level
    uint32_t warnings;
    uint32_t notes;
    uint32_t suppressed;
    uint32_t known; // and not suppressed
};

bool text_write(const struct report *r, const struct report_options *options, FILE *out,
                struct error *err);
bool json_write(const struct report *r, const struct report_options *options, FILE *out,
                struct error *err);
bool html_write(const struct report *r, const struct report_options *options, FILE *out,
                struct error *err);
bool github_write(const struct report *r, const struct report_options *options, FILE *out,
                  struct error *err);
bool gitlab_write(const struct report *r, const struct report_options *options, FILE *out,
                  struct error *err);
bool rdjson_write(const struct report *r, const struct report_options *options, FILE *out,
                  struct error *err);
bool checkstyle_write(const struct report *r, const struct report_options *options, FILE *out,
                      struct error *err);
bool junit_write(const struct report *r, const struct report_options *options, FILE *out,
                 struct error *err);
bool baseline_write(const struct report *r, const struct report_options *options, FILE *out,
                    struct error *err);
bool sarif_write(const struct report *r, const struct report_options *options, FILE *out,
                 struct error *err);

struct report_counts report_count(const struct report *r);
/// "1 file, 2 functions, 0 threads, 1 lock looked at: 1 error, 0 warnings, 0 notes".
void report_put_figures(const struct report *r, struct report_counts counts, FILE *out);
/// "2 files": the number, what, an s unless it is one.
void report_put_count(uint32_t count, const char *what, const char *end, FILE *out);
/// False for a suppressed or known finding unless the options ask for those.
bool report_shows(const struct report_options *options, const struct finding *f);
/// Text of the line of `place`, without its end; empty when there is none.
struct str report_line(const struct report *r, struct place place);
/// "acquire", "access", ...: stable names, part of the formats.
const char *step_kind_name(uint8_t kind);
/// False with an error when something could not be written to `out`.
bool report_flush(FILE *out, struct error *err);

#endif
