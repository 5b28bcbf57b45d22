#include "checker/drive/notes.h"

#include <stdarg.h>

enum { NOTE_MAX = 6000 };

__attribute__((format(printf, 2, 0))) static struct str
format_text(struct arena *arena, const char *format, va_list args) {
    char text[NOTE_MAX];
    int n = vsnprintf(text, sizeof text, format, args);
    size_t len = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
    return str_make(arena_copy(arena, text, len), len);
}

void notes_add(struct notes *n, const char *id, enum level level, struct place place,
               const char *format, ...) {
    struct report_note note = {.id = id, .level = level, .place = place};
    va_list args;
    va_start(args, format);
    note.text = format_text(n->arena, format, args);
    va_end(args);
    vec_push(n->arena, &n->items, note);
}

struct str notes_format(struct arena *arena, const char *format, ...) {
    va_list args;
    va_start(args, format);
    struct str text = format_text(arena, format, args);
    va_end(args);
    return text;
}
