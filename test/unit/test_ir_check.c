// Each rule of ir_check, broken once.
#include "checker/ir/check.h"
#include "test/unit/test.h"
#include "test/unit/test_ir_sample.h"

#include <string.h>

static uint32_t find_op(const struct facts *f, enum op_kind kind) {
    uint32_t i = 1;
    while (f->ops.data[i].kind != kind) {
        i++;
    }
    return i;
}

static struct ir_block *find_term(const struct facts *f, enum term_kind term) {
    uint32_t i = 1;
    while (f->blocks.data[i].term != term) {
        i++;
    }
    return &f->blocks.data[i];
}

// clang-format off
static void no_rows(struct facts *f) { f->edges.len = 0; }
static void full_dummy(struct facts *f) { f->vals.data[0].kind = VAL_CONST; }
static void main_file(struct facts *f) { f->main_file.v = f->names.texts.len; }
static void file_path(struct facts *f) { f->files.data[1].path.v = UINT32_MAX; }
static void loc_file(struct facts *f) { f->locs.data[1].file.v = f->files.len; }
static void diag_loc(struct facts *f) { f->diags.data[0].loc.v = f->locs.len; }
static void unhandled_kind(struct facts *f) { f->unhandled.data[0].kind.v = f->names.texts.len; }
static void type_kind(struct facts *f) { f->types.data[1].kind = TYPE_OTHER + 1; }
static void type_cycle(struct facts *f) { f->types.data[2].target.v = 2; }
static void record_key(struct facts *f) { f->records.data[1].key.v = f->names.texts.len; }
static void record_fields(struct facts *f) { f->records.data[2].field_count++; }
static void field_wrap(struct facts *f) { f->records.data[1].first_field.v = UINT32_MAX; }
static void field_type(struct facts *f) { f->fields.data[1].type.v = f->types.len; }
static void var_kind(struct facts *f) { f->vars.data[1].kind = VAR_TEMP + 1; }
static void sym_ret(struct facts *f) { f->syms.data[1].ret.v = f->types.len; }
static void override_sym(struct facts *f) { f->overrides.data[0].sym.v = f->syms.len; }
static void path_var(struct facts *f) { f->paths.data[1].var.v = f->vars.len; }
static void path_base(struct facts *f) { f->paths.data[1].base.v = 1; }
static void val_op(struct facts *f) { f->vals.data[1].op = OPR_BITNOT + 1; }
static void val_operand(struct facts *f) { f->vals.data[1].a.v = 2; }
static void call_type(struct facts *f) { f->calls.data[1].type.v = f->types.len; }
static void call_args(struct facts *f) { f->calls.data[1].arg_count = UINT32_MAX; }
static void arg_val(struct facts *f) { f->args.data[1].v = f->vals.len; }
static void op_kind(struct facts *f) { f->ops.data[1].kind = OP_UNKNOWN + 1; }
static void op_call(struct facts *f) { f->ops.data[find_op(f, OP_CALL)].call.v = 0; }
static void edge_kind(struct facts *f) { f->edges.data[1].kind = EDGE_EXC + 1; }
static void edge_to(struct facts *f) { f->edges.data[1].to.v = f->blocks.len; }
static void edge_away(struct facts *f) { f->edges.data[f->edges.len - 1].to.v = 1; }
static void block_lhs(struct facts *f) { f->blocks.data[1].lhs.v = f->vals.len; }
static void block_ops(struct facts *f) { f->blocks.data[2].first_op.v++; }
static void block_open(struct facts *f) { f->blocks.data[1].term = TERM_NONE; }
static void jump_twice(struct facts *f) { find_term(f, TERM_JUMP)->term = TERM_RETURN; }
static void branch_cmp(struct facts *f) { find_term(f, TERM_BRANCH)->cmp = OPR_ADD; }
static void ops_left(struct facts *f) { f->ops.len++; }
static void fn_sym(struct facts *f) { f->fns.data[1].sym.v = f->syms.len; }
static void fn_blocks(struct facts *f) { f->fns.data[1].block_count++; }
static void fn_shared(struct facts *f) { f->fns.data[2].first_block.v++; }
static void fn_entry(struct facts *f) { f->fns.data[1].block_count = 0; }
static void fn_vars(struct facts *f) { f->fns.data[1].var_count = UINT32_MAX; }
static void fn_params(struct facts *f) { f->fns.data[1].param_count++; }
static void fn_other_var(struct facts *f) { f->fn_vars.data[0].v = 1; }
static void call_fn(struct facts *f) { f->calls.data[f->ops.data[find_op(f, OP_CALL)].call.v].fn.v = 3; }
// clang-format on

static void call_twice(struct facts *f) {
    uint32_t first = find_op(f, OP_CALL);
    f->ops.data[first + 1].kind = OP_CALL;
    f->ops.data[first + 1].call = f->ops.data[first].call;
}

static void deref_cycle(struct facts *f) {
    uint32_t i = 1;
    while (f->paths.data[i].kind != PATH_DEREF) {
        i++;
    }
    f->vals.data[f->paths.data[i].val.v].path.v = i;
}

