// A function is left with a lock held that should have been released.
//
// Who is meant to release it? If the function itself does so on another way out, this way out
// forgot it. If it never does, it may be a lock() half: then some caller, or a function that
// releases what it did not take, shows the protocol.
#include "checker/rule/check.h"

#include "checker/base/map.h"

struct view {
    struct rule_ctx *ctx;
    const struct flow_result *r;
};

static const struct lock_state *find_lock(const struct flow_exit *x, expr_id lock) {
    for (uint32_t i = 0; i < x->lock_count; i++) {
        if (expr_same(x->locks[i].lock, lock)) {
            return &x->locks[i];
        }
    }
    return NULL;
}

// On the same way out another lock of this class was released without being taken: two names of one
// lock.
static bool is_released_under_other_name(const struct view *v, const struct flow_exit *x,
                                         expr_id lock) {
    struct expr_table *t = program_exprs(v->ctx->program);
    expr_id class = expr_class(t, lock);
    for (uint32_t i = 0; i < x->lock_count; i++) {
        const struct lock_state *l = &x->locks[i];
        if (!expr_same(l->lock, lock) && l->entry == ENTRY_HELD && l->status == LOCK_FREE &&
            (!class.v || expr_same(expr_class(t, l->lock), class))) {
            return true;
        }
    }
    return false;
}

// Some way out says that the lock could not be taken: a try passed on to the caller.
static bool is_try_half(const struct view *v, expr_id lock) {
    for (uint32_t i = 0; i < v->r->exits.len; i++) {
        const struct lock_state *l = find_lock(&v->r->exits.data[i], lock);
        if (l && l->try_failed) {
            return true;
        }
    }
    return false;
}

// An attempt to take the lock was judged the wrong way round: that is told by another rule.
static bool is_told_otherwise(const struct view *v, expr_id lock) {
    for (uint32_t i = 0; i < v->r->events.len; i++) {
        const struct flow_event *e = &v->r->events.data[i];
        if (e->kind == FLOW_RELEASE_TRY_FAILED && expr_same(e->subject, lock)) {
            return true;
        }
    }
    return false;
}

// The function takes or releases the lock as it is told.
static bool is_switch(const struct view *v, expr_id lock) {
    for (uint32_t i = 0; i < v->r->events.len; i++) {
        const struct flow_event *e = &v->r->events.data[i];
        if (e->kind == FLOW_RELEASE_ENTRY && expr_same(e->subject, lock)) {
            return true;
        }
    }
    return false;
}

enum outcome { OUTCOME_UNKNOWN, OUTCOME_GOOD, OUTCOME_BAD };

// What the value returned at an exit says by the usual conventions, when it is a constant: 0 or
// above, or a pointer, against below 0. 0 means success next to an error code and failure next to a
// pointer or a positive number.
static enum outcome outcome_of(const struct view *v, const struct flow_exit *x,
                               const struct flow_exit *other) {
    const struct expr_table *t = program_exprs(v->ctx->program);
    const struct expr *mine = expr_get(t, x->ret);
    const struct expr *theirs = expr_get(t, other->ret);
    if (mine->kind == EX_CONST && mine->num < 0) {
        return OUTCOME_BAD;
    }
    if (theirs->kind == EX_CONST && theirs->num < 0 && mine->kind == EX_CONST) {
        return OUTCOME_GOOD;
    }
    if (theirs->kind == EX_CONST && theirs->num == 0) {
        bool computed =
            mine->kind == EX_MERGE || mine->kind == EX_BINARY || mine->kind == EX_UNKNOWN;
        return computed || (mine->kind == EX_CONST && mine->num == 0) ? OUTCOME_UNKNOWN
                                                                      : OUTCOME_GOOD;
    }
    return mine->kind == EX_CONST && mine->num == 0 ? OUTCOME_BAD : OUTCOME_UNKNOWN;
}

// Held on success, released on failure, and some other function releases such locks: the first half
// of a protocol.
static bool is_first_half(const struct view *v, const struct flow_exit *x, expr_id lock) {
    if (x->kind != EXIT_RETURN || !x->ret.v ||
        !program_is_released_by_others(v->ctx->program, v->ctx->node, lock)) {
        return false;
    }
    for (uint32_t i = 0; i < v->r->exits.len; i++) {
        const struct flow_exit *other = &v->r->exits.data[i];
        const struct lock_state *l = find_lock(other, lock);
        if (l && l->status == LOCK_FREE && outcome_of(v, x, other) != OUTCOME_GOOD) {
            return false;
        }
    }
    return true;
}

