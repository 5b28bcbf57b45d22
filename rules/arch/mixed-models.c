// One file starts threads through several libraries: two ways to name, stop and join, and rules of
// one do not hold for the other.
#include "checker/flow/graph.h"
#include "checker/rule/check.h"

enum library { LIBRARY_NONE, LIBRARY_POSIX, LIBRARY_C11, LIBRARY_STD, LIBRARY_COUNT };

static const char *const library_names[LIBRARY_COUNT] = {"", "POSIX threads", "C11 threads",
                                                         "std::thread"};

static enum library library_of(const struct program *p, const struct facts *f,
                               const struct ir_op *op) {
    if (op->kind != OP_CALL || !program_model_effect(p, f, op->call, EFFECT_SPAWN)) {
        return LIBRARY_NONE;
    }
    struct str name = facts_sym_name(f, f->calls.data[op->call.v].callee);
    return str_starts(name, STR("pthread_")) ? LIBRARY_POSIX
           : str_starts(name, STR("thrd_"))  ? LIBRARY_C11
           : str_starts(name, STR("std::"))  ? LIBRARY_STD
                                             : LIBRARY_NONE;
}

static void report(struct rule_ctx *ctx, struct flow_site here, enum library library,
                   struct flow_site first, enum library known) {
    struct finding *x =
        rule_report(ctx, here.at, here.loc,
                    "this file starts threads with %s here and with %s at %s: one "
                    "of them is enough",
                    library_names[library], library_names[known], rule_line(ctx, here.at, first));
    if (x) {
        x->subject = str_from(library_names[library]);
        rule_related(ctx, x, first, "a thread is started with %s here", library_names[known]);
    }
}

static void check_facts(struct rule_ctx *ctx, const struct facts *f) {
    struct flow_site first = {0};
    enum library known = LIBRARY_NONE;
    for (uint32_t n = 1; n < f->fns.len; n++) {
        struct fn_ref fn = {f, (fn_id){n}};
        for (uint32_t i = 0; i < f->fns.data[n].block_count && !(f->fns.data[n].flags & FN_HEADER);
             i++) {
            const struct ir_block *b = graph_block(fn, i);
            for (uint32_t k = 0; k < b->op_count; k++) {
                const struct ir_op *op = &f->ops.data[b->first_op.v + k];
                enum library library = library_of(ctx->program, f, op);
                if (library && known && library != known) {
                    report(ctx, (struct flow_site){fn, op->loc}, library, first, known);
                    return;
                }
                if (library && !known) {
                    known = library;
                    first = (struct flow_site){fn, op->loc};
                }
            }
        }
    }
}

static void check(struct rule_ctx *ctx) {
    for (uint32_t i = 0; i < program_facts_count(ctx->program); i++) {
        check_facts(ctx, program_facts(ctx->program, i));
    }
}

extern const struct rule rule_arch_mixed_models;
const struct rule rule_arch_mixed_models = {
    .id = "arch-mixed-models",
    .summary = "One file starts threads through several libraries",
    .level = LEVEL_NOTE,
    .precision = PRECISION_MEDIUM,
    .review = true,
    .check_program = check,
};
