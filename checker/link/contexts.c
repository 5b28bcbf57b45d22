// Contexts: where control enters the program (main, threads, signal handlers, exit handlers) and
// which functions each of these roots reaches. Only calls whose target is certain are followed, so
// that a chain of calls can be shown as a witness.
#include "checker/flow/graph.h"
#include "checker/link/program_private.h"

node_id contexts_target(const struct program *p, const struct facts *f, call_id call) {
    const struct ir_call *c = &f->calls.data[call.v];
    const struct unit *u = program_unit(p, f);
    if (u->models[call.v] || (c->kind == CALL_VIRTUAL && u->sym_overridden[c->callee.v])) {
        return NODE_NONE;
    }
    if (c->kind != CALL_INDIRECT) {
        return u->sym_nodes[c->callee.v];
    }
    const struct ir_val *v = &f->vals.data[c->target.v];
    const struct field_functions *slot =
        v->kind == VAL_PATH ? program_field_functions(p, f, v->path) : NULL;
    bool sure = slot && !slot->unknown && slot->nodes.len == 1;
    return v->kind == VAL_FN ? u->sym_nodes[v->sym.v] : sure ? slot->nodes.data[0] : NODE_NONE;
}

const struct model_function *program_library(const struct program *p, const struct facts *f,
                                             call_id call) {
    const struct ir_call *c = &f->calls.data[call.v];
    if (c->kind != CALL_DIRECT || !c->callee.v ||
        program_unit(p, f)->sym_nodes[c->callee.v] != NODE_NONE) {
        return NULL;
    }
    return model_function_find(p->models, facts_sym_name(f, c->callee));
}

static void collect_calls(struct program *p, node_id n) {
    struct fn_ref fn = p->nodes.data[n].ref;
    for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            op_id op = {b->first_op.v + k};
            const struct ir_op *x = &fn.facts->ops.data[op.v];
            node_id to = x->kind == OP_CALL ? contexts_target(p, fn.facts, x->call) : NODE_NONE;
            if (to != NODE_NONE) {
                vec_push(p->arena, &p->contexts.calls[n].items, ((struct sure_call){to, op}));
            }
        }
    }
}

// --- roots ---

static uint32_t add_root(struct program *p, enum context_kind kind, node_id n,
                         struct flow_site site) {
    struct contexts *c = &p->contexts;
    for (uint32_t i = 0; i < c->roots.len; i++) {
        if (c->roots.data[i].kind == kind && c->roots.data[i].node == n) {
            return i;
        }
    }
    if (c->roots.len == PROGRAM_ROOTS_MAX) {
        return UINT32_MAX;
    }
    vec_push(p->arena, &c->roots,
             ((struct program_root){.kind = (uint8_t)kind, .node = n, .site = site}));
    vec_push(p->arena, &c->starts, ((struct root_starts){0}));
    return c->roots.len - 1;
}

static uint32_t block_of(struct fn_ref fn, op_id op) {
    for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        if (op.v >= b->first_op.v && op.v < b->first_op.v + b->op_count) {
            return i;
        }
    }
    return 0;
}

static bool loop_joins(const struct program *p, struct fn_ref fn, const struct loops *loops,
                       const struct loop *loop) {
    for (uint32_t i = 0; i < loops->block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; loop->inside[i] && k < b->op_count; k++) {
            if (company_op_joins(p, fn.facts, &fn.facts->ops.data[b->first_op.v + k])) {
                return true;
            }
        }
    }
    return false;
}

static bool has_start(const struct root_starts *starts, node_id n, op_id op) {
    for (uint32_t i = 0; i < starts->items.len; i++) {
        if (starts->items.data[i].fn == n && starts->items.data[i].op.v == op.v) {
            return true;
        }
    }
    return false;
}

// `op` of `n` starts threads that begin at `entry`. Several run at once when it does so in a loop,
// or when another place of the function does so too, without waiting for the end in between.
static void add_start(struct program *p, node_id n, op_id op, node_id entry) {
    struct fn_ref fn = p->nodes.data[n].ref;
    struct flow_site site = {fn, fn.facts->ops.data[op.v].loc};
    uint32_t root = entry == NODE_NONE ? UINT32_MAX : add_root(p, CONTEXT_THREAD, entry, site);
    if (root == UINT32_MAX || has_start(&p->contexts.starts.data[root], n, op)) {
        return;
    }
    struct root_starts *starts = &p->contexts.starts.data[root];
    struct loops loops = graph_loops(fn, &p->scratch);
    const struct loop *loop = graph_innermost(&loops, block_of(fn, op));
    bool many = loop && !loop_joins(p, fn, &loops, loop);
    for (uint32_t i = 0; i < starts->items.len && !many; i++) {
        const struct root_start *other = &starts->items.data[i];
        many = other->fn == n &&
               (company_reaches(p, n, other->op, op) || company_reaches(p, n, op, other->op));
    }
    vec_push(p->arena, &starts->items, ((struct root_start){n, op}));
    struct program_root *r = &p->contexts.roots.data[root];
    if (many && !r->many) {
        r->site = site; // the place that tells most
    }
    r->many |= many;
}

