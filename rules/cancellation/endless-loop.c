// A loop of a thread without a way out.
#include "checker/flow/graph.h"
#include "checker/link/stop.h"
#include "checker/rule/check.h"

// The function goes on to tear something down: it means the join to come back.
static bool tears_down(const struct program *p, struct fn_ref fn) {
    const struct facts *f = fn.facts;
    if (f->syms.data[f->fns.data[fn.fn.v].sym.v].flags & SYM_DTOR) {
        return true;
    }
    for (uint32_t i = 0; i < f->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            if (op->kind == OP_CALL && (program_model_effect(p, f, op->call, EFFECT_FREE) ||
                                        program_model_effect(p, f, op->call, EFFECT_LOCK_DESTROY) ||
                                        program_model_effect(p, f, op->call, EFFECT_CLOSE))) {
                return true;
            }
        }
    }
    return false;
}

// How the threads are meant to end; NULL when nobody joins them. *ret_killed: they are cancelled.
static const struct stop_end *find_join(const struct program *p, const struct program_stop *s,
                                        bool *ret_killed) {
    const struct stop_end *join = NULL;
    for (uint32_t i = 0; i < s->ends.len; i++) {
        const struct stop_end *e = &s->ends.data[i];
        *ret_killed |= e->kind == STOP_CANCEL || e->kind == STOP_INTERRUPT;
        if (e->kind == STOP_JOIN && !e->assumed && tears_down(p, program_fn(p, e->node))) {
            join = join ? join : e;
        }
    }
    return join;
}

static void report(struct rule_ctx *ctx, const struct program_stop *s, const struct stop_loop *l,
                   const struct stop_end *join) {
    const struct program *p = ctx->program;
    const struct program_root *r = program_root(p, s->root);
    struct fn_ref fn = program_fn(p, l->node);
    struct str entry = program_fn_name(p, r->node);
    struct fn_ref by = join ? program_fn(p, join->node) : fn;
    loc_id at = join ? by.facts->ops.data[join->op.v].loc : (loc_id){0};
    const char *where = join ? rule_line(ctx, fn, (struct flow_site){by, at}) : "";
    struct finding *f =
        join ? rule_report(ctx, fn, l->loc,
                           "thread '" STR_FMT
                           "' never leaves this loop: it has no way out and tests "
                           "nothing that could stop it, and the join at %s waits for its end",
                           STR_ARG(entry), where)
             : rule_report_or_note(ctx, true, fn, l->loc,
                                   "thread '" STR_FMT "' never leaves this loop, and nothing can "
                                   "stop it: is it meant to run until the process ends?",
                                   STR_ARG(entry));
    if (f) {
        f->subject = entry;
        rule_step(ctx, f, STEP_SPAWN, r->site.at, r->site.loc, "the thread is started here");
        rule_chain(ctx, f, s->root, l->node);
        rule_step(ctx, f, STEP_JOIN, by, at, "its end is waited for here");
    }
}

static void check(struct rule_ctx *ctx) {
    const struct program *p = ctx->program;
    for (uint32_t i = 0; i < program_stop_count(p); i++) {
        const struct program_stop *s = program_stop(p, i);
        bool killed = false;
        const struct stop_end *join = find_join(p, s, &killed);
        for (uint32_t k = 0; k < s->loops.len && !killed; k++) {
            const struct stop_loop *l = program_stop_loop(p, s->loops.data[k]);
            if (!l->exits.len && !l->leaves && !(join && l->unknown)) {
                report(ctx, s, l, join);
                break;
            }
        }
    }
}

extern const struct rule rule_cancellation_endless_loop;
const struct rule rule_cancellation_endless_loop = {
    .id = "cancellation-endless-loop",
    .summary = "A loop of a thread has no way out and tests nothing that could stop it",
    .level = LEVEL_WARNING,
    .precision = PRECISION_HIGH,
    .whole_program = true,
    .cwe = {835},
    .check_program = check,
};
