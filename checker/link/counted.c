// Locks that a program makes recursive itself: a mutex with the thread that holds it and a count
// beside it. What is written in their two functions is
//
//     if (c->owner == self) { c->depth++; return; }   lock(&c->mutex); c->owner = self; ...
//     if (--c->depth) return;                         c->owner = 0; unlock(&c->mutex);
//
// and what they do for their callers is to take and to give back a recursive lock, on every path.
// Their summaries are rewritten to say so; the pattern is that of the summaries, not of the code.
#include "checker/link/program_private.h"

// --- constraints ---

enum mine { MINE_UNSAID, MINE_YES, MINE_NO };

// A variable is compared with the calling thread.
static enum mine says_mine(struct expr_table *t, const struct constraint *c) {
    expr_id self = expr_str(t, STR("$self"));
    const struct expr *x = expr_get(t, c->e);
    bool is_test = x->kind == EX_BINARY && (x->op == OPR_EQ || x->op == OPR_NE) &&
                   (c->cmp == OPR_EQ || c->cmp == OPR_NE) && (c->num == 0 || c->num == 1) &&
                   ((expr_same(x->b, self) && expr_get(t, x->a)->kind == EX_LOAD) ||
                    (expr_same(x->a, self) && expr_get(t, x->b)->kind == EX_LOAD));
    if (!is_test) {
        return MINE_UNSAID;
    }
    bool holds = (c->cmp == OPR_EQ) == (c->num == 1);
    return holds == (x->op == OPR_EQ) ? MINE_YES : MINE_NO;
}

static enum mine mine_in_case(struct expr_table *t, const struct summary_case *c) {
    for (uint32_t i = 0; i < c->when_count; i++) {
        enum mine m = says_mine(t, &c->when[i]);
        if (m != MINE_UNSAID) {
            return m;
        }
    }
    return MINE_UNSAID;
}

// The variable lies beside the lock: in the same object, or both are globals.
static bool lies_beside(const struct expr_table *t, expr_id e, expr_id lock) {
    const struct expr *l = expr_get(t, lock);
    const struct expr *x = expr_get(t, e);
    if (x->kind == EX_LOAD) {
        const struct expr *place = expr_get(t, x->a);
        return place->kind == l->kind &&
               (l->kind == EX_GLOBAL || (l->kind == EX_FIELD && expr_same(place->a, l->a)));
    }
    return (x->kind == EX_BINARY || x->kind == EX_UNARY) &&
           (lies_beside(t, x->a, lock) || (x->b.v && lies_beside(t, x->b, lock)));
}

static bool depends_on_neighbour(const struct expr_table *t, const struct summary_case *c,
                                 expr_id lock) {
    for (uint32_t i = 0; i < c->when_count; i++) {
        if (lies_beside(t, c->when[i].e, lock)) {
            return true;
        }
    }
    return false;
}

// --- effects ---

// The one effect of this kind in the case, when it is the only one on locks; NULL when there is
// none. *ret_other is set when there are others.
static const struct effect *only_effect(const struct summary_case *c, enum effect_kind kind,
                                        bool *ret_other) {
    const struct effect *found = NULL;
    for (uint32_t i = 0; i < c->effect_count; i++) {
        const struct effect *e = &c->effects[i];
        bool harmless = e->kind == EFFECT_SET || e->kind == EFFECT_RETURN;
        *ret_other |= !harmless && (e->kind != kind || found || (e->flags & EF_MAYBE));
        found = e->kind == kind ? e : found;
    }
    return found;
}

// The lock on which all cases that have the effect agree; NULL when there are other effects.
static const struct effect *common_effect(const struct summary *s, enum effect_kind kind) {
    const struct effect *found = NULL;
    bool other = false;
    for (uint32_t i = 0; i < s->case_count; i++) {
        const struct effect *e = only_effect(&s->cases[i], kind, &other);
        other |= e && found && !expr_same(e->a, found->a);
        found = e ? e : found;
    }
    return other ? NULL : found;
}

// The effect, in terms of the function itself.
static struct summary_case plain_case(struct arena *arena, const struct expr_table *t,
                                      const struct summary_case *c, const struct effect *does) {
    struct summary_case out = {.usually = c->usually};
    struct constraint *when = ARENA_ARRAY(arena, struct constraint, c->when_count + 1);
    for (uint32_t i = 0; i < c->when_count; i++) {
        if (!lies_beside(t, c->when[i].e, does->a)) {
            when[out.when_count++] = c->when[i];
        }
    }
    struct effect *effects = ARENA_ARRAY(arena, struct effect, c->effect_count + 1);
    for (uint32_t i = 0; i < c->effect_count; i++) {
        if (c->effects[i].kind == EFFECT_RETURN) {
            effects[out.effect_count++] = c->effects[i];
        }
    }
    effects[out.effect_count++] = *does;
    out.when = when;
    out.effects = effects;
    return out;
}

