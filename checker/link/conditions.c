// Condition variables of the program by class: with which lock they are waited for, which places
// the waiters test, who signals.
#include "checker/flow/graph.h"
#include "checker/link/program_private.h"

enum { MAX_TESTED = 24, MAX_DEPTH = 4, SMALL_BODY = 24 };

struct collector {
    struct program *p;
    struct program_condition *c;
    struct fn_ref fn;
};

// Symbolic place of a path: pointers lead to some object, which is all a class needs.
static expr_id place_of(const struct program *p, const struct facts *f, path_id path,
                        unsigned depth) {
    const struct ir_path *x = &f->paths.data[path.v];
    const struct ir_var *v = &f->vars.data[x->var.v];
    if (depth > 32) {
        return (expr_id){0};
    }
    switch (x->kind) {
    case PATH_VAR:
        return v->kind == VAR_GLOBAL || v->kind == VAR_STATIC_LOCAL
                   ? expr_global(p->exprs, facts_text(f, v->key), facts_text(f, v->name))
                   : (expr_id){0};
    case PATH_INDEX:
        return place_of(p, f, x->base, depth + 1);
    case PATH_FIELD: {
        expr_id base = place_of(p, f, x->base, depth + 1);
        base = base.v ? base : expr_deref(p->exprs, expr_param(p->exprs, 0));
        return expr_field(p->exprs, base, facts_text(f, x->name),
                          facts_text(f, f->records.data[x->record.v].name));
    }
    default:
        return (expr_id){0};
    }
}

expr_id program_path_class(const struct program *p, const struct facts *f, path_id path) {
    expr_id place = place_of(p, f, path, 0);
    return place.v ? expr_class(p->exprs, place) : place;
}

static void add_tested(struct collector *x, const struct facts *f, path_id path) {
    expr_id class = program_path_class(x->p, f, path);
    for (uint32_t i = 0; i < x->c->tested.len; i++) {
        if (expr_same(x->c->tested.data[i], class)) {
            return;
        }
    }
    if (class.v && x->c->tested.len < MAX_TESTED) {
        vec_push(x->p->arena, &x->c->tested, class);
    }
}

// Everything a small function reads: it computes (part of) a condition.
static void read_by(struct collector *x, node_id n) {
    if (n == NODE_NONE) {
        return;
    }
    struct fn_ref fn = x->p->nodes.data[n].ref;
    const struct ir_fn *ir = &fn.facts->fns.data[fn.fn.v];
    for (uint32_t i = 0; i < ir->block_count && ir->block_count <= SMALL_BODY; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            if (op->kind == OP_READ) {
                add_tested(x, fn.facts, op->path);
            }
            const struct ir_call *c = &fn.facts->calls.data[op->call.v];
            for (uint32_t a = 0; op->kind == OP_CALL && a < c->arg_count; a++) { // flag_.load()
                const struct ir_val *v =
                    &fn.facts->vals.data[fn.facts->args.data[c->first_arg.v + a].v];
                if (v->kind == VAL_ADDR) {
                    add_tested(x, fn.facts, v->path);
                }
            }
        }
    }
}

static void collect(struct collector *x, val_id val, unsigned depth);

// A local that the condition looks at: what it was computed from.
static void collect_local(struct collector *x, var_id var, unsigned depth) {
    const struct facts *f = x->fn.facts;
    const struct ir_fn *ir = &f->fns.data[x->fn.fn.v];
    for (uint32_t i = 0; i < ir->block_count; i++) {
        const struct ir_block *b = graph_block(x->fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            const struct ir_path *path = &f->paths.data[op->path.v];
            if (op->kind == OP_WRITE && path->kind == PATH_VAR && path->var.v == var.v) {
                collect(x, op->val, depth + 1);
            }
        }
    }
}

