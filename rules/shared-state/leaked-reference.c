// A function takes a lock, and returns the address of what the lock guards: the lock is given back
// on the way out, and the caller goes on without it.
#include "checker/rule/check.h"

// A member of what a parameter points to, by its own name: no element, nothing behind a second
// pointer. *ret_root is the parameter.
static bool is_member(const struct expr_table *t, expr_id place, expr_id *ret_root) {
    const struct expr *x = expr_get(t, place);
    bool field = x->kind == EX_FIELD;
    while (x->kind == EX_FIELD) {
        x = expr_get(t, x->a);
    }
    *ret_root = x->a;
    return field && x->kind == EX_DEREF && expr_get(t, x->a)->kind == EX_PARAM;
}

static bool is_held(const struct flow_exit *x, expr_id lock) {
    for (uint32_t i = 0; i < x->lock_count; i++) {
        if (expr_same(x->locks[i].lock, lock) && x->locks[i].status != LOCK_FREE) {
            return true;
        }
    }
    return false;
}

static void check_exit(struct rule_ctx *ctx, const struct flow_result *r,
                       const struct flow_exit *x) {
    struct expr_table *t = program_exprs(ctx->program);
    const struct expr *ret = expr_get(t, x->ret);
    expr_id object = {0};
    if (x->kind != EXIT_RETURN || ret->kind != EX_ADDR || !is_member(t, ret->a, &object)) {
        return;
    }
    for (uint32_t i = 0; i < r->acquires.len; i++) {
        expr_id lock = r->acquires.data[i].lock;
        expr_id owner = {0};
        struct flow_site write = {0};
        bool own = is_member(t, lock, &owner) && expr_same(owner, object) && !is_held(x, lock);
        if (!own || !program_is_written_under(ctx->program, ctx->node, ret->a, lock, &write)) {
            continue;
        }
        struct finding *f = rule_report(
            ctx, r->fn, x->loc,
            "the address of '%s' is returned, and '%s', which guards it, is given back on the way "
            "out: the caller uses it beside other threads, for example the write at %s",
            rule_name(ctx, r->fn, ret->a), rule_name(ctx, r->fn, lock),
            rule_line(ctx, r->fn, write));
        if (f) {
            f->subject = str_from(rule_name(ctx, r->fn, ret->a));
            rule_step(ctx, f, STEP_ACQUIRE, r->fn,
                      r->fn.facts->calls.data[r->acquires.data[i].call.v].loc, "'%s' is locked",
                      rule_name(ctx, r->fn, lock));
            rule_related(ctx, f, write, "written here under the lock");
        }
        return;
    }
}

static void check(struct rule_ctx *ctx) {
    const struct flow_result *r = program_flow(ctx->program, ctx->node, FLOW_LOCKS);
    for (uint32_t i = 0; r && i < r->exits.len; i++) {
        check_exit(ctx, r, &r->exits.data[i]);
    }
}

extern const struct rule rule_shared_state_leaked_reference;
const struct rule rule_shared_state_leaked_reference = {
    .id = "shared-state-leaked-reference",
    .summary = "A function returns the address of what its lock guards",
    .level = LEVEL_WARNING,
    .precision = PRECISION_MEDIUM,
    .cwe = {362, 567},
    .cert = "CON32-C",
    .check_function = check,
};
