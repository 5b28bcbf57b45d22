// Worklist over the blocks of one function, in reverse post-order (the order facts store them in).
#include "checker/flow/run.h"

#include "checker/base/hash.h"

enum { MAX_REQUIRED = 8, DEFAULT_STEP_LIMIT = 300000, MAX_SCRATCH = 512 << 20 };

uint32_t flow_site_add(struct flow_sites *sites, struct fn_ref at, loc_id loc) {
    if (sites->items.len == 0) {
        vec_push(sites->arena, &sites->items, ((struct flow_site){0}));
    }
    const struct flow_site *last = &vec_last(&sites->items);
    if (last->at.facts != at.facts || last->at.fn.v != at.fn.v || last->loc.v != loc.v) {
        vec_push(sites->arena, &sites->items, ((struct flow_site){at, loc}));
    }
    return sites->items.len - 1;
}

struct flow_site flow_site_get(const struct flow_sites *sites, uint32_t site) {
    return site < sites->items.len ? sites->items.data[site] : (struct flow_site){0};
}

bool flow_is_same_place(const struct flow_sites *sites, const struct flow_result *r,
                        const struct flow_event *e) {
    struct flow_site first = flow_site_get(sites, e->other);
    return e->kind == FLOW_DOUBLE_ACQUIRE && !e->inner && first.at.facts == r->fn.facts &&
           first.loc.v == e->loc.v;
}

uint32_t run_site(struct run *r, loc_id loc) {
    return flow_site_add(r->c->sites, r->fn, loc);
}

loc_id run_call_loc(const struct run *r, call_id call) {
    return r->f->calls.data[call.v].loc;
}

void run_trace(struct run *r, struct world *w, enum flow_step kind, bool sense, loc_id loc,
               expr_id about) {
    struct trace_node n = {.parent = w->trace,
                           .kind = (uint8_t)kind,
                           .sense = sense,
                           .site = run_site(r, loc),
                           .about = about};
    vec_push(r->c->arena, &r->out->traces, n);
    w->trace = r->out->traces.len - 1;
}

void run_event(struct run *r, const struct world *w, struct flow_event event) {
    if (!event.loc.v && event.call.v) {
        event.loc = run_call_loc(r, event.call);
    }
    uint64_t key = hash_mix(hash_mix(event.kind, event.subject.v),
                            hash_mix((uint64_t)event.loc.v << 32 | event.call.v, event.inner));
    if (event.kind == FLOW_THREAD_LOST) {
        struct flow_site s = flow_site_get(r->c->sites, event.other);
        key = hash_mix(key, s.loc.v);
    }
    uint32_t seen = 0;
    if (map_get(&r->event_keys, key, &seen)) {
        return;
    }
    map_put(&r->event_keys, key, 1);
    event.trace = w->trace;
    vec_push(r->c->arena, &r->out->events, event);
}

// --- what the loops of the function change ---

// Variable a path lies in through fields alone; none through elements and pointers.
static var_id fields_root(const struct facts *f, path_id path, bool *ret_partial) {
    const struct ir_path *p = &f->paths.data[path.v];
    *ret_partial = p->kind == PATH_FIELD;
    while (p->kind == PATH_FIELD) {
        p = &f->paths.data[p->base.v];
    }
    return p->kind == PATH_VAR ? p->var : (var_id){0};
}

static void note_modified(struct run *r, struct block_state *head, const struct ir_op *op) {
    if (op->kind != OP_WRITE && op->kind != OP_UPDATE) {
        return;
    }
    struct loop_var m = {.counts = op->kind == OP_UPDATE};
    var_id var = fields_root(r->f, op->path, &m.partial);
    const struct ir_var *v = &r->f->vars.data[var.v];
    if (v->kind == VAR_NONE || v->kind == VAR_GLOBAL) {
        return;
    }
    m.partial |= v->kind == VAR_STATIC_LOCAL;
    m.loc = run_var(r, var);
    for (uint32_t i = 0; i < head->modified.len; i++) {
        struct loop_var *old = &head->modified.data[i];
        if (expr_same(old->loc, m.loc)) {
            old->counts |= m.counts;
            old->partial &= m.partial;
            return;
        }
    }
    vec_push(r->kept.arena, &head->modified, m);
}

static bool has_effect(const struct summary *s, enum effect_kind kind) {
    for (uint32_t i = 0; s && (s->flags & SUMMARY_MODEL) && i < s->case_count; i++) {
        for (uint32_t k = 0; k < s->cases[i].effect_count; k++) {
            if (s->cases[i].effects[k].kind == kind) {
                return true;
            }
        }
    }
    return false;
}

