// Flow over all functions, callees first.
#include "checker/link/contracts.h"
#include "checker/link/program_private.h"

struct solver {
    struct program *p;
    struct flow_context context;
};

static const struct summary *node_summary(const struct program *p, node_id n,
                                          enum flow_domain domain) {
    const struct flow_result *r = n == NODE_NONE ? NULL : p->nodes.data[n].flow[domain];
    return r ? &r->summary : NULL;
}

// One candidate, or several of which none does anything: otherwise nothing can be said.
static node_id indirect_node(const struct program *p, const struct facts *f,
                             const struct ir_call *c, expr_id target) {
    node_id direct = program_node_of_value(p, target);
    if (direct != NODE_NONE) {
        return direct;
    }
    const struct ir_val *v = &f->vals.data[c->target.v];
    const struct field_functions *slot =
        v->kind == VAL_PATH ? program_field_functions(p, f, v->path) : NULL;
    return slot && !slot->unknown && slot->nodes.len == 1 ? slot->nodes.data[0] : NODE_NONE;
}

static node_id call_node(const struct program *p, const struct facts *f, call_id call,
                         expr_id target) {
    const struct ir_call *c = &f->calls.data[call.v];
    const struct unit *u = program_unit(p, f);
    if (c->kind == CALL_INDIRECT) {
        return indirect_node(p, f, c, target);
    }
    if (c->kind == CALL_VIRTUAL && u->sym_overridden[c->callee.v]) {
        return NODE_NONE;
    }
    return u->sym_nodes[c->callee.v];
}

static const struct summary *ask_callee(void *ctx, const struct facts *f, call_id call,
                                        expr_id target, enum flow_domain domain) {
    const struct solver *s = ctx;
    const struct unit *u = program_unit(s->p, f);
    if (u->models[call.v]) {
        return u->models[call.v];
    }
    node_id n = call_node(s->p, f, call, target);
    const struct summary *own = node_summary(s->p, n, domain);
    // a function that only locks has no life summary: which locks it uses the other one tells
    return own || domain != FLOW_LIFE ? own : node_summary(s->p, n, FLOW_LOCKS);
}

static const struct summary *ask_function(void *ctx, expr_id fn, enum flow_domain domain) {
    const struct solver *s = ctx;
    return node_summary(s->p, program_node_of_value(s->p, fn), domain);
}

static bool ask_keeps(void *ctx, const struct facts *f, call_id call, expr_id target,
                      uint32_t arg) {
    const struct solver *s = ctx;
    const struct ir_call *c = &f->calls.data[call.v];
    if (program_unit(s->p, f)->models[call.v]) {
        return false; // models say it themselves
    }
    node_id n = call_node(s->p, f, call, target);
    if (n != NODE_NONE) {
        return arg >= 32 || (s->p->nodes.data[n].keeps >> arg & 1);
    }
    uint32_t flags = f->syms.data[c->callee.v].flags;
    bool system_c = c->callee.v && (flags & SYM_SYSTEM) && !(flags & (SYM_METHOD | SYM_CTOR));
    return !system_c;
}

