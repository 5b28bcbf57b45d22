// The facts language: what one translation unit does, in flat arrays without pointers.
//
// `front` writes it, everything else only reads it. It says nothing about libraries: a call of
// pthread_mutex_lock is a call. One `struct facts` describes one translation unit (TU); ids are
// indexes into its arrays and mean nothing in another TU. Entry 0 of every table is a dummy, so
// id 0 means "none" and zeroed memory is valid.
//
//   value   what an expression yields: a constant, the content of a path, the address of a path, a
//           function, the result of a call, an operator over values. Interned: equal id = same
//           text.
//   path    a place in memory: a variable, a field of a path, an element, what a value points to.
//           Interned. `p->q[i].mu` is field(mu, index(deref(value of field(q, deref(value of p))),
//           i)).
//   op      one step of a block: read, write, update, call, scope begin/end, asm, unknown.
//   block   straight-line ops, then one terminator with outgoing edges.
//
// Evaluation order is op order. A value of kind VAL_PATH means the content of the path at the time
// of the op that uses it; `?:`, `&&`, `||` used as values are written to a VAR_TEMP by the arms.
#ifndef CHECKER_IR_IR_H
#define CHECKER_IR_IR_H

#include "checker/base/arena.h"
#include "checker/base/hash.h"
#include "checker/base/intern.h"
#include "checker/base/vec.h"

// Changes whenever the meaning or layout of facts changes: old caches and fact files are then
// refused.
enum { IR_VERSION = 4 };

#define IR_ID(name)                                                                                \
    typedef struct {                                                                               \
        uint32_t v;                                                                                \
    } name

IR_ID(name_id); // text in facts.names
IR_ID(file_id);
IR_ID(loc_id);
IR_ID(type_id);
IR_ID(record_id);
IR_ID(field_id);
IR_ID(var_id);
IR_ID(sym_id); // function symbol, defined here or not
IR_ID(path_id);
IR_ID(val_id);
IR_ID(fn_id); // function with a body
IR_ID(block_id);
IR_ID(op_id);
IR_ID(call_id);
IR_ID(arg_id);
IR_ID(edge_id);

struct ir_file {
    name_id path;      // relative to the project root when under it, else absolute; normalised
    uint8_t is_main;   // booleans as bytes: any value read from a file is valid
    uint8_t is_system; // found through a system include path
    uint8_t is_own;    // under the project root and not system: findings may be reported here
    struct hash128 content;
};

// A place in a file. For code made by a macro, file/line/col is where the user wrote it: the *file*
// location of libclang (macro arguments: their source; macro body: the use); `in_macro` is then
// set.
struct ir_loc {
    file_id file;
    uint32_t line;    // 1-based
    uint32_t col;     // 1-based byte column
    uint32_t end_col; // 1-based, exclusive, on the same line; 0 = unknown
    uint8_t in_macro;
};

enum type_kind {
    TYPE_NONE,
    TYPE_VOID,
    TYPE_BUILTIN,   // name
    TYPE_POINTER,   // target
    TYPE_REFERENCE, // target
    TYPE_ARRAY,     // target, count (0 = unknown)
    TYPE_TYPEDEF,   // name, target
    TYPE_RECORD,    // name, record (0 when only declared)
    TYPE_ENUM,      // name
    TYPE_FUNCTION,  // target = result
    TYPE_ATOMIC,    // target: C11 _Atomic(T)
    TYPE_OTHER,     // name
};

enum { TYPE_CONST = 1, TYPE_VOLATILE = 2 };

// C++ names are qualified, without template arguments and inline namespaces: "std::unique_lock".
struct ir_type {
    uint8_t kind;  // enum type_kind
    uint8_t quals; // TYPE_CONST | TYPE_VOLATILE
    name_id name;
    type_id target;
    record_id record;
    uint64_t count;
};

enum {
    RECORD_UNION = 1,
    RECORD_LAMBDA = 2,
    RECORD_POLYMORPHIC = 4,
    RECORD_FINAL = 8,
    RECORD_USER_DTOR = 16, // destructor written by the user
    RECORD_SYSTEM = 32,
};

struct ir_record {
    name_id name;
    name_id key; // equal for the same record in every TU
    loc_id loc;
    field_id first_field;
    uint32_t field_count;
    sym_id dtor;    // destructor symbol, 0 when implicit
    sym_id call_op; // operator() of a lambda or functor with exactly one, else 0
    uint32_t flags; // RECORD_*
};

enum {
    FIELD_BASE = 1,
    FIELD_BITFIELD = 2,
    FIELD_MUTABLE = 4,
    FIELD_CAPTURE = 8,
    FIELD_ALIGNED = 16, // alignas, __attribute__((aligned))
};

