// Shared context of the lowering: libclang cursors of one TU -> facts. Private to the front room.
// lower.c drives; symbol.c, type.c and place.c name things (symbols, variables, types, places);
// fn.h declares what lowers syntax.
#ifndef CHECKER_FRONT_LOWER_H
#define CHECKER_FRONT_LOWER_H

#include "checker/base/map.h"
#include "checker/front/parse.h"
#include "checker/ir/build.h"

#include <clang-c/Index.h>

struct lower_options {
    struct str root;     // project root, absolute, normalised: paths under it are stored relative
    uint32_t max_depth;  // nesting of syntax lowered; deeper becomes OP_UNKNOWN and FN_TRUNCATED
    uint32_t max_fn_ops; // statements and expressions of one function; more becomes FN_TRUNCATED
};

struct lower_fn; // state of the function being lowered: scopes, labels, break/continue targets
                 // (stmt.c)
struct cxx_state;

struct lower {
    CXTranslationUnit tu;
    struct ir_builder *b;
    struct facts *f;
    struct arena *arena;   // lives as long as the facts
    struct arena *scratch; // dropped after the TU
    const struct lower_options *options;
    bool is_cxx;
    size_t main_len;       // of the main file without what probe.c wrote behind it; SIZE_MAX: all
    uint32_t first_probed; // functions from this one on are lowered because of that
    uint32_t depth;        // present syntax nesting
    struct lower_fn *fn;
    struct cxx_state *cxx;   // cxx.c; NULL in C
    struct omp *omp;         // omp.c; NULL without OpenMP
    struct map files;        // CXFile -> file_id
    struct map text_index;   // CXFile -> texts
    VEC(struct str) texts;   // contents of files
    struct map shared_index; // identity of a file -> shared
    VEC(const struct shared_file *) shared;
    struct map place_index;       // CXFile -> places
    VEC(CXSourceLocation) places; // somewhere in a file
    struct map symbols;           // hash of canonical cursor -> sym_id
    struct map vars;              // hash of canonical cursor -> var_id (locals and globals)
    struct map types;             // hash of CXType.data pointers and kind -> type_id
    struct map records;           // hash of canonical cursor -> record_id
    VEC(CXCursor)
    queue; // functions still to lower: template instantiations, lambdas' enclosing, header bodies
    VEC(CXCursor) globals; // variables at file and namespace scope of own files, static locals
    struct map queued;     // hash of canonical cursor, already queued or lowered
    struct map extents;    // both ends of an expression's extent -> loc_id
    struct map named;      // hash of a name -> sym_id of the function, for cleanup attributes
    bool sees_own_only;    // visiting the TU does not show what precompiled headers declare
    bool must_see_all;     // that was needed: the facts are not right
};

// --- lower.c ---
/// The kind of declaration may be one to lower when it stands at the top of a TU.
bool lower_is_looked_at(CXCursor c);

// --- symbol.c ---
/// Place of a cursor's start (file location: macro arguments at their source, macro bodies at the
/// use); 0 when it has no file: callers then use the parent's.
loc_id lower_loc(struct lower *l, CXCursor c);
/// Place of a range that was asked for already.
loc_id lower_range_loc(struct lower *l, CXSourceRange range);
loc_id lower_source_loc(struct lower *l, CXSourceLocation loc);
file_id lower_file(struct lower *l, CXFile file);
/// Remembers a place of its file, so that lower_file need not ask libclang for one, which is slow.
void lower_note_place(struct lower *l, CXSourceLocation place);
/// Raw content of a file; empty when unknown. Belongs to the TU.
struct str lower_text(struct lower *l, CXFile file);
/// Says what lower_text is to answer for a file libclang has in another form.
void lower_know_text(struct lower *l, CXFile file, struct str text);
/// Says what a file is that libclang would have to look at.
void lower_know_file(struct lower *l, const struct shared_file *file);
/// Identifier, keyword or punctuation written at the spelling location of the cursor's start; a
/// slice of the raw file (so it is what stands in the macro body, e.g. "__c11_atomic_store").
struct str lower_token_at(struct lower *l, CXCursor c);
type_id lower_type(struct lower *l, CXType t);
record_id lower_record(struct lower *l, CXCursor record_decl);
/// Function, method, constructor, destructor, conversion; also reads noreturn, nothrow, virtual,
/// constructor attribute.
sym_id lower_sym(struct lower *l, CXCursor function);
/// Global, static member, static local, local or parameter. Locals belong to the open function.
var_id lower_var(struct lower *l, CXCursor var);
/// Qualified name without template arguments and inline namespaces; in scratch.
struct str lower_qualified_name(struct lower *l, CXCursor decl);
/// Link key: USR, prefixed with the real file for internal linkage.
struct str lower_key(struct lower *l, CXCursor decl);
uint64_t lower_cursor_hash(CXCursor c); // of the canonical cursor

#endif
