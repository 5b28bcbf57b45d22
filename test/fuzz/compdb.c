// Compile databases: any bytes give commands, problems or an error.
#include "checker/base/fs.h"
#include "checker/front/compdb.h"
#include "test/fuzz/fuzz.h"

#include <unistd.h>

void fuzz_compdb(struct str input) {
    char dir[] = "/tmp/threadlint-fuzz-XXXXXX";
    struct arena arena;
    struct error err = {0};
    struct compdb db = {0};
    arena_init(&arena, 0);
    fuzz_promise(mkdtemp(dir) != NULL, "a temporary directory");
    const char *path = fs_join(&arena, str_from(dir), STR("compile_commands.json"));
    const char *source = fs_join(&arena, str_from(dir), STR("a.c"));
    const char *response = fs_join(&arena, str_from(dir), STR("a.rsp"));
    fuzz_promise(fs_write_atomic(path, input, &err) && fs_write_atomic(source, STR("int a;\n"), &err) &&
                     fs_write_atomic(response, STR("-DX \"-I a b\" @a.rsp"), &err),
                 "files in it");
    bool ok = compdb_load(path, &arena, &db, &err);
    fuzz_promise(ok || err.text[0], "an error has a text");
    for (uint32_t i = 0; ok && i < db.cmds.len; i++) {
        const struct compile_cmd *c = &db.cmds.data[i];
        fuzz_promise(c->arg_count > 0 && c->args[0][0] && c->file.len && c->file.ptr[0] == '/',
                     "a command has a driver and an absolute file");
    }
    (void)unlink(path);
    (void)unlink(source);
    (void)unlink(response);
    (void)rmdir(dir);
    arena_release(&arena);
}
