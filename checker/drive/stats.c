#include "checker/drive/stats.h"

#include <stdio.h>
#include <stdlib.h>

struct tally {
    struct arena *arena;
    struct interner names;
    struct stats *stats; // unhandled: by number in `names`
};

static void count_unhandled(struct tally *t, const struct facts *f) {
    for (uint32_t i = 0; i < f->unhandled.len; i++) {
        struct str kind = facts_text(f, f->unhandled.data[i].kind);
        uint32_t number = intern(&t->names, kind);
        while (t->stats->unhandled.len <= number) {
            vec_push(t->arena, &t->stats->unhandled, (struct stats_unhandled){0});
        }
        t->stats->unhandled.data[number].kind = kind;
        t->stats->unhandled.data[number].count += f->unhandled.data[i].count;
    }
}

static int by_count(const void *a, const void *b) {
    const struct stats_unhandled *x = a;
    const struct stats_unhandled *y = b;
    if (x->count != y->count) {
        return x->count < y->count ? 1 : -1;
    }
    return str_cmp(x->kind, y->kind);
}

void stats_collect(struct stats *s, struct arena *arena, const struct load *load,
                   const struct program *program) {
    struct tally t = {.arena = arena, .stats = s};
    s->program = program_stats(program);
    intern_init(&t.names, arena);
    for (uint32_t i = 0; i < load->count; i++) {
        if (load->tus[i].facts) {
            count_unhandled(&t, load->tus[i].facts);
        }
    }
    if (s->unhandled.len) {
        qsort(s->unhandled.data, s->unhandled.len, sizeof *s->unhandled.data, by_count);
    }
    while (s->unhandled.len && !vec_last(&s->unhandled).count) { // numbers nothing has
        s->unhandled.len--;
    }
}

void stats_print(const struct stats *s, const struct load *load) {
    const struct program_stats *p = &s->program;
    (void)fprintf(stderr, "threadlint: statistics\n");
    (void)fprintf(
        stderr,
        "  translation units: %u (%u parsed, %u from the cache, %u failed, %u with errors)\n",
        load->count, load->parsed, load->cached, load->failed, load->with_errors);
    (void)fprintf(stderr, "  seconds: %.3f reading, %.3f linking, %.3f rules, %.3f reports\n",
                  s->load, s->link, s->rules, s->report);
    (void)fprintf(stderr, "  judged: %s\n", s->kept ? "by an earlier run, from the cache" : "now");
    (void)fprintf(stderr, "  greatest worker: %llu MiB\n",
                  (unsigned long long)(load->peak_kib / 1024));
    (void)fprintf(stderr, "  functions: %u (%u looked at path by path, %u over the limit)\n",
                  p->functions, p->flow_functions, p->limited);
    (void)fprintf(stderr, "  calls: %u, resolved %u (%.1f %%)\n", p->calls, p->calls_resolved,
                  p->calls ? 100.0 * p->calls_resolved / p->calls : 100.0);
    (void)fprintf(stderr, "  threads: %u, locks: %u\n", p->threads, p->locks);
    for (uint32_t i = 0; i < s->unhandled.len; i++) {
        (void)fprintf(stderr, "  not understood: %u x " STR_FMT "\n", s->unhandled.data[i].count,
                      STR_ARG(s->unhandled.data[i].kind));
    }
}
