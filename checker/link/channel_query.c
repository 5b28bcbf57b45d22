// Questions about one queue.
#include "checker/flow/graph.h"
#include "checker/link/channel_private.h"

uint32_t program_channel_count(const struct program *p) {
    return p->channels.len;
}

const struct program_channel *program_channel(const struct program *p, uint32_t index) {
    return &p->channels.data[index];
}

const char *program_channel_kind(const struct program_channel *c) {
    static const char *const names[] = {
        [CHANNEL_LIST] = "list", [CHANNEL_CONTAINER] = "container", [CHANNEL_RING] = "ring"};
    return names[c->kind];
}

// The op looks at the number of items.
static bool looks_at(const struct program *p, const struct facts *f, const struct ir_op *op,
                     const struct program_channel *c) {
    if (op->kind == OP_READ) {
        return c->count.v && expr_same(program_path_class(p, f, op->path), c->count);
    }
    const struct model_function *m = op->kind == OP_CALL ? program_library(p, f, op->call) : NULL;
    const struct ir_call *call = &f->calls.data[op->call.v];
    const struct ir_val *v = &f->vals.data[call->arg_count ? f->args.data[call->first_arg.v].v : 0];
    return m && (m->roles & ROLE_COUNTS) && v->kind == VAL_ADDR &&
           expr_same(program_path_class(p, f, v->path), c->place);
}

static bool is_user(const struct program_channel *c, struct fn_ref fn, node_id n) {
    for (uint32_t i = 0; i < c->sends.len; i++) {
        const struct channel_use *u = &c->sends.data[i];
        if (u->node == n || (u->fn.facts == fn.facts && u->fn.fn.v == fn.fn.v)) {
            return true;
        }
    }
    for (uint32_t i = 0; i < c->receives.len; i++) {
        const struct channel_use *u = &c->receives.data[i];
        if (u->node == n || (u->fn.facts == fn.facts && u->fn.fn.v == fn.fn.v)) {
            return true;
        }
    }
    return false;
}

bool program_channel_is_watched(const struct program *p, const struct program_channel *c) {
    for (node_id n = 0; n < p->nodes.len; n++) {
        struct fn_ref fn = p->nodes.data[n].ref;
        uint32_t blocks = is_user(c, fn, n) ? 0 : fn.facts->fns.data[fn.fn.v].block_count;
        for (uint32_t i = 0; i < blocks; i++) {
            const struct ir_block *b = graph_block(fn, i);
            for (uint32_t k = 0; k < b->op_count; k++) {
                if (looks_at(p, fn.facts, &fn.facts->ops.data[b->first_op.v + k], c)) {
                    return true;
                }
            }
        }
    }
    return false;
}
