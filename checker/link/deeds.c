#include "checker/link/deeds.h"

#include "checker/flow/graph.h"
#include "checker/link/namer.h"
#include "checker/link/threads.h"

enum { MAX_DEEDS = 200, MAX_TARGETS = 8 };

struct collector {
    struct program *p;
    node_id id;
    struct namer namer;
};

expr_id deed_home(const struct expr_table *t, expr_id place) {
    for (;;) {
        const struct expr *x = expr_get(t, place);
        struct str name = intern_text(&t->names, x->kind == EX_FIELD ? x->name : 0);
        bool note = x->kind == EX_FIELD && name.len && name.ptr[0] == '$';
        if (!note && x->kind != EX_INDEX) {
            return place;
        }
        place = x->a;
    }
}

expr_id deed_class(const struct program *p, expr_id place) {
    expr_id class =
        place.v && expr_is_location(p->exprs, place) ? expr_class(p->exprs, place) : (expr_id){0};
    const struct expr *x = expr_get(p->exprs, class);
    if (x->kind != EX_FIELD) {
        return class;
    }
    struct str record = intern_text(&p->exprs->names, x->aux);
    return record.len && record.ptr[0] != '('
               ? expr_field(p->exprs, (expr_id){0}, intern_text(&p->exprs->names, x->name), record)
               : (expr_id){0};
}

// Place a value is the content of; a parameter stands for itself.
static expr_id place_of_value(const struct expr_table *t, expr_id value) {
    const struct expr *x = expr_get(t, value);
    if (x->kind == EX_LOAD) {
        return x->a;
    }
    return x->kind == EX_PARAM || expr_is_location(t, value) ? value : (expr_id){0};
}

static void add(struct collector *c, struct deed d) {
    struct program *p = c->p;
    const struct expr_table *t = p->exprs;
    uint32_t first = p->deeds->first[c->id];
    d.node = c->id;
    d.place = deed_home(t, place_of_value(t, d.place));
    d.class = deed_class(p, d.place);
    for (uint32_t i = first; i < p->deeds->items.len; i++) {
        const struct deed *o = &p->deeds->items.data[i];
        if (o->op.v == d.op.v && o->kind == d.kind && expr_same(o->place, d.place) &&
            o->flags == d.flags) {
            return;
        }
    }
    if (p->deeds->items.len - first < MAX_DEEDS) {
        vec_push(p->arena, &p->deeds->items, d);
    }
}

// --- library functions ---

// The arguments of this call exclude the case.
static bool is_excluded(struct binding *b, const struct summary_case *s) {
    const struct expr_table *t = b->namer->p->exprs;
    for (uint32_t i = 0; i < s->when_count; i++) {
        const struct constraint *w = &s->when[i];
        const struct expr *x = expr_get(t, w->e);
        const struct expr *v = expr_get(
            t, x->kind == EX_PARAM && x->num < b->arg_count ? b->args[x->num] : (expr_id){0});
        if (v->kind == EX_CONST && !ir_compare(w->cmp, v->num, w->num)) {
            return true;
        }
    }
    return false;
}

static int kind_of_effect(const struct effect *e) {
    switch ((int)e->kind) {
    case EFFECT_SPAWN:
        return DEED_SPAWN;
    case EFFECT_JOIN:
    case EFFECT_JOIN_OWNER:
        return DEED_JOIN;
    case EFFECT_DETACH:
        return DEED_DETACH;
    case EFFECT_SIGNAL:
        return DEED_WAKE;
    case EFFECT_CLOSE:
        return DEED_CLOSE;
    case EFFECT_FREE:
        return DEED_FREE;
    case EFFECT_WAIT:
        return DEED_WAIT;
    case EFFECT_BLOCK:
        return DEED_BLOCK;
    case EFFECT_SLEEP:
        return DEED_SLEEP;
    default:
        return -1;
    }
}

// `use *s` speaks of the object, `use fd` of a number.
static bool is_object(const struct expr_table *t, expr_id e) {
    return expr_is_location(t, e) || expr_get(t, e)->kind == EX_LOAD;
}

// Name of the record that the argument for parameter `param` points to.
static uint32_t record_of_argument(struct collector *c, op_id op, expr_id param) {
    const struct facts *f = c->namer.f;
    const struct ir_call *call = &f->calls.data[f->ops.data[op.v].call.v];
    const struct expr *x = expr_get(c->p->exprs, param);
    if (x->kind != EX_PARAM || x->num >= call->arg_count) {
        return 0;
    }
    const struct ir_val *v = &f->vals.data[f->args.data[call->first_arg.v + (uint32_t)x->num].v];
    type_id type = facts_strip_typedefs(f, f->paths.data[v->path.v].type, NULL);
    type = facts_strip_typedefs(f, f->types.data[type.v].target, NULL);
    record_id record = f->types.data[type.v].record;
    return v->kind == VAL_PATH && record.v
               ? intern(&c->p->exprs->names, facts_text(f, f->records.data[record.v].name))
               : 0;
}

