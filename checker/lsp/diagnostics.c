#include "checker/base/fs.h"
#include "checker/base/intern.h"
#include "checker/base/utf.h"
#include "checker/lsp/server.h"

#include "version.h"

// Diagnostics are pushed, also for files that are not open: a finding is often about two files.

enum { MAX_TEXT = 64 << 20, MAX_RELATED = 100 };

const char *diagnostics_path(struct server *s, const struct folder *f, const char *file) {
    return fs_join(&s->scratch, member_text(f->result, "root"), str_from(file));
}

struct str diagnostics_text(struct server *s, struct str path) {
    const struct document *doc = documents_find(&s->documents, path);
    struct str text = {0};
    if (doc) {
        return buf_str(&doc->text);
    }
    (void)fs_read(&s->scratch, arena_copy(&s->scratch, path.ptr, path.len), MAX_TEXT, &text, NULL);
    return text;
}

static void put_position(struct json *j, const char *key, uint32_t line, uint32_t character) {
    json_key(j, key);
    json_object_begin(j);
    json_key_int(j, "line", line);
    json_key_int(j, "character", character);
    json_object_end(j);
}

void diagnostics_range(struct server *s, struct json *j, struct str text, uint32_t line,
                       uint32_t col, uint32_t end_col) {
    uint32_t at = line ? line - 1 : 0;
    struct str content = text_line(text, at);
    size_t from = col ? col - 1 : 0;
    size_t to = end_col > col ? end_col - 1 : content.len;
    json_object_begin(j);
    put_position(j, "start", at, text_units(content, from, s->encoding));
    put_position(j, "end", at, text_units(content, to > from ? to : from, s->encoding));
    json_object_end(j);
}

static void put_uri(struct server *s, struct json *j, const char *path) {
    const struct document *doc = documents_find(&s->documents, str_from(path));
    struct buf uri;
    buf_init(&uri, 1 << 16);
    if (doc) {
        buf_add(&uri, buf_str(&doc->uri)); // as the editor writes it
    } else {
        uri_add_path(&uri, str_from(path));
    }
    json_key_str(j, "uri", buf_str(&uri));
    buf_release(&uri);
}

// --- one diagnostic ---

static void put_related(struct server *s, const struct folder *f, struct json *j,
                        const cJSON *places, uint32_t *count) {
    const cJSON *p = NULL;
    cJSON_ArrayForEach(p, places) {
        uint32_t line = (uint32_t)member_number(p, "line");
        if (!line || ++*count > MAX_RELATED) {
            continue;
        }
        const char *path = diagnostics_path(s, f, member_text(p, "file").ptr);
        json_object_begin(j);
        json_key(j, "location");
        json_object_begin(j);
        put_uri(s, j, path);
        json_key(j, "range");
        diagnostics_range(s, j, diagnostics_text(s, str_from(path)), line,
                          (uint32_t)member_number(p, "column"), 0);
        json_object_end(j);
        json_key_str(j, "message", member_text(p, "message"));
        json_object_end(j);
    }
}

static int severity_of(struct str level) {
    return str_eq(level, STR("error")) ? 1 : str_eq(level, STR("warning")) ? 2 : 3;
}

static void put_finding(struct server *s, const struct folder *f, struct json *j,
                        const cJSON *finding, struct str text) {
    uint32_t count = 0;
    struct str rule = member_text(finding, "rule");
    json_object_begin(j);
    json_key(j, "range");
    diagnostics_range(s, j, text, (uint32_t)member_number(finding, "line"),
                      (uint32_t)member_number(finding, "column"),
                      (uint32_t)member_number(finding, "endColumn"));
    json_key_int(j, "severity", severity_of(member_text(finding, "level")));
    json_key_str(j, "code", rule);
#ifdef REPORT_HOME_URL
    char url[256];
    (void)snprintf(url, sizeof url, "%s/rules/" STR_FMT, REPORT_HOME_URL, STR_ARG(rule));
    json_key(j, "codeDescription");
    json_object_begin(j);
    json_key_c(j, "href", url);
    json_object_end(j);
#endif
    json_key_c(j, "source", "threadlint");
    json_key_str(j, "message", member_text(finding, "message"));
    if (str_eq(rule, STR("suppression-unused"))) {
        json_key(j, "tags");
        json_array_begin(j);
        json_int(j, 1); // unnecessary
        json_array_end(j);
    }
    json_key(j, "relatedInformation");
    json_array_begin(j);
    put_related(s, f, j, cJSON_GetObjectItemCaseSensitive(finding, "steps"), &count);
    put_related(s, f, j, cJSON_GetObjectItemCaseSensitive(finding, "related"), &count);
    json_array_end(j);
    json_key(j, "data");
    json_object_begin(j);
    json_key_str(j, "fingerprint", member_text(finding, "fingerprint"));
    json_object_end(j);
    json_object_end(j);
}

