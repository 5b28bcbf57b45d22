// The flag that ends a thread's loop is a plain or volatile variable that another thread sets: a
// data race, and the loop may never see it.
//
// A flag is a global or field that the whole program gives nothing but small constants. Only writes
// of a value that ends the loop count, so that initialisation is no stop request, and a thread that
// ends its own loop this way has no flag but a state.
#include "checker/flow/graph.h"
#include "checker/rule/check.h"

// A constant that is stored into a global or a field.
struct flag_write {
    node_id node;
    op_id op;
    path_id path;
    int64_t value;
};

enum { FLAG_VALUE_MAX = 2 };

struct told {
    const struct facts *facts;
    path_id path;
};

struct search {
    struct rule_ctx *ctx;
    VEC(struct told) told; // flags already reported
    VEC(struct flag_write) writes;
};

// A test that leaves a loop.
struct test {
    node_id node;
    struct fn_ref fn;
    path_id path;
    op_id read;
    uint8_t cmp;
    int64_t num;
    bool sense; // the loop ends when the comparison is true
};

static const struct ir_path *path_of(const struct facts *f, path_id path) {
    return &f->paths.data[path.v];
}

// Others can see it: a global, or a field of something behind a pointer or of a global.
static bool is_shared(const struct facts *f, path_id path) {
    const struct ir_path *p = path_of(f, path);
    bool is_field = p->kind == PATH_FIELD;
    while (p->kind == PATH_FIELD) {
        p = path_of(f, p->base);
    }
    const struct ir_var *v = &f->vars.data[p->var.v];
    bool global = p->kind == PATH_VAR && (v->kind == VAR_GLOBAL || v->kind == VAR_STATIC_LOCAL) &&
                  !(v->flags & VAR_THREAD_LOCAL);
    return global || (is_field && p->kind == PATH_DEREF);
}

// The same global, or the same field of the same record.
static bool is_same_flag(const struct facts *f, path_id a, const struct facts *g, path_id b) {
    const struct ir_path *x = path_of(f, a);
    const struct ir_path *y = path_of(g, b);
    if (x->kind != y->kind) {
        return false;
    }
    if (x->kind == PATH_VAR) {
        return str_eq(facts_text(f, f->vars.data[x->var.v].key),
                      facts_text(g, g->vars.data[y->var.v].key));
    }
    return x->kind == PATH_FIELD && x->record.v &&
           str_eq(facts_text(f, x->name), facts_text(g, y->name)) &&
           str_eq(facts_text(f, f->records.data[x->record.v].key),
                  facts_text(g, g->records.data[y->record.v].key));
}

static void collect(struct search *s, node_id n) {
    struct fn_ref fn = program_fn(s->ctx->program, n);
    const struct facts *f = fn.facts;
    const struct ir_fn *ir = &f->fns.data[fn.fn.v];
    for (uint32_t i = 0; i < ir->block_count && !(ir->flags & FN_GLOBAL_INIT); i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            op_id id = {b->first_op.v + k};
            const struct ir_op *op = &f->ops.data[id.v];
            const struct ir_val *v = &f->vals.data[op->val.v];
            if (op->kind == OP_WRITE && v->kind == VAL_CONST &&
                !(op->flags & (OPF_ATOMIC | OPF_INIT)) &&
                (path_of(f, op->path)->kind == PATH_FIELD || is_shared(f, op->path))) {
                vec_push(s->ctx->arena, &s->writes, ((struct flag_write){n, id, op->path, v->num}));
            }
        }
    }
}

// Another thread than `reader` makes the write: main, for globals any root that is not it, else
// (objects cannot be told apart) a function that ends threads. Main that runs the loop itself, too,
// may have an object of its own.
static bool is_elsewhere(const struct program *p, const struct flag_write *w, const struct test *t,
                         uint32_t reader) {
    bool reached = false;
    bool global = path_of(program_fn(p, w->node).facts, w->path)->kind == PATH_VAR;
    for (uint32_t i = 0; i < program_root_count(p); i++) {
        if (!program_root_runs(p, i, w->node, w->op)) {
            continue;
        }
        reached = true;
        uint8_t kind = program_root(p, i)->kind;
        if (kind == CONTEXT_MAIN
                ? program_main_has_company(p, w->node, w->op) &&
                      (global || !program_root_runs(p, i, t->node, t->read))
                : global && kind == CONTEXT_THREAD && program_roots_overlap(p, i, reader)) {
            return true;
        }
    }
    return (!reached || !global) && program_calls_effect(p, program_fn(p, w->node), EFFECT_JOIN);
}

