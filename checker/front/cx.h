// Thin wrappers of libclang: strings copied and disposed, children as arrays, places as offsets.
// No knowledge of facts. Everything returned lives in the arena that was passed in or in the TU.
#ifndef CHECKER_FRONT_CX_H
#define CHECKER_FRONT_CX_H

#include "checker/base/arena.h"
#include "checker/base/str.h"

#include <clang-c/Index.h>

// Children of a cursor in libclang's order.
struct cx_list {
    CXCursor *items;
    uint32_t count;
};

// A place in a file; file NULL when there is none (P25).
struct cx_place {
    CXFile file;
    uint32_t line;   // 1-based
    uint32_t col;    // 1-based byte column
    uint32_t offset; // bytes from the start of the file
};

/// Copies the text into `a` and disposes the string; NULL becomes "".
struct str cx_str(struct arena *a, CXString text);
struct str cx_spelling(struct arena *a, CXCursor c);
struct str cx_type_spelling(struct arena *a, CXType t);
/// Name of the cursor's kind ("CallExpr"), for the table of unhandled kinds.
struct str cx_kind_name(struct arena *a, CXCursor c);
/// True when the cursor's spelling is exactly `text`; copies nothing.
bool cx_is_spelled(CXCursor c, const char *text);

/// Direct children.
struct cx_list cx_children(struct arena *a, CXCursor c);
/// Members and bases of a class: those of the template for an instantiation, whose own are not
/// visited (P22).
struct cx_list cx_members(struct arena *a, CXCursor class_decl, bool *ret_is_pattern);
/// Number of direct children.
uint32_t cx_child_count(CXCursor c);
/// The only child, or a null cursor when there are none or several.
CXCursor cx_only_child(CXCursor c);
/// First child of kind `kind`, or a null cursor.
CXCursor cx_find_child(CXCursor c, enum CXCursorKind kind);
/// Parentheses removed.
CXCursor cx_peel_parens(CXCursor c);
/// Parentheses, UnexposedExpr and UnexposedStmt with one child removed.
CXCursor cx_peel(CXCursor c);
/// Null, invalid or zeroed.
bool cx_is_null(CXCursor c);

/// Hash of a cursor: equal for equal cursors, distinct for distinct ones of a TU. Not canonical.
uint64_t cx_hash(CXCursor c);
/// Hash of a type (pointer identity: a typedef and its target differ).
uint64_t cx_type_hash(CXType t);

/// Where the token is written (inside the macro definition for code of a macro body). File and
/// offset only: libclang looks for lines at a price.
struct cx_place cx_spelling_place(CXSourceLocation loc);
/// Where the user wrote it: macro arguments at their source, macro bodies at the use.
struct cx_place cx_file_place(CXSourceLocation loc);
/// Where the outermost macro is used, or the place itself. File and offset only.
struct cx_place cx_expansion_place(CXSourceLocation loc);
/// File of cx_file_place alone.
CXFile cx_file_of(CXSourceLocation loc);
/// Start and end (exclusive) of the cursor's extent.
CXSourceLocation cx_start(CXCursor c);
CXSourceLocation cx_end(CXCursor c);
/// Raw content of a file of the TU; empty when unknown. Belongs to the TU. Slow: libclang goes
/// through all files and macros of the TU; lower_text remembers.
struct str cx_file_text(CXTranslationUnit tu, CXFile file);

/// Declaration printed by clang, without body (P21): the only way to see attribute names. Slow.
struct str cx_pretty_decl(struct arena *a, CXCursor decl);
/// Type without Elaborated sugar; typedefs are kept. Qualifiers of the removed layers are lost.
CXType cx_named_type(CXType t);

#endif
