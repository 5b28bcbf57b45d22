// Requests that wait until an analysis has caught up with the text: diagnostics the client pulls,
// lenses, hints. Each is answered once, whatever happens: with a result, or with an error when it
// is cancelled, the text it is about changes, or the analysis fails.
#include "checker/base/hash.h"
#include "checker/lsp/server.h"

// --- reports ---

static void hash_name(struct str text, char ret_hex[17]) {
    (void)snprintf(ret_hex, 17, "%016llx", (unsigned long long)hash64(text.ptr, text.len, 0));
}

// A full report, or that nothing changed since `previous`; true for the former.
static bool put_report(struct server *s, struct json *j, struct str path, struct str previous) {
    char id[17];
    hash_name(diagnostics_of(s, path), id);
    bool is_same = str_eq(previous, str_from(id));
    json_key_c(j, "kind", is_same ? "unchanged" : "full");
    json_key_c(j, "resultId", id);
    if (!is_same) {
        json_key(j, "items");
        diagnostics_put(s, j, path);
    }
    return !is_same;
}

static void put_document(struct server *s, struct json *j, const cJSON *params) {
    const char *path = document_path(s, params);
    json_object_begin(j);
    if (path) {
        (void)put_report(s, j, str_from(path), member_text(params, "previousResultId"));
    } else {
        json_key_c(j, "kind", "full");
        json_key(j, "items");
        json_array_begin(j);
        json_array_end(j);
    }
    json_object_end(j);
}

// --- the workspace ---

struct known {
    struct interner paths;
    VEC(struct str) ids;  // by number in `paths` (0 is none): of earlier reports
    VEC(struct str) uris; // the same: as the client writes them
};

static void add_known(struct server *s, struct known *k, struct str path, struct str id,
                      struct str uri) {
    if (intern_find(&k->paths, path) == UINT32_MAX) {
        (void)intern(&k->paths, path);
        vec_push(&s->scratch, &k->ids, id);
        vec_push(&s->scratch, &k->uris, uri);
    }
}

// Files with findings, and those the client has reports of.
static void collect(struct server *s, const cJSON *params, struct known *ret) {
    const cJSON *item = NULL;
    *ret = (struct known){0};
    intern_init(&ret->paths, &s->scratch);
    vec_push(&s->scratch, &ret->ids, (struct str){0});
    vec_push(&s->scratch, &ret->uris, (struct str){0});
    cJSON_ArrayForEach(item, member(params, "previousResultIds")) {
        const char *path = uri_to_path(&s->scratch, member_text(item, "uri"));
        if (path) {
            add_known(s, ret, str_from(path), member_text(item, "value"), member_text(item, "uri"));
        }
    }
    for (uint32_t i = 0; i < s->folders.len; i++) {
        const struct folder *f = &s->folders.data[i];
        for (uint32_t k = 1; f->is_open && k < f->files.len; k++) {
            add_known(s, ret, f->files.data[k].path, (struct str){0}, (struct str){0});
        }
    }
}

static bool has_news(struct server *s, const struct known *k) {
    for (uint32_t i = 1; i < k->ids.len; i++) {
        char id[17];
        hash_name(diagnostics_of(s, intern_text(&k->paths, i)), id);
        if (!str_eq(k->ids.data[i], str_from(id))) {
            return true;
        }
    }
    return false;
}

static void put_workspace(struct server *s, struct json *j, const struct known *k) {
    json_object_begin(j);
    json_key(j, "items");
    json_array_begin(j);
    for (uint32_t i = 1; i < k->ids.len; i++) {
        struct str path = intern_text(&k->paths, i);
        const struct document *doc = documents_find(&s->documents, path);
        json_object_begin(j);
        if (k->uris.data[i].len) {
            json_key_str(j, "uri", k->uris.data[i]);
        } else {
            diagnostics_put_uri(s, j, path.ptr);
        }
        json_key(j, "version");
        if (doc) {
            json_int(j, doc->version);
        } else {
            json_null(j);
        }
        (void)put_report(s, j, path, k->ids.data[i]);
        json_object_end(j);
    }
    json_array_end(j);
    json_object_end(j);
}

// --- answering ---

