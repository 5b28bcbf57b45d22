// A condition is waited for while a second lock is held, which the wait does not give back and the
// signaller needs.
#include "checker/rule/check.h"

enum { FAR = 3 }; // calls between the function that holds the lock and the wait

// The condition that the act waits for; none when it has no name.
static expr_id condition_of(struct rule_ctx *ctx, const struct flow_act *wait) {
    struct flow_site at = rule_site(ctx, wait->site);
    node_id n = program_node(ctx->program, at.at);
    const struct flow_result *r = n == NODE_NONE ? NULL : program_flow(ctx->program, n, FLOW_LOCKS);
    for (uint32_t i = 0; r && i < r->waits.len; i++) {
        if (at.at.facts->calls.data[r->waits.data[i].call.v].loc.v == at.loc.v) {
            return r->waits.data[i].cond;
        }
    }
    return (expr_id){0};
}

// On the way to this signal the lock was taken, whether or not it was given back.
static bool needs(struct rule_ctx *ctx, const struct flow_signal *s, expr_id lock) {
    for (uint32_t i = 0; i < s->lock_count; i++) {
        if (s->locks[i].entry == ENTRY_FREE &&
            program_same_lock(ctx->program, s->locks[i].lock, lock)) {
            return true;
        }
    }
    return false;
}

// Where the condition is signalled by somebody who has to take the lock first.
static struct flow_site signaller(struct rule_ctx *ctx, expr_id cond, expr_id lock) {
    for (node_id n = 0; n < program_fn_count(ctx->program); n++) {
        const struct flow_result *r = program_flow(ctx->program, n, FLOW_LOCKS);
        for (uint32_t i = 0; r && i < r->signals.len; i++) {
            const struct flow_signal *s = &r->signals.data[i];
            bool is_this = program_same_lock(ctx->program, s->cond, cond);
            if (is_this &&
                (needs(ctx, s, lock) || program_may_hold_at_entry(ctx->program, n, lock))) {
                return (struct flow_site){r->fn, r->fn.facts->calls.data[s->call.v].loc};
            }
        }
    }
    return (struct flow_site){0};
}

// A lock that is not the one that goes with the condition, and that a signaller needs.
static const struct flow_held *second_lock(struct rule_ctx *ctx, const struct flow_act *wait,
                                           struct flow_site *ret_signal) {
    expr_id cond = wait->held_count ? condition_of(ctx, wait) : (expr_id){0};
    for (uint32_t i = 0; cond.v && i < wait->held_count; i++) {
        const struct flow_held *h = &wait->held[i];
        if (program_is_contended(ctx->program, h->lock) &&
            !program_same_lock(ctx->program, h->lock, wait->subject)) {
            *ret_signal = signaller(ctx, cond, h->lock);
            if (ret_signal->at.facts) {
                return h;
            }
        }
    }
    return NULL;
}

static void report(struct rule_ctx *ctx, const struct flow_result *r, const struct flow_act *wait,
                   const struct flow_held *held, struct flow_site signal) {
    const char *lock = rule_name(ctx, r->fn, held->lock);
    const char *own = rule_name(ctx, r->fn, wait->subject);
    struct flow_site inner = rule_site(ctx, wait->site);
    const char *where = wait->chain_count ? rule_where(ctx, inner) : "here";
    struct finding *f = rule_report(ctx, r->fn, r->fn.facts->calls.data[wait->call.v].loc,
                                    "waits for a condition (%s) with '%s' held: only '%s' is given "
                                    "back, and who signals at %s needs '%s' first",
                                    where, lock, own, rule_where(ctx, signal), lock);
    if (!f) {
        return;
    }
    f->subject = str_from(lock);
    rule_trace(ctx, f, r, wait->trace);
    for (uint32_t i = 0; i < wait->chain_count; i++) {
        struct flow_site call = rule_site(ctx, wait->chain[i]);
        rule_step(ctx, f, STEP_CALL, call.at, call.loc, "'%s' is held during this call", lock);
    }
    rule_step(ctx, f, STEP_WAIT, inner.at, inner.loc, "the wait gives back '%s' alone", own);
    rule_related(ctx, f, rule_site(ctx, held->site), "'%s' is locked here", lock);
    rule_related(ctx, f, signal, "the condition is signalled here, after '%s' was taken", lock);
}

static void check(struct rule_ctx *ctx) {
    const struct flow_result *r = program_flow(ctx->program, ctx->node, FLOW_LOCKS);
    uint32_t told = 0;
    for (uint32_t i = 0; r && i < r->acts.items.len; i++) {
        const struct flow_act *a = &r->acts.items.data[i];
        bool is_wait = a->kind == ACT_WAIT && a->subject.v && !(a->flags & EF_TIMED) &&
                       !a->in_thread && a->chain_count <= FAR;
        bool asked =
            is_wait && a->site != told && !program_act_is_alone(ctx->program, ctx->node, a);
        struct flow_site signal = {0};
        const struct flow_held *held = asked ? second_lock(ctx, a, &signal) : NULL;
        if (held) {
            report(ctx, r, a, held, signal);
            told = a->site;
        }
    }
}

extern const struct rule rule_shared_state_wait_holding_lock;
const struct rule rule_shared_state_wait_holding_lock = {
    .id = "shared-state-wait-holding-lock",
    .summary = "A condition is waited for while a second lock is held that the signaller needs",
    .level = LEVEL_WARNING,
    .precision = PRECISION_HIGH,
    .cwe = {833, 667},
    .check_function = check,
};
