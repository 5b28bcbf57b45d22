// A signal handler does what is not safe there: it calls a function that is not async-signal-safe,
// or writes a variable that the interrupted code uses and that is neither volatile sig_atomic_t nor
// atomic.
//
// Reported in the handler: at the call that leads to the unsafe one, or at the write.
#include "checker/flow/graph.h"
#include "rules/shared-state/shared-state.h"

struct visit {
    struct rule_ctx *ctx;
    uint32_t root;
    const struct program_root *handler;
    node_id node; // the function looked at
    struct fn_ref fn;
};

// Where the handler itself goes wrong: `loc` when it is looked at, else its call that leads here.
static loc_id place_in_handler(const struct visit *v, loc_id loc) {
    struct flow_site first = {v->fn, loc};
    (void)program_root_chain(v->ctx->program, v->root, v->node, &first, 1);
    return first.loc;
}

static void tell(const struct visit *v, struct finding *f, loc_id loc, const char *what) {
    if (!f) {
        return;
    }
    struct rule_ctx *ctx = v->ctx;
    const struct program_root *r = v->handler;
    f->subject = program_fn_name(ctx->program, r->node);
    rule_step(ctx, f, STEP_NOTE, r->site.at, r->site.loc,
              "'" STR_FMT "' is installed as a signal handler here", STR_ARG(f->subject));
    rule_chain(ctx, f, v->root, v->node);
    rule_step(ctx, f, STEP_CALL, v->fn, loc, "%s", what);
}

// Told by shared-state-self-deadlock-signal, which knows who else takes the lock.
static bool locks_or_unlocks(const struct visit *v, const struct ir_op *op) {
    return program_model_effect(v->ctx->program, v->fn.facts, op->call, EFFECT_ACQUIRE) ||
           program_model_effect(v->ctx->program, v->fn.facts, op->call, EFFECT_RELEASE);
}

static void check_call(const struct visit *v, const struct ir_op *op) {
    const struct model_function *m = program_library(v->ctx->program, v->fn.facts, op->call);
    if (!m || !(m->flags & (FN_SIGNAL_UNSAFE | FN_SIGNAL_DOUBTFUL)) || locks_or_unlocks(v, op)) {
        return;
    }
    struct fn_ref fn = program_fn(v->ctx->program, v->handler->node);
    struct str name = facts_sym_name(v->fn.facts, v->fn.facts->calls.data[op->call.v].callee);
    loc_id loc = place_in_handler(v, op->loc);
    const char *where =
        v->node == v->handler->node ? "" : rule_where(v->ctx, (struct flow_site){v->fn, op->loc});
    bool note = handler_is_for_faults(v->handler) || !(m->flags & FN_SIGNAL_UNSAFE);
    struct finding *f = rule_report_or_note(
        v->ctx, note, fn, loc,
        "'" STR_FMT "'%s%s%s is called in a signal handler but is not async-signal-safe: the code "
        "it interrupts may be in the middle "
        "of using the same memory or lock",
        STR_ARG(name), *where ? " (" : "", where, *where ? ")" : "");
    tell(v, f, op->loc, "this call is not async-signal-safe");
}

// Variable a place lies in, without following pointers.
static var_id whole_of(const struct facts *f, path_id path) {
    const struct ir_path *p = &f->paths.data[path.v];
    while (p->kind == PATH_FIELD || p->kind == PATH_INDEX) {
        p = &f->paths.data[p->base.v];
    }
    return p->kind == PATH_VAR ? p->var : (var_id){0};
}

static bool is_shared_variable(const struct facts *f, var_id var) {
    const struct ir_var *v = &f->vars.data[var.v];
    return (v->kind == VAR_GLOBAL || v->kind == VAR_STATIC_LOCAL) &&
           !(v->flags & (VAR_THREAD_LOCAL | VAR_SYSTEM));
}

static bool is_sig_atomic(const struct facts *f, type_id type) {
    for (type_id t = type; f->types.data[t.v].kind == TYPE_TYPEDEF; t = f->types.data[t.v].target) {
        if (str_eq(facts_text(f, f->types.data[t.v].name), STR("sig_atomic_t"))) {
            return true;
        }
    }
    return false;
}

// Place the handler writes: a variable, or this field of it.
struct target {
    struct str key;
    struct str field; // the outermost one, empty for none
};

