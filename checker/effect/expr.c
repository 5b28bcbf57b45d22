// Hash-consed symbolic expressions: construction with a few algebraic laws, rewriting, printing.
#include "checker/effect/expr.h"

#include "checker/base/hash.h"
#include "checker/ir/ir.h"

void expr_table_init(struct expr_table *t, struct arena *arena) {
    *t = (struct expr_table){.arena = arena};
    intern_init(&t->names, arena);
    map_init(&t->wrappers, arena);
    vec_push(arena, &t->items, ((struct expr){0}));
}

// Products by odd constants of the parts, mixed once.
static uint64_t expr_hash(const struct expr *e) {
    uint64_t h = ((uint64_t)e->kind << 8 | e->op) ^ (uint64_t)e->num * 0xff51afd7ed558ccdu;
    h ^= ((uint64_t)e->name << 32 | e->aux) * 0xc4ceb9fe1a85ec53u;
    return hash_mix(h, (uint64_t)e->a.v << 32 | e->b.v);
}

static bool expr_equal(const struct expr *x, const struct expr *y) {
    return x->kind == y->kind && x->op == y->op && x->name == y->name && x->aux == y->aux &&
           x->a.v == y->a.v && x->b.v == y->b.v && x->num == y->num;
}

static void put_slot(struct expr_table *t, uint64_t hash, uint32_t id) {
    uint32_t i = (uint32_t)hash & (t->slot_count - 1);
    while (t->slots[i].id) {
        i = (i + 1) & (t->slot_count - 1);
    }
    t->slots[i] = (struct expr_slot){(uint32_t)(hash >> 32), id};
}

enum { FIRST_SLOTS = 1024 };

static void grow_slots(struct expr_table *t) {
    t->slot_count = t->slot_count ? t->slot_count * 2 : FIRST_SLOTS;
    // as in map.c: no capacity to go to is an impossible size
    t->slots = ARENA_ARRAY(t->arena, struct expr_slot, t->slot_count ? t->slot_count : SIZE_MAX);
    for (uint32_t id = 1; id < t->items.len; id++) {
        put_slot(t, expr_hash(&t->items.data[id]), id);
    }
}

static expr_id expr_intern(struct expr_table *t, struct expr e) {
    uint64_t h = expr_hash(&e);
    for (uint32_t i = (uint32_t)h; t->slot_count; i++) {
        const struct expr_slot *s = &t->slots[i & (t->slot_count - 1)];
        if (!s->id) {
            break;
        }
        if (s->tag == (uint32_t)(h >> 32) && expr_equal(&t->items.data[s->id], &e)) {
            return (expr_id){s->id};
        }
    }
    const struct expr *a = expr_get(t, e.a);
    const struct expr *b = expr_get(t, e.b);
    e.depth = (uint16_t)((a->depth > b->depth ? a->depth : b->depth) + 1);
    if (e.depth > EXPR_MAX_DEPTH) {
        return expr_numbered(t, EX_UNKNOWN, (int64_t)t->items.len);
    }
    e.kinds = EXPR_KIND(e.kind) | a->kinds | b->kinds;
    e.parts = expr_part((expr_id){t->items.len}) | a->parts | b->parts;
    if ((uint64_t)t->items.len * 2 >= t->slot_count) {
        grow_slots(t);
    }
    vec_push(t->arena, &t->items, e);
    put_slot(t, h, t->items.len - 1);
    return (expr_id){t->items.len - 1};
}

expr_id expr_const(struct expr_table *t, int64_t num) {
    return expr_intern(t, (struct expr){.kind = EX_CONST, .num = num});
}

expr_id expr_str(struct expr_table *t, struct str text) {
    return expr_intern(t, (struct expr){.kind = EX_STR, .name = intern(&t->names, text)});
}

expr_id expr_fn(struct expr_table *t, struct str key, struct str display, expr_id closure) {
    return expr_intern(t, (struct expr){.kind = EX_FN,
                                        .name = intern(&t->names, key),
                                        .aux = intern(&t->names, display),
                                        .a = closure});
}

expr_id expr_without_closure(struct expr_table *t, expr_id fn) {
    struct expr x = *expr_get(t, fn);
    x.a = (expr_id){0};
    return expr_intern(t, x);
}

expr_id expr_param(struct expr_table *t, uint32_t index) {
    return expr_intern(t, (struct expr){.kind = EX_PARAM, .num = index});
}

