#include "checker/base/edit.h"

// A diff is not searched for: the edits are known, so each hunk is the lines they touch with what
// becomes of them. Bytes are bytes: line ends and encoding stay as they are.

#include <stdlib.h>

enum { CONTEXT = 3 };

// --- order ---

struct ranked {
    struct edit edit;
    uint32_t index;
};

static int compare_size(size_t a, size_t b) {
    return (a > b) - (a < b);
}

static int compare_ranked(const void *left, const void *right) {
    const struct ranked *a = left;
    const struct ranked *b = right;
    int order = compare_size(a->edit.from, b->edit.from);
    order = order ? order : compare_size(a->edit.to, b->edit.to);
    return order ? order : (a->index > b->index) - (a->index < b->index);
}

static bool is_same(const struct edit *a, const struct edit *b) {
    return a->from == b->from && a->to == b->to && str_eq(a->text, b->text);
}

static bool overlaps(const struct edit *before, const struct edit *next) {
    bool inserts = next->from == next->to || before->from == before->to;
    return next->from < before->to || (next->from == before->from && !inserts);
}

void edits_settle(struct edit_list *list, void (*on_dropped)(void *ctx, uint32_t id), void *ctx) {
    uint32_t count = list->items.len;
    struct ranked *order = ARENA_ARRAY(list->arena, struct ranked, count);
    for (uint32_t i = 0; i < count; i++) {
        order[i] = (struct ranked){list->items.data[i], i};
    }
    if (count > 1) {
        qsort(order, count, sizeof *order, compare_ranked);
    }
    list->items.len = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct edit *next = &order[i].edit;
        const struct edit *before = list->items.len ? &vec_last(&list->items) : NULL;
        if (before && is_same(before, next)) {
            continue;
        }
        if (!before || !overlaps(before, next)) {
            list->items.data[list->items.len++] = *next;
        } else if (on_dropped) {
            on_dropped(ctx, next->id);
        }
    }
}

// --- text ---

// What edits [first, last) make of text[from, to).
static void add_edited(const struct edit_list *list, uint32_t first, uint32_t last, struct str text,
                       size_t from, size_t to, struct buf *out) {
    for (uint32_t i = first; i < last; i++) {
        const struct edit *e = &list->items.data[i];
        buf_add(out, str_slice(text, from, e->from));
        buf_add(out, e->text);
        from = e->to;
    }
    buf_add(out, str_slice(text, from, to));
}

struct str edits_apply(const struct edit_list *list, struct str text) {
    struct buf out;
    buf_init(&out, SIZE_MAX / 4);
    add_edited(list, 0, list->items.len, text, 0, text.len, &out);
    struct str result = str_make(arena_copy(list->arena, buf_c(&out), out.len), out.len);
    buf_release(&out);
    return result;
}

size_t edits_line_start(struct str text, uint32_t line) {
    size_t at = 0;
    for (uint32_t i = 1; i < line; i++) {
        size_t end = str_find_char(text, '\n', at);
        if (end == SIZE_MAX) {
            return SIZE_MAX;
        }
        at = end + 1;
    }
    return line ? at : SIZE_MAX;
}

// --- diff ---

static size_t start_of_line(struct str text, size_t at) {
    while (at > 0 && text.ptr[at - 1] != '\n') {
        at--;
    }
    return at;
}

// Offset behind the line that `at` is in.
static size_t end_of_line(struct str text, size_t at) {
    size_t end = str_find_char(text, '\n', at);
    return end == SIZE_MAX ? text.len : end + 1;
}

static size_t lines_back(struct str text, size_t at, unsigned count) {
    for (; count && at > 0; count--) {
        at = start_of_line(text, at - 1);
    }
    return at;
}

static size_t lines_on(struct str text, size_t at, unsigned count) {
    for (; count && at < text.len; count--) {
        at = end_of_line(text, at);
    }
    return at;
}

// Whole lines [from, to) and the edits [first, last) in them.
struct change {
    uint32_t first;
    uint32_t last;
    size_t from;
    size_t to;
};

