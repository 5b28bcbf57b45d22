// Ops, terminators and block entries.
#include "checker/flow/run.h"

enum { MAX_SLOTS = 24, MAX_APART = 8, WIDEN_AFTER = 4 };

static void do_write(struct run *r, struct world *w, const struct ir_op *op) {
    expr_id loc = run_location(r, w, op->path);
    expr_id val = run_value(r, w, op->val);
    thread_store(r, w, loc, val, (call_id){0});
    world_write(&r->space, w, loc, val);
}

static void do_update(struct run *r, struct world *w, const struct ir_op *op) {
    expr_id loc = run_location(r, w, op->path);
    expr_id old = world_read(&r->space, w, loc);
    expr_id val = expr_binary(r->c->exprs, op->opr, old, run_value(r, w, op->val));
    bool endless = expr_get(r->c->exprs, old)->kind == EX_BINARY && !run_local_root(r, loc).v &&
                   r->blocks[r->block].in_loop;
    if (endless) { // counters in shared memory are not followed round loops
        val = run_fresh(r, w, EX_UNKNOWN, (int64_t)op->path.v << 24 | r->block | 1LL << 42);
        world_forget_known(w, val);
    }
    world_write(&r->space, w, loc, val);
}

// Reads of volatile and atomic places may give something else each time.
static void do_read(struct run *r, struct world *w, const struct ir_op *op) {
    run_followed(r, w, run_location(r, w, op->path));
    if (!(op->flags & (OPF_VOLATILE | OPF_ATOMIC))) {
        return;
    }
    expr_id v = expr_numbered(r->c->exprs, EX_UNKNOWN, (int64_t)op->path.v << 24 | r->block);
    world_forget_known(w, v);
    world_forget_known(w, expr_load(r->c->exprs, run_location(r, w, op->path)));
}

// Locks that live in the local are forgotten; one that is still held when it dies stays, to be seen
// at the exit.
static void forget_locks(struct run *r, struct world *w, expr_id local, bool even_held) {
    for (uint16_t i = 0; i < w->lock_count;) {
        bool inside = expr_same(run_local_root(r, w->locks[i].lock), local);
        if (inside && (even_held || w->locks[i].status != LOCK_HELD)) {
            world_lock_remove(w, i);
        } else {
            i++;
        }
    }
}

static void do_scope(struct run *r, struct world *w, const struct ir_op *op) {
    expr_id local = run_var(r, op->var);
    life_scope(r, w, local);
    if (op->kind == OP_SCOPE_END) {
        if (r->domain == FLOW_THREADS) {
            thread_scope_end(r, w, local, op->loc);
        }
        forget_locks(r, w, local, false);
        return; // content stays readable: a returned value may still be named
    }
    forget_locks(r, w, local, true);
    world_forget(&r->space, w, local);
    expr_id unset = expr_load(r->c->exprs, local);
    world_forget_known(w, unset);
}

// Runs the ops from `at` on; calls may fork, so the rest runs once per world.
static void run_ops(struct run *r, const struct ir_block *b, struct world w, world_vec *out) {
    world_vec now = {0};
    vec_push(r->space.arena, &now, w);
    for (uint32_t i = 0; i < b->op_count && now.len; i++) {
        const struct ir_op *op = &r->f->ops.data[b->first_op.v + i];
        r->steps += now.len;
        for (uint32_t k = 0; k < now.len; k++) {
            points_note(r, &now.data[k], b->first_op.v + i);
        }
        if (op->kind == OP_CALL) {
            world_vec next = {0};
            for (uint32_t k = 0; k < now.len && next.len < MAX_SLOTS; k++) {
                run_call(r, &now.data[k], op->call, &next);
            }
            now = next;
            continue;
        }
        for (uint32_t k = 0; k < now.len; k++) {
            struct world *x = &now.data[k];
            switch (op->kind) {
            case OP_WRITE:
                do_write(r, x, op);
                break;
            case OP_UPDATE:
                do_update(r, x, op);
                break;
            case OP_READ:
                do_read(r, x, op);
                break;
            case OP_SCOPE_BEGIN:
            case OP_SCOPE_END:
                do_scope(r, x, op);
                break;
            default:
                break;
            }
        }
    }
    *out = now;
}

