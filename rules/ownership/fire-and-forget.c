// A detached thread that nothing can stop, count or wait for.
#include "checker/flow/graph.h"
#include "checker/link/stop.h"
#include "checker/rule/check.h"

// The thread tells somebody that it is done: it counts something shared, signals, or wakes.
static bool tells_its_end(const struct program *p, const struct program_stop *s) {
    struct fn_ref fn = program_fn(p, program_root(p, s->root)->node);
    for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            const struct ir_path *path = &fn.facts->paths.data[op->path.v];
            const struct model_function *m =
                op->kind == OP_CALL ? program_library(p, fn.facts, op->call) : NULL;
            bool signals = op->kind == OP_CALL &&
                           program_model_effect(p, fn.facts, op->call, EFFECT_SIGNAL) != NULL;
            bool counts =
                (op->kind == OP_UPDATE || op->kind == OP_WRITE) &&
                (path->kind == PATH_FIELD || fn.facts->vars.data[path->var.v].kind == VAR_GLOBAL);
            if (signals || counts ||
                (m && (m->flags & (FN_WAKES | FN_ATOMIC_UPDATE | FN_ATOMIC_STORE)))) {
                return true;
            }
        }
    }
    return false;
}

static bool is_stopped(const struct program *p, const struct program_stop *s) {
    for (uint32_t i = 0; i < s->loops.len; i++) {
        const struct stop_loop *l = program_stop_loop(p, s->loops.data[i]);
        const struct ir_block *head = graph_block(program_fn(p, l->node), l->loop->head);
        if (!l->exits.len || program_stop_request(p, s, l->node, head->first_op)) {
            return true; // or never ends, which cancellation-endless-loop tells
        }
    }
    return false;
}

static void check(struct rule_ctx *ctx) {
    const struct program *p = ctx->program;
    for (uint32_t i = 0; i < program_stop_count(p); i++) {
        const struct program_stop *s = program_stop(p, i);
        const struct program_root *r = program_root(p, s->root);
        if ((!s->detached && !program_stop_has_end(s, STOP_DETACH)) ||
            program_stop_has_end(s, STOP_JOIN) || program_stop_has_end(s, STOP_CANCEL) ||
            is_stopped(p, s) || tells_its_end(p, s)) {
            continue;
        }
        struct finding *f = rule_report(
            ctx, r->site.at, r->site.loc,
            "the thread running '" STR_FMT "' is detached, and nothing can stop it, count it or "
            "wait for its end: what keeps alive what it uses, and what happens to its work when "
            "the process ends?",
            STR_ARG(program_fn_name(p, r->node)));
        if (f) {
            f->subject = program_fn_name(p, r->node);
        }
    }
}

extern const struct rule rule_ownership_fire_and_forget;
const struct rule rule_ownership_fire_and_forget = {
    .id = "ownership-fire-and-forget",
    .summary = "A detached thread that nothing can stop, count or wait for",
    .level = LEVEL_NOTE,
    .precision = PRECISION_MEDIUM,
    .review = true,
    .whole_program = true,
    .cwe = {404},
    .check_program = check,
};
