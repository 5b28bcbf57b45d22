// Functions under construction: blocks in any order, laid out at the end.
#include "checker/ir/build_private.h"

#include <assert.h>

fn_id ir_fn_begin(struct ir_builder *b, const struct ir_fn *fn) {
    if (!b->fn) {
        b->mark = arena_mark(b->scratch);
    }
    struct draft_fn *d = ARENA_NEW(b->scratch, struct draft_fn);
    vec_push(b->f->arena, &b->f->fns, *fn);
    d->fn = (fn_id){b->f->fns.len - 1};
    d->outer = b->fn;
    b->fn = d;
    vec_push(b->scratch, &d->blocks, ((struct draft_block){0}));
    ir_bb_set(b, ir_bb_new(b));
    return d->fn;
}

void ir_fn_flag(struct ir_builder *b, uint32_t flags) {
    if (b->fn) {
        b->f->fns.data[b->fn->fn.v].flags |= flags;
    }
}

ir_bb ir_bb_new(struct ir_builder *b) {
    vec_push(b->scratch, &b->fn->blocks, ((struct draft_block){0}));
    return b->fn->blocks.len - 1;
}

void ir_bb_set(struct ir_builder *b, ir_bb bb) {
    b->fn->current = bb;
}

ir_bb ir_bb_current(const struct ir_builder *b) {
    return b->fn ? b->fn->current : IR_BB_NONE;
}

bool ir_bb_open(const struct ir_builder *b) {
    return b->fn && b->fn->current != IR_BB_NONE &&
           b->fn->blocks.data[b->fn->current].term == TERM_NONE;
}

static void add_op(struct ir_builder *b, struct ir_op op) {
    if (ir_bb_open(b)) {
        struct draft_block *block = &b->fn->blocks.data[b->fn->current];
        vec_push(b->scratch, &block->ops, op);
    }
}

void ir_op_read(struct ir_builder *b, path_id path, uint8_t flags, loc_id loc) {
    add_op(b, (struct ir_op){.kind = OP_READ, .path = path, .flags = flags, .loc = loc});
}

void ir_op_write(struct ir_builder *b, path_id path, val_id val, uint8_t flags, loc_id loc) {
    add_op(b,
           (struct ir_op){.kind = OP_WRITE, .path = path, .val = val, .flags = flags, .loc = loc});
}

void ir_op_update(struct ir_builder *b, path_id path, enum ir_operator op, val_id val,
                  uint8_t flags, loc_id loc) {
    add_op(b, (struct ir_op){.kind = OP_UPDATE,
                             .path = path,
                             .opr = (uint8_t)op,
                             .val = val,
                             .flags = flags,
                             .loc = loc});
}

call_id ir_op_call(struct ir_builder *b, const struct ir_call *call, const val_id *args,
                   uint32_t arg_count) {
    struct ir_call c = *call;
    c.first_arg = (arg_id){b->f->args.len};
    c.arg_count = arg_count;
    c.fn = b->fn ? b->fn->fn : (fn_id){0};
    for (uint32_t i = 0; i < arg_count; i++) {
        vec_push(b->f->arena, &b->f->args, args[i]);
    }
    vec_push(b->f->arena, &b->f->calls, c);
    call_id id = {b->f->calls.len - 1};
    add_op(b, (struct ir_op){.kind = OP_CALL, .call = id, .loc = c.loc});
    return id;
}

void ir_op_scope(struct ir_builder *b, bool begin, var_id var, loc_id loc) {
    add_op(b,
           (struct ir_op){.kind = begin ? OP_SCOPE_BEGIN : OP_SCOPE_END, .var = var, .loc = loc});
}

void ir_op_asm(struct ir_builder *b, uint8_t flags, loc_id loc) {
    add_op(b, (struct ir_op){.kind = OP_ASM, .flags = flags, .loc = loc});
}

