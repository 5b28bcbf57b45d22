#include "checker/drive/survey.h"

#include "checker/base/fs.h"
#include "checker/effect/model.h"

#include <stdlib.h>

enum { MAX_MODULES_FILE = 1 << 20 };

struct surveyor {
    struct arena *arena;
    struct survey *out;
    struct model_set *models;
    VEC(struct str) modules; // directories of git submodules
    struct map source_of;    // summary -> library + 1, 0 = none of threads
    struct map seen;         // hashes of files
};

// --- libraries ---

static bool is_about_threads(const struct summary *s) {
    static const enum effect_kind kinds[] = {EFFECT_ACQUIRE, EFFECT_RELEASE, EFFECT_WAIT,
                                             EFFECT_SIGNAL,  EFFECT_SPAWN,   EFFECT_JOIN,
                                             EFFECT_DETACH};
    for (uint32_t i = 0; i < s->case_count; i++) {
        for (uint32_t k = 0; k < s->cases[i].effect_count; k++) {
            for (size_t n = 0; n < sizeof kinds / sizeof *kinds; n++) {
                if (s->cases[i].effects[k].kind == kinds[n]) {
                    return true;
                }
            }
        }
    }
    return false;
}

static uint32_t library_named(struct surveyor *v, struct str file) {
    struct str name = str_ends(file, STR(".model")) ? str_slice(file, 0, file.len - 6) : file;
    for (uint32_t i = 0; i < v->out->libraries.len; i++) {
        if (str_eq(v->out->libraries.data[i].name, name)) {
            return i;
        }
    }
    vec_push(v->arena, &v->out->libraries, ((struct survey_library){.name = name}));
    return v->out->libraries.len - 1;
}

static void note_model(void *ctx, const struct summary *s, struct str source) {
    struct surveyor *v = ctx;
    if (is_about_threads(s)) {
        map_put(&v->source_of, (uint64_t)(uintptr_t)s, library_named(v, source));
    }
}

static bool is_own_place(const struct facts *f, loc_id loc) {
    return f->files.data[f->locs.data[loc.v].file.v].is_own;
}

static void count_calls(struct surveyor *v, const struct facts *f) {
    for (uint32_t i = 1; i < f->calls.len; i++) {
        const struct ir_call *c = &f->calls.data[i];
        if (c->kind == CALL_INDIRECT || !c->callee.v || !is_own_place(f, c->loc)) {
            continue;
        }
        const struct ir_sym *s = &f->syms.data[c->callee.v];
        const struct summary *m =
            model_find(v->models, facts_text(f, s->name), facts_text(f, s->key), c->arg_count,
                       (s->flags & SYM_COPY_OR_MOVE) != 0);
        uint32_t library = 0;
        if (m && map_get(&v->source_of, (uint64_t)(uintptr_t)m, &library)) {
            v->out->libraries.data[library].calls++;
        }
    }
}

static int compare_libraries(const void *a, const void *b) {
    const struct survey_library *x = a;
    const struct survey_library *y = b;
    return x->calls != y->calls ? (x->calls < y->calls ? 1 : -1) : str_cmp(x->name, y->name);
}

static void drop_unused_libraries(struct survey *s) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < s->libraries.len; i++) {
        if (s->libraries.data[i].calls) {
            s->libraries.data[kept++] = s->libraries.data[i];
        }
    }
    s->libraries.len = kept;
    if (kept) {
        qsort(s->libraries.data, kept, sizeof *s->libraries.data, compare_libraries);
    }
}

// --- places ---

// The part of `path` up to the first directory with one of the names, with its slash; empty for
// none.
static struct str below_named(struct str path, const char *const *names) {
    for (size_t at = 0, end = 0; (end = str_find_char(path, '/', at)) != SIZE_MAX; at = end + 1) {
        struct str part = str_slice(path, at, end);
        for (size_t i = 0; names[i]; i++) {
            if (str_eq(part, str_from(names[i]))) {
                return str_slice(path, 0, end + 1);
            }
        }
    }
    return (struct str){0};
}

static struct str foreign_part(const struct surveyor *v, struct str path) {
    static const char *const names[] = {"third_party", "third-party", "thirdparty",   "3rdparty",
                                        "3rd-party",   "vendor",      "vendored",     "external",
                                        "externals",   "extern",      "deps",         "_deps",
                                        "contrib",     "subprojects", "node_modules", NULL};
    for (uint32_t i = 0; i < v->modules.len; i++) {
        struct str module = v->modules.data[i];
        if (path.len > module.len && str_starts(path, module) && path.ptr[module.len] == '/') {
            return str_slice(path, 0, module.len + 1);
        }
    }
    return below_named(path, names);
}