static void call_cycle(struct facts *f) {
    uint32_t i = 1;
    while (f->vals.data[i].kind != VAL_CALL) {
        i++;
    }
    f->args.data[f->calls.data[f->vals.data[i].call.v].first_arg.v].v = i;
}

TEST(ir_check_finds_each_fault) {
    static const struct {
        void (*damage)(struct facts *);
        const char *want;
    } cases[] = {
        {no_rows,        "without its row 0"                                                   },
        {full_dummy,     "row 0 of a table is not empty"                                       },
        {main_file,      "main file out of range"                                              },
        {file_path,      "files[1]: path out of range"                                         },
        {loc_file,       "locs[1]: file out of range"                                          },
        {diag_loc,       "diags[0]: place or text out of range"                                },
        {unhandled_kind, "unhandled[0]: kind out of range"                                     },
        {type_kind,      "types[1]: kind, name or record out of range"                         },
        {type_cycle,     "types[2]: the target must come before the type"                      },
        {record_key,     "records[1]: name, key, place or method out of range"                 },
        {record_fields,  "records[2]: fields out of range or shared"                           },
        {field_wrap,     "records[1]: fields out of range or shared"                           },
        {field_type,     "fields[1]: name, type or place out of range"                         },
        {var_kind,       "vars[1]: kind, name, key, type, place or function out of range"      },
        {sym_ret,        "syms[1]: name, key, type, record or place out of range"              },
        {override_sym,   "overrides[0]: symbol out of range"                                   },
        {path_var,       "paths[1]: kind, name, value, variable, type or record out of range"  },
        {path_base,      "paths[1]: the base must come before the path"                        },
        {val_op,         "vals[1]: kind, operator, path, symbol, call or text out of range"    },
        {val_operand,    "vals[1]: an operand must come before the value"                      },
        {call_type,      "calls[1]: kind, callee, target, type, place or function out of range"},
        {call_args,      "calls[1]: arguments out of range or shared"                          },
        {arg_val,        "args[1]: value out of range"                                         },
        {op_kind,        "ops[1]: kind, operator, place or operand out of range"               },
        {op_call,        "a call op without a call, or with one used before"                   },
        {call_twice,     "a call op without a call, or with one used before"                   },
        {edge_kind,      "edges[1]: kind or block out of range"                                },
        {edge_to,        "edges[1]: kind or block out of range"                                },
        {edge_away,      "an edge leaves the function"                                         },
        {block_lhs,      "blocks[1]: terminator, operand or place out of range"                },
        {block_ops,      "blocks[2]: ops or edges do not follow those of the block before"     },
        {block_open,     "blocks[1]: not terminated"                                           },
        {jump_twice,     "edges do not fit the terminator"                                     },
        {branch_cmp,     "edges do not fit the terminator"                                     },
        {ops_left,       "ops or edges outside of blocks"                                      },
        {fn_sym,         "fns[1]: symbol or place out of range"                                },
        {fn_blocks,      "fns["                                                                },
        {fn_shared,      "fns[2]: shares blocks with another function"                         },
        {fn_entry,       "fns[1]: blocks out of range or shared, or no entry"                  },
        {fn_vars,        "fns[1]: variables out of range or shared"                            },
        {fn_params,      "fns[1]: parameters must come first"                                  },
        {fn_other_var,   "a variable of another function"                                      },
        {call_fn,        "a call belongs to another function"                                  },
        {deref_cycle,    "contains itself"                                                     },
        {call_cycle,     "contains itself"                                                     },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena;
        arena_init(&arena, 0);
        struct facts f;
        struct error err = {.set = false};
        ir_sample(&f, &arena);
        vec_push(&arena, &f.ops, ((struct ir_op){0})); // a row behind the end, for ops_left
        f.ops.len--;
        cases[i].damage(&f);
        CHECK(!ir_check(&f, &err));
        if (!strstr(err.text, cases[i].want)) {
            CHECK_STR_EQ(err.text, cases[i].want);
        }
        arena_release(&arena);
    }
}

// Values deeper than the limit are refused: readers of facts follow them recursively.
TEST(ir_check_limits_depth) {
    struct arena arena;
    struct arena scratch;
    arena_init(&arena, 0);
    arena_init(&scratch, 0);
    struct facts f;
    facts_init(&f, &arena);
    struct ir_builder *b = ir_builder_new(&f, &scratch);
    val_id v = ir_val_unknown(b);
    struct error err = {.set = false};
    for (int i = 0; i < 7000; i++) {
        v = ir_val_unary(b, OPR_NEG, v);
    }
    CHECK(ir_check(&f, &err));
    for (int i = 0; i < 100000; i++) {
        v = ir_val_unary(b, OPR_NEG, v);
    }
    CHECK(!ir_check(&f, &err));
    CHECK(strstr(err.text, "nested too deeply") != NULL);
    arena_release(&scratch);
    arena_release(&arena);
}