// --- what functions install or start ---

// Functions that a function installs or starts for its callers: bit i = parameter i.
struct installer {
    struct program *p;
    uint32_t *passed[CONTEXT_KINDS]; // [nodes]
};

// Something is installed at an op.
struct installation {
    enum context_kind kind;
    op_id op;
    uint64_t signals;
};

// What a scan of one function knows.
struct install_scan {
    struct installer *in;
    node_id n;
    const struct facts *f;
    const struct unit *u;
};

static void install(struct install_scan *s, const struct installation *x, node_id handler) {
    if (x->kind == CONTEXT_THREAD) {
        add_start(s->in->p, s->n, x->op, handler);
        return;
    }
    struct flow_site site = {s->in->p->nodes.data[s->n].ref, s->f->ops.data[x->op.v].loc};
    uint32_t root = handler == NODE_NONE ? UINT32_MAX : add_root(s->in->p, x->kind, handler, site);
    if (root != UINT32_MAX) {
        s->in->p->contexts.roots.data[root].signals |= x->signals;
    }
}

// Functions a local was given, such as the result of `on ? handler : SIG_IGN`.
static void install_local(struct install_scan *s, const struct installation *x, path_id path) {
    struct fn_ref fn = s->in->p->nodes.data[s->n].ref;
    for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            const struct ir_val *v = &fn.facts->vals.data[op->val.v];
            if (op->kind == OP_WRITE && op->path.v == path.v && v->kind == VAL_FN) {
                install(s, x, s->u->sym_nodes[v->sym.v]);
            }
        }
    }
}

static void install_value(struct install_scan *s, const struct installation *x, val_id val) {
    const struct ir_val *v = &s->f->vals.data[val.v];
    const struct ir_path *path = &s->f->paths.data[v->path.v];
    if (v->kind == VAL_FN) {
        install(s, x, s->u->sym_nodes[v->sym.v]);
        return;
    }
    if (v->kind != VAL_PATH) {
        return;
    }
    const struct ir_var *var = &s->f->vars.data[path->var.v];
    if (path->kind == PATH_VAR && var->kind == VAR_PARAM && var->index < 32) {
        s->in->passed[x->kind][s->n] |= 1u << var->index;
    } else if (path->kind == PATH_VAR && (var->kind == VAR_LOCAL || var->kind == VAR_TEMP)) {
        install_local(s, x, v->path);
    } else {
        const struct field_functions *slot = program_field_functions(s->in->p, s->f, v->path);
        for (uint32_t i = 0; slot && i < slot->nodes.len && i < 16; i++) {
            install(s, x, slot->nodes.data[i]);
        }
    }
}

static uint64_t signal_bit(const struct facts *f, val_id val) {
    const struct ir_val *v = &f->vals.data[val.v];
    return v->kind == VAL_CONST && v->num > 0 && v->num < 64 ? UINT64_C(1) << v->num : 1;
}

static val_id argument(const struct facts *f, const struct ir_call *c, uint32_t index) {
    return index < c->arg_count ? f->args.data[c->first_arg.v + index] : (val_id){0};
}

static path_id base_of(const struct facts *f, path_id path) {
    while (f->paths.data[path.v].kind == PATH_FIELD) {
        path = f->paths.data[path.v].base;
    }
    return path;
}

// Signals the structure that holds the handler is given for.
static uint64_t action_signals(const struct install_scan *s, path_id action) {
    struct fn_ref fn = s->in->p->nodes.data[s->n].ref;
    uint64_t signals = 0;
    for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            const struct model_function *m =
                op->kind == OP_CALL ? program_library(s->in->p, s->f, op->call) : NULL;
            if (m && m->action_arg >= 0) {
                const struct ir_call *c = &s->f->calls.data[op->call.v];
                const struct ir_val *v =
                    &s->f->vals.data[argument(s->f, c, (uint32_t)m->action_arg).v];
                signals |= v->kind == VAL_ADDR && v->path.v == action.v
                               ? signal_bit(s->f, argument(s->f, c, 0))
                               : 0;
            }
        }
    }
    return signals ? signals : 1;
}

