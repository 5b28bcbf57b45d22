// Questions about the result of a flow run that several rules ask.
#include "checker/flow/world.h"

bool flow_is_unwanted_handle(const struct expr_table *t, const struct flow_sites *sites,
                             const struct flow_result *r, const struct flow_event *e,
                             uint32_t *ret_param) {
    struct flow_site spawn = flow_site_get(sites, e->other);
    for (uint32_t i = 0; i < r->exits.len; i++) {
        const struct flow_exit *x = &r->exits.data[i];
        for (uint32_t k = 0; k < x->object_count; k++) {
            const struct expr *root = expr_get(t, expr_root(t, x->objects[k].home));
            struct flow_site s = flow_site_get(sites, x->objects[k].site);
            bool same = s.at.facts == spawn.at.facts && s.loc.v == spawn.loc.v;
            if (same && root->kind == EX_PARAM && root->num < 32 &&
                (e->null_params >> root->num & 1)) {
                *ret_param = (uint32_t)root->num;
                return true;
            }
        }
    }
    return false;
}

static const struct lock_state *lock_at(const struct flow_exit *x, expr_id lock) {
    for (uint32_t i = 0; i < x->lock_count; i++) {
        if (expr_same(x->locks[i].lock, lock)) {
            return &x->locks[i];
        }
    }
    return NULL;
}

bool flow_gives_back(const struct flow_result *r, expr_id lock) {
    for (uint32_t i = 0; i < r->exits.len; i++) {
        const struct lock_state *l = lock_at(&r->exits.data[i], lock);
        if (l && l->status == LOCK_FREE && l->entry == ENTRY_FREE && !l->try_failed) {
            return true;
        }
    }
    for (uint32_t i = 0; i < r->releases.len; i++) {
        if (expr_same(r->releases.data[i].lock, lock)) {
            return true;
        }
    }
    return false;
}

bool flow_leaves_held(const struct flow_result *r, expr_id lock) {
    for (uint32_t i = 0; i < r->exits.len; i++) {
        const struct lock_state *l = lock_at(&r->exits.data[i], lock);
        if (l && l->entry == ENTRY_FREE && l->status == LOCK_HELD &&
            r->exits.data[i].kind != EXIT_END) {
            return true;
        }
    }
    return false;
}

static bool took(const struct flow_exit *x, expr_id lock) {
    const struct lock_state *l = lock_at(x, lock);
    return l && l->entry == ENTRY_FREE && !l->try_failed;
}

static bool released_untaken(const struct flow_exit *x, expr_id lock) {
    const struct lock_state *l = lock_at(x, lock);
    return l && l->entry == ENTRY_HELD && l->status == LOCK_FREE;
}

static struct range known_at(const struct flow_exit *x, expr_id val) {
    for (uint32_t i = 0; i < x->known_count; i++) {
        if (expr_same(x->known[i].val, val)) {
            return x->known[i].range;
        }
    }
    return range_any();
}

static bool differ_by_parameter(const struct expr_table *t, const struct flow_exit *a,
                                const struct flow_exit *b) {
    for (uint32_t i = 0; i < a->known_count; i++) {
        expr_id val = a->known[i].val;
        if (expr_has_kind(t, val, EX_PARAM) && !expr_has_kind(t, val, EX_LOAD) &&
            range_disjoint(a->known[i].range, known_at(b, val))) {
            return true;
        }
    }
    return false;
}

bool flow_is_told_apart(const struct expr_table *t, const struct flow_result *r, expr_id lock) {
    for (uint32_t i = 0; i < r->exits.len; i++) {
        for (uint32_t k = 0; released_untaken(&r->exits.data[i], lock) && k < r->exits.len; k++) {
            if (took(&r->exits.data[k], lock) &&
                differ_by_parameter(t, &r->exits.data[i], &r->exits.data[k])) {
                return true;
            }
        }
    }
    return false;
}

static bool goes_against(const struct flow_result *r, expr_id lock, expr_id flag) {
    bool taken = false;
    bool untouched = false;
    bool released = false;
    for (uint32_t i = 0; i < r->exits.len; i++) {
        const struct flow_exit *x = &r->exits.data[i];
        struct range f = known_at(x, flag);
        bool off = f.lo == 0 && f.hi == 0;
        if (took(x, lock)) {
            if (!range_disjoint(f, (struct range){.lo = 0, .hi = 0})) {
                return false; // also taken when the flag is off
            }
            taken = true;
        }
        untouched |= off && !lock_at(x, lock);
        released |= off && released_untaken(x, lock);
    }
    return taken && untouched && released;
}

bool flow_goes_against_flag(struct expr_table *t, const struct flow_result *r, expr_id lock) {
    for (uint32_t i = 0; i < FLOW_MAX_ARGS; i++) {
        if (goes_against(r, lock, expr_param(t, i))) {
            return true;
        }
    }
    return false;
}
