#include "checker/lsp/server.h"

#include "checker/base/fs.h"

#include "version.h"

enum { SECONDS_AFTER_EDIT_MS = 200 };

#define AFTER_EDIT ((double)SECONDS_AFTER_EDIT_MS / 1000)

void server_init(struct server *s) {
    *s = (struct server){.encoding = ENCODING_UTF16};
    arena_init(&s->arena, 0);
    arena_init(&s->scratch, 0);
    rpc_init(&s->in);
    buf_init(&s->out, SERVER_MAX_OUT);
    buf_init(&s->database, 1 << 16);
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
    buf_release(&s->database);
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

static bool member_true(const cJSON *object, const char *name) {
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object, name));
}

static const cJSON *member(const cJSON *object, const char *name) {
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

const char *document_path(struct server *s, const cJSON *params) {
    return uri_to_path(&s->scratch, member_text(member(params, "textDocument"), "uri"));
}

// --- lifecycle ---

static const char *encoding_name(enum encoding encoding) {
    return encoding == ENCODING_UTF8 ? "utf-8" : encoding == ENCODING_UTF32 ? "utf-32" : "utf-16";
}

// The first of the client's encodings that is one, in its order of preference. Every client knows
// UTF-16.
static enum encoding choose_encoding(const cJSON *encodings) {
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, encodings) {
        struct str word = cJSON_IsString(item) ? str_from(item->valuestring) : (struct str){0};
        for (int e = ENCODING_UTF8; e <= ENCODING_UTF32; e++) {
            if (str_eq(word, str_from(encoding_name((enum encoding)e)))) {
                return (enum encoding)e;
            }
        }
    }
    return ENCODING_UTF16;
}

static void read_settings(struct server *s, const cJSON *settings) {
    const cJSON *own = member(settings, "threadlint");
    own = own ? own : settings;
    buf_clear(&s->database);
    buf_add(&s->database, member_text(own, "compileDatabase"));
    s->is_review = str_eq(member_text(own, "profile"), STR("review"));
}

static void add_folders(struct server *s, const cJSON *folders) {
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, folders) {
        const char *path = uri_to_path(&s->scratch, member_text(item, "uri"));
        if (path) {
            folder_add(s, str_from(path));
        }
    }
}

static void read_client(struct server *s, const cJSON *params) {
    const cJSON *caps = member(params, "capabilities");
    const cJSON *workspace = member(caps, "workspace");
    s->encoding = choose_encoding(member(member(caps, "general"), "positionEncodings"));
    s->can_progress = member_true(member(caps, "window"), "workDoneProgress");
    s->can_register =
        member_true(member(workspace, "didChangeWatchedFiles"), "dynamicRegistration");
    s->can_refresh_lenses = member_true(member(workspace, "codeLens"), "refreshSupport");
    s->client = member_number(params, "processId");
    read_settings(s, member(params, "initializationOptions"));
}

static void read_folders(struct server *s, const cJSON *params) {
    add_folders(s, member(params, "workspaceFolders"));
    const char *path = uri_to_path(&s->scratch, member_text(params, "rootUri"));
    if (!path && member_text(params, "rootPath").len) {
        path = member_text(params, "rootPath").ptr;
    }
    if (!s->folders.len) {
        folder_add(s, path ? str_from(path) : str_from(fs_cwd(&s->scratch)));
    }
}

static void put_capabilities(const struct server *s, struct json *j) {
    json_key_c(j, "positionEncoding", encoding_name(s->encoding));
    json_key(j, "textDocumentSync");
    json_object_begin(j);
    json_key_bool(j, "openClose", true);
    json_key_int(j, "change", 2); // incremental
    json_key_bool(j, "save", true);
    json_object_end(j);
    json_key_bool(j, "hoverProvider", true);
    json_key(j, "codeActionProvider");
    json_object_begin(j);
    json_key(j, "codeActionKinds");
    json_array_begin(j);
    json_str(j, STR("quickfix"));
    json_array_end(j);
    json_object_end(j);
    json_key(j, "codeLensProvider");
    json_object_begin(j);
    json_key_bool(j, "resolveProvider", false);
    json_object_end(j);
    json_key(j, "workspace");
    json_object_begin(j);
    json_key(j, "workspaceFolders");
    json_object_begin(j);
    json_key_bool(j, "supported", true);
    json_key_bool(j, "changeNotifications", true);
    json_object_end(j);
    json_object_end(j);
}

static void on_initialize(struct server *s, struct json *j, const cJSON *params) {
    read_client(s, params);
    read_folders(s, params);
    s->is_initialized = true;
    json_object_begin(j);
    json_key(j, "capabilities");
    json_object_begin(j);
    put_capabilities(s, j);
    json_object_end(j);
    json_key(j, "serverInfo");
    json_object_begin(j);
    json_key_c(j, "name", "threadlint");
    json_key_c(j, "version", THREADLINT_VERSION);
    json_object_end(j);
    json_object_end(j);
}

