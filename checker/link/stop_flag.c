// Flags: memory that loops of threads test to end, with everything that writes it.
#include "checker/link/stop_private.h"

static void add_flag(struct program *p, expr_id class) {
    uint32_t known = 0;
    if (class.v && !map_get(&p->stops->flag_of, class.v, &known)) {
        map_put(&p->stops->flag_of, class.v, p->stops->flags.len);
        vec_push(p->arena, &p->stops->flags, ((struct program_flag){.class = class}));
    }
}

static struct program_flag *flag_of(const struct program *p, expr_id class) {
    uint32_t at = 0;
    return class.v && map_get(&p->stops->flag_of, class.v, &at) ? &p->stops->flags.data[at] : NULL;
}

// Names and kinds first: most places are no flags, and making their class would cost.
static bool may_be_flag(const struct facts *f, path_id path) {
    uint8_t kind = f->paths.data[path.v].kind;
    uint8_t var = f->vars.data[f->paths.data[path.v].var.v].kind;
    return kind == PATH_FIELD || kind == PATH_INDEX ||
           (kind == PATH_VAR && (var == VAR_GLOBAL || var == VAR_STATIC_LOCAL));
}

static struct program_flag *flag_at(const struct program *p, const struct facts *f, path_id path) {
    return path.v && may_be_flag(f, path)
               ? flag_of(p, deed_class(p, program_path_class(p, f, path)))
               : NULL;
}

static struct program_flag *flag_behind(const struct program *p, const struct facts *f,
                                        val_id val) {
    const struct ir_val *v = &f->vals.data[val.v];
    return v->kind == VAL_ADDR ? flag_at(p, f, v->path) : NULL;
}

static struct stop_write write_of(const struct facts *f, node_id n, op_id op, val_id val) {
    const struct ir_val *v = &f->vals.data[val.v];
    return (struct stop_write){.node = n, .op = op, .known = v->kind == VAL_CONST, .value = v->num};
}

static void look_at_call(struct program *p, node_id n, op_id id) {
    const struct facts *f = p->nodes.data[n].ref.facts;
    call_id call = f->ops.data[id.v].call;
    const struct ir_call *c = &f->calls.data[call.v];
    const struct model_function *m = program_library(p, f, call);
    bool atomic = m && (m->flags & (FN_ATOMIC_LOAD | FN_ATOMIC_STORE | FN_ATOMIC_UPDATE |
                                    FN_ATOMIC_CAS | FN_ATOMIC_WEAK_CAS));
    bool made = (f->syms.data[c->callee.v].flags & SYM_CTOR) != 0;
    for (uint32_t a = 0; a < c->arg_count; a++) {
        struct program_flag *flag = flag_behind(p, f, f->args.data[c->first_arg.v + a]);
        if (!flag) {
            continue;
        }
        if (a == 0 && ((m && (m->flags & FN_ATOMIC_STORE)) || (made && c->arg_count == 2))) {
            val_id value = f->args.data[c->first_arg.v + 1 % c->arg_count];
            vec_push(p->arena, &flag->writes, write_of(f, n, id, value));
        } else if (a == 0 && atomic && !(m->flags & FN_ATOMIC_LOAD)) {
            vec_push(p->arena, &flag->writes, ((struct stop_write){.node = n, .op = id}));
        } else {
            flag->exposed |=
                !(a == 0 && (atomic || made || (f->syms.data[c->callee.v].flags & SYM_DTOR)));
        }
    }
}

static void look_at(struct program *p, node_id n, op_id id) {
    const struct facts *f = p->nodes.data[n].ref.facts;
    const struct ir_op *op = &f->ops.data[id.v];
    struct program_flag *flag =
        op->kind == OP_WRITE || op->kind == OP_UPDATE ? flag_at(p, f, op->path) : NULL;
    if (op->kind == OP_CALL) {
        look_at_call(p, n, id);
    } else if (flag && op->kind == OP_WRITE) {
        vec_push(p->arena, &flag->writes, write_of(f, n, id, op->val));
    } else if (flag) {
        vec_push(p->arena, &flag->writes, ((struct stop_write){.node = n, .op = id}));
    }
    struct program_flag *stored = op->kind == OP_WRITE ? flag_behind(p, f, op->val) : NULL;
    if (stored) {
        stored->exposed = true;
    }
}

