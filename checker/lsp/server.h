// State of the language server, and what its parts share. Private to checker/lsp:
//   lsp.c          the loop: bytes in, bytes out, analyses that end
//   server.c       messages: lifecycle, documents, folders, settings
//   folder.c       when a folder is analysed, and what becomes of the result
//   diagnostics.c  findings as diagnostics
//   features.c     hover, code actions, code lenses
//   message.c      one message out
#ifndef CHECKER_LSP_SERVER_H
#define CHECKER_LSP_SERVER_H

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
};

// A folder of the workspace: a project.
struct folder {
    bool is_open;
    struct buf path;
    struct analysis analysis;
    bool is_dirty;             // something changed that no running analysis has seen
    double due;                // when it may be analysed (progress_now)
    bool is_single;            // no compile database: open documents by themselves
    cJSON *result;             // of the last analysis; NULL before the first
    VEC(struct str) published; // paths with diagnostics at the client
    struct arena arena;        // of `published`
    int64_t progress;          // request that made the progress token; 0 = none
    bool progress_shown;
    struct buf told; // the last message shown: not shown twice
};

struct server {
    struct arena arena;   // for good
    struct arena scratch; // of one message
    struct rpc_in in;
    struct buf out; // not yet written
    struct documents documents;
    VEC(struct folder) folders;
    enum encoding encoding;
    bool is_initialized;
    bool is_shut_down;
    bool is_exiting;
    bool can_progress;
    bool can_register;
    bool can_refresh_lenses;
    int64_t next_id;
    int64_t client; // its process, 0 = unknown
    // settings
    struct buf database; // empty = to be found
    bool is_review;
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
/// A request; answers to it are only looked at for progress. Returns its id.
int64_t message_request_begin(struct server *s, struct message *m, const char *method);
void message_result_begin(struct message *m, const cJSON *id); // up to the value of "result"
void message_error(struct server *s, const cJSON *id, int code, const char *text);
/// window/showMessage (type 1 error, 2 warning, 3 information) or, for type 4, window/logMessage.
void message_show(struct server *s, int type, struct str text);

// --- folder.c ---
void folder_add(struct server *s, struct str path);
void folder_remove(struct server *s, struct str path);
/// Something changed: analyse again `delay` seconds from now.
void folder_touch(struct folder *f, double delay);
void folder_touch_all(struct server *s, double delay);
/// Starts what is due.
void folder_start_due(struct server *s, struct folder *f);
/// Bytes of the analysis have come.
void folder_read(struct server *s, struct folder *f);
/// The client has answered request `id`.
void folder_answered(struct server *s, int64_t id);
void folder_release(struct server *s, struct folder *f);

// --- diagnostics.c ---
/// Publishes the result of the folder, and nothing for files that had something before.
void diagnostics_publish(struct server *s, struct folder *f);
/// Takes back everything published for the folder.
void diagnostics_clear(struct server *s, struct folder *f);
/// Absolute path of a file as findings name it.
const char *diagnostics_path(struct server *s, const struct folder *f, const char *file);
/// Text of a file: the document's when open, else as on disk; in the scratch arena.
struct str diagnostics_text(struct server *s, struct str path);
/// {"start", "end"} of 1-based line and byte columns; end column 0 = the end of the line.
void diagnostics_range(struct server *s, struct json *j, struct str text, uint32_t line,
                       uint32_t col, uint32_t end_col);

// --- features.c ---
void feature_hover(struct server *s, struct json *j, const cJSON *params);
void feature_code_action(struct server *s, struct json *j, const cJSON *params);
void feature_code_lens(struct server *s, struct json *j, const cJSON *params);

// --- server.c ---
enum { SERVER_MAX_OUT = 1 << 30 }; // bytes the client has not taken yet
void server_init(struct server *s);
/// Ends analyses, frees everything.
void server_release(struct server *s);
/// One message of the client.
void server_receive(struct server *s, struct str body);
/// Member of an object as text or number; empty or 0 when it is something else.
struct str member_text(const cJSON *object, const char *name);
int64_t member_number(const cJSON *object, const char *name);
/// Path of params.textDocument.uri, in the scratch arena; NULL when it is no file.
const char *document_path(struct server *s, const cJSON *params);

#endif
