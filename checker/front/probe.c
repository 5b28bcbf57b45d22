#include "checker/front/probe.h"

#include "checker/base/buf.h"
#include "checker/base/fs.h"
#include "checker/front/fn.h"
#include "checker/front/scan.h"

enum { MAX_TEMPLATES = 64, MAX_MEMBERS = 256, MAX_PARAMS = 8, MAX_TEXT = 1 << 20 };

struct template {
    CXCursor decl;       // the definition
    struct str instance; // "ns::queue<int>"; empty when no declaration names one
};

struct probe {
    CXTranslationUnit tu;
    struct str root;
    bool headers;
    struct arena *scratch;
    VEC(struct template) templates;
    struct map by_hash; // of the template -> index
    struct map own;     // CXFile -> the file lies under the root
};

static bool is_own(struct probe *p, CXCursor c) {
    CXFile file = cx_file_of(clang_getCursorLocation(c));
    uint64_t key = (uint64_t)(uintptr_t)file;
    uint32_t known = 0;
    if (!file || map_get(&p->own, key, &known)) {
        return known != 0;
    }
    struct str path = cx_str(p->scratch, clang_File_tryGetRealPathName(file));
    known = p->headers && !clang_Location_isInSystemHeader(clang_getCursorLocation(c)) &&
            fs_relative(p->root, path).len < path.len;
    CXString name = clang_getTranslationUnitSpelling(p->tu);
    known |= file == clang_getFile(p->tu, clang_getCString(name));
    clang_disposeString(name);
    map_put(&p->own, key, known);
    return known != 0;
}

static struct str text_of(struct probe *p, CXCursor c) {
    struct cx_place from = cx_spelling_place(cx_start(c));
    struct cx_place to = cx_spelling_place(cx_end(c));
    struct str text = from.file == to.file ? cx_file_text(p->tu, from.file) : (struct str){0};
    return str_slice(text, from.offset, to.offset);
}

static bool has_word(struct str text, const char *word) {
    return str_find(text, str_from(word), 0) != SIZE_MAX;
}

// Cheap and generous: whether a second reading may be worth its time.
static bool has_to_do_with_threads(struct str text) {
    static const char *const words[] = {
        "utex",        "_guard",  "unique_lock", "condition_variable",
        "std::thread", "atomic<", "pthread_"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (has_word(text, words[i])) {
            return true;
        }
    }
    return false;
}

// --- which templates, with which arguments ---

static bool is_spellable(struct str name) {
    return name.len && !has_word(name, "(") && !has_word(name, "type-parameter") &&
           !has_word(name, "decltype");
}

static void note_template(struct probe *p, CXCursor c) {
    uint64_t key = lower_cursor_hash(c);
    uint32_t known = 0;
    if (!clang_isCursorDefinition(c) || map_get(&p->by_hash, key, &known) ||
        p->templates.len >= MAX_TEMPLATES || !has_to_do_with_threads(text_of(p, c))) {
        return;
    }
    map_put(&p->by_hash, key, p->templates.len);
    vec_push(p->scratch, &p->templates, (struct template){.decl = c});
}

static void note_instance(struct probe *p, CXType t) {
    t = clang_getCanonicalType(t);
    while (t.kind == CXType_Pointer || t.kind == CXType_LValueReference) {
        t = clang_getCanonicalType(clang_getPointeeType(t));
    }
    CXCursor pattern = clang_getSpecializedCursorTemplate(clang_getTypeDeclaration(t));
    uint32_t at = 0;
    if (cx_is_null(pattern) || !map_get(&p->by_hash, lower_cursor_hash(pattern), &at)) {
        return;
    }
    struct template *x = &p->templates.data[at];
    struct str name = cx_type_spelling(p->scratch, t);
    if (!x->instance.len && is_spellable(name)) {
        x->instance = name;
    }
}

static enum CXChildVisitResult visit(CXCursor c, CXCursor parent, CXClientData data) {
    (void)parent;
    struct probe *p = data;
    switch ((int)clang_getCursorKind(c)) {
    case CXCursor_Namespace:
    case CXCursor_LinkageSpec:
    case CXCursor_UnexposedDecl:
        return CXChildVisit_Recurse;
    case CXCursor_ClassTemplate:
        if (is_own(p, c)) {
            note_template(p, c);
        }
        return CXChildVisit_Continue;
    case CXCursor_ClassDecl:
    case CXCursor_StructDecl:
        if (!is_own(p, c)) {
            return CXChildVisit_Continue;
        }
        note_instance(p, clang_getCursorType(c));
        return CXChildVisit_Recurse;
    case CXCursor_TypeAliasDecl:
    case CXCursor_TypedefDecl:
        if (is_own(p, c)) {
            note_instance(p, clang_getTypedefDeclUnderlyingType(c));
        }
        return CXChildVisit_Continue;
    case CXCursor_FieldDecl:
    case CXCursor_VarDecl:
    case CXCursor_CXXBaseSpecifier:
        if (is_own(p, c)) {
            note_instance(p, clang_getCursorType(c));
        }
        return CXChildVisit_Continue;
    default:
        return CXChildVisit_Continue;
    }
}

