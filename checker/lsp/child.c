// The process of one analysis: runs the pipeline over the folder and writes what came out as one
// JSON object, {"noDatabase": true}, {"error": "..."} or
//   {"root", "complete", "baseline", "findings": as in the JSON format,
//    "notes": [{file, line, message}],
//    "threads": [{entry, file, line, function, handle, end, endFile, endLine, many}],
//    "functions": [{name, file, line}] of thread entries, "locks": [{name, kind, acquires}],
//    members of places.c, "loose": the same for open files that no command reads}.
// Before it, a line "done total" for every command that was read.

#include "checker/base/fs.h"
#include "checker/drive/run.h"
#include "checker/front/args.h"
#include "checker/front/compdb.h"
#include "checker/lsp/analysis.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { MAX_FINDINGS = 5000 };

#define PROGRESS_SECONDS 0.1

struct job {
    struct arena arena;
    const struct analysis_request *request;
    FILE *out;
    double told; // when progress was
    char *text;  // the answer
    size_t len;
    FILE *file; // writes it
    struct json json;
    VEC(struct unsaved_file) unsaved;
    VEC(const char *) loose; // open files that no command reads
    VEC(struct str) found;   // files of the run, absolute
};

// --- what came out ---

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
}

static void put_inventory(struct json *j, const struct report *r) {
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
    json_key(j, "locks");
    json_array_begin(j);
    for (uint32_t i = 0; i < r->locks.len; i++) {
        json_object_begin(j);
        json_key_str(j, "name", r->locks.data[i].name);
        json_key_str(j, "kind", r->locks.data[i].kind);
        json_key_int(j, "acquires", r->locks.data[i].acquires);
        json_object_end(j);
    }
    json_array_end(j);
}

static void on_report(void *ctx, const struct report *r, struct program *p) {
    struct job *job = ctx;
    struct json *j = &job->json;
    json_key_str(j, "root", r->root);
    json_key_bool(j, "complete", r->complete);
    json_key_str(j, "baseline", r->baseline);
    put_findings(j, r);
    put_notes(j, r);
    put_threads(j, r);
    put_inventory(j, r);
    if (p) {
        places_put(j, r, p, job->request->documents);
    }
    for (uint32_t i = 0; i < r->files.len; i++) {
        const char *path = fs_join(&job->arena, r->root, r->files.data[i].path);
        vec_push(&job->arena, &job->found, str_from(path));
    }
}

static void on_progress(void *ctx, uint32_t done, uint32_t total) {
    struct job *job = ctx;
    double now = progress_now();
    if (now - job->told > PROGRESS_SECONDS) {
        job->told = now;
        (void)fprintf(job->out, "%u %u\n", done, total);
        (void)fflush(job->out);
    }
}

// --- what is asked ---

// A source that may be checked by itself; headers depend on who includes them.
static bool is_source(struct str path) {
    struct str name = fs_basename(path);
    size_t dot = str_rfind_char(name, '.');
    char first = dot + 1 < name.len ? name.ptr[dot + 1] : '\0';
    return args_file_language(path) != ARGS_NO_C && first != 'h' && first != 'H';
}

static bool is_found(const struct job *job, struct str path) {
    for (uint32_t i = 0; i < job->found.len; i++) {
        if (str_eq(job->found.data[i], path)) {
            return true;
        }
    }
    return false;
}

static void find_loose(struct job *job) {
    const struct documents *documents = job->request->documents;
    for (uint32_t i = 0; i < documents->items.len; i++) {
        const struct document *doc = &documents->items.data[i];
        struct str path = buf_str(&doc->path);
        bool is_inside = doc->is_open && fs_relative(job->request->folder, path).len < path.len;
        // one that was never saved has no file to begin with
        if (is_inside && is_source(path) && !is_found(job, path) && fs_exists(buf_c(&doc->path))) {
            vec_push(&job->arena, &job->loose, buf_c(&doc->path));
        }
    }
}

