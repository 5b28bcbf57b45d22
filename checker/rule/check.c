// Rules over a program; findings from places and traces.
#include "checker/rule/check.h"

#include "checker/base/buf.h"
#include "checker/flow/graph.h"

#include <stdio.h>

enum { MESSAGE_MAX = 2000, TRACE_MAX = 24 };

struct str rule_text(struct rule_ctx *ctx, const char *format, va_list args) {
    char text[MESSAGE_MAX];
    int n = vsnprintf(text, sizeof text, format, args);
    size_t len = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
    return (struct str){arena_copy(ctx->arena, text, len), len};
}

struct place rule_place(const struct facts *f, loc_id loc) {
    const struct ir_loc *l = &f->locs.data[loc.v];
    return (struct place){.file = facts_text(f, f->files.data[l->file.v].path),
                          .line = l->line,
                          .col = l->col,
                          .end_col = l->end_col};
}

static bool is_wanted(const struct rule_ctx *ctx, struct str file) {
    for (uint32_t i = 0; i < ctx->only_count; i++) {
        if (str_eq(ctx->only[i], file)) {
            return true;
        }
    }
    return ctx->only_count == 0;
}

bool rule_is_reported_at(const struct rule_ctx *ctx, const struct facts *f, loc_id loc) {
    const struct ir_loc *l = &f->locs.data[loc.v];
    if (!l->line || !f->files.data[l->file.v].is_own) {
        return false;
    }
    struct str file = facts_text(f, f->files.data[l->file.v].path);
    return is_wanted(ctx, file) && !config_is_excluded(ctx->config, file);
}

static struct finding *add_finding(struct rule_ctx *ctx, struct fn_ref fn, loc_id loc,
                                   struct str message) {
    const struct facts *f = fn.facts;
    if (!rule_is_reported_at(ctx, f, loc)) {
        return NULL;
    }
    struct finding x = {.rule = ctx->rule, .place = rule_place(f, loc), .message = message};
    x.level = (uint8_t)config_level(ctx->config, ctx->rule, x.place.file);
    if (x.level == LEVEL_OFF) {
        return NULL;
    }
    if (fn.fn.v) {
        const struct ir_fn *ir = &f->fns.data[fn.fn.v];
        x.function = facts_sym_name(f, ir->sym);
        x.partial = (ir->flags & (FN_PARTIAL | FN_TRUNCATED)) != 0;
    }
    vec_push(ctx->out->arena, &ctx->out->items, x);
    return &vec_last(&ctx->out->items);
}

struct finding *rule_report(struct rule_ctx *ctx, struct fn_ref fn, loc_id loc, const char *format,
                            ...) {
    va_list args;
    va_start(args, format);
    struct str message = rule_text(ctx, format, args);
    va_end(args);
    return add_finding(ctx, fn, loc, message);
}

struct finding *rule_report_or_note(struct rule_ctx *ctx, bool is_note, struct fn_ref fn,
                                    loc_id loc, const char *format, ...) {
    if (is_note && ctx->config->profile != PROFILE_REVIEW) {
        return NULL;
    }
    va_list args;
    va_start(args, format);
    struct str message = rule_text(ctx, format, args);
    va_end(args);
    struct finding *f = add_finding(ctx, fn, loc, message);
    if (f && is_note) {
        f->level = LEVEL_NOTE;
    }
    return f;
}

void rule_chain(struct rule_ctx *ctx, struct finding *f, uint32_t root, node_id to) {
    struct flow_site calls[TRACE_MAX];
    uint32_t n = program_root_chain(ctx->program, root, to, calls, TRACE_MAX);
    for (uint32_t i = 0; i < n; i++) {
        rule_step(ctx, f, STEP_CALL, calls[i].at, calls[i].loc, "called from here");
    }
}

void rule_step(struct rule_ctx *ctx, struct finding *f, enum step_kind kind, struct fn_ref fn,
               loc_id loc, const char *format, ...) {
    if (!fn.facts || !loc.v) {
        return;
    }
    va_list args;
    va_start(args, format);
    struct finding_step s = {.place = rule_place(fn.facts, loc),
                             .kind = (uint8_t)kind,
                             .text = rule_text(ctx, format, args)};
    va_end(args);
    vec_push(ctx->out->arena, &f->steps, s);
}

