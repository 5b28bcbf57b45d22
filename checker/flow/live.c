// Which scalar locals and results of calls are read again after a block begins: backward liveness
// over the blocks (Aho, Sethi, Ullman; here with one bit per local). What is not read again is
// dropped from worlds that enter the block, so that worlds stay small, and with it what was known
// of symbols nobody holds any longer. Objects and locals whose address is taken are left alone:
// they are reached in other ways than by their name.
#include "checker/flow/run.h"

enum { MAX_NESTING = 64 };
#define NO_BIT UINT32_MAX

struct analysis {
    struct run *r;
    struct map *bits; // number of an EX_LOCAL -> bit
    bool *excluded;   // [count]
    uint64_t *use;    // of the block looked at
    uint64_t *def;
    bool gave_up;
};

static bool is_scalar(const struct facts *f, type_id type) {
    type_id t = facts_strip_typedefs(f, type, NULL);
    switch (f->types.data[t.v].kind) {
    case TYPE_VOID:
    case TYPE_BUILTIN:
    case TYPE_POINTER:
    case TYPE_ENUM:
        return true;
    default:
        return false;
    }
}

static uint32_t bit_of(const struct analysis *a, uint32_t number) {
    uint32_t bit = 0;
    return map_get(a->bits, number, &bit) ? bit : NO_BIT;
}

static void use_local(struct analysis *a, uint32_t number) {
    uint32_t bit = bit_of(a, number);
    if (bit != NO_BIT && a->use && !(a->def[bit / 64] >> (bit % 64) & 1)) {
        a->use[bit / 64] |= (uint64_t)1 << (bit % 64);
    }
}

static void define_local(struct analysis *a, uint32_t number) {
    uint32_t bit = bit_of(a, number);
    if (bit != NO_BIT && a->def) {
        a->def[bit / 64] |= (uint64_t)1 << (bit % 64);
    }
}

static void exclude_local(struct analysis *a, uint32_t number) {
    uint32_t bit = bit_of(a, number);
    if (bit != NO_BIT) {
        a->excluded[bit] = true;
    }
}

static void look_at_value(struct analysis *a, val_id val, unsigned depth);

// `by_address`: the place itself is handed out, not its content.
static void look_at_path(struct analysis *a, path_id path, bool by_address, unsigned depth) {
    const struct facts *f = a->r->f;
    for (unsigned steps = 0; path.v; steps++) {
        const struct ir_path *p = &f->paths.data[path.v];
        if (steps > MAX_NESTING) {
            a->gave_up = true;
            return;
        }
        look_at_value(a, p->val, depth + 1);
        if (p->kind == PATH_VAR) {
            use_local(a, p->var.v);
            if (by_address) {
                exclude_local(a, p->var.v);
            }
        }
        path = p->base;
    }
}

static void look_at_value(struct analysis *a, val_id val, unsigned depth) {
    const struct ir_val *v = &a->r->f->vals.data[val.v];
    if (depth > MAX_NESTING) {
        a->gave_up = true;
        return;
    }
    switch (v->kind) {
    case VAL_PATH:
        look_at_path(a, v->path, false, depth);
        break;
    case VAL_ADDR:
    case VAL_FN:
        look_at_path(a, v->path, true, depth);
        break;
    case VAL_CALL:
        use_local(a, run_result_number(v->call));
        break;
    case VAL_UNARY:
        look_at_value(a, v->a, depth + 1);
        break;
    case VAL_BINARY:
        look_at_value(a, v->a, depth + 1);
        look_at_value(a, v->b, depth + 1);
        break;
    default:
        break;
    }
}

static void look_at_op(struct analysis *a, const struct ir_op *op) {
    const struct facts *f = a->r->f;
    const struct ir_path *path = &f->paths.data[op->path.v];
    look_at_value(a, op->val, 0);
    if (op->kind == OP_WRITE && path->kind == PATH_VAR) {
        define_local(a, path->var.v);
    } else {
        look_at_path(a, op->path, false, 0);
    }
    if (op->kind == OP_SCOPE_BEGIN) {
        define_local(a, op->var.v);
    }
    if (op->kind == OP_CALL) {
        const struct ir_call *c = &f->calls.data[op->call.v];
        look_at_value(a, c->target, 0);
        for (uint32_t i = 0; i < c->arg_count; i++) {
            look_at_value(a, f->args.data[c->first_arg.v + i], 0);
        }
        define_local(a, run_result_number(op->call));
    }
}

