// What becomes of each compiler flag: tables only, no state. Databases are untrusted and clang has
// flags that write, print and load plugins, so only flags known to choose language, macros, headers
// and types are kept. After -f and -m it is the other way round: kept, except those that write,
// those of other stages, those clang 19 rejects as unknown (measured with every flag of gcc 12),
// and those whose gcc values leave libclang without a syntax tree.
#include "checker/front/args.h"

#include <string.h>

enum match { IS, STARTS };

struct rule {
    const char *name; // without the leading '-'
    unsigned char match;
    bool keep;
    unsigned char operands; // only when the argument is exactly `name`
};

// In order: the first that matches decides. -f and -m have tables of their own.
static const struct rule general[] = {
    {"include-pch",                      STARTS, false, 1},
    {"I-",                               IS,     false, 0}, // of old gcc
    {"D",                                IS,     true,  1},
    {"U",                                IS,     true,  1},
    {"I",                                IS,     true,  1},
    {"D",                                STARTS, true,  0},
    {"U",                                STARTS, true,  0},
    {"I",                                STARTS, true,  0},
    {"isystem",                          IS,     true,  1},
    {"isystem-after",                    IS,     true,  1},
    {"isystem",                          STARTS, true,  0},
    {"iquote",                           STARTS, true,  1},
    {"idirafter",                        STARTS, true,  1},
    {"include",                          IS,     true,  1},
    {"imacros",                          STARTS, true,  1},
    {"isysroot",                         STARTS, true,  1},
    {"iprefix",                          STARTS, true,  1},
    {"iwithprefixbefore",                STARTS, true,  1},
    {"iwithprefix",                      STARTS, true,  1},
    {"iwithsysroot",                     STARTS, true,  1},
    {"iframeworkwithsysroot",            STARTS, true,  1},
    {"iframework",                       STARTS, true,  1},
    {"imultilib",                        IS,     false, 1},
    {"ivfsoverlay",                      STARTS, false, 1},
    {"cxx-isystem",                      IS,     true,  1},
    {"stdlib++-isystem",                 IS,     true,  1},
    {"index-store-path",                 IS,     false, 1},
    {"index-unit-output-path",           IS,     false, 1},
    {"index-",                           STARTS, false, 0},
    {"install_name",                     IS,     false, 1},
    {"init",                             IS,     false, 1},
    {"O",                                STARTS, true,  0},
    {"std=",                             STARTS, true,  0},
    {"stdlib=",                          STARTS, true,  0},
    {"ansi",                             IS,     true,  0},
    {"undef",                            IS,     true,  0},
    {"trigraphs",                        IS,     true,  0},
    {"traditional-cpp",                  IS,     true,  0},
    {"pthread",                          STARTS, true,  0}, // also -pthreads
    {"nostdinc",                         STARTS, true,  0},
    {"nostdlibinc",                      IS,     true,  0},
    {"nobuiltininc",                     IS,     true,  0},
    {"-std=",                            STARTS, true,  0},
    {"-stdlib=",                         STARTS, true,  0},
    {"-ansi",                            IS,     true,  0},
    {"-trigraphs",                       IS,     true,  0},
    {"-no-standard-includes",            IS,     true,  0},
    {"-target=",                         STARTS, true,  0},
    {"-gcc-toolchain=",                  STARTS, true,  0},
    {"-gcc-install-dir=",                STARTS, true,  0},
    {"-gcc-triple=",                     STARTS, true,  0},
    {"-sysroot=",                        STARTS, true,  0},
    {"-define-macro=",                   STARTS, true,  0},
    {"-undefine-macro=",                 STARTS, true,  0},
    {"-include-directory=",              STARTS, true,  0},
    {"-include-directory-after=",        STARTS, true,  0},
    {"-imacros=",                        STARTS, true,  0},
    {"-sysroot",                         IS,     true,  1},
    {"-include",                         IS,     true,  1},
    {"-imacros",                         IS,     true,  1},
    {"-define-macro",                    IS,     true,  1},
    {"-undefine-macro",                  IS,     true,  1},
    {"-include-directory",               IS,     true,  1},
    {"-include-directory-after",         IS,     true,  1},
    {"-output",                          STARTS, false, 1},
    {"-param",                           STARTS, false, 1},
    {"-specs",                           STARTS, false, 1},
    {"-serialize-diagnostics",           STARTS, false, 1},
    {"-save-temps",                      STARTS, false, 0},
    {"-coverage",                        IS,     false, 0},
    {"-compile",                         IS,     false, 0},
    {"-assemble",                        IS,     false, 0},
    {"-preprocess",                      IS,     false, 0},
    {"-debug",                           STARTS, false, 0},
    {"-dependencies",                    IS,     false, 0},
    {"-user-dependencies",               IS,     false, 0},
    {"-write-dependencies",              IS,     false, 0},
    {"-write-user-dependencies",         IS,     false, 0},
    {"-print-missing-file-dependencies", IS,     false, 0},
    {"-print",                           STARTS, false, 0},
    {"-analyze",                         STARTS, false, 0},
    {"-analyzer-output",                 IS,     false, 1},
    {"-verbose",                         IS,     false, 0},
    {"-version",                         IS,     false, 0},
    {"-help",                            STARTS, false, 0},
    {"-warn-",                           STARTS, false, 0},
    {"-extra-warnings",                  IS,     false, 0},
    {"-all-warnings",                    IS,     false, 0},
    {"-no-warnings",                     IS,     false, 0},
    {"-pedantic",                        STARTS, false, 0},
    {"-config",                          STARTS, false, 0},
    {"-resource",                        STARTS, false, 1},
    {"-for-linker",                      STARTS, false, 1},
    {"-for-assembler",                   STARTS, false, 1},
    {"c",                                IS,     false, 0},
    {"S",                                IS,     false, 0},
    {"E",                                IS,     false, 0},
    {"P",                                IS,     false, 0},
    {"C",                                IS,     false, 0},
    {"CC",                               IS,     false, 0},
    {"H",                                IS,     false, 0},
    {"Q",                                IS,     false, 0},
    {"v",                                IS,     false, 0},
    {"w",                                IS,     false, 0},
    {"###",                              IS,     false, 0},
    {"o",                                STARTS, false, 1},
    {"MF",                               STARTS, false, 1},
    {"MT",                               STARTS, false, 1},
    {"MQ",                               STARTS, false, 1},
    {"MJ",                               STARTS, false, 1},
    {"M",                                STARTS, false, 0},
    {"W",                                STARTS, false, 0},
    {"gcc-toolchain",                    IS,     true,  1},
    {"g",                                STARTS, false, 0},
    {"dumpbase",                         IS,     false, 1},
    {"dumpbase-ext",                     IS,     false, 1},
    {"dumpdir",                          IS,     false, 1},
    {"dylib_file",                       IS,     false, 1},
    {"dependency-file",                  STARTS, false, 1},
    {"dependency-dot",                   IS,     false, 1},
    {"d",                                STARTS, false, 0},
    {"save-temps",                       STARTS, false, 0},
    {"serialize-diagnostic",             STARTS, false, 1}, // also "...diagnostics" and "...-file"
    {"specs",                            STARTS, false, 1},
    {"plugin",                           STARTS, false, 1},
    {"add-plugin",                       STARTS, false, 1},
    {"load",                             IS,     false, 1},
    {"exported_symbols_list",            IS,     false, 1},
    {"unexported_symbols_list",          IS,     false, 1},
    {"undefined",                        IS,     false, 1},
    {"c-isystem",                        IS,     true,  1},
    {"prefer-",                          STARTS, false, 0}, // libtool's
    {"no-suppress",                      IS,     false, 0},
    {"emit-",                            STARTS, false, 0},
    {"ast-",                             STARTS, false, 0},
    {"verify",                           STARTS, false, 0},
    {"code-completion-",                 STARTS, false, 0},
    {"pedantic",                         STARTS, false, 0},
    {"pipe",                             IS,     false, 0},
    {"p",                                IS,     false, 0},
    {"pass-exit-codes",                  IS,     false, 0},
    {"print-",                           STARTS, false, 0},
    {"no-integrated-cpp",                IS,     false, 0},
    {"no-canonical-prefixes",            IS,     false, 0},
    {"coverage",                         STARTS, false, 0},
    {"aux-info",                         STARTS, false, 1},
    {"wrapper",                          STARTS, false, 1},
    {"resource-dir",                     STARTS, false, 1},
    {"mllvm",                            IS,     false, 1},
    {"ccc-",                             STARTS, false, 0},
    {"-autocomplete",                    STARTS, false, 0},
    {"target",                           IS,     true,  1},
    {"arch",                             IS,     true,  1},
    {"x",                                STARTS, true,  1},
    {"F",                                STARTS, true,  1},
    {"B",                                STARTS, true,  1},
    {"framework",                        IS,     false, 1},
    {"weak_framework",                   IS,     false, 1},
    {"weak_library",                     IS,     false, 1},
    {"force_load",                       IS,     false, 1},
    {"rpath",                            IS,     false, 1},
    {"compatibility_version",            IS,     false, 1},
    {"current_version",                  IS,     false, 1},
    {"bundle_loader",                    IS,     false, 1},
    {"L",                                STARTS, false, 1},
    {"l",                                STARTS, false, 1},
    {"T",                                STARTS, false, 1},
    {"z",                                IS,     false, 1},
    {"u",                                IS,     false, 1},
    {"e",                                IS,     false, 1},
    {"A",                                STARTS, true,  1},
    {"s",                                IS,     false, 0},
    {"r",                                IS,     false, 0},
    {"t",                                IS,     false, 0},
    {"rdynamic",                         IS,     false, 0},
    {"shared",                           STARTS, false, 0},
    {"static",                           STARTS, false, 0},
    {"bundle",                           IS,     false, 0},
    {"nodefaultlibs",                    IS,     false, 0},
    {"nostartfiles",                     IS,     false, 0},
    {"no-pie",                           IS,     false, 0},
    {"pie",                              IS,     false, 0},
};

