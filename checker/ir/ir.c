// Facts: empty tables, small helpers, readable paths and values.
#include "checker/ir/ir.h"

#include "checker/base/buf.h"

void facts_init(struct facts *f, struct arena *arena) {
    *f = (struct facts){.arena = arena};
    intern_init(&f->names, arena);
    vec_push(arena, &f->files, ((struct ir_file){0}));
    vec_push(arena, &f->locs, ((struct ir_loc){0}));
    vec_push(arena, &f->types, ((struct ir_type){0}));
    vec_push(arena, &f->records, ((struct ir_record){0}));
    vec_push(arena, &f->fields, ((struct ir_field){0}));
    vec_push(arena, &f->vars, ((struct ir_var){0}));
    vec_push(arena, &f->syms, ((struct ir_sym){0}));
    vec_push(arena, &f->paths, ((struct ir_path){0}));
    vec_push(arena, &f->vals, ((struct ir_val){0}));
    vec_push(arena, &f->calls, ((struct ir_call){0}));
    vec_push(arena, &f->args, ((val_id){0}));
    vec_push(arena, &f->ops, ((struct ir_op){0}));
    vec_push(arena, &f->blocks, ((struct ir_block){0}));
    vec_push(arena, &f->edges, ((struct ir_edge){0}));
    vec_push(arena, &f->fns, ((struct ir_fn){0}));
}

struct str facts_sym_name(const struct facts *f, sym_id sym) {
    return facts_text(f, f->syms.data[sym.v].name);
}

type_id facts_strip_typedefs(const struct facts *f, type_id t, uint8_t *ret_quals) {
    uint8_t quals = 0;
    while (f->types.data[t.v].kind == TYPE_TYPEDEF && f->types.data[t.v].target.v) {
        quals |= f->types.data[t.v].quals;
        t = f->types.data[t.v].target;
    }
    quals |= f->types.data[t.v].quals;
    if (ret_quals) {
        *ret_quals = quals;
    }
    return t;
}

enum { PRINT_DEPTH = 32 };

static void print_val(const struct facts *f, val_id v, struct buf *out, unsigned depth);

static void print_path(const struct facts *f, path_id p, struct buf *out, unsigned depth) {
    const struct ir_path *x = &f->paths.data[p.v];
    if (depth > PRINT_DEPTH) {
        buf_add_c(out, "...");
        return;
    }
    switch (x->kind) {
    case PATH_VAR:
        buf_add(out, facts_text(f, f->vars.data[x->var.v].name));
        break;
    case PATH_FIELD: {
        const struct ir_path *base = &f->paths.data[x->base.v];
        if (base->kind == PATH_DEREF) {
            print_val(f, base->val, out, depth + 1);
            buf_add_c(out, "->");
        } else {
            print_path(f, x->base, out, depth + 1);
            buf_add_char(out, '.');
        }
        buf_add(out, facts_text(f, x->name));
        break;
    }
    case PATH_INDEX:
        print_path(f, x->base, out, depth + 1);
        buf_add_char(out, '[');
        print_val(f, x->val, out, depth + 1);
        buf_add_char(out, ']');
        break;
    case PATH_DEREF:
        buf_add_char(out, '*');
        print_val(f, x->val, out, depth + 1);
        break;
    default:
        buf_add_c(out, "?");
        break;
    }
}

op_id facts_op_of_call(const struct facts *f, fn_id fn, call_id call) {
    const struct ir_fn *ir = &f->fns.data[fn.v];
    for (uint32_t i = 0; i < ir->block_count; i++) {
        const struct ir_block *b = &f->blocks.data[ir->first_block.v + i];
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            if (op->kind == OP_CALL && op->call.v == call.v) {
                return (op_id){b->first_op.v + k};
            }
        }
    }
    return (op_id){0};
}

uint32_t facts_block_of_op(const struct facts *f, fn_id fn, op_id op) {
    const struct ir_fn *ir = &f->fns.data[fn.v];
    for (uint32_t i = 0; i < ir->block_count; i++) {
        const struct ir_block *b = &f->blocks.data[ir->first_block.v + i];
        if (op.v >= b->first_op.v && op.v - b->first_op.v < b->op_count) {
            return i;
        }
    }
    return 0;
}

bool ir_compare(uint8_t cmp, int64_t a, int64_t b) {
    switch (cmp) {
    case OPR_EQ:
        return a == b;
    case OPR_NE:
        return a != b;
    case OPR_LT:
        return a < b;
    case OPR_LE:
        return a <= b;
    case OPR_GT:
        return a > b;
    default:
        return a >= b;
    }
}

