// Command lines: shell words, response files, wrappers, flags dropped and kept, drivers and
// targets.
#include "checker/base/fs.h"
#include "checker/base/vec.h"
#include "checker/front/args.h"
#include "test/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char own_flags[] = " -w -ferror-limit=0 -working-directory=/p";

// Words of `text` joined by '|', or "error: ...".
static const char *split(struct arena *a, const char *text) {
    const char **args = NULL;
    uint32_t count = 0;
    struct error err = {0};
    char *out = ARENA_ARRAY(a, char, strlen(text) * 2 + sizeof err.text + 16);
    if (!args_split(a, str_from(text), &args, &count, &err)) {
        (void)snprintf(out, sizeof err.text + 16, "error: %s", err.text);
        return out;
    }
    size_t at = 0;
    for (uint32_t i = 0; i < count; i++) {
        size_t len = strlen(args[i]);
        memcpy(out + at, args[i], len);
        at += len;
        out[at++] = '|';
    }
    return out;
}

// The arguments of the normalised `command`, joined by blanks, without what every command gets at
// its end.
static const char *clean_in(struct arena *a, const char *directory, const char *file,
                            const char *command) {
    const char **args = NULL;
    uint32_t count = 0;
    struct error err = {0};
    struct compile_cmd cmd = {0};
    if (!args_split(a, str_from(command), &args, &count, &err) ||
        !args_normalize(a, str_from(directory), str_from(file), args, count, &cmd, &err)) {
        return arena_copy(a, err.text, strlen(err.text));
    }
    size_t size = 1;
    for (uint32_t i = 0; i < cmd.arg_count; i++) {
        size += strlen(cmd.args[i]) + 1;
    }
    char *out = ARENA_ARRAY(a, char, size);
    size_t at = 0;
    for (uint32_t i = 0; i < cmd.arg_count; i++) {
        size_t len = strlen(cmd.args[i]);
        out[at] = ' ';
        at += i > 0;
        memcpy(out + at, cmd.args[i], len);
        at += len;
    }
    size_t tail = strlen(own_flags);
    if (at >= tail && strcmp(out + at - tail, own_flags) == 0) {
        out[at - tail] = 0;
    }
    return out;
}

static const char *clean(struct arena *a, const char *command) {
    return clean_in(a, "/p", "a.c", command);
}

TEST(args_split_shell_words) {
    struct arena a;
    arena_init(&a, 0);
    CHECK_STR_EQ(split(&a, ""), "");
    CHECK_STR_EQ(split(&a, " \t\n"), "");
    CHECK_STR_EQ(split(&a, "cc -c  a.c\n"), "cc|-c|a.c|");
    CHECK_STR_EQ(split(&a, "cc '' \"\" x"), "cc|||x|");
    CHECK_STR_EQ(split(&a, "-DA='a b' -DB=\"c d\" -DC=e\\ f"), "-DA=a b|-DB=c d|-DC=e f|");
    CHECK_STR_EQ(split(&a, "-DV=\\\"1.2\\\""), "-DV=\"1.2\"|");
    CHECK_STR_EQ(split(&a, "\"a\\\"b\\\\c\\d\\$e\""), "a\"b\\c\\d$e|");
    CHECK_STR_EQ(split(&a, "'a\\b' '\"'"), "a\\b|\"|");
    CHECK_STR_EQ(split(&a, "a\\\nb"), "ab|");
    CHECK_STR_EQ(split(&a, "a\\"), "a\\|");
    CHECK_STR_EQ(split(&a, "cc 'a b"), "error: quote not closed in: 'a b");
    CHECK_STR_EQ(split(&a, "cc \"a\\\""), "error: quote not closed in: \"a\\\"");
    const char **args = NULL;
    uint32_t count = 0;
    struct error err = {0};
    CHECK(!args_split(&a, str_make("a\0b", 3), &args, &count, &err) && strstr(err.text, "NUL"));
    arena_release(&a);
}