static bool ask_writes(void *ctx, const struct facts *f, call_id call, expr_id target,
                       uint32_t number) {
    const struct solver *s = ctx;
    node_id n = call_node(s->p, f, call, target);
    if (n == NODE_NONE) {
        return false;
    }
    const struct node *x = &s->p->nodes.data[n];
    uint32_t lo = 0;
    uint32_t hi = x->writes.len;
    while (lo < hi) {
        uint32_t mid = (lo + hi) / 2;
        if (x->writes.data[mid] < number) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return x->writes_all || (lo < x->writes.len && x->writes.data[lo] == number);
}

static bool ask_frees(void *ctx, const struct facts *f, call_id call, expr_id target,
                      uint32_t arg) {
    const struct solver *s = ctx;
    node_id n = call_node(s->p, f, call, target);
    // one that also ends threads frees what they use after that
    return n != NODE_NONE && arg < 32 && (s->p->nodes.data[n].frees >> arg & 1) &&
           !s->p->nodes.data[n].flow[FLOW_THREADS];
}

static bool ask_uses(void *ctx, const struct facts *f, call_id call, expr_id target, uint32_t arg) {
    const struct solver *s = ctx;
    node_id n = call_node(s->p, f, call, target);
    return n != NODE_NONE && arg < 32 && (s->p->nodes.data[n].uses >> arg & 1) &&
           !s->p->nodes.data[n].flow[FLOW_CHANNELS];
}

static const struct touched *ask_touches(void *ctx, expr_id fn, uint32_t *ret_count) {
    const struct solver *s = ctx;
    node_id n = program_node_of_value(s->p, fn);
    *ret_count = n == NODE_NONE ? 0 : s->p->nodes.data[n].touches.len;
    return n == NODE_NONE ? NULL : s->p->nodes.data[n].touches.data;
}

static bool ask_entry_frees(void *ctx, expr_id fn, uint32_t index) {
    const struct solver *s = ctx;
    node_id n = program_node_of_value(s->p, fn);
    return n != NODE_NONE && index < 32 && (s->p->nodes.data[n].frees >> index & 1);
}

static bool ask_registers(void *ctx, expr_id fn) {
    const struct solver *s = ctx;
    node_id n = program_node_of_value(s->p, fn);
    return n != NODE_NONE && s->p->nodes.data[n].registers;
}

static bool ask_has_body(void *ctx, const struct facts *f, call_id call, expr_id target) {
    const struct solver *s = ctx;
    return call_node(s->p, f, call, target) != NODE_NONE;
}

static bool ask_pure(void *ctx, const struct facts *f, call_id call, expr_id target) {
    const struct solver *s = ctx;
    if (program_unit(s->p, f)->models[call.v]) {
        return false;
    }
    node_id n = call_node(s->p, f, call, target);
    return n != NODE_NONE && !s->p->nodes.data[n].impure;
}

static bool ask_ends(void *ctx, const struct facts *f, call_id call) {
    const struct solver *s = ctx;
    return program_call_ends(s->p, f, call);
}

static const struct flow_acts *ask_acts(void *ctx, const struct facts *f, call_id call,
                                        expr_id target) {
    const struct solver *s = ctx;
    node_id n = call.v ? call_node(s->p, f, call, target) : program_node_of_value(s->p, target);
    return n == NODE_NONE ? NULL : s->p->nodes.data[n].acts;
}

static bool ask_recursive(void *ctx, expr_id lock) {
    const struct solver *s = ctx;
    return program_is_recursive(s->p, lock);
}

// --- which functions have anything of a domain ---

static bool is_relevant_effect(enum effect_kind kind, enum flow_domain domain) {
    if (domain == FLOW_LIFE) {
        return kind == EFFECT_LOCK_INIT || kind == EFFECT_LOCK_DESTROY;
    }
    switch ((int)kind) {
    case EFFECT_FREE:
    case EFFECT_USE:
    case EFFECT_LOCK_DESTROY:
    case EFFECT_SET:
    case EFFECT_RETURN:
    case EFFECT_CALLBACK:
        return false;
    default:
        return flow_effect_in_domain(kind, domain);
    }
}

static bool summary_is_relevant(const struct summary *s, enum flow_domain domain) {
    for (uint32_t i = 0; s && i < s->case_count; i++) {
        for (uint32_t k = 0; k < s->cases[i].effect_count; k++) {
            if (is_relevant_effect((enum effect_kind)s->cases[i].effects[k].kind, domain)) {
                return true;
            }
        }
    }
    return false;
}

static uint32_t type_traits(const struct program *p, const struct facts *f, type_id type) {
    uint32_t traits = 0;
    for (type_id t = type; t.v && !traits; t = f->types.data[t.v].target) {
        uint8_t kind = f->types.data[t.v].kind;
        traits = model_type_traits(p->models, facts_text(f, f->types.data[t.v].name));
        if (kind != TYPE_TYPEDEF && kind != TYPE_ARRAY) {
            break;
        }
    }
    return traits;
}

// A lock or condition of its own: whether it is initialised shows here.
static bool has_local_lock(const struct program *p, const struct fn_ref ref) {
    const struct ir_fn *fn = &ref.facts->fns.data[ref.fn.v];
    for (uint32_t i = fn->param_count; i < fn->var_count; i++) {
        const struct ir_var *v = &ref.facts->vars.data[facts_fn_var(ref.facts, ref.fn, i).v];
        if (v->kind == VAR_LOCAL && !(v->flags & VAR_HAS_INIT) &&
            type_traits(p, ref.facts, v->type) & (TRAIT_LOCK | TRAIT_CONDITION | TRAIT_SEMAPHORE)) {
            return true;
        }
    }
    return false;
}

static void find_relevant(const struct program *p, node_id id, bool ret_relevant[FLOW_DOMAINS]) {
    const struct node *n = &p->nodes.data[id];
    const struct facts *f = n->ref.facts;
    const struct unit *u = program_unit(p, f);
    const struct ir_fn *fn = &f->fns.data[n->ref.fn.v];
    struct flow_fact required;
    ret_relevant[FLOW_LOCKS] = program_entry_locks(p, n->ref, &required, 1) != 0;
    ret_relevant[FLOW_LIFE] = has_local_lock(p, n->ref);
    for (uint32_t i = 0; i < fn->block_count; i++) {
        const struct ir_block *b = &f->blocks.data[fn->first_block.v + i];
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            if (op->kind != OP_CALL) {
                continue;
            }
            const struct summary *m = u->models[op->call.v];
            for (unsigned d = 0; d < FLOW_DOMAINS; d++) {
                const struct summary *s =
                    m ? m : node_summary(p, call_node(p, f, op->call, (expr_id){0}), d);
                ret_relevant[d] |= summary_is_relevant(s, (enum flow_domain)d);
            }
        }
    }
}