bool ir_fold(uint8_t op, int64_t a, int64_t b, int64_t *ret_value) {
    uint64_t ua = (uint64_t)a;
    uint64_t ub = (uint64_t)b;
    switch (op) {
    case OPR_ADD:
        *ret_value = (int64_t)(ua + ub);
        return true;
    case OPR_SUB:
        *ret_value = (int64_t)(ua - ub);
        return true;
    case OPR_MUL:
        *ret_value = (int64_t)(ua * ub);
        return true;
    case OPR_AND:
        *ret_value = (int64_t)(ua & ub);
        return true;
    case OPR_OR:
        *ret_value = (int64_t)(ua | ub);
        return true;
    case OPR_XOR:
        *ret_value = (int64_t)(ua ^ ub);
        return true;
    case OPR_EQ:
    case OPR_NE:
    case OPR_LT:
    case OPR_LE:
    case OPR_GT:
    case OPR_GE:
        *ret_value = ir_compare(op, a, b);
        return true;
    default:
        return false;
    }
}

uint8_t ir_negated(uint8_t cmp) {
    switch (cmp) {
    case OPR_EQ:
        return OPR_NE;
    case OPR_NE:
        return OPR_EQ;
    case OPR_LT:
        return OPR_GE;
    case OPR_GE:
        return OPR_LT;
    case OPR_GT:
        return OPR_LE;
    default:
        return OPR_GT;
    }
}

const char *ir_operator_text(uint8_t op) {
    static const char *const texts[] = {
        [OPR_NONE] = "?", [OPR_ADD] = "+",  [OPR_SUB] = "-",  [OPR_MUL] = "*", [OPR_DIV] = "/",
        [OPR_REM] = "%",  [OPR_SHL] = "<<", [OPR_SHR] = ">>", [OPR_AND] = "&", [OPR_OR] = "|",
        [OPR_XOR] = "^",  [OPR_EQ] = "==",  [OPR_NE] = "!=",  [OPR_LT] = "<",  [OPR_LE] = "<=",
        [OPR_GT] = ">",   [OPR_GE] = ">=",  [OPR_NEG] = "-",  [OPR_NOT] = "!", [OPR_BITNOT] = "~"};
    return op < sizeof texts / sizeof *texts && texts[op] ? texts[op] : "?";
}

static void print_call(const struct facts *f, call_id call, struct buf *out, unsigned depth) {
    const struct ir_call *c = &f->calls.data[call.v];
    if (c->kind == CALL_INDIRECT) {
        print_val(f, c->target, out, depth + 1);
    } else {
        buf_add(out, facts_sym_name(f, c->callee));
    }
    buf_add_c(out, c->arg_count ? "(...)" : "()");
}

static void print_val(const struct facts *f, val_id v, struct buf *out, unsigned depth) {
    const struct ir_val *x = &f->vals.data[v.v];
    if (depth > PRINT_DEPTH) {
        buf_add_c(out, "...");
        return;
    }
    switch (x->kind) {
    case VAL_CONST:
        buf_addf(out, "%lld", (long long)x->num);
        break;
    case VAL_STR:
        buf_addf(out, "\"" STR_FMT "\"", STR_ARG(facts_text(f, x->name)));
        break;
    case VAL_PATH:
        print_path(f, x->path, out, depth + 1);
        break;
    case VAL_ADDR:
        buf_add_char(out, '&');
        print_path(f, x->path, out, depth + 1);
        break;
    case VAL_FN:
        buf_add(out, facts_sym_name(f, x->sym));
        break;
    case VAL_CALL:
        print_call(f, x->call, out, depth + 1);
        break;
    case VAL_UNARY:
        buf_add_c(out, ir_operator_text(x->op));
        print_val(f, x->a, out, depth + 1);
        break;
    case VAL_BINARY:
        print_val(f, x->a, out, depth + 1);
        buf_addf(out, " %s ", ir_operator_text(x->op));
        print_val(f, x->b, out, depth + 1);
        break;
    default:
        buf_add_c(out, "?");
        break;
    }
}

void facts_print_path(const struct facts *f, path_id p, struct buf *out) {
    print_path(f, p, out, 0);
}

void facts_print_val(const struct facts *f, val_id v, struct buf *out) {
    print_val(f, v, out, 0);
}
