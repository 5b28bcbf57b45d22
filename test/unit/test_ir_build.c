// The builder of facts: interning, folding, layout of blocks, functions inside functions.
#include "checker/base/buf.h"
#include "checker/ir/build.h"
#include "checker/ir/check.h"
#include "test/unit/test.h"

#include <string.h>

struct fixture {
    struct arena arena;
    struct arena scratch;
    struct facts f;
    struct ir_builder *b;
};

static void begin(struct fixture *x) {
    arena_init(&x->arena, 0);
    arena_init(&x->scratch, 0);
    facts_init(&x->f, &x->arena);
    x->b = ir_builder_new(&x->f, &x->scratch);
}

static void finish(struct fixture *x) {
    struct error err = {.set = false};
    CHECK(ir_check(&x->f, &err));
    CHECK_STR_EQ(err.text, "");
    arena_release(&x->scratch);
    arena_release(&x->arena);
}

static var_id local(struct fixture *x, enum var_kind kind, const char *name) {
    struct ir_var v = {.kind = (uint8_t)kind, .name = ir_name(x->b, str_from(name))};
    return ir_var(x->b, &v);
}

static call_id call(struct fixture *x) {
    struct ir_call c = {.kind = CALL_DIRECT};
    return ir_op_call(x->b, &c, NULL, 0);
}

static const struct ir_block *block_of(const struct fixture *x, fn_id fn, uint32_t index) {
    return &x->f.blocks.data[x->f.fns.data[fn.v].first_block.v + index];
}

// Successor `index` of a block, as a position in its function.
static uint32_t successor(const struct fixture *x, fn_id fn, uint32_t block, uint32_t index) {
    return x->f.edges.data[block_of(x, fn, block)->first_edge.v + index].to.v -
           x->f.fns.data[fn.v].first_block.v;
}

TEST(ir_build_interns) {
    struct fixture x;
    begin(&x);
    struct ir_file file = {.path = ir_name(x.b, STR("a.c"))};
    file_id id = ir_file(x.b, &file);
    CHECK(ir_file(x.b, &file).v == id.v);
    for (uint32_t i = 1; i < 3000; i++) {
        struct ir_loc loc = {.file = id, .line = i % 50 + 1, .col = i % 7 + 1, .end_col = i % 3};
        struct ir_type type = {.kind = TYPE_ARRAY, .count = i % 100};
        loc_id l = ir_loc(x.b, &loc);
        type_id t = ir_type(x.b, &type);
        CHECK(x.f.locs.data[l.v].line == loc.line && x.f.locs.data[l.v].end_col == loc.end_col);
        CHECK(x.f.types.data[t.v].count == type.count);
        CHECK(ir_val_const(x.b, i % 200).v == ir_val_const(x.b, i % 200).v);
    }
    CHECK(x.f.types.len == 101);
    CHECK(x.f.vals.len == 201);
    CHECK(x.f.locs.len == 1 + 50 * 7 * 3);
    finish(&x);
}

TEST(ir_build_later_mentions_complete_a_symbol) {
    struct fixture x;
    begin(&x);
    struct ir_type type = {.kind = TYPE_VOID};
    struct ir_sym declared = {.key = ir_name(x.b, STR("k")), .flags = SYM_SYSTEM};
    struct ir_sym defined = declared;
    defined.flags = SYM_NORETURN;
    defined.ret = ir_type(x.b, &type);
    sym_id id = ir_sym(x.b, &declared);
    CHECK(ir_sym(x.b, &defined).v == id.v);
    CHECK(x.f.syms.data[id.v].flags == (SYM_SYSTEM | SYM_NORETURN));
    CHECK(x.f.syms.data[id.v].ret.v == defined.ret.v);
    struct ir_var ext = {.kind = VAR_GLOBAL, .key = ir_name(x.b, STR("g")), .flags = VAR_EXTERN};
    struct ir_var def = ext;
    def.flags = VAR_HAS_INIT;
    var_id g = ir_var(x.b, &ext);
    CHECK(ir_var(x.b, &def).v == g.v && ir_var(x.b, &ext).v == g.v);
    CHECK(x.f.vars.data[g.v].flags == VAR_HAS_INIT);
    finish(&x);
}

