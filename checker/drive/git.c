#include "checker/drive/git.h"

#include "checker/base/buf.h"
#include "checker/base/map.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_OUTPUT = 256 << 20, READ_BYTES = 1 << 16, LINES_AT_ONCE = 200 };

extern char **environ;

// --- running it ---

static bool read_all(int fd, struct buf *out) {
    char bytes[READ_BYTES];
    for (;;) {
        ssize_t n = read(fd, bytes, sizeof bytes);
        if (n == 0) {
            return true;
        }
        if (n < 0 && errno != EINTR) {
            return false;
        }
        if (n > 0) {
            buf_add(out, str_make(bytes, (size_t)n));
        }
    }
}

bool git_run(struct arena *arena, const char *const *argv, bool quiet, struct str *ret,
             struct error *err) {
    int ends[2];
    if (pipe(ends) != 0) {
        return error_set(err, "cannot make a pipe for git");
    }
    (void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    if (quiet) {
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    }
    pid_t pid = 0;
    union {
        const char *const *given;
        char *const *wanted; // posix_spawnp does not write to them
    } args = {.given = argv};
    bool started = posix_spawnp(&pid, "git", &actions, NULL, args.wanted, environ) == 0;
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    struct buf text;
    buf_init(&text, MAX_OUTPUT);
    bool ok = started && read_all(ends[0], &text);
    close(ends[0]);
    int status = 0;
    while (started && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    ok = ok && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    *ret = str_make(arena_copy(arena, buf_c(&text), text.len), text.len);
    buf_release(&text);
    if (!started) {
        return error_set(err, "git cannot be started");
    }
    return ok || error_set(err, "git could not tell");
}

// --- revision ---

// First line of what git says; empty when it says no.
static struct str ask(struct arena *arena, struct str root, const char *a, const char *b,
                      const char *c) {
    const char *const argv[] = {"git", "-C", root.ptr, a, b, c, NULL};
    struct str text = {0};
    struct error err = {0};
    return git_run(arena, argv, true, &text, &err) ? str_trim(str_cut(&text, '\n'))
                                                   : (struct str){0};
}

struct str git_public_address(struct arena *arena, struct str address) {
    struct str rest = address;
    size_t scheme = str_find(address, STR("://"), 0);
    struct buf out;
    buf_init(&out, 1 << 14);
    if (str_starts(address, STR("file://")) || !address.len) {
        rest = (struct str){0};
    } else if (scheme != SIZE_MAX) {
        rest = str_slice(address, scheme + 3, address.len);
        buf_add(&out, str_slice(address, 0, scheme + 3));
    } else { // host:path, unless the colon is part of a path
        size_t colon = str_find_char(address, ':', 0);
        size_t slash = str_find_char(address, '/', 0);
        rest = colon < slash ? address : (struct str){0};
        buf_add_c(&out, rest.len ? "ssh://" : "");
    }
    struct str path = rest;
    struct str host = str_cut(&path, scheme == SIZE_MAX ? ':' : '/');
    size_t at = str_rfind_char(host, '@');
    buf_add(&out, at == SIZE_MAX ? host : str_slice(host, at + 1, host.len));
    if (path.len) {
        buf_add_c(&out, path.ptr[0] == '/' ? "" : "/");
        size_t query = str_find_char(path, '?', 0); // may hold a token
        buf_add(&out, query == SIZE_MAX ? path : str_slice(path, 0, query));
    }
    struct str kept = str_make(arena_copy(arena, buf_c(&out), out.len), out.len);
    buf_release(&out);
    return kept;
}

struct report_revision git_revision(struct arena *arena, struct str root) {
    struct report_revision r = {.id = ask(arena, root, "rev-parse", "--verify", "HEAD")};
    if (r.id.len) {
        r.branch = ask(arena, root, "symbolic-ref", "--short", "HEAD");
        struct str remote = ask(arena, root, "config", "--get", "remote.origin.url");
        r.repository = git_public_address(arena, remote);
    }
    return r;
}

// --- owners ---

// The lines of one file that are asked about.
struct question {
    struct arena *arena;
    struct str root;
    const struct finding_list *findings;
    struct report_owner *owners;
    struct map commits; // hash of a revision -> index in `known`
    VEC(struct report_owner) known;
    bool any;
};

static bool is_zero(struct str revision) {
    for (size_t i = 0; i < revision.len; i++) {
        if (revision.ptr[i] != '0') {
            return false;
        }
    }
    return true;
}

static struct report_owner *commit_of(struct question *q, struct str revision) {
    uint64_t key = hash64(revision.ptr, revision.len, 0);
    uint32_t index = 0;
    if (!map_get(&q->commits, key, &index)) {
        index = q->known.len;
        vec_push(q->arena, &q->known, ((struct report_owner){.revision = revision}));
        map_put(&q->commits, key, index);
    }
    return &q->known.data[index];
}

static void give(struct question *q, struct str file, uint64_t line,
                 const struct report_owner *owner) {
    for (uint32_t i = 0; i < q->findings->items.len; i++) {
        const struct place *p = &q->findings->items.data[i].place;
        if (p->line == line && str_eq(p->file, file)) {
            q->owners[i] = *owner;
            q->any = true;
        }
    }
}

static void take_header(struct report_owner *o, struct str line) {
    struct str value = line;
    struct str key = str_cut(&value, ' ');
    if (str_eq(key, STR("author"))) {
        o->author = value;
    } else if (str_eq(key, STR("author-mail"))) {
        o->email = value.len > 2 ? str_slice(value, 1, value.len - 1) : value; // <a@b>
    } else if (str_eq(key, STR("author-time"))) {
        (void)str_to_i64(value, &o->time);
    }
}

// The porcelain format: "revision old-line new-line [count]", headers unless they were there
// before, the line after a tab.
static void take_answer(struct question *q, struct str file, struct str text) {
    struct report_owner *owner = NULL;
    uint64_t number = 0;
    while (text.len) {
        struct str line = str_cut(&text, '\n');
        if (str_starts(line, STR("\t"))) {
            if (owner && !is_zero(owner->revision)) {
                give(q, file, number, owner);
            }
            owner = NULL;
        } else if (owner) {
            take_header(owner, line);
        } else {
            struct str revision = str_cut(&line, ' ');
            (void)str_cut(&line, ' ');
            owner = str_to_u64(str_cut(&line, ' '), &number) ? commit_of(q, revision) : NULL;
        }
    }
}

static void blame(struct question *q, struct str file, const uint32_t *lines, uint32_t count) {
    const char *argv[2 * LINES_AT_ONCE + 12] = {"git",           "-C",         q->root.ptr,
                                                "--no-pager",    "blame",      "--no-textconv",
                                                "--no-progress", "--porcelain"};
    uint32_t n = 8;
    for (uint32_t i = 0; i < count; i++) {
        char range[32];
        int len = snprintf(range, sizeof range, "%u,%u", lines[i], lines[i]);
        argv[n++] = "-L";
        argv[n++] = arena_copy(q->arena, range, (size_t)len);
    }
    argv[n++] = "--";
    argv[n] = arena_copy(q->arena, file.ptr, file.len);
    struct str text = {0};
    struct error err = {0};
    if (git_run(q->arena, argv, true, &text, &err)) {
        take_answer(q, file, text);
    }
}

const struct report_owner *git_owners(struct arena *arena, struct str root,
                                      const struct finding_list *findings) {
    uint32_t count = findings->items.len;
    struct question q = {.arena = arena, .root = root, .findings = findings};
    q.owners = ARENA_ARRAY(arena, struct report_owner, count + 1);
    map_init(&q.commits, arena);
    uint32_t lines[LINES_AT_ONCE];
    uint32_t n = 0;
    for (uint32_t i = 0; i < count; i++) { // sorted by file and line
        const struct place *p = &findings->items.data[i].place;
        const struct place *next = i + 1 < count ? &findings->items.data[i + 1].place : NULL;
        if (p->line && p->file.len && p->file.ptr[0] != '/') {
            lines[n] = p->line;
            n += n == 0 || lines[n - 1] != p->line;
        }
        if (n && (n == LINES_AT_ONCE || !next || !str_eq(next->file, p->file))) {
            blame(&q, p->file, lines, n);
            n = 0;
        }
    }
    return q.any ? q.owners : NULL;
}
