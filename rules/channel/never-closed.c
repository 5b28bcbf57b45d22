// A process reads from a pipe until its end, and keeps the other end open itself.
#include "checker/flow/outcome.h"
#include "checker/rule/check.h"

enum { CHILD = 12345 }; // any number that fork returns in the parent

struct pipe_use {
    struct fn_ref fn;
    path_id ends; // the array
    loc_id made;
    call_id fork;
    var_id held; // local that has the result of fork
};

static const struct ir_val *argument(const struct facts *f, call_id call, uint32_t index) {
    const struct ir_call *c = &f->calls.data[call.v];
    return &f->vals.data[index < c->arg_count ? f->args.data[c->first_arg.v + index].v : 0];
}

static bool is_end(const struct facts *f, const struct ir_val *v, path_id ends, int64_t which) {
    const struct ir_path *p = &f->paths.data[v->path.v];
    const struct ir_val *i = &f->vals.data[p->val.v];
    return v->kind == VAL_PATH && p->kind == PATH_INDEX && p->base.v == ends.v &&
           i->kind == VAL_CONST && i->num == which;
}

// Gets the end to write to, or both: may close it.
static bool may_close(const struct facts *f, const struct ir_op *op, path_id ends) {
    const struct ir_call *c = &f->calls.data[op->call.v];
    const struct ir_val *stored = &f->vals.data[op->val.v];
    if (op->kind == OP_WRITE) { // kept elsewhere, or replaced
        const struct ir_path *to = &f->paths.data[op->path.v];
        return is_end(f, stored, ends, 1) || to->base.v == ends.v ||
               (stored->kind == VAL_ADDR && stored->path.v == ends.v);
    }
    for (uint32_t a = 0; op->kind == OP_CALL && a < c->arg_count; a++) {
        const struct ir_val *v = argument(f, op->call, a);
        if (is_end(f, v, ends, 1) || (v->kind == VAL_ADDR && v->path.v == ends.v)) {
            return true;
        }
    }
    return false;
}

static const struct ir_op *reads_end(const struct rule_ctx *ctx, const struct facts *f,
                                     const struct ir_op *op, path_id ends) {
    const struct model_function *m =
        op->kind == OP_CALL ? program_library(ctx->program, f, op->call) : NULL;
    bool reads = m && (m->roles & ROLE_RECEIVES) && is_end(f, argument(f, op->call, 0), ends, 0);
    return reads ? op : NULL;
}

// The loop is left when nothing more comes, and only then or on an error.
static bool reads_to_end(struct rule_ctx *ctx, struct fn_ref fn, uint32_t block, call_id read) {
    struct loops loops = graph_loops(fn, ctx->arena);
    const struct loop *loop = graph_innermost(&loops, block);
    struct outcome end = {0};
    struct outcome some = {0};
    return loop && outcome_of(fn, read, 0, &end) && outcome_of(fn, read, 1, &some) &&
           !loop->inside[end.taken] && loop->inside[some.taken];
}

// The parent comes to such a loop from the fork without giving up the other end; the read, or NULL.
static const struct ir_op *find_read(struct rule_ctx *ctx, const struct pipe_use *u) {
    const struct facts *f = u->fn.facts;
    uint32_t count = f->fns.data[u->fn.fn.v].block_count;
    bool *seen = ARENA_ARRAY(ctx->arena, bool, count);
    uint32_t *stack = ARENA_ARRAY(ctx->arena, uint32_t, count + 1);
    op_id from = facts_op_of_call(f, u->fn.fn, u->fork);
    uint32_t top = 0;
    stack[top++] = facts_block_of_op(f, u->fn.fn, from);
    for (bool first = true; top; first = false) {
        uint32_t at = stack[--top];
        const struct ir_block *b = graph_block(u->fn, at);
        bool closed = false;
        for (uint32_t k = 0; k < b->op_count && !closed; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            bool behind = !first || b->first_op.v + k > from.v;
            if (behind && reads_end(ctx, f, op, u->ends) &&
                reads_to_end(ctx, u->fn, at, op->call)) {
                return op;
            }
            closed = behind && may_close(f, op, u->ends);
        }
        for (uint32_t k = 0; k < b->edge_count && !closed; k++) {
            uint32_t to = graph_target(u->fn, b, k);
            if (!seen[to] && outcome_allows(u->fn, b, k, u->fork, u->held, CHILD)) {
                seen[to] = true;
                stack[top++] = to;
            }
        }
    }
    return NULL;
}

static void look_at(struct rule_ctx *ctx, const struct pipe_use *u) {
    const struct ir_op *read = find_read(ctx, u);
    if (!read) {
        return;
    }
    struct finding *f = rule_report(
        ctx, u->fn, read->loc,
        "this loop reads the pipe of line %u to its end, which never comes: the process itself has "
        "the other end still open",
        u->fn.facts->locs.data[u->made.v].line);
    if (f) {
        f->subject = program_fn_name(ctx->program, ctx->node);
        rule_step(ctx, f, STEP_CHANNEL, u->fn, u->made, "the pipe is made");
        rule_step(ctx, f, STEP_CALL, u->fn, u->fn.facts->calls.data[u->fork.v].loc,
                  "the child gets a copy of both ends; the parent keeps its own");
    }
}

static void check(struct rule_ctx *ctx) {
    struct pipe_use u = {.fn = program_fn(ctx->program, ctx->node)};
    const struct facts *f = u.fn.facts;
    for (uint32_t i = 0; i < f->fns.data[u.fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(u.fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            const struct model_function *m =
                op->kind == OP_CALL ? program_library(ctx->program, f, op->call) : NULL;
            const struct ir_val *v = argument(f, op->call, 0);
            if (m && (m->roles & ROLE_MAKES_PIPE) && v->kind == VAL_ADDR) {
                u.ends = v->path;
                u.made = op->loc;
            } else if (m && (m->flags & FN_FORKS) && u.ends.v) {
                u.fork = op->call;
                u.held = outcome_holder(u.fn, op->call);
                look_at(ctx, &u);
            }
        }
    }
}

extern const struct rule rule_channel_never_closed;
const struct rule rule_channel_never_closed = {
    .id = "channel-never-closed",
    .summary = "A pipe is read to its end by a process that keeps the other end open",
    .level = LEVEL_WARNING,
    .precision = PRECISION_HIGH,
    .cwe = {775, 833},
    .check_function = check,
};
