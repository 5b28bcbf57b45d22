#include "checker/lsp/rpc.h"

void rpc_init(struct rpc_in *in) {
    *in = (struct rpc_in){0};
    buf_init(&in->bytes, (size_t)2 * RPC_MAX_BODY);
}

void rpc_release(struct rpc_in *in) {
    buf_release(&in->bytes);
}

// Drops what was handed out.
static void compact(struct rpc_in *in) {
    if (!in->done) {
        return;
    }
    struct buf rest;
    buf_init(&rest, in->bytes.max);
    buf_add(&rest, str_slice(buf_str(&in->bytes), in->done, in->bytes.len));
    buf_release(&in->bytes);
    in->bytes = rest;
    in->done = 0;
}

void rpc_feed(struct rpc_in *in, struct str bytes) {
    compact(in);
    buf_add(&in->bytes, bytes);
}

static bool is_name(struct str field, struct str name) {
    if (field.len != name.len) {
        return false;
    }
    for (size_t i = 0; i < name.len; i++) {
        char c = field.ptr[i];
        if ((c >= 'A' && c <= 'Z' ? (char)(c + 32) : c) != name.ptr[i]) {
            return false;
        }
    }
    return true;
}

// Length of the body according to the head; false when it does not say.
static bool read_head(struct str head, uint64_t *ret_length) {
    bool found = false;
    while (head.len) {
        struct str line = str_cut(&head, '\n');
        struct str name = str_cut(&line, ':');
        if (is_name(str_trim(name), STR("content-length"))) {
            found = str_to_u64(str_trim(line), ret_length);
        }
    }
    return found;
}

enum rpc_state rpc_next(struct rpc_in *in, struct str *ret_body) {
    struct str all = str_slice(buf_str(&in->bytes), in->done, in->bytes.len);
    size_t end = str_find(all, STR("\r\n\r\n"), 0);
    uint64_t length = 0;
    if (in->bytes.overflow || (end == SIZE_MAX && all.len > RPC_MAX_HEAD)) {
        return RPC_BROKEN;
    }
    if (end == SIZE_MAX) {
        return RPC_WAIT;
    }
    if (!read_head(str_slice(all, 0, end), &length) || length > RPC_MAX_BODY) {
        return RPC_BROKEN;
    }
    if (all.len - end - 4 < length) {
        return RPC_WAIT;
    }
    *ret_body = str_slice(all, end + 4, end + 4 + (size_t)length);
    in->done += end + 4 + (size_t)length;
    return RPC_BODY;
}

void rpc_frame(struct buf *out, struct str body) {
    buf_addf(out, "Content-Length: %zu\r\n\r\n", body.len);
    buf_add(out, body);
}