TEST(args_random_bytes) {
    struct arena a;
    arena_init(&a, 0);
    static const char letters[] = "ab -@'\"\\\n\t=/xoMWfD,.\x80\xff";
    uint64_t state = 88172645463325252U;
    for (int round = 0; round < 20000; round++) {
        char text[64];
        size_t len = 0;
        for (; len < sizeof text; len++) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            text[len] =
                round & 1 ? (char)(state >> 32) : letters[(state >> 32) % (sizeof letters - 1)];
            if (state % 61 == 0) {
                break;
            }
        }
        char *copy = arena_copy(&a, text, len); // the arena's red zone catches reads past the end
        const char **args = NULL;
        uint32_t count = 0;
        struct error err = {0};
        struct compile_cmd cmd = {0};
        if (args_split(&a, str_make(copy, len), &args, &count, &err)) {
            CHECK(count <= len);
            bool ok = args_normalize(&a, STR("/nowhere"), STR("a.c"), args, count, &cmd, &err);
            CHECK(ok ? cmd.arg_count >= 4 : err.set);
        } else {
            CHECK(err.text[0] != 0);
        }
        if (round % 1000 == 0) {
            arena_release(&a);
        }
    }
    arena_release(&a);
}

TEST(args_output_flags_dropped) {
    struct arena a;
    arena_init(&a, 0);
    CHECK_STR_EQ(clean(&a, "gcc -c -o a.o a.c"), "gcc");
    CHECK_STR_EQ(clean(&a, "gcc -oa.o -E -S --output=x -c /p/a.c b.o"), "gcc");
    CHECK_STR_EQ(
        clean(&a, "cc -MD -MMD -MP -MG -MM -M -MF a.d -MT a.o -MQ q -MJ j -MFx -MTy -DA a.c"),
        "cc -DA");
    CHECK_STR_EQ(
        clean(&a,
              "cc -save-temps --save-temps=obj -save-temps=cwd --serialize-diagnostics a.dia -DA"),
        "cc -DA");
    CHECK_STR_EQ(clean(&a, "cc -fplugin=p.so -fplugin-arg-p-x=1 -Xclang -load -Xclang p.so -DA"),
                 "cc -DA");
    CHECK_STR_EQ(clean(&a, "cc -Xclang -plugin-arg-p -Xclang -v -Xclang -add-plugin -Xclang p -DA"),
                 "cc -DA");
    CHECK_STR_EQ(clean(&a, "cc -Xclang -include-pch -Xclang p.pch -Xclang -include -Xclang p.h"),
                 "cc -Xclang -include -Xclang p.h");
    CHECK_STR_EQ(clean(&a, "cc -Xpreprocessor -MD -Xpreprocessor a.d -Xpreprocessor -DB"),
                 "cc -Xpreprocessor -DB");
    CHECK_STR_EQ(clean(&a, "cc -Wp,-MMD,a.d -Wp,-D_FORTIFY_SOURCE=2 -Wa,-x -Wl,-z,now -Wall "
                           "-Werror=format -Wextra"),
                 "cc -D_FORTIFY_SOURCE=2");
    CHECK_STR_EQ(clean(&a, "cc -include-pch x.pch -g -g3 -ggdb -gsplit-dwarf -pipe --coverage -DA"),
                 "cc -DA");
    CHECK_STR_EQ(
        clean(&a,
              "cc -flto=auto -fprofile-arcs -ftest-coverage -fprofile-use=x -dumpbase b -dM -DA"),
        "cc -DA");
    CHECK_STR_EQ(
        clean(&a, "cc -L/x -L y -lm -l z -T s.ld -Xlinker -z -shared -static -rdynamic -DA a.c"),
        "cc -DA");
    CHECK_STR_EQ(
        clean(&a, "cc -resource-dir /usr/lib/clang/3 -mllvm -x -v -### -pedantic-errors -w"), "cc");
    CHECK_STR_EQ(clean(&a, "cc -o"), "cc");
    CHECK_STR_EQ(clean(&a, "cc -DA -- a.c"), "cc -DA");
    arena_release(&a);
}

