#include "checker/drive/init.h"

#include "checker/base/buf.h"
#include "checker/base/fs.h"
#include "checker/base/log.h"
#include "checker/base/utf.h"
#include "checker/drive/output.h"
#include "checker/drive/run.h"
#include "checker/drive/survey.h"
#include "checker/front/compdb.h"

enum {
    MAX_CONFIG = 1 << 20,
    MAX_LISTED = 12,      // places of one kind; more are told by their number
    FEW_FUNCTIONS = 2000, // so many design questions a reviewer can read at once
};

struct writer {
    struct buf *out;
    const struct project *project;
    const struct survey *survey;
};

static void put_quoted(struct buf *out, struct str text) {
    buf_add_char(out, '"'); // survey.h promises that nothing needs escaping
    buf_add(out, text);
    buf_add_char(out, '"');
}

static void put_count(struct buf *out, uint32_t count, const char *thing) {
    buf_addf(out, "%u %s%s", count, thing, count == 1 ? "" : "s");
}

// --- what was seen, as comments ---

// Without -p the same one would be taken.
static bool is_found_by_itself(const struct project *p) {
    struct arena scratch;
    arena_init(&scratch, 0);
    const char *root = arena_copy(&scratch, p->root.ptr, p->root.len);
    const char *found = compdb_find(&scratch, root);
    bool same = found && str_eq(str_from(fs_real(&scratch, found)),
                                str_from(fs_real(&scratch, p->database.ptr)));
    arena_release(&scratch);
    return same;
}

static void put_database(const struct writer *w) {
    const struct project *p = w->project;
    struct str shown = project_relative(p, p->database);
    buf_add_c(w->out, "    // ");
    put_count(w->out, p->cmds.len, "command");
    buf_addf(w->out, " of " STR_FMT, STR_ARG(shown));
    if (is_found_by_itself(p)) {
        buf_add_c(w->out, ", which is found by itself.\n");
    } else {
        buf_addf(w->out, ": run `threadlint -p " STR_FMT "`.\n", STR_ARG(fs_dirname(shown)));
    }
}

static void put_libraries(const struct writer *w) {
    const struct survey *s = w->survey;
    buf_add_c(w->out, "    // Threads, locks and waits: ");
    for (uint32_t i = 0; i < s->libraries.len; i++) {
        buf_addf(w->out, "%s" STR_FMT " (", i ? ", " : "", STR_ARG(s->libraries.data[i].name));
        put_count(w->out, s->libraries.data[i].calls, "call");
        buf_add_char(w->out, ')');
    }
    buf_add_c(w->out, s->libraries.len ? ".\n"
                                       : "none of the libraries that are known. Calls of others "
                                         "can be told of in a model file.\n");
}

static void put_race_detector(const struct writer *w) {
    const struct evidence *e = &w->project->config.evidence;
    if (e->race_test.len && utf_valid(e->race_test)) {
        buf_addf(w->out, "    // Race detector: named in " STR_FMT ".\n", STR_ARG(e->race_test));
    } else if (e->read && w->survey->libraries.len) {
        buf_add_c(w->out, "    // Race detector: named in none of ");
        put_count(w->out, e->files, "build or CI file");
        buf_add_c(w->out, "; the tests should run under ThreadSanitizer or Helgrind.\n");
    }
}

// --- keys ---

static void put_profile(const struct writer *w) {
    bool few = w->survey->libraries.len && w->survey->functions <= FEW_FUNCTIONS;
    buf_add_c(w->out,
              "\n    // \"bugs\": likely and certain bugs. \"review\": also the questions of "
              "design a reviewer would ask;\n    // ");
    buf_add_c(w->out, few ? "the program is small enough (" : "with ");
    put_count(w->out, w->survey->functions, "function");
    buf_add_c(w->out, few ? ") to go through them at once.\n"
                          : " better with `threadlint review`, now and then.\n");
    buf_addf(w->out, "    \"profile\": \"%s\",\n", few ? "review" : "bugs");
    buf_add_c(w->out,
              "    \"fail-on\": \"warning\",\n\n"
              "    // Old code need not be clean: `threadlint baseline` accepts what is found "
              "today.\n    // \"baseline\": \".threadlint-baseline.json\",\n");
}

