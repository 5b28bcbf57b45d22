#include "checker/lsp/server.h"

#include "checker/base/fs.h"
#include "checker/front/compdb.h"

void server_init(struct server *s) {
    *s = (struct server){.encoding = ENCODING_UTF16};
    arena_init(&s->arena, 0);
    arena_init(&s->scratch, 0);
    rpc_init(&s->in);
    buf_init(&s->out, SERVER_MAX_OUT);
    buf_init(&s->settings.database, 1 << 16);
    intern_init(&s->paths, &s->arena);
    intern_init(&s->written, &s->arena);
    s->documents.arena = &s->arena;
}

void server_release(struct server *s) {
    for (uint32_t i = 0; i < s->folders.len; i++) {
        if (s->folders.data[i].is_open) {
            folder_release(s, &s->folders.data[i]);
        }
    }
    documents_release(&s->documents);
    rpc_release(&s->in);
    buf_release(&s->out);
    pull_release(s);
    buf_release(&s->settings.database);
    arena_release(&s->scratch);
    arena_release(&s->arena);
}

struct str member_text(const cJSON *object, const char *name) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsString(item) ? str_from(item->valuestring) : (struct str){"", 0};
}

int64_t member_number(const cJSON *object, const char *name) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    double value = cJSON_IsNumber(item) ? item->valuedouble : 0;
    return value > -9e15 && value < 9e15 ? (int64_t)value : 0;
}

bool member_true(const cJSON *object, const char *name) {
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object, name));
}

const cJSON *member(const cJSON *object, const char *name) {
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

const char *document_path(struct server *s, const cJSON *params) {
    return uri_to_path(&s->scratch, member_text(member(params, "textDocument"), "uri"));
}

// --- documents ---

// When the client named no folder, a document says where its project is: where its compile database
// is, or its own directory.
static void add_project(struct server *s, struct str path) {
    struct str dir = fs_dirname(path);
    const char *start = arena_copy(&s->scratch, dir.ptr, dir.len);
    const char *database = compdb_find(&s->scratch, start);
    struct str root = database ? fs_dirname(str_from(database)) : dir;
    for (uint32_t i = 0; i < s->folders.len; i++) {
        if (folder_has(&s->folders.data[i], path)) {
            return;
        }
    }
    // the database may lie in a build directory below the project
    bool is_above = fs_relative(root, path).len < path.len;
    folder_add(s, is_above ? root : dir);
}

static void on_open(struct server *s, const cJSON *params) {
    const cJSON *item = member(params, "textDocument");
    const char *path = document_path(s, params);
    if (path) {
        documents_open(&s->documents, member_text(item, "uri"), str_from(path),
                       member_number(item, "version"), member_text(item, "text"));
        if (!s->has_folders) {
            add_project(s, str_from(path));
        }
        diagnostics_forget(s, str_from(path));
        folder_touch_file(s, str_from(path), true);
    }
}

static struct position position_of(const cJSON *range, const char *end) {
    const cJSON *at = member(range, end);
    return (struct position){(uint32_t)member_number(at, "line"),
                             (uint32_t)member_number(at, "character")};
}

static void on_change(struct server *s, const cJSON *params) {
    const char *path = document_path(s, params);
    struct document *doc = path ? documents_find(&s->documents, str_from(path)) : NULL;
    const cJSON *change = NULL;
    if (!doc) {
        return;
    }
    cJSON_ArrayForEach(change, member(params, "contentChanges")) {
        const cJSON *range = member(change, "range");
        if (range) {
            document_edit(doc, position_of(range, "start"), position_of(range, "end"),
                          member_text(change, "text"), s->encoding);
        } else {
            document_set(doc, member_text(change, "text"));
        }
    }
    doc->version = member_number(member(params, "textDocument"), "version");
    pull_modified(s, str_from(path));
    folder_touch_file(s, str_from(path), false);
}

static void on_close(struct server *s, const cJSON *params) {
    const char *path = document_path(s, params);
    if (path) {
        documents_close(&s->documents, str_from(path));
        folder_touch_file(s, str_from(path), true);
    }
}

// --- dispatch ---

static void on_notification(struct server *s, struct str method, const cJSON *params) {
    if (str_eq(method, STR("exit"))) {
        s->is_exiting = true;
    } else if (!s->is_initialized || s->is_shut_down) {
        return;
    } else if (str_eq(method, STR("initialized"))) {
        session_initialized(s);
    } else if (str_eq(method, STR("textDocument/didOpen"))) {
        on_open(s, params);
    } else if (str_eq(method, STR("textDocument/didChange"))) {
        on_change(s, params);
    } else if (str_eq(method, STR("textDocument/didClose"))) {
        on_close(s, params);
    } else if (str_eq(method, STR("textDocument/didSave"))) {
        folder_touch_all(s, true);
    } else if (str_eq(method, STR("workspace/didChangeWorkspaceFolders"))) {
        session_change_folders(s, params);
    } else if (str_eq(method, STR("workspace/didChangeWatchedFiles"))) {
        folder_touch_all(s, false);
    } else if (str_eq(method, STR("workspace/didChangeConfiguration"))) {
        session_configure(s, member(params, "settings"));
    } else if (str_eq(method, STR("window/workDoneProgress/cancel"))) {
        folder_cancel(s, member_number(params, "token"));
    } else if (str_eq(method, STR("$/cancelRequest"))) {
        pull_cancel(s, member(params, "id"));
    }
}

static void on_shutdown(struct server *s, struct json *j, const cJSON *params) {
    (void)params;
    s->is_shut_down = true;
    for (uint32_t i = 0; i < s->folders.len; i++) {
        analysis_stop(&s->folders.data[i].analysis);
        s->folders.data[i].is_dirty = false;
    }
    pull_give_up(s);
    json_null(j);
}

static void on_command(struct server *s, const cJSON *id, const cJSON *params) {
    struct message m;
    if (!feature_command(s, member_text(params, "command"), member(params, "arguments"))) {
        message_error(s, id, LSP_INVALID_PARAMS, "there is no such command");
        return;
    }
    message_result_begin(&m, id);
    json_null(&m.json);
    message_send(s, &m);
}

// Answers at once.
static bool answer_now(struct server *s, const cJSON *id, struct str method, const cJSON *params) {
    static const struct {
        const char *method;
        void (*answer)(struct server *s, struct json *j, const cJSON *params);
    } requests[] = {
        {"initialize",              session_initialize },
        {"shutdown",                on_shutdown        },
        {"textDocument/hover",      feature_hover      },
        {"textDocument/codeAction", feature_code_action},
        {"threadlint/threadMap",    feature_thread_map },
    };
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        if (str_eq(method, str_from(requests[i].method))) {
            struct message m;
            message_result_begin(&m, id);
            requests[i].answer(s, &m.json, params);
            message_send(s, &m);
            return true;
        }
    }
    return false;
}