TEST(args_gcc_only_flags_dropped) {
    struct arena a;
    arena_init(&a, 0);
    CHECK_STR_EQ(
        clean(&a,
              "gcc -fno-tree-vrp -ftree-loop-im -fconserve-stack -mno-fp-ret-in-387 "
              "-fno-var-tracking "
              "-fvar-tracking-assignments -fipa-pta -fno-ipa-cp-clone --param x=1 --param=y=2 "
              "-mpreferred-stack-boundary=3 -specs=a -fmax-errors=1 -fcallgraph-info=su -fanalyzer "
              "-fanalyzer-verbosity=2 -fmodules-ts -mindirect-branch=thunk-extern -mrecord-mcount "
              "-fno-allow-store-data-races -fplan9-extensions -fdiagnostics-color=always -mtune=x"),
        "gcc");
    CHECK_STR_EQ(
        clean(
            &a,
            "gcc -fno-strict-aliasing -fwrapv -mcmodel=kernel -mabi=lp64 -mno-red-zone -fPIC "
            "-fopenmp "
            "-fms-extensions -ftree-vectorize -fsplit-stack -fshort-wchar -fsanitize=thread -m32"),
        "gcc -fno-strict-aliasing -fwrapv -mcmodel=kernel -mabi=lp64 -mno-red-zone -fPIC -fopenmp "
        "-fms-extensions -ftree-vectorize -fsplit-stack -fshort-wchar -fsanitize=thread -m32");
    arena_release(&a);
}

TEST(args_language_flags_kept) {
    struct arena a;
    arena_init(&a, 0);
    static const char *const kept[] = {
        "cc -DA -D B=1 -UC -U D", "cc -Ix -I y -isystem z -isystemw -iquote q -idirafter d",
        "cc -imacros m.h -nostdinc -nostdinc++ -isysroot /s --sysroot=/t --sysroot /u",
        "cc -std=c11 -x c -O2 -O0 -pthread -march=native -ansi -undef -target x86_64-linux-gnu "
        "-arch x86_64",
        "g++ -std=gnu++20 -stdlib=libc++ -fno-exceptions -fno-rtti -I. -F fw -iframework if "
        "-Xclang -fopenmp"};
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        CHECK_STR_EQ(clean(&a, kept[i]), kept[i]);
    }
    CHECK_STR_EQ(clean(&a, "cc -I -c -D -o a.c"),
                 "cc -I -c -D -o");                 // operands that look like flags
    CHECK_STR_EQ(clean(&a, "cc -DA -I"), "cc -DA"); // an operand that is not there
    CHECK_STR_EQ(clean(&a, "cc -x c++ a.c -x none -lm"), "cc -x c++");
    CHECK_STR_EQ(clean(&a, "cc -arch x86_64 -arch arm64"), "cc -arch x86_64");
    CHECK_STR_EQ(clean(&a, "cc -working-directory sub -Ix"),
                 "cc -Ix -w -ferror-limit=0 -working-directory=/p/sub");
    arena_release(&a);
}

// Every one of these made libclang 19 write a file, print, or give no syntax tree.
TEST(args_unsafe_flags_dropped) {
    struct arena a;
    arena_init(&a, 0);
    static const char *const flags[] = {
        "-Wp,-DA,-dependency-file,/x/d,-MT,y",
        "-Wp,-DA,-header-include-file,/x/h",
        "-DA -Xclang -header-include-file -Xclang /x/h -Xclang -H",
        "-DA -Xpreprocessor -header-include-file -Xpreprocessor /x/h",
        "-DA -Xclang=-dependency-file -Xclang=/x/d",
        "-DA -Xclang -triple -Xclang none -Xclang -Eonly -Xclang -unknown",
        "-DA -Xclang -fmodules -Xclang -fmodules-cache-path=/x -Xclang -stats-file=/x/s",
        "-DA -fmodules -fcxx-modules -fmodules-cache-path=/x -fimplicit-module-maps "
        "-fmodule-output=/x/p",
        "-DA -fmodule-file=x.pcm -fprebuilt-module-path=/x -fpch-instantiate-templates",
        "-DA -ccc-print-phases -ccc-print-bindings --autocomplete=-f -mcpu=help -march=help "
        "-mtune=help",
        "-DA --driver-mode=cpp --driver-mode=flang --precompile --extract-api -rewrite-objc -cc1 "
        "--MD",
        "-DA -fpass-plugin=x.so -ftime-trace=/x -fproc-stat-report=/x "
        "-frandomize-layout-seed-file=/x",
        "-DA -mfpmath=both -mfunction-return=thunk-inline -fcf-protection=check "
        "-fdiagnostics-format=json",
        "-DA -I- -ivfsoverlay x.yaml -Xopenmp-target=x -Y -Xarch_host -MD -Xcompiler -fPIC",
        "-DA -fopenmp-targets=x86_64 -foffload=nvptx -Zz -unknown --unknown"};
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        char command[256];
        (void)snprintf(command, sizeof command, "clang %s -c a.c", flags[i]);
        CHECK_STR_EQ(clean(&a, command), "clang -DA");
    }
    CHECK(
        strstr(
            clean(
                &a,
                "clang-cl /clang:-Wp,-MD,/x /clang:-Xclang /clang:-H /clang:-ccc-print-phases a.c"),
            "clang:") == NULL);
    CHECK(strstr(clean(&a, "clang-cl /clang:-DA /clang:-fno-rtti a.c"),
                 " /clang:-DA /clang:-fno-rtti ") != NULL);
    CHECK_STR_EQ(clean(&a, "clang -Xclang -D -Xclang A -Xpreprocessor -fopenmp -Xclang -I"),
                 "clang -Xclang -D -Xclang A -Xpreprocessor -fopenmp");
    arena_release(&a);
}

