// Questions rules ask of the program.
#include "checker/flow/graph.h"
#include "checker/link/program_private.h"

uint32_t program_fn_count(const struct program *p) {
    return p->nodes.len;
}

struct fn_ref program_fn(const struct program *p, node_id n) {
    return p->nodes.data[n].ref;
}

struct str program_fn_name(const struct program *p, node_id n) {
    return p->nodes.data[n].name;
}

node_id program_node(const struct program *p, struct fn_ref fn) {
    const struct unit *u = fn.facts ? program_unit(p, fn.facts) : NULL;
    return u && fn.fn.v < fn.facts->fns.len ? u->fn_nodes[fn.fn.v] : NODE_NONE;
}

node_id program_node_of_value(const struct program *p, expr_id fn) {
    const struct expr *x = expr_get(p->exprs, fn);
    node_id n = NODE_NONE;
    if (x->kind != EX_FN || !map_get(&p->node_of_key, x->name, &n)) {
        return NODE_NONE;
    }
    return n;
}

node_id program_callee(const struct program *p, const struct facts *f, call_id call) {
    const struct ir_call *c = &f->calls.data[call.v];
    if (c->kind == CALL_INDIRECT || !c->callee.v) {
        return NODE_NONE;
    }
    return program_unit(p, f)->sym_nodes[c->callee.v];
}

void program_spread_calls(const struct program *p, bool *reached) {
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = p->order.len; i > 0; i--) { // callers first
            node_id n = p->order.data[i - 1];
            for (uint32_t k = 0; reached[n] && k < p->nodes.data[n].callees.len; k++) {
                changed |= !reached[p->nodes.data[n].callees.data[k]];
                reached[p->nodes.data[n].callees.data[k]] = true;
            }
        }
    }
}

const struct summary *program_model(const struct program *p, const struct facts *f, call_id call) {
    return program_unit(p, f)->models[call.v];
}

const struct effect *program_model_effect(const struct program *p, const struct facts *f,
                                          call_id call, enum effect_kind kind) {
    const struct summary *m = program_model(p, f, call);
    for (uint32_t i = 0; m && i < m->case_count; i++) {
        for (uint32_t k = 0; k < m->cases[i].effect_count; k++) {
            if (m->cases[i].effects[k].kind == kind) {
                return &m->cases[i].effects[k];
            }
        }
    }
    return NULL;
}

bool program_calls_effect(const struct program *p, struct fn_ref fn, enum effect_kind kind) {
    const struct facts *f = fn.facts;
    for (uint32_t i = 0; i < f->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            if (op->kind == OP_CALL && program_model_effect(p, f, op->call, kind)) {
                return true;
            }
        }
    }
    return false;
}

bool program_reads_class(const struct program *p, struct fn_ref fn, expr_id class) {
    const struct facts *f = fn.facts;
    for (uint32_t i = 0; i < f->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            const struct ir_call *c = &f->calls.data[op->call.v];
            bool here = op->kind == OP_READ && expr_same(program_path_class(p, f, op->path), class);
            for (uint32_t a = 0; op->kind == OP_CALL && a < c->arg_count; a++) {
                path_id path = f->vals.data[f->args.data[c->first_arg.v + a].v].path;
                here |= path.v && expr_same(program_path_class(p, f, path), class);
            }
            if (here) {
                return true;
            }
        }
    }
    return false;
}

const struct flow_result *program_flow(const struct program *p, node_id n,
                                       enum flow_domain domain) {
    return p->nodes.data[n].flow[domain];
}

bool program_is_whole(const struct program *p) {
    return p->options.whole;
}

bool program_is_thread_entry(const struct program *p, node_id n) {
    return p->nodes.data[n].is_entry;
}

bool program_is_main(const struct program *p, node_id n) {
    return str_eq(p->nodes.data[n].name, STR("main"));
}

bool program_has_main(const struct program *p) {
    for (node_id n = 0; n < p->nodes.len; n++) {
        if (program_is_main(p, n)) {
            return true;
        }
    }
    return false;
}