static void look_at_block(struct analysis *a, const struct ir_block *b) {
    for (uint32_t i = 0; i < b->op_count; i++) {
        look_at_op(a, &a->r->f->ops.data[b->first_op.v + i]);
    }
    look_at_value(a, b->lhs, 0);
    look_at_value(a, b->rhs, 0);
}

static const struct ir_block *block_at(const struct run *r, uint32_t index) {
    return &r->f->blocks.data[r->ir->first_block.v + index];
}

static void add_candidate(struct analysis *a, uint32_t number) {
    map_put(a->bits, number, a->bits->len);
}

static void find_candidates(struct analysis *a) {
    const struct run *r = a->r;
    for (uint32_t i = 0; i < r->ir->var_count; i++) {
        var_id var = facts_fn_var(r->f, r->fn.fn, i);
        const struct ir_var *v = &r->f->vars.data[var.v];
        if ((v->kind == VAR_LOCAL || v->kind == VAR_PARAM || v->kind == VAR_TEMP) &&
            is_scalar(r->f, v->type)) {
            add_candidate(a, var.v);
        }
    }
    for (uint32_t i = 0; i < r->ir->block_count; i++) {
        const struct ir_block *b = block_at(r, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &r->f->ops.data[b->first_op.v + k];
            if (op->kind == OP_CALL && is_scalar(r->f, r->f->calls.data[op->call.v].type)) {
                add_candidate(a, run_result_number(op->call));
            }
        }
    }
}

// Live at the begin of the block: read in it before it is set, or live at the begin of a successor
// and not set. A call that throws has set nothing.
static bool update_block(struct run *r, uint32_t index, const uint64_t *use, const uint64_t *def) {
    const struct ir_block *b = block_at(r, index);
    uint64_t *live = &r->live[(size_t)index * r->live_words];
    bool changed = false;
    for (uint32_t w = 0; w < r->live_words; w++) {
        uint64_t after = 0;
        uint64_t thrown = 0;
        for (uint32_t i = 0; i < b->edge_count; i++) {
            const struct ir_edge *e = &r->f->edges.data[b->first_edge.v + i];
            uint64_t there = r->live[(size_t)(e->to.v - r->ir->first_block.v) * r->live_words + w];
            after |= there;
            thrown |= e->kind == EDGE_EXC ? there : 0;
        }
        uint64_t now = use[w] | (after & ~def[w]) | thrown;
        changed |= now != live[w];
        live[w] = now;
    }
    return changed;
}

void live_find(struct run *r) {
    struct arena *arena = r->kept.arena;
    struct analysis a = {.r = r, .bits = &r->live_bits};
    uint32_t blocks = r->ir->block_count;
    map_init(&r->live_bits, arena);
    find_candidates(&a);
    a.excluded = ARENA_ARRAY(arena, bool, r->live_bits.len);
    uint32_t words = (r->live_bits.len + 63) / 64;
    uint64_t *use = ARENA_ARRAY(arena, uint64_t, (size_t)blocks * words);
    uint64_t *def = ARENA_ARRAY(arena, uint64_t, (size_t)blocks * words);
    for (uint32_t i = 0; i < blocks; i++) {
        a.use = &use[(size_t)i * words];
        a.def = &def[(size_t)i * words];
        look_at_block(&a, block_at(r, i));
    }
    if (a.gave_up) {
        r->live_bits.len = r->live_bits.cap = 0; // nothing is dropped
        return;
    }
    r->live = ARENA_ARRAY(arena, uint64_t, (size_t)blocks * words);
    r->live_words = words;
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = blocks; i > 0; i--) {
            changed |= update_block(r, i - 1, &use[(size_t)(i - 1) * words],
                                    &def[(size_t)(i - 1) * words]);
        }
    }
    for (uint32_t bit = 0; bit < r->live_bits.len; bit++) {
        for (uint32_t i = 0; a.excluded[bit] && i < blocks; i++) {
            r->live[(size_t)i * words + bit / 64] |= (uint64_t)1 << (bit % 64);
        }
    }
}

bool live_is_dead(const struct run *r, uint32_t block, expr_id loc) {
    const struct expr *x = expr_get(r->c->exprs, loc);
    uint32_t bit = 0;
    return x->kind == EX_LOCAL && map_get(&r->live_bits, (uint64_t)x->num, &bit) &&
           !(r->live[(size_t)block * r->live_words + bit / 64] >> (bit % 64) & 1);
}

static bool is_plain(const struct expr_table *t, expr_id val) {
    static const uint32_t plain = EXPR_KIND(EX_CONST) | EXPR_KIND(EX_ADDR) | EXPR_KIND(EX_FRESH) |
                                  EXPR_KIND(EX_STR) | EXPR_KIND(EX_FN);
    return (EXPR_KIND(expr_get(t, val)->kind) & plain) != 0;
}

