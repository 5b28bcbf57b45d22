#include "checker/base/fs.h"
#include "checker/drive/progress.h"
#include "checker/lsp/server.h"

// A change makes a folder dirty; it is analysed when nothing has changed for a moment. A result
// that arrives when it is dirty again is of a version nobody looks at any more, and dropped.
//
// A result that was kept from an earlier run has findings, and nothing about places (places.c).
// It is shown, and then a second analysis of the same text looks for what is missing.

#define PAUSE_MIN   0.05 // seconds
#define PAUSE_FIRST 0.2
#define PAUSE_MAX   0.5

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
    f.arena = ARENA_NEW(&s->arena, struct arena);
    arena_init(f.arena, 0);
    analysis_init(&f.analysis);
    folder_touch(&f, true);
    vec_push(&s->arena, &s->folders, f);
}

static void forget_files(struct folder *f) {
    arena_release(f->arena);
    arena_init(f->arena, 0);
    intern_init(&f->paths, f->arena);
    f->files.data = NULL;
    f->files.len = f->files.cap = 0;
}

void folder_release(struct server *s, struct folder *f) {
    (void)s;
    analysis_stop(&f->analysis);
    buf_release(&f->analysis.answer);
    cJSON_Delete(f->result);
    f->result = NULL;
    buf_release(&f->path);
    buf_release(&f->told);
    forget_files(f);
    arena_release(f->arena);
    f->is_open = false;
}

void folder_remove(struct server *s, struct str path) {
    struct folder *f = find(s, path);
    if (f) {
        folder_release(s, f);
        diagnostics_publish(s);
    }
}

// A part of what an analysis takes, so that a small project answers at once and a large one does
// not begin with every key.
static double pause_of(const struct folder *f) {
    double pause = f->took > 0 ? f->took / 2 : PAUSE_FIRST;
    return pause < PAUSE_MIN ? PAUSE_MIN : pause > PAUSE_MAX ? PAUSE_MAX : pause;
}

void folder_touch(struct folder *f, bool at_once) {
    f->is_dirty = true;
    f->due = progress_now() + (at_once ? 0 : pause_of(f));
}

void folder_touch_all(struct server *s, bool at_once) {
    for (uint32_t i = 0; i < s->folders.len; i++) {
        if (s->folders.data[i].is_open) {
            folder_touch(&s->folders.data[i], at_once);
        }
    }
}

bool folder_has(const struct folder *f, struct str path) {
    return f->is_open && fs_relative(buf_str(&f->path), path).len < path.len;
}

void folder_touch_file(struct server *s, struct str path, bool at_once) {
    bool is_inside = false;
    for (uint32_t i = 0; i < s->folders.len; i++) {
        is_inside |= folder_has(&s->folders.data[i], path);
    }
    for (uint32_t i = 0; i < s->folders.len; i++) {
        struct folder *f = &s->folders.data[i];
        if (f->is_open &&
            (!is_inside || folder_has(f, path))) { // else a header of several projects
            folder_touch(f, at_once);
            f->is_edited = true;
        }
    }
}

bool folder_is_settled(const struct folder *f) {
    return !f->is_open || (!f->is_dirty && (!f->analysis.pid || f->is_refinement));
}

const struct result_file *folder_file(const struct folder *f, struct str path) {
    uint32_t number = f->is_open && f->files.len ? intern_find(&f->paths, path) : UINT32_MAX;
    return number == UINT32_MAX ? NULL : &f->files.data[number];
}

// --- progress ---

static void put_progress(struct server *s, const struct folder *f, const char *kind) {
    struct message m;
    const struct analysis *a = &f->analysis;
    bool is_end = str_eq(str_from(kind), STR("end"));
    message_notify_begin(&m, "$/progress");
    json_object_begin(&m.json);
    json_key_int(&m.json, "token", f->progress);
    json_key(&m.json, "value");
    json_object_begin(&m.json);
    json_key_c(&m.json, "kind", kind);
    if (str_eq(str_from(kind), STR("begin"))) {
        json_key_c(&m.json, "title", "threadlint");
        json_key_bool(&m.json, "cancellable", true);
    }
    if (!is_end) {
        char text[64] = "reading the project";
        if (a->total) {
            (void)snprintf(text, sizeof text, "%u of %u files", a->done, a->total);
        }
        json_key_c(&m.json, "message", text);
        json_key_int(&m.json, "percentage", a->total ? (int64_t)a->done * 100 / a->total : 0);
    }
    json_object_end(&m.json);
    json_object_end(&m.json);
    message_send(s, &m);
}

