#include "checker/drive/inventory.h"

#include <stdlib.h>

struct collector {
    struct arena *arena;
    struct report *report;
    struct interner paths;
    VEC(struct report_file) by_path; // by number in `paths`; path empty = not listed
    struct map errors;               // seen already
};

struct place inventory_place(const struct facts *f, loc_id loc) {
    const struct ir_loc *l = &f->locs.data[loc.v];
    return (struct place){.file = facts_text(f, f->files.data[l->file.v].path),
                          .line = l->line,
                          .col = l->col,
                          .end_col = l->end_col};
}

static struct report_file *file_row(struct collector *c, struct str path) {
    uint32_t number = intern(&c->paths, path);
    while (c->by_path.len <= number) {
        vec_push(c->arena, &c->by_path, (struct report_file){0});
    }
    return &c->by_path.data[number];
}

static void list_files(struct collector *c, const struct load_tu *tu) {
    const struct facts *f = tu->facts;
    if (!f) {
        struct report_file *row = file_row(c, tu->file);
        row->path = tu->file;
        row->is_main = true;
        return;
    }
    for (uint32_t i = 1; i < f->files.len; i++) {
        const struct ir_file *file = &f->files.data[i];
        if (file->is_own || file->is_main) {
            struct report_file *row = file_row(c, facts_text(f, file->path));
            row->path = facts_text(f, file->path);
            row->analysed = true;
            row->is_main = row->is_main || file->is_main;
        }
    }
}

// An error in a header is the same error in every TU that includes it.
static void count_errors(struct collector *c, const struct facts *f) {
    for (uint32_t i = 0; f && i < f->diags.len; i++) {
        const struct ir_diag *d = &f->diags.data[i];
        struct place at = inventory_place(f, d->loc);
        struct str text = facts_text(f, d->text);
        uint64_t key = hash64(at.file.ptr, at.file.len, ((uint64_t)at.line << 32) | at.col);
        uint32_t seen = 0;
        key = hash_mix(key, hash64(text.ptr, text.len, 0));
        if (d->severity >= 3 && !map_get(&c->errors, key, &seen)) {
            map_put(&c->errors, key, 1);
            file_row(c, at.file)->errors++;
        }
    }
}

static void list_functions(struct collector *c, const struct program *p) {
    for (node_id n = 0; n < program_fn_count(p); n++) {
        struct fn_ref ref = program_fn(p, n);
        const struct ir_fn *fn = &ref.facts->fns.data[ref.fn.v];
        if (fn->flags & (FN_GLOBAL_INIT | FN_SYSTEM)) {
            continue;
        }
        struct report_function row = {.name = program_fn_name(p, n),
                                      .place = inventory_place(ref.facts, fn->loc)};
        vec_push(c->arena, &c->report->functions, row);
        file_row(c, row.place.file)->functions++;
    }
}

static void list_threads(struct collector *c, const struct program *p) {
    for (uint32_t i = 0; i < program_thread_count(p); i++) {
        const struct program_thread *t = program_thread(p, i);
        struct report_thread row = {
            .entry = t->entry,
            .spawn = inventory_place(t->spawn_fn.facts, t->spawn_loc),
            .handle = t->handle,
            .end = t->end,
            .many = t->many,
        };
        node_id spawner = program_node(p, t->spawn_fn);
        if (spawner != NODE_NONE) {
            row.spawn_function = program_fn_name(p, spawner);
        }
        if (t->end_fn.facts && t->end_loc.v) {
            row.end_place = inventory_place(t->end_fn.facts, t->end_loc);
        }
        vec_push(c->arena, &c->report->threads, row);
    }
    for (uint32_t i = 0; i < program_lock_count(p); i++) {
        const struct program_lock *l = program_lock(p, i);
        struct report_lock row = {.name = l->name, .kind = l->type, .acquires = l->acquires};
        vec_push(c->arena, &c->report->locks, row);
    }
}

static int compare_files(const void *a, const void *b) {
    const struct report_file *x = a;
    const struct report_file *y = b;
    return str_cmp(x->path, y->path);
}

void inventory_fill(struct report *report, struct arena *arena, const struct load *load,
                    const struct program *program) {
    struct collector c = {.arena = arena, .report = report};
    intern_init(&c.paths, arena);
    map_init(&c.errors, arena);
    for (uint32_t i = 0; i < load->count; i++) {
        list_files(&c, &load->tus[i]);
    }
    for (uint32_t i = 0; i < load->count; i++) {
        count_errors(&c, load->tus[i].facts);
    }
    list_functions(&c, program);
    list_threads(&c, program);
    for (uint32_t i = 0; i < c.by_path.len; i++) {
        if (c.by_path.data[i].path.len) {
            vec_push(arena, &report->files, c.by_path.data[i]);
        }
    }
    if (report->files.len) {
        qsort(report->files.data, report->files.len, sizeof *report->files.data, compare_files);
    }
}