// Base classes are fields with FIELD_BASE, named like the base.
struct ir_field {
    name_id name;
    type_id type;
    loc_id loc;
    uint32_t flags;
};

enum var_kind {
    VAR_NONE,
    VAR_GLOBAL,       // file or namespace scope, static member: key is set
    VAR_STATIC_LOCAL, // key is set
    VAR_LOCAL,
    VAR_PARAM, // `this` is parameter 0 of methods and lambdas
    VAR_TEMP,  // made by the lowering: temporary objects, ?: results
};

enum {
    VAR_INTERNAL = 1,     // internal linkage
    VAR_THREAD_LOCAL = 2, // _Thread_local, thread_local, __thread
    VAR_HAS_INIT = 4,
    VAR_EXTERN = 8,  // declared only
    VAR_THIS = 16,   // the `this` parameter
    VAR_SYSTEM = 32, // declared in a system header
};

struct ir_var {
    uint8_t kind; // enum var_kind
    uint32_t flags;
    uint32_t index; // VAR_PARAM: position
    name_id name;
    name_id key; // globals and static locals: equal in every TU for the same object
    type_id type;
    loc_id loc;
    fn_id fn; // locals, params, temps, static locals
};

enum {
    SYM_INTERNAL = 1, // internal linkage (key contains the file)
    SYM_NORETURN = 2,
    SYM_SYSTEM = 4, // declared in a system header
    SYM_BUILTIN = 8,
    SYM_METHOD = 16, // non-static member: argument 0 is `this`
    SYM_VIRTUAL = 32,
    SYM_CTOR = 64,
    SYM_DTOR = 128,
    SYM_VARIADIC = 256,
    SYM_NOTHROW = 512, // C, noexcept, __attribute__((nothrow))
    SYM_LAMBDA = 1024,
    SYM_CONSTRUCTOR_ATTR = 2048, // runs before main
    SYM_DESTRUCTOR_ATTR = 4096,  // runs at exit
    SYM_COPY_OR_MOVE = 8192,     // copy/move constructor or assignment
    SYM_STATIC_MEMBER = 16384,
};

struct ir_sym {
    name_id name; // qualified, no template arguments: "std::thread::join", "pthread_create"
    name_id key;  // link key: USR, or file + USR for internal linkage
    uint32_t flags;
    type_id ret;
    uint32_t param_count;
    record_id record; // class of a method
    loc_id loc;
};

// Method `sym` overrides method `base`.
struct ir_override {
    sym_id sym;
    sym_id base;
};

enum contract_kind {
    CONTRACT_NONE,
    CONTRACT_GUARDED,         // field or global: touched with the lock held only
    CONTRACT_POINTEE_GUARDED, // what the field or global points to
    CONTRACT_REQUIRES,        // function: callers hold the lock
    CONTRACT_EXCLUDES,        // callers do not hold it
    CONTRACT_ACQUIRES,
    CONTRACT_TRIES, // acquires when the result is true, or false (number 0)
    CONTRACT_RELEASES,
    CONTRACT_ASSERTS,   // comes back only when the lock is held
    CONTRACT_UNCHECKED, // function that keeps no rules
    CONTRACT_LOCKABLE,  // record: is a lock
    CONTRACT_SCOPED,    // record: holds a lock while it lives
    CONTRACT_RACY,      // function: race detectors are told to leave it out
};

enum contract_base {
    CONTRACT_BASE_NONE,   // no lock is named: the object itself, or what it holds
    CONTRACT_BASE_PARAM,  // what parameter `param` points to; `this` is 0
    CONTRACT_BASE_OWNER,  // the object that the guarded field is part of
    CONTRACT_BASE_GLOBAL, // var `global`
};

enum { CONTRACT_STEPS = 3 };

// What an annotation of the source (Clang's attributes for thread safety) says about a lock. The
// lock is found from a base through fields; bit 0 of `derefs`: through the pointer that the global
// is, bit i + 1: through the pointer that step i leads to. Contracts of a function are neighbours.
struct ir_contract {
    uint8_t kind;   // enum contract_kind
    uint8_t shared; // for reading
    uint8_t base;   // enum contract_base
    uint8_t derefs;
    uint32_t step_count;
    sym_id sym;       // of a function
    record_id record; // of a record, or of field `name`
    name_id name;
    var_id var; // of a global
    var_id global;
    uint32_t param;
    uint32_t number; // CONTRACT_TRIES
    name_id steps[CONTRACT_STEPS];
    record_id records[CONTRACT_STEPS]; // that declare them
};