// Answers when the analysis has caught up with the text.
static bool answer_later(struct server *s, const cJSON *id, struct str method,
                         const cJSON *params) {
    static const struct {
        const char *method;
        enum pending_kind kind;
    } requests[] = {
        {"textDocument/diagnostic", PENDING_DOCUMENT },
        {"workspace/diagnostic",    PENDING_WORKSPACE},
        {"textDocument/codeLens",   PENDING_LENS     },
        {"textDocument/inlayHint",  PENDING_HINT     },
    };
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        if (str_eq(method, str_from(requests[i].method))) {
            pull_request(s, id, requests[i].kind, params);
            return true;
        }
    }
    return false;
}

static void on_request(struct server *s, const cJSON *id, struct str method, const cJSON *params) {
    bool is_first = str_eq(method, STR("initialize"));
    if (s->is_shut_down || (is_first && s->is_initialized)) {
        message_error(s, id, LSP_INVALID_REQUEST,
                      is_first ? "initialized already" : "the server was shut down");
    } else if (!is_first && !s->is_initialized) {
        message_error(s, id, LSP_NOT_INITIALIZED, "the first request must be 'initialize'");
    } else if (str_eq(method, STR("workspace/executeCommand"))) {
        on_command(s, id, params);
    } else if (!answer_now(s, id, method, params) && !answer_later(s, id, method, params)) {
        message_error(s, id, LSP_METHOD_NOT_FOUND, "this request is not supported");
    }
}

void server_receive(struct server *s, struct str body) {
    cJSON *message = cJSON_ParseWithLength(body.ptr, body.len);
    if (!cJSON_IsObject(message)) {
        message_error(s, NULL, message ? LSP_INVALID_REQUEST : LSP_PARSE_ERROR,
                      message ? "a message must be an object" : "the message is no JSON");
        cJSON_Delete(message);
        return;
    }
    const cJSON *id = member(message, "id");
    struct str method = member_text(message, "method");
    if (method.len && id) {
        on_request(s, id, method, member(message, "params"));
    } else if (method.len) {
        on_notification(s, method, member(message, "params"));
    } else if (cJSON_IsNumber(id)) {
        session_answered(s, member_number(message, "id"), member(message, "result"));
    } else {
        message_error(s, id, LSP_INVALID_REQUEST, "neither a method nor an answer");
    }
    cJSON_Delete(message);
}
