// A function that somebody else supplied is called while a lock is held: it may come back and want
// the lock.
#include "checker/rule/check.h"

#include <stdio.h>

enum { MAX_TARGETS = 16 };

static loc_id place_of(const struct flow_result *r, const struct flow_call *call) {
    return r->fn.facts->calls.data[call->call.v].loc;
}

// One of the functions that are known to be stored there takes the lock.
static bool report_reentry(struct rule_ctx *ctx, const struct flow_result *r,
                           const struct flow_call *call, const struct lock_state *lock,
                           const node_id *targets, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        const struct flow_act *take = program_takes(ctx->program, targets[i], lock->lock);
        bool both_read = take && (lock->flags & EF_SHARED) && (take->flags & EF_SHARED);
        if (!take || both_read || program_is_recursive(ctx->program, lock->lock)) {
            continue;
        }
        const char *name = rule_name(ctx, r->fn, lock->lock);
        struct flow_site taken = rule_site(ctx, take->site);
        struct finding *f =
            rule_report(ctx, r->fn, place_of(r, call),
                        "calls back with '%s' held (since %s), and '" STR_FMT
                        "', which may be what is called, locks it at %s",
                        name, rule_line(ctx, r->fn, rule_site(ctx, lock->site)),
                        STR_ARG(program_fn_name(ctx->program, targets[i])), rule_where(ctx, taken));
        if (f) {
            f->subject = str_from(name);
            rule_related(ctx, f, rule_site(ctx, lock->site), "'%s' is locked here", name);
            rule_related(ctx, f, taken, "'%s' is wanted here", name);
        }
        return true;
    }
    return false;
}

// One call of a function that may be anybody's, with the first lock held that several threads want.
struct question {
    const struct flow_result *r;
    const struct flow_call *call;
    const struct lock_state *lock;
    expr_id class;
};

struct questions {
    VEC(struct question) items;
};

static void check(struct rule_ctx *ctx) {
    const struct flow_result *r = program_flow(ctx->program, ctx->node, FLOW_LOCKS);
    uint32_t told = 0;
    for (uint32_t i = 0; r && i < r->calls.len; i++) {
        const struct flow_call *c = &r->calls.data[i];
        // one that is known is followed: shared-state-double-lock
        if (c->call.v == told || program_node_of_value(ctx->program, c->target) != NODE_NONE) {
            continue;
        }
        node_id targets[MAX_TARGETS];
        bool open = false;
        uint32_t count =
            program_stored_targets(ctx->program, r->fn.facts, c->call, targets, MAX_TARGETS, &open);
        for (uint32_t k = 0; k < c->lock_count && c->call.v != told; k++) {
            told = report_reentry(ctx, r, c, &c->locks[k], targets, count) ? c->call.v : told;
        }
    }
}

// Whether what is called takes the lock, which is told as such.
static bool is_reentry(struct rule_ctx *ctx, const struct flow_call *call, const node_id *targets,
                       uint32_t count) {
    for (uint32_t k = 0; k < call->lock_count; k++) {
        for (uint32_t i = 0; i < count; i++) {
            if (program_takes(ctx->program, targets[i], call->locks[k].lock)) {
                return true;
            }
        }
    }
    return false;
}

// One for each function and lock.
static void add_question(struct rule_ctx *ctx, const struct flow_result *r,
                         const struct flow_call *call, struct questions *out) {
    node_id targets[MAX_TARGETS];
    bool open = false;
    uint32_t count =
        program_stored_targets(ctx->program, r->fn.facts, call->call, targets, MAX_TARGETS, &open);
    if (!open || program_node_of_value(ctx->program, call->target) != NODE_NONE ||
        is_reentry(ctx, call, targets, count)) {
        return;
    }
    for (uint32_t i = 0; i < call->lock_count; i++) {
        struct question q = {r, call, &call->locks[i],
                             expr_class(program_exprs(ctx->program), call->locks[i].lock)};
        bool asked = !program_is_contended(ctx->program, q.lock->lock);
        for (uint32_t k = 0; k < out->items.len; k++) {
            asked |= out->items.data[k].r == r && expr_same(out->items.data[k].class, q.class);
        }
        if (!asked) {
            vec_push(ctx->arena, &out->items, q);
            return;
        }
    }
}

// All calls under one lock are one question: whether it may be held while others' code runs.
static void ask(struct rule_ctx *ctx, const struct questions *all, uint32_t first) {
    const struct question *q = &all->items.data[first];
    const char *name = rule_name(ctx, q->r->fn, q->lock->lock);
    uint32_t more = 0;
    for (uint32_t i = first + 1; i < all->items.len; i++) {
        more += q->class.v && expr_same(all->items.data[i].class, q->class);
    }
    char others[48] = "";
    if (more) {
        (void)snprintf(others, sizeof others, " (and in %u other function%s)", more,
                       more == 1 ? "" : "s");
    }
    struct finding *f = rule_report_or_note(
        ctx, true, q->r->fn, place_of(q->r, q->call),
        "calls a function that others supply with '%s' held%s: when it comes back here, or takes "
        "long, the lock is in the way",
        name, others);
    if (!f) {
        return;
    }
    f->subject = str_from(name);
    rule_related(ctx, f, rule_site(ctx, q->lock->site), "'%s' is locked here", name);
    for (uint32_t i = first + 1; i < all->items.len; i++) {
        const struct question *o = &all->items.data[i];
        if (q->class.v && expr_same(o->class, q->class)) {
            rule_related(ctx, f, (struct flow_site){o->r->fn, place_of(o->r, o->call)},
                         "here, too");
        }
    }
}

static void check_all(struct rule_ctx *ctx) {
    struct questions all = {0};
    for (node_id n = 0; n < program_fn_count(ctx->program); n++) {
        const struct flow_result *r = program_flow(ctx->program, n, FLOW_LOCKS);
        for (uint32_t i = 0; r && i < r->calls.len; i++) {
            if (r->calls.data[i].lock_count) {
                add_question(ctx, r, &r->calls.data[i], &all);
            }
        }
    }
    for (uint32_t i = 0; i < all.items.len; i++) {
        bool first = true;
        for (uint32_t k = 0; k < i && all.items.data[i].class.v; k++) {
            first &= !expr_same(all.items.data[k].class, all.items.data[i].class);
        }
        if (first) {
            ask(ctx, &all, i);
        }
    }
}

extern const struct rule rule_shared_state_callback_under_lock;
const struct rule rule_shared_state_callback_under_lock = {
    .id = "shared-state-callback-under-lock",
    .summary = "A callback is called while a lock is held",
    .level = LEVEL_WARNING,
    .precision = PRECISION_MEDIUM,
    .cwe = {833, 667},
    .check_function = check,
    .check_program = check_all,
};