// After -f.
static const struct rule f_rules[] = {
    {"plugin",                         STARTS, false, 0},
    {"pass-plugin",                    STARTS, false, 0},
    {"profile",                        STARTS, false, 0},
    {"no-profile",                     STARTS, false, 0},
    {"cs-profile-",                    STARTS, false, 0},
    {"auto-profile",                   STARTS, false, 0},
    {"coverage-",                      STARTS, false, 0},
    {"test-coverage",                  IS,     false, 0},
    {"lto",                            STARTS, false, 0},
    {"no-lto",                         STARTS, false, 0},
    {"thinlto-index",                  STARTS, false, 0},
    {"fat-lto-objects",                IS,     false, 0},
    {"no-fat-lto-objects",             IS,     false, 0},
    {"dump-",                          STARTS, false, 0},
    {"max-errors",                     STARTS, false, 0},
    {"callgraph-info",                 STARTS, false, 0},
    {"analyzer",                       STARTS, false, 0},
    {"no-analyzer",                    STARTS, false, 0},
    {"diagnostics-",                   STARTS, false, 0},
    {"no-diagnostics-",                STARTS, false, 0},
    {"time-",                          STARTS, false, 0},
    {"stack-usage",                    IS,     false, 0},
    {"opt-info",                       STARTS, false, 0},
    {"save-optimization-record",       STARTS, false, 0},
    {"optimization-record",            STARTS, false, 0},
    {"foptimization-record",           STARTS, false, 0},
    {"proc-stat-report",               STARTS, false, 0},
    {"crash-diagnostics",              STARTS, false, 0},
    {"module",                         STARTS, false, 0}, // caches that are written, files another compiler made
    {"no-module",                      STARTS, false, 0},
    {"cxx-modules",                    IS,     false, 0},
    {"implicit-module",                STARTS, false, 0},
    {"prebuilt-",                      STARTS, false, 0},
    {"pch-",                           STARTS, false, 0},
    {"build-session-",                 STARTS, false, 0},
    {"dep",                            STARTS, false, 0}, // -fdeps-format=, -fdepfile-entry=
    {"error-limit",                    STARTS, false, 0},
    {"message-length",                 STARTS, false, 0},
    {"cf-protection",                  STARTS, false, 0},
    {"zero-call-used-regs",            STARTS, false, 0},
    {"veclib",                         STARTS, false, 0},
    {"randomize-layout-seed",          STARTS, false, 0},
    {"sanitize-ignorelist",            STARTS, false, 0},
    {"sanitize-blacklist",             STARTS, false, 0},
    {"sanitize-system-ignorelist",     STARTS, false, 0},
    {"sanitize-coverage",              STARTS, false, 0},
    {"experimental-sanitize-metadata", STARTS, false, 0},
    {"openmp-targets",                 STARTS, false, 0}, // a second compilation
    {"offload",                        STARTS, false, 0},
    {"sycl",                           STARTS, false, 0},
    {"ms-volatile",                    IS,     true,  0},
    {"syntax-only",                    IS,     false, 0},
    {"directives-only",                IS,     false, 0},
    {"preprocessed",                   IS,     false, 0},
    {"working-directory",              IS,     false, 0},
    {"no-working-directory",           IS,     false, 0},
    {"whole-program",                  IS,     false, 0},
    {"use-linker-plugin",              IS,     false, 0},
    {"no-use-linker-plugin",           IS,     false, 0},
    {"embed-bitcode",                  STARTS, false, 0},
    {"no-freestanding",                IS,     false, 0}, // clang has only the positive form of these
    {"no-hosted",                      IS,     false, 0},
    {"no-trapv",                       IS,     false, 0},
    {"no-openacc",                     IS,     false, 0},
    {"no-stack-protector-all",         IS,     false, 0},
    {"no-stack-protector-strong",      IS,     false, 0},
    {"no-for-scope",                   IS,     false, 0},
};

