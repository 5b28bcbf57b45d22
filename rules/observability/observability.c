#include "rules/observability/observability.h"

#include "checker/flow/graph.h"
#include "checker/link/channel.h"
#include "checker/rule/scorecard.h"

enum { PRCTL_SET_NAME = 15 };

static bool names(const struct program *p, const struct facts *f, const struct ir_op *op) {
    const struct model_function *m = op->kind == OP_CALL ? program_library(p, f, op->call) : NULL;
    if (!m || !(m->flags & FN_NAMES_THREAD)) {
        return false;
    }
    const struct ir_call *c = &f->calls.data[op->call.v];
    const struct ir_val *v = &f->vals.data[c->arg_count ? f->args.data[c->first_arg.v].v : 0];
    return !str_eq(facts_sym_name(f, c->callee), STR("prctl")) ||
           (v->kind == VAL_CONST && v->num == PRCTL_SET_NAME);
}

static bool function_names(const struct program *p, struct fn_ref fn) {
    for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            if (names(p, fn.facts, &fn.facts->ops.data[b->first_op.v + k])) {
                return true;
            }
        }
    }
    return false;
}

bool observability_is_named(const struct program *p, uint32_t root) {
    for (node_id n = 0; n < program_fn_count(p); n++) {
        if (program_root_reaches(p, root, n) && function_names(p, program_fn(p, n))) {
            return true;
        }
    }
    return function_names(p, program_root(p, root)->site.at);
}

// --- the scorecard ---

static void inspect(struct rule_ctx *ctx, struct score_point *out) {
    const struct program *p = ctx->program;
    uint32_t named = 0;
    uint32_t watched = 0;
    for (uint32_t i = 0; i < program_root_count(p); i++) {
        named += score_is_thread_function(p, i) && observability_is_named(p, i);
    }
    for (uint32_t i = 0; i < program_channel_count(p); i++) {
        const struct program_channel *c = program_channel(p, i);
        bool seen = program_channel_is_watched(p, c);
        watched += seen;
        if (!seen && c->sends.len) {
            const struct flow_site *at = &c->sends.data[0].site;
            score_open(ctx, out, at->at, at->loc, "how full is '%s'? Nothing reads its length",
                       rule_name(ctx, at->at, c->place));
        }
    }
    score_answers(ctx, out, "thread function", "", score_thread_functions(p), named, "with a name");
    score_answers(ctx, out, "queue", "between threads", program_channel_count(p), watched,
                  "whose length is read");
}

extern const struct family family_observability;
const struct family family_observability = {
    .name = "observability",
    .point = 12,
    .question = "Can production tell what threads do: names, length of queues, errors?",
    .of_production = true,
    .inspect = inspect,
};
