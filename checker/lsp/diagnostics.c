#include "checker/base/fs.h"
#include "checker/base/hash.h"
#include "checker/lsp/server.h"

#include "version.h"

#include <stdlib.h>

// Findings as diagnostics. When they are pushed, then also for files that are not open: a finding
// is often about two files. A file is told again only when what is said of it became other.

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

void diagnostics_position(struct json *j, const char *key, uint32_t line, uint32_t character) {
    json_key(j, key);
    json_object_begin(j);
    json_key_int(j, "line", line);
    json_key_int(j, "character", character);
    json_object_end(j);
}

void diagnostics_range(struct server *s, struct json *j, const struct text_lines *text,
                       uint32_t line, uint32_t col, uint32_t end_col) {
    uint32_t at = line ? line - 1 : 0;
    struct str content = text_lines_get(text, at);
    size_t from = col ? col - 1 : 0;
    size_t to = end_col > col ? end_col - 1 : content.len;
    json_object_begin(j);
    diagnostics_position(j, "start", at, text_units(content, from, s->encoding));
    diagnostics_position(j, "end", at, text_units(content, to > from ? to : from, s->encoding));
    json_object_end(j);
}

void diagnostics_put_uri(struct server *s, struct json *j, const char *path) {
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

// --- texts of one message, each read once ---

struct texts {
    struct server *server;
    struct interner paths;
    VEC(struct text_lines) items;
};

static void texts_init(struct texts *t, struct server *s) {
    *t = (struct texts){.server = s};
    intern_init(&t->paths, &s->scratch);
}

static const struct text_lines *texts_get(struct texts *t, struct str path) {
    struct arena *arena = &t->server->scratch;
    uint32_t number = intern(&t->paths, path);
    while (t->items.len <= number) {
        struct text_lines lines;
        text_lines_init(&lines, arena, diagnostics_text(t->server, path));
        vec_push(arena, &t->items, lines);
    }
    return &t->items.data[number];
}

// --- one diagnostic ---

static void put_related(struct texts *t, const struct folder *f, struct json *j,
                        const cJSON *places, uint32_t *count) {
    const cJSON *p = NULL;
    cJSON_ArrayForEach(p, places) {
        uint32_t line = (uint32_t)member_number(p, "line");
        if (!line || ++*count > MAX_RELATED) {
            continue;
        }
        const char *path = diagnostics_path(t->server, f, member_text(p, "file").ptr);
        json_object_begin(j);
        json_key(j, "location");
        json_object_begin(j);
        diagnostics_put_uri(t->server, j, path);
        json_key(j, "range");
        diagnostics_range(t->server, j, texts_get(t, str_from(path)), line,
                          (uint32_t)member_number(p, "column"), 0);
        json_object_end(j);
        json_key_str(j, "message", member_text(p, "message"));
        json_object_end(j);
    }
}

static int severity_of(struct str level) {
    return str_eq(level, STR("error")) ? 1 : str_eq(level, STR("warning")) ? 2 : 3;
}

// To the rule's page or, where the project has none on the net, to a file with its chapter.
static void put_link(struct server *s, const struct folder *f, struct json *j, struct str rule) {
    struct buf url;
    if (!s->can.links) {
        return;
    }
    buf_init(&url, 1 << 16);
#ifdef REPORT_HOME_URL
    (void)f;
    buf_addf(&url, "%s/rules/" STR_FMT, REPORT_HOME_URL, STR_ARG(rule));
#else
    struct error err = {0};
    const char *path = feature_document(s, f, rule, &err);
    if (path) {
        uri_add_path(&url, str_from(path));
    }
#endif
    if (url.len) {
        json_key(j, "codeDescription");
        json_object_begin(j);
        json_key_str(j, "href", buf_str(&url));
        json_object_end(j);
    }
    buf_release(&url);
}

static void put_finding(struct texts *t, const struct folder *f, struct json *j,
                        const cJSON *finding, struct str path) {
    uint32_t count = 0;
    struct str rule = member_text(finding, "rule");
    json_object_begin(j);
    json_key(j, "range");
    diagnostics_range(t->server, j, texts_get(t, path), (uint32_t)member_number(finding, "line"),
                      (uint32_t)member_number(finding, "column"),
                      (uint32_t)member_number(finding, "endColumn"));
    json_key_int(j, "severity", severity_of(member_text(finding, "level")));
    json_key_str(j, "code", rule);
    put_link(t->server, f, j, rule);
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
    put_related(t, f, j, member(finding, "steps"), &count);
    put_related(t, f, j, member(finding, "related"), &count);
    json_array_end(j);
    json_key(j, "data");
    json_object_begin(j);
    json_key_str(j, "fingerprint", member_text(finding, "fingerprint"));
    json_object_end(j);
    json_object_end(j);
}

// What could not be read is told where it is.
static void put_note(struct texts *t, struct json *j, const cJSON *note, struct str path) {
    json_object_begin(j);
    json_key(j, "range");
    diagnostics_range(t->server, j, texts_get(t, path), (uint32_t)member_number(note, "line"), 0,
                      0);
    json_key_int(j, "severity", 3);
    json_key_c(j, "source", "threadlint");
    json_key_str(j, "message", member_text(note, "message"));
    json_object_end(j);
}

// --- one file ---

// Two folders, one within the other, say the same of the files both have.
static bool is_said_before(const struct server *s, uint32_t folder, const cJSON *finding,
                           struct str path) {
    for (uint32_t i = 0; i < folder; i++) {
        const struct result_file *file = folder_file(&s->folders.data[i], path);
        for (uint32_t k = 0; file && k < file->findings.len; k++) {
            if (str_eq(member_text(file->findings.data[k], "fingerprint"),
                       member_text(finding, "fingerprint"))) {
                return true;
            }
        }
    }
    return false;
}

static void put_file(struct texts *t, struct json *j, struct str path) {
    struct server *s = t->server;
    json_array_begin(j);
    for (uint32_t i = 0; i < s->folders.len; i++) {
        const struct folder *f = &s->folders.data[i];
        const struct result_file *file = folder_file(f, path);
        for (uint32_t k = 0; file && k < file->findings.len; k++) {
            if (!is_said_before(s, i, file->findings.data[k], path)) {
                put_finding(t, f, j, file->findings.data[k], path);
            }
        }
        for (uint32_t k = 0; file && k < file->notes.len; k++) {
            put_note(t, j, file->notes.data[k], path);
        }
    }
    json_array_end(j);
}

void diagnostics_put(struct server *s, struct json *j, struct str path) {
    struct texts texts;
    texts_init(&texts, s);
    put_file(&texts, j, path);
}

static struct str text_of(struct texts *t, struct str path) {
    char *text = NULL;
    size_t len = 0;
    FILE *file = open_memstream(&text, &len);
    struct json j;
    json_init(&j, file, false);
    put_file(t, &j, path);
    struct str copy = {0};
    if (fclose(file) == 0) {
        copy = str_make(arena_copy(&t->server->scratch, text, len), len);
    }
    free(text);
    return copy;
}

struct str diagnostics_of(struct server *s, struct str path) {
    struct texts texts;
    texts_init(&texts, s);
    return text_of(&texts, path);
}

// --- all files ---

static struct file_state *state_of(struct server *s, struct str path) {
    uint32_t number = intern(&s->paths, path);
    while (s->told.len <= number) {
        vec_push(&s->arena, &s->told, (struct file_state){0});
    }
    return &s->told.data[number];
}

void diagnostics_forget(struct server *s, struct str path) {
    state_of(s, path)->is_told = false;
}

static void publish(struct texts *t, struct str path, int64_t version) {
    struct message m;
    message_notify_begin(&m, "textDocument/publishDiagnostics");
    json_object_begin(&m.json);
    diagnostics_put_uri(t->server, &m.json, path.ptr);
    if (version >= 0) {
        json_key_int(&m.json, "version", version);
    }
    json_key(&m.json, "diagnostics");
    put_file(t, &m.json, path);
    json_object_end(&m.json);
    message_send(t->server, &m);
}

// True when it is other than what the client was told.
static bool update(struct texts *t, struct str path, bool pull) {
    struct server *s = t->server;
    struct str text = text_of(t, path);
    const struct document *doc = documents_find(&s->documents, path);
    struct file_state *state = state_of(s, path);
    uint64_t hash = hash64(text.ptr, text.len, 0);
    int64_t version = doc ? doc->version : -1;
    bool has_some = text.len > 2; // "[]"
    // A document of which nothing is said yet is told that it was looked at.
    bool is_first = !state->is_told && (has_some || (doc && !pull));
    bool is_other = state->is_told && (state->hash != hash || (doc && state->version != version));
    if (!is_first && !is_other) {
        return false;
    }
    bool is_news = state->hash != hash || is_first;
    *state = (struct file_state){hash, version, has_some, true};
    if (!pull) {
        publish(t, path, version);
    }
    return is_news;
}

void diagnostics_publish(struct server *s) {
    struct texts texts;
    struct arena_mark mark = arena_mark(&s->scratch);
    bool is_news = false;
    texts_init(&texts, s);
    for (uint32_t i = 0; i < s->told.len; i++) { // what is gone, first
        struct str path = intern_text(&s->paths, i);
        if (s->told.data[i].is_shown) {
            is_news |= update(&texts, path, s->can.pull);
        }
    }
    for (uint32_t i = 0; i < s->folders.len; i++) {
        for (uint32_t k = 1; s->folders.data[i].is_open && k < s->folders.data[i].files.len; k++) {
            is_news |= update(&texts, s->folders.data[i].files.data[k].path, s->can.pull);
        }
    }
    for (uint32_t i = 0; i < s->documents.items.len; i++) {
        const struct document *doc = &s->documents.items.data[i];
        for (uint32_t k = 0; doc->is_open && k < s->folders.len; k++) {
            if (folder_has(&s->folders.data[k], buf_str(&doc->path))) {
                is_news |= update(&texts, buf_str(&doc->path), s->can.pull);
            }
        }
    }
    arena_reset(&s->scratch, mark);
    if (is_news && s->can.pull && s->can.refresh_pulls) {
        message_request(s, "workspace/diagnostic/refresh");
    }
}