// Optimiser and front-end switches only gcc knows, after -f and "no-"; groups of one prefix.
static const char *const gcc_groups[] = {
    "analyzer-",
    "branch-prob",
    "chkp-",
    "conserve-",
    "dump-",
    "early-inlining",
    "emit-struct-debug",
    "gcse-",
    "graphite",
    "harden-",
    "if-conversion",
    "ipa-",
    "ira-",
    "isolate-erroneous",
    "lang-info-",
    "live-",
    "loop-",
    "mudflap",
    "opt-info",
    "peephole",
    "reorder-",
    "resched",
    "sched",
    "sel-",
    "selective-",
    "shrink-wrap",
    "simd-cost",
    "split-",
    "ssa-",
    "tree-",
    "var-tracking",
    "vect-cost",
};

// Exceptions: clang knows them.
static const char *const clang_members[] = {
    "split-dwarf", "split-lto-unit", "split-machine-functions",
    "split-stack", "tree-vectorize", "tree-slp-vectorize",
};

static const char *const gcc_f[] = {
    "abi-compat-version",
    "ada-spec-parent",
    "aggressive-loop-optimizations",
    "all-virtual",
    "allocation-dce",
    "allow-parameterless-variadic-functions",
    "allow-store-data-races",
    "alt-external-templates",
    "auto-inc-dec",
    "bit-tests",
    "building-libgcc",
    "caller-saves",
    "canonical-system-headers",
    "char8",
    "check-pointer-bounds",
    "cilkplus",
    "code-hoisting",
    "combine-stack-adjustments",
    "compare-debug",
    "compare-elim",
    "concepts",
    "concepts-diagnostics-depth",
    "concepts-ts",
    "cond-mismatch",
    "constexpr-cache-depth",
    "constexpr-fp-except",
    "constexpr-loop-limit",
    "constexpr-ops-limit",
    "contracts",
    "cprop-registers",
    "crossjumping",
    "cse-follow-jumps",
    "cse-skip-blocks",
    "dce",
    "debug-cpp",
    "declone-ctor-dtor",
    "deduce-init-list",
    "delayed-branch",
    "delete-dead-exceptions",
    "dse",
    "enforce-eh-specs",
    "enum-int-equiv",
    "ext-numeric-literals",
    "extern-tls-init",
    "external-templates",
    "fold-mem-offsets",
    "fold-simple-inlines",
    "forward-propagate",
    "fp-int-builtin-inexact",
    "function-cse",
    "gimple",
    "guess-branch-probability",
    "guiding-decls",
    "handle-exceptions",
    "hoist-adjacent-loads",
    "honor-std",
    "huge-objects",
    "implicit-constexpr",
    "implicit-inline-templates",
    "indirect-inlining",
    "inline-atomics",
    "inline-stringops",
    "keep-gc-roots-live",
    "labels-ok",
    "lifetime-dse",
    "limit-function-alignment",
    "lra-remat",
    "max-include-depth",
    "min-function-alignment",
    "move-loop-invariants",
    "move-loop-stores",
    "name-mangling-version-",
    "new-abi",
    "new-inheriting-ctors",
    "new-ttp-matching",
    "nonansi-builtins",
    "nonnull-objects",
    "nothrow-opt",
    "openacc-dim",
    "optimize-crc",
    "optimize-strlen",
    "optional-diags",
    "partial-inlining",
    "pch-deps",
    "plan9-extensions",
    "predictive-commoning",
    "pretty-templates",
    "printf-return-value",
    "ree",
    "reg-struct-return",
    "rename-registers-late",
    "repo",
    "rerun-cse-after-loop",
    "section-anchors",
    "squangle",
    "sso-struct",
    "stack-check",
    "stack-protector-explicit",
    "stack-reuse",
    "stats",
    "stdarg-opt",
    "store-merging",
    "strict-prototype",
    "strict-volatile-bitfields",
    "strong-eval-order",
    "strub",
    "this-is-variable",
    "thread-jumps",
    "toplevel-reorder",
    "track-macro-expansion",
    "unconstrained-commons",
    "use-cxa-get-exception-ptr",
    "version-loops-for-strides",
    "vpt",
    "vtable-gc",
    "vtable-thunks",
    "weak",
    "wide-exec-charset",
    "wrapv-pointer",
    "xref",
};

