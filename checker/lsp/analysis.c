#include "checker/lsp/analysis.h"

// The answer: {"noDatabase": true}, {"error": "..."} or {"root", "complete", "findings": as in the
// JSON format, "notes": [{file, line, message}], "threads": [{entry, file, line, function, handle,
// end, many}], "functions": [{name, file, line}] of thread entries}.

#include "checker/base/fs.h"
#include "checker/base/json.h"
#include "checker/drive/run.h"
#include "checker/front/compdb.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_ANSWER = 512 << 20, MAX_FINDINGS = 5000, READ_BYTES = 1 << 16 };

void analysis_init(struct analysis *a) {
    *a = (struct analysis){.fd = -1};
    buf_init(&a->answer, MAX_ANSWER);
}

// --- in the child ---

static void put_place(struct json *j, struct place place) {
    json_key_str(j, "file", place.file);
    json_key_int(j, "line", place.line);
}

static void put_findings(struct json *j, const struct report *r) {
    uint32_t shown = 0;
    json_key(j, "findings");
    json_array_begin(j);
    for (uint32_t i = 0; i < r->findings->items.len && shown < MAX_FINDINGS; i++) {
        const struct finding *f = &r->findings->items.data[i];
        if (!f->suppressed && !f->known) {
            report_put_finding(j, r, f);
            shown++;
        }
    }
    json_array_end(j);
}

static void put_notes(struct json *j, const struct report *r) {
    json_key(j, "notes");
    json_array_begin(j);
    for (uint32_t i = 0; i < r->notes.len; i++) {
        const struct report_note *note = &r->notes.data[i];
        if (note->level == LEVEL_ERROR && note->place.file.len) {
            json_object_begin(j);
            put_place(j, note->place);
            json_key_str(j, "message", note->text);
            json_object_end(j);
        }
    }
    json_array_end(j);
}

static bool is_entry(const struct report *r, struct str name) {
    for (uint32_t i = 0; i < r->threads.len; i++) {
        if (str_eq(r->threads.data[i].entry, name)) {
            return true;
        }
    }
    return false;
}

static void put_threads(struct json *j, const struct report *r) {
    json_key(j, "threads");
    json_array_begin(j);
    for (uint32_t i = 0; i < r->threads.len; i++) {
        const struct report_thread *t = &r->threads.data[i];
        json_object_begin(j);
        json_key_str(j, "entry", t->entry);
        put_place(j, t->spawn);
        json_key_str(j, "function", t->spawn_function);
        json_key_str(j, "handle", t->handle);
        json_key_c(j, "end", t->end);
        json_key_str(j, "endFile", t->end_place.file);
        json_key_int(j, "endLine", t->end_place.line);
        json_key_bool(j, "many", t->many);
        json_object_end(j);
    }
    json_array_end(j);
    json_key(j, "functions");
    json_array_begin(j);
    for (uint32_t i = 0; i < r->functions.len; i++) {
        if (is_entry(r, r->functions.data[i].name)) {
            json_object_begin(j);
            json_key_str(j, "name", r->functions.data[i].name);
            put_place(j, r->functions.data[i].place);
            json_object_end(j);
        }
    }
    json_array_end(j);
}

static void write_report(void *ctx, const struct report *r) {
    struct json *j = ctx;
    json_key_str(j, "root", r->root);
    json_key_bool(j, "complete", r->complete);
    put_findings(j, r);
    put_notes(j, r);
    put_threads(j, r);
}

static struct cli settings_of(const struct analysis_request *q, struct arena *arena) {
    struct cli cli = {.command = CLI_CHECK,
                      .tu_timeout = 60,
                      .tu_memory = 4096,
                      .cache_size = 2048,
                      .quiet = true,
                      .database = q->database,
                      .has_flags = q->single,
                      .has_profile = q->is_review,
                      .profile = q->is_review ? PROFILE_REVIEW : PROFILE_BUGS};
    for (uint32_t i = 0; i < q->documents->items.len && q->single; i++) {
        const struct document *doc = &q->documents->items.data[i];
        if (doc->is_open && fs_exists(buf_c(&doc->path))) { // else: not saved for the first time
            vec_push(arena, &cli.operands, buf_c(&doc->path));
        }
    }
    return cli;
}

_Noreturn static void child(const struct analysis_request *q, int fd, pid_t parent) {
    struct arena arena;
    struct error err = {0};
    VEC(struct unsaved_file) unsaved = {0};
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    FILE *out = fdopen(fd, "wb");
    int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    arena_init(&arena, 0);
    if (getppid() != parent || !out || null_fd < 0 ||
        chdir(arena_copy(&arena, q->folder.ptr, q->folder.len)) != 0) {
        _exit(1);
    }
    (void)dup2(null_fd, STDIN_FILENO); // the protocol is the server's
    (void)dup2(null_fd, STDOUT_FILENO);
    for (uint32_t i = 0; i < q->documents->items.len; i++) {
        const struct document *doc = &q->documents->items.data[i];
        if (doc->is_open) {
            struct unsaved_file u = {buf_str(&doc->path), buf_str(&doc->text)};
            vec_push(&arena, &unsaved, u);
        }
    }
    struct cli cli = settings_of(q, &arena);
    struct json j;
    json_init(&j, out, false);
    json_object_begin(&j);
    bool is_nothing = q->single && !cli.operands.len;
    bool is_lost = !q->single && !q->database && !compdb_find(&arena, fs_cwd(&arena));
    if (is_lost) {
        json_key_bool(&j, "noDatabase", true);
    } else if (is_nothing) {
        json_key(&j, "findings");
        json_array_begin(&j);
        json_array_end(&j);
    } else if (!run_buffers(&cli, unsaved.data, unsaved.len, write_report, &j, &err)) {
        json_key_c(&j, "error", err.text);
    }
    json_object_end(&j);
    _exit(fflush(out) == 0 ? 0 : 1);
}

// --- in the server ---

void analysis_stop(struct analysis *a) {
    if (a->pid) {
        (void)kill(-a->pid, SIGKILL); // its workers, too
        (void)kill(a->pid, SIGKILL);
        while (waitpid(a->pid, NULL, 0) < 0 && errno == EINTR) {
        }
        close(a->fd);
    }
    a->pid = 0;
    a->fd = -1;
    buf_clear(&a->answer);
}

bool analysis_start(struct analysis *a, const struct analysis_request *request) {
    int ends[2];
    analysis_stop(a);
    if (pipe(ends) != 0) {
        return false;
    }
    (void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    (void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    (void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        (void)setpgid(0, 0);
        close(ends[0]);
        child(request, ends[1], parent);
    }
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return false;
    }
    (void)setpgid(pid, pid);
    a->pid = pid;
    a->fd = ends[0];
    return true;
}

bool analysis_read(struct analysis *a, struct cJSON **ret) {
    char bytes[READ_BYTES];
    *ret = NULL;
    for (;;) {
        ssize_t n = read(a->fd, bytes, sizeof bytes);
        if (n > 0) {
            buf_add(&a->answer, str_make(bytes, (size_t)n));
        } else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
            break;
        } else if (errno == EAGAIN) {
            return false;
        }
    }
    struct str all = buf_str(&a->answer);
    *ret = a->answer.overflow ? NULL : cJSON_ParseWithLength(all.ptr ? all.ptr : "", all.len);
    analysis_stop(a);
    return true;
}
