// Thin wrappers of libclang. Every CXString is disposed in the function that got it.
#include "checker/front/cx.h"

#include "checker/base/hash.h"
#include "checker/base/vec.h"

#include <string.h>

struct str cx_str(struct arena *a, CXString text) {
    const char *raw = clang_getCString(text);
    struct str copy = {0};
    if (raw && raw[0]) {
        size_t len = strlen(raw);
        copy = str_make(arena_copy(a, raw, len), len);
    }
    clang_disposeString(text);
    return copy;
}

struct str cx_spelling(struct arena *a, CXCursor c) {
    return cx_str(a, clang_getCursorSpelling(c));
}

struct str cx_type_spelling(struct arena *a, CXType t) {
    return cx_str(a, clang_getTypeSpelling(t));
}

struct str cx_kind_name(struct arena *a, CXCursor c) {
    return cx_str(a, clang_getCursorKindSpelling(clang_getCursorKind(c)));
}

bool cx_is_spelled(CXCursor c, const char *text) {
    CXString spelling = clang_getCursorSpelling(c);
    const char *raw = clang_getCString(spelling);
    bool is_equal = raw && strcmp(raw, text) == 0;
    clang_disposeString(spelling);
    return is_equal;
}

struct collect {
    struct arena *arena;
    VEC(CXCursor) list;
};

static enum CXChildVisitResult collect_child(CXCursor c, CXCursor parent, CXClientData data) {
    (void)parent;
    struct collect *to = data;
    vec_push(to->arena, &to->list, c);
    return CXChildVisit_Continue;
}

struct cx_list cx_children(struct arena *a, CXCursor c) {
    struct collect to = {.arena = a};
    clang_visitChildren(c, collect_child, &to);
    return (struct cx_list){.items = to.list.data, .count = to.list.len};
}

static enum CXChildVisitResult count_child(CXCursor c, CXCursor parent, CXClientData data) {
    (void)c;
    (void)parent;
    ++*(uint32_t *)data;
    return CXChildVisit_Continue;
}

// An explicit instantiation has what it names as children: templates, types, namespaces.
static bool has_members(struct cx_list children) {
    for (uint32_t i = 0; i < children.count; i++) {
        enum CXCursorKind kind = clang_getCursorKind(children.items[i]);
        if (clang_isDeclaration(kind) || kind == CXCursor_CXXBaseSpecifier) {
            return true;
        }
    }
    return false;
}

struct cx_list cx_members(struct arena *a, CXCursor class_decl, bool *ret_is_pattern) {
    struct cx_list members = cx_children(a, class_decl);
    CXCursor pattern = clang_getSpecializedCursorTemplate(class_decl);
    *ret_is_pattern = !cx_is_null(pattern) && !has_members(members);
    if (*ret_is_pattern) {
        CXCursor definition = clang_getCursorDefinition(pattern);
        members = cx_children(a, cx_is_null(definition) ? pattern : definition);
    }
    return members;
}

uint32_t cx_child_count(CXCursor c) {
    uint32_t count = 0;
    clang_visitChildren(c, count_child, &count);
    return count;
}

struct only {
    CXCursor child;
    bool is_found;
    bool is_several;
};

static enum CXChildVisitResult note_only(CXCursor c, CXCursor parent, CXClientData data) {
    (void)parent;
    struct only *only = data;
    if (only->is_found) {
        only->is_several = true;
        return CXChildVisit_Break;
    }
    only->child = c;
    only->is_found = true;
    return CXChildVisit_Continue;
}

CXCursor cx_only_child(CXCursor c) {
    struct only only = {.child = clang_getNullCursor()};
    clang_visitChildren(c, note_only, &only);
    return only.is_several ? clang_getNullCursor() : only.child;
}

struct find {
    enum CXCursorKind kind;
    CXCursor found;
};

static enum CXChildVisitResult find_kind(CXCursor c, CXCursor parent, CXClientData data) {
    (void)parent;
    struct find *find = data;
    if (clang_getCursorKind(c) != find->kind) {
        return CXChildVisit_Continue;
    }
    find->found = c;
    return CXChildVisit_Break;
}

