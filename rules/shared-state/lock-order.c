// Two or more threads take the same locks in different orders.
#include "checker/rule/check.h"

static struct flow_site place_of_way(const struct rule_ctx *ctx, const struct program_order *way) {
    struct fn_ref fn = program_fn(ctx->program, way->node);
    return (struct flow_site){fn, fn.facts->calls.data[way->act->call.v].loc};
}

static const char *name_of(struct rule_ctx *ctx, const struct program_order *way, expr_id lock) {
    return rule_name(ctx, program_fn(ctx->program, way->node), lock);
}

// How one of the threads comes to hold the first lock and to wait for the second.
static void tell_way(struct rule_ctx *ctx, struct finding *f, const struct program_order *way,
                     uint8_t thread) {
    const struct flow_act *act = way->act;
    const struct flow_held *held = &act->held[way->held];
    struct fn_ref fn = program_fn(ctx->program, way->node);
    struct flow_site first = rule_site(ctx, held->site);
    struct flow_site second = rule_site(ctx, act->site);
    uint32_t from = f->steps.len;
    bool inside = act->in_thread || first.at.facts != fn.facts ||
                  first.at.fn.v != fn.fn.v; // taken further in
    if (!inside) {
        rule_step(ctx, f, STEP_ACQUIRE, first.at, first.loc, "'%s' is locked",
                  name_of(ctx, way, held->lock));
    }
    for (uint32_t i = 0; i < act->chain_count; i++) {
        struct flow_site call = rule_site(ctx, act->chain[i]);
        rule_step(ctx, f, i == 0 && act->in_thread ? STEP_SPAWN : STEP_CALL, call.at, call.loc,
                  "this leads to '%s'", name_of(ctx, way, act->subject));
    }
    if (inside) {
        rule_step(ctx, f, STEP_ACQUIRE, first.at, first.loc, "'%s' is locked",
                  name_of(ctx, way, held->lock));
    }
    rule_step(ctx, f, STEP_ACQUIRE, second.at, second.loc, "'%s' is waited for while '%s' is held",
              name_of(ctx, way, act->subject), name_of(ctx, way, held->lock));
    for (uint32_t i = from; i < f->steps.len; i++) {
        f->steps.data[i].thread = thread;
    }
}

static void relate(struct rule_ctx *ctx, struct finding *f, const struct program_order *way) {
    const struct flow_held *held = &way->act->held[way->held];
    rule_related(ctx, f, rule_site(ctx, held->site), "'%s' is locked here",
                 name_of(ctx, way, held->lock));
    rule_related(ctx, f, rule_site(ctx, way->act->site), "'%s' is locked here, with '%s' held",
                 name_of(ctx, way, way->act->subject), name_of(ctx, way, held->lock));
}

static struct finding *report(struct rule_ctx *ctx, const struct program_cycle *c) {
    const struct program_order *way = &c->ways[0];
    struct flow_site at = place_of_way(ctx, way);
    const char *held = name_of(ctx, way, way->act->held[way->held].lock);
    const char *taken = name_of(ctx, way, way->act->subject);
    if (c->count == 1) {
        return rule_report(ctx, at.at, at.loc,
                           "several threads lock '%s' and then '%s', in the order in which they "
                           "were given: two that were given the "
                           "same objects the other way round block each other for ever",
                           held, taken);
    }
    const struct program_order *last = &c->ways[c->count - 1];
    const char *others = rule_where(ctx, rule_site(ctx, last->act->site));
    if (c->count == 2) {
        return rule_report(ctx, at.at, at.loc,
                           "'%s' is locked while '%s' is held, and in the opposite order at %s: "
                           "two threads can block each other for ever",
                           taken, held, others);
    }
    return rule_report(ctx, at.at, at.loc,
                       "'%s' is locked while '%s' is held; %u other threads that hold one lock and "
                       "wait for the next, the last at %s, close "
                       "the circle: they can block each other for ever",
                       taken, held, c->count - 1, others);
}

static void check(struct rule_ctx *ctx) {
    for (uint32_t i = 0; i < program_cycle_count(ctx->program); i++) {
        const struct program_cycle *c = program_cycle(ctx->program, i);
        struct finding *f = report(ctx, c);
        if (!f) {
            continue;
        }
        f->subject = str_from(name_of(ctx, &c->ways[0], c->ways[0].act->subject));
        for (uint32_t k = 0; k < c->count; k++) {
            const char *who = k == 0 ? "one thread" : "another thread";
            vec_push(ctx->out->arena, &f->threads, str_from(who));
            tell_way(ctx, f, &c->ways[k], (uint8_t)k);
            relate(ctx, f, &c->ways[k]);
        }
    }
}

extern const struct rule rule_shared_state_lock_order;
const struct rule rule_shared_state_lock_order = {
    .id = "shared-state-lock-order",
    .summary = "Threads take the same locks in different orders",
    .level = LEVEL_WARNING,
    .precision = PRECISION_HIGH,
    .cwe = {833, 667},
    .cert = "CON35-C",
    .check_program = check,
};
