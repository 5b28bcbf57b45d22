// The command line. One table of commands and options (cli_table.c) gives parsing, --help, the man
// page and docs/cli.md; an option exists nowhere else.
#ifndef CHECKER_DRIVE_CLI_H
#define CHECKER_DRIVE_CLI_H

#include "checker/base/err.h"
#include "checker/base/str.h"
#include "checker/base/vec.h"
#include "checker/rule/config.h"
#include "reports/sqlite_query.h"

#include <stdio.h>

enum cli_command {
    CLI_CHECK, // the default
    CLI_REVIEW,
    CLI_FACTS,
    CLI_LAUNCH,
    CLI_LINK,
    CLI_BASELINE,
    CLI_INIT,
    CLI_CONFIRM,
    CLI_ANNOTATE,
    CLI_SHOW,
    CLI_QUERY,
    CLI_LSP,
    CLI_RULES,
    CLI_EXPLAIN,
    CLI_CONFIG_SCHEMA,
    CLI_VERSION,
    CLI_HELP,
    CLI_MAN,
    CLI_COMPLETIONS,
    CLI_COMMAND_COUNT,
};

enum cli_color { CLI_COLOR_AUTO, CLI_COLOR_ALWAYS, CLI_COLOR_NEVER };

enum cli_format { CLI_FORMAT_TEXT, CLI_FORMAT_JSON, CLI_FORMAT_MARKDOWN }; // of `rules`

// --output FORMAT=FILE
struct cli_output {
    size_t reporter; // index into reporters[]
    const char *path;
};

// --enable and --disable, in the order given.
struct cli_setting {
    const char *pattern; // "shared-state-*" or, for --enable, "shared-state-*=error"
    bool disable;
};

struct cli {
    enum cli_command command;
    bool help;    // --help was given
    bool version; // --version was given
    VEC(const char *) operands;
    bool has_flags; // there was a `--`
    VEC(const char *) flags;
    VEC(const char *) extra_args;        // --extra-arg
    VEC(const char *) extra_args_before; // --extra-arg-before
    // where the code is
    const char *database;
    const char *root;
    const char *config;
    bool isolated;
    // rules
    bool has_profile;
    enum profile profile;
    VEC(struct cli_setting) settings;
    VEC(const char *) models;
    // reports
    size_t format; // index into reporters[]
    bool has_format;
    enum cli_format list_format;
    VEC(struct cli_output) outputs;
    const char *store; // --db
    bool has_fail_on;
    enum level fail_on;
    bool exit_zero;
    const char *baseline; // --baseline
    const char *new_from; // --new-from
    uint64_t max_findings;
    bool prune;
    bool owners;       // --owners
    bool merged_flows; // --sarif-flows=merged
    VEC(const char *) tsan_logs;
    bool list; // query --list
    enum query_format query_format;
    bool force;   // init
    bool dry_run; // init
    bool fix;     // --fix or --fix-dry-run
    bool fix_unsafe;
    bool fix_dry_run;
    bool allow_partial;
    bool show_suppressed;
    bool stats;
    bool quiet;
    bool verbose;
    bool markdown;
    enum cli_color color;
    // work
    uint32_t jobs;       // 0 = one per processor
    uint32_t tu_timeout; // seconds
    uint32_t tu_memory;  // MiB
    bool no_cache;
    bool no_share; // --no-shared-headers
    const char *cache_dir;
    uint64_t cache_size; // MiB
    // facts
    const char *facts_file;
    uint32_t shard; // 1..shard_count; 0 = no shards
    uint32_t shard_count;
};

/// Reads the arguments of main(). Everything lives in `arena`. The error says what is wrong and
/// names the nearest option, command or value.
bool cli_parse(struct arena *arena, int argc, const char *const *argv, struct cli *ret_cli,
               struct error *err);
/// Help of the whole tool, or of one command.
void cli_print_help(FILE *out);
void cli_print_command_help(enum cli_command command, FILE *out);
/// The man page, section 1.
void cli_print_man(FILE *out);
/// The completion script of "bash", "zsh" or "fish". False when `shell` is none of them.
bool cli_print_completions(const char *shell, FILE *out);
/// docs/cli.md.
void cli_print_markdown(FILE *out);

#endif