enum path_kind {
    PATH_NONE,
    PATH_VAR,     // var
    PATH_FIELD,   // base, name
    PATH_INDEX,   // base, val (VAL_UNKNOWN when not expressible)
    PATH_DEREF,   // val: the place a pointer or reference value points to
    PATH_UNKNOWN, // an lvalue the lowering could not express
};

struct ir_path {
    uint8_t kind; // enum path_kind
    name_id name; // PATH_FIELD
    path_id base;
    val_id val;
    var_id var;
    type_id type;     // type of the object at the path
    record_id record; // PATH_FIELD: the record that declares the field
};

enum val_kind {
    VAL_NONE,
    VAL_UNKNOWN,
    VAL_CONST,  // num
    VAL_STR,    // name: text of a string literal (cut at 256 bytes)
    VAL_PATH,   // path: its content
    VAL_ADDR,   // path: its address (also array decay)
    VAL_FN,     // sym, path = closure object or 0
    VAL_CALL,   // call: its result
    VAL_UNARY,  // op, a
    VAL_BINARY, // op, a, b
};

enum ir_operator {
    OPR_NONE,
    OPR_ADD,
    OPR_SUB,
    OPR_MUL,
    OPR_DIV,
    OPR_REM,
    OPR_SHL,
    OPR_SHR,
    OPR_AND,
    OPR_OR,
    OPR_XOR,
    OPR_EQ,
    OPR_NE,
    OPR_LT,
    OPR_LE,
    OPR_GT,
    OPR_GE,
    OPR_NEG,
    OPR_NOT, // logical
    OPR_BITNOT,
};

struct ir_val {
    uint8_t kind; // enum val_kind
    uint8_t op;   // enum ir_operator
    val_id a;
    val_id b;
    path_id path;
    sym_id sym;
    call_id call;
    name_id name;
    int64_t num;
};

enum call_kind {
    CALL_DIRECT,   // callee
    CALL_INDIRECT, // target: the function value
    CALL_VIRTUAL,  // callee is the static one; argument 0 is the object
};

enum {
    CALL_IMPLICIT = 1,
    CALL_IN_MACRO = 2,
    CALL_CLEANUP = 4
}; // CLEANUP: destructor or cleanup attribute at scope end

// Arguments are values; pass-by-reference arguments and `this` are addresses. A call that
// constructs an object (CTOR symbols) has the object's address as argument 0. Default arguments are
// present when the lowering can express them, else missing at the end.
struct ir_call {
    uint8_t kind; // enum call_kind
    uint8_t flags;
    sym_id callee;
    val_id target;
    arg_id first_arg; // index into facts.args
    uint32_t arg_count;
    type_id type; // of the result
    loc_id loc;
    fn_id fn;
};

enum op_kind {
    OP_NOP,
    OP_READ,        // path
    OP_WRITE,       // path, val
    OP_UPDATE,      // path, val = operand, opr: x += v, x++ (v = 1)
    OP_CALL,        // call
    OP_SCOPE_BEGIN, // var: storage begins, content undefined
    OP_SCOPE_END,   // var: storage ends (after its destructor call, if any)
    OP_ASM,         // flags: OPF_MEMORY when it clobbers memory
    OP_UNKNOWN,     // code the lowering does not understand
};

enum {
    OPF_ATOMIC = 1,   // C11 _Atomic object accessed by a plain operator (seq_cst)
    OPF_VOLATILE = 2, // through a volatile-qualified lvalue
    OPF_MEMORY = 4,
    OPF_INIT = 8, // initialiser of a declaration
};

struct ir_op {
    uint8_t kind; // enum op_kind
    uint8_t flags;
    uint8_t opr; // enum ir_operator, OP_UPDATE
    loc_id loc;
    path_id path;
    val_id val;
    call_id call;
    var_id var;
};

enum term_kind {
    TERM_NONE,
    TERM_JUMP,        // 1 edge
    TERM_BRANCH,      // compares lhs `cmp` rhs; edges EDGE_TRUE, EDGE_FALSE
    TERM_SWITCH,      // lhs; edges EDGE_CASE and one EDGE_DEFAULT
    TERM_INDIRECT,    // computed goto
    TERM_RETURN,      // lhs = returned value or none
    TERM_NORETURN,    // the last call does not return
    TERM_THROW,       // edges EDGE_EXC to handlers in this function, none = leaves the function
    TERM_UNREACHABLE, // end of a path that cannot be taken
};

enum edge_kind { EDGE_NEXT, EDGE_TRUE, EDGE_FALSE, EDGE_CASE, EDGE_DEFAULT, EDGE_EXC };

struct ir_edge {
    block_id to;
    uint8_t kind; // enum edge_kind
    int64_t lo;   // EDGE_CASE: lo..hi
    int64_t hi;
};

