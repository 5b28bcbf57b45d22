// Who takes items from a queue closes it, while others still put items in and never look whether
// they may.
#include "checker/flow/graph.h"
#include "checker/link/channel.h"
#include "checker/rule/check.h"

// A thread that takes items and comes to the close; UINT32_MAX for none.
static uint32_t closing_reader(const struct program *p, const struct program_channel *c,
                               const struct channel_use *close) {
    for (uint32_t r = 0; r < program_root_count(p); r++) {
        bool reads =
            program_root(p, r)->kind == CONTEXT_THREAD && program_root_reaches(p, r, close->node);
        for (uint32_t i = 0; reads && i < c->receives.len; i++) {
            if (program_root_reaches(p, r, c->receives.data[i].node)) {
                return r;
            }
        }
    }
    return UINT32_MAX;
}

// What is set to close the queue.
static expr_id flag_of(const struct program *p, const struct channel_use *close) {
    const struct facts *f = close->fn.facts;
    for (uint32_t i = 0; i < f->fns.data[close->fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(close->fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            expr_id class =
                op->loc.v == close->loc.v ? program_written_class(p, f, op) : (expr_id){0};
            if (class.v) {
                return class;
            }
        }
    }
    return (expr_id){0};
}

// A sender that another thread, or whoever calls the program, comes to, and that never looks at the
// flag, nor does who calls it.
static const struct channel_use *blind_sender(const struct program *p,
                                              const struct program_channel *c, uint32_t reader,
                                              expr_id flag) {
    for (uint32_t i = 0; i < c->sends.len; i++) {
        const struct channel_use *u = &c->sends.data[i];
        bool looks = program_reads_class(p, u->fn, flag) ||
                     program_reads_class(p, program_fn(p, u->node), flag);
        for (node_id n = 0; !looks && n < program_fn_count(p); n++) {
            struct fn_ref fn = program_fn(p, n);
            for (uint32_t k = 1; k < fn.facts->calls.len && !looks; k++) {
                looks = fn.facts->calls.data[k].fn.v == fn.fn.v &&
                        program_callee(p, fn.facts, (call_id){k}) == u->node &&
                        program_reads_class(p, fn, flag);
            }
        }
        if (!looks && !program_root_reaches(p, reader, u->node)) {
            return u;
        }
    }
    return NULL;
}

static void check(struct rule_ctx *ctx) {
    const struct program *p = ctx->program;
    for (uint32_t i = 0; i < program_channel_count(p); i++) {
        const struct program_channel *c = program_channel(p, i);
        for (uint32_t k = 0; k < c->closes.len; k++) {
            const struct channel_use *close = &c->closes.data[k];
            uint32_t reader = closing_reader(p, c, close);
            expr_id flag = reader != UINT32_MAX ? flag_of(p, close) : (expr_id){0};
            const struct channel_use *sender = flag.v ? blind_sender(p, c, reader, flag) : NULL;
            if (!sender) {
                continue;
            }
            const char *name = rule_name(ctx, close->fn, c->place);
            struct finding *f = rule_report(
                ctx, close->site.at, close->site.loc,
                "the thread of '" STR_FMT "' takes items from the queue '%s' and closes it here, "
                "and a sender (%s) goes on without looking: what it adds from then on is lost",
                STR_ARG(program_fn_name(p, program_root(p, reader)->node)), name,
                rule_line(ctx, close->site.at, sender->site));
            if (f) {
                f->subject = str_from(name);
                rule_related(ctx, f, sender->site, "items are added here");
            }
        }
    }
}

extern const struct rule rule_channel_closed_by_receiver;
const struct rule rule_channel_closed_by_receiver = {
    .id = "channel-closed-by-receiver",
    .summary = "Who takes items from a queue closes it while senders still use it",
    .level = LEVEL_NOTE,
    .precision = PRECISION_MEDIUM,
    .review = true,
    .cwe = {672},
    .check_program = check,
};