// The driver would load a precompiled form beside a header given by -include, whoever made it.
TEST(args_includes_bypass_the_driver) {
    struct arena a;
    arena_init(&a, 0);
    CHECK_STR_EQ(clean(&a, "cc -include a.h -includeb.h --include c.h -DA -include"),
                 "cc -Xclang -include -Xclang a.h -Xclang -include -Xclang b.h -Xclang -include "
                 "-Xclang c.h -DA");
    CHECK_STR_EQ(clean(&a, "cc -include-pch a.pch"), "cc");
    arena_release(&a);
}

TEST(args_standards_fit_the_language) {
    struct arena a;
    arena_init(&a, 0);
    CHECK_STR_EQ(clean(&a, "gcc -std=c++17 a.c"), "gcc");
    CHECK_STR_EQ(clean(&a, "g++ -std=c11 -std=c++17 a.c"), "g++ -std=c++17");
    CHECK_STR_EQ(clean(&a, "gcc -x c++ -std=gnu++2a a.c"), "gcc -x c++ -std=gnu++2a");
    CHECK_STR_EQ(clean(&a, "gcc -std=gnu99x -std=c a.c"), "gcc");
    CHECK(args_is_standard("c11", false) && !args_is_standard("c11", true));
    CHECK(args_is_standard("c++23", true) && args_is_standard("gnu++0x", true) &&
          !args_is_standard("c++24", true));
    CHECK(args_is_standard("gnu2x", false) && args_is_standard("iso9899:1999", false));
    CHECK(!args_is_standard("", false) && !args_is_standard("gnu", false) &&
          !args_is_standard("++11", true));
    arena_release(&a);
}

TEST(args_drivers) {
    struct arena a;
    arena_init(&a, 0);
    CHECK_STR_EQ(clean(&a, "/opt/x/bin/clang++ -DA"), "/opt/x/bin/clang++ --no-default-config -DA");
    CHECK_STR_EQ(clean(&a, "../tool/cc -DA"), "/tool/cc --no-default-config -DA");
    CHECK_STR_EQ(clean(&a, "mpicxx -DA"), "mpicxx --driver-mode=g++ -DA");
    CHECK_STR_EQ(clean(&a, "zig c++ -DA a.c"), "zig --driver-mode=g++ -DA");
    CHECK_STR_EQ(clean(&a, "time -p nice -n 5 rewrapper -cfg=x g++ -DA"), "g++ -DA");
    CHECK_STR_EQ(clean(&a, "cd /x && gcc a.c"),
                 "the command starts with 'cd', not with a compiler");
    CHECK_STR_EQ(clean(&a, "sh -c 'gcc a.c'"), "the command starts with 'sh', not with a compiler");
    CHECK_STR_EQ(clean(&a, "xtensa-esp32-elf-gcc -mlongcalls -mcpu=x -m32 a.c"),
                 "xtensa-esp32-elf-gcc -m32");
    arena_release(&a);
}