static uint32_t target_index(const struct run *r, const struct ir_edge *e) {
    return e->to.v - r->ir->first_block.v;
}

static void follow(struct run *r, const struct ir_edge *e, const struct world *w) {
    struct world n = world_copy(&r->space, w);
    run_enter(r, target_index(r, e), &n);
}

// `w` is used up.
static void do_branch(struct run *r, const struct ir_block *b, struct world *w) {
    expr_id x = run_value(r, w, b->lhs);
    expr_id y = b->rhs.v ? run_value(r, w, b->rhs) : expr_const(r->c->exprs, 0);
    uint8_t cmp = b->cmp >= OPR_EQ && b->cmp <= OPR_GE ? b->cmp : OPR_NE;
    struct world sides[2] = {world_copy(&r->space, w), *w};
    bool can[2] = {world_assume_values(&r->space, &sides[0], cmp, x, y),
                   world_assume_values(&r->space, &sides[1], ir_negated(cmp), x, y)};
    if (!can[0] && !can[1]) {
        can[0] = can[1] = true; // contradictory knowledge: trust none of it
    }
    for (uint32_t i = 0; i < b->edge_count; i++) {
        const struct ir_edge *e = &r->f->edges.data[b->first_edge.v + i];
        unsigned side = e->kind == EDGE_FALSE;
        if (!can[side]) {
            continue;
        }
        uint32_t tests = 0;
        if (can[0] && can[1] && map_get(&r->tested, b->lhs.v, &tests) && tests > 1) {
            world_decide(&sides[side], b->lhs.v, side == 0);
        }
        if (can[0] && can[1]) {
            run_trace(r, &sides[side], FLOW_STEP_BRANCH, side == 0, b->loc, x);
        }
        if (b->edge_count == 2) {
            run_enter(r, target_index(r, e), &sides[side]);
        } else {
            follow(r, e, &sides[side]);
        }
    }
}

static bool has_case(const struct run *r, const struct ir_block *b, int64_t num) {
    for (uint32_t i = 0; i < b->edge_count; i++) {
        const struct ir_edge *e = &r->f->edges.data[b->first_edge.v + i];
        if (e->kind != EDGE_DEFAULT && e->lo <= num && num <= e->hi) {
            return true;
        }
    }
    return false;
}

// The switch has a case for each number the program's calls pass.
static bool covers_all_calls(const struct run *r, const struct ir_block *b, expr_id value) {
    const struct expr *x = expr_get(r->c->exprs, value);
    const int64_t *numbers = NULL;
    if (x->kind != EX_PARAM || !r->c->param_values) {
        return false;
    }
    uint32_t count = r->c->param_values(r->c->ctx, r->fn, (uint32_t)x->num, &numbers);
    uint32_t covered = 0;
    while (covered < count && has_case(r, b, numbers[covered])) {
        covered++;
    }
    return count && covered == count;
}

static void do_switch(struct run *r, const struct ir_block *b, const struct world *w) {
    expr_id x = run_value(r, w, b->lhs);
    struct world rest = world_copy(&r->space, w);
    bool rest_possible = !covers_all_calls(r, b, x);
    for (uint32_t i = 0; i < b->edge_count; i++) {
        const struct ir_edge *e = &r->f->edges.data[b->first_edge.v + i];
        if (e->kind == EDGE_DEFAULT) {
            continue;
        }
        struct world n = world_copy(&r->space, w);
        if (world_assume(&r->space, &n, x, OPR_GE, e->lo) &&
            world_assume(&r->space, &n, x, OPR_LE, e->hi)) {
            run_enter(r, target_index(r, e), &n);
        }
        if (e->lo == e->hi && rest_possible) {
            rest_possible = world_assume(&r->space, &rest, x, OPR_NE, e->lo);
        }
    }
    for (uint32_t i = 0; i < b->edge_count && rest_possible; i++) {
        const struct ir_edge *e = &r->f->edges.data[b->first_edge.v + i];
        if (e->kind == EDGE_DEFAULT) {
            follow(r, e, &rest);
        }
    }
}

