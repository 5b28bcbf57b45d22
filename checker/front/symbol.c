// Names: functions, methods and variables of libclang -> ids of the facts, with qualified names and
// link keys (P42). Each declaration costs one map lookup after its first use.
#include "checker/front/symbol.h"
#include "checker/front/omp.h"

#include "checker/base/buf.h"

#include <string.h>

enum { MAX_NAME_PARTS = 64, MAX_NAME_BYTES = 4096 };

uint64_t lower_cursor_hash(CXCursor c) {
    return cx_hash(clang_getCanonicalCursor(c));
}

static bool is_system(CXCursor c) {
    return clang_Location_isInSystemHeader(clang_getCursorLocation(c)) != 0;
}

static bool is_class(enum CXCursorKind kind) {
    return kind == CXCursor_StructDecl || kind == CXCursor_ClassDecl ||
           kind == CXCursor_UnionDecl || kind == CXCursor_ClassTemplate ||
           kind == CXCursor_ClassTemplatePartialSpecialization;
}

static bool is_function(enum CXCursorKind kind) {
    return kind == CXCursor_FunctionDecl || kind == CXCursor_CXXMethod ||
           kind == CXCursor_Constructor || kind == CXCursor_Destructor ||
           kind == CXCursor_ConversionFunction || kind == CXCursor_FunctionTemplate;
}

bool lower_is_lambda_class(CXCursor record_decl) {
    if (clang_getCursorKind(record_decl) != CXCursor_ClassDecl) {
        return false;
    }
    CXString spelling = clang_getCursorSpelling(record_decl);
    const char *raw = clang_getCString(spelling);
    bool is_lambda = raw && (raw[0] == '\0' || strncmp(raw, "(lambda", 7) == 0);
    clang_disposeString(spelling);
    return is_lambda;
}

bool lower_is_dependent(CXCursor decl) {
    CXCursor scope = decl;
    while (!cx_is_null(scope)) {
        enum CXCursorKind kind = clang_getCursorKind(scope);
        if (kind == CXCursor_ClassTemplate || kind == CXCursor_ClassTemplatePartialSpecialization ||
            kind == CXCursor_FunctionTemplate) {
            return true;
        }
        if (kind == CXCursor_TranslationUnit || kind == CXCursor_Namespace) {
            return false;
        }
        scope = clang_getCursorSemanticParent(scope);
    }
    return false;
}

// --- qualified names ---

static bool is_operator_name(struct str name) {
    if (!str_starts(name, STR("operator")) || name.len == 8) {
        return false;
    }
    char next = name.ptr[8];
    return !(next == '_' || (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') ||
             (next >= '0' && next <= '9'));
}

static void add_without_template_arguments(struct buf *out, struct str name) {
    int depth = 0;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        depth += c == '<';
        if (depth == 0) {
            buf_add_char(out, c);
        }
        depth -= c == '>' && depth > 0;
    }
}

// What libclang calls things without a name: "(lambda at f.cpp:3:5)", "union (anonymous at
// /src/f.c:3:5)".
static bool is_made_up(struct str name) {
    return name.len == 0 || name.ptr[0] == '(' ||
           str_find(name, STR("(anonymous"), 0) != SIZE_MAX ||
           str_find(name, STR("(unnamed"), 0) != SIZE_MAX;
}

static void add_name_part(struct lower *l, struct buf *out, CXCursor c) {
    struct str name = cx_spelling(l->scratch, c);
    if (is_made_up(name)) {
        bool is_lambda = is_class(clang_getCursorKind(c)) && lower_is_lambda_class(c);
        name = is_lambda ? STR("(lambda)") : STR("(anonymous)");
    }
    bool is_symbolic = is_operator_name(name) && name.ptr[8] != ' ';
    if (is_symbolic) {
        buf_add(out, name);
    } else {
        add_without_template_arguments(out, name);
    }
}

