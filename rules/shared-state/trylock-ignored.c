// The result of a try or timed lock is ignored, or taken the wrong way round.
#include "checker/rule/check.h"

// The call takes a lock on some results and not on others, and success is not what everyone assumes.
static bool is_try(const struct summary *m) {
    bool takes = false;
    bool fails = false;
    for (uint32_t i = 0; m && i < m->case_count; i++) {
        bool acquires = false;
        for (uint32_t k = 0; k < m->cases[i].effect_count; k++) {
            acquires |= m->cases[i].effects[k].kind == EFFECT_ACQUIRE;
        }
        if (m->cases[i].usually || m->cases[i].when_count == 0) {
            return false;
        }
        takes |= acquires;
        fails |= !acquires;
    }
    return takes && fails;
}

static bool tests_result(const struct rule_ctx *ctx, const struct summary *m) {
    const struct constraint *c = m->cases[0].when;
    return expr_get(program_exprs(ctx->program), c->e)->kind == EX_RET;
}

static const char *lock_name(struct rule_ctx *ctx, const struct flow_result *r, call_id call) {
    for (uint32_t i = 0; r && i < r->acquires.len; i++) {
        if (r->acquires.data[i].call.v == call.v) {
            return rule_name(ctx, r->fn, r->acquires.data[i].lock);
        }
    }
    return "the lock";
}

static void check_ignored(struct rule_ctx *ctx, const struct flow_result *r) {
    struct fn_ref fn = program_fn(ctx->program, ctx->node);
    const struct ir_fn *ir = &fn.facts->fns.data[fn.fn.v];
    for (uint32_t i = 0; i < ir->block_count; i++) {
        const struct ir_block *b = &fn.facts->blocks.data[ir->first_block.v + i];
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            if (op->kind != OP_CALL) {
                continue;
            }
            const struct summary *m = program_model(ctx->program, fn.facts, op->call);
            if (!is_try(m) || !tests_result(ctx, m) || flow_result_used(fn, op->call)) {
                continue;
            }
            const char *name = lock_name(ctx, r, op->call);
            struct finding *f = rule_report(
                ctx, fn, op->loc,
                "the result of '" STR_FMT "' is ignored: when it fails, '%s' is not held and the code goes on as if it were",
                STR_ARG(m->name), name);
            if (f) {
                f->subject = str_from(name);
            }
        }
    }
}

static void check(struct rule_ctx *ctx) {
    const struct flow_result *r = program_flow(ctx->program, ctx->node, FLOW_LOCKS);
    if (!r) {
        return;
    }
    check_ignored(ctx, r);
    for (uint32_t i = 0; i < r->events.len; i++) {
        const struct flow_event *e = &r->events.data[i];
        struct flow_site try_site = rule_site(ctx, e->other);
        if (e->kind != FLOW_RELEASE_TRY_FAILED || try_site.at.facts != r->fn.facts) {
            continue;
        }
        const char *name = rule_name(ctx, r->fn, e->subject);
        struct finding *f =
            rule_report(ctx, r->fn, try_site.loc,
                        "on the path where this attempt to lock '%s' fails, the code still unlocks it (line %u): the result is "
                        "not tested, or tested the wrong way round",
                        name, r->fn.facts->locs.data[e->loc.v].line);
        if (f) {
            f->subject = str_from(name);
            rule_trace(ctx, f, r, e->trace);
            rule_step(ctx, f, STEP_RELEASE, r->fn, e->loc, "'%s' is unlocked although it was not locked", name);
        }
    }
}

extern const struct rule rule_shared_state_trylock_ignored;
const struct rule rule_shared_state_trylock_ignored = {
    .id = "shared-state-trylock-ignored",
    .summary = "The result of a try or timed lock is ignored or tested with the wrong sense",
    .level = LEVEL_ERROR,
    .precision = PRECISION_HIGH,
    .cwe = {252, 667},
    .cert = "POS54-C",
    .check_function = check,
};
