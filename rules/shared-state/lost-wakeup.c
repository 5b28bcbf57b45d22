// A wake-up that a waiter can miss for ever.
//
// A waiter tests its condition under a lock and goes to sleep, which gives the lock back, in one
// step. Whoever changes what it tests without that lock may do so, and signal, between the two:
// nobody sleeps yet, and the signal is gone.
#include "checker/flow/graph.h"
#include "checker/rule/check.h"

// The function has had to do with a lock of this class before the signal, or with one nobody can
// tell apart from it.
static bool has_touched(const struct rule_ctx *ctx, const struct flow_signal *s, expr_id class) {
    for (uint32_t i = 0; i < s->lock_count; i++) {
        expr_id other = expr_class(program_exprs(ctx->program), s->locks[i].lock);
        if (!other.v || expr_same(other, class)) {
            return true;
        }
    }
    return false;
}

// What its caller has taken.
static bool gives_back_later(const struct rule_ctx *ctx, const struct flow_result *r,
                             expr_id class) {
    for (uint32_t i = 0; i < r->events.len; i++) {
        const struct flow_event *e = &r->events.data[i];
        if (e->kind == FLOW_RELEASE_ENTRY &&
            expr_same(expr_class(program_exprs(ctx->program), e->subject), class)) {
            return true;
        }
    }
    return false;
}

static bool is_touched_somewhere(const struct rule_ctx *ctx, const struct flow_result *r,
                                 const struct flow_signal *s, expr_id class) {
    for (uint32_t i = 0; i < r->signals.len; i++) {
        if (r->signals.data[i].call.v == s->call.v &&
            has_touched(ctx, &r->signals.data[i], class)) {
            return true;
        }
    }
    return gives_back_later(ctx, r, class) ||
           program_may_hold_at_entry(ctx->program, ctx->node, class);
}

static bool is_told(const struct flow_result *r, uint32_t index) {
    for (uint32_t i = 0; i < index; i++) {
        if (r->signals.data[i].call.v == r->signals.data[index].call.v) {
            return true;
        }
    }
    return false;
}

// The last op in the order of the facts, before the signal, that changes what the waiters test.
static const struct ir_op *change_before(const struct rule_ctx *ctx,
                                         const struct program_condition *c, struct fn_ref fn,
                                         call_id signal) {
    const struct ir_fn *ir = &fn.facts->fns.data[fn.fn.v];
    const struct ir_op *found = NULL;
    for (uint32_t i = 0; i < ir->block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            if (op->kind == OP_CALL && op->call.v == signal.v) {
                return found;
            }
            if (program_is_tested(c, program_written_class(ctx->program, fn.facts, op))) {
                found = op;
            }
        }
    }
    return found;
}

static void report_unlocked(struct rule_ctx *ctx, const struct flow_result *r,
                            const struct program_condition *c, const struct flow_signal *s,
                            const struct ir_op *change) {
    const struct facts *f = r->fn.facts;
    const char *cond = rule_name(ctx, r->fn, s->cond);
    const char *lock = rule_name(ctx, r->fn, c->lock);
    struct finding *x = rule_report(ctx, r->fn, f->calls.data[s->call.v].loc,
                                    "'%s' is signalled here, and what its waiters test was changed "
                                    "at line %u, without '%s': a waiter that "
                                    "has just tested it and does not sleep yet misses both",
                                    cond, f->locs.data[change->loc.v].line, lock);
    if (!x) {
        return;
    }
    x->subject = str_from(cond);
    if (!c->untimed) {
        x->level = LEVEL_NOTE; // it wakes up all the same, late
    }
    rule_step(ctx, x, STEP_ACCESS, r->fn, change->loc,
              "what the waiters test is changed here without '%s'", lock);
    const struct program_use *w = &c->waits.data[0];
    rule_step(ctx, x, STEP_WAIT, w->fn, w->fn.facts->calls.data[w->call.v].loc,
              "it is waited for here, with '%s'", lock);
}

static void report_one_of_many(struct rule_ctx *ctx, const struct flow_result *r,
                               const struct program_condition *c, const struct flow_signal *s) {
    const char *cond = rule_name(ctx, r->fn, s->cond);
    struct finding *x = rule_report(ctx, r->fn, r->fn.facts->calls.data[s->call.v].loc,
                                    "this wakes one of the threads that wait for '%s', but each of "
                                    "them waits for something of its own: "
                                    "when it is the wrong one, all of them sleep on",
                                    cond);
    if (x) {
        const struct program_use *w = &c->waits.data[0];
        x->subject = str_from(cond);
        rule_step(ctx, x, STEP_WAIT, w->fn, w->fn.facts->calls.data[w->call.v].loc,
                  "each thread compares with its own parameter here");
    }
}

