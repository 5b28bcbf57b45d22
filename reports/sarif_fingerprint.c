#include "reports/sarif_private.h"

// primaryLocationLineHash: the hash by which GitHub recognises a line after the file has changed.
// A rolling hash over the 100 UTF-16 units from the start of the line, blanks left out, with a
// number among equal ones. Computed here so that every upload has it, not only those of one action.

#include "checker/base/fs.h"
#include "checker/base/utf.h"

#include <inttypes.h>

enum { BLOCK = 100, MULTIPLIER = 37, END_UNIT = 0xFFFF, MAX_SOURCE = 64 << 20 };

struct roller {
    struct line_hashes *ret;
    struct map counts; // hash -> how often so far
    uint64_t hash;
    uint64_t first_power; // MULTIPLIER ^ BLOCK
    uint32_t window[BLOCK];
    bool is_start[BLOCK]; // a line starts at this unit of the window
    size_t index;
    bool at_line_start;
    bool after_cr;
};

static void emit_if_start(struct roller *r) {
    if (!r->is_start[r->index]) {
        return;
    }
    uint32_t count = 0;
    (void)map_get(&r->counts, r->hash, &count);
    map_put(&r->counts, r->hash, count + 1);
    struct line_hash line = {.hash = r->hash, .occurrence = count + 1};
    vec_push(&r->ret->arena, &r->ret->lines, line);
    r->is_start[r->index] = false;
}

static void roll(struct roller *r, uint32_t unit) {
    uint64_t leaving = r->window[r->index];
    r->window[r->index] = unit;
    r->hash = MULTIPLIER * r->hash + unit - r->first_power * leaving;
    r->index = (r->index + 1) % BLOCK;
}

static void feed(struct roller *r, uint32_t unit) {
    bool is_lf_of_crlf = r->after_cr && unit == '\n';
    r->after_cr = false;
    if (unit == ' ' || unit == '\t' || is_lf_of_crlf) {
        return;
    }
    if (unit == '\r') {
        unit = '\n';
        r->after_cr = true;
    }
    emit_if_start(r);
    if (r->at_line_start) {
        r->is_start[r->index] = true;
    }
    r->at_line_start = unit == '\n';
    roll(r, unit);
}

void sarif_hash_lines(struct line_hashes *ret, struct str text) {
    struct roller r = {.ret = ret, .first_power = 1, .at_line_start = true};
    map_init(&r.counts, &ret->arena);
    for (int i = 0; i < BLOCK; i++) {
        r.first_power *= MULTIPLIER;
    }
    for (size_t i = 0; i < text.len;) {
        size_t len = 0;
        uint32_t c = utf_decode(text, i, &len);
        i += len;
        if (c >= 0x10000) {
            feed(&r, 0xD800 + ((c - 0x10000) >> 10));
            feed(&r, 0xDC00 + ((c - 0x10000) & 0x3FF));
        } else {
            feed(&r, c);
        }
    }
    feed(&r, END_UNIT);
    for (int i = 0; i < BLOCK; i++) {
        emit_if_start(&r);
        roll(&r, 0);
    }
}

static void load(struct sarif *s, struct str file) {
    struct line_hashes *hashes = &s->hashes;
    arena_release(&hashes->arena);
    *hashes = (struct line_hashes){.file = file};
    arena_init(&hashes->arena, 0);
    const char *path = fs_join(&hashes->arena, s->report->root, file);
    struct str text = {0};
    if (fs_read(&hashes->arena, path, MAX_SOURCE, &text, NULL)) {
        sarif_hash_lines(hashes, text);
    }
}

bool sarif_line_hash(struct sarif *s, struct place place, char out[40]) {
    if (place.file.len == 0 || place.line == 0) {
        return false;
    }
    if (!str_eq(s->hashes.file, place.file)) {
        load(s, place.file);
    }
    if (place.line > s->hashes.lines.len) {
        return false;
    }
    const struct line_hash *line = &s->hashes.lines.data[place.line - 1];
    (void)snprintf(out, 40, "%" PRIx64 ":%" PRIu32, line->hash, line->occurrence);
    return true;
}