// --- what whole-program queries need ---

static bool has_recursive_type(const struct program *p, const struct facts *f, type_id type) {
    type_id t = facts_strip_typedefs(f, type, NULL);
    while (f->types.data[t.v].kind == TYPE_ARRAY) {
        t = facts_strip_typedefs(f, f->types.data[t.v].target, NULL);
    }
    const struct ir_type *x = &f->types.data[t.v];
    uint32_t traits = model_type_traits(p->models, facts_text(f, x->name));
    // a class of the user's with lock() and unlock() may let its holder in again
    bool own_class = !traits && x->kind == TYPE_RECORD &&
                     !(f->records.data[x->record.v].flags & RECORD_SYSTEM) &&
                     !contract_is_lock_type(f, x->record);
    return (traits & TRAIT_RECURSIVE) || own_class;
}

// Globals and fields whose type is a recursive lock.
static void note_recursive_types(struct program *p, const struct facts *f) {
    for (uint32_t i = 1; i < f->vars.len; i++) {
        const struct ir_var *v = &f->vars.data[i];
        if ((v->kind == VAR_GLOBAL || v->kind == VAR_STATIC_LOCAL) &&
            has_recursive_type(p, f, v->type)) {
            expr_id e = expr_global(p->exprs, facts_text(f, v->key), facts_text(f, v->name));
            vec_push(p->arena, &p->recursive_locks, e);
        }
    }
    for (uint32_t i = 1; i < f->records.len; i++) {
        const struct ir_record *r = &f->records.data[i];
        for (uint32_t k = 0; k < r->field_count; k++) {
            const struct ir_field *x = &f->fields.data[r->first_field.v + k];
            if (has_recursive_type(p, f, x->type)) {
                expr_id any = expr_param(p->exprs, 0);
                expr_id e = expr_field(p->exprs, expr_deref(p->exprs, any), facts_text(f, x->name),
                                       facts_text(f, r->name));
                vec_push(p->arena, &p->recursive_locks, expr_own_class(p->exprs, e));
            }
        }
    }
}

// Static initialisers: the facts keep the enumerator in them, which is the kind; odd kinds are
// recursive.
static void note_static_kind(struct program *p, const struct facts *f, const struct ir_op *op) {
    const struct ir_val *v = &f->vals.data[op->val.v];
    const struct ir_path *path = &f->paths.data[op->path.v];
    const struct ir_var *var = &f->vars.data[path->var.v];
    if (op->kind == OP_WRITE && v->kind == VAL_CONST && (v->num & 1) && path->kind == PATH_VAR &&
        type_traits(p, f, var->type) & TRAIT_LOCK) {
        expr_id e = expr_global(p->exprs, facts_text(f, var->key), facts_text(f, var->name));
        vec_push(p->arena, &p->recursive_locks, e);
    }
}

