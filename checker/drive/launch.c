#include "checker/drive/launch.h"

// The command is the user's own, given on our command line by the build that runs it: commands of a
// compile database are never run.

#include "checker/base/log.h"
#include "checker/drive/load.h"
#include "checker/front/args.h"

#include <errno.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>

extern char **environ;

enum { NOT_STARTED = 127, KILLED = 128 };

static int run_command(const struct cli *cli, struct arena *arena) {
    char **args = ARENA_ARRAY(arena, char *, (size_t)cli->flags.len + 1);
    for (uint32_t i = 0; i < cli->flags.len; i++) {
        args[i] = arena_copy(arena, cli->flags.data[i], strlen(cli->flags.data[i]));
    }
    pid_t pid = 0;
    int status = 0;
    int failure = posix_spawnp(&pid, args[0], NULL, NULL, args, environ);
    if (failure) {
        log_message(LOG_ERROR, "cannot run '%s': %s", args[0],
                    strerror(failure)); // NOLINT(concurrency-mt-unsafe): one thread
        return NOT_STARTED;
    }
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR) {
            return NOT_STARTED;
        }
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : KILLED + WTERMSIG(status);
}

// Reads `source` with the flags of the command. What cannot be read has no entry in the cache.
static void read_source(const struct cli *cli, struct arena *arena, const char *source) {
    struct error err = {0};
    struct load load = {0};
    struct cli one = *cli;
    one.jobs = 1; // the build runs several of us
    struct project *p = ARENA_NEW(arena, struct project);
    bool ok = project_open(p, arena, &one, &source, 1, &err);
    if (ok) {
        load = (struct load){.project = p};
        ok = load_run(&load, &err);
    }
    if (cli->verbose && !ok) {
        log_message(LOG_WARNING, "'%s' is not read: %s", source, err.text);
    } else if (cli->verbose && load.failed) {
        log_message(LOG_WARNING, STR_FMT, STR_ARG(load.tus[0].failure));
    }
}

int launch_command(const struct cli *cli) {
    struct arena arena;
    if (!cli->flags.len) {
        log_message(LOG_ERROR,
                    "'launch' needs the compiler and its arguments after '--': threadlint "
                    "launch -- cc -c queue.c");
        return 2;
    }
    arena_init(&arena, 0);
    int code = run_command(cli, &arena);
    const char *source = code ? NULL : args_compiled_source(cli->flags.data, cli->flags.len);
    if (source) {
        read_source(cli, &arena, source);
    }
    arena_release(&arena);
    return code;
}
