// Compile databases: the sample under test/compdb, broken ones, sizes, order, the search for one.
#include "checker/base/buf.h"
#include "checker/base/fs.h"
#include "checker/front/compdb.h"
#include "test/unit/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// A temporary directory with a.c, b.c and a database.
struct place {
    struct arena arena;
    char dir[40];
    struct compdb db;
    struct error err;
};

static const char *in_place(struct place *p, const char *name) {
    return fs_join(&p->arena, str_from(p->dir), str_from(name));
}

static void place_init(struct place *p) {
    *p = (struct place){.dir = "/tmp/threadlint-compdb-XXXXXX"};
    arena_init(&p->arena, 0);
    CHECK(mkdtemp(p->dir) != NULL);
    CHECK(fs_write_atomic(in_place(p, "a.c"), STR("int a;\n"), &p->err));
    CHECK(fs_write_atomic(in_place(p, "b.c"), STR("int b;\n"), &p->err));
}

static void place_release(struct place *p) {
    static const char *const names[] = {"a.c", "b.c", "compile_commands.json"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)unlink(in_place(p, names[i]));
    }
    CHECK(rmdir(p->dir) == 0);
    arena_release(&p->arena);
}

static bool load_str(struct place *p, struct str text) {
    const char *path = in_place(p, "compile_commands.json");
    p->err = (struct error){0};
    p->db = (struct compdb){0};
    return fs_write_atomic(path, text, &p->err) && compdb_load(path, &p->arena, &p->db, &p->err);
}

static bool load(struct place *p, const char *text) {
    return load_str(p, str_from(text));
}

static bool problem_has(const struct place *p, uint32_t i, const char *part) {
    return i < p->db.problems.len &&
           str_find(p->db.problems.data[i].text, str_from(part), 0) != SIZE_MAX;
}

static bool has_arg(const struct compile_cmd *cmd, const char *arg) {
    for (uint32_t i = 0; i < cmd->arg_count; i++) {
        if (strcmp(cmd->args[i], arg) == 0) {
            return true;
        }
    }
    return false;
}

TEST(compdb_sample) {
    struct arena a;
    arena_init(&a, 0);
    struct compdb db = {0};
    struct error err = {0};
    const char *path = TEST_SOURCE_DIR "/compdb/debug/compile_commands.json";
    CHECK(compdb_load(path, &a, &db, &err));
    CHECK(db.entries == 9 && db.skipped_other == 1 && db.cmds.len == 3 && db.problems.len == 4);
    if (db.cmds.len == 3 && db.problems.len == 4) {
        const struct compile_cmd *one = &db.cmds.data[0];
        CHECK_STR_EQ(one->file.ptr, TEST_SOURCE_DIR "/compdb/src/one.c");
        CHECK_STR_EQ(one->directory.ptr, TEST_SOURCE_DIR "/compdb/debug");
        CHECK_STR_EQ(one->args[0], "aarch64-linux-gnu-gcc-12");
        CHECK(one->arg_count == 7 && has_arg(one, "-DNAME=\"a b\"") &&
              has_arg(one, "-DFROM_FILE=1"));
        CHECK(has_arg(one, "--target=aarch64-linux-gnu") && has_arg(one, "-w") &&
              has_arg(one, "-ferror-limit=0"));
        CHECK_STR_EQ(one->origin.ptr,
                     TEST_SOURCE_DIR "/compdb/debug/compile_commands.json entry 2");
        CHECK(has_arg(&db.cmds.data[1], "-DOTHER") && db.cmds.data[1].arg_count == 5);
        const struct compile_cmd *two = &db.cmds.data[2];
        CHECK_STR_EQ(two->args[0], "/usr/bin/g++-12");
        CHECK(two->arg_count == 6 && has_arg(two, "-I../inc") && has_arg(two, "-std=gnu++17"));
        CHECK(has_arg(two, "-working-directory=" TEST_SOURCE_DIR "/compdb/debug"));
        CHECK_STR_EQ(
            db.problems.data[0].text.ptr, TEST_SOURCE_DIR
            "/compdb/debug/compile_commands.json entry 6: '" TEST_SOURCE_DIR
            "/compdb/debug/generated.c' does not exist; build the project (the file may be "
            "generated) or regenerate the compile database; entry skipped");
    }
    arena_release(&a);
}

