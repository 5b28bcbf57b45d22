// A sleep in a loop over work sets the rate: too slow when there is little to do, too fast when
// there is much.
#include "checker/flow/graph.h"
#include "rules/arch/arch.h"

struct work_loop {
    struct fn_ref fn;
    const struct loop *loop;
    uint32_t block_count;
};

static const struct ir_val *val_of(const struct facts *f, val_id v) {
    return &f->vals.data[v.v];
}

// The variable that is the value, or whose address is; id 0 = something else.
static var_id var_of(const struct facts *f, val_id v) {
    const struct ir_path *p = &f->paths.data[val_of(f, v)->path.v];
    return p->kind == PATH_VAR ? p->var : (var_id){0};
}

static val_id arg_of(const struct facts *f, call_id call, uint32_t index) {
    const struct ir_call *c = &f->calls.data[call.v];
    return index < c->arg_count ? f->args.data[c->first_arg.v + index] : (val_id){0};
}

static struct str name_of(const struct facts *f, call_id call) {
    return facts_sym_name(f, f->calls.data[call.v].callee);
}

typedef bool op_test(const struct facts *f, const struct ir_op *op, var_id var);

static const struct ir_op *find_op(const struct work_loop *l, bool everywhere, op_test *test,
                                   var_id var) {
    const struct facts *f = l->fn.facts;
    for (uint32_t i = 0; i < l->block_count; i++) {
        const struct ir_block *b = graph_block(l->fn, i);
        for (uint32_t k = 0; (everywhere || l->loop->inside[i]) && k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            if (test(f, op, var)) {
                return op;
            }
        }
    }
    return NULL;
}

static bool is_letter(char c, char first, char last) {
    return c >= first && c <= last;
}

// Name made of words like "queue_pop" or "nextMail" with one that says that an item is handed out.
static bool names_a_taker(struct str name) {
    static const char *const words[] = {"pop",     "next", "take", "dequeue",
                                        "receive", "recv", "pull"};
    for (size_t w = 0; w < sizeof words / sizeof *words; w++) {
        struct str word = str_from(words[w]);
        for (size_t i = 0; i + word.len <= name.len; i++) {
            char before = i ? name.ptr[i - 1] : '_';
            char after = i + word.len < name.len ? name.ptr[i + word.len] : '_';
            char first = name.ptr[i];
            bool capital = is_letter(first, 'A', 'Z') && first - 'A' + 'a' == word.ptr[0];
            bool starts = capital || (first == word.ptr[0] && !is_letter(before, 'a', 'z') &&
                                      !is_letter(before, 'A', 'Z'));
            if (starts && !is_letter(after, 'a', 'z') &&
                str_eq(str_slice(name, i + 1, i + word.len), str_slice(word, 1, word.len))) {
                return true;
            }
        }
    }
    return false;
}

static bool gets_result(const struct facts *f, const struct ir_op *op, var_id var) {
    const struct ir_path *p = &f->paths.data[op->path.v];
    return op->kind == OP_WRITE && val_of(f, op->val)->kind == VAL_CALL && p->kind == PATH_VAR &&
           p->var.v == var.v;
}

// `while (pop(q, &item))`, `while ((item = pop(q)) != NULL)`, `while (auto item = pop(q))`: goes
// round when there is one.
static bool tests_taken(const struct rule_ctx *ctx, const struct work_loop *l,
                        const struct ir_block *b, bool stays_when_true) {
    const struct facts *f = l->fn.facts;
    const struct ir_val *x = val_of(f, b->lhs);
    const struct ir_val *y = val_of(f, b->rhs);
    if (y->kind != VAL_CONST || (y->num == 0 && (b->cmp == (stays_when_true ? OPR_EQ : OPR_NE))) ||
        (b->cmp == (stays_when_true ? OPR_LT : OPR_GE)) ||
        (b->cmp == (stays_when_true ? OPR_LE : OPR_GT))) {
        return false;
    }
    call_id taken = x->call;
    var_id item = x->kind == VAL_CALL ? var_of(f, arg_of(f, x->call, 0)) : var_of(f, b->lhs);
    const struct ir_op *got = item.v ? find_op(l, false, gets_result, item) : NULL;
    if (got && !(x->kind == VAL_CALL && names_a_taker(name_of(f, taken)))) {
        taken = val_of(f, got->val)->call;
    }
    return taken.v && (program_model_effect(ctx->program, f, taken, EFFECT_ACCEPT) ||
                       names_a_taker(name_of(f, taken)));
}

static bool steps(const struct facts *f, const struct ir_op *op, var_id var) {
    const struct ir_path *p = &f->paths.data[op->path.v];
    return op->kind == OP_UPDATE && p->kind == PATH_VAR && p->var.v == var.v;
}

