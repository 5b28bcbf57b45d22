// Clang's attributes for thread safety -> contracts. libclang shows them without name and arguments
// (P21): the name is the token at the place where it is spelled, also in the body of a macro; the
// arguments are the text of the attribute, or of the macro's use. An argument is a chain of names:
// `mu_`, `this->mu_`, `&queue->mu`, `*mu`, `ns::global_mu`. What is anything else is left out.
#include "checker/front/symbol.h"

#include "checker/front/scan.h"

enum { MAX_BASES = 8 };

struct attribute {
    const char *name;
    uint8_t kind; // enum contract_kind
    uint8_t shared;
};

static const struct attribute attributes[] = {
    {"guarded_by",                    CONTRACT_GUARDED,         0},
    {"pt_guarded_by",                 CONTRACT_POINTEE_GUARDED, 0},
    {"requires_capability",           CONTRACT_REQUIRES,        0},
    {"exclusive_locks_required",      CONTRACT_REQUIRES,        0},
    {"requires_shared_capability",    CONTRACT_REQUIRES,        1},
    {"shared_locks_required",         CONTRACT_REQUIRES,        1},
    {"locks_excluded",                CONTRACT_EXCLUDES,        0},
    {"acquire_capability",            CONTRACT_ACQUIRES,        0},
    {"exclusive_lock_function",       CONTRACT_ACQUIRES,        0},
    {"acquire_shared_capability",     CONTRACT_ACQUIRES,        1},
    {"shared_lock_function",          CONTRACT_ACQUIRES,        1},
    {"try_acquire_capability",        CONTRACT_TRIES,           0},
    {"exclusive_trylock_function",    CONTRACT_TRIES,           0},
    {"try_acquire_shared_capability", CONTRACT_TRIES,           1},
    {"shared_trylock_function",       CONTRACT_TRIES,           1},
    {"release_capability",            CONTRACT_RELEASES,        0},
    {"release_shared_capability",     CONTRACT_RELEASES,        1},
    {"release_generic_capability",    CONTRACT_RELEASES,        0},
    {"unlock_function",               CONTRACT_RELEASES,        0},
    {"assert_capability",             CONTRACT_ASSERTS,         0},
    {"assert_exclusive_lock",         CONTRACT_ASSERTS,         0},
    {"assert_shared_capability",      CONTRACT_ASSERTS,         1},
    {"assert_shared_lock",            CONTRACT_ASSERTS,         1},
    {"no_thread_safety_analysis",     CONTRACT_UNCHECKED,       0},
    {"capability",                    CONTRACT_LOCKABLE,        0},
    {"lockable",                      CONTRACT_LOCKABLE,        0},
    {"scoped_lockable",               CONTRACT_SCOPED,          0},
    {"no_sanitize",                   CONTRACT_RACY,            0},
    {"no_sanitize_thread",            CONTRACT_RACY,            0},
};

// A declaration whose attributes are read.
struct reader {
    struct lower *l;
    CXCursor decl;
    struct ir_contract proto; // what the contract is about
};

static const struct attribute *find_attribute(struct str name) {
    if (str_starts(name, STR("__")) && str_ends(name, STR("__")) && name.len > 4) {
        name = str_slice(name, 2, name.len - 2);
    }
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++) {
        if (str_eq(name, str_from(attributes[i].name))) {
            return &attributes[i];
        }
    }
    return NULL;
}

// --- text ---

// What stands in the parentheses after the identifier at `at`.
static bool parenthesised(struct str text, size_t at, struct str *ret_inner) {
    struct str name = scan_identifier(text, at);
    size_t open = scan_skip_blank(text, scan_skip_blank(text, at) + name.len);
    int depth = 0;
    for (size_t i = open; name.len && i < text.len; i++) {
        depth += (text.ptr[i] == '(') - (text.ptr[i] == ')');
        if (depth == 0) {
            *ret_inner = str_slice(text, open < i ? open + 1 : i, i);
            return open < i;
        }
    }
    return false;
}

// Arguments as the user wrote them, for the attribute or for its macro; those in the macro when its
// use has none.
static struct str arguments_of(struct lower *l, CXCursor attr) {
    struct cx_place used = cx_expansion_place(cx_start(attr));
    struct cx_place spelled = cx_spelling_place(cx_start(attr));
    struct str text = lower_text(l, used.file);
    struct str inner = {0};
    bool found = parenthesised(text, used.offset, &inner);
    size_t begin = found ? (size_t)(inner.ptr - text.ptr) : 0;
    bool is_argument = found && spelled.file == used.file && spelled.offset >= begin &&
                       spelled.offset < begin + inner.len; // ATTRIBUTE(guarded_by(mu))
    if (!found || is_argument) {
        inner = (struct str){0};
        (void)parenthesised(lower_text(l, spelled.file), spelled.offset, &inner);
    }
    return inner;
}

