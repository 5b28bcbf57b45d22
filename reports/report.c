#include "reports/report.h"

// The table of formats and what all of them need. Each format is one file that reads the findings
// and writes to a stream; nothing here knows the engine.

#include "reports/report_private.h"

const struct reporter reporters[] = {
    {"text",       "for people: source lines, paths and a summary",       text_write      },
    {"json",       "one JSON object per finding and line",                json_write      },
    {"sarif",      "SARIF 2.1.0, for code scanning services and editors", sarif_write     },
    {"html",       "one page with the steps of each thread side by side", html_write      },
    {"github",     "annotations of GitHub Actions",                       github_write    },
    {"gitlab",     "GitLab Code Quality",                                 gitlab_write    },
    {"rdjson",     "for reviewdog",                                       rdjson_write    },
    {"checkstyle", "Checkstyle XML, for Jenkins and others",              checkstyle_write},
    {"junit",      "JUnit XML, for services that show tests",             junit_write     },
    {"baseline",   "the findings of today, for --baseline",               baseline_write  },
};
const size_t reporter_count = sizeof reporters / sizeof reporters[0];

static void count_finding(struct report_counts *counts, const struct finding *f) {
    if (f->suppressed) {
        counts->suppressed++;
    } else if (f->known) {
        counts->known++;
    } else if (f->level == LEVEL_ERROR) {
        counts->errors++;
    } else if (f->level == LEVEL_WARNING) {
        counts->warnings++;
    } else {
        counts->notes++;
    }
}

struct report_counts report_count(const struct report *r) {
    struct report_counts counts = {0};
    for (uint32_t i = 0; i < r->files.len; i++) {
        if (r->files.data[i].analysed) {
            counts.files++;
        } else {
            counts.skipped_files++;
        }
    }
    for (uint32_t i = 0; i < r->findings->items.len; i++) {
        count_finding(&counts, &r->findings->items.data[i]);
    }
    return counts;
}

void report_put_count(uint32_t count, const char *what, const char *end, FILE *out) {
    (void)fprintf(out, "%u %s%s%s", count, what, count == 1 ? "" : "s", end);
}

void report_put_figures(const struct report *r, struct report_counts counts, FILE *out) {
    report_put_count(counts.files, "file", ", ", out);
    report_put_count(r->functions.len, "function", ", ", out);
    report_put_count(r->threads.len, "thread", ", ", out);
    report_put_count(r->locks.len, "lock", " looked at: ", out);
    report_put_count(counts.errors, "error", ", ", out);
    report_put_count(counts.warnings, "warning", ", ", out);
    report_put_count(counts.notes, "note", "", out);
}

bool report_shows(const struct report_options *options, const struct finding *f) {
    return (!f->suppressed && !f->known) || options->with_suppressed;
}

struct str report_line(const struct report *r, struct place place) {
    if (place.line == 0 || place.file.len == 0 || r->line == NULL) {
        return (struct str){0};
    }
    return r->line(r->line_ctx, place.file, place.line);
}

uint32_t report_end_col(struct place place, struct str line) {
    uint32_t start = place.col ? place.col : 1;
    if (place.end_col > start) {
        return place.end_col;
    }
    uint32_t end = start;
    while (end - 1 < line.len && str_is_word(line.ptr[end - 1])) {
        end++;
    }
    if (end > start) {
        return end;
    }
    // One character, all its bytes.
    end++;
    while (end - 1 < line.len && ((unsigned char)line.ptr[end - 1] & 0xC0) == 0x80) {
        end++;
    }
    return end;
}

const char *step_kind_name(uint8_t kind) {
    static const char *const names[] = {
        [STEP_NOTE] = "note",     [STEP_BRANCH] = "branch",   [STEP_CALL] = "call",
        [STEP_RETURN] = "return", [STEP_ACQUIRE] = "acquire", [STEP_RELEASE] = "release",
        [STEP_SPAWN] = "spawn",   [STEP_JOIN] = "join",       [STEP_ACCESS] = "access",
        [STEP_WAIT] = "wait",     [STEP_CHANNEL] = "channel",
    };
    return kind < sizeof names / sizeof names[0] ? names[kind] : "note";
}

bool report_flush(FILE *out, struct error *err) {
    if (fflush(out) != 0 || ferror(out)) {
        return error_set(err, "cannot write the report: the output is full or closed");
    }
    return true;
}
