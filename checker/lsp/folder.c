#include "checker/drive/progress.h"
#include "checker/lsp/server.h"

// A change makes a folder dirty; it is analysed when nothing has changed for a moment. A result
// that arrives when it is dirty again is of a version nobody looks at any more, and dropped.

static void set(struct buf *b, struct str s) {
    buf_clear(b);
    buf_add(b, s);
}

static struct folder *find(const struct server *s, struct str path) {
    for (uint32_t i = 0; i < s->folders.len; i++) {
        struct folder *f = &s->folders.data[i];
        if (f->is_open && str_eq(buf_str(&f->path), path)) {
            return f;
        }
    }
    return NULL;
}

void folder_add(struct server *s, struct str path) {
    if (find(s, path)) {
        return;
    }
    struct folder f = {.is_open = true};
    buf_init(&f.path, 1 << 16);
    buf_init(&f.told, 1 << 16);
    buf_add(&f.path, path);
    arena_init(&f.arena, 0);
    analysis_init(&f.analysis);
    folder_touch(&f, 0);
    vec_push(&s->arena, &s->folders, f);
}

void folder_release(struct server *s, struct folder *f) {
    (void)s;
    analysis_stop(&f->analysis);
    buf_release(&f->analysis.answer);
    cJSON_Delete(f->result);
    f->result = NULL;
    buf_release(&f->path);
    buf_release(&f->told);
    arena_release(&f->arena);
    f->is_open = false;
}

void folder_remove(struct server *s, struct str path) {
    struct folder *f = find(s, path);
    if (f) {
        diagnostics_clear(s, f);
        folder_release(s, f);
    }
}

void folder_touch(struct folder *f, double delay) {
    f->is_dirty = true;
    f->due = progress_now() + delay;
}

void folder_touch_all(struct server *s, double delay) {
    for (uint32_t i = 0; i < s->folders.len; i++) {
        if (s->folders.data[i].is_open) {
            folder_touch(&s->folders.data[i], delay);
        }
    }
}

// --- progress ---

static void put_progress(struct server *s, const struct folder *f, const char *kind) {
    struct message m;
    message_notify_begin(&m, "$/progress");
    json_object_begin(&m.json);
    json_key_int(&m.json, "token", f->progress);
    json_key(&m.json, "value");
    json_object_begin(&m.json);
    json_key_c(&m.json, "kind", kind);
    if (str_eq(str_from(kind), STR("begin"))) {
        json_key_c(&m.json, "title", "threadlint");
        json_key_c(&m.json, "message", "reading the project");
    }
    json_object_end(&m.json);
    json_object_end(&m.json);
    message_send(s, &m);
}

// Shown while the project is read for the first time; later runs take little.
static void begin_progress(struct server *s, struct folder *f) {
    struct message m;
    if (!s->can_progress || f->result || f->progress) {
        return;
    }
    f->progress = message_request_begin(s, &m, "window/workDoneProgress/create");
    json_object_begin(&m.json);
    json_key_int(&m.json, "token", f->progress);
    json_object_end(&m.json);
    message_send(s, &m);
}

static void end_progress(struct server *s, struct folder *f) {
    if (f->progress_shown) {
        put_progress(s, f, "end");
    }
    f->progress_shown = false;
    f->progress = 0;
}

void folder_answered(struct server *s, int64_t id) {
    for (uint32_t i = 0; i < s->folders.len; i++) {
        struct folder *f = &s->folders.data[i];
        if (f->is_open && f->progress == id && f->analysis.pid) {
            f->progress_shown = true;
            put_progress(s, f, "begin");
        }
    }
}

// --- analysis ---

static bool has_open_document(const struct server *s) {
    for (uint32_t i = 0; i < s->documents.items.len; i++) {
        if (s->documents.items.data[i].is_open) {
            return true;
        }
    }
    return false;
}

void folder_start_due(struct server *s, struct folder *f) {
    if (!f->is_dirty || progress_now() < f->due) {
        return;
    }
    f->is_dirty = false;
    if (f->is_single && !has_open_document(s)) {
        diagnostics_clear(s, f);
        return;
    }
    const struct analysis_request request = {
        .folder = buf_str(&f->path),
        .database = s->database.len ? buf_c(&s->database) : NULL,
        .is_review = s->is_review,
        .single = f->is_single,
        .documents = &s->documents,
    };
    if (!analysis_start(&f->analysis, &request)) {
        message_show(s, 1, STR("threadlint cannot start a process to analyse the code"));
        return;
    }
    begin_progress(s, f);
}

static void tell_once(struct server *s, struct folder *f, int type, struct str text) {
    if (!str_eq(buf_str(&f->told), text)) {
        set(&f->told, text);
        message_show(s, type, text);
    }
}

// Without a database each open file is looked at by itself.
static void fall_back(struct server *s, struct folder *f) {
    f->is_single = true;
    folder_touch(f, 0);
    tell_once(s, f, 2,
              STR("threadlint found no compile database: open files are checked one by one, and "
                  "nothing is said that needs the whole program. CMake writes one with "
                  "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON, other builds with 'bear -- make'."));
}

static void on_failure(struct server *s, struct folder *f, const cJSON *result) {
    struct str error = member_text(result, "error");
    if (!result) {
        message_show(s, 4,
                     STR("the analysis ended without a result; the next change starts "
                         "another"));
    } else if (error.len) {
        tell_once(s, f, 1, error);
    } else {
        fall_back(s, f);
    }
}

void folder_read(struct server *s, struct folder *f) {
    cJSON *result = NULL;
    if (!analysis_read(&f->analysis, &result)) {
        return;
    }
    end_progress(s, f);
    bool is_good = cJSON_IsArray(cJSON_GetObjectItemCaseSensitive(result, "findings"));
    if (f->is_dirty || !is_good) {
        if (!f->is_dirty) {
            on_failure(s, f, result);
        }
        cJSON_Delete(result);
        return;
    }
    cJSON_Delete(f->result);
    f->result = result;
    diagnostics_publish(s, f);
    if (s->can_refresh_lenses) {
        struct message m;
        (void)message_request_begin(s, &m, "workspace/codeLens/refresh");
        json_null(&m.json);
        message_send(s, &m);
    }
}
