#include "checker/rule/suppress.h"

// Finds suppression comments in a source text. A small lexer tells comments from strings, character
// literals, raw strings and digit separators; it accepts any text. What it does not understand is
// not a suppression.

// A NOLINTBEGIN that has no NOLINTEND yet. `item` is UINT32_MAX for an id of another tool.
struct open_block {
    struct str pattern;
    uint32_t item;
    uint32_t directive; // ids of one BEGIN share it: a bare NOLINTEND closes them all
};

struct scanner {
    struct suppressions *out;
    struct str file;
    struct str text;
    size_t at;
    uint32_t line;
    size_t line_start;
    bool has_code; // something other than blanks and comments stands before `at` on this line
    VEC(struct open_block) open;
    uint32_t directives;
};

// One comment, or the part of it on one line.
struct comment {
    size_t from;
    size_t to; // exclusive, without "*/"
    uint32_t line;
    size_t line_start;
    uint32_t next_line; // the line of code after the comment
    bool is_alone;      // no code on its lines
};

enum directive {
    DIRECTIVE_LINE,
    DIRECTIVE_NEXT_LINE,
    DIRECTIVE_BEGIN,
    DIRECTIVE_END,
    DIRECTIVE_IGNORE
};

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static char peek(const struct scanner *s, size_t offset) {
    return s->at + offset < s->text.len ? s->text.ptr[s->at + offset] : '\0';
}

static void new_line(struct scanner *s, size_t at) {
    s->line++;
    s->line_start = at + 1;
    s->has_code = false;
}

// ---- directives -------------------------------------------------------------------------------

static struct str copy(struct scanner *s, struct str text) {
    const char *from = text.ptr != NULL ? text.ptr : "";
    return str_make(arena_copy(s->out->arena, from, text.len), text.len);
}

// Turns an id as written into a pattern of our rules. False when it is another tool's.
static bool own_pattern(struct str id, enum directive kind, struct str *ret_pattern) {
    struct str prefix = STR("threadlint-");
    if (str_starts(id, prefix) && id.len > prefix.len) {
        *ret_pattern = str_slice(id, prefix.len, id.len);
        return true;
    }
    if (str_eq(id, STR("threadlint*")) || str_eq(id, STR("threadlint"))) {
        *ret_pattern = STR("*");
        return true;
    }
    *ret_pattern = str_eq(id, STR("*")) && kind != DIRECTIVE_IGNORE ? (struct str){0} : id;
    return id.len > 0 && (kind == DIRECTIVE_IGNORE || str_eq(id, STR("*")));
}

// Ends the innermost open block of `pattern`; a bare NOLINTEND ends the innermost NOLINTBEGIN with
// all its ids.
static void close_blocks(struct scanner *s, struct str pattern, bool is_bare, uint32_t line) {
    uint32_t found = s->open.len;
    while (found > 0 && !is_bare && !str_eq(s->open.data[found - 1].pattern, pattern)) {
        found--;
    }
    if (found == 0) {
        return;
    }
    uint32_t directive = s->open.data[found - 1].directive;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < s->open.len; i++) {
        struct open_block block = s->open.data[i];
        bool ends = i == found - 1 || (is_bare && block.directive == directive);
        if (!ends) {
            s->open.data[kept++] = block;
        } else if (block.item != UINT32_MAX) {
            s->out->items.data[block.item].last = line;
        }
    }
    s->open.len = kept;
}

static void add_item(struct scanner *s, const struct comment *c, size_t at, enum directive kind,
                     struct str pattern, struct str reason) {
    struct suppression item = {
        .file = s->file,
        .line = c->line,
        .col = (uint32_t)(at - c->line_start + 1),
        .first = c->line,
        .last = c->line,
        .pattern = copy(s, pattern),
        .reason = copy(s, reason),
    };
    if (kind == DIRECTIVE_NEXT_LINE) {
        item.first = c->line + 1;
        item.last = c->next_line;
    } else if (kind == DIRECTIVE_IGNORE && c->is_alone) {
        item.last = c->next_line;
    } else if (kind == DIRECTIVE_BEGIN) {
        item.last = UINT32_MAX; // until its end is seen
    }
    vec_push(s->out->arena, &s->out->items, item);
}

