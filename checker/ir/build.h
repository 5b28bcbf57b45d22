// Append-only builder of facts, used by the lowering and by the reader of the textual form.
#ifndef CHECKER_IR_BUILD_H
#define CHECKER_IR_BUILD_H

#include "checker/ir/ir.h"

// Blocks of the function under construction grow in any order; ir_fn_end lays them out: entry
// first, then reverse post-order, unreachable blocks dropped.
struct ir_builder;

/// Makes a builder that appends to `f`. Lives in f->arena; `scratch` (another arena) holds
/// per-function data and is reset to where it was when the outermost function ends.
struct ir_builder *ir_builder_new(struct facts *f, struct arena *scratch);
/// The facts given to ir_builder_new.
struct facts *ir_facts(struct ir_builder *b);

/// Interned text; copied.
name_id ir_name(struct ir_builder *b, struct str text);
file_id ir_file(struct ir_builder *b, const struct ir_file *file); // same path: same id
loc_id ir_loc(struct ir_builder *b, const struct ir_loc *loc);     // interned
type_id ir_type(struct ir_builder *b, const struct ir_type *type); // interned
/// Interned by key; later mentions add flags and fill in what was empty.
sym_id ir_sym(struct ir_builder *b, const struct ir_sym *sym);
record_id ir_record(struct ir_builder *b,
                    const struct ir_record *record); // interned by key, fields set apart
/// Gives `record` its fields, copied; only the first non-empty list counts.
void ir_record_fields(struct ir_builder *b, record_id record, const struct ir_field *fields,
                      uint32_t count);
/// Notes that method `sym` overrides method `base`.
void ir_override(struct ir_builder *b, sym_id sym, sym_id base);
void ir_contract(struct ir_builder *b, const struct ir_contract *contract);
/// Globals and static locals are interned by key (a definition replaces an `extern` declaration);
/// all others are new each time and are listed in facts.fn_vars of the open function. All but
/// globals get its fn_id.
var_id ir_var(struct ir_builder *b, const struct ir_var *var);

path_id ir_path_var(struct ir_builder *b, var_id var);
path_id ir_path_field(struct ir_builder *b, path_id base, name_id field, type_id type,
                      record_id owner);
path_id ir_path_index(struct ir_builder *b, path_id base, val_id index, type_id type);
/// deref(&x) is x.
path_id ir_path_deref(struct ir_builder *b, val_id pointer, type_id type);
path_id ir_path_unknown(struct ir_builder *b, type_id type);

val_id ir_val_unknown(struct ir_builder *b);
val_id ir_val_const(struct ir_builder *b, int64_t num);
val_id ir_val_str(struct ir_builder *b, struct str text);
val_id ir_val_path(struct ir_builder *b, path_id path);
/// &*v is v.
val_id ir_val_addr(struct ir_builder *b, path_id path);
val_id ir_val_fn(struct ir_builder *b, sym_id sym, path_id closure);
val_id ir_val_call(struct ir_builder *b, call_id call);
/// Constants are folded, as 64-bit two's complement; division by zero and odd shifts are not.
val_id ir_val_unary(struct ir_builder *b, enum ir_operator op, val_id a);
val_id ir_val_binary(struct ir_builder *b, enum ir_operator op, val_id a, val_id b_operand);

/// Opens a function and makes its entry block current. Only sym, loc and flags of `fn` are used;
/// parameters are its VAR_PARAM variables in the order they are made. Opening another while one is
/// open nests (lambda bodies): ir_fn_end closes the innermost.
fn_id ir_fn_begin(struct ir_builder *b, const struct ir_fn *fn);
/// Adds FN_* flags to the open function.
void ir_fn_flag(struct ir_builder *b, uint32_t flags);
/// Lays out the innermost open function and appends its ops, blocks and edges. An open block
/// returns; a block never terminated becomes TERM_UNREACHABLE. Calls of dropped blocks stay in
/// facts.calls.
void ir_fn_end(struct ir_builder *b, loc_id end);

// Handles of blocks of the open function (not block_id: those are given at ir_fn_end).
typedef uint32_t ir_bb;
enum { IR_BB_NONE = 0 };

/// New empty block of the open function; does not change the current block.
ir_bb ir_bb_new(struct ir_builder *b);
/// Ops go to `bb` from now on. IR_BB_NONE: code is unreachable; ops and terminators are dropped.
void ir_bb_set(struct ir_builder *b, ir_bb bb);
ir_bb ir_bb_current(const struct ir_builder *b);
bool ir_bb_open(const struct ir_builder *b); // current block exists and has no terminator

void ir_op_read(struct ir_builder *b, path_id path, uint8_t flags, loc_id loc);
void ir_op_write(struct ir_builder *b, path_id path, val_id val, uint8_t flags, loc_id loc);
void ir_op_update(struct ir_builder *b, path_id path, enum ir_operator op, val_id val,
                  uint8_t flags, loc_id loc);
/// Appends the call and its arguments; the result is ir_val_call of what it returns. When code is
/// unreachable a valid call_id is still returned.
call_id ir_op_call(struct ir_builder *b, const struct ir_call *call, const val_id *args,
                   uint32_t arg_count);
void ir_op_scope(struct ir_builder *b, bool begin, var_id var, loc_id loc);
void ir_op_asm(struct ir_builder *b, uint8_t flags, loc_id loc);
void ir_op_unknown(struct ir_builder *b, loc_id loc);

// Terminators: end the current block; the current block is then IR_BB_NONE. A jump to IR_BB_NONE
// ends the block as unreachable.
void ir_term_jump(struct ir_builder *b, ir_bb to, loc_id loc);
void ir_term_branch(struct ir_builder *b, enum ir_operator cmp, val_id lhs, val_id rhs,
                    ir_bb if_true, ir_bb if_false, loc_id loc);
void ir_term_return(struct ir_builder *b, val_id val, loc_id loc);
void ir_term_noreturn(struct ir_builder *b, loc_id loc);
void ir_term_unreachable(struct ir_builder *b, loc_id loc);
/// Edges are added with ir_edge_add before the next ir_bb_set.
void ir_term_switch(struct ir_builder *b, val_id val, loc_id loc);
void ir_term_indirect(struct ir_builder *b, val_id val, loc_id loc);
void ir_term_throw(struct ir_builder *b, loc_id loc);
/// Adds an edge to block `from` (terminated or not: EDGE_EXC may be added to an open block).
void ir_edge_add(struct ir_builder *b, ir_bb from, ir_bb to, enum edge_kind kind, int64_t lo,
                 int64_t hi);

/// Notes a diagnostic of the compiler: 2 warning, 3 error, 4 fatal.
void ir_diag(struct ir_builder *b, uint8_t severity, loc_id loc, struct str text);
/// Counts one occurrence of syntax that was not understood.
void ir_unhandled(struct ir_builder *b, struct str kind);

#endif
