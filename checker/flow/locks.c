// Lock states: what acquiring, releasing and waiting do to a world, and what is wrong with it.
#include "checker/flow/run.h"

// Places whose identity is not certain (values of an earlier iteration, unknown pointers) are not
// followed.
static bool is_trackable(const struct run *r, expr_id lock) {
    const struct expr_table *t = r->c->exprs;
    if (!lock.v || !expr_is_location(t, lock) || expr_has_kind(t, lock, EX_OLD) ||
        expr_has_kind(t, lock, EX_UNKNOWN)) {
        return false;
    }
    const struct expr *x = expr_get(t, lock);
    return x->kind != EX_DEREF || expr_get(t, x->a)->kind != EX_CONST;
}

static bool is_recursive(const struct run *r, expr_id lock, uint8_t flags) {
    for (uint32_t i = 0; i < r->out->inits.len; i++) {
        const struct flow_lock_init *init = &r->out->inits.data[i];
        const struct expr *kind = expr_get(r->c->exprs, init->kind);
        if (expr_same(init->lock, lock) && kind->kind == EX_CONST && (kind->num & 1)) {
            return true;
        }
    }
    return (flags & (EF_RECURSIVE | EF_OWNERLESS)) || r->c->is_recursive(r->c->ctx, lock);
}

// A thread that holds L as it is cannot take it once more with these flags.
static bool excludes_again(const struct run *r, const struct lock_state *l, uint8_t flags) {
    bool both_shared = (l->flags & EF_SHARED) && (flags & EF_SHARED);
    return !both_shared && !is_recursive(r, l->lock, flags | l->flags);
}

static void double_acquire(struct run *r, struct world *w, const struct lock_state *l, call_id call,
                           uint32_t inner) {
    run_event(r, w,
              (struct flow_event){.kind = FLOW_DOUBLE_ACQUIRE,
                                  .subject = l->lock,
                                  .call = call,
                                  .other = l->site,
                                  .inner = inner,
                                  .required = l->required});
}

static void set_site(struct run *r, struct lock_state *l, call_id call, uint32_t inner) {
    l->site = inner ? inner : run_site(r, run_call_loc(r, call));
    l->from_callee = inner != 0;
    l->via = call;
}

// A place reached through memory or a result, which another expression may name too.
static bool has_other_names(const struct run *r, expr_id lock) {
    static const enum expr_kind kinds[] = {EX_LOAD, EX_RESULT, EX_MERGE, EX_OLD, EX_UNKNOWN};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (expr_has_kind(r->c->exprs, lock, kinds[i])) {
            return true;
        }
    }
    return false;
}

// Another lock of the class in this status that may be the same one under another name; NULL when
// there is none.
static struct lock_state *other_name(struct run *r, struct world *w, expr_id lock,
                                     enum lock_status status, uint8_t entry) {
    expr_id class = expr_class(r->c->exprs, lock);
    for (uint16_t i = 0; class.v && i < w->lock_count; i++) {
        struct lock_state *l = &w->locks[i];
        if (l->status == status && l->entry == entry && !expr_same(l->lock, lock) &&
            (has_other_names(r, lock) || has_other_names(r, l->lock)) &&
            expr_same(expr_class(r->c->exprs, l->lock), class)) {
            return l;
        }
    }
    return NULL;
}

// A lock nobody can name was released: it may be any of those held that have other names.
static void doubt_renamed(struct run *r, struct world *w) {
    for (uint16_t i = 0; i < w->lock_count; i++) {
        struct lock_state *l = &w->locks[i];
        if (l->status == LOCK_HELD && has_other_names(r, l->lock)) {
            l->status = LOCK_MAYBE;
        }
    }
}

void lock_maybe_released(struct run *r, struct world *w, expr_id lock) {
    struct lock_state *held = other_name(r, w, lock, LOCK_HELD, ENTRY_FREE);
    if (held) {
        held->status = LOCK_MAYBE;
    }
}

void lock_left_behind(struct run *r, struct world *w, expr_id symbol, expr_id var) {
    const struct expr_table *t = r->c->exprs;
    for (uint16_t i = 0; i < w->mem_count; i++) {
        expr_id val = w->mem[i].val;
        bool leads_there = expr_same(val, symbol) ||
                           (expr_get(t, val)->kind == EX_ADDR && expr_contains(t, val, symbol));
        if (leads_there && !expr_same(w->mem[i].loc, var)) {
            return; // still reached through another variable
        }
    }
    for (uint16_t i = 0; i < w->lock_count; i++) {
        const struct lock_state *l = &w->locks[i];
        if (l->status == LOCK_HELD && l->entry == ENTRY_FREE && expr_contains(t, l->lock, symbol)) {
            run_event(r, w,
                      (struct flow_event){.kind = FLOW_LEFT_BEHIND,
                                          .subject = l->lock,
                                          .call = l->via,
                                          .other = l->site,
                                          .home = var});
        }
    }
}

