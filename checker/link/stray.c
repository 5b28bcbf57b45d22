// Locals whose address a function leaves in a global when it returns, where the code of another
// thread goes through that global. The store is followed over the function's blocks: a later store
// to the same global, here or in a callee, takes the address back.
#include "checker/flow/graph.h"
#include "checker/link/access.h"
#include "checker/link/namer.h"
#include "checker/link/threads.h"

// A store of the address of a local.
struct store {
    node_id node;
    uint32_t op;
    path_id path;
    expr_id home;
    var_id local;
    uint64_t slots; // that come here
};

struct finder {
    struct program *p;
    VEC(struct store) stores;
};

static var_id root_variable(const struct facts *f, path_id path) {
    const struct ir_path *x = &f->paths.data[path.v];
    while (x->kind == PATH_FIELD || x->kind == PATH_INDEX) {
        x = &f->paths.data[x->base.v];
    }
    return x->kind == PATH_VAR ? x->var : (var_id){0};
}

static bool is_on_stack(const struct facts *f, var_id var) {
    const struct ir_var *v = &f->vars.data[var.v];
    return (v->kind == VAR_LOCAL || v->kind == VAR_PARAM) && !(v->flags & VAR_THREAD_LOCAL);
}

static uint64_t slots_of(const struct program *p, node_id n) {
    const struct node *x = &p->nodes.data[n];
    uint64_t slots = 0;
    for (uint32_t i = 0; i < x->contexts.len; i++) {
        slots |= 1ULL << x->contexts.data[i].slot;
    }
    return slots;
}

// It stays until somebody else is done with it: a request made on the stack.
static bool waits_for_others(const struct program *p, node_id n) {
    const struct node *x = &p->nodes.data[n];
    const struct flow_result *r = x->flow[FLOW_LOCKS];
    bool waits = x->waits;
    for (uint32_t i = 0; r && !waits && i < r->acts.items.len; i++) {
        const struct flow_act *a = &r->acts.items.data[i];
        waits = a->kind == ACT_WAIT || a->kind == ACT_JOIN || a->kind == ACT_SLEEP ||
                (a->kind == ACT_BLOCK && !(a->flags & EF_MAYBE));
    }
    return waits;
}

// A loop looks at the local, to see that the others are done with it.
static bool is_watched(struct program *p, struct fn_ref fn, var_id local) {
    struct loops loops = graph_loops(fn, &p->scratch);
    for (uint32_t i = 0; loops.count && i < loops.block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; graph_innermost(&loops, i) && k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            if (op->kind == OP_READ && root_variable(fn.facts, op->path).v == local.v) {
                return true;
            }
        }
    }
    return false;
}

static bool callee_writes(const struct program *p, const struct facts *f, call_id call,
                          struct str name) {
    node_id targets[4];
    uint32_t count = call_targets(p, f, call, targets, 4);
    for (uint32_t i = 0; i < count; i++) {
        const struct node *x = &p->nodes.data[targets[i]];
        bool writes = x->writes_all;
        for (uint32_t k = 0; !writes && k < x->writes.len; k++) {
            writes = str_eq(intern_text(&p->exprs->names, x->writes.data[k]), name);
        }
        if (writes) {
            return true;
        }
    }
    return false;
}

static struct str name_of(const struct facts *f, path_id path) {
    const struct ir_path *x = &f->paths.data[path.v];
    while (x->kind == PATH_INDEX) {
        x = &f->paths.data[x->base.v];
    }
    return x->kind == PATH_FIELD ? facts_text(f, x->name)
                                 : facts_text(f, f->vars.data[x->var.v].name);
}

// The place gets another content by an op of the block, from `first` on.
static bool block_takes_back(const struct program *p, const struct facts *f,
                             const struct ir_block *b, uint32_t first, const struct store *s) {
    for (uint32_t i = first; i < b->first_op.v + b->op_count; i++) {
        const struct ir_op *op = &f->ops.data[i];
        bool again = (op->kind == OP_WRITE || op->kind == OP_UPDATE) && op->path.v == s->path.v;
        if (again || (op->kind == OP_CALL && callee_writes(p, f, op->call, name_of(f, s->path)))) {
            return true;
        }
    }
    return false;
}

