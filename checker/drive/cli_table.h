// The table of commands and options. Private to the cli*.c files.
#ifndef CHECKER_DRIVE_CLI_TABLE_H
#define CHECKER_DRIVE_CLI_TABLE_H

#include "checker/drive/cli.h"

enum cli_option_id {
    OPT_HELP,
    OPT_VERSION,
    OPT_DATABASE,
    OPT_ROOT,
    OPT_EXTRA_ARG,
    OPT_EXTRA_ARG_BEFORE,
    OPT_CONFIG,
    OPT_ISOLATED,
    OPT_PROFILE,
    OPT_ENABLE,
    OPT_DISABLE,
    OPT_MODEL,
    OPT_FORMAT,
    OPT_OUTPUT,
    OPT_STORE,
    OPT_BASELINE,
    OPT_NEW_FROM,
    OPT_MAX,
    OPT_FIX,
    OPT_FIX_UNSAFE,
    OPT_FIX_DRY_RUN,
    OPT_PRUNE,
    OPT_OWNERS,
    OPT_SARIF_FLOWS,
    OPT_TSAN_LOG,
    OPT_QUERY_DB,
    OPT_QUERY_FORMAT,
    OPT_QUERY_LIST,
    OPT_FORCE,
    OPT_DRY_RUN,
    OPT_SHOW_SUPPRESSED,
    OPT_COLOR,
    OPT_FAIL_ON,
    OPT_EXIT_ZERO,
    OPT_ALLOW_PARTIAL,
    OPT_JOBS,
    OPT_TU_TIMEOUT,
    OPT_TU_MEMORY,
    OPT_NO_CACHE,
    OPT_NO_SHARE,
    OPT_CACHE_DIR,
    OPT_CACHE_SIZE,
    OPT_STATS,
    OPT_QUIET,
    OPT_VERBOSE,
    OPT_FACTS_FILE,
    OPT_BASELINE_FILE,
    OPT_SHARD,
    OPT_LIST_FORMAT,
    OPT_MARKDOWN,
    OPT_STDIO,
};

enum cli_group { GROUP_INPUT, GROUP_RULES, GROUP_REPORT, GROUP_WORK, GROUP_GENERAL, GROUP_COUNT };

struct cli_option {
    enum cli_option_id id;
    enum cli_group group;
    char short_name; // 0 = none
    const char *name;
    const char *arg;   // "FILE"; NULL = a switch
    uint32_t commands; // bit per enum cli_command
    const char *help;  // sentences; words in backquotes are code
};

struct cli_command_row {
    enum cli_command command;
    const char *name;
    const char *operands; // "[SOURCE...] [-- FLAGS]"
    uint32_t min_operands;
    uint32_t max_operands;
    bool takes_flags;    // `-- FLAGS`
    bool hidden;         // not listed
    const char *summary; // no full stop
    const char *text;    // paragraphs separated by an empty line
};

// A term and what it means: exit codes, environment, files, examples.
struct cli_note {
    const char *term;
    const char *text;
};

extern const struct cli_option cli_options[];
extern const size_t cli_option_count;
extern const struct cli_command_row cli_commands[CLI_COMMAND_COUNT];
extern const char *const cli_group_names[GROUP_COUNT];
extern const char cli_about[];
extern const struct cli_note cli_exit_codes[];  // ends with term NULL
extern const struct cli_note cli_environment[]; // ends with term NULL
extern const struct cli_note cli_files[];       // ends with term NULL
extern const struct cli_note cli_examples[];    // ends with term NULL

/// The `index`-th word that `option` can have as its value, or begin its value with; NULL past the
/// last one, and for options whose value is no such word.
const char *cli_option_word(enum cli_option_id option, size_t index);

static inline bool cli_option_applies(const struct cli_option *o, enum cli_command c) {
    return (o->commands & (1u << c)) != 0;
}

#endif