TEST(compdb_broken_files) {
    struct place p;
    place_init(&p);
    static const char *const broken[] = {"",
                                         "{}",
                                         "7",
                                         "[",
                                         "[{]",
                                         "[] x",
                                         "[]]",
                                         "{\"a\":[]}",
                                         "[{\"directory\":\"/\",}]",
                                         "[\"\\ud800\"]",
                                         "nul",
                                         "[{\"file\":\"a.c\"",
                                         "// c\n[]"};
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        CHECK(!load(&p, broken[i]) && strstr(p.err.text, "compile_commands.json"));
    }
    CHECK(!load(&p, "[\n{},\n{]") && strstr(p.err.text, "compile_commands.json:3: not valid JSON"));
    CHECK(!load(&p, "{}") && strstr(p.err.text, "not an array"));
    CHECK(load(&p, " [ ] \n") && p.db.entries == 0 && p.db.cmds.len == 0);
    CHECK(load(&p, "\xef\xbb\xbf[]"));
    CHECK(!compdb_load(in_place(&p, "none.json"), &p.arena, &p.db, &p.err) &&
          strstr(p.err.text, "none.json"));
    CHECK(!compdb_load(p.dir, &p.arena, &p.db, &p.err) && strstr(p.err.text, "directory"));
    place_release(&p);
}

TEST(compdb_broken_entries) {
    struct place p;
    place_init(&p);
    static const char *const table[][2] = {
        {"7",                                                                "not an object"                    },
        {"null",                                                             "not an object"                    },
        {"{}",                                                               "'file' is missing"                },
        {"{\"file\":1,\"directory\":\".\",\"command\":\"cc\"}",              "'file' is missing"                },
        {"{\"FILE\":\"a.c\",\"directory\":\".\",\"command\":\"cc\"}",        "'file' is missing"                },
        {"{\"file\":\"a.c\",\"command\":\"cc\"}",                            "'directory' is missing"           },
        {"{\"file\":\"a.c\",\"directory\":\".\"}",                           "neither 'arguments' nor 'command'"},
        {"{\"file\":\"a.c\",\"directory\":\".\",\"command\":[]}",
         "neither 'arguments' nor 'command'"                                                                    },
        {"{\"file\":\"a.c\",\"directory\":\".\",\"command\":\" \"}",         "the command is empty"             },
        {"{\"file\":\"a.c\",\"directory\":\".\",\"arguments\":[]}",          "the command is empty"             },
        {"{\"file\":\"a.c\",\"directory\":\".\",\"arguments\":\"cc\"}",
         "'arguments' is not an array"                                                                          },
        {"{\"file\":\"a.c\",\"directory\":\".\",\"arguments\":[\"cc\",1]}",
         "an item that is not a text"                                                                           },
        {"{\"file\":\"a.c\",\"directory\":\".\",\"command\":\"cc 'x\"}",     "quote not closed"                 },
        {"{\"file\":\"a.c\",\"directory\":\".\",\"command\":\"cc @x.rsp\"}",
         "build the project first"                                                                              },
        {"{\"file\":\"a.c\",\"directory\":\".\",\"command\":\"ccache\"}",
         "no compiler in the command"                                                                           },
        {"{\"file\":\"no.c\",\"directory\":\".\",\"command\":\"cc\"}",
         "no.c' does not exist; build the project"                                                              },
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        char text[512];
        (void)snprintf(text, sizeof text,
                       "[{\"file\":\"b.c\",\"directory\":\".\",\"command\":\"cc b.c\"},%s]",
                       table[i][0]);
        CHECK(load(&p, text) && p.db.cmds.len == 1 && p.db.problems.len == 1 && p.db.entries == 2);
        CHECK(problem_has(&p, 0, table[i][1]) &&
              problem_has(&p, 0, "compile_commands.json entry 2: ") &&
              problem_has(&p, 0, "; entry skipped"));
    }
    place_release(&p);
}

