// Edits that mend what was found: from a place and the text of its line to what is replaced by
// what. Whoever asks for one has made sure that it is safe; here the text must look as expected.
#include "checker/rule/finding.h"

static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

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
        if (depth == 0 && !is_word(c) && c != ':' && c != '>') {
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

static bool name_guard(struct finding_fix *fix, struct str line) {
    size_t open = after_type(line, fix->place.col - 1);
    if (!open || !is_whole_statement(line, open)) {
        return false;
    }
    fix->place.col = (uint32_t)open + 1;
    fix->place.end_col = (uint32_t)open + 2;
    fix->text = line.ptr[open] == '(' ? STR(" guard(") : STR(" guard{");
    return true;
}

static bool if_to_while(struct finding_fix *fix, struct str line) {
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

bool fix_complete(struct finding_fix *fix, struct str line) {
    if (!fix->place.col || fix->place.col > line.len) {
        return false;
    }
    switch ((enum fix_kind)fix->kind) {
    case FIX_NAME_GUARD:
        return name_guard(fix, line);
    case FIX_IF_TO_WHILE:
        return if_to_while(fix, line);
    case FIX_NONE:
        return false;
    }
    return false;
}

const char *fix_description(const struct finding_fix *fix) {
    return fix->kind == FIX_NAME_GUARD ? "give the guard a name" : "test the condition in a loop";
}
