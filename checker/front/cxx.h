// C++ parts of the lowering: objects that live in scopes, lambdas, exceptions. Private to the front
// room. The hooks stmt.c and expr.c call are declared in fn.h.
//
// Temporaries live until the end of the full expression. A full expression is a statement, an
// initialiser, a returned value or an expression that starts at depth 0 (conditions); its end
// destroys, last made first.
#ifndef CHECKER_FRONT_CXX_H
#define CHECKER_FRONT_CXX_H

#include "checker/front/fn.h"
#include "checker/front/symbol.h"

// How the body of a lambda reaches a variable around it: one per field of the closure.
struct lambda_capture {
    CXCursor var;      // captured or init-capture variable; null for `this` or when not found
    CXCursor init;     // init-capture: the initialiser; else null
    CXType type;       // of the field
    name_id name;      // of the field: the variable's, "this", or "capture007"
    bool is_reference; // captured by reference
    bool is_this;      // `this` or `*this`
};

struct lambda_captures {
    struct lambda_capture *items;
    uint32_t count;
};

struct temp_item {
    var_id var;
    CXType type;
};

// Name in a structured binding.
struct binding {
    CXCursor whole; // the variable that holds the bound object
    uint32_t index;
    uint32_t count; // names of `whole`
};

// A method of a class template to lower for one instance of the class (cxx_instance.c).
struct class_instance {
    CXCursor method;   // in the template
    CXCursor concrete; // the instantiated class
    sym_id sym;
};

// State of the C++ lowering of one TU, l->cxx.
struct cxx_state {
    struct map needs_dtor; // hash of class -> bool
    struct map lambdas;    // hash of closure class -> index into captures
    VEC(struct lambda_captures) captures;
    VEC(struct temp_item) temps; // alive, in order of construction
    struct map binding_index;    // hash of a structured binding -> index into bindings
    VEC(struct binding) bindings;
    VEC(struct class_instance) instances;
    uint32_t next_instance;                // first one not lowered yet
    const struct class_instance *instance; // being lowered, or NULL
    uint32_t depth;                        // nesting of full expressions; 0 = none
    fn_id fn; // the function the members below and the temporaries belong to
    var_id this_var;
    const struct lambda_captures
        *lambda; // of the closure whose operator() is being lowered, or NULL
};

// --- cxx.c ---
/// State of the present function up to date: `this` and captures.
struct cxx_state *cxx_here(struct lower *l);
/// Value of `this`: the parameter, or what a lambda captured.
val_id cxx_this(struct lower *l);
/// Place of a variable as seen from the present function: captured ones through the closure,
/// references followed.
path_id cxx_var_place(struct lower *l, CXCursor var);

// --- cxx_cond.c ---
val_id cxx_conditional(struct lower *l, CXCursor c);
/// ?: between places: either of them, through a pointer.
path_id cxx_conditional_place(struct lower *l, CXCursor c);
bool cxx_is_logical(CXCursor c);
/// && or || as a value: 1 or 0 in a temporary.
val_id cxx_truth(struct lower *l, CXCursor c);

// --- cxx_capture.c ---
/// Captures of a LambdaExpr; `call_op` is its operator(), `parts` its children. In scratch.
struct lambda_captures cxx_captures(struct lower *l, CXCursor lambda, CXCursor call_op,
                                    struct cx_list parts);

// --- cxx_lambda.c ---
/// Evaluates a LambdaExpr into the closure object `closure` and queues its body.
sym_id cxx_lambda(struct lower *l, CXCursor lambda, path_id closure);
/// operator() of a closure class; null for generic lambdas.
CXCursor cxx_call_operator(struct lower *l, CXCursor closure_class);

// --- cxx_class.c ---
/// True when an object of this type (class, array of classes) has a destructor that does something.
bool cxx_needs_dtor(struct lower *l, CXType t);
/// Emits the destructor calls of an object; implicit destructors call those of members and bases (4
/// levels).
void cxx_destroy(struct lower *l, CXType t, path_id object, loc_id loc);
/// As `delete`: a virtual destructor is a virtual call.
void cxx_destroy_pointee(struct lower *l, CXType t, val_id pointer, loc_id loc);
/// Emits the destructor calls of the members and bases of *object, in reverse order of
/// construction.
void cxx_destroy_members(struct lower *l, CXCursor decl, path_id object, loc_id loc,
                         uint32_t depth);

