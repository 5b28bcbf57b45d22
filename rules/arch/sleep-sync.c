// A sleep stands in for waiting for another thread: until it has started, or until it has stopped.
#include "checker/flow/outcome.h"
#include "rules/arch/arch.h"

enum { LONGEST = 5 }; // seconds; who sleeps longer does not wait for a thread to start

// What is looked for behind a place in a function, until a join.
typedef bool op_test(struct rule_ctx *ctx, struct fn_ref fn, const struct ir_op *op, void *about);

static const struct ir_op *find_behind(struct rule_ctx *ctx, struct fn_ref fn, op_id from,
                                       op_test *test, void *about) {
    uint32_t start = facts_block_of_op(fn.facts, fn.fn, from);
    const bool *seen = outcome_reach(fn, start, UINT32_MAX, ctx->arena);
    for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; seen[i] && k < b->op_count; k++) {
            op_id id = {b->first_op.v + k};
            const struct ir_op *op = &fn.facts->ops.data[id.v];
            if ((i != start || id.v > from.v) && test(ctx, fn, op, about) &&
                program_goes_on(ctx->program, ctx->node, from, id)) {
                return op;
            }
        }
    }
    return NULL;
}

static bool is_short_sleep(const struct rule_ctx *ctx, const struct facts *f,
                           const struct ir_op *op) {
    const struct effect *e =
        op->kind == OP_CALL ? program_model_effect(ctx->program, f, op->call, EFFECT_SLEEP) : NULL;
    if (!e) {
        return false;
    }
    const struct ir_call *c = &f->calls.data[op->call.v];
    const struct ir_val *v = &f->vals.data[c->arg_count ? f->args.data[c->first_arg.v].v : 0];
    const struct expr *unit = expr_get(program_exprs(ctx->program), e->b);
    if (unit->kind != EX_CONST || unit->num <= 0) {
        return v->kind != VAL_PATH;
    }
    return v->kind == VAL_ADDR ||
           (v->kind == VAL_CONST && v->num > 0 && v->num <= LONGEST * 1000000000LL / unit->num);
}

// --- it is to start ---

struct started {
    uint32_t root;
    expr_id place; // that the thread writes
};

static bool reads_what_it_writes(struct rule_ctx *ctx, struct fn_ref fn, const struct ir_op *op,
                                 void *about) {
    struct started *s = about;
    expr_id class =
        op->kind == OP_READ ? program_path_class(ctx->program, fn.facts, op->path) : (expr_id){0};
    if (!class.v || !arch_writes(ctx, s->root, class)) {
        return false;
    }
    s->place = class;
    return true;
}

static bool check_start(struct rule_ctx *ctx, struct fn_ref fn, op_id sleep) {
    for (uint32_t r = 0; r < program_root_count(ctx->program); r++) {
        for (uint32_t i = 0; i < program_start_count(ctx->program, r); i++) {
            struct program_start s = program_start(ctx->program, r, i);
            struct started x = {.root = r};
            if (s.node != ctx->node || !program_goes_on(ctx->program, s.node, s.op, sleep)) {
                continue;
            }
            const struct ir_op *read = find_behind(ctx, fn, sleep, reads_what_it_writes, &x);
            if (!read) {
                continue;
            }
            const char *name = rule_name(ctx, fn, x.place);
            struct finding *f = rule_report(
                ctx, fn, fn.facts->ops.data[sleep.v].loc,
                "this sleep gives the thread of '" STR_FMT "' time to set '%s', which is read "
                "behind it: on a loaded machine it has not run by then. Wait for it instead",
                STR_ARG(program_fn_name(ctx->program, program_root(ctx->program, r)->node)), name);
            if (f) {
                f->subject = str_from(name);
                rule_step(ctx, f, STEP_SPAWN, fn, fn.facts->ops.data[s.op.v].loc,
                          "the thread is started here");
                rule_step(ctx, f, STEP_ACCESS, fn, read->loc, "'%s' is read here", name);
            }
            return true;
        }
    }
    return false;
}

// --- it is to stop ---

static bool tests_place(const struct rule_ctx *ctx, const struct facts *f, val_id val,
                        expr_id class) {
    const struct ir_val *v = &f->vals.data[val.v];
    if (v->kind == VAL_CALL) {
        const struct ir_call *c = &f->calls.data[v->call.v];
        const struct model_function *m = program_library(ctx->program, f, v->call);
        v = &f->vals.data[c->arg_count ? f->args.data[c->first_arg.v].v : 0];
        return m && (m->flags & FN_ATOMIC_LOAD) && v->kind == VAL_ADDR &&
               expr_same(program_path_class(ctx->program, f, v->path), class);
    }
    return v->kind == VAL_PATH && expr_same(program_path_class(ctx->program, f, v->path), class);
}