// Whoever comes back from the function holds it: what it releases in between it takes again, and no
// way out forgot anything.
static bool is_held_on_all_ways(const struct view *v, expr_id lock) {
    if (flow_is_local_lock(program_exprs(v->ctx->program), lock)) {
        return false;
    }
    for (uint32_t i = 0; i < v->r->exits.len; i++) {
        const struct flow_exit *x = &v->r->exits.data[i];
        const struct lock_state *l = find_lock(x, lock);
        if (x->kind == EXIT_RETURN && (!l || l->status != LOCK_HELD)) {
            return false;
        }
    }
    return program_is_released_by_others(v->ctx->program, v->ctx->node, lock);
}

// The object is given to the caller with its lock held, as look-ups do.
static bool is_lock_of_result(const struct view *v, const struct flow_exit *x, expr_id lock) {
    const struct expr_table *t = program_exprs(v->ctx->program);
    uint8_t kind = expr_get(t, x->ret)->kind;
    bool object = x->kind == EXIT_RETURN && kind != EX_NONE && kind != EX_CONST &&
                  expr_contains(t, lock, x->ret);
    return object && program_is_released_by_others(v->ctx->program, v->ctx->node, lock);
}

// The callee that left it held gives it back on its other ways, or nobody does: the mistake is told
// there.
static bool is_told_in_callee(const struct view *v, const struct lock_state *l) {
    const struct program *p = v->ctx->program;
    node_id to = l->from_callee ? program_callee(p, v->r->fn.facts, l->via) : NODE_NONE;
    const struct flow_result *r = to == NODE_NONE ? NULL : program_flow(p, to, FLOW_LOCKS);
    struct expr_table *t = program_exprs(p);
    expr_id class = expr_class(t, l->lock);
    for (uint32_t i = 0; r && i < r->exits.len; i++) {
        for (uint32_t k = 0; k < r->exits.data[i].lock_count; k++) {
            const struct lock_state *x = &r->exits.data[i].locks[k];
            bool told = flow_gives_back(r, x->lock) ||
                        (!flow_gives_back(v->r, l->lock) && !program_is_address_taken(p, to) &&
                         !program_is_released_by_others(p, to, x->lock));
            if (x->status == LOCK_HELD && x->entry == ENTRY_FREE && told &&
                expr_same(expr_class(t, x->lock), class)) {
                return true;
            }
        }
    }
    return false;
}

static bool is_released_differently(const struct view *v, expr_id lock);

// Reached through a pointer that was computed, or through an element some round of a loop chose:
// what is released under another name may be it.
static bool may_have_other_name(const struct view *v, expr_id lock) {
    const struct expr_table *t = program_exprs(v->ctx->program);
    return expr_has_kinds(t, lock, EXPR_KIND(EX_MERGE) | EXPR_KIND(EX_BINARY)) &&
           is_released_differently(v, lock);
}

static bool is_meant(const struct view *v, const struct flow_exit *x, const struct lock_state *l) {
    const struct program *p = v->ctx->program;
    node_id n = v->ctx->node;
    bool root = program_is_thread_entry(p, n) || program_is_main(p, n);
    if (x->kind == EXIT_RETURN && program_has_contract(p, v->r->fn, CONTRACT_ACQUIRES)) {
        return true; // its annotation tells callers
    }
    if (program_hands_lock_over(p, n) || program_is_taken_over(p, n, l->lock) ||
        l->flags & (EF_OWNERLESS | EF_MAYBE)) {
        return true;
    }
    if (is_released_under_other_name(v, x, l->lock) || is_told_otherwise(v, l->lock) ||
        is_told_in_callee(v, l) || flow_is_returned_guard(program_exprs(p), x, l->lock)) {
        return true;
    }
    if (!flow_gives_back(v->r, l->lock) && is_try_half(v, l->lock)) {
        return true;
    }
    if (is_switch(v, l->lock) || may_have_other_name(v, l->lock) ||
        (!root && (is_first_half(v, x, l->lock) || is_held_on_all_ways(v, l->lock) ||
                   is_lock_of_result(v, x, l->lock)))) {
        return true;
    }
    if (flow_gives_back(v->r, l->lock) || root || flow_is_local_lock(program_exprs(p), l->lock)) {
        return false;
    }
    if (program_is_released_by_others(p, n, l->lock) || !program_is_whole(p)) {
        return true;
    }
    // never released by anyone: only claimed of locks whose every use is in sight; a pointer to one
    // may be kept under any name
    expr_id class = expr_class(program_exprs(p), l->lock);
    return !class.v || expr_get(program_exprs(p), class)->kind == EX_DEREF ||
           program_is_address_taken(p, n);
}

