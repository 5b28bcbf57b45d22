// The result of a try or timed lock is ignored, or taken the wrong way round.
#include "rules/shared-state/shared-state.h"

// The call takes a lock on some results and not on others, and success is not what everyone
// assumes.
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

// Nothing looks at the result, or asks the guard whether it got its lock.
static bool is_ignored(const struct rule_ctx *ctx, struct fn_ref fn, const struct ir_op *op,
                       const struct summary *m) {
    if (tests_result(ctx, m)) {
        return !flow_result_used(fn, op->call);
    }
    var_id guard = guard_of_op(ctx, fn.facts, op, SYM_CTOR);
    return guard.v && fn.facts->vars.data[guard.v].kind == VAR_LOCAL &&
           !guard_is_used(fn, guard, op->call);
}

static void report_ignored(struct rule_ctx *ctx, const struct flow_result *r,
                           const struct ir_op *op, const struct summary *m) {
    const char *name = lock_name(ctx, r, op->call);
    struct finding *f =
        tests_result(ctx, m)
            ? rule_report(ctx, r->fn, op->loc,
                          "the result of '" STR_FMT "' is ignored: when it fails, '%s' is not held "
                          "and the code goes on as if it were",
                          STR_ARG(m->name), name)
            : rule_report(ctx, r->fn, op->loc,
                          "this guard only tries to lock '%s' and is never asked whether it holds "
                          "it: when it does not, the code "
                          "goes on as if it did",
                          name);
    if (f) {
        f->subject = str_from(name);
        rule_fix(ctx, f, FIX_WAIT_FOR_LOCK, r->fn, op->loc);
    }
}

static void check_ignored(struct rule_ctx *ctx, const struct flow_result *r) {
    const struct facts *f = r->fn.facts;
    const struct ir_fn *ir = &f->fns.data[r->fn.fn.v];
    for (uint32_t i = 0; i < ir->block_count; i++) {
        const struct ir_block *b = &f->blocks.data[ir->first_block.v + i];
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            const struct summary *m =
                op->kind == OP_CALL ? program_model(ctx->program, f, op->call) : NULL;
            if (m && is_try(m) && is_ignored(ctx, r->fn, op, m)) {
                report_ignored(ctx, r, op, m);
            }
        }
    }
}

static bool is_released_by(const struct flow_result *r, expr_id lock, call_id call) {
    for (uint32_t i = 0; i < r->releases.len; i++) {
        if (r->releases.data[i].call.v == call.v && expr_same(r->releases.data[i].lock, lock)) {
            return true;
        }
    }
    return false;
}

// The call nearly always succeeds, and when it does the lock is given back: the failure was told to
// somebody, and the code goes on.
static bool is_told_and_ignored(const struct rule_ctx *ctx, const struct flow_result *r,
                                const struct flow_event *e, loc_id at) {
    for (uint32_t i = 0; i < r->acquires.len; i++) {
        const struct flow_acquire *a = &r->acquires.data[i];
        const struct summary *m = program_model(ctx->program, r->fn.facts, a->call);
        if (r->fn.facts->calls.data[a->call.v].loc.v == at.v && m && m->cases[0].usually) {
            return is_released_by(r, e->subject, e->call) || !flow_leaves_held(r, e->subject);
        }
    }
    return false;
}

// Nobody looks at the result of the attempt: waiting is what was meant.
static bool is_attempt_ignored(const struct flow_result *r, loc_id at) {
    for (uint32_t i = 0; i < r->acquires.len; i++) {
        call_id call = r->acquires.data[i].call;
        if (r->fn.facts->calls.data[call.v].loc.v == at.v) {
            return !flow_result_used(r->fn, call);
        }
    }
    return false;
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
        if (e->kind != FLOW_RELEASE_TRY_FAILED || try_site.at.facts != r->fn.facts ||
            is_told_and_ignored(ctx, r, e, try_site.loc)) {
            continue;
        }
        const char *name = rule_name(ctx, r->fn, e->subject);
        struct finding *f = rule_report(ctx, r->fn, try_site.loc,
                                        "on the path where this attempt to lock '%s' fails, the "
                                        "code still unlocks it (line %u): the result is "
                                        "not tested, or tested the wrong way round",
                                        name, r->fn.facts->locs.data[e->loc.v].line);
        if (f) {
            f->subject = str_from(name);
            rule_trace(ctx, f, r, e->trace);
            rule_step(ctx, f, STEP_RELEASE, r->fn, e->loc,
                      "'%s' is unlocked although it was not locked", name);
            if (is_attempt_ignored(r, try_site.loc)) {
                rule_fix(ctx, f, FIX_WAIT_FOR_LOCK, r->fn, try_site.loc);
            }
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