static void collect(struct collector *x, val_id val, unsigned depth) {
    const struct facts *f = x->fn.facts;
    const struct ir_val *v = &f->vals.data[val.v];
    const struct ir_path *path = &f->paths.data[v->path.v];
    const struct ir_var *var = &f->vars.data[path->var.v];
    if (depth > MAX_DEPTH) {
        return;
    }
    switch (v->kind) {
    case VAL_PATH:
    case VAL_ADDR:
        if (path->kind == PATH_VAR && var->kind == VAR_PARAM) {
            x->c->tests_parameter = true;
        } else if (path->kind == PATH_VAR && (var->kind == VAR_LOCAL || var->kind == VAR_TEMP)) {
            collect_local(x, path->var, depth);
        } else {
            add_tested(x, f, v->path);
        }
        break;
    case VAL_UNARY:
    case VAL_BINARY:
        collect(x, v->a, depth + 1);
        collect(x, v->b, depth + 1);
        break;
    case VAL_CALL: {
        const struct ir_call *c = &f->calls.data[v->call.v];
        bool tests_parameter =
            x->c->tests_parameter; // an argument is an object, not what it is compared with
        for (uint32_t i = 0; i < c->arg_count; i++) {
            collect(x, f->args.data[c->first_arg.v + i], depth + 1);
        }
        x->c->tests_parameter = tests_parameter;
        read_by(x, program_callee(x->p, f, v->call));
        break;
    }
    default:
        break;
    }
}

// What the loop around the wait looks at.
static void collect_loop(struct collector *x, call_id call) {
    struct loops loops = graph_loops(x->fn, &x->p->scratch);
    const struct loop *l =
        graph_innermost(&loops, facts_block_of_op(x->fn.facts, x->fn.fn,
                                                  facts_op_of_call(x->fn.facts, x->fn.fn, call)));
    for (uint32_t i = 0; l && i < loops.block_count; i++) {
        const struct ir_block *b = graph_block(x->fn, i);
        if (l->inside[i] && (b->term == TERM_BRANCH || b->term == TERM_SWITCH)) {
            collect(x, b->lhs, 0);
            collect(x, b->rhs, 0);
        }
    }
}

// What the function value given to a wait with a predicate looks at.
static void collect_predicate(struct collector *x, call_id call) {
    const struct facts *f = x->fn.facts;
    const struct ir_call *c = &f->calls.data[call.v];
    for (uint32_t i = 0; i < c->arg_count; i++) {
        const struct ir_val *v = &f->vals.data[f->args.data[c->first_arg.v + i].v];
        const struct ir_path *path = &f->paths.data[v->path.v];
        type_id declared =
            v->kind == VAL_CALL ? f->calls.data[v->call.v].type : f->vars.data[path->var.v].type;
        type_id t = facts_strip_typedefs(f, declared, NULL);
        sym_id sym =
            v->kind == VAL_FN ? v->sym : f->records.data[f->types.data[t.v].record.v].call_op;
        bool is_callable = v->kind == VAL_FN || v->kind == VAL_CALL ||
                           ((v->kind == VAL_ADDR || v->kind == VAL_PATH) && path->kind == PATH_VAR);
        if (is_callable && sym.v) {
            read_by(x, program_unit(x->p, f)->sym_nodes[sym.v]);
        }
    }
}

static struct program_condition *condition(struct program *p, expr_id cond) {
    expr_id class = cond.v ? expr_class(p->exprs, cond) : cond;
    if (!class.v) {
        return NULL;
    }
    for (uint32_t i = 0; i < p->conditions.len; i++) {
        if (expr_same(p->conditions.data[i].cond, class)) {
            return &p->conditions.data[i];
        }
    }
    vec_push(p->arena, &p->conditions, ((struct program_condition){.cond = class}));
    return &vec_last(&p->conditions);
}

static bool runs_in_many_threads(const struct program *p, node_id n) {
    uint32_t spawns = 0;
    for (uint32_t i = 0; i < p->threads.len; i++) {
        const struct program_thread *t = &p->threads.data[i];
        spawns += str_eq(t->entry, p->nodes.data[n].name) ? (t->many ? 2 : 1) : 0;
    }
    return spawns > 1;
}

static void note_wait(struct program *p, node_id n, const struct flow_wait *w) {
    struct program_condition *c = condition(p, w->cond);
    if (!c) {
        return;
    }
    expr_id lock = w->lock.v ? expr_class(p->exprs, w->lock) : w->lock;
    c->mixed |= !lock.v || (c->waits.len && !expr_same(lock, c->lock));
    c->lock = lock;
    c->untimed |= !(w->flags & EF_TIMED);
    struct collector x = {.p = p, .c = c, .fn = p->nodes.data[n].ref};
    uint32_t before = c->tested.len;
    bool was = c->tests_parameter;
    if (w->flags & EF_PREDICATE) {
        collect_predicate(&x, w->call);
    } else {
        collect_loop(&x, w->call);
    }
    c->tests_parameter =
        was || (c->tests_parameter && c->tested.len > before && runs_in_many_threads(p, n));
    vec_push(p->arena, &c->waits, ((struct program_use){p->nodes.data[n].ref, w->call}));
}

