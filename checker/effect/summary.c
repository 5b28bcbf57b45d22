// Summaries in model notation.
#include "checker/effect/summary.h"

#include "checker/ir/ir.h"

const char *effect_name(enum effect_kind kind) {
    static const char *const names[EFFECT_KIND_COUNT] = {[EFFECT_NONE] = "nothing",
                                                         [EFFECT_ACQUIRE] = "acquire",
                                                         [EFFECT_RELEASE] = "release",
                                                         [EFFECT_LOCKS] = "locks",
                                                         [EFFECT_WAIT] = "wait",
                                                         [EFFECT_SIGNAL] = "signal",
                                                         [EFFECT_LOCK_INIT] = "init",
                                                         [EFFECT_LOCK_DESTROY] = "destroy",
                                                         [EFFECT_SPAWN] = "spawn",
                                                         [EFFECT_JOIN] = "join",
                                                         [EFFECT_DETACH] = "detach",
                                                         [EFFECT_OPEN] = "open",
                                                         [EFFECT_CLOSE] = "close",
                                                         [EFFECT_FREE] = "free",
                                                         [EFFECT_ALLOC] = "alloc",
                                                         [EFFECT_SET] = "set",
                                                         [EFFECT_RETURN] = "return",
                                                         [EFFECT_ESCAPE] = "keep",
                                                         [EFFECT_CALLBACK] = "callback",
                                                         [EFFECT_SLEEP] = "sleep",
                                                         [EFFECT_BLOCK] = "block",
                                                         [EFFECT_ACCEPT] = "accept",
                                                         [EFFECT_NORETURN] = "noreturn",
                                                         [EFFECT_JOIN_OWNER] = "end",
                                                         [EFFECT_USE] = "use"};
    return kind < EFFECT_KIND_COUNT ? names[kind] : "nothing";
}

struct printer {
    const struct expr_table *t;
    const struct summary *s;
    struct buf *out;
};

static void print_expr(const struct printer *p, const char *before, expr_id e) {
    if (e.v) {
        buf_add_c(p->out, before);
        expr_print(p->t, e, p->s->params, p->s->param_count, p->out);
    }
}

static void print_flags(const struct printer *p, uint16_t flags) {
    static const struct {
        uint16_t bit;
        const char *text;
    } table[] = {
        {EF_SHARED,    " shared"   },
        {EF_ANY_MODE,  " any"      },
        {EF_RECURSIVE, " recursive"},
        {EF_OWNERLESS, " ownerless"},
        {EF_PREDICATE, " predicate"},
        {EF_TIMED,     " timed"    },
        {EF_MAYBE,     " maybe"    },
        {EF_ORDERLY,   " orderly"  },
        {EF_ONCE,      " once"     }
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (flags & table[i].bit) {
            buf_add_c(p->out, table[i].text);
        }
    }
}

static void print_effect(const struct printer *p, const struct effect *e) {
    buf_add_c(p->out, effect_name(e->kind));
    print_flags(p, e->flags);
    switch (e->kind) {
    case EFFECT_SPAWN:
        print_expr(p, " ", e->a);
        buf_add_char(p->out, '(');
        print_expr(p, "", e->b);
        buf_add_char(p->out, ')');
        print_expr(p, " as ", e->c);
        print_expr(p, " detached ", e->d);
        break;
    case EFFECT_SET:
        print_expr(p, " ", e->a);
        print_expr(p, " = ", e->b);
        break;
    case EFFECT_CALLBACK:
        print_expr(p, " ", e->a);
        buf_add_char(p->out, '(');
        print_expr(p, "", e->b);
        buf_add_char(p->out, ')');
        break;
    case EFFECT_LOCK_INIT:
        print_expr(p, " ", e->a);
        print_expr(p, " kind ", e->b);
        break;
    default:
        print_expr(p, " ", e->a);
        print_expr(p, " ", e->b);
        break;
    }
}

static const char *cmp_text(uint8_t cmp) {
    switch (cmp) {
    case OPR_NE:
        return "!=";
    case OPR_LT:
        return "<";
    case OPR_LE:
        return "<=";
    case OPR_GT:
        return ">";
    case OPR_GE:
        return ">=";
    default:
        return "==";
    }
}

static void print_head(const struct printer *p) {
    buf_addf(p->out, STR_FMT "(", STR_ARG(p->s->name));
    for (uint32_t i = 0; i < p->s->param_count && i < MODEL_MAX_PARAMS; i++) {
        buf_addf(p->out, "%s" STR_FMT, i ? ", " : "", STR_ARG(p->s->params[i]));
    }
    buf_add_c(p->out, p->s->variadic ? ", ...)" : ")");
}

void summary_print(const struct expr_table *t, const struct summary *s, struct buf *out) {
    struct printer p = {.t = t, .s = s, .out = out};
    for (uint32_t i = 0; i < s->case_count; i++) {
        const struct summary_case *c = &s->cases[i];
        print_head(&p);
        for (uint32_t k = 0; k < c->when_count; k++) {
            buf_add_c(out, k ? " and " : " when ");
            print_expr(&p, "", c->when[k].e);
            buf_addf(out, " %s %lld", cmp_text(c->when[k].cmp), (long long)c->when[k].num);
        }
        buf_add_c(out, c->usually ? " usually :" : " :");
        for (uint32_t k = 0; k < c->effect_count; k++) {
            buf_add_c(out, k ? ", " : " ");
            print_effect(&p, &c->effects[k]);
        }
        buf_add_char(out, '\n');
    }
}