static bool is_settled(const struct server *s) {
    for (uint32_t i = 0; i < s->folders.len; i++) {
        if (!folder_is_settled(&s->folders.data[i])) {
            return false;
        }
    }
    return true;
}

static bool has_failed(const struct server *s) {
    for (uint32_t i = 0; i < s->folders.len; i++) {
        if (s->folders.data[i].is_open && s->folders.data[i].has_failed) {
            return true;
        }
    }
    return false;
}

static void answer(struct server *s, const cJSON *id, enum pending_kind kind, const cJSON *params,
                   const struct known *known) {
    struct message m;
    message_result_begin(&m, id);
    switch (kind) {
    case PENDING_DOCUMENT:
        put_document(s, &m.json, params);
        break;
    case PENDING_WORKSPACE:
        put_workspace(s, &m.json, known);
        break;
    case PENDING_LENS:
        feature_code_lens(s, &m.json, params);
        break;
    case PENDING_HINT:
        feature_inlay_hint(s, &m.json, params);
        break;
    }
    message_send(s, &m);
}

// False when it has to wait: for an analysis or, over the workspace, for something new to say.
static bool try_answer(struct server *s, const cJSON *id, enum pending_kind kind,
                       const cJSON *params) {
    bool is_pull = kind == PENDING_DOCUMENT || kind == PENDING_WORKSPACE;
    struct known known = {0};
    if (!is_settled(s)) {
        return false;
    }
    if (is_pull && has_failed(s)) {
        message_cancelled(s, id, false); // the client keeps what it has
        return true;
    }
    if (kind == PENDING_WORKSPACE) {
        collect(s, params, &known);
        if (!has_news(s, &known)) {
            return false;
        }
    }
    answer(s, id, kind, params, &known);
    return true;
}

static void drop(struct pending *p) {
    cJSON_Delete(p->id);
    cJSON_Delete(p->params);
    *p = (struct pending){0};
}

void pull_request(struct server *s, const cJSON *id, enum pending_kind kind, const cJSON *params) {
    if (try_answer(s, id, kind, params)) {
        return;
    }
    const struct pending p = {.id = cJSON_Duplicate(id, true),
                              .params = cJSON_Duplicate(params, true),
                              .kind = (uint8_t)kind};
    for (uint32_t i = 0; i < s->pending.len; i++) {
        if (!s->pending.data[i].id) {
            s->pending.data[i] = p;
            return;
        }
    }
    vec_push(&s->arena, &s->pending, p);
}

void pull_answer(struct server *s) {
    for (uint32_t i = 0; i < s->pending.len; i++) {
        struct pending *p = &s->pending.data[i];
        struct arena_mark mark = arena_mark(&s->scratch);
        if (p->id && try_answer(s, p->id, (enum pending_kind)p->kind, p->params)) {
            drop(p);
        }
        arena_reset(&s->scratch, mark);
    }
}

void pull_cancel(struct server *s, const cJSON *id) {
    for (uint32_t i = 0; i < s->pending.len; i++) {
        struct pending *p = &s->pending.data[i];
        if (p->id && cJSON_Compare(p->id, id, true)) {
            message_error(s, p->id, LSP_REQUEST_CANCELLED, "cancelled");
            drop(p);
        }
    }
}

void pull_modified(struct server *s, struct str path) {
    for (uint32_t i = 0; i < s->pending.len; i++) {
        struct pending *p = &s->pending.data[i];
        bool is_place = p->id && (p->kind == PENDING_LENS || p->kind == PENDING_HINT);
        const char *of = is_place ? document_path(s, p->params) : NULL;
        if (of && str_eq(str_from(of), path)) {
            message_error(s, p->id, LSP_CONTENT_MODIFIED, "the text changed");
            drop(p);
        }
    }
}

void pull_give_up(struct server *s) {
    for (uint32_t i = 0; i < s->pending.len; i++) {
        struct pending *p = &s->pending.data[i];
        if (p->id) {
            message_cancelled(s, p->id, false);
            drop(p);
        }
    }
}

void pull_release(struct server *s) {
    for (uint32_t i = 0; i < s->pending.len; i++) {
        drop(&s->pending.data[i]);
    }
}
