// A condition wait whose predicate is not tested again after waking.
//
// A wake-up may be spurious, or another thread may have taken what was signalled. After the wait,
// control must come to a test that can lead back to the wait before anything is done on the
// strength of the predicate.
#include "checker/rule/check.h"

enum { SEARCH_MAX = 512 };

struct search {
    const struct rule_ctx *ctx;
    const struct facts *f;
    const struct ir_fn *ir;
    uint32_t wait_block; // index in the function
    uint32_t wait_op;
};

static const struct ir_block *block_at(const struct search *s, uint32_t index) {
    return &s->f->blocks.data[s->ir->first_block.v + index];
}

static uint32_t target(const struct search *s, const struct ir_block *b, uint32_t edge) {
    return s->f->edges.data[b->first_edge.v + edge].to.v - s->ir->first_block.v;
}

// Can `from` come to block `to` again, other than through `avoid`?
static bool reaches_around(const struct search *s, uint32_t from, uint32_t to, uint32_t avoid) {
    bool *seen = ARENA_ARRAY(s->ctx->arena, bool, s->ir->block_count);
    uint32_t *stack = ARENA_ARRAY(s->ctx->arena, uint32_t, s->ir->block_count + 1);
    uint32_t n = 0;
    stack[n++] = from;
    seen[from] = true;
    while (n) {
        uint32_t b = stack[--n];
        if (b == to) {
            return true;
        }
        const struct ir_block *x = block_at(s, b);
        for (uint32_t i = 0; i < x->edge_count; i++) {
            uint32_t next = target(s, x, i);
            if (!seen[next] && next != avoid) {
                seen[next] = true;
                stack[n++] = next;
            }
        }
    }
    return false;
}

static bool reaches(const struct search *s, uint32_t from, uint32_t to) {
    return reaches_around(s, from, to, UINT32_MAX);
}

// Class of the place whose address is an argument; none when there is no such argument.
static expr_id class_of_argument(const struct search *s, call_id call, uint32_t index) {
    const struct ir_call *c = &s->f->calls.data[call.v];
    const struct ir_val *v =
        &s->f->vals.data[index < c->arg_count ? s->f->args.data[c->first_arg.v + index].v : 0];
    return v->kind == VAL_ADDR ? program_path_class(s->ctx->program, s->f, v->path) : (expr_id){0};
}

// A lock that is not the one of the wait.
static bool is_other_lock(const struct search *s, const struct ir_op *release) {
    const struct ir_op *wait = &s->f->ops.data[block_at(s, s->wait_block)->first_op.v + s->wait_op];
    expr_id lock = class_of_argument(s, wait->call, 1);
    expr_id other = class_of_argument(s, release->call, 0);
    bool unnamed = !s->f->calls.data[release->call.v].arg_count;
    return lock.v && (unnamed || (other.v && !expr_same(lock, other)));
}

// The lock is given up: whatever was done on the strength of the predicate is done.
static bool acts(const struct search *s, const struct ir_op *op) {
    return op->kind == OP_CALL &&
           program_model_effect(s->ctx->program, s->f, op->call, EFFECT_RELEASE) != NULL &&
           !is_other_lock(s, op);
}

enum verdict { GOES_BACK, ACTS, LEAVES };

// What happens first after the wait on the way from op `at` of `block`.
static enum verdict first_after(const struct search *s, uint32_t block, uint32_t at,
                                unsigned depth) {
    const struct ir_block *b = block_at(s, block);
    for (uint32_t k = at; k < b->op_count; k++) {
        if (acts(s, &s->f->ops.data[b->first_op.v + k])) {
            return ACTS;
        }
    }
    if (b->term == TERM_BRANCH || b->term == TERM_SWITCH) {
        bool back = false;
        for (uint32_t i = 0; i < b->edge_count; i++) {
            back |= reaches(s, target(s, b, i), s->wait_block);
        }
        return back ? GOES_BACK : LEAVES;
    }
    if (b->edge_count == 0 || depth > SEARCH_MAX) {
        return LEAVES;
    }
    uint32_t next = target(s, b, 0);
    return next == s->wait_block ? GOES_BACK : first_after(s, next, 0, depth + 1);
}

// A parameter as it came, or what it refers to.
static bool is_parameter(const struct facts *f, val_id val) {
    const struct ir_val *v = &f->vals.data[val.v];
    const struct ir_path *p = &f->paths.data[v->path.v];
    if (v->kind == VAL_ADDR && p->kind == PATH_DEREF) {
        return is_parameter(f, p->val);
    }
    return v->kind == VAL_PATH && p->kind == PATH_VAR && f->vars.data[p->var.v].kind == VAR_PARAM;
}