// Bit i: parameter i is 0 in this world.
static uint32_t null_params(struct run *r, const struct world *w) {
    uint32_t bits = 0;
    for (uint32_t i = 0; i < r->ir->param_count && i < 32; i++) {
        struct range range = world_range(&r->space, w, expr_param(r->c->exprs, i));
        bits |= range.lo == 0 && range.hi == 0 ? 1u << i : 0;
    }
    return bits;
}

static void thread_exit_events(struct run *r, struct world *w, loc_id loc, enum exit_kind kind) {
    for (uint16_t i = 0; i < w->object_count; i++) {
        struct object_state *o = &w->objects[i];
        if (o->kind != OBJECT_THREAD || o->status != OBJECT_LIVE || o->escaped) {
            continue;
        }
        run_event(r, w,
                  (struct flow_event){.kind = FLOW_THREAD_LOST,
                                      .loc = loc,
                                      .other = o->site,
                                      .subject = o->home.v ? o->home : o->value,
                                      .end = (uint8_t)kind,
                                      .entry = o->entry,
                                      .home = o->home,
                                      .null_params = null_params(r, w)});
    }
}

static void leave(struct run *r, const struct ir_block *b, struct world *w, enum exit_kind kind) {
    expr_id ret = kind == EXIT_RETURN && b->lhs.v ? run_value(r, w, b->lhs) : (expr_id){0};
    if (r->domain == FLOW_THREADS && kind != EXIT_END) {
        if (ret.v) {
            object_escape(r, w, ret);
        }
        for (uint32_t i = 0; i < r->ir->param_count; i++) { // parameters end with the function
            thread_scope_end(r, w, run_var(r, facts_fn_var(r->f, r->fn.fn, i)), b->loc);
        }
        thread_exit_events(r, w, b->loc, kind);
    }
    struct flow_exit e = {.kind = (uint8_t)kind, .loc = b->loc, .ret = ret, .trace = w->trace};
    struct world copy =
        world_copy(&r->kept, w); // run_condense moves what is worth it to the results
    if (kind == EXIT_END && b->op_count) {
        e.last = r->f->ops.data[b->first_op.v + b->op_count - 1].call;
    }
    e.locks = copy.locks;
    e.lock_count = copy.lock_count;
    e.objects = copy.objects;
    e.object_count = copy.object_count;
    e.known = copy.known;
    e.known_count = copy.known_count;
    e.mem = copy.mem;
    e.mem_count = copy.mem_count;
    vec_push(r->c->arena, &r->out->exits, e);
}

// `w` is used up.
static void finish_block(struct run *r, const struct ir_block *b, struct world *w) {
    switch (b->term) {
    case TERM_BRANCH:
        do_branch(r, b, w);
        break;
    case TERM_SWITCH:
        do_switch(r, b, w);
        break;
    case TERM_RETURN:
        leave(r, b, w, EXIT_RETURN);
        break;
    case TERM_NORETURN:
        leave(r, b, w, EXIT_END);
        break;
    case TERM_THROW:
        if (b->edge_count == 0) {
            leave(r, b, w, EXIT_THROW);
        }
        break;
    default:
        break;
    }
    for (uint32_t i = 0; i < b->edge_count; i++) {
        const struct ir_edge *e = &r->f->edges.data[b->first_edge.v + i];
        bool plain = b->term == TERM_JUMP || b->term == TERM_INDIRECT;
        if (e->kind == EDGE_EXC ? b->term != TERM_THROW : !plain) {
            continue;
        }
        if (b->edge_count == 1) {
            run_enter(r, target_index(r, e), w);
        } else {
            follow(r, e, w);
        }
    }
}

