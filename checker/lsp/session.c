// What client and server agree on: encoding, abilities, settings, folders.
#include "checker/base/hash.h"
#include "checker/lsp/server.h"

#include "version.h"

// --- what the client says ---

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
    const cJSON *flag = NULL;
    own = own ? own : settings;
    buf_clear(&s->settings.database);
    buf_add(&s->settings.database, member_text(own, "compileDatabase"));
    s->settings.is_review = str_eq(member_text(own, "profile"), STR("review"));
    s->settings.has_hints = member_true(own, "inlayHints");
    s->settings.flags.len = 0;
    cJSON_ArrayForEach(flag, member(own, "fallbackFlags")) {
        if (cJSON_IsString(flag)) {
            struct str text = str_from(flag->valuestring);
            vec_push(&s->arena, &s->settings.flags, arena_copy(&s->arena, text.ptr, text.len));
        }
    }
}

static void add_folders(struct server *s, const cJSON *folders) {
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, folders) {
        const char *path = uri_to_path(&s->scratch, member_text(item, "uri"));
        if (path) {
            s->has_folders = true;
            folder_add(s, str_from(path));
        }
    }
}

static void read_client(struct server *s, const cJSON *params) {
    const cJSON *caps = member(params, "capabilities");
    const cJSON *workspace = member(caps, "workspace");
    const cJSON *window = member(caps, "window");
    s->encoding = choose_encoding(member(member(caps, "general"), "positionEncodings"));
    s->can = (struct client_abilities){
        .progress = member_true(window, "workDoneProgress"),
        .show_document = member_true(member(window, "showDocument"), "support"),
        .register_watchers =
            member_true(member(workspace, "didChangeWatchedFiles"), "dynamicRegistration"),
        .configuration = member_true(workspace, "configuration"),
        .refresh_lenses = member_true(member(workspace, "codeLens"), "refreshSupport"),
        .refresh_hints = member_true(member(workspace, "inlayHint"), "refreshSupport"),
        .refresh_pulls = member_true(member(workspace, "diagnostics"), "refreshSupport"),
        .links = member_true(member(member(caps, "textDocument"), "publishDiagnostics"),
                             "codeDescriptionSupport"),
    };
    // An edit changes what is said of other files: a client that cannot be told to pull those again
    // is better served by pushing.
    s->can.pull =
        s->can.refresh_pulls && cJSON_IsObject(member(member(caps, "textDocument"), "diagnostic"));
    s->client = member_number(params, "processId");
    read_settings(s, member(params, "initializationOptions"));
}

static void read_folders(struct server *s, const cJSON *params) {
    add_folders(s, member(params, "workspaceFolders"));
    const char *path = uri_to_path(&s->scratch, member_text(params, "rootUri"));
    if (!path && member_text(params, "rootPath").len) {
        path = member_text(params, "rootPath").ptr;
    }
    if (!s->has_folders && path) {
        s->has_folders = true;
        folder_add(s, str_from(path));
    }
}

// --- what the server says ---

static void put_words(struct json *j, const char *key, const char *const *words) {
    json_key(j, key);
    json_array_begin(j);
    for (; *words; words++) {
        json_str(j, str_from(*words));
    }
    json_array_end(j);
}

static void put_sync(struct json *j) {
    json_key(j, "textDocumentSync");
    json_object_begin(j);
    json_key_bool(j, "openClose", true);
    json_key_int(j, "change", 2); // incremental
    json_key_bool(j, "save", true);
    json_object_end(j);
}

// Diagnostics are pulled or pushed, never both: clients show the two side by side.
static void put_pull(struct json *j) {
    json_key(j, "diagnosticProvider");
    json_object_begin(j);
    json_key_c(j, "identifier", "threadlint");
    json_key_bool(j, "interFileDependencies", true);
    json_key_bool(j, "workspaceDiagnostics", true);
    json_object_end(j);
}

static void put_workspace(struct json *j) {
    json_key(j, "workspace");
    json_object_begin(j);
    json_key(j, "workspaceFolders");
    json_object_begin(j);
    json_key_bool(j, "supported", true);
    json_key_bool(j, "changeNotifications", true);
    json_object_end(j);
    json_object_end(j);
}

