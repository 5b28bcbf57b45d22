// A thread is joined or detached twice, joined after detach, or joins itself.
#include "checker/rule/check.h"

static const char *problem(uint8_t kind) {
    switch (kind) {
    case FLOW_JOIN_TWICE:
        return "was already joined or detached";
    case FLOW_JOIN_DETACHED:
        return "is detached";
    case FLOW_JOIN_SELF:
        return "is the calling thread itself";
    default:
        return NULL;
    }
}

static void check(struct rule_ctx *ctx) {
    const struct flow_result *r = program_flow(ctx->program, ctx->node, FLOW_THREADS);
    for (uint32_t i = 0; r && i < r->events.len; i++) {
        const struct flow_event *e = &r->events.data[i];
        if (!problem(e->kind)) {
            continue;
        }
        const char *handle = rule_name(ctx, r->fn, e->subject);
        struct flow_site before = rule_site(ctx, e->other);
        const char *where = rule_where(ctx, before);
        struct finding *f = rule_report(ctx, r->fn, e->loc,
                                        "the thread '%s' is joined or detached here but it %s%s%s",
                                        e->kind == FLOW_JOIN_SELF ? "self" : handle,
                                        problem(e->kind), *where ? " at " : "", where);
        if (f) {
            f->subject = str_from(handle);
            rule_trace(ctx, f, r, e->trace);
            rule_related(ctx, f, before, "it was joined, detached or started as detached here");
        }
    }
}

extern const struct rule rule_lifetime_double_join;
const struct rule rule_lifetime_double_join = {
    .id = "lifetime-double-join",
    .summary = "A thread is joined or detached when it cannot be any more",
    .level = LEVEL_ERROR,
    .precision = PRECISION_HIGH,
    .cwe = {672, 675},
    .cert = "CON39-C",
    .check_function = check,
};
