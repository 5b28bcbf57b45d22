#include "rules/bounds/bounds.h"

#include "checker/rule/scorecard.h"

enum { SPAWN_DEPTH = 2, CAP_DEPTH = 2 };

val_id bounds_arg(const struct facts *f, call_id call, uint32_t index) {
    const struct ir_call *c = &f->calls.data[call.v];
    return index < c->arg_count ? f->args.data[c->first_arg.v + index] : (val_id){0};
}

var_id bounds_root(const struct facts *f, path_id path, bool *ret_through_pointer) {
    bool through = false;
    for (unsigned depth = 0; path.v && depth < 64; depth++) {
        const struct ir_path *p = &f->paths.data[path.v];
        if (p->kind == PATH_VAR) {
            if (ret_through_pointer) {
                *ret_through_pointer = through;
            }
            return p->var;
        }
        through |= p->kind == PATH_DEREF;
        path = p->kind == PATH_DEREF ? f->vals.data[p->val.v].path : p->base;
    }
    return (var_id){0};
}

static bool starts_thread(const struct rule_ctx *ctx, const struct facts *f, call_id call,
                          unsigned depth) {
    if (program_model(ctx->program, f, call)) {
        return program_model_effect(ctx->program, f, call, EFFECT_SPAWN) != NULL;
    }
    return rule_callee_has(ctx, f, call, starts_thread, depth);
}

static bool has_any(const struct rule_ctx *ctx, const struct facts *f, call_id call,
                    const enum effect_kind *kinds, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (program_model_effect(ctx->program, f, call, kinds[i])) {
            return true;
        }
    }
    return false;
}

static bool name_has(const struct facts *f, call_id call, const char *part) {
    struct str name = facts_sym_name(f, f->calls.data[call.v].callee);
    return str_find(name, str_from(part), 0) != SIZE_MAX;
}

static uint32_t traits_of_object(const struct rule_ctx *ctx, const struct facts *f, val_id object) {
    const struct ir_val *v = &f->vals.data[object.v];
    type_id t = facts_strip_typedefs(f, f->paths.data[v->path.v].type, NULL);
    if (f->types.data[t.v].kind == TYPE_REFERENCE) {
        t = facts_strip_typedefs(f, f->types.data[t.v].target, NULL);
    }
    return model_type_traits(program_models(ctx->program), facts_text(f, f->types.data[t.v].name));
}

// Waits for a thread, a slot or a signal, itself or in a callee.
static bool waits(const struct rule_ctx *ctx, const struct facts *f, call_id call, unsigned depth) {
    static const enum effect_kind kinds[] = {EFFECT_JOIN, EFFECT_WAIT, EFFECT_BLOCK};
    if (has_any(ctx, f, call, kinds, sizeof kinds / sizeof *kinds)) {
        return program_model_effect(ctx->program, f, call, EFFECT_ACCEPT) == NULL;
    }
    bool takes_slot = (name_has(f, call, "acquire") || name_has(f, call, "wait")) &&
                      (traits_of_object(ctx, f, bounds_arg(f, call, 0)) & TRAIT_SEMAPHORE);
    return takes_slot || rule_callee_has(ctx, f, call, waits, depth);
}

// The destructor of an object that joins its thread, unless the thread was moved out or detached in
// the loop.
static bool joins_at_end(const struct rule_ctx *ctx, const struct spawn_loop *s, call_id call) {
    const struct facts *f = s->fn.facts;
    const struct effect *e = program_model_effect(ctx->program, f, call, EFFECT_JOIN_OWNER);
    const struct expr *fatal = e ? expr_get(program_exprs(ctx->program), e->c) : NULL;
    if (!fatal || (fatal->kind == EX_CONST && fatal->num != 0)) {
        return false;
    }
    val_id object = bounds_arg(f, call, 0);
    for (uint32_t i = 0; i < s->block_count; i++) {
        const struct ir_block *b = graph_block(s->fn, i);
        for (uint32_t k = 0; s->loop->inside[i] && k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            if (op->kind != OP_CALL) {
                continue;
            }
            bool passed = false;
            for (uint32_t a = 1; a < f->calls.data[op->call.v].arg_count; a++) {
                passed |= bounds_arg(f, op->call, a).v == object.v;
            }
            if (passed || (bounds_arg(f, op->call, 0).v == object.v &&
                           program_model_effect(ctx->program, f, op->call, EFFECT_DETACH))) {
                return false;
            }
        }
    }
    return true;
}

// An atomic or the size of a container.
static bool is_library_count(const struct facts *f, call_id call) {
    return name_has(f, call, "atomic") ||
           str_ends(facts_sym_name(f, f->calls.data[call.v].callee), STR("::size"));
}

// Calls whose result may be the number of something that runs: those, and functions of the project.
static bool may_count(const struct rule_ctx *ctx, const struct facts *f, call_id call) {
    const struct ir_call *c = &f->calls.data[call.v];
    if (program_model_effect(ctx->program, f, call, EFFECT_ACCEPT) || !c->callee.v) {
        return false;
    }
    return !(f->syms.data[c->callee.v].flags & (SYM_SYSTEM | SYM_BUILTIN)) ||
           is_library_count(f, call);
}

// A counter compared with something: `if (active >= max)`, `pool.size() == 4`. Tests for failure
// (against 0 or -1) do not count.
static bool compares_counter(const struct rule_ctx *ctx, const struct facts *f,
                             const struct ir_block *b) {
    if (b->term != TERM_BRANCH) {
        return false;
    }
    const struct ir_val *x = &f->vals.data[b->lhs.v];
    const struct ir_val *y = &f->vals.data[b->rhs.v];
    if (b->cmp < OPR_LT || b->cmp > OPR_GE) {
        return x->kind == VAL_CALL && y->kind == VAL_CONST && y->num > 1 &&
               is_library_count(f, x->call);
    }
    bool failure = y->kind == VAL_CONST && (y->num == 0 || y->num == -1);
    return !failure && (x->kind != VAL_CALL || may_count(ctx, f, x->call));
}

