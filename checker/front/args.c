// From the command line of a build to what the parser gets. Order: response files expanded,
// wrappers peeled, every flag judged by args_flags.c, the parser's own flags added.
#include "checker/front/args_private.h"

#include "checker/base/buf.h"
#include "checker/base/fs.h"
#include "checker/base/vec.h"

#include <string.h>
#include <sys/stat.h>

struct arg_list {
    VEC(const char *) items;
};

// ---- shell words ----

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

// How quotes and backslashes are read.
enum words {
    WORDS_SHELL,    // POSIX sh
    WORDS_RESPONSE, // response files of gcc and clang: a backslash escapes within both quotes
    WORDS_WINDOWS, // those of cl: double quotes only, a backslash is a path separator except before
                   // a quote
};

// True when the backslash before `next` is an escape.
static bool is_escape(enum words style, char quote, char next) {
    switch (style) {
    case WORDS_SHELL:
        return quote == 0 || (quote == '"' && next != 0 && strchr("\"\\$`\n", next));
    case WORDS_RESPONSE:
        return true;
    case WORDS_WINDOWS:
        return next == '"';
    }
    return false;
}

// Copies one word from text[*pos] to `out`, without quotes; returns the end of the copy, NULL when
// a quote is open.
static char *copy_word(struct str text, enum words style, size_t *pos, char *out) {
    char quote = 0;
    size_t i = *pos;
    for (; i < text.len && (quote || !is_blank(text.ptr[i])); i++) {
        char c = text.ptr[i];
        if (c == '\\' && i + 1 < text.len && is_escape(style, quote, text.ptr[i + 1])) {
            i++;
            if (text.ptr[i] != '\n' || style != WORDS_SHELL) {
                *out++ = text.ptr[i];
            }
        } else if (quote ? c == quote : c == '"' || (c == '\'' && style != WORDS_WINDOWS)) {
            quote = quote ? 0 : c;
        } else {
            *out++ = c;
        }
    }
    *pos = i;
    return quote ? NULL : out;
}

static bool split_into(struct arena *arena, struct str text, enum words style,
                       struct arg_list *list, struct error *err) {
    if (text.len > 0 && memchr(text.ptr, 0, text.len)) {
        return error_set(err, "NUL byte in a command line");
    }
    char *out = ARENA_ARRAY(arena, char,
                            text.len + 2); // a word is never longer than its source and a separator
    size_t pos = 0;
    while (true) {
        while (pos < text.len && is_blank(text.ptr[pos])) {
            pos++;
        }
        if (pos == text.len) {
            return true;
        }
        if (list->items.len >= ARGS_MAX) {
            return error_set(err, "more than %d arguments", ARGS_MAX);
        }
        size_t start = pos;
        char *end = copy_word(text, style, &pos, out);
        if (!end) {
            return error_set(err, "quote not closed in: %.100s",
                             arena_copy(arena, text.ptr + start, text.len - start));
        }
        *end = 0;
        if (end - out > ARGS_WORD_BYTES) {
            return error_set(err, "argument %u has more than %d bytes", list->items.len + 1,
                             ARGS_WORD_BYTES);
        }
        vec_push(arena, &list->items, out);
        out = end + 1;
    }
}

bool args_split(struct arena *arena, struct str command, const char ***ret_args,
                uint32_t *ret_count, struct error *err) {
    struct arg_list list = {0};
    if (!split_into(arena, command, WORDS_SHELL, &list, err)) {
        return false;
    }
    *ret_args = list.items.data;
    *ret_count = list.items.len;
    return true;
}

// ---- response files ----

struct expansion {
    struct arena *arena;
    struct str directory;
    enum words style;
    struct arg_list out;
    const char *open[ARGS_RESPONSE_DEPTH]; // the files being read, outermost first
    uint32_t depth;
    uint32_t files;
    size_t bytes;
};

static bool expand(struct expansion *e, const char *const *args, uint32_t count, struct error *err);