// A write of another thread that ends the loop, when the thread itself makes none.
static const struct flag_write *find_write(const struct search *s, const struct test *t,
                                           uint32_t reader) {
    const struct program *p = s->ctx->program;
    const struct flag_write *found = NULL;
    for (uint32_t i = 0; i < s->writes.len; i++) {
        const struct flag_write *w = &s->writes.data[i];
        struct fn_ref fn = program_fn(p, w->node);
        if (!is_same_flag(t->fn.facts, t->path, fn.facts, w->path) ||
            ir_compare(t->cmp, w->value, t->num) != t->sense) {
            continue;
        }
        if (program_root_runs(p, reader, w->node, w->op)) {
            return NULL;
        }
        found = !found && is_elsewhere(p, w, t, reader) ? w : found;
    }
    return found;
}

// Nothing but small constants is ever stored, and nobody has its address.
static bool op_keeps_flag(const struct facts *f, const struct ir_op *op, const struct test *t) {
    const struct ir_val *v = &f->vals.data[op->val.v];
    if (op->kind == OP_WRITE || op->kind == OP_UPDATE) {
        bool constant =
            op->kind == OP_WRITE && v->kind == VAL_CONST && v->num >= 0 && v->num <= FLAG_VALUE_MAX;
        return constant || !is_same_flag(t->fn.facts, t->path, f, op->path);
    }
    for (uint32_t a = 0; op->kind == OP_CALL && a < f->calls.data[op->call.v].arg_count; a++) {
        const struct ir_val *x =
            &f->vals.data[f->args.data[f->calls.data[op->call.v].first_arg.v + a].v];
        if (x->kind == VAL_ADDR && is_same_flag(t->fn.facts, t->path, f, x->path)) {
            return false;
        }
    }
    return true;
}

static bool is_flag(const struct search *s, const struct test *t) {
    const struct program *p = s->ctx->program;
    for (node_id n = 0; n < program_fn_count(p); n++) {
        struct fn_ref fn = program_fn(p, n);
        for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
            const struct ir_block *b = graph_block(fn, i);
            for (uint32_t k = 0; k < b->op_count; k++) {
                if (!op_keeps_flag(fn.facts, &fn.facts->ops.data[b->first_op.v + k], t)) {
                    return false;
                }
            }
        }
    }
    return true;
}

// One finding for each flag, however many loops read it.
static bool is_told(const struct search *s, const struct test *t) {
    for (uint32_t i = 0; i < s->told.len; i++) {
        if (is_same_flag(t->fn.facts, t->path, s->told.data[i].facts, s->told.data[i].path)) {
            return true;
        }
    }
    return false;
}

static bool is_side(const struct race_side *side, const struct facts *f, loc_id loc) {
    return side->fn.facts == f && side->loc.v == loc.v;
}

// shared-state-race tells it: one finding is enough.
static bool is_told_as_race(const struct program *p, const struct test *t,
                            const struct flag_write *w) {
    const struct facts *f = t->fn.facts;
    const struct facts *g = program_fn(p, w->node).facts;
    loc_id read = f->ops.data[t->read.v].loc;
    loc_id write = g->ops.data[w->op.v].loc;
    for (uint32_t i = 0; i < program_race_count(p); i++) {
        const struct program_race *r = program_race(p, i);
        if (r->here.volatile_ || r->other.volatile_) {
            continue; // no race is told of those
        }
        if (is_side(&r->here, f, read) || is_side(&r->other, f, read) ||
            is_side(&r->here, g, write) || is_side(&r->other, g, write)) {
            return true;
        }
    }
    return false;
}

// Where the flag is declared, in a C file; none when other files may declare it, too.
static loc_id declaration(const struct facts *f, path_id path) {
    const struct ir_path *p = path_of(f, path);
    const struct ir_var *v = &f->vars.data[p->var.v];
    for (uint32_t i = 0; i < f->files.len; i++) {
        if (f->files.data[i].is_main &&
            !str_ends(facts_text(f, f->files.data[i].path), STR(".c"))) {
            return (loc_id){0};
        }
    }
    if (p->kind == PATH_VAR) {
        return v->kind == VAR_STATIC_LOCAL || (v->flags & VAR_INTERNAL) ? v->loc : (loc_id){0};
    }
    const struct ir_record *r = &f->records.data[p->record.v];
    for (uint32_t i = 0; p->kind == PATH_FIELD && i < r->field_count; i++) {
        const struct ir_field *field = &f->fields.data[r->first_field.v + i];
        if (field->name.v == p->name.v) {
            return field->loc;
        }
    }
    return (loc_id){0};
}

