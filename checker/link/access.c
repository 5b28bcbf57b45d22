#include "checker/link/access.h"

#include "checker/base/hash.h"
#include "checker/link/arguments.h"
#include "checker/link/container.h"
#include "checker/link/maker.h"
#include "checker/link/namer.h"
#include "checker/link/threads.h"

enum { MAX_EXPORTS = 96, MAX_OWN = 1500, MAX_TARGETS = 4 };

struct collector {
    struct program *p;
    node_id id;
    struct namer namer;
    struct map seen; // place, op, kind -> index
    bool doubtful;   // locks this function takes cannot be followed
    bool makes;      // constructor or destructor
};

// --- what is looked at ---

static bool is_sync_type(const struct program *p, const struct facts *f, type_id type) {
    for (type_id t = type; t.v;) {
        const struct ir_type *x = &f->types.data[t.v];
        if (x->kind == TYPE_ATOMIC || model_type_traits(p->models, facts_text(f, x->name))) {
            return true;
        }
        if (x->kind == TYPE_RECORD && (f->records.data[x->record.v].flags & RECORD_SYSTEM)) {
            return true; // std::atomic and the like: their methods say what is done
        }
        if (x->kind != TYPE_TYPEDEF && x->kind != TYPE_ARRAY) {
            return false;
        }
        t = x->target;
    }
    return false;
}

static bool is_constant(const struct facts *f, path_id path) {
    uint8_t quals = 0;
    (void)facts_strip_typedefs(f, f->paths.data[path.v].type, &quals);
    return quals & TYPE_CONST;
}

static bool is_private_variable(const struct facts *f, path_id path) {
    const struct ir_path *x = &f->paths.data[path.v];
    while (x->kind == PATH_FIELD || x->kind == PATH_INDEX) {
        x = &f->paths.data[x->base.v];
    }
    const struct ir_var *v = &f->vars.data[x->var.v];
    return x->kind == PATH_VAR && (v->flags & VAR_THREAD_LOCAL);
}

// A plain local or parameter: only interesting when other threads get its address, which starts are
// asked about.
static bool is_local_object(const struct expr_table *t, expr_id place) {
    const struct expr *x = expr_get(t, place);
    while (x->kind == EX_FIELD || x->kind == EX_INDEX) {
        x = expr_get(t, x->a);
    }
    return x->kind == EX_LOCAL;
}

// The result of a call that makes memory.
static bool is_fresh(struct collector *c, expr_id root) {
    const struct expr *x = expr_get(c->p->exprs, root);
    call_id call = {(uint32_t)x->num};
    return x->kind == EX_RESULT && call.v < c->namer.f->calls.len &&
           program_call_allocates(c->p, c->namer.f, call);
}

static bool is_owned(struct collector *c, expr_id place) {
    const struct expr_table *t = c->p->exprs;
    expr_id root = namer_root(t, place);
    const struct expr *x = expr_get(t, root);
    return (c->makes && x->kind == EX_PARAM && x->num == 0) || is_fresh(c, root) ||
           is_local_object(t, place);
}

// --- adding ---

static const struct flow_fact *copy_facts(struct arena *a, const struct flow_fact *items,
                                          uint16_t count) {
    struct flow_fact *copy = count ? ARENA_ARRAY(a, struct flow_fact, count) : NULL;
    for (uint16_t i = 0; i < count; i++) {
        copy[i] = items[i];
    }
    return copy;
}

static void add(struct collector *c, struct access a) {
    struct node *n = &c->p->nodes.data[c->id];
    uint64_t key = hash_mix(hash_mix(a.place.v, a.op),
                            (uint64_t)a.write << 9 | (uint64_t)a.atomic << 8 | a.slot);
    uint32_t old = 0;
    if (n->access_count >= MAX_OWN || map_get(&c->seen, key, &old)) {
        return;
    }
    map_put(&c->seen, key, 1);
    a.node = c->id;
    a.doubtful |= c->doubtful;
    a.owned |= is_owned(c, a.place);
    vec_push(c->p->arena, &c->p->accesses, a);
    n->access_count++;
}

