// A thread is waited for while a lock is held that it needs on its way to the end.
#include "checker/rule/check.h"

enum { MAX_ENTRIES = 8 };

static void report(struct rule_ctx *ctx, const struct flow_result *r, const struct flow_act *join,
                   const struct flow_held *held, node_id entry, const struct flow_act *take) {
    const char *lock = rule_name(ctx, r->fn, held->lock);
    struct str thread = program_fn_name(ctx->program, entry);
    struct flow_site taken = rule_site(ctx, take->site);
    struct flow_site joined = rule_site(ctx, join->site);
    struct finding *f =
        rule_report(ctx, r->fn, r->fn.facts->calls.data[join->call.v].loc,
                    "waits for the thread '" STR_FMT
                    "' with '%s' held (since %s), which that thread locks at %s: "
                    "neither gets any further",
                    STR_ARG(thread), lock, rule_line(ctx, r->fn, rule_site(ctx, held->site)),
                    rule_where(ctx, taken));
    if (!f) {
        return;
    }
    f->subject = str_from(lock);
    rule_trace(ctx, f, r, join->trace);
    for (uint32_t i = 0; i < join->chain_count; i++) {
        struct flow_site call = rule_site(ctx, join->chain[i]);
        rule_step(ctx, f, STEP_CALL, call.at, call.loc, "this call waits for the thread");
    }
    rule_step(ctx, f, STEP_JOIN, joined.at, joined.loc, "the thread is waited for with '%s' held",
              lock);
    rule_related(ctx, f, rule_site(ctx, held->site), "'%s' is locked here", lock);
    rule_related(ctx, f, taken, "the thread needs '%s' here", lock);
}

// The lock is read by both: the thread gets it.
static bool both_read(const struct flow_held *held, const struct flow_act *take) {
    return (held->flags & EF_SHARED) && (take->flags & EF_SHARED);
}

static bool check_join(struct rule_ctx *ctx, const struct flow_result *r,
                       const struct flow_act *join) {
    node_id entries[MAX_ENTRIES];
    uint32_t count =
        join->held_count ? program_joined_entries(ctx->program, join, entries, MAX_ENTRIES) : 0;
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t k = 0; k < join->held_count; k++) {
            const struct flow_act *take =
                program_takes(ctx->program, entries[i], join->held[k].lock);
            if (take && !both_read(&join->held[k], take)) {
                report(ctx, r, join, &join->held[k], entries[i], take);
                return true;
            }
        }
    }
    return false;
}

static void check(struct rule_ctx *ctx) {
    const struct flow_result *r = program_flow(ctx->program, ctx->node, FLOW_LOCKS);
    uint32_t told = 0;
    for (uint32_t i = 0; r && i < r->acts.items.len; i++) {
        const struct flow_act *a = &r->acts.items.data[i];
        bool is_join = a->kind == ACT_JOIN && !(a->flags & (EF_TIMED | EF_MAYBE)) && !a->in_thread;
        if (is_join && a->site != told && check_join(ctx, r, a)) {
            told = a->site;
        }
    }
}

extern const struct rule rule_shared_state_join_deadlock;
const struct rule rule_shared_state_join_deadlock = {
    .id = "shared-state-join-deadlock",
    .summary = "A thread is joined while a lock that it needs is held",
    .level = LEVEL_ERROR,
    .precision = PRECISION_HIGH,
    .cwe = {833, 667},
    .check_function = check,
};