TEST(ir_build_simplifies_values) {
    struct fixture x;
    begin(&x);
    struct ir_builder *b = x.b;
    path_id p = ir_path_var(b, local(&x, VAR_LOCAL, "p"));
    val_id v = ir_val_path(b, p);
    CHECK(ir_path_deref(b, ir_val_addr(b, p), (type_id){0}).v == p.v);
    CHECK(ir_val_addr(b, ir_path_deref(b, v, (type_id){0})).v == v.v);
    val_id two = ir_val_const(b, 2);
    CHECK(ir_val_binary(b, OPR_ADD, two, two).v == ir_val_const(b, 4).v);
    CHECK(ir_val_binary(b, OPR_GE, two, ir_val_const(b, 3)).v == ir_val_const(b, 0).v);
    CHECK(ir_val_unary(b, OPR_NEG, two).v == ir_val_const(b, -2).v);
    CHECK(ir_val_unary(b, OPR_NEG, ir_val_const(b, INT64_MIN)).v == ir_val_const(b, INT64_MIN).v);
    CHECK(ir_val_binary(b, OPR_DIV, ir_val_const(b, 7), two).v == ir_val_const(b, 3).v);
    CHECK(ir_val_binary(b, OPR_ADD, ir_val_const(b, INT64_MAX), two).v ==
          ir_val_const(b, INT64_MIN + 1).v);
    val_id kept[] = {
        ir_val_binary(b, OPR_DIV, two, ir_val_const(b, 0)),
        ir_val_binary(b, OPR_REM, ir_val_const(b, INT64_MIN), ir_val_const(b, -1)),
        ir_val_binary(b, OPR_SHL, two, ir_val_const(b, 64)),
        ir_val_binary(b, OPR_SHR, ir_val_const(b, -1), two),
        ir_val_binary(b, OPR_ADD, v, two),
    };
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        CHECK(x.f.vals.data[kept[i].v].kind == VAL_BINARY);
    }
    finish(&x);
}

TEST(ir_build_cuts_long_strings_between_characters) {
    struct fixture x;
    begin(&x);
    char text[300];
    memset(text, 'a', sizeof text);
    text[255] = '\xc3';
    text[256] = '\xa9';
    val_id v = ir_val_str(x.b, str_make(text, sizeof text));
    CHECK(facts_text(&x.f, x.f.vals.data[v.v].name).len == 255);
    finish(&x);
}

TEST(ir_build_lays_out_in_reverse_post_order) {
    struct fixture x;
    begin(&x);
    struct ir_builder *b = x.b;
    fn_id fn = ir_fn_begin(b, &(struct ir_fn){0});
    ir_bb after = ir_bb_new(b); // made first, comes last
    ir_bb body = ir_bb_new(b);
    ir_bb head = ir_bb_new(b);
    ir_bb lost = ir_bb_new(b);
    val_id v = ir_val_unknown(b);
    ir_term_jump(b, head, (loc_id){0});
    ir_bb_set(b, head);
    ir_term_branch(b, OPR_NE, v, ir_val_const(b, 0), body, after, (loc_id){0});
    ir_bb_set(b, lost);
    call_id dropped = call(&x);
    ir_term_jump(b, head, (loc_id){0});
    ir_bb_set(b, body);
    ir_op_unknown(b, (loc_id){0});
    ir_term_jump(b, head, (loc_id){0});
    ir_bb_set(b, after);
    call_id kept = call(&x);
    ir_fn_end(b, (loc_id){0});
    CHECK(x.f.fns.data[fn.v].block_count == 4);
    CHECK(successor(&x, fn, 0, 0) == 1);
    CHECK(successor(&x, fn, 1, 0) == 2 && successor(&x, fn, 1, 1) == 3);
    CHECK(successor(&x, fn, 2, 0) == 1);
    CHECK(block_of(&x, fn, 2)->op_count == 1 && block_of(&x, fn, 3)->op_count == 1);
    CHECK(block_of(&x, fn, 3)->term == TERM_RETURN);
    CHECK(dropped.v == 1 && kept.v == 2 && x.f.calls.len == 3);
    CHECK(x.f.ops.data[block_of(&x, fn, 3)->first_op.v].call.v == kept.v);
    finish(&x);
}

TEST(ir_build_drops_code_after_a_terminator) {
    struct fixture x;
    begin(&x);
    struct ir_builder *b = x.b;
    fn_id fn = ir_fn_begin(b, &(struct ir_fn){0});
    CHECK(ir_bb_open(b));
    ir_term_return(b, (val_id){0}, (loc_id){0});
    CHECK(!ir_bb_open(b) && ir_bb_current(b) == IR_BB_NONE);
    ir_op_unknown(b, (loc_id){0});
    CHECK(call(&x).v == 1);
    ir_term_jump(b, 1, (loc_id){0});
    ir_term_switch(b, (val_id){0}, (loc_id){0});
    ir_fn_end(b, (loc_id){0});
    CHECK(x.f.fns.data[fn.v].block_count == 1 && x.f.ops.len == 1 && x.f.edges.len == 1);
    fn = ir_fn_begin(b, &(struct ir_fn){0});
    ir_term_jump(b, IR_BB_NONE, (loc_id){0});
    ir_fn_end(b, (loc_id){0});
    CHECK(block_of(&x, fn, 0)->term == TERM_UNREACHABLE);
    finish(&x);
}