TEST(compdb_other_languages_counted) {
    struct place p;
    place_init(&p);
    CHECK(load(
        &p, "[{\"file\":\"x.s\",\"directory\":\".\",\"command\":\"cc x.s\"},"
            "{\"file\":\"x.cu\",\"directory\":\".\",\"command\":\"nvcc @gone.rsp x.cu\"},"
            "{\"file\":\"x.mm\",\"directory\":\".\",\"arguments\":[\"clang\",\"x.mm\"]},"
            "{\"file\":\"a.c\",\"directory\":\".\",\"command\":\"cc -x assembler-with-cpp a.c\"},"
            "{\"file\":\"a.c\",\"directory\":\".\",\"command\":\"cc a.c\"}]"));
    CHECK(p.db.skipped_other == 4 && p.db.cmds.len == 1 && p.db.problems.len == 0);
    place_release(&p);
}

TEST(compdb_duplicates_and_order) {
    struct place p;
    place_init(&p);
    static const char *const entries[] = {
        "{\"file\":\"b.c\",\"directory\":\".\",\"command\":\"cc -DZ -c b.c -o 1.o\"}",
        "{\"file\":\"b.c\",\"directory\":\".\",\"command\":\"cc -DA -c b.c -o 2.o\"}",
        ("{\"file\":\"./b.c\",\"directory\":\".\",\"arguments\":"
         "[\"cc\",\"-DZ\",\"b.c\",\"-o3.o\",\"\"]}"),
        "{\"file\":\"a.c\",\"directory\":\".\",\"command\":\"cc -c a.c\",\"output\":\"a.o\"}"};
    char text[1024];
    for (int order = 0; order < 2; order++) {
        const char *const *e = entries;
        (void)snprintf(text, sizeof text, "[%s,%s,%s,%s]", e[order ? 3 : 0], e[order ? 2 : 1],
                       e[order ? 1 : 2], e[order ? 0 : 3]);
        CHECK(load(&p, text) && p.db.cmds.len == 3 && p.db.problems.len == 0);
        if (p.db.cmds.len == 3) {
            CHECK_STR_EQ(p.db.cmds.data[0].file.ptr, in_place(&p, "a.c"));
            CHECK(has_arg(&p.db.cmds.data[1], "-DA") && has_arg(&p.db.cmds.data[2], "-DZ"));
            CHECK(str_ends(p.db.cmds.data[2].origin, order ? STR("entry 2") : STR("entry 1")));
        }
    }
    place_release(&p);
}

// cJSON ends texts at a NUL: "-DA\u0000B" would become "-DA".
TEST(compdb_nul_characters) {
    struct place p;
    place_init(&p);
    CHECK(!load(
        &p, "[\n{\"file\":\"a.c\",\"directory\":\".\",\"arguments\":[\"cc\",\"-DA\\u0000B\"]}]"));
    CHECK(strstr(p.err.text, ":2: NUL character") != NULL);
    static const char raw[] = "[\"a\0b\"]";
    CHECK(!load_str(&p, str_make(raw, sizeof raw - 1)) && strstr(p.err.text, ":1: NUL character"));
    CHECK(load(
        &p, "[{\"file\":\"a.c\",\"directory\":\".\",\"arguments\":[\"cc\",\"-DA\\\\u0000B\"]}]"));
    CHECK(p.db.cmds.len == 1 && has_arg(&p.db.cmds.data[0], "-DA\\u0000B"));
    place_release(&p);
}

// Pipes would stop the reader or the parser for ever.
TEST(compdb_pipes) {
    struct place p;
    place_init(&p);
    const char *pipe_path = in_place(&p, "p.c");
    CHECK(mkfifo(pipe_path, 0600) == 0);
    CHECK(!compdb_load(pipe_path, &p.arena, &p.db, &p.err) &&
          strstr(p.err.text, "not a regular file"));
    CHECK(load(&p, "[{\"file\":\"p.c\",\"directory\":\".\",\"command\":\"cc p.c\"}]") &&
          p.db.cmds.len == 0);
    CHECK(problem_has(&p, 0, "is a pipe or a device, not a source file"));
    CHECK(unlink(pipe_path) == 0);
    place_release(&p);
}