static void note_static_kinds(struct program *p, const struct facts *f) {
    for (uint32_t i = 1; i < f->fns.len; i++) {
        const struct ir_fn *fn = &f->fns.data[i];
        for (uint32_t b = 0; (fn->flags & FN_GLOBAL_INIT) && b < fn->block_count; b++) {
            const struct ir_block *block = &f->blocks.data[fn->first_block.v + b];
            for (uint32_t k = 0; k < block->op_count; k++) {
                note_static_kind(p, f, &f->ops.data[block->first_op.v + k]);
            }
        }
    }
}

static void note_inits(struct program *p, const struct flow_result *r) {
    for (uint32_t i = 0; i < r->inits.len; i++) {
        const struct flow_lock_init *init = &r->inits.data[i];
        const struct expr *kind = expr_get(p->exprs, init->kind);
        expr_id null_load = {0};
        if (kind->kind == EX_LOAD) {
            null_load = expr_root(p->exprs, kind->a);
        }
        const struct expr *root = expr_get(p->exprs, null_load);
        bool plain = !init->kind.v || (kind->kind == EX_CONST && !(kind->num & 1)) ||
                     (root->kind == EX_CONST && root->num == 0);
        expr_id class = expr_own_class(p->exprs, init->lock);
        if (!plain && class.v) {
            vec_push(p->arena, &p->recursive_locks, class);
        }
    }
}

// Locks functions are left with: somebody else must release them.
static void note_left_held(struct program *p, const struct flow_result *r) {
    for (uint32_t i = 0; i < r->exits.len; i++) {
        const struct flow_exit *x = &r->exits.data[i];
        for (uint32_t k = 0; x->kind == EXIT_RETURN && k < x->lock_count; k++) {
            expr_id class = expr_class(p->exprs, x->locks[k].lock);
            if (x->locks[k].status == LOCK_HELD && x->locks[k].entry == ENTRY_FREE && class.v) {
                map_put(&p->left_held, class.v, 1);
            }
        }
    }
}

static void note_releases(struct program *p, const struct flow_result *r) {
    for (uint32_t i = 0; i < r->events.len; i++) {
        const struct flow_event *e = &r->events.data[i];
        if (e->kind != FLOW_RELEASE_ENTRY) {
            continue;
        }
        expr_id class = expr_class(p->exprs, e->subject);
        uint32_t count = 0;
        (void)map_get(&p->entry_release, class.v, &count);
        map_put(&p->entry_release, class.v, count + 1);
    }
    for (uint32_t i = 0; i < r->releases.len; i++) {
        const struct flow_release *x = &r->releases.data[i];
        if (!x->from_callee) {
            continue;
        }
        node_id from = program_callee(p, r->fn.facts, x->acquired_by);
        if (from != NODE_NONE) {
            p->nodes.data[from].hands_over = true;
        }
    }
}

static bool is_new_call(const struct flow_result *r, uint32_t index) {
    for (uint32_t i = 0; i < index; i++) {
        if (r->spawns.data[i].call.v == r->spawns.data[index].call.v) {
            return false;
        }
    }
    return true;
}

static void note_spawns(struct program *p, const struct flow_result *r) {
    for (uint32_t i = 0; i < r->spawns.len; i++) {
        node_id id = program_node_of_value(p, r->spawns.data[i].entry);
        if (id == NODE_NONE) {
            continue;
        }
        struct node *n = &p->nodes.data[id];
        const struct expr *arg = expr_get(p->exprs, r->spawns.data[i].arg);
        bool first = !n->is_entry;
        n->is_entry = true;
        n->spawn_calls += is_new_call(r, i);
        if (arg->kind != EX_CONST || (!first && !n->has_argument)) {
            n->has_argument = false;
            continue;
        }
        n->argument_lo = first || arg->num < n->argument_lo ? arg->num : n->argument_lo;
        n->argument_hi = first || arg->num > n->argument_hi ? arg->num : n->argument_hi;
        n->has_argument = true;
    }
}

