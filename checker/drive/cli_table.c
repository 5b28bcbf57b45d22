#include "checker/drive/cli_table.h"

// Every command and option there is. To add an option: a row here, its place in struct cli, and a
// line in cli.c that stores it. Help, man page and docs/cli.md follow.

#define CHECK     (1u << CLI_CHECK)
#define REVIEW    (1u << CLI_REVIEW)
#define FACTS     (1u << CLI_FACTS)
#define LINK      (1u << CLI_LINK)
#define INIT      (1u << CLI_INIT)
#define SHOW      (1u << CLI_SHOW)
#define QUERY     (1u << CLI_QUERY)
#define LSP       (1u << CLI_LSP)
#define BASELINE  (1u << CLI_BASELINE)
#define CONFIRM   (1u << CLI_CONFIRM)
#define ANNOTATE  (1u << CLI_ANNOTATE)
#define RULES     (1u << CLI_RULES)
#define MAN       (1u << CLI_MAN)
#define LAUNCH    (1u << CLI_LAUNCH)
#define PARSING   (CHECK | REVIEW | BASELINE | FACTS | SHOW | INIT | CONFIRM | ANNOTATE)
#define REPORTING (CHECK | REVIEW | LINK | CONFIRM)
#define JUDGING   (REPORTING | BASELINE)
#define ANALYSIS  (PARSING | LINK)
#define ALL       ((1u << CLI_COMMAND_COUNT) - 1u)

enum { MANY = 1000000 };

const char cli_about[] =
    "threadlint finds concurrency mistakes in C and C++: locks left held, unlocked twice or "
    "never, threads nobody joins, objects that die before the thread that uses them, threads "
    "without bound, waits that miss their condition. It reads the commands of a real build from "
    "compile_commands.json, looks at the whole program at once and reports every finding with "
    "the steps that lead to it.";

const char *const cli_group_names[GROUP_COUNT] = {
    [GROUP_INPUT] = "Where the code is",
    [GROUP_RULES] = "Rules",
    [GROUP_REPORT] = "Reports and exit code",
    [GROUP_WORK] = "Work, limits and cache",
    [GROUP_GENERAL] = "General",
};