TEST(compdb_parent_of_a_link) {
    struct place p;
    place_init(&p);
    CHECK(fs_mkdirs(in_place(&p, "real/sub"), &p.err));
    CHECK(fs_write_atomic(in_place(&p, "real/r.c"), STR("int r;\n"), &p.err));
    CHECK(symlink("real/sub", in_place(&p, "link")) == 0);
    CHECK(load(&p, "[{\"file\":\"../r.c\",\"directory\":\"link\",\"command\":\"cc ../r.c\"}]"));
    CHECK(p.db.cmds.len == 1 && str_ends(p.db.cmds.data[0].file, STR("/real/r.c")));
    static const char *const made[] = {"real/r.c", "link"};
    static const char *const dirs[] = {"real/sub", "real"};
    for (int i = 0; i < 2; i++) {
        CHECK(unlink(in_place(&p, made[i])) == 0);
        CHECK(rmdir(in_place(&p, dirs[i])) == 0);
    }
    place_release(&p);
}

TEST(compdb_too_many_entries) {
    struct place p;
    place_init(&p);
    struct buf b;
    buf_init(&b, (size_t)8 << 20);
    buf_add_c(&b, "[0");
    for (int i = 0; i < COMPDB_MAX_ENTRIES; i++) {
        buf_add_c(&b, ",0");
    }
    buf_add_c(&b, "]");
    CHECK(!load_str(&p, buf_str(&b)) && strstr(p.err.text, "more than 1000000 entries"));
    buf_release(&b);
    place_release(&p);
}

TEST(compdb_deep_nesting) {
    struct place p;
    place_init(&p);
    enum { DEPTH = 200000 };
    struct buf b;
    buf_init(&b, 4 * DEPTH);
    for (int i = 0; i < DEPTH; i++) {
        buf_add_c(&b, i % 2 ? "{\"a\":" : "[");
    }
    CHECK(!load_str(&p, buf_str(&b)) && strstr(p.err.text, "nested deeper than 1000"));
    buf_clear(&b);
    buf_add_c(&b, "[{\"file\":");
    for (int i = 0; i < 900; i++) {
        buf_add_char(&b, '[');
    }
    for (int i = 0; i < 900; i++) {
        buf_add_char(&b, ']');
    }
    buf_add_c(&b, "}]");
    CHECK(load_str(&p, buf_str(&b)) && p.db.problems.len == 1);
    buf_release(&b);
    place_release(&p);
}

TEST(compdb_random_bytes) {
    struct place p;
    place_init(&p);
    static const char seed[] =
        "[{\"file\":\"a.c\",\"directory\":\".\",\"command\":\"cc -DA='x y' -c a.c\"},"
        "{\"file\":\"b.c\",\"directory\":\".\",\"arguments\":[\"cc\",\"\\u0041\",\"b.c\"]}]";
    uint64_t state = 2463534242U;
    for (int round = 0; round < 3000; round++) {
        char text[sizeof seed];
        memcpy(text, seed, sizeof seed);
        for (int i = 0; i < round % 7 + 1; i++) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            size_t at = (state >> 20) % (sizeof seed - 1);
            text[at] = round % 2 ? (char)(state >> 8) : seed[(state >> 40) % (sizeof seed - 1)];
        }
        size_t len = round % 5 ? sizeof seed - 1 : (state >> 33) % sizeof seed;
        if (!load_str(&p, str_make(text, len))) {
            CHECK(p.err.set);
        }
    }
    place_release(&p);
}

TEST(compdb_fifty_thousand_entries) {
    struct place p;
    place_init(&p);
    struct buf b;
    buf_init(&b, (size_t)64 << 20);
    for (int i = 0; i < 50000; i++) {
        buf_addf(&b,
                 "%s{\"directory\":\".\",\"file\":\"%s\",\"command\":\"/usr/bin/g++ -Iinclude "
                 "-Isrc/%d -DNUMBER=%d "
                 "-fno-tree-vrp -Wall -O2 -MD -MF x/%d.d -o x/%d.o -c a.c\"}",
                 i ? ",\n" : "[", i % 2 ? "a.c" : "b.c", i % 100, i % 40000, i, i);
    }
    buf_add_c(&b, "]");
    CHECK(load_str(&p, buf_str(&b)));
    CHECK(p.db.entries == 50000 && p.db.cmds.len == 40000 && p.db.problems.len == 0);
    buf_release(&b);
    place_release(&p);
}

static void touch(struct place *p, const char *directory, time_t when) {
    const char *dir = in_place(p, directory);
    CHECK(fs_mkdirs(dir, &p->err));
    const char *path = fs_join(&p->arena, str_from(dir), STR("compile_commands.json"));
    CHECK(fs_write_atomic(path, STR("[]"), &p->err));
    struct timespec times[2] = {{.tv_sec = when}, {.tv_sec = when}};
    CHECK(utimensat(AT_FDCWD, path, times, 0) == 0);
}