void rule_related(struct rule_ctx *ctx, struct finding *f, struct flow_site site,
                  const char *format, ...) {
    if (!site.at.facts || !site.loc.v) {
        return;
    }
    va_list args;
    va_start(args, format);
    struct finding_related r = {.place = rule_place(site.at.facts, site.loc),
                                .text = rule_text(ctx, format, args)};
    va_end(args);
    vec_push(ctx->out->arena, &f->related, r);
}

void rule_fix(struct rule_ctx *ctx, struct finding *f, enum fix_kind kind, struct fn_ref fn,
              loc_id loc) {
    (void)ctx; // as all that add to a finding
    const struct ir_loc *l = &fn.facts->locs.data[loc.v];
    bool is_word = kind == FIX_STRONG_CAS; // a macro of stdatomic.h; the line must name it
    if ((!l->in_macro || is_word) && fn.facts->files.data[l->file.v].is_own) {
        f->fix = (struct finding_fix){.kind = (uint8_t)kind, .place = rule_place(fn.facts, loc)};
    }
}

void rule_fix_from(struct rule_ctx *ctx, struct finding *f, enum fix_kind kind, struct fn_ref fn,
                   loc_id loc, loc_id source) {
    rule_fix(ctx, f, kind, fn, loc);
    f->fix.source = rule_place(fn.facts, source);
}

void rule_only_if_spelled(struct rule_ctx *ctx, struct finding *f, struct fn_ref fn, loc_id loc,
                          struct str word) {
    f->spelled_at = rule_place(fn.facts, loc);
    f->spelled = (struct str){arena_copy(ctx->arena, word.ptr, word.len), word.len};
}

struct flow_site rule_site(const struct rule_ctx *ctx, uint32_t site) {
    return flow_site_get(program_sites(ctx->program), site);
}

const char *rule_name(struct rule_ctx *ctx, struct fn_ref fn, expr_id e) {
    struct str params[MODEL_MAX_PARAMS];
    uint32_t count = 0;
    if (fn.facts && fn.fn.v) {
        const struct ir_fn *ir = &fn.facts->fns.data[fn.fn.v];
        for (; count < ir->param_count && count < MODEL_MAX_PARAMS; count++) {
            params[count] = facts_text(
                fn.facts, fn.facts->vars.data[facts_fn_var(fn.facts, fn.fn, count).v].name);
        }
    }
    const struct expr_table *t = program_exprs(ctx->program);
    const struct expr *x = expr_get(t, e);
    struct str field = intern_text(&t->names, x->name);
    if (x->kind == EX_FIELD && field.len && field.ptr[0] == '$') {
        e = x->a; // what a model keeps in an object is named after the object
    }
    struct buf b;
    buf_init(&b, 160);
    expr_print(t, e, params, count, &b);
    const char *copy = arena_copy(ctx->arena, buf_c(&b), b.len);
    buf_release(&b);
    return copy;
}

const char *rule_where(struct rule_ctx *ctx, struct flow_site site) {
    if (!site.at.facts || !site.loc.v) {
        return "";
    }
    struct place p = rule_place(site.at.facts, site.loc);
    struct buf b;
    buf_init(&b, 4200);
    buf_addf(&b, STR_FMT ":%u", STR_ARG(p.file), p.line);
    const char *copy = arena_copy(ctx->arena, buf_c(&b), b.len);
    buf_release(&b);
    return copy;
}

const char *rule_line(struct rule_ctx *ctx, struct fn_ref fn, struct flow_site site) {
    const struct facts *f = site.at.facts;
    const struct ir_loc *home = &fn.facts->locs.data[fn.facts->fns.data[fn.fn.v].loc.v];
    if (!f || f != fn.facts || f->locs.data[site.loc.v].file.v != home->file.v) {
        return rule_where(ctx, site);
    }
    char text[32];
    int n = snprintf(text, sizeof text, "line %u", f->locs.data[site.loc.v].line);
    return arena_copy(ctx->arena, text, n < 0 ? 0 : (size_t)n);
}