// The entry is only ever started as a thread, and always with a number that is known.
static bool has_known_argument(const struct program *p, const struct node *n) {
    return n->is_entry && n->has_argument && n->callers.len == 0 && n->mentions == n->spawn_calls &&
           p->options.whole;
}

static bool ask_param_range(void *ctx, struct fn_ref fn, uint32_t index, int64_t *ret_lo,
                            int64_t *ret_hi) {
    const struct solver *s = ctx;
    node_id id = program_node(s->p, fn);
    if (id == NODE_NONE) {
        return false;
    }
    const struct node *n = &s->p->nodes.data[id];
    bool internal =
        (fn.facts->syms.data[fn.facts->fns.data[fn.fn.v].sym.v].flags & SYM_INTERNAL) != 0;
    if (index < PARAMS_KNOWN && internal && !n->address_taken && (n->param_known >> index & 1)) {
        *ret_lo = n->param_lo[index]; // static, and every call is in sight
        *ret_hi = n->param_hi[index];
        return true;
    }
    if (index != 0 || !has_known_argument(s->p, n)) {
        return false;
    }
    *ret_lo = s->p->nodes.data[id].argument_lo;
    *ret_hi = s->p->nodes.data[id].argument_hi;
    return true;
}

static uint32_t ask_param_values(void *ctx, struct fn_ref fn, uint32_t index,
                                 const int64_t **ret_values) {
    const struct solver *s = ctx;
    node_id id = program_node(s->p, fn);
    if (id == NODE_NONE || index >= PARAMS_KNOWN) {
        return 0;
    }
    const struct node *n = &s->p->nodes.data[id];
    bool internal =
        (fn.facts->syms.data[fn.facts->fns.data[fn.fn.v].sym.v].flags & SYM_INTERNAL) != 0;
    if (n->address_taken || n->param_numbers[index].others || (!internal && !s->p->options.whole)) {
        return 0;
    }
    *ret_values = n->param_numbers[index].num;
    return n->param_numbers[index].count;
}

static uint32_t ask_required(void *ctx, struct fn_ref fn, struct flow_fact *out, uint32_t max) {
    const struct solver *s = ctx;
    return program_entry_locks(s->p, fn, out, max);
}

// --- acts of functions that have nothing to do with locks themselves ---

// Writes so little that it does not wait.
static bool is_token(const struct solver *s, const struct facts *f, const struct ir_call *c,
                     const struct effect *e) {
    const struct expr *bytes = expr_get(s->p->exprs, e->kind == EFFECT_BLOCK ? e->a : (expr_id){0});
    const struct ir_val *v =
        bytes->kind == EX_PARAM && (uint64_t)bytes->num < c->arg_count
            ? &f->vals.data[f->args.data[c->first_arg.v + (uint32_t)bytes->num].v]
            : NULL;
    return v && v->kind == VAL_CONST && v->num <= TOKEN_BYTES;
}

static void add_model_acts(struct solver *s, node_id id, call_id call, const struct summary *m,
                           struct flow_acts *out) {
    const struct facts *f = s->p->nodes.data[id].ref.facts;
    const struct ir_call *c = &f->calls.data[call.v];
    for (uint32_t i = 0; i < m->case_count; i++) {
        for (uint32_t k = 0; k < m->cases[i].effect_count; k++) {
            const struct effect *e = &m->cases[i].effects[k];
            int kind = flow_act_of_effect(e);
            if (kind < 0 || kind == ACT_TAKE || is_token(s, f, c, e)) {
                continue;
            }
            struct flow_act act = {
                .kind = (uint8_t)kind, .flags = e->flags & (EF_TIMED | EF_MAYBE), .call = call};
            act.site = flow_site_add(&s->p->sites, s->p->nodes.data[id].ref, c->loc);
            act.by = facts_sym_name(f, c->callee);
            flow_export_act(s->p->exprs, s->p->arena, out, &act);
        }
    }
}