// On an exception edge the last call did not happen: the state before it goes there.
static void exception_edges(struct run *r, const struct ir_block *b, const struct world *before) {
    if (b->term == TERM_THROW) {
        return;
    }
    for (uint32_t i = 0; i < b->edge_count; i++) {
        const struct ir_edge *e = &r->f->edges.data[b->first_edge.v + i];
        if (e->kind == EDGE_EXC) {
            follow(r, e, before);
        }
    }
}

void run_block(struct run *r, uint32_t index, struct world w) {
    const struct ir_block *b = &r->f->blocks.data[r->ir->first_block.v + index];
    r->block = index;
    r->steps += 1U + w.lock_count + w.object_count;
    bool throws = false;
    for (uint32_t i = 0; i < b->edge_count; i++) {
        throws |= r->f->edges.data[b->first_edge.v + i].kind == EDGE_EXC && b->term != TERM_THROW;
    }
    world_vec ends = {0};
    if (throws && b->op_count) {
        struct ir_block head = *b;
        head.op_count--;
        world_vec before = {0};
        run_ops(r, &head, world_copy(&r->space, &w), &before);
        for (uint32_t i = 0; i < before.len; i++) {
            exception_edges(r, b, &before.data[i]);
        }
    }
    run_ops(r, b, w, &ends);
    for (uint32_t i = 0; i < ends.len; i++) {
        r->block = index;
        finish_block(r, b, &ends.data[i]);
    }
}

// p = p->next: the new content gets the symbol, what had it before becomes older.
static void renew_symbol(struct run *r, struct world *w, expr_id loc, expr_id val, expr_id symbol) {
    expr_id aside = expr_numbered(r->c->exprs, EX_UNKNOWN, -7);
    bool follows = world_property_mentions(&r->space, w, val);
    world_put(&r->space, w, loc, expr_const(r->c->exprs, 0));
    if (follows) {
        world_rename(&r->space, w, val, aside);
    }
    run_age(r, w, symbol, loc);
    if (follows) {
        world_rename(&r->space, w, aside, symbol);
    }
    world_put(&r->space, w, loc, symbol);
}

static unsigned holders(const struct world *w, expr_id val) {
    unsigned n = 0;
    for (uint16_t i = 0; i < w->mem_count; i++) {
        n += expr_same(w->mem[i].val, val);
    }
    return n;
}

// A variable changed by the loop gets a symbol of the loop head, so that the analysis ends; what
// the property knows under its old value follows when no other variable holds that value.
static void name_loop_variable(struct run *r, struct world *w, uint32_t block,
                               struct loop_var var) {
    expr_id loc = var.loc;
    expr_id val = world_read(&r->space, w, loc);
    if (live_is_dead(r, block, loc) && !world_property_mentions(&r->space, w, val)) {
        return;
    }
    const struct expr *x = expr_get(r->c->exprs, val);
    expr_id symbol = expr_merge(r->c->exprs, block, loc.v);
    if ((x->kind == EX_CONST && !var.counts) || expr_same(val, symbol)) {
        return;
    }
    bool stays = x->kind == EX_FRESH || x->kind == EX_ADDR || x->kind == EX_CONST;
    struct range range = world_range(&r->space, w, val);
    if (expr_contains(r->c->exprs, val, symbol)) {
        renew_symbol(r, w, loc, val, symbol);
    } else {
        run_age(r, w, symbol, loc);
        if (!stays && holders(w, val) <= 1 && world_property_mentions(&r->space, w, val)) {
            world_rename(&r->space, w, val, symbol);
        }
        world_put(&r->space, w, loc, symbol);
    }
    world_set_range(&r->space, w, symbol, range);
}

static void check_loop_variables(struct run *r, struct world *w, const struct block_state *s) {
    for (uint16_t i = 0; i < w->object_count; i++) {
        struct object_state *o = &w->objects[i];
        if (o->kind != OBJECT_THREAD || o->status == OBJECT_DONE || o->status == OBJECT_UNKNOWN ||
            w->handshake) {
            continue;
        }
        for (uint32_t k = 0; k < s->modified.len; k++) {
            if (thread_uses_local(r, w, o, s->modified.data[k].loc)) {
                run_event(r, w,
                          (struct flow_event){.kind = FLOW_LOOP_VARIABLE,
                                              .other = o->site,
                                              .subject = s->modified.data[k].loc,
                                              .loc = flow_site_get(r->c->sites, o->site).loc,
                                              .entry = o->entry,
                                              .home = o->home});
                o->arg = (expr_id){0};
                break;
            }
        }
    }
}