// Shown while the project is read for the first time; later runs take little.
static void begin_progress(struct server *s, struct folder *f) {
    struct message m;
    if (!s->can.progress || f->result || f->progress) {
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
        if (f->is_open && f->progress == id && f->analysis.pid && !f->progress_shown) {
            f->progress_shown = true;
            put_progress(s, f, "begin");
        }
    }
}

// The next change starts another.
void folder_cancel(struct server *s, int64_t token) {
    for (uint32_t i = 0; i < s->folders.len; i++) {
        struct folder *f = &s->folders.data[i];
        if (f->is_open && token && f->progress == token) {
            analysis_stop(&f->analysis);
            f->is_dirty = false;
            f->has_failed = true;
            end_progress(s, f);
            pull_answer(s);
        }
    }
}

// --- analysis ---

static bool start(struct server *s, struct folder *f, bool refine) {
    const struct analysis_request request = {
        .folder = buf_str(&f->path),
        .database = s->settings.database.len ? buf_c(&s->settings.database) : NULL,
        .is_review = s->settings.is_review,
        .needs_places = refine,
        .flags = s->settings.flags.data,
        .flag_count = s->settings.flags.len,
        .documents = &s->documents,
    };
    f->is_refinement = refine;
    f->begun = progress_now();
    return analysis_start(&f->analysis, &request);
}

