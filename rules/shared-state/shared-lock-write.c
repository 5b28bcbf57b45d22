// A place that is written with the lock held for writing elsewhere is written here while it is held
// for reading only.
#include "checker/rule/check.h"

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
