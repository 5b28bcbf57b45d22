// An exception can leave the function a thread runs: std::terminate ends the program.
#include "checker/rule/check.h"

static void check(struct rule_ctx *ctx) {
    struct fn_ref fn = program_fn(ctx->program, ctx->node);
    struct program_throw t = program_throws(ctx->program, ctx->node);
    if (!t.throws || !program_is_thread_entry(ctx->program, ctx->node)) {
        return;
    }
    struct str name = program_fn_name(ctx->program, ctx->node);
    loc_id at = t.call.v ? fn.facts->calls.data[t.call.v].loc : t.loc;
    struct flow_site site = {.at = t.fn, .loc = t.loc};
    struct finding *f =
        rule_report(ctx, fn, at,
                    "an exception can leave '" STR_FMT
                    "', which runs as a thread: nothing catches it, and std::terminate ends the "
                    "program; it is thrown at %s",
                    STR_ARG(name), rule_where(ctx, site));
    if (f) {
        f->subject = program_fn_name(ctx->program, ctx->node);
        rule_step(ctx, f, STEP_NOTE, t.fn, t.loc, "the exception is thrown here");
    }
}

extern const struct rule rule_panic_exception_escapes;
const struct rule rule_panic_exception_escapes = {
    .id = "panic-exception-escapes",
    .summary = "An exception can leave the function that a thread runs",
    .level = LEVEL_WARNING,
    .precision = PRECISION_HIGH,
    .cwe = {248},
    .cert = "ERR51-CPP",
    .check_function = check,
};
