// Files and paths.
#include "checker/base/fs.h"
#include "test/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct place_for_files {
    struct arena arena;
    char dir[64];
};

static void open_place(struct place_for_files *p) {
    *p = (struct place_for_files){.dir = "/tmp/threadlint-fs-XXXXXX"};
    CHECK(mkdtemp(p->dir) != NULL);
}

static const char *in_place(struct place_for_files *p, const char *name) {
    return fs_join(&p->arena, str_from(p->dir), str_from(name));
}

static void close_place(struct place_for_files *p) {
    CHECK(rmdir(p->dir) == 0); // tests leave nothing behind
    arena_release(&p->arena);
}

TEST(fs_writes_and_reads) {
    struct place_for_files p;
    open_place(&p);
    const char *path = in_place(&p, "f");
    struct error err = {0};
    CHECK(!fs_exists(path));
    CHECK(fs_write_atomic(path, STR("one\0two"), &err));
    CHECK(fs_exists(path) && !fs_is_dir(path));
    struct str text = {0};
    CHECK(fs_read(&p.arena, path, 7, &text, &err));
    CHECK_STR_EQ(text, STR("one\0two"));
    CHECK(text.ptr[7] == '\0');
    CHECK(fs_write_atomic(path, (struct str){0}, &err)); // replaces
    CHECK(fs_read(&p.arena, path, 0, &text, &err));
    CHECK(text.len == 0 && text.ptr[0] == '\0');
    CHECK(unlink(path) == 0);
    CHECK_STR_EQ(err.text, "");
    close_place(&p);
}

TEST(fs_read_refuses) {
    struct place_for_files p;
    open_place(&p);
    struct str text = STR("untouched");
    struct error err = {0};
    CHECK(!fs_read(&p.arena, in_place(&p, "none"), 100, &text, &err));
    CHECK(strstr(err.text, p.dir) && strstr(err.text, "No such file"));
    CHECK(!fs_read(&p.arena, p.dir, 1000000, &text, &err));
    CHECK(strstr(err.text, p.dir) && strstr(err.text, "directory"));
    const char *path = in_place(&p, "f");
    CHECK(fs_write_atomic(path, STR("12345678"), NULL));
    CHECK(!fs_read(&p.arena, path, 7, &text, &err));
    CHECK(strstr(err.text, "8 bytes") && strstr(err.text, "7"));
    CHECK_STR_EQ(text, "untouched");
    CHECK(unlink(path) == 0);
    close_place(&p);
}

// The size of a pipe or of a file in /proc is not known before.
TEST(fs_reads_what_has_no_size) {
    struct arena a = {0};
    int ends[2];
    CHECK(pipe(ends) == 0);
    char sent[40000];
    memset(sent, 'x', sizeof sent);
    CHECK(write(ends[1], sent, sizeof sent) == (ssize_t)sizeof sent);
    CHECK(close(ends[1]) == 0);
    char path[32];
    (void)snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    struct str text = {0};
    struct error err = {0};
    CHECK(fs_read(&a, path, 100000, &text, &err));
    CHECK(text.len == sizeof sent && text.ptr[39999] == 'x' && text.ptr[40000] == '\0');
    CHECK(close(ends[0]) == 0);
    CHECK(!fs_read(&a, "/dev/zero", 100000, &text, &err));
    CHECK(strstr(err.text, "more than 100000 bytes"));
    CHECK_STR_EQ(str_slice(text, 0, 1), "x");
    arena_release(&a);
}

TEST(fs_write_tells_why_not) {
    struct place_for_files p;
    open_place(&p);
    struct error err = {0};
    CHECK(!fs_write_atomic(in_place(&p, "none/f"), STR("x"), &err));
    CHECK(strstr(err.text, "none/f") && strstr(err.text, "No such file"));
    CHECK(mkdir(in_place(&p, "d"), 0755) == 0);
    CHECK(!fs_write_atomic(in_place(&p, "d"), STR("x"), &err)); // and leaves no temporary file
    CHECK(strstr(err.text, "directory"));
    CHECK(rmdir(in_place(&p, "d")) == 0);
    char *longest = arena_alloc(&p.arena, 1, 6000);
    memset(longest, 'x', 5999);
    CHECK(!fs_write_atomic(longest, STR("x"), &err));
    CHECK(!fs_mkdirs(longest, &err));
    close_place(&p);
}