static path_id counted_place(const struct facts *f, val_id v) {
    const struct ir_val *x = &f->vals.data[v.v];
    return x->kind == VAL_CALL ? f->vals.data[bounds_arg(f, x->call, 0).v].path : x->path;
}

static bool changes(const struct facts *f, const struct ir_op *op, path_id place, val_id compared) {
    if (op->kind == OP_UPDATE) {
        return op->path.v == place.v;
    }
    const struct ir_val *x = &f->vals.data[compared.v];
    return op->kind == OP_CALL && (x->kind != VAL_CALL || x->call.v != op->call.v) &&
           f->vals.data[bounds_arg(f, op->call, 0).v].path.v == place.v;
}

// The callee keeps count: it compares something and changes it too. `if (active >= max) return
// false; active++;`
static bool keeps_count(const struct rule_ctx *ctx, const struct facts *f, call_id call) {
    node_id n = program_callee(ctx->program, f, call);
    if (n == NODE_NONE) {
        return false;
    }
    struct fn_ref fn = program_fn(ctx->program, n);
    uint32_t count = fn.facts->fns.data[fn.fn.v].block_count;
    for (uint32_t i = 0; i < count; i++) {
        const struct ir_block *test = graph_block(fn, i);
        path_id place = compares_counter(ctx, fn.facts, test) ? counted_place(fn.facts, test->lhs)
                                                              : (path_id){0};
        for (uint32_t j = 0; place.v && j < count; j++) {
            const struct ir_block *b = graph_block(fn, j);
            for (uint32_t k = 0; k < b->op_count; k++) {
                if (changes(fn.facts, &fn.facts->ops.data[b->first_op.v + k], place, test->lhs)) {
                    return true;
                }
            }
        }
    }
    return false;
}

bool bounds_is_capped(const struct rule_ctx *ctx, const struct spawn_loop *s, uint32_t but) {
    const struct facts *f = s->fn.facts;
    for (uint32_t i = 0; i < s->block_count; i++) {
        if (!s->loop->inside[i]) {
            continue;
        }
        const struct ir_block *b = graph_block(s->fn, i);
        if (i != but && compares_counter(ctx, f, b)) {
            return true;
        }
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            if (op->kind == OP_CALL &&
                (waits(ctx, f, op->call, CAP_DEPTH) || joins_at_end(ctx, s, op->call) ||
                 keeps_count(ctx, f, op->call))) {
                return true;
            }
        }
    }
    return false;
}

call_id bounds_source(const struct rule_ctx *ctx, const struct spawn_loop *s, bool *ret_from_peer) {
    const struct facts *f = s->fn.facts;
    for (uint32_t i = 0; i < s->block_count; i++) {
        const struct ir_block *b = graph_block(s->fn, i);
        for (uint32_t k = 0; s->loop->inside[i] && k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            if (op->kind == OP_CALL &&
                program_model_effect(ctx->program, f, op->call, EFFECT_ACCEPT)) {
                *ret_from_peer =
                    program_model_effect(ctx->program, f, op->call, EFFECT_BLOCK) != NULL;
                return op->call;
            }
        }
    }
    return (call_id){0};
}

static void visit_op(struct rule_ctx *ctx, struct fn_ref fn, const struct loops *loops,
                     uint32_t block, const struct ir_op *op,
                     bool (*found)(struct rule_ctx *ctx, const struct spawn_loop *s)) {
    for (uint32_t done = 0;;) {
        const struct loop *next = NULL; // the smallest one that is larger than the last
        for (uint32_t i = 0; i < loops->count; i++) {
            const struct loop *l = &loops->items[i];
            if (l->inside[block] && l->size > done && (!next || l->size < next->size)) {
                next = l;
            }
        }
        if (!next) {
            return;
        }
        struct spawn_loop s = {fn, op, next, loops->block_count};
        if (found(ctx, &s)) {
            return;
        }
        done = next->size;
    }
}

void bounds_visit(struct rule_ctx *ctx,
                  bool (*found)(struct rule_ctx *ctx, const struct spawn_loop *s)) {
    struct fn_ref fn = program_fn(ctx->program, ctx->node);
    struct loops loops = graph_loops(fn, ctx->arena);
    for (uint32_t i = 0; loops.count && i < loops.block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; graph_innermost(&loops, i) && k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            if (op->kind == OP_CALL && starts_thread(ctx, fn.facts, op->call, SPAWN_DEPTH)) {
                visit_op(ctx, fn, &loops, i, op, found);
            }
        }
    }
}

// --- the scorecard ---

static void inspect(struct rule_ctx *ctx, struct score_point *out) {
    const struct program *p = ctx->program;
    uint32_t many = 0;
    for (uint32_t i = 0; i < program_thread_count(p); i++) {
        many += score_is_own_thread(p, program_thread(p, i)) && program_thread(p, i)->many;
    }
    if (many) {
        score_count(ctx, out, "thread start", "", score_thread_starts(p));
        score_count(ctx, out, "thread start", "in a loop", many);
    } else {
        score_answers(ctx, out, "thread start", "", score_thread_starts(p), score_thread_starts(p),
                      "outside of loops");
    }
}

extern const struct family family_bounds;
const struct family family_bounds = {
    .name = "bounds",
    .point = 11,
    .question = "Is the number of threads bounded?",
    .of_production = true,
    .inspect = inspect,
};
