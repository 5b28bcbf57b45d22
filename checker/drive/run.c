#include "checker/drive/run.h"

// Nothing here depends on the order in which workers end: TUs are taken in the order of their main
// files.

#include "checker/base/fs.h"
#include "checker/base/log.h"
#include "checker/drive/confirm.h"
#include "checker/drive/fixer.h"
#include "checker/drive/gate.h"
#include "checker/drive/git.h"
#include "checker/drive/inventory.h"
#include "checker/drive/output.h"
#include "checker/drive/result.h"
#include "checker/drive/shard.h"
#include "checker/drive/source.h"
#include "checker/rule/check.h"
#include "checker/rule/suppress.h"

#include "version.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_MODEL = 4 << 20 };

struct run {
    struct arena arena;
    const struct cli *cli;
    struct project project;
    struct load load;
    bool whole;
    bool needs_program; // no kept result will do
    struct program *program;
    struct sources sources;
    struct finding_list findings;
    struct report report;
    VEC(struct str) only;
    struct stats stats;
    struct progress progress;
};

// --- program ---

struct ordered {
    struct str name;
    uint32_t index;
};

static int compare_ordered(const void *a, const void *b) {
    const struct ordered *x = a;
    const struct ordered *y = b;
    int order = str_cmp(x->name, y->name);
    return order ? order : x->index < y->index ? -1 : 1;
}

static struct model_set *read_models(struct project *project, struct expr_table *exprs,
                                     struct error *err) {
    struct model_set *models = model_set_new(project->arena, exprs, err);
    for (uint32_t i = 0; models && i < project->config.models.len; i++) {
        struct str path = project->config.models.data[i];
        struct str text = {0};
        if (!fs_read(project->arena, path.ptr, MAX_MODEL, &text, err) ||
            !model_add(models, path, text, err)) {
            error_wrap(err, "model file");
            return NULL;
        }
    }
    return models;
}

static void add_limits(struct project *project, const struct program *p) {
    uint32_t count = program_stats(p).limited;
    for (uint32_t i = 0; i < count; i++) {
        notes_add(&project->notes, "limit", LEVEL_NOTE, (struct place){0},
                  "function '" STR_FMT
                  "' has too many paths to follow all; what is said of it may be incomplete",
                  STR_ARG(program_limited(p, i)));
    }
}

static struct program *link_program(struct project *project, const struct load *load, bool whole,
                                    struct error *err) {
    struct arena *arena = project->arena;
    struct expr_table *exprs = ARENA_NEW(arena, struct expr_table);
    expr_table_init(exprs, arena);
    struct model_set *models = read_models(project, exprs, err);
    if (!models) {
        return NULL;
    }
    const struct program_options options = {.whole = whole};
    struct program *program = program_new(arena, exprs, models, &options);
    struct ordered *order = ARENA_ARRAY(arena, struct ordered, load->count);
    for (uint32_t i = 0; i < load->count; i++) {
        order[i] = (struct ordered){load->tus[i].file, i};
    }
    qsort(order, load->count, sizeof *order, compare_ordered);
    for (uint32_t i = 0; i < load->count; i++) {
        const struct facts *f = load->tus[order[i].index].facts;
        if (f) {
            program_add(program, f);
        }
    }
    program_solve(program);
    add_limits(project, program);
    return program;
}

struct program *run_link(struct project *project, const struct load *load, struct error *err) {
    bool whole = project->database.len && load_is_complete(load);
    return link_program(project, load, whole, err);
}

// --- what to report ---

static bool is_below(const struct project_source *s, struct str path) {
    return str_eq(path, s->path) || str_eq(path, s->real) ||
           (s->is_dir && (fs_relative(s->path, path).len < path.len ||
                          fs_relative(s->real, path).len < path.len));
}