static const char *const gcc_m[] = {
    "128bit-long-double",
    "8bit-idiv",
    "96bit-long-double",
    "abm",
    "android",
    "avx512er",
    "avx512pf",
    "bionic",
    "direct-extern-access",
    "mwait",
    "relax-cmpxchg-loop",
    "sseregparm",
    "accumulate-outgoing-args",
    "address-mode",
    "align-data",
    "align-stringops",
    "avx256-split-unaligned-load",
    "avx256-split-unaligned-store",
    "avx5124fmaps",
    "avx5124vnniw",
    "branch-cost",
    "call-ms2sysv-xlogues",
    "cet-switch",
    "cld",
    "dispatch-scheduler",
    "dump-tune-features",
    "fancy-math-387",
    "fpmath",
    "function-return",
    "fentry-name",
    "fentry-section",
    "force-drap",
    "force-indirect-call",
    "fp-ret-in-387",
    "fused-madd",
    "hle",
    "incoming-stack-boundary",
    "indirect-branch",
    "indirect-branch-register",
    "inline-stringops-dynamically",
    "inline-all-stringops",
    "instrument-return",
    "large-data-threshold",
    "llvm",
    "manual-endbr",
    "memcpy-strategy",
    "memset-strategy",
    "mitigate-rop",
    "move-max",
    "needed",
    "nop-mcount",
    "pc32",
    "pc64",
    "pc80",
    "pcommit",
    "prefer-avx128",
    "preferred-stack-boundary",
    "prefetchwt1",
    "push-args",
    "recip",
    "record-mcount",
    "record-return",
    "sched-prolog",
    "skip-rax-setup",
    "sse2avx",
    "sse5",
    "store-max",
    "stringop-strategy",
    "stv",
    "thumb-interwork",
    "tune",
    "tune-ctrl",
    "veclibabi",
    "vect8-ret-in-mem",
    "word-relocations",
};