// Something decided whether to wait at all: a test on the way from the entry that can go around the
// wait.
static bool is_guarded(const struct search *s) {
    for (uint32_t i = 0; i < s->ir->block_count; i++) {
        const struct ir_block *b = block_at(s, i);
        if (b->term != TERM_BRANCH || b->edge_count < 2 ||
            (is_parameter(s->f, b->lhs) && s->f->vals.data[b->rhs.v].kind == VAL_CONST)) {
            continue; // a parameter alone (is there a time limit?) is nothing to wait for
        }
        uint32_t t = target(s, b, 0);
        uint32_t e = target(s, b, 1);
        if ((t == s->wait_block) != (e == s->wait_block)) {
            return true;
        }
    }
    return false;
}

// `if (test) wait(...); else take();` in a loop: who waited took nothing, and comes to the test
// again.
static bool is_either_or(const struct search *s) {
    const struct ir_block *body = block_at(s, s->wait_block);
    uint32_t join = body->term == TERM_JUMP ? target(s, body, 0) : s->wait_block;
    if (join == s->wait_block || !reaches(s, join, s->wait_block)) {
        return false;
    }
    for (uint32_t i = 0; i < s->ir->block_count; i++) {
        const struct ir_block *b = block_at(s, i);
        for (uint32_t k = 0; b->term == TERM_BRANCH && b->edge_count == 2 && k < 2; k++) {
            const struct ir_block *other = block_at(s, target(s, b, 1 - k));
            if (other->op_count && other->term == TERM_JUMP && target(s, other, 0) == join &&
                target(s, b, k) != join &&
                reaches_around(s, target(s, b, k), s->wait_block, join)) {
                return true;
            }
        }
    }
    return false;
}

// A function that only passes the wait on: its callers have the loop.
static bool is_wrapper(const struct search *s) {
    const struct rule_ctx *ctx = s->ctx;
    for (uint32_t i = 0; i < s->ir->block_count; i++) {
        if (block_at(s, i)->term == TERM_BRANCH && !reaches(s, 0, i)) {
            continue;
        }
        const struct ir_block *b = block_at(s, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &s->f->ops.data[b->first_op.v + k];
            if (op->kind == OP_CALL &&
                program_model_effect(ctx->program, s->f, op->call, EFFECT_ACQUIRE)) {
                return false; // takes the lock itself
            }
        }
    }
    return !program_is_thread_entry(ctx->program, ctx->node) &&
           !program_is_main(ctx->program, ctx->node);
}

// A member of an object that the caller gave.
static bool is_member_of_parameter(const struct facts *f, val_id val) {
    const struct ir_val *v = &f->vals.data[val.v];
    const struct ir_path *p = &f->paths.data[v->path.v];
    while (v->kind == VAL_ADDR && p->kind == PATH_FIELD) {
        p = &f->paths.data[p->base.v];
    }
    return v->kind == VAL_ADDR && p->kind == PATH_DEREF && is_parameter(f, p->val);
}

// Condition and lock come from the caller, who holds the lock: the function passes the wait on,
// whatever it decides before.
static bool passes_parameters(const struct search *s, const struct ir_op *op) {
    const struct ir_call *c = &s->f->calls.data[op->call.v];
    if (c->arg_count < 2) {
        return false;
    }
    val_id condition = s->f->args.data[c->first_arg.v];
    val_id lock = s->f->args.data[c->first_arg.v + 1];
    return is_parameter(s->f, lock) &&
           (is_parameter(s->f, condition) || is_member_of_parameter(s->f, condition));
}

// Condition and lock are reached from two different parameters: what is waited for is known to the
// caller alone.
static bool comes_from_two(const struct search *s, const struct ir_op *op) {
    const struct expr_table *t = program_exprs(s->ctx->program);
    const struct flow_result *r = program_flow(s->ctx->program, s->ctx->node, FLOW_LOCKS);
    for (uint32_t i = 0; r && i < r->waits.len; i++) {
        const struct flow_wait *w = &r->waits.data[i];
        const struct expr *cond = expr_get(t, expr_root(t, w->cond));
        const struct expr *lock = expr_get(t, expr_root(t, w->lock));
        if (w->call.v == op->call.v && cond->kind == EX_PARAM && lock->kind == EX_PARAM &&
            cond->num != lock->num) {
            return true;
        }
    }
    return false;
}

static bool speaks_of_call(const struct facts *f, val_id val, call_id call, unsigned depth) {
    const struct ir_val *v = &f->vals.data[val.v];
    if (v->kind == VAL_UNARY || v->kind == VAL_BINARY) {
        return depth < 8 && (speaks_of_call(f, v->a, call, depth + 1) ||
                             speaks_of_call(f, v->b, call, depth + 1));
    }
    return v->kind == VAL_CALL && v->call.v == call.v;
}

