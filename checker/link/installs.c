// What functions install or start: threads, signal handlers, exit handlers, given as they are, by a
// parameter of a wrapper, or by a field or table.
#include "checker/flow/graph.h"
#include "checker/link/program_private.h"

enum install_kind { INSTALL_THREAD, INSTALL_WORKER, INSTALL_HANDLER, INSTALL_EXIT, INSTALL_KINDS };

// Functions that a function installs or starts for its callers: bit i = parameter i.
struct installer {
    struct program *p;
    uint32_t *passed[INSTALL_KINDS]; // [nodes]
};

// Something is installed at an op.
struct installation {
    enum install_kind kind;
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
    if (x->kind == INSTALL_THREAD || x->kind == INSTALL_WORKER) {
        roots_add_start(s->in->p, s->n, x->op, handler, x->kind == INSTALL_WORKER);
        return;
    }
    enum context_kind kind = x->kind == INSTALL_EXIT ? CONTEXT_EXIT : CONTEXT_HANDLER;
    struct flow_site site = {s->in->p->nodes.data[s->n].ref, s->f->ops.data[x->op.v].loc};
    uint32_t root = handler == NODE_NONE ? UINT32_MAX : roots_add(s->in->p, kind, handler, site);
    if (root != UINT32_MAX) {
        s->in->p->runs.roots.data[root].signals |= x->signals;
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
        install_value(s, &(struct installation){INSTALL_HANDLER, op, signals},
                      argument(s->f, c, (uint32_t)m->handler_arg));
    }
    if (m && m->exit_arg >= 0) {
        install_value(s, &(struct installation){INSTALL_EXIT, op, 0},
                      argument(s->f, c, (uint32_t)m->exit_arg));
    }
    if (m && m->worker_arg >= 0) {
        install_value(s, &(struct installation){INSTALL_WORKER, op, 0},
                      argument(s->f, c, (uint32_t)m->worker_arg));
    }
    const struct expr *entry = expr_get(p->exprs, spawn ? spawn->a : (expr_id){0});
    if (entry->kind == EX_PARAM) {
        install_value(s, &(struct installation){INSTALL_THREAD, op, 0},
                      argument(s->f, c, (uint32_t)entry->num));
    }
    node_id to = call_target(p, s->f, call);
    for (uint32_t i = 0; to != NODE_NONE && i < c->arg_count && i < 32; i++) {
        for (unsigned kind = 0; kind < INSTALL_KINDS; kind++) {
            if (s->in->passed[kind][to] >> i & 1) {
                install_value(s, &(struct installation){(enum install_kind)kind, op, signals},
                              argument(s->f, c, i));
            }
        }
    }
}

// Of the field's name, or of it and that of the field around it: "_sigev_thread._function".
static enum field_role role_of(const struct install_scan *s, const struct ir_path *field) {
    const struct model_set *models = s->in->p->models;
    const struct ir_path *outer = &s->f->paths.data[field->base.v];
    if (field->kind != PATH_FIELD) {
        return FIELD_NOTHING;
    }
    enum field_role role = model_field_role(models, facts_text(s->f, field->name));
    if (role != FIELD_NOTHING || outer->kind != PATH_FIELD) {
        return role;
    }
    struct buf both;
    buf_init(&both, 256);
    buf_addf(&both, STR_FMT "." STR_FMT, STR_ARG(facts_text(s->f, outer->name)),
             STR_ARG(facts_text(s->f, field->name)));
    role = model_field_role(models, buf_str(&both));
    buf_release(&both);
    return role;
}

static void scan_op(struct install_scan *s, op_id id) {
    const struct ir_op *op = &s->f->ops.data[id.v];
    const struct ir_path *path = &s->f->paths.data[op->path.v];
    if (op->kind == OP_CALL) {
        scan_call(s, id);
        return;
    }
    enum field_role role = op->kind == OP_WRITE ? role_of(s, path) : FIELD_NOTHING;
    if (role == FIELD_HANDLER) {
        uint64_t signals = action_signals(s, base_of(s->f, op->path));
        install_value(s, &(struct installation){INSTALL_HANDLER, id, signals}, op->val);
    } else if (role == FIELD_WORKER) {
        install_value(s, &(struct installation){INSTALL_WORKER, id, 0}, op->val);
    }
}

// Callees first: what they install or start of their parameters, their callers do.
void installs_find(struct program *p) {
    struct installer in = {.p = p};
    for (unsigned kind = 0; kind < INSTALL_KINDS; kind++) {
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
            roots_add(p, CONTEXT_EXIT, s.n, (struct flow_site){0});
        }
    }
}
