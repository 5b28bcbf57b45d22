// A field that is guarded by a lock at most places is touched without it.
#include "checker/rule/check.h"

// The data race itself is reported for this place.
static bool is_told_as_race(const struct rule_ctx *ctx, const struct program_unguarded *u) {
    struct flow_site site = u->inner.at.facts ? u->inner : u->at;
    for (uint32_t i = 0; i < program_race_count(ctx->program); i++) {
        const struct program_race *r = program_race(ctx->program, i);
        if (r->here.fn.facts == site.at.facts && r->here.loc.v == site.loc.v) {
            return true;
        }
    }
    return false;
}

// An annotation names the guard: shared-state-lock-contract goes by that.
static bool is_annotated(const struct rule_ctx *ctx, expr_id class) {
    for (uint32_t i = 0; i < program_guard_count(ctx->program); i++) {
        if (expr_same(program_guard(ctx->program, i)->subject, class)) {
            return true;
        }
    }
    return false;
}

static struct finding *report_lock(struct rule_ctx *ctx, const struct program_unguarded *u,
                                   const char *place, const char *lock) {
    return rule_report_or_note(
        ctx, u->question, u->at.at, u->at.loc,
        "'%s' is %s without '%s', which %u of %u accesses hold, for example the write at %s", place,
        u->write ? "written" : "read", lock, u->guarded, u->total,
        rule_line(ctx, u->at.at, u->guarded_at));
}

static struct finding *report_atomic(struct rule_ctx *ctx, const struct program_unguarded *u,
                                     const char *place) {
    return rule_report(ctx, u->at.at, u->at.loc,
                       "'%s' is %s by a plain access, while %u of %u accesses are atomic, for "
                       "example the change at %s",
                       place, u->write ? "changed" : "read", u->guarded, u->total,
                       rule_line(ctx, u->at.at, u->guarded_at));
}

static void check(struct rule_ctx *ctx) {
    for (uint32_t i = 0; i < program_unguarded_count(ctx->program); i++) {
        const struct program_unguarded *u = program_unguarded(ctx->program, i);
        if (is_told_as_race(ctx, u) || is_annotated(ctx, u->class)) {
            continue;
        }
        const char *place = rule_name(ctx, u->at.at, u->inner.at.facts ? u->class : u->place);
        const char *lock = u->lock.v ? rule_name(ctx, u->at.at, u->lock) : "";
        struct finding *f =
            u->lock.v ? report_lock(ctx, u, place, lock) : report_atomic(ctx, u, place);
        if (!f) {
            continue;
        }
        f->subject = str_from(rule_name(ctx, u->at.at, u->class));
        if (u->inner.at.facts) {
            rule_step(ctx, f, STEP_CALL, u->at.at, u->at.loc, "called %s%s%s",
                      u->lock.v ? "without '" : "from here", lock, u->lock.v ? "'" : "");
        }
        struct flow_site here = u->inner.at.facts ? u->inner : u->at;
        rule_step(ctx, f, STEP_ACCESS, here.at, here.loc, "%s '%s' %s",
                  u->write ? "writes" : "reads", place, u->lock.v ? "without a lock" : "plainly");
        rule_related(ctx, f, u->guarded_at, "%s%s%s",
                     u->lock.v ? "written here under '" : "changed atomically here", lock,
                     u->lock.v ? "'" : "");
    }
}

extern const struct rule rule_shared_state_inconsistent_guard;
const struct rule rule_shared_state_inconsistent_guard = {
    .id = "shared-state-inconsistent-guard",
    .summary = "A field that a lock guards elsewhere is touched without it",
    .level = LEVEL_WARNING,
    .precision = PRECISION_MEDIUM,
    .cwe = {362, 820},
    .cert = "CON32-C",
    .check_program = check,
};
