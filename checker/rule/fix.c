// Edits that mend what was found: from a place and the text of its line to what is replaced by
// what. Whoever asks for one knows that it is right; here the text must look as expected, and what
// looks otherwise (macros, several lines, comments in between) gets none.
#include "checker/base/buf.h"
#include "checker/rule/finding.h"

static size_t skip_blanks(struct str line, size_t at) {
    while (at < line.len && (line.ptr[at] == ' ' || line.ptr[at] == '\t')) {
        at++;
    }
    return at;
}

// Offset of the parenthesis or brace that follows the type which begins at `at`; 0 for none.
static size_t after_type(struct str line, size_t at) {
    int depth = 0;
    for (size_t i = at; i < line.len; i++) {
        char c = line.ptr[i];
        depth += (c == '<') - (c == '>');
        if (depth == 0 && (c == '(' || c == '{')) {
            return i > at ? i : 0;
        }
        if (depth == 0 && !str_is_word(c) && c != ':' && c != '>') {
            return 0; // something stands between: a name, an operator
        }
    }
    return 0;
}

// What was opened at `open` is closed on this line, and a semicolon ends the statement.
static bool is_whole_statement(struct str line, size_t open) {
    int depth = 0;
    for (size_t i = open; i < line.len; i++) {
        char c = line.ptr[i];
        depth += (c == '(' || c == '{') - (c == ')' || c == '}');
        if (depth == 0) {
            size_t next = skip_blanks(line, i + 1);
            return next < line.len && line.ptr[next] == ';';
        }
    }
    return false;
}

static bool name_guard(struct arena *arena, struct finding_fix *fix, struct str line,
                       struct str source) {
    (void)arena;
    (void)source;
    size_t open = after_type(line, fix->place.col - 1);
    if (!open || !is_whole_statement(line, open)) {
        return false;
    }
    fix->place.col = (uint32_t)open + 1;
    fix->place.end_col = (uint32_t)open + 2;
    fix->text = line.ptr[open] == '(' ? STR(" guard(") : STR(" guard{");
    return true;
}

static bool if_to_while(struct arena *arena, struct finding_fix *fix, struct str line,
                        struct str source) {
    (void)arena;
    (void)source;
    size_t at = fix->place.col - 1;
    while (at > 0 &&
           (line.ptr[at - 1] == ' ' || line.ptr[at - 1] == '(' || line.ptr[at - 1] == '!')) {
        at--;
    }
    bool is_if = at >= 2 && line.ptr[at - 2] == 'i' && line.ptr[at - 1] == 'f' &&
                 (at == 2 || line.ptr[at - 3] == ' ' || line.ptr[at - 3] == '\t');
    size_t first = skip_blanks(line, 0);
    if (!is_if || first != at - 2) {
        return false; // no `if`, or one behind an `else`
    }
    fix->place.col = (uint32_t)at - 1;
    fix->place.end_col = (uint32_t)at + 1;
    fix->text = STR("while");
    return true;
}

static void replace(struct finding_fix *fix, size_t from, size_t to, struct str text) {
    fix->place.col = (uint32_t)from + 1;
    fix->place.end_col = (uint32_t)to + 1;
    fix->text = text;
}

// Offset of the only `word` at or after `from`; SIZE_MAX when there is none or another one.
static size_t find_only(struct str line, const char *word, size_t from) {
    size_t at = str_find(line, str_from(word), from);
    return at != SIZE_MAX && str_find(line, str_from(word), at + 1) == SIZE_MAX ? at : SIZE_MAX;
}

static bool strong_cas(struct arena *arena, struct finding_fix *fix, struct str line,
                       struct str source) {
    (void)arena;
    (void)source;
    size_t at = find_only(line, "compare_exchange_weak", fix->place.col - 1);
    if (at == SIZE_MAX) {
        return false;
    }
    size_t weak = at + STR("compare_exchange_").len;
    replace(fix, weak, weak + STR("weak").len, STR("strong"));
    return true;
}

// The comment is nothing but the suppression, with the code before it or without any.
static bool drop_note(struct arena *arena, struct finding_fix *fix, struct str line,
                      struct str source) {
    (void)arena;
    (void)source;
    size_t at = fix->place.col - 1;
    struct str before = str_trim(str_slice(line, 0, at));
    struct str note = str_slice(line, at, line.len);
    bool is_sole = str_find(note, STR("//"), 0) == SIZE_MAX &&
                   str_find(note, STR("*/"), 0) == SIZE_MAX &&
                   str_find(note, STR("threadlint:"), 1) == SIZE_MAX &&
                   str_find(note, STR("NOLINT"), 1) == SIZE_MAX && !str_ends(note, STR("\\")) &&
                   !str_starts(note, STR("NOLINTBEGIN")) && // has an end
                   str_find_char(note, ',', 0) == SIZE_MAX; // maybe of a list
    if (!str_ends(before, STR("//")) || !is_sole) {
        return false;
    }
    before = str_trim(str_slice(before, 0, before.len - 2));
    size_t from = before.len ? (size_t)(before.ptr - line.ptr) + before.len : 0;
    replace(fix, from, line.len, (struct str){0});
    fix->whole_line = !before.len;
    return true;
}

static bool wait_for_lock(struct arena *arena, struct finding_fix *fix, struct str line,
                          struct str source) {
    static const char *const tries[] = {"_trylock(", "_tryrdlock(", "_trywrlock(", ".try_lock(",
                                        "->try_lock("};
    (void)arena;
    (void)source;
    size_t from = fix->place.col - 1;
    struct str before = str_trim(str_slice(line, 0, from));
    if (before.len && !str_eq(before, STR("(void)"))) {
        return false; // part of something
    }
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        size_t at = find_only(line, tries[i], from);
        if (at != SIZE_MAX && is_whole_statement(line, str_find_char(line, '(', at))) {
            size_t word = str_find(line, STR("try"), at);
            size_t end = word + (line.ptr[word + 3] == '_' ? 4 : 3);
            replace(fix, word, end, (struct str){0});
            return true;
        }
    }
    return false;
}