// Part of the name that source code writes: namespaces that are not inline or anonymous, classes,
// functions.
static bool is_named_scope(CXCursor c) {
    enum CXCursorKind kind = clang_getCursorKind(c);
    if (kind == CXCursor_Namespace) {
        return !clang_Cursor_isInlineNamespace(c) && !cx_is_spelled(c, "") &&
               !clang_Cursor_isAnonymous(c);
    }
    return is_class(kind) || is_function(kind);
}

// operator() of a closure: "(lambda)" alone names it.
static bool is_lambda_call(CXCursor function) {
    return is_function(clang_getCursorKind(function)) && cx_is_spelled(function, "operator()") &&
           lower_is_lambda_class(clang_getCursorSemanticParent(function));
}

struct str lower_qualified_name(struct lower *l, CXCursor decl) {
    if (cx_is_null(decl)) {
        return (struct str){0};
    }
    CXCursor parts[MAX_NAME_PARTS];
    uint32_t count = 0;
    CXCursor scope = decl;
    if (is_lambda_call(decl)) {
        scope = clang_getCursorSemanticParent(decl);
    }
    parts[count++] = scope;
    bool is_external = clang_getCursorLinkage(decl) == CXLinkage_External;
    for (;;) {
        scope = l->is_cxx ? clang_getCursorSemanticParent(scope) : clang_getNullCursor();
        enum CXCursorKind kind = clang_getCursorKind(scope);
        if (cx_is_null(scope) || kind == CXCursor_TranslationUnit || count == MAX_NAME_PARTS) {
            break;
        }
        bool is_local_extern = is_external && count == 1 && is_function(kind);
        if (is_named_scope(scope) && !is_local_extern && !is_lambda_call(scope)) {
            parts[count++] = scope;
        }
    }
    struct buf out;
    buf_init(&out, MAX_NAME_BYTES);
    for (uint32_t i = count; i-- > 0;) {
        add_name_part(l, &out, parts[i]);
        if (i > 0) {
            buf_add_c(&out, "::");
        }
    }
    struct str name = str_make(arena_copy(l->scratch, buf_c(&out), out.len), out.len);
    buf_release(&out);
    return name;
}

name_id lower_field_name(struct lower *l, CXCursor field) {
    struct str name = cx_spelling(l->scratch, field);
    if (is_made_up(name)) {
        name = STR("");
    }
    return ir_name(l->b, name);
}

// --- keys ---

static struct str add_file_prefix(struct lower *l, CXCursor decl, struct str usr) {
    CXSourceLocation at = clang_getCursorLocation(clang_getCanonicalCursor(decl));
    file_id file = lower_file(l, cx_file_of(at));
    struct str path = facts_text(l->f, l->f->files.data[file.v].path);
    char *text = arena_alloc(l->scratch, 1, path.len + usr.len + 1);
    memcpy(text, path.ptr ? path.ptr : "", path.len);
    text[path.len] = '|';
    memcpy(text + path.len + 1, usr.ptr ? usr.ptr : "", usr.len);
    return str_make(text, path.len + 1 + usr.len);
}

struct str lower_key(struct lower *l, CXCursor decl) {
    struct str usr = cx_str(l->scratch, clang_getCursorUSR(decl));
    if (clang_getCursorLinkage(decl) == CXLinkage_External) {
        return usr;
    }
    return add_file_prefix(l, decl, usr);
}

// --- functions ---

// Attributes without a cursor kind of their own are seen in the pretty-printed declaration only
// (P10, P21).
static uint32_t attribute_flags(struct lower *l, CXCursor function) {
    if (!clang_Cursor_hasAttrs(function) ||
        cx_is_null(cx_find_child(function, CXCursor_UnexposedAttr))) {
        return 0;
    }
    struct str text = cx_pretty_decl(l->scratch, function);
    uint32_t flags = 0;
    if (str_find(text, STR("_Noreturn"), 0) != SIZE_MAX ||
        str_find(text, STR("noreturn"), 0) != SIZE_MAX) {
        flags |= SYM_NORETURN;
    }
    if (str_find(text, STR("((constructor"), 0) != SIZE_MAX ||
        str_find(text, STR("gnu::constructor"), 0) != SIZE_MAX) {
        flags |= SYM_CONSTRUCTOR_ATTR;
    }
    if (str_find(text, STR("((destructor"), 0) != SIZE_MAX ||
        str_find(text, STR("gnu::destructor"), 0) != SIZE_MAX) {
        flags |= SYM_DESTRUCTOR_ATTR;
    }
    if (str_find(text, STR("nothrow"), 0) != SIZE_MAX) {
        flags |= SYM_NOTHROW;
    }
    return flags;
}