static void scan_call(struct install_scan *s, op_id op) {
    const struct program *p = s->in->p;
    call_id call = s->f->ops.data[op.v].call;
    const struct ir_call *c = &s->f->calls.data[call.v];
    const struct model_function *m = program_library(p, s->f, call);
    const struct effect *spawn = program_model_effect(p, s->f, call, EFFECT_SPAWN);
    uint64_t signals = signal_bit(s->f, argument(s->f, c, 0));
    if (m && m->handler_arg >= 0) {
        install_value(s, &(struct installation){CONTEXT_HANDLER, op, signals},
                      argument(s->f, c, (uint32_t)m->handler_arg));
    }
    if (m && m->exit_arg >= 0) {
        install_value(s, &(struct installation){CONTEXT_EXIT, op, 0},
                      argument(s->f, c, (uint32_t)m->exit_arg));
    }
    const struct expr *entry = expr_get(p->exprs, spawn ? spawn->a : (expr_id){0});
    if (entry->kind == EX_PARAM) {
        install_value(s, &(struct installation){CONTEXT_THREAD, op, 0},
                      argument(s->f, c, (uint32_t)entry->num));
    }
    node_id to = contexts_target(p, s->f, call);
    for (uint32_t i = 0; to != NODE_NONE && i < c->arg_count && i < 32; i++) {
        for (unsigned kind = 0; kind < CONTEXT_KINDS; kind++) {
            if (s->in->passed[kind][to] >> i & 1) {
                install_value(s, &(struct installation){(enum context_kind)kind, op, signals},
                              argument(s->f, c, i));
            }
        }
    }
}

static void scan_op(struct install_scan *s, op_id id) {
    const struct ir_op *op = &s->f->ops.data[id.v];
    const struct ir_path *path = &s->f->paths.data[op->path.v];
    if (op->kind == OP_CALL) {
        scan_call(s, id);
    } else if (op->kind == OP_WRITE && path->kind == PATH_FIELD &&
               model_is_handler_field(s->in->p->models, facts_text(s->f, path->name))) {
        uint64_t signals = action_signals(s, base_of(s->f, op->path));
        install_value(s, &(struct installation){CONTEXT_HANDLER, id, signals}, op->val);
    }
}

// Callees first: what they install or start of their parameters, their callers do.
static void add_installed(struct program *p) {
    struct installer in = {.p = p};
    for (unsigned kind = 0; kind < CONTEXT_KINDS; kind++) {
        in.passed[kind] = ARENA_ARRAY(&p->scratch, uint32_t, p->nodes.len + 1);
    }
    for (uint32_t o = 0; o < p->order.len; o++) {
        struct fn_ref fn = p->nodes.data[p->order.data[o]].ref;
        struct install_scan s = {
            .in = &in, .n = p->order.data[o], .f = fn.facts, .u = program_unit(p, fn.facts)};
        for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
            const struct ir_block *b = graph_block(fn, i);
            for (uint32_t k = 0; k < b->op_count; k++) {
                scan_op(&s, (op_id){b->first_op.v + k});
            }
        }
        if (fn.facts->syms.data[fn.facts->fns.data[fn.fn.v].sym.v].flags & SYM_DESTRUCTOR_ATTR) {
            add_root(p, CONTEXT_EXIT, s.n, (struct flow_site){0});
        }
    }
}

// Threads whose entry only flow could find: members of objects, closures.
static void add_threads(struct program *p) {
    for (node_id n = 0; n < p->nodes.len; n++) {
        const struct flow_result *r = p->nodes.data[n].flow[FLOW_THREADS];
        for (uint32_t i = 0; r && i < r->spawns.len; i++) {
            op_id op = facts_op_of_call(r->fn.facts, r->fn.fn, r->spawns.data[i].call);
            if (op.v) {
                add_start(p, n, op, program_node_of_value(p, r->spawns.data[i].entry));
            }
        }
    }
}

// --- several at once ---

// A function that starts a thread is called in a loop that ends: the loop starts several of them.
static bool is_called_in_loop(struct program *p, node_id n) {
    for (uint32_t i = 0; i < p->nodes.data[n].callers.len; i++) {
        node_id by = p->nodes.data[n].callers.data[i];
        struct fn_ref fn = p->nodes.data[by].ref;
        const struct node_calls *calls = &p->contexts.calls[by];
        struct loops loops = graph_loops(fn, &p->scratch);
        for (uint32_t k = 0; k < calls->items.len; k++) {
            const struct loop *loop =
                calls->items.data[k].to == n
                    ? graph_innermost(&loops, block_of(fn, calls->items.data[k].op))
                    : NULL;
            if (loop && loop->exits && !loop_joins(p, fn, &loops, loop)) {
                return true;
            }
        }
    }
    return false;
}

