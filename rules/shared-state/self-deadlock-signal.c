// A signal handler takes a lock that the code it interrupts may hold: the handler then waits for
// its own thread.
#include "rules/shared-state/shared-state.h"

// A call that waits for the lock, not a try or a timed one.
static bool waits(const struct program *p, const struct facts *f, const struct flow_acquire *a) {
    const struct summary *m = program_model(p, f, a->call);
    return m && !(a->flags & (EF_TIMED | EF_RECURSIVE)) &&
           (m->case_count == 1 || m->cases[0].usually);
}

static bool has_other_context(const struct program *p, uint32_t handler, node_id n) {
    bool other = !program_root_reaches(p, handler, n);
    for (uint32_t i = 0; i < program_root_count(p) && !other; i++) {
        other = program_root(p, i)->kind != CONTEXT_HANDLER && program_root_reaches(p, i, n);
    }
    return other;
}

// Where code that this handler may interrupt takes a lock of the class.
static struct flow_site taken_elsewhere(const struct rule_ctx *ctx, uint32_t handler,
                                        expr_id class) {
    const struct program *p = ctx->program;
    for (node_id n = 0; n < program_fn_count(p); n++) {
        const struct flow_result *r =
            has_other_context(p, handler, n) ? program_flow(p, n, FLOW_LOCKS) : NULL;
        for (uint32_t i = 0; r && i < r->acquires.len; i++) {
            const struct flow_acquire *a = &r->acquires.data[i];
            if (program_model(p, r->fn.facts, a->call) &&
                expr_same(expr_class(program_exprs(p), a->lock), class)) {
                return (struct flow_site){r->fn, r->fn.facts->calls.data[a->call.v].loc};
            }
        }
    }
    return (struct flow_site){0};
}

static void check_acquire(struct rule_ctx *ctx, uint32_t root, node_id n,
                          const struct flow_result *r, const struct flow_acquire *a) {
    const struct program *p = ctx->program;
    expr_id class = expr_class(program_exprs(p), a->lock);
    if (!class.v || !waits(p, r->fn.facts, a) || program_is_recursive(p, a->lock) ||
        !program_root_runs(p, root, n, facts_op_of_call(r->fn.facts, r->fn.fn, a->call))) {
        return;
    }
    struct flow_site other = taken_elsewhere(ctx, root, class);
    if (!other.at.facts) {
        return;
    }
    const struct program_root *h = program_root(p, root);
    struct flow_site here = {r->fn, r->fn.facts->calls.data[a->call.v].loc};
    struct flow_site first = here;
    (void)program_root_chain(p, root, n, &first, 1);
    const char *name = rule_name(ctx, r->fn, a->lock);
    struct finding *f =
        rule_report_or_note(ctx, handler_is_for_faults(h), program_fn(p, h->node), first.loc,
                            "the signal handler '" STR_FMT
                            "' waits for '%s' here, which the code it interrupts may hold "
                            "(locked at %s): the thread then waits for itself",
                            STR_ARG(program_fn_name(p, h->node)), name, rule_where(ctx, other));
    if (!f) {
        return;
    }
    f->subject = str_from(name);
    rule_step(ctx, f, STEP_NOTE, h->site.at, h->site.loc, "the handler is installed here");
    rule_chain(ctx, f, root, n);
    rule_step(ctx, f, STEP_ACQUIRE, here.at, here.loc, "'%s' is locked here", name);
    rule_related(ctx, f, other, "'%s' is locked here by code that a signal may interrupt", name);
}

static void check(struct rule_ctx *ctx) {
    const struct program *p = ctx->program;
    for (uint32_t root = 0; root < program_root_count(p); root++) {
        for (node_id n = 0;
             program_root(p, root)->kind == CONTEXT_HANDLER && n < program_fn_count(p); n++) {
            const struct flow_result *r =
                program_root_reaches(p, root, n) ? program_flow(p, n, FLOW_LOCKS) : NULL;
            for (uint32_t i = 0; r && i < r->acquires.len; i++) {
                check_acquire(ctx, root, n, r, &r->acquires.data[i]);
            }
        }
    }
}

extern const struct rule rule_shared_state_self_deadlock_signal;
const struct rule rule_shared_state_self_deadlock_signal = {
    .id = "shared-state-self-deadlock-signal",
    .summary = "A signal handler waits for a lock that the code it interrupts may hold",
    .level = LEVEL_ERROR,
    .precision = PRECISION_HIGH,
    .cwe = {833, 479},
    .cert = "SIG30-C",
    .check_program = check,
};