// What callees do, without the names that only this function could give: what speaks of parameters
// becomes the class.
static void add_callee_acts(struct solver *s, node_id id, call_id call,
                            const struct flow_acts *inner, struct flow_acts *out) {
    struct program *p = s->p;
    const struct facts *f = p->nodes.data[id].ref.facts;
    for (uint32_t i = 0; i < inner->items.len; i++) {
        struct flow_act act = inner->items.data[i];
        if (expr_has_kind(p->exprs, act.subject, EX_PARAM)) {
            act.subject = act.kind == ACT_TAKE ? expr_class(p->exprs, act.subject) : (expr_id){0};
        }
        uint32_t *chain = ARENA_ARRAY(p->arena, uint32_t, act.chain_count + 1);
        chain[0] = flow_site_add(&p->sites, p->nodes.data[id].ref, f->calls.data[call.v].loc);
        for (uint32_t k = 0; k < act.chain_count; k++) {
            chain[k + 1] = act.chain[k];
        }
        act.chain = chain;
        act.chain_count++;
        act.call = call;
        act.held_count = 0;
        act.when_count = 0;
        flow_export_act(p->exprs, p->arena, out, &act);
    }
}

static const struct flow_acts *acts_without_flow(struct solver *s, node_id id) {
    struct program *p = s->p;
    struct fn_ref ref = p->nodes.data[id].ref;
    const struct ir_fn *fn = &ref.facts->fns.data[ref.fn.v];
    struct flow_acts *out = ARENA_NEW(p->arena, struct flow_acts);
    for (uint32_t i = 0; i < fn->block_count; i++) {
        const struct ir_block *b = &ref.facts->blocks.data[fn->first_block.v + i];
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &ref.facts->ops.data[b->first_op.v + k];
            const struct summary *m =
                op->kind == OP_CALL ? program_unit(p, ref.facts)->models[op->call.v] : NULL;
            if (m) {
                add_model_acts(s, id, op->call, m, out);
                continue;
            }
            const struct flow_acts *inner =
                op->kind == OP_CALL ? ask_acts(s, ref.facts, op->call, (expr_id){0}) : NULL;
            if (inner && inner != p->nodes.data[id].acts) {
                add_callee_acts(s, id, op->call, inner, out);
            }
        }
    }
    return out->items.len ? out : NULL;
}

static void solve_node(struct solver *s, node_id id) {
    struct program *p = s->p;
    bool relevant[FLOW_DOMAINS] = {false};
    find_relevant(p, id, relevant);
    bool any = false;
    for (unsigned d = 0; d < FLOW_DOMAINS; d++) {
        if (!relevant[d]) {
            continue;
        }
        struct flow_result *r = ARENA_NEW(p->arena, struct flow_result);
        flow_run(&s->context, p->nodes.data[id].ref, (enum flow_domain)d, r);
        p->nodes.data[id].flow[d] = r;
        if (d == FLOW_LOCKS && counted_rewrite(p, &r->summary)) {
            p->nodes.data[id].own_lock = true;
        }
        any = true;
        if (r->limited) {
            vec_push(p->arena, &p->limited, p->nodes.data[id].name);
        }
    }
    const struct flow_result *locks = p->nodes.data[id].flow[FLOW_LOCKS];
    p->nodes.data[id].acts = locks ? &locks->exports : acts_without_flow(s, id);
    p->stats.flow_functions += any;
}

// Classes callers may hold when they call, down the call graph until nothing changes.
static bool add_entry_lock(struct program *p, struct node *n, expr_id class) {
    for (uint32_t i = 0; i < n->entry_locks.len; i++) {
        if (expr_same(n->entry_locks.data[i], class)) {
            return false;
        }
    }
    vec_push(p->arena, &n->entry_locks, class);
    return true;
}

