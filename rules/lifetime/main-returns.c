// main returns, or exit is called, while threads still use static objects that are destroyed then.
#include "checker/rule/check.h"

enum { USE_DEPTH = 4, FIELD_DEPTH = 4 };

// Types of the standard library whose objects need no destruction, or only when what they hold
// does.
static bool is_plain_std(struct str name) {
    static const char *const plain[] = {"std::atomic",
                                        "std::mutex",
                                        "std::once_flag",
                                        "std::shared_mutex",
                                        "std::timed_mutex",
                                        "std::recursive_",
                                        "std::array",
                                        "std::pair",
                                        "std::tuple",
                                        "std::optional",
                                        "std::chrono::",
                                        "std::basic_string_view",
                                        "std::span",
                                        "std::bitset",
                                        "std::initializer_list",
                                        "std::counting_semaphore",
                                        "std::reference_wrapper"};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        if (str_starts(name, str_from(plain[i]))) {
            return true;
        }
    }
    return false;
}

static bool has_destructor(const struct facts *f, type_id type, unsigned depth) {
    type_id t = facts_strip_typedefs(f, type, NULL);
    while (f->types.data[t.v].kind == TYPE_ARRAY) {
        t = facts_strip_typedefs(f, f->types.data[t.v].target, NULL);
    }
    if (f->types.data[t.v].kind != TYPE_RECORD || !depth) {
        return false;
    }
    struct str name = facts_text(f, f->types.data[t.v].name);
    if (str_starts(name, STR("std::"))) {
        return !is_plain_std(name);
    }
    const struct ir_record *r = &f->records.data[f->types.data[t.v].record.v];
    if (r->flags & RECORD_USER_DTOR) {
        return true;
    }
    for (uint32_t i = 0; i < r->field_count; i++) {
        if (has_destructor(f, f->fields.data[r->first_field.v + i].type, depth - 1)) {
            return true;
        }
    }
    return false;
}

static bool is_destroyed_at_exit(const struct facts *f, var_id var) {
    const struct ir_var *v = &f->vars.data[var.v];
    bool is_static = v->kind == VAR_GLOBAL || v->kind == VAR_STATIC_LOCAL;
    return is_static && !(v->flags & (VAR_SYSTEM | VAR_THREAD_LOCAL)) &&
           has_destructor(f, v->type, FIELD_DEPTH);
}

static var_id root_of(const struct facts *f, path_id path) {
    const struct ir_path *p = &f->paths.data[path.v];
    while (p->kind == PATH_FIELD || p->kind == PATH_INDEX) {
        p = &f->paths.data[p->base.v];
    }
    return p->kind == PATH_VAR ? p->var : (var_id){0};
}

static var_id used_static(const struct rule_ctx *ctx, node_id n, unsigned depth);

static var_id used_by_call(const struct rule_ctx *ctx, const struct facts *f, call_id call,
                           unsigned depth) {
    const struct ir_call *c = &f->calls.data[call.v];
    for (uint32_t i = 0; i < c->arg_count; i++) {
        const struct ir_val *v = &f->vals.data[f->args.data[c->first_arg.v + i].v];
        var_id root = v->path.v ? root_of(f, v->path) : (var_id){0};
        if (root.v && is_destroyed_at_exit(f, root)) {
            return root;
        }
    }
    node_id to = program_callee(ctx->program, f, call);
    // a variable of another TU has another id: only uses in the same TU are named
    if (to != NODE_NONE && depth && program_fn(ctx->program, to).facts == f) {
        return used_static(ctx, to, depth - 1);
    }
    return (var_id){0};
}

static var_id used_static(const struct rule_ctx *ctx, node_id n, unsigned depth) {
    struct fn_ref fn = program_fn(ctx->program, n);
    const struct facts *f = fn.facts;
    const struct ir_fn *ir = &f->fns.data[fn.fn.v];
    for (uint32_t i = 0; i < ir->block_count; i++) {
        const struct ir_block *b = &f->blocks.data[ir->first_block.v + i];
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            var_id root =
                op->kind == OP_CALL ? used_by_call(ctx, f, op->call, depth) : root_of(f, op->path);
            if (root.v && is_destroyed_at_exit(f, root)) {
                return root;
            }
        }
    }
    return (var_id){0};
}

static void check_exit(struct rule_ctx *ctx, const struct flow_result *r,
                       const struct flow_exit *x) {
    for (uint32_t k = 0; k < x->object_count; k++) {
        const struct object_state *o = &x->objects[k];
        bool runs =
            o->kind == OBJECT_THREAD && (o->status == OBJECT_LIVE || o->status == OBJECT_DETACHED);
        node_id entry = program_node_of_value(ctx->program, o->entry);
        if (!runs || entry == NODE_NONE) {
            continue;
        }
        var_id used = used_static(ctx, entry, USE_DEPTH);
        if (!used.v) {
            continue;
        }
        const struct facts *ef = program_fn(ctx->program, entry).facts;
        struct str name = facts_text(ef, ef->vars.data[used.v].name);
        struct finding *f =
            rule_report(ctx, r->fn, x->loc,
                        "%s while the thread running '" STR_FMT "' may still use '" STR_FMT
                        "', which is destroyed now",
                        x->kind == EXIT_END ? "the program exits" : "main returns",
                        STR_ARG(program_fn_name(ctx->program, entry)), STR_ARG(name));
        if (f) {
            f->subject = name;
            rule_trace(ctx, f, r, x->trace);
            rule_related(ctx, f, rule_site(ctx, o->site), "the thread is started here");
        }
    }
}

static void check(struct rule_ctx *ctx) {
    bool is_main = program_is_main(ctx->program, ctx->node);
    const struct flow_result *r = program_flow(ctx->program, ctx->node, FLOW_THREADS);
    for (uint32_t i = 0; r && i < r->exits.len; i++) {
        const struct flow_exit *x = &r->exits.data[i];
        const struct effect *end =
            x->kind == EXIT_END
                ? program_model_effect(ctx->program, r->fn.facts, x->last, EFFECT_NORETURN)
                : NULL;
        if ((is_main && x->kind == EXIT_RETURN) || (end && end->flags & EF_ORDERLY)) {
            check_exit(ctx, r, x);
        }
    }
}

extern const struct rule rule_lifetime_main_returns;
const struct rule rule_lifetime_main_returns = {
    .id = "lifetime-main-returns",
    .summary = "main returns while threads use static objects that are destroyed then",
    .level = LEVEL_WARNING,
    .precision = PRECISION_HIGH,
    .cwe = {416, 826},
    .check_function = check,
};