expr_id expr_ret(struct expr_table *t) {
    return expr_intern(t, (struct expr){.kind = EX_RET});
}

expr_id expr_numbered(struct expr_table *t, enum expr_kind kind, int64_t num) {
    return expr_intern(t, (struct expr){.kind = (uint8_t)kind, .num = num});
}

expr_id expr_merge(struct expr_table *t, uint32_t block, uint32_t what) {
    return expr_intern(t, (struct expr){.kind = EX_MERGE, .num = block, .aux = what});
}

expr_id expr_old(struct expr_table *t, expr_id value) {
    if (expr_get(t, value)->kind == EX_OLD) {
        return value;
    }
    return expr_intern(t, (struct expr){.kind = EX_OLD, .a = value});
}

expr_id expr_unary(struct expr_table *t, uint8_t op, expr_id a) {
    const struct expr *x = expr_get(t, a);
    if (x->kind == EX_CONST) {
        switch (op) {
        case OPR_NEG:
            return expr_const(t, (int64_t)(0 - (uint64_t)x->num));
        case OPR_NOT:
            return expr_const(t, x->num == 0);
        case OPR_BITNOT:
            return expr_const(t, ~x->num);
        default:
            break;
        }
    }
    return expr_intern(t, (struct expr){.kind = EX_UNARY, .op = op, .a = a});
}

expr_id expr_binary(struct expr_table *t, uint8_t op, expr_id a, expr_id b) {
    const struct expr *x = expr_get(t, a);
    const struct expr *y = expr_get(t, b);
    int64_t value = 0;
    if (x->kind == EX_CONST && y->kind == EX_CONST && ir_fold(op, x->num, y->num, &value)) {
        return expr_const(t, value);
    }
    return expr_intern(t, (struct expr){.kind = EX_BINARY, .op = op, .a = a, .b = b});
}

expr_id expr_global(struct expr_table *t, struct str key, struct str display) {
    return expr_intern(t, (struct expr){.kind = EX_GLOBAL,
                                        .name = intern(&t->names, key),
                                        .aux = intern(&t->names, display)});
}

expr_id expr_local(struct expr_table *t, uint32_t number, struct str display) {
    return expr_intern(
        t, (struct expr){.kind = EX_LOCAL, .num = number, .aux = intern(&t->names, display)});
}

expr_id expr_field(struct expr_table *t, expr_id location, struct str name, struct str record) {
    return expr_intern(t, (struct expr){.kind = EX_FIELD,
                                        .a = location,
                                        .name = intern(&t->names, name),
                                        .aux = intern(&t->names, record)});
}

expr_id expr_index(struct expr_table *t, expr_id location, expr_id value) {
    return expr_intern(t, (struct expr){.kind = EX_INDEX, .a = location, .b = value});
}

expr_id expr_deref(struct expr_table *t, expr_id value) {
    const struct expr *x = expr_get(t, value);
    if (x->kind == EX_ADDR) {
        return x->a;
    }
    return expr_intern(t, (struct expr){.kind = EX_DEREF, .a = value});
}

expr_id expr_addr(struct expr_table *t, expr_id location) {
    const struct expr *x = expr_get(t, location);
    if (x->kind == EX_DEREF) {
        return x->a;
    }
    return expr_intern(t, (struct expr){.kind = EX_ADDR, .a = location});
}

expr_id expr_load(struct expr_table *t, expr_id location) {
    return expr_intern(t, (struct expr){.kind = EX_LOAD, .a = location});
}

bool expr_is_location(const struct expr_table *t, expr_id e) {
    return expr_get(t, e)->kind >= EX_GLOBAL;
}

bool expr_contains_inside(const struct expr_table *t, expr_id e, expr_id part) {
    if (e.v <= part.v) { // operands are made before what holds them
        return false;
    }
    const struct expr *x = expr_get(t, e);
    return (x->a.v && expr_contains(t, x->a, part)) || (x->b.v && expr_contains(t, x->b, part));
}