// Some function that never takes the lock sets what the waiters test to something other than 0.
static struct program_use raised_without_lock(const struct rule_ctx *ctx,
                                              const struct program_condition *c,
                                              const struct ir_op **ret_op) {
    for (node_id n = 0; n < program_fn_count(ctx->program); n++) {
        struct fn_ref fn = program_fn(ctx->program, n);
        const struct ir_fn *ir = &fn.facts->fns.data[fn.fn.v];
        for (uint32_t i = 0; i < ir->block_count; i++) {
            const struct ir_block *b = graph_block(fn, i);
            for (uint32_t k = 0; k < b->op_count; k++) {
                const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
                const struct ir_val *v = &fn.facts->vals.data[op->val.v];
                bool raises = op->kind == OP_WRITE && v->kind == VAL_CONST && v->num != 0;
                if (raises &&
                    program_is_tested(c, program_written_class(ctx->program, fn.facts, op)) &&
                    !program_acquires(ctx->program, n, c->lock) &&
                    !program_may_hold_at_entry(ctx->program, n, c->lock)) {
                    *ret_op = op;
                    return (struct program_use){.fn = fn};
                }
            }
        }
    }
    return (struct program_use){0};
}

// Signalled again and again, as a reminder: a lost one does not matter.
static bool is_repeated(const struct rule_ctx *ctx, struct fn_ref fn, call_id call) {
    struct loops loops = graph_loops(fn, ctx->arena);
    const struct ir_fn *ir = &fn.facts->fns.data[fn.fn.v];
    for (uint32_t i = 0; i < ir->block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            if (fn.facts->ops.data[b->first_op.v + k].call.v == call.v &&
                graph_innermost(&loops, i)) {
                return true;
            }
        }
    }
    return false;
}

// Only called by the functions of its file, and some thread runs it.
static bool is_part_of_thread(const struct rule_ctx *ctx) {
    const struct program *p = ctx->program;
    struct fn_ref fn = program_fn(p, ctx->node);
    const struct ir_sym *sym = &fn.facts->syms.data[fn.facts->fns.data[fn.fn.v].sym.v];
    bool reached = false;
    for (uint32_t i = 0; i < program_root_count(p) && !reached; i++) {
        reached =
            program_root(p, i)->kind == CONTEXT_THREAD && program_root_reaches(p, i, ctx->node);
    }
    return reached && (sym->flags & SYM_INTERNAL) && !program_is_address_taken(p, ctx->node);
}

// On some path here the function has had nothing to do with the lock.
static bool is_untouched_on_some_path(const struct rule_ctx *ctx, const struct flow_result *r,
                                      const struct flow_signal *s, expr_id class) {
    bool untouched = false;
    for (uint32_t i = 0; i < r->signals.len; i++) {
        untouched |=
            r->signals.data[i].call.v == s->call.v && !has_touched(ctx, &r->signals.data[i], class);
    }
    return untouched && !gives_back_later(ctx, r, class) &&
           !program_may_hold_at_entry(ctx->program, ctx->node, class);
}

// A thread passes on what somebody else changed, and neither has taken the lock.
static void check_passed_on(struct rule_ctx *ctx, const struct flow_result *r,
                            const struct program_condition *c, const struct flow_signal *s) {
    const struct ir_op *op = NULL;
    bool root = program_is_thread_entry(ctx->program, ctx->node) ||
                program_is_main(ctx->program, ctx->node) || is_part_of_thread(ctx);
    root = root && c->untimed && !is_repeated(ctx, r->fn, s->call);
    struct fn_ref by = root ? raised_without_lock(ctx, c, &op).fn : (struct fn_ref){0};
    if (!op) {
        return;
    }
    const char *cond = rule_name(ctx, r->fn, s->cond);
    const char *lock = rule_name(ctx, r->fn, c->lock);
    struct finding *x = rule_report(ctx, r->fn, r->fn.facts->calls.data[s->call.v].loc,
                                    "'%s' is signalled here without '%s', and what its waiters "
                                    "test is set elsewhere without it: a waiter "
                                    "that has just tested it and does not sleep yet misses both",
                                    cond, lock);
    if (x) {
        x->subject = str_from(cond);
        rule_step(ctx, x, STEP_ACCESS, by, op->loc,
                  "what the waiters test is changed here without '%s'", lock);
        const struct program_use *w = &c->waits.data[0];
        rule_step(ctx, x, STEP_WAIT, w->fn, w->fn.facts->calls.data[w->call.v].loc,
                  "it is waited for here, with '%s'", lock);
    }
}