// From this block on nothing is tested before the lock is given up or the function is left.
static bool acts_untested(const struct search *s, uint32_t block, unsigned depth) {
    const struct ir_block *b = block_at(s, block);
    for (uint32_t k = 0; k < b->op_count; k++) {
        if (acts(s, &s->f->ops.data[b->first_op.v + k])) {
            return true;
        }
    }
    if (b->term == TERM_BRANCH || b->term == TERM_SWITCH) {
        return false;
    }
    return b->edge_count == 0 || depth > SEARCH_MAX || acts_untested(s, target(s, b, 0), depth + 1);
}

// What tells a wake-up from the end of the time is taken for the condition itself.
static bool trusts_result(const struct search *s, const struct ir_op *op) {
    const struct ir_block *b = block_at(s, s->wait_block);
    bool tested = b->term == TERM_BRANCH && speaks_of_call(s->f, b->lhs, op->call, 0);
    return tested && acts_untested(s, target(s, b, 0), 0) && acts_untested(s, target(s, b, 1), 0);
}

// `if (test) wait(...);`: a branch goes to the wait or to what comes after it, and the wait is all
// there is in between. As a loop it does the same, until the test says no.
static const struct ir_block *plain_if(const struct search *s) {
    const struct ir_block *body = block_at(s, s->wait_block);
    uint32_t calls = 0;
    for (uint32_t k = 0; k < body->op_count; k++) {
        uint8_t kind = s->f->ops.data[body->first_op.v + k].kind;
        calls += kind == OP_CALL;
        if (kind != OP_CALL && kind != OP_READ) {
            return NULL;
        }
    }
    for (uint32_t i = 0; calls == 1 && body->term == TERM_JUMP && i < s->ir->block_count; i++) {
        const struct ir_block *b = block_at(s, i);
        if (b->term == TERM_BRANCH && b->edge_count == 2 &&
            ((target(s, b, 0) == s->wait_block && target(s, b, 1) == target(s, body, 0)) ||
             (target(s, b, 1) == s->wait_block && target(s, b, 0) == target(s, body, 0)))) {
            return b;
        }
    }
    return NULL;
}

static void check_wait(struct rule_ctx *ctx, const struct search *s, const struct ir_op *op,
                       const struct effect *wait) {
    bool guarded = is_guarded(s);
    if (first_after(s, s->wait_block, s->wait_op + 1, 0) == GOES_BACK || is_either_or(s)) {
        return;
    }
    bool nap = (wait->flags & EF_TIMED) && !trusts_result(s, op);
    if (passes_parameters(s, op) || comes_from_two(s, op) || (!guarded && (nap || is_wrapper(s)))) {
        return;
    }
    struct fn_ref fn = program_fn(ctx->program, ctx->node);
    struct finding *f =
        rule_report(ctx, fn, op->loc,
                    guarded ? "after this wait its condition is not tested again: a wake-up can be "
                              "spurious or come too late, so the wait belongs in a "
                              "'while' loop over the condition"
                            : "this wait has no condition that is tested in a loop: a signal sent "
                              "before it is lost and wake-ups can be spurious");
    if (f) {
        const struct ir_block *test = guarded && !(wait->flags & EF_TIMED) ? plain_if(s) : NULL;
        f->subject = program_fn_name(ctx->program, ctx->node);
        if (test) {
            rule_fix(ctx, f, FIX_IF_TO_WHILE, fn, test->loc);
        }
    }
}

static void check(struct rule_ctx *ctx) {
    struct fn_ref fn = program_fn(ctx->program, ctx->node);
    struct search s = {.ctx = ctx, .f = fn.facts, .ir = &fn.facts->fns.data[fn.fn.v]};
    for (uint32_t i = 0; i < s.ir->block_count; i++) {
        const struct ir_block *b = block_at(&s, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &s.f->ops.data[b->first_op.v + k];
            const struct effect *wait =
                op->kind == OP_CALL ? program_model_effect(ctx->program, s.f, op->call, EFFECT_WAIT)
                                    : NULL;
            if (wait && !(wait->flags & EF_PREDICATE)) {
                s.wait_block = i;
                s.wait_op = k;
                check_wait(ctx, &s, op, wait);
            }
        }
    }
}

extern const struct rule rule_shared_state_wait_without_loop;
const struct rule rule_shared_state_wait_without_loop = {
    .id = "shared-state-wait-without-loop",
    .summary = "A condition wait does not re-test its predicate in a loop",
    .level = LEVEL_ERROR,
    .precision = PRECISION_HIGH,
    .cwe = {667, 662},
    .cert = "CON36-C",
    .check_function = check,
};