// The tables are laid out by hand: version 14 of the formatter ends itself on them.
// clang-format off
const struct cli_command_row cli_commands[CLI_COMMAND_COUNT] = {
    [CLI_CHECK] = {CLI_CHECK, "check", "[SOURCE...] [-- FLAGS]", 0, MANY, true, false,
                   "look for mistakes and report them (the default command)",
                   "Links every translation unit of the compile database and checks the program. "
                   "SOURCE arguments (sources, headers, directories) restrict what is reported, "
                   "not what is looked at.\n\nWithout a database, FLAGS after `--` are the "
                   "compiler flags of the SOURCE files. Rules that need the whole program are "
                   "then left out."},
    [CLI_REVIEW] = {CLI_REVIEW, "review", "[SOURCE...] [-- FLAGS]", 0, MANY, true, false,
                    "go through the review of concurrent code, point by point",
                    "Checks in the profile `review` and prints the thirteen points of a review and "
                    "architecture, one line each: what there is to ask about (threads, locks, "
                    "queues), how much of it answers the question, and what is open, with the "
                    "findings below it. `check` shows the steps that lead to a finding."},
    [CLI_FACTS] = {CLI_FACTS, "facts", "[SOURCE...] [-- FLAGS]", 0, MANY, true, false,
                   "write what translation units do into a fact file",
                   "The parallel half of an analysis spread over machines: each one runs "
                   "`threadlint facts --shard I/N -o FILE`, then one runs `threadlint link "
                   "FILE...` over all fact files."},
    [CLI_LAUNCH] = {CLI_LAUNCH, "launch", "-- COMPILER ARGUMENTS", 0, 0, true, false,
                    "run a compiler and read what it compiled, while a program is built",
                    "For build systems that put a launcher before the compiler, as CMake does "
                    "with `CMAKE_C_COMPILER_LAUNCHER`. Runs the command, and when it compiled a C or C++ "
                    "source, reads that into the cache, so that the `check` after the build parses "
                    "nothing. The exit code is the compiler's: what threadlint cannot read is "
                    "left to `check`."},
    [CLI_LINK] = {CLI_LINK, "link", "FACTS...", 1, MANY, false, false,
                  "check a program from fact files",
                  "Reports what `check` would report for the translation units in the fact "
                  "files. Absence is claimed only when the files are all shards of one database."},
    [CLI_BASELINE] = {CLI_BASELINE, "baseline", "[SOURCE...] [-- FLAGS]", 0, MANY, true, false,
                      "accept the findings of today",
                      "Checks, and writes what is found into a file that `check` reads: what is "
                      "in it is known and not reported again. Findings are recognised by rule, "
                      "function, subject and text of the line, so code may move. With `--prune` "
                      "only what is gone is taken out of the file."},
    [CLI_INIT] = {CLI_INIT, "init", "", 0, 0, false, false,
                  "write a first configuration from what is seen in the project",
                  "Reads the translation units and writes `.threadlint.json` into the project root: which "
                  "libraries of threads are used, where the tests are, which directories look like "
                  "code of others, and a profile that fits the size. Comments say why. Look through "
                  "it: it is a proposal."},
    [CLI_CONFIRM] = {CLI_CONFIRM, "confirm", "[SOURCE...] [-- FLAGS]", 0, MANY, true, false,
                     "tell which findings a run under ThreadSanitizer has shown",
                     "Checks, and compares what is found with the reports of ThreadSanitizer in the "
                     "files of `--tsan-log`: races, lock orders, leaked threads, misused locks, "
                     "signal handlers. Findings that such a report shows are marked as confirmed. "
                     "Reports that no finding tells are noted, and for findings that no run has "
                     "shown yet what a test would have to make happen."},
    [CLI_ANNOTATE] = {CLI_ANNOTATE, "annotate", "[-- FLAGS]", 0, MANY, true, false,
                      "write inferred guards into the sources, for clang to enforce",
                      "Prints a patch (`patch -p1`, `git apply`) that annotates globals and members "
                      "with the lock that guards them, and functions with the lock their callers "
                      "hold, for `clang -Wthread-safety`. Only guards that nothing in the program "
                      "contradicts are written. A header of macros comes with it; they are empty "
                      "for other compilers."},
    [CLI_SHOW] = {CLI_SHOW, "show",
                  "facts|summaries|callgraph|threads|channels [SOURCE...] [-- FLAGS]", 1, MANY, true,
                  false,
                  "print what the analysis knows",
                  "`show facts SOURCE` prints what was read of one translation unit. `show "
                  "summaries` prints what each function does that concerns its callers, in the "
                  "notation of models. `show callgraph` prints who calls whom. `show threads` "
                  "prints where threads are started and how they end, the locks, and signal and "
                  "exit handlers. `show channels` prints the queues between threads: who sends, "
                  "receives and closes, and what happens when they are full."},
    [CLI_QUERY] = {CLI_QUERY, "query", "[SQL|NAME]", 0, 1, false, false,
                   "ask the database that runs are stored in",
                   "Runs one statement of SQL that only reads, or a query known by name, on a "
                   "database that `--db` of `check` has made, and prints what comes out. Tables "
                   "and views are in docs/formats.md."},
    [CLI_LSP] = {CLI_LSP, "lsp", "", 0, 0, false, false, "serve an editor",
                 "A language server on standard input and output. It analyses the whole project "
                 "with the editor's unsaved buffers, and shows what a change in one file means for "
                 "others. See docs/editors.md."},
    [CLI_RULES] = {CLI_RULES, "rules", "", 0, 0, false, false, "list the rules",
     "One line per rule."},
    [CLI_EXPLAIN] = {CLI_EXPLAIN, "explain", "RULE", 1, 1, false, false, "explain a rule",
                     "Prints what the rule finds, why that is a mistake, and a bad and a good "
                     "example."},
    [CLI_CONFIG_SCHEMA] = {CLI_CONFIG_SCHEMA, "config-schema", "", 0, 0, false, false,
                           "print the JSON Schema of the configuration file",
                           "For editors that complete and check `.threadlint.json`."},
    [CLI_VERSION] = {CLI_VERSION, "version", "", 0, 0, false, false,
     "print the versions of threadlint and libclang",
                     "Two lines."},
    [CLI_HELP] = {CLI_HELP, "help", "[COMMAND]", 0, 1, false, false, "print help",
     "Same as `COMMAND --help`."},
    [CLI_MAN] = {CLI_MAN, "man", "", 0, 0, false, true, "print the manual page",
                 "In the format of man(7), or as Markdown."},
    [CLI_COMPLETIONS] = {CLI_COMPLETIONS, "completions", "bash|zsh|fish", 1, 1, false, false,
                         "print the completion script of a shell",
                         "For a shell that does not find the installed one: `source <(threadlint "
                         "completions bash)`."},
};

