// Threads without names: in a debugger, in top and in a core dump they all look like the program.
#include "rules/observability/observability.h"

// The program names no thread at all: one question, with every start.
static void report_all(struct rule_ctx *ctx, uint32_t first, uint32_t kinds) {
    const struct program *p = ctx->program;
    const struct program_root *r = program_root(p, first);
    struct finding *f = rule_report(
        ctx, r->site.at, r->site.loc,
        "the program has %u kinds of threads, this one runs '" STR_FMT "', and none has a name: "
        "give each one with pthread_setname_np, so that top, gdb and core dumps tell them apart",
        kinds, STR_ARG(program_fn_name(p, r->node)));
    for (uint32_t i = first + 1; f && i < program_root_count(p); i++) {
        const struct program_root *o = program_root(p, i);
        if (o->kind == CONTEXT_THREAD) {
            rule_related(ctx, f, o->site, "and the threads of '" STR_FMT "'",
                         STR_ARG(program_fn_name(p, o->node)));
        }
    }
    if (f) {
        f->subject = STR("threads");
    }
}

static void report(struct rule_ctx *ctx, const struct program_root *r) {
    struct str entry = program_fn_name(ctx->program, r->node);
    struct finding *f = rule_report(ctx, r->site.at, r->site.loc,
                                    "the threads of '" STR_FMT
                                    "' have no name: give them one with pthread_setname_np, so "
                                    "that top, gdb and core dumps tell them apart",
                                    STR_ARG(entry));
    if (f) {
        f->subject = entry;
    }
}

static void check(struct rule_ctx *ctx) {
    const struct program *p = ctx->program;
    uint32_t kinds = 0;
    uint32_t unnamed = 0;
    uint32_t first = UINT32_MAX;
    for (uint32_t i = 0; i < program_root_count(p); i++) {
        if (program_root(p, i)->kind == CONTEXT_THREAD) {
            kinds++;
            unnamed += !observability_is_named(p, i);
            first = first == UINT32_MAX ? i : first;
        }
    }
    if (kinds > 1 && unnamed == kinds) {
        report_all(ctx, first, kinds);
        return;
    }
    for (uint32_t i = 0; unnamed && i < program_root_count(p); i++) {
        if (program_root(p, i)->kind == CONTEXT_THREAD && !observability_is_named(p, i)) {
            report(ctx, program_root(p, i));
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
