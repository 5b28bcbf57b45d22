// A file is asked about by its name, and the answer decides whether it is opened or changed by its
// name: in between, another process can put another file there (TOCTOU).
#include "checker/flow/graph.h"
#include "checker/rule/check.h"

enum { OPEN_WRITES = 3, OPEN_EXCLUSIVE = 128, MAX_USES = 64 }; // O_WRONLY | O_RDWR, O_EXCL

// A call that names a file.
struct use {
    call_id call;
    uint32_t block;
    uint32_t op;
    uint32_t flags; // FN_*
    val_id path;
    struct str name; // of the function
};

struct search {
    struct rule_ctx *ctx;
    struct fn_ref fn;
    struct use uses[MAX_USES];
    uint32_t count;
    bool asks_of_file; // what was opened is compared with what was asked
};

static val_id argument(const struct facts *f, call_id call, uint32_t index) {
    const struct ir_call *c = &f->calls.data[call.v];
    return index < c->arg_count ? f->args.data[c->first_arg.v + index] : (val_id){0};
}

static bool has(struct str text, char c) {
    return memchr(text.ptr, c, text.len) != NULL;
}

// How a file is opened: FN_PATH_ASKS for reading (whether it is there), FN_PATH_ALTERS for writing.
static uint32_t open_kind(const struct facts *f, val_id how) {
    const struct ir_val *v = &f->vals.data[how.v];
    if (v->kind == VAL_STR) {
        struct str mode = facts_text(f, v->name);
        bool writes = has(mode, 'w') || has(mode, 'a') || has(mode, '+');
        return !writes ? FN_PATH_ASKS : has(mode, 'x') ? 0 : FN_PATH_ALTERS;
    }
    if (v->kind == VAL_CONST) {
        bool writes = v->num & OPEN_WRITES;
        return !writes ? FN_PATH_ASKS : v->num & OPEN_EXCLUSIVE ? 0 : FN_PATH_ALTERS;
    }
    return 0;
}

