// Reading of the bodies of functions: calls, ops, blocks and terminators.
#include "checker/ir/text_parse.h"

static struct ir_fn *open_fn(struct parser *p) {
    return &p->r.f->fns.data[p->fn.v];
}

static void read_arguments(struct parser *p, struct ir_call *call) {
    struct reader *r = &p->r;
    VEC(val_id) args = {0};
    read_expect(r, "(");
    read_skip(r);
    while (!r->failed && !read_accept(r, ")")) {
        if (args.len) {
            read_expect(r, ",");
        }
        vec_push(r->scratch, &args, read_val(r));
        read_skip(r);
    }
    call->first_arg = (arg_id){r->f->args.len};
    call->arg_count = args.len;
    for (uint32_t i = 0; i < args.len; i++) {
        vec_push(r->f->arena, &r->f->args, args.data[i]);
    }
}

static void fill_call(struct parser *p, struct ir_call *call) {
    struct reader *r = &p->r;
    read_expect(r, "=");
    unsigned kind = CALL_DIRECT;
    while (kind < CALL_VIRTUAL && !read_word(r, text_call_words[kind])) {
        kind++;
    }
    if (kind == CALL_VIRTUAL && !read_word(r, text_call_words[kind])) {
        read_fail(r, "expected call, indirect or virtual");
    }
    call->kind = (uint8_t)kind;
    if (kind == CALL_INDIRECT) {
        call->target = read_val(r);
    }
    if (kind != CALL_INDIRECT || read_word(r, "to")) {
        call->callee = read_sym(r);
    }
    read_arguments(p, call);
    call->flags = (uint8_t)read_flags(r, text_call_flags);
    call->loc = read_loc(r);
    read_end_of_line(&p->r);
}

// A call after its 'c'; returns 0 unless the phase is that of bodies.
static call_id parse_call(struct parser *p) {
    struct reader *r = &p->r;
    if (p->phase == PHASE_NAMES) {
        p->call_counts.data[p->fn.v]++;
        return (call_id){0};
    }
    call_id id = read_call_number(r, p->fn);
    struct ir_call *call = &r->f->calls.data[id.v];
    if (p->phase == PHASE_DECLARATIONS) {
        call->type = read_accept(r, ":") ? read_type(r) : (type_id){0};
        return (call_id){0};
    }
    if (read_accept(r, ":")) {
        (void)read_type(r);
    }
    if (call->first_arg.v) {
        read_fail(r, "a second call of this number");
    }
    if (!r->failed) {
        fill_call(p, call);
    }
    return id;
}

static struct ir_block *open_block(struct parser *p) {
    struct facts *f = p->r.f;
    if (!p->fn.v || !open_fn(p)->block_count || vec_last(&f->blocks).term != TERM_NONE) {
        read_fail(&p->r, "outside of a block");
        return NULL;
    }
    return &vec_last(&f->blocks);
}

static void add_op(struct parser *p, struct ir_op op) {
    struct ir_block *block = open_block(p);
    if (block) {
        vec_push(p->r.f->arena, &p->r.f->ops, op);
        block->op_count++;
    }
}

static void parse_op(struct parser *p, enum op_kind kind) {
    struct reader *r = &p->r;
    struct ir_op op = {.kind = (uint8_t)kind};
    if (kind == OP_READ || kind == OP_WRITE || kind == OP_UPDATE) {
        op.path = read_path(r);
    }
    if (kind == OP_UPDATE) {
        op.opr = read_operator(r);
        (void)(op.opr == OPR_NONE && read_accept(r, "?"));
        if (!read_accept(r, "=")) {
            read_fail(r, "expected an operator and '='");
        }
    } else if (kind == OP_WRITE) {
        read_expect(r, "=");
    }
    if (kind == OP_WRITE || kind == OP_UPDATE) {
        op.val = read_val(r);
    }
    if (kind == OP_SCOPE_BEGIN || kind == OP_SCOPE_END) {
        op.var = read_var(r);
    }
    op.flags = (uint8_t)read_flags(r, text_op_flags);
    op.loc = read_loc(r);
    read_end_of_line(r);
    add_op(p, op);
}