// One id of a list, or the whole directive when it has no list (`id` empty).
static void take_id(struct scanner *s, const struct comment *c, size_t at, enum directive kind,
                    struct str id, struct str reason) {
    struct str pattern = {0};
    bool is_bare = id.ptr == NULL;
    if (kind == DIRECTIVE_END) {
        close_blocks(s, id, is_bare, c->line);
        return;
    }
    if (is_bare && kind == DIRECTIVE_IGNORE) {
        pattern = STR("*");
    }
    bool is_own = is_bare || own_pattern(id, kind, &pattern);
    if (is_own) {
        add_item(s, c, at, kind, pattern, reason);
    }
    if (kind == DIRECTIVE_BEGIN) {
        struct open_block block = {
            .pattern = copy(s, id),
            .item = is_own ? s->out->items.len - 1 : UINT32_MAX,
            .directive = s->directives,
        };
        vec_push(s->out->arena, &s->open, block);
    }
}

// Text after the ids, without the punctuation people put before a reason.
static struct str clean_reason(struct str text) {
    text = str_trim(text);
    while (text.len > 0 && (text.ptr[0] == ':' || text.ptr[0] == '-' || text.ptr[0] == ',')) {
        text = str_trim(str_slice(text, 1, text.len));
    }
    return text;
}

static size_t next_directive(struct str text, size_t from) {
    size_t nolint = str_find(text, STR("NOLINT"), from);
    size_t ignore = str_find(text, STR("threadlint:"), from);
    return nolint < ignore ? nolint : ignore;
}

// Reads "(a, b) reason" or "[a] reason" or " reason" at text[at..]. `from` is where the directive
// begins.
static void take_arguments(struct scanner *s, const struct comment *c, struct str text, size_t from,
                           size_t at, enum directive kind) {
    char open = kind == DIRECTIVE_IGNORE ? '[' : '(';
    char close = kind == DIRECTIVE_IGNORE ? ']' : ')';
    struct str ids = {0};
    bool has_list = at < text.len && text.ptr[at] == open;
    if (has_list) {
        size_t end = str_find_char(text, close, at);
        end = end == SIZE_MAX ? text.len
                              : end; // a list without its bracket goes to the end of the line
        ids = str_slice(text, at + 1, end);
        at = end < text.len ? end + 1 : end;
    }
    size_t next = next_directive(text, at);
    struct str reason = clean_reason(str_slice(text, at, next < text.len ? next : text.len));
    s->directives++;
    size_t place = c->from + from;
    if (!has_list) {
        take_id(s, c, place, kind, (struct str){0}, reason);
        return;
    }
    while (ids.ptr != NULL) {
        struct str id = str_trim(str_cut(&ids, ','));
        size_t blank = str_find_char(id, ' ', 0); // "(id some prose": the id is the first word
        id = blank == SIZE_MAX ? id : str_slice(id, 0, blank);
        if (id.len > 0) {
            take_id(s, c, place, kind, id, reason);
        }
    }
}

// "NOLINT..." at text[at]; returns where to go on.
static size_t take_nolint(struct scanner *s, const struct comment *c, struct str text, size_t at) {
    static const struct {
        const char *word;
        enum directive kind;
    } words[] = {
        {"NOLINTNEXTLINE", DIRECTIVE_NEXT_LINE},
        {"NOLINTBEGIN",    DIRECTIVE_BEGIN    },
        {"NOLINTEND",      DIRECTIVE_END      },
        {"NOLINT",         DIRECTIVE_LINE     },
    };
    bool is_whole = at == 0 || !str_is_word(text.ptr[at - 1]);
    for (size_t i = 0; is_whole && i < sizeof words / sizeof *words; i++) {
        struct str word = str_from(words[i].word);
        size_t end = at + word.len;
        if (str_starts(str_slice(text, at, text.len), word) &&
            (end >= text.len || !str_is_word(text.ptr[end]))) {
            take_arguments(s, c, text, at, end, words[i].kind);
            return end;
        }
    }
    return at + 1;
}