static bool is_left_behind(struct program *p, const struct store *s) {
    struct fn_ref fn = p->nodes.data[s->node].ref;
    const struct ir_fn *ir = &fn.facts->fns.data[fn.fn.v];
    bool *seen = ARENA_ARRAY(&p->scratch, bool, ir->block_count);
    uint32_t *stack = ARENA_ARRAY(&p->scratch, uint32_t, ir->block_count + 1);
    uint32_t top = 0;
    stack[top++] = facts_block_of_op(fn.facts, fn.fn, (op_id){s->op});
    for (bool first = true; top; first = false) {
        const struct ir_block *b = graph_block(fn, stack[--top]);
        if (block_takes_back(p, fn.facts, b, first ? s->op + 1 : b->first_op.v, s)) {
            continue;
        }
        if (b->term == TERM_RETURN) {
            return true;
        }
        for (uint32_t k = 0; k < b->edge_count; k++) {
            uint32_t next = graph_target(fn, b, k);
            if (!seen[next]) {
                seen[next] = true;
                stack[top++] = next;
            }
        }
    }
    return false;
}

static void look_at(struct finder *s, const struct access *a) {
    struct program *p = s->p;
    struct fn_ref fn = p->nodes.data[a->node].ref;
    const struct ir_op *op = &fn.facts->ops.data[a->op];
    const struct ir_val *v = &fn.facts->vals.data[op->val.v];
    if (a->inner || op->kind != OP_WRITE || v->kind != VAL_ADDR || program_is_main(p, a->node) ||
        expr_has_kind(p->exprs, a->place, EX_DEREF) ||
        expr_get(p->exprs, namer_root(p->exprs, a->place))->kind != EX_GLOBAL) {
        return;
    }
    struct store new = {
        a->node, a->op, op->path, a->place, root_variable(fn.facts, v->path), slots_of(p, a->node)};
    if (is_on_stack(fn.facts, new.local) && !waits_for_others(p, a->node) &&
        !is_watched(p, fn, new.local) && is_left_behind(p, &new)) {
        vec_push(&p->scratch, &s->stores, new);
    }
}

// Another thread than those that store goes through the global.
static const struct access *find_user(const struct finder *s, const struct store *x) {
    struct program *p = s->p;
    expr_id content = expr_load(p->exprs, x->home);
    for (uint32_t i = 0; i < p->accesses.len; i++) {
        const struct access *a = &p->accesses.data[i];
        uint64_t slots = slots_of(p, a->node);
        if (!a->inner && slots && !(slots & x->slots) &&
            expr_contains(p->exprs, a->place, content)) {
            return a;
        }
    }
    return NULL;
}

static struct str thread_name(const struct program *p, uint64_t slots) {
    for (uint8_t i = 1; i < SLOT_LAST; i++) {
        const struct program_root *r = slots >> i & 1 ? root_of_slot(p, i) : NULL;
        if (r) {
            return p->nodes.data[r->node].name;
        }
    }
    return (struct str){0};
}

void program_find_strays(struct program *p) {
    struct finder s = {.p = p};
    for (uint32_t i = 0; p->runs.by_slot.len && i < p->accesses.len; i++) {
        look_at(&s, &p->accesses.data[i]);
    }
    for (uint32_t i = 0; i < s.stores.len; i++) {
        const struct store *x = &s.stores.data[i];
        const struct access *user = x->slots ? find_user(&s, x) : NULL;
        if (user) {
            struct fn_ref fn = p->nodes.data[x->node].ref;
            struct program_stray new = {
                .fn = fn,
                .loc = fn.facts->ops.data[x->op].loc,
                .local = facts_text(fn.facts, fn.facts->vars.data[x->local.v].name),
                .home = x->home,
                .use = access_site(p, user),
                .write = user->write,
                .thread = thread_name(p, slots_of(p, user->node))};
            vec_push(p->arena, &p->strays, new);
        }
    }
}

uint32_t program_stray_count(const struct program *p) {
    return p->strays.len;
}

const struct program_stray *program_stray(const struct program *p, uint32_t index) {
    return &p->strays.data[index];
}