void ir_op_unknown(struct ir_builder *b, loc_id loc) {
    add_op(b, (struct ir_op){.kind = OP_UNKNOWN, .loc = loc});
}

// Ends the current block; NULL when there is none.
static struct draft_block *terminate(struct ir_builder *b, enum term_kind term, loc_id loc) {
    assert(b->fn);
    if (!ir_bb_open(b)) {
        b->fn->last = IR_BB_NONE;
        b->fn->current = IR_BB_NONE;
        return NULL;
    }
    struct draft_block *block = &b->fn->blocks.data[b->fn->current];
    block->term = (uint8_t)term;
    block->loc = loc;
    b->fn->last = b->fn->current;
    b->fn->current = IR_BB_NONE;
    return block;
}

void ir_edge_add(struct ir_builder *b, ir_bb from, ir_bb to, enum edge_kind kind, int64_t lo,
                 int64_t hi) {
    if (from == IR_BB_NONE || to == IR_BB_NONE) {
        return;
    }
    assert(from < b->fn->blocks.len && to < b->fn->blocks.len);
    struct draft_block *block = &b->fn->blocks.data[from];
    for (uint32_t i = 0; kind == EDGE_DEFAULT && i < block->edges.len; i++) {
        if (block->edges.data[i].kind == EDGE_DEFAULT) {
            return; // a second `default:` is an error of the source
        }
    }
    struct ir_edge e = {.to = {to}, .kind = (uint8_t)kind, .lo = lo, .hi = hi};
    vec_push(b->scratch, &block->edges, e);
}

void ir_term_jump(struct ir_builder *b, ir_bb to, loc_id loc) {
    // A jump to nowhere is what is left of code that could not be lowered.
    if (terminate(b, to == IR_BB_NONE ? TERM_UNREACHABLE : TERM_JUMP, loc)) {
        ir_edge_add(b, b->fn->last, to, EDGE_NEXT, 0, 0);
    }
}

void ir_term_branch(struct ir_builder *b, enum ir_operator cmp, val_id lhs, val_id rhs,
                    ir_bb if_true, ir_bb if_false, loc_id loc) {
    assert(if_true != IR_BB_NONE && if_false != IR_BB_NONE);
    struct draft_block *block = terminate(b, TERM_BRANCH, loc);
    if (block) {
        block->cmp = (uint8_t)cmp;
        block->lhs = lhs;
        block->rhs = rhs;
        ir_edge_add(b, b->fn->last, if_true, EDGE_TRUE, 0, 0);
        ir_edge_add(b, b->fn->last, if_false, EDGE_FALSE, 0, 0);
    }
}

static void terminate_with(struct ir_builder *b, enum term_kind term, val_id val, loc_id loc) {
    struct draft_block *block = terminate(b, term, loc);
    if (block) {
        block->lhs = val;
    }
}

void ir_term_return(struct ir_builder *b, val_id val, loc_id loc) {
    terminate_with(b, TERM_RETURN, val, loc);
}

void ir_term_noreturn(struct ir_builder *b, loc_id loc) {
    terminate_with(b, TERM_NORETURN, (val_id){0}, loc);
}

void ir_term_unreachable(struct ir_builder *b, loc_id loc) {
    terminate_with(b, TERM_UNREACHABLE, (val_id){0}, loc);
}

void ir_term_switch(struct ir_builder *b, val_id val, loc_id loc) {
    terminate_with(b, TERM_SWITCH, val, loc);
}

void ir_term_indirect(struct ir_builder *b, val_id val, loc_id loc) {
    terminate_with(b, TERM_INDIRECT, val, loc);
}

void ir_term_throw(struct ir_builder *b, loc_id loc) {
    terminate_with(b, TERM_THROW, (val_id){0}, loc);
}

// --- layout ---

struct layout {
    struct ir_builder *b;
    struct draft_fn *d;
    uint32_t *order;  // reverse post-order, filled from the end
    uint32_t *number; // ir_bb -> position + 1
    uint32_t at;
};

