// The function being lowered: scopes with what must run when they end, jump targets, and the
// lowering's entry points. stmt.c and loop.c (control flow), scope.c (scopes, labels, cleanups),
// expr.c (values), lvalue.c (places), cond.c (branches), expr_call.c (calls), init.c
// (initialisers), atomic.c (builtins) work in C and C++; cxx*.c is asked first for syntax that only
// C++ has.
//
// Every exit from a scope (its end, break, continue, return, goto, throw) emits the cleanups of the
// scopes it leaves, innermost first and last declared first: the call of a cleanup attribute's
// function or of destructors, then OP_SCOPE_END.
#ifndef CHECKER_FRONT_FN_H
#define CHECKER_FRONT_FN_H

#include "checker/front/cx.h"
#include "checker/front/lower.h"

// One variable of a scope.
struct scope_item {
    var_id var;
    sym_id cleanup; // function of a cleanup attribute, called with the variable's address; 0 = none
    CXType type;    // destructors of it are called when `destroy`
    bool destroy;
};

// A handler of a try, up to the first `catch (...)`.
struct catch_clause {
    CXType type; // bare; CXType_Invalid: everything
    ir_bb body;
};

struct scope {
    struct scope *outer;
    uint32_t outer_count; // items of `outer` alive in this scope
    VEC(struct scope_item) items;
    ir_bb handler; // code in this scope that throws goes here; IR_BB_NONE: to the outer scope's
    bool is_try;   // this scope is the body of a try with `handler`
    const struct catch_clause *clauses;
    uint32_t clause_count;
};

// Where break, continue and case labels go.
struct case_range {
    int64_t lo;
    int64_t hi;
};

struct jump_targets {
    struct jump_targets *outer;
    ir_bb on_break;
    struct scope *break_scope; // scope that stays open
    ir_bb on_continue;         // unused in a switch: the outer one's
    struct scope *continue_scope;
    ir_bb switch_block; // block that ends in the switch; IR_BB_NONE when it is not reached
    bool is_switch;
    bool has_default;
    VEC(struct case_range) cases;
};

struct label {
    ir_bb block;
    struct scope *scope; // NULL until the label is lowered
    uint32_t item_count; // items of `scope` declared before the label
    bool is_addressed;
};

// A goto whose label may come later: its cleanups are emitted at the end of the function.
struct pending_goto {
    ir_bb block;
    struct scope *scope;
    uint32_t item_count; // items of `scope` alive at the goto
    uint32_t label;
    loc_id loc;
};

struct lower_fn {
    struct lower_fn *outer; // lambdas
    struct scope *scope;
    struct jump_targets *targets;
    VEC(struct label) labels;
    struct map label_index; // hash of the LabelStmt -> label
    VEC(struct pending_goto) gotos;
    VEC(ir_bb) indirect; // blocks that end in a computed goto
    CXType result;
    CXCursor cursor;
    loc_id loc;   // latest known place: for nodes without one
    uint32_t ops; // statements and expressions so far, against the limit
    bool returns_reference;
};

// --- lower.c ---
/// Lowers a function with a body (definition). `sym` names it.
void lower_function(struct lower *l, CXCursor function);
/// Puts a function on the queue when its body is worth lowering and it was not lowered before.
void lower_enqueue(struct lower *l, CXCursor function);
/// Opens and closes the state of a function; the builder's function must be open.
void lower_fn_open(struct lower *l, struct lower_fn *fn, CXCursor function);
void lower_fn_close(struct lower *l);

/// Symbol of the file-scope function of this name declared in the TU; 0 when there is none.
sym_id lower_function_named(struct lower *l, struct str name);

// --- scope.c ---
void lower_scope_push(struct lower *l);
/// Emits the cleanups when the end is reachable, then closes the scope.
void lower_scope_pop(struct lower *l, loc_id loc);
/// Declares a variable: OP_SCOPE_BEGIN and an entry in the innermost scope.
void lower_scope_add(struct lower *l, struct scope_item item, loc_id loc);
/// Emits the cleanups of all scopes inside `until` (which stays open; NULL: all of the function).
void lower_cleanups(struct lower *l, const struct scope *until, loc_id loc);
/// As above, but leaves out one variable (a returned local that is moved or elided).
void lower_cleanups_except(struct lower *l, const struct scope *until, var_id except, loc_id loc);
/// True when leaving the function here runs code: cleanup functions or destructors.
bool lower_has_cleanups(const struct lower *l, const struct scope *until);
void lower_goto(struct lower *l, CXCursor label_stmt, loc_id loc);
void lower_label(struct lower *l, CXCursor label_stmt, loc_id loc);
void lower_label_address(struct lower *l, CXCursor label_stmt);
void lower_finish_gotos(struct lower *l);
/// Block that handles an exception thrown here, after the cleanups up to its scope are emitted in a
/// block of their own; IR_BB_NONE when it leaves the function. To be used as target of EDGE_EXC.
ir_bb lower_landing(struct lower *l, loc_id loc);
/// The innermost scope that is the body of a try, or NULL.
struct scope *lower_try_scope(struct lower *l);
/// Like lower_landing, for an exception that `handler` of this scope is known to take.
ir_bb lower_landing_at(struct lower *l, const struct scope *try_scope, ir_bb handler, loc_id loc);

// --- stmt.c ---
void lower_stmt(struct lower *l, CXCursor c);
/// Statements of a compound, in a scope of their own.
void lower_compound(struct lower *l, CXCursor c);
/// One local declaration (VarDecl).
void lower_local(struct lower *l, CXCursor decl);
/// The header of an `if` or `switch` begins with an init statement.
bool lower_has_init(struct lower *l, CXCursor c);