// The lock was reached through a pointer: that is not null.
static void assume_reached(struct run *r, struct world *w, expr_id lock) {
    const struct expr *x = expr_get(r->c->exprs, lock);
    while (x->kind == EX_FIELD && x->a.v) {
        x = expr_get(r->c->exprs, x->a);
    }
    if (x->kind == EX_DEREF && expr_get(r->c->exprs, x->a)->kind != EX_CONST) {
        (void)world_assume(&r->space, w, x->a, OPR_NE, 0);
    }
}

void lock_acquire(struct run *r, struct world *w, expr_id lock, uint8_t flags, call_id call,
                  uint32_t inner) {
    if (!is_trackable(r, lock)) {
        return;
    }
    assume_reached(r, w, lock);
    run_followed(r, w, lock);
    struct lock_state *l = world_lock(w, lock);
    run_trace(r, w, FLOW_STEP_ACQUIRE, true, run_call_loc(r, call), lock);
    if (!l) {
        l = world_lock_add(&r->space, w, lock);
        l->entry = ENTRY_FREE;
    } else if (l->status == LOCK_HELD) {
        if (excludes_again(r, l, flags) && !(flags & EF_TIMED)) {
            double_acquire(r, w, l, call, inner);
            if (l->via.v != call.v) {
                l->status = LOCK_MAYBE; // one mistake is told once
            }
            return; // the same place in a loop: this round never gets past it, what it left
                    // unlocked stays
        }
        if (l->count == 2) {
            l->status = LOCK_MAYBE; // deeper is not counted
        }
        l->count = 2;
        return;
    } else if (l->status == LOCK_MAYBE) {
        return;
    }
    l->status = LOCK_HELD;
    l->count = 1;
    l->flags = flags;
    l->try_failed = false;
    l->improbable = false;
    set_site(r, l, call, inner);
    if (!inner) {
        vec_push(r->c->arena, &r->out->acquires, ((struct flow_acquire){lock, call, flags}));
    }
}

// A callee may have taken this lock, among others of its class.
static bool is_doubted_class(struct run *r, struct world *w, expr_id lock) {
    expr_id class = expr_class(r->c->exprs, lock);
    const struct lock_state *l = class.v ? world_lock(w, class) : NULL;
    return l && l->any;
}

void lock_release(struct run *r, struct world *w, expr_id lock, call_id call, uint32_t inner) {
    struct lock_state *l = world_lock(w, lock);
    if (!l && !is_trackable(r, lock)) {
        r->out->releases_unnamed = true;
        doubt_renamed(r, w);
        return;
    }
    if (!l && is_doubted_class(r, w, lock)) {
        l = world_lock_add(&r->space, w, lock);
        l->status = LOCK_MAYBE;
    }
    struct flow_event e = {.subject = lock, .call = call, .inner = inner};
    struct lock_state *held = l && (l->status != LOCK_FREE || l->try_failed)
                                  ? NULL
                                  : other_name(r, w, lock, LOCK_HELD, ENTRY_FREE);
    if (held) { // taken under another name
        held->status = LOCK_FREE;
        held->count = 0;
        set_site(r, held, call, inner);
        return;
    }
    if (!l) {
        l = world_lock_add(&r->space, w, lock);
        l->entry = ENTRY_HELD;
        e.kind = FLOW_RELEASE_ENTRY;
        run_event(r, w, e);
        l = world_lock(w, lock);
    } else if (l->status == LOCK_MAYBE) {
        lock_maybe_released(r, w, lock);
        return;
    } else if (l->status == LOCK_HELD && l->count > 1) {
        l->count = 1;
        return;
    } else if (l->status == LOCK_FREE) {
        e.kind = l->try_failed ? FLOW_RELEASE_TRY_FAILED : FLOW_RELEASE_FREE;
        e.other = l->site;
        run_event(r, w, e);
        if (!l->improbable) {
            l->status = LOCK_MAYBE;
            return;
        }
        l->entry = ENTRY_FREE; // goes on as the path does on which it was taken
    }
    if (l->status == LOCK_HELD && l->entry == ENTRY_FREE) {
        vec_push(r->c->arena, &r->out->releases,
                 ((struct flow_release){lock, call, l->via, l->from_callee}));
    }
    run_trace(r, w, FLOW_STEP_RELEASE, true, run_call_loc(r, call), lock);
    l->status = LOCK_FREE;
    l->count = 0;
    l->try_failed = false;
    l->improbable = false;
    set_site(r, l, call, inner);
}

