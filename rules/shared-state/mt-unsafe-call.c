// A library function that works on hidden static state is called where two threads can be in it, or
// in its relatives, at once.
#include "checker/flow/graph.h"
#include "checker/rule/check.h"

// A call of a function with hidden state.
struct use {
    node_id node;
    op_id op;
    call_id call;
    const struct model_function *library;
    bool locked; // some lock may be held: taken to be the one that guards the state
};

struct uses {
    VEC(struct use) items;
};

// Who runs a call, and who runs another one of the same state meanwhile.
struct conflict {
    uint32_t root;  // thread, or main
    uint32_t other; // root of the other call; the same one when several threads run it
    const struct use *with;
};

static bool applies(const struct facts *f, const struct model_function *m,
                    const struct ir_call *c) {
    uint32_t index = m->null_arg >= 0 ? (uint32_t)m->null_arg : 0;
    const struct ir_val *v =
        &f->vals.data[index < c->arg_count ? f->args.data[c->first_arg.v + index].v : 0];
    return m->null_arg < 0 || (v->kind == VAL_CONST && v->num == 0);
}

static void collect(struct rule_ctx *ctx, node_id n, struct uses *out) {
    const struct program *p = ctx->program;
    struct fn_ref fn = program_fn(p, n);
    for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            op_id id = {b->first_op.v + k};
            const struct ir_op *op = &fn.facts->ops.data[id.v];
            const struct model_function *m =
                op->kind == OP_CALL ? program_library(p, fn.facts, op->call) : NULL;
            if (m && (m->flags & (FN_MT_UNSAFE | FN_MT_READS | FN_MT_GUARDED)) &&
                applies(fn.facts, m, &fn.facts->calls.data[op->call.v]) &&
                !program_is_in_child(p, n, id)) {
                bool locked = program_may_hold_at(p, n, id, ctx->arena);
                vec_push(ctx->arena, &out->items, ((struct use){n, id, op->call, m, locked}));
            }
        }
    }
}

// The root runs this call when others may run: a thread always, main while it has company.
static bool runs(const struct program *p, uint32_t root, const struct use *u) {
    uint8_t kind = program_root(p, root)->kind;
    return program_root_runs(p, root, u->node, u->op) &&
           (kind == CONTEXT_THREAD ||
            (kind == CONTEXT_MAIN && program_main_has_company(p, u->node, u->op)));
}

static bool conflicts(const struct use *a, const struct use *b) {
    return str_eq(a->library->state, b->library->state) &&
           ((a->library->flags | b->library->flags) & FN_MT_UNSAFE) &&
           !(a->library->flags & FN_MT_GUARDED) && !(b->library->flags & FN_MT_GUARDED) &&
           !a->locked && !b->locked;
}

static bool find_conflict(const struct program *p, const struct uses *all, const struct use *u,
                          struct conflict *ret_conflict) {
    for (uint32_t root = 0; root < program_root_count(p); root++) {
        for (uint32_t i = 0; i < all->items.len && runs(p, root, u); i++) {
            const struct use *with = &all->items.data[i];
            for (uint32_t other = 0; conflicts(u, with) && other < program_root_count(p); other++) {
                bool one_is_thread = program_root(p, root)->kind == CONTEXT_THREAD ||
                                     program_root(p, other)->kind == CONTEXT_THREAD;
                if (one_is_thread && program_roots_overlap(p, root, other) &&
                    runs(p, other, with)) {
                    *ret_conflict = (struct conflict){root, other, with};
                    return true;
                }
            }
        }
    }
    return false;
}

static bool find_thread(const struct program *p, const struct use *u, uint32_t *ret_root) {
    for (uint32_t root = 0; root < program_root_count(p); root++) {
        if (program_root(p, root)->kind == CONTEXT_THREAD && runs(p, root, u)) {
            *ret_root = root;
            return true;
        }
    }
    return false;
}

static const char *root_name(struct rule_ctx *ctx, uint32_t root) {
    const struct program_root *r = program_root(ctx->program, root);
    struct str name = program_fn_name(ctx->program, r->node);
    return r->kind == CONTEXT_MAIN ? "main" : arena_copy(ctx->arena, name.ptr, name.len);
}