static void find_many(struct program *p) {
    for (uint32_t i = 0; i < p->contexts.roots.len; i++) {
        struct program_root *r = &p->contexts.roots.data[i];
        for (uint32_t s = 0; !r->many && s < p->contexts.starts.data[i].items.len; s++) {
            r->many = is_called_in_loop(p, p->contexts.starts.data[i].items.data[s].fn);
        }
    }
}

// A thread that many threads start is many itself.
static void spread_many(struct program *p) {
    struct contexts *c = &p->contexts;
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = 0; i < c->roots.len; i++) {
            for (uint32_t s = 0; !c->roots.data[i].many && s < c->starts.data[i].items.len; s++) {
                for (uint32_t by = 0; by < c->roots.len && !c->roots.data[i].many; by++) {
                    c->roots.data[i].many =
                        by != i && c->roots.data[by].many &&
                        program_root_reaches(p, by, c->starts.data[i].items.data[s].fn);
                    changed |= c->roots.data[i].many;
                }
            }
        }
    }
}

static bool find_overlap(struct program *p, uint32_t a, uint32_t b) {
    const struct contexts *c = &p->contexts;
    if (a == b) {
        return c->roots.data[a].many;
    }
    if (c->roots.data[a].kind != CONTEXT_THREAD || c->roots.data[b].kind != CONTEXT_THREAD) {
        return c->roots.data[a].kind != CONTEXT_EXIT && c->roots.data[b].kind != CONTEXT_EXIT;
    }
    bool same_function = false;
    for (uint32_t i = 0; i < c->starts.data[a].items.len; i++) {
        for (uint32_t k = 0; k < c->starts.data[b].items.len; k++) {
            const struct root_start *x = &c->starts.data[a].items.data[i];
            const struct root_start *y = &c->starts.data[b].items.data[k];
            same_function |= x->fn == y->fn;
            if (x->fn == y->fn && (company_reaches(p, x->fn, x->op, y->op) ||
                                   company_reaches(p, x->fn, y->op, x->op))) {
                return true;
            }
        }
    }
    return !same_function;
}

void program_find_contexts(struct program *p) {
    p->contexts.calls = ARENA_ARRAY(p->arena, struct node_calls, p->nodes.len + 1);
    for (node_id n = 0; n < p->nodes.len; n++) {
        collect_calls(p, n);
        if (program_is_main(p, n)) {
            add_root(p, CONTEXT_MAIN, n, (struct flow_site){0});
        }
    }
    company_find(p);
    add_installed(p);
    add_threads(p);
    for (uint32_t i = 0; i < p->contexts.roots.len; i++) {
        contexts_find_reach(p, &p->contexts.roots.data[i]);
    }
    find_many(p);
    spread_many(p);
    uint32_t count = p->contexts.roots.len;
    p->contexts.overlap = ARENA_ARRAY(p->arena, bool, count *count + 1);
    for (uint32_t a = 0; a < count; a++) {
        for (uint32_t b = 0; b < count; b++) {
            p->contexts.overlap[a * count + b] = find_overlap(p, a, b);
        }
    }
}

// --- queries ---

uint32_t program_root_count(const struct program *p) {
    return p->contexts.roots.len;
}

const struct program_root *program_root(const struct program *p, uint32_t index) {
    return &p->contexts.roots.data[index];
}

bool program_roots_overlap(const struct program *p, uint32_t a, uint32_t b) {
    return p->contexts.overlap[a * p->contexts.roots.len + b];
}

bool program_runs_twice(const struct program *p, node_id n, op_id op) {
    for (uint32_t a = 0; a < p->contexts.roots.len; a++) {
        uint8_t kind = p->contexts.roots.data[a].kind;
        bool runs = program_root_runs(p, a, n, op) &&
                    (kind == CONTEXT_THREAD ||
                     (kind == CONTEXT_MAIN && program_main_has_company(p, n, op)));
        for (uint32_t b = 0; runs && b < p->contexts.roots.len; b++) {
            if (p->contexts.roots.data[b].kind == CONTEXT_THREAD &&
                program_roots_overlap(p, a, b) && program_root_runs(p, b, n, op)) {
                return true;
            }
        }
    }
    return false;
}