static struct str field_of(const struct facts *f, path_id path) {
    struct str name = {0};
    const struct ir_path *p = &f->paths.data[path.v];
    for (; p->kind == PATH_FIELD || p->kind == PATH_INDEX; p = &f->paths.data[p->base.v]) {
        name = p->kind == PATH_FIELD ? facts_text(f, p->name) : name;
    }
    return name;
}

static bool is_at(const struct facts *f, path_id path, const struct target *t) {
    var_id var = whole_of(f, path);
    struct str field = field_of(f, path);
    return var.v && str_eq(facts_text(f, f->vars.data[var.v].key), t->key) &&
           (!field.len || !t->field.len || str_eq(field, t->field));
}

static bool op_touches(const struct program *p, const struct facts *f, const struct ir_op *op,
                       const struct target *t) {
    if (op->kind == OP_READ || op->kind == OP_WRITE || op->kind == OP_UPDATE) {
        return is_at(f, op->path, t);
    }
    const struct ir_call *c = &f->calls.data[op->call.v];
    const struct model_function *m = op->kind == OP_CALL ? program_library(p, f, op->call) : NULL;
    for (uint32_t a = 0; op->kind == OP_CALL && a < c->arg_count; a++) {
        const struct ir_val *x = &f->vals.data[f->args.data[c->first_arg.v + a].v];
        bool fills = m && m->fills_arg == (int)a; // memset: makes it ready
        if (!fills && (x->kind == VAL_ADDR || x->kind == VAL_PATH) && is_at(f, x->path, t)) {
            return true;
        }
    }
    return false;
}

enum { WRAPPER_BLOCKS = 3 };

// Holds signals back or lets them come, by a call of its own or of a function that does little
// else.
static bool calls_mask(const struct program *p, node_id n, bool is_wrapper) {
    struct fn_ref fn = program_fn(p, n);
    const struct ir_fn *ir = &fn.facts->fns.data[fn.fn.v];
    for (uint32_t i = 0; i < ir->block_count && !(is_wrapper && ir->block_count > WRAPPER_BLOCKS);
         i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            const struct model_function *m =
                op->kind == OP_CALL ? program_library(p, fn.facts, op->call) : NULL;
            node_id to = op->kind == OP_CALL ? program_callee(p, fn.facts, op->call) : NODE_NONE;
            if ((m && (m->flags & FN_MASKS_SIGNALS)) ||
                (to != NODE_NONE && !is_wrapper && calls_mask(p, to, true))) {
                return true;
            }
        }
    }
    return false;
}

// Code that the handler does not call uses the variable too, and lets signals come meanwhile.
static bool is_used_elsewhere(const struct visit *v, path_id path) {
    const struct program *p = v->ctx->program;
    const struct facts *f = v->fn.facts;
    const struct target t = {facts_text(f, f->vars.data[whole_of(f, path).v].key),
                             field_of(f, path)};
    for (node_id n = 0; n < program_fn_count(p); n++) {
        struct fn_ref fn = program_fn(p, n);
        const struct ir_fn *ir = &fn.facts->fns.data[fn.fn.v];
        for (uint32_t i = 0; i < ir->block_count && !(ir->flags & FN_GLOBAL_INIT) &&
                             !program_root_reaches(p, v->root, n);
             i++) {
            const struct ir_block *b = graph_block(fn, i);
            for (uint32_t k = 0; k < b->op_count; k++) {
                if (op_touches(p, fn.facts, &fn.facts->ops.data[b->first_op.v + k], &t) &&
                    !calls_mask(p, n, false)) {
                    return true;
                }
            }
        }
    }
    return false;
}

static struct str path_name(const struct visit *v, path_id path) {
    struct buf text;
    buf_init(&text, 160);
    facts_print_path(v->fn.facts, path, &text);
    struct str name = {arena_copy(v->ctx->arena, buf_c(&text), text.len), text.len};
    buf_release(&text);
    return name;
}

// The handler itself, or a function that it calls for this.
static bool is_near_handler(const struct visit *v) {
    struct flow_site calls[2];
    return program_root_chain(v->ctx->program, v->root, v->node, calls, 2) < 2;
}