static bool makes_or_ends(const struct program *p, node_id n, struct str record, int depth) {
    const struct node *node = &p->nodes.data[n];
    const struct facts *f = node->ref.facts;
    const struct ir_sym *s = &f->syms.data[f->fns.data[node->ref.fn.v].sym.v];
    bool own = s->record.v && str_eq(facts_text(f, f->records.data[s->record.v].name), record);
    if (own && s->flags & (SYM_CTOR | SYM_DTOR)) {
        return true;
    }
    bool all = own && depth > 0 && !node->address_taken && node->callers.len > 0;
    for (uint32_t i = 0; i < node->callers.len && all; i++) {
        all = makes_or_ends(p, node->callers.data[i], record, depth - 1);
    }
    return all;
}

bool program_only_makes(const struct program *p, node_id n) {
    enum { MAX_CALLS = 3 };
    struct fn_ref fn = p->nodes.data[n].ref;
    record_id record = fn.facts->syms.data[fn.facts->fns.data[fn.fn.v].sym.v].record;
    return record.v &&
           makes_or_ends(p, n, facts_text(fn.facts, fn.facts->records.data[record.v].name),
                         MAX_CALLS);
}

bool program_has_callers(const struct program *p, node_id n) {
    return p->nodes.data[n].callers.len != 0;
}

bool program_passes_zero(const struct program *p, node_id n, uint32_t param) {
    if (param >= PARAMS_KNOWN) {
        return false;
    }
    const struct param_numbers *x = &p->nodes.data[n].param_numbers[param];
    for (uint8_t i = 0; i < x->count; i++) {
        if (x->num[i] == 0) {
            return true;
        }
    }
    return false;
}

bool program_is_address_taken(const struct program *p, node_id n) {
    return p->nodes.data[n].address_taken;
}

bool program_is_left_held(const struct program *p, expr_id lock) {
    uint32_t x = 0;
    return map_get(&p->left_held, expr_class(p->exprs, lock).v, &x);
}

bool program_is_private_lock(const struct program *p, expr_id lock) {
    uint32_t exposed = 0;
    expr_id root = expr_root(p->exprs, lock);
    const struct expr *x = expr_get(p->exprs, root);
    struct str key = intern_text(&p->exprs->names, x->name); // "file|USR": internal linkage
    return x->kind == EX_GLOBAL && str_find(key, STR("|"), 0) != SIZE_MAX &&
           !map_get(&p->exposed, root.v, &exposed);
}

// Its own summary does not tell callers of the lock it is left with.
static bool leaves_unnamed(const struct program *p, node_id n, expr_id class) {
    const struct flow_result *r = p->nodes.data[n].flow[FLOW_LOCKS];
    for (uint32_t i = 0; r && i < r->exits.len; i++) {
        const struct flow_exit *x = &r->exits.data[i];
        for (uint32_t k = 0; x->kind == EXIT_RETURN && k < x->lock_count; k++) {
            const struct lock_state *l = &x->locks[k];
            bool inner = expr_has_kind(p->exprs, l->lock, EX_RESULT) ||
                         expr_has_kind(p->exprs, l->lock, EX_MERGE) ||
                         expr_has_kind(p->exprs, l->lock, EX_OLD) ||
                         expr_has_kind(p->exprs, l->lock, EX_UNKNOWN) ||
                         expr_has_kind(p->exprs, l->lock, EX_LOCAL);
            if (l->status == LOCK_HELD && l->entry == ENTRY_FREE && inner &&
                expr_same(expr_class(p->exprs, l->lock), class)) {
                return true;
            }
        }
    }
    return false;
}

bool program_calls_holder(const struct program *p, node_id n, expr_id lock) {
    expr_id class = expr_class(p->exprs, lock);
    const struct node *x = &p->nodes.data[n];
    for (uint32_t i = 0; class.v && i < x->callees.len; i++) {
        if (leaves_unnamed(p, x->callees.data[i], class)) {
            return true;
        }
    }
    return false;
}

static bool releases_untaken(const struct program *p, node_id n, expr_id class) {
    const struct flow_result *r = p->nodes.data[n].flow[FLOW_LOCKS];
    for (uint32_t i = 0; r && i < r->events.len; i++) {
        const struct flow_event *e = &r->events.data[i];
        if (e->kind == FLOW_RELEASE_ENTRY && expr_same(expr_class(p->exprs, e->subject), class)) {
            return true;
        }
    }
    return false;
}