// cl.exe and clang-cl: after '/' or '-'. -MD and its like choose macros and stay.
static const struct rule cl_rules[] = {
    {"winsysroot",         IS,     true,  1},
    {"winsdkdir",          IS,     true,  1},
    {"winsys",             STARTS, true,  0},
    {"winsdk",             STARTS, true,  0},
    {"openmp",             STARTS, true,  0},
    {"TP",                 IS,     true,  0},
    {"TC",                 IS,     true,  0},
    {"c",                  IS,     false, 0},
    {"Fo:",                STARTS, false, 1},
    {"Fd:",                STARTS, false, 1},
    {"Fe:",                STARTS, false, 1},
    {"Fa:",                STARTS, false, 1},
    {"Fi:",                STARTS, false, 1},
    {"Fp:",                STARTS, false, 1},
    {"FI",                 IS,     true,  1},
    {"FI",                 STARTS, true,  0},
    {"FU",                 IS,     true,  1},
    {"F",                  STARTS, false, 0},
    {"Yc",                 STARTS, false, 0},
    {"Yu",                 STARTS, false, 0},
    {"Yd",                 IS,     false, 0},
    {"Yl",                 STARTS, false, 0},
    {"Z7",                 IS,     false, 0},
    {"Zi",                 IS,     false, 0},
    {"ZI",                 IS,     false, 0},
    {"Zf",                 IS,     false, 0},
    {"Zs",                 IS,     false, 0},
    {"MP",                 STARTS, false, 0},
    {"MD",                 STARTS, true,  0},
    {"MT",                 STARTS, true,  0},
    {"showIncludes",       STARTS, false, 0},
    {"sourceDependencies", STARTS, false, 1},
    {"scanDependencies",   STARTS, false, 1},
    {"analyze",            STARTS, false, 0},
    {"external:W",         STARTS, false, 0},
    {"W",                  STARTS, false, 0},
    {"w",                  STARTS, false, 0},
    {"o",                  STARTS, false, 1},
    {"P",                  IS,     false, 0},
    {"E",                  IS,     false, 0},
    {"EP",                 IS,     false, 0},
    {"GL",                 STARTS, false, 0},
    {"doc",                STARTS, false, 0},
    {"diagnostics",        STARTS, false, 0},
    {"D",                  IS,     true,  1},
    {"U",                  IS,     true,  1},
    {"I",                  IS,     true,  1},
    {"imsvc",              IS,     true,  1},
    {"external:I",         IS,     true,  1},
    {"vctoolsdir",         IS,     true,  1},
};

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

