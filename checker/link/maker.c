// Who makes an object: functions that return memory nobody else knows, and functions that fill an
// object for the first time. Bottom-up and without paths, like reach.c.
#include "checker/link/maker.h"
#include "checker/base/hash.h"
#include "checker/flow/graph.h"
#include "checker/link/access.h"
#include "checker/link/namer.h"

enum { MIN_FILLED = 3 };

static bool makes_memory(const struct summary *m) {
    for (uint32_t i = 0; m && i < m->case_count; i++) {
        for (uint32_t k = 0; k < m->cases[i].effect_count; k++) {
            if (m->cases[i].effects[k].kind == EFFECT_ALLOC) {
                return true;
            }
        }
    }
    return false;
}

static bool stores_allocator(const struct program *p, const struct facts *f,
                             const struct ir_block *b, path_id path) {
    for (uint32_t k = 0; k < b->op_count; k++) {
        const struct ir_op *op = &f->ops.data[b->first_op.v + k];
        const struct ir_val *x = &f->vals.data[op->val.v];
        if (op->kind == OP_WRITE && op->path.v == path.v && x->kind == VAL_FN) {
            const struct ir_sym *sym = &f->syms.data[x->sym.v];
            return makes_memory(model_find(p->models, facts_text(f, sym->name),
                                           facts_text(f, sym->key), sym->param_count, false));
        }
    }
    return false;
}

// What the variable is defined with makes memory: `void *(*alloc_fn)(size_t) = malloc;`.
static bool holds_allocator(const struct program *p, const struct facts *f, val_id target) {
    const struct ir_val *v = &f->vals.data[target.v];
    bool variable = v->kind == VAL_PATH && f->paths.data[v->path.v].kind == PATH_VAR;
    for (uint32_t i = 1; variable && i < f->fns.len; i++) {
        const struct ir_fn *fn = &f->fns.data[i];
        for (uint32_t b = 0; (fn->flags & FN_GLOBAL_INIT) && b < fn->block_count; b++) {
            if (stores_allocator(p, f, &f->blocks.data[fn->first_block.v + b], v->path)) {
                return true;
            }
        }
    }
    return false;
}

static bool is_allocation(const struct program *p, const struct facts *f, call_id call) {
    if (program_unit(p, f)->models[call.v]) {
        return program_model_effect(p, f, call, EFFECT_ALLOC) != NULL;
    }
    const struct ir_call *c = &f->calls.data[call.v];
    if (c->kind == CALL_INDIRECT) {
        return holds_allocator(p, f, c->target);
    }
    node_id to = c->kind == CALL_DIRECT ? program_unit(p, f)->sym_nodes[c->callee.v] : NODE_NONE;
    return to != NODE_NONE && p->nodes.data[to].allocates;
}

// Variable a value is, 0 for anything else.
static var_id plain_variable(const struct facts *f, val_id val) {
    const struct ir_val *v = &f->vals.data[val.v];
    const struct ir_path *x = &f->paths.data[v->path.v];
    bool plain = v->kind == VAL_PATH && x->kind == PATH_VAR &&
                 f->vars.data[x->var.v].kind != VAR_GLOBAL &&
                 f->vars.data[x->var.v].kind != VAR_STATIC_LOCAL;
    return plain ? x->var : (var_id){0};
}

struct source {
    const struct program *p;
    struct fn_ref fn;
    var_id var;   // holds the memory, 0: none yet
    bool made;    // some way makes it
    bool unknown; // it may come from elsewhere, or somebody else may know it
};

// Null and the result of an allocation are as they should be; one variable is followed.
static void take(struct source *s, val_id val) {
    const struct facts *f = s->fn.facts;
    const struct ir_val *v = &f->vals.data[val.v];
    var_id var = plain_variable(f, val);
    if (v->kind == VAL_CALL && is_allocation(s->p, f, v->call)) {
        s->made = true;
    } else if (var.v && (!s->var.v || s->var.v == var.v)) {
        s->var = var;
    } else if (!(v->kind == VAL_CONST && v->num == 0)) {
        s->unknown = true;
    }
}

