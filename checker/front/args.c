// From the command line of a build to what the parser gets. Order: response files expanded, wrappers peeled, every
// flag judged by args_flags.c, the parser's own flags added.
#include "checker/front/args.h"

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

// Copies one word from text[*pos] to `out`, without quotes; returns the end of the copy, NULL when a quote is open.
static char *copy_word(struct str text, size_t *pos, char *out) {
    char quote = 0;
    size_t i = *pos;
    for (; i < text.len && (quote || !is_blank(text.ptr[i])); i++) {
        char c = text.ptr[i];
        bool escape = c == '\\' && quote != '\'' && i + 1 < text.len;
        if (escape && quote == '"') {
            escape = memchr("\"\\$`\n", text.ptr[i + 1], 5) != NULL;
        }
        if (escape) {
            i++;
            if (text.ptr[i] != '\n') {
                *out++ = text.ptr[i];
            }
        } else if (quote ? c == quote : c == '\'' || c == '"') {
            quote = quote ? 0 : c;
        } else {
            *out++ = c;
        }
    }
    *pos = i;
    return quote ? NULL : out;
}

static bool split_into(struct arena *arena, struct str text, struct arg_list *list, struct error *err) {
    if (text.len > 0 && memchr(text.ptr, 0, text.len)) {
        return error_set(err, "NUL byte in a command line");
    }
    char *out = ARENA_ARRAY(arena, char, text.len + 2); // a word is never longer than its source and a separator
    size_t pos = 0;
    while (true) {
        while (pos < text.len && is_blank(text.ptr[pos])) {
            pos++;
        }
        if (pos == text.len) {
            return true;
        }
        if (list->items.len >= ARGS_MAX) {
            return error_set(err, "more than %d arguments", (int)ARGS_MAX);
        }
        size_t start = pos;
        char *end = copy_word(text, &pos, out);
        if (!end) {
            return error_set(err, "quote not closed in: %.100s", arena_copy(arena, text.ptr + start, text.len - start));
        }
        *end = 0;
        vec_push(arena, &list->items, out);
        out = end + 1;
    }
}

bool args_split(struct arena *arena, struct str command, const char ***ret_args, uint32_t *ret_count,
                struct error *err) {
    struct arg_list list = {0};
    if (!split_into(arena, command, &list, err)) {
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
    struct arg_list out;
    const char *open[ARGS_RESPONSE_DEPTH]; // the files being read, outermost first
    uint32_t depth;
    uint32_t files;
    size_t bytes;
};

static bool expand(struct expansion *e, const char *const *args, uint32_t count, struct error *err);

// "a.rsp -> b.rsp -> a.rsp"
static const char *chain_text(struct expansion *e, const char *last) {
    struct arg_list parts = {0};
    size_t len = strlen(last);
    for (uint32_t i = 0; i < e->depth; i++) {
        vec_push(e->arena, &parts.items, e->open[i]);
        len += strlen(e->open[i]) + 4;
    }
    vec_push(e->arena, &parts.items, last);
    char *text = ARENA_ARRAY(e->arena, char, len + 1);
    size_t at = 0;
    for (uint32_t i = 0; i < parts.items.len; i++) {
        size_t part = strlen(parts.items.data[i]);
        if (i > 0) {
            memcpy(text + at, " -> ", 4);
            at += 4;
        }
        memcpy(text + at, parts.items.data[i], part);
        at += part;
    }
    return text;
}

static bool expand_file(struct expansion *e, const char *name, struct error *err) {
    const char *path = fs_join(e->arena, e->directory, str_from(name));
    for (uint32_t i = 0; i < e->depth; i++) {
        if (strcmp(e->open[i], path) == 0) {
            return error_set(err, "response files name each other in a cycle: %s", chain_text(e, path));
        }
    }
    if (e->depth == ARGS_RESPONSE_DEPTH) {
        return error_set(err, "response files nested deeper than %d: %s", (int)ARGS_RESPONSE_DEPTH,
                         chain_text(e, path));
    }
    if (++e->files > ARGS_RESPONSE_FILES) {
        return error_set(err, "more than %d response files", (int)ARGS_RESPONSE_FILES);
    }
    struct stat info;
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode)) { // reading a pipe might never end
        return error_set(err, "response file %s is not a regular file", path);
    }
    struct str text = {0};
    struct error why = {0};
    if (!fs_read(e->arena, path, ARGS_RESPONSE_BYTES - e->bytes, &text, &why)) {
        return error_set(err, "response file: %s; build the project first", why.text);
    }
    e->bytes += text.len;
    struct arg_list inner = {0};
    if (!split_into(e->arena, text, &inner, err)) {
        return error_wrap(err, "response file %s", path);
    }
    e->open[e->depth++] = path;
    bool ok = expand(e, inner.items.data, inner.items.len, err);
    e->depth--;
    return ok;
}