void folder_start_due(struct server *s, struct folder *f) {
    if (!f->is_dirty || progress_now() < f->due) {
        return;
    }
    f->is_dirty = false;
    f->has_failed = false;
    if (!start(s, f, false)) {
        f->has_failed = true;
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

static void tell_about(struct server *s, struct folder *f, const cJSON *result) {
    struct str error = member_text(result, "error");
    if (!result) {
        message_show(s, 4,
                     STR("the analysis ended without a result; the next change starts "
                         "another"));
    } else if (error.len) {
        tell_once(s, f, 1, error);
    } else if (member_true(result, "noDatabase")) {
        tell_once(
            s, f, 2,
            STR("threadlint found no compile database: open files are checked one by one, and "
                "nothing is said that needs the whole program. CMake writes one with "
                "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON, other builds with 'bear -- make'."));
    } else {
        buf_clear(&f->told); // to be said again when it is gone
    }
}

// --- results ---

static void make_absolute(struct server *s, cJSON *place, struct str root) {
    if (member_text(place, "file").len) {
        const char *path = fs_join(&s->scratch, root, member_text(place, "file"));
        cJSON_ReplaceItemInObjectCaseSensitive(place, "file", cJSON_CreateString(path));
    }
}

// Moves an item of a run over single files into the list of the result, with absolute paths.
static void adopt(struct server *s, cJSON *item, struct str root, cJSON *list) {
    static const char *const lists[] = {"steps", "related", NULL};
    make_absolute(s, item, root);
    make_absolute(s, cJSON_GetObjectItemCaseSensitive(item, "fix"), root);
    for (const char *const *key = lists; *key; key++) {
        cJSON *place = NULL;
        cJSON_ArrayForEach(place, cJSON_GetObjectItemCaseSensitive(item, *key)) {
            make_absolute(s, place, root);
        }
    }
    cJSON_AddItemToArray(list, item);
}

// What was found in files that no command reads goes to the rest.
static void merge_loose(struct server *s, cJSON *result) {
    static const char *const lists[] = {"findings", "notes", "threads", "functions", NULL};
    cJSON *loose = cJSON_GetObjectItemCaseSensitive(result, "loose");
    struct str root = member_text(loose, "root");
    for (const char *const *key = lists; *key; key++) {
        cJSON *from = cJSON_GetObjectItemCaseSensitive(loose, *key);
        cJSON *to = cJSON_GetObjectItemCaseSensitive(result, *key);
        if (!to) {
            to = cJSON_AddArrayToObject(result, *key);
        }
        while (from && from->child) {
            adopt(s, cJSON_DetachItemViaPointer(from, from->child), root, to);
        }
    }
}

// --- code that does not compile for the moment ---

// Rules that need the whole program say nothing while a file cannot be read fully, as is so most of
// the time that something is typed. What they said last is kept, in files that nobody touched.

static bool has_note(struct server *s, const cJSON *result, struct str path) {
    const cJSON *note = NULL;
    cJSON_ArrayForEach(note, member(result, "notes")) {
        const char *file =
            fs_join(&s->scratch, member_text(result, "root"), member_text(note, "file"));
        if (str_eq(str_from(file), path)) {
            return true;
        }
    }
    return false;
}

static bool is_touched(struct server *s, const cJSON *result, const cJSON *finding) {
    const char *path =
        fs_join(&s->scratch, member_text(result, "root"), member_text(finding, "file"));
    const struct document *doc = documents_find(&s->documents, str_from(path));
    return (doc && doc->good != doc->version) || has_note(s, result, str_from(path));
}

// Nothing but open documents is broken.
static bool is_broken_by_edit(struct server *s, const cJSON *result) {
    const cJSON *note = NULL;
    cJSON_ArrayForEach(note, member(result, "notes")) {
        const char *file =
            fs_join(&s->scratch, member_text(result, "root"), member_text(note, "file"));
        if (!documents_find(&s->documents, str_from(file))) {
            return false;
        }
    }
    return true;
}

static void carry_over(struct server *s, struct folder *f, cJSON *result) {
    cJSON *now = cJSON_GetObjectItemCaseSensitive(result, "findings");
    cJSON *before = cJSON_GetObjectItemCaseSensitive(f->result, "findings");
    cJSON *next = NULL;
    for (cJSON *item = now ? now->child : NULL; item; item = next) {
        next = item->next;
        if (!is_touched(s, result, item)) {
            cJSON_Delete(cJSON_DetachItemViaPointer(now, item));
        }
    }
    for (cJSON *item = before ? before->child : NULL; item; item = next) {
        next = item->next;
        if (!is_touched(s, result, item)) {
            cJSON_AddItemToArray(now, cJSON_DetachItemViaPointer(before, item));
        }
    }
}

static void note_good(struct server *s, const struct folder *f) {
    for (uint32_t i = 0; i < s->documents.items.len; i++) {
        struct document *doc = &s->documents.items.data[i];
        if (doc->is_open && folder_has(f, buf_str(&doc->path))) {
            doc->good = doc->version;
        }
    }
}

static struct result_file *file_of(struct server *s, struct folder *f, const cJSON *item) {
    const char *name = member_text(item, "file").ptr;
    const char *path = diagnostics_path(s, f, name);
    uint32_t number = intern(&f->paths, str_from(path));
    while (f->files.len <= number) { // number 0 is the empty text
        vec_push(f->arena, &f->files, (struct result_file){0});
    }
    f->files.data[number].name = name;
    f->files.data[number].path = intern_text(&f->paths, number);
    return &f->files.data[number];
}

static void keep(struct server *s, struct folder *f, cJSON *result) {
    const cJSON *item = NULL;
    cJSON_Delete(f->result);
    f->result = result;
    forget_files(f);
    cJSON_ArrayForEach(item, member(result, "findings")) {
        if (member_text(item, "file").len) {
            vec_push(f->arena, &file_of(s, f, item)->findings, item);
        }
    }
    cJSON_ArrayForEach(item, member(result, "notes")) {
        vec_push(f->arena, &file_of(s, f, item)->notes, item);
    }
}

static void refresh(struct server *s) {
    if (s->can.refresh_lenses) {
        message_request(s, "workspace/codeLens/refresh");
    }
    if (s->can.refresh_hints && s->settings.has_hints) {
        message_request(s, "workspace/inlayHint/refresh");
    }
}

// The same as what is known, from what was kept, and no document changed: as after saving.
static bool is_known(const struct folder *f, const cJSON *result) {
    return f->result && !f->is_edited && !member(result, "places") && member(f->result, "places") &&
           cJSON_Compare(member(result, "findings"), member(f->result, "findings"), true) &&
           cJSON_Compare(member(result, "notes"), member(f->result, "notes"), true);
}

static void take(struct server *s, struct folder *f, cJSON *result, bool was_refinement) {
    bool is_complete = member_true(result, "complete");
    merge_loose(s, result);
    if (is_known(f, result)) {
        cJSON_Delete(result);
        return;
    }
    if (is_complete) {
        note_good(s, f);
    } else if (f->was_complete && is_broken_by_edit(s, result)) {
        carry_over(s, f, result);
    }
    f->was_complete |= is_complete;
    f->is_edited = false;
    keep(s, f, result);
    diagnostics_publish(s);
    refresh(s);
    if (!was_refinement && !member(result, "places") && !member_true(result, "noDatabase")) {
        (void)start(s, f, true);
    }
}

void folder_read(struct server *s, struct folder *f) {
    cJSON *result = NULL;
    uint32_t done = f->analysis.done;
    if (!analysis_read(&f->analysis, &result)) {
        if (f->progress_shown && done != f->analysis.done) {
            put_progress(s, f, "report");
        }
        return;
    }
    bool was_refinement = f->is_refinement;
    f->is_refinement = false;
    f->took = member(result, "places") ? progress_now() - f->begun : f->took;
    end_progress(s, f);
    if (f->is_dirty) { // of a version nobody looks at any more
        cJSON_Delete(result);
        return;
    }
    tell_about(s, f, result);
    if (result && !member(result, "error")) {
        take(s, f, result, was_refinement);
    } else {
        f->has_failed = !was_refinement;
        cJSON_Delete(result);
    }
    pull_answer(s);
}