static bool is_there(const struct summary_case *cases, uint32_t count, bool bare) {
    return bare && count && cases[0].when_count == 0;
}

// Every case that depends on what lies beside the lock does the same; those of other threads do
// nothing when `drop_others`.
static void rewrite(struct program *p, struct summary *s, const struct effect *does,
                    bool drop_others) {
    struct summary_case *cases = ARENA_ARRAY(p->arena, struct summary_case, s->case_count);
    uint32_t count = 0;
    for (uint32_t i = 0; i < s->case_count; i++) {
        const struct summary_case *c = &s->cases[i];
        bool other = false;
        bool has = only_effect(c, (enum effect_kind)does->kind, &other) != NULL;
        enum mine mine = mine_in_case(p->exprs, c);
        bool fails = mine == MINE_NO && !has; // an attempt, or a mistake of the caller
        if (fails && drop_others) {
            continue;
        }
        bool counted = has || (!fails && depends_on_neighbour(p->exprs, c, does->a));
        struct summary_case x = counted ? plain_case(p->arena, p->exprs, c, does) : *c;
        if (!is_there(cases, count, x.when_count == 0)) {
            cases[count++] = x;
        }
    }
    s->cases = cases;
    s->case_count = count;
}

// --- the two functions ---

static bool asks_who(const struct program *p, node_id n) {
    const struct node *x = &p->nodes.data[n];
    const struct facts *f = x->ref.facts;
    const struct ir_fn *fn = &f->fns.data[x->ref.fn.v];
    expr_id self = expr_str(p->exprs, STR("$self"));
    for (uint32_t i = 0; i < fn->block_count; i++) {
        const struct ir_block *b = &f->blocks.data[fn->first_block.v + i];
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            const struct effect *e =
                op->kind == OP_CALL ? program_model_effect(p, f, op->call, EFFECT_RETURN) : NULL;
            if (e && expr_same(e->a, self)) {
                return true;
            }
        }
    }
    return false;
}

bool counted_may_lock(const struct program *p, node_id n) {
    const struct facts *f = p->nodes.data[n].ref.facts;
    const struct ir_fn *fn = &f->fns.data[p->nodes.data[n].ref.fn.v];
    bool acquires = false;
    for (uint32_t i = 0; i < fn->block_count && !acquires; i++) {
        const struct ir_block *b = &f->blocks.data[fn->first_block.v + i];
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            acquires |= op->kind == OP_CALL && program_model_effect(p, f, op->call, EFFECT_ACQUIRE);
        }
    }
    return acquires && asks_who(p, n);
}

// Takes the lock unless the calling thread is the one that is noted beside it.
static const struct effect *taken_by_count(struct program *p, const struct summary *s) {
    const struct effect *take = common_effect(s, EFFECT_ACQUIRE);
    bool mine = false;
    for (uint32_t i = 0; take && i < s->case_count; i++) {
        bool other = false;
        bool takes = only_effect(&s->cases[i], EFFECT_ACQUIRE, &other) != NULL;
        enum mine m = mine_in_case(p->exprs, &s->cases[i]);
        if (takes && m != MINE_NO) {
            return NULL;
        }
        mine |= m == MINE_YES && depends_on_neighbour(p->exprs, &s->cases[i], take->a);
    }
    return mine ? take : NULL;
}

static bool is_counted(const struct program *p, expr_id lock) {
    expr_id class = expr_own_class(p->exprs, lock);
    for (uint32_t i = 0; class.v && i < p->counted_locks.len; i++) {
        if (expr_same(p->counted_locks.data[i], class)) {
            return true;
        }
    }
    return false;
}

void counted_note(struct program *p, const struct summary *s) {
    const struct effect *take = taken_by_count(p, s);
    expr_id class = take ? expr_own_class(p->exprs, take->a) : (expr_id){0};
    if (class.v && !is_counted(p, take->a)) {
        vec_push(p->arena, &p->counted_locks, class);
        vec_push(p->arena, &p->recursive_locks, class);
        const struct expr *x = expr_get(p->exprs, take->a);
        if (x->kind == EX_FIELD) {
            program_note_counted_wrapper(p, intern_text(&p->exprs->names, x->aux));
        }
    }
}

bool counted_rewrite(struct program *p, struct summary *s) {
    const struct effect *take = p->counted_locks.len ? taken_by_count(p, s) : NULL;
    const struct effect *give = p->counted_locks.len ? common_effect(s, EFFECT_RELEASE) : NULL;
    if (take && is_counted(p, take->a)) {
        struct effect does = *take;
        does.flags |= EF_RECURSIVE;
        rewrite(p, s, &does, false);
        return true;
    }
    if (give && is_counted(p, give->a)) {
        struct effect does = *give;
        rewrite(p, s, &does, true);
        return true;
    }
    return false;
}
