// What a call may go to: surely, or as far as is known.
#include "checker/link/program_private.h"

node_id call_target(const struct program *p, const struct facts *f, call_id call) {
    const struct ir_call *c = &f->calls.data[call.v];
    const struct unit *u = program_unit(p, f);
    if (u->models[call.v] || (c->kind == CALL_VIRTUAL && u->sym_overridden[c->callee.v])) {
        return NODE_NONE;
    }
    if (c->kind != CALL_INDIRECT) {
        return u->sym_nodes[c->callee.v];
    }
    const struct ir_val *v = &f->vals.data[c->target.v];
    const struct field_functions *slot =
        v->kind == VAL_PATH ? program_field_functions(p, f, v->path) : NULL;
    bool sure = slot && !slot->unknown && slot->nodes.len == 1;
    return v->kind == VAL_FN ? u->sym_nodes[v->sym.v] : sure ? slot->nodes.data[0] : NODE_NONE;
}

uint32_t call_targets(const struct program *p, const struct facts *f, call_id call, node_id *out,
                      uint32_t max) {
    const struct ir_call *c = &f->calls.data[call.v];
    if (program_unit(p, f)->models[call.v]) {
        return 0;
    }
    if (c->kind != CALL_INDIRECT) {
        out[0] = program_callee(p, f, call);
        return out[0] == NODE_NONE ? 0 : 1;
    }
    const struct ir_val *v = &f->vals.data[c->target.v];
    const struct field_functions *slot =
        v->kind == VAL_PATH ? program_field_functions(p, f, v->path) : NULL;
    uint32_t n = 0;
    for (; slot && n < slot->nodes.len && n < max; n++) {
        out[n] = slot->nodes.data[n];
    }
    if (v->kind == VAL_FN) {
        out[0] = program_unit(p, f)->sym_nodes[v->sym.v];
        n = out[0] != NODE_NONE;
    }
    return n;
}

static bool is_stored_there(const struct field_functions *slot, node_id fn) {
    for (uint32_t i = 0; slot && i < slot->nodes.len; i++) {
        if (slot->nodes.data[i] == fn) {
            return true;
        }
    }
    return false;
}

uint32_t call_jobs(const struct program *p, const struct facts *f, call_id call, node_id *out,
                   uint32_t max) {
    const struct ir_call *c = &f->calls.data[call.v];
    if (c->kind == CALL_VIRTUAL) {
        struct str key = facts_text(f, f->syms.data[c->callee.v].key);
        return overriders_of(p, intern_find(&p->exprs->names, key), out, max);
    }
    bool known = program_unit(p, f)->models[call.v] || program_callee(p, f, call) != NODE_NONE;
    val_id called = known ? (val_id){0} : called_value(f, call);
    const struct ir_val *v = &f->vals.data[called.v];
    const struct function_set *stored = stored_in_value(p, f, called);
    const struct field_functions *slot = v->path.v ? program_field_functions(p, f, v->path) : NULL;
    uint32_t n = 0;
    for (uint32_t i = 0; stored && stored->items.len <= max && i < stored->items.len; i++) {
        if (!is_stored_there(slot, stored->items.data[i])) {
            out[n++] = stored->items.data[i];
        }
    }
    return n;
}

const struct model_function *program_library(const struct program *p, const struct facts *f,
                                             call_id call) {
    const struct ir_call *c = &f->calls.data[call.v];
    if (c->kind != CALL_DIRECT || !c->callee.v ||
        program_unit(p, f)->sym_nodes[c->callee.v] != NODE_NONE) {
        return NULL;
    }
    return model_function_find(p->models, facts_sym_name(f, c->callee));
}