const struct cli_option cli_options[] = {
    {OPT_DATABASE, GROUP_INPUT, 'p', "database", "PATH", PARSING,
     "The compile database: `compile_commands.json` or its directory. Otherwise it is looked for "
     "here, in `build` and similar directories, and in the parents."},
    {OPT_ROOT, GROUP_INPUT, 0, "root", "DIR", ANALYSIS | LAUNCH,
     "Project root: findings are reported below it, paths are relative to it. Otherwise the "
     "directory of the configuration file, else the top of the git work tree, else the directory "
     "that holds sources and database."},
    {OPT_EXTRA_ARG, GROUP_INPUT, 0, "extra-arg", "ARG", PARSING,
     "A further argument for every compile command, at its end. Repeatable."},
    {OPT_EXTRA_ARG_BEFORE, GROUP_INPUT, 0, "extra-arg-before", "ARG", PARSING,
     "The same, before the other arguments; CMake's `CMAKE_C_CLANG_TIDY` gives one."},
    {OPT_CONFIG, GROUP_INPUT, 0, "config", "FILE", ANALYSIS | LAUNCH,
     "Configuration file. Otherwise the nearest `.threadlint.json` upward from the database, "
     "then from here."},
    {OPT_ISOLATED, GROUP_INPUT, 0, "isolated", NULL, ANALYSIS | LAUNCH, "Read no configuration file."},
    {OPT_PROFILE, GROUP_RULES, 0, "profile", "NAME", JUDGING,
     "`bugs`: likely and certain bugs (default). `review`: also the design questions a reviewer "
     "would ask."},
    {OPT_ENABLE, GROUP_RULES, 0, "enable", "PATTERN[=LEVEL]", JUDGING,
     "Enable rules by id, family or glob, at their own level or at LEVEL (note, warning, error). "
     "Repeatable; the last one that names a rule counts."},
    {OPT_DISABLE, GROUP_RULES, 0, "disable", "PATTERN", JUDGING,
     "Disable rules by id, family or glob. Repeatable."},
    {OPT_MODEL, GROUP_RULES, 0, "model", "FILE", JUDGING | SHOW | ANNOTATE,
     "Model file that tells what the functions of your libraries do. Repeatable."},
    {OPT_FORMAT, GROUP_REPORT, 0, "format", "FORMAT", REPORTING,
     "Format of the report on standard output: text (default), json, sarif, html, github, gitlab, "
     "rdjson, checkstyle or junit. In GitHub Actions the annotations follow the text by "
     "themselves."},
    {OPT_OUTPUT, GROUP_REPORT, 0, "output", "FORMAT=FILE", REPORTING,
     "Also write a report to FILE. Repeatable."},
    {OPT_BASELINE, GROUP_REPORT, 0, "baseline", "FILE", REPORTING,
     "Findings in FILE are known and not reported; see `threadlint baseline`. Otherwise the one "
     "the configuration names, else `.threadlint-baseline.json` in the project root when there "
     "is one."},
    {OPT_NEW_FROM, GROUP_REPORT, 0, "new-from", "REV", REPORTING,
     "Report only what is on lines changed since the git revision REV, or comes about by a step "
     "on such a line."},
    {OPT_MAX, GROUP_REPORT, 0, "max", "N", REPORTING,
     "Up to N findings do not change the exit code (default 0)."},
    {OPT_FIX, GROUP_REPORT, 0, "fix", NULL, REPORTING,
     "Mend what an edit that changes nothing else can mend, and report the rest. Files that have "
     "changed since they were read are left alone."},
    {OPT_FIX_UNSAFE, GROUP_REPORT, 0, "fix-unsafe", NULL, REPORTING,
     "As `--fix`, also with edits that may change what the program does otherwise: they want a "
     "look."},
    {OPT_FIX_DRY_RUN, GROUP_REPORT, 0, "fix-dry-run", NULL, REPORTING,
     "Write nothing, and print what `--fix` (or `--fix-unsafe`) would change as a unified diff "
     "in place of the report."},
    {OPT_BASELINE_FILE, GROUP_REPORT, 'o', "output", "FILE", BASELINE,
     "The baseline to write. Default: as `check` would read it."},
    {OPT_PRUNE, GROUP_REPORT, 0, "prune", NULL, BASELINE,
     "Only take out of the baseline what is not found any more."},
    {OPT_FORCE, GROUP_REPORT, 0, "force", NULL, INIT, "Replace a configuration that is there."},
    {OPT_DRY_RUN, GROUP_REPORT, 0, "dry-run", NULL, INIT,
     "Print what would be written, and write nothing."},
    {OPT_STORE, GROUP_REPORT, 0, "db", "FILE", REPORTING,
     "Also store the run in the SQLite database FILE, made when missing."},
    {OPT_TSAN_LOG, GROUP_INPUT, 0, "tsan-log", "FILE", CONFIRM,
     "What a program built with `-fsanitize=thread` printed, or what it wrote to the `log_path` of "
     "TSAN_OPTIONS. Repeatable."},
    {OPT_SARIF_FLOWS, GROUP_REPORT, 0, "sarif-flows", "HOW", REPORTING,
     "In SARIF, `threads` (default): a thread flow for each thread; or `merged`: all steps in one, "
     "each with the name of its thread, for viewers that show the first only."},
    {OPT_OWNERS, GROUP_REPORT, 0, "owners", NULL, REPORTING,
     "Ask git who last changed the line of each finding; `--db` and the JSON format keep it."},
    {OPT_QUERY_DB, GROUP_REPORT, 0, "db", "FILE", QUERY, "The database to ask."},
    {OPT_QUERY_FORMAT, GROUP_REPORT, 0, "format", "FORMAT", QUERY,
     "table (default), json (an object per row) or csv."},
    {OPT_QUERY_LIST, GROUP_REPORT, 0, "list", NULL, QUERY, "List the queries known by name."},
    {OPT_SHOW_SUPPRESSED, GROUP_REPORT, 0, "show-suppressed", NULL, REPORTING,
     "Report findings that are suppressed in the source or known by a baseline, too."},
    {OPT_COLOR, GROUP_REPORT, 0, "color", "WHEN", REPORTING | (1u << CLI_EXPLAIN),
     "auto (default: when standard output is a terminal), always or never."},
    {OPT_FAIL_ON, GROUP_REPORT, 0, "fail-on", "LEVEL", REPORTING,
     "Lowest level of a finding that makes the exit code 1: note, warning (default), error or "
     "never."},
    {OPT_EXIT_ZERO, GROUP_REPORT, 0, "exit-zero", NULL, REPORTING,
     "Findings do not change the exit code."},
    {OPT_ALLOW_PARTIAL, GROUP_REPORT, 0, "allow-partial", NULL, ANALYSIS & ~INIT,
     "Translation units that could not be read fully do not change the exit code."},
    {OPT_JOBS, GROUP_WORK, 'j', "jobs", "N", PARSING,
     "Parse N translation units at a time. Default: one per processor."},
    {OPT_TU_TIMEOUT, GROUP_WORK, 0, "tu-timeout", "SECONDS", PARSING | LAUNCH,
     "Give up on a translation unit after SECONDS (default 300)."},
    {OPT_TU_MEMORY, GROUP_WORK, 0, "tu-memory", "MIB", PARSING | LAUNCH,
     "Give up on a translation unit that needs more than MIB mebibytes (default 4096)."},
    {OPT_NO_CACHE, GROUP_WORK, 0, "no-cache", NULL, PARSING,
     "Parse everything anew and store nothing."},
    {OPT_NO_SHARE, GROUP_WORK, 0, "no-shared-headers", NULL, PARSING,
     "Parse the headers of each translation unit anew, also those that several begin with. The "
     "result is the same."},
    {OPT_CACHE_DIR, GROUP_WORK, 0, "cache-dir", "DIR", PARSING | LAUNCH,
     "Where parsed translation units are kept. Default: `.threadlint` in the project root; with "
     "`-- FLAGS` nowhere."},
    {OPT_CACHE_SIZE, GROUP_WORK, 0, "cache-size", "MIB", PARSING | LAUNCH,
     "Size the cache may have; the longest unused goes first (default 2048)."},
    {OPT_STATS, GROUP_GENERAL, 0, "stats", NULL, ANALYSIS,
     "Print figures of the run on standard error: time by phase, cache, calls resolved, syntax "
     "not understood."},
    {OPT_QUIET, GROUP_GENERAL, 'q', "quiet", NULL, ANALYSIS | LAUNCH,
     "No progress and no messages below warnings on standard error."},
    {OPT_VERBOSE, GROUP_GENERAL, 'v', "verbose", NULL, ANALYSIS | LAUNCH,
     "Say what is done, and show the messages of libclang."},
    {OPT_FACTS_FILE, GROUP_REPORT, 'o', "output", "FILE", FACTS,
     "The fact file to write; `-` is standard output."},
    {OPT_SHARD, GROUP_WORK, 0, "shard", "I/N", FACTS,
     "Only the I-th of N parts of the database (1/4, 2/4, 3/4, 4/4)."},
    {OPT_LIST_FORMAT, GROUP_REPORT, 0, "format", "FORMAT", RULES, "text (default), json or markdown (docs/rules.md)."},
    {OPT_MARKDOWN, GROUP_GENERAL, 0, "markdown", NULL, MAN, "As Markdown."},
    {OPT_STDIO, GROUP_GENERAL, 0, "stdio", NULL, LSP,
     "Accepted and ignored: some editors add it, and there is no other way."},
    {OPT_HELP, GROUP_GENERAL, 'h', "help", NULL, ALL, "Print help and exit."},
    {OPT_VERSION, GROUP_GENERAL, 0, "version", NULL, ALL, "Print versions and exit."},
};
const size_t cli_option_count = sizeof cli_options / sizeof *cli_options;