static const char *exit_text(const struct flow_exit *x) {
    return x->kind == EXIT_THROW ? "throws" : "returns";
}

// The value returned is read after the lock is given up: nothing that others may write.
static bool returns_own_value(const struct view *v, const struct flow_exit *x) {
    const struct facts *f = v->r->fn.facts;
    const struct ir_fn *ir = &f->fns.data[v->r->fn.fn.v];
    for (uint32_t i = 0; i < ir->block_count; i++) {
        const struct ir_block *b = &f->blocks.data[ir->first_block.v + i];
        const struct ir_val *value = &f->vals.data[b->lhs.v];
        const struct ir_path *path = &f->paths.data[value->path.v];
        if (b->term == TERM_RETURN && b->loc.v == x->loc.v && value->kind == VAL_PATH) {
            uint8_t kind = f->vars.data[path->var.v].kind;
            return path->kind == PATH_VAR && (kind == VAR_LOCAL || kind == VAR_PARAM);
        }
    }
    return true;
}

// What unlocks it on another path would do so here.
static void offer_fix(const struct view *v, struct finding *f, const struct flow_exit *x,
                      expr_id lock) {
    for (uint32_t i = 0; i < v->r->releases.len; i++) {
        const struct flow_release *release = &v->r->releases.data[i];
        if (expr_same(release->lock, lock) && !release->from_callee) {
            loc_id from = v->r->fn.facts->calls.data[release->call.v].loc;
            rule_fix_from(v->ctx, f, FIX_UNLOCK_TO_LEAVE, v->r->fn, x->loc, from);
            return;
        }
    }
}

static void report(const struct view *v, const struct flow_exit *x, const struct lock_state *l) {
    struct rule_ctx *ctx = v->ctx;
    struct fn_ref fn = v->r->fn;
    struct flow_site site = rule_site(ctx, l->site);
    const char *name = rule_name(ctx, fn, l->lock);
    bool balanced = flow_gives_back(v->r, l->lock);
    struct finding *f = rule_report(
        ctx, fn, x->loc, "'" STR_FMT "' %s while it still holds '%s', locked at %s%s",
        STR_ARG(program_fn_name(ctx->program, ctx->node)), exit_text(x), name,
        rule_line(ctx, fn, site), balanced ? "; other paths unlock it" : "; nothing unlocks it");
    if (!f) {
        return;
    }
    f->subject = str_from(name);
    rule_trace(ctx, f, v->r, x->trace);
    rule_step(ctx, f, STEP_RETURN, fn, x->loc, "'%s' is still held here", name);
    rule_related(ctx, f, site, "'%s' is locked here", name);
    if (balanced && x->kind == EXIT_RETURN && returns_own_value(v, x)) {
        offer_fix(v, f, x, l->lock);
    }
}

// A loop comes round to where it takes the lock and still has it.
static void check_loops(const struct view *v) {
    struct rule_ctx *ctx = v->ctx;
    for (uint32_t i = 0; i < v->r->events.len; i++) {
        const struct flow_event *e = &v->r->events.data[i];
        bool told_elsewhere = !flow_gives_back(v->r, e->subject); // shared-state-double-lock
        if (!flow_is_same_place(program_sites(ctx->program), v->r, e) || told_elsewhere ||
            program_is_recursive(ctx->program, e->subject)) {
            continue;
        }
        const char *name = rule_name(ctx, v->r->fn, e->subject);
        struct finding *f =
            rule_report(ctx, v->r->fn, e->loc,
                        "the loop comes round with '%s' still held from the round before: it is "
                        "locked again here and the thread blocks on itself",
                        name);
        if (f) {
            f->subject = str_from(name);
            rule_trace(ctx, f, v->r, e->trace);
        }
    }
}

