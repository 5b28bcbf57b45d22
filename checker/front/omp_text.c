// Directives of OpenMP as text: where they stand and what their clauses say.
#include "checker/front/omp_text.h"

#include "checker/front/scan.h"

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

static size_t skip_blanks(struct str text, size_t at) {
    while (at < text.len && is_blank(text.ptr[at])) {
        at++;
    }
    return at;
}

// End of the line, with the lines it is continued on.
static size_t end_of_line(struct str text, size_t at) {
    while (at < text.len && (text.ptr[at] != '\n' || (at > 0 && text.ptr[at - 1] == '\\'))) {
        at++;
    }
    return at;
}

static bool take_word(struct str text, size_t *at, struct str word) {
    size_t from = skip_blanks(text, *at);
    if (!str_eq(str_slice(text, from, from + word.len), word)) {
        return false;
    }
    *at = from + word.len;
    return true;
}

bool omp_directive_at(struct str text, size_t line, struct omp_directive *ret) {
    size_t at = skip_blanks(text, line);
    *ret = (struct omp_directive){.start = (uint32_t)at};
    if (!take_word(text, &at, STR("#")) || !take_word(text, &at, STR("pragma")) ||
        !take_word(text, &at, STR("omp"))) {
        return false;
    }
    ret->end = (uint32_t)end_of_line(text, at);
    ret->text = str_slice(text, at, ret->end);
    return true;
}

size_t omp_next_line(struct str text, size_t at) {
    size_t end = end_of_line(text, at);
    return end < text.len ? end + 1 : text.len;
}

static bool has(struct str text, const char *word) {
    return scan_has_word(text, 0, text.len, str_from(word));
}

enum omp_kind omp_kind_of(struct str text) {
    if (has(text, "target") || has(text, "teams") || has(text, "declare")) {
        return OMP_OTHER;
    }
    if (has(text, "parallel")) {
        return has(text, "sections") ? OMP_OTHER : OMP_PARALLEL;
    }
    if (has(text, "barrier")) {
        return OMP_BARRIER;
    }
    if (has(text, "taskwait") || has(text, "taskyield") || has(text, "flush") ||
        has(text, "threadprivate") || has(text, "cancel") || has(text, "cancellation")) {
        return OMP_ALONE;
    }
    if (has(text, "for") && !has(text, "simd")) {
        return OMP_FOR;
    }
    if (has(text, "critical")) {
        return OMP_CRITICAL;
    }
    if (has(text, "atomic")) {
        return OMP_ATOMIC;
    }
    bool one = has(text, "single") || has(text, "master") || has(text, "masked") ||
               has(text, "sections") || has(text, "section") || has(text, "for");
    return one ? OMP_ONE : OMP_OTHER;
}

bool omp_has_clause(struct str text, const char *name) {
    return has(text, name);
}

bool omp_is_alone(struct str text) {
    struct str n = scan_call_argument(text, 0, text.len, STR("num_threads"));
    return str_eq(n, STR("1")) || has(text, "if");
}

static bool is_listed(struct str list, struct str name) {
    return scan_has_word(list, 0, list.len, name);
}

bool omp_is_private(struct str text, struct str name) {
    static const char *const clauses[] = {"private",      "firstprivate",  "lastprivate",
                                          "reduction",    "linear",        "copyin",
                                          "in_reduction", "task_reduction"};
    for (size_t i = 0; i < sizeof clauses / sizeof *clauses; i++) {
        struct str word = str_from(clauses[i]);
        for (size_t at = 0; at < text.len; at++) { // a clause may be given several times
            size_t found = str_find(text, word, at);
            if (found == SIZE_MAX) {
                break;
            }
            struct str list = scan_call_argument(text, found, text.len, word);
            if (is_listed(list, name)) {
                return true;
            }
            at = found + word.len;
        }
    }
    return false;
}

uint32_t omp_collapsed(struct str text) {
    struct str n = scan_call_argument(text, 0, text.len, STR("collapse"));
    return n.len == 1 && n.ptr[0] > '0' && n.ptr[0] <= '9' ? (uint32_t)(n.ptr[0] - '0') : 1;
}

struct str omp_lock_name(struct str text) {
    struct str name = scan_call_argument(text, 0, text.len, STR("critical"));
    return name.len ? name : STR("critical");
}