// A loop that waits for as many threads as another one started: behind it they have been heard of,
// also when the analysis thinks that it might go round no time.
static void mark_waiting(struct run *r, uint32_t head, uint32_t tail) {
    bool waits = false;
    bool spawns = false;
    for (uint32_t i = head; i <= tail; i++) {
        const struct ir_block *b = &r->f->blocks.data[r->ir->first_block.v + i];
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &r->f->ops.data[b->first_op.v + k];
            const struct summary *s = NULL;
            if (op->kind == OP_CALL && r->f->calls.data[op->call.v].kind != CALL_INDIRECT) {
                s = r->c->callee(r->c->ctx, r->f, op->call, (expr_id){0}, r->domain);
            }
            waits |= has_effect(s, EFFECT_WAIT) || has_effect(s, EFFECT_BLOCK);
            spawns |= has_effect(s, EFFECT_SPAWN);
        }
    }
    for (uint32_t i = head; i <= tail && waits && !spawns; i++) {
        r->blocks[i].waits_until =
            tail + 1 > r->blocks[i].waits_until ? tail + 1 : r->blocks[i].waits_until;
    }
}

// A back edge goes to a block that does not come later. In reverse post-order the loop's blocks lie
// between its ends (exactly for reducible loops, more for others, which only makes more variables
// symbolic).
static void mark_loop(struct run *r, uint32_t head, uint32_t tail) {
    struct block_state *s = &r->blocks[head];
    s->is_loop_head = true;
    s->loop_end = tail > s->loop_end ? tail : s->loop_end;
    for (uint32_t i = head; i <= tail; i++) {
        r->blocks[i].in_loop = true;
        const struct ir_block *b = &r->f->blocks.data[r->ir->first_block.v + i];
        for (uint32_t k = 0; k < b->op_count; k++) {
            note_modified(r, s, &r->f->ops.data[b->first_op.v + k]);
        }
    }
}

// Heads of the loops around each block. Inner ones begin later.
static void nest_loops(struct run *r) {
    for (uint32_t i = 0; i < r->ir->block_count; i++) {
        r->blocks[i].loop = NO_LOOP;
    }
    for (uint32_t i = 0; i < r->ir->block_count; i++) {
        struct block_state *s = &r->blocks[i];
        s->loop_outer = s->loop;
        for (uint32_t k = i; s->is_loop_head && k <= s->loop_end; k++) {
            r->blocks[k].loop = i;
        }
    }
}

static void find_loops(struct run *r) {
    for (uint32_t i = 0; i < r->ir->block_count; i++) {
        const struct ir_block *b = &r->f->blocks.data[r->ir->first_block.v + i];
        for (uint32_t k = 0; k < b->edge_count; k++) {
            uint32_t to = r->f->edges.data[b->first_edge.v + k].to.v - r->ir->first_block.v;
            if (to <= i) {
                mark_loop(r, to, i);
                if (r->domain == FLOW_THREADS) {
                    mark_waiting(r, to, i);
                }
            }
        }
    }
    nest_loops(r);
}

// --- which results are looked at ---

static void use_value(const struct facts *f, struct map *used, val_id val, unsigned depth) {
    const struct ir_val *v = &f->vals.data[val.v];
    if (depth > 64) {
        return;
    }
    if (v->kind == VAL_CALL) {
        map_put(used, v->call.v, 1);
    } else if (v->kind == VAL_UNARY || v->kind == VAL_BINARY) {
        use_value(f, used, v->a, depth + 1);
        use_value(f, used, v->b, depth + 1);
    } else if (v->kind == VAL_PATH || v->kind == VAL_ADDR) {
        for (path_id p = v->path; p.v;) {
            const struct ir_path *x = &f->paths.data[p.v];
            use_value(f, used, x->val, depth + 1);
            p = x->base;
        }
    }
}

static void use_path(const struct facts *f, struct map *used, path_id path) {
    for (path_id p = path; p.v;) {
        const struct ir_path *x = &f->paths.data[p.v];
        use_value(f, used, x->val, 0);
        p = x->base;
    }
}

static void find_tested(struct run *r) {
    for (uint32_t i = 0; i < r->ir->block_count; i++) {
        const struct ir_block *b = &r->f->blocks.data[r->ir->first_block.v + i];
        uint8_t kind = r->f->vals.data[b->lhs.v].kind;
        if (b->term == TERM_BRANCH && (kind == VAL_PATH || kind == VAL_BINARY)) {
            uint32_t count = 0;
            (void)map_get(&r->tested, b->lhs.v, &count);
            map_put(&r->tested, b->lhs.v, count + 1);
        }
    }
}

