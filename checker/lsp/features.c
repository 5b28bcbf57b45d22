#include "checker/lsp/server.h"

// Answers from the last result: lenses over the functions that threads run, hints for locks held,
// the map of threads.

bool feature_is_at(struct server *s, const struct folder *f, const cJSON *item, const char *path,
                   uint32_t line) {
    struct str file = member_text(item, "file");
    return member_number(item, "line") == line && file.len &&
           str_eq(str_from(diagnostics_path(s, f, file.ptr)), str_from(path));
}

void feature_describe_end(struct buf *out, const cJSON *thread) {
    struct str end = member_text(thread, "end");
    struct str file = member_text(thread, "endFile");
    buf_add(out, end);
    if (file.len && member_number(thread, "endLine")) {
        buf_addf(out, " at " STR_FMT ":%lld", STR_ARG(file),
                 (long long)member_number(thread, "endLine"));
    }
}

const cJSON *feature_entry(const struct folder *f, struct str name) {
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, member(f->result, "entries")) {
        if (str_eq(member_text(item, "name"), name)) {
            return item;
        }
    }
    return NULL;
}

static void add_locks(struct buf *out, const cJSON *entry) {
    const cJSON *lock = NULL;
    uint32_t count = 0;
    cJSON_ArrayForEach(lock, member(entry, "locks")) {
        buf_addf(out, "%s%s", count++ ? ", " : "; takes ", lock->valuestring);
    }
}

uint32_t feature_describe_entry(const struct folder *f, struct str name, struct buf *out) {
    uint32_t count = 0;
    const cJSON *t = NULL;
    cJSON_ArrayForEach(t, member(f->result, "threads")) {
        if (str_eq(member_text(t, "entry"), name)) {
            buf_addf(out, "%s" STR_FMT ":%lld", count++ ? "; " : "thread started at ",
                     STR_ARG(member_text(t, "file")), (long long)member_number(t, "line"));
            buf_add_c(out, ", ");
            feature_describe_end(out, t);
        }
    }
    if (count) {
        add_locks(out, feature_entry(f, name));
    }
    return count;
}

// --- code lenses ---

static void put_lenses(struct server *s, const struct folder *f, struct json *j, const char *path,
                       const struct text_lines *text) {
    const cJSON *fn = NULL;
    cJSON_ArrayForEach(fn, member(f->result, "functions")) {
        uint32_t line = (uint32_t)member_number(fn, "line");
        struct buf title;
        buf_init(&title, 4096);
        if (feature_is_at(s, f, fn, path, line) &&
            feature_describe_entry(f, member_text(fn, "name"), &title)) {
            json_object_begin(j);
            json_key(j, "range");
            diagnostics_range(s, j, text, line, 0, 0);
            json_key(j, "command");
            json_object_begin(j);
            json_key_str(j, "title", buf_str(&title));
            json_key_c(j, "command", ""); // only to be read
            json_object_end(j);
            json_object_end(j);
        }
        buf_release(&title);
    }
}

void feature_code_lens(struct server *s, struct json *j, const cJSON *params) {
    const char *path = document_path(s, params);
    struct text_lines text = {0};
    if (path) {
        text_lines_init(&text, &s->scratch, diagnostics_text(s, str_from(path)));
    }
    json_array_begin(j);
    for (uint32_t i = 0; i < s->folders.len && path; i++) {
        const struct folder *f = &s->folders.data[i];
        if (f->is_open && f->result) {
            put_lenses(s, f, j, path, &text);
        }
    }
    json_array_end(j);
}

// --- hints ---

static void put_hints(struct server *s, const struct folder *f, struct json *j, const cJSON *params,
                      const char *path, const struct text_lines *text) {
    const cJSON *range = member(params, "range");
    int64_t first = member_number(member(range, "start"), "line");
    int64_t last = member_number(member(range, "end"), "line");
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, member(f->result, "held")) {
        int64_t line = member_number(item, "line") - 1;
        if (line < first || line > last || !feature_is_at(s, f, item, path, (uint32_t)(line + 1))) {
            continue;
        }
        struct str content = text_lines_get(text, (uint32_t)line);
        struct buf label;
        buf_init(&label, 1 << 16);
        buf_addf(&label, "holds " STR_FMT, STR_ARG(member_text(item, "locks")));
        json_object_begin(j);
        diagnostics_position(j, "position", (uint32_t)line,
                             text_units(content, content.len, s->encoding));
        json_key_str(j, "label", buf_str(&label));
        json_key_bool(j, "paddingLeft", true);
        json_object_end(j);
        buf_release(&label);
    }
}

