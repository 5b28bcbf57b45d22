// The handle of a live thread is overwritten: it can never be joined.
#include "checker/rule/check.h"

// One thread is lost once, however many assignments follow.
static bool is_first(const struct flow_result *r, uint32_t index) {
    for (uint32_t i = 0; i < index; i++) {
        const struct flow_event *e = &r->events.data[i];
        if (e->kind == FLOW_HANDLE_OVERWRITTEN && e->other == r->events.data[index].other) {
            return false;
        }
    }
    return true;
}

static void check(struct rule_ctx *ctx) {
    const struct flow_result *r = program_flow(ctx->program, ctx->node, FLOW_THREADS);
    for (uint32_t i = 0; r && i < r->events.len; i++) {
        const struct flow_event *e = &r->events.data[i];
        if (e->kind != FLOW_HANDLE_OVERWRITTEN || !is_first(r, i)) {
            continue;
        }
        const char *handle = rule_name(ctx, r->fn, e->subject);
        struct flow_site spawn = rule_site(ctx, e->other);
        struct finding *f = rule_report(ctx, r->fn, e->loc,
                                        "'%s' still names the thread started at %s when it is "
                                        "assigned again: that thread can no longer be joined",
                                        handle, rule_where(ctx, spawn));
        if (f) {
            f->subject = str_from(handle);
            rule_trace(ctx, f, r, e->trace);
            rule_related(ctx, f, spawn, "the thread that is lost is started here");
        }
    }
}

extern const struct rule rule_lifetime_handle_overwritten;
const struct rule rule_lifetime_handle_overwritten = {
    .id = "lifetime-handle-overwritten",
    .summary = "The handle of a running thread is overwritten by the next one",
    .level = LEVEL_ERROR,
    .precision = PRECISION_HIGH,
    .cwe = {772},
    .check_function = check,
};
