// A thread is started for every item of input, without a limit.
#include "rules/bounds/bounds.h"

// What a loop goes through, one item each round.
struct feed {
    const char *what; // "read", NULL = nothing from outside
    loc_id loc;
    uint32_t test; // block that ends the loop when the items do, UINT32_MAX = unknown
    var_id item;   // pointer, iterator or array the items are reached through, or none
};

static const struct ir_val *val_of(const struct facts *f, val_id v) {
    return &f->vals.data[v.v];
}

// The variable that is the value, unchanged; id 0 = it is something else.
static var_id plain_var(const struct facts *f, val_id v) {
    const struct ir_path *p = &f->paths.data[val_of(f, v)->path.v];
    return val_of(f, v)->kind == VAL_PATH && p->kind == PATH_VAR ? p->var : (var_id){0};
}

static bool is_param(const struct facts *f, var_id var) {
    const struct ir_var *v = &f->vars.data[var.v];
    return v->kind == VAR_PARAM && !(v->flags & VAR_THIS);
}

typedef bool op_test(struct rule_ctx *ctx, const struct facts *f, const struct ir_op *op,
                     var_id var, var_id other);

static const struct ir_op *find_op(struct rule_ctx *ctx, const struct spawn_loop *s,
                                   bool everywhere, op_test *test, var_id var, var_id other) {
    const struct facts *f = s->fn.facts;
    for (uint32_t i = 0; i < s->block_count; i++) {
        const struct ir_block *b = graph_block(s->fn, i);
        for (uint32_t k = 0; (everywhere || s->loop->inside[i]) && k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            if (test(ctx, f, op, var, other)) {
                return op;
            }
        }
    }
    return NULL;
}

static bool writes_var(struct rule_ctx *ctx, const struct facts *f, const struct ir_op *op,
                       var_id var, var_id other) {
    (void)ctx;
    (void)other;
    const struct ir_path *p = &f->paths.data[op->path.v];
    return (op->kind == OP_WRITE || op->kind == OP_UPDATE) && p->kind == PATH_VAR &&
           p->var.v == var.v;
}

// `p = p->next`, of the same type
static bool follows(const struct facts *f, const struct ir_op *op, var_id to, var_id from) {
    const struct ir_path *left = &f->paths.data[op->path.v];
    const struct ir_path *right = &f->paths.data[val_of(f, op->val)->path.v];
    if (op->kind != OP_WRITE || left->kind != PATH_VAR || left->var.v != to.v ||
        val_of(f, op->val)->kind != VAL_PATH || right->kind != PATH_FIELD ||
        f->paths.data[right->base.v].kind != PATH_DEREF) {
        return false;
    }
    return plain_var(f, f->paths.data[right->base.v].val).v == from.v;
}

static bool goes_on(struct rule_ctx *ctx, const struct facts *f, const struct ir_op *op, var_id var,
                    var_id other) {
    (void)ctx;
    return follows(f, op, other.v ? other : var, var);
}

static bool takes_saved_next(struct rule_ctx *ctx, const struct facts *f, const struct ir_op *op,
                             var_id var, var_id other) {
    return writes_var(ctx, f, op, var, other) && op->kind == OP_WRITE &&
           plain_var(f, op->val).v == other.v;
}

// `p = p->next`, or `next = p->next` and later `p = next`.
static bool walks_list(struct rule_ctx *ctx, const struct spawn_loop *s, var_id p) {
    const struct facts *f = s->fn.facts;
    if (find_op(ctx, s, false, goes_on, p, (var_id){0})) {
        return true;
    }
    uint32_t count = f->fns.data[s->fn.fn.v].var_count;
    for (uint32_t i = 0; i < count; i++) {
        var_id next = facts_fn_var(f, s->fn.fn, i);
        if (next.v != p.v && find_op(ctx, s, false, goes_on, p, next) &&
            find_op(ctx, s, false, takes_saved_next, p, next)) {
            return true;
        }
    }
    return false;
}

static struct feed list_feed(struct rule_ctx *ctx, const struct spawn_loop *s) {
    const struct facts *f = s->fn.facts;
    for (uint32_t i = 0; i < s->block_count; i++) {
        const struct ir_block *b = graph_block(s->fn, i);
        const struct ir_val *end = val_of(f, b->rhs);
        var_id p = plain_var(f, b->lhs);
        if (s->loop->inside[i] && b->term == TERM_BRANCH && p.v && end->kind == VAL_CONST &&
            end->num == 0 && walks_list(ctx, s, p)) {
            return (struct feed){"of the list walked", b->loc, i, p};
        }
    }
    return (struct feed){0};
}

