// A handle that two of the program's functions end: only one of them can.
#include "checker/flow/graph.h"
#include "checker/link/stop.h"
#include "checker/rule/check.h"

// Every way through the function comes to the op: nothing arbitrates.
static bool is_unconditional(const struct rule_ctx *ctx, node_id n, op_id op) {
    struct fn_ref fn = program_fn(ctx->program, n);
    uint32_t wall = facts_block_of_op(fn.facts, fn.fn, op);
    uint32_t count = fn.facts->fns.data[fn.fn.v].block_count;
    bool *seen = ARENA_ARRAY(ctx->arena, bool, count + 1);
    uint32_t *stack = ARENA_ARRAY(ctx->arena, uint32_t, count + 1);
    uint32_t top = 0;
    if (wall != 0) {
        stack[top++] = 0;
    }
    while (top) {
        const struct ir_block *b = graph_block(fn, stack[--top]);
        if (b->term == TERM_RETURN) {
            return false;
        }
        for (uint32_t k = 0; k < b->edge_count; k++) {
            uint32_t to = graph_target(fn, b, k);
            if (to != wall && !seen[to]) {
                seen[to] = true;
                stack[top++] = to;
            }
        }
    }
    return true;
}

static bool ends_handle(const struct stop_end *e) {
    return (e->kind == STOP_JOIN || e->kind == STOP_DETACH) && !e->assumed;
}

static struct flow_site site_of(const struct program *p, const struct stop_end *e) {
    struct fn_ref fn = program_fn(p, e->node);
    return (struct flow_site){fn, fn.facts->ops.data[e->op.v].loc};
}

// The thread has detached itself: its handle is nobody's any more.
static void check_self(struct rule_ctx *ctx, const struct program_stop *s,
                       const struct stop_end *e) {
    const struct program *p = ctx->program;
    struct flow_site at = site_of(p, e);
    struct fn_ref by = program_fn(p, s->self_node);
    struct flow_site self = {by, by.facts->ops.data[s->self_op.v].loc};
    struct finding *f = rule_report(
        ctx, at.at, at.loc,
        "thread '" STR_FMT "' detaches itself (%s), so it cannot be %s here: its handle may "
        "already be another thread's",
        STR_ARG(program_fn_name(p, program_root(p, s->root)->node)), rule_line(ctx, at.at, self),
        e->kind == STOP_JOIN ? "joined" : "detached");
    if (f) {
        f->subject = program_fn_name(p, program_root(p, s->root)->node);
        rule_related(ctx, f, self, "the thread detaches itself here");
    }
}

static void check_pair(struct rule_ctx *ctx, const struct program_stop *s, const struct stop_end *a,
                       const struct stop_end *b) {
    const struct program *p = ctx->program;
    struct flow_site at = site_of(p, b);
    struct finding *f = rule_report_or_note(
        ctx, true, at.at, at.loc,
        "the handle of thread '" STR_FMT "' is ended here and at %s, each time without looking "
        "whether the other one has done it: who owns the thread?",
        STR_ARG(program_fn_name(p, program_root(p, s->root)->node)),
        rule_line(ctx, at.at, site_of(p, a)));
    if (f) {
        f->subject = program_fn_name(p, program_root(p, s->root)->node);
        rule_related(ctx, f, site_of(p, a), "the other end");
    }
}

static bool is_pair(const struct rule_ctx *ctx, const struct program_stop *s,
                    const struct stop_end *a, const struct stop_end *b) {
    const struct program *p = ctx->program;
    return ends_handle(a) && ends_handle(b) && a->node != b->node && a->home == b->home &&
           !program_starts(p, s, a->node) && !program_starts(p, s, b->node) &&
           is_unconditional(ctx, a->node, a->op) && is_unconditional(ctx, b->node, b->op);
}

static void check(struct rule_ctx *ctx) {
    for (uint32_t i = 0; i < program_stop_count(ctx->program); i++) {
        const struct program_stop *s = program_stop(ctx->program, i);
        for (uint32_t k = 0; k < s->ends.len; k++) {
            const struct stop_end *e = &s->ends.data[k];
            if (s->self_op.v && ends_handle(e)) {
                check_self(ctx, s, e);
                break;
            }
            if (k && is_pair(ctx, s, &s->ends.data[0], e)) {
                check_pair(ctx, s, &s->ends.data[0], e);
                break;
            }
        }
    }
}

extern const struct rule rule_ownership_two_owners;
const struct rule rule_ownership_two_owners = {
    .id = "ownership-two-owners",
    .summary = "The handle of a thread is ended in two places and nothing says by whom",
    .level = LEVEL_WARNING,
    .precision = PRECISION_MEDIUM,
    .whole_program = true,
    .cwe = {675, 672},
    .cert = "CON39-C",
    .check_program = check,
};
