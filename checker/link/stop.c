#include "checker/link/stop_private.h"

#include "checker/link/threads.h"

enum { HOME_DEPTH = 4 };

// --- where the handles are kept ---

static void add_home(struct program *p, struct program_stop *s, const struct deed *d) {
    const struct expr *root = expr_get(p->exprs, expr_root(p->exprs, d->place));
    if (d->flags & DEED_MOVED) {
        return;
    }
    if (!d->class.v && (root->kind != EX_LOCAL || !expr_is_location(p->exprs, d->place))) {
        s->homeless = true;
        return;
    }
    struct stop_home home = {.class = d->class, .node = d->node, .place = d->place};
    for (uint32_t i = 0; i < s->homes.len; i++) {
        const struct stop_home *o = &s->homes.data[i];
        if (expr_same(o->class, home.class) &&
            (home.class.v || (o->node == home.node && expr_same(o->place, home.place)))) {
            return;
        }
    }
    vec_push(p->arena, &s->homes, home);
}

// The start itself, or what the called function does with the handle when it does not give it back.
static bool add_homes(struct program *p, struct program_stop *s, node_id n, op_id op,
                      unsigned depth) {
    uint32_t count = 0;
    const struct deed *deeds = deeds_of(p, n, &count);
    bool found = false;
    for (uint32_t i = 0; i < count; i++) {
        if (deeds[i].kind == DEED_SPAWN && (!op.v || deeds[i].op.v == op.v)) {
            add_home(p, s, &deeds[i]);
            found = true;
        }
    }
    const struct facts *f = p->nodes.data[n].ref.facts;
    node_id targets[4];
    uint32_t targets_count =
        !found && op.v ? call_targets(p, f, f->ops.data[op.v].call, targets, 4) : 0;
    for (uint32_t i = 0; i < targets_count && depth < HOME_DEPTH; i++) {
        found |= add_homes(p, s, targets[i], (op_id){0}, depth + 1);
    }
    return found;
}

static bool is_detached_start(const struct program *p, node_id n, op_id op) {
    const struct flow_result *r = p->nodes.data[n].flow[FLOW_THREADS];
    call_id call = p->nodes.data[n].ref.facts->ops.data[op.v].call;
    for (uint32_t i = 0; r && i < r->spawns.len; i++) {
        if (r->spawns.data[i].call.v == call.v && r->spawns.data[i].detached) {
            return true;
        }
    }
    return false;
}

// The call leads to another start of the same thread, which knows more.
static bool is_start_of_callee(const struct program *p, const struct root_starts *starts, node_id n,
                               unsigned depth) {
    for (uint32_t i = 0; i < starts->items.len; i++) {
        if (starts->items.data[i].fn == n) {
            return true;
        }
    }
    for (uint32_t i = 0; i < p->nodes.data[n].callees.len && depth < HOME_DEPTH; i++) {
        if (is_start_of_callee(p, starts, p->nodes.data[n].callees.data[i], depth + 1)) {
            return true;
        }
    }
    return false;
}

static bool is_indirect_start(const struct program *p, const struct root_starts *starts,
                              const struct root_start *start) {
    const struct facts *f = p->nodes.data[start->fn].ref.facts;
    node_id targets[4];
    uint32_t count = call_targets(p, f, f->ops.data[start->op.v].call, targets, 4);
    for (uint32_t i = 0; i < count; i++) {
        if (is_start_of_callee(p, starts, targets[i], 0)) {
            return true;
        }
    }
    return false;
}

static void find_homes(struct program *p, struct program_stop *s) {
    const struct root_starts *starts = &p->runs.starts.data[s->root];
    for (uint32_t i = 0; i < starts->items.len; i++) {
        const struct root_start *start = &starts->items.data[i];
        if (!is_indirect_start(p, starts, start)) {
            vec_push(p->arena, &s->starts, ((struct stop_start){start->fn, start->op}));
            s->homeless |= !add_homes(p, s, start->fn, start->op, 0);
            s->detached |= is_detached_start(p, start->fn, start->op);
        }
    }
}

// --- what is done to them ---