static void pass_arguments(const struct facts *f, struct map *used, const struct ir_call *c) {
    for (uint32_t a = 0; a < c->arg_count; a++) {
        const struct ir_val *v = &f->vals.data[f->args.data[c->first_arg.v + a].v];
        if (v->kind == VAL_CALL) {
            map_put(used, v->call.v, 2);
        }
    }
}

// Results handed to other calls, directly or through a local variable.
static void find_passed(struct map *used, struct fn_ref fn) {
    const struct facts *f = fn.facts;
    const struct ir_fn *ir = &f->fns.data[fn.fn.v];
    for (uint32_t i = 0; i < ir->block_count; i++) {
        const struct ir_block *b = &f->blocks.data[ir->first_block.v + i];
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            if (op->kind == OP_CALL) {
                pass_arguments(f, used, &f->calls.data[op->call.v]);
            }
        }
    }
}

static void use_call(const struct facts *f, struct map *used, const struct ir_call *c) {
    use_value(f, used, c->target, 0);
    for (uint32_t a = 0; a < c->arg_count; a++) {
        use_value(f, used, f->args.data[c->first_arg.v + a], 0);
    }
}

static void find_used(struct map *used, struct fn_ref fn) {
    const struct facts *f = fn.facts;
    const struct ir_fn *ir = &f->fns.data[fn.fn.v];
    for (uint32_t i = 0; i < ir->block_count; i++) {
        const struct ir_block *b = &f->blocks.data[ir->first_block.v + i];
        use_value(f, used, b->lhs, 0);
        use_value(f, used, b->rhs, 0);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            use_value(f, used, op->val, 0);
            use_path(f, used, op->path);
            if (op->kind == OP_CALL) {
                use_call(f, used, &f->calls.data[op->call.v]);
            }
        }
    }
}

bool flow_result_used(struct fn_ref fn, call_id call) {
    struct arena a;
    arena_init(&a, 0);
    struct map used;
    map_init(&used, &a);
    find_used(&used, fn);
    uint32_t x = 0;
    bool found = map_get(&used, call.v, &x);
    arena_release(&a);
    return found;
}

bool flow_effect_in_domain(enum effect_kind kind, enum flow_domain domain) {
    switch ((int)kind) {
    case EFFECT_ACQUIRE:
    case EFFECT_RELEASE:
    case EFFECT_LOCKS:
    case EFFECT_WAIT:
    case EFFECT_SIGNAL:
    case EFFECT_LOCK_INIT:
        return domain == FLOW_LOCKS || domain == FLOW_LIFE;
    case EFFECT_SPAWN:
    case EFFECT_JOIN:
    case EFFECT_DETACH:
    case EFFECT_JOIN_OWNER:
    case EFFECT_FREE:
        return domain == FLOW_THREADS;
    case EFFECT_LOCK_DESTROY:
        return domain == FLOW_THREADS || domain == FLOW_LIFE;
    case EFFECT_USE:
        return domain == FLOW_CHANNELS || domain == FLOW_LIFE;
    case EFFECT_OPEN:
    case EFFECT_CLOSE:
        return domain == FLOW_CHANNELS;
    case EFFECT_SET:
    case EFFECT_RETURN:
    case EFFECT_CALLBACK:
        return true;
    default:
        return false;
    }
}

// --- the run ---

// Locks that callers hold by contract.
static void enter_required(struct run *r, struct world *w) {
    struct flow_fact locks[MAX_REQUIRED];
    uint32_t count = r->domain == FLOW_LOCKS && r->c->required
                         ? r->c->required(r->c->ctx, r->fn, locks, MAX_REQUIRED)
                         : 0;
    for (uint32_t i = 0; i < count; i++) {
        struct lock_state *l = world_lock(w, locks[i].e);
        if (!l) {
            l = world_lock_add(&r->space, w, locks[i].e);
            l->status = LOCK_HELD;
            l->entry = ENTRY_HELD;
            l->flags = locks[i].flags;
            l->count = 1;
            l->required = true;
            l->site = run_site(r, r->ir->loc);
        }
    }
}

static void enter_function(struct run *r) {
    struct world w = {0};
    for (uint32_t i = 0; i < r->ir->param_count; i++) {
        var_id v = facts_fn_var(r->f, r->fn.fn, i);
        world_put(&r->space, &w, run_var(r, v), expr_param(r->c->exprs, i));
        struct range known = range_any();
        if (r->c->param_range && r->c->param_range(r->c->ctx, r->fn, i, &known.lo, &known.hi)) {
            world_set_range(&r->space, &w, expr_param(r->c->exprs, i), known);
        }
    }
    enter_required(r, &w);
    run_enter(r, 0, &w);
}