// "a.rsp -> b.rsp -> a.rsp"
static const char *chain_text(struct expansion *e, const char *last) {
    struct buf text;
    buf_init(&text, (size_t)64 * 1024);
    for (uint32_t i = 0; i < e->depth; i++) {
        buf_addf(&text, "%s -> ", e->open[i]);
    }
    buf_add_c(&text, last);
    const char *copy = arena_copy(e->arena, buf_c(&text), text.len);
    buf_release(&text);
    return copy;
}

static bool expand_file(struct expansion *e, const char *name, struct error *err) {
    const char *path = fs_join(e->arena, e->directory, str_from(name));
    for (uint32_t i = 0; i < e->depth; i++) {
        if (strcmp(e->open[i], path) == 0) {
            return error_set(err, "response files name each other in a cycle: %s",
                             chain_text(e, path));
        }
    }
    if (e->depth == ARGS_RESPONSE_DEPTH) {
        return error_set(err, "response files nested deeper than %d: %s", ARGS_RESPONSE_DEPTH,
                         chain_text(e, path));
    }
    if (++e->files > ARGS_RESPONSE_FILES) {
        return error_set(err, "more than %d response files", ARGS_RESPONSE_FILES);
    }
    struct stat info;
    bool exists = stat(path, &info) == 0;
    if (!exists && str_ends(str_from(path), STR(".modmap"))) {
        return true; // CMake's, made by the build; holds nothing but flags of module files
    }
    if (exists && !S_ISREG(info.st_mode)) { // reading a pipe might never end
        return error_set(err, "response file %s is not a regular file", path);
    }
    struct str text = {0};
    struct error why = {0};
    if (!fs_read(e->arena, path, ARGS_RESPONSE_BYTES - e->bytes, &text, &why)) {
        return error_set(err, "response file: %s; build the project first", why.text);
    }
    e->bytes += text.len;
    struct arg_list inner = {0};
    if (!split_into(e->arena, text, e->style, &inner, err)) {
        return error_wrap(err, "response file %s", path);
    }
    e->open[e->depth++] = path;
    bool ok = expand(e, inner.items.data, inner.items.len, err);
    e->depth--;
    return ok;
}

static bool expand(struct expansion *e, const char *const *args, uint32_t count,
                   struct error *err) {
    for (uint32_t i = 0; i < count; i++) {
        if (args[i][0] == '@' && args[i][1] != 0) {
            if (!expand_file(e, args[i] + 1, err)) {
                return false;
            }
        } else if (strlen(args[i]) > ARGS_WORD_BYTES) {
            return error_set(err, "argument %u has more than %d bytes", i + 1, ARGS_WORD_BYTES);
        } else if (e->out.items.len >= ARGS_MAX) {
            return error_set(err, "more than %d arguments", ARGS_MAX);
        } else {
            vec_push(e->arena, &e->out.items, args[i]);
        }
    }
    return true;
}

// ---- flags ----

struct cleaner {
    struct arena *arena;
    struct str directory;
    struct str file;
    const char *const *args;
    uint32_t count;
    struct arg_list out;
    bool cl;
    bool unknown_cpu; // see args_private.h
    bool has_target;
    bool has_arch;
    bool source_seen; // later -x are not about it
};

static void push(struct cleaner *c, const char *arg) {
    vec_push(c->arena, &c->out.items, arg);
}

static void push_joined(struct cleaner *c, const char *prefix, struct str value) {
    struct buf text;
    buf_init(&text, strlen(prefix) + value.len);
    buf_add_c(&text, prefix);
    buf_add(&text, value);
    push(c, arena_copy(c->arena, buf_c(&text), text.len));
    buf_release(&text);
}

static bool arg_starts(const char *arg, const char *prefix) {
    return strncmp(arg, prefix, strlen(prefix)) == 0;
}

static bool is_source(struct cleaner *c, const char *arg) {
    return str_eq(str_from(fs_join(c->arena, c->directory, str_from(arg))), c->file);
}

// A macro or a directory joined to its flag.
static bool is_plain_definition(const char *arg) {
    return arg[0] == '-' && arg[1] != 0 && strchr("DUI", arg[1]) && arg[2] != 0 &&
           strcmp(arg, "-I-") != 0;
}

