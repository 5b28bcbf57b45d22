// Threads without names: in a debugger, in top and in a core dump they all look like the program.
#include "rules/observability/observability.h"

static void check(struct rule_ctx *ctx) {
    const struct program *p = ctx->program;
    for (uint32_t i = 0; i < program_root_count(p); i++) {
        const struct program_root *r = program_root(p, i);
        if (r->kind != CONTEXT_THREAD || observability_is_named(p, i)) {
            continue;
        }
        struct finding *f = rule_report(ctx, r->site.at, r->site.loc,
                                        "the threads of '" STR_FMT
                                        "' have no name: give them one with pthread_setname_np, so "
                                        "that top, gdb and core dumps "
                                        "tell them apart",
                                        STR_ARG(program_fn_name(p, r->node)));
        if (f) {
            f->subject = program_fn_name(p, r->node);
        }
    }
}

extern const struct rule rule_observability_unnamed_thread;
const struct rule rule_observability_unnamed_thread = {
    .id = "observability-unnamed-thread",
    .summary = "Threads are started and never named",
    .level = LEVEL_NOTE,
    .precision = PRECISION_MEDIUM,
    .review = true,
    .cwe = {778},
    .check_program = check,
};