TEST(args_wrappers_peeled) {
    struct arena a;
    arena_init(&a, 0);
    CHECK_STR_EQ(clean(&a, "/usr/bin/ccache /usr/bin/g++-12 -DA -c a.c"), "/usr/bin/g++-12 -DA");
    CHECK_STR_EQ(clean(&a, "sccache distcc icecc gomacc clang -DA"), "clang -DA");
    CHECK_STR_EQ(clean(&a, "env A=B C=D gcc -DA"), "gcc -DA");
    CHECK_STR_EQ(clean(&a, "/usr/bin/env -i -u X A=B ccache gcc -DA"), "gcc -DA");
    CHECK_STR_EQ(clean(&a, "A=B gcc -DA"), "gcc -DA");
    CHECK_STR_EQ(clean(&a, "ccache CCACHE_X=1 gcc -DA"), "gcc -DA");
    CHECK_STR_EQ(clean(&a, "/bin/bash ../libtool --tag=CC --mode=compile gcc -prefer-pic -DA a.c"),
                 "gcc -DA");
    CHECK_STR_EQ(clean(&a, "libtool --tag CXX --mode compile g++ -DA a.c"), "g++ -DA");
    CHECK_STR_EQ(clean(&a, "distcc -DA -c a.c"), "cc -DA");
    CHECK_STR_EQ(clean(&a, "cmake -E env A=B gcc -DA"), "gcc -DA");
    CHECK_STR_EQ(clean(&a, "cmake -E __run_co_compile --tidy=x --source=a.c -- gcc -DA"),
                 "gcc -DA");
    CHECK_STR_EQ(clean(&a, "ccache"), "no compiler in the command");
    CHECK_STR_EQ(clean(&a, "env A=B"), "no compiler in the command");
    arena_release(&a);
}

static const char *compiled(struct arena *a, const char *command) {
    const char **args = NULL;
    uint32_t count = 0;
    CHECK(args_split(a, str_from(command), &args, &count, NULL));
    const char *source = args_compiled_source(args, count);
    return source ? source : "none";
}

TEST(args_compiled_source) {
    struct arena a;
    arena_init(&a, 0);
    CHECK_STR_EQ(compiled(&a, "cc -O2 -c src/a.c -o a.o"), "src/a.c");
    CHECK_STR_EQ(compiled(&a, "ccache g++ -MD -MT a.o -MF a.o.d -o a.o -c /x/a.cpp"), "/x/a.cpp");
    CHECK_STR_EQ(compiled(&a, "cc -include config.h -Xclang b.c -x c -c a.c"), "a.c");
    CHECK_STR_EQ(compiled(&a, "cc -o prog a.c"), "none"); // links, too
    CHECK_STR_EQ(compiled(&a, "cc -c a.c b.c"), "none");
    CHECK_STR_EQ(compiled(&a, "cc -E -c a.c"), "none");
    CHECK_STR_EQ(compiled(&a, "cc -MM -c a.c"), "none");
    CHECK_STR_EQ(compiled(&a, "cc -c a.S"), "none");
    CHECK_STR_EQ(compiled(&a, "cc -o prog a.o b.o"), "none");
    CHECK_STR_EQ(compiled(&a, "sh -c 'cc -c a.c'"), "none");
    arena_release(&a);
}

static const char *target(struct arena *a, const char *command) {
    const char *text = clean(a, command);
    const char *at = strstr(text, "--target=");
    if (!at) {
        return "";
    }
    return arena_copy(a, at, strcspn(at, " "));
}

