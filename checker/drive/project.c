#include "checker/drive/project.h"

// Order matters: sources and database first, for they say where to look for the configuration; it
// may name the root; settings of the command line come last.

#include "checker/base/fs.h"
#include "checker/base/log.h"
#include "checker/drive/cli_table.h"
#include "checker/front/args.h"
#include "checker/front/compdb.h"

static struct str absolute(struct project *p, const char *path) {
    return str_from(fs_join(p->arena, p->cwd, str_from(path)));
}

struct str project_relative(const struct project *p, struct str path) {
    return fs_relative(p->root, path);
}

// --- sources ---

static const char *near_command(struct str word) {
    const char *near = NULL;
    unsigned best = 3;
    for (int c = 0; c < CLI_COMMAND_COUNT; c++) {
        unsigned distance = str_distance(word, str_from(cli_commands[c].name), best);
        if (!cli_commands[c].hidden && distance < best) {
            best = distance;
            near = cli_commands[c].name;
        }
    }
    return near;
}

static bool add_source(struct project *p, const char *given, struct error *err) {
    struct project_source s = {.given = given, .path = absolute(p, given)};
    if (!given[0]) {
        return error_set(err, "an empty argument is no source file; check the quoting");
    }
    if (!fs_exists(s.path.ptr)) {
        const char *near = p->sources.len ? NULL : near_command(str_from(given));
        return near ? error_set(err, "'%s' is neither a file nor a command; did you mean '%s'?",
                                given, near)
                    : error_set(err, "'%s' does not exist; check the path", given);
    }
    s.real = str_from(fs_real(p->arena, s.path.ptr));
    s.is_dir = fs_is_dir(s.path.ptr);
    if (s.is_dir && p->cli->has_flags) {
        return error_set(err, "'%s' is a directory; with '-- FLAGS' name the source files", given);
    }
    vec_push(p->arena, &p->sources, s);
    return true;
}

// True when `path` is the source itself or lies in the directory.
static bool source_covers(const struct project_source *s, struct str path, struct str real) {
    if (str_eq(path, s->path) || str_eq(real, s->real)) {
        return true;
    }
    return s->is_dir &&
           (fs_relative(s->path, path).len < path.len || fs_relative(s->real, real).len < real.len);
}

static bool is_covered_cmd(struct project *p, const struct project_source *s,
                           const struct compile_cmd *cmd) {
    return source_covers(s, cmd->file, cmd->file) ||
           source_covers(s, cmd->file, str_from(fs_real(p->arena, cmd->file.ptr)));
}

void project_keep_sources(struct project *p) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < p->cmds.len && p->sources.len; i++) {
        bool keep = false;
        for (uint32_t k = 0; k < p->sources.len && !keep; k++) {
            keep = is_covered_cmd(p, &p->sources.data[k], &p->cmds.data[i]);
        }
        if (keep) {
            p->cmds.data[kept++] = p->cmds.data[i];
        }
    }
    p->cmds.len = p->sources.len ? kept : p->cmds.len;
}

// Sources are compiled on their own, so they must be in the database; headers need not.
static bool is_compiled(struct str path) {
    static const char *const ends[] = {".c", ".cc",  ".cpp", ".cxx", ".c++",
                                       ".C", ".CPP", ".m",   ".mm"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        if (str_ends(path, str_from(ends[i]))) {
            return true;
        }
    }
    return false;
}

static bool check_sources(struct project *p, struct error *err) {
    for (uint32_t i = 0; i < p->sources.len; i++) {
        const struct project_source *s = &p->sources.data[i];
        bool known = !is_compiled(s->path) && !s->is_dir;
        for (uint32_t k = 0; k < p->cmds.len && !known; k++) {
            known = is_covered_cmd(p, s, &p->cmds.data[k]);
        }
        if (!known) {
            return error_set(err,
                             "'%s' %s '" STR_FMT
                             "' (%u commands); build it and make the database anew, or give its "
                             "compiler flags: threadlint %s -- FLAGS",
                             s->given, s->is_dir ? "has no source in" : "is not in",
                             STR_ARG(p->database), p->cmds.len, s->is_dir ? "FILE" : s->given);
        }
    }
    return true;
}

// --- commands ---

static bool find_database(struct project *p, struct error *err) {
    const char *path = NULL;
    if (p->cli->database) {
        path = absolute(p, p->cli->database).ptr;
        if (fs_is_dir(path)) {
            path = fs_join(p->arena, str_from(path), STR("compile_commands.json"));
        }
        if (!fs_exists(path)) {
            return error_set(
                err,
                "'%s' does not exist; configure the build so that it writes one (CMake: "
                "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON; make: bear -- make)",
                path);
        }
    } else {
        path = compdb_find(p->arena, p->cwd.ptr);
        for (uint32_t i = 0; i < p->sources.len && !path; i++) {
            const struct project_source *s = &p->sources.data[i];
            struct str dir = s->is_dir ? s->path : fs_dirname(s->path);
            path = compdb_find(p->arena, arena_copy(p->arena, dir.ptr, dir.len));
        }
        if (!path) {
            return error_set(
                err,
                "no compile_commands.json in '" STR_FMT
                "', its build directories and parents; name "
                "one with -p DIR, have the build write one (CMake: "
                "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON; make: bear -- make), or give the flags: "
                "threadlint FILE -- FLAGS",
                STR_ARG(p->cwd));
        }
    }
    p->database = str_from(path);
    return true;
}