// The front end behind the driver can be told to write files, print and load plugins in too many
// ways: what is forwarded to it is kept only when it is one of these. Returns the number of words,
// 0 for drop.
static uint32_t forwardable(const char *flag) {
    static const char *const pairs[] = {
        "-D", "-U", "-I", "-include", "-isystem", "-iquote", "-idirafter", "-target-feature", NULL};
    static const char *const singles[] = {"-fopenmp", "-fblocks", "-fexceptions",
                                          "-fcxx-exceptions", NULL};
    for (uint32_t i = 0; pairs[i]; i++) {
        if (strcmp(flag, pairs[i]) == 0) {
            return 2;
        }
    }
    for (uint32_t i = 0; singles[i]; i++) {
        if (strcmp(flag, singles[i]) == 0) {
            return 1;
        }
    }
    return is_plain_definition(flag) ? 1 : 0;
}

// "-Xclang FLAG [-Xclang OPERAND]" and -Xpreprocessor. Returns the number of arguments used.
static uint32_t forwarded(struct cleaner *c, uint32_t i) {
    const char *const *a = c->args + i;
    uint32_t words = forwardable(a[1]);
    if (words == 2 && (i + 3 >= c->count || strcmp(a[0], a[2]) != 0)) {
        return 2;
    }
    for (uint32_t k = 0; k < words * 2; k++) {
        push(c, a[k]);
    }
    return words ? words * 2 : 2;
}

// "-Wp,-MMD,a.d" goes, the macros of "-Wp,-D_FORTIFY_SOURCE=2,-DX" stay.
static void preprocessor_list(struct cleaner *c, const char *list) {
    struct str rest = str_from(list);
    while (rest.len) {
        struct str part = str_cut(&rest, ',');
        const char *arg = arena_copy(c->arena, part.ptr, part.len);
        if (is_plain_definition(arg)) {
            push(c, arg);
        }
    }
}

// Forced headers go past the driver, which would load a precompiled form of them, made by another
// compiler, without being asked.
static void include(struct cleaner *c, const char *header) {
    if (header[0] != 0) {
        push(c, "-Xclang");
        push(c, "-include");
        push(c, "-Xclang");
        push(c, header);
    }
}

// -include and -Wp,: the number of arguments used, 0 when it is neither.
static uint32_t preprocessing(struct cleaner *c, uint32_t i) {
    const char *arg = c->args[i];
    const char *next = i + 1 < c->count ? c->args[i + 1] : NULL;
    if (arg_starts(arg, "-Wp,")) {
        preprocessor_list(c, arg + 4);
        return 1;
    }
    if (strcmp(arg, "-include") == 0 || strcmp(arg, "--include") == 0) {
        include(c, next ? next : "");
        return next ? 2 : 1;
    }
    if (arg_starts(arg, "-include") && !arg_starts(arg, "-include-pch")) {
        include(c, arg + 8);
        return 1;
    }
    return 0;
}

// --driver-mode= and what follows a slash.
static uint32_t style_flag(struct cleaner *c, const char *arg) {
    if (arg_starts(arg, "--driver-mode=")) {
        const char *mode = arg + 14;
        c->cl = c->cl || strcmp(mode, "cl") == 0;
        if (strcmp(mode, "cl") == 0 || strcmp(mode, "g++") == 0 || strcmp(mode, "gcc") == 0) {
            push(c, arg);
        }
        return 1;
    }
    if (c->cl && arg[0] != 0 && arg_starts(arg + 1, "clang:")) {
        struct args_flag flag = args_flag_rule(arg + 7, false);
        if (is_plain_definition(arg + 7) ||
            (arg_starts(arg + 7, "-f") && flag.keep && flag.operands == 0)) {
            push(c, arg);
        }
        return 1;
    }
    return 0;
}

