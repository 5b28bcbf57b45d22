#include "checker/rule/config_parts.h"

// Patterns of the configuration: of rules ("lifetime", "shared-state-*") and of paths
// ("src/**/gen_*.c"). Pure functions of text; nothing here knows where a pattern came from.

static bool is_glob(struct str pattern) {
    return str_find_char(pattern, '*', 0) != SIZE_MAX || str_find_char(pattern, '?', 0) != SIZE_MAX;
}

bool config_pattern_names(struct str pattern, const struct rule *rule) {
    struct str id = str_from(rule->id);
    if (is_glob(pattern)) {
        return str_glob(pattern, id);
    }
    return str_eq(pattern, id) || str_eq(pattern, rule_family(rule));
}

bool config_pattern_is_known(struct str pattern) {
    for (size_t i = 0; i < rule_count; i++) {
        if (config_pattern_names(pattern, rule_table[i].rule)) {
            return true;
        }
    }
    return false;
}

unsigned config_pattern_rank(struct str pattern) {
    if (is_glob(pattern)) {
        return 1;
    }
    return rule_find(pattern, NULL) != NULL ? 3 : 2;
}

// Where matching continues when the characters after a star turn out not to match.
struct retry {
    bool set;
    bool whole; // of "**/": only whole directories may be skipped
    size_t pattern;
    size_t text;
};

struct path_matcher {
    struct str pattern;
    struct str text;
    size_t p;
    size_t t;
    struct retry star;  // last `*`: does not cross a slash
    struct retry cross; // last `**`
};

// Consumes a star at the current place of the pattern; false when there is none.
static bool take_star(struct path_matcher *m) {
    if (m->p >= m->pattern.len || m->pattern.ptr[m->p] != '*') {
        return false;
    }
    if (m->p + 1 >= m->pattern.len || m->pattern.ptr[m->p + 1] != '*') {
        m->p++;
        m->star = (struct retry){.set = true, .pattern = m->p, .text = m->t};
        return true;
    }
    bool at_start = m->p == 0 || m->pattern.ptr[m->p - 1] == '/';
    m->p += 2;
    bool whole = at_start && m->p < m->pattern.len && m->pattern.ptr[m->p] == '/';
    m->p += whole ? 1 : 0;
    m->cross = (struct retry){.set = true, .whole = whole, .pattern = m->p, .text = m->t};
    m->star.set = false;
    return true;
}

// Lets the last star take more of the text; false when none can.
static bool take_more(struct path_matcher *m) {
    if (m->star.set && m->star.text < m->text.len && m->text.ptr[m->star.text] != '/') {
        m->star.text++;
        m->p = m->star.pattern;
        m->t = m->star.text;
        return true;
    }
    if (!m->cross.set || m->cross.text >= m->text.len) {
        return false;
    }
    size_t next = m->cross.text + 1;
    if (m->cross.whole) {
        size_t slash = str_find_char(m->text, '/', m->cross.text);
        if (slash == SIZE_MAX) {
            return false;
        }
        next = slash + 1;
    }
    m->cross.text = next;
    m->star.set = false;
    m->p = m->cross.pattern;
    m->t = next;
    return true;
}

static bool glob_path(struct str pattern, struct str text) {
    struct path_matcher m = {.pattern = pattern, .text = text};
    for (;;) {
        if (take_star(&m)) {
            continue;
        }
        bool at_end = m.p == pattern.len;
        if (at_end && m.t == text.len) {
            return true;
        }
        bool fits = !at_end && m.t < text.len &&
                    (pattern.ptr[m.p] == text.ptr[m.t] ||
                     (pattern.ptr[m.p] == '?' && text.ptr[m.t] != '/'));
        if (fits) {
            m.p++;
            m.t++;
        } else if (!take_more(&m)) {
            return false;
        }
    }
}

bool config_path_match(struct str pattern, struct str path) {
    bool is_dir_only = pattern.len > 1 && pattern.ptr[pattern.len - 1] == '/';
    if (is_dir_only) {
        pattern = str_slice(pattern, 0, pattern.len - 1);
    }
    while (str_starts(pattern, STR("./"))) {
        pattern = str_slice(pattern, 2, pattern.len);
    }
    bool is_anchored = str_find_char(pattern, '/', 0) != SIZE_MAX;
    if (str_starts(pattern, STR("/")) && !str_starts(path, STR("/"))) {
        pattern = str_slice(pattern, 1, pattern.len); // "/src" is the root's src
    }
    if (pattern.len == 0 || path.len == 0) {
        return false;
    }
    // The path itself and each directory above it: a directory that matches takes what is below
    // with it.
    for (size_t end = str_find_char(path, '/', 1);; end = str_find_char(path, '/', end + 1)) {
        bool is_dir = end != SIZE_MAX;
        struct str part = str_slice(path, 0, is_dir ? end : path.len);
        size_t slash = is_anchored ? SIZE_MAX : str_rfind_char(part, '/');
        struct str name = slash == SIZE_MAX ? part : str_slice(part, slash + 1, part.len);
        if ((is_dir || !is_dir_only) && glob_path(pattern, name)) {
            return true;
        }
        if (!is_dir) {
            return false;
        }
    }
}

bool config_is_excluded(const struct config *c, struct str file) {
    for (uint32_t i = 0; i < c->exclude.len; i++) {
        if (config_path_match(c->exclude.data[i], file)) {
            return true;
        }
    }
    return false;
}
