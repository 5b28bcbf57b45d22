// Runs fuzz targets over kept inputs, without libFuzzer.
//   fuzz_replay DIRECTORY           DIRECTORY/<target>/ holds the inputs
//   fuzz_replay DIRECTORY FACTS     also packs the inputs of `text` into the directory FACTS: seeds for the target `facts`
#include "test/fuzz/fuzz.h"

#include "checker/base/fs.h"
#include "checker/ir/pack.h"
#include "checker/ir/text.h"

#include <dirent.h>
#include <string.h>

enum { MAX_INPUT = 16 << 20 };

struct target {
    const char *name;
    void (*run)(struct str input);
};

#define FUZZ_ENTRY(name) {#name, fuzz_##name},
static const struct target targets[] = {FUZZ_TARGETS(FUZZ_ENTRY)};

// A copy of its exact size, so that AddressSanitizer sees reads behind its end.
static void run_exact(const struct target *t, struct str text) {
    char *copy = malloc(text.len ? text.len : 1);
    if (copy) {
        memcpy(copy, text.ptr, text.len);
        t->run(str_make(copy, text.len));
    }
    free(copy);
}

static void run_input(void *ctx, const char *name, struct str text) {
    const struct target *t = ctx;
    (void)printf("%s/%s\n", t->name, name);
    (void)fflush(stdout); // seen when this one crashes
    run_exact(t, text);
}

// Calls `visit` for each input of the target; how many there are.
static unsigned each_input(const char *root, const char *target,
                           void (*visit)(void *ctx, const char *name, struct str text), void *ctx) {
    struct arena arena;
    unsigned count = 0;
    arena_init(&arena, 0);
    char *path = fs_join(&arena, str_from(root), str_from(target));
    DIR *dir = opendir(path);
    const struct dirent *item = NULL;
    while (dir && (item = readdir(dir)) != NULL) {
        struct str text = {0};
        struct error err = {0};
        char *file = fs_join(&arena, str_from(path), str_from(item->d_name));
        if (item->d_name[0] != '.' && fs_read(&arena, file, MAX_INPUT, &text, &err)) {
            visit(ctx, item->d_name, text);
            count++;
        }
    }
    if (dir) {
        closedir(dir);
    }
    arena_release(&arena);
    return count;
}

static void pack_seed(void *ctx, const char *name, struct str text) {
    struct arena arena;
    struct facts f;
    struct buf out;
    struct error err = {0};
    arena_init(&arena, 0);
    buf_init(&out, MAX_INPUT);
    if (ir_text_parse(text, &arena, &f, &err)) {
        ir_pack(&f, &out);
        const char *path = fs_join(&arena, str_from(ctx), str_from(name));
        fuzz_promise(fs_write_atomic(path, buf_str(&out), &err), "seeds can be written");
    }
    buf_release(&out);
    arena_release(&arena);
}

int main(int argc, char **argv) {
    unsigned count = 0;
    for (size_t i = 0; argc >= 2 && i < sizeof targets / sizeof *targets; i++) {
        struct target t = targets[i];
        unsigned inputs = each_input(argv[1], t.name, run_input, &t);
        if (!inputs) {
            (void)fprintf(stderr, "no input for '%s' in '%s'\n", targets[i].name, argv[1]);
            return 1;
        }
        count += inputs;
    }
    if (argc == 3) {
        (void)each_input(argv[1], "text", pack_seed, argv[2]);
    }
    (void)printf("%u inputs\n", count);
    return count ? 0 : 2;
}
