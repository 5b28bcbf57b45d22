// The text report as people see it, with hostile source text; and all formats with very many
// findings.
#include "reports/report.h"
#include "test/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

enum { MANY = 20000, MAX_GROWTH_KB = 48 * 1024 };

static const char *const source[] = {
    "struct queue *q = 0;",
    "\tif (q->len == 0) {\t\tpush(q, \"\xE4\xB8\xAD\xE6\x96\x87\");",
    "puts(\"\x1b]0;title\x07 \23331m \xE2\x80\xAE txt.c\"); /* \xFF\xC3 */ use(q);\r",
    "",
    "    ",
};

// Of a literal, for static data.
#define STR_LIT(text)                                                                              \
    { (text), sizeof(text) - 1 }

struct text_base {
    struct arena arena;
    struct finding_list findings;
    struct report report;
};

static struct str line_of(void *ctx, struct str file, uint32_t line) {
    (void)ctx;
    (void)file;
    bool known = line >= 1 && line <= sizeof source / sizeof source[0];
    return known ? str_from(source[line - 1]) : (struct str){0};
}

static void text_base_init(struct text_base *x) {
    *x = (struct text_base){0};
    arena_init(&x->arena, 0);
    x->findings.arena = &x->arena;
    x->report.findings = &x->findings;
    x->report.line = line_of;
    x->report.root = STR("/project");
    x->report.version = STR("1.2.3");
}

static struct place at(uint32_t line, uint32_t col, uint32_t end_col) {
    return (struct place){.file = STR("a.c"), .line = line, .col = col, .end_col = end_col};
}

static struct finding *add(struct text_base *x, struct place place, const char *message) {
    struct finding f = {.rule = rule_find(STR("shared-state-lock-leak"), NULL),
                        .level = LEVEL_WARNING,
                        .place = place,
                        .message = str_from(message)};
    vec_push(&x->arena, &x->findings.items, f);
    return &vec_last(&x->findings.items);
}

static const struct reporter *reporter_of(const char *name) {
    for (size_t i = 0; i < reporter_count; i++) {
        if (str_eq(str_from(reporters[i].name), str_from(name))) {
            return &reporters[i];
        }
    }
    return NULL;
}

static const char *write_as(struct text_base *x, const char *format,
                            struct report_options options) {
    char *data = NULL;
    size_t size = 0;
    struct error err = {0};
    FILE *out = open_memstream(&data, &size);
    CHECK(out != NULL && reporter_of(format)->write(&x->report, &options, out, &err));
    CHECK(out != NULL && fclose(out) == 0);
    const char *copy = arena_copy(&x->arena, data, size);
    free(data);
    return copy;
}

static bool has(const char *text, const char *part) {
    return str_find(str_from(text), str_from(part), 0) != SIZE_MAX;
}

TEST(report_text_of_nothing_is_the_summary) {
    struct text_base x;
    text_base_init(&x);
    struct report_file file = {.path = STR("a.c"), .analysed = true, .is_main = true};
    vec_push(&x.arena, &x.report.files, file);
    vec_push(&x.arena, &x.report.files, file);
    x.report.seconds = 0.034;
    CHECK_STR_EQ(write_as(&x, "text", (struct report_options){0}),
                 "2 files, 0 functions, 0 threads, 0 locks looked at:"
                 " 0 errors, 0 warnings, 0 notes; 0.03 s\n");
    CHECK_STR_EQ(write_as(&x, "json", (struct report_options){0}), "");
    CHECK(has(write_as(&x, "sarif", (struct report_options){0}), "\"results\": []"));
    arena_release(&x.arena);
}

