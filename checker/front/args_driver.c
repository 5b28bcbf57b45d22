// The compiler in a command: wrappers before it are peeled, its name tells language, command style
// and target.
#include "checker/front/args_private.h"

#include "checker/base/buf.h"
#include "checker/base/fs.h"

#include <string.h>

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

static bool starts_with_one_of(struct str name, const char *const *list) {
    for (; *list; list++) {
        if (str_starts(name, str_from(*list))) {
            return true;
        }
    }
    return false;
}

// ---- wrappers ----

// "A=B" before a command.
static bool is_assignment(const char *arg) {
    size_t len = strspn(arg, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789");
    return len > 0 && arg[len] == '=' && !(arg[0] >= '0' && arg[0] <= '9');
}

static bool is_libtool(struct str name) {
    return str_eq(name, STR("libtool")) || str_ends(name, STR("-libtool")) ||
           str_eq(name, STR("libtool.sh"));
}

// Index after the options of a wrapper; `with_operand`: options whose value follows.
static uint32_t skip_options(const char *const *args, uint32_t count, uint32_t i,
                             const char *const *with_operand) {
    while (i < count && args[i][0] == '-') {
        i += is_one_of(str_from(args[i]), with_operand) ? 2 : 1;
    }
    return i < count ? i : count;
}

// "cmake -E env A=B gcc", "cmake -E __run_co_compile --tidy=... --source=a.c -- gcc".
static uint32_t after_cmake(const char *const *args, uint32_t count, uint32_t i) {
    static const char *const nothing[] = {NULL};
    bool co_compile = strcmp(args[i + 2], "__run_co_compile") == 0;
    i += 3;
    while (co_compile && i < count && strcmp(args[i], "--") != 0) {
        i++;
    }
    return skip_options(args, count, i, nothing);
}

// Index of what follows the wrapper at args[i], or i when it is none.
static uint32_t after_wrapper(const char *const *args, uint32_t count, uint32_t i) {
    static const char *const launchers[] = {"ccache", "sccache", "distcc",     "icecc", "gomacc",
                                            "recc",   "goma",    "buildcache", NULL};
    static const char *const with_options[] = {"env",   "time",      "nice",  "ionice",
                                               "nohup", "rewrapper", "xcrun", NULL};
    static const char *const shells[] = {"sh", "bash", "dash", NULL};
    static const char *const operands[] = {"-u",         "--unset", "-C",    "--chdir",
                                           "-n",         "-sdk",    "--sdk", "--tag",
                                           "-toolchain", "--mode",  NULL};
    struct str name = without_exe(program_name(args[i]));
    if (is_assignment(args[i]) || is_one_of(name, launchers)) {
        return i + 1;
    }
    if (is_one_of(name, with_options) || is_libtool(name)) {
        return skip_options(args, count, i + 1, operands);
    }
    if (is_one_of(name, shells) && i + 1 < count && is_libtool(program_name(args[i + 1]))) {
        return i + 1;
    }
    if (str_eq(name, STR("cmake")) && i + 2 < count && strcmp(args[i + 1], "-E") == 0) {
        return after_cmake(args, count, i);
    }
    return i;
}

bool args_peel(const char *const *args, uint32_t count, uint32_t *ret_at, struct error *err) {
    static const char *const scripts[] = {"sh",    "bash", "dash",   "zsh",     "cd",    ":",
                                          "cmake", "make", "python", "python3", "perl",  "echo",
                                          "cp",    "mv",   "rm",     "touch",   "mkdir", NULL};
    uint32_t at = 0;
    for (uint32_t next = 0; at < count && (next = after_wrapper(args, count, at)) != at;) {
        at = next;
    }
    if (at >= count) {
        return error_set(err, "no compiler in the command");
    }
    if (is_one_of(without_exe(program_name(args[at])), scripts)) {
        return error_set(err, "the command starts with '%.100s', not with a compiler", args[at]);
    }
    *ret_at = at;
    return true;
}

// ---- names ----

// "arm-none-eabi-gcc" of "arm-none-eabi-gcc-12.2.0", "x86_64-w64-mingw32-g++" of "...-g++-posix",
// "g++" of "g++13".
static struct str without_version(struct str name) {
    static const char *const threads[] = {"-posix", "-win32", NULL}; // mingw's thread models
    size_t end = name.len;
    while (end > 0 &&
           ((name.ptr[end - 1] >= '0' && name.ptr[end - 1] <= '9') || name.ptr[end - 1] == '.')) {
        end--;
    }
    bool dash = end > 0 && end < name.len && name.ptr[end - 1] == '-';
    if (dash || end > 0) {
        name = str_slice(name, 0, dash ? end - 1 : end);
    }
    for (uint32_t i = 0; threads[i]; i++) {
        struct str suffix = str_from(threads[i]);
        name = str_ends(name, suffix) ? str_slice(name, 0, name.len - suffix.len) : name;
    }
    return name;
}

// What stands before "-gcc" and the like; empty when nothing does.
static struct str name_prefix(struct str name) {
    static const char *const compilers[] = {"-gcc", "-g++",   "-cc",      "-c++",
                                            "-cpp", "-clang", "-clang++", NULL};
    for (uint32_t i = 0; compilers[i]; i++) {
        struct str suffix = str_from(compilers[i]);
        if (str_ends(name, suffix)) {
            return str_slice(name, 0, name.len - suffix.len);
        }
    }
    return (struct str){0};
}

// Machines as the first part of a triple. Anything else would leave libclang without a syntax tree.
static bool is_known_machine(struct str triple) {
    static const char *const exact[] = {
        "aarch64",   "aarch64_be", "aarch64_32",  "arm64",   "x86_64",      "x86_64h",
        "amd64",     "i386",       "i486",        "i586",    "i686",        "riscv32",
        "riscv64",   "mips",       "mipsel",      "mips64",  "mips64el",    "s390x",
        "sparc",     "sparcv9",    "sparc64",     "avr",     "msp430",      "hexagon",
        "wasm32",    "wasm64",     "ppc",         "ppc64",   "ppc64le",     "powerpc",
        "powerpcle", "powerpc64",  "powerpc64le", "bpf",     "bpfel",       "bpfeb",
        "m68k",      "arc",        "lanai",       "ve",      "loongarch32", "loongarch64",
        "arm",       "armeb",      "thumb",       "thumbeb", NULL};
    static const char *const versions[] = {"armv4t",  "armv5",   "armv6",   "armv7",
                                           "armv8",   "armv9",   "thumbv6", "thumbv7",
                                           "thumbv8", "mipsisa", NULL};
    size_t dash = str_find_char(triple, '-', 0);
    struct str machine = str_slice(triple, 0, dash);
    return is_one_of(machine, exact) || starts_with_one_of(machine, versions);
}

static bool is_foreign_machine(struct str triple) {
    static const char *const list[] = {
        "xtensa",  "sh-",  "sh2",   "sh3",   "sh4",        "shle",  "hppa",   "alpha", "nios2",
        "ia64",    "or1k", "rx-",   "rl78",  "microblaze", "h8300", "v850",   "csky",  "pru",
        "tricore", "ft32", "moxie", "nds32", "vax",        "arm9",  "riscv-", NULL};
    return starts_with_one_of(triple, list);
}

bool args_is_cl(const char *program) {
    struct str name = without_exe(program_name(program));
    return str_eq(name, STR("cl")) || str_eq(name, STR("CL")) || str_starts(name, STR("clang-cl"));
}

static bool is_cxx_name(struct str name) {
    static const char *const others[] = {"mpicxx", "mpiCC", "mpicpc", "icpc", "icpx",
                                         "dpcpp",  "CC",    "sunCC",  NULL};
    return str_ends(name, STR("++")) || is_one_of(name, others) || str_ends(name, STR("-cxx"));
}

// xPack's and others' names leave the width to -march.
static struct str riscv_target(struct arena *arena, struct str triple, const char *const *args,
                               uint32_t count) {
    struct str machine = STR("riscv32");
    for (uint32_t i = 0; i < count; i++) {
        machine = strncmp(args[i], "-march=rv64", 11) == 0 ? STR("riscv64") : machine;
    }
    struct buf text;
    buf_init(&text, triple.len + 2);
    buf_add(&text, machine);
    buf_add(&text, str_slice(triple, strlen("riscv"), triple.len));
    struct str copy = {.ptr = arena_copy(arena, buf_c(&text), text.len), .len = text.len};
    buf_release(&text);
    return copy;
}

enum args_language args_program_language(const char *program) {
    static const char *const others[] = {"nvcc",  "windres", "rc",    "llvm-rc", "as",
                                         "nasm",  "yasm",    "ml",    "ml64",    "gfortran",
                                         "flang", "swiftc",  "rustc", NULL};
    struct str name = without_version(without_exe(program_name(program)));
    if (is_one_of(name, others) || str_ends(name, STR("-windres")) || str_ends(name, STR("-as"))) {
        return ARGS_NO_C;
    }
    return is_cxx_name(name) ? ARGS_CXX : ARGS_C;
}

static bool in_system_directory(const char *path) {
    static const char *const system[] = {"/usr/", "/bin/", NULL};
    return starts_with_one_of(str_from(path), system);
}

struct args_driver args_read_driver(struct arena *arena, struct str directory,
                                    const char *const *args, uint32_t count, uint32_t *at) {
    const char *path = args[*at][0] == '-' ? "cc" : args[(*at)++]; // "distcc -c x.c"
    struct str base = program_name(path);
    struct str name = without_version(without_exe(base));
    struct args_driver d = {.program = path, .mode = args_is_cl(path) ? ARGS_CL : ARGS_GCC};
    if (strchr(path, '/')) {
        d.program = fs_join(arena, directory, str_from(path));
        d.own_directory = !in_system_directory(d.program);
    } else if (base.ptr != path) {
        d.program = base.ptr; // a path of Windows
    }
    bool zig_cxx = str_eq(name, STR("zig")) && *at < count && strcmp(args[*at], "c++") == 0;
    if (d.mode != ARGS_CL && (zig_cxx || is_cxx_name(name))) {
        d.mode = ARGS_GXX;
        d.needs_mode = zig_cxx || !str_ends(name, STR("++"));
    }
    struct str prefix = name_prefix(name);
    if (is_known_machine(prefix)) {
        d.target = prefix;
    } else if (str_starts(prefix, STR("riscv-"))) {
        d.target = riscv_target(arena, prefix, args, count);
    } else if (str_eq(name, STR("emcc")) || str_eq(name, STR("em++"))) {
        d.target = STR("wasm32-unknown-emscripten");
    } else {
        d.unknown_cpu = is_foreign_machine(prefix);
    }
    return d;
}