// Cuts the text up to the next comma outside parentheses.
static struct str next_argument(struct str *rest) {
    int depth = 0;
    size_t i = 0;
    for (; i < rest->len && (depth || rest->ptr[i] != ','); i++) {
        depth += (rest->ptr[i] == '(') - (rest->ptr[i] == ')');
    }
    struct str argument = str_trim(str_slice(*rest, 0, i));
    *rest = str_slice(*rest, i < rest->len ? i + 1 : i, rest->len);
    return argument;
}

// --- names ---

static CXCursor find_field(struct lower *l, CXCursor record, struct str name, unsigned depth) {
    struct cx_list members = cx_children(l->scratch, clang_getCursorDefinition(record));
    for (uint32_t i = 0; i < members.count; i++) {
        CXCursor c = members.items[i];
        enum CXCursorKind kind = clang_getCursorKind(c);
        if (kind == CXCursor_FieldDecl && str_eq(cx_spelling(l->scratch, c), name)) {
            return c;
        }
        if (kind == CXCursor_CXXBaseSpecifier && depth < MAX_BASES) {
            CXType base = clang_getCanonicalType(clang_getCursorType(c));
            CXCursor found = find_field(l, clang_getTypeDeclaration(base), name, depth + 1);
            if (!cx_is_null(found)) {
                return found;
            }
        }
    }
    return clang_getNullCursor();
}

static bool is_class(enum CXCursorKind kind) {
    return kind == CXCursor_StructDecl || kind == CXCursor_ClassDecl;
}

// Variable that is declared in the scope; with a qualifier, in a scope of that name within it.
static CXCursor variable_in(struct lower *l, CXCursor scope, struct str qualifier,
                            struct str name) {
    struct cx_list members = cx_children(l->scratch, scope);
    CXCursor found = clang_getNullCursor();
    for (uint32_t i = 0; i < members.count && cx_is_null(found); i++) {
        CXCursor c = members.items[i];
        enum CXCursorKind kind = clang_getCursorKind(c);
        bool scoped = kind == CXCursor_Namespace || is_class(kind);
        if (qualifier.len && scoped && str_eq(cx_spelling(l->scratch, c), qualifier)) {
            found = variable_in(l, c, (struct str){0}, name);
        } else if (!qualifier.len && kind == CXCursor_VarDecl &&
                   str_eq(cx_spelling(l->scratch, c), name)) {
            found = c;
        }
    }
    return found;
}

// A variable of an enclosing class, namespace or of the file.
static CXCursor find_variable(struct lower *l, CXCursor scope, struct str qualifier,
                              struct str name) {
    CXCursor found = clang_getNullCursor();
    for (; !cx_is_null(scope) && cx_is_null(found); scope = clang_getCursorSemanticParent(scope)) {
        found = variable_in(l, scope, qualifier, name);
        if (clang_getCursorKind(scope) == CXCursor_TranslationUnit) {
            break;
        }
    }
    return found;
}

static bool is_pointer(CXType t) {
    t = clang_getCanonicalType(t);
    return t.kind == CXType_Pointer || t.kind == CXType_LValueReference;
}

static CXCursor record_of(CXType t) {
    t = clang_getCanonicalType(t);
    t = is_pointer(t) ? clang_getCanonicalType(clang_getPointeeType(t)) : t;
    return clang_getTypeDeclaration(t);
}

static bool add_step(struct lower *l, struct ir_contract *x, CXCursor record, struct str name,
                     CXType *ret_type) {
    CXCursor field = find_field(l, record, name, 0);
    if (cx_is_null(field) || x->step_count == CONTRACT_STEPS) {
        return false;
    }
    uint32_t i = x->step_count++;
    *ret_type = clang_getCursorType(field);
    x->steps[i] = lower_field_name(l, field);
    x->records[i] = lower_record(l, clang_getCursorSemanticParent(field));
    x->derefs |= (uint8_t)(is_pointer(*ret_type) ? 2U << i : 0U);
    return true;
}

static bool is_method(CXCursor decl) {
    enum CXCursorKind kind = clang_getCursorKind(decl);
    return kind == CXCursor_Constructor || kind == CXCursor_Destructor ||
           (kind == CXCursor_CXXMethod && !clang_CXXMethod_isStatic(decl));
}

static bool start_with_parameter(struct reader *r, struct ir_contract *x, struct str name,
                                 CXType *ret_type) {
    CXCursor decls[2] = {clang_getCanonicalCursor(r->decl), r->decl};
    for (unsigned d = 0; d < 2; d++) {
        int count = clang_Cursor_getNumArguments(decls[d]);
        for (int i = 0; i < count; i++) {
            CXCursor param = clang_Cursor_getArgument(decls[d], (unsigned)i);
            if (str_eq(cx_spelling(r->l->scratch, param), name)) {
                x->base = CONTRACT_BASE_PARAM;
                x->param = (uint32_t)i + is_method(r->decl);
                *ret_type = clang_getCursorType(param);
                return is_pointer(*ret_type);
            }
        }
    }
    return false;
}