// A block may have EDGE_EXC edges besides those of its terminator: its last op is a call that can
// throw inside a try; on that edge the call had no effect the caller can rely on.
struct ir_block {
    op_id first_op;
    uint32_t op_count;
    uint8_t term; // enum term_kind
    uint8_t cmp;  // enum ir_operator: OPR_EQ..OPR_GE
    val_id lhs;
    val_id rhs;
    loc_id loc; // of the terminator
    edge_id first_edge;
    uint32_t edge_count;
};

enum {
    FN_PARTIAL = 1,     // code errors inside: facts are incomplete
    FN_TRUNCATED = 2,   // a limit was hit: facts are incomplete
    FN_GLOBAL_INIT = 4, // made by the lowering: writes of the initialisers of this TU's globals
    FN_HEADER = 8,      // body written in a header
    FN_TEMPLATE = 16,   // instantiation
    FN_COROUTINE = 32,
    FN_HAS_GOTO = 64,
    FN_SYSTEM = 128,
};

struct ir_fn {
    sym_id sym;
    loc_id loc; // of the name
    loc_id end; // of the closing brace
    uint32_t flags;
    uint32_t first_var; // index into facts.fn_vars: parameters first, then locals
    uint32_t param_count;
    uint32_t var_count;
    block_id first_block; // the entry
    uint32_t block_count;
};

// What went wrong while reading the TU.
struct ir_diag {
    uint8_t severity; // 2 warning, 3 error, 4 fatal
    loc_id loc;       // 0 when the driver said it
    name_id text;
};

// A kind of syntax the lowering did not understand, and how often.
struct ir_unhandled {
    name_id kind;
    uint32_t count;
};

struct facts {
    struct arena *arena;
    struct interner names;
    name_id main_file; // as in files[].path
    VEC(struct ir_file) files;
    VEC(struct ir_loc) locs;
    VEC(struct ir_type) types;
    VEC(struct ir_record) records;
    VEC(struct ir_field) fields;
    VEC(struct ir_var) vars;
    VEC(struct ir_sym) syms;
    VEC(struct ir_override) overrides; // no dummy entry
    VEC(struct ir_contract) contracts; // no dummy entry
    VEC(struct ir_path) paths;
    VEC(struct ir_val) vals;
    VEC(struct ir_call) calls;
    VEC(val_id) args;
    VEC(struct ir_op) ops;
    VEC(struct ir_block) blocks;
    VEC(struct ir_edge) edges;
    VEC(struct ir_fn) fns;
    VEC(var_id) fn_vars;       // no dummy entry; functions nest, so their variables are listed
    VEC(struct ir_diag) diags; // no dummy entry
    VEC(struct ir_unhandled) unhandled; // no dummy entry
};

/// Makes empty facts with the dummy entries; everything lives in `arena`.
void facts_init(struct facts *f, struct arena *arena);

static inline struct str facts_text(const struct facts *f, name_id n) {
    return intern_text(&f->names, n.v);
}

/// Variable `index` of a function: parameters first, then locals and temporaries.
static inline var_id facts_fn_var(const struct facts *f, fn_id fn, uint32_t index) {
    return f->fn_vars.data[f->fns.data[fn.v].first_var + index];
}

/// "pthread_mutex_lock", "ns::C::method"; empty for none.
struct str facts_sym_name(const struct facts *f, sym_id sym);
/// Type with typedefs removed (qualifiers of the typedef chain are merged into *ret_quals if not
/// NULL).
type_id facts_strip_typedefs(const struct facts *f, type_id t, uint8_t *ret_quals);
/// Op of `fn` that makes the call; 0 when it is not there.
op_id facts_op_of_call(const struct facts *f, fn_id fn, call_id call);
/// Index within `fn` of the block that op lies in; 0 when it is not there.
uint32_t facts_block_of_op(const struct facts *f, fn_id fn, op_id op);
/// a `cmp` b, for OPR_EQ .. OPR_GE.
bool ir_compare(uint8_t cmp, int64_t a, int64_t b);
/// Sum, difference, product, bits or comparison of two numbers, wrapping; false for any other
/// operator.
bool ir_fold(uint8_t op, int64_t a, int64_t b, int64_t *ret_value);
/// The comparison that holds when `cmp` does not.
uint8_t ir_negated(uint8_t cmp);
/// The operator OP as C writes it; "?" for none. Static text.
const char *ir_operator_text(uint8_t op);
/// Appends a readable C-like form of a path ("q->head.mu", "*p", "a[i]") or value ("&q->mu",
/// "trylock()").
struct buf;
void facts_print_path(const struct facts *f, path_id p, struct buf *out);
void facts_print_val(const struct facts *f, val_id v, struct buf *out);

#endif