bool program_is_taken_over(const struct program *p, node_id n, expr_id lock) {
    expr_id class = expr_class(p->exprs, lock);
    const struct node *x = &p->nodes.data[n];
    if (!class.v || !leaves_unnamed(p, n, class)) {
        return false;
    }
    for (uint32_t i = 0; i < x->callers.len; i++) {
        if (releases_untaken(p, x->callers.data[i], class)) {
            return true;
        }
    }
    return false;
}

bool program_may_hold_at_entry(const struct program *p, node_id n, expr_id lock) {
    expr_id class = expr_class(p->exprs, lock);
    if (!class.v) { // which lock it is cannot be told: only a root surely has none
        return p->nodes.data[n].callers.len != 0 || p->nodes.data[n].entry_locks.len != 0;
    }
    for (uint32_t i = 0; i < p->nodes.data[n].entry_locks.len; i++) {
        if (expr_same(p->nodes.data[n].entry_locks.data[i], class)) {
            return true;
        }
    }
    return false;
}

bool program_is_recursive(const struct program *p, expr_id lock) {
    expr_id class = expr_own_class(p->exprs, lock);
    for (uint32_t i = 0; class.v && i < p->recursive_locks.len; i++) {
        if (expr_same(p->recursive_locks.data[i], class)) {
            return true;
        }
    }
    return false;
}

bool program_hands_lock_over(const struct program *p, node_id n) {
    return p->nodes.data[n].hands_over;
}

bool program_is_released_by_others(const struct program *p, node_id n, expr_id lock) {
    uint32_t count = 0;
    expr_id class = expr_class(p->exprs, lock);
    if (!map_get(&p->entry_release, class.v, &count)) {
        return false;
    }
    const struct flow_result *r = p->nodes.data[n].flow[FLOW_LOCKS];
    for (uint32_t i = 0; r && i < r->events.len; i++) {
        const struct flow_event *e = &r->events.data[i];
        if (e->kind == FLOW_RELEASE_ENTRY && expr_same(expr_class(p->exprs, e->subject), class)) {
            count--;
        }
    }
    return count != 0;
}

uint32_t program_stored_targets(const struct program *p, const struct facts *f, call_id call,
                                node_id *out, uint32_t max, bool *ret_open) {
    const struct ir_call *c = &f->calls.data[call.v];
    const struct ir_val *v = &f->vals.data[c->target.v];
    *ret_open = false;
    if (c->kind != CALL_INDIRECT || v->kind != VAL_PATH ||
        f->paths.data[v->path.v].kind != PATH_FIELD) {
        return 0;
    }
    const struct field_functions *slot = program_field_functions(p, f, v->path);
    uint32_t count = 0;
    for (uint32_t i = 0; slot && i < slot->nodes.len && count < max; i++) {
        out[count++] = slot->nodes.data[i];
    }
    *ret_open = !slot || slot->unknown;
    return count;
}

struct expr_table *program_exprs(const struct program *p) {
    return p->exprs;
}

const struct flow_sites *program_sites(const struct program *p) {
    return &p->sites;
}

const struct model_set *program_models(const struct program *p) {
    return p->models;
}

uint32_t program_facts_count(const struct program *p) {
    return p->units.len;
}

const struct facts *program_facts(const struct program *p, uint32_t index) {
    return p->units.data[index].facts;
}

struct str program_limited(const struct program *p, uint32_t index) {
    return p->limited.data[index];
}

uint32_t program_thread_count(const struct program *p) {
    return p->threads.len;
}

const struct program_thread *program_thread(const struct program *p, uint32_t index) {
    return &p->threads.data[index];
}

uint32_t program_job_count(const struct program *p) {
    return p->jobs.len;
}

const struct program_job *program_job(const struct program *p, uint32_t index) {
    return &p->jobs.data[index];
}

uint32_t program_cycle_count(const struct program *p) {
    return p->cycles.len;
}

const struct program_cycle *program_cycle(const struct program *p, uint32_t index) {
    return &p->cycles.data[index];
}

uint32_t program_lock_count(const struct program *p) {
    return p->locks.len;
}

const struct program_lock *program_lock(const struct program *p, uint32_t index) {
    return &p->locks.data[index];
}