static void parse_block(struct parser *p) {
    struct reader *r = &p->r;
    struct facts *f = r->f;
    uint32_t number = read_u32(r);
    read_expect(r, ":");
    if (!p->fn.v || number != open_fn(p)->block_count + 1) {
        read_fail(r, "blocks of a function are numbered from 1 without gaps");
        return;
    }
    if (number > 1 && vec_last(&f->blocks).term == TERM_NONE) {
        read_fail(r, "the block before this one has no terminator");
        return;
    }
    struct ir_block block = {.first_op = {f->ops.len}, .first_edge = {f->edges.len}};
    vec_push(f->arena, &f->blocks, block);
    open_fn(p)->block_count++;
    read_end_of_line(&p->r);
}

static struct ir_edge read_edge(struct parser *p) {
    struct reader *r = &p->r;
    struct ir_edge e = {.kind = EDGE_NEXT};
    for (uint8_t kind = EDGE_TRUE; kind <= EDGE_EXC; kind++) {
        if (read_word(r, text_edge_words[kind])) {
            e.kind = kind;
        }
    }
    if (e.kind == EDGE_CASE) {
        e.lo = read_i64(r);
        e.hi = read_accept(r, "..") ? read_i64(r) : e.lo;
    }
    read_expect(r, "b");
    uint64_t to = (uint64_t)open_fn(p)->first_block.v + read_u32(r);
    if (to == open_fn(p)->first_block.v || to > UINT32_MAX) {
        read_fail(r, "no such block");
    }
    e.to = (block_id){(uint32_t)(to - 1)};
    return e;
}

static void parse_term(struct parser *p, enum term_kind term) {
    struct reader *r = &p->r;
    struct ir_block *block = open_block(p);
    if (!block) {
        return;
    }
    block->term = (uint8_t)term;
    read_skip(r);
    bool has_more = r->at < r->end && *r->at != '@' &&
                    !(r->end - r->at > 1 && r->at[0] == '-' && r->at[1] == '>');
    if (term == TERM_BRANCH || term == TERM_SWITCH || term == TERM_INDIRECT ||
        (term == TERM_RETURN && has_more)) {
        block->lhs = read_val(r);
    }
    if (term == TERM_BRANCH) {
        block->cmp = read_operator(r);
        block->rhs = read_val(r);
    }
    read_skip(r);
    bool more = read_accept(r, "->");
    while (more && !r->failed) {
        vec_push(r->f->arena, &r->f->edges, read_edge(p));
        block->edge_count++;
        read_skip(r);
        more = read_accept(r, ",");
    }
    block->loc = read_loc(r);
    read_end_of_line(&p->r);
}

// "name" at the start of a line, one digit at least behind it.
static bool read_numbered(struct reader *r, const char *name) {
    const char *start = r->at;
    if (read_accept(r, name) && r->at < r->end && *r->at >= '0' && *r->at <= '9') {
        return true;
    }
    r->at = start;
    return false;
}

bool text_parse_body_line(struct parser *p) {
    static const struct {
        const char *word;
        enum op_kind kind;
    } ops[] = {
        {"read",    OP_READ       },
        {"write",   OP_WRITE      },
        {"update",  OP_UPDATE     },
        {"begin",   OP_SCOPE_BEGIN},
        {"end",     OP_SCOPE_END  },
        {"asm",     OP_ASM        },
        {"unknown", OP_UNKNOWN    },
        {"nop",     OP_NOP        }
    };
    struct reader *r = &p->r;
    bool is_body = p->phase == PHASE_BODIES;
    if (read_word(r, "drop")) {
        read_expect(r, "c");
        (void)parse_call(p);
        return true;
    }
    if (read_numbered(r, "c")) {
        call_id id = parse_call(p);
        if (is_body) {
            add_op(p,
                   (struct ir_op){.kind = OP_CALL, .call = id, .loc = r->f->calls.data[id.v].loc});
        }
        return true;
    }
    if (read_numbered(r, "b")) {
        if (is_body) {
            parse_block(p);
        }
        return true;
    }
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
        if (read_word(r, ops[i].word)) {
            if (is_body) {
                parse_op(p, ops[i].kind);
            }
            return true;
        }
    }
    for (unsigned term = TERM_JUMP; term <= TERM_UNREACHABLE; term++) {
        if (read_word(r, text_term_words[term])) {
            if (is_body) {
                parse_term(p, (enum term_kind)term);
            }
            return true;
        }
    }
    return false;
}