// The home a deed is done to; -1 for none.
static int home_of_deed(const struct program_stop *s, const struct deed *d) {
    for (uint32_t i = 0; i < s->homes.len; i++) {
        const struct stop_home *h = &s->homes.data[i];
        if (h->class.v ? expr_same(h->class, d->class)
                       : h->node == d->node && expr_same(h->place, d->place)) {
            return (int)i;
        }
    }
    return -1;
}

static bool mentions_path(const struct program *p, const struct facts *f, path_id path,
                          const struct program_stop *s) {
    uint8_t kind = f->paths.data[path.v].kind;
    expr_id class = kind == PATH_NONE || kind == PATH_DEREF
                        ? (expr_id){0}
                        : deed_class(p, program_path_class(p, f, path));
    for (uint32_t i = 0; class.v && i < s->homes.len; i++) {
        if (expr_same(s->homes.data[i].class, class)) {
            return true;
        }
    }
    return false;
}

// The function speaks of the place that keeps the handle: it may be the one it joins.
static bool mentions_home(const struct program *p, const struct program_stop *s, node_id n) {
    struct fn_ref fn = p->nodes.data[n].ref;
    const struct facts *f = fn.facts;
    for (uint32_t i = 0; i < f->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            const struct ir_call *c = &f->calls.data[op->call.v];
            path_id paths[2] = {op->path, f->vals.data[op->val.v].path};
            for (uint32_t a = 0; op->kind != OP_CALL && a < 2; a++) {
                if (mentions_path(p, f, paths[a], s)) {
                    return true;
                }
            }
            for (uint32_t a = 0; op->kind == OP_CALL && a < c->arg_count; a++) {
                val_id arg = f->args.data[c->first_arg.v + a];
                if (mentions_path(p, f, f->vals.data[arg.v].path, s)) {
                    return true;
                }
            }
        }
    }
    return false;
}

static int end_of_deed(const struct deed *d) {
    switch ((int)d->kind) {
    case DEED_JOIN:
        return STOP_JOIN;
    case DEED_DETACH:
        return STOP_DETACH;
    case DEED_CANCEL:
        return STOP_CANCEL;
    case DEED_INTERRUPT:
        return STOP_INTERRUPT;
    default:
        return -1;
    }
}

// Callers say what it is done to.
static bool is_callers(const struct program *p, const struct deed *d) {
    return d->place.v && expr_has_kind(p->exprs, d->place, EX_PARAM) &&
           p->nodes.data[d->node].callers.len;
}

static void find_ends(struct program *p, struct program_stop *s) {
    for (uint32_t i = 0; i < p->deeds->items.len; i++) {
        const struct deed *d = &p->deeds->items.data[i];
        int kind = end_of_deed(d);
        int home = home_of_deed(s, d);
        if (kind < 0) {
            continue;
        }
        if (d->flags & DEED_OWN) {
            if (program_root_reaches(p, s->root, d->node)) {
                s->detached = true;
                s->self_node = d->node;
                s->self_op = d->op;
            }
        } else if (home >= 0) {
            vec_push(
                p->arena, &s->ends,
                ((struct stop_end){
                    .kind = (uint8_t)kind, .home = (uint8_t)home, .node = d->node, .op = d->op}));
        } else if (!d->class.v && !is_callers(p, d) && mentions_home(p, s, d->node)) {
            vec_push(p->arena, &s->ends,
                     ((struct stop_end){
                         .kind = (uint8_t)kind, .assumed = true, .node = d->node, .op = d->op}));
        }
    }
}

// --- what the thread does ---

static void find_waits(struct program *p, struct program_stop *s, node_id n) {
    uint32_t count = 0;
    const struct deed *deeds = deeds_of(p, n, &count);
    for (uint32_t i = 0; i < count; i++) {
        const struct deed *d = &deeds[i];
        bool waits = d->kind == DEED_WAIT || d->kind == DEED_BLOCK;
        if (d->kind == DEED_SLEEP && d->num && program_root_runs(p, s->root, n, d->op)) {
            vec_push(p->arena, &s->naps, ((struct stop_nap){n, d->op, d->num}));
        }
        if (waits && !(d->flags & DEED_TIMED) && program_root_runs(p, s->root, n, d->op)) {
            vec_push(p->arena, &s->waits,
                     ((struct stop_wait){.node = n,
                                         .op = d->op,
                                         .on = d->class,
                                         .condition = d->kind == DEED_WAIT,
                                         .object = (d->flags & DEED_OBJECT) != 0,
                                         .maybe = (d->flags & DEED_MAYBE) != 0}));
        }
    }
}