// A loop that some thread runs looks at the place, to see whether it should go on.
static bool thread_tests(struct rule_ctx *ctx, expr_id class, uint32_t *ret_root) {
    for (uint32_t r = 0; r < program_root_count(ctx->program); r++) {
        if (program_root(ctx->program, r)->kind != CONTEXT_THREAD) {
            continue;
        }
        for (node_id n = 0; n < program_fn_count(ctx->program); n++) {
            if (!program_root_reaches(ctx->program, r, n)) {
                continue;
            }
            struct fn_ref fn = program_fn(ctx->program, n);
            struct loops loops = graph_loops(fn, ctx->arena);
            for (uint32_t i = 0; i < loops.block_count; i++) {
                const struct ir_block *b = graph_block(fn, i);
                if (b->term == TERM_BRANCH && graph_innermost(&loops, i) &&
                    (tests_place(ctx, fn.facts, b->lhs, class) ||
                     tests_place(ctx, fn.facts, b->rhs, class))) {
                    *ret_root = r;
                    return true;
                }
            }
        }
    }
    return false;
}

static bool takes_away(struct rule_ctx *ctx, struct fn_ref fn, const struct ir_op *op,
                       void *about) {
    static const enum effect_kind kinds[] = {EFFECT_FREE, EFFECT_LOCK_DESTROY, EFFECT_CLOSE};
    (void)about;
    for (size_t i = 0; op->kind == OP_CALL && i < sizeof kinds / sizeof *kinds; i++) {
        if (program_model_effect(ctx->program, fn.facts, op->call, kinds[i])) {
            return true;
        }
    }
    return false;
}

static bool joins_somewhere(const struct rule_ctx *ctx, struct fn_ref fn) {
    for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            if (program_op_joins(ctx->program, fn.facts, &fn.facts->ops.data[b->first_op.v + k])) {
                return true;
            }
        }
    }
    return false;
}

static bool sets_flag(const struct facts *f, const struct ir_op *op) {
    const struct ir_call *c = &f->calls.data[op->call.v];
    uint32_t value = op->kind == OP_WRITE ? op->val.v
                     : c->arg_count > 1   ? f->args.data[c->first_arg.v + 1].v
                                          : 0;
    return (op->kind == OP_WRITE || op->kind == OP_CALL) && f->vals.data[value].kind == VAL_CONST;
}

static void check_stop(struct rule_ctx *ctx, struct fn_ref fn, op_id sleep) {
    const struct ir_op *taken = find_behind(ctx, fn, sleep, takes_away, NULL);
    if (!taken || joins_somewhere(ctx, fn)) {
        return;
    }
    for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            op_id id = {b->first_op.v + k};
            const struct ir_op *op = &fn.facts->ops.data[id.v];
            uint32_t root = 0;
            expr_id class = sets_flag(fn.facts, op)
                                ? program_written_class(ctx->program, fn.facts, op)
                                : (expr_id){0};
            if (!class.v || !program_goes_on(ctx->program, ctx->node, id, sleep) ||
                !thread_tests(ctx, class, &root)) {
                continue;
            }
            const char *name = rule_name(ctx, fn, class);
            struct finding *f = rule_report(
                ctx, fn, fn.facts->ops.data[sleep.v].loc,
                "this sleep gives the thread of '" STR_FMT "' time to see '%s' and end, and then "
                "what it uses is taken away: join the thread instead",
                STR_ARG(program_fn_name(ctx->program, program_root(ctx->program, root)->node)),
                name);
            if (f) {
                f->subject = str_from(name);
                rule_step(ctx, f, STEP_ACCESS, fn, op->loc, "the thread is told to stop here");
                rule_step(ctx, f, STEP_NOTE, fn, taken->loc, "this ends what it may still use");
            }
            return;
        }
    }
}

static void check(struct rule_ctx *ctx) {
    struct fn_ref fn = program_fn(ctx->program, ctx->node);
    struct loops loops = {0};
    for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            op_id id = {b->first_op.v + k};
            const struct ir_op *op = &fn.facts->ops.data[id.v];
            if (!is_short_sleep(ctx, fn.facts, op) || arch_is_test(ctx, fn.facts, op->loc)) {
                continue;
            }
            loops = loops.items ? loops : graph_loops(fn, ctx->arena);
            if (!graph_innermost(&loops, i) && !check_start(ctx, fn, id)) {
                check_stop(ctx, fn, id);
            }
        }
    }
}

extern const struct rule rule_arch_sleep_sync;
const struct rule rule_arch_sleep_sync = {
    .id = "arch-sleep-sync",
    .summary = "A sleep stands in for waiting for another thread",
    .level = LEVEL_WARNING,
    .precision = PRECISION_MEDIUM,
    .cwe = {362, 820},
    .check_function = check,
};
