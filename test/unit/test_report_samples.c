// SARIF files for validators that are not ours: test/report/validate-sarif.sh sets
// THREADLINT_SARIF_SAMPLES to a directory, and this test writes sources and reports of them there.
// Without the variable there is nothing to do.
#include "checker/base/buf.h"
#include "checker/base/fs.h"
#include "checker/base/utf.h"
#include "reports/report.h"
#include "test/unit/test.h"

#include <stdio.h>
#include <stdlib.h>

enum { MAX_SAMPLE = 1 << 20 };

struct samples {
    struct arena arena;
    struct finding_list findings;
    struct report report;
    struct str text; // of the source file last read
    struct str text_path;
};

static struct str line_of(void *ctx, struct str file, uint32_t line) {
    struct samples *x = ctx;
    if (!str_eq(x->text_path, file)) {
        const char *path = fs_join(&x->arena, x->report.root, file);
        x->text = (struct str){0};
        (void)fs_read(&x->arena, path, MAX_SAMPLE, &x->text, NULL);
        x->text_path = file;
    }
    struct str rest = x->text;
    struct str text = {0};
    for (uint32_t i = 0; i < line && rest.ptr != NULL; i++) {
        text = str_cut(&rest, '\n');
    }
    return str_trim(text).len ? text : (struct str){0};
}

static void write_source(struct samples *x, const char *name, struct str text) {
    struct error err = {0};
    const char *path = fs_join(&x->arena, x->report.root, str_from(name));
    CHECK(fs_mkdirs(fs_join(&x->arena, fs_dirname(str_from(path)), STR(".")), &err));
    CHECK(fs_write_atomic(path, text, &err));
    struct report_file file = {.path = str_from(name), .analysed = true, .is_main = true};
    vec_push(&x->arena, &x->report.files, file);
}

static struct place at(const char *file, uint32_t line, uint32_t col, uint32_t end_col) {
    return (struct place){.file = str_from(file), .line = line, .col = col, .end_col = end_col};
}

static struct finding *add(struct samples *x, size_t rule, struct place place,
                           const char *message) {
    struct finding f = {
        .rule = rule_table[rule % rule_count].rule,
        .level = (uint8_t)(LEVEL_NOTE + rule % 3),
        .place = place,
        .message = str_from(message),
        .function = STR("store::update(int)"),
        .subject = STR("store::total"),
    };
    vec_push(&x->arena, &x->findings.items, f);
    return &vec_last(&x->findings.items);
}

static void add_step(struct samples *x, struct finding *f, struct finding_step step) {
    vec_push(&x->arena, &f->steps, step);
}

// A race of two threads, with everything a finding can have.
static void add_race(struct samples *x) {
    static const char name[] = "src/r\xC3\xA4"
                               "ce \xF0\x9F\x94\x92.cpp";
    write_source(x, name,
                 STR("int total; // \xF0\x9F\x94\x92 guarded by nothing\n"
                     "\n"
                     "void update(int n) {\n"
                     "\t/* \xF0\x9F\x98\x80 */ total += n;\n"
                     "}\n"
                     "void *worker(void *arg) {\n"
                     "    update(1);\n"
                     "    return arg;\n"
                     "}\n"));
    struct finding *f =
        add(x, 0, at(name, 4, 13, 18),
            "'total' [shared] is written here and in thread worker() with no lock in common");
    vec_push(&x->arena, &f->threads, STR("thread main"));
    vec_push(&x->arena, &f->threads, STR("thread worker() started at src/main.c:3"));
    add_step(
        x, f,
        (struct finding_step){at(name, 3, 6, 12), STR("update is called"), STEP_CALL, 0, 0, {0}});
    add_step(x, f,
             (struct finding_step){
                 at(name, 4, 13, 18), STR("'total' is written"), STEP_ACCESS, 0, 1, {0}});
    add_step(x, f,
             (struct finding_step){at(name, 7, 5, 11), STR("'log_mu' is locked"), STEP_ACQUIRE, 1,
                                   0, STR("log_mu")});
    add_step(x, f,
             (struct finding_step){at(name, 4, 13, 18), STR("'total' is written"), STEP_ACCESS, 1,
                                   1, STR("log_mu")});
    struct finding_related related = {at(name, 1, 5, 10), STR("'total' is declared here")};
    vec_push(&x->arena, &f->related, related);
    f = add(x, 4, at(name, 7, 5, 0), "the result of 'update' is not looked at");
    f->suppressed = true;
    f->suppression = STR("counted elsewhere");
    f = add(x, 2, at(name, 6, 1, 0), "a path of one thread");
    add_step(x, f,
             (struct finding_step){
                 at(name, 7, 5, 0), STR("the branch is taken"), STEP_BRANCH, 0, 0, {0}});
}