static void add_source(struct run *run, const struct project_source *s) {
    uint32_t before = run->only.len;
    for (uint32_t i = 0; i < run->report.files.len; i++) {
        struct str file = run->report.files.data[i].path;
        if (is_below(s, str_from(fs_join(&run->arena, run->project.root, file)))) {
            vec_push(&run->arena, &run->only, file);
        }
    }
    if (run->only.len == before) {
        vec_push(&run->arena, &run->only,
                 project_relative(&run->project, s->real)); // never "everything"
        notes_add(&run->project.notes, "config", LEVEL_WARNING, (struct place){0},
                  "no translation unit includes '%s', or it is not below the project root '" STR_FMT
                  "': nothing is reported for it",
                  s->given, STR_ARG(run->project.root));
    }
}

static void restrict_files(struct run *run) {
    for (uint32_t i = 0; i < run->project.sources.len && !run->cli->has_flags; i++) {
        add_source(run, &run->project.sources.data[i]);
    }
}

static bool is_wanted(const struct run *run, struct str file) {
    for (uint32_t i = 0; i < run->only.len; i++) {
        if (str_eq(run->only.data[i], file)) {
            return true;
        }
    }
    return !run->only.len;
}

// Comments in files that nobody asked about.
static void drop_unwanted(struct run *run) {
    struct finding_list *list = &run->findings;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < list->items.len; i++) {
        bool is_unused = str_eq(str_from(list->items.data[i].rule->id), STR("suppression-unused"));
        if (!is_unused || is_wanted(run, list->items.data[i].place.file)) {
            list->items.data[kept++] = list->items.data[i];
        }
    }
    list->items.len = kept;
}

static void suppress(struct run *run) {
    struct suppressions s;
    suppressions_init(&s, &run->arena);
    s.partial = !run->whole;
    for (uint32_t i = 0; i < run->report.files.len; i++) {
        struct str file = run->report.files.data[i].path;
        suppressions_scan(&s, file, sources_text(&run->sources, file));
    }
    suppressions_apply(&s, &run->project.config, &run->findings);
    drop_unwanted(run);
}

// --- report ---

static int exit_code(const struct run *run) {
    bool accepts = run->cli->command == CLI_BASELINE;
    if (!run->report.complete && !run->cli->allow_partial) {
        return EXIT_INCOMPLETE;
    }
    return !accepts && gate_fails(&run->project, &run->findings) ? EXIT_FINDINGS : EXIT_CLEAN;
}

// The number of workers changes nothing in a report, so it is not part of the command line either.
static uint32_t skip_jobs(int argc, const char *const *argv, int i) {
    struct str arg = str_from(argv[i]);
    if (str_eq(arg, STR("-j")) || str_eq(arg, STR("--jobs"))) {
        return i + 1 < argc ? 2 : 1;
    }
    bool is_short =
        arg.len > 2 && str_starts(arg, STR("-j")) && arg.ptr[2] >= '0' && arg.ptr[2] <= '9';
    return is_short || str_starts(arg, STR("--jobs=")) ? 1 : 0;
}

static void describe_invocation(struct run *run, int argc, const char *const *argv) {
    struct report *r = &run->report;
    struct buf line;
    buf_init(&line, 1 << 20);
    buf_add_c(&line, "threadlint");
    bool after = false;
    for (int i = 1; i < argc;) {
        after = after || strcmp(argv[i], "--") == 0;
        uint32_t skip = after ? 0 : skip_jobs(argc, argv, i);
        if (skip) {
            i += (int)skip;
            continue;
        }
        bool quoted = argv[i][strcspn(argv[i], " \t\n'\"\\$*?;&|<>()")] != '\0' || !argv[i][0];
        buf_addf(&line, quoted ? " \"%s\"" : " %s", argv[i]);
        vec_push(&run->arena, &r->arguments, str_from(argv[i]));
        i++;
    }
    r->command_line = str_make(arena_copy(&run->arena, buf_c(&line), line.len), line.len);
    r->working_directory = run->project.cwd;
    buf_release(&line);
}

// Some output tells the revision that was looked at.
static bool names_revision(const struct cli *cli) {
    bool names = cli->store || str_eq(str_from(reporters[cli->format].name), STR("sarif"));
    for (uint32_t i = 0; i < cli->outputs.len; i++) {
        struct str name = str_from(reporters[cli->outputs.data[i].reporter].name);
        names = names || str_eq(name, STR("sarif"));
    }
    return names;
}