static void tell_threads(struct rule_ctx *ctx, struct finding *f, const struct use *u,
                         uint32_t root) {
    const struct program_root *r = program_root(ctx->program, root);
    if (f && r->kind == CONTEXT_THREAD) {
        rule_step(ctx, f, STEP_SPAWN, r->site.at, r->site.loc, "%s of '%s' %s started here",
                  r->many ? "threads" : "a thread", root_name(ctx, root), r->many ? "are" : "is");
    }
    if (f) {
        rule_chain(ctx, f, root, u->node);
        struct fn_ref fn = program_fn(ctx->program, u->node);
        rule_step(ctx, f, STEP_ACCESS, fn, fn.facts->ops.data[u->op.v].loc,
                  "the hidden state is used here");
    }
}

static const char *advice(struct rule_ctx *ctx, const struct use *u) {
    struct buf text;
    buf_init(&text, 80);
    if (u->library->instead.len) {
        buf_addf(&text, "; use '" STR_FMT "'", STR_ARG(u->library->instead));
    }
    const char *copy = arena_copy(ctx->arena, buf_c(&text), text.len);
    buf_release(&text);
    return copy;
}

static void report(struct rule_ctx *ctx, const struct use *u, const struct conflict *c) {
    struct fn_ref fn = program_fn(ctx->program, u->node);
    struct str name = facts_sym_name(fn.facts, fn.facts->calls.data[u->call.v].callee);
    loc_id loc = fn.facts->ops.data[u->op.v].loc;
    struct fn_ref with = program_fn(ctx->program, c->with->node);
    struct flow_site site = {with, with.facts->ops.data[c->with->op.v].loc};
    struct finding *f = NULL;
    if (c->root == c->other) {
        f = rule_report(ctx, fn, loc,
                        "'" STR_FMT "' works on static memory and is not thread-safe, and several "
                        "threads of '%s' can be in it at once%s",
                        STR_ARG(name), root_name(ctx, c->root), advice(ctx, u));
    } else {
        f = rule_report(ctx, fn, loc,
                        "'" STR_FMT "' works on static memory and is not thread-safe: '%s' runs it "
                        "while '%s' can use the same memory (at %s)%s",
                        STR_ARG(name), root_name(ctx, c->root), root_name(ctx, c->other),
                        rule_where(ctx, site), advice(ctx, u));
    }
    if (f) {
        f->subject = name;
        tell_threads(ctx, f, u, c->root);
        if (c->root != c->other) {
            tell_threads(ctx, f, c->with, c->other);
        }
    }
}

// Of what the C libraries guard, one place is enough.
static bool is_told(const struct program *p, const struct uses *all, const struct use *u) {
    uint32_t root = 0;
    for (const struct use *x = all->items.data; x != u; x++) {
        if ((u->library->flags & FN_MT_GUARDED) && x->library == u->library && !x->locked &&
            find_thread(p, x, &root)) {
            return true;
        }
    }
    return false;
}

// One thread that calls it is a question to the reviewer: does nobody else?
static void ask(struct rule_ctx *ctx, const struct uses *all, const struct use *u) {
    uint32_t root = 0;
    if (is_told(ctx->program, all, u) || u->locked || !find_thread(ctx->program, u, &root)) {
        return;
    }
    struct fn_ref fn = program_fn(ctx->program, u->node);
    struct str name = facts_sym_name(fn.facts, fn.facts->calls.data[u->call.v].callee);
    struct finding *f = rule_report_or_note(
        ctx, true, fn, fn.facts->ops.data[u->op.v].loc,
        "'" STR_FMT "' need not be thread-safe by the standard, and the thread '%s' calls it%s",
        STR_ARG(name), root_name(ctx, root), advice(ctx, u));
    if (f) {
        f->subject = name;
        tell_threads(ctx, f, u, root);
    }
}

static void check(struct rule_ctx *ctx) {
    struct uses uses = {0};
    for (node_id n = 0; n < program_fn_count(ctx->program); n++) {
        collect(ctx, n, &uses);
    }
    for (uint32_t i = 0; i < uses.items.len; i++) {
        struct conflict c = {0};
        if (find_conflict(ctx->program, &uses, &uses.items.data[i], &c)) {
            report(ctx, &uses.items.data[i], &c);
        } else {
            ask(ctx, &uses, &uses.items.data[i]);
        }
    }
}

extern const struct rule rule_shared_state_mt_unsafe_call;
const struct rule rule_shared_state_mt_unsafe_call = {
    .id = "shared-state-mt-unsafe-call",
    .summary = "A library function with hidden static state is called by two threads",
    .level = LEVEL_WARNING,
    .precision = PRECISION_HIGH,
    .cwe = {362, 663},
    .cert = "CON33-C",
    .check_program = check,
};