// What the library function works on.
static expr_id used_by(const struct summary_case *s) {
    for (uint32_t i = 0; i < s->effect_count; i++) {
        if (s->effects[i].kind == EFFECT_USE) {
            return s->effects[i].a;
        }
    }
    return (expr_id){0};
}

static int64_t duration(struct binding *b, const struct effect *e) {
    const struct expr_table *t = b->namer->p->exprs;
    const struct expr *x = expr_get(t, e->a.v ? namer_translate(b, e->a) : (expr_id){0});
    const struct expr *unit = expr_get(t, e->b);
    return x->kind == EX_CONST && unit->kind == EX_CONST && x->num < 1000000000 ? x->num * unit->num
                                                                                : 0;
}

static void add_effect(struct collector *c, struct binding *b, op_id op,
                       const struct summary_case *s, const struct effect *e) {
    const struct expr_table *t = c->p->exprs;
    int kind = kind_of_effect(e);
    bool dies = e->kind == EFFECT_JOIN_OWNER && !expr_same(e->b, expr_const(c->p->exprs, 0));
    if (kind < 0 || dies) {
        return;
    }
    expr_id place = kind == DEED_SPAWN ? e->c : kind == DEED_BLOCK ? used_by(s) : e->a;
    struct deed d = {.kind = (uint8_t)kind, .op = op};
    d.flags =
        (uint8_t)((e->flags & EF_TIMED ? DEED_TIMED : 0) | (e->flags & EF_MAYBE ? DEED_MAYBE : 0) |
                  (is_object(t, place) ? DEED_OBJECT : 0));
    if (kind == DEED_FREE) {
        d.record = record_of_argument(c, op, e->a);
    }
    if (kind == DEED_SLEEP) {
        d.num = duration(b, e);
    } else {
        d.place = place.v ? namer_translate(b, place) : place;
    }
    add(c, d);
}

static void add_properties(struct collector *c, struct binding *b, op_id op,
                           const struct summary *model, const struct model_function *m) {
    const struct expr_table *t = c->p->exprs;
    if (m->cancels_arg >= 0 && m->cancels_arg < (int)b->arg_count) {
        add(c, (struct deed){.kind = DEED_CANCEL, .op = op, .place = b->args[m->cancels_arg]});
    }
    if (m->interrupts_arg >= 0 && m->interrupts_arg < (int)b->arg_count) {
        add(c,
            (struct deed){.kind = DEED_INTERRUPT, .op = op, .place = b->args[m->interrupts_arg]});
    }
    if ((m->flags & FN_WAKES) && model && model->case_count) {
        expr_id place = used_by(&model->cases[0]);
        add(c, (struct deed){.kind = DEED_WAKE,
                             .flags = is_object(t, place) ? DEED_OBJECT : 0,
                             .op = op,
                             .place = place.v ? namer_translate(b, place) : place});
    }
}

static bool is_own_thread(struct collector *c, const struct effect *e, call_id call) {
    const struct facts *f = c->namer.f;
    const struct ir_call *x = &f->calls.data[call.v];
    const struct expr *param = expr_get(c->p->exprs, e->a);
    const struct ir_val *v = &f->vals.data[param->kind == EX_PARAM && param->num < x->arg_count
                                               ? f->args.data[x->first_arg.v + param->num].v
                                               : 0];
    const struct effect *self =
        v->kind == VAL_CALL ? program_model_effect(c->p, f, v->call, EFFECT_RETURN) : NULL;
    return e->kind == EFFECT_DETACH && self && expr_get(c->p->exprs, self->a)->kind == EX_STR;
}

static void add_library(struct collector *c, struct binding *b, op_id op,
                        const struct summary *model) {
    call_id call = c->namer.f->ops.data[op.v].call;
    const struct model_function *m = program_library(c->p, c->namer.f, call);
    for (uint32_t i = 0; model && i < model->case_count; i++) {
        const struct summary_case *s = &model->cases[i];
        for (uint32_t k = 0; k < s->effect_count && !is_excluded(b, s); k++) {
            if (is_own_thread(c, &s->effects[k], call)) {
                add(c, (struct deed){.kind = DEED_DETACH, .flags = DEED_OWN, .op = op});
            } else {
                add_effect(c, b, op, s, &s->effects[k]);
            }
        }
    }
    if (m) {
        add_properties(c, b, op, model, m);
    }
}

// --- callees ---

static bool speaks_of_parameter(const struct expr_table *t, const struct deed *d) {
    return d->place.v && !d->class.v && expr_has_kind(t, d->place, EX_PARAM);
}

static void add_callee(struct collector *c, struct binding *b, op_id op, node_id callee) {
    uint32_t count = c->p->deeds->count[callee];
    for (uint32_t i = 0; i < count; i++) {
        uint32_t number = c->p->deeds->first[callee] + i;
        struct deed d = c->p->deeds->items.data[number];
        if (speaks_of_parameter(c->p->exprs, &d)) {
            d.record = d.kind == DEED_FREE ? record_of_argument(c, op, d.place) : d.record;
            d.place = namer_translate(b, d.place);
            d.op = op;
            d.inner = number + 1;
            add(c, d);
        }
    }
}