// The call is `begin()` or `size()` of something the caller handed in; the variable it is reached
// through.
static var_id handed_in(const struct facts *f, val_id result, const char *method) {
    const struct ir_val *v = val_of(f, result);
    sym_id callee = f->calls.data[v->call.v].callee;
    if (v->kind != VAL_CALL || !callee.v ||
        !str_ends(facts_sym_name(f, callee), str_from(method))) {
        return (var_id){0};
    }
    var_id root = bounds_root(f, val_of(f, bounds_arg(f, v->call, 0))->path, NULL);
    return is_param(f, root) ? root : (var_id){0};
}

// A call of a method of the variable that is not its size: operator[], operator*, at.
static bool takes_element(struct rule_ctx *ctx, const struct facts *f, const struct ir_op *op,
                          var_id var, var_id other) {
    (void)ctx;
    (void)other;
    sym_id callee = op->kind == OP_CALL ? f->calls.data[op->call.v].callee : (sym_id){0};
    return callee.v && !str_ends(facts_sym_name(f, callee), STR("::size")) &&
           !(f->calls.data[op->call.v].flags & CALL_CLEANUP) &&
           bounds_root(f, val_of(f, bounds_arg(f, op->call, 0))->path, NULL).v == var.v;
}

static bool begins(struct rule_ctx *ctx, const struct facts *f, const struct ir_op *op, var_id var,
                   var_id other) {
    return writes_var(ctx, f, op, var, other) && handed_in(f, op->val, "begin").v;
}

static struct feed iterator_feed(struct rule_ctx *ctx, const struct spawn_loop *s) {
    const struct facts *f = s->fn.facts;
    uint32_t count = f->fns.data[s->fn.fn.v].var_count;
    for (uint32_t i = 0; i < count; i++) {
        var_id it = facts_fn_var(f, s->fn.fn, i);
        const struct ir_op *begin = find_op(ctx, s, true, begins, it, (var_id){0});
        if (begin && !find_op(ctx, s, false, begins, it, (var_id){0}) &&
            find_op(ctx, s, false, takes_element, it, (var_id){0})) {
            return (struct feed){"of the container gone through", begin->loc, s->loop->head, it};
        }
    }
    return (struct feed){0};
}

// The value is an element `counter` of an array, or the counter itself when `array` is NULL.
static bool is_own(const struct facts *f, val_id v, var_id counter, var_id *ret_array) {
    const struct ir_val *x = val_of(f, v);
    if (x->kind == VAL_BINARY && x->op == OPR_ADD && plain_var(f, x->b).v == counter.v) {
        *ret_array = plain_var(f, x->a);
        return true;
    }
    for (path_id p = x->path; p.v; p = f->paths.data[p.v].base) {
        if (f->paths.data[p.v].kind == PATH_INDEX &&
            plain_var(f, f->paths.data[p.v].val).v == counter.v) {
            *ret_array = bounds_root(f, p, NULL);
            return true;
        }
    }
    *ret_array = (var_id){0};
    return plain_var(f, v).v == counter.v;
}

static bool writes_element(struct rule_ctx *ctx, const struct facts *f, const struct ir_op *op,
                           var_id var, var_id other) {
    (void)ctx;
    (void)other;
    bool through = false;
    return (op->kind == OP_WRITE || op->kind == OP_UPDATE) &&
           bounds_root(f, op->path, &through).v == var.v && through;
}

static bool is_read_into(struct rule_ctx *ctx, const struct facts *f, const struct ir_op *op,
                         var_id var, var_id other) {
    (void)other;
    if (op->kind != OP_CALL || !program_model_effect(ctx->program, f, op->call, EFFECT_ACCEPT)) {
        return false;
    }
    for (uint32_t a = 0; a < f->calls.data[op->call.v].arg_count; a++) {
        const struct ir_val *v = val_of(f, bounds_arg(f, op->call, a));
        if (v->kind == VAL_ADDR && f->paths.data[v->path.v].kind == PATH_VAR &&
            f->paths.data[v->path.v].var.v == var.v) {
            return true;
        }
    }
    return false;
}