// The USR of a function with C linkage has no parameter list.
static bool is_extern_c(struct str usr) {
    return str_starts(usr, STR("c:@F@")) && str_find_char(usr, '#', 0) == SIZE_MAX;
}

static bool is_nothrow(struct lower *l, CXCursor c, struct str type, struct str usr) {
    if (!l->is_cxx || clang_getCursorKind(c) == CXCursor_Destructor || is_extern_c(usr)) {
        return true;
    }
    switch (clang_getCursorExceptionSpecificationType(c)) {
    case CXCursor_ExceptionSpecificationKind_BasicNoexcept:
    case CXCursor_ExceptionSpecificationKind_DynamicNone:
    case CXCursor_ExceptionSpecificationKind_NoThrow:
        return true;
    case CXCursor_ExceptionSpecificationKind_ComputedNoexcept:
        return str_find(type, STR("noexcept(false)"), 0) == SIZE_MAX;
    default:
        return false;
    }
}

static uint32_t member_flags(CXCursor c) {
    uint32_t flags = clang_CXXMethod_isVirtual(c) ? SYM_VIRTUAL : 0;
    enum CXCursorKind kind = clang_getCursorKind(c);
    if (kind == CXCursor_Constructor) {
        bool copies =
            clang_CXXConstructor_isCopyConstructor(c) || clang_CXXConstructor_isMoveConstructor(c);
        return flags | SYM_METHOD | SYM_CTOR | (copies ? SYM_COPY_OR_MOVE : 0);
    }
    if (kind == CXCursor_Destructor) {
        return flags | SYM_METHOD | SYM_DTOR;
    }
    if (kind == CXCursor_CXXMethod && clang_CXXMethod_isStatic(c)) {
        return flags | SYM_STATIC_MEMBER;
    }
    if (clang_CXXMethod_isCopyAssignmentOperator(c) ||
        clang_CXXMethod_isMoveAssignmentOperator(c)) {
        flags |= SYM_COPY_OR_MOVE;
    }
    return flags | SYM_METHOD;
}

static uint32_t function_flags(struct lower *l, CXCursor c, struct str usr, bool is_member) {
    uint32_t flags = attribute_flags(l, c);
    CXCursor definition = clang_getCursorDefinition(c);
    if (!cx_is_null(definition) && !clang_equalCursors(definition, c)) {
        flags |= attribute_flags(l, definition);
    }
    struct str type = cx_type_spelling(l->scratch, clang_getCursorType(c));
    flags |= str_find(type, STR("noreturn"), 0) != SIZE_MAX ? SYM_NORETURN : 0;
    flags |= is_nothrow(l, c, type, usr) ? SYM_NOTHROW : 0;
    flags |= clang_getCursorLinkage(c) != CXLinkage_External ? SYM_INTERNAL : 0;
    flags |= is_system(c) ? SYM_SYSTEM : 0;
    flags |= clang_Cursor_isVariadic(c) ? SYM_VARIADIC : 0;
    flags |= is_member ? member_flags(c) : 0;
    return flags;
}

static void add_overrides(struct lower *l, CXCursor method, sym_id sym) {
    CXCursor *bases = NULL;
    unsigned count = 0;
    clang_getOverriddenCursors(method, &bases, &count);
    for (unsigned i = 0; i < count; i++) {
        ir_override(l->b, sym, lower_sym(l, bases[i]));
    }
    clang_disposeOverriddenCursors(bases);
}