static bool expand(struct expansion *e, const char *const *args, uint32_t count, struct error *err) {
    for (uint32_t i = 0; i < count; i++) {
        if (args[i][0] == '@' && args[i][1] != 0) {
            if (!expand_file(e, args[i] + 1, err)) {
                return false;
            }
        } else if (e->out.items.len >= ARGS_MAX) {
            return error_set(err, "more than %d arguments", (int)ARGS_MAX);
        } else {
            vec_push(e->arena, &e->out.items, args[i]);
        }
    }
    return true;
}

// ---- driver ----

static struct str program_name(const char *path) {
    struct str name = str_from(path);
    for (size_t i = name.len; i > 0; i--) {
        if (name.ptr[i - 1] == '/' || name.ptr[i - 1] == '\\') {
            return str_slice(name, i, name.len);
        }
    }
    return name;
}

static struct str without_exe(struct str name) {
    bool exe = str_ends(name, STR(".exe")) || str_ends(name, STR(".EXE"));
    return exe ? str_slice(name, 0, name.len - 4) : name;
}

static bool is_one_of(struct str name, const char *const *list) {
    for (; *list; list++) {
        if (str_eq(name, str_from(*list))) {
            return true;
        }
    }
    return false;
}

// "A=B" before a command.
static bool is_assignment(const char *arg) {
    size_t len = strspn(arg, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789");
    return len > 0 && arg[len] == '=' && !(arg[0] >= '0' && arg[0] <= '9');
}

static bool is_libtool(struct str name) {
    return str_eq(name, STR("libtool")) || str_ends(name, STR("-libtool")) || str_eq(name, STR("libtool.sh"));
}

// Index after the options of a wrapper; `with_operand`: options whose value follows.
static uint32_t skip_options(const char *const *args, uint32_t count, uint32_t i, const char *const *with_operand) {
    while (i < count && args[i][0] == '-') {
        i += is_one_of(str_from(args[i]), with_operand) ? 2 : 1;
    }
    return i < count ? i : count;
}

// Index of what follows the wrapper at args[i], or i when it is none.
static uint32_t after_wrapper(const char *const *args, uint32_t count, uint32_t i) {
    static const char *const launchers[] = {"ccache", "sccache", "distcc",   "icecc", "gomacc",
                                            "time",   "recc",    "buildcache", NULL};
    static const char *const shells[] = {"sh", "bash", "dash", NULL};
    static const char *const env_operands[] = {"-u", "--unset", "-C", "--chdir", NULL};
    static const char *const libtool_operands[] = {"--tag", "--mode", NULL};
    static const char *const nothing[] = {NULL};
    struct str name = without_exe(program_name(args[i]));
    if (is_assignment(args[i]) || is_one_of(name, launchers)) {
        return i + 1;
    }
    if (str_eq(name, STR("env"))) {
        return skip_options(args, count, i + 1, env_operands);
    }
    if (is_one_of(name, shells) && i + 1 < count && is_libtool(program_name(args[i + 1]))) {
        return i + 1;
    }
    if (is_libtool(name)) {
        return skip_options(args, count, i + 1, libtool_operands);
    }
    if (str_eq(name, STR("cmake")) && i + 2 < count && strcmp(args[i + 1], "-E") == 0) {
        bool co_compile = strcmp(args[i + 2], "__run_co_compile") == 0; // "... --tidy=... -- gcc ..."
        i += 3;
        while (co_compile && i < count && strcmp(args[i], "--") != 0) {
            i++;
        }
        return skip_options(args, count, i, nothing);
    }
    return i;
}

// The part of a cross compiler's name that is its target: "arm-none-eabi" of "arm-none-eabi-gcc-12". Empty when the
// name has none or names a machine libclang was not built for.
static struct str target_of(struct str name) {
    static const char *const machines[] = {"aarch64", "arm",  "thumb", "x86_64", "i386",   "i486",  "i586",    "i686",
                                           "riscv",   "powerpc", "ppc", "mips",   "s390x",  "sparc", "avr",     "msp430",
                                           "hexagon", "wasm", "loongarch", "bpf", NULL};
    static const char *const compilers[] = {"-gcc", "-g++", "-cc", "-c++", "-cpp", "-clang", "-clang++", NULL};
    size_t end = name.len;
    while (end > 0 && ((name.ptr[end - 1] >= '0' && name.ptr[end - 1] <= '9') || name.ptr[end - 1] == '.')) {
        end--;
    }
    if (end > 0 && end < name.len && name.ptr[end - 1] == '-') {
        name = str_slice(name, 0, end - 1);
    }
    static const char *const threads[] = {"-posix", "-win32", NULL}; // mingw's thread models
    for (uint32_t i = 0; threads[i]; i++) {
        struct str suffix = str_from(threads[i]);
        name = str_ends(name, suffix) ? str_slice(name, 0, name.len - suffix.len) : name;
    }
    for (uint32_t i = 0; compilers[i]; i++) {
        struct str suffix = str_from(compilers[i]);
        if (!str_ends(name, suffix)) {
            continue;
        }
        struct str triple = str_slice(name, 0, name.len - suffix.len);
        for (uint32_t m = 0; machines[m]; m++) {
            if (str_starts(triple, str_from(machines[m]))) {
                return triple;
            }
        }
    }
    return (struct str){0};
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
    bool has_target;
    bool has_arch;
    bool source_seen; // later -x are not about it
};

static void push(struct cleaner *c, const char *arg) {
    vec_push(c->arena, &c->out.items, arg);
}

static void push_joined(struct cleaner *c, const char *prefix, struct str value) {
    size_t len = strlen(prefix);
    char *text = ARENA_ARRAY(c->arena, char, len + value.len + 1);
    memcpy(text, prefix, len);
    memcpy(text + len, value.ptr, value.len);
    push(c, text);
}

static bool arg_starts(const char *arg, const char *prefix) {
    return strncmp(arg, prefix, strlen(prefix)) == 0;
}

static bool is_source(struct cleaner *c, const char *arg) {
    return str_eq(str_from(fs_join(c->arena, c->directory, str_from(arg))), c->file);
}

// "-Xclang FLAG [-Xclang OPERAND]" and -Xpreprocessor. Returns the number of arguments used.
static uint32_t forwarded(struct cleaner *c, uint32_t i) {
    const char *const *a = c->args + i;
    bool has_pair = i + 3 < c->count && strcmp(a[0], a[2]) == 0;
    struct args_flag flag = args_flag_rule(a[1], false);
    bool plugin_arg = arg_starts(a[1], "-plugin-arg-");
    bool pair = has_pair && (flag.operands > 0 || plugin_arg || (!flag.keep && a[3][0] != '-'));
    uint32_t used = pair ? 4 : 2;
    for (uint32_t k = 0; flag.keep && a[1][0] != 0 && k < used; k++) {
        push(c, a[k]);
    }
    return used;
}

// Flags that change how the rest is read. Returns the number of arguments used, 0 when `i` is none of them.
static uint32_t special(struct cleaner *c, uint32_t i) {
    const char *arg = c->args[i];
    const char *next = i + 1 < c->count ? c->args[i + 1] : NULL;
    if (next && (strcmp(arg, "-Xclang") == 0 || strcmp(arg, "-Xpreprocessor") == 0)) {
        return forwarded(c, i);
    }
    if (arg_starts(arg, "-working-directory")) {
        const char *value = arg[18] == '=' ? arg + 19 : next;
        if (value) {
            c->directory = str_from(fs_join(c->arena, c->directory, str_from(value)));
        }
        return arg[18] == '=' || !next ? 1 : 2;
    }
    if (c->cl && (arg[0] == '/' || arg[0] == '-') && arg[1] == 'T' && (arg[2] == 'p' || arg[2] == 'c')) {
        push(c, arg[2] == 'p' ? "/TP" : "/TC");
        return arg[3] || !next ? 1 : 2;
    }
    if (strcmp(arg, "-arch") == 0 && c->has_arch && next) { // a second one is a second compilation
        return 2;
    }
    if (arg_starts(arg, "-x") && (c->source_seen || (arg[2] >= 'A' && arg[2] <= 'Z'))) { // -xHost is Intel's
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

static void add_own_flags(struct cleaner *c, struct str driver) {
    push(c, "-w");
    push(c, "-ferror-limit=0");
    struct str target = target_of(without_exe(driver));
    if (target.len > 0 && !c->has_target) {
        push_joined(c, "--target=", target);
    }
    if (c->cl) { // where the flag is not one of the driver's
        push(c, "-Xclang");
    }
    push_joined(c, "-working-directory=", c->directory);
}

static bool is_cl_driver(struct str name) {
    struct str n = without_exe(name);
    return str_eq(n, STR("cl")) || str_eq(n, STR("CL")) || str_starts(n, STR("clang-cl"));
}

bool args_normalize(struct arena *arena, struct str directory, struct str file, const char *const *args,
                    uint32_t count, struct compile_cmd *ret_cmd, struct error *err) {
    struct expansion e = {.arena = arena, .directory = directory};
    if (!expand(&e, args, count, err)) {
        return false;
    }
    const char *const *all = e.out.items.data;
    uint32_t total = e.out.items.len;
    uint32_t at = 0;
    for (uint32_t next = 0; at < total && (next = after_wrapper(all, total, at)) != at;) {
        at = next;
    }
    if (at == total) {
        return error_set(err, "no compiler in the command");
    }
    bool implied = all[at][0] == '-'; // "distcc -c x.c"
    struct str driver = implied ? STR("cc") : program_name(all[at]);
    struct cleaner c = {.arena = arena, .directory = directory, .args = all, .count = total};
    c.file = str_from(fs_join(arena, directory, file));
    c.cl = is_cl_driver(driver);
    push(&c, arena_copy(arena, driver.ptr, driver.len));
    if (c.cl) {
        push(&c, "--driver-mode=cl");
    }
    for (uint32_t i = implied ? at : at + 1; i < total;) {
        bool linker = c.cl && (strcmp(all[i], "/link") == 0 || strcmp(all[i], "-link") == 0);
        if (linker || strcmp(all[i], "--") == 0) {
            break; // the rest are files or not the compiler's
        }
        c.cl = c.cl || strcmp(all[i], "--driver-mode=cl") == 0;
        i += clean_one(&c, i);
    }
    add_own_flags(&c, driver);
    *ret_cmd = (struct compile_cmd){.file = c.file, .directory = c.directory, .arg_count = c.out.items.len};
    ret_cmd->args = c.out.items.data;
    return true;
}

// ---- language ----

enum args_language args_file_language(struct str file) {
    static const char *const c[] = {"c", "i", "h", NULL};
    static const char *const cxx[] = {"cc", "cp",  "cpp", "cxx", "c++", "C",   "CC",  "CPP",  "CXX",  "C++", "ii",
                                      "hh", "hpp", "hxx", "h++", "H",   "HPP", "HXX", "cppm", "ccm", "cxxm", "c++m", NULL};
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
    return strcmp(name, "c") == 0 || arg_starts(name, "c-") || strcmp(name, "cpp-output") == 0 ? ARGS_C : ARGS_NO_C;
}

enum args_language args_cmd_language(const struct compile_cmd *cmd) {
    enum args_language by_file = args_file_language(cmd->file);
    if (by_file == ARGS_C && cmd->arg_count > 0 && strstr(cmd->args[0], "++")) {
        by_file = ARGS_CXX;
    }
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