// The number is compared with a constant somewhere: `if (count > MAX)`.
static bool is_clamped(const struct spawn_loop *s, var_id count) {
    const struct facts *f = s->fn.facts;
    for (uint32_t i = 0; i < s->block_count; i++) {
        const struct ir_block *b = graph_block(s->fn, i);
        const struct ir_val *y = val_of(f, b->rhs);
        bool order = b->term == TERM_BRANCH && b->cmp >= OPR_LT && b->cmp <= OPR_GE;
        const struct ir_val *x = val_of(f, b->lhs);
        bool about = plain_var(f, b->lhs).v == count.v ||
                     (x->kind == VAL_CALL && handed_in(f, b->lhs, "size").v == count.v);
        if (order && about && !(y->kind == VAL_CONST && y->num >= -1 && y->num <= 1)) {
            return true;
        }
    }
    return false;
}

// Every call of the function passes a constant as this parameter.
static bool is_always_constant(const struct rule_ctx *ctx, struct fn_ref fn, uint32_t param) {
    struct str key =
        facts_text(fn.facts, fn.facts->syms.data[fn.facts->fns.data[fn.fn.v].sym.v].key);
    uint32_t calls = 0;
    for (uint32_t i = 0; i < program_facts_count(ctx->program); i++) {
        const struct facts *f = program_facts(ctx->program, i);
        for (uint32_t k = 1; k < f->calls.len; k++) {
            const struct ir_call *c = &f->calls.data[k];
            if (!c->callee.v || !str_eq(facts_text(f, f->syms.data[c->callee.v].key), key)) {
                continue;
            }
            if (val_of(f, bounds_arg(f, (call_id){k}, param))->kind != VAL_CONST) {
                return false;
            }
            calls++;
        }
    }
    return calls != 0;
}

// The thread gets an item of its own: an element the caller handed in, or (`counter_will_do`) the
// number of the round.
static bool gets_own_item(struct rule_ctx *ctx, const struct spawn_loop *s, var_id counter,
                          bool counter_will_do, var_id *ret_array) {
    const struct facts *f = s->fn.facts;
    bool direct = program_model_effect(ctx->program, f, s->op->call, EFFECT_SPAWN) != NULL;
    for (uint32_t a = direct ? 1 : 0; a < f->calls.data[s->op->call.v].arg_count; a++) {
        if (!is_own(f, bounds_arg(f, s->op->call, a), counter, ret_array)) {
            continue;
        }
        if (counter_will_do || (is_param(f, *ret_array) &&
                                !find_op(ctx, s, false, writes_element, *ret_array, (var_id){0}))) {
            return true;
        }
    }
    return false;
}

// `for (i = 0; i < count; i++)` over items of the caller, or as many times as the input says.
static struct feed counted_feed(struct rule_ctx *ctx, const struct spawn_loop *s) {
    const struct facts *f = s->fn.facts;
    const struct ir_block *head = graph_block(s->fn, s->loop->head);
    var_id counter = plain_var(f, head->lhs);
    if (head->term != TERM_BRANCH || !counter.v ||
        !find_op(ctx, s, false, writes_var, counter, (var_id){0})) {
        return (struct feed){0};
    }
    var_id container = handed_in(f, head->rhs, "::size");
    if (container.v) {
        bool fed = find_op(ctx, s, false, takes_element, container, (var_id){0}) &&
                   !is_clamped(s, container);
        return fed ? (struct feed){"of the container gone through", head->loc, s->loop->head,
                                   container}
                   : (struct feed){0};
    }
    var_id count = plain_var(f, head->rhs);
    const struct ir_op *read =
        count.v ? find_op(ctx, s, true, is_read_into, count, (var_id){0}) : NULL;
    bool given =
        count.v && is_param(f, count) && !find_op(ctx, s, true, writes_var, count, (var_id){0});
    var_id array = {0};
    if (!(read || given) || is_clamped(s, count) ||
        !gets_own_item(ctx, s, counter, read != NULL, &array) ||
        (given && is_always_constant(ctx, s->fn, f->vars.data[count.v].index))) {
        return (struct feed){0};
    }
    return read ? (struct feed){"whose number is read", read->loc, s->loop->head, array}
                : (struct feed){"counted", head->loc, s->loop->head, array};
}