// Locks held when an op runs, and whether some path comes there.
static bool held_at(struct collector *c, uint32_t op, struct access *a) {
    const struct flow_result *r = c->p->nodes.data[c->id].flow[FLOW_LOCKS];
    if (!r || r->limited) {
        return true;
    }
    struct flow_point point = flow_point_at(r, op);
    a->held = point.items;
    a->held_count = point.count;
    return point.seen;
}

static void own_access(struct collector *c, uint32_t index) {
    const struct facts *f = c->namer.f;
    const struct ir_op *op = &f->ops.data[index];
    struct access a = {.write = op->kind != OP_READ, .op = index};
    if (is_sync_type(c->p, f, f->paths.data[op->path.v].type) && !(op->flags & OPF_ATOMIC)) {
        return;
    }
    if (is_constant(f, op->path) || is_private_variable(f, op->path) || (op->flags & OPF_INIT)) {
        return;
    }
    a.place = namer_location(&c->namer, op->path);
    uint8_t kind = expr_get(c->p->exprs, a.place)->kind;
    if (kind == EX_LOCAL &&
        !(c->namer.f->vars.data[f->paths.data[op->path.v].var.v].kind == VAR_LOCAL)) {
        return;
    }
    a.atomic = (op->flags & OPF_ATOMIC) != 0;
    a.volatile_ = (op->flags & OPF_VOLATILE) != 0;
    if (held_at(c, index, &a)) {
        add(c, a);
    }
}

// A method of a container touches the container.
static void container_op(struct collector *c, uint32_t index) {
    const struct facts *f = c->namer.f;
    struct access a = {.op = index};
    path_id object = {0};
    if (container_access(f, f->ops.data[index].call, &object, &a.write) &&
        !is_private_variable(f, object)) {
        a.place = namer_location(&c->namer, object);
        if (held_at(c, index, &a)) {
            add(c, a);
        }
    }
}

// Memory a library function is given.
static void argument_ops(struct collector *c, uint32_t index) {
    const struct facts *f = c->namer.f;
    struct argument_access args[ARGUMENTS_MAX];
    uint32_t n = argument_accesses(c->p, f, f->ops.data[index].call, args);
    for (uint32_t i = 0; i < n; i++) {
        const struct ir_val *v = &f->vals.data[args[i].pointer.v];
        struct access a = {.op = index, .write = args[i].write, .atomic = args[i].atomic};
        bool named = v->kind == VAL_ADDR;
        if (named && (is_sync_type(c->p, f, f->paths.data[v->path.v].type) ||
                      is_constant(f, v->path) || is_private_variable(f, v->path))) {
            continue;
        }
        a.place = expr_deref(c->p->exprs, namer_value(&c->namer, args[i].pointer));
        if (expr_get(c->p->exprs, a.place)->kind != EX_LOCAL && held_at(c, index, &a)) {
            add(c, a);
        }
    }
}

// --- callees and threads ---

// Elements chosen by something only the callee knows may be any.
static expr_id blur(void *ctx, struct expr_table *t, expr_id e) {
    (void)ctx;
    struct expr x = *expr_get(t, e);
    if (x.kind != EX_INDEX || !x.b.v || expr_get(t, x.b)->kind == EX_CONST) {
        return (expr_id){0};
    }
    return expr_index(t, x.a, (expr_id){0});
}

static bool is_expressible(const struct expr_table *t, expr_id e) {
    return !expr_has_kind(t, e, EX_LOCAL) && !expr_has_kind(t, e, EX_RESULT) &&
           !expr_has_kind(t, e, EX_UNKNOWN);
}

static void translate_held(struct collector *c, struct binding *b, const struct access *from,
                           struct access *to) {
    struct flow_fact all[64];
    uint16_t n = 0;
    for (uint16_t i = 0; i < to->held_count && n < 32; i++) {
        if (!parallel_is_held_partly(c->p, to->held, to->held_count, i)) {
            all[n++] = to->held[i];
        }
    }
    for (uint16_t i = 0; i < from->held_count && n < 64; i++) {
        all[n++] = (struct flow_fact){namer_translate(b, from->held[i].e), from->held[i].flags};
    }
    to->held = copy_facts(c->p->arena, all, n);
    to->held_count = n;
}