bool rule_callee_has(const struct rule_ctx *ctx, const struct facts *f, call_id call,
                     rule_call_test *test, unsigned depth) {
    node_id n = depth ? program_callee(ctx->program, f, call) : NODE_NONE;
    if (n == NODE_NONE) {
        return false;
    }
    struct fn_ref fn = program_fn(ctx->program, n);
    uint32_t blocks = fn.facts->fns.data[fn.fn.v].block_count;
    for (uint32_t i = 0; i < blocks; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            if (op->kind == OP_CALL && test(ctx, fn.facts, op->call, depth - 1)) {
                return true;
            }
        }
    }
    return false;
}

int64_t rule_option_value(const struct rule_ctx *ctx, const char *name) {
    return config_rule_option(ctx->config, ctx->rule, name);
}

static void trace_step(struct rule_ctx *ctx, struct finding *f, const struct flow_result *r,
                       const struct trace_node *n) {
    struct flow_site s = rule_site(ctx, n->site);
    const char *name = rule_name(ctx, r->fn, n->about);
    switch (n->kind) {
    case FLOW_STEP_BRANCH:
        rule_step(ctx, f, STEP_BRANCH, s.at, s.loc, "the condition is %s",
                  n->sense ? "true" : "false");
        break;
    case FLOW_STEP_ACQUIRE:
        rule_step(ctx, f, STEP_ACQUIRE, s.at, s.loc, "'%s' is locked", name);
        break;
    case FLOW_STEP_RELEASE:
        rule_step(ctx, f, STEP_RELEASE, s.at, s.loc, "'%s' is unlocked", name);
        break;
    case FLOW_STEP_TRY_FAILED:
        rule_step(ctx, f, STEP_ACQUIRE, s.at, s.loc, "'%s' could not be locked", name);
        break;
    case FLOW_STEP_SPAWN:
        rule_step(ctx, f, STEP_SPAWN, s.at, s.loc, "a thread running '%s' is started", name);
        break;
    case FLOW_STEP_JOIN:
        rule_step(ctx, f, STEP_JOIN, s.at, s.loc, "the thread is joined");
        break;
    case FLOW_STEP_DETACH:
        rule_step(ctx, f, STEP_JOIN, s.at, s.loc, "the thread is detached");
        break;
    case FLOW_STEP_OPEN:
        rule_step(ctx, f, STEP_CHANNEL, s.at, s.loc, "the descriptor is opened");
        break;
    case FLOW_STEP_CLOSE:
        rule_step(ctx, f, STEP_CHANNEL, s.at, s.loc, "the descriptor is closed");
        break;
    default:
        rule_step(ctx, f, STEP_CALL, s.at, s.loc, "the call %s", n->sense ? "succeeds" : "fails");
        break;
    }
}

// The story begins with the first thing that happens. Conditions before it only say that the
// function got so far; they are told when nothing else is.
static uint32_t skip_way_there(const struct flow_result *r, const uint32_t *path, uint32_t n) {
    uint32_t first = n;
    while (first > 0 && r->traces.data[path[first - 1]].kind == FLOW_STEP_BRANCH) {
        first--;
    }
    return first ? first : n;
}

void rule_trace(struct rule_ctx *ctx, struct finding *f, const struct flow_result *r,
                uint32_t trace) {
    uint32_t path[TRACE_MAX];
    uint32_t n = 0;
    for (uint32_t t = trace; t && n < TRACE_MAX; t = r->traces.data[t].parent) {
        path[n++] = t;
    }
    n = skip_way_there(r, path, n);
    while (n > 0) {
        trace_step(ctx, f, r, &r->traces.data[path[--n]]);
    }
}

void rules_check(const struct program *p, const struct config *config, const struct str *only,
                 uint32_t only_count, struct finding_list *out) {
    struct rule_ctx ctx = {.program = p,
                           .config = config,
                           .only = only,
                           .only_count = only_count,
                           .out = out,
                           .arena = out->arena};
    for (size_t i = 0; i < rule_count; i++) {
        ctx.rule = rule_table[i].rule;
        bool withheld = ctx.rule->whole_program && !program_is_whole(p);
        if (withheld || !config_may_report(config, ctx.rule)) {
            continue;
        }
        for (node_id n = 0; ctx.rule->check_function && n < program_fn_count(p); n++) {
            ctx.node = n;
            ctx.rule->check_function(&ctx);
        }
        ctx.node = NODE_NONE;
        if (ctx.rule->check_program) {
            ctx.rule->check_program(&ctx);
        }
    }
}