static bool lock_to_write(struct arena *arena, struct finding_fix *fix, struct str line,
                          struct str source) {
    static const struct {
        const char *shared;
        const char *exclusive;
    } pairs[] = {
        {"pthread_rwlock_rdlock", "pthread_rwlock_wrlock"},
        {"std::shared_lock",      "std::unique_lock"     }
    };
    (void)arena;
    (void)source;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        size_t at = find_only(line, pairs[i].shared, 0);
        if (at != SIZE_MAX) {
            replace(fix, at, at + strlen(pairs[i].shared), str_from(pairs[i].exclusive));
            return true;
        }
    }
    return false;
}

// "static volatile int stop = 0;": words up to the name, then at most a value.
static bool atomic_flag(struct arena *arena, struct finding_fix *fix, struct str line,
                        struct str source) {
    (void)arena;
    (void)source;
    size_t first = skip_blanks(line, 0);
    size_t semicolon = str_find_char(line, ';', 0);
    if (semicolon == SIZE_MAX) {
        return false;
    }
    for (size_t i = first; i < semicolon; i++) {
        char c = line.ptr[i];
        if (!str_is_word(c) && c != ' ' && c != '\t' && c != '=') {
            return false; // a pointer, an array, a bit field, more than one
        }
    }
    struct str rest = str_slice(line, first, semicolon);
    size_t at = str_find(rest, STR("volatile "), 0);
    if (str_find(rest, STR("_Atomic"), 0) != SIZE_MAX ||
        str_find(rest, STR("extern "), 0) != SIZE_MAX) {
        return false;
    }
    if (at != SIZE_MAX && (at == 0 || rest.ptr[at - 1] == ' ')) {
        replace(fix, first + at, first + at + STR("volatile").len, STR("_Atomic"));
        return true;
    }
    at = str_starts(rest, STR("static ")) ? STR("static ").len : 0;
    replace(fix, first + at, first + at, STR("_Atomic "));
    return true;
}

// "return -1;" with a value that needs no lock: a name or a number.
static size_t end_of_return(struct str line, size_t at) {
    struct str rest = str_slice(line, at, line.len);
    if (!str_starts(rest, STR("return")) || rest.len < 7 || str_is_word(rest.ptr[6])) {
        return 0;
    }
    for (size_t i = at + 6; i < line.len; i++) {
        char c = line.ptr[i];
        if (c == ';') {
            return i + 1;
        }
        if (!str_is_word(c) && c != ' ' && c != '-') {
            return 0;
        }
    }
    return 0;
}

// A block of its own, so that it may be the one statement of an `if`.
static bool unlock_to_leave(struct arena *arena, struct finding_fix *fix, struct str line,
                            struct str source) {
    size_t at = fix->place.col - 1;
    size_t end = end_of_return(line, at);
    struct str unlock = str_trim(source);
    size_t open = str_find_char(unlock, '(', 0);
    if (!end || open == SIZE_MAX || !is_whole_statement(unlock, open) ||
        str_find_char(unlock, ';', 0) != unlock.len - 1) {
        return false;
    }
    for (size_t i = 0; i < open; i++) {
        char c = unlock.ptr[i];
        if (!str_is_word(c) && c != '.' && c != '-' && c != '>' && c != ':') {
            return false; // a value is made of it, or it is part of something
        }
    }
    struct buf text;
    buf_init(&text, 1 << 16);
    buf_addf(&text, "{ " STR_FMT " " STR_FMT " }", STR_ARG(unlock), (int)(end - at), line.ptr + at);
    replace(fix, at, end, str_make(arena_copy(arena, buf_c(&text), text.len), text.len));
    buf_release(&text);
    return true;
}

struct fix_row {
    const char *description;
    bool is_safe;
    bool (*complete)(struct arena *arena, struct finding_fix *fix, struct str line,
                     struct str source);
};

static const struct fix_row fix_rows[FIX_KIND_COUNT] = {
    [FIX_NAME_GUARD] = {"give the guard a name",               false, name_guard     },
    [FIX_IF_TO_WHILE] = {"test the condition in a loop",        true,  if_to_while    },
    [FIX_STRONG_CAS] = {"use the strong compare-and-exchange", true,  strong_cas     },
    [FIX_DROP_NOTE] = {"remove the suppression",              true,  drop_note      },
    [FIX_WAIT_FOR_LOCK] = {"wait for the lock",                   false, wait_for_lock  },
    [FIX_LOCK_TO_WRITE] = {"take the lock for writing",           false, lock_to_write  },
    [FIX_ATOMIC_FLAG] = {"make the flag atomic",                false, atomic_flag    },
    [FIX_UNLOCK_TO_LEAVE] = {"unlock before returning",             false, unlock_to_leave},
};

bool fix_complete(struct arena *arena, struct finding_fix *fix, struct str line,
                  struct str source) {
    return fix->kind && fix->kind < FIX_KIND_COUNT && fix->place.col &&
           fix->place.col <= line.len && fix_rows[fix->kind].complete(arena, fix, line, source);
}

const char *fix_description(const struct finding_fix *fix) {
    return fix_rows[fix->kind].description;
}

bool fix_is_safe(const struct finding_fix *fix) {
    return fix_rows[fix->kind].is_safe;
}
