// Calls of all functions, with all targets that are known, and calls back from libraries.
#include "checker/link/run_edges.h"

enum { MAX_TARGETS = 16 };

struct edge_finder {
    struct program *p;
    struct run_edges *edges;
};

static void add_edge(struct edge_finder *s, node_id from, node_id to, uint32_t op, bool once,
                     bool later) {
    struct run_edge e = {.from = from, .to = to, .op = op, .once = once, .later = later};
    vec_push(&s->p->scratch, &s->edges->items, e);
}

// A lambda handed to a function template of a library runs in that call: std::sort, std::find_if.
static bool runs_in_call(const struct facts *f, const struct ir_call *c, sym_id fn) {
    const struct ir_sym *callee = &f->syms.data[c->callee.v];
    return (f->syms.data[fn.v].flags & SYM_LAMBDA) && (callee->flags & SYM_SYSTEM) &&
           !(callee->flags & (SYM_METHOD | SYM_CTOR));
}

// A function given to a C library, to an event loop say, is called by the thread that gave it,
// later. Handlers of signals and of the end of the process are not.
static bool is_registered(const struct program *p, const struct facts *f, call_id call) {
    const struct ir_call *c = &f->calls.data[call.v];
    const struct ir_sym *callee = &f->syms.data[c->callee.v];
    const struct model_function *m = program_library(p, f, call);
    bool handler = m && (m->handler_arg >= 0 || m->action_arg >= 0 || m->exit_arg >= 0);
    return !handler && c->kind == CALL_DIRECT && !program_model(p, f, call) &&
           program_callee(p, f, call) == NODE_NONE && !(callee->flags & (SYM_METHOD | SYM_CTOR));
}

// A handler, or a job for other threads.
static bool is_elsewhere(const struct model_function *m, uint32_t arg) {
    return m->handler_arg == (int)arg || m->exit_arg == (int)arg || m->worker_arg == (int)arg;
}

// Functions this call calls back, given as they are.
static void add_callbacks(struct edge_finder *s, node_id from, const struct facts *f,
                          uint32_t index) {
    call_id call = f->ops.data[index].call;
    const struct ir_call *c = &f->calls.data[call.v];
    const struct effect *e = program_model_effect(s->p, f, call, EFFECT_CALLBACK);
    const struct model_function *m = program_library(s->p, f, call);
    for (uint32_t i = 0; i < c->arg_count; i++) {
        const struct ir_val *v = &f->vals.data[f->args.data[c->first_arg.v + i].v];
        node_id to = v->kind == VAL_FN ? program_unit(s->p, f)->sym_nodes[v->sym.v] : NODE_NONE;
        if (to == NODE_NONE || (m && is_elsewhere(m, i))) {
            continue;
        }
        if (e || (!program_model(s->p, f, call) && runs_in_call(f, c, v->sym))) {
            add_edge(s, from, to, index, e && (e->flags & EF_ONCE), false);
        } else if (is_registered(s->p, f, call)) {
            add_edge(s, from, to, index, false, true);
        }
    }
}

static void add_edges(struct edge_finder *s, node_id id) {
    struct fn_ref ref = s->p->nodes.data[id].ref;
    const struct facts *f = ref.facts;
    const struct ir_fn *fn = &f->fns.data[ref.fn.v];
    node_id targets[MAX_TARGETS];
    for (uint32_t i = 0; i < fn->block_count; i++) {
        const struct ir_block *b = &f->blocks.data[fn->first_block.v + i];
        for (uint32_t k = 0; k < b->op_count; k++) {
            uint32_t op = b->first_op.v + k;
            if (f->ops.data[op].kind != OP_CALL) {
                continue;
            }
            uint32_t count = call_targets(s->p, f, f->ops.data[op].call, targets, MAX_TARGETS);
            for (uint32_t t = 0; t < count; t++) {
                add_edge(s, id, targets[t], op, false, false);
            }
            count = call_jobs(s->p, f, f->ops.data[op].call, targets, MAX_TARGETS);
            for (uint32_t t = 0; t < count; t++) {
                add_edge(s, id, targets[t], op, false, false);
                vec_last(&s->edges->items).job = true;
            }
            add_callbacks(s, id, f, op);
        }
    }
}

// --- stopping the others ---

static void find_waits(struct edge_finder *s, node_id id) {
    struct node *n = &s->p->nodes.data[id];
    const struct facts *f = n->ref.facts;
    const struct ir_fn *fn = &f->fns.data[n->ref.fn.v];
    for (uint32_t i = 0; !n->waits && i < fn->block_count; i++) {
        const struct ir_block *b = &f->blocks.data[fn->first_block.v + i];
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            n->waits |= op->kind == OP_CALL && program_model_effect(s->p, f, op->call, EFFECT_WAIT);
        }
    }
    for (uint32_t i = s->edges->first[id]; i < s->edges->first[id + 1]; i++) {
        const struct run_edge *e = &s->edges->items.data[i];
        if (s->p->nodes.data[e->to].waits && !e->once && !e->later) {
            vec_push(s->p->arena, &n->waiting, ((struct waiting){e->to, e->op}));
        }
    }
    n->waits |= n->waiting.len != 0;
}

void run_edges_find(struct program *p, struct run_edges *ret_edges) {
    struct edge_finder s = {.p = p, .edges = ret_edges};
    ret_edges->first = ARENA_ARRAY(&p->scratch, uint32_t, p->nodes.len + 1);
    for (node_id n = 0; n < p->nodes.len; n++) {
        ret_edges->first[n] = ret_edges->items.len;
        add_edges(&s, n);
    }
    ret_edges->first[p->nodes.len] = ret_edges->items.len;
    for (uint32_t i = 0; i < p->order.len; i++) {
        find_waits(&s, p->order.data[i]);
    }
    for (uint32_t i = 0; i < ret_edges->items.len; i++) {
        struct run_edge *e = &ret_edges->items.data[i];
        e->child = program_is_in_child(p, e->from, (op_id){e->op});
        e->doomed = op_is_doomed(p, p->nodes.data[e->from].ref, e->op);
        e->bracketed = p->nodes.data[e->from].own_lock || parallel_is_bracketed(p, e->from, e->op);
    }
}
