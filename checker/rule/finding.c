#include "checker/rule/finding.h"

// Order, duplicates and fingerprints of findings. Knows nothing of the rules that made them or of
// the reports that print them: the last step between the two.

#include "checker/base/map.h"
#include "checker/rule/rule.h"

#include <stdlib.h>

// One finding during sorting; `index` keeps the order total and the result the same on every run.
struct ranked {
    const struct finding *finding;
    uint32_t index;
};

static int compare_u32(uint32_t a, uint32_t b) {
    return (a > b) - (a < b);
}

static int compare_place(struct place a, struct place b) {
    int diff = str_cmp(a.file, b.file);
    if (diff == 0) {
        diff = compare_u32(a.line, b.line);
    }
    return diff != 0 ? diff : compare_u32(a.col, b.col);
}

static int compare_findings(const struct finding *a, const struct finding *b) {
    int diff = compare_place(a->place, b->place);
    if (diff == 0) {
        diff = str_cmp(str_from(a->rule->id), str_from(b->rule->id));
    }
    if (diff == 0) {
        diff = str_cmp(a->message, b->message);
    }
    if (diff == 0) {
        diff = str_cmp(a->subject, b->subject);
    }
    return diff != 0 ? diff : str_cmp(a->function, b->function);
}

static int compare_ranked(const void *left, const void *right) {
    const struct ranked *a = left;
    const struct ranked *b = right;
    int diff = compare_findings(a->finding, b->finding);
    return diff != 0 ? diff : compare_u32(a->index, b->index);
}

static bool is_same_spot(const struct finding *a, const struct finding *b) {
    return a->rule == b->rule && compare_place(a->place, b->place) == 0;
}

// True when one of the findings kept so far at the same place says the same. Equal places are
// neighbours.
static bool is_duplicate(const struct finding_list *kept, const struct finding *f) {
    for (uint32_t i = kept->items.len; i > 0; i--) {
        const struct finding *other = &kept->items.data[i - 1];
        if (!is_same_spot(other, f)) {
            return false;
        }
        if (str_eq(other->subject, f->subject)) {
            return true;
        }
    }
    return false;
}

static void sort_and_dedupe(struct finding_list *list) {
    uint32_t count = list->items.len;
    struct ranked *order = ARENA_ARRAY(list->arena, struct ranked, count);
    for (uint32_t i = 0; i < count; i++) {
        order[i] = (struct ranked){.finding = &list->items.data[i], .index = i};
    }
    if (count > 1) {
        qsort(order, count, sizeof *order, compare_ranked);
    }
    struct finding_list kept = {.arena = list->arena};
    for (uint32_t i = 0; i < count; i++) {
        if (!is_duplicate(&kept, order[i].finding)) {
            vec_push(kept.arena, &kept.items, *order[i].finding);
        }
    }
    list->items.data = kept.items.data;
    list->items.len = kept.items.len;
    list->items.cap = kept.items.cap;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\v' || c == '\f';
}

// The line without blanks: reformatting the code keeps its findings.
static struct str without_blanks(struct arena *arena, struct str line) {
    char *text = ARENA_ARRAY(arena, char, line.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < line.len; i++) {
        if (!is_blank(line.ptr[i])) {
            text[len++] = line.ptr[i];
        }
    }
    return str_make(text, len);
}

static struct hash128 base_fingerprint(struct arena *arena, const struct finding *f,
                                       struct str line) {
    struct hash128 hash = hash128_add((struct hash128){0}, str_from(f->rule->id));
    hash = hash128_add(hash, f->function);
    hash = hash128_add(hash, f->subject);
    return hash128_add(hash, without_blanks(arena, line));
}

// Leaves out findings that rest on how the source is written, where it is not written so.
static void drop_unspelled(struct finding_list *list,
                           struct str (*line_text)(void *ctx, struct place place), void *ctx) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < list->items.len; i++) {
        const struct finding *f = &list->items.data[i];
        if (!f->spelled_at.line ||
            (line_text && str_has_word(line_text(ctx, f->spelled_at), f->spelled))) {
            list->items.data[kept++] = *f;
        }
    }
    list->items.len = kept;
}

void findings_finish(struct finding_list *list,
                     struct str (*line_text)(void *ctx, struct place place), void *ctx) {
    drop_unspelled(list, line_text, ctx);
    sort_and_dedupe(list);
    struct map seen = {0}; // base fingerprint -> findings that had it so far
    map_init(&seen, list->arena);
    for (uint32_t i = 0; i < list->items.len; i++) {
        struct finding *f = &list->items.data[i];
        struct str line = line_text != NULL ? line_text(ctx, f->place) : (struct str){0};
        struct hash128 hash = base_fingerprint(list->arena, f, line);
        uint64_t key = hash_mix(hash.lo, hash.hi);
        uint32_t ordinal = 0;
        (void)map_get(&seen, key, &ordinal);
        map_put(&seen, key, ordinal + 1);
        unsigned char bytes[4] = {
            (unsigned char)(ordinal & 0xFF), (unsigned char)(ordinal >> 8 & 0xFF),
            (unsigned char)(ordinal >> 16 & 0xFF), (unsigned char)(ordinal >> 24)};
        f->fingerprint = hash128_add(hash, str_make((const char *)bytes, sizeof bytes));
        if (f->fix.kind &&
            (!line_text || !fix_complete(list->arena, &f->fix, line_text(ctx, f->fix.place),
                                         line_text(ctx, f->fix.source)))) {
            f->fix = (struct finding_fix){0};
        }
    }
}

const char *level_name(enum level level) {
    switch (level) {
    case LEVEL_OFF:
        return "off";
    case LEVEL_NOTE:
        return "note";
    case LEVEL_WARNING:
        return "warning";
    case LEVEL_ERROR:
        return "error";
    }
    return "off";
}