static void find_entry_locks(struct program *p) {
    for (node_id n = 0; n < p->nodes.len; n++) {
        const struct flow_result *r = p->nodes.data[n].flow[FLOW_LOCKS];
        for (uint32_t i = 0; r && i < r->calls.len; i++) {
            const struct flow_call *c = &r->calls.data[i];
            node_id to = call_node(p, r->fn.facts, c->call, c->target);
            for (uint32_t k = 0; to != NODE_NONE && k < c->lock_count; k++) {
                expr_id class = expr_class(p->exprs, c->locks[k].lock);
                expr_id by_contract = program_contract_class(p, c->locks[k].lock);
                if (class.v) {
                    add_entry_lock(p, &p->nodes.data[to], class);
                }
                if (by_contract.v && !expr_same(class, by_contract)) {
                    add_entry_lock(p, &p->nodes.data[to], by_contract);
                }
            }
        }
    }
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = p->order.len; i > 0; i--) { // callers first
            const struct node *n = &p->nodes.data[p->order.data[i - 1]];
            for (uint32_t k = 0; k < n->callees.len; k++) {
                for (uint32_t l = 0; l < n->entry_locks.len; l++) {
                    changed |= add_entry_lock(p, &p->nodes.data[n->callees.data[k]],
                                              n->entry_locks.data[l]);
                }
            }
        }
    }
}

// Before all others: a function that gives such a lock back may come before the one that takes it.
static void find_counted_locks(struct solver *s) {
    for (node_id n = 0; n < s->p->nodes.len; n++) {
        if (counted_may_lock(s->p, n)) {
            struct flow_result r = {0};
            flow_run(&s->context, s->p->nodes.data[n].ref, FLOW_LOCKS, &r);
            counted_note(s->p, &r.summary);
        }
    }
}

void program_run_flows(struct program *p) {
    struct solver s = {.p = p};
    s.context = (struct flow_context){.arena = p->arena,
                                      .scratch = &p->scratch,
                                      .step = &p->step,
                                      .exprs = p->exprs,
                                      .sites = &p->sites,
                                      .ctx = &s,
                                      .callee = ask_callee,
                                      .function = ask_function,
                                      .keeps = ask_keeps,
                                      .writes = ask_writes,
                                      .frees = ask_frees,
                                      .uses = ask_uses,
                                      .touches = ask_touches,
                                      .entry_frees = ask_entry_frees,
                                      .registers = ask_registers,
                                      .has_body = ask_has_body,
                                      .is_pure = ask_pure,
                                      .ends = ask_ends,
                                      .is_recursive = ask_recursive,
                                      .acts = ask_acts,
                                      .param_range = ask_param_range,
                                      .param_values = ask_param_values,
                                      .required = ask_required,
                                      .step_limit = p->options.fn_step_limit};
    for (uint32_t i = 0; i < p->units.len; i++) {
        program_note_wrappers(p, p->units.data[i].facts);
        note_recursive_types(p, p->units.data[i].facts);
        note_static_kinds(p, p->units.data[i].facts);
    }
    find_counted_locks(&s);
    uint32_t from = 0;
    for (uint32_t i = 0; i < p->order.len; i++) {
        uint32_t component = p->nodes.data[p->order.data[i]].component;
        if (component != p->nodes.data[p->order.data[from]].component) {
            from = i;
        }
        solve_node(&s, p->order.data[i]);
        bool last =
            i + 1 == p->order.len || p->nodes.data[p->order.data[i + 1]].component != component;
        for (uint32_t k = from; last && p->nodes.data[p->order.data[i]].recursive && k <= i; k++) {
            solve_node(&s,
                       p->order.data[k]); // once more, now that all of the component have summaries
        }
    }
    for (node_id n = 0; n < p->nodes.len; n++) {
        if (p->nodes.data[n].flow[FLOW_THREADS]) {
            note_spawns(p, p->nodes.data[n].flow[FLOW_THREADS]);
        }
    }
    for (node_id n = 0; n < p->nodes.len; n++) {
        struct node *x = &p->nodes.data[n];
        if (has_known_argument(p, x)) {
            solve_node(&s, n); // once more, with what its argument is
        }
        if (x->flow[FLOW_LOCKS]) {
            note_inits(p, x->flow[FLOW_LOCKS]);
            note_releases(p, x->flow[FLOW_LOCKS]);
            note_left_held(p, x->flow[FLOW_LOCKS]);
        }
    }
    find_entry_locks(p);
}
