// No path, value or call may contain itself. Depth first over the three tables seen as one graph,
// with an explicit stack: the input may be hostile.
#include "checker/ir/check_private.h"

enum { UNSEEN = 0, OPEN = UINT16_MAX }; // else: depth

// Nodes are numbered paths first, then values, then calls.
struct walk {
    const struct facts *f;
    struct arena *arena;
    uint32_t first_val;
    uint32_t first_call;
    uint32_t count;
    uint16_t *depth;
};

struct frame {
    uint32_t node;
    uint32_t next; // part to look at next
};

// Part `k` of a node; false when there are no more. Node 0 stands for none.
static bool part(const struct walk *w, uint32_t node, uint32_t k, uint32_t *ret_part) {
    if (node < w->first_val) {
        const struct ir_path *p = &w->f->paths.data[node];
        *ret_part = k == 0 ? p->base.v : w->first_val + p->val.v;
        return k < 2;
    }
    if (node < w->first_call) {
        const struct ir_val *v = &w->f->vals.data[node - w->first_val];
        const uint32_t parts[] = {w->first_val + v->a.v, w->first_val + v->b.v, v->path.v,
                                  w->first_call + v->call.v};
        *ret_part = parts[k & 3];
        return k < 4;
    }
    const struct ir_call *c = &w->f->calls.data[node - w->first_call];
    if (k < c->arg_count) {
        *ret_part = w->first_val + w->f->args.data[c->first_arg.v + k].v;
        return true;
    }
    *ret_part = w->first_val + c->target.v;
    return k == c->arg_count;
}

static bool is_dummy(const struct walk *w, uint32_t node) {
    return node == 0 || node == w->first_val || node == w->first_call;
}

static uint16_t deepest(const struct walk *w, uint32_t node) {
    uint16_t depth = 0;
    uint32_t p = 0;
    for (uint32_t k = 0; part(w, node, k, &p); k++) {
        uint16_t d = is_dummy(w, p) ? 0 : w->depth[p];
        depth = d > depth ? d : depth;
    }
    return depth;
}

static bool visit(struct walk *w, uint32_t root, struct error *err) {
    VEC(struct frame) stack = {0};
    struct arena_mark mark = arena_mark(w->arena);
    vec_push(w->arena, &stack, ((struct frame){root, 0}));
    w->depth[root] = OPEN;
    while (stack.len) {
        struct frame *top = &vec_last(&stack);
        uint32_t p = 0;
        if (!part(w, top->node, top->next++, &p)) {
            uint16_t depth = deepest(w, top->node);
            if (depth >= IR_MAX_DEPTH) {
                return error_set(err, "facts: values are nested too deeply");
            }
            w->depth[top->node] = (uint16_t)(depth + 1);
            stack.len--;
        } else if (!is_dummy(w, p) && w->depth[p] == OPEN) {
            return error_set(err, "facts: a path, value or call contains itself");
        } else if (!is_dummy(w, p) && w->depth[p] == UNSEEN) {
            w->depth[p] = OPEN;
            vec_push(w->arena, &stack, ((struct frame){p, 0}));
        }
    }
    arena_reset(w->arena, mark);
    return true;
}

bool check_acyclic(const struct facts *f, struct arena *scratch, struct error *err) {
    struct walk w = {.f = f, .arena = scratch, .first_val = f->paths.len};
    w.first_call = w.first_val + f->vals.len;
    w.count = w.first_call + f->calls.len;
    w.depth = ARENA_ARRAY(scratch, uint16_t, w.count);
    for (uint32_t i = 0; i < w.count; i++) {
        if (w.depth[i] == UNSEEN && !is_dummy(&w, i) && !visit(&w, i, err)) {
            return false;
        }
    }
    return true;
}