static void put_paths(const struct writer *w, const struct survey_places *places,
                      const char *indent) {
    for (uint32_t i = 0; i < places->items.len && i < MAX_LISTED; i++) {
        buf_add_c(w->out, indent);
        put_quoted(w->out, places->items.data[i].path);
        buf_add_c(w->out, ", // ");
        put_count(w->out, places->items.data[i].files, "file");
        buf_add_char(w->out, '\n');
    }
    if (places->items.len > MAX_LISTED) {
        buf_addf(w->out, "%s// and %u more\n", indent, places->items.len - MAX_LISTED);
    }
}

static void put_exclude(const struct writer *w) {
    if (w->survey->foreign.items.len) {
        buf_add_c(w->out, "\n    // Code of others, by the names of its directories and "
                          "git: read, but nothing is reported there.\n    \"exclude\": [\n");
        put_paths(w, &w->survey->foreign, "        ");
        buf_add_c(w->out, "    ],\n");
    }
}

// In tests the families that ask about production are off.
static void put_tests(const struct writer *w) {
    const char *between = "";
    if (!w->survey->tests.items.len) {
        return;
    }
    buf_add_c(w->out,
              "\n    // Tests are read, too: what they stop is asked about. Nobody asks them "
              "what only production needs.\n    \"overrides\": [\n        {\n"
              "            \"paths\": [\n");
    put_paths(w, &w->survey->tests, "                ");
    buf_add_c(w->out, "            ],\n            \"rules\": {");
    for (size_t i = 0; i < family_count; i++) {
        if (family_table[i]->of_production) {
            buf_addf(w->out, "%s\"%s\": \"off\"", between, family_table[i]->name);
            between = ", ";
        }
    }
    buf_add_c(w->out, "},\n        },\n    ],\n");
}

static void put_config(const struct writer *w) {
    buf_add_c(w->out, "{\n    // Written by `threadlint init`; docs/config.md tells of all keys.\n"
                      "    //\n");
    put_database(w);
    put_libraries(w);
    put_race_detector(w);
    put_profile(w);
    put_exclude(w);
    put_tests(w);
    buf_add_c(w->out, "\n    // What functions of your libraries lock, start or wait for: "
                      "docs/models.md.\n    \"models\": [],\n}\n");
}

// --- the command ---

static bool survey_project(struct arena *arena, const struct cli *cli, struct load *load,
                           struct buf *out, struct error *err) {
    struct survey survey;
    struct writer w = {.out = out, .project = load->project, .survey = &survey};
    if (!load_run(load, err) || !survey_make(arena, load, &survey, err)) {
        return false;
    }
    put_config(&w);
    for (uint32_t i = 0; i < load->project->notes.items.len && !cli->quiet; i++) {
        const struct report_note *n = &load->project->notes.items.data[i];
        log_message(LOG_WARNING, STR_FMT, STR_ARG(n->text));
    }
    return true;
}

static bool init_project(struct arena *arena, const struct cli *cli, struct buf *out,
                         struct error *err) {
    struct project project = {0};
    struct progress progress = {0};
    struct load load = {.project = &project, .progress = &progress};
    if (!project_open(&project, arena, cli, NULL, 0, err)) {
        return false;
    }
    const char *path = fs_join(arena, project.root, STR(".threadlint.json"));
    if (!cli->dry_run && !cli->force && fs_exists(path)) {
        return error_set(
            err, "'%s' exists: --dry-run prints what would be written, --force replaces it", path);
    }
    progress_begin(&progress, !cli->quiet, project.cmds.len);
    bool ok = survey_project(arena, cli, &load, out, err);
    progress_end(&progress);
    if (!ok) {
        return false;
    }
    if (cli->dry_run) {
        return fwrite(buf_c(out), 1, out->len, stdout) == out->len ||
               error_set(err, "cannot write to standard output");
    }
    if (!fs_write_atomic(path, buf_str(out), err)) {
        return false;
    }
    (void)printf("%s written: look through it, then run 'threadlint' or 'threadlint review'\n",
                 path);
    return true;
}

int init_run(const struct cli *cli) {
    struct arena arena;
    struct buf out;
    struct error err = {0};
    arena_init(&arena, 0);
    buf_init(&out, MAX_CONFIG);
    bool ok = init_project(&arena, cli, &out, &err);
    if (!ok) {
        log_message(LOG_ERROR, "%s", err.text);
    }
    buf_release(&out);
    arena_release(&arena);
    return ok ? output_finish() : EXIT_USAGE;
}
