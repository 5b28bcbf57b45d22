// Model files of users: any text gives models or an error.
#include "checker/effect/model.h"
#include "test/fuzz/fuzz.h"

static void print_cases(void *ctx, const struct summary *s, struct str source) {
    (void)source;
    struct buf *out = ctx;
    for (uint32_t i = 0; i < s->case_count; i++) {
        buf_clear(out);
        buf_addf(out, STR_FMT "/%u", STR_ARG(s->name), s->param_count);
    }
}

void fuzz_model(struct str input) {
    struct arena arena;
    struct error err = {0};
    struct buf out;
    arena_init(&arena, 0);
    buf_init(&out, 1 << 20);
    struct expr_table exprs;
    expr_table_init(&exprs, &arena);
    struct model_set *set = model_set_empty(&arena, &exprs);
    if (model_add(set, STR("fuzz.model"), input, &err)) {
        model_visit(set, print_cases, &out);
        (void)model_find(set, STR("pthread_mutex_lock"), STR("c:@F@pthread_mutex_lock"), 1, false);
    } else {
        fuzz_promise(err.text[0], "an error has a text");
    }
    buf_release(&out);
    arena_release(&arena);
}
