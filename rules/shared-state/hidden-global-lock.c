// One global mutex is taken by so many functions, around so many different things, that nobody can
// tell any more what it guards.
#include "checker/flow/graph.h"
#include "rules/shared-state/shared-state.h"

enum { MAX_THINGS = 16 };

struct lock_use {
    expr_id lock;
    uint32_t functions;
    struct flow_site first;
    expr_id things[MAX_THINGS]; // classes written with the lock held
    uint32_t thing_count;
};

struct lock_uses {
    VEC(struct lock_use) items;
};

static struct lock_use *use_of(struct rule_ctx *ctx, struct lock_uses *all, expr_id lock) {
    for (uint32_t i = 0; i < all->items.len; i++) {
        if (expr_same(all->items.data[i].lock, lock)) {
            return &all->items.data[i];
        }
    }
    vec_push(ctx->arena, &all->items, ((struct lock_use){.lock = lock}));
    return &all->items.data[all->items.len - 1];
}

// The variable, or the record, that a class of places belongs to.
static expr_id thing_of(struct expr_table *t, expr_id class) {
    const struct expr *x = expr_get(t, class);
    return x->kind == EX_FIELD && x->aux ? expr_str(t, intern_text(&t->names, x->aux)) : class;
}

static void add_thing(struct lock_use *u, expr_id thing) {
    for (uint32_t i = 0; i < u->thing_count; i++) {
        if (expr_same(u->things[i], thing)) {
            return;
        }
    }
    if (u->thing_count < MAX_THINGS) {
        u->things[u->thing_count++] = thing;
    }
}

static void add_things(struct rule_ctx *ctx, struct lock_use *u, const struct flow_result *r) {
    const struct facts *f = r->fn.facts;
    for (uint32_t i = 0; i < f->fns.data[r->fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(r->fn, i);
        for (uint32_t k = b->first_op.v; k < b->first_op.v + b->op_count; k++) {
            expr_id class = program_written_class(ctx->program, f, &f->ops.data[k]);
            struct flow_point at = flow_point_at(r, k);
            if (class.v && lock_is_held_at(&at, u->lock)) {
                add_thing(u, thing_of(program_exprs(ctx->program), class));
            }
        }
    }
}

static bool is_first_of(const struct flow_result *r, uint32_t index) {
    for (uint32_t i = 0; i < index; i++) {
        if (expr_same(r->acquires.data[i].lock, r->acquires.data[index].lock)) {
            return false;
        }
    }
    return true;
}

static void collect(struct rule_ctx *ctx, const struct flow_result *r, struct lock_uses *all) {
    for (uint32_t i = 0; i < r->acquires.len; i++) {
        const struct flow_acquire *a = &r->acquires.data[i];
        if (expr_get(program_exprs(ctx->program), a->lock)->kind != EX_GLOBAL ||
            !is_first_of(r, i)) {
            continue;
        }
        struct lock_use *u = use_of(ctx, all, a->lock);
        if (!u->functions++) {
            u->first = (struct flow_site){r->fn, r->fn.facts->calls.data[a->call.v].loc};
        }
        add_things(ctx, u, r);
    }
}

static void check(struct rule_ctx *ctx) {
    struct lock_uses all = {0};
    for (node_id n = 0; n < program_fn_count(ctx->program); n++) {
        const struct flow_result *r = program_flow(ctx->program, n, FLOW_LOCKS);
        if (r) {
            collect(ctx, r, &all);
        }
    }
    for (uint32_t i = 0; i < all.items.len; i++) {
        const struct lock_use *u = &all.items.data[i];
        if (u->functions < rule_option_value(ctx, "functions") ||
            u->thing_count < rule_option_value(ctx, "things")) {
            continue;
        }
        const char *name = rule_name(ctx, u->first.at, u->lock);
        struct finding *f = rule_report(
            ctx, u->first.at, u->first.loc,
            "global lock '%s' is taken by %u functions, which change %u%s different variables or "
            "structures under it: what does it guard, and must they exclude each other?",
            name, u->functions, u->thing_count, u->thing_count == MAX_THINGS ? " or more" : "");
        if (f) {
            f->subject = str_from(name);
        }
    }
}

extern const struct rule rule_shared_state_hidden_global_lock;
const struct rule rule_shared_state_hidden_global_lock = {
    .id = "shared-state-hidden-global-lock",
    .summary = "One global lock guards many unrelated things",
    .level = LEVEL_NOTE,
    .precision = PRECISION_MEDIUM,
    .review = true,
    .cwe = {1088          },
    .options = { {"functions", "report a lock that at least this many functions take", 8, 2, 10000},
            {"things", "and that at least this many variables or structures are changed under",
                 6, 1, 16}},
    .check_program = check,
};
