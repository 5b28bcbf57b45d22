// Edits of a document, against an oracle that keeps code points and counts anew for every edit. Five bytes of input are one
// edit: line and character of its start, of its end, and which text is put there. In all three encodings.
#include "checker/lsp/documents.h"
#include "test/fuzz/fuzz.h"

enum { MAX_POINTS = 4096, BYTES_PER_EDIT = 5, MAX_INSERTED = 3 };

struct oracle {
    uint32_t points[MAX_POINTS];
    size_t count;
};

static const uint32_t pieces[][MAX_INSERTED] = {
    {'a', 'b', 'c'},         {'\n', 0, 0},   {'\r', '\n', 0}, {'\r', 0, 0},          {0xE4, 0x4E2D, 0},
    {0x1F600, 'x', 0x10FFFF}, {0, 0, 0},      {'\n', '\r', '\n'}, {0x7FF, 0x800, 0xFFFF}, {' ', 0x1F600, '\n'},
};
enum { PIECES = sizeof pieces / sizeof *pieces };

static uint32_t units(uint32_t point, enum encoding encoding) {
    uint32_t bytes = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    return encoding == ENCODING_UTF8 ? bytes : encoding == ENCODING_UTF16 && point >= 0x10000 ? 2 : 1;
}

static bool ends_line(const struct oracle *o, size_t i) {
    bool is_first_of_two = o->points[i] == '\r' && i + 1 < o->count && o->points[i + 1] == '\n';
    return (o->points[i] == '\n' || o->points[i] == '\r') && !is_first_of_two;
}

// Index of the point at a position, as the protocol has it.
static size_t index_of(const struct oracle *o, struct position at, enum encoding encoding) {
    size_t i = 0;
    for (uint32_t line = 0; line < at.line; i++) {
        if (i == o->count) {
            return o->count;
        }
        line += ends_line(o, i);
    }
    for (uint32_t left = at.character; i < o->count && o->points[i] != '\n' && o->points[i] != '\r'; i++) {
        uint32_t width = units(o->points[i], encoding);
        if (width > left) {
            break;
        }
        left -= width;
    }
    return i;
}

static void put_point(struct buf *out, uint32_t c) {
    static const uint8_t heads[] = {0, 0, 0xC0, 0xE0, 0xF0};
    uint32_t bytes = units(c, ENCODING_UTF8);
    for (uint32_t i = 0; i < bytes; i++) {
        uint32_t part = c >> (6 * (bytes - 1 - i));
        buf_add_char(out, (char)(i ? 0x80 | (part & 0x3F) : heads[bytes] | part));
    }
}

static size_t piece_length(uint32_t piece) {
    size_t length = 0;
    while (length < MAX_INSERTED && pieces[piece][length]) {
        length++;
    }
    return length;
}

static void edit_oracle(struct oracle *o, size_t from, size_t to, uint32_t piece) {
    size_t length = piece_length(piece);
    to = to < from ? from : to;
    memmove(o->points + from + length, o->points + to, (o->count - to) * sizeof *o->points);
    memcpy(o->points + from, pieces[piece], length * sizeof *o->points);
    o->count += length - (to - from);
}

static void compare(const struct oracle *o, const struct document *doc) {
    struct buf text;
    buf_init(&text, 4 * MAX_POINTS + 1);
    for (size_t i = 0; i < o->count; i++) {
        put_point(&text, o->points[i]);
    }
    fuzz_promise(str_eq(buf_str(&text), buf_str(&doc->text)), "an edit gives the text it says");
    uint32_t lines = 1;
    for (size_t i = 0; i < o->count; i++) {
        lines += ends_line(o, i);
    }
    fuzz_promise(text_line_count(buf_str(&doc->text)) == lines, "lines are counted as the protocol does");
    buf_release(&text);
}

static void edit(struct str input, enum encoding encoding) {
    static struct oracle o;
    struct arena arena;
    arena_init(&arena, 0);
    struct documents documents = {.arena = &arena};
    o.count = 0;
    documents_open(&documents, STR("file:///a.c"), STR("/a.c"), 1, STR(""));
    struct document *doc = documents_find(&documents, STR("/a.c"));
    for (; input.len >= BYTES_PER_EDIT && o.count + MAX_INSERTED < MAX_POINTS;
         input = str_slice(input, BYTES_PER_EDIT, input.len)) {
        const unsigned char *b = (const unsigned char *)input.ptr;
        struct position from = {b[0] % 8, b[1] % 16};
        struct position to = {b[2] % 8, b[3] % 16};
        uint32_t piece = b[4] % PIECES;
        struct buf text;
        buf_init(&text, 64);
        for (size_t i = 0; i < piece_length(piece); i++) {
            put_point(&text, pieces[piece][i]);
        }
        document_edit(doc, from, to, buf_str(&text), encoding);
        edit_oracle(&o, index_of(&o, from, encoding), index_of(&o, to, encoding), piece);
        compare(&o, doc);
        buf_release(&text);
    }
    documents_release(&documents);
    arena_release(&arena);
}

void fuzz_edits(struct str input) {
    edit(input, ENCODING_UTF8);
    edit(input, ENCODING_UTF16);
    edit(input, ENCODING_UTF32);
}