static void finish_report(struct run *run, double start) {
    struct report *r = &run->report;
    bool fixed = false;
    bool *enabled = ARENA_ARRAY(&run->arena, bool, rule_count);
    for (size_t i = 0; i < rule_count; i++) {
        const struct rule *rule = rule_table[i].rule;
        enabled[i] =
            config_may_report(&run->project.config, rule) && (run->whole || !rule->whole_program);
    }
    r->rule_enabled = enabled;
    r->findings = &run->findings;
    for (uint32_t i = 0; i < run->project.notes.items.len; i++) {
        vec_push(&run->arena, &r->notes, run->project.notes.items.data[i]);
    }
    r->root = run->project.root;
    r->version = STR(THREADLINT_VERSION);
    r->end_time = output_time(&fixed);
    r->seconds = fixed ? 0 : progress_now() - start;
    r->tus = run->load.count;
    r->tus_cached = run->load.cached;
    r->tus_failed = run->load.failed;
    r->complete = load_is_complete(&run->load);
    r->has_baseline = run->project.has_baseline;
    if (names_revision(run->cli)) {
        r->revision = git_revision(&run->arena, run->project.root);
    }
    if (run->cli->owners) {
        r->owners = git_owners(&run->arena, run->project.root, &run->findings);
    }
    r->exit_code = exit_code(run);
    r->line = sources_line;
    r->line_ctx = &run->sources;
}

// --- phases ---

// Program, findings, inventory.
static bool judge(struct run *run, struct error *err) {
    double start = progress_now();
    progress_phase(&run->progress, "linking");
    run->program = link_program(&run->project, &run->load, run->whole, err);
    if (!run->program) {
        return false;
    }
    double linked = progress_now();
    run->stats.link = linked - start;
    progress_phase(&run->progress, "checking");
    inventory_fill(&run->report, &run->arena, &run->load, run->program);
    restrict_files(run);
    scorecard_make(run->program, &run->project.config, run->only.data, run->only.len, &run->arena,
                   &run->report.scorecard);
    load_add_notes(&run->load);
    rules_check(run->program, &run->project.config, run->only.data, run->only.len, &run->findings);
    suppress(run);
    findings_finish(&run->findings, sources_place_line, &run->sources);
    stats_collect(&run->stats, &run->arena, &run->load, run->program);
    run->stats.rules = progress_now() - linked;
    return true;
}

static bool tell(struct run *run, int argc, const char *const *argv, struct error *err) {
    double start = progress_now();
    if (!gate_mark_known(&run->project, &run->findings, load_is_complete(&run->load), err)) {
        return false;
    }
    if (run->cli->command == CLI_CONFIRM &&
        !confirm_run(&run->project, &run->sources, &run->report, &run->findings, err)) {
        return false;
    }
    if (run->cli->fix &&
        !fixer_run(&run->project, &run->load, &run->sources, &run->findings, err)) {
        return false;
    }
    describe_invocation(run, argc, argv);
    finish_report(run, start - run->stats.load - run->stats.link - run->stats.rules);
    progress_end(&run->progress);
    bool ok = run->cli->command == CLI_BASELINE
                  ? output_baseline(&run->report, gate_baseline_path(&run->project), run->cli, err)
                  : output_write(&run->report, run->cli, err);
    run->stats.report = progress_now() - start;
    return ok;
}

