// Dumps for people: summaries in model notation, call graph.
#include "checker/link/program_private.h"

void program_print_summaries(const struct program *p, struct buf *out) {
    for (node_id n = 0; n < p->nodes.len; n++) {
        const struct node *x = &p->nodes.data[n];
        for (unsigned d = 0; d < FLOW_DOMAINS; d++) {
            if (x->flow[d] && x->flow[d]->summary.case_count) {
                summary_print(p->exprs, &x->flow[d]->summary, out);
            }
        }
    }
}

void program_print_callgraph(const struct program *p, struct buf *out) {
    for (node_id n = 0; n < p->nodes.len; n++) {
        const struct node *x = &p->nodes.data[n];
        buf_add(out, x->name);
        buf_add_c(out, x->is_entry ? " [thread entry]" : "");
        buf_add_c(out, ":");
        for (uint32_t i = 0; i < x->callees.len; i++) {
            buf_addf(out, " " STR_FMT, STR_ARG(p->nodes.data[x->callees.data[i]].name));
        }
        buf_add_char(out, '\n');
    }
}