// `items[i]` in an argument, or a call `items[i]`
static bool takes_element(const struct facts *f, const struct ir_op *op, var_id counter) {
    if (op->kind != OP_CALL) {
        return false;
    }
    for (uint32_t a = 0; a < f->calls.data[op->call.v].arg_count; a++) {
        val_id v = arg_of(f, op->call, a);
        if (a == 1 && var_of(f, v).v == counter.v &&
            str_ends(name_of(f, op->call), STR("::operator[]"))) {
            return true;
        }
        for (path_id p = val_of(f, v)->path; p.v; p = f->paths.data[p.v].base) {
            if (f->paths.data[p.v].kind == PATH_INDEX &&
                var_of(f, f->paths.data[p.v].val).v == counter.v) {
                return true;
            }
        }
    }
    return false;
}

// `p = p->next`
static bool follows(const struct facts *f, const struct ir_op *op, var_id var) {
    const struct ir_path *to = &f->paths.data[op->path.v];
    const struct ir_path *from = &f->paths.data[val_of(f, op->val)->path.v];
    return op->kind == OP_WRITE && to->kind == PATH_VAR && to->var.v == var.v &&
           from->kind == PATH_FIELD && f->paths.data[from->base.v].kind == PATH_DEREF &&
           var_of(f, f->paths.data[from->base.v].val).v == var.v;
}

static bool follows_iterator(const struct facts *f, const struct ir_op *op, var_id var) {
    return op->kind == OP_CALL && var_of(f, arg_of(f, op->call, 0)).v == var.v &&
           str_ends(name_of(f, op->call), STR("::operator++"));
}

static bool takes_from_range(const struct facts *f, const struct ir_op *op, var_id var) {
    (void)var;
    if (op->kind != OP_CALL || !str_ends(name_of(f, op->call), STR("::operator*"))) {
        return false;
    }
    var_id it = var_of(f, arg_of(f, op->call, 0));
    return it.v && str_starts(facts_text(f, f->vars.data[it.v].name), STR("__begin"));
}

static bool pops(const struct facts *f, const struct ir_op *op, var_id var) {
    return op->kind == OP_CALL && var_of(f, arg_of(f, op->call, 0)).v == var.v &&
           str_find(name_of(f, op->call), STR("::pop"), 0) != SIZE_MAX;
}

// The block leaves the loop when the items it walks over end.
static bool tests_items(const struct work_loop *l, uint32_t block) {
    const struct facts *f = l->fn.facts;
    const struct ir_block *b = graph_block(l->fn, block);
    const struct ir_val *x = val_of(f, b->lhs);
    const struct ir_val *y = val_of(f, b->rhs);
    if (x->kind == VAL_UNKNOWN) {
        return block == l->loop->head && find_op(l, false, takes_from_range, (var_id){0});
    }
    if (x->kind == VAL_CALL) {
        var_id object = var_of(f, arg_of(f, x->call, 0));
        return object.v && (str_ends(name_of(f, x->call), STR("::empty"))
                                ? find_op(l, false, pops, object) != NULL
                                : find_op(l, false, follows_iterator, object) != NULL);
    }
    var_id var = var_of(f, b->lhs);
    if (!var.v) {
        return false;
    }
    if (y->kind == VAL_CONST) {
        return y->num == 0 && find_op(l, false, follows, var);
    }
    return find_op(l, false, steps, var) && find_op(l, false, takes_element, var);
}

// Leaves on an error: `if (send(...) < 0)`. Other ways out are those of a retry loop: it ends when
// it succeeds.
static bool leaves_on_error(const struct facts *f, const struct ir_block *b, bool stays_when_true) {
    const struct ir_val *y = val_of(f, b->rhs);
    uint8_t error = stays_when_true ? OPR_GE : OPR_LT;
    uint8_t minus_one = stays_when_true ? OPR_NE : OPR_EQ;
    return y->kind == VAL_CONST &&
           ((b->cmp == error && y->num == 0) || (b->cmp == minus_one && y->num == -1));
}

// The loop ends by running out of items, not by a stop request, a deadline or success.
static bool runs_over_items(const struct rule_ctx *ctx, const struct work_loop *l) {
    bool items = false;
    bool taken = false;
    bool others = false;
    for (uint32_t i = 0; i < l->block_count; i++) {
        const struct ir_block *b = graph_block(l->fn, i);
        for (uint32_t k = 0; l->loop->inside[i] && k < b->edge_count; k++) {
            if (l->loop->inside[graph_target(l->fn, b, k)]) {
                continue;
            }
            const struct ir_edge *e = &l->fn.facts->edges.data[b->first_edge.v + k];
            if (b->term != TERM_BRANCH) {
                others = true;
            } else if (tests_taken(ctx, l, b, e->kind == EDGE_FALSE)) {
                taken = true;
            } else if (tests_items(l, i)) {
                items = true;
            } else {
                others |= !leaves_on_error(l->fn.facts, b, e->kind == EDGE_FALSE);
            }
        }
    }
    return taken || (items && !others);
}

static bool writes_into(const struct facts *f, const struct ir_op *op, var_id var) {
    const struct ir_path *p = &f->paths.data[op->path.v];
    while (p->kind == PATH_FIELD) {
        p = &f->paths.data[p->base.v];
    }
    return (op->kind == OP_WRITE || op->kind == OP_UPDATE) && p->kind == PATH_VAR &&
           p->var.v == var.v;
}