void project_skip_entry(struct project *p, struct str why) {
    vec_push(p->arena, &p->skipped, why);
    notes_add(&p->notes, "database-entry", LEVEL_ERROR, (struct place){0}, STR_FMT, STR_ARG(why));
}

static bool load_database(struct project *p, struct error *err) {
    struct compdb db = {0};
    if (!find_database(p, err) || !compdb_load(p->database.ptr, p->arena, &db, err)) {
        return false;
    }
    for (uint32_t i = 0; i < db.problems.len; i++) {
        project_skip_entry(p, db.problems.data[i].text);
    }
    for (uint32_t i = 0; i < db.cmds.len; i++) {
        vec_push(p->arena, &p->cmds, db.cmds.data[i]);
    }
    if (db.skipped_other && p->cli->verbose) {
        log_message(LOG_INFO, "%llu commands compile neither C nor C++",
                    (unsigned long long)db.skipped_other);
    }
    if (!p->cmds.len) {
        return error_set(err,
                         "'" STR_FMT "' has no usable command%s" STR_FMT
                         "; build the project and make it anew",
                         STR_ARG(p->database), db.problems.len ? ": " : "",
                         STR_ARG(db.problems.len ? db.problems.data[0].text : (struct str){0}));
    }
    return check_sources(p, err);
}

static bool fixed_commands(struct project *p, struct error *err) {
    if (!p->sources.len) {
        return error_set(err, "'-- FLAGS' needs a source file before it: threadlint FILE -- FLAGS");
    }
    for (uint32_t i = 0; i < p->sources.len; i++) {
        struct compile_cmd cmd = compdb_fixed(p->arena, p->sources.data[i].path.ptr,
                                              p->cli->flags.data, p->cli->flags.len);
        cmd.alone = p->cli->command != CLI_LAUNCH; // a build that launches us has a database
        vec_push(p->arena, &p->cmds, cmd);
    }
    return true;
}

// --extra-arg and --extra-arg-before go into every command, cleaned as those of the build are.
static bool add_extra_args(struct project *p, struct compile_cmd *cmd, struct error *err) {
    const struct cli *cli = p->cli;
    VEC(const char *) args = {0};
    bool ends = cmd->arg_count > 1 && str_eq(str_from(cmd->args[cmd->arg_count - 1]), STR("--"));
    uint32_t own_count = cmd->arg_count - ends;
    for (uint32_t i = 0; i < own_count; i++) {
        vec_push(p->arena, &args, cmd->args[i]);
        for (uint32_t k = 0; i == 0 && k < cli->extra_args_before.len; k++) {
            vec_push(p->arena, &args, cli->extra_args_before.data[k]);
        }
    }
    for (uint32_t k = 0; k < cli->extra_args.len; k++) {
        vec_push(p->arena, &args, cli->extra_args.data[k]);
    }
    struct str origin = cmd->origin;
    bool ok = args_normalize(p->arena, cmd->directory, cmd->file, args.data, args.len, cmd, err);
    cmd->origin = origin;
    return ok;
}

static bool extend_commands(struct project *p, struct error *err) {
    bool wanted = p->cli->extra_args.len || p->cli->extra_args_before.len;
    for (uint32_t i = 0; i < p->cmds.len && wanted; i++) {
        if (!add_extra_args(p, &p->cmds.data[i], err)) {
            return error_wrap(err, "--extra-arg");
        }
    }
    return true;
}

// --- configuration ---

// Directory the project is looked for from: that of the database or of the first source.
static struct str start_dir(const struct project *p) {
    if (p->database.len) {
        return fs_dirname(p->database);
    }
    if (p->sources.len) {
        return p->sources.data[0].is_dir ? p->sources.data[0].path
                                         : fs_dirname(p->sources.data[0].path);
    }
    return p->cwd;
}

static char *copy(struct project *p, struct str s) {
    return arena_copy(p->arena, s.ptr, s.len);
}

