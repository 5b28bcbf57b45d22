// What senders do when a queue is full: the blocks that run only when a test of the number of items
// goes against sending.
#include "checker/flow/graph.h"
#include "checker/link/channel_private.h"

struct sender {
    const struct program *p;
    struct fn_ref fn;
    struct arena *scratch;
    uint32_t count; // of blocks
    uint32_t send;  // block that sends
};

static bool *reached(const struct sender *s, uint32_t from) {
    bool *seen = ARENA_ARRAY(s->scratch, bool, s->count);
    uint32_t *stack = ARENA_ARRAY(s->scratch, uint32_t, s->count + 1);
    uint32_t top = 0;
    stack[top++] = from;
    seen[from] = true;
    while (top) {
        const struct ir_block *b = graph_block(s->fn, stack[--top]);
        for (uint32_t k = 0; k < b->edge_count; k++) {
            uint32_t to = graph_target(s->fn, b, k);
            if (!seen[to]) {
                seen[to] = true;
                stack[top++] = to;
            }
        }
    }
    return seen;
}

static uint32_t block_at(struct fn_ref fn, loc_id loc) {
    for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            if (fn.facts->ops.data[b->first_op.v + k].loc.v == loc.v) {
                return i;
            }
        }
    }
    return UINT32_MAX;
}

static void look_at(const struct sender *s, const struct ir_op *op, struct channel_refusal *out) {
    if (op->kind == OP_CALL) {
        out->waits |= program_model_effect(s->p, s->fn.facts, op->call, EFFECT_WAIT) != NULL;
        out->acts |= !program_call_tidies(s->p, s->fn.facts, op->call);
    } else if (op->kind == OP_UPDATE || op->kind == OP_WRITE) {
        out->acts |= path_is_of_others(s->fn.facts, op->path);
    }
}

// Returns a constant: *ret_value.
static bool returns_number(struct fn_ref fn, const struct ir_block *b, int64_t *ret_value) {
    const struct ir_val *v = &fn.facts->vals.data[b->lhs.v];
    *ret_value = v->num;
    return b->term == TERM_RETURN && v->kind == VAL_CONST;
}

static void judge(const struct sender *s, const bool *full, const bool *room,
                  struct channel_refusal *out) {
    for (uint32_t i = 0; i < s->count; i++) {
        const struct ir_block *b = graph_block(s->fn, i);
        for (uint32_t k = 0; full[i] && !room[i] && k < b->op_count; k++) {
            look_at(s, &s->fn.facts->ops.data[b->first_op.v + k], out);
        }
        int64_t value = 0;
        if (full[i] && !room[i] && returns_number(s->fn, b, &value)) {
            out->tells = true;
            out->value = value;
        }
    }
    for (uint32_t i = 0; i < s->count; i++) {
        int64_t value = 0;
        if (room[i] && returns_number(s->fn, graph_block(s->fn, i), &value)) {
            out->tells &= value != out->value;
        }
    }
}

// One edge of the branch leads to sending, the other one cannot.
static bool try_branch(const struct sender *s, uint32_t branch, struct channel_refusal *out) {
    const struct ir_block *b = graph_block(s->fn, branch);
    if (b->term != TERM_BRANCH || b->edge_count != 2) {
        return false;
    }
    const bool *one = reached(s, graph_target(s->fn, b, 0));
    const bool *other = reached(s, graph_target(s->fn, b, 1));
    if (one[s->send] == other[s->send]) {
        return false;
    }
    *out = (struct channel_refusal){.fn = s->fn, .loc = b->loc};
    judge(s, one[s->send] ? other : one, one[s->send] ? one : other, out);
    return true;
}

bool program_channel_refusal(const struct program *p, const struct program_channel *c,
                             uint32_t index, struct arena *scratch,
                             struct channel_refusal *ret_refusal) {
    const struct channel_use *u = &c->sends.data[index];
    struct sender s = {.p = p, .fn = u->fn, .scratch = scratch};
    s.count = s.fn.facts->fns.data[s.fn.fn.v].block_count;
    s.send = block_at(s.fn, u->loc);
    bool own = c->limit.at.facts == u->fn.facts && c->limit.at.fn.v == u->fn.fn.v;
    for (uint32_t i = 0; own && s.send != UINT32_MAX && i < s.count; i++) {
        bool here = graph_block(s.fn, i)->loc.v == c->limit.loc.v;
        if (here && try_branch(&s, i, ret_refusal)) {
            return true;
        }
    }
    return false;
}

uint32_t program_channel_reader(const struct program *p, const struct program_channel *c) {
    for (uint32_t r = 0; r < p->runs.roots.len; r++) {
        for (uint32_t i = 0; i < c->receives.len; i++) {
            if (p->runs.roots.data[r].kind == CONTEXT_THREAD &&
                program_root_reaches(p, r, c->receives.data[i].node)) {
                return r;
            }
        }
    }
    return UINT32_MAX;
}