// --- switch.c ---
void lower_switch(struct lower *l, CXCursor c);
/// A case or default with what follows it.
void lower_cases(struct lower *l, CXCursor c);

// --- loop.c ---
void lower_while(struct lower *l, CXCursor c);
void lower_do(struct lower *l, CXCursor c);
void lower_for(struct lower *l, CXCursor c);
/// Makes `t` the innermost target of break, continue and case; the scopes that stay open are the
/// present one.
void lower_targets_push(struct lower *l, struct jump_targets *t);
void lower_targets_pop(struct lower *l);

// --- expr.c ---
/// Evaluates and yields the value; lvalues are read.
val_id lower_rvalue(struct lower *l, CXCursor c);
/// Evaluates for effects only.
void lower_discard(struct lower *l, CXCursor c);
/// Place of the cursor, or the latest known one.
loc_id lower_at(struct lower *l, CXCursor c);
/// Goes one level deeper (the caller takes it back from l->depth); false when a limit is hit: the
/// function is then truncated and nothing more of the expression is lowered.
bool lower_enter(struct lower *l);
/// New temporary of a type, with OP_SCOPE_BEGIN but in no scope.
path_id lower_temp(struct lower *l, type_id type, loc_id loc);
/// Flags of an access: OPF_ATOMIC, OPF_VOLATILE.
uint8_t lower_access_flags(struct lower *l, CXType t);
void lower_read(struct lower *l, path_id path, CXType t, loc_id loc);
/// Counts an unknown kind and evaluates the children in order; yields unknown.
val_id lower_unhandled(struct lower *l, CXCursor c);
/// What clang folds the expression to, or unknown.
val_id lower_constant(struct lower *l, CXCursor c);
/// `lhs = rhs`: the place written, and the value when `ret_value` is not NULL.
path_id lower_assign(struct lower *l, CXCursor lhs, CXCursor rhs, loc_id loc, val_id *ret_value);
/// `x += v`, `++x`, `x--`: the place updated.
path_id lower_compound_assign(struct lower *l, CXCursor c);
path_id lower_step(struct lower *l, CXCursor c, CXCursor operand);

// --- lvalue.c ---
/// Evaluates to a place, without reading it.
path_id lower_lvalue(struct lower *l, CXCursor c);
/// `&operand`; functions yield themselves.
val_id lower_address_of(struct lower *l, CXCursor operand);
/// `x op y` of the operator expression `c`; sums of pointers become addresses of elements.
val_id lower_sum(struct lower *l, CXCursor c, enum ir_operator op, val_id x, val_id y);
bool lower_is_array(CXType t);
bool lower_is_pointer(CXType t);
bool lower_is_reference(CXType t);
bool lower_is_function(CXType t);
/// Parameter declared as an array or function: a pointer, though libclang shows the type as
/// declared.
bool lower_is_decayed_param(CXCursor decl);

// --- cond.c ---
/// Evaluates as a condition and branches; afterwards no block is current.
void lower_cond(struct lower *l, CXCursor c, ir_bb if_true, ir_bb if_false);
/// `&&` and `||`.
bool lower_is_logical(enum CXBinaryOperatorKind op);
/// `&&`, `||` as a value: 1 or 0 in a temporary.
val_id lower_truth(struct lower *l, CXCursor c);
/// `c ? a : b`; its value is in a temporary when wanted.
val_id lower_conditional(struct lower *l, CXCursor c, bool wanted);
/// GNU `a ?: b`; `list` is its four children: the condition, two copies of it, the alternative.
val_id lower_elvis(struct lower *l, CXCursor c, struct cx_list list);

// --- expr_call.c ---
val_id lower_call(struct lower *l, CXCursor c);
/// Argument for a parameter of type `param` (references get addresses).
val_id lower_argument(struct lower *l, CXCursor arg, CXType param);
/// Emits a call, its noreturn end and, in a try, its exception edge.
val_id lower_emit_call(struct lower *l, const struct ir_call *call, const val_id *args,
                       uint32_t count);

// --- init.c ---
/// Stores the initialiser into `path` of type `t`; lists become one write per member.
void lower_init(struct lower *l, path_id path, CXType t, CXCursor init);
/// As above with flags of the writes: OPF_INIT, or 0 for the assignment of a compound literal.
void lower_store(struct lower *l, path_id path, CXType t, CXCursor init, uint8_t flags);

// --- atomic.c ---
/// Builtin atomics and other calls libclang shows as UnexposedExpr; true when handled.
bool lower_builtin(struct lower *l, CXCursor c, val_id *ret);
/// Name of a builtin without the operand size: "__sync_fetch_and_add_4" -> "__sync_fetch_and_add".
struct str lower_builtin_name(struct str name);

// --- cxx.c: asked first when l->is_cxx; true when handled ---
bool cxx_expr(struct lower *l, CXCursor c, val_id *ret);
bool cxx_lvalue(struct lower *l, CXCursor c, path_id *ret);
bool cxx_stmt(struct lower *l, CXCursor c);
/// VarDecl of a local: constructors, references, structured bindings.
bool cxx_local(struct lower *l, CXCursor decl, var_id var);
/// Return statement of a class value.
bool cxx_return(struct lower *l, CXCursor c);
/// Body of a function, method, constructor (with member initialisers) or destructor (with members'
/// destructors).
bool cxx_body(struct lower *l, CXCursor function, struct cx_list children);
/// Declares the `this` parameter (index 0, VAR_THIS) of a method that is being lowered.
var_id cxx_this_param(struct lower *l, CXCursor function);
/// Initialiser of a global of class type (constructor call with its address); true when handled.
bool cxx_global(struct lower *l, CXCursor decl, var_id var);
/// Destructors of one variable.
void cxx_end_variable(struct lower *l, const struct scope_item *item, loc_id loc);

#endif
