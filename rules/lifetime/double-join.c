// A thread is joined or detached twice, joined after detach, or joins itself.
#include "checker/flow/graph.h"
#include "checker/rule/check.h"

static const char *problem(uint8_t kind) {
    switch (kind) {
    case FLOW_JOIN_TWICE:
        return "was already joined or detached";
    case FLOW_JOIN_DETACHED:
        return "is detached";
    case FLOW_JOIN_SELF:
        return "is the calling thread itself";
    default:
        return NULL;
    }
}

// A loop that comes round to its call of a function that joins, or to the join of what it finds in
// a list: whether that is the same thread again is up to what is kept in memory.
static bool comes_round(struct rule_ctx *ctx, const struct flow_result *r,
                        const struct flow_event *e) {
    const struct facts *f = r->fn.facts;
    struct flow_site before = rule_site(ctx, e->other);
    bool here = before.loc.v == e->loc.v && before.at.facts == f && before.at.fn.v == r->fn.fn.v &&
                expr_has_kind(program_exprs(ctx->program), e->subject, EX_DEREF);
    if (!here && (!e->inner || e->inner != e->other)) {
        return false;
    }
    struct loops loops = graph_loops(r->fn, ctx->arena);
    uint32_t block = facts_block_of_op(f, r->fn.fn, facts_op_of_call(f, r->fn.fn, e->call));
    return graph_innermost(&loops, block) != NULL;
}

static void check(struct rule_ctx *ctx) {
    const struct flow_result *r = program_flow(ctx->program, ctx->node, FLOW_THREADS);
    for (uint32_t i = 0; r && i < r->events.len; i++) {
        const struct flow_event *e = &r->events.data[i];
        if (!problem(e->kind) || comes_round(ctx, r, e)) {
            continue;
        }
        const char *handle = rule_name(ctx, r->fn, e->subject);
        struct flow_site before = rule_site(ctx, e->other);
        const char *where = rule_where(ctx, before);
        struct finding *f = rule_report(ctx, r->fn, e->loc,
                                        "the thread '%s' is joined or detached here but it %s%s%s",
                                        e->kind == FLOW_JOIN_SELF ? "self" : handle,
                                        problem(e->kind), *where ? " at " : "", where);
        if (f) {
            f->subject = str_from(handle);
            rule_trace(ctx, f, r, e->trace);
            rule_related(ctx, f, before, "it was joined, detached or started as detached here");
        }
    }
}

extern const struct rule rule_lifetime_double_join;
const struct rule rule_lifetime_double_join = {
    .id = "lifetime-double-join",
    .summary = "A thread is joined or detached when it cannot be any more",
    .level = LEVEL_ERROR,
    .precision = PRECISION_HIGH,
    .cwe = {672, 675},
    .cert = "CON39-C",
    .check_function = check,
};
