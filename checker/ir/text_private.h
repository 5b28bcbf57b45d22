// Shared by the printer and the reader of the textual form: words, and what a name in the text
// refers to.
//
// A name is written bare when only one thing in reach has it, else in a form that is always unique
// (key or position). Both sides ask the same scope, so they agree. Private to ir.
#ifndef CHECKER_IR_TEXT_PRIVATE_H
#define CHECKER_IR_TEXT_PRIVATE_H

#include "checker/base/buf.h"
#include "checker/base/map.h"
#include "checker/ir/ir.h"

struct text_word {
    uint32_t bit;
    const char *word; // NULL ends the list
};

extern const struct text_word text_record_flags[];
extern const struct text_word text_field_flags[];
extern const struct text_word text_var_flags[];
extern const struct text_word text_sym_flags[];
extern const struct text_word text_fn_flags[];
extern const struct text_word text_op_flags[];
extern const struct text_word text_call_flags[];
extern const struct text_word text_file_flags[];

enum { TEXT_FILE_MAIN = 1, TEXT_FILE_SYSTEM = 2, TEXT_FILE_OWN = 4 };

extern const char *const text_var_words[VAR_TEMP + 1];
extern const char *const text_binary_words[OPR_BITNOT + 1]; // NULL: not a binary operator
extern const char *const text_unary_words[OPR_BITNOT + 1];  // NULL: not a unary operator
extern const char *const text_term_words[TERM_UNREACHABLE + 1];
extern const char *const text_edge_words[EDGE_EXC + 1]; // "" for EDGE_NEXT
extern const char *const text_call_words[CALL_VIRTUAL + 1];

enum { TEXT_AMBIGUOUS = 0x7ffffffe };

struct text_scope {
    const struct facts *f;
    struct arena *arena;
    struct map syms, records, globals; // name_id -> id or TEXT_AMBIGUOUS
    struct map locals;                 // of the function in scope
    uint32_t *position; // var -> position in its function, or among the variables without one
    bool *is_listed;    // var -> is in facts.fn_vars
    var_id *unlisted;   // position -> var
    uint32_t unlisted_count;
    uint32_t *call_number; // call -> number in its function, from 1
    call_id *calls;        // grouped by function
    uint32_t *first_call;  // fn -> index into calls; one more entry than functions
    fn_id fn;
    file_id file; // places without a file are in this one
};

/// Computes what names refer to; reads vars, fn_vars, fns, calls[].fn, syms and records of `f`. All
/// memory in `arena`.
void text_scope_init(struct text_scope *s, const struct facts *f, struct arena *arena);
/// Enters a function; 0 is outside of all.
void text_scope_enter(struct text_scope *s, fn_id fn);
/// True when `text` can be written without quotes: an identifier, maybe qualified with "::".
bool text_is_bare(struct str text);
/// True when a type may have this name without quotes.
bool text_is_bare_type(struct str text);
/// True when `name` alone means `id` in that map.
bool text_is_unique(const struct map *names, name_id name, uint32_t id);
/// Record a field path belongs to, and type of a path, as far as they follow from the parts; 0 when
/// unknown.
record_id text_expected_record(const struct facts *f, const struct ir_path *p);
type_id text_expected_type(const struct facts *f, const struct ir_path *p);

struct printer {
    struct text_scope scope;
    struct buf *out;
};

/// Pieces of the printed form; see docs/facts.md. `text_put_loc` writes nothing for none, else
/// starts with a blank.
void text_put_quoted(struct buf *out, struct str text);
void text_put_name(struct buf *out, struct str text);
void text_put_type(struct printer *p, type_id id);
void text_put_sym(struct printer *p, sym_id sym);
void text_put_record(struct printer *p, record_id record);
void text_put_var(struct printer *p, var_id id);
void text_put_path(struct printer *p, path_id path);
void text_put_val(struct printer *p, val_id val);
void text_put_loc(struct printer *p, loc_id loc);

#endif
