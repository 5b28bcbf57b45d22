// Two threads touch the same memory at the same time and one writes it.
#include "checker/rule/check.h"

#include "checker/base/buf.h"

static const char *thread_text(struct rule_ctx *ctx, const struct race_side *side) {
    struct buf b;
    buf_init(&b, 300);
    if (side->thread.len && !side->spawn.at.facts) {
        buf_addf(&b, "a caller of '" STR_FMT "'", STR_ARG(side->thread));
    } else if (side->thread.len) {
        buf_addf(&b, "the thread '" STR_FMT "'", STR_ARG(side->thread));
    } else {
        buf_addf(&b, "the main thread");
    }
    const char *copy = arena_copy(ctx->arena, buf_c(&b), b.len);
    buf_release(&b);
    return copy;
}

static const char *locks_text(struct rule_ctx *ctx, const struct race_side *side) {
    struct buf b;
    buf_init(&b, 300);
    for (uint32_t i = 0; i < side->lock_count && i < 3; i++) {
        buf_addf(&b, "%s'%s'", i ? ", " : " holding ", rule_name(ctx, side->fn, side->locks[i]));
    }
    if (!side->lock_count) {
        buf_addf(&b, " without a lock");
    }
    const char *copy = arena_copy(ctx->arena, buf_c(&b), b.len);
    buf_release(&b);
    return copy;
}

// A side of the race as steps of its thread: where the thread starts, the calls that lead to the
// access, the access.
static void tell_side(struct rule_ctx *ctx, struct finding *f, const struct race_side *side,
                      const char *place, uint8_t thread) {
    uint32_t first = f->steps.len;
    if (side->spawn.at.facts) {
        rule_step(ctx, f, STEP_SPAWN, side->spawn.at, side->spawn.loc,
                  "the thread '" STR_FMT "' starts here", STR_ARG(side->thread));
    }
    for (uint32_t i = 0; i < side->call_count; i++) {
        rule_step(ctx, f, STEP_CALL, side->calls[i], side->call_locs[i], "on the way to '%s'",
                  place);
    }
    rule_step(ctx, f, STEP_ACCESS, side->fn, side->loc, "%s%s '%s'%s",
              side->atomic ? "atomically " : "", side->write ? "writes" : "reads", place,
              locks_text(ctx, side));
    for (uint32_t i = first; i < f->steps.len; i++) {
        f->steps.data[i].thread = thread;
    }
}

// The variable of a loop that starts threads: told by lifetime-loop-variable.
static bool is_loop_variable(const struct rule_ctx *ctx, const struct program_race *r) {
    const struct flow_site *spawn = r->here.spawn.at.facts ? &r->here.spawn : &r->other.spawn;
    node_id n = program_node(ctx->program, spawn->at);
    const struct flow_result *flow =
        n == NODE_NONE ? NULL : program_flow(ctx->program, n, FLOW_THREADS);
    for (uint32_t i = 0; flow && i < flow->events.len; i++) {
        const struct flow_event *e = &flow->events.data[i];
        if (e->kind == FLOW_LOOP_VARIABLE &&
            expr_contains(program_exprs(ctx->program), r->place, e->subject)) {
            return true;
        }
    }
    return false;
}

static void report(struct rule_ctx *ctx, const struct program_race *r) {
    if (is_loop_variable(ctx, r) || r->here.volatile_ || r->other.volatile_) {
        return; // told by shared-state-volatile-sync
    }
    const char *place = rule_name(ctx, r->here.fn, r->place);
    struct flow_site other = {r->other.fn, r->other.loc};
    const char *act = r->here.write ? "written" : "read";
    const char *other_act = r->other.write ? "write" : "read";
    bool itself = r->same_thread_entry && r->other.fn.facts == r->here.fn.facts &&
                  r->other.loc.v == r->here.loc.v;
    struct finding *f =
        itself ? rule_report_or_note(
                     ctx, r->by_chance, r->here.fn, r->here.loc,
                     "'%s' is %s%s by several threads at the same time: all that run '" STR_FMT "'",
                     place, act, locks_text(ctx, &r->here), STR_ARG(r->here.thread))
               : rule_report_or_note(ctx, r->by_chance, r->here.fn, r->here.loc,
                                     "'%s' is %s%s while %s may %s it at %s%s", place, act,
                                     locks_text(ctx, &r->here),
                                     r->same_thread_entry ? "another thread of the same entry"
                                                          : thread_text(ctx, &r->other),
                                     other_act, rule_line(ctx, r->here.fn, other),
                                     locks_text(ctx, &r->other));
    if (!f) {
        return;
    }
    f->subject = str_from(place);
    if (r->more) {
        rule_related(ctx, f, other,
                     "%u more fields of the same variable are shared in the same way", r->more);
    }
    vec_push(ctx->arena, &f->threads, str_from(thread_text(ctx, &r->here)));
    vec_push(ctx->arena, &f->threads, str_from(thread_text(ctx, &r->other)));
    tell_side(ctx, f, &r->here, place, 0);
    tell_side(ctx, f, &r->other, place, 1);
}

static void check(struct rule_ctx *ctx) {
    for (uint32_t i = 0; i < program_race_count(ctx->program); i++) {
        report(ctx, program_race(ctx->program, i));
    }
}

extern const struct rule rule_shared_state_race;
const struct rule rule_shared_state_race = {
    .id = "shared-state-race",
    .summary = "Two threads touch the same memory without a common lock and one writes",
    .level = LEVEL_WARNING,
    .precision = PRECISION_MEDIUM,
    .cwe = {362, 366, 820},
    .cert = "CON43-C",
    .check_program = check,
};
