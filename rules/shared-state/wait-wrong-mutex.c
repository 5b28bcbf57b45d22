// A condition is waited for with a mutex that is not held, or with another one than elsewhere.
#include "rules/shared-state/shared-state.h"

// --- not held ---

static bool is_not_held(const struct rule_ctx *ctx, const struct flow_result *r,
                        const struct flow_event *e) {
    if (e->inner || lock_is_anonymous(program_exprs(ctx->program), e->subject) ||
        program_calls_holder(ctx->program, ctx->node, e->subject)) {
        return false;
    }
    return e->kind == FLOW_WAIT_FREE || (e->kind == FLOW_WAIT_ENTRY && lock_nobody_gave(ctx, r, e));
}

static void report_not_held(struct rule_ctx *ctx, const struct flow_result *r,
                            const struct flow_event *e) {
    const char *lock = rule_name(ctx, r->fn, e->subject);
    struct flow_site before = rule_site(ctx, e->other);
    bool released = e->kind == FLOW_WAIT_FREE;
    struct finding *f = rule_report(
        ctx, r->fn, e->loc,
        released
            ? "waits with '%s', which this thread does not hold any more: it was unlocked at %s"
            : "waits with '%s', which this thread does not hold: it was not locked on this path%s",
        lock, released ? rule_where(ctx, before) : "");
    if (f) {
        f->subject = str_from(lock);
        rule_trace(ctx, f, r, e->trace);
        rule_related(ctx, f, before, "'%s' is unlocked here", lock);
    }
}

// --- two mutexes ---

// Condition and lock are both globals, or lie in one object: which lock goes with the condition
// does not depend on where it is used.
static bool is_fixed_pair(const struct rule_ctx *ctx, const struct flow_wait *w) {
    const struct expr_table *t = program_exprs(ctx->program);
    expr_id a = expr_root(t, w->cond);
    expr_id b = expr_root(t, w->lock);
    bool globals = expr_get(t, a)->kind == EX_GLOBAL && expr_get(t, b)->kind == EX_GLOBAL;
    return globals || (expr_same(a, b) && expr_get(t, w->cond)->kind == EX_FIELD &&
                       expr_get(t, w->lock)->kind == EX_FIELD);
}

static op_id op_of_wait(struct fn_ref fn, const struct flow_wait *w) {
    return facts_op_of_call(fn.facts, fn.fn, w->call);
}

// One thread alone makes both waits, one after the other.
static bool is_one_waiter(const struct rule_ctx *ctx, struct fn_ref fn, const struct flow_wait *w,
                          struct fn_ref other, const struct flow_wait *x) {
    const struct program *p = ctx->program;
    bool known = false;
    for (uint32_t a = 0; a < program_root_count(p); a++) {
        if (!program_root_runs(p, a, program_node(p, fn), op_of_wait(fn, w))) {
            continue;
        }
        for (uint32_t b = 0; b < program_root_count(p); b++) {
            if (program_root_runs(p, b, program_node(p, other), op_of_wait(other, x))) {
                known = true;
                if (a != b || program_roots_overlap(p, a, b)) {
                    return false;
                }
            }
        }
    }
    return known;
}

// An earlier wait for the same condition with another lock.
static const struct flow_wait *other_wait(struct rule_ctx *ctx, const struct flow_wait *w,
                                          struct fn_ref *ret_fn) {
    for (node_id n = 0; n <= ctx->node; n++) {
        const struct flow_result *r = program_flow(ctx->program, n, FLOW_LOCKS);
        for (uint32_t i = 0; r && i < r->waits.len; i++) {
            const struct flow_wait *x = &r->waits.data[i];
            if (n == ctx->node && x == w) {
                return NULL;
            }
            if (is_fixed_pair(ctx, x) && program_same_lock(ctx->program, x->cond, w->cond) &&
                !program_same_lock(ctx->program, x->lock, w->lock) &&
                !is_one_waiter(ctx, program_fn(ctx->program, ctx->node), w, r->fn, x)) {
                *ret_fn = r->fn;
                return x;
            }
        }
    }
    return NULL;
}

static void check_pair(struct rule_ctx *ctx, const struct flow_result *r,
                       const struct flow_wait *w) {
    struct fn_ref fn = {0};
    const struct flow_wait *other = is_fixed_pair(ctx, w) ? other_wait(ctx, w, &fn) : NULL;
    if (!other) {
        return;
    }
    struct flow_site there = {fn, fn.facts->calls.data[other->call.v].loc};
    struct finding *f = rule_report(ctx, r->fn, r->fn.facts->calls.data[w->call.v].loc,
                                    "waits for '%s' with '%s', but with '%s' at %s: waiters at the "
                                    "same time need the same mutex",
                                    rule_name(ctx, r->fn, w->cond), rule_name(ctx, r->fn, w->lock),
                                    rule_name(ctx, fn, other->lock), rule_where(ctx, there));
    if (f) {
        f->subject = str_from(rule_name(ctx, r->fn, w->cond));
        rule_related(ctx, f, there, "the other mutex is used here");
    }
}

static void check(struct rule_ctx *ctx) {
    const struct flow_result *r = program_flow(ctx->program, ctx->node, FLOW_LOCKS);
    for (uint32_t i = 0; r && i < r->events.len; i++) {
        if (is_not_held(ctx, r, &r->events.data[i])) {
            report_not_held(ctx, r, &r->events.data[i]);
        }
    }
    for (uint32_t i = 0; r && i < r->waits.len; i++) {
        check_pair(ctx, r, &r->waits.data[i]);
    }
}

extern const struct rule rule_shared_state_wait_wrong_mutex;
const struct rule rule_shared_state_wait_wrong_mutex = {
    .id = "shared-state-wait-wrong-mutex",
    .summary =
        "A condition is waited for with a mutex that is not held, or with two different ones",
    .level = LEVEL_ERROR,
    .precision = PRECISION_HIGH,
    .cwe = {667},
    .check_function = check,
};