void conditions_add_loop(struct program *p, struct program_condition *c, node_id n, call_id call) {
    struct collector x = {.p = p, .c = c, .fn = p->nodes.data[n].ref};
    collect_loop(&x, call);
    vec_push(p->arena, &c->waits, ((struct program_use){p->nodes.data[n].ref, call}));
}

static void note_signal(struct program *p, node_id n, const struct flow_signal *s) {
    struct program_condition *c = condition(p, s->cond);
    if (!c) {
        return;
    }
    *(s->all ? &c->broadcasts : &c->signals) += 1;
    for (uint32_t i = 0; i < c->signalled.len; i++) {
        if (c->signalled.data[i].call.v == s->call.v &&
            c->signalled.data[i].fn.facts == p->nodes.data[n].ref.facts) {
            return;
        }
    }
    vec_push(p->arena, &c->signalled, ((struct program_use){p->nodes.data[n].ref, s->call}));
}

// Its address goes to code whose effect on conditions is not known: it may wait or signal there.
static void note_addresses(struct program *p, const struct unit *u) {
    const struct facts *f = u->facts;
    for (uint32_t i = 1; i < f->calls.len; i++) {
        const struct ir_call *c = &f->calls.data[i];
        bool own =
            f->syms.data[c->callee.v].flags & (SYM_CTOR | SYM_DTOR); // of the condition itself
        for (uint32_t a = own ? 1 : 0; a < c->arg_count && !u->models[i]; a++) {
            const struct ir_val *v = &f->vals.data[f->args.data[c->first_arg.v + a].v];
            expr_id class = v->kind == VAL_ADDR ? program_path_class(p, f, v->path) : (expr_id){0};
            for (uint32_t k = 0; class.v && k < p->conditions.len; k++) {
                p->conditions.data[k].passed_on |= expr_same(p->conditions.data[k].cond, class);
            }
        }
    }
}

static void note_stored_address(struct program *p, const struct facts *f, const struct ir_op *op) {
    const struct ir_val *v = &f->vals.data[op->val.v];
    expr_id class = op->kind == OP_WRITE && v->kind == VAL_ADDR ? program_path_class(p, f, v->path)
                                                                : (expr_id){0};
    for (uint32_t k = 0; class.v && k < p->conditions.len; k++) {
        p->conditions.data[k].passed_on |= expr_same(p->conditions.data[k].cond, class);
    }
}

void program_find_conditions(struct program *p) {
    for (node_id n = 0; n < p->nodes.len; n++) {
        const struct flow_result *r = p->nodes.data[n].flow[FLOW_LOCKS];
        for (uint32_t i = 0; r && i < r->waits.len; i++) {
            bool again = false;
            for (uint32_t k = 0; k < i; k++) {
                again |= r->waits.data[k].call.v == r->waits.data[i].call.v &&
                         expr_same(r->waits.data[k].cond, r->waits.data[i].cond);
            }
            if (!again) {
                note_wait(p, n, &r->waits.data[i]);
            }
        }
        for (uint32_t i = 0; r && i < r->signals.len; i++) {
            note_signal(p, n, &r->signals.data[i]);
        }
    }
    for (uint32_t i = 0; i < p->units.len && p->conditions.len; i++) {
        note_addresses(p, &p->units.data[i]);
        for (uint32_t k = 1; k < p->units.data[i].facts->ops.len; k++) {
            note_stored_address(p, p->units.data[i].facts, &p->units.data[i].facts->ops.data[k]);
        }
    }
}

uint32_t program_condition_count(const struct program *p) {
    return p->conditions.len;
}

const struct program_condition *program_condition(const struct program *p, uint32_t index) {
    return &p->conditions.data[index];
}

