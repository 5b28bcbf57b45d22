// A thread may outlive the local variable whose address it was given, or goes through a global that
// still holds the address of a local when its function has returned.
#include "checker/rule/check.h"

// The loop already shares the variable with the threads: that is told by lifetime-loop-variable.
static bool is_loop_variable(const struct flow_result *r, const struct flow_event *e) {
    for (uint32_t i = 0; i < r->events.len; i++) {
        const struct flow_event *x = &r->events.data[i];
        if (x->kind == FLOW_LOOP_VARIABLE && expr_same(x->subject, e->subject)) {
            return true;
        }
    }
    return false;
}

static void check(struct rule_ctx *ctx) {
    const struct flow_result *r = program_flow(ctx->program, ctx->node, FLOW_THREADS);
    for (uint32_t i = 0; r && i < r->events.len; i++) {
        const struct flow_event *e = &r->events.data[i];
        if (e->kind != FLOW_STACK_ESCAPE || is_loop_variable(r, e)) {
            continue;
        }
        const char *local = rule_name(ctx, r->fn, e->subject);
        const char *entry = rule_name(ctx, r->fn, e->entry);
        struct flow_site spawn = rule_site(ctx, e->other);
        struct finding *f =
            rule_report(ctx, r->fn, spawn.at.facts == r->fn.facts ? spawn.loc : e->loc,
                        "the thread running '%s' gets the address of local '%s' and may still run "
                        "when '%s' goes out of scope at line %u",
                        entry, local, local, r->fn.facts->locs.data[e->loc.v].line);
        if (f) {
            f->subject = str_from(local);
            rule_trace(ctx, f, r, e->trace);
            rule_step(ctx, f, STEP_RETURN, r->fn, e->loc,
                      "'%s' ends here; the thread was not joined", local);
        }
    }
}

static void check_strays(struct rule_ctx *ctx) {
    for (uint32_t i = 0; i < program_stray_count(ctx->program); i++) {
        const struct program_stray *s = program_stray(ctx->program, i);
        const char *home = rule_name(ctx, s->fn, s->home);
        struct finding *f = rule_report(
            ctx, s->fn, s->loc,
            "the address of local '" STR_FMT
            "' stays in '%s' when the function returns, where another thread %s it (%s)",
            STR_ARG(s->local), home, s->write ? "writes through" : "reads through",
            rule_where(ctx, s->use));
        if (f) {
            f->subject = s->local;
            rule_step(ctx, f, STEP_ACCESS, s->use.at, s->use.loc,
                      "thread '" STR_FMT "' goes through '%s'",
                      STR_ARG(s->thread.len ? s->thread : STR("main")), home);
        }
    }
}

extern const struct rule rule_lifetime_stack_escape;
const struct rule rule_lifetime_stack_escape = {
    .id = "lifetime-stack-escape",
    .summary = "The address of a local goes to a thread that may outlive it",
    .level = LEVEL_ERROR,
    .precision = PRECISION_HIGH,
    .cwe = {562, 825},
    .cert = "CON34-C",
    .check_function = check,
    .check_program = check_strays,
};