static bool call_keeps(const struct program *p, const struct facts *f, call_id call, uint32_t arg) {
    const struct ir_call *c = &f->calls.data[call.v];
    const struct summary *m = program_unit(p, f)->models[call.v];
    node_id to = c->kind == CALL_DIRECT ? program_unit(p, f)->sym_nodes[c->callee.v] : NODE_NONE;
    if (m) {
        return program_model_effect(p, f, call, EFFECT_ESCAPE) ||
               program_model_effect(p, f, call, EFFECT_SPAWN);
    }
    if (to != NODE_NONE) {
        return arg >= 32 || (p->nodes.data[to].keeps >> arg & 1);
    }
    return !(f->syms.data[c->callee.v].flags & SYM_SYSTEM);
}

static void follow_variable(struct source *s, const struct ir_op *op) {
    const struct facts *f = s->fn.facts;
    if (op->kind == OP_WRITE) {
        const struct ir_path *x = &f->paths.data[op->path.v];
        if (x->kind == PATH_VAR && x->var.v == s->var.v) {
            take(s, op->val);
        } else if (plain_variable(f, op->val).v == s->var.v) {
            s->unknown = true; // stored where others may find it
        }
    }
    for (uint32_t i = 0; op->kind == OP_CALL && i < f->calls.data[op->call.v].arg_count; i++) {
        val_id arg = f->args.data[f->calls.data[op->call.v].first_arg.v + i];
        if (plain_variable(f, arg).v == s->var.v && call_keeps(s->p, f, op->call, i)) {
            s->unknown = true;
        }
    }
}

void program_find_allocation(struct program *p, node_id n) {
    struct source s = {.p = p, .fn = p->nodes.data[n].ref};
    const struct ir_fn *fn = &s.fn.facts->fns.data[s.fn.fn.v];
    for (uint32_t i = 0; i < fn->block_count; i++) {
        const struct ir_block *b = graph_block(s.fn, i);
        if (b->term == TERM_RETURN && b->lhs.v) {
            take(&s, b->lhs);
        } else if (b->term == TERM_RETURN) {
            return;
        }
    }
    for (uint32_t i = 0; s.var.v && i < fn->block_count && !s.unknown; i++) {
        const struct ir_block *b = graph_block(s.fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            follow_variable(&s, &s.fn.facts->ops.data[b->first_op.v + k]);
        }
    }
    p->nodes.data[n].allocates = s.made && !s.unknown;
}

bool program_call_allocates(const struct program *p, const struct facts *f, call_id call) {
    return is_allocation(p, f, call);
}

// --- filling for the first time ---

static bool is_parameter_object(const struct program *p, const struct access *a) {
    const struct expr_table *t = p->exprs;
    return expr_get(t, namer_root(t, a->place))->kind == EX_PARAM;
}

static bool writes_class(struct program *p, const struct node *x, expr_id class) {
    for (uint32_t i = x->access_first; i < x->access_first + x->access_count; i++) {
        const struct access *a = &p->accesses.data[i];
        if (a->write && !a->inner && expr_same(expr_class(p->exprs, a->place), class)) {
            return true;
        }
    }
    return false;
}

void program_find_makers(struct program *p, bool *ret_makers) {
    struct map writers; // class -> its only writer + 1, or 0 for several
    map_init(&writers, &p->scratch);
    for (uint32_t i = 0; i < p->accesses.len; i++) {
        const struct access *a = &p->accesses.data[i];
        uint32_t old = 0;
        expr_id class = a->write && !a->inner ? expr_class(p->exprs, a->place) : (expr_id){0};
        if (class.v) {
            bool known = map_get(&writers, class.v, &old);
            map_put(&writers, class.v, known && old != a->node + 1 ? 0 : a->node + 1);
        }
    }
    for (node_id n = 0; n < p->nodes.len; n++) {
        const struct node *x = &p->nodes.data[n];
        uint32_t filled = 0;
        bool only_here = false;
        bool reads = false;
        for (uint32_t i = x->access_first; i < x->access_first + x->access_count; i++) {
            const struct access *a = &p->accesses.data[i];
            if (a->inner || !is_parameter_object(p, a)) {
                continue;
            }
            uint32_t writer = 0;
            reads |= !a->write && !writes_class(p, x, expr_class(p->exprs, a->place));
            filled += a->write;
            only_here |= a->write && map_get(&writers, expr_class(p->exprs, a->place).v, &writer) &&
                         writer == n + 1;
        }
        ret_makers[n] = only_here && !reads && filled >= MIN_FILLED;
    }
}
