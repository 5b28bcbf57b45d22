// State of the language server, and what its parts share. Private to checker/lsp:
//   lsp.c          the loop: bytes in, bytes out, analyses that end
//   server.c       messages: which part answers, documents
//   session.c      what client and server agree on: capabilities, settings, folders
//   folder.c       when a folder is analysed, and what becomes of the result
//   diagnostics.c  findings as diagnostics, pushed when they change
//   pull.c         requests that wait for an analysis: pulled diagnostics, lenses, hints
//   actions.c      code actions and commands
//   hover.c        hovers
//   features.c     code lenses, hints, the map of threads
//   message.c      one message out
#ifndef CHECKER_LSP_SERVER_H
#define CHECKER_LSP_SERVER_H

#include "checker/base/err.h"
#include "checker/base/intern.h"
#include "checker/base/json.h"
#include "checker/lsp/analysis.h"
#include "checker/lsp/rpc.h"
#include "checker/lsp/uri.h"

#include <cjson/cJSON.h>
#include <stdio.h>

enum { // error codes of the protocol
    LSP_PARSE_ERROR = -32700,
    LSP_INVALID_REQUEST = -32600,
    LSP_METHOD_NOT_FOUND = -32601,
    LSP_INVALID_PARAMS = -32602,
    LSP_NOT_INITIALIZED = -32002,
    LSP_REQUEST_CANCELLED = -32800,
    LSP_CONTENT_MODIFIED = -32801,
    LSP_SERVER_CANCELLED = -32802,
};

// A file of a result, and what was found in it.
struct result_file {
    const char *name; // as findings name it
    struct str path;
    VEC(const cJSON *) findings;
    VEC(const cJSON *) notes;
};

// A folder of the workspace: a project.
struct folder {
    bool is_open;
    struct buf path;
    struct analysis analysis;
    bool is_dirty;       // something changed that no running analysis has seen
    double due;          // when it may be analysed (progress_now)
    double begun;        // when the running analysis was
    double took;         // seconds, the last one that was not ended; 0 = none yet
    bool is_edited;      // documents changed since the result
    bool is_refinement;  // the running analysis only looks for what a kept result lacks
    bool has_failed;     // the last analysis ended without a result
    bool was_complete;   // some result was of the whole program
    cJSON *result;       // of the last analysis; NULL before the first
    struct arena *arena; // of `files`; it stays where it is when folders are moved
    struct interner paths;
    VEC(struct result_file) files; // by number in `paths`; 0 is none
    int64_t progress;              // request that made the progress token; 0 = none
    bool progress_shown;
    struct buf told; // the last message shown: not shown twice
};

// What the client was told of a file.
struct file_state {
    uint64_t hash; // of the diagnostics
    int64_t version;
    bool is_shown; // there are some
    bool is_told;
};

// A request that waits for the analysis.
struct pending {
    cJSON *id; // NULL = free
    cJSON *params;
    uint8_t kind; // enum pending_kind
};

enum pending_kind {
    PENDING_DOCUMENT,  // textDocument/diagnostic
    PENDING_WORKSPACE, // workspace/diagnostic
    PENDING_LENS,      // textDocument/codeLens
    PENDING_HINT,      // textDocument/inlayHint
};

// What the client can.
struct client_abilities {
    bool progress;
    bool register_watchers;
    bool configuration;
    bool refresh_lenses;
    bool refresh_hints;
    bool pull; // diagnostics are pulled, never pushed
    bool refresh_pulls;
    bool show_document;
    bool links; // from diagnostics to documentation
};

struct settings {
    struct buf database; // empty = to be found
    bool is_review;
    bool has_hints;
    VEC(const char *) flags; // for files that no command reads
};

struct server {
    struct arena arena;   // for good
    struct arena scratch; // of one message
    struct rpc_in in;
    struct buf out; // not yet written
    struct documents documents;
    VEC(struct folder) folders;
    bool has_folders; // the client named some; otherwise documents say where projects are
    enum encoding encoding;
    bool is_initialized;
    bool is_shut_down;
    bool is_exiting;
    struct client_abilities can;
    int64_t next_id;
    int64_t client;         // its process, 0 = unknown
    int64_t settings_asked; // id of workspace/configuration; 0 = none
    struct settings settings;
    struct interner paths;       // of files that had diagnostics
    VEC(struct file_state) told; // by number in `paths`
    VEC(struct pending) pending;
    struct interner written; // files with chapters of rules
};

// --- message.c ---
struct message {
    struct json json;
    FILE *file;
    char *text;
    size_t len;
};
/// Starts {"jsonrpc": "2.0" ...; the caller adds members.
void message_begin(struct message *m);
void message_send(struct server *s, struct message *m);
void message_notify_begin(struct message *m, const char *method); // up to the value of "params"
/// A request; answers to it are looked at for progress and settings. Returns its id.
int64_t message_request_begin(struct server *s, struct message *m, const char *method);
/// A request without parameters.
void message_request(struct server *s, const char *method);
void message_result_begin(struct message *m, const cJSON *id); // up to the value of "result"
void message_error(struct server *s, const cJSON *id, int code, const char *text);
/// For a pull of diagnostics that was given up: whether to ask again.
void message_cancelled(struct server *s, const cJSON *id, bool retrigger);
/// window/showMessage (type 1 error, 2 warning, 3 information) or, for type 4, window/logMessage.
void message_show(struct server *s, int type, struct str text);