static void visit_call(struct collector *c, op_id op) {
    const struct facts *f = c->namer.f;
    call_id call = f->ops.data[op.v].call;
    node_id targets[MAX_TARGETS];
    const struct summary *model = program_model(c->p, f, call);
    uint32_t count = call_targets(c->p, f, call, targets, MAX_TARGETS);
    bool any = model || program_library(c->p, f, call);
    for (uint32_t i = 0; i < count; i++) {
        any |= c->p->deeds->count[targets[i]] != 0;
    }
    if (!any) {
        return;
    }
    struct binding b;
    namer_bind(&c->namer, call, &b);
    add_library(c, &b, op, model);
    for (uint32_t i = 0; i < count && !model; i++) {
        add_callee(c, &b, op, targets[i]);
    }
}

// --- handles that go further ---

static bool is_local_handle(const struct expr_table *t, const struct deed *d) {
    return d->kind == DEED_SPAWN && expr_get(t, d->place)->kind == EX_LOCAL;
}

static void add_copy(struct collector *c, uint32_t deed_count, expr_id from, expr_id to) {
    const struct expr_table *t = c->p->exprs;
    uint32_t first = c->p->deeds->first[c->id];
    from = deed_home(t, from);
    for (uint32_t i = first; from.v && i < first + deed_count; i++) {
        struct deed d = c->p->deeds->items.data[i];
        if (is_local_handle(t, &d) && expr_same(d.place, from)) {
            c->p->deeds->items.data[i].flags |= DEED_MOVED;
            d.place = to;
            d.flags = 0;
            add(c, d);
        }
    }
}

// Library functions that move the handle: `thread_ = std::thread(...)`.
static void copy_by_call(struct collector *c, uint32_t deed_count, call_id call) {
    const struct expr_table *t = c->p->exprs;
    const struct ir_call *x = &c->namer.f->calls.data[call.v];
    const struct summary *model = program_model(c->p, c->namer.f, call);
    struct binding b;
    namer_bind(&c->namer, call, &b);
    for (uint32_t i = 0; model && i < model->case_count; i++) {
        for (uint32_t k = 0; k < model->cases[i].effect_count; k++) {
            const struct effect *e = &model->cases[i].effects[k];
            if (e->kind == EFFECT_SET && expr_get(t, e->b)->kind == EX_LOAD) {
                add_copy(c, deed_count, expr_get(t, namer_translate(&b, e->b))->a,
                         namer_translate(&b, e->a));
            }
        }
    }
    for (uint32_t i = 0; !model && i < x->arg_count && i < b.arg_count; i++) {
        const struct expr *arg = expr_get(t, b.args[i]);
        if (arg->kind == EX_ADDR || arg->kind == EX_LOAD) { // push_back(std::move(t))
            add_copy(c, deed_count, arg->a, (expr_id){0});
        }
    }
}

static void copy_handles(struct collector *c) {
    struct fn_ref fn = c->p->nodes.data[c->id].ref;
    uint32_t first = c->p->deeds->first[c->id];
    uint32_t deed_count = c->p->deeds->items.len - first;
    bool any = false;
    for (uint32_t i = first; i < first + deed_count; i++) {
        any |= is_local_handle(c->p->exprs, &c->p->deeds->items.data[i]);
    }
    for (uint32_t i = 0; any && i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            const struct ir_val *v = &fn.facts->vals.data[op->val.v];
            if (op->kind == OP_WRITE && v->kind == VAL_PATH) {
                add_copy(c, deed_count, namer_location(&c->namer, v->path),
                         namer_location(&c->namer, op->path));
            } else if (op->kind == OP_CALL) {
                copy_by_call(c, deed_count, op->call);
            }
        }
    }
}

static void collect(struct program *p, node_id id) {
    struct arena_mark mark = arena_mark(&p->scratch);
    struct collector c = {.p = p, .id = id};
    struct fn_ref fn = p->nodes.data[id].ref;
    namer_init(&c.namer, p, fn);
    p->deeds->first[id] = p->deeds->items.len;
    for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            if (fn.facts->ops.data[b->first_op.v + k].kind == OP_CALL) {
                visit_call(&c, (op_id){b->first_op.v + k});
            }
        }
    }
    copy_handles(&c);
    p->deeds->count[id] = p->deeds->items.len - p->deeds->first[id];
    arena_reset(&p->scratch, mark);
}

void program_collect_deeds(struct program *p) {
    p->deeds = ARENA_NEW(p->arena, struct deeds);
    p->deeds->first = ARENA_ARRAY(p->arena, uint32_t, p->nodes.len + 1);
    p->deeds->count = ARENA_ARRAY(p->arena, uint32_t, p->nodes.len + 1);
    for (uint32_t i = 0; i < p->order.len; i++) {
        collect(p, p->order.data[i]);
    }
}

const struct deed *deeds_of(const struct program *p, node_id n, uint32_t *ret_count) {
    *ret_count = p->deeds->count[n];
    return *ret_count ? &p->deeds->items.data[p->deeds->first[n]] : NULL;
}