// Depth first with an explicit stack; successors are visited last to first, so that the first one
// comes next.
static void visit(struct layout *l, ir_bb root) {
    VEC(ir_bb) stack = {0};
    VEC(uint32_t) next = {0};
    bool *seen = ARENA_ARRAY(l->b->scratch, bool, l->d->blocks.len);
    seen[root] = true;
    vec_push(l->b->scratch, &stack, root);
    vec_push(l->b->scratch, &next, 0);
    while (stack.len) {
        const struct draft_block *x = &l->d->blocks.data[vec_last(&stack)];
        uint32_t done = vec_last(&next);
        if (done == x->edges.len) {
            l->order[--l->at] = vec_last(&stack);
            stack.len--;
            next.len--;
            continue;
        }
        vec_last(&next)++;
        ir_bb to = x->edges.data[x->edges.len - 1 - done].to.v;
        if (!seen[to]) {
            seen[to] = true;
            vec_push(l->b->scratch, &stack, to);
            vec_push(l->b->scratch, &next, 0);
        }
    }
}

static void emit_block(struct layout *l, ir_bb bb, block_id first) {
    struct facts *f = l->b->f;
    const struct draft_block *x = &l->d->blocks.data[bb];
    struct ir_block out = {.first_op = {f->ops.len},
                           .op_count = x->ops.len,
                           .term = x->term ? x->term : TERM_UNREACHABLE,
                           .cmp = x->cmp,
                           .lhs = x->lhs,
                           .rhs = x->rhs,
                           .loc = x->loc,
                           .first_edge = {f->edges.len},
                           .edge_count = x->edges.len};
    for (uint32_t i = 0; i < x->ops.len; i++) {
        vec_push(f->arena, &f->ops, x->ops.data[i]);
    }
    for (uint32_t i = 0; i < x->edges.len; i++) {
        struct ir_edge e = x->edges.data[i];
        e.to.v = first.v + l->number[e.to.v] - 1;
        vec_push(f->arena, &f->edges, e);
    }
    vec_push(f->arena, &f->blocks, out);
}

// Parameters first, whatever the order of declaration.
static void list_vars(struct ir_builder *b, const struct draft_fn *d, bool params) {
    struct facts *f = b->f;
    for (uint32_t i = 0; i < d->vars.len; i++) {
        if ((f->vars.data[d->vars.data[i].v].kind == VAR_PARAM) == params) {
            vec_push(f->arena, &f->fn_vars, d->vars.data[i]);
        }
    }
}

void ir_fn_end(struct ir_builder *b, loc_id end) {
    assert(b->fn);
    struct draft_fn *d = b->fn;
    struct facts *f = b->f;
    if (ir_bb_open(b)) {
        ir_term_return(b, (val_id){0}, end);
    }
    struct layout l = {.b = b, .d = d, .at = d->blocks.len};
    l.order = ARENA_ARRAY(b->scratch, uint32_t, d->blocks.len);
    l.number = ARENA_ARRAY(b->scratch, uint32_t, d->blocks.len);
    visit(&l, 1);
    for (uint32_t i = l.at; i < d->blocks.len; i++) {
        l.number[l.order[i]] = i - l.at + 1;
    }
    struct ir_fn *fn = &f->fns.data[d->fn.v];
    fn->end = end;
    fn->first_block = (block_id){f->blocks.len};
    fn->block_count = d->blocks.len - l.at;
    fn->first_var = f->fn_vars.len;
    fn->param_count = d->param_count;
    fn->var_count = d->vars.len;
    list_vars(b, d, true);
    list_vars(b, d, false);
    block_id first = {f->blocks.len};
    for (uint32_t i = l.at; i < d->blocks.len; i++) {
        emit_block(&l, l.order[i], first);
    }
    b->fn = d->outer;
    if (!b->fn) {
        arena_reset(b->scratch, b->mark);
    }
}
