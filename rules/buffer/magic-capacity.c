// The capacity of a queue is a number without a name.
#include "checker/flow/graph.h"
#include "checker/link/channel.h"
#include "checker/rule/check.h"

#include <stdio.h>

// The number that the branch at this place compares with; false when it is none, or 0 or 1.
static bool number_at(struct flow_site at, int64_t *ret_number) {
    uint32_t count = at.at.facts ? at.at.facts->fns.data[at.at.fn.v].block_count : 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct ir_block *b = graph_block(at.at, i);
        const struct ir_val *v = &at.at.facts->vals.data[b->rhs.v];
        if (b->loc.v == at.loc.v && b->term == TERM_BRANCH && v->kind == VAL_CONST && v->num > 1) {
            *ret_number = v->num;
            return true;
        }
    }
    return false;
}

static void check(struct rule_ctx *ctx) {
    for (uint32_t i = 0; i < program_channel_count(ctx->program); i++) {
        const struct program_channel *c = program_channel(ctx->program, i);
        int64_t number = 0;
        if (c->full == FULL_GROWS || !number_at(c->limit, &number)) {
            continue;
        }
        const char *name = rule_name(ctx, c->limit.at, c->place);
        struct finding *f = rule_report(
            ctx, c->limit.at, c->limit.loc,
            "the queue '%s' between threads takes %lld items, and nothing says why so many: for "
            "which burst, and how long may an item wait? Give the number a name or a setting",
            name, (long long)number);
        char text[24];
        int len = snprintf(text, sizeof text, "%lld", (long long)number);
        if (f) {
            f->subject = str_from(name);
            rule_only_if_spelled(ctx, f, c->limit.at, c->limit.loc,
                                 str_make(text, len > 0 ? (size_t)len : 0));
        }
    }
}

extern const struct rule rule_buffer_magic_capacity;
const struct rule rule_buffer_magic_capacity = {
    .id = "buffer-magic-capacity",
    .summary = "The capacity of a queue between threads is a number without a name",
    .level = LEVEL_NOTE,
    .precision = PRECISION_HIGH,
    .review = true,
    .cwe = {547},
    .check_program = check,
};
