// threadlint: a concurrency linter for C and C++. Arguments -> command -> exit code; nothing else.
#include "checker/base/log.h"
#include "checker/drive/annotate.h"
#include "checker/drive/explain.h"
#include "checker/drive/init.h"
#include "checker/drive/launch.h"
#include "checker/drive/output.h"
#include "checker/drive/query.h"
#include "checker/drive/run.h"
#include "checker/drive/shard.h"
#include "checker/drive/show.h"
#include "checker/drive/worker.h"
#include "checker/lsp/lsp.h"

#include "version.h"

#include <signal.h>

static int print_help(const struct cli *cli) {
    struct error err = {0};
    struct arena arena;
    struct cli about = {.command = CLI_CHECK};
    bool whole = cli->command == CLI_CHECK || cli->command == CLI_HELP;
    arena_init(&arena, 0);
    if (cli->command == CLI_HELP && cli->operands.len) {
        const char *const argv[] = {"threadlint", cli->operands.data[0], "--help"};
        whole = false;
        if (!cli_parse(&arena, 3, argv, &about, &err) || about.operands.len) {
            log_message(LOG_ERROR, "there is no command '%s'; 'threadlint help' lists them",
                        cli->operands.data[0]);
            arena_release(&arena);
            return EXIT_USAGE;
        }
    } else {
        about.command = cli->command;
    }
    arena_release(&arena);
    if (whole) {
        cli_print_help(stdout);
    } else {
        cli_print_command_help(about.command, stdout);
    }
    return output_finish();
}

static int print_version(void) {
    struct arena arena;
    arena_init(&arena, 0);
    struct str version = worker_front_version(&arena);
    (void)printf("threadlint %s\nlibclang: " STR_FMT "\n", THREADLINT_VERSION, STR_ARG(version));
    arena_release(&arena);
    return output_finish();
}

static int print_man(const struct cli *cli) {
    if (cli->markdown) {
        cli_print_markdown(stdout);
    } else {
        cli_print_man(stdout);
    }
    return output_finish();
}

static int print_completions(const char *shell) {
    if (!cli_print_completions(shell, stdout)) {
        log_message(LOG_ERROR, "there is no completion for '%s', only for bash, zsh and fish",
                    shell);
        return EXIT_USAGE;
    }
    return output_finish();
}

static int dispatch(const struct cli *cli, int argc, const char *const *argv) {
    if (cli->help) {
        return print_help(cli);
    }
    if (cli->version) {
        return print_version();
    }
    switch (cli->command) {
    case CLI_CHECK:
    case CLI_REVIEW:
    case CLI_BASELINE:
    case CLI_CONFIRM:
        return run_check(cli, argc, argv);
    case CLI_LINK:
        return run_fact_files(cli, argc, argv);
    case CLI_FACTS:
        return shard_command(cli);
    case CLI_LAUNCH:
        return launch_command(cli);
    case CLI_LSP:
        return lsp_run();
    case CLI_ANNOTATE:
        return annotate_run(cli);
    case CLI_QUERY:
        return query_run(cli);
    case CLI_INIT:
        return init_run(cli);
    case CLI_SHOW:
        return show_run(cli);
    case CLI_RULES:
        return explain_rules(cli);
    case CLI_EXPLAIN:
        return explain_rule(cli);
    case CLI_CONFIG_SCHEMA:
        config_print_schema(stdout);
        return output_finish();
    case CLI_VERSION:
        return print_version();
    case CLI_HELP:
        return print_help(cli);
    case CLI_MAN:
        return print_man(cli);
    case CLI_COMPLETIONS:
        return print_completions(cli->operands.data[0]);
    case CLI_COMMAND_COUNT:
        break;
    }
    return EXIT_USAGE;
}

int main(int argc, char **argv) {
    struct arena arena;
    struct cli cli;
    struct error err = {0};
    int code = EXIT_USAGE;
    arena_init(&arena, 0);
    (void)signal(
        SIGXFSZ,
        SIG_IGN); // a write over the size limit fails instead: a report or the cache says so
    if (cli_parse(&arena, argc, (const char *const *)argv, &cli, &err)) {
        code = dispatch(&cli, argc, (const char *const *)argv);
    } else {
        log_message(LOG_ERROR, "%s", err.text);
    }
    arena_release(&arena);
    return code;
}
