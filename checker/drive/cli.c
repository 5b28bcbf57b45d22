#include "checker/drive/cli.h"

// argv -> struct cli, by the table in cli_table.c. Prints nothing and reads nothing but response
// files.

#include "checker/base/fs.h"
#include "checker/drive/cli_table.h"
#include "checker/front/args.h"
#include "reports/report.h"

enum { MAX_ARGS = 1 << 20, MAX_RESPONSE_DEPTH = 8, MAX_RESPONSE_BYTES = 16 << 20 };

struct parser {
    struct arena *arena;
    struct cli *cli;
    struct error *err;
    VEC(const char *) args; // response files expanded
    uint32_t at;
};

// --- response files ---

static bool expand(struct parser *p, const char *const *args, uint32_t count, uint32_t depth,
                   bool *after) {
    for (uint32_t i = 0; i < count; i++) {
        *after = *after || str_eq(str_from(args[i]), STR("--"));
        if (*after || args[i][0] != '@' || args[i][1] == '\0') {
            vec_push(p->arena, &p->args, args[i]);
            if (p->args.len > MAX_ARGS) {
                return error_set(p->err, "more than %d arguments", MAX_ARGS);
            }
            continue;
        }
        struct str text = {0};
        const char **inner = NULL;
        uint32_t inner_count = 0;
        if (depth >= MAX_RESPONSE_DEPTH) {
            return error_set(p->err, "response file '%s' is nested more than %d deep", args[i] + 1,
                             MAX_RESPONSE_DEPTH);
        }
        if (!fs_read(p->arena, args[i] + 1, MAX_RESPONSE_BYTES, &text, p->err) ||
            !args_split(p->arena, text, &inner, &inner_count, p->err)) {
            return error_wrap(p->err, "response file '%s'", args[i] + 1);
        }
        if (!expand(p, inner, inner_count, depth + 1, after)) {
            return false;
        }
    }
    return true;
}

// --- values ---

static unsigned near_limit(struct str word) {
    return (unsigned)(word.len < 30 ? word.len : 30) / 3 + 2;
}

static bool parse_number(struct parser *p, const char *option, struct str text, uint64_t min,
                         uint64_t max, uint64_t *ret_value) {
    uint64_t value = 0;
    if (!str_to_u64(text, &value) || value < min || value > max) {
        return error_set(p->err, "--%s: '" STR_FMT "' is not a whole number from %llu to %llu",
                         option, STR_ARG(text), (unsigned long long)min, (unsigned long long)max);
    }
    *ret_value = value;
    return true;
}

static bool parse_number32(struct parser *p, const char *option, const char *text, uint32_t max,
                           uint32_t *ret_value) {
    uint64_t value = 0;
    if (!parse_number(p, option, str_from(text), 1, max, &value)) {
        return false;
    }
    *ret_value = (uint32_t)value;
    return true;
}

// Index of `word` among the words that `option` can have; `name` is what it is called.
static bool parse_word(struct parser *p, enum cli_option_id option, const char *name,
                       struct str word, size_t *ret_index) {
    char list[256] = "";
    size_t len = 0;
    const char *known = NULL;
    for (size_t i = 0; (known = cli_option_word(option, i)); i++) {
        if (str_eq(word, str_from(known))) {
            *ret_index = i;
            return true;
        }
        int n = snprintf(list + len, sizeof list - len, "%s%s", i ? ", " : "", known);
        len = n > 0 && len + (size_t)n < sizeof list ? len + (size_t)n : len;
    }
    return error_set(p->err, "--%s: '" STR_FMT "' is none of %s", name, STR_ARG(word), list);
}

static bool parse_output(struct parser *p, const char *value) {
    struct str path = str_from(value);
    struct str format = str_cut(&path, '=');
    struct cli_output out = {.path = value + format.len + 1};
    if (!path.len) {
        return error_set(
            p->err, "--output: '%s' is not FORMAT=FILE, for example sarif=threadlint.sarif", value);
    }
    if (!parse_word(p, OPT_OUTPUT, "output", format, &out.reporter)) {
        return false;
    }
    vec_push(p->arena, &p->cli->outputs, out);
    return true;
}