CXCursor cx_find_child(CXCursor c, enum CXCursorKind kind) {
    struct find find = {.kind = kind, .found = clang_getNullCursor()};
    clang_visitChildren(c, find_kind, &find);
    return find.found;
}

CXCursor cx_peel_parens(CXCursor c) {
    while (clang_getCursorKind(c) == CXCursor_ParenExpr) {
        CXCursor inner = cx_only_child(c);
        if (cx_is_null(inner)) {
            break;
        }
        c = inner;
    }
    return c;
}

static bool is_wrapper(enum CXCursorKind kind) {
    return kind == CXCursor_ParenExpr || kind == CXCursor_UnexposedExpr ||
           kind == CXCursor_UnexposedStmt;
}

CXCursor cx_peel(CXCursor c) {
    while (is_wrapper(clang_getCursorKind(c))) {
        CXCursor inner = cx_only_child(c);
        if (cx_is_null(inner)) {
            break;
        }
        c = inner;
    }
    return c;
}

bool cx_is_null(CXCursor c) {
    enum CXCursorKind kind = clang_getCursorKind(c);
    return (int)kind == 0 || clang_isInvalid(kind) != 0; // a zeroed cursor is null too
}

uint64_t cx_hash(CXCursor c) {
    // Of a declaration only the first pointer is its identity; the second is a flag.
    uint64_t first = (uint64_t)(uintptr_t)c.data[0];
    if (clang_isDeclaration(c.kind)) {
        return hash_mix(first, 1);
    }
    return hash_mix(hash_mix(first, (uint64_t)(uintptr_t)c.data[1]), (uint64_t)c.kind);
}

uint64_t cx_type_hash(CXType t) {
    return hash_mix((uint64_t)(uintptr_t)t.data[0], (uint64_t)t.kind);
}

struct cx_place cx_spelling_place(CXSourceLocation loc) {
    struct cx_place p = {0};
    clang_getSpellingLocation(loc, &p.file, NULL, NULL, &p.offset);
    return p;
}

struct cx_place cx_file_place(CXSourceLocation loc) {
    struct cx_place p = {0};
    clang_getFileLocation(loc, &p.file, &p.line, &p.col, &p.offset);
    return p;
}

struct cx_place cx_expansion_place(CXSourceLocation loc) {
    struct cx_place p = {0};
    clang_getExpansionLocation(loc, &p.file, NULL, NULL, &p.offset);
    return p;
}

CXFile cx_file_of(CXSourceLocation loc) {
    CXFile file = NULL;
    clang_getFileLocation(loc, &file, NULL, NULL, NULL);
    return file;
}

CXSourceLocation cx_start(CXCursor c) {
    return clang_getRangeStart(clang_getCursorExtent(c));
}

CXSourceLocation cx_end(CXCursor c) {
    return clang_getRangeEnd(clang_getCursorExtent(c));
}

struct str cx_file_text(CXTranslationUnit tu, CXFile file) {
    if (!file) {
        return (struct str){0};
    }
    size_t size = 0;
    const char *raw = clang_getFileContents(tu, file, &size);
    return raw ? str_make(raw, size) : (struct str){0};
}

struct str cx_pretty_decl(struct arena *a, CXCursor decl) {
    CXPrintingPolicy policy = clang_getCursorPrintingPolicy(decl);
    clang_PrintingPolicy_setProperty(policy, CXPrintingPolicy_TerseOutput, 1);
    clang_PrintingPolicy_setProperty(policy, CXPrintingPolicy_SuppressInitializers, 1);
    struct str text = cx_str(a, clang_getCursorPrettyPrinted(decl, policy));
    clang_PrintingPolicy_dispose(policy);
    return text;
}

CXType cx_named_type(CXType t) {
    while (t.kind == CXType_Elaborated) {
        t = clang_Type_getNamedType(t);
    }
    return t;
}