// What could not be read is told where it is.
static void put_note(struct server *s, struct json *j, const cJSON *note, struct str text) {
    json_object_begin(j);
    json_key(j, "range");
    diagnostics_range(s, j, text, (uint32_t)member_number(note, "line"), 0, 0);
    json_key_int(j, "severity", 3);
    json_key_c(j, "source", "threadlint");
    json_key_str(j, "message", member_text(note, "message"));
    json_object_end(j);
}

// --- one file ---

static bool is_of(const cJSON *item, const char *file) {
    return str_eq(member_text(item, "file"), str_from(file));
}

static void publish_file(struct server *s, const struct folder *f, const char *path,
                         const char *file) {
    struct message m;
    struct arena_mark mark = arena_mark(&s->scratch);
    const struct document *doc = documents_find(&s->documents, str_from(path));
    struct str text = file ? diagnostics_text(s, str_from(path)) : (struct str){0};
    const cJSON *item = NULL;
    message_notify_begin(&m, "textDocument/publishDiagnostics");
    json_object_begin(&m.json);
    put_uri(s, &m.json, path);
    if (doc) {
        json_key_int(&m.json, "version", doc->version);
    }
    json_key(&m.json, "diagnostics");
    json_array_begin(&m.json);
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(f->result, "findings")) {
        if (file && is_of(item, file)) {
            put_finding(s, f, &m.json, item, text);
        }
    }
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(f->result, "notes")) {
        if (file && is_of(item, file)) {
            put_note(s, &m.json, item, text);
        }
    }
    json_array_end(&m.json);
    json_object_end(&m.json);
    message_send(s, &m);
    arena_reset(&s->scratch, mark);
}

// --- all files ---

struct file_set {
    struct interner names;
    VEC(const char *) files; // as findings name them
    VEC(const char *) paths;
};

static void collect(struct server *s, const struct folder *f, const char *key,
                    struct file_set *ret) {
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(f->result, key)) {
        struct str file = member_text(item, "file");
        if (file.len && intern_find(&ret->names, file) == UINT32_MAX) {
            (void)intern(&ret->names, file);
            vec_push(&s->scratch, &ret->files, file.ptr);
            vec_push(&s->scratch, &ret->paths, diagnostics_path(s, f, file.ptr));
        }
    }
}

static bool has_path(const struct file_set *set, struct str path) {
    for (uint32_t i = 0; i < set->paths.len; i++) {
        if (str_eq(str_from(set->paths.data[i]), path)) {
            return true;
        }
    }
    return false;
}

static void retract(struct server *s, struct folder *f, const struct file_set *except) {
    for (uint32_t i = 0; i < f->published.len; i++) {
        if (!has_path(except, f->published.data[i])) {
            publish_file(s, f, f->published.data[i].ptr, NULL);
        }
    }
    arena_release(&f->arena);
    f->published.data = NULL;
    f->published.len = f->published.cap = 0;
}

void diagnostics_publish(struct server *s, struct folder *f) {
    struct file_set set = {0};
    intern_init(&set.names, &s->scratch);
    collect(s, f, "findings", &set);
    collect(s, f, "notes", &set);
    // An open document is told also when there is nothing: the client knows it was looked at.
    retract(s, f, &set);
    for (uint32_t i = 0; i < s->documents.items.len; i++) {
        const struct document *doc = &s->documents.items.data[i];
        if (doc->is_open && !has_path(&set, buf_str(&doc->path)) &&
            fs_relative(buf_str(&f->path), buf_str(&doc->path)).len < doc->path.len) {
            publish_file(s, f, buf_c(&doc->path), NULL);
        }
    }
    for (uint32_t i = 0; i < set.files.len; i++) {
        struct str path = str_from(set.paths.data[i]);
        publish_file(s, f, path.ptr, set.files.data[i]);
        vec_push(&f->arena, &f->published,
                 str_make(arena_copy(&f->arena, path.ptr, path.len), path.len));
    }
}

void diagnostics_clear(struct server *s, struct folder *f) {
    const struct file_set none = {0};
    retract(s, f, &none);
}