static bool parse_shard(struct parser *p, const char *value) {
    struct str total = str_from(value);
    struct str index = str_cut(&total, '/');
    uint64_t n = 0;
    uint64_t i = 0;
    if (!total.len) {
        return error_set(p->err, "--shard: '%s' is not I/N, for example 1/4", value);
    }
    if (!parse_number(p, "shard", total, 1, 100000, &n) ||
        !parse_number(p, "shard", index, 1, n, &i)) {
        return false;
    }
    p->cli->shard = (uint32_t)i;
    p->cli->shard_count = (uint32_t)n;
    return true;
}

static bool parse_choice(struct parser *p, const struct cli_option *o, const char *value) {
    struct cli *cli = p->cli;
    size_t index = 0;
    if (!parse_word(p, o->id, o->name, str_from(value), &index)) {
        return false;
    }
    if (o->id == OPT_PROFILE) {
        cli->profile = index ? PROFILE_REVIEW : PROFILE_BUGS;
        cli->has_profile = true;
    } else if (o->id == OPT_COLOR) {
        cli->color = (enum cli_color)index;
    } else if (o->id == OPT_FAIL_ON) {
        cli->fail_on = (enum level)index;
        cli->has_fail_on = true;
    } else if (o->id == OPT_SARIF_FLOWS) {
        cli->merged_flows = index == 1;
    } else if (o->id == OPT_QUERY_FORMAT) {
        cli->query_format = (enum query_format)index;
    } else {
        cli->list_format = (enum cli_format)index;
    }
    return true;
}

// --- storing ---

static void store_switch(struct cli *cli, enum cli_option_id id) {
    const struct {
        enum cli_option_id id;
        bool *place;
    } switches[] = {
        {OPT_HELP,            &cli->help           },
        {OPT_VERSION,         &cli->version        },
        {OPT_ISOLATED,        &cli->isolated       },
        {OPT_SHOW_SUPPRESSED, &cli->show_suppressed},
        {OPT_EXIT_ZERO,       &cli->exit_zero      },
        {OPT_ALLOW_PARTIAL,   &cli->allow_partial  },
        {OPT_NO_CACHE,        &cli->no_cache       },
        {OPT_NO_SHARE,        &cli->no_share       },
        {OPT_STATS,           &cli->stats          },
        {OPT_QUIET,           &cli->quiet          },
        {OPT_VERBOSE,         &cli->verbose        },
        {OPT_MARKDOWN,        &cli->markdown       },
        {OPT_PRUNE,           &cli->prune          },
        {OPT_OWNERS,          &cli->owners         },
        {OPT_QUERY_LIST,      &cli->list           },
        {OPT_FORCE,           &cli->force          },
        {OPT_DRY_RUN,         &cli->dry_run        },
        {OPT_FIX,             &cli->fix            },
        {OPT_FIX_UNSAFE,      &cli->fix_unsafe     },
        {OPT_FIX_DRY_RUN,     &cli->fix_dry_run    },
    };
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++) {
        if (switches[i].id == id) {
            *switches[i].place = true;
        }
    }
}

static bool store_path(struct parser *p, const struct cli_option *o, const char *value) {
    struct cli *cli = p->cli;
    const struct {
        enum cli_option_id id;
        const char **place;
    } paths[] = {
        {OPT_DATABASE,      &cli->database  },
        {OPT_ROOT,          &cli->root      },
        {OPT_CONFIG,        &cli->config    },
        {OPT_STORE,         &cli->store     },
        {OPT_QUERY_DB,      &cli->store     },
        {OPT_CACHE_DIR,     &cli->cache_dir },
        {OPT_FACTS_FILE,    &cli->facts_file},
        {OPT_BASELINE,      &cli->baseline  },
        {OPT_BASELINE_FILE, &cli->baseline  },
        {OPT_NEW_FROM,      &cli->new_from  },
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        if (paths[i].id == o->id) {
            *paths[i].place = value;
        }
    }
    return value[0] != '\0' || error_set(p->err, "--%s: the value is empty", o->name);
}