TEST(ir_build_keeps_one_default) {
    struct fixture x;
    begin(&x);
    struct ir_builder *b = x.b;
    fn_id fn = ir_fn_begin(b, &(struct ir_fn){0});
    ir_bb here = ir_bb_current(b);
    ir_bb to = ir_bb_new(b);
    ir_term_switch(b, ir_val_unknown(b), (loc_id){0});
    ir_edge_add(b, here, to, EDGE_CASE, 1, 2);
    ir_edge_add(b, here, to, EDGE_DEFAULT, 0, 0);
    ir_edge_add(b, here, to, EDGE_DEFAULT, 0, 0);
    ir_bb_set(b, to);
    ir_fn_end(b, (loc_id){0});
    CHECK(block_of(&x, fn, 0)->edge_count == 2);
    finish(&x);
}

TEST(ir_build_nests_functions) {
    struct fixture x;
    begin(&x);
    struct ir_builder *b = x.b;
    fn_id outer = ir_fn_begin(b, &(struct ir_fn){0});
    var_id a = local(&x, VAR_PARAM, "a");
    var_id first = local(&x, VAR_LOCAL, "first");
    call_id before = call(&x);
    fn_id inner = ir_fn_begin(b, &(struct ir_fn){0});
    var_id self = local(&x, VAR_PARAM, "this");
    call_id inside = call(&x);
    ir_fn_flag(b, FN_TEMPLATE);
    ir_fn_end(b, (loc_id){0});
    var_id late = local(&x, VAR_PARAM, "late");
    call_id after = call(&x);
    ir_fn_flag(b, FN_HAS_GOTO);
    ir_fn_end(b, (loc_id){0});
    CHECK(outer.v == 1 && inner.v == 2);
    CHECK(x.f.fns.data[outer.v].flags == FN_HAS_GOTO && x.f.fns.data[inner.v].flags == FN_TEMPLATE);
    CHECK(x.f.fns.data[outer.v].param_count == 2 && x.f.fns.data[outer.v].var_count == 3);
    CHECK(facts_fn_var(&x.f, outer, 0).v == a.v && facts_fn_var(&x.f, outer, 1).v == late.v);
    CHECK(facts_fn_var(&x.f, outer, 2).v == first.v);
    CHECK(facts_fn_var(&x.f, inner, 0).v == self.v && x.f.fns.data[inner.v].var_count == 1);
    CHECK(block_of(&x, outer, 0)->op_count == 2 && block_of(&x, inner, 0)->op_count == 1);
    CHECK(x.f.calls.data[before.v].fn.v == outer.v && x.f.calls.data[after.v].fn.v == outer.v);
    CHECK(x.f.calls.data[inside.v].fn.v == inner.v && x.f.vars.data[self.v].fn.v == inner.v);
    finish(&x);
}

TEST(ir_facts_strip_typedefs_merges_qualifiers) {
    struct fixture x;
    begin(&x);
    struct ir_type t = {.kind = TYPE_BUILTIN, .quals = TYPE_CONST};
    type_id base = ir_type(x.b, &t);
    t = (struct ir_type){.kind = TYPE_TYPEDEF, .target = base};
    t = (struct ir_type){.kind = TYPE_TYPEDEF, .quals = TYPE_VOLATILE, .target = ir_type(x.b, &t)};
    uint8_t quals = 0;
    CHECK(facts_strip_typedefs(&x.f, ir_type(x.b, &t), &quals).v == base.v);
    CHECK(quals == (TYPE_CONST | TYPE_VOLATILE));
    finish(&x);
}

TEST(ir_facts_print_readable_values) {
    struct fixture x;
    begin(&x);
    struct ir_builder *b = x.b;
    type_id none = {0};
    val_id p = ir_val_path(b, ir_path_var(b, local(&x, VAR_LOCAL, "p")));
    path_id mu =
        ir_path_field(b, ir_path_deref(b, p, none), ir_name(b, STR("mu")), none, (record_id){0});
    path_id item = ir_path_index(b, mu, ir_val_const(b, 3), none);
    path_id inner = ir_path_field(b, item, ir_name(b, STR("x")), none, (record_id){0});
    struct buf out;
    buf_init(&out, 1000);
    facts_print_val(&x.f, ir_val_addr(b, inner), &out);
    buf_add_c(&out, " ");
    facts_print_path(&x.f, ir_path_deref(b, p, none), &out);
    buf_add_c(&out, " ");
    facts_print_val(&x.f, ir_val_binary(b, OPR_AND, p, ir_val_str(b, STR("s"))), &out);
    CHECK_STR_EQ(buf_c(&out), "&p->mu[3].x *p p & \"s\"");
    buf_release(&out);
    finish(&x);
}