static struct cli settings_of(struct job *job, bool loose) {
    const struct analysis_request *q = job->request;
    struct cli cli = {.command = CLI_CHECK,
                      .tu_timeout = 60,
                      .tu_memory = 4096,
                      .cache_size = 2048,
                      .quiet = true,
                      .database = loose ? NULL : q->database,
                      .has_flags = loose,
                      .has_profile = q->is_review,
                      .profile = q->is_review ? PROFILE_REVIEW : PROFILE_BUGS};
    for (uint32_t i = 0; loose && i < job->loose.len; i++) {
        vec_push(&job->arena, &cli.operands, job->loose.data[i]);
    }
    for (uint32_t i = 0; loose && i < q->flag_count; i++) {
        vec_push(&job->arena, &cli.flags, q->flags[i]);
    }
    return cli;
}

static void analyse(struct job *job, bool loose) {
    struct error err = {0};
    struct cli cli = settings_of(job, loose);
    const struct run_listener listener = {
        .ctx = job,
        .needs_program = job->request->needs_places,
        .on_report = on_report,
        .on_progress = loose ? NULL : on_progress,
    };
    if (!run_buffers(&cli, job->unsaved.data, job->unsaved.len, &listener, &err)) {
        json_key_c(&job->json, "error", err.text);
    }
}

// Open files that no command reads: by themselves, with the flags of the settings.
static void analyse_loose(struct job *job) {
    find_loose(job);
    if (job->loose.len) {
        json_key(&job->json, "loose");
        json_object_begin(&job->json);
        analyse(job, true);
        json_object_end(&job->json);
    }
}

// A document that is as on disk is an ordinary file, which costs less to look after.
static bool is_as_on_disk(struct job *job, const struct document *doc) {
    struct arena_mark mark = arena_mark(&job->arena);
    struct str text = {0};
    struct error err = {0};
    bool is_same = fs_read(&job->arena, buf_c(&doc->path), DOCUMENT_MAX_BYTES, &text, &err) &&
                   str_eq(text, buf_str(&doc->text));
    arena_reset(&job->arena, mark);
    return is_same;
}

static bool begin(struct job *job, int fd, pid_t parent) {
    const struct analysis_request *q = job->request;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    job->out = fdopen(fd, "wb");
    int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (getppid() != parent || !job->out || null_fd < 0 ||
        chdir(arena_copy(&job->arena, q->folder.ptr, q->folder.len)) != 0) {
        return false;
    }
    (void)dup2(null_fd, STDIN_FILENO); // the protocol is the server's
    (void)dup2(null_fd, STDOUT_FILENO);
    for (uint32_t i = 0; i < q->documents->items.len; i++) {
        const struct document *doc = &q->documents->items.data[i];
        if (doc->is_open && !is_as_on_disk(job, doc)) {
            struct unsaved_file u = {buf_str(&doc->path), buf_str(&doc->text)};
            vec_push(&job->arena, &job->unsaved, u);
        }
    }
    job->file = open_memstream(&job->text, &job->len);
    json_init(&job->json, job->file, false);
    return job->file != NULL;
}

_Noreturn void analysis_child(const struct analysis_request *q, int fd, pid_t parent) {
    struct job job = {.request = q};
    arena_init(&job.arena, 0);
    if (!begin(&job, fd, parent)) {
        _exit(1);
    }
    bool is_lost = !q->database && !compdb_find(&job.arena, fs_cwd(&job.arena));
    json_object_begin(&job.json);
    if (is_lost) {
        json_key_bool(&job.json, "noDatabase", true);
    } else {
        analyse(&job, false);
    }
    analyse_loose(&job);
    json_object_end(&job.json);
    bool ok = fclose(job.file) == 0 && fwrite(job.text, 1, job.len, job.out) == job.len &&
              fflush(job.out) == 0;
    _exit(ok ? 0 : 1);
}
