// C++ parts of the lowering: objects that live in scopes, lambdas, exceptions. Private to the front room.
#ifndef CHECKER_FRONT_CXX_H
#define CHECKER_FRONT_CXX_H

#include "checker/front/symbol.h"

struct lambda_frame;

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

// State of the C++ lowering of one TU, l->cxx.
struct cxx_state {
    struct map needs_dtor;      // hash of class -> bool
    struct lambda_frame *lambda; // innermost lambda whose body is being lowered, or NULL
};

struct cxx_state *cxx_state_new(struct lower *l);

// --- cxx_capture.c ---
/// Captures of a LambdaExpr; `call_op` is its operator(), `parts` its children. In scratch.
struct lambda_captures cxx_captures(struct lower *l, CXCursor lambda, CXCursor call_op, struct cx_list parts);

// --- cxx_class.c ---
/// True when an object of this type (class, array of classes) has a destructor that does something.
bool cxx_needs_dtor(struct lower *l, CXType t);
/// Destructor to call for the class: user-written, or the named one of a system class; none for implicit ones.
sym_id cxx_dtor_sym(struct lower *l, CXType t, bool *ret_is_virtual);
/// Emits the destructor calls of an object; implicit destructors call those of members and bases (4 levels).
void cxx_destroy(struct lower *l, CXType t, path_id object, loc_id loc);
/// Emits the destructor calls of the members and bases of *object, in reverse order of construction.
void cxx_destroy_members(struct lower *l, CXCursor decl, path_id object, loc_id loc, uint32_t depth);
/// Emits a call of `callee` with one argument.
void cxx_call(struct lower *l, sym_id callee, val_id object, uint8_t flags, loc_id loc);

#endif
