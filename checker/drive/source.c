#include "checker/drive/source.h"

#include "checker/base/fs.h"

enum { MAX_SOURCE = 64 << 20 }; // bytes; larger files have no snippets

void sources_init(struct sources *s, struct arena *arena, struct str root,
                  const struct unsaved_file *unsaved, uint32_t unsaved_count) {
    *s = (struct sources){
        .arena = arena, .root = root, .unsaved = unsaved, .unsaved_count = unsaved_count};
    intern_init(&s->paths, arena);
}

static struct source_text *find(struct sources *s, struct str file) {
    uint32_t number = intern(&s->paths, file);
    while (s->items.len <= number) {
        vec_push(s->arena, &s->items, (struct source_text){0});
    }
    struct source_text *t = &s->items.data[number];
    if (!t->is_read && file.len) {
        struct error err = {0};
        const char *path = fs_join(s->arena, s->root, file);
        const struct unsaved_file *unsaved =
            unsaved_find(s->unsaved, s->unsaved_count, str_from(path));
        t->is_read = true;
        if (unsaved) {
            t->text = unsaved->content;
        } else if (!fs_read(s->arena, path, MAX_SOURCE, &t->text, &err)) {
            t->text = (struct str){0}; // said by whoever needs it: here it only means no snippet
        }
    }
    return t;
}

struct str sources_text(struct sources *s, struct str file) {
    return find(s, file)->text;
}

static void split_lines(struct arena *arena, struct source_text *t) {
    vec_push(arena, &t->starts, 0);
    for (size_t at = str_find_char(t->text, '\n', 0); at != SIZE_MAX;
         at = str_find_char(t->text, '\n', at + 1)) {
        vec_push(arena, &t->starts, (uint32_t)at + 1);
    }
}

struct str sources_line(void *ctx, struct str file, uint32_t line) {
    struct sources *s = ctx;
    struct source_text *t = find(s, file);
    if (!t->starts.len) {
        split_lines(s->arena, t);
    }
    if (!line || line > t->starts.len) {
        return (struct str){0};
    }
    size_t from = t->starts.data[line - 1];
    size_t to = line < t->starts.len ? (size_t)t->starts.data[line] - 1 : t->text.len;
    struct str text = str_slice(t->text, from, to);
    return str_ends(text, STR("\r")) ? str_slice(text, 0, text.len - 1) : text;
}

struct str sources_place_line(void *ctx, struct place place) {
    return sources_line(ctx, place.file, place.line);
}
