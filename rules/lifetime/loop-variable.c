// Threads started in a loop share one variable that the loop goes on to change.
#include "checker/rule/check.h"

static void check(struct rule_ctx *ctx) {
    const struct flow_result *r = program_flow(ctx->program, ctx->node, FLOW_THREADS);
    for (uint32_t i = 0; r && i < r->events.len; i++) {
        const struct flow_event *e = &r->events.data[i];
        if (e->kind != FLOW_LOOP_VARIABLE) {
            continue;
        }
        const char *local = rule_name(ctx, r->fn, e->subject);
        const char *entry = rule_name(ctx, r->fn, e->entry);
        struct finding *f = rule_report(ctx, r->fn, e->loc,
                                        "the thread running '%s' gets the address of '%s', which "
                                        "the next iteration changes while the thread may read it",
                                        entry, local);
        if (f) {
            f->subject = str_from(local);
            rule_trace(ctx, f, r, e->trace);
        }
    }
}

extern const struct rule rule_lifetime_loop_variable;
const struct rule rule_lifetime_loop_variable = {
    .id = "lifetime-loop-variable",
    .summary = "Threads started in a loop get the address of a variable the loop changes",
    .level = LEVEL_ERROR,
    .precision = PRECISION_HIGH,
    .cwe = {362, 567},
    .check_function = check,
};
