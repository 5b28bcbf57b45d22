// A thread sleeps or waits for something slow while it holds a lock that other threads want.
#include "checker/flow/graph.h"
#include "checker/rule/check.h"

enum { FAR = 3 }; // a wait further down the calls than this is a question of design

// A wait is told once, whichever function holds the lock, and a function once for each lock.
struct told {
    VEC(uint64_t) keys;
};

static bool is_new(struct rule_ctx *ctx, struct told *told, uint32_t where, bool is_site,
                   expr_id lock) {
    expr_id class = expr_class(program_exprs(ctx->program), lock);
    uint64_t key = (uint64_t)where << 32 | (uint64_t) class.v << 1 | is_site;
    for (uint32_t i = 0; i < told->keys.len; i++) {
        if (told->keys.data[i] == key) {
            return false;
        }
    }
    vec_push(ctx->arena, &told->keys, key);
    return true;
}

static bool is_long_enough(struct rule_ctx *ctx, const struct flow_act *a) {
    const struct expr *length = expr_get(program_exprs(ctx->program), a->subject);
    return length->kind != EX_CONST ||
           length->num >= rule_option_value(ctx, "milliseconds") * 1000000;
}

// Of locks that several threads want, the first that is held.
static const struct flow_held *contended(struct rule_ctx *ctx, const struct flow_act *a) {
    for (uint32_t i = 0; i < a->held_count; i++) {
        bool is_meant = a->held[i].serves &&
                        ctx->config->profile != PROFILE_REVIEW; // it is there to serialise this
        if (!is_meant && program_is_contended(ctx->program, a->held[i].lock)) {
            return &a->held[i];
        }
    }
    return NULL;
}

static bool is_asked(struct rule_ctx *ctx, node_id n, const struct flow_act *a) {
    bool review = ctx->config->profile == PROFILE_REVIEW;
    if (a->in_thread || a->held_count == 0 || (a->chain_count > FAR && !review) ||
        program_act_is_alone(ctx->program, n, a)) {
        return false;
    }
    switch (a->kind) {
    case ACT_SLEEP:
        return is_long_enough(ctx, a);
    case ACT_BLOCK:
        return !(a->flags & EF_MAYBE) || review;
    case ACT_JOIN:
        return true;
    default:
        return false;
    }
}

// shared-state-join-deadlock tells of a thread that needs the lock.
static bool is_deadlock(struct rule_ctx *ctx, const struct flow_act *a,
                        const struct flow_held *held) {
    node_id entries[8];
    uint32_t count = a->kind == ACT_JOIN ? program_joined_entries(ctx->program, a, entries, 8) : 0;
    for (uint32_t i = 0; i < count; i++) {
        if (program_takes(ctx->program, entries[i], held->lock)) {
            return true;
        }
    }
    return false;
}

// The next thing the function does after this acquisition is to release a lock.
static bool is_empty_section(const struct rule_ctx *ctx, struct fn_ref fn, call_id acquire) {
    const struct facts *f = fn.facts;
    uint32_t op = facts_op_of_call(f, fn.fn, acquire).v;
    const struct ir_block *b = graph_block(fn, facts_block_of_op(f, fn.fn, (op_id){op}));
    for (uint32_t k = op + 1; op && k < b->first_op.v + b->op_count; k++) {
        const struct ir_op *x = &f->ops.data[k];
        if (x->kind == OP_CALL) {
            return program_model_effect(ctx->program, f, x->call, EFFECT_RELEASE) != NULL;
        }
        bool access = x->kind == OP_READ || x->kind == OP_WRITE || x->kind == OP_UPDATE;
        if (access && f->vars.data[f->paths.data[x->path.v].var.v].kind != VAR_PARAM) {
            return false;
        }
    }
    return false;
}