// "threadlint:" at text[at]; returns where to go on.
static size_t take_ignore(struct scanner *s, const struct comment *c, struct str text, size_t at) {
    struct str word = STR("ignore");
    size_t i = at + STR("threadlint:").len;
    while (i < text.len && (text.ptr[i] == ' ' || text.ptr[i] == '\t')) {
        i++;
    }
    size_t end = i + word.len;
    bool is_ignore = str_starts(str_slice(text, i, text.len), word) &&
                     (end >= text.len || !str_is_word(text.ptr[end])) &&
                     (at == 0 || !str_is_word(text.ptr[at - 1]));
    if (!is_ignore) {
        return i;
    }
    size_t list = end;
    while (list < text.len && text.ptr[list] == ' ') {
        list++;
    }
    if (list < text.len && text.ptr[list] == '[') {
        end = list;
    }
    take_arguments(s, c, text, at, end, DIRECTIVE_IGNORE);
    return end;
}

// Where code that is commented out has a comment of its own: directives behind it are part of what
// is quoted. SIZE_MAX: nowhere. "code(); // prose // NOLINT" is meant, so code must not come first.
static size_t quoted_comment(const struct comment *c, struct str text) {
    for (size_t at = str_find(text, STR("//"), 0); c->is_alone && at != SIZE_MAX;
         at = str_find(text, STR("//"), at + 1)) {
        if (at > 0 && (text.ptr[at - 1] == ' ' || text.ptr[at - 1] == '\t')) {
            return at;
        }
    }
    return SIZE_MAX;
}

static void scan_comment_line(struct scanner *s, const struct comment *c) {
    struct str text = str_slice(s->text, c->from, c->to);
    size_t quoted = quoted_comment(c, text);
    text = quoted < text.len ? str_slice(text, 0, quoted) : text;
    size_t at = next_directive(text, 0);
    while (at < text.len) {
        at = text.ptr[at] == 'N' ? take_nolint(s, c, text, at) : take_ignore(s, c, text, at);
        at = next_directive(text, at);
    }
}

// ---- the lexer --------------------------------------------------------------------------------

// Line number of the first line after `at` that is not a // comment by itself.
static uint32_t next_code_line(const struct scanner *s, size_t at, uint32_t line) {
    for (;;) {
        size_t end = str_find_char(s->text, '\n', at);
        if (end == SIZE_MAX) {
            return line + 1;
        }
        line++;
        at = end + 1;
        size_t stop = str_find_char(s->text, '\n', at);
        struct str next = str_trim(str_slice(s->text, at, stop == SIZE_MAX ? s->text.len : stop));
        if (!str_starts(next, STR("//"))) {
            return line;
        }
    }
}

static bool is_blank_until_newline(const struct scanner *s, size_t at) {
    size_t end = str_find_char(s->text, '\n', at);
    return str_trim(str_slice(s->text, at, end == SIZE_MAX ? s->text.len : end)).len == 0;
}

// The comment text [from, to), which ends at `end` with its "*/"; one line after the other.
static void scan_comment(struct scanner *s, size_t from, size_t to, size_t end, bool is_alone) {
    uint32_t lines = 0;
    for (size_t i = from; i < end; i++) {
        lines += s->text.ptr[i] == '\n' ? 1 : 0;
    }
    struct comment c = {
        .is_alone = is_alone,
        .next_line = next_code_line(s, end, s->line + lines),
    };
    size_t start = from;
    for (size_t i = from; i <= to; i++) {
        bool at_newline = i < to && s->text.ptr[i] == '\n';
        if (i < to && !at_newline) {
            continue;
        }
        c.from = start;
        c.to = i;
        c.line = s->line;
        c.line_start = s->line_start;
        scan_comment_line(s, &c);
        if (at_newline) {
            bool has_code = s->has_code;
            new_line(s, i);
            s->has_code = has_code;
            start = i + 1;
        }
    }
    s->at = end;
}

static void line_comment(struct scanner *s) {
    size_t from = s->at + 2;
    size_t end = from;
    while (end < s->text.len && s->text.ptr[end] != '\n') {
        bool is_splice = s->text.ptr[end] == '\\' && end + 1 < s->text.len &&
                         (s->text.ptr[end + 1] == '\n' || s->text.ptr[end + 1] == '\r');
        end += is_splice ? 2 : 1;
        if (is_splice && s->text.ptr[end - 1] == '\r' && end < s->text.len) {
            end++;
        }
    }
    end = end < s->text.len ? end : s->text.len;
    scan_comment(s, from, end, end, !s->has_code);
}