static void take_over(struct collector *c, struct binding *b, node_id callee, struct access proto) {
    const struct node *n = &c->p->nodes.data[callee];
    for (uint32_t i = 0; i < n->exports.len; i++) {
        struct access from = c->p->accesses.data[n->exports.data[i]];
        struct access a = proto;
        a.place = namer_translate(b, from.place);
        if (!expr_is_location(c->p->exprs, a.place)) {
            continue;
        }
        a.write = from.write;
        a.atomic = from.atomic;
        a.volatile_ = from.volatile_;
        a.doubtful = from.doubtful;
        a.owned = from.owned;
        a.slot = proto.slot ? proto.slot : from.slot;
        a.inner = n->exports.data[i] + 1;
        if (a.slot) {
            a.held = NULL;
            a.held_count = 0;
        }
        translate_held(c, b, &from, &a);
        add(c, a);
    }
}

static void call_accesses(struct collector *c, uint32_t index) {
    const struct facts *f = c->namer.f;
    call_id call = f->ops.data[index].call;
    node_id targets[MAX_TARGETS];
    uint32_t count = call_targets(c->p, f, call, targets, MAX_TARGETS);
    bool any = false;
    for (uint32_t i = 0; i < count; i++) {
        any |= c->p->nodes.data[targets[i]].exports.len != 0;
    }
    struct access proto = {.op = index};
    if (!any || !held_at(c, index, &proto)) {
        return;
    }
    struct binding b;
    namer_bind(&c->namer, call, &b);
    for (uint32_t i = 0; i < count; i++) {
        take_over(c, &b, targets[i], proto);
    }
}

// What a thread started here does to what it was given.
static void thread_accesses(struct collector *c, const struct flow_spawn *s) {
    node_id entry = program_node_of_value(c->p, s->entry);
    const struct expr *fn = expr_get(c->p->exprs, s->entry);
    if (entry == NODE_NONE || !c->p->nodes.data[entry].exports.len) {
        return;
    }
    struct binding b = {.namer = &c->namer, .arg_count = 1};
    b.args[0] = fn->a.v ? fn->a : s->arg;
    struct access proto = {.op = program_op_of_call(c->p, c->id, s->call),
                           .slot = slot_of_value(c->p, s->entry)};
    take_over(c, &b, entry, proto);
}

// --- functions ---

static bool contains_word(struct str name, const char *word) {
    size_t len = strlen(word);
    for (size_t i = 0; i + len <= name.len; i++) {
        size_t k = 0;
        while (k < len && (name.ptr[i + k] | 0x20) == word[k]) {
            k++;
        }
        if (k == len) {
            return true;
        }
    }
    return false;
}

// Calls something of which nothing is known but a name that speaks of locking: what it holds
// afterwards cannot be told.
static bool calls_unknown_lock(const struct program *p, struct fn_ref ref) {
    const struct facts *f = ref.facts;
    const struct unit *u = program_unit(p, f);
    const struct ir_fn *fn = &f->fns.data[ref.fn.v];
    for (uint32_t i = 0; i < fn->block_count; i++) {
        const struct ir_block *b = &f->blocks.data[fn->first_block.v + i];
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            const struct ir_call *c = &f->calls.data[op->call.v];
            node_id target = NODE_NONE;
            if (op->kind != OP_CALL || u->models[op->call.v] ||
                call_targets(p, f, op->call, &target, 1)) {
                continue;
            }
            struct str name = facts_sym_name(f, c->callee);
            if (c->kind == CALL_INDIRECT && f->vals.data[c->target.v].kind == VAL_PATH) {
                name = facts_text(f, f->paths.data[f->vals.data[c->target.v].path.v].name);
            }
            if (contains_word(name, "lock") || contains_word(name, "mutex") ||
                contains_word(name, "critical")) {
                return true;
            }
        }
    }
    return false;
}

