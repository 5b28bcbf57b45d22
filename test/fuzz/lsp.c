// A client of the language server: any bytes in frames, then any lines as messages of a session. No analysis is started.
#include "checker/lsp/server.h"
#include "test/fuzz/fuzz.h"

static void receive(struct server *s, struct str body) {
    struct arena_mark mark = arena_mark(&s->scratch);
    server_receive(s, body);
    arena_reset(&s->scratch, mark);
}

static void read_frames(struct str input) {
    struct server s;
    struct str body = {0};
    server_init(&s);
    rpc_feed(&s.in, input);
    while (rpc_next(&s.in, &body) == RPC_BODY) {
        receive(&s, body);
    }
    server_release(&s);
}

void fuzz_lsp(struct str input) {
    struct server s;
    read_frames(input);
    server_init(&s);
    while (input.len) {
        receive(&s, str_cut(&input, '\n'));
    }
    for (uint32_t i = 0; i < s.documents.items.len; i++) {
        const struct document *doc = &s.documents.items.data[i];
        fuzz_promise(!doc->is_open || doc->path.data[0] == '/', "documents have absolute paths");
    }
    server_release(&s);
}