static const char *found(struct place *p, const char *start) {
    const char *path = compdb_find(&p->arena, in_place(p, start));
    size_t len = strlen(p->dir);
    return path && strncmp(path, p->dir, len) == 0 ? path + len : path;
}

TEST(compdb_found) {
    struct place p;
    place_init(&p);
    CHECK(fs_mkdirs(in_place(&p, "src/deep"), &p.err));
    CHECK(found(&p, "src/deep") == NULL || found(&p, "src/deep")[0] == '/'); // /tmp may have one
    touch(&p, "build", 100);
    CHECK_STR_EQ(found(&p, "."), "/build/compile_commands.json");
    CHECK_STR_EQ(found(&p, "src/deep"), "/build/compile_commands.json");
    CHECK_STR_EQ(found(&p, "a.c"), "/build/compile_commands.json");
    CHECK_STR_EQ(found(&p, "not/there"), "/build/compile_commands.json");
    touch(&p, "out/x", 100); // equally new: the first by name
    CHECK_STR_EQ(found(&p, "."), "/build/compile_commands.json");
    static const char *const newer[] = {"out/debug", "build/release", "cmake-build-debug",
                                        "builddir",  "out",           "."};
    for (int i = 0; i < 6; i++) {
        char want[64];
        touch(&p, newer[i], 200 + i);
        (void)snprintf(want, sizeof want, "/%s%scompile_commands.json", i < 5 ? newer[i] : "",
                       i < 5 ? "/" : "");
        CHECK_STR_EQ(found(&p, "."), want);
    }
    touch(&p, "src/out", 1); // the nearer level wins, however old
    CHECK_STR_EQ(found(&p, "src/deep"), "/src/out/compile_commands.json");
    static const char *const made[] = {
        "src/out",   "src/deep", "src", "cmake-build-debug", "builddir", "build/release", "build",
        "out/debug", "out/x",    "out"};
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
        (void)unlink(
            fs_join(&p.arena, str_from(in_place(&p, made[i])), STR("compile_commands.json")));
        CHECK(rmdir(in_place(&p, made[i])) == 0);
    }
    place_release(&p);
}

TEST(compdb_fixed_command) {
    struct arena a;
    arena_init(&a, 0);
    static const char *const flags[] = {"-Iinc", "-c", "-MD", "-std=c++17", "@/none.rsp"};
    struct compile_cmd cmd = compdb_fixed(&a, "x/../y.cpp", flags, 4);
    CHECK_STR_EQ(cmd.file.ptr, fs_join(&a, str_from(fs_cwd(&a)), STR("y.cpp")));
    CHECK_STR_EQ(cmd.args[0], "clang++");
    CHECK_STR_EQ(cmd.origin.ptr, "command line");
    CHECK(cmd.arg_count == 6 && has_arg(&cmd, "-Iinc") && has_arg(&cmd, "-std=c++17") &&
          has_arg(&cmd, "-w"));
    cmd = compdb_fixed(&a, "y.c", NULL, 0);
    CHECK_STR_EQ(cmd.args[0], "clang");
    CHECK(cmd.arg_count == 4);
    cmd = compdb_fixed(&a, "y.c", flags,
                       5); // a response file that is not there stays for the parser to report
    CHECK(cmd.arg_count == 6 && has_arg(&cmd, "@/none.rsp") && !has_arg(&cmd, "-MD"));
    static const char *const call[] = {"/usr/bin/arm-none-eabi-g++", "-DX", "-c", "y.c"};
    cmd = compdb_fixed(&a, "y.c", call, 4); // as CMake calls linters
    CHECK_STR_EQ(cmd.args[0], "/usr/bin/arm-none-eabi-g++");
    CHECK(has_arg(&cmd, "--target=arm-none-eabi") && has_arg(&cmd, "-DX") && !has_arg(&cmd, "-c"));
    static const char *const script[] = {"sh", "-DX"};
    cmd = compdb_fixed(&a, "y.c", script, 2);
    CHECK(cmd.arg_count == 5 && has_arg(&cmd, "-DX"));
    arena_release(&a);
}