void lock_touch(struct run *r, struct world *w, expr_id lock, uint8_t flags, call_id call,
                uint32_t inner) {
    if (!is_trackable(r, lock)) {
        return;
    }
    struct lock_state *l = world_lock(w, lock);
    if (l && l->status == LOCK_HELD) {
        if (excludes_again(r, l, flags) && !(flags & EF_TIMED)) {
            double_acquire(r, w, l, call, inner);
            l->status = LOCK_MAYBE;
        }
        return;
    }
    if (!l) {
        l = world_lock_add(&r->space, w, lock);
        l->entry = ENTRY_FREE;
        l->flags = flags;
        l->status = LOCK_FREE;
        set_site(r, l, call, inner);
    }
}

void lock_destroy(struct run *r, struct world *w, expr_id lock, call_id call) {
    struct lock_state *l = world_lock(w, lock);
    if (l && l->status == LOCK_HELD && l->entry == ENTRY_FREE) {
        run_event(r, w,
                  (struct flow_event){
                      .kind = FLOW_DESTROY_HELD, .subject = lock, .call = call, .other = l->site});
        l->status = LOCK_MAYBE;
    }
}

void lock_wait(struct run *r, struct world *w, expr_id lock, call_id call, uint32_t inner) {
    struct lock_state *l = is_trackable(r, lock) ? world_lock(w, lock) : NULL;
    if (!is_trackable(r, lock) || (l && l->status != LOCK_FREE)) {
        return;
    }
    struct flow_event e = {.subject = lock, .call = call, .inner = inner};
    if (l) {
        e.kind = FLOW_WAIT_FREE;
        e.other = l->site;
        if (!other_name(r, w, lock, LOCK_HELD, ENTRY_FREE)) {
            run_event(r, w, e);
        }
        return; // still free: a release after it is a mistake of its own
    }
    if (other_name(r, w, lock, LOCK_HELD, ENTRY_FREE)) {
        return;
    }
    e.kind = FLOW_WAIT_ENTRY;
    run_event(r, w, e);
    l = world_lock_add(&r->space, w, lock);
    l->entry = ENTRY_HELD;
    l->status = LOCK_HELD;
    l->count = 1;
    set_site(r, l, call, inner);
}

bool lock_is_held(struct run *r, struct world *w, expr_id lock, uint8_t flags) {
    const struct lock_state *l = world_lock(w, lock);
    return l && l->status == LOCK_HELD && excludes_again(r, l, flags);
}

bool lock_is_again(struct run *r, const struct world *w, expr_id lock, uint8_t flags,
                   call_id call) {
    for (uint16_t i = 0; i < w->lock_count; i++) {
        const struct lock_state *l = &w->locks[i];
        if (expr_same(l->lock, lock)) {
            return (l->status == LOCK_HELD || l->status == LOCK_MAYBE) && l->via.v != call.v &&
                   !((l->flags | flags) & EF_SHARED) && is_recursive(r, lock, flags | l->flags);
        }
    }
    return false;
}

void lock_doubt_class(struct run *r, struct world *w, expr_id class) {
    for (uint16_t i = 0; i < w->lock_count; i++) {
        if (expr_same(expr_class(r->c->exprs, w->locks[i].lock), class)) {
            w->locks[i].status = LOCK_MAYBE;
        }
    }
    struct lock_state *l = world_lock(w, class);
    l = l ? l : world_lock_add(&r->space, w, class);
    l->status = LOCK_MAYBE;
    l->any = true;
}

void lock_doubt(struct world *w, expr_id lock) {
    struct lock_state *l = world_lock(w, lock);
    if (l) {
        l->status = LOCK_MAYBE;
    }
}

bool lock_failed_improbably(const struct world *w) {
    for (uint16_t i = 0; i < w->lock_count; i++) {
        if (w->locks[i].improbable) {
            return true;
        }
    }
    return false;
}

void lock_try_failed(struct run *r, struct world *w, expr_id lock, call_id call, bool improbable) {
    if (!is_trackable(r, lock)) {
        return;
    }
    struct lock_state *l = world_lock(w, lock);
    if (l && l->status != LOCK_FREE) {
        return;
    }
    if (!l) {
        l = world_lock_add(&r->space, w, lock);
        l->entry = ENTRY_ANY;
    }
    l->status = LOCK_FREE;
    l->try_failed = true;
    l->improbable = improbable;
    set_site(r, l, call, 0);
    run_trace(r, w, FLOW_STEP_TRY_FAILED, false, run_call_loc(r, call), lock);
}