static void block_comment(struct scanner *s) {
    size_t from = s->at + 2;
    size_t to = str_find(s->text, STR("*/"), from);
    bool is_closed = to != SIZE_MAX;
    to = is_closed ? to : s->text.len;
    size_t end = is_closed ? to + 2 : to;
    scan_comment(s, from < to ? from : to, to, end, !s->has_code && is_blank_until_newline(s, end));
}

// A string or character literal; it ends at its quote or, when that is missing, at the end of the
// line.
static void literal(struct scanner *s, char quote) {
    s->has_code = true;
    for (s->at++; s->at < s->text.len; s->at++) {
        char c = s->text.ptr[s->at];
        if (c == '\n') {
            return;
        }
        if (c == '\\' && s->at + 1 < s->text.len) {
            s->at++;
            if (s->text.ptr[s->at] == '\n') {
                new_line(s, s->at);
                s->has_code = true;
            }
        } else if (c == quote) {
            s->at++;
            return;
        }
    }
}

// R"delimiter( ... )delimiter"; `at` is on the quote.
static void raw_string(struct scanner *s) {
    size_t paren = str_find_char(s->text, '(', s->at);
    enum { MAX_DELIMITER = 16 };
    if (paren == SIZE_MAX || paren - s->at - 1 > MAX_DELIMITER) {
        literal(s, '"');
        return;
    }
    struct str delimiter = str_slice(s->text, s->at + 1, paren);
    size_t end = s->text.len;
    for (size_t i = str_find_char(s->text, ')', paren); i != SIZE_MAX;
         i = str_find_char(s->text, ')', i + 1)) {
        struct str rest = str_slice(s->text, i + 1, s->text.len);
        if (str_starts(rest, delimiter) && rest.len > delimiter.len &&
            rest.ptr[delimiter.len] == '"') {
            end = i + delimiter.len + 2;
            break;
        }
    }
    for (; s->at < end; s->at++) {
        if (s->text.ptr[s->at] == '\n') {
            new_line(s, s->at);
        }
    }
    s->has_code = true;
}

static void word(struct scanner *s) {
    size_t from = s->at;
    bool is_number = is_digit(s->text.ptr[from]);
    s->has_code = true;
    while (s->at < s->text.len) {
        bool is_separator = is_number && peek(s, 0) == '\'' && str_is_word(peek(s, 1));
        if (!str_is_word(peek(s, 0)) && !is_separator) {
            break;
        }
        s->at++;
    }
    struct str text = str_slice(s->text, from, s->at);
    bool is_raw = str_eq(text, STR("R")) || str_eq(text, STR("LR")) || str_eq(text, STR("uR")) ||
                  str_eq(text, STR("UR")) || str_eq(text, STR("u8R"));
    if (is_raw && peek(s, 0) == '"') {
        raw_string(s);
    }
}

static void scan_token(struct scanner *s) {
    char c = peek(s, 0);
    if (c == '\n') {
        new_line(s, s->at);
        s->at++;
    } else if (c == '/' && peek(s, 1) == '/') {
        line_comment(s);
    } else if (c == '/' && peek(s, 1) == '*') {
        block_comment(s);
    } else if (c == '"' || c == '\'') {
        literal(s, c);
    } else if (str_is_word(c)) {
        word(s);
    } else {
        bool is_blank = c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
        s->has_code = s->has_code || !is_blank;
        s->at++;
    }
}

void suppressions_scan(struct suppressions *s, struct str file, struct str text) {
    struct scanner scanner = {
        .out = s,
        .text = text,
        .line = 1,
    };
    if (next_directive(text, 0) == SIZE_MAX) {
        return; // most files
    }
    scanner.file = copy(&scanner, file);
    while (scanner.at < text.len) {
        scan_token(&scanner);
    }
    for (uint32_t i = 0; i < scanner.open.len; i++) {
        uint32_t item = scanner.open.data[i].item;
        if (item != UINT32_MAX) {
            s->items.data[item].last = scanner.line; // never closed: to the end of the file
        }
    }
}