// A gate: whoever else takes the lock gives it back at once, or keeps it for others to wait at. To
// be waited for is what it is there for.
static bool is_gate(const struct rule_ctx *ctx, node_id here, expr_id lock) {
    struct expr_table *t = program_exprs(ctx->program);
    expr_id class = expr_class(t, lock);
    bool gate = false;
    for (node_id n = 0; class.v && n < program_fn_count(ctx->program); n++) {
        const struct flow_result *r = program_flow(ctx->program, n, FLOW_LOCKS);
        for (uint32_t i = 0; r && n != here && i < r->acquires.len; i++) {
            const struct flow_acquire *x = &r->acquires.data[i];
            if (!expr_same(expr_class(t, x->lock), class) || flow_leaves_held(r, x->lock)) {
                continue;
            }
            if (!is_empty_section(ctx, r->fn, x->call)) {
                return false;
            }
            gate = true;
        }
    }
    return gate;
}

static void report(struct rule_ctx *ctx, const struct flow_result *r, const struct flow_act *a,
                   const struct flow_held *held) {
    const char *lock = rule_name(ctx, r->fn, held->lock);
    struct flow_site inner = rule_site(ctx, a->site);
    const char *what = a->kind == ACT_SLEEP  ? "sleeps"
                       : a->kind == ACT_JOIN ? "waits for the end of a thread"
                                             : "may wait long";
    loc_id loc = r->fn.facts->calls.data[a->call.v].loc;
    struct finding *f =
        a->chain_count
            ? rule_report(ctx, r->fn, loc,
                          "this call %s ('" STR_FMT
                          "' at %s) while '%s' is held: all who want the lock wait as long",
                          what, STR_ARG(a->by), rule_where(ctx, inner), lock)
            : rule_report(ctx, r->fn, loc,
                          "'" STR_FMT "' %s while '%s' is held: all who want the lock wait as long",
                          STR_ARG(a->by), what, lock);
    if (!f) {
        return;
    }
    if ((a->flags & EF_MAYBE) || held->serves || a->chain_count > FAR) {
        f->level = LEVEL_NOTE; // files are quick as a rule, and the descriptor may not block
    }
    f->subject = str_from(lock);
    rule_trace(ctx, f, r, a->trace);
    for (uint32_t i = 0; i < a->chain_count; i++) {
        struct flow_site call = rule_site(ctx, a->chain[i]);
        rule_step(ctx, f, STEP_CALL, call.at, call.loc, "'%s' is held during this call", lock);
    }
    rule_step(ctx, f, STEP_WAIT, inner.at, inner.loc, "'" STR_FMT "' %s with '%s' held",
              STR_ARG(a->by), what, lock);
    rule_related(ctx, f, rule_site(ctx, held->site), "'%s' is locked here", lock);
}

static void check(struct rule_ctx *ctx) {
    struct told told = {0};
    for (node_id n = 0; n < program_fn_count(ctx->program); n++) {
        const struct flow_result *r = program_flow(ctx->program, n, FLOW_LOCKS);
        for (uint32_t i = 0; r && i < r->acts.items.len; i++) {
            const struct flow_act *a = &r->acts.items.data[i];
            const struct flow_held *held = is_asked(ctx, n, a) ? contended(ctx, a) : NULL;
            if (held && !is_deadlock(ctx, a, held) && !is_gate(ctx, n, held->lock) &&
                is_new(ctx, &told, a->site, true, held->lock) &&
                is_new(ctx, &told, n, false, held->lock)) {
                report(ctx, r, a, held);
            }
        }
    }
}

extern const struct rule rule_shared_state_blocking_under_lock;
const struct rule rule_shared_state_blocking_under_lock = {
    .id = "shared-state-blocking-under-lock",
    .summary = "A thread sleeps or blocks while it holds a lock that others want",
    .level = LEVEL_WARNING,
    .precision = PRECISION_MEDIUM,
    .cwe = {667, 833},
    .options = {{"milliseconds", "shortest sleep that is reported", 1, 0, 3600000}  },
    .check_program = check,
};
