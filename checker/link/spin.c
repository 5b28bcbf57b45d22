// Locks that a program makes itself, of an atomic operation: a loop that goes round until it has
// changed 0 into something else, or an attempt to do so with a plain 0 stored later. What they
// guard cannot be told, so nothing is claimed of what their users do.
#include "checker/flow/graph.h"
#include "checker/link/program_private.h"

enum { MAX_WRAPPERS = 4 };

static const struct ir_val *argument(const struct facts *f, call_id call, uint32_t index) {
    const struct ir_call *c = &f->calls.data[call.v];
    return &f->vals.data[index < c->arg_count ? f->args.data[c->first_arg.v + index].v : 0];
}

// Only numbers are stored in the variable.
static bool holds_number(struct fn_ref fn, path_id path) {
    const struct facts *f = fn.facts;
    bool any = false;
    for (uint32_t i = 0; i < f->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            if (op->kind == OP_WRITE && op->path.v == path.v) {
                any = true;
                if (f->vals.data[op->val.v].kind != VAL_CONST) {
                    return false;
                }
            }
        }
    }
    return any;
}

// Argument 1 of a compare-and-swap: 0, or the address of a local that holds a number.
static bool expects_number(struct fn_ref fn, call_id call) {
    const struct ir_val *x = argument(fn.facts, call, 1);
    return (x->kind == VAL_CONST && x->num == 0) ||
           (x->kind == VAL_ADDR && holds_number(fn, x->path));
}

// The op changes 0 into something else and tells whether it did.
static bool tries(const struct program *p, struct fn_ref fn, const struct ir_op *op) {
    const struct model_function *m =
        op->kind == OP_CALL ? program_library(p, fn.facts, op->call) : NULL;
    if (!m) {
        return false;
    }
    if (m->flags & (FN_ATOMIC_CAS | FN_ATOMIC_WEAK_CAS)) {
        return expects_number(fn, op->call);
    }
    const struct ir_val *x = argument(fn.facts, op->call, 1);
    bool sets = (m->flags & FN_ATOMIC_TEST_AND_SET) ||
                ((m->flags & FN_ATOMIC_EXCHANGE) && x->kind == VAL_CONST && x->num != 0);
    return sets;
}

// Whatever the first argument points to is set back to 0 in the function.
static bool sets_back(struct fn_ref fn, call_id call) {
    const struct facts *f = fn.facts;
    const struct ir_val *x = argument(f, call, 0);
    for (uint32_t i = 0; x->kind == VAL_ADDR && i < f->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            const struct ir_val *v = &f->vals.data[op->val.v];
            if (op->kind == OP_WRITE && op->path.v == x->path.v && v->kind == VAL_CONST &&
                v->num == 0) {
                return true;
            }
        }
    }
    return false;
}

static void look_at(struct program *p, node_id n) {
    struct fn_ref fn = p->nodes.data[n].ref;
    struct arena_mark mark = arena_mark(&p->scratch);
    for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            if (!tries(p, fn, op)) {
                continue;
            }
            struct loops loops = graph_loops(fn, &p->scratch);
            p->nodes.data[n].spins |= graph_innermost(&loops, i) != NULL;
            p->nodes.data[n].own_lock |= sets_back(fn, op->call);
        }
    }
    arena_reset(&p->scratch, mark);
}

static bool speaks_of_lock(struct str name) {
    return str_find(name, STR("lock"), 0) != SIZE_MAX || str_find(name, STR("Lock"), 0) != SIZE_MAX;
}

void spins_find(struct program *p) {
    for (node_id n = 0; n < p->nodes.len; n++) {
        look_at(p, n);
    }
    for (unsigned round = 0; round < MAX_WRAPPERS; round++) {
        for (node_id n = 0; n < p->nodes.len; n++) {
            struct node *x = &p->nodes.data[n];
            for (uint32_t k = 0; k < x->callees.len; k++) {
                bool spins = p->nodes.data[x->callees.data[k]].spins;
                x->own_lock |= spins;
                x->spins |= spins && speaks_of_lock(x->name); // a lock function around another
            }
        }
    }
    for (node_id n = 0; n < p->nodes.len; n++) {
        p->nodes.data[n].own_lock |= p->nodes.data[n].spins;
    }
}

bool program_has_own_lock(const struct program *p, node_id n) {
    return p->nodes.data[n].own_lock;
}
