#include "checker/link/failure.h"

#include "checker/flow/outcome.h"
#include "checker/link/program_private.h"

struct way {
    const struct program *p;
    struct fn_ref fn;
    struct arena *arena;
    const bool *failed; // blocks behind the failure
    const bool *others; // blocks behind success
};

static bool has_effect(const struct way *w, call_id call, enum effect_kind kind) {
    return program_model_effect(w->p, w->fn.facts, call, kind) != NULL;
}

bool program_call_tidies(const struct program *p, const struct facts *f, call_id call) {
    static const enum effect_kind kinds[] = {EFFECT_RELEASE, EFFECT_FREE, EFFECT_ACQUIRE,
                                             EFFECT_CLOSE, EFFECT_LOCK_DESTROY};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (program_model_effect(p, f, call, kinds[i])) {
            return true;
        }
    }
    return (f->calls.data[call.v].flags & CALL_CLEANUP) != 0;
}

bool path_is_of_others(const struct facts *f, path_id path) {
    const struct ir_path *p = &f->paths.data[path.v];
    uint8_t kind = f->vars.data[p->var.v].kind;
    return p->kind != PATH_VAR || kind == VAR_GLOBAL || kind == VAR_STATIC_LOCAL;
}

// `alone`: the op is run on this way only.
static void note_op(const struct way *w, const struct ir_op *op, bool alone,
                    struct program_failure *out) {
    const struct facts *f = w->fn.facts;
    const struct model_function *m =
        op->kind == OP_CALL ? program_library(w->p, f, op->call) : NULL;
    bool atomic = m && (m->flags & (FN_ATOMIC_STORE | FN_ATOMIC_UPDATE | FN_ATOMIC_CAS));
    bool writes = (op->kind == OP_WRITE || op->kind == OP_UPDATE) && path_is_of_others(f, op->path);
    out->stores |= atomic || writes;
    if (alone && (atomic || writes) && !out->stored_loc.v) {
        out->stored = program_written_class(w->p, f, op);
        out->stored_loc = op->loc;
    }
    bool calls = op->kind == OP_CALL && !atomic && !program_call_tidies(w->p, f, op->call);
    sym_id callee = calls ? f->calls.data[op->call.v].callee : (sym_id){0};
    out->acts |= calls || op->kind == OP_ASM || op->kind == OP_UNKNOWN;
    out->calls |= (calls && !(f->syms.data[callee.v].flags & SYM_SYSTEM)) || op->kind == OP_ASM ||
                  op->kind == OP_UNKNOWN;
}

// What is returned on the way is returned on no other one.
static bool tells(const struct way *w, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        const struct ir_block *b = graph_block(w->fn, i);
        if (!w->failed[i] || b->term != TERM_RETURN || !b->lhs.v) {
            continue;
        }
        bool same = w->others[i] && w->fn.facts->vals.data[b->lhs.v].kind == VAL_CONST;
        for (uint32_t k = 0; k < count && !same; k++) {
            const struct ir_block *o = graph_block(w->fn, k);
            same = w->others[k] && !w->failed[k] && o->term == TERM_RETURN && o->lhs.v == b->lhs.v;
        }
        if (!same) {
            return true;
        }
    }
    return false;
}

// The test tells failure from everything else.
static bool find_test(const struct way *w, call_id call, struct outcome *ret_outcome) {
    struct outcome zero = {0};
    struct outcome one = {0};
    if (!outcome_of(w->fn, call, -1, ret_outcome) || !outcome_of(w->fn, call, 0, &zero) ||
        !outcome_of(w->fn, call, 1, &one)) {
        return false;
    }
    bool makes = has_effect(w, call, EFFECT_ALLOC) || has_effect(w, call, EFFECT_OPEN);
    if (makes && zero.taken != one.taken && zero.taken != ret_outcome->taken) {
        *ret_outcome = zero; // a null pointer
        return true;
    }
    return ret_outcome->taken != zero.taken && ret_outcome->taken != one.taken;
}

static void add_way(const struct program *p, struct fn_ref fn, call_id call, struct arena *arena,
                    struct program_failures *out) {
    struct way w = {.p = p, .fn = fn, .arena = arena};
    struct outcome o = {0};
    if (!find_test(&w, call, &o)) {
        return;
    }
    uint32_t count = fn.facts->fns.data[fn.fn.v].block_count;
    w.failed = outcome_reach(fn, o.taken, UINT32_MAX, arena);
    w.others = outcome_reach(fn, o.other, o.block, arena);
    struct program_failure x = {
        .call = call, .block = o.taken, .loc = graph_block(fn, o.block)->loc, .ends = true};
    for (uint32_t i = 0; i < count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        x.ends &= !w.failed[i] || i != o.block;
        for (uint32_t k = 0; w.failed[i] && k < b->op_count; k++) {
            note_op(&w, &fn.facts->ops.data[b->first_op.v + k], !w.others[i], &x);
        }
    }
    x.tells = tells(&w, count);
    vec_push(arena, &out->items, x);
}

struct program_failures program_failures_of(const struct program *p, node_id n,
                                            struct arena *arena) {
    struct program_failures out = {0};
    struct fn_ref fn = program_fn(p, n);
    for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            if (op->kind == OP_CALL) {
                add_way(p, fn, op->call, arena, &out);
            }
        }
    }
    return out;
}
