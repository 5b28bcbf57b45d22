// The result of locking a mutex that can fail by design, robust or error-checking, is ignored; a
// wait for a semaphore that a signal can interrupt.
#include "checker/rule/check.h"

enum { KIND_ERRORCHECK = 2, KIND_ROBUST = 64 };

struct checked_lock {
    expr_id lock; // class, or the place of a global
    int64_t kind;
    struct flow_site made;
};

struct checked_locks {
    VEC(struct checked_lock) items;
};

static void collect(struct rule_ctx *ctx, struct checked_locks *out) {
    struct expr_table *t = program_exprs(ctx->program);
    for (node_id n = 0; n < program_fn_count(ctx->program); n++) {
        const struct flow_result *r = program_flow(ctx->program, n, FLOW_LOCKS);
        for (uint32_t i = 0; r && i < r->inits.len; i++) {
            const struct flow_lock_init *x = &r->inits.data[i];
            const struct expr *kind = expr_get(t, x->kind);
            expr_id class = expr_class(t, x->lock);
            if (class.v && kind->kind == EX_CONST &&
                (kind->num == KIND_ERRORCHECK || kind->num == KIND_ROBUST)) {
                struct flow_site at = {r->fn, r->fn.facts->calls.data[x->call.v].loc};
                vec_push(ctx->arena, &out->items, ((struct checked_lock){class, kind->num, at}));
            }
        }
    }
}

static const struct checked_lock *find(const struct checked_locks *all, expr_id class) {
    for (uint32_t i = 0; i < all->items.len; i++) {
        if (expr_same(all->items.data[i].lock, class)) {
            return &all->items.data[i];
        }
    }
    return NULL;
}

static void check_locks(struct rule_ctx *ctx, const struct checked_locks *all,
                        const struct flow_result *r) {
    const struct facts *f = r->fn.facts;
    for (uint32_t i = 0; i < r->acquires.len; i++) {
        const struct flow_acquire *a = &r->acquires.data[i];
        const struct summary *m = program_model(ctx->program, f, a->call);
        const struct checked_lock *l = find(all, expr_class(program_exprs(ctx->program), a->lock));
        if (!l || !m || !m->cases[0].usually || flow_result_used(r->fn, a->call)) {
            continue;
        }
        bool robust = l->kind == KIND_ROBUST;
        const char *name = rule_name(ctx, r->fn, a->lock);
        struct finding *x = rule_report_or_note(
            ctx, !robust, r->fn, f->calls.data[a->call.v].loc,
            "'%s' is made %s at %s, and the result of locking it is ignored here: %s", name,
            robust ? "robust" : "error-checking", rule_line(ctx, r->fn, l->made),
            robust ? "when its holder died, EOWNERDEAD tells that the data may be half changed"
                   : "when it fails, the code goes on without the lock");
        if (x) {
            x->subject = str_from(name);
            rule_related(ctx, x, l->made, "the mutex is made here");
        }
    }
}

static void check(struct rule_ctx *ctx) {
    struct checked_locks all = {0};
    collect(ctx, &all);
    for (node_id n = 0; all.items.len && n < program_fn_count(ctx->program); n++) {
        const struct flow_result *r = program_flow(ctx->program, n, FLOW_LOCKS);
        if (r) {
            check_locks(ctx, &all, r);
        }
    }
}

extern const struct rule rule_error_unchecked_lock;
const struct rule rule_error_unchecked_lock = {
    .id = "error-unchecked-lock",
    .summary = "The result of locking a robust or error-checking mutex is ignored",
    .level = LEVEL_WARNING,
    .precision = PRECISION_HIGH,
    .cwe = {252, 754},
    .cert = "POS54-C",
    .check_program = check,
};