// Most candidates differ early: a loop beats strlen and strncmp here, the hottest place of loading
// a database.
static bool starts(const char *text, const char *prefix) {
    while (*prefix && *text == *prefix) {
        text++;
        prefix++;
    }
    return *prefix == 0;
}

static bool find_rule(const struct rule *table, size_t count, const char *name,
                      struct args_flag *ret_flag) {
    for (size_t i = 0; i < count; i++) {
        const struct rule *r = &table[i];
        if (r->name[0] != name[0]) {
            continue;
        }
        if (!starts(name, r->name)) {
            continue;
        }
        bool same = name[strlen(r->name)] == 0;
        if (same || r->match == STARTS) {
            *ret_flag = (struct args_flag){.keep = r->keep, .operands = same ? r->operands : 0};
            return true;
        }
    }
    return false;
}

// `name` is a list's entry, or one with "=value".
static bool in_list(const char *const *list, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++) {
        if (list[i][0] == name[0] && starts(name, list[i])) {
            char after = name[strlen(list[i])];
            if (after == 0 || after == '=') {
                return true;
            }
        }
    }
    return false;
}

static bool gcc_only_f(const char *name) {
    const char *stem = starts(name, "no-") ? name + 3 : name;
    if (in_list(gcc_f, COUNT(gcc_f), stem)) {
        return true;
    }
    for (size_t i = 0; i < COUNT(gcc_groups); i++) {
        if (gcc_groups[i][0] == stem[0] && starts(stem, gcc_groups[i])) {
            return !in_list(clang_members, COUNT(clang_members), stem);
        }
    }
    return false;
}

// "-mcpu=help" and the like print.
static bool asks(const char *name) {
    const char *value = strchr(name, '=');
    return value &&
           (strcmp(value, "=help") == 0 || strcmp(value, "=?") == 0 || strcmp(value, "=list") == 0);
}

bool args_is_standard(const char *value, bool cxx) {
    static const char *const iso[] = {"1990", "199409", "199x", "1999", "201x",
                                      "2011", "2017",   "2018", "2024"};
    static const char *const c[] = {"89", "90", "99", "9x", "11", "1x",
                                    "17", "18", "23", "2x", "2y"};
    static const char *const cpp[] = {"98", "03", "0x", "11", "1y", "14", "1z",
                                      "17", "2a", "20", "2b", "23", "2c", "26"};
    if (starts(value, "iso9899:")) {
        return !cxx && in_list(iso, COUNT(iso), value + 8);
    }
    const char *year = starts(value, "gnu") ? value + 3 : value + (value[0] == 'c');
    bool plus = year > value && starts(year, "++");
    if (year == value || plus != cxx) {
        return false;
    }
    return plus ? in_list(cpp, COUNT(cpp), year + 2) : in_list(c, COUNT(c), year);
}

struct args_flag args_flag_rule(const char *arg, bool cl) {
    struct args_flag flag = {.keep = true};
    const char *name = arg[0] == '-' || arg[0] == '/' ? arg + 1 : arg;
    if (cl && find_rule(cl_rules, COUNT(cl_rules), name, &flag)) {
        return flag;
    }
    if (arg[0] == '/') {
        return flag;
    }
    if (name[0] == 'f') {
        if (!find_rule(f_rules, COUNT(f_rules), name + 1, &flag)) {
            flag.keep = !gcc_only_f(name + 1) && !asks(name);
        }
        if (strcmp(name, "framework") == 0 || strcmp(name, "force_load") == 0) {
            flag = (struct args_flag){.keep = false, .operands = 1};
        }
        return flag;
    }
    if (name[0] == 'm') {
        const char *stem = starts(name, "mno-") ? name + 4 : name + 1;
        flag.keep = !in_list(gcc_m, COUNT(gcc_m), stem) && !asks(name);
        flag.operands = strcmp(name, "mllvm") == 0;
        return flag;
    }
    if (name[0] == 'X') { // for another stage or target
        return (struct args_flag){.keep = false, .operands = !starts(name, "Xclang=")};
    }
    if (!find_rule(general, COUNT(general), name, &flag)) {
        flag.keep =
            cl; // cl has flags of other names; none of them is dangerous without the rules above
    }
    return flag;
}