// Objects that functions make, and what they call.
static enum CXChildVisitResult visit_body(CXCursor c, CXCursor parent, CXClientData data) {
    (void)parent;
    struct probe *p = data;
    enum CXCursorKind kind = clang_getCursorKind(c);
    if (kind == CXCursor_VarDecl || kind == CXCursor_ParmDecl || kind == CXCursor_CallExpr ||
        kind == CXCursor_CXXNewExpr) {
        note_instance(p, clang_getCursorType(c));
    }
    bool is_pattern = kind == CXCursor_ClassTemplate || kind == CXCursor_FunctionTemplate;
    bool is_foreign = clang_isDeclaration(kind) && kind != CXCursor_VarDecl &&
                      kind != CXCursor_Namespace && !is_own(p, c);
    return is_pattern || is_foreign ? CXChildVisit_Continue : CXChildVisit_Recurse;
}

// --- arguments made up ---

static struct str taken(struct arena *scratch, struct buf *out) {
    struct str text = buf_str(out);
    text = str_make(arena_copy(scratch, text.ptr, text.len), text.len);
    buf_release(out);
    return text;
}

// The class locks objects of this type.
static bool is_lock_parameter(struct str class_text, struct str name) {
    static const char *const guards[] = {"lock_guard<", "unique_lock<", "scoped_lock<"};
    for (size_t i = 0; i < sizeof guards / sizeof *guards; i++) {
        size_t at = str_find(class_text, str_from(guards[i]), 0);
        size_t end = at + str_from(guards[i]).len;
        if (at != SIZE_MAX && str_eq(scan_identifier(class_text, end), name)) {
            return true;
        }
    }
    return has_word(name, "utex");
}

static bool add_argument(struct probe *p, struct buf *out, CXCursor param, struct str class_text) {
    enum CXCursorKind kind = clang_getCursorKind(param);
    CXType t = clang_getCanonicalType(clang_getCursorType(param));
    if (kind == CXCursor_NonTypeTemplateParameter) {
        bool is_number = t.kind >= CXType_Char_U && t.kind <= CXType_Int128;
        buf_add(out, t.kind == CXType_Bool ? STR("true") : STR("4"));
        return is_number || t.kind == CXType_Bool;
    }
    bool is_lock = is_lock_parameter(class_text, cx_spelling(p->scratch, param));
    buf_add(out, is_lock ? STR("::std::mutex") : STR("int"));
    return kind == CXCursor_TemplateTypeParameter;
}

// "ns::outer::queue"; false when it cannot be named from outside.
static bool add_name(struct probe *p, struct buf *out, CXCursor decl) {
    CXCursor scope = clang_getCursorSemanticParent(decl);
    enum CXCursorKind kind = clang_getCursorKind(scope);
    if (kind == CXCursor_Namespace || kind == CXCursor_ClassDecl || kind == CXCursor_StructDecl) {
        if (!add_name(p, out, scope)) {
            return false;
        }
    } else if (kind != CXCursor_TranslationUnit && kind != CXCursor_LinkageSpec) {
        return false;
    }
    struct str name = cx_spelling(p->scratch, decl);
    if (name.len && !has_word(name, "(")) {
        buf_add(out, out->len ? STR("::") : STR(""));
        buf_add(out, name);
    }
    return true;
}

static struct str made_up(struct probe *p, CXCursor decl) {
    struct buf out;
    buf_init(&out, MAX_TEXT);
    struct str class_text = text_of(p, decl);
    struct cx_list list = cx_children(p->scratch, decl);
    bool fine = add_name(p, &out, decl);
    uint32_t count = 0;
    buf_add_char(&out, '<');
    for (uint32_t i = 0; fine && i < list.count; i++) {
        enum CXCursorKind kind = clang_getCursorKind(list.items[i]);
        if (kind != CXCursor_TemplateTypeParameter && kind != CXCursor_NonTypeTemplateParameter &&
            kind != CXCursor_TemplateTemplateParameter) {
            break;
        }
        struct str text = text_of(p, list.items[i]);
        if (has_word(text, "=") || has_word(text, "...")) { // a default, or none at all
            break;
        }
        buf_add(&out, count++ ? STR(", ") : STR(""));
        fine = count <= MAX_PARAMS && add_argument(p, &out, list.items[i], class_text);
    }
    buf_add_char(&out, '>');
    return fine ? taken(p->scratch, &out) : (struct str){0};
}

// --- the text ---

static bool is_plain_name(struct str name) {
    return name.len && str_eq(scan_identifier(name, 0), name) && !str_eq(name, STR("operator"));
}

