// What a root reaches. Constants that every call on the way passes for a parameter decide branches
// of the callee, so that `remove_file(path, true)` in a handler does not reach what `remove_file`
// does for others: a small interprocedural constant propagation (Callahan, Cooper, Kennedy,
// Torczon: "Interprocedural Constant Propagation", CC 1986), one root at a time.
#include "checker/flow/graph.h"
#include "checker/link/program_private.h"

// What all calls seen so far pass to a function.
struct passed {
    uint32_t known; // bit i: parameter i is `values[i]`
    int64_t values[PARAMS_KNOWN];
};

struct reach_walk {
    struct program *p;
    node_id *parents;
    const bool **live; // [nodes] by block, NULL = all
    struct passed *passed;
    VEC(node_id) queue;
};

static bool is_written(struct fn_ref fn, path_id path) {
    for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            if ((op->kind == OP_WRITE || op->kind == OP_UPDATE) && op->path.v == path.v) {
                return true;
            }
        }
    }
    return false;
}

// A constant, or a parameter that has only one value.
static bool known_value(const struct passed *passed, struct fn_ref fn, val_id val,
                        int64_t *ret_value) {
    const struct facts *f = fn.facts;
    const struct ir_val *v = &f->vals.data[val.v];
    const struct ir_path *path = &f->paths.data[v->path.v];
    const struct ir_var *var = &f->vars.data[path->var.v];
    if (v->kind == VAL_CONST) {
        *ret_value = v->num;
        return true;
    }
    if (v->kind != VAL_PATH || path->kind != PATH_VAR || var->kind != VAR_PARAM ||
        var->index >= PARAMS_KNOWN || !(passed->known >> var->index & 1) ||
        is_written(fn, v->path)) {
        return false;
    }
    *ret_value = passed->values[var->index];
    return true;
}

static bool takes_edge(const struct ir_block *b, const struct ir_edge *e, bool decided, int64_t lhs,
                       int64_t rhs) {
    if (!decided || e->kind == EDGE_EXC || e->kind == EDGE_NEXT) {
        return true;
    }
    if (b->term == TERM_BRANCH) {
        return ir_compare(b->cmp, lhs, rhs) == (e->kind == EDGE_TRUE);
    }
    return e->kind == EDGE_DEFAULT ||
           (lhs >= e->lo && lhs <= e->hi); // the default is kept, even when a case is taken
}

// Blocks that are reached with what is known of the parameters; NULL when that decides nothing.
static bool *live_blocks(const struct reach_walk *w, struct fn_ref fn,
                         const struct passed *passed) {
    uint32_t count = fn.facts->fns.data[fn.fn.v].block_count;
    if (!passed->known) {
        return NULL;
    }
    bool *live = ARENA_ARRAY(w->p->arena, bool, count + 1);
    live[0] = true;
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = 0; i < count; i++) {
            const struct ir_block *b = graph_block(fn, i);
            int64_t lhs = 0;
            int64_t rhs = 0;
            bool decided = live[i] && (b->term == TERM_BRANCH || b->term == TERM_SWITCH) &&
                           known_value(passed, fn, b->lhs, &lhs) &&
                           (b->term == TERM_SWITCH || known_value(passed, fn, b->rhs, &rhs));
            for (uint32_t k = 0; live[i] && k < b->edge_count; k++) {
                uint32_t to = graph_target(fn, b, k);
                if (!live[to] &&
                    takes_edge(b, &fn.facts->edges.data[b->first_edge.v + k], decided, lhs, rhs)) {
                    live[to] = changed = true;
                }
            }
        }
    }
    return live;
}

static bool is_live(const bool *live, struct fn_ref fn, op_id op) {
    for (uint32_t i = 0; live && i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        if (op.v >= b->first_op.v && op.v < b->first_op.v + b->op_count) {
            return live[i];
        }
    }
    return true;
}