static void report(struct search *s, const struct test *t, const struct flag_write *w,
                   uint32_t root) {
    struct rule_ctx *ctx = s->ctx;
    const struct program_root *r = program_root(ctx->program, root);
    struct fn_ref writer = program_fn(ctx->program, w->node);
    struct flow_site site = {writer, writer.facts->ops.data[w->op.v].loc};
    const struct ir_op *read = &t->fn.facts->ops.data[t->read.v];
    struct buf text;
    buf_init(&text, 160);
    facts_print_path(t->fn.facts, t->path, &text);
    struct finding *f = rule_report(
        ctx, t->fn, read->loc,
        "the loop of thread '" STR_FMT
        "' ends when it sees '%s', a %s variable that another thread sets (at %s): that is a "
        "data race, and the loop may never see it; make it atomic",
        STR_ARG(program_fn_name(ctx->program, r->node)), buf_c(&text),
        read->flags & OPF_VOLATILE ? "volatile" : "plain", rule_where(ctx, site));
    if (f) {
        vec_push(ctx->arena, &s->told, ((struct told){t->fn.facts, t->path}));
        f->subject = (struct str){arena_copy(ctx->arena, buf_c(&text), text.len), text.len};
        rule_step(ctx, f, STEP_SPAWN, r->site.at, r->site.loc, "the thread is started here");
        rule_chain(ctx, f, root, t->node);
        rule_step(ctx, f, STEP_ACCESS, t->fn, read->loc, "the flag is read without a lock");
        rule_related(ctx, f, site, "the flag is set here");
        rule_fix(ctx, f, FIX_ATOMIC_FLAG, t->fn, declaration(t->fn.facts, t->path));
    }
    buf_release(&text);
}

static void check_test(struct search *s, const struct test *t) {
    const struct program *p = s->ctx->program;
    for (uint32_t root = 0; root < program_root_count(p); root++) {
        if (program_root(p, root)->kind != CONTEXT_THREAD ||
            !program_root_runs(p, root, t->node, t->read)) {
            continue;
        }
        const struct flag_write *w = find_write(s, t, root);
        if (w && !is_told(s, t) && !is_told_as_race(p, t, w) &&
            !program_may_hold_at(p, t->node, t->read, s->ctx->arena) && is_flag(s, t)) {
            report(s, t, w, root);
            return;
        }
    }
}

static op_id plain_read(const struct facts *f, const struct ir_block *b, path_id path) {
    for (uint32_t k = b->op_count; k > 0; k--) {
        op_id id = {b->first_op.v + k - 1};
        if (f->ops.data[id.v].kind == OP_READ && f->ops.data[id.v].path.v == path.v) {
            return f->ops.data[id.v].flags & OPF_ATOMIC ? (op_id){0} : id;
        }
    }
    return (op_id){0};
}

// Tests of a flag that leave a loop.
static void check_function(struct search *s, node_id n) {
    struct fn_ref fn = program_fn(s->ctx->program, n);
    const struct facts *f = fn.facts;
    struct loops loops = graph_loops(fn, s->ctx->arena);
    for (uint32_t i = 0; loops.count && i < loops.block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        const struct loop *loop = graph_innermost(&loops, i);
        const struct ir_val *x = &f->vals.data[b->lhs.v];
        const struct ir_val *y = &f->vals.data[b->rhs.v];
        if (!loop || b->term != TERM_BRANCH || x->kind != VAL_PATH || y->kind != VAL_CONST ||
            !is_shared(f, x->path)) {
            continue;
        }
        for (uint32_t k = 0; k < b->edge_count; k++) {
            op_id read = plain_read(f, b, x->path);
            uint8_t kind = f->edges.data[b->first_edge.v + k].kind;
            if (read.v && !loop->inside[graph_target(fn, b, k)]) {
                check_test(s,
                           &(struct test){n, fn, x->path, read, b->cmp, y->num, kind == EDGE_TRUE});
            }
        }
    }
}

static bool runs_in_thread(const struct program *p, node_id n) {
    for (uint32_t i = 0; i < program_root_count(p); i++) {
        if (program_root(p, i)->kind == CONTEXT_THREAD && program_root_reaches(p, i, n)) {
            return true;
        }
    }
    return false;
}

static void check(struct rule_ctx *ctx) {
    struct search s = {.ctx = ctx};
    for (node_id n = 0; n < program_fn_count(ctx->program); n++) {
        collect(&s, n);
    }
    for (node_id n = 0; n < program_fn_count(ctx->program); n++) {
        if (runs_in_thread(ctx->program, n)) {
            check_function(&s, n);
        }
    }
}

extern const struct rule rule_cancellation_plain_flag;
const struct rule rule_cancellation_plain_flag = {
    .id = "cancellation-plain-flag",
    .summary = "The flag that stops a thread is a plain or volatile variable",
    .level = LEVEL_WARNING,
    .precision = PRECISION_HIGH,
    .cwe = {366, 667},
    .check_program = check,
};