// `made(new ns::queue<int>(0, 0));`: constructors cannot be named otherwise.
static void add_construction(struct buf *out, struct str instance, int arguments) {
    buf_addf(out, "made(new ::" STR_FMT "(", STR_ARG(instance));
    for (int i = 0; i < arguments; i++) {
        buf_add(out, i ? STR(", 0") : STR("0"));
    }
    buf_add(out, STR("));"));
}

// In a template nothing decides between overloads, so that all of them are named.
static void add_members(struct probe *p, struct buf *out, const struct template *x) {
    struct cx_list list = cx_children(p->scratch, x->decl);
    buf_addf(out,
             "\ntemplate class ::" STR_FMT ";\ntemplate <class Threadlint_any> "
             "void threadlint_names(Threadlint_any &&made) {",
             STR_ARG(x->instance));
    for (uint32_t i = 0; i < list.count && i < MAX_MEMBERS; i++) {
        enum CXCursorKind kind = clang_getCursorKind(list.items[i]);
        struct str name = cx_spelling(p->scratch, list.items[i]);
        if (kind == CXCursor_CXXMethod && is_plain_name(name)) {
            buf_addf(out, "made(&::" STR_FMT "::" STR_FMT ");", STR_ARG(x->instance),
                     STR_ARG(name));
        } else if (kind == CXCursor_Constructor &&
                   !clang_CXXConstructor_isCopyConstructor(list.items[i]) &&
                   !clang_CXXConstructor_isMoveConstructor(list.items[i])) {
            add_construction(out, x->instance, clang_Cursor_getNumArguments(list.items[i]));
        } else if (kind == CXCursor_Destructor) {
            buf_addf(out, "static_cast<::" STR_FMT " *>(nullptr)->~" STR_FMT "();",
                     STR_ARG(x->instance), STR_ARG(cx_spelling(p->scratch, x->decl)));
        }
    }
    buf_add(out, STR("}\n"));
}

struct str probe_text(CXTranslationUnit tu, bool headers, struct str root, struct arena *scratch) {
    struct probe p = {.tu = tu, .root = root, .headers = headers, .scratch = scratch};
    map_init(&p.by_hash, scratch);
    map_init(&p.own, scratch);
    clang_visitChildren(clang_getTranslationUnitCursor(tu), visit, &p);
    if (p.templates.len) {
        clang_visitChildren(clang_getTranslationUnitCursor(tu), visit_body, &p);
    }
    struct buf out;
    buf_init(&out, MAX_TEXT);
    for (uint32_t i = 0; i < p.templates.len; i++) {
        struct template *x = &p.templates.data[i];
        x->instance = x->instance.len ? x->instance : made_up(&p, x->decl);
        if (x->instance.len) {
            add_members(&p, &out, x);
        }
    }
    return taken(scratch, &out);
}

// --- after parsing it ---

static enum CXChildVisitResult enqueue_named(CXCursor c, CXCursor parent, CXClientData data) {
    (void)parent;
    switch ((int)clang_getCursorKind(c)) {
    case CXCursor_OverloadedDeclRef:
        for (unsigned i = 0; i < clang_getNumOverloadedDecls(c); i++) {
            lower_enqueue(data, clang_getOverloadedDecl(c, i));
        }
        break;
    case CXCursor_DeclRefExpr:
    case CXCursor_MemberRefExpr:
    case CXCursor_CallExpr:
        lower_enqueue(data, clang_getCursorReferenced(c));
        break;
    default:
        break;
    }
    return CXChildVisit_Recurse;
}

static enum CXChildVisitResult find_written(CXCursor c, CXCursor parent, CXClientData data) {
    (void)parent;
    if (clang_getCursorKind(c) == CXCursor_FunctionTemplate &&
        cx_is_spelled(c, "threadlint_names")) {
        clang_visitChildren(c, enqueue_named, data);
    }
    return CXChildVisit_Continue;
}

void probe_enqueue(struct lower *l) {
    if (l->main_len != SIZE_MAX) {
        clang_visitChildren(clang_getTranslationUnitCursor(l->tu), find_written, l);
    }
}

bool probe_is_told(CXTranslationUnit tu, CXDiagnostic d, struct arena *scratch) {
    struct str text = cx_str(scratch, clang_getDiagnosticSpelling(d));
    struct cx_place at = cx_file_place(clang_getDiagnosticLocation(d));
    for (unsigned i = 0; i < clang_getNumDiagnostics(tu); i++) {
        CXDiagnostic x = clang_getDiagnostic(tu, i);
        struct cx_place other = cx_file_place(clang_getDiagnosticLocation(x));
        bool same = other.line == at.line && other.col == at.col &&
                    str_eq(text, cx_str(scratch, clang_getDiagnosticSpelling(x)));
        clang_disposeDiagnostic(x);
        if (same) {
            return true;
        }
    }
    return false;
}