static bool waits_in(const struct program_condition *c, struct fn_ref fn) {
    for (uint32_t i = 0; i < c->waits.len; i++) {
        if (c->waits.data[i].fn.facts == fn.facts && c->waits.data[i].fn.fn.v == fn.fn.v) {
            return true;
        }
    }
    return false;
}

// Nothing in the whole program, or in the only file that knows it, signals the condition, although
// a function changes what its waiters test.
static void check_never_signalled(struct rule_ctx *ctx, const struct program_condition *c) {
    for (node_id n = 0; n < program_fn_count(ctx->program); n++) {
        struct fn_ref fn = program_fn(ctx->program, n);
        const struct flow_result *r = program_flow(ctx->program, n, FLOW_LOCKS);
        if (waits_in(c, fn) || !program_acquires(ctx->program, n, c->lock) ||
            !program_changes_tested(ctx->program, n, c)) {
            continue;
        }
        const char *cond = rule_name(ctx, fn, c->cond);
        const struct program_use *w = &c->waits.data[0];
        struct finding *x =
            rule_report(ctx, fn, fn.facts->calls.data[r->acquires.data[0].call.v].loc,
                        "what the waiters of '%s' test is changed under this lock, but nothing in "
                        "the program signals '%s': "
                        "they never wake up",
                        cond, cond);
        if (x) {
            x->subject = str_from(cond);
            rule_step(ctx, x, STEP_WAIT, w->fn, w->fn.facts->calls.data[w->call.v].loc,
                      "it is waited for here");
        }
        return;
    }
}

static void check_program(struct rule_ctx *ctx) {
    for (uint32_t i = 0; i < program_condition_count(ctx->program); i++) {
        const struct program_condition *c = program_condition(ctx->program, i);
        bool known =
            program_is_whole(ctx->program) || program_is_private_lock(ctx->program, c->cond);
        if (known && c->waits.len && c->untimed && !c->mixed && !c->signals && !c->broadcasts &&
            !c->passed_on) {
            check_never_signalled(ctx, c);
        }
    }
}

static bool broadcasts_too(const struct flow_result *r, expr_id cond) {
    for (uint32_t i = 0; i < r->signals.len; i++) {
        if (r->signals.data[i].all && expr_same(r->signals.data[i].cond, cond)) {
            return true;
        }
    }
    return false;
}

static void check_function(struct rule_ctx *ctx) {
    const struct flow_result *r = program_flow(ctx->program, ctx->node, FLOW_LOCKS);
    for (uint32_t i = 0; r && i < r->signals.len; i++) {
        const struct flow_signal *s = &r->signals.data[i];
        const struct program_condition *c =
            is_told(r, i) ? NULL : program_condition_of(ctx->program, s->cond);
        if (!c || !c->waits.len) {
            continue;
        }
        if (c->tests_parameter && !broadcasts_too(r, s->cond) && !c->passed_on) {
            report_one_of_many(ctx, r, c, s);
        }
        bool unknown_callers = program_is_address_taken(ctx->program, ctx->node) &&
                               !program_is_thread_entry(ctx->program, ctx->node);
        bool followed = !c->mixed && !unknown_callers && !is_touched_somewhere(ctx, r, s, c->lock);
        const struct ir_op *change = followed ? change_before(ctx, c, r->fn, s->call) : NULL;
        if (change) {
            report_unlocked(ctx, r, c, s, change);
        } else if (!c->mixed && !unknown_callers && is_untouched_on_some_path(ctx, r, s, c->lock)) {
            check_passed_on(ctx, r, c, s);
        }
    }
}

extern const struct rule rule_shared_state_lost_wakeup;
const struct rule rule_shared_state_lost_wakeup = {
    .id = "shared-state-lost-wakeup",
    .summary = "A condition is signalled in a way that a waiter can miss for ever",
    .level = LEVEL_ERROR,
    .precision = PRECISION_HIGH,
    .cwe = {667, 833},
    .cert = "CON38-C",
    .check_function = check_function,
    .check_program = check_program,
};
