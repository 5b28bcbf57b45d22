// A function that somebody else supplied is called while a lock is held: it may come back and want
// the lock.
#include "checker/rule/check.h"

enum { MAX_TARGETS = 16 };

static loc_id place_of(const struct flow_result *r, const struct flow_call *call) {
    return r->fn.facts->calls.data[call->call.v].loc;
}

// One of the functions that are known to be stored there takes the lock.
static bool report_reentry(struct rule_ctx *ctx, const struct flow_result *r,
                           const struct flow_call *call, const struct lock_state *lock,
                           const node_id *targets, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        const struct flow_act *take = program_takes(ctx->program, targets[i], lock->lock);
        bool both_read = take && (lock->flags & EF_SHARED) && (take->flags & EF_SHARED);
        if (!take || both_read || program_is_recursive(ctx->program, lock->lock)) {
            continue;
        }
        const char *name = rule_name(ctx, r->fn, lock->lock);
        struct flow_site taken = rule_site(ctx, take->site);
        struct finding *f =
            rule_report(ctx, r->fn, place_of(r, call),
                        "calls back with '%s' held (since %s), and '" STR_FMT
                        "', which may be what is called, locks it at %s",
                        name, rule_line(ctx, r->fn, rule_site(ctx, lock->site)),
                        STR_ARG(program_fn_name(ctx->program, targets[i])), rule_where(ctx, taken));
        if (f) {
            f->subject = str_from(name);
            rule_related(ctx, f, rule_site(ctx, lock->site), "'%s' is locked here", name);
            rule_related(ctx, f, taken, "'%s' is wanted here", name);
        }
        return true;
    }
    return false;
}

static void report_unknown(struct rule_ctx *ctx, const struct flow_result *r,
                           const struct flow_call *call, const struct lock_state *lock) {
    const char *name = rule_name(ctx, r->fn, lock->lock);
    struct finding *f = rule_report(ctx, r->fn, place_of(r, call),
                                    "calls a function that others supply with '%s' held: when it "
                                    "comes back here, or takes long, the lock is in "
                                    "the way",
                                    name);
    if (f) {
        f->level = LEVEL_NOTE;
        f->subject = str_from(name);
        rule_related(ctx, f, rule_site(ctx, lock->site), "'%s' is locked here", name);
    }
}

static bool check_call(struct rule_ctx *ctx, const struct flow_result *r,
                       const struct flow_call *call, bool *asked) {
    node_id targets[MAX_TARGETS];
    bool open = false;
    uint32_t count =
        program_stored_targets(ctx->program, r->fn.facts, call->call, targets, MAX_TARGETS, &open);
    for (uint32_t i = 0; i < call->lock_count; i++) {
        if (report_reentry(ctx, r, call, &call->locks[i], targets, count)) {
            return true;
        }
    }
    bool question =
        open && ctx->config->profile == PROFILE_REVIEW && !*asked; // once for each function
    for (uint32_t i = 0; question && i < call->lock_count; i++) {
        if (program_is_contended(ctx->program, call->locks[i].lock)) {
            *asked = true;
            report_unknown(ctx, r, call, &call->locks[i]);
            return true;
        }
    }
    return false;
}

static void check(struct rule_ctx *ctx) {
    const struct flow_result *r = program_flow(ctx->program, ctx->node, FLOW_LOCKS);
    uint32_t told = 0;
    bool asked = false;
    for (uint32_t i = 0; r && i < r->calls.len; i++) {
        const struct flow_call *c = &r->calls.data[i];
        bool is_known = program_node_of_value(ctx->program, c->target) !=
                        NODE_NONE; // followed: shared-state-double-lock
        if (c->call.v != told && c->lock_count && !is_known && check_call(ctx, r, c, &asked)) {
            told = c->call.v;
        }
    }
}

extern const struct rule rule_shared_state_callback_under_lock;
const struct rule rule_shared_state_callback_under_lock = {
    .id = "shared-state-callback-under-lock",
    .summary = "A callback is called while a lock is held",
    .level = LEVEL_WARNING,
    .precision = PRECISION_MEDIUM,
    .cwe = {833, 667},
    .check_function = check,
};
