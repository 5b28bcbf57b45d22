#include "checker/rule/evidence.h"

#include "checker/base/buf.h"
#include "checker/base/fs.h"
#include "checker/base/vec.h"

enum { LINE_MAX_LEN = 400 }; // longer ones are not written by hand

struct search {
    struct arena *arena;
    struct evidence *out;
    struct str root;
    uint32_t entries;
    bool cut; // a limit was hit
};

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

// `word` is in lower case.
static bool has_word(struct str text, const char *word) {
    struct str w = str_from(word);
    for (size_t i = 0; i + w.len <= text.len; i++) {
        size_t k = 0;
        while (k < w.len && lower(text.ptr[i + k]) == w.ptr[k]) {
            k++;
        }
        if (k == w.len) {
            return true;
        }
    }
    return false;
}

static bool is_letter(char c) {
    return lower(c) >= 'a' && lower(c) <= 'z';
}

// "thread" as a word of its own: not "-pthread", not "Threads::Threads".
static bool has_thread(struct str line) {
    struct str w = STR("thread");
    for (size_t i = 0; i + w.len <= line.len; i++) {
        bool begins = i == 0 || !is_letter(line.ptr[i - 1]);
        bool ends = i + w.len == line.len || !is_letter(line.ptr[i + w.len]);
        if (begins && ends && has_word(str_slice(line, i, i + w.len), "thread")) {
            return true;
        }
    }
    return false;
}

bool evidence_names_race_detector(struct str text) {
    for (struct str rest = text; rest.len;) {
        struct str line = str_cut(&rest, '\n');
        if (has_word(line, "helgrind") || has_word(line, "tool=drd") || has_word(line, "tsan") ||
            has_word(line, "threadsan") || has_word(line, "sanitize=thread") ||
            (line.len < LINE_MAX_LEN && has_word(line, "sanit") && has_thread(line))) {
            return true;
        }
    }
    return false;
}

bool evidence_is_test_file(struct str path) {
    static const char *const dirs[] = {"test", "tests", "unittest", "unittests"};
    static const char *const ends[] = {"_test", "_tests", "_unittest", "-test", ".test"};
    struct str part = {0};
    for (struct str rest = path; rest.len;) {
        part = str_cut(&rest, '/');
        for (size_t i = 0; rest.len && i < sizeof dirs / sizeof *dirs; i++) {
            if (str_eq(part, str_from(dirs[i]))) {
                return true;
            }
        }
    }
    size_t dot = part.len;
    while (dot > 0 && part.ptr[dot - 1] != '.') {
        dot--;
    }
    struct str name = dot ? str_slice(part, 0, dot - 1) : part;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        if (str_ends(name, str_from(ends[i]))) {
            return true;
        }
    }
    return str_starts(name, STR("test_")) || str_starts(name, STR("test-"));
}

bool evidence_is_build_file(struct str name) {
    static const char *const names[] = {
        "CMakeLists.txt",    "CMakePresets.json", "configure.ac", "configure.in", "meson.build",
        "meson_options.txt", "meson.options",     "BUILD",        "BUILD.bazel",  "WORKSPACE",
        ".bazelrc",          "SConstruct",        "SConscript",   "wscript",      "Jenkinsfile",
        "justfile",          "Justfile",          "tox.ini",      "xmake.lua",    "premake5.lua",
        "build.zig",         "Rakefile"};
    static const char *const starts[] = {"Makefile", "makefile", "GNUmakefile", "Dockerfile"};
    static const char *const ends[] = {".cmake", ".mk",  ".mak", ".am",  ".yml", ".yaml",
                                       ".sh",    ".gni", ".gn",  ".pro", ".bzl", ".jam"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (str_eq(name, str_from(names[i]))) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        if (str_starts(name, str_from(starts[i]))) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        if (str_ends(name, str_from(ends[i]))) {
            return true;
        }
    }
    return false;
}

// What the pattern stands for cannot be told from its name: everything, or all of a file or
// library.
static bool is_wide(struct str pattern) {
    static const char *const ends[] = {".c", ".cc", ".cpp", ".cxx", ".h", ".hpp", ".so", "/"};
    size_t letters = 0;
    while (pattern.len &&
           (pattern.ptr[pattern.len - 1] == '*' || pattern.ptr[pattern.len - 1] == '$')) {
        pattern.len--;
    }
    for (size_t i = 0; i < pattern.len; i++) {
        letters += pattern.ptr[i] != '*' && pattern.ptr[i] != '^' && pattern.ptr[i] != '$';
    }
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        if (str_ends(pattern, str_from(ends[i]))) {
            return true;
        }
    }
    return letters < 3;
}