// What a world holds: its property, and the places that are read again.
struct holdings {
    const struct run *r;
    const struct world *w;
    uint64_t property; // parts that may be found there, see expr_part
    uint64_t all;
    uint32_t *values; // contents of places, open addressing
    uint32_t mask;
};

static uint32_t value_slot(const struct holdings *h, expr_id val) {
    uint32_t i = val.v * 0x9e3779b1u >> 8 & h->mask;
    while (h->values[i] && h->values[i] != val.v) {
        i = (i + 1) & h->mask;
    }
    return i;
}

static struct holdings holdings_of(const struct run *r, const struct world *w) {
    struct holdings h = {.r = r, .w = w, .property = world_property_parts(&r->space, w)};
    h.all = h.property;
    h.mask = 15;
    while (h.mask < 2U * w->mem_count) {
        h.mask = h.mask * 2 + 1;
    }
    h.values = ARENA_ARRAY(r->space.arena, uint32_t, h.mask + 1U);
    return h;
}

static bool property_holds(const struct holdings *h, expr_id e) {
    return (!e.v || (h->property & expr_part(e))) && world_property_mentions(&h->r->space, h->w, e);
}

static void hold(struct holdings *h, struct mem_cell c) {
    const struct expr_table *t = h->r->c->exprs;
    h->all |= expr_get(t, c.val)->parts | expr_get(t, c.loc)->parts;
    h->values[value_slot(h, c.val)] = c.val.v;
}

static bool is_held(const struct holdings *h, expr_id symbol) {
    const struct world *w = h->w;
    if (!(h->all & expr_part(symbol))) {
        return false;
    }
    if (h->values[value_slot(h, symbol)]) { // mostly it is a content itself
        return true;
    }
    for (uint16_t i = 0; i < w->mem_count; i++) {
        if (expr_contains(h->r->c->exprs, w->mem[i].val, symbol) ||
            expr_contains(h->r->c->exprs, w->mem[i].loc, symbol)) {
            return true;
        }
    }
    return property_holds(h, symbol);
}

// The value holds a symbol that cannot be met again: nothing has it, and what makes it anew begins
// without knowledge.
static bool is_gone(const struct holdings *h, expr_id val) {
    static const uint32_t symbols = EXPR_KIND(EX_OLD) | EXPR_KIND(EX_MERGE) | EXPR_KIND(EX_RESULT);
    const struct expr *x = expr_get(h->r->c->exprs, val);
    if (!(x->kinds & symbols)) {
        return false;
    }
    bool renewed = x->kind == EX_OLD || x->kind == EX_MERGE ||
                   (x->kind == EX_RESULT && run_is_own_result(x->num));
    if (renewed) {
        return !is_held(h, val);
    }
    return is_gone(h, x->a) || is_gone(h, x->b);
}

// Drops places that are not read again, unless one that is holds the same value: whether just one
// place does decides what becomes of its name in loops (name_loop_variable).
static void drop_cells(struct holdings *h, uint32_t block, struct world *w) {
    const struct expr_table *t = h->r->c->exprs;
    bool *dead = ARENA_ARRAY(h->r->space.arena, bool, w->mem_count);
    for (uint16_t i = 0; i < w->mem_count; i++) {
        dead[i] = live_is_dead(h->r, block, w->mem[i].loc) && !property_holds(h, w->mem[i].val);
        if (!dead[i]) {
            hold(h, w->mem[i]);
        }
    }
    uint16_t kept = 0;
    for (uint16_t i = 0; i < w->mem_count; i++) {
        struct mem_cell c = w->mem[i];
        bool shared = dead[i] && !is_plain(t, c.val) && h->values[value_slot(h, c.val)];
        if (shared) {
            hold(h, c);
        }
        if (!dead[i] || shared) {
            w->mem[kept++] = c;
        }
    }
    w->mem_count = kept;
}

void live_drop(const struct run *r, uint32_t block, struct world *w) {
    uint16_t kept = 0;
    uint64_t bits = 0;
    struct holdings h = holdings_of(r, w);
    drop_cells(&h, block, w);
    for (uint16_t i = 0; i < w->known_count; i++) {
        if (!is_gone(&h, w->known[i].val)) {
            bits |= expr_part(w->known[i].val);
            w->known[kept++] = w->known[i];
        }
    }
    w->known_count = kept;
    w->known_bits = bits;
}