static bool store_setting(struct parser *p, const char *pattern, bool disable) {
    struct cli_setting s = {.pattern = pattern, .disable = disable};
    if (disable && str_find_char(str_from(pattern), '=', 0) != SIZE_MAX) {
        return error_set(p->err,
                         "--disable: '%s' has a level; --disable takes a rule, family or glob only",
                         pattern);
    }
    vec_push(p->arena, &p->cli->settings, s);
    return true;
}

static bool store_value(struct parser *p, const struct cli_option *o, const char *value) {
    struct cli *cli = p->cli;
    switch ((int)o->id) {
    case OPT_ENABLE:
    case OPT_DISABLE:
        return store_setting(p, value, o->id == OPT_DISABLE);
    case OPT_TSAN_LOG:
        vec_push(p->arena, &cli->tsan_logs, value);
        return true;
    case OPT_MODEL:
        vec_push(p->arena, &cli->models, value);
        return true;
    case OPT_EXTRA_ARG:
        vec_push(p->arena, &cli->extra_args, value);
        return true;
    case OPT_EXTRA_ARG_BEFORE:
        vec_push(p->arena, &cli->extra_args_before, value);
        return true;
    case OPT_MAX:
        return parse_number(p, o->name, str_from(value), 0, UINT32_MAX, &cli->max_findings);
    case OPT_FORMAT:
        cli->has_format = true;
        return parse_word(p, o->id, o->name, str_from(value), &cli->format);
    case OPT_OUTPUT:
        return parse_output(p, value);
    case OPT_SHARD:
        return parse_shard(p, value);
    case OPT_JOBS:
        return parse_number32(p, o->name, value, 1024, &cli->jobs);
    case OPT_TU_TIMEOUT:
        return parse_number32(p, o->name, value, 1000000, &cli->tu_timeout);
    case OPT_TU_MEMORY:
        return parse_number32(p, o->name, value, 1u << 24, &cli->tu_memory);
    case OPT_CACHE_SIZE:
        return parse_number(p, o->name, str_from(value), 1, 1u << 24, &cli->cache_size);
    case OPT_PROFILE:
    case OPT_COLOR:
    case OPT_FAIL_ON:
    case OPT_LIST_FORMAT:
    case OPT_QUERY_FORMAT:
    case OPT_SARIF_FLOWS:
        return parse_choice(p, o, value);
    default:
        return store_path(p, o, value);
    }
}

// --- options ---

static bool name_commands(const struct cli_option *o, char *out, size_t size) {
    size_t len = 0;
    for (int c = 0; c < CLI_COMMAND_COUNT; c++) {
        if (cli_option_applies(o, (enum cli_command)c) && !cli_commands[c].hidden) {
            int n =
                snprintf(out + len, size - len, "%s'%s'", len ? ", " : "", cli_commands[c].name);
            len = n > 0 && len + (size_t)n < size ? len + (size_t)n : len;
        }
    }
    return len > 0;
}

static bool unknown_option(struct parser *p, struct str name, const char *as_given) {
    const char *command = cli_commands[p->cli->command].name;
    const char *near = NULL;
    unsigned best = near_limit(name);
    for (size_t i = 0; i < cli_option_count; i++) {
        const struct cli_option *o = &cli_options[i];
        char owners[200] = "";
        if (str_eq(name, str_from(o->name)) && name_commands(o, owners, sizeof owners)) {
            return error_set(p->err, "'%s' is an option of %s, not of '%s'", as_given, owners,
                             command);
        }
        unsigned distance = str_distance(name, str_from(o->name), best);
        if (cli_option_applies(o, p->cli->command) && distance < best) {
            best = distance;
            near = o->name;
        }
    }
    return near ? error_set(p->err, "unknown option '%s'; did you mean '--%s'?", as_given, near)
                : error_set(p->err, "unknown option '%s'; 'threadlint %s --help' lists the options",
                            as_given, command);
}

static const struct cli_option *find_option(enum cli_command c, struct str name, char short_name) {
    for (size_t i = 0; i < cli_option_count; i++) {
        const struct cli_option *o = &cli_options[i];
        bool matches = short_name ? o->short_name == short_name : str_eq(name, str_from(o->name));
        if (matches && cli_option_applies(o, c)) {
            return o;
        }
    }
    return NULL;
}

