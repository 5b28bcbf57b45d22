// A joinable thread whose handle is lost: nobody can join or detach it any more.
#include "checker/rule/check.h"

static void report_lost(struct rule_ctx *ctx, const struct flow_result *r,
                        const struct flow_event *e) {
    struct flow_site spawn = rule_site(ctx, e->other);
    const char *entry = rule_name(ctx, r->fn, e->entry);
    const char *handle = rule_name(ctx, r->fn, e->subject);
    bool here = spawn.at.facts == r->fn.facts && spawn.at.fn.v == r->fn.fn.v;
    struct finding *f = rule_report(
        ctx, here ? spawn.at : r->fn, here ? spawn.loc : e->loc,
        "the thread running '%s' started %s%s is neither joined nor detached when '" STR_FMT
        "' %s at line %u",
        entry, here ? "here" : "at ", here ? "" : rule_where(ctx, spawn),
        STR_ARG(program_fn_name(ctx->program, ctx->node)),
        e->end == EXIT_THROW ? "throws" : "returns", r->fn.facts->locs.data[e->loc.v].line);
    if (!f) {
        return;
    }
    f->subject = str_from(handle);
    rule_trace(ctx, f, r, e->trace);
    rule_step(ctx, f, STEP_RETURN, r->fn, e->loc, "the handle is lost here");
}

static void report_destroyed(struct rule_ctx *ctx, const struct flow_result *r,
                             const struct flow_event *e) {
    struct flow_site spawn = rule_site(ctx, e->other);
    const char *object = rule_name(ctx, r->fn, e->subject);
    struct finding *f = rule_report(
        ctx, r->fn, spawn.at.facts == r->fn.facts ? spawn.loc : e->loc,
        "thread object '%s' is destroyed while joinable (line %u): std::terminate ends the program",
        object, r->fn.facts->locs.data[e->loc.v].line);
    if (f) {
        f->subject = str_from(object);
        rule_trace(ctx, f, r, e->trace);
        rule_step(ctx, f, STEP_RETURN, r->fn, e->loc, "'%s' ends here and is still joinable",
                  object);
    }
}

// The handle was overwritten: that is told already, and with it that the others are lost too.
static bool is_overwritten(const struct flow_result *r, const struct flow_event *e) {
    for (uint32_t i = 0; i < r->events.len; i++) {
        const struct flow_event *x = &r->events.data[i];
        if (x->kind == FLOW_HANDLE_OVERWRITTEN && expr_same(x->subject, e->subject)) {
            return true;
        }
    }
    return false;
}

// The caller says by a null pointer that it does not want the handle, and no caller does.
static bool is_always_wanted(const struct rule_ctx *ctx, const struct flow_result *r,
                             const struct flow_event *e) {
    uint32_t param = 0;
    return flow_is_unwanted_handle(program_exprs(ctx->program), program_sites(ctx->program), r, e,
                                   &param) &&
           !program_passes_zero(ctx->program, ctx->node, param);
}

static void check(struct rule_ctx *ctx) {
    const struct flow_result *r = program_flow(ctx->program, ctx->node, FLOW_THREADS);
    if (!r || r->limited || (r->summary.flags & SUMMARY_PARTIAL)) {
        return;
    }
    bool is_main = program_is_main(ctx->program, ctx->node);
    for (uint32_t i = 0; i < r->events.len; i++) {
        const struct flow_event *e = &r->events.data[i];
        bool first = true; // one finding per spawn: the first way out
        for (uint32_t k = 0; k < i && first; k++) {
            first = r->events.data[k].kind != e->kind || r->events.data[k].other != e->other;
        }
        if (e->kind == FLOW_THREAD_LOST && first && !is_main && !is_overwritten(r, e) &&
            !is_always_wanted(ctx, r, e)) {
            report_lost(ctx, r, e);
        } else if (e->kind == FLOW_JOINABLE_DESTROYED && first) {
            report_destroyed(ctx, r, e);
        }
    }
}

extern const struct rule rule_lifetime_unjoined_thread;
const struct rule rule_lifetime_unjoined_thread = {
    .id = "lifetime-unjoined-thread",
    .summary = "A joinable thread is lost on some path without join, detach or hand-over",
    .level = LEVEL_WARNING,
    .precision = PRECISION_HIGH,
    .cwe = {772, 404},
    .cert = "POS51-C",
    .check_function = check,
};