// Flags that change how the rest is read. Returns the number of arguments used, 0 when `i` is none
// of them.
static uint32_t special(struct cleaner *c, uint32_t i) {
    const char *arg = c->args[i];
    const char *next = i + 1 < c->count ? c->args[i + 1] : NULL;
    if (next && (strcmp(arg, "-Xclang") == 0 || strcmp(arg, "-Xpreprocessor") == 0)) {
        return forwarded(c, i);
    }
    uint32_t used = style_flag(c, arg);
    used = used || c->cl ? used : preprocessing(c, i);
    if (used > 0) {
        return used;
    }
    if (c->unknown_cpu && arg_starts(arg, "-m") && strcmp(arg, "-m32") != 0 &&
        strcmp(arg, "-m64") != 0) {
        return 1;
    }
    if (arg_starts(arg, "-working-directory")) {
        const char *value = arg[18] == '=' ? arg + 19 : next;
        if (value) {
            c->directory = str_from(fs_join(c->arena, c->directory, str_from(value)));
        }
        return arg[18] == '=' || !next ? 1 : 2;
    }
    if (c->cl && (arg[0] == '/' || arg[0] == '-') && arg[1] == 'T' &&
        (arg[2] == 'p' || arg[2] == 'c')) {
        push(c, arg[2] == 'p' ? "/TP" : "/TC");
        return arg[3] || !next ? 1 : 2;
    }
    if (strcmp(arg, "-arch") == 0 && c->has_arch && next) { // a second one is a second compilation
        return 2;
    }
    if (arg_starts(arg, "-x") &&
        (c->source_seen || (arg[2] >= 'A' && arg[2] <= 'Z'))) { // -xHost is Intel's
        return arg[2] || !next ? 1 : 2;
    }
    return 0;
}

static uint32_t clean_one(struct cleaner *c, uint32_t i) {
    const char *arg = c->args[i];
    bool is_flag = (arg[0] == '-' && arg[1] != 0) || (c->cl && arg[0] == '/' && !is_source(c, arg));
    if (!is_flag) {
        c->source_seen = c->source_seen || is_source(c, arg);
        return 1;
    }
    uint32_t used = special(c, i);
    if (used > 0) {
        return used;
    }
    struct args_flag flag = args_flag_rule(arg, c->cl);
    c->has_target = c->has_target || strcmp(arg, "-target") == 0 || arg_starts(arg, "--target=");
    c->has_arch = c->has_arch || strcmp(arg, "-arch") == 0;
    if (flag.keep && i + flag.operands < c->count) {
        for (uint32_t k = 0; k <= flag.operands; k++) {
            push(c, c->args[i + k]);
        }
    }
    return 1 + flag.operands;
}

static void add_own_flags(struct cleaner *c, const struct args_driver *driver) {
    push(c, "-w");
    push(c, "-ferror-limit=0");
    if (driver->target.len > 0 && !c->has_target) {
        push_joined(c, "--target=", driver->target);
    }
    if (c->cl) { // where the flag is not one of the driver's
        push(c, "-Xclang");
    }
    push_joined(c, "-working-directory=", c->directory);
    if (c->cl) { // the parser appends the file, and "/opt/x.c" would be a flag
        push(c, "--");
    }
}

// Compilers warn of -std=c++17 for a C file; libclang gives no syntax tree at all.
static void drop_bad_standards(struct cleaner *c, enum args_language language) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < c->out.items.len; i++) {
        const char *arg = c->out.items.data[i];
        const char *value = arg_starts(arg, "-std=")    ? arg + 5
                            : arg_starts(arg, "--std=") ? arg + 6
                                                        : NULL;
        if (!value || args_is_standard(value, language == ARGS_CXX)) {
            c->out.items.data[kept++] = arg;
        }
    }
    c->out.items.len = kept;
}

static void clean_all(struct cleaner *c, uint32_t i) {
    while (i < c->count) {
        const char *arg = c->args[i];
        bool linker = c->cl && (strcmp(arg, "/link") == 0 || strcmp(arg, "-link") == 0);
        if (linker || strcmp(arg, "--") == 0) {
            return; // the rest are files or not the compiler's
        }
        i += clean_one(c, i);
    }
}

// The driver's own words, then all that is kept of the rest.
static void clean_command(struct cleaner *c, const struct args_driver *driver, uint32_t first) {
    push(c, driver->program);
    if (driver->mode == ARGS_CL || driver->needs_mode) {
        push(c, driver->mode == ARGS_CL ? "--driver-mode=cl" : "--driver-mode=g++");
    }
    if (driver->own_directory) { // a project could bring a clang.cfg there, with any flag
        push(c, "--no-default-config");
    }
    clean_all(c, first);
    struct compile_cmd cmd = {
        .file = c->file, .args = c->out.items.data, .arg_count = c->out.items.len};
    drop_bad_standards(c, args_cmd_language(&cmd));
    add_own_flags(c, driver);
}