static bool apply(struct parser *p, const struct cli_option *o, const char *value) {
    if (!o->arg) {
        store_switch(p->cli, o->id);
        return !value || error_set(p->err, "--%s takes no value", o->name);
    }
    if (!value) {
        if (p->at >= p->args.len || str_eq(str_from(p->args.data[p->at]), STR("--"))) {
            return error_set(p->err, "--%s needs a value: --%s %s", o->name, o->name, o->arg);
        }
        value = p->args.data[p->at++];
    }
    return store_value(p, o, value);
}

static bool parse_long(struct parser *p, const char *arg) {
    struct str rest = str_from(arg + 2);
    struct str name = str_cut(&rest, '=');
    const struct cli_option *o = find_option(p->cli->command, name, 0);
    if (!o) {
        return unknown_option(p, name, arg);
    }
    return apply(p, o, rest.ptr);
}

// "-qv", "-j4", "-j 4".
static bool parse_short(struct parser *p, const char *arg) {
    for (const char *c = arg + 1; *c; c++) {
        const struct cli_option *o = find_option(p->cli->command, (struct str){0}, *c);
        if (!o) {
            char given[3] = {'-', *c, '\0'};
            return unknown_option(p, (struct str){0}, given);
        }
        if (o->arg) {
            return apply(p, o, c[1] ? c + 1 : NULL);
        }
        if (!apply(p, o, NULL)) {
            return false;
        }
    }
    return true;
}

// --- commands ---

static bool find_command(struct str word, enum cli_command *ret_command) {
    for (int c = 0; c < CLI_COMMAND_COUNT; c++) {
        if (str_eq(word, str_from(cli_commands[c].name))) {
            *ret_command = (enum cli_command)c;
            return true;
        }
    }
    return false;
}

static bool check_operands(struct parser *p) {
    const struct cli *cli = p->cli;
    const struct cli_command_row *row = &cli_commands[cli->command];
    if (cli->help || cli->version) {
        return true;
    }
    if (cli->has_flags && !row->takes_flags) {
        return error_set(p->err, "'%s' takes no compiler flags after '--'", row->name);
    }
    if (cli->operands.len < row->min_operands) {
        return error_set(p->err, "'%s' needs more arguments: threadlint %s %s", row->name,
                         row->name, row->operands);
    }
    if (cli->operands.len > row->max_operands) {
        return error_set(p->err, "'%s' has too many arguments, first '%s': threadlint %s %s",
                         row->name, cli->operands.data[row->max_operands], row->name,
                         row->operands);
    }
    return true;
}

static bool parse_all(struct parser *p) {
    struct cli *cli = p->cli;
    if (p->args.len && find_command(str_from(p->args.data[0]), &cli->command)) {
        p->at = 1;
    }
    cli->isolated = cli->command == CLI_INIT; // it is about to write the configuration
    if (cli->command == CLI_REVIEW) {         // --profile may still say otherwise
        cli->profile = PROFILE_REVIEW;
        cli->has_profile = true;
    }
    while (p->at < p->args.len) {
        const char *arg = p->args.data[p->at++];
        if (str_eq(str_from(arg), STR("--"))) {
            cli->has_flags = true;
            while (p->at < p->args.len) {
                vec_push(p->arena, &cli->flags, p->args.data[p->at]);
                p->at++;
            }
        } else if (arg[0] == '-' && arg[1] == '-') {
            if (!parse_long(p, arg)) {
                return false;
            }
        } else if (arg[0] == '-' && arg[1]) {
            if (!parse_short(p, arg)) {
                return false;
            }
        } else {
            vec_push(p->arena, &cli->operands, arg);
        }
    }
    return check_operands(p);
}

bool cli_parse(struct arena *arena, int argc, const char *const *argv, struct cli *ret_cli,
               struct error *err) {
    *ret_cli = (struct cli){
        .command = CLI_CHECK, .tu_timeout = 300, .tu_memory = 4096, .cache_size = 2048};
    struct parser p = {.arena = arena, .cli = ret_cli, .err = err};
    bool after = false;
    bool ok = expand(&p, argv + 1, argc > 0 ? (uint32_t)argc - 1 : 0, 0, &after) && parse_all(&p);
    ret_cli->fix = ret_cli->fix || ret_cli->fix_dry_run || ret_cli->fix_unsafe;
    return ok;
}