// What changes an analysis without being open in the editor.
static void on_initialized(struct server *s) {
    static const char *const globs[] = {"**/compile_commands.json", "**/.threadlint.json",
                                        "**/.threadlint-baseline.json",
                                        "**/*.{c,h,cc,hh,cpp,hpp,cxx,hxx,inc,inl}"};
    struct message m;
    if (!s->can_register) {
        return;
    }
    (void)message_request_begin(s, &m, "client/registerCapability");
    json_object_begin(&m.json);
    json_key(&m.json, "registrations");
    json_array_begin(&m.json);
    json_object_begin(&m.json);
    json_key_c(&m.json, "id", "files");
    json_key_c(&m.json, "method", "workspace/didChangeWatchedFiles");
    json_key(&m.json, "registerOptions");
    json_object_begin(&m.json);
    json_key(&m.json, "watchers");
    json_array_begin(&m.json);
    for (size_t i = 0; i < sizeof globs / sizeof *globs; i++) {
        json_object_begin(&m.json);
        json_key_c(&m.json, "globPattern", globs[i]);
        json_object_end(&m.json);
    }
    json_array_end(&m.json);
    json_object_end(&m.json);
    json_object_end(&m.json);
    json_array_end(&m.json);
    json_object_end(&m.json);
    message_send(s, &m);
}

// --- documents ---

static void on_open(struct server *s, const cJSON *params) {
    const cJSON *item = member(params, "textDocument");
    const char *path = document_path(s, params);
    if (path) {
        documents_open(&s->documents, member_text(item, "uri"), str_from(path),
                       member_number(item, "version"), member_text(item, "text"));
        folder_touch_all(s, 0);
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
    folder_touch_all(s, AFTER_EDIT);
}

static void on_close(struct server *s, const cJSON *params) {
    const char *path = document_path(s, params);
    if (path) {
        documents_close(&s->documents, str_from(path));
        folder_touch_all(s, 0);
    }
}

static void on_folders(struct server *s, const cJSON *params) {
    const cJSON *event = member(params, "event");
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, member(event, "removed")) {
        const char *path = uri_to_path(&s->scratch, member_text(item, "uri"));
        if (path) {
            folder_remove(s, str_from(path));
        }
    }
    add_folders(s, member(event, "added"));
}

// A database may have appeared.
static void on_files(struct server *s) {
    for (uint32_t i = 0; i < s->folders.len; i++) {
        s->folders.data[i].is_single = false;
    }
    folder_touch_all(s, AFTER_EDIT);
}

// --- dispatch ---

static void on_notification(struct server *s, struct str method, const cJSON *params) {
    if (str_eq(method, STR("exit"))) {
        s->is_exiting = true;
    } else if (!s->is_initialized || s->is_shut_down) {
        return;
    } else if (str_eq(method, STR("initialized"))) {
        on_initialized(s);
    } else if (str_eq(method, STR("textDocument/didOpen"))) {
        on_open(s, params);
    } else if (str_eq(method, STR("textDocument/didChange"))) {
        on_change(s, params);
    } else if (str_eq(method, STR("textDocument/didClose"))) {
        on_close(s, params);
    } else if (str_eq(method, STR("textDocument/didSave"))) {
        folder_touch_all(s, 0);
    } else if (str_eq(method, STR("workspace/didChangeWorkspaceFolders"))) {
        on_folders(s, params);
    } else if (str_eq(method, STR("workspace/didChangeWatchedFiles"))) {
        on_files(s);
    } else if (str_eq(method, STR("workspace/didChangeConfiguration"))) {
        read_settings(s, member(params, "settings"));
        on_files(s);
    }
}

static void on_shutdown(struct server *s, struct json *j, const cJSON *params) {
    (void)params;
    s->is_shut_down = true;
    for (uint32_t i = 0; i < s->folders.len; i++) {
        analysis_stop(&s->folders.data[i].analysis);
        s->folders.data[i].is_dirty = false;
    }
    json_null(j);
}

static void on_request(struct server *s, const cJSON *id, struct str method, const cJSON *params) {
    static const struct {
        struct str method;
        void (*answer)(struct server *s, struct json *j, const cJSON *params);
    } requests[] = {
        {{"initialize", 10},              on_initialize      },
        {{"shutdown", 8},                 on_shutdown        },
        {{"textDocument/hover", 18},      feature_hover      },
        {{"textDocument/codeAction", 23}, feature_code_action},
        {{"textDocument/codeLens", 21},   feature_code_lens  },
    };
    bool is_first = str_eq(method, STR("initialize"));
    if (s->is_shut_down || (is_first && s->is_initialized)) {
        message_error(s, id, LSP_INVALID_REQUEST,
                      is_first ? "initialized already" : "the server was shut down");
        return;
    }
    if (!is_first && !s->is_initialized) {
        message_error(s, id, LSP_NOT_INITIALIZED, "the first request must be 'initialize'");
        return;
    }
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        if (str_eq(method, requests[i].method)) {
            struct message m;
            message_result_begin(&m, id);
            requests[i].answer(s, &m.json, params);
            message_send(s, &m);
            return;
        }
    }
    message_error(s, id, LSP_METHOD_NOT_FOUND, "this request is not supported");
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
        folder_answered(s, (int64_t)id->valuedouble);
    } else {
        message_error(s, id, LSP_INVALID_REQUEST, "neither a method nor an answer");
    }
    cJSON_Delete(message);
}
