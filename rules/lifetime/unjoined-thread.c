// A joinable thread whose handle is lost: nobody can join or detach it any more. Or one that is
// cancelled and that nobody waits for: it still runs, up to its next cancellation point.
#include "checker/link/stop.h"
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

// Only this program's functions can reach the handle: what none of them does is not done.
static bool is_handle_known(const struct program *p, const struct program_stop *s) {
    bool known = !s->homeless && s->homes.len;
    for (uint32_t i = 0; i < s->homes.len; i++) {
        known &= s->homes.data[i].class.v &&
                 (program_is_whole(p) || program_is_private_lock(p, s->homes.data[i].class));
    }
    return known;
}

static void report_cancelled(struct rule_ctx *ctx, const struct program_stop *s,
                             const struct stop_end *e) {
    const struct program *p = ctx->program;
    const struct program_root *r = program_root(p, s->root);
    struct fn_ref by = program_fn(p, e->node);
    struct finding *f = rule_report(
        ctx, by, by.facts->ops.data[e->op.v].loc,
        "thread '" STR_FMT "' is cancelled here and nothing joins it: it goes on to its next "
        "cancellation point while what it uses is taken down, and its stack is never freed",
        STR_ARG(program_fn_name(p, r->node)));
    if (f) {
        f->subject = program_fn_name(p, r->node);
        rule_step(ctx, f, STEP_SPAWN, r->site.at, r->site.loc, "the thread is started here");
    }
}

static void check_cancelled(struct rule_ctx *ctx) {
    const struct program *p = ctx->program;
    for (uint32_t i = 0; i < program_stop_count(p); i++) {
        const struct program_stop *s = program_stop(p, i);
        if (s->detached || program_stop_has_end(s, STOP_JOIN) ||
            program_stop_has_end(s, STOP_DETACH) || !is_handle_known(p, s)) {
            continue;
        }
        for (uint32_t k = 0; k < s->ends.len; k++) {
            if (s->ends.data[k].kind == STOP_CANCEL && !s->ends.data[k].assumed) {
                report_cancelled(ctx, s, &s->ends.data[k]);
                break;
            }
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
    .check_program = check_cancelled,
};