bool args_normalize(struct arena *arena, struct str directory, struct str file,
                    const char *const *args, uint32_t count, struct compile_cmd *ret_cmd,
                    struct error *err) {
    struct expansion e = {.arena = arena, .directory = directory, .style = WORDS_RESPONSE};
    for (uint32_t i = 0; i < count && i < 3; i++) { // behind a wrapper at most
        e.style = args_is_cl(args[i]) ? WORDS_WINDOWS : e.style;
    }
    uint32_t at = 0;
    if (!expand(&e, args, count, err) || !args_peel(e.out.items.data, e.out.items.len, &at, err)) {
        return false;
    }
    struct cleaner c = {.arena = arena, .directory = directory};
    c.args = e.out.items.data;
    c.count = e.out.items.len;
    struct args_driver driver = args_read_driver(arena, directory, c.args, c.count, &at);
    c.file = str_from(fs_join(arena, directory, file));
    c.cl = driver.mode == ARGS_CL;
    c.unknown_cpu = driver.unknown_cpu;
    clean_command(&c, &driver, at);
    *ret_cmd = (struct compile_cmd){.file = c.file, .directory = c.directory};
    ret_cmd->args = c.out.items.data;
    ret_cmd->arg_count = c.out.items.len;
    return true;
}

// ---- language ----

static bool is_one_of(struct str name, const char *const *list) {
    for (; *list; list++) {
        if (str_eq(name, str_from(*list))) {
            return true;
        }
    }
    return false;
}

enum args_language args_file_language(struct str file) {
    static const char *const c[] = {"c", "i", "h", NULL};
    static const char *const cxx[] = {"cc",  "cp",  "cpp",  "cxx", "c++",  "C",    "CC",  "CPP",
                                      "CXX", "C++", "ii",   "hh",  "hpp",  "hxx",  "h++", "H",
                                      "HPP", "HXX", "cppm", "ccm", "cxxm", "c++m", NULL};
    struct str name = fs_basename(file);
    size_t dot = str_rfind_char(name, '.');
    if (dot == SIZE_MAX) {
        return ARGS_NO_C;
    }
    struct str extension = str_slice(name, dot + 1, name.len);
    return is_one_of(extension, c) ? ARGS_C : is_one_of(extension, cxx) ? ARGS_CXX : ARGS_NO_C;
}

static enum args_language named_language(const char *name, enum args_language by_file) {
    if (strcmp(name, "none") == 0) {
        return by_file;
    }
    if (arg_starts(name, "c++")) {
        return ARGS_CXX;
    }
    return strcmp(name, "c") == 0 || arg_starts(name, "c-") || strcmp(name, "cpp-output") == 0
               ? ARGS_C
               : ARGS_NO_C;
}

enum args_language args_cmd_language(const struct compile_cmd *cmd) {
    enum args_language by_file = args_file_language(cmd->file);
    enum args_language by_name = cmd->arg_count > 0 ? args_program_language(cmd->args[0]) : ARGS_C;
    if (by_name == ARGS_NO_C) {
        return ARGS_NO_C;
    }
    for (uint32_t i = 1; i < cmd->arg_count; i++) {
        by_name = strcmp(cmd->args[i], "--driver-mode=g++") == 0 ? ARGS_CXX : by_name;
    }
    by_file = by_file == ARGS_C && by_name == ARGS_CXX ? ARGS_CXX : by_file;
    enum args_language language = by_file;
    for (uint32_t i = 1; i < cmd->arg_count; i++) {
        const char *arg = cmd->args[i];
        if (strcmp(arg, "-x") == 0 && i + 1 < cmd->arg_count) {
            language = named_language(cmd->args[++i], by_file);
        } else if (arg_starts(arg, "-x")) {
            language = named_language(arg + 2, by_file);
        } else if (strcmp(arg, "/TP") == 0 || strcmp(arg, "/TC") == 0) {
            language = arg[2] == 'P' ? ARGS_CXX : ARGS_C;
        }
    }
    return language;
}