const struct program_condition *program_condition_of(const struct program *p, expr_id cond) {
    expr_id class = cond.v ? expr_class(p->exprs, cond) : cond;
    for (uint32_t i = 0; class.v && i < p->conditions.len; i++) {
        if (expr_same(p->conditions.data[i].cond, class)) {
            return &p->conditions.data[i];
        }
    }
    return NULL;
}

// Method of an atomic object that may change it.
static bool is_atomic_change(const struct facts *f, const struct ir_call *c) {
    struct str name = facts_sym_name(f, c->callee);
    static const char *const ends[] = {"::store",      "::operator=",  "::exchange",
                                       "::operator++", "::operator--", "::clear"};
    bool is_atomic = str_starts(name, STR("std::atomic")) || str_starts(name, STR("std::__atomic"));
    for (size_t i = 0; is_atomic && i < sizeof ends / sizeof *ends; i++) {
        if (str_ends(name, str_from(ends[i]))) {
            return true;
        }
    }
    return is_atomic && (str_find(name, STR("::fetch_"), 0) != SIZE_MAX ||
                         str_find(name, STR("::compare_exchange"), 0) != SIZE_MAX);
}

expr_id program_written_class(const struct program *p, const struct facts *f,
                              const struct ir_op *op) {
    if (op->kind == OP_WRITE || op->kind == OP_UPDATE) {
        return program_path_class(p, f, op->path);
    }
    const struct ir_call *c = &f->calls.data[op->call.v];
    const struct ir_val *v = &f->vals.data[c->arg_count ? f->args.data[c->first_arg.v].v : 0];
    const struct model_function *m = op->kind == OP_CALL ? program_library(p, f, op->call) : NULL;
    bool stores = m && (m->flags & (FN_ATOMIC_STORE | FN_ATOMIC_UPDATE | FN_ATOMIC_CAS));
    bool changes = op->kind == OP_CALL && v->kind == VAL_ADDR && (stores || is_atomic_change(f, c));
    return changes ? program_path_class(p, f, v->path) : (expr_id){0};
}

bool program_is_tested(const struct program_condition *c, expr_id class) {
    for (uint32_t i = 0; class.v && i < c->tested.len; i++) {
        if (expr_same(c->tested.data[i], class)) {
            return true;
        }
    }
    return false;
}

bool program_acquires(const struct program *p, node_id n, expr_id class) {
    const struct flow_result *r = p->nodes.data[n].flow[FLOW_LOCKS];
    for (uint32_t i = 0; r && i < r->acquires.len; i++) {
        if (expr_same(expr_class(p->exprs, r->acquires.data[i].lock), class)) {
            return true;
        }
    }
    return false;
}

// Gives something the waiters look at to code that is not known.
static bool hands_tested_over(const struct program *p, node_id n,
                              const struct program_condition *c) {
    struct fn_ref ref = p->nodes.data[n].ref;
    const struct facts *f = ref.facts;
    const struct ir_fn *fn = &f->fns.data[ref.fn.v];
    for (uint32_t i = 0; i < fn->block_count; i++) {
        const struct ir_block *b = &f->blocks.data[fn->first_block.v + i];
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            const struct ir_call *call = &f->calls.data[op->call.v];
            bool open = op->kind == OP_CALL && call->kind == CALL_DIRECT &&
                        !program_model(p, f, op->call) &&
                        program_callee(p, f, op->call) == NODE_NONE;
            for (uint32_t a = 0; open && a < call->arg_count; a++) {
                const struct ir_val *v = &f->vals.data[f->args.data[call->first_arg.v + a].v];
                if ((v->kind == VAL_PATH || v->kind == VAL_ADDR) &&
                    program_is_tested(c, program_path_class(p, f, v->path))) {
                    return true;
                }
            }
        }
    }
    return false;
}

bool program_changes_tested(const struct program *p, node_id n, const struct program_condition *c) {
    const struct node *x = &p->nodes.data[n];
    for (uint32_t i = 0; i < c->tested.len; i++) {
        const struct expr *e = expr_get(p->exprs, c->tested.data[i]);
        uint32_t name = e->kind == EX_FIELD ? e->name : e->aux;
        for (uint32_t k = 0; k < x->writes.len; k++) {
            if (x->writes.data[k] == name) {
                return true;
            }
        }
    }
    return hands_tested_over(p, n, c);
}
