// A thread is started without looking at whether it was, and its handle is used as if it had been.
#include "checker/rule/check.h"

// The start can fail, and tells so by its result.
static bool can_fail(const struct rule_ctx *ctx, const struct facts *f, call_id call) {
    const struct summary *m = program_model(ctx->program, f, call);
    return m && m->case_count > 1 && m->cases[0].usually;
}

// The handle is joined or detached where it was made.
static bool is_ended_here(const struct rule_ctx *ctx, const struct flow_result *r, loc_id spawned,
                          struct flow_site *ret_end) {
    for (uint32_t i = 0; i < r->exits.len; i++) {
        const struct flow_exit *x = &r->exits.data[i];
        for (uint32_t k = 0; k < x->object_count; k++) {
            const struct object_state *o = &x->objects[k];
            struct flow_site site = rule_site(ctx, o->site);
            bool ended = o->status == OBJECT_DONE || o->status == OBJECT_DETACHED;
            if (o->kind == OBJECT_THREAD && ended && site.loc.v == spawned.v && o->end_site) {
                *ret_end = rule_site(ctx, o->end_site);
                return true;
            }
        }
    }
    return false;
}

// A handle kept in a global or a field is joined or detached by some function.
static bool is_ended_elsewhere(const struct rule_ctx *ctx, expr_id handle,
                               struct flow_site *ret_end) {
    expr_id class = handle.v ? expr_class(program_exprs(ctx->program), handle) : handle;
    for (uint32_t i = 0; class.v && i < program_facts_count(ctx->program); i++) {
        const struct facts *f = program_facts(ctx->program, i);
        for (uint32_t c = 1; c < f->calls.len; c++) {
            const struct ir_call *call = &f->calls.data[c];
            const struct ir_val *v =
                &f->vals.data[call->arg_count ? f->args.data[call->first_arg.v].v : 0];
            bool ends = program_model_effect(ctx->program, f, (call_id){c}, EFFECT_JOIN) ||
                        program_model_effect(ctx->program, f, (call_id){c}, EFFECT_DETACH);
            if (ends && v->kind == VAL_PATH &&
                expr_same(program_path_class(ctx->program, f, v->path), class)) {
                *ret_end = (struct flow_site){
                    .at = {f, call->fn},
                      .loc = call->loc
                };
                return true;
            }
        }
    }
    return false;
}

static bool is_told(const struct flow_result *r, uint32_t index) {
    for (uint32_t i = 0; i < index; i++) {
        if (r->spawns.data[i].call.v == r->spawns.data[index].call.v) {
            return true;
        }
    }
    return false;
}

static void check(struct rule_ctx *ctx) {
    const struct flow_result *r = program_flow(ctx->program, ctx->node, FLOW_THREADS);
    for (uint32_t i = 0; r && i < r->spawns.len; i++) {
        const struct flow_spawn *s = &r->spawns.data[i];
        const struct facts *f = r->fn.facts;
        loc_id at = f->calls.data[s->call.v].loc;
        struct flow_site end = {0};
        if (is_told(r, i) || s->detached || !can_fail(ctx, f, s->call) ||
            flow_result_used(r->fn, s->call) ||
            !(is_ended_here(ctx, r, at, &end) || is_ended_elsewhere(ctx, s->handle, &end))) {
            continue;
        }
        const char *entry = rule_name(ctx, r->fn, s->entry);
        struct finding *x = rule_report(ctx, r->fn, at,
                                        "whether the thread running '%s' was started is not looked "
                                        "at: when it was not, its handle has no "
                                        "meaning where it is joined or detached, at %s",
                                        entry, rule_where(ctx, end));
        if (x) {
            x->subject = str_from(entry);
            rule_related(ctx, x, end, "the handle is used here");
        }
    }
}

extern const struct rule rule_error_unchecked_create;
const struct rule rule_error_unchecked_create = {
    .id = "error-unchecked-create",
    .summary = "The result of starting a thread is ignored and its handle used",
    .level = LEVEL_WARNING,
    .precision = PRECISION_HIGH,
    .cwe = {252, 908},
    .cert = "ERR33-C",
    .check_function = check,
};