sym_id lower_sym(struct lower *l, CXCursor function) {
    if (cx_is_null(function) || !is_function(clang_getCursorKind(function))) {
        return (sym_id){0};
    }
    uint64_t key = lower_cursor_hash(function);
    uint32_t known = 0;
    if (map_get(&l->symbols, key, &known)) {
        return (sym_id){known};
    }
    CXCursor owner = l->is_cxx ? clang_getCursorSemanticParent(function) : clang_getNullCursor();
    bool is_member = is_class(clang_getCursorKind(owner));
    struct str usr = lower_key(l, function);
    struct str name = lower_qualified_name(l, function);
    int params = clang_Cursor_getNumArguments(function);
    struct ir_sym sym = {
        .name = ir_name(l->b, name),
        .key = ir_name(l->b, usr),
        .flags = function_flags(l, function, usr, is_member),
        .ret = lower_type(l, clang_getCursorResultType(function)),
        .param_count = params > 0 ? (uint32_t)params : 0,
        .loc = lower_loc(l, function),
    };
    sym.flags |= str_starts(name, STR("__builtin_")) ? SYM_BUILTIN : 0;
    if (is_member) {
        sym.param_count += (sym.flags & SYM_METHOD) ? 1 : 0;
        sym.flags |= lower_is_lambda_class(owner) ? SYM_LAMBDA : 0;
        sym.record = lower_record(l, owner);
        if (map_get(&l->symbols, key, &known)) { // made while its class was read
            return (sym_id){known};
        }
    }
    sym_id id = ir_sym(l->b, &sym);
    map_put(&l->symbols, key, id.v);
    if (sym.flags & SYM_VIRTUAL) {
        add_overrides(l, function, id);
    }
    lower_function_contracts(l, function, id);
    return id;
}

sym_id lower_named_sym(struct lower *l, struct str name, struct str key, uint32_t flags) {
    struct ir_sym sym = {.name = ir_name(l->b, name), .key = ir_name(l->b, key), .flags = flags};
    return ir_sym(l->b, &sym);
}

sym_id lower_implied_dtor(struct lower *l, CXCursor record_decl) {
    struct str record = lower_qualified_name(l, record_decl);
    struct str key = lower_key(l, record_decl);
    size_t colon = str_rfind_char(record, ':');
    struct str last = colon == SIZE_MAX ? record : str_slice(record, colon + 1, record.len);
    struct buf text;
    buf_init(&text, (size_t)2 * MAX_NAME_BYTES);
    buf_addf(&text, STR_FMT "::~" STR_FMT, STR_ARG(record), STR_ARG(last));
    struct ir_sym sym = {
        .name = ir_name(l->b, buf_str(&text)),
        .flags = SYM_METHOD | SYM_DTOR | SYM_NOTHROW | (is_system(record_decl) ? SYM_SYSTEM : 0),
        .param_count = 1,
        .record = lower_record(l, record_decl),
        .loc = lower_loc(l, record_decl),
    };
    buf_clear(&text);
    buf_addf(&text, STR_FMT "@F@~" STR_FMT "#", STR_ARG(key), STR_ARG(last));
    sym.key = ir_name(l->b, buf_str(&text));
    buf_release(&text);
    return ir_sym(l->b, &sym);
}

// --- variables ---

static uint32_t param_index(CXCursor param) {
    CXCursor function = clang_getCursorSemanticParent(param);
    int count = clang_Cursor_getNumArguments(function);
    for (int i = 0; i < count; i++) {
        if (clang_equalCursors(clang_Cursor_getArgument(function, (unsigned)i), param)) {
            bool is_method =
                is_class(clang_getCursorKind(clang_getCursorSemanticParent(function))) &&
                !clang_CXXMethod_isStatic(function);
            return (uint32_t)i + (is_method ? 1 : 0);
        }
    }
    return 0;
}