bool expr_difference(const struct expr_table *t, expr_id a, expr_id b, expr_id *ret_a,
                     expr_id *ret_b) {
    while (!expr_same(a, b)) {
        const struct expr *x = expr_get(t, a);
        const struct expr *y = expr_get(t, b);
        bool alike = x->kind == y->kind && x->op == y->op && x->name == y->name && x->num == y->num;
        bool one_a = expr_same(x->b, y->b) && x->a.v && y->a.v;
        bool one_b = expr_same(x->a, y->a) && x->b.v && y->b.v;
        if (!alike || !(one_a || one_b)) {
            *ret_a = a;
            *ret_b = b;
            return x->kind == y->kind;
        }
        a = one_a ? x->a : x->b;
        b = one_a ? y->a : y->b;
    }
    return false;
}

expr_id expr_place_of_load(const struct expr_table *t, expr_id e) {
    const struct expr *x = expr_get(t, e);
    return x->kind == EX_LOAD ? x->a : (expr_id){0};
}

expr_id expr_root(const struct expr_table *t, expr_id location) {
    for (;;) {
        const struct expr *x = expr_get(t, location);
        if (x->kind != EX_FIELD && x->kind != EX_INDEX) {
            return x->kind == EX_DEREF ? x->a : location;
        }
        location = x->a;
    }
}

static expr_id rebuild(struct expr_table *t, struct expr x) {
    switch (x.kind) {
    case EX_DEREF:
        return expr_deref(t, x.a);
    case EX_ADDR:
        return expr_addr(t, x.a);
    case EX_UNARY:
        return expr_unary(t, x.op, x.a);
    case EX_BINARY:
        return expr_binary(t, x.op, x.a, x.b);
    case EX_OLD:
        return expr_old(t, x.a);
    default:
        return expr_intern(t, x);
    }
}

static expr_id with_operands(struct expr_table *t, expr_id e, expr_id a, expr_id b) {
    struct expr x = *expr_get(t, e); // by value: the table may grow
    if (expr_same(a, x.a) && expr_same(b, x.b)) {
        return e;
    }
    x.a = a;
    x.b = b;
    return rebuild(t, x);
}

expr_id expr_rewrite(struct expr_table *t, expr_id e, uint32_t kinds, expr_replacer replace,
                     void *ctx) {
    const struct expr *x = expr_get(t, e);
    if (!(x->kinds & kinds)) {
        return e;
    }
    expr_id right = x->b;
    expr_id a = expr_rewrite(t, x->a, kinds, replace, ctx);
    expr_id b = expr_rewrite(t, right, kinds, replace, ctx);
    e = with_operands(t, e, a, b);
    expr_id r = replace(ctx, t, e);
    return r.v ? r : e;
}

expr_id expr_replaced(struct expr_table *t, expr_id e, expr_id from, expr_id to) {
    if (!expr_contains(t, e, from)) {
        return e;
    }
    const struct expr *x = expr_get(t, e);
    expr_id right = x->b;
    expr_id a = expr_replaced(t, x->a, from, to);
    expr_id b = expr_replaced(t, right, from, to);
    e = with_operands(t, e, a, b);
    return expr_same(e, from) ? to : e;
}

void expr_note_wrapper(struct expr_table *t, struct str record) {
    map_put(&t->wrappers, intern(&t->names, record), 1);
    t->classes.len = 0; // they may be others now
}

bool expr_is_wrapper(const struct expr_table *t, struct str record) {
    uint32_t x = 0;
    uint32_t name = intern_find(&t->names, record);
    return name != UINT32_MAX && map_get(&t->wrappers, name, &x);
}

static bool is_wrapped(const struct expr_table *t, const struct expr *x) {
    uint32_t found = 0;
    return x->kind == EX_FIELD && x->a.v && map_get(&t->wrappers, x->aux, &found);
}

static expr_id class_of(struct expr_table *t, expr_id location, bool unwrap) {
    struct expr x = *expr_get(t, location);
    while (x.kind == EX_INDEX || (unwrap && is_wrapped(t, &x))) {
        location = x.a;
        x = *expr_get(t, location);
    }
    if (x.kind == EX_GLOBAL) {
        return location;
    }
    if (x.kind == EX_DEREF &&
        expr_get(t, x.a)->kind == EX_LOAD) { // the lock a field or global points to
        expr_id pointer = class_of(t, expr_get(t, x.a)->a, unwrap);
        return pointer.v ? expr_deref(t, expr_load(t, pointer)) : pointer;
    }
    if (x.kind != EX_FIELD) {
        return (expr_id){0};
    }
    expr_id root = expr_root(t, location);
    if (expr_get(t, root)->kind == EX_GLOBAL && !expr_has_kind(t, location, EX_DEREF)) {
        return location;
    }
    if (intern_text(&t->names, x.aux).len == 0) {
        return (expr_id){0};
    }
    // "struct q::mu": a field of nothing in particular
    return expr_intern(t, (struct expr){.kind = EX_FIELD, .name = x.name, .aux = x.aux});
}