static size_t touched_end(struct str text, const struct edit *e) {
    bool whole = e->to > e->from && text.ptr[e->to - 1] == '\n'; // ends with a line
    bool inserts_lines = e->from == e->to && e->text.len && str_ends(e->text, STR("\n")) &&
                         start_of_line(text, e->from) == e->from;
    return whole || inserts_lines ? e->to : end_of_line(text, e->to);
}

// The change that begins with edit `first`: all edits of lines that follow each other.
static struct change change_at(const struct edit_list *list, uint32_t first, struct str text) {
    const struct edit *e = &list->items.data[first];
    struct change c = {first, first + 1, start_of_line(text, e->from), touched_end(text, e)};
    while (c.last < list->items.len && start_of_line(text, list->items.data[c.last].from) <= c.to) {
        c.to = touched_end(text, &list->items.data[c.last++]);
    }
    return c;
}

static uint64_t add_lines(struct buf *out, char sign, struct str lines) {
    uint64_t count = 0;
    for (size_t at = 0; at < lines.len; count++) {
        size_t end = end_of_line(lines, at);
        buf_add_char(out, sign);
        buf_add(out, str_slice(lines, at, end));
        if (lines.ptr[end - 1] != '\n') {
            buf_add_c(out, "\n\\ No newline at end of file\n");
        }
        at = end;
    }
    return count;
}

static uint64_t count_lines(struct str text) {
    uint64_t count = 0;
    for (size_t at = 0; at < text.len; at = end_of_line(text, at)) {
        count++;
    }
    return count;
}

static void add_range(struct buf *out, char sign, uint64_t before, uint64_t count) {
    buf_addf(out, "%c%llu,%llu ", sign, (unsigned long long)(count ? before + 1 : before),
             (unsigned long long)count);
}

void edits_new_file(struct str path, struct str text, struct buf *out) {
    buf_addf(out, "--- /dev/null\n+++ b/" STR_FMT "\n@@ -0,0 +1,%llu @@\n", STR_ARG(path),
             (unsigned long long)count_lines(text));
    (void)add_lines(out, '+', text);
}

void edits_diff(const struct edit_list *list, struct str path, struct str text, struct buf *out) {
    int64_t shift = 0; // lines the hunks before have added
    if (list->items.len) {
        buf_addf(out, "--- a/" STR_FMT "\n+++ b/" STR_FMT "\n", STR_ARG(path), STR_ARG(path));
    }
    for (uint32_t next = 0; next < list->items.len;) {
        struct change c = change_at(list, next, text);
        size_t from = lines_back(text, c.from, CONTEXT);
        size_t at = from;
        uint64_t old_lines = 0;
        uint64_t new_lines = 0;
        struct buf body;
        struct buf edited;
        buf_init(&body, SIZE_MAX / 4);
        buf_init(&edited, SIZE_MAX / 4);
        for (;;) {
            uint64_t same = add_lines(&body, ' ', str_slice(text, at, c.from));
            buf_clear(&edited);
            add_edited(list, c.first, c.last, text, c.from, c.to, &edited);
            old_lines += same + add_lines(&body, '-', str_slice(text, c.from, c.to));
            new_lines += same + add_lines(&body, '+', buf_str(&edited));
            at = c.to;
            next = c.last;
            if (next == list->items.len) {
                break;
            }
            c = change_at(list, next, text);
            if (lines_on(text, at, 2 * CONTEXT) < c.from) {
                break;
            }
        }
        uint64_t same = add_lines(&body, ' ', str_slice(text, at, lines_on(text, at, CONTEXT)));
        uint64_t before = count_lines(str_slice(text, 0, from));
        buf_add_c(out, "@@ ");
        add_range(out, '-', before, old_lines + same);
        add_range(out, '+', (uint64_t)((int64_t)before + shift), new_lines + same);
        buf_add_c(out, "@@\n");
        buf_add(out, buf_str(&body));
        shift += (int64_t)new_lines - (int64_t)old_lines;
        buf_release(&body);
        buf_release(&edited);
    }
}
