// Threads that are ended where they stand: cancelled while they hold a lock, cancelled anywhere, or
// killed with a signal that ends the process.
#include "checker/flow/graph.h"
#include "checker/link/stop.h"
#include "checker/rule/check.h"

enum { SIG_KILL = 9, SIG_STOP = 19, SIG_TERM = 15, SIG_LAST = 31 };

typedef bool (*call_test)(const struct program *p, const struct facts *f, call_id call);

// Some call of the functions that a root reaches (UINT32_MAX: of the program) passes the test.
static bool any_call(const struct program *p, uint32_t root, call_test test) {
    for (node_id n = 0; n < program_fn_count(p); n++) {
        struct fn_ref fn = program_fn(p, n);
        if (root != UINT32_MAX && !program_root_reaches(p, root, n)) {
            continue;
        }
        for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
            const struct ir_block *b = graph_block(fn, i);
            for (uint32_t k = 0; k < b->op_count; k++) {
                const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
                if (op->kind == OP_CALL && test(p, fn.facts, op->call)) {
                    return true;
                }
            }
        }
    }
    return false;
}

static bool prepares(const struct program *p, const struct facts *f, call_id call) {
    const struct model_function *m = program_library(p, f, call);
    return m && (m->flags & (FN_CANCEL_STATE | FN_CANCEL_CLEANUP));
}

// Objects of C++ are destroyed when their thread is cancelled, and guards release then.
static bool is_c(const struct facts *f) {
    return str_ends(facts_text(f, f->main_file), STR(".c"));
}

// The lock that stays locked when the thread is cancelled in this act; none when there is none.
static expr_id lock_left(const struct program *p, const struct flow_act *a) {
    bool point =
        a->kind == ACT_WAIT || a->kind == ACT_SLEEP || a->kind == ACT_BLOCK || a->kind == ACT_JOIN;
    if (!point || a->in_thread) {
        return (expr_id){0};
    }
    if (a->kind == ACT_WAIT && a->subject.v && program_is_contended(p, a->subject)) {
        return a->subject;
    }
    for (uint32_t i = 0; i < a->held_count; i++) {
        if (program_is_contended(p, a->held[i].lock)) {
            return a->held[i].lock;
        }
    }
    return (expr_id){0};
}

static void check_cancelled(struct rule_ctx *ctx, const struct program_stop *s,
                            const struct stop_end *e) {
    const struct program *p = ctx->program;
    const struct program_root *r = program_root(p, s->root);
    const struct flow_result *locks = program_flow(p, r->node, FLOW_LOCKS);
    struct fn_ref entry = program_fn(p, r->node);
    struct fn_ref by = program_fn(p, e->node);
    if (!locks || !is_c(entry.facts) || any_call(p, s->root, prepares)) {
        return;
    }
    for (uint32_t i = 0; i < locks->acts.items.len; i++) {
        const struct flow_act *a = &locks->acts.items.data[i];
        expr_id lock = lock_left(p, a);
        struct flow_site at = rule_site(ctx, a->site);
        if (!lock.v) {
            continue;
        }
        const char *name = rule_name(ctx, entry, lock);
        struct finding *f = rule_report(
            ctx, by, by.facts->ops.data[e->op.v].loc,
            "thread '" STR_FMT "' is cancelled, and when it is in '" STR_FMT "' (%s) then it ends "
            "with '%s' locked: no cleanup handler releases it, and whoever takes it next waits "
            "for ever",
            STR_ARG(program_fn_name(p, r->node)), STR_ARG(a->by), rule_line(ctx, by, at), name);
        if (f) {
            f->subject = str_from(name);
            rule_step(ctx, f, STEP_SPAWN, r->site.at, r->site.loc, "the thread is started here");
            rule_step(ctx, f, STEP_WAIT, at.at, at.loc, "it can be cancelled here, with '%s' held",
                      name);
        }
        return;
    }
}

static bool handles_signals(const struct program *p, const struct facts *f, call_id call) {
    const struct model_function *m = program_library(p, f, call);
    const struct ir_sym *s = &f->syms.data[f->calls.data[call.v].callee.v];
    return (m && (m->handler_arg >= 0 || m->action_arg >= 0)) ||
           str_starts(facts_text(f, s->name), STR("sig")) ||
           str_eq(facts_text(f, s->name), STR("pthread_sigmask"));
}

static const struct ir_val *argument(const struct facts *f, call_id call, int index) {
    const struct ir_call *c = &f->calls.data[call.v];
    return &f->vals.data[index >= 0 && (uint32_t)index < c->arg_count
                             ? f->args.data[c->first_arg.v + (uint32_t)index].v
                             : 0];
}

static void check_call(struct rule_ctx *ctx, struct fn_ref fn, const struct ir_op *op) {
    const struct facts *f = fn.facts;
    const struct model_function *m = program_library(ctx->program, f, op->call);
    const struct ir_val *first = argument(f, op->call, 0);
    const struct ir_val *signal = argument(f, op->call, m ? m->interrupts_arg + 1 : -1);
    struct finding *out = NULL;
    if (m && (m->flags & FN_KILLS_THREAD)) {
        out = rule_report(ctx, fn, op->loc,
                          "this ends a thread wherever it is: its locks stay locked, and what it "
                          "was changing stays half done; ask it to end, and wait");
    } else if (m && (m->flags & FN_CANCEL_TYPE) && first->kind == VAL_CONST && first->num == 1) {
        out = rule_report_or_note(ctx, true, fn, op->loc,
                                  "with the asynchronous type the thread may be cancelled between "
                                  "any two instructions, also inside 'malloc' or with a lock held: "
                                  "does it only compute meanwhile?");
    } else if (m && m->interrupts_arg >= 0 && signal->kind == VAL_CONST &&
               (signal->num == SIG_KILL || signal->num == SIG_STOP ||
                (signal->num > 0 && signal->num <= SIG_TERM &&
                 !any_call(ctx->program, UINT32_MAX, handles_signals)))) {
        out = rule_report(ctx, fn, op->loc,
                          "signal %lld is for the whole process, whichever thread gets it: this "
                          "ends %s, not the thread",
                          (long long)signal->num,
                          signal->num == SIG_STOP ? "or stops the process" : "the process");
    }
    if (out) {
        out->subject = facts_sym_name(f, f->calls.data[op->call.v].callee);
    }
}

static void check(struct rule_ctx *ctx) {
    const struct program *p = ctx->program;
    for (uint32_t i = 0; i < program_stop_count(p); i++) {
        const struct program_stop *s = program_stop(p, i);
        for (uint32_t k = 0; k < s->ends.len; k++) {
            if (s->ends.data[k].kind == STOP_CANCEL) {
                check_cancelled(ctx, s, &s->ends.data[k]);
                break;
            }
        }
    }
    for (node_id n = 0; n < program_fn_count(p); n++) {
        struct fn_ref fn = program_fn(p, n);
        for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
            const struct ir_block *b = graph_block(fn, i);
            for (uint32_t k = 0; k < b->op_count; k++) {
                const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
                if (op->kind == OP_CALL) {
                    check_call(ctx, fn, op);
                }
            }
        }
    }
}

extern const struct rule rule_cancellation_unsafe_cancel;
const struct rule rule_cancellation_unsafe_cancel = {
    .id = "cancellation-unsafe-cancel",
    .summary = "A thread is ended where it stands, with a lock held or together with the process",
    .level = LEVEL_WARNING,
    .precision = PRECISION_HIGH,
    .cwe = {667, 833},
    .cert = "POS47-C",
    .check_program = check,
};