TEST(args_targets_of_cross_compilers) {
    struct arena a;
    arena_init(&a, 0);
    CHECK_STR_EQ(target(&a, "arm-none-eabi-gcc -c a.c"), "--target=arm-none-eabi");
    CHECK_STR_EQ(target(&a, "/opt/x/bin/aarch64-linux-gnu-g++-12 a.c"),
                 "--target=aarch64-linux-gnu");
    CHECK_STR_EQ(target(&a, "x86_64-w64-mingw32-gcc a.c"), "--target=x86_64-w64-mingw32");
    CHECK_STR_EQ(target(&a, "x86_64-w64-mingw32-g++-posix a.c"), "--target=x86_64-w64-mingw32");
    CHECK_STR_EQ(target(&a, "riscv64-unknown-elf-gcc-13.2.0 a.c"), "--target=riscv64-unknown-elf");
    CHECK_STR_EQ(target(&a, "arm-none-eabi-gcc.exe a.c"), "--target=arm-none-eabi");
    CHECK_STR_EQ(target(&a, "avr-gcc a.c"), "--target=avr");
    CHECK_STR_EQ(target(&a, "gcc a.c"), "");
    CHECK_STR_EQ(target(&a, "clang++-19 a.c"), "");
    CHECK_STR_EQ(target(&a, "xtensa-esp32-elf-gcc a.c"), ""); // libclang was not built for it
    CHECK_STR_EQ(target(&a, "riscv-none-elf-gcc -march=rv64gc a.c"), "--target=riscv64-none-elf");
    CHECK_STR_EQ(target(&a, "riscv-none-elf-gcc a.c"), "--target=riscv32-none-elf");
    CHECK_STR_EQ(target(&a, "arm_custom-x-gcc a.c"), "");
    CHECK_STR_EQ(target(&a, "em++ a.c"), "--target=wasm32-unknown-emscripten");
    CHECK_STR_EQ(target(&a, "arm-none-eabi-gcc --target=armv7-x a.c"), "--target=armv7-x");
    CHECK_STR_EQ(target(&a, "arm-none-eabi-gcc -target armv7-x a.c"), "");
    arena_release(&a);
}

TEST(args_cl) {
    struct arena a;
    arena_init(&a, 0);
    static const char tail[] = " -w -ferror-limit=0 -Xclang -working-directory=/p --";
    static const char *const table[][2] = {
        {"cl.exe /nologo /c /Foa.obj /DA /D B /I x -Iy /W4 /Zi /MDd /EHsc /std:c++17 /p/a.c",
         "cl.exe --driver-mode=cl /nologo /DA /D B /I x -Iy /MDd /EHsc /std:c++17"                                                       },
        {"clang-cl -c -MD -openmp -Fo: a.obj /FIx.h /Yupch.h /clang:-MD a.c /link /x",
         "clang-cl --driver-mode=cl -MD -openmp /FIx.h"                                                                                  },
        {"clang-cl-19 /Tpa.c /showIncludes /imsvc s",                                         "clang-cl-19 --driver-mode=cl /TP /imsvc s"},
        {"clang --driver-mode=cl /DA a.c",                                                    "clang --driver-mode=cl /DA"               }
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        char want[512];
        (void)snprintf(want, sizeof want, "%s%s", table[i][1], tail);
        CHECK_STR_EQ(clean(&a, table[i][0]), want);
    }
    arena_release(&a);
}

static bool has(const char *text, const char *part) {
    return strstr(text, part) != NULL;
}