static void find_loops(struct program *p, struct program_stop *s) {
    for (node_id n = 0; n < p->nodes.len; n++) {
        if (!program_root_reaches(p, s->root, n)) {
            continue;
        }
        stop_find_loops(p, n);
        const struct loop_range *r = &p->stops->ranges[n];
        for (uint32_t i = 0; i < r->count; i++) {
            const struct stop_loop *l = &p->stops->loops.data[r->first + i];
            const struct ir_block *head = graph_block(p->nodes.data[n].ref, l->loop->head);
            if (!head->op_count || program_root_runs(p, s->root, n, head->first_op)) {
                vec_push(p->arena, &s->loops, r->first + i);
            }
        }
        find_waits(p, s, n);
    }
}

void program_find_stops(struct program *p) {
    p->stops = ARENA_NEW(p->arena, struct stops);
    p->stops->ranges = ARENA_ARRAY(p->arena, struct loop_range, p->nodes.len + 1);
    p->stops->leaving = ARENA_ARRAY(p->arena, bool, p->nodes.len + 1);
    map_init(&p->stops->flag_of, p->arena);
    stop_find_leaving(p);
    for (uint32_t i = 0; i < p->runs.roots.len; i++) {
        struct program_stop s = {.root = i};
        if (p->runs.roots.data[i].kind == CONTEXT_THREAD) {
            find_homes(p, &s);
            find_ends(p, &s);
            find_loops(p, &s);
            vec_push(p->arena, &p->stops->items, s);
        }
    }
    stop_find_flags(p);
    for (uint32_t i = 0; i < p->deeds->items.len; i++) {
        const struct deed *d = &p->deeds->items.data[i];
        if (d->kind == DEED_FREE && d->record) {
            vec_push(p->arena, &p->stops->frees, ((struct stop_free){d->node, d->op, d->record}));
        }
    }
}

// --- queries ---

uint32_t program_stop_count(const struct program *p) {
    return p->stops->items.len;
}

const struct program_stop *program_stop(const struct program *p, uint32_t index) {
    return &p->stops->items.data[index];
}

bool program_stop_has_end(const struct program_stop *s, enum stop_end_kind kind) {
    for (uint32_t i = 0; i < s->ends.len; i++) {
        if (s->ends.data[i].kind == kind) {
            return true;
        }
    }
    return false;
}

const struct stop_loop *program_stop_loop(const struct program *p, uint32_t index) {
    return &p->stops->loops.data[index];
}

uint32_t program_stop_free_count(const struct program *p) {
    return p->stops->frees.len;
}

const struct stop_free *program_stop_free(const struct program *p, uint32_t index) {
    return &p->stops->frees.data[index];
}

bool program_frees_home(const struct program *p, const struct stop_free *x,
                        const struct stop_home *h) {
    const struct expr *e = expr_get(p->exprs, h->class);
    return e->kind == EX_FIELD && e->aux == x->record;
}

bool program_starts(const struct program *p, const struct program_stop *s, node_id n) {
    const struct root_starts *starts = &p->runs.starts.data[s->root];
    for (uint32_t i = 0; i < starts->items.len; i++) {
        node_id starter = starts->items.data[i].fn;
        bool calls = starter == n;
        for (uint32_t k = 0; k < p->nodes.data[n].callees.len; k++) {
            calls |= p->nodes.data[n].callees.data[k] == starter;
        }
        if (calls) {
            return true;
        }
    }
    return false;
}

call_id program_virtual_call(const struct program *p, struct fn_ref fn, struct str record) {
    const struct facts *f = fn.facts;
    for (uint32_t i = 0; i < f->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            const struct ir_call *c = &f->calls.data[op->call.v];
            const struct ir_sym *s = &f->syms.data[c->callee.v];
            if (op->kind == OP_CALL && c->kind == CALL_VIRTUAL &&
                program_unit(p, f)->sym_overridden[c->callee.v] &&
                str_eq(facts_text(f, f->records.data[s->record.v].key), record)) {
                return op->call;
            }
        }
    }
    return (call_id){0};
}