TEST(report_text_golden) {
    struct text_base x;
    text_base_init(&x);
    struct finding *f = add(&x, at(2, 6, 12), "'q->len' is read here");
    vec_push(&x.arena, &f->threads, STR("thread main"));
    vec_push(&x.arena, &f->threads, STR("thread worker() started at a.c:9"));
    static const struct finding_step steps[] = {
        {{STR_LIT("a.c"), 1, 1, 7},   STR_LIT("run is called"),      STEP_CALL,   0, 0, {0}            },
        {{STR_LIT("a.c"), 2, 6, 12},  STR_LIT("'q->len' is read"),   STEP_ACCESS, 0, 1, STR_LIT("mu")  },
        {{STR_LIT("a.c"), 2, 23, 27},
         STR_LIT("'q->len' is written"),
         STEP_ACCESS,                                                             1,
         0,                                                                             STR_LIT("a, b")},
        {{{0}, 0, 0, 0},              STR_LIT("the thread goes on"), STEP_NOTE,   1, 0, {0}            },
    };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        vec_push(&x.arena, &f->steps, steps[i]);
    }
    struct finding_related related = {at(1, 15, 16), STR("'q' is declared here")};
    vec_push(&x.arena, &f->related, related);
    f->partial = true;
    CHECK_STR_EQ(
        write_as(&x, "text", (struct report_options){0}),
        "a.c:2:6: warning: 'q->len' is read here [shared-state-lock-leak]\n"
        "    2 |     if (q->len == 0) {      push(q, \"\xE4\xB8\xAD\xE6\x96\x87\");\n"
        "      |         ^~~~~~\n"
        "  in thread main:\n"
        "   1. a.c:1:1: run is called\n"
        "      1 | struct queue *q = 0;\n"
        "   2.   a.c:2:6: 'q->len' is read (held: mu)\n"
        "      2 |     if (q->len == 0) {      push(q, \"\xE4\xB8\xAD\xE6\x96\x87\");\n"
        "  in thread worker() started at a.c:9:\n"
        "     3. a.c:2:23: 'q->len' is written (held: a, b)\n"
        "        2 |     if (q->len == 0) {      push(q, \"\xE4\xB8\xAD\xE6\x96\x87\");\n"
        "     4. the thread goes on\n"
        "  a.c:1:15: note: 'q' is declared here\n"
        "      1 | struct queue *q = 0;\n"
        "        |               ^\n"
        "  note: this function has compile errors; what is said of it may be incomplete\n"
        "\n"
        "0 files, 0 functions, 0 threads, 0 locks looked at: 0 errors, 1 warning, 0 notes\n");
    arena_release(&x.arena);
}

TEST(report_text_marks_wide_characters_and_line_ends) {
    struct text_base x;
    text_base_init(&x);
    (void)add(&x, at(2, 31, 37), "two wide characters");
    (void)add(&x, at(1, 21, 0), "just behind the line");
    (void)add(&x, at(1, 400, 900), "far behind the line");
    (void)add(&x, at(4, 1, 0), "an empty line");
    (void)add(&x, at(77, 1, 0), "no such line");
    const char *text = write_as(&x, "text", (struct report_options){0});
    CHECK(has(text, "push(q, \"\xE4\xB8\xAD\xE6\x96\x87\");\n      |                               "
                    "       ^~~~\n"));
    CHECK(has(text, "struct queue *q = 0;\n      |                     ^\n"));
    CHECK(has(text, "a.c:4:1: warning: an empty line [shared-state-lock-leak]\n\n"));
    CHECK(has(text, "a.c:77:1: warning: no such line [shared-state-lock-leak]\n\n"));
    arena_release(&x.arena);
}

TEST(report_text_neutralises_what_a_terminal_would_obey) {
    struct text_base x;
    text_base_init(&x);
    struct place place = at(3, 45, 48);
    place.file = STR("dir\x1b[31m/\xFF.c");
    struct finding *f = add(&x, place, "message\x1b[2J\nwith\rcontrols\302\2331m");
    f->subject = STR("\xFF");
    static const struct report_options plain = {0};
    const char *text = write_as(&x, "text", plain);
    for (const char *p = text; *p != '\0'; p++) {
        CHECK(*p == '\n' || (unsigned char)*p >= 0x20);
    }
    CHECK(!has(text, "\xC2\x9B") && !has(text, "\xE2\x80\xAE") && !has(text, "\xFF"));
    CHECK(has(text, "dir\xEF\xBF\xBD[31m/\xEF\xBF\xBD.c:3:45: warning: "
                    "message\xEF\xBF\xBD[2J\xEF\xBF\xBDwith"));
    CHECK(has(text, "use(q);\n      | "));
    text = write_as(&x, "json", plain);
    CHECK(has(text, "\"file\":\"dir\\u001b[31m/\\ufffd.c\""));
    CHECK(has(text, "\"subject\":\"\\ufffd\""));
    text = write_as(&x, "sarif", plain);
    CHECK(has(text, "\"uri\": \"dir%1B%5B31m/%FF.c\""));
    CHECK(has(text, "/* \\ufffd\\ufffd */ use(q);"));
    arena_release(&x.arena);
}