// Joins what a call passes into what is known of the callee; true when the callee must be looked at
// (again).
static bool pass(struct reach_walk *w, node_id from, const struct sure_call *call) {
    struct fn_ref fn = w->p->nodes.data[from].ref;
    const struct ir_call *c = &fn.facts->calls.data[fn.facts->ops.data[call->op.v].call.v];
    struct passed *to = &w->passed[call->to];
    bool first = w->parents[call->to] == NODE_NONE;
    uint32_t before = to->known;
    for (uint32_t i = 0; i < PARAMS_KNOWN; i++) {
        int64_t value = 0;
        bool known =
            i < c->arg_count &&
            known_value(&w->passed[from], fn, fn.facts->args.data[c->first_arg.v + i], &value);
        if (first && known) {
            to->known |= 1u << i;
            to->values[i] = value;
        } else if (!known || value != to->values[i]) {
            to->known &= ~(1u << i);
        }
    }
    return first || to->known != before;
}

static void visit(struct reach_walk *w, node_id n) {
    struct fn_ref fn = w->p->nodes.data[n].ref;
    const bool *live = live_blocks(w, fn, &w->passed[n]);
    w->live[n] = live;
    const struct node_calls *calls = &w->p->runs.calls[n];
    for (uint32_t i = 0; i < calls->items.len; i++) {
        const struct sure_call *c = &calls->items.data[i];
        if (is_live(live, fn, c->op) && pass(w, n, c)) {
            w->parents[c->to] = w->parents[c->to] == NODE_NONE ? n : w->parents[c->to];
            vec_push(&w->p->scratch, &w->queue, c->to);
        }
    }
}

// A handler of one signal gets its number.
static struct passed passed_to_root(const struct program_root *r) {
    struct passed x = {0};
    bool one = r->kind == CONTEXT_HANDLER && r->signals > 1 && (r->signals & (r->signals - 1)) == 0;
    for (unsigned n = 1; one && n < 64; n++) {
        if (r->signals >> n & 1) {
            x.known = 1;
            x.values[0] = n;
        }
    }
    return x;
}

void root_find_reach(struct program *p, const struct program_root *root) {
    struct reach_walk w = {.p = p,
                           .parents = ARENA_ARRAY(p->arena, node_id, p->nodes.len + 1),
                           .live = ARENA_ARRAY(p->arena, const bool *, p->nodes.len + 1)};
    struct arena_mark mark = arena_mark(&p->scratch);
    w.passed = ARENA_ARRAY(&p->scratch, struct passed, p->nodes.len + 1);
    for (uint32_t i = 0; i < p->nodes.len; i++) {
        w.parents[i] = NODE_NONE;
    }
    w.parents[root->node] = root->node;
    w.passed[root->node] = passed_to_root(root);
    vec_push(&p->scratch, &w.queue, root->node);
    for (uint32_t at = 0; at < w.queue.len; at++) {
        visit(&w, w.queue.data[at]);
    }
    arena_reset(&p->scratch, mark);
    vec_push(p->arena, &p->runs.reach, ((struct root_reach){w.parents, w.live}));
}

bool program_root_reaches(const struct program *p, uint32_t root, node_id n) {
    return p->runs.reach.data[root].parents[n] != NODE_NONE;
}

bool program_root_runs(const struct program *p, uint32_t root, node_id n, op_id op) {
    return program_root_reaches(p, root, n) &&
           is_live(p->runs.reach.data[root].live[n], p->nodes.data[n].ref, op);
}

static struct flow_site site_of_call(const struct program *p, uint32_t root, node_id from,
                                     node_id to) {
    const struct node_calls *calls = &p->runs.calls[from];
    struct fn_ref fn = p->nodes.data[from].ref;
    for (uint32_t i = 0; i < calls->items.len; i++) {
        op_id op = calls->items.data[i].op;
        if (calls->items.data[i].to == to && program_root_runs(p, root, from, op)) {
            return (struct flow_site){fn, fn.facts->ops.data[op.v].loc};
        }
    }
    return (struct flow_site){0};
}

uint32_t program_root_chain(const struct program *p, uint32_t root, node_id n,
                            struct flow_site *out, uint32_t max) {
    const node_id *parents = p->runs.reach.data[root].parents;
    uint32_t length = 0;
    for (node_id x = n; parents[x] != NODE_NONE && parents[x] != x; x = parents[x]) {
        length++;
    }
    uint32_t at = length;
    for (node_id x = n; at > 0; x = parents[x]) {
        at--;
        if (at < max) {
            out[at] = site_of_call(p, root, parents[x], x);
        }
    }
    return length < max ? length : max;
}
