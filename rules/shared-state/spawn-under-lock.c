// A thread is started inside a critical section whose lock it takes.
#include "checker/rule/check.h"

static bool check_spawn(struct rule_ctx *ctx, const struct flow_result *r,
                        const struct flow_act *spawn) {
    node_id entry = program_node_of_value(ctx->program, spawn->subject);
    for (uint32_t i = 0; entry != NODE_NONE && i < spawn->held_count; i++) {
        const struct flow_act *take = program_takes(ctx->program, entry, spawn->held[i].lock);
        if (!take) {
            continue;
        }
        const char *lock = rule_name(ctx, r->fn, spawn->held[i].lock);
        struct flow_site taken = rule_site(ctx, take->site);
        struct finding *f = rule_report(
            ctx, r->fn, r->fn.facts->calls.data[spawn->call.v].loc,
            "starts the thread '" STR_FMT
            "' with '%s' held, which that thread locks at %s: it begins by waiting, and "
            "for ever if it is waited for here",
            STR_ARG(program_fn_name(ctx->program, entry)), lock, rule_where(ctx, taken));
        if (f) {
            f->subject = str_from(lock);
            rule_related(ctx, f, rule_site(ctx, spawn->held[i].site), "'%s' is locked here", lock);
            rule_related(ctx, f, taken, "the thread needs '%s' here", lock);
        }
        return true;
    }
    return false;
}

static void check(struct rule_ctx *ctx) {
    const struct flow_result *r = program_flow(ctx->program, ctx->node, FLOW_LOCKS);
    uint32_t told = 0;
    for (uint32_t i = 0; r && i < r->acts.items.len; i++) {
        const struct flow_act *a = &r->acts.items.data[i];
        if (a->kind == ACT_SPAWN && !a->in_thread && a->site != told && check_spawn(ctx, r, a)) {
            told = a->site;
        }
    }
}

extern const struct rule rule_shared_state_spawn_under_lock;
const struct rule rule_shared_state_spawn_under_lock = {
    .id = "shared-state-spawn-under-lock",
    .summary = "A thread is started while a lock is held that it takes",
    .level = LEVEL_NOTE,
    .precision = PRECISION_MEDIUM,
    .review = true,
    .cwe = {667},
    .check_function = check,
};