// A finding on every line of files whose ends, blanks and lengths are unusual.
static void add_lines(struct samples *x) {
    struct buf b;
    buf_init(&b, MAX_SAMPLE);
    buf_add_c(&b, "int a;\r\nint a;\r\n\tint  a;\r\n\r\n  \r\nint b;\n");
    for (int i = 0; i < 40; i++) {
        buf_addf(&b, "%*sx%d = \"%.*s\";\n", i % 5, "", i % 3, i * 5,
                 "0123456789012345678901234567890123456789012345678901234567890123456789"
                 "0123456789012345678901234567890123456789012345678901234567890123456789"
                 "0123456789012345678901234567890123456789012345678901234567890123456789");
    }
    buf_add_c(&b, "\xF0\x9F\x94\x92\xE4\xB8\xAD\xC3\xA4 last line without an end");
    write_source(x, "lines.c", str_make(arena_copy(&x->arena, b.data, b.len), b.len));
    for (uint32_t line = 1; line <= 47; line++) {
        (void)add(x, line, at("lines.c", line, 1, 0), "this line is looked at");
    }
    buf_release(&b);
}

static void write_sample(struct samples *x, const char *name, struct report_options options) {
    struct error err = {0};
    const char *path = fs_join(&x->arena, x->report.root, str_from(name));
    FILE *out = fopen(path, "wb");
    CHECK(out != NULL);
    for (size_t i = 0; out != NULL && i < reporter_count; i++) {
        if (str_eq(str_from(reporters[i].name), STR("sarif"))) {
            CHECK(reporters[i].write(&x->report, &options, out, &err));
        }
    }
    CHECK(out != NULL && fclose(out) == 0);
}

static void fill_run(struct samples *x) {
    struct report *r = &x->report;
    r->findings = &x->findings;
    r->line = line_of;
    r->line_ctx = x;
    r->version = STR("1.2.3");
    r->command_line = STR("threadlint check --format sarif");
    vec_push(&x->arena, &r->arguments, STR("check"));
    vec_push(&x->arena, &r->arguments, STR("--format=sarif"));
    r->start_time = 1700000000;
    r->end_time = 1700000002;
    r->exit_code = 3;
    static const char *const ids[] = {"file-skipped", "file-partial", "database-entry", "limit",
                                      "config"};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        struct report_note note = {
            .id = ids[i],
            .level = i ? LEVEL_WARNING : LEVEL_ERROR,
            .place = at("lines.c", (uint32_t)i, (uint32_t)i, 0),
            .text = STR("lines.c: something went wrong; repair it"),
        };
        vec_push(&x->arena, &r->notes, note);
    }
}

TEST(report_samples_of_races_and_odd_lines) {
    const char *dir = getenv("THREADLINT_SARIF_SAMPLES");
    if (dir == NULL) {
        return;
    }
    struct samples x = {0};
    arena_init(&x.arena, 0);
    x.findings.arena = &x.arena;
    x.report.root = str_from(fs_normalize(&x.arena, str_from(dir)));
    add_race(&x);
    add_lines(&x);
    findings_finish(&x.findings, NULL, NULL);
    fill_run(&x);
    write_sample(&x, "race.sarif", (struct report_options){0});
    write_sample(&x, "race-all.sarif",
                 (struct report_options){.with_suppressed = true, .absolute_root = true});
    x.findings.items.len = 0;
    x.report.notes.len = 0;
    x.report.complete = true;
    x.report.exit_code = 0;
    write_sample(&x, "race-none.sarif", (struct report_options){0});
    arena_release(&x.arena);
}