// Some release in the function is of a lock of this class under another name: maybe the round's
// lock.
static bool is_released_differently(const struct view *v, expr_id lock) {
    struct expr_table *t = program_exprs(v->ctx->program);
    expr_id class = expr_class(t, lock);
    for (uint32_t i = 0; i < v->r->releases.len; i++) {
        expr_id other = v->r->releases.data[i].lock;
        if (!expr_same(other, lock) && expr_same(expr_class(t, other), class)) {
            return true;
        }
    }
    for (uint32_t i = 0; i < v->r->events.len; i++) {
        const struct flow_event *e = &v->r->events.data[i];
        if (e->kind == FLOW_RELEASE_ENTRY && expr_same(expr_class(t, e->subject), class)) {
            return true;
        }
    }
    return v->r->releases_unnamed;
}

// While the lock was held its object was given to a function, which may keep it together with the
// lock.
static bool is_passed_on(const struct view *v, const struct flow_event *e) {
    const struct facts *f = v->r->fn.facts;
    int64_t var = expr_get(program_exprs(v->ctx->program), e->home)->num;
    for (uint32_t i = 0; i < v->r->calls.len; i++) {
        const struct ir_call *c = &f->calls.data[v->r->calls.data[i].call.v];
        for (uint32_t k = 0; k < c->arg_count; k++) {
            const struct ir_val *x = &f->vals.data[f->args.data[c->first_arg.v + k].v];
            const struct ir_path *p = &f->paths.data[x->path.v];
            if (x->kind == VAL_PATH && p->kind == PATH_VAR && p->var.v == (uint32_t)var) {
                return true;
            }
        }
    }
    return false;
}

// Each round takes the lock of another object and some rounds end with it.
static void check_rounds(const struct view *v) {
    struct rule_ctx *ctx = v->ctx;
    for (uint32_t i = 0; i < v->r->events.len; i++) {
        const struct flow_event *e = &v->r->events.data[i];
        if (e->kind != FLOW_LEFT_BEHIND || !flow_gives_back(v->r, e->subject) ||
            is_released_differently(v, e->subject) || is_passed_on(v, e) ||
            program_is_released_by_others(ctx->program, ctx->node, e->subject) ||
            program_hands_lock_over(ctx->program, ctx->node)) {
            continue;
        }
        const char *name = rule_name(ctx, v->r->fn, e->subject);
        struct finding *f = rule_report(ctx, v->r->fn, e->loc,
                                        "the round of the loop that locks '%s' here may end "
                                        "without unlocking it, and the next round goes on "
                                        "to another lock; other paths unlock it",
                                        name);
        if (f) {
            f->subject = str_from(name);
            rule_trace(ctx, f, v->r, e->trace);
        }
    }
}

static void check(struct rule_ctx *ctx) {
    const struct flow_result *r = program_flow(ctx->program, ctx->node, FLOW_LOCKS);
    if (!r || r->limited || (r->summary.flags & SUMMARY_PARTIAL) ||
        program_is_main(ctx->program,
                        ctx->node)) { // the process ends with main: nobody waits for its locks
        return;
    }
    struct view v = {ctx, r};
    check_loops(&v);
    check_rounds(&v);
    struct map seen;
    map_init(&seen, ctx->arena);
    for (uint32_t i = 0; i < r->exits.len; i++) {
        const struct flow_exit *x = &r->exits.data[i];
        for (uint32_t k = 0; k < x->lock_count; k++) {
            const struct lock_state *l = &x->locks[k];
            uint64_t key = (uint64_t)l->lock.v << 32 | x->loc.v;
            uint32_t old = 0;
            bool older = expr_has_kind(program_exprs(ctx->program), l->lock,
                                       EX_OLD); // of a round before: may be gone
            if (x->kind == EXIT_END || older || l->status != LOCK_HELD || l->entry != ENTRY_FREE ||
                is_meant(&v, x, l) || map_get(&seen, key, &old)) {
                continue;
            }
            map_put(&seen, key, 1);
            report(&v, x, l);
        }
    }
}

extern const struct rule rule_shared_state_lock_leak;
const struct rule rule_shared_state_lock_leak = {
    .id = "shared-state-lock-leak",
    .summary = "A path leaves a function with a lock held that others release",
    .level = LEVEL_ERROR,
    .precision = PRECISION_HIGH,
    .cwe = {667, 772},
    .cert = "CON01-C",
    .check_function = check,
};
