// Framing of the base protocol: "Content-Length: N\r\n\r\n" and N bytes of JSON, both ways.
#ifndef CHECKER_LSP_RPC_H
#define CHECKER_LSP_RPC_H

#include "checker/base/buf.h"

enum { RPC_MAX_BODY = 64 << 20, RPC_MAX_HEAD = 8 << 10 };

enum rpc_state {
    RPC_WAIT,   // more bytes are needed
    RPC_BODY,   // a whole message
    RPC_BROKEN, // this cannot be the protocol: nothing after it can be understood
};

struct rpc_in {
    struct buf bytes;
    size_t done; // bytes that belong to earlier messages
};

void rpc_init(struct rpc_in *in);
void rpc_release(struct rpc_in *in);
void rpc_feed(struct rpc_in *in, struct str bytes);
/// The next message; *ret_body lives until the next call.
enum rpc_state rpc_next(struct rpc_in *in, struct str *ret_body);
/// Adds a message with its head.
void rpc_frame(struct buf *out, struct str body);

#endif