static enum var_kind var_kind_of(CXCursor var) {
    if (clang_getCursorKind(var) == CXCursor_ParmDecl) {
        return VAR_PARAM;
    }
    if (clang_Cursor_hasVarDeclGlobalStorage(var) != 1) {
        return VAR_LOCAL;
    }
    bool is_local = is_function(clang_getCursorKind(clang_getCursorSemanticParent(var))) &&
                    clang_getCursorLinkage(var) != CXLinkage_External &&
                    clang_Cursor_getStorageClass(var) != CX_SC_Extern;
    return is_local ? VAR_STATIC_LOCAL : VAR_GLOBAL;
}

static void name_global(struct lower *l, CXCursor cursor, struct ir_var *var) {
    CXCursor definition = clang_getCursorDefinition(cursor);
    bool is_defined = !cx_is_null(definition);
    if (is_defined) {
        cursor = definition;
    }
    if (var->kind == VAR_GLOBAL) {
        var->name = ir_name(l->b, lower_qualified_name(l, cursor));
    }
    var->key = ir_name(l->b, lower_key(l, cursor));
    var->loc = lower_loc(l, cursor);
    var->type = lower_type(l, clang_getCursorType(cursor));
    var->flags |= clang_getCursorLinkage(cursor) != CXLinkage_External ? VAR_INTERNAL : 0;
    bool is_tentative = !is_defined && clang_Cursor_getStorageClass(cursor) != CX_SC_Extern &&
                        !is_class(clang_getCursorKind(clang_getCursorSemanticParent(cursor)));
    var->flags |= is_defined || is_tentative ? 0 : VAR_EXTERN;
}

// Parameters declared as arrays or functions are pointers; libclang shows them as declared.
static type_id object_type(struct lower *l, CXCursor var) {
    CXType t = clang_getCursorType(var);
    CXType canonical = clang_getCanonicalType(t);
    struct ir_type pointer = {.kind = TYPE_POINTER};
    switch ((int)canonical.kind) {
    case CXType_ConstantArray:
    case CXType_IncompleteArray:
    case CXType_VariableArray:
        pointer.target = lower_type(l, clang_getArrayElementType(canonical));
        break;
    case CXType_FunctionProto:
    case CXType_FunctionNoProto:
        pointer.target = lower_type(l, t);
        break;
    default:
        break;
    }
    bool is_decayed = clang_getCursorKind(var) == CXCursor_ParmDecl && pointer.target.v;
    return is_decayed ? ir_type(l->b, &pointer) : lower_type(l, t);
}

var_id lower_var(struct lower *l, CXCursor var) {
    uint64_t key = lower_cursor_hash(var);
    uint32_t known = 0;
    struct map *vars = omp_vars_of(l, var);
    if (map_get(vars, key, &known)) {
        return (var_id){known};
    }
    struct ir_var made = {
        .kind = (uint8_t)(vars == &l->vars ? var_kind_of(var) : VAR_LOCAL),
        .name = ir_name(l->b, cx_spelling(l->scratch, var)),
    };
    if (made.kind == VAR_GLOBAL || made.kind == VAR_STATIC_LOCAL) {
        name_global(l, var, &made);
    } else {
        made.type = object_type(l, var);
        made.loc = lower_loc(l, var);
    }
    if (made.kind == VAR_PARAM) {
        made.index = param_index(var);
    }
    CXCursor definition = clang_getCursorDefinition(var);
    CXCursor owner = cx_is_null(definition) ? var : definition;
    made.flags |= cx_is_null(clang_Cursor_getVarDeclInitializer(owner)) ? 0 : VAR_HAS_INIT;
    made.flags |= clang_getCursorTLSKind(var) != CXTLS_None ? VAR_THREAD_LOCAL : 0;
    made.flags |= is_system(var) ? VAR_SYSTEM : 0;
    made.flags |= omp_is_thread_private(l, var) ? VAR_THREAD_LOCAL : 0;
    var_id id = ir_var(l->b, &made);
    map_put(vars, key, id.v);
    if (made.kind == VAR_GLOBAL || made.kind == VAR_STATIC_LOCAL) {
        lower_var_contracts(l, var, id);
    }
    return id;
}