TEST(report_text_names_every_skipped_file) {
    struct text_base x;
    text_base_init(&x);
    struct report_file told = {.path = STR("told.c"), .is_main = true};
    struct report_file silent = {.path = STR("silent.c"), .is_main = true};
    vec_push(&x.arena, &x.report.files, told);
    vec_push(&x.arena, &x.report.files, silent);
    struct report_note note = {
        "file-skipped",
        LEVEL_ERROR,
        {.file = STR("told.c"), .line = 3, .col = 1},
        STR("told.c has no end; repair it")
    };
    vec_push(&x.arena, &x.report.notes, note);
    CHECK_STR_EQ(
        write_as(&x, "text", (struct report_options){0}),
        "told.c:3:1: error: told.c has no end; repair it [file-skipped]\n"
        "silent.c: error: the file was not analysed [file-skipped]\n"
        "\n"
        "0 files, 0 functions, 0 threads, 0 locks looked at: 0 errors, 0 warnings, 0 notes;"
        " 2 files skipped (reason above)\n");
    arena_release(&x.arena);
}

static long peak_kb(void) {
    struct rusage usage = {0};
    CHECK(getrusage(RUSAGE_SELF, &usage) == 0);
    return usage.ru_maxrss;
}

TEST(report_many_findings_take_no_more_memory) {
    struct text_base x;
    text_base_init(&x);
    for (uint32_t i = 0; i < MANY; i++) {
        struct finding *f =
            add(&x, at(1 + i % 5, 1 + i % 7, 0), "'mu' is still held when f returns");
        f->level = (uint8_t)(LEVEL_NOTE + i % 3);
        f->message = i % 3 == 2 ? STR("an error is more important") : f->message;
        struct finding_step step = {
            at(2, 6, 12), STR("'mu' is locked here"), STEP_ACQUIRE, (uint8_t)(i % 3), 0, STR("mu")};
        vec_push(&x.arena, &f->steps, step);
        vec_push(&x.arena, &f->steps, step);
    }
    FILE *out = fopen("/dev/null", "w");
    CHECK(out != NULL);
    struct report_options options = {.with_suppressed = true};
    struct error err = {0};
    long before = peak_kb();
    for (size_t i = 0; out != NULL && i < reporter_count; i++) {
        CHECK(reporters[i].write(&x.report, &options, out, &err));
    }
    CHECK(peak_kb() - before < MAX_GROWTH_KB);
    CHECK(out != NULL && fclose(out) == 0);
    const char *text = write_as(&x, "sarif", options);
    CHECK(has(text, "20000 findings, of which the 5000 most severe are in this file"));
    size_t results = 0;
    for (size_t pos = 0; (pos = str_find(str_from(text), STR("\"ruleId\""), pos)) != SIZE_MAX;
         pos++) {
        results++;
    }
    CHECK(results == 5000);
    CHECK(!has(text, "still held when f returns"));
    arena_release(&x.arena);
}

TEST(report_sarif_keeps_the_end_of_a_long_path) {
    struct text_base x;
    text_base_init(&x);
    struct finding *f = add(&x, at(1, 1, 0), "a long way");
    for (int i = 0; i < 1200; i++) {
        struct finding_step step = {
            at(1, 1, 0), i < 200 ? STR("early") : STR("late"), STEP_BRANCH, 0, 0, {0}};
        vec_push(&x.arena, &f->steps, step);
    }
    const char *text = write_as(&x, "sarif", (struct report_options){0});
    CHECK(!has(text, "\"early.\"") && has(text, "\"late.\""));
    CHECK(has(text,
              "1 finding has a thread with more than 1000 steps; the last 1000 are in this file"));
    arena_release(&x.arena);
}

TEST(report_says_when_the_output_is_full) {
    struct text_base x;
    text_base_init(&x);
    (void)add(&x, at(1, 1, 0), "m");
    static const struct report_options plain = {0};
    for (size_t i = 0; i < reporter_count; i++) {
        FILE *out = fopen("/dev/full", "w");
        struct error err = {0};
        if (out != NULL) {
            CHECK(!reporters[i].write(&x.report, &plain, out, &err));
            CHECK(has(err.text, "cannot write the report"));
            (void)fclose(out);
        }
    }
    arena_release(&x.arena);
}
