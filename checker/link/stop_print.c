// The stop path of every thread as text.
#include "checker/link/stop_private.h"

static void print_site(struct buf *out, struct fn_ref fn, loc_id loc) {
    const struct ir_loc *at = &fn.facts->locs.data[loc.v];
    buf_addf(out, STR_FMT ":%u",
             STR_ARG(facts_text(fn.facts, fn.facts->files.data[at->file.v].path)), at->line);
}

static void print_op(const struct program *p, struct buf *out, node_id n, op_id op) {
    struct fn_ref fn = p->nodes.data[n].ref;
    print_site(out, fn, fn.facts->ops.data[op.v].loc);
}

static void print_ends(const struct program *p, const struct program_stop *s, struct buf *out) {
    static const char *const names[STOP_END_KINDS] = {"joined", "detached", "cancelled",
                                                      "interrupted"};
    for (uint32_t i = 0; i < s->ends.len; i++) {
        const struct stop_end *e = &s->ends.data[i];
        buf_addf(out, "    %s%s at ", e->assumed ? "perhaps " : "", names[e->kind]);
        print_op(p, out, e->node, e->op);
        buf_add_char(out, '\n');
    }
    buf_add_c(out, s->ends.len ? "" : s->detached ? "    detached\n" : "    ended by nobody\n");
}

static void print_test(const struct program *p, const struct stop_test *t, struct buf *out) {
    expr_print(p->exprs, t->flag, NULL, 0, out);
    buf_addf(out, " %s %lld", ir_operator_text(t->cmp), (long long)t->num);
    const struct program_flag *f = program_flag_of(p, t->flag);
    uint32_t setters = 0;
    for (uint32_t i = 0; f && i < f->writes.len; i++) {
        if (program_write_meets(&f->writes.data[i], t)) {
            buf_add_c(out, setters++ ? ", " : ", set at ");
            print_op(p, out, f->writes.data[i].node, f->writes.data[i].op);
        }
        if (setters == 4 && i + 1 < f->writes.len) {
            buf_add_c(out, ", ...");
            break;
        }
    }
    buf_add_c(out, f && !setters && !f->exposed ? ", set by nobody" : "");
}

// Tests of something that only ever holds a few numbers: what other threads may set to end it.
static bool is_flag(const struct program *p, const struct stop_exit *x) {
    for (uint32_t k = 0; k < x->count; k++) {
        const struct program_flag *f = program_flag_of(p, x->tests[k].flag);
        if (f && program_flag_is_known(f)) {
            return true;
        }
    }
    return false;
}

static bool tells(const struct program *p, const struct stop_loop *l) {
    for (uint32_t i = 0; i < l->exits.len; i++) {
        if (is_flag(p, &l->exits.data[i])) {
            return true;
        }
    }
    return !l->exits.len;
}

static void print_loop(const struct program *p, const struct stop_loop *l, struct buf *out) {
    buf_add_c(out, "    loop at ");
    print_site(out, p->nodes.data[l->node].ref, l->loc);
    buf_add_c(out, l->exits.len ? "\n" : l->leaves ? " ends in a call\n" : " has no end\n");
    for (uint32_t i = 0; i < l->exits.len; i++) {
        const struct stop_exit *x = &l->exits.data[i];
        bool known = is_flag(p, x);
        for (uint32_t k = 0; known && k < x->count; k++) {
            buf_add_c(out, k ? "      and when " : "      ends when ");
            if (x->tests[k].flag.v) {
                print_test(p, &x->tests[k], out);
            } else {
                buf_add_c(out, "something else");
            }
            buf_add_char(out, '\n');
        }
    }
}

static void print_waits(const struct program *p, const struct program_stop *s, struct buf *out) {
    for (uint32_t i = 0; i < s->waits.len; i++) {
        const struct stop_wait *w = &s->waits.data[i];
        buf_add_c(out, "    waits at ");
        print_op(p, out, w->node, w->op);
        if (w->on.v) {
            buf_add_c(out, " for ");
            expr_print(p->exprs, w->on, NULL, 0, out);
        }
        buf_add_char(out, '\n');
    }
}

void program_print_stop(const struct program *p, const struct program_stop *s, struct buf *out) {
    for (uint32_t k = 0; k < s->homes.len; k++) {
        buf_add_c(out, "    handle ");
        expr_print(p->exprs, s->homes.data[k].place, NULL, 0, out);
        buf_add_char(out, '\n');
    }
    print_ends(p, s, out);
    for (uint32_t k = 0; k < s->loops.len; k++) {
        const struct stop_loop *l = &p->stops->loops.data[s->loops.data[k]];
        if (tells(p, l)) {
            print_loop(p, l, out);
        }
    }
    print_waits(p, s, out);
}

void program_print_stops(const struct program *p, struct buf *out) {
    for (uint32_t i = 0; i < p->stops->items.len; i++) {
        const struct program_stop *s = &p->stops->items.data[i];
        buf_addf(out, "stop path of " STR_FMT "\n",
                 STR_ARG(program_fn_name(p, p->runs.roots.data[s->root].node)));
        program_print_stop(p, s, out);
    }
}