TEST(fs_makes_directories) {
    struct place_for_files p;
    open_place(&p);
    struct error err = {0};
    const char *deep = in_place(&p, "a/b/c");
    CHECK(fs_mkdirs(deep, &err));
    CHECK(fs_is_dir(deep));
    CHECK(fs_mkdirs(deep, &err)); // again
    CHECK_STR_EQ(err.text, "");
    CHECK(fs_write_atomic(in_place(&p, "a/f"), STR(""), &err));
    CHECK(!fs_mkdirs(in_place(&p, "a/f/g"), &err));
    CHECK(strstr(err.text, "a/f/g") && strstr(err.text, "Not a directory"));
    CHECK(!fs_mkdirs("", &err));
    CHECK(unlink(in_place(&p, "a/f")) == 0);
    CHECK(rmdir(deep) == 0 && rmdir(in_place(&p, "a/b")) == 0 && rmdir(in_place(&p, "a")) == 0);
    close_place(&p);
}

TEST(fs_normalizes) {
    static const char *const pairs[][2] = {
        {"",             "."       },
        {".",            "."       },
        {"./",           "."       },
        {"/",            "/"       },
        {"//",           "/"       },
        {"/.",           "/"       },
        {"/..",          "/"       },
        {"/../..",       "/"       },
        {"/../a",        "/a"      },
        {"a",            "a"       },
        {"a/",           "a"       },
        {"./a//b/./c/",  "a/b/c"   },
        {"a/..",         "."       },
        {"/a/..",        "/"       },
        {"a/b/..",       "a"       },
        {"a/../b",       "b"       },
        {"..",           ".."      },
        {"../..",        "../.."   },
        {"a/../..",      ".."      },
        {"a/../../b",    "../b"    },
        {"../a/..",      ".."      },
        {"../a/../..",   "../.."   },
        {"/a/b/../../c", "/c"      },
        {"/a/.../b",     "/a/.../b"},
        {"/a/..b",       "/a/..b"  },
    };
    struct arena a = {0};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        char *once = fs_normalize(&a, str_from(pairs[i][0]));
        CHECK_STR_EQ(once, pairs[i][1]);
        CHECK_STR_EQ(fs_normalize(&a, str_from(once)), once);
    }
    arena_release(&a);
}

TEST(fs_joins) {
    struct arena a = {0};
    CHECK_STR_EQ(fs_join(&a, STR("/a"), STR("b/../c")), "/a/c");
    CHECK_STR_EQ(fs_join(&a, STR("/a"), STR("/b//c")), "/b/c");
    CHECK_STR_EQ(fs_join(&a, STR("/a/b"), STR("../../..")), "/");
    CHECK_STR_EQ(fs_join(&a, STR("a"), STR("")), "a");
    CHECK_STR_EQ(fs_join(&a, STR(""), STR("b")), "b"); // not "/b"
    CHECK_STR_EQ(fs_join(&a, STR(""), STR("")), ".");
    CHECK_STR_EQ(fs_join(&a, STR("."), STR("b")), "b");
    arena_release(&a);
}

TEST(fs_takes_paths_apart) {
    CHECK_STR_EQ(fs_dirname(STR("/a/b.c")), "/a");
    CHECK_STR_EQ(fs_dirname(STR("/a")), "/");
    CHECK_STR_EQ(fs_dirname(STR("/")), "/");
    CHECK_STR_EQ(fs_dirname(STR("a")), ".");
    CHECK_STR_EQ(fs_dirname(STR("")), ".");
    CHECK_STR_EQ(fs_basename(STR("/a/b.c")), "b.c");
    CHECK_STR_EQ(fs_basename(STR("a")), "a");
    CHECK_STR_EQ(fs_basename(STR("/")), "");
}

TEST(fs_relative_to_a_root) {
    CHECK_STR_EQ(fs_relative(STR("/a"), STR("/a/b/c")), "b/c");
    CHECK_STR_EQ(fs_relative(STR("/a/"), STR("/a/b")), "b");
    CHECK_STR_EQ(fs_relative(STR("/"), STR("/a/b")), "a/b");
    CHECK_STR_EQ(fs_relative(STR("/a"), STR("/ab/c")), "/ab/c");
    CHECK_STR_EQ(fs_relative(STR("/a"), STR("/a")), "/a");
    CHECK_STR_EQ(fs_relative(STR("/a/b"), STR("/a")), "/a");
    CHECK_STR_EQ(fs_relative(STR(""), STR("/a")), "/a");
}

TEST(fs_real_follows_links) {
    struct place_for_files p;
    open_place(&p);
    const char *target = fs_real(&p.arena, p.dir);
    const char *link = in_place(&p, "link");
    CHECK(symlink(p.dir, link) == 0);
    CHECK_STR_EQ(fs_real(&p.arena, link), target);
    CHECK(unlink(link) == 0);
    CHECK_STR_EQ(fs_real(&p.arena, "/no/such/../file"), "/no/file");
    CHECK(fs_cwd(&p.arena)[0] == '/');
    close_place(&p);
}
