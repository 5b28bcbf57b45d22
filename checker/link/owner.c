// The last owner frees: the way to a call is decided by a count inside of the object it is given.
// `if (--o->owners == 0) end(o);`, `if (count_down(&o->owners) > 0) return; end(o);`
#include "checker/flow/graph.h"
#include "checker/link/program_private.h"

// Variable through which the place is reached: `o` of `o->owners`.
static var_id holder_of(const struct facts *f, path_id path) {
    const struct ir_path *x = &f->paths.data[path.v];
    for (unsigned n = 0; n < 16; n++) {
        if (x->kind == PATH_FIELD) {
            x = &f->paths.data[x->base.v];
        } else if (x->kind == PATH_DEREF) {
            const struct ir_val *v = &f->vals.data[x->val.v];
            const struct ir_path *p = &f->paths.data[v->path.v];
            return v->kind == VAL_PATH && p->kind == PATH_VAR ? p->var : (var_id){0};
        } else {
            break;
        }
    }
    return (var_id){0};
}

static bool is_given(const struct facts *f, call_id call, var_id object) {
    const struct ir_call *c = &f->calls.data[call.v];
    for (uint32_t i = 0; i < c->arg_count; i++) {
        const struct ir_val *v = &f->vals.data[f->args.data[c->first_arg.v + i].v];
        if (v->kind == VAL_ADDR && holder_of(f, v->path).v == object.v) {
            return true;
        }
    }
    return false;
}

// A value that says how many owners are left: what an update of the object made, or a call that got
// the address of a part of it.
static bool counts(const struct facts *f, const struct ir_block *b, val_id val, var_id object,
                   unsigned depth) {
    const struct ir_val *v = &f->vals.data[val.v];
    if (v->kind == VAL_CALL) {
        return is_given(f, v->call, object);
    }
    if (v->kind == VAL_UNARY || v->kind == VAL_BINARY) {
        return depth < 4 &&
               (counts(f, b, v->a, object, depth + 1) || counts(f, b, v->b, object, depth + 1));
    }
    for (uint32_t k = 0; v->kind == VAL_PATH && k < b->op_count; k++) {
        const struct ir_op *op = &f->ops.data[b->first_op.v + k];
        bool same = op->path.v == v->path.v;
        if (op->kind == OP_UPDATE && same && holder_of(f, op->path).v == object.v) {
            return true;
        }
        if (op->kind == OP_WRITE && same && depth < 4 && counts(f, b, op->val, object, depth + 1)) {
            return true;
        }
    }
    return false;
}

// The block is reached only by one of the two ways out of `wall`.
static bool decides(struct fn_ref fn, uint32_t wall, uint32_t goal, struct arena *scratch) {
    uint32_t count = fn.facts->fns.data[fn.fn.v].block_count;
    const struct ir_block *w = graph_block(fn, wall);
    uint32_t ways = 0;
    for (uint32_t first = 0; first < w->edge_count; first++) {
        bool *seen = ARENA_ARRAY(scratch, bool, count + 1);
        uint32_t *stack = ARENA_ARRAY(scratch, uint32_t, count + 1);
        uint32_t top = 0;
        stack[top++] = graph_target(fn, w, first);
        seen[stack[0]] = true;
        seen[wall] = true;
        while (top) {
            const struct ir_block *b = graph_block(fn, stack[--top]);
            for (uint32_t k = 0; k < b->edge_count; k++) {
                uint32_t to = graph_target(fn, b, k);
                if (!seen[to]) {
                    seen[to] = true;
                    stack[top++] = to;
                }
            }
        }
        ways += seen[goal];
    }
    return ways == 1;
}

bool program_is_last_owner(const struct program *p, node_id n, call_id call,
                           struct arena *scratch) {
    struct fn_ref fn = p->nodes.data[n].ref;
    const struct facts *f = fn.facts;
    const struct ir_call *c = &f->calls.data[call.v];
    op_id op = facts_op_of_call(f, fn.fn, call);
    uint32_t goal = op.v ? facts_block_of_op(f, fn.fn, op) : 0;
    for (uint32_t a = 0; op.v && a < c->arg_count; a++) {
        const struct ir_val *v = &f->vals.data[f->args.data[c->first_arg.v + a].v];
        const struct ir_path *x = &f->paths.data[v->path.v];
        var_id object = v->kind == VAL_PATH && x->kind == PATH_VAR ? x->var : (var_id){0};
        for (uint32_t i = 0; object.v && i < f->fns.data[fn.fn.v].block_count; i++) {
            const struct ir_block *b = graph_block(fn, i);
            if (b->term == TERM_BRANCH && i != goal && counts(f, b, b->lhs, object, 0) &&
                decides(fn, i, goal, scratch)) {
                return true;
            }
        }
    }
    return false;
}
