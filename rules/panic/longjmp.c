// longjmp leaves code that holds a lock: nobody releases it.
#include "checker/rule/check.h"

static bool jumps(const struct flow_result *r, const struct flow_exit *x) {
    const struct facts *f = r->fn.facts;
    struct str name = facts_sym_name(f, f->calls.data[x->last.v].callee);
    return x->kind == EXIT_END && x->last.v &&
           (str_eq(name, STR("longjmp")) || str_eq(name, STR("siglongjmp")) ||
            str_eq(name, STR("_longjmp")) || str_eq(name, STR("__longjmp_chk")));
}

static void check(struct rule_ctx *ctx) {
    const struct flow_result *r = program_flow(ctx->program, ctx->node, FLOW_LOCKS);
    for (uint32_t i = 0; r && i < r->exits.len; i++) {
        const struct flow_exit *x = &r->exits.data[i];
        for (uint32_t k = 0; jumps(r, x) && k < x->lock_count; k++) {
            const struct lock_state *l = &x->locks[k];
            if (l->status != LOCK_HELD || l->entry != ENTRY_FREE) {
                continue;
            }
            const char *name = rule_name(ctx, r->fn, l->lock);
            struct finding *f = rule_report(ctx, r->fn, r->fn.facts->calls.data[x->last.v].loc,
                                            "this jump leaves '%s' locked (since %s): what runs "
                                            "after it does not know, and the next thread waits for "
                                            "ever",
                                            name, rule_line(ctx, r->fn, rule_site(ctx, l->site)));
            if (f) {
                f->subject = str_from(name);
                rule_trace(ctx, f, r, x->trace);
                rule_related(ctx, f, rule_site(ctx, l->site), "'%s' is locked here", name);
            }
        }
    }
}

extern const struct rule rule_panic_longjmp;
const struct rule rule_panic_longjmp = {
    .id = "panic-longjmp",
    .summary = "longjmp leaves a lock held",
    .level = LEVEL_ERROR,
    .precision = PRECISION_HIGH,
    .cwe = {667, 772},
    .cert = "MSC22-C",
    .check_function = check,
};