static void put_capabilities(const struct server *s, struct json *j) {
    static const char *const kinds[] = {"quickfix", "source.fixAll.threadlint", NULL};
    json_key_c(j, "positionEncoding", encoding_name(s->encoding));
    put_sync(j);
    json_key_bool(j, "hoverProvider", true);
    json_key(j, "codeActionProvider");
    json_object_begin(j);
    put_words(j, "codeActionKinds", kinds);
    json_object_end(j);
    json_key(j, "codeLensProvider");
    json_object_begin(j);
    json_key_bool(j, "resolveProvider", false);
    json_object_end(j);
    json_key_bool(j, "inlayHintProvider", true);
    json_key(j, "executeCommandProvider");
    json_object_begin(j);
    put_words(j, "commands", feature_commands);
    json_object_end(j);
    if (s->can.pull) {
        put_pull(j);
    }
    put_workspace(j);
    json_key(j, "experimental");
    json_object_begin(j);
    json_key_bool(j, "threadMap", true); // the request threadlint/threadMap
    json_object_end(j);
}

void session_initialize(struct server *s, struct json *j, const cJSON *params) {
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
static void register_watchers(struct server *s) {
    static const char *const globs[] = {"**/compile_commands.json", "**/.threadlint.json",
                                        "**/.threadlint-baseline.json",
                                        "**/*.{c,h,cc,hh,cpp,hpp,cxx,hxx,inc,inl}"};
    struct message m;
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

static void ask_settings(struct server *s) {
    struct message m;
    s->settings_asked = message_request_begin(s, &m, "workspace/configuration");
    json_object_begin(&m.json);
    json_key(&m.json, "items");
    json_array_begin(&m.json);
    json_object_begin(&m.json);
    json_key_c(&m.json, "section", "threadlint");
    json_object_end(&m.json);
    json_array_end(&m.json);
    json_object_end(&m.json);
    message_send(s, &m);
}

void session_initialized(struct server *s) {
    if (s->can.register_watchers) {
        register_watchers(s);
    }
    if (s->can.configuration) {
        ask_settings(s);
    }
}

// Settings that change nothing start no analysis.
// What an analysis depends on.
static uint64_t settings_hash(const struct settings *x) {
    uint64_t h = hash64(buf_c(&x->database), x->database.len, x->is_review);
    for (uint32_t i = 0; i < x->flags.len; i++) {
        struct str flag = str_from(x->flags.data[i]);
        h = hash64(flag.ptr, flag.len, h);
    }
    return h;
}

static void take_settings(struct server *s, const cJSON *settings) {
    bool had_hints = s->settings.has_hints;
    uint64_t before = settings_hash(&s->settings);
    read_settings(s, settings);
    if (had_hints != s->settings.has_hints && s->can.refresh_hints) {
        message_request(s, "workspace/inlayHint/refresh");
    }
    if (before != settings_hash(&s->settings)) {
        folder_touch_all(s, true);
    }
}

void session_configure(struct server *s, const cJSON *settings) {
    if (s->can.configuration) {
        ask_settings(s);
    } else if (cJSON_IsObject(settings)) {
        take_settings(s, settings);
    }
}

void session_answered(struct server *s, int64_t id, const cJSON *result) {
    if (id && id == s->settings_asked) {
        s->settings_asked = 0;
        const cJSON *own = cJSON_GetArrayItem(result, 0);
        if (cJSON_IsObject(own)) { // null: what initialize brought stays
            take_settings(s, own);
        }
    } else {
        folder_answered(s, id);
    }
}

void session_change_folders(struct server *s, const cJSON *params) {
    const cJSON *event = member(params, "event");
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, member(event, "removed")) {
        const char *path = uri_to_path(&s->scratch, member_text(item, "uri"));
        if (path) {
            folder_remove(s, str_from(path));
        }
    }
    add_folders(s, member(event, "added"));
    pull_answer(s);
}