// The result of an earlier run when all it rests on is the same; otherwise reads and judges, and
// keeps what comes out.
static bool read_and_judge(struct run *run, struct error *err) {
    struct hash128 key = {0};
    struct result result = {.arena = &run->arena,
                            .report = &run->report,
                            .findings = &run->findings,
                            .notes = &run->project.notes,
                            .first_note = run->project.notes.items.len,
                            .stats = &run->stats};
    load_open(&run->load);
    run->stats.kept = !run->cli->fix && !run->needs_program && // which need the facts
                      result_key(&run->project, &run->load, &key) &&
                      result_restore(&result, &run->load, key);
    bool ok = run->stats.kept || load_read(&run->load, err);
    run->whole = run->project.database.len && load_is_complete(&run->load);
    run->stats.load = run->load.seconds;
    if (ok && !run->stats.kept) {
        ok = judge(run, err);
        if (ok && result_key(&run->project, &run->load, &key)) {
            result_store(&result, &run->load, key);
        }
    }
    load_close(&run->load);
    return ok;
}

static int finish(struct run *run, bool ok, const struct error *err) {
    progress_end(&run->progress);
    if (!ok) {
        log_message(LOG_ERROR, "%s", err->text);
    } else if (run->cli->verbose) {
        log_message(LOG_INFO, "finished in %.2f s",
                    run->stats.load + run->stats.link + run->stats.rules + run->stats.report);
    }
    if (ok && run->cli->stats) {
        stats_print(&run->stats, &run->load);
    }
    int code = ok ? run->report.exit_code : EXIT_USAGE;
    arena_release(&run->arena);
    return code;
}

static void begin(struct run *run, const struct cli *cli) {
    bool fixed = false;
    run->cli = cli;
    arena_init(&run->arena, 0);
    run->report.start_time = output_time(&fixed);
    run->load.project = &run->project;
    run->load.progress = &run->progress;
}

// What needs the project's root.
static void prepare(struct run *run) {
    sources_init(&run->sources, &run->arena, run->project.root, run->project.unsaved,
                 run->project.unsaved_count);
    run->findings.arena = &run->arena;
}

int run_check(const struct cli *cli, int argc, const char *const *argv) {
    struct run run = {.cli = cli};
    struct error err = {0};
    begin(&run, cli);
    bool ok =
        project_open(&run.project, &run.arena, cli, cli->operands.data, cli->operands.len, &err);
    if (ok) {
        progress_begin(&run.progress, !cli->quiet, run.project.cmds.len);
        prepare(&run);
        ok = read_and_judge(&run, &err);
    }
    ok = ok && tell(&run, argc, argv, &err);
    return finish(&run, ok, &err);
}

bool run_buffers(const struct cli *cli, const struct unsaved_file *unsaved, uint32_t count,
                 const struct run_listener *listener, struct error *err) {
    static const char *const argv[] = {"threadlint", "lsp"};
    struct run run = {.cli = cli};
    begin(&run, cli);
    double start = progress_now();
    bool ok =
        project_open(&run.project, &run.arena, cli, cli->operands.data, cli->operands.len, err);
    if (ok) {
        progress_begin(&run.progress, false, run.project.cmds.len);
        run.progress.ctx = listener->ctx;
        run.progress.on_step = listener->on_progress;
        run.project.unsaved = unsaved;
        run.project.unsaved_count = count;
        run.needs_program = listener->needs_program;
        prepare(&run);
        ok = read_and_judge(&run, err) &&
             gate_mark_known(&run.project, &run.findings, load_is_complete(&run.load), err);
    }
    if (ok) {
        describe_invocation(&run, 2, argv);
        finish_report(&run, start);
        run.report.baseline = str_from(gate_baseline_path(&run.project));
        listener->on_report(listener->ctx, &run.report, run.program);
    }
    arena_release(&run.arena);
    return ok;
}

int run_fact_files(const struct cli *cli, int argc, const char *const *argv) {
    struct run run = {.cli = cli};
    struct error err = {0};
    begin(&run, cli);
    bool all_shards = false;
    double start = progress_now();
    bool ok = project_open_linked(&run.project, &run.arena, cli, &err) &&
              shard_read(&run.load, cli->operands.data, cli->operands.len, &all_shards, &err);
    run.stats.load = progress_now() - start;
    run.whole = all_shards && load_is_complete(&run.load);
    if (ok) {
        prepare(&run);
        ok = judge(&run, &err) && tell(&run, argc, argv, &err);
    }
    return finish(&run, ok, &err);
}