// A global that no TU defines is written elsewhere.
static void look_for_definition(struct program *p, struct program_flag *flag) {
    const struct expr *x = expr_get(p->exprs, expr_root(p->exprs, flag->class));
    struct str key = intern_text(&p->exprs->names, x->name);
    for (uint32_t u = 0; x->kind == EX_GLOBAL && u < p->units.len; u++) {
        const struct facts *f = p->units.data[u].facts;
        for (uint32_t i = 1; i < f->vars.len; i++) {
            const struct ir_var *v = &f->vars.data[i];
            bool global = v->kind == VAR_GLOBAL || v->kind == VAR_STATIC_LOCAL;
            if (global && !(v->flags & (VAR_EXTERN | VAR_SYSTEM)) &&
                str_eq(facts_text(f, v->key), key)) {
                return;
            }
        }
    }
    flag->exposed |= x->kind == EX_GLOBAL;
}

// Initialisers of long tables are not read: what lies in an array with one may hold anything.
static void look_at_tables(struct program *p, struct program_flag *flag) {
    const struct expr *x = expr_get(p->exprs, flag->class);
    struct str key = intern_text(&p->exprs->names, x->name);
    struct str record = intern_text(&p->exprs->names, x->kind == EX_FIELD ? x->aux : 0);
    for (uint32_t u = 0; u < p->units.len; u++) {
        const struct facts *f = p->units.data[u].facts;
        for (uint32_t i = 1; i < f->vars.len; i++) {
            const struct ir_var *v = &f->vars.data[i];
            uint8_t quals = 0;
            type_id type = facts_strip_typedefs(f, v->type, &quals);
            const struct ir_type *t = &f->types.data[type.v];
            if (!(v->flags & VAR_HAS_INIT) ||
                (v->kind != VAR_GLOBAL && v->kind != VAR_STATIC_LOCAL) ||
                (t->kind != TYPE_ARRAY && !(quals & TYPE_CONST))) {
                continue;
            }
            while (f->types.data[type.v].kind == TYPE_ARRAY) {
                type = facts_strip_typedefs(f, f->types.data[type.v].target, NULL);
            }
            struct str name = facts_text(f, f->records.data[f->types.data[type.v].record.v].name);
            flag->exposed |= x->kind == EX_FIELD ? name.len && str_eq(name, record)
                                                 : str_eq(facts_text(f, v->key), key);
        }
    }
}

void stop_find_flags(struct program *p) {
    for (uint32_t i = 0; i < p->stops->loops.len; i++) {
        const struct stop_loop *l = &p->stops->loops.data[i];
        for (uint32_t k = 0; k < l->exits.len; k++) {
            for (uint32_t t = 0; t < l->exits.data[k].count; t++) {
                add_flag(p, l->exits.data[k].tests[t].flag);
            }
        }
    }
    for (node_id n = 0; p->stops->flags.len && n < p->nodes.len; n++) {
        struct fn_ref fn = p->nodes.data[n].ref;
        for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
            const struct ir_block *b = graph_block(fn, i);
            for (uint32_t k = 0; k < b->op_count; k++) {
                look_at(p, n, (op_id){b->first_op.v + k});
            }
        }
    }
    for (uint32_t i = 0; i < p->stops->flags.len; i++) {
        look_for_definition(p, &p->stops->flags.data[i]);
        if (!p->stops->flags.data[i].exposed) {
            look_at_tables(p, &p->stops->flags.data[i]);
        }
    }
}

// --- queries ---

const struct program_flag *program_flag_of(const struct program *p, expr_id class) {
    return flag_of(p, class);
}

bool program_flag_is_known(const struct program_flag *f) {
    for (uint32_t i = 0; i < f->writes.len; i++) {
        if (!f->writes.data[i].known) {
            return false;
        }
    }
    return !f->exposed;
}

bool program_write_meets(const struct stop_write *w, const struct stop_test *t) {
    return !w->known || ir_compare(t->cmp, w->value, t->num);
}

// Nothing is known to write what would let the test hold; memory that nobody writes is 0.
static bool never_holds(const struct program *p, const struct stop_test *t) {
    const struct program_flag *f = program_flag_of(p, t->flag);
    if (!f || f->exposed || (!f->writes.len && ir_compare(t->cmp, 0, t->num))) {
        return false;
    }
    for (uint32_t i = 0; i < f->writes.len; i++) {
        if (program_write_meets(&f->writes.data[i], t)) {
            return false;
        }
    }
    return true;
}

bool program_exit_is_closed(const struct program *p, const struct stop_exit *x,
                            const struct stop_test **ret_test) {
    for (uint32_t i = 0; i < x->count; i++) {
        if (never_holds(p, &x->tests[i])) {
            *ret_test = &x->tests[i];
            return true;
        }
    }
    return false;
}
