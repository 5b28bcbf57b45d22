// An exception passes between a lock taken by hand and its release: the lock stays locked.
#include "checker/rule/check.h"

// The exception thrown by a call of a known function, outside any try.
static struct program_throw thrown_by(const struct program *p, const struct facts *f,
                                      const struct ir_block *b, const struct ir_op *op) {
    for (uint32_t i = 0; i < b->edge_count; i++) {
        if (f->edges.data[b->first_edge.v + i].kind == EDGE_EXC) {
            return (struct program_throw){0}; // some handler sees it
        }
    }
    const struct ir_call *c = &f->calls.data[op->call.v];
    node_id to = op->kind == OP_CALL && c->kind == CALL_DIRECT && !program_model(p, f, op->call)
                     ? program_callee(p, f, op->call)
                     : NODE_NONE;
    return to != NODE_NONE ? program_throws(p, to) : (struct program_throw){0};
}

// Taken by a call on the lock itself: no guard releases it when the stack is unwound.
static bool is_taken_by_hand(const struct program *p, const struct flow_result *r, expr_id lock) {
    const struct expr_table *t = program_exprs(p);
    bool by_hand = false;
    for (uint32_t i = 0; i < r->acquires.len; i++) {
        if (!expr_same(r->acquires.data[i].lock, lock)) {
            continue;
        }
        const struct effect *e =
            program_model_effect(p, r->fn.facts, r->acquires.data[i].call, EFFECT_ACQUIRE);
        const struct ir_call *c = &r->fn.facts->calls.data[r->acquires.data[i].call.v];
        const struct expr *x = expr_get(t, e ? e->a : (expr_id){0});
        const struct expr *object = expr_get(t, x->a);
        if (x->kind != EX_DEREF || object->kind != EX_PARAM || object->num != 0 ||
            (r->fn.facts->syms.data[c->callee.v].flags & SYM_CTOR)) {
            return false;
        }
        by_hand = true;
    }
    return by_hand;
}

// The call that releases the lock later, or none.
static call_id release_of(const struct flow_result *r, expr_id lock) {
    for (uint32_t i = 0; i < r->releases.len; i++) {
        const struct flow_release *x = &r->releases.data[i];
        const struct ir_call *c = &r->fn.facts->calls.data[x->call.v];
        if (expr_same(x->lock, lock) && !(c->flags & (CALL_CLEANUP | CALL_IMPLICIT))) {
            return x->call;
        }
    }
    return (call_id){0};
}

static bool report(struct rule_ctx *ctx, const struct flow_result *r, const struct ir_op *op,
                   const struct program_throw *t, expr_id lock, call_id release) {
    const struct facts *f = r->fn.facts;
    const char *name = rule_name(ctx, r->fn, lock);
    struct flow_site site = {.at = t->fn, .loc = t->loc};
    struct finding *x = rule_report(
        ctx, r->fn, f->calls.data[op->call.v].loc,
        "'" STR_FMT "' can throw (%s) while '%s' is locked by hand: the unlock at line %u is "
        "skipped, and the lock stays locked; hold it with a guard",
        STR_ARG(facts_sym_name(f, f->calls.data[op->call.v].callee)), rule_line(ctx, r->fn, site),
        name, f->locs.data[f->calls.data[release.v].loc.v].line);
    if (x) {
        x->subject = str_from(name);
        rule_step(ctx, x, STEP_NOTE, t->fn, t->loc, "the exception is thrown here");
    }
    return x != NULL;
}

static void check(struct rule_ctx *ctx) {
    const struct flow_result *r = program_flow(ctx->program, ctx->node, FLOW_LOCKS);
    if (!r || r->limited) {
        return;
    }
    const struct facts *f = r->fn.facts;
    const struct ir_fn *fn = &f->fns.data[r->fn.fn.v];
    for (uint32_t i = 0; i < fn->block_count; i++) {
        const struct ir_block *b = &f->blocks.data[fn->first_block.v + i];
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            struct program_throw t = thrown_by(ctx->program, f, b, op);
            struct flow_point at = flow_point_at(r, b->first_op.v + k);
            for (uint32_t h = 0; t.throws && at.seen && h < at.count; h++) {
                const struct flow_fact *held = &at.items[h];
                call_id release = release_of(r, held->e);
                if (!(held->flags & (EF_MAYBE | FACT_SOMETIMES)) && release.v &&
                    is_taken_by_hand(ctx->program, r, held->e) &&
                    report(ctx, r, op, &t, held->e, release)) {
                    break;
                }
            }
        }
    }
}

extern const struct rule rule_panic_skips_unlock;
const struct rule rule_panic_skips_unlock = {
    .id = "panic-skips-unlock",
    .summary = "An exception skips the unlock of a lock that was taken by hand",
    .level = LEVEL_WARNING,
    .precision = PRECISION_HIGH,
    .cwe = {667, 755},
    .cert = "CON51-CPP",
    .check_function = check,
};
