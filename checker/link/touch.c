// Which global locks, conditions and descriptors a function and its callees use or destroy.
// Flow-insensitive, bottom-up.
#include "checker/link/program_private.h"

enum { TOUCHES_MAX = 64 };

static void add(struct program *p, struct node *n, struct touched t) {
    for (uint32_t i = 0; i < n->touches.len; i++) {
        if (expr_same(n->touches.data[i].place, t.place)) {
            n->touches.data[i].uses |= t.uses;
            n->touches.data[i].destroys |= t.destroys;
            return;
        }
    }
    if (n->touches.len < TOUCHES_MAX) {
        vec_push(p->arena, &n->touches, t);
    }
}

// A place that lies in a global without following a pointer; none for others.
static expr_id global_place(struct program *p, const struct facts *f, path_id path) {
    const struct ir_path *x = &f->paths.data[path.v];
    if (x->kind == PATH_FIELD) {
        expr_id base = global_place(p, f, x->base);
        struct str record = facts_text(f, f->records.data[x->record.v].name);
        return base.v ? expr_field(p->exprs, base, facts_text(f, x->name), record) : base;
    }
    const struct ir_var *v = &f->vars.data[x->var.v];
    bool shared = x->kind == PATH_VAR && (v->kind == VAR_GLOBAL || v->kind == VAR_STATIC_LOCAL) &&
                  !(v->flags & VAR_THREAD_LOCAL);
    return shared ? expr_global(p->exprs, facts_text(f, v->key), facts_text(f, v->name))
                  : (expr_id){0};
}

// Global place that the effect's operand `e` ("*m") comes to in this call.
static expr_id operand(struct program *p, const struct facts *f, const struct ir_call *c,
                       expr_id e) {
    const struct expr *x = expr_get(p->exprs, e);
    if (x->kind == EX_LOAD) { // "use *s"
        x = expr_get(p->exprs, x->a);
    }
    const struct expr *param = expr_get(p->exprs, x->kind == EX_DEREF ? x->a : (expr_id){0});
    if (param->kind != EX_PARAM || param->num >= (int64_t)c->arg_count) {
        return (expr_id){0};
    }
    const struct ir_val *v = &f->vals.data[f->args.data[c->first_arg.v + (uint32_t)param->num].v];
    return v->kind == VAL_ADDR ? global_place(p, f, v->path) : (expr_id){0};
}

static void take_effect(struct program *p, struct node *n, const struct ir_call *c,
                        const struct effect *e) {
    const struct facts *f = n->ref.facts;
    struct touched t = {.place = operand(p, f, c, e->a)};
    switch ((int)e->kind) {
    case EFFECT_WAIT: {
        struct touched lock = {.place = operand(p, f, c, e->b), .uses = true};
        if (lock.place.v) {
            add(p, n, lock);
        }
        t.uses = true;
        break;
    }
    case EFFECT_ACQUIRE:
    case EFFECT_LOCKS:
    case EFFECT_SIGNAL:
    case EFFECT_USE:
        t.uses = true;
        break;
    case EFFECT_LOCK_DESTROY:
        t.destroys = true;
        break;
    default:
        return;
    }
    if (t.place.v) {
        add(p, n, t);
    }
}

void program_note_touched(struct program *p, struct node *n, call_id call) {
    const struct ir_call *c = &n->ref.facts->calls.data[call.v];
    const struct summary *m = program_unit(p, n->ref.facts)->models[call.v];
    for (uint32_t i = 0; m && i < m->case_count; i++) {
        for (uint32_t k = 0; k < m->cases[i].effect_count; k++) {
            take_effect(p, n, c, &m->cases[i].effects[k]);
        }
    }
}

void program_take_touched(struct program *p, struct node *n, const struct node *callee) {
    for (uint32_t i = 0; i < callee->touches.len; i++) {
        add(p, n, callee->touches.data[i]);
    }
}
