#include "checker/drive/stats.h"

#include <stdlib.h>

struct tally {
    struct arena arena;
    struct interner names;
    VEC(struct ir_unhandled) rows; // kind = number in `names`
};

static void count_unhandled(struct tally *t, const struct facts *f) {
    for (uint32_t i = 0; i < f->unhandled.len; i++) {
        uint32_t number = intern(&t->names, facts_text(f, f->unhandled.data[i].kind));
        while (t->rows.len <= number) {
            struct ir_unhandled row = {.kind = {t->rows.len}};
            vec_push(&t->arena, &t->rows, row);
        }
        t->rows.data[number].count += f->unhandled.data[i].count;
    }
}

static int by_count(const void *a, const void *b) {
    const struct ir_unhandled *x = a;
    const struct ir_unhandled *y = b;
    if (x->count != y->count) {
        return x->count < y->count ? 1 : -1;
    }
    return x->kind.v < y->kind.v ? -1 : 1;
}

static void print_unhandled(const struct load *load) {
    struct tally t = {.rows = {0}};
    arena_init(&t.arena, 0);
    intern_init(&t.names, &t.arena);
    for (uint32_t i = 0; i < load->count; i++) {
        if (load->tus[i].facts) {
            count_unhandled(&t, load->tus[i].facts);
        }
    }
    if (t.rows.len) {
        qsort(t.rows.data, t.rows.len, sizeof *t.rows.data, by_count);
    }
    for (uint32_t i = 0; i < t.rows.len && t.rows.data[i].count; i++) {
        struct str name = intern_text(&t.names, t.rows.data[i].kind.v);
        (void)fprintf(stderr, "  not understood: %u x " STR_FMT "\n", t.rows.data[i].count,
                      STR_ARG(name));
    }
    arena_release(&t.arena);
}

void stats_print(const struct stats *s, const struct load *load, const struct program *program) {
    (void)fprintf(stderr, "threadlint: statistics\n");
    (void)fprintf(
        stderr,
        "  translation units: %u (%u parsed, %u from the cache, %u failed, %u with errors)\n",
        load->count, load->parsed, load->cached, load->failed, load->with_errors);
    (void)fprintf(stderr, "  seconds: %.3f reading, %.3f linking, %.3f rules, %.3f reports\n",
                  s->load, s->link, s->rules, s->report);
    (void)fprintf(stderr, "  greatest worker: %llu MiB\n",
                  (unsigned long long)(load->peak_kib / 1024));
    if (program) {
        struct program_stats p = program_stats(program);
        (void)fprintf(stderr, "  functions: %u (%u looked at path by path, %u over the limit)\n",
                      p.functions, p.flow_functions, p.limited);
        (void)fprintf(stderr, "  calls: %u, resolved %u (%.1f %%)\n", p.calls, p.calls_resolved,
                      p.calls ? 100.0 * p.calls_resolved / p.calls : 100.0);
        (void)fprintf(stderr, "  threads: %u, locks: %u\n", p.threads, p.locks);
    }
    print_unhandled(load);
}