// --- session.c ---
void session_initialize(struct server *s, struct json *j, const cJSON *params);
void session_initialized(struct server *s);
/// Takes settings; asks the client for them when it sent none and can be asked.
void session_configure(struct server *s, const cJSON *settings);
/// The client has answered request `id`.
void session_answered(struct server *s, int64_t id, const cJSON *result);
void session_change_folders(struct server *s, const cJSON *params);

// --- folder.c ---
void folder_add(struct server *s, struct str path);
void folder_remove(struct server *s, struct str path);
/// Something changed: analyse again, at once or when nothing else changes for a moment.
void folder_touch(struct folder *f, bool at_once);
void folder_touch_all(struct server *s, bool at_once);
/// A document changed: the folders it lies in, or all when it lies in none.
void folder_touch_file(struct server *s, struct str path, bool at_once);
/// The last result, or the failure, is of what the client has now.
bool folder_is_settled(const struct folder *f);
/// The file lies in it.
bool folder_has(const struct folder *f, struct str path);
/// The file in the last result; NULL when nothing was found in it.
const struct result_file *folder_file(const struct folder *f, struct str path);
/// Starts what is due.
void folder_start_due(struct server *s, struct folder *f);
/// Bytes of the analysis have come.
void folder_read(struct server *s, struct folder *f);
/// The client has answered the request for a progress token.
void folder_answered(struct server *s, int64_t id);
/// The client gives up what `token` shows the progress of.
void folder_cancel(struct server *s, int64_t token);
void folder_release(struct server *s, struct folder *f);

// --- diagnostics.c ---
/// What was found in a file by the last analyses, as an array; empty when nothing.
void diagnostics_put(struct server *s, struct json *j, struct str path);
/// The same as text, in the scratch arena.
struct str diagnostics_of(struct server *s, struct str path);
/// Publishes what became other for the client; when it pulls, tells it to pull.
void diagnostics_publish(struct server *s);
/// The client forgot what it was told of the file.
void diagnostics_forget(struct server *s, struct str path);
/// Absolute path of a file as findings name it.
const char *diagnostics_path(struct server *s, const struct folder *f, const char *file);
/// Text of a file: the document's when open, else as on disk; in the scratch arena.
struct str diagnostics_text(struct server *s, struct str path);
/// {"start", "end"} of 1-based line and byte columns; end column 0 = the end of the line.
void diagnostics_range(struct server *s, struct json *j, const struct text_lines *text,
                       uint32_t line, uint32_t col, uint32_t end_col);
void diagnostics_position(struct json *j, const char *key, uint32_t line, uint32_t character);
/// As the editor writes it.
void diagnostics_put_uri(struct server *s, struct json *j, const char *path);

// --- pull.c ---
/// Answers the request now or, when an analysis has yet to say, later.
void pull_request(struct server *s, const cJSON *id, enum pending_kind kind, const cJSON *params);
/// Answers what waits and can be answered.
void pull_answer(struct server *s);
void pull_cancel(struct server *s, const cJSON *id);
/// The text of a document changed: what is about places in it is no use any more.
void pull_modified(struct server *s, struct str path);
/// Gives up all that waits.
void pull_give_up(struct server *s);
void pull_release(struct server *s);

// --- features.c, hover.c, actions.c ---
// A position in a document.
struct spot {
    const char *path; // NULL = no file
    struct str text;
    uint32_t line; // 1-based
    uint32_t col;  // 1-based byte
    struct str word;
};
/// The item (with "file" and "line") is on this line.
bool feature_is_at(struct server *s, const struct folder *f, const cJSON *item, const char *path,
                   uint32_t line);
/// "thread started at src/a.c:40, joined at src/a.c:50; ..."; how many starts there are.
uint32_t feature_describe_entry(const struct folder *f, struct str name, struct buf *out);
/// Of the entry of a thread in the result; NULL when not known.
const cJSON *feature_entry(const struct folder *f, struct str name);
void feature_describe_end(struct buf *out, const cJSON *thread);
void feature_code_lens(struct server *s, struct json *j, const cJSON *params);
void feature_inlay_hint(struct server *s, struct json *j, const cJSON *params);
void feature_thread_map(struct server *s, struct json *j, const cJSON *params);
void feature_hover(struct server *s, struct json *j, const cJSON *params);
void feature_code_action(struct server *s, struct json *j, const cJSON *params);
/// Path of a file with the chapter of a rule, below the cache of the folder; NULL when there is
/// none, with `err` when it cannot be written.
const char *feature_document(struct server *s, const struct folder *f, struct str id,
                             struct error *err);
/// Runs a command; false: there is no such command.
bool feature_command(struct server *s, struct str name, const cJSON *arguments);
extern const char *const feature_commands[]; // NULL ends it

// --- server.c ---
enum { SERVER_MAX_OUT = 1 << 30 }; // bytes the client has not taken yet
void server_init(struct server *s);
/// Ends analyses, frees everything.
void server_release(struct server *s);
/// One message of the client.
void server_receive(struct server *s, struct str body);
/// Member of an object, its text or number; NULL, empty or 0 when it is something else.
const cJSON *member(const cJSON *object, const char *name);
struct str member_text(const cJSON *object, const char *name);
int64_t member_number(const cJSON *object, const char *name);
bool member_true(const cJSON *object, const char *name);
/// Path of params.textDocument.uri, in the scratch arena; NULL when it is no file.
const char *document_path(struct server *s, const cJSON *params);

#endif