static void check_write(const struct visit *v, const struct ir_op *op) {
    const struct facts *f = v->fn.facts;
    var_id var = whole_of(f, op->path);
    if (!var.v || !is_shared_variable(f, var) || (op->flags & (OPF_ATOMIC | OPF_INIT)) ||
        !is_near_handler(v) || program_has_own_lock(v->ctx->program, v->node) ||
        program_never_returns(v->ctx->program, v->handler->node) ||
        ((op->flags & OPF_VOLATILE) && is_sig_atomic(f, f->paths.data[op->path.v].type)) ||
        !is_used_elsewhere(v, op->path)) {
        return;
    }
    struct fn_ref fn = program_fn(v->ctx->program, v->handler->node);
    struct str name = path_name(v, op->path);
    loc_id loc = place_in_handler(v, op->loc);
    bool note = (op->flags & OPF_VOLATILE) || handler_is_for_faults(v->handler);
    struct finding *x = rule_report_or_note(
        v->ctx, note, fn, loc,
        "a signal handler writes '" STR_FMT "', which the code it interrupts uses: only 'volatile "
        "sig_atomic_t' and lock-free atomics may be shared with a handler",
        STR_ARG(name));
    tell(v, x, op->loc, "this write may be seen half done, or not at all");
    if (x && v->node == v->handler->node) {
        x->subject = name;
    }
}

// `strcpy(message, ...)`: memory that a global names is written by the callee.
static void check_fill(const struct visit *v, const struct ir_op *op) {
    const struct facts *f = v->fn.facts;
    const struct ir_call *c = &f->calls.data[op->call.v];
    const struct model_function *m = program_library(v->ctx->program, f, op->call);
    uint32_t index = m && m->fills_arg >= 0 ? (uint32_t)m->fills_arg : UINT32_MAX;
    if (index >= c->arg_count) {
        return;
    }
    const struct ir_val *to = &f->vals.data[f->args.data[c->first_arg.v + index].v];
    var_id var = to->kind == VAL_PATH || to->kind == VAL_ADDR ? whole_of(f, to->path) : (var_id){0};
    if (!var.v || !is_shared_variable(f, var) ||
        (to->kind == VAL_ADDR && !is_used_elsewhere(v, to->path))) {
        return;
    }
    struct fn_ref fn = program_fn(v->ctx->program, v->handler->node);
    struct str name = facts_text(f, f->vars.data[var.v].name);
    loc_id loc = place_in_handler(v, op->loc);
    struct finding *x = rule_report_or_note(v->ctx, handler_is_for_faults(v->handler), fn, loc,
                                            "a signal handler changes the memory of '" STR_FMT
                                            "', which the code it interrupts may be using",
                                            STR_ARG(name));
    tell(v, x, op->loc, "this write may be seen half done, or not at all");
}

static void check_function_of(struct visit *v) {
    for (uint32_t i = 0; i < v->fn.facts->fns.data[v->fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(v->fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            op_id id = {b->first_op.v + k};
            const struct ir_op *op = &v->fn.facts->ops.data[id.v];
            if (!program_root_runs(v->ctx->program, v->root, v->node, id)) {
                continue;
            }
            if (op->kind == OP_CALL) {
                check_call(v, op);
                check_fill(v, op);
            } else if (op->kind == OP_WRITE || op->kind == OP_UPDATE) {
                check_write(v, op);
            }
        }
    }
}

static void check(struct rule_ctx *ctx) {
    const struct program *p = ctx->program;
    for (uint32_t i = 0; i < program_root_count(p); i++) {
        const struct program_root *r = program_root(p, i);
        for (node_id n = 0; r->kind == CONTEXT_HANDLER && n < program_fn_count(p); n++) {
            if (program_root_reaches(p, i, n)) {
                struct visit v = {
                    .ctx = ctx, .root = i, .handler = r, .node = n, .fn = program_fn(p, n)};
                check_function_of(&v);
            }
        }
    }
}

extern const struct rule rule_shared_state_unsafe_signal_handler;
const struct rule rule_shared_state_unsafe_signal_handler = {
    .id = "shared-state-unsafe-signal-handler",
    .summary = "A signal handler calls what is not async-signal-safe or writes what the "
               "interrupted code uses",
    .level = LEVEL_WARNING,
    .precision = PRECISION_HIGH,
    .cwe = {479, 828},
    .cert = "SIG30-C",
    .check_program = check,
};