TEST(args_response_files) {
    struct arena a;
    arena_init(&a, 0);
    char dir[] = "/tmp/threadlint-args-XXXXXX";
    CHECK(mkdtemp(dir) != NULL);
    struct str d = str_from(dir);
    struct error err = {0};
    CHECK(
        fs_write_atomic(fs_join(&a, d, STR("a.rsp")), STR("-DA='x y'\n-c @b.rsp -o a.o\n"), &err));
    CHECK(fs_write_atomic(fs_join(&a, d, STR("b.rsp")), STR("-DB"), &err));
    CHECK(fs_write_atomic(fs_join(&a, d, STR("c1.rsp")), STR("@c2.rsp"), &err));
    CHECK(fs_write_atomic(fs_join(&a, d, STR("c2.rsp")), STR("-DX @./c1.rsp"), &err));
    CHECK(fs_write_atomic(fs_join(&a, d, STR("q.rsp")), STR("'open"), &err));
    CHECK(fs_write_atomic(fs_join(&a, d, STR("g.rsp")), STR("-DG='a\\'b' \"-Ix\\\"y\""), &err));
    CHECK(fs_write_atomic(fs_join(&a, d, STR("w.rsp")), STR("/Isub\\dir \"/DW=a b'\""), &err));
    for (int i = 0; i < 9; i++) {
        char name[32];
        char text[32];
        (void)snprintf(name, sizeof name, "d%d.rsp", i);
        (void)snprintf(text, sizeof text, "-DD%d @d%d.rsp", i, i + 1);
        CHECK(fs_write_atomic(fs_join(&a, d, str_from(name)),
                              i == 8 ? STR("-DEND") : str_from(text), &err));
    }
    CHECK(has(clean_in(&a, dir, "a.c", "gcc @a.rsp -DC a.c"), "gcc -DA=x y -DB -DC -w"));
    CHECK(has(clean_in(&a, dir, "a.c", "@a.rsp"), "no compiler") == false);
    const char *cycle = clean_in(&a, dir, "a.c", "gcc @c1.rsp");
    CHECK(has(cycle, "cycle: /tmp/") && has(cycle, "c1.rsp -> ") && has(cycle, "c2.rsp -> "));
    CHECK(has(clean_in(&a, dir, "a.c", "gcc @d1.rsp"), "-DD7 -DEND -w"));
    CHECK(has(clean_in(&a, dir, "a.c", "gcc @d0.rsp"), "nested deeper than 8"));
    CHECK(has(clean_in(&a, dir, "a.c", "gcc @none.rsp"), "build the project first"));
    CHECK(has(clean_in(&a, dir, "a.c", "gcc -DA @a.o.modmap"), "gcc -DA -w"));
    CHECK(has(clean_in(&a, dir, "a.c", "gcc @."), "not a regular file"));
    CHECK(has(clean_in(&a, dir, "a.c", "gcc @g.rsp"), "gcc -DG=a'b -Ix\"y -w"));
    CHECK(has(clean_in(&a, dir, "a.c", "ccache clang-cl @w.rsp"), " /Isub\\dir /DW=a b' -w"));
    CHECK(has(clean_in(&a, dir, "a.c", "gcc @q.rsp"), "quote not closed"));
    static const char *const files[] = {"a.rsp",  "b.rsp",  "c1.rsp", "c2.rsp", "q.rsp",  "g.rsp",
                                        "w.rsp",  "d0.rsp", "d1.rsp", "d2.rsp", "d3.rsp", "d4.rsp",
                                        "d5.rsp", "d6.rsp", "d7.rsp", "d8.rsp"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        (void)unlink(fs_join(&a, d, str_from(files[i])));
    }
    CHECK(rmdir(dir) == 0);
    arena_release(&a);
}

static enum args_language language(struct arena *a, const char *file, const char *command) {
    const char **args = NULL;
    uint32_t count = 0;
    struct compile_cmd cmd = {0};
    if (!args_split(a, str_from(command), &args, &count, NULL) ||
        !args_normalize(a, STR("/p"), str_from(file), args, count, &cmd, NULL)) {
        return ARGS_NO_C;
    }
    return args_cmd_language(&cmd);
}

TEST(args_languages) {
    struct arena a;
    arena_init(&a, 0);
    CHECK(args_file_language(STR("/a.b/x.c")) == ARGS_C &&
          args_file_language(STR("x.C")) == ARGS_CXX);
    CHECK(args_file_language(STR("/a.c/x")) == ARGS_NO_C);
    static const char *const others[] = {"x.s",   "x.S", "x.asm", "x.rc", "x.cu", "x.f",
                                         "x.f90", "x.m", "x.mm",  "c",    ""};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        CHECK(args_file_language(str_from(others[i])) == ARGS_NO_C);
    }
    CHECK(language(&a, "a.c", "gcc a.c") == ARGS_C &&
          language(&a, "a.c", "g++-12 a.c") == ARGS_CXX);
    CHECK(language(&a, "a.inc", "gcc -x c++ a.inc") == ARGS_CXX);
    CHECK(language(&a, "a.inc", "gcc -xc a.inc -x none") == ARGS_C);
    CHECK(language(&a, "a.c", "gcc -x assembler-with-cpp a.c") == ARGS_NO_C);
    CHECK(language(&a, "a.cpp", "clang++ -x cuda a.cpp") == ARGS_NO_C);
    CHECK(language(&a, "a.x", "clang-cl /TP a.x") == ARGS_CXX);
    CHECK(language(&a, "a.c", "/opt/c++/bin/gcc a.c") == ARGS_C &&
          language(&a, "a.c", "mpicxx a.c") == ARGS_CXX);
    CHECK(language(&a, "a.cpp", "nvcc -c a.cpp") == ARGS_NO_C &&
          language(&a, "a.c", "nasm a.c") == ARGS_NO_C);
    arena_release(&a);
}
