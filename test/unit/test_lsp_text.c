// Positions and edits of documents against a plain reading of the protocol, in all three encodings.
#include "checker/base/utf.h"
#include "checker/lsp/documents.h"
#include "checker/lsp/rpc.h"
#include "checker/lsp/uri.h"
#include "test/unit/test.h"

static const char text[] = "ab\r\n\xC3\xA4\xE4\xB8\xAD\xF0\x9F\x98\x80z\rlast\xFFx\n";

static size_t offset(uint32_t line, uint32_t character, enum encoding encoding) {
    return text_offset(STR(text), (struct position){line, character}, encoding);
}

TEST(lsp_positions_count_units_of_the_encoding) {
    CHECK(offset(0, 1, ENCODING_UTF16) == 1);
    CHECK(offset(0, 9, ENCODING_UTF16) == 2); // before the line break
    CHECK(offset(1, 0, ENCODING_UTF16) == 4);
    CHECK(offset(1, 4, ENCODING_UTF16) == 13);
    CHECK(offset(1, 3, ENCODING_UTF16) == 9); // within a pair: before it
    CHECK(offset(1, 3, ENCODING_UTF32) == 13);
    CHECK(offset(1, 9, ENCODING_UTF8) == 13);
    CHECK(offset(2, 5, ENCODING_UTF16) == 20); // a byte that is not UTF-8 counts as one
    CHECK(offset(3, 0, ENCODING_UTF16) == sizeof text - 1);
    CHECK(offset(4, 0, ENCODING_UTF16) == sizeof text - 1);
    CHECK(offset(UINT32_MAX, UINT32_MAX, ENCODING_UTF16) == sizeof text - 1);
    CHECK(text_line_count(STR(text)) == 4);
    CHECK(text_line_count((struct str){0}) == 1);
    CHECK(str_eq(text_line(STR(text), 2), STR("last\xFFx")));
}

// The oracle: walks the text unit by unit.
static size_t slow_offset(struct str s, struct position at, enum encoding encoding) {
    uint32_t line = 0;
    uint32_t units = 0;
    for (size_t i = 0; i < s.len;) {
        size_t len = 0;
        uint32_t c = utf_decode(s, i, &len);
        bool is_break = c == '\n' || c == '\r';
        if (line == at.line && (is_break || units >= at.character)) {
            return i;
        }
        if (c == '\n' || (c == '\r' && !(i + 1 < s.len && s.ptr[i + 1] == '\n'))) {
            line++;
            units = 0;
        } else if (c != '\r') {
            uint32_t more = encoding == ENCODING_UTF8                  ? (uint32_t)len
                            : encoding == ENCODING_UTF16 && c > 0xFFFF ? 2
                                                                       : 1;
            if (line == at.line && units + more > at.character) {
                return i;
            }
            units += more;
        }
        i += len;
    }
    return s.len;
}

static uint32_t next(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

TEST(lsp_random_edits_give_what_the_oracle_gives) {
    static const char *const pieces[] = {
        "a", "\n", "\r\n", "\r", "", "\xC3\xA4", "\xF0\x9F\x98\x80", "int x;\n", "\xFF", "/* */\n"};
    uint32_t state = 20261124;
    for (int round = 0; round < 200; round++) {
        struct arena arena;
        struct buf oracle;
        arena_init(&arena, 0);
        buf_init(&oracle, 1 << 20);
        struct documents d = {.arena = &arena};
        enum encoding encoding = (enum encoding)(round % 3);
        documents_open(&d, STR("file:///a"), STR("/a"), 1, STR(text));
        buf_add(&oracle, STR(text));
        for (int edit = 0; edit < 40; edit++) {
            struct document *doc = documents_find(&d, STR("/a"));
            struct position from = {next(&state) % 8, next(&state) % 10};
            struct position to = {from.line + next(&state) % 2, from.character + next(&state) % 4};
            struct str piece = str_from(pieces[next(&state) % 10]);
            struct str old = buf_str(&oracle);
            size_t first = slow_offset(old, from, encoding);
            size_t last = slow_offset(old, to, encoding);
            struct buf changed;
            buf_init(&changed, 1 << 20);
            buf_add(&changed, str_slice(old, 0, first));
            buf_add(&changed, piece);
            buf_add(&changed, str_slice(old, last > first ? last : first, old.len));
            buf_release(&oracle);
            oracle = changed;
            document_edit(doc, from, to, piece, encoding);
            CHECK(str_eq(buf_str(&doc->text), buf_str(&oracle)));
        }
        documents_close(&d, STR("/a"));
        CHECK(!documents_find(&d, STR("/a")));
        documents_release(&d);
        buf_release(&oracle);
        arena_release(&arena);
    }
}

TEST(lsp_frames_come_in_any_pieces) {
    struct str wire =
        STR("Content-Length: 2\r\n\r\n{}content-length:3\r\nContent-Type: x\r\n\r\n[1]");
    for (size_t step = 1; step < wire.len; step++) {
        struct rpc_in in;
        struct str body = {0};
        int seen = 0;
        rpc_init(&in);
        for (size_t at = 0; at < wire.len; at += step) {
            rpc_feed(&in, str_slice(wire, at, at + step));
            while (rpc_next(&in, &body) == RPC_BODY) {
                CHECK(str_eq(body, seen ? STR("[1]") : STR("{}")));
                seen++;
            }
        }
        CHECK(seen == 2);
        rpc_release(&in);
    }
}

TEST(lsp_broken_frames_are_told) {
    static const char *const broken[] = {"Content-Length: x\r\n\r\n", "Other: 3\r\n\r\nabc",
                                         "Content-Length: 99999999999\r\n\r\n", "\r\n\r\n"};
    for (size_t i = 0; i < 4; i++) {
        struct rpc_in in;
        struct str body = {0};
        rpc_init(&in);
        rpc_feed(&in, str_from(broken[i]));
        CHECK(rpc_next(&in, &body) == RPC_BROKEN);
        rpc_release(&in);
    }
}

TEST(lsp_uris_are_paths_and_back) {
    struct arena arena;
    struct buf uri;
    arena_init(&arena, 0);
    buf_init(&uri, 1024);
    CHECK_STR_EQ(uri_to_path(&arena, STR("file:///a%20b/%C3%A4/../c.c")), "/a b/c.c");
    CHECK_STR_EQ(uri_to_path(&arena, STR("file://localhost/x")), "/x");
    CHECK_STR_EQ(uri_to_path(&arena, STR("file:///100%")), "/100%");
    CHECK(!uri_to_path(&arena, STR("file://host/x")));
    CHECK(!uri_to_path(&arena, STR("untitled:x")));
    CHECK(!uri_to_path(&arena, STR("file:///a%00b")));
    uri_add_path(&uri, STR("/a b/\xC3\xA4.c"));
    CHECK_STR_EQ(buf_c(&uri), "file:///a%20b/%C3%A4.c");
    buf_release(&uri);
    arena_release(&arena);
}