static bool is_thread_place(const struct rule_ctx *ctx, const struct facts *f, val_id v) {
    type_id t = facts_strip_typedefs(f, f->paths.data[val_of(f, v)->path.v].type, NULL);
    const struct ir_type *type = &f->types.data[t.v];
    if (type->kind == TYPE_REFERENCE) {
        t = facts_strip_typedefs(f, type->target, NULL);
        type = &f->types.data[t.v];
    }
    return model_type_traits(program_models(ctx->program), facts_text(f, type->name)) &
           (TRAIT_THREAD | TRAIT_JTHREAD);
}

// The callee starts a thread and keeps it in the object it gets.
static bool keeps_in_object(const struct rule_ctx *ctx, const struct facts *f, call_id call) {
    node_id n = program_callee(ctx->program, f, call);
    const struct flow_result *r =
        n == NODE_NONE ? NULL : program_flow(ctx->program, n, FLOW_THREADS);
    const struct expr_table *t = program_exprs(ctx->program);
    for (uint32_t i = 0; r && i < r->exits.len; i++) {
        for (uint32_t k = 0; k < r->exits.data[i].object_count; k++) {
            const struct object_state *o = &r->exits.data[i].objects[k];
            const struct expr *root = expr_get(t, expr_root(t, o->home));
            if (o->kind == OBJECT_THREAD && expr_has_kind(t, o->home, EX_FIELD) &&
                root->kind == EX_PARAM) {
                return true;
            }
        }
    }
    return false;
}

// The thread of each item is kept in the item: the items are the program's own threads, not input.
static bool keeps_threads(struct rule_ctx *ctx, const struct facts *f, const struct ir_op *op,
                          var_id item, var_id unused) {
    (void)unused;
    if (op->kind != OP_CALL || (f->calls.data[op->call.v].flags & CALL_CLEANUP)) {
        return false;
    }
    val_id first = bounds_arg(f, op->call, 0);
    var_id root = bounds_root(f, val_of(f, first)->path, NULL);
    if (is_thread_place(ctx, f, first) &&
        f->types.data[f->vars.data[root.v].type.v].kind == TYPE_REFERENCE) {
        return true;
    }
    if (program_model_effect(ctx->program, f, op->call, EFFECT_SPAWN)) {
        return item.v && root.v == item.v;
    }
    return keeps_in_object(ctx, f, op->call);
}

static struct feed feed_of(struct rule_ctx *ctx, const struct spawn_loop *s) {
    bool from_peer = false;
    call_id source = bounds_source(ctx, s, &from_peer);
    if (source.v) {
        return (struct feed){
            from_peer ? NULL : "read", s->fn.facts->calls.data[source.v].loc, UINT32_MAX, {0}};
    }
    struct feed feed = list_feed(ctx, s);
    feed = feed.what ? feed : iterator_feed(ctx, s);
    feed = feed.what ? feed : counted_feed(ctx, s);
    if (feed.what && find_op(ctx, s, false, keeps_threads, feed.item, (var_id){0})) {
        return (struct feed){0};
    }
    return feed;
}

static bool found(struct rule_ctx *ctx, const struct spawn_loop *s) {
    struct feed feed = feed_of(ctx, s);
    if (!feed.what || bounds_is_capped(ctx, s, feed.test)) {
        return false;
    }
    struct finding *f = rule_report(ctx, s->fn, s->op->loc,
                                    "a thread is started for every item %s at line %u, without a "
                                    "limit: the input decides how many threads run",
                                    feed.what, s->fn.facts->locs.data[feed.loc.v].line);
    if (f) {
        f->subject = program_fn_name(ctx->program, ctx->node);
        rule_step(ctx, f, STEP_NOTE, s->fn, feed.loc,
                  "the items come from here, one each round of the loop");
        rule_step(ctx, f, STEP_SPAWN, s->fn, s->op->loc,
                  "and a thread is started for it; nothing counts or waits in between");
    }
    return true;
}

static void check(struct rule_ctx *ctx) {
    bounds_visit(ctx, found);
}

extern const struct rule rule_bounds_spawn_per_item;
const struct rule rule_bounds_spawn_per_item = {
    .id = "bounds-spawn-per-item",
    .summary = "A loop over input starts a thread per item without a limit",
    .level = LEVEL_WARNING,
    .precision = PRECISION_HIGH,
    .cwe = {770, 400},
    .check_function = check,
};