static struct str test_part(struct str path) {
    static const char *const names[] = {"test", "tests", "unittest", "unittests", NULL};
    struct str dir = below_named(path, names);
    return dir.len ? dir : evidence_is_test_file(path) ? path : dir;
}

// What a pattern of the configuration says as it stands: no letters that mean something there.
static bool is_plain(struct str path) {
    for (size_t i = 0; i < path.len; i++) {
        if (str_find_char(STR("*?[]\\!#\""), path.ptr[i], 0) != SIZE_MAX || path.ptr[i] < ' ') {
            return false;
        }
    }
    return path.len && path.ptr[0] != '/';
}

static int compare_places(const void *a, const void *b) {
    return str_cmp(((const struct survey_place *)a)->path, ((const struct survey_place *)b)->path);
}

static void sort_places(struct survey_places *p) {
    if (p->items.len) {
        qsort(p->items.data, p->items.len, sizeof *p->items.data, compare_places);
    }
}

static void add_place(struct surveyor *v, struct survey_places *places, struct str path) {
    uint32_t at = 0;
    while (at < places->items.len && !str_eq(places->items.data[at].path, path)) {
        at++;
    }
    if (at == places->items.len) {
        vec_push(v->arena, &places->items, ((struct survey_place){.path = path}));
    }
    places->items.data[at].files++;
}

static void sort_in(struct surveyor *v, struct str path) {
    struct str foreign = foreign_part(v, path);
    struct str test = test_part(path);
    if (foreign.len && is_plain(foreign)) {
        add_place(v, &v->out->foreign, foreign);
    } else if (test.len && is_plain(test)) {
        add_place(v, &v->out->tests, test);
    }
}

static void look_at_files(struct surveyor *v, const struct facts *f) {
    for (uint32_t i = 1; i < f->files.len; i++) {
        struct str path = facts_text(f, f->files.data[i].path);
        uint64_t key = hash64(path.ptr, path.len, 0);
        uint32_t seen = 0;
        if (f->files.data[i].is_own && !map_get(&v->seen, key, &seen)) {
            map_put(&v->seen, key, 1);
            sort_in(v, path);
        }
    }
    for (uint32_t i = 1; i < f->fns.len; i++) {
        const struct ir_fn *fn = &f->fns.data[i];
        const struct ir_file *file = &f->files.data[f->locs.data[fn->loc.v].file.v];
        struct str path = facts_text(f, file->path);
        bool main = file->is_main; // functions of headers would count once per unit
        v->out->functions += main && !(fn->flags & FN_GLOBAL_INIT) && !foreign_part(v, path).len &&
                             !test_part(path).len;
    }
}

// The lines "path = DIRECTORY" of .gitmodules.
static void read_modules(struct surveyor *v, struct str root) {
    struct str text = {0};
    struct error err = {0};
    const char *path = fs_join(v->arena, root, STR(".gitmodules"));
    if (!fs_read(v->arena, path, MAX_MODULES_FILE, &text, &err)) {
        return; // no submodules
    }
    for (struct str rest = text; rest.len;) {
        struct str line = str_trim(str_cut(&rest, '\n'));
        struct str key = str_trim(str_cut(&line, '='));
        struct str dir = str_trim(line);
        if (str_eq(key, STR("path")) && dir.len) {
            vec_push(v->arena, &v->modules, dir);
        }
    }
}

bool survey_make(struct arena *arena, const struct load *load, struct survey *ret_survey,
                 struct error *err) {
    struct expr_table *exprs = ARENA_NEW(arena, struct expr_table);
    struct surveyor v = {.arena = arena, .out = ret_survey};
    *ret_survey = (struct survey){0};
    expr_table_init(exprs, arena);
    map_init(&v.source_of, arena);
    map_init(&v.seen, arena);
    v.models = model_set_new(arena, exprs, err);
    if (!v.models) {
        return false;
    }
    model_visit(v.models, note_model, &v);
    read_modules(&v, load->project->root);
    for (uint32_t i = 0; i < load->count; i++) {
        if (load->tus[i].facts) {
            count_calls(&v, load->tus[i].facts);
            look_at_files(&v, load->tus[i].facts);
        }
    }
    drop_unused_libraries(ret_survey);
    sort_places(&ret_survey->tests);
    sort_places(&ret_survey->foreign);
    return true;
}