void feature_inlay_hint(struct server *s, struct json *j, const cJSON *params) {
    const char *path = s->settings.has_hints ? document_path(s, params) : NULL;
    struct text_lines text = {0};
    if (path) {
        text_lines_init(&text, &s->scratch, diagnostics_text(s, str_from(path)));
    }
    json_array_begin(j);
    for (uint32_t i = 0; i < s->folders.len && path; i++) {
        if (s->folders.data[i].is_open && s->folders.data[i].result) {
            put_hints(s, &s->folders.data[i], j, params, path, &text);
        }
    }
    json_array_end(j);
}

// --- the map of threads ---

static void put_location(struct server *s, const struct folder *f, struct json *j, const char *key,
                         struct str file, int64_t line) {
    json_key(j, key);
    if (!file.len || line <= 0) {
        json_null(j);
        return;
    }
    json_object_begin(j);
    diagnostics_put_uri(s, j, diagnostics_path(s, f, file.ptr));
    json_key_int(j, "line", line - 1);
    json_object_end(j);
}

static void put_map_entry(const struct folder *f, struct json *j, struct str name) {
    const cJSON *entry = feature_entry(f, name);
    const cJSON *lock = NULL;
    json_key(j, "locks");
    json_array_begin(j);
    cJSON_ArrayForEach(lock, member(entry, "locks")) {
        json_str(j, str_from(lock->valuestring));
    }
    json_array_end(j);
    json_key_str(j, "stop", member_text(entry, "stop"));
}

static void put_map_thread(struct server *s, const struct folder *f, struct json *j,
                           const cJSON *t) {
    json_object_begin(j);
    json_key_str(j, "entry", member_text(t, "entry"));
    put_location(s, f, j, "start", member_text(t, "file"), member_number(t, "line"));
    json_key_str(j, "startedBy", member_text(t, "function"));
    json_key_str(j, "handle", member_text(t, "handle"));
    json_key_str(j, "end", member_text(t, "end"));
    put_location(s, f, j, "endAt", member_text(t, "endFile"), member_number(t, "endLine"));
    json_key_bool(j, "many", member_true(t, "many"));
    put_map_entry(f, j, member_text(t, "entry"));
    json_object_end(j);
}

static void put_map(struct server *s, const struct folder *f, struct json *j) {
    const cJSON *item = NULL;
    json_object_begin(j);
    diagnostics_put_uri(s, j, buf_c(&f->path));
    json_key(j, "threads");
    json_array_begin(j);
    cJSON_ArrayForEach(item, member(f->result, "threads")) {
        put_map_thread(s, f, j, item);
    }
    json_array_end(j);
    json_key(j, "locks");
    json_array_begin(j);
    cJSON_ArrayForEach(item, member(f->result, "locks")) {
        json_object_begin(j);
        json_key_str(j, "name", member_text(item, "name"));
        json_key_str(j, "type", member_text(item, "kind"));
        json_key_int(j, "acquires", member_number(item, "acquires"));
        json_object_end(j);
    }
    json_array_end(j);
    json_object_end(j);
}

void feature_thread_map(struct server *s, struct json *j, const cJSON *params) {
    const char *path = document_path(s, params); // of one file's folders, or all
    json_object_begin(j);
    json_key(j, "folders");
    json_array_begin(j);
    for (uint32_t i = 0; i < s->folders.len; i++) {
        const struct folder *f = &s->folders.data[i];
        if (f->is_open && f->result && (!path || folder_has(f, str_from(path)))) {
            put_map(s, f, j);
        }
    }
    json_array_end(j);
    json_object_end(j);
}