// The first name of a chain: `this`, a parameter, a field, or a variable.
static bool start_with(struct reader *r, struct ir_contract *x, struct str qualifier,
                       struct str name, CXType *ret_type) {
    struct lower *l = r->l;
    CXCursor owner = clang_getCursorSemanticParent(r->decl);
    bool in_class = is_class(clang_getCursorKind(owner));
    bool is_field = clang_getCursorKind(r->decl) == CXCursor_FieldDecl;
    bool has_object = in_class && (is_field || is_method(r->decl));
    if (!qualifier.len && start_with_parameter(r, x, name, ret_type)) {
        return true;
    }
    if (!qualifier.len && has_object) {
        x->base = is_field ? CONTRACT_BASE_OWNER : CONTRACT_BASE_PARAM;
        if (str_eq(name, STR("this"))) {
            *ret_type = clang_getCursorType(owner);
            return true;
        }
        if (add_step(l, x, owner, name, ret_type)) {
            return true;
        }
    }
    CXCursor var = find_variable(l, owner, qualifier, name);
    if (cx_is_null(var)) {
        return false;
    }
    x->base = CONTRACT_BASE_GLOBAL;
    x->global = lower_var(l, var);
    *ret_type = clang_getCursorType(var);
    x->derefs |= is_pointer(*ret_type) ? 1 : 0;
    return true;
}

static size_t separator(struct str text, size_t at) {
    struct str rest = str_slice(text, at, text.len);
    return str_starts(rest, STR("->")) || str_starts(rest, STR("::")) ? 2
           : str_starts(rest, STR("."))                               ? 1
                                                                      : 0;
}

// False when the text is no chain of names that are known.
static bool read_chain(struct reader *r, struct str text, struct ir_contract *x) {
    size_t at = 0;
    CXType type = {0};
    bool started = false;
    struct str qualifier = {0};
    while (at < text.len && (text.ptr[at] == '&' || text.ptr[at] == '*' || text.ptr[at] == ' ')) {
        at++;
    }
    while (at < text.len) {
        struct str name = scan_identifier(text, at);
        at = scan_skip_blank(text, at) + name.len;
        at = scan_skip_blank(text, at);
        size_t skip = separator(text, at);
        bool qualifies = skip && text.ptr[at] == ':';
        if (!name.len || (!skip && at < text.len)) {
            return false;
        }
        at += skip;
        if (qualifies) {
            qualifier = name;
            continue;
        }
        if (!(started ? add_step(r->l, x, record_of(type), name, &type)
                      : start_with(r, x, qualifier, name, &type))) {
            return false;
        }
        started = true;
    }
    return started;
}

// --- attributes ---

static void add(struct reader *r, const struct attribute *a, struct str arguments) {
    struct ir_contract x = r->proto;
    x.kind = a->kind;
    x.shared = a->shared;
    x.number = 1;
    bool names_no_lock = a->kind == CONTRACT_LOCKABLE || a->kind == CONTRACT_SCOPED ||
                         a->kind == CONTRACT_UNCHECKED || a->kind == CONTRACT_RACY;
    if (a->kind == CONTRACT_RACY && arguments.len &&
        str_find(arguments, STR("\"thread\""), 0) == SIZE_MAX) {
        return; // another sanitizer
    }
    if (a->kind == CONTRACT_TRIES) {
        struct str success = next_argument(&arguments);
        x.number = !(str_eq(success, STR("false")) || str_eq(success, STR("0")));
    }
    if (names_no_lock || !str_trim(arguments).len) {
        ir_contract(r->l->b, &x);
        return;
    }
    while (arguments.len) {
        struct ir_contract one = x;
        if (read_chain(r, next_argument(&arguments), &one)) {
            ir_contract(r->l->b, &one);
        }
    }
}

static void read_attributes(struct reader *r) {
    if (!clang_Cursor_hasAttrs(r->decl) ||
        clang_Location_isInSystemHeader(clang_getCursorLocation(r->decl))) {
        return;
    }
    struct cx_list children = cx_children(r->l->scratch, r->decl);
    for (uint32_t i = 0; i < children.count; i++) {
        if (clang_getCursorKind(children.items[i]) == CXCursor_UnexposedAttr) {
            const struct attribute *a = find_attribute(lower_token_at(r->l, children.items[i]));
            if (a) {
                add(r, a, arguments_of(r->l, children.items[i]));
            }
        }
    }
}

void lower_function_contracts(struct lower *l, CXCursor function, sym_id sym) {
    CXCursor definition = clang_getCursorDefinition(function); // has those of earlier declarations
    struct reader r = {l, cx_is_null(definition) ? function : definition, {.sym = sym}};
    read_attributes(&r);
}

void lower_field_contracts(struct lower *l, CXCursor field, record_id record, name_id name) {
    struct reader r = {
        l, field, {.record = record, .name = name}
    };
    read_attributes(&r);
}

void lower_var_contracts(struct lower *l, CXCursor var, var_id id) {
    struct reader r = {l, var, {.var = id}};
    read_attributes(&r);
}

void lower_record_contracts(struct lower *l, CXCursor record_decl, record_id record) {
    struct reader r = {l, record_decl, {.record = record}};
    read_attributes(&r);
}