static bool writes_what_varies(const struct facts *f, const struct ir_op *op, var_id var) {
    if (!writes_into(f, op, var)) {
        return false;
    }
    const struct ir_val *v = val_of(f, op->val);
    bool literal =
        v->kind == VAL_CALL && str_find(name_of(f, v->call), STR("operator\"\""), 0) != SIZE_MAX;
    return op->kind == OP_UPDATE || !(v->kind == VAL_CONST || literal);
}

// A constructor or operator gets the object: `std::chrono::milliseconds(5)`.
static bool makes(const struct facts *f, const struct ir_op *op, var_id var) {
    sym_id callee = op->kind == OP_CALL ? f->calls.data[op->call.v].callee : (sym_id){0};
    return callee.v && f->calls.data[op->call.v].arg_count > 1 &&
           var_of(f, arg_of(f, op->call, 0)).v == var.v &&
           str_starts(facts_sym_name(f, callee), STR("std::chrono::"));
}

static bool is_fixed_object(const struct work_loop *l, var_id var, unsigned depth) {
    const struct facts *f = l->fn.facts;
    uint8_t kind = f->vars.data[var.v].kind;
    if (!depth || (kind != VAR_LOCAL && kind != VAR_TEMP) ||
        find_op(l, true, writes_what_varies, var)) {
        return false;
    }
    const struct ir_op *made = find_op(l, true, makes, var);
    if (!made) {
        return find_op(l, true, writes_into, var) != NULL;
    }
    bool constructs = f->syms.data[f->calls.data[made->call.v].callee.v].flags & SYM_CTOR;
    val_id from = arg_of(f, made->call, 1);
    return constructs && (val_of(f, from)->kind == VAL_CONST ||
                          (var_of(f, from).v && is_fixed_object(l, var_of(f, from), depth - 1)));
}

// The same time each round, written down here: not computed, not a setting, not a deadline.
static bool is_fixed(const struct work_loop *l, call_id sleep) {
    const struct facts *f = l->fn.facts;
    bool fixed = false;
    for (uint32_t a = 0; a < f->calls.data[sleep.v].arg_count; a++) {
        val_id v = arg_of(f, sleep, a);
        const struct ir_val *x = val_of(f, v);
        if (x->kind == VAL_CONST) {
            fixed |= a == 0 && x->num != 0;
        } else if (x->kind == VAL_ADDR && var_of(f, v).v) {
            return is_fixed_object(l, var_of(f, v), 3);
        }
    }
    return fixed;
}

static uint32_t other_calls(const struct rule_ctx *ctx, const struct work_loop *l) {
    const struct facts *f = l->fn.facts;
    uint32_t n = 0;
    for (uint32_t i = 0; i < l->block_count; i++) {
        const struct ir_block *b = graph_block(l->fn, i);
        for (uint32_t k = 0; l->loop->inside[i] && k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            bool test = i == l->loop->head && op->kind == OP_CALL &&
                        val_of(f, b->lhs)->kind == VAL_CALL &&
                        val_of(f, b->lhs)->call.v == op->call.v;
            n += op->kind == OP_CALL && !test &&
                 !(f->calls.data[op->call.v].flags & CALL_CLEANUP) &&
                 str_find(name_of(f, op->call), STR("operator"), 0) == SIZE_MAX &&
                 !str_starts(name_of(f, op->call), STR("std::chrono::")) &&
                 !program_model_effect(ctx->program, f, op->call, EFFECT_SLEEP);
        }
    }
    return n;
}

static void check(struct rule_ctx *ctx) {
    struct fn_ref fn = program_fn(ctx->program, ctx->node);
    const struct ir_fn *ir = &fn.facts->fns.data[fn.fn.v];
    struct loops loops = {0};
    for (uint32_t i = 0; i < ir->block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            if (op->kind != OP_CALL ||
                !program_model_effect(ctx->program, fn.facts, op->call, EFFECT_SLEEP)) {
                continue;
            }
            loops = loops.items ? loops : graph_loops(fn, ctx->arena);
            const struct loop *loop = graph_innermost(&loops, i);
            struct work_loop l = {fn, loop, loops.block_count};
            if (!loop || !is_fixed(&l, op->call) || !runs_over_items(ctx, &l) ||
                other_calls(ctx, &l) == 0 || !graph_is_on_every_round(fn, loop, i, ctx->arena) ||
                arch_is_test(ctx, fn.facts, op->loc)) {
                continue;
            }
            struct finding *f =
                rule_report(ctx, fn, op->loc,
                            "this sleep in every round of a work loop sets the rate: under load "
                            "work piles up, without load it waits for nothing");
            if (f) {
                f->subject = program_fn_name(ctx->program, ctx->node);
                rule_step(ctx, f, STEP_NOTE, fn, graph_block(fn, loop->head)->loc,
                          "the loop over the work is here");
            }
        }
    }
}

extern const struct rule rule_arch_sleep_throttle;
const struct rule rule_arch_sleep_throttle = {
    .id = "arch-sleep-throttle",
    .summary = "A sleep in a work loop sets the rate",
    .level = LEVEL_WARNING,
    .precision = PRECISION_MEDIUM,
    .cwe = {400},
    .check_function = check,
};