static void export_accesses(struct collector *c) {
    struct program *p = c->p;
    struct node *n = &p->nodes.data[c->id];
    struct map keys;
    map_init(&keys, &p->scratch);
    uint32_t count = n->access_count;
    for (uint32_t i = 0; i < count && n->exports.len < MAX_EXPORTS; i++) {
        struct access a = p->accesses.data[n->access_first + i];
        if (expr_get(p->exprs, namer_root(p->exprs, a.place))->kind != EX_PARAM || a.owned) {
            continue;
        }
        expr_id place = expr_rewrite(p->exprs, a.place, EXPR_KIND(EX_INDEX), blur, NULL);
        uint64_t key = hash_mix(place.v, (uint64_t)a.write << 9 | (uint64_t)a.atomic << 8 | a.slot);
        for (uint16_t k = 0; k < a.held_count; k++) {
            key = hash_mix(key, a.held[k].e.v);
        }
        uint32_t old = 0;
        if (!is_expressible(p->exprs, place) || map_get(&keys, key, &old)) {
            continue;
        }
        map_put(&keys, key, 1);
        p->accesses.data[n->access_first + i].place = place;
        vec_push(p->arena, &n->exports, n->access_first + i);
    }
}

static void collect(struct program *p, node_id id) {
    struct node *n = &p->nodes.data[id];
    const struct facts *f = n->ref.facts;
    const struct ir_fn *fn = &f->fns.data[n->ref.fn.v];
    struct arena_mark mark = arena_mark(&p->scratch);
    const struct flow_result *locks = n->flow[FLOW_LOCKS];
    struct collector c = {.p = p, .id = id};
    n->access_first = p->accesses.len;
    n->access_count = 0;
    c.makes = (f->syms.data[fn->sym.v].flags & (SYM_CTOR | SYM_DTOR)) != 0;
    c.doubtful = (locks && locks->limited) || (fn->flags & (FN_PARTIAL | FN_TRUNCATED)) ||
                 n->own_lock || calls_unknown_lock(p, n->ref);
    namer_init(&c.namer, p, n->ref);
    map_init(&c.seen, &p->scratch);
    for (uint32_t i = 0; i < fn->block_count; i++) {
        const struct ir_block *b = &f->blocks.data[fn->first_block.v + i];
        for (uint32_t k = 0; k < b->op_count; k++) {
            uint8_t kind = f->ops.data[b->first_op.v + k].kind;
            if (kind == OP_READ || kind == OP_WRITE || kind == OP_UPDATE) {
                own_access(&c, b->first_op.v + k);
            } else if (kind == OP_CALL) {
                container_op(&c, b->first_op.v + k);
                argument_ops(&c, b->first_op.v + k);
                call_accesses(&c, b->first_op.v + k);
            }
        }
    }
    const struct flow_result *threads = n->flow[FLOW_THREADS];
    for (uint32_t i = 0; threads && i < threads->spawns.len; i++) {
        thread_accesses(&c, &threads->spawns.data[i]);
    }
    export_accesses(&c);
    arena_reset(&p->scratch, mark);
}

// Functions that threads run, so that what they do is known where the threads are started.
static void mark_threads(const struct program *p, bool *runs_in_thread) {
    for (uint32_t i = p->order.len; i > 0; i--) { // callers first
        const struct node *n = &p->nodes.data[p->order.data[i - 1]];
        runs_in_thread[p->order.data[i - 1]] |= n->is_entry;
        for (uint32_t k = 0; runs_in_thread[p->order.data[i - 1]] && k < n->callees.len; k++) {
            runs_in_thread[n->callees.data[k]] = true;
        }
    }
}

void program_collect_accesses(struct program *p) {
    bool *runs_in_thread = ARENA_ARRAY(&p->scratch, bool, p->nodes.len);
    mark_threads(p, runs_in_thread);
    for (unsigned round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < p->order.len; i++) {
            if (runs_in_thread[p->order.data[i]] == (round == 0)) {
                collect(p, p->order.data[i]);
            }
        }
    }
}

struct flow_site access_site(const struct program *p, const struct access *a) {
    while (a->inner) {
        a = &p->accesses.data[a->inner - 1];
    }
    struct fn_ref at = p->nodes.data[a->node].ref;
    return (struct flow_site){at, at.facts->ops.data[a->op].loc};
}