struct str evidence_wide_suppression(struct str text, uint32_t *ret_line) {
    static const char *const kinds[] = {"race:", "race_top:", "thread:", "mutex:", "deadlock:"};
    bool commented = false;
    uint32_t number = 0;
    for (struct str rest = text; rest.len;) {
        struct str line = str_trim(str_cut(&rest, '\n'));
        number++;
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds && !commented; i++) {
            struct str kind = str_from(kinds[i]);
            if (str_starts(line, kind) && is_wide(str_trim(str_slice(line, kind.len, line.len)))) {
                *ret_line = number;
                return line;
            }
        }
        commented =
            line.len && (line.ptr[0] == '#' || commented); // entries below a comment share it
    }
    return (struct str){0};
}

// A suppression file of ThreadSanitizer, by its name.
static bool is_suppression_file(struct str name) {
    return (has_word(name, "tsan") || has_word(name, "thread")) &&
           (has_word(name, "supp") || has_word(name, "ignore"));
}

static void look_for_suppressions(struct search *s, const char *path) {
    struct str text = {0};
    struct error err = {0};
    struct arena scratch;
    uint32_t line = 0;
    arena_init(&scratch, 0);
    if (!s->out->wide_entry.len && fs_read(&scratch, path, EVIDENCE_MAX_BYTES, &text, &err)) {
        struct str entry = evidence_wide_suppression(text, &line);
        struct str shown = fs_relative(s->root, str_from(path));
        if (entry.len && entry.len < LINE_MAX_LEN) {
            struct buf b;
            buf_init(&b, 160);
            buf_addf(&b, STR_FMT ":%u", STR_ARG(shown), line);
            s->out->wide_entry = str_make(arena_copy(s->arena, entry.ptr, entry.len), entry.len);
            s->out->wide_place = str_make(arena_copy(s->arena, buf_c(&b), b.len), b.len);
            buf_release(&b);
        }
    }
    arena_release(&scratch);
}

static void look_into(struct search *s, const char *path) {
    struct str text = {0};
    struct error err = {0};
    s->cut |= s->out->files >= EVIDENCE_MAX_FILES;
    if (s->cut || s->out->race_test.len) {
        return;
    }
    struct arena scratch;
    arena_init(&scratch, 0);
    s->out->files++;
    if (fs_read(&scratch, path, EVIDENCE_MAX_BYTES, &text, &err) &&
        evidence_names_race_detector(text)) {
        struct str shown = fs_relative(s->root, str_from(path));
        s->out->race_test = str_make(arena_copy(s->arena, shown.ptr, shown.len), shown.len);
    }
    arena_release(&scratch);
}

// Directories of CI services begin with a dot.
static bool is_dir_of_interest(struct str name) {
    static const char *const hidden[] = {".github", ".gitlab", ".circleci", ".buildkite",
                                         ".azure",  ".ci",     ".builds",   ".travis"};
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++) {
        if (str_eq(name, str_from(hidden[i]))) {
            return true;
        }
    }
    return name.len && name.ptr[0] != '.' && !str_eq(name, STR("node_modules"));
}

static void walk(struct search *s, const char *dir, unsigned depth) {
    struct arena names;
    arena_init(&names, 0);
    struct fs_names list = {0};
    fs_list(&names, dir, EVIDENCE_MAX_ENTRIES, &list);
    for (uint32_t i = 0; i < list.len && !s->cut; i++) {
        struct str name = list.data[i];
        const char *path = fs_join(&names, str_from(dir), name);
        s->cut |= ++s->entries > EVIDENCE_MAX_ENTRIES;
        if (is_suppression_file(name) && !fs_is_dir(path)) {
            look_for_suppressions(s, path);
            continue;
        }
        if (evidence_is_build_file(name) || str_starts(name, STR(".gitlab-ci")) ||
            str_starts(name, STR(".travis")) || str_starts(name, STR(".cirrus"))) {
            if (!fs_is_dir(path)) {
                look_into(s, path);
                continue;
            }
        }
        if (depth && is_dir_of_interest(name) && fs_is_dir(path)) {
            walk(s, path, depth - 1);
        }
    }
    arena_release(&names);
}

struct evidence evidence_read(struct arena *arena, struct str root, struct str database) {
    struct evidence out = {0};
    struct search s = {.arena = arena, .out = &out, .root = root};
    if (database.len) {
        look_into(&s, arena_copy(arena, database.ptr, database.len));
    }
    walk(&s, arena_copy(arena, root.ptr, root.len), EVIDENCE_MAX_DEPTH);
    out.read = !s.cut;
    return out;
}
