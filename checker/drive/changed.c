#include "checker/drive/changed.h"

#include "checker/drive/git.h"

// --- what it says ---

// Three digits, as git writes bytes that are not ASCII.
static bool is_octal(struct str digits) {
    bool is = digits.len == 3 && digits.ptr[0] <= '3';
    for (size_t i = 0; i < digits.len; i++) {
        is = is && digits.ptr[i] >= '0' && digits.ptr[i] <= '7';
    }
    return is;
}

// Between quotes git writes a path as C would.
static struct str unquote(struct arena *arena, struct str path) {
    if (path.len < 2 || path.ptr[0] != '"') {
        return path;
    }
    char *out = arena_alloc(arena, 1, path.len);
    size_t len = 0;
    for (size_t i = 1; i + 1 < path.len; i++) {
        char c = path.ptr[i];
        if (c == '\\' && i + 2 < path.len) {
            c = path.ptr[++i];
            if (is_octal(str_slice(path, i, i + 3))) {
                unsigned code = 0;
                for (size_t end = i + 3; i < end; i++) {
                    code = code * 8 + (unsigned)(path.ptr[i] - '0');
                }
                i--;
                c = (char)code;
            } else {
                c = (char)(c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c);
            }
        }
        out[len++] = c;
    }
    return str_make(out, len);
}

// "+++ b/src/a.c"; git ends names that have blanks with a tab.
static struct str file_of(struct changed *c, struct str line) {
    struct str name = str_slice(line, 4, line.len);
    if (str_ends(name, STR("\t"))) {
        name.len--;
    }
    name = unquote(c->arena, name);
    return str_starts(name, STR("b/")) ? str_slice(name, 2, name.len) : (struct str){0};
}

// "@@ -3,2 +5,4 @@ ...": four lines from the fifth on; none when lines were only taken away.
static void add_hunk(struct changed *c, struct str file, struct str line) {
    size_t plus = str_find_char(line, '+', 0);
    if (plus == SIZE_MAX || !file.len) {
        return;
    }
    struct str range = str_slice(line, plus + 1, line.len);
    range = str_cut(&range, ' ');
    struct str count_text = range;
    struct str first_text = str_cut(&count_text, ',');
    uint64_t first = 0;
    uint64_t count = 1;
    if (!str_to_u64(first_text, &first) || (count_text.len && !str_to_u64(count_text, &count)) ||
        !count || first > UINT32_MAX || count > UINT32_MAX - first) {
        return;
    }
    struct changed_lines lines = {file, (uint32_t)first, (uint32_t)(first + count - 1)};
    vec_push(c->arena, &c->ranges, lines);
}

void changed_add_diff(struct changed *c, struct str diff) {
    struct str file = {0};
    bool in_hunk = false; // "+++" may also be an added line that begins with "++"
    while (diff.len) {
        struct str line = str_cut(&diff, '\n');
        if (str_starts(line, STR("diff --git "))) {
            in_hunk = false;
            file = (struct str){0};
        } else if (!in_hunk && str_starts(line, STR("+++ "))) {
            file = file_of(c, line);
        } else if (str_starts(line, STR("@@ "))) {
            in_hunk = true;
            add_hunk(c, file, line);
        }
    }
}

static void add_untracked(struct changed *c, struct str names) {
    while (names.len) {
        struct str name = str_cut(&names, '\0');
        if (name.len) {
            struct changed_lines lines = {name, 1, UINT32_MAX};
            vec_push(c->arena, &c->ranges, lines);
        }
    }
}

bool changed_read(struct arena *arena, struct str dir, const char *rev, struct changed *ret,
                  struct error *err) {
    *ret = (struct changed){.arena = arena};
    const char *root = arena_copy(arena, dir.ptr, dir.len);
    if (rev[0] == '-') {
        return error_set(err, "--new-from: '%s' is no revision", rev);
    }
    const char *const diff[] = {"git",
                                "-C",
                                root,
                                "diff",
                                "-U0",
                                "--no-color",
                                "--no-ext-diff",
                                "--relative",
                                "--src-prefix=a/",
                                "--dst-prefix=b/",
                                rev,
                                "--",
                                NULL};
    const char *const others[] = {"git", "-C", root, "ls-files", "--others", "--exclude-standard",
                                  "-z",  NULL};
    struct str text = {0};
    struct str names = {0};
    if (!git_run(arena, diff, false, &text, err) || !git_run(arena, others, false, &names, err)) {
        return error_wrap(err, "--new-from %s", rev);
    }
    changed_add_diff(ret, text);
    add_untracked(ret, names);
    return true;
}

bool changed_has(const struct changed *c, struct place place) {
    for (uint32_t i = 0; i < c->ranges.len; i++) {
        const struct changed_lines *r = &c->ranges.data[i];
        if (place.line >= r->first && place.line <= r->last && str_eq(place.file, r->file)) {
            return true;
        }
    }
    return false;
}