const struct cli_note cli_exit_codes[] = {
    {"0", "Nothing found at or above the level of `--fail-on`."},
    {"1", "Something found."},
    {"2",
     "Wrong use, wrong configuration, or a failure of threadlint itself: the message says what "
     "to do."},
    {"3",
     "Incomplete: some translation unit could not be read, or has errors in its code (a missing "
     "header, say). What was found in the rest is reported. `--allow-partial` turns this into 0 "
     "or 1."},
    {NULL, NULL},
};

const struct cli_note cli_environment[] = {
    {"NO_COLOR", "When set and not empty: no colours, unless `--color=always`."},
    {"CLICOLOR_FORCE",
     "When set and not `0`: colours also into files and pipes, unless `--color=never`."},
    {"GITHUB_ACTIONS",
     "When `true` and no `--format` is given: annotations after the text."},
    {"SOURCE_DATE_EPOCH",
     "Seconds since 1970 to use for every time in a report, for reproducible output."},
    {"CPATH, C_INCLUDE_PATH, CPLUS_INCLUDE_PATH",
     "Further include directories, as for the compiler."},
    {NULL, NULL},
};

const struct cli_note cli_files[] = {
    {".threadlint.json", "Configuration of a project; see `threadlint config-schema`."},
    {".threadlint-baseline.json", "Findings that are known; see `threadlint baseline`."},
    {".threadlint/cache.db",
     "Cache of parsed translation units, in the project root. May be deleted at any time."},
    {"compile_commands.json",
     "The compile database. CMake writes it with `-DCMAKE_EXPORT_COMPILE_COMMANDS=ON`, Meson "
     "always, `bear -- make` for other builds."},
    {NULL, NULL},
};

const struct cli_note cli_examples[] = {
    {"threadlint -p build", "Check the program built in `build`."},
    {"threadlint -p build src/net", "The same, reporting only what is in `src/net`."},
    {"threadlint queue.c -- -Iinclude -DNDEBUG", "Check one file without a compile database."},
    {"threadlint -p build --output sarif=threadlint.sarif --fail-on error",
     "For continuous integration: text on the console, SARIF for the code host, fail on errors "
     "only."},
    {"threadlint review -p build", "The review, point by point."},
    {"threadlint baseline -p build && threadlint -p build",
     "Accept what is found today, then report only what is new."},
    {"threadlint -p build --new-from origin/main", "What a branch adds."},
    {"threadlint -p build --db runs.db && threadlint query trend --db runs.db",
     "Remember what was found, and see how it develops."},
    {"./tests 2> tsan.log; threadlint confirm -p build --tsan-log tsan.log",
     "With tests built with `-fsanitize=thread`: which findings did a run show?"},
    {"threadlint explain shared-state-lock-leak",
     "What the rule means and how to fix what it finds."},
    {NULL, NULL},
};