static void collect(struct search *s) {
    const struct facts *f = s->fn.facts;
    for (uint32_t i = 0; i < f->fns.data[s->fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(s->fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            const struct model_function *m =
                op->kind == OP_CALL ? program_library(s->ctx->program, f, op->call) : NULL;
            s->asks_of_file |= m && (m->flags & FN_FILE_ASKS);
            if (!m || m->path_arg < 0 || s->count == MAX_USES) {
                continue;
            }
            uint32_t at = (uint32_t)m->path_arg;
            s->uses[s->count++] = (struct use){
                .call = op->call,
                .block = i,
                .op = b->first_op.v + k,
                .flags = m->flags & FN_PATH_OPENS
                             ? FN_PATH_OPENS | open_kind(f, argument(f, op->call, at + 1))
                             : m->flags,
                .path = argument(f, op->call, at),
                .name = facts_sym_name(f, f->calls.data[op->call.v].callee)};
        }
    }
}

static var_id root_variable(const struct facts *f, val_id val) {
    const struct ir_path *p = &f->paths.data[f->vals.data[val.v].path.v];
    while (p->kind == PATH_FIELD || p->kind == PATH_INDEX) {
        p = &f->paths.data[p->base.v];
    }
    return p->kind == PATH_VAR ? p->var : (var_id){0};
}

static bool follows(const struct search *s, uint32_t from_block, uint32_t from_op,
                    uint32_t to_block, uint32_t to_op) {
    return (from_block == to_block && from_op < to_op) ||
           graph_reaches(s->fn, from_block, to_block, UINT32_MAX, s->ctx->arena);
}

// The op may make the name another one: it stores to the variable, or gets the buffer.
static bool op_renames(const struct search *s, const struct ir_op *op, const struct use *a) {
    const struct facts *f = s->fn.facts;
    if (op->kind == OP_WRITE || op->kind == OP_UPDATE) {
        const struct ir_path *p = &f->paths.data[op->path.v];
        return p->kind == PATH_VAR && p->var.v == root_variable(f, a->path).v;
    }
    const struct ir_call *c = &f->calls.data[op->call.v];
    const struct model_function *m =
        op->kind == OP_CALL ? program_library(s->ctx->program, f, op->call) : NULL;
    bool harmless =
        op->kind != OP_CALL || f->vals.data[a->path.v].kind != VAL_ADDR || (m && m->path_arg >= 0);
    for (uint32_t i = 0; !harmless && i < c->arg_count; i++) {
        if (root_variable(f, f->args.data[c->first_arg.v + i]).v == root_variable(f, a->path).v) {
            return true;
        }
    }
    return false;
}

static bool is_renamed(const struct search *s, const struct use *a, const struct use *b) {
    const struct facts *f = s->fn.facts;
    if (f->vals.data[a->path.v].kind == VAL_STR) {
        return false;
    }
    for (uint32_t i = 0; i < f->fns.data[s->fn.fn.v].block_count; i++) {
        const struct ir_block *x = graph_block(s->fn, i);
        for (uint32_t k = x->first_op.v; k < x->first_op.v + x->op_count; k++) {
            if (op_renames(s, &f->ops.data[k], a) && follows(s, a->block, a->op, i, k) &&
                follows(s, i, k, b->block, b->op)) {
                return true;
            }
        }
    }
    return false;
}

static bool is_named_alike(const struct search *s, const struct use *a, const struct use *b) {
    uint8_t kind = s->fn.facts->vals.data[a->path.v].kind;
    return a->path.v == b->path.v && (kind == VAL_STR || ((kind == VAL_PATH || kind == VAL_ADDR) &&
                                                          root_variable(s->fn.facts, a->path).v));
}

// The value is the answer of the call: its result, a variable that got it, or what the call filled.
static bool is_answer(const struct search *s, val_id val, call_id call) {
    const struct facts *f = s->fn.facts;
    const struct ir_val *v = &f->vals.data[val.v];
    if (v->kind == VAL_UNARY || v->kind == VAL_BINARY) {
        return is_answer(s, v->a, call) || (v->b.v && is_answer(s, v->b, call));
    }
    if (v->kind == VAL_CALL) {
        return v->call.v == call.v;
    }
    for (uint32_t i = 0; v->kind == VAL_PATH && i < f->fns.data[s->fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(s->fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            const struct ir_val *w = &f->vals.data[op->val.v];
            if (op->kind == OP_WRITE && op->path.v == v->path.v && w->kind == VAL_CALL &&
                w->call.v == call.v) {
                return true;
            }
        }
    }
    const struct ir_call *c = &f->calls.data[call.v];
    for (uint32_t i = 1; v->kind == VAL_PATH && i < c->arg_count; i++) {
        val_id arg = f->args.data[c->first_arg.v + i];
        if (f->vals.data[arg.v].kind == VAL_ADDR &&
            root_variable(f, arg).v == root_variable(f, val).v && root_variable(f, arg).v) {
            return true;
        }
    }
    return false;
}

// On this edge the opening failed: the result is NULL, or less than 0.
static bool is_failure(const struct facts *f, const struct ir_block *b, uint32_t edge) {
    bool sense = f->edges.data[b->first_edge.v + edge].kind == EDGE_TRUE;
    bool swapped = f->vals.data[b->lhs.v].kind == VAL_CONST;
    int64_t num = f->vals.data[swapped ? b->lhs.v : b->rhs.v].num;
    bool is_null = (b->cmp == OPR_EQ) == sense && (b->cmp == OPR_EQ || b->cmp == OPR_NE);
    bool is_negative = b->cmp == OPR_LT ? sense : b->cmp == OPR_GE && !sense;
    return (is_null && num <= 0) || (is_negative && !swapped && num == 0);
}

// The answer of `a` decides whether control comes to `b`.
static bool decides(const struct search *s, const struct use *a, const struct use *b) {
    const struct facts *f = s->fn.facts;
    for (uint32_t i = 0; i < f->fns.data[s->fn.fn.v].block_count; i++) {
        const struct ir_block *x = graph_block(s->fn, i);
        bool asked = x->term == TERM_BRANCH && x->edge_count == 2 && i != b->block &&
                     (i == a->block || graph_reaches(s->fn, a->block, i, b->block, s->ctx->arena));
        if (!asked || !(is_answer(s, x->lhs, a->call) || is_answer(s, x->rhs, a->call))) {
            continue;
        }
        bool ways[2] = {false, false};
        for (uint32_t k = 0; k < 2; k++) {
            uint32_t to = graph_target(s->fn, x, k);
            ways[k] = to == b->block || graph_reaches(s->fn, to, b->block, i, s->ctx->arena);
        }
        uint32_t only = ways[0] ? 0 : 1;
        if (ways[0] != ways[1] && (!(a->flags & FN_PATH_OPENS) || is_failure(f, x, only))) {
            return true;
        }
    }
    return false;
}

static void report(struct search *s, const struct use *a, const struct use *b) {
    const struct facts *f = s->fn.facts;
    loc_id from = f->calls.data[a->call.v].loc;
    loc_id to = f->calls.data[b->call.v].loc;
    struct finding *x = rule_report(
        s->ctx, s->fn, from,
        "the answer of '" STR_FMT "' decides whether '" STR_FMT
        "' at line %u is reached, which names the file "
        "again: in between it can become another file; open it once (O_EXCL, \"x\" to create) "
        "and ask what was opened",
        STR_ARG(a->name), STR_ARG(b->name), f->locs.data[to.v].line);
    if (x) {
        x->subject = b->name;
        rule_step(s->ctx, x, STEP_NOTE, s->fn, to, "the name is used again here");
    }
}

static void check(struct rule_ctx *ctx) {
    struct search s = {.ctx = ctx, .fn = program_fn(ctx->program, ctx->node)};
    collect(&s);
    for (uint32_t i = 0; i < s.count && !s.asks_of_file; i++) {
        const struct use *a = &s.uses[i];
        for (uint32_t k = 0; (a->flags & FN_PATH_ASKS) && k < s.count; k++) {
            const struct use *b = &s.uses[k];
            if ((b->flags & FN_PATH_ALTERS) && is_named_alike(&s, a, b) &&
                follows(&s, a->block, a->op, b->block, b->op) && decides(&s, a, b) &&
                !is_renamed(&s, a, b)) {
                report(&s, a, b);
                break;
            }
        }
    }
}

extern const struct rule rule_shared_state_file_check_then_use;
const struct rule rule_shared_state_file_check_then_use = {
    .id = "shared-state-file-check-then-use",
    .summary = "A file is asked about by name and then opened or changed by name",
    .level = LEVEL_NOTE,
    .precision = PRECISION_MEDIUM,
    .review = true,
    .cwe = {367},
    .cert = "FIO45-C",
    .check_function = check,
};