expr_id expr_class(struct expr_table *t, expr_id location) {
    while (t->classes.len <= location.v) {
        vec_push(t->arena, &t->classes, 0);
    }
    if (!t->classes.data[location.v]) {
        expr_id class = class_of(t, location, true);
        t->classes.data[location.v] = class.v + 1;
    }
    return (expr_id){t->classes.data[location.v] - 1};
}

expr_id expr_own_class(struct expr_table *t, expr_id location) {
    return class_of(t, location, false);
}

struct printer {
    const struct expr_table *t;
    const struct str *params;
    uint32_t param_count;
    struct buf *out;
};

static void print(const struct printer *p, expr_id e);

static void print_field(const struct printer *p, const struct expr *x) {
    struct str name = intern_text(&p->t->names, x->name);
    if (!x->a.v) {
        buf_addf(p->out, STR_FMT "::" STR_FMT, STR_ARG(intern_text(&p->t->names, x->aux)),
                 STR_ARG(name));
        return;
    }
    const struct expr *base = expr_get(p->t, x->a);
    if (base->kind == EX_DEREF) {
        print(p, base->a);
        buf_add_c(p->out, "->");
    } else {
        print(p, x->a);
        buf_add_char(p->out, '.');
    }
    buf_add(p->out, name);
}

static void print_param(const struct printer *p, const struct expr *x) {
    if (x->num < (int64_t)p->param_count && p->params[x->num].len) {
        buf_add(p->out, p->params[x->num]);
    } else {
        buf_addf(p->out, "arg%lld", (long long)x->num);
    }
}

static void print_index(const struct printer *p, const struct expr *x) {
    print(p, x->a);
    buf_add_char(p->out, '[');
    if (x->b.v) {
        print(p, x->b);
    } else {
        buf_add_char(p->out, '*');
    }
    buf_add_char(p->out, ']');
}

static void print(const struct printer *p, expr_id e) {
    const struct expr *x = expr_get(p->t, e);
    switch (x->kind) {
    case EX_NONE:
        buf_add_c(p->out, "none");
        break;
    case EX_CONST:
        buf_addf(p->out, "%lld", (long long)x->num);
        break;
    case EX_STR:
        buf_addf(p->out, "\"" STR_FMT "\"", STR_ARG(intern_text(&p->t->names, x->name)));
        break;
    case EX_FN:
    case EX_GLOBAL:
    case EX_LOCAL:
        buf_add(p->out, intern_text(&p->t->names, x->aux));
        break;
    case EX_PARAM:
        print_param(p, x);
        break;
    case EX_RET:
        buf_add_c(p->out, "ret");
        break;
    case EX_RESULT:
        buf_add_c(p->out, "result");
        break;
    case EX_FRESH:
        buf_add_c(p->out, "fresh");
        break;
    case EX_MERGE:
    case EX_UNKNOWN:
        buf_add_c(p->out, "?");
        break;
    case EX_OLD:
    case EX_LOAD:
        print(p, x->a);
        break;
    case EX_ADDR:
        buf_add_char(p->out, '&');
        print(p, x->a);
        break;
    case EX_UNARY:
        buf_add_c(p->out, ir_operator_text(x->op));
        print(p, x->a);
        break;
    case EX_BINARY:
        buf_add_char(p->out, '(');
        print(p, x->a);
        buf_addf(p->out, " %s ", ir_operator_text(x->op));
        print(p, x->b);
        buf_add_char(p->out, ')');
        break;
    case EX_FIELD:
        print_field(p, x);
        break;
    case EX_INDEX:
        print_index(p, x);
        break;
    case EX_DEREF:
        buf_add_char(p->out, '*');
        print(p, x->a);
        break;
    default:
        break;
    }
}

void expr_print(const struct expr_table *t, expr_id e, const struct str *params,
                uint32_t param_count, struct buf *out) {
    struct printer p = {.t = t, .params = params, .param_count = param_count, .out = out};
    print(&p, e);
}
