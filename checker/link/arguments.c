#include "checker/link/arguments.h"

enum {
    READS_OBJECT = FN_ATOMIC_LOAD,
    WRITES_OBJECT = FN_ATOMIC_STORE | FN_ATOMIC_UPDATE | FN_ATOMIC_CAS | FN_ATOMIC_WEAK_CAS,
};

static bool is_character(struct str name) {
    return str_eq(name, STR("char")) || str_eq(name, STR("unsigned char")) ||
           str_eq(name, STR("signed char"));
}

static bool is_text(const struct facts *f, val_id v) {
    const struct ir_val *x = &f->vals.data[v.v];
    if (x->kind != VAL_ADDR) {
        return false;
    }
    uint8_t quals = 0;
    const struct ir_type *t =
        &f->types.data[facts_strip_typedefs(f, f->paths.data[x->path.v].type, &quals).v];
    const struct ir_type *element = &f->types.data[facts_strip_typedefs(f, t->target, &quals).v];
    return t->kind == TYPE_ARRAY && is_character(facts_text(f, element->name));
}

uint32_t argument_accesses(const struct program *p, const struct facts *f, call_id call,
                           struct argument_access *out) {
    const struct ir_call *c = &f->calls.data[call.v];
    const struct model_function *m = program_library(p, f, call);
    uint32_t atomic = m ? m->flags & (READS_OBJECT | WRITES_OBJECT) : 0;
    uint32_t n = 0;
    if (c->kind != CALL_DIRECT || program_callee(p, f, call) != NODE_NONE) {
        return 0;
    }
    for (uint32_t i = 0; i < c->arg_count && n < ARGUMENTS_MAX; i++) {
        val_id v = f->args.data[c->first_arg.v + i];
        bool fills = m && m->fills_arg == (int)i;
        bool reads = m && i < 32 && (m->reads >> i & 1);
        if (atomic && i == 0) {
            out[n++] = (struct argument_access){v, (atomic & WRITES_OBJECT) != 0, true};
        } else if (fills || reads || is_text(f, v)) {
            out[n++] = (struct argument_access){v, fills, false};
        }
    }
    return n;
}