static void wake(struct run *r, uint32_t block, struct slot *slot) {
    r->blocks[block].dirty += !slot->dirty;
    slot->dirty = true;
}

// Joins a world that comes to a block into one that waits there. `by_force`: although their
// properties differ.
static void join_slot(struct run *r, uint32_t to, struct slot *slot, const struct world *w,
                      bool by_force) {
    slot->merges++;
    if (!by_force && world_covers(&r->space, &slot->world, w, to)) {
        slot->world.handshake = slot->world.handshake && w->handshake;
        return;
    }
    struct world joined = world_copy(&r->space, &slot->world);
    bool changed = by_force ? world_merge_property(&r->space, &joined, w)
                            : world_join_doubts(&r->space, &joined, w);
    changed |= world_merge(&r->space, &joined, w, to, by_force || slot->merges > WIDEN_AFTER);
    world_keep(&r->kept, &slot->world, &joined);
    if (changed) {
        wake(r, to, slot);
    }
}

static bool is_named_here(const struct block_state *s, const struct expr *merge) {
    for (uint32_t i = 0; s->is_loop_head && i < s->modified.len; i++) {
        if (!s->modified.data[i].partial && s->modified.data[i].loc.v == merge->aux) {
            return true;
        }
    }
    return false;
}

static bool is_renewed(const struct run *r, expr_id e, uint32_t to) {
    const struct expr *x = expr_get(r->c->exprs, e);
    if (!(x->kinds & EXPR_KIND(EX_MERGE))) {
        return false;
    }
    if (x->kind == EX_MERGE) {
        return x->num == (int64_t)to && !is_named_here(&r->blocks[to], x);
    }
    return x->kind != EX_FN &&
           ((x->a.v && is_renewed(r, x->a, to)) || (x->b.v && is_renewed(r, x->b, to)));
}

// "What this place holds when the block is entered" is about to mean something new: a descriptor of
// that name was another one.
static void forget_renamed(struct run *r, struct world *w, uint32_t to) {
    for (uint16_t i = 0; i < w->object_count;) {
        if (w->objects[i].kind != OBJECT_THREAD && is_renewed(r, w->objects[i].value, to)) {
            world_object_remove(w, i);
        } else {
            i++;
        }
    }
}

void run_enter(struct run *r, uint32_t to, struct world *w) {
    struct block_state *s = &r->blocks[to];
    uint32_t waits_until = r->blocks[r->block].waits_until;
    w->handshake |= waits_until && to >= waits_until;
    live_drop(r, to, w);
    forget_renamed(r, w, to);
    if (s->is_loop_head) {
        if (r->domain == FLOW_THREADS && r->block >= to) {
            check_loop_variables(r, w, s);
        }
        for (uint32_t i = 0; i < s->modified.len; i++) {
            if (!s->modified.data[i].partial) {
                name_loop_variable(r, w, to, s->modified.data[i]);
            }
        }
    }
    bool apart = !s->is_loop_head && s->slots.len < MAX_APART;
    if (!apart) {
        w->decision_count = 0;
    }
    for (uint32_t i = 0; i < s->slots.len; i++) {
        struct slot *slot = &s->slots.data[i];
        if (world_same_property(&slot->world, w) &&
            (!apart || world_same_decisions(&slot->world, w))) {
            join_slot(r, to, slot, w, false);
            return;
        }
    }
    if (s->slots.len >= MAX_SLOTS) {
        join_slot(r, to, &s->slots.data[0], w, true);
        return;
    }
    struct slot fresh = {.world = world_copy(&r->kept, w)};
    vec_push(r->kept.arena, &s->slots, fresh);
    wake(r, to, &vec_last(&s->slots));
}