static bool open_config(struct project *p, struct error *err) {
    const struct cli *cli = p->cli;
    const char *path = cli->config ? absolute(p, cli->config).ptr : NULL;
    config_init(&p->config, p->arena);
    if (!path && !cli->isolated) {
        path = config_find(p->arena, copy(p, start_dir(p)));
        path = path ? path : config_find(p->arena, p->cwd.ptr);
    }
    if (path && !config_load(&p->config, path, err)) {
        return false;
    }
    if (cli->has_profile) {
        p->config.profile = cli->profile;
    }
    if (cli->has_fail_on) {
        p->config.fail_on = cli->fail_on;
    }
    for (uint32_t i = 0; i < cli->settings.len; i++) {
        const struct cli_setting *s = &cli->settings.data[i];
        enum level level = s->disable ? LEVEL_OFF : LEVEL_WARNING;
        if (!config_add_setting(&p->config, str_from(s->pattern), level, !s->disable, err)) {
            return error_wrap(err, "--%s %s", s->disable ? "disable" : "enable", s->pattern);
        }
    }
    for (uint32_t i = 0; i < cli->models.len; i++) {
        struct str model = absolute(p, cli->models.data[i]);
        vec_push(p->arena, &p->config.models, model);
    }
    return true;
}

// --- root ---

static struct str parent_with_git(struct project *p, struct str dir) {
    for (;;) {
        if (fs_exists(fs_join(p->arena, dir, STR(".git")))) {
            return dir;
        }
        struct str parent = fs_dirname(dir);
        if (parent.len >= dir.len) {
            return (struct str){0};
        }
        dir = parent;
    }
}

// Nearest directory that holds both directory `a` and `b`.
static struct str common_parent(struct str a, struct str b) {
    while (a.len > 1 && !str_eq(a, b) && fs_relative(a, b).len >= b.len) {
        a = fs_dirname(a);
    }
    return a;
}

// Without a configuration file and git: the directory that holds all sources and the database, if
// there is one.
static struct str common_root(const struct project *p) {
    struct str dir = start_dir(p);
    if (!p->database.len) {
        return fs_relative(p->cwd, dir).len < dir.len ? p->cwd : dir;
    }
    struct str sources = fs_dirname(p->cmds.data[0].file);
    for (uint32_t i = 0; i < p->cmds.len; i++) {
        sources = common_parent(sources, p->cmds.data[i].file);
    }
    struct str common = common_parent(dir, sources);
    return common.len > 1 ? common : sources.len > 1 ? sources : dir; // "/" is nobody's project
}

static bool find_root(struct project *p, struct error *err) {
    struct str dir = start_dir(p);
    if (p->cli->root) {
        dir = absolute(p, p->cli->root);
        if (!fs_is_dir(dir.ptr)) {
            return error_set(err, "--root: '%s' is not a directory", p->cli->root);
        }
    } else if (p->config.dir.len) {
        dir = p->config.dir;
    } else {
        struct str git = parent_with_git(p, dir);
        dir = git.len ? git : common_root(p);
    }
    p->root = str_from(fs_real(p->arena, copy(p, dir)));
    return true;
}

static void init(struct project *p, struct arena *arena, const struct cli *cli) {
    *p = (struct project){.arena = arena, .cli = cli, .notes = {.arena = arena}};
    p->cwd = str_from(fs_cwd(arena));
}

// Some rule is about to ask what the build files tell.
static bool asks_builds(const struct config *c) {
    for (size_t i = 0; i < rule_count; i++) {
        const struct family *family = family_find(rule_family(rule_table[i].rule));
        if (family && family->reads_builds && config_may_report(c, rule_table[i].rule)) {
            return true;
        }
    }
    return false;
}

// The build files matter only where a whole program is seen.
static void read_evidence(struct project *p) {
    if (p->database.len && (p->cli->command == CLI_INIT || asks_builds(&p->config))) {
        p->config.evidence = evidence_read(p->arena, p->root, p->database);
    }
}

static void say_what_is_used(const struct project *p) {
    if (p->cli->verbose) {
        log_message(LOG_INFO, "root: " STR_FMT, STR_ARG(p->root));
        log_message(LOG_INFO, "configuration: " STR_FMT,
                    STR_ARG(p->config.path.len ? p->config.path : STR("none")));
        log_message(LOG_INFO, "database: " STR_FMT " (%u commands)",
                    STR_ARG(p->database.len ? p->database : STR("none")), p->cmds.len);
    }
}

bool project_open(struct project *p, struct arena *arena, const struct cli *cli,
                  const char *const *sources, uint32_t source_count, struct error *err) {
    init(p, arena, cli);
    for (uint32_t i = 0; i < source_count; i++) {
        if (!add_source(p, sources[i], err)) {
            return false;
        }
    }
    bool ok = (cli->has_flags ? fixed_commands(p, err) : load_database(p, err)) &&
              extend_commands(p, err) && open_config(p, err) && find_root(p, err);
    if (ok) {
        read_evidence(p);
        say_what_is_used(p);
    }
    return ok;
}

bool project_open_linked(struct project *p, struct arena *arena, const struct cli *cli,
                         struct error *err) {
    init(p, arena, cli);
    bool ok = open_config(p, err) && find_root(p, err);
    if (ok) {
        say_what_is_used(p);
    }
    return ok;
}
