// A place that is written with the lock held for writing elsewhere is written here while it is held
// for reading only.
#include "checker/rule/check.h"

// The one place of the function that takes the lock for reading.
static void offer_fix(struct rule_ctx *ctx, struct finding *f,
                      const struct program_shared_write *w) {
    const struct flow_result *r =
        program_flow(ctx->program, program_node(ctx->program, w->fn), FLOW_LOCKS);
    call_id found = {0};
    for (uint32_t i = 0; r && i < r->acquires.len; i++) {
        const struct flow_acquire *a = &r->acquires.data[i];
        if (expr_same(a->lock, w->lock) && found.v != a->call.v) {
            if (found.v) {
                return;
            }
            found = a->call;
        }
    }
    if (found.v) {
        rule_fix(ctx, f, FIX_LOCK_TO_WRITE, w->fn, w->fn.facts->calls.data[found.v].loc);
    }
}

static void check(struct rule_ctx *ctx) {
    for (uint32_t i = 0; i < program_shared_write_count(ctx->program); i++) {
        const struct program_shared_write *w = program_shared_write(ctx->program, i);
        const char *place = rule_name(ctx, w->fn, w->place);
        const char *lock = rule_name(ctx, w->fn, w->lock);
        struct finding *f = rule_report(
            ctx, w->fn, w->loc,
            "'%s' is written while '%s' is held for reading only: other readers run at the same "
            "time; it is written with the lock held for writing at %s",
            place, lock, rule_line(ctx, w->fn, w->exclusive));
        if (f) {
            f->subject = str_from(place);
            rule_related(ctx, f, w->exclusive, "written here with the lock held for writing");
            offer_fix(ctx, f, w);
        }
    }
}

extern const struct rule rule_shared_state_shared_lock_write;
const struct rule rule_shared_state_shared_lock_write = {
    .id = "shared-state-shared-lock-write",
    .summary = "A guarded place is written while its lock is held for reading only",
    .level = LEVEL_WARNING,
    .precision = PRECISION_HIGH,
    .cwe = {362, 667},
    .cert = "CON43-C",
    .check_program = check,
};
