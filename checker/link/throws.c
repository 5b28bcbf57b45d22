// Exceptions that can leave a function: its own throw statements outside a try, and those of
// callees it calls outside one. Flow-insensitive, bottom-up. Which handler catches what is not
// decided by type: any handler counts. A throw more than a few calls away mostly hangs on a
// condition the caller rules out (a format string that is right), so the way is kept short.
#include "checker/link/program_private.h"

enum { MAX_CALLS = 2 };

static bool is_inside_try(const struct facts *f, const struct ir_block *b) {
    for (uint32_t i = 0; i < b->edge_count; i++) {
        if (f->edges.data[b->first_edge.v + i].kind == EDGE_EXC) {
            return true;
        }
    }
    return false;
}

static bool has_no_way_out(const struct facts *f, const struct ir_fn *fn) {
    return (f->syms.data[fn->sym.v].flags & SYM_NOTHROW) != 0;
}

static bool is_flag_param(const struct facts *f, val_id id) {
    const struct ir_val *v = &f->vals.data[id.v];
    const struct ir_path *path = &f->paths.data[v->path.v];
    const struct ir_var *var = &f->vars.data[path->var.v];
    if (v->kind != VAL_PATH || path->kind != PATH_VAR || var->kind != VAR_PARAM) {
        return false;
    }
    const struct ir_type *t = &f->types.data[facts_strip_typedefs(f, var->type, NULL).v];
    return t->kind == TYPE_ENUM || str_eq(facts_text(f, t->name), STR("bool")) ||
           str_eq(facts_text(f, t->name), STR("_Bool"));
}

// The only way to the block is a branch that asks a flag which the caller gives: `if (mode ==
// THROWS) throw ...`. Callers that do not want an exception give another one.
static bool is_wanted(const struct facts *f, const struct ir_fn *fn, uint32_t block) {
    bool asked = false;
    for (uint32_t i = 0; i < fn->block_count; i++) {
        const struct ir_block *b = &f->blocks.data[fn->first_block.v + i];
        for (uint32_t k = 0; k < b->edge_count; k++) {
            if (f->edges.data[b->first_edge.v + k].to.v != fn->first_block.v + block) {
                continue;
            }
            if (b->term != TERM_BRANCH || !is_flag_param(f, b->lhs) ||
                f->vals.data[b->rhs.v].kind == VAL_PATH) {
                return false;
            }
            asked = true;
        }
    }
    return asked;
}

static void scan_throws(struct program *p, struct node *n) {
    const struct facts *f = n->ref.facts;
    const struct ir_fn *fn = &f->fns.data[n->ref.fn.v];
    const struct unit *u = program_unit(p, f);
    for (uint32_t i = 0; i < fn->block_count && !has_no_way_out(f, fn); i++) {
        const struct ir_block *b = &f->blocks.data[fn->first_block.v + i];
        if (is_inside_try(f, b)) {
            continue;
        }
        if (b->term == TERM_THROW && !is_wanted(f, fn, i)) {
            n->throws = (struct program_throw){.throws = true, .fn = n->ref, .loc = b->loc};
            return;
        }
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            const struct ir_call *c = &f->calls.data[op->call.v];
            node_id to = op->kind == OP_CALL && c->kind == CALL_DIRECT && !u->models[op->call.v]
                             ? u->sym_nodes[c->callee.v]
                             : NODE_NONE;
            const struct program_throw *x = to != NODE_NONE ? &p->nodes.data[to].throws : NULL;
            if (x && x->throws && x->calls < MAX_CALLS &&
                (!n->throws.throws || x->calls + 1 < n->throws.calls)) {
                n->throws = *x;
                n->throws.calls = (uint8_t)(x->calls + 1);
                n->throws.call = op->call;
            }
        }
    }
}

void program_find_throws(struct program *p) {
    for (uint32_t i = 0; i < p->order.len; i++) {
        scan_throws(p, &p->nodes.data[p->order.data[i]]);
    }
}

struct program_throw program_throws(const struct program *p, node_id n) {
    return p->nodes.data[n].throws;
}