// --- cxx_instance.c ---
/// Queues `method` of a class template to be lowered for the instance `concrete`, under the symbol
/// `sym`.
void cxx_enqueue_instance(struct lower *l, CXCursor method, CXCursor concrete, sym_id sym);
/// The method with this symbol is not lowered yet, and the caller is about to.
bool cxx_claim_instance(struct lower *l, sym_id sym);
/// Lowers the next queued one; false when there is none.
bool cxx_lower_instance(struct lower *l);
/// The field or class of the instance being lowered that stands for one of the template; else
/// itself.
CXCursor cxx_concrete_field(struct lower *l, CXCursor field);
CXCursor cxx_concrete_class(struct lower *l, CXCursor owner);
/// Type of an expression, that of the instance's field where the template's depends on a parameter.
CXType cxx_expr_type(struct lower *l, CXCursor c);
/// Call the template could not resolve; true when handled.
bool cxx_instance_call(struct lower *l, CXCursor c, CXCursor callee, val_id *ret);

// --- cxx_init.c ---
/// Canonical type without reference and qualifiers.
CXType cxx_bare_type(CXType t);
bool cxx_is_reference(CXType t);
bool cxx_is_class(CXType t);
/// Wrappers without effect removed: parentheses, implicit casts, functional casts to the same
/// class.
CXCursor cxx_peel(CXCursor c);
/// Expression that makes a new object of a class, as opposed to naming one.
bool cxx_is_class_prvalue(CXCursor c);
/// Initialises the object at `path` of type `t`; constructs classes in place.
void cxx_init(struct lower *l, path_id path, CXType t, CXCursor init);
/// New temporary initialised by the expression, destroyed at the end of the full expression.
path_id cxx_materialize(struct lower *l, CXCursor c);
/// Opens a full expression; returns the mark for cxx_full_end.
uint32_t cxx_full_begin(struct lower *l);
void cxx_full_end(struct lower *l, uint32_t mark);
/// Structured binding (UnexposedDecl with bindings).
void cxx_bindings(struct lower *l, CXCursor decl);
path_id cxx_binding_place(struct lower *l, CXCursor binding);

// --- cxx_call.c ---
/// Call of a function, method or operator; not of a constructor.
val_id cxx_call(struct lower *l, CXCursor c);
/// Constructor call on the object at `path`.
void cxx_construct(struct lower *l, CXCursor c, path_id path);
val_id cxx_new(struct lower *l, CXCursor c);
void cxx_delete(struct lower *l, CXCursor c);
/// The call yields a reference: its value is the address of the place.
bool cxx_returns_reference(CXCursor call);
/// Place of the object a member access names, without `this` being written (implicit) or through
/// it.
path_id cxx_member_base(struct lower *l, CXCursor member);

/// Emits a call that no syntax shows: destructors, operator new.
val_id cxx_emit(struct lower *l, struct ir_call call, const val_id *args, uint32_t count);

// --- cxx_body.c ---
/// Initialises the members of *object that have default initialisers or default constructors, as an
/// implicit constructor does.
void cxx_default_members(struct lower *l, CXCursor decl, path_id object, loc_id loc,
                         uint32_t depth);
void cxx_default_member(struct lower *l, CXCursor field, path_id object, loc_id loc,
                        uint32_t depth);
// What a constructor does before its body.
struct ctor_start {
    CXCursor ctor;
    struct cx_list children; // of the constructor: member initialisers among them
};
void cxx_init_members(struct lower *l, const struct ctor_start *start);

// --- cxx_try.c ---
/// Try block; `start` is what a constructor whose body it is runs first, else NULL.
void cxx_try(struct lower *l, CXCursor c, const struct ctor_start *start);
void cxx_throw(struct lower *l, CXCursor c);
void cxx_range_for(struct lower *l, CXCursor c);

#endif