static bool find_dirty(const struct run *r, uint32_t from, uint32_t to, uint32_t *ret_block) {
    for (uint32_t b = from; b <= to && b < r->ir->block_count; b++) {
        if (r->blocks[b].dirty) {
            *ret_block = b;
            return true;
        }
    }
    return false;
}

// Where to go on after block *block. Forward through the innermost loop, so that all that comes
// back to its head is joined there before it is run again; round until nothing in it waits; then
// the loop around it: the recursive strategy of Bourdoncle, "Efficient chaotic iteration strategies
// with widenings", 1993.
static bool next_block(const struct run *r, uint32_t *block) {
    uint32_t at = *block;
    for (uint32_t head = r->blocks[at].loop;; head = r->blocks[head].loop_outer) {
        uint32_t first = head == NO_LOOP ? 0 : head;
        uint32_t last = head == NO_LOOP ? r->ir->block_count : r->blocks[head].loop_end;
        if (find_dirty(r, at, last, block) || find_dirty(r, first, at, block)) {
            return true;
        }
        if (head == NO_LOOP) {
            return false;
        }
    }
}

static struct slot *take_dirty(struct block_state *s) {
    uint32_t i = 0;
    while (!s->slots.data[i].dirty) {
        i++;
    }
    s->dirty--;
    s->slots.data[i].dirty = false;
    return &s->slots.data[i];
}

// Handles of an array that a loop joins: which elements it reaches is not followed, so nothing is
// claimed of them.
static void forget_array_events(struct run *r) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < r->out->events.len; i++) {
        struct flow_event e = r->out->events.data[i];
        const struct expr *home = expr_get(r->c->exprs, e.home);
        bool about_array = false;
        while (home->kind == EX_FIELD && home->a.v) {
            home = expr_get(r->c->exprs, home->a);
        }
        for (uint32_t k = 0; home->kind == EX_INDEX && k < r->joined_arrays.len; k++) {
            about_array |= expr_same(r->joined_arrays.data[k], home->a);
        }
        if (!about_array || e.kind == FLOW_LOOP_VARIABLE) {
            r->out->events.data[kept++] = e;
        }
    }
    r->out->events.len = kept;
}

void flow_run(const struct flow_context *c, struct fn_ref fn, enum flow_domain domain,
              struct flow_result *ret_result) {
    *ret_result = (struct flow_result){.fn = fn, .domain = domain};
    vec_push(c->arena, &ret_result->traces, ((struct trace_node){0}));
    struct arena_mark mark = arena_mark(c->scratch);
    struct arena_mark first = arena_mark(c->step);
    struct run r = {
        .c = c,
        .space = {c->step,    c->exprs},
        .kept = {c->scratch, c->exprs},
        .f = fn.facts,
        .fn = fn,
        .ir = &fn.facts->fns.data[fn.fn.v],
        .domain = domain,
        .out = ret_result,
        .limit = c->step_limit ? c->step_limit : DEFAULT_STEP_LIMIT
    };
    r.blocks = ARENA_ARRAY(c->scratch, struct block_state, r.ir->block_count + 1);
    map_init(&r.event_keys, c->scratch);
    map_init(&r.used, c->scratch);
    map_init(&r.vars, c->scratch);
    map_init(&r.tested, c->scratch);
    map_init(&r.act_keys, c->scratch);
    r.is_main = str_eq(facts_sym_name(r.f, r.ir->sym), STR("main"));
    find_loops(&r);
    find_used(&r.used, fn);
    find_passed(&r.used, fn);
    find_tested(&r);
    live_find(&r);
    points_init(&r);
    if (r.ir->block_count) {
        enter_function(&r);
    }
    uint32_t block = 0;
    while (next_block(&r, &block)) {
        struct slot *s = take_dirty(&r.blocks[block]);
        struct arena_mark step = arena_mark(c->step);
        run_block(&r, block, world_copy(&r.space, &s->world));
        arena_reset(c->step, step);
        if (r.steps > r.limit || c->scratch->used - mark.used > MAX_SCRATCH) {
            ret_result->limited = true;
            break;
        }
    }
    forget_array_events(&r);
    act_export(&r);
    run_condense(&r);
    arena_reset(c->step, first);
    arena_reset(c->scratch, mark);
}
