#include "checker/front/omp.h"

#include "checker/base/buf.h"
#include "checker/front/cxx.h"
#include "checker/front/omp_text.h"
#include "checker/front/scan.h"

#include <string.h>

enum { MAX_CAPTURES = 64, MAX_LOOP_VARIABLES = 8 };

struct pragma {
    struct omp_directive d;
    enum omp_kind kind;
    bool active; // its statement is being lowered
};

struct pragmas {
    struct str text; // of the file
    VEC(struct pragma) items;
};

struct captured {
    CXCursor var;
    name_id name;
    type_id type;    // of the variable
    type_id pointer; // to it
    path_id place;   // in the function around
};

// Statements that a team runs, as a function of their own.
struct region {
    sym_id sym;
    loc_id loc;
    CXCursor function; // around it
    CXCursor *stmts;
    uint32_t count;
    struct pragma *pragma;   // active meanwhile
    const struct str *texts; // of the directives with clauses that count here
    uint32_t text_count;
    struct str loops[MAX_LOOP_VARIABLES]; // variables of its loops
    uint32_t loop_count;
    CXFile file;
    uint32_t start, end; // what is declared between these belongs to each thread
    struct captured captured[MAX_CAPTURES];
    uint32_t captured_count;
    type_id this_type; // of `this` of the method around; 0 for none
    record_id record;
    type_id closure; // pointer to the record
    var_id param;
    struct map vars;
};

// The region whose statements are lowered one by one in the function around it.
struct frame {
    struct str texts[2]; // of its directive, and of the loop's
    CXFile file;
    uint32_t start, end;
    bool tells_threads; // they ask for their number
};

struct omp {
    struct map files; // CXFile -> lists
    VEC(struct pragmas *) lists;
    VEC(struct region *) queue;
    uint32_t next;
    struct region *here; // being lowered
    const struct frame *frame;
    bool atomic;
};

void omp_begin(struct lower *l) {
    l->omp = ARENA_NEW(l->scratch, struct omp);
    map_init(&l->omp->files, l->scratch);
}

bool omp_is_atomic(const struct lower *l) {
    return l->omp && l->omp->atomic;
}

// --- directives before a statement ---

static struct pragmas *pragmas_of(struct lower *l, CXFile file) {
    uint64_t key = hash64(&file, sizeof file, 0);
    uint32_t at = 0;
    if (map_get(&l->omp->files, key, &at)) {
        return l->omp->lists.data[at];
    }
    struct pragmas *list = ARENA_NEW(l->scratch, struct pragmas);
    list->text = lower_text(l, file);
    for (size_t line = 0; line < list->text.len; line = omp_next_line(list->text, line)) {
        struct pragma p = {0};
        if (omp_directive_at(list->text, line, &p.d)) {
            p.kind = omp_kind_of(p.d.text);
            vec_push(l->scratch, &list->items, p);
        }
    }
    map_put(&l->omp->files, key, l->omp->lists.len);
    vec_push(l->scratch, &l->omp->lists, list);
    return list;
}

static bool follows(const struct pragmas *list, const struct pragma *p, uint32_t offset) {
    return p->d.end <= offset && scan_skip_blank(list->text, p->d.end) == offset;
}

// Outermost directive before the statement that is not being looked at.
static struct pragma *pragma_before(struct pragmas *list, uint32_t offset) {
    struct pragma *found = NULL;
    for (uint32_t i = list->items.len; i-- > 0;) {
        struct pragma *p = &list->items.data[i];
        if (p->d.start > offset) {
            continue;
        }
        if (!follows(list, p, offset) || p->active) {
            break;
        }
        found = p->kind == OMP_BARRIER || p->kind == OMP_ALONE ? found : p;
        offset = p->d.start;
    }
    return found;
}

// Some directive between two offsets shares work, lets one thread work, or waits for all.
static bool has_order(const struct pragmas *list, uint32_t from, uint32_t to) {
    for (uint32_t i = 0; i < list->items.len; i++) {
        const struct pragma *p = &list->items.data[i];
        if (p->d.start >= from && p->d.end <= to &&
            (p->kind == OMP_FOR || p->kind == OMP_ONE || p->kind == OMP_BARRIER)) {
            return true;
        }
    }
    return false;
}

bool omp_is_thread_private(struct lower *l, CXCursor var) {
    struct cx_place at = cx_spelling_place(clang_getCursorLocation(var));
    struct pragmas *list = l->omp && at.file ? pragmas_of(l, at.file) : NULL;
    for (uint32_t i = 0; list && i < list->items.len; i++) {
        struct str text = list->items.data[i].d.text;
        struct str names = scan_call_argument(text, 0, text.len, STR("threadprivate"));
        if (names.len && scan_has_word(names, 0, names.len, cx_spelling(l->scratch, var))) {
            return true;
        }
    }
    return false;
}

// --- variables ---

static bool is_automatic(CXCursor var) {
    enum CXCursorKind kind = clang_getCursorKind(var);
    return kind == CXCursor_ParmDecl ||
           (kind == CXCursor_VarDecl && clang_Cursor_hasVarDeclGlobalStorage(var) != 1);
}

static bool is_declared_inside(const struct region *r, CXCursor var) {
    struct cx_place at = cx_spelling_place(clang_getCursorLocation(var));
    return at.file == r->file && at.offset >= r->start && at.offset < r->end;
}

static bool is_private(struct lower *l, const struct region *r, CXCursor var) {
    struct str name = cx_spelling(l->scratch, var);
    for (uint32_t i = 0; i < r->text_count; i++) {
        if (r->texts[i].len && omp_is_private(r->texts[i], name)) {
            return true;
        }
    }
    for (uint32_t i = 0; i < r->loop_count; i++) {
        if (str_eq(r->loops[i], name)) {
            return true;
        }
    }
    return false;
}

struct map *omp_vars_of(struct lower *l, CXCursor var) {
    struct region *r = l->omp ? l->omp->here : NULL;
    bool own = r && (is_automatic(var) ||
                     (clang_getCursorKind(var) == CXCursor_VarDecl && is_private(l, r, var)));
    return own ? &r->vars : &l->vars;
}

bool omp_captured(struct lower *l, CXCursor var, path_id *ret) {
    struct region *r = l->omp ? l->omp->here : NULL;
    for (uint32_t i = 0; r && i < r->captured_count; i++) {
        const struct captured *c = &r->captured[i];
        if (clang_equalCursors(c->var, var)) {
            val_id closure = ir_val_path(l->b, ir_path_var(l->b, r->param));
            type_id object = l->f->types.data[r->closure.v].target;
            path_id field = ir_path_field(l->b, ir_path_deref(l->b, closure, object), c->name,
                                          c->pointer, r->record);
            *ret = ir_path_deref(l->b, ir_val_path(l->b, field), c->type);
            return true;
        }
    }
    return false;
}

bool omp_this(struct lower *l, val_id *ret) {
    struct region *r = l->omp ? l->omp->here : NULL;
    if (!r || !r->this_type.v) {
        return false;
    }
    val_id closure = ir_val_path(l->b, ir_path_var(l->b, r->param));
    path_id object = ir_path_deref(l->b, closure, l->f->types.data[r->closure.v].target);
    *ret = ir_val_path(
        l->b, ir_path_field(l->b, object, ir_name(l->b, STR("this")), r->this_type, r->record));
    return true;
}

struct capturer {
    struct lower *l;
    struct region *r;
};

static enum CXChildVisitResult capture(CXCursor c, CXCursor parent, CXClientData data) {
    (void)parent;
    struct capturer *x = data;
    struct region *r = x->r;
    CXCursor var = clang_getCursorKind(c) == CXCursor_DeclRefExpr ? clang_getCursorReferenced(c)
                                                                  : clang_getNullCursor();
    if (cx_is_null(var) || !is_automatic(var) || r->captured_count == MAX_CAPTURES ||
        is_declared_inside(r, var) || is_private(x->l, r, var)) {
        return CXChildVisit_Recurse;
    }
    for (uint32_t i = 0; i < r->captured_count; i++) {
        if (clang_equalCursors(r->captured[i].var, var)) {
            return CXChildVisit_Recurse;
        }
    }
    struct lower *l = x->l;
    path_id place = l->is_cxx ? cxx_var_place(l, var) : ir_path_var(l->b, lower_var(l, var));
    struct ir_type pointer = {.kind = TYPE_POINTER, .target = l->f->paths.data[place.v].type};
    r->captured[r->captured_count++] =
        (struct captured){.var = var,
                          .name = ir_name(l->b, cx_spelling(l->scratch, var)),
                          .type = pointer.target,
                          .pointer = ir_type(l->b, &pointer),
                          .place = place};
    return CXChildVisit_Recurse;
}

static enum CXChildVisitResult find_number(CXCursor c, CXCursor parent, CXClientData data) {
    (void)parent;
    bool *found = data;
    *found |=
        clang_getCursorKind(c) == CXCursor_DeclRefExpr && cx_is_spelled(c, "omp_get_thread_num");
    return *found ? CXChildVisit_Break : CXChildVisit_Recurse;
}

static enum CXChildVisitResult find_branch(CXCursor c, CXCursor parent, CXClientData data) {
    (void)parent;
    bool *found = data;
    enum CXCursorKind kind = clang_getCursorKind(c);
    *found |= kind == CXCursor_IfStmt || kind == CXCursor_ConditionalOperator ||
              kind == CXCursor_SwitchStmt;
    return *found ? CXChildVisit_Break : CXChildVisit_Recurse;
}

static enum CXChildVisitResult first_operand(CXCursor c, CXCursor parent, CXClientData data) {
    (void)parent;
    CXCursor *first = data;
    *first = cx_peel(c);
    return CXChildVisit_Break;
}

// The variables of the loops that a directive is for, also when they are declared before.
static void add_loop_variables(struct lower *l, struct region *r, CXCursor loop, uint32_t depth) {
    while (depth-- > 0 && clang_getCursorKind(loop) == CXCursor_ForStmt &&
           r->loop_count < MAX_LOOP_VARIABLES) {
        struct cx_list parts = cx_children(l->scratch, loop);
        CXCursor first = clang_getNullCursor();
        if (parts.count &&
            clang_getCursorKind(cx_peel(parts.items[0])) == CXCursor_BinaryOperator) {
            clang_visitChildren(cx_peel(parts.items[0]), first_operand, &first);
        }
        if (clang_getCursorKind(first) == CXCursor_DeclRefExpr) {
            r->loops[r->loop_count++] = cx_spelling(l->scratch, first);
        }
        loop = parts.count ? parts.items[parts.count - 1] : clang_getNullCursor();
        struct cx_list inner = cx_children(l->scratch, loop);
        if (clang_getCursorKind(loop) == CXCursor_CompoundStmt && inner.count) {
            loop = inner.items[0];
        }
    }
}

// --- a team ---

static void name_region(struct lower *l, struct region *r) {
    struct buf text;
    buf_init(&text, 256);
    const struct ir_loc *at = &l->f->locs.data[r->loc.v];
    struct str function = lower_qualified_name(l, r->function);
    buf_addf(&text, STR_FMT "::(parallel)", STR_ARG(function));
    struct str name = {arena_copy(l->scratch, buf_c(&text), text.len), text.len};
    buf_clear(&text);
    buf_addf(&text, STR_FMT "@omp%u:%u", STR_ARG(lower_key(l, r->function)), at->line, at->col);
    r->sym = lower_named_sym(l, name, buf_str(&text), SYM_INTERNAL | SYM_NOTHROW);
    l->f->syms.data[r->sym.v].param_count = 1;
    struct ir_record record = {
        .name = ir_name(l->b, name), .key = ir_name(l->b, buf_str(&text)), .loc = r->loc};
    r->record = ir_record(l->b, &record);
    buf_release(&text);
}

static void call(struct lower *l, const char *name, const val_id *args, uint32_t count,
                 loc_id loc) {
    struct ir_call c = {.kind = CALL_DIRECT, .flags = CALL_IMPLICIT, .loc = loc};
    c.callee =
        lower_named_sym(l, str_from(name), str_from(name), SYM_BUILTIN | SYM_SYSTEM | SYM_NOTHROW);
    (void)lower_emit_call(l, &c, args, count);
}

// The closure holds the addresses of what all threads share; two threads are started with it.
static void start_team(struct lower *l, struct region *r) {
    struct ir_field *fields = ARENA_ARRAY(l->scratch, struct ir_field, r->captured_count + 1);
    uint32_t count = r->captured_count;
    for (uint32_t i = 0; i < r->captured_count; i++) {
        fields[i] = (struct ir_field){.name = r->captured[i].name,
                                      .type = r->captured[i].pointer,
                                      .loc = r->loc,
                                      .flags = FIELD_CAPTURE};
    }
    name_id this_name = ir_name(l->b, STR("this"));
    var_id self = l->is_cxx ? cxx_here(l)->this_var : (var_id){0};
    if (self.v) {
        r->this_type = l->f->vars.data[self.v].type;
        fields[count++] = (struct ir_field){
            .name = this_name, .type = r->this_type, .loc = r->loc, .flags = FIELD_CAPTURE};
    }
    ir_record_fields(l->b, r->record, fields, count);
    struct ir_type object = {
        .kind = TYPE_RECORD, .name = l->f->records.data[r->record.v].name, .record = r->record};
    struct ir_type pointer = {.kind = TYPE_POINTER, .target = ir_type(l->b, &object)};
    r->closure = ir_type(l->b, &pointer);
    path_id closure = lower_temp(l, pointer.target, r->loc);
    for (uint32_t i = 0; i < r->captured_count; i++) {
        path_id field =
            ir_path_field(l->b, closure, r->captured[i].name, r->captured[i].pointer, r->record);
        ir_op_write(l->b, field, ir_val_addr(l->b, r->captured[i].place), OPF_INIT, r->loc);
    }
    if (self.v) {
        path_id field = ir_path_field(l->b, closure, this_name, r->this_type, r->record);
        ir_op_write(l->b, field, cxx_this(l), OPF_INIT, r->loc);
    }
    path_id handles[2];
    for (unsigned i = 0; i < 2; i++) {
        handles[i] = lower_temp(l, r->closure, r->loc);
        val_id args[] = {ir_val_addr(l->b, handles[i]), ir_val_fn(l->b, r->sym, (path_id){0}),
                         ir_val_addr(l->b, closure)};
        call(l, "$omp_fork", args, 3, r->loc);
    }
    for (unsigned i = 0; i < 2; i++) {
        val_id handle = ir_val_path(l->b, handles[i]);
        call(l, "$omp_join", &handle, 1, r->loc);
    }
}

static void lower_all(struct lower *l, CXCursor *stmts, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        lower_stmt(l, stmts[i]);
    }
}

// Statements that all threads of the team run at the same time.
static void outline(struct lower *l, CXCursor *stmts, uint32_t count, struct pragma *pragma,
                    const struct frame *f) {
    bool number = false;
    bool branches = false;
    for (uint32_t i = 0; i < count; i++) {
        clang_visitChildren(stmts[i], find_number, &number);
        branches |= clang_getCursorKind(stmts[i]) == CXCursor_IfStmt;
        clang_visitChildren(stmts[i], find_branch, &branches);
    }
    if ((number || f->tells_threads) && branches) {
        lower_all(l, stmts, count);
        return;
    }
    struct region *r = ARENA_NEW(l->scratch, struct region);
    r->function = l->fn->cursor;
    r->stmts = ARENA_ARRAY(l->scratch, CXCursor, count);
    memcpy(r->stmts, stmts, count * sizeof *stmts);
    r->count = count;
    r->pragma = pragma;
    struct str *texts = ARENA_ARRAY(l->scratch, struct str, 2);
    memcpy(texts, f->texts, sizeof f->texts);
    r->texts = texts;
    r->text_count = 2;
    r->file = f->file;
    r->start = f->start;
    r->end = f->end;
    r->loc = lower_at(l, stmts[0]);
    map_init(&r->vars, l->scratch);
    if (pragma && (pragma->kind == OMP_FOR || omp_has_clause(pragma->d.text, "for"))) {
        add_loop_variables(l, r, stmts[0], omp_collapsed(pragma->d.text));
    }
    struct capturer x = {l, r};
    for (uint32_t i = 0; i < count; i++) {
        (void)capture(stmts[i], stmts[i], &x);
        clang_visitChildren(stmts[i], capture, &x);
    }
    name_region(l, r);
    start_team(l, r);
    vec_push(l->scratch, &l->omp->queue, r);
}

// A block that a team runs, cut where its threads wait for each other.
static void cut_block(struct lower *l, CXCursor block, struct pragmas *list,
                      const struct frame *f) {
    struct cx_list all = cx_children(l->scratch, block);
    uint32_t from = 0; // of the statements not yet given out
    uint32_t last = f->start;
    lower_scope_push(l);
    for (uint32_t i = 0; i < all.count; i++) {
        uint32_t start = cx_spelling_place(cx_start(all.items[i])).offset;
        uint32_t end = cx_spelling_place(cx_end(all.items[i])).offset;
        bool before = has_order(list, last, start);
        const struct pragma *own = pragma_before(list, start);
        bool ordered =
            has_order(list, start, end) || (own && (own->kind == OMP_FOR || own->kind == OMP_ONE));
        if ((before || ordered) && i > from) {
            outline(l, all.items + from, i - from, NULL, f);
        }
        from = before || ordered ? i : from;
        if (ordered) {
            lower_stmt(l, all.items[i]);
            from = i + 1;
        }
        last = end;
    }
    if (all.count > from) {
        outline(l, all.items + from, all.count - from, NULL, f);
    }
    lower_scope_pop(l, l->fn->loc);
}

static bool can_outline(struct lower *l, struct str text) {
    bool in_lambda = lower_is_lambda_class(clang_getCursorSemanticParent(l->fn->cursor));
    return !l->omp->here && !l->omp->frame && !in_lambda && !omp_is_alone(text) && ir_bb_open(l->b);
}

static void parallel(struct lower *l, CXCursor c, struct pragma *p, struct pragmas *list) {
    struct cx_place start = cx_spelling_place(cx_start(c));
    struct frame f = {
        .texts = {p->d.text, STR("")},
        .file = start.file,
        .start = start.offset,
        .end = cx_spelling_place(cx_end(c)).offset
    };
    if (!can_outline(l, p->d.text)) {
        lower_stmt(l, c);
        return;
    }
    clang_visitChildren(c, find_number, &f.tells_threads);
    l->omp->frame = &f;
    if (clang_getCursorKind(c) == CXCursor_CompoundStmt) {
        cut_block(l, c, list, &f);
    } else {
        outline(l, &c, 1, p, &f);
    }
    l->omp->frame = NULL;
}

static void shared_loop(struct lower *l, CXCursor c, struct pragma *p) {
    const struct frame *outer = l->omp->frame;
    if (!outer || l->omp->here || !ir_bb_open(l->b)) {
        lower_stmt(l, c);
        return;
    }
    struct frame f = *outer;
    f.texts[1] = p->d.text;
    outline(l, &c, 1, p, &f);
}

static void critical(struct lower *l, CXCursor c, struct str text) {
    struct str name = omp_lock_name(text);
    struct ir_type type = {.kind = TYPE_BUILTIN, .name = ir_name(l->b, STR("$omp_lock"))};
    struct ir_var lock = {.kind = VAR_GLOBAL,
                          .name = ir_name(l->b, name),
                          .key = ir_name(l->b, name),
                          .type = ir_type(l->b, &type)};
    val_id address = ir_val_addr(l->b, ir_path_var(l->b, ir_var(l->b, &lock)));
    loc_id loc = lower_at(l, c);
    call(l, "$omp_enter", &address, 1, loc);
    lower_stmt(l, c);
    call(l, "$omp_leave", &address, 1, l->fn->loc);
}

bool omp_stmt(struct lower *l, CXCursor c) {
    struct cx_place at = cx_spelling_place(cx_start(c));
    struct pragmas *list = at.file ? pragmas_of(l, at.file) : NULL;
    struct pragma *p = list && list->items.len ? pragma_before(list, at.offset) : NULL;
    if (!p) {
        return false;
    }
    p->active = true;
    switch ((int)p->kind) {
    case OMP_PARALLEL:
        parallel(l, c, p, list);
        break;
    case OMP_FOR:
        shared_loop(l, c, p);
        break;
    case OMP_CRITICAL:
        critical(l, c, p->d.text);
        break;
    case OMP_ATOMIC:
        l->omp->atomic = true;
        lower_stmt(l, c);
        l->omp->atomic = false;
        break;
    default:
        lower_stmt(l, c);
        break;
    }
    p->active = false;
    return true;
}

bool omp_lower_next(struct lower *l) {
    if (!l->omp || l->omp->next == l->omp->queue.len) {
        return false;
    }
    struct region *r = l->omp->queue.data[l->omp->next++];
    struct ir_fn ir = {.sym = r->sym, .loc = r->loc};
    ir_fn_begin(l->b, &ir);
    struct lower_fn fn;
    lower_fn_open(l, &fn, r->function);
    fn.loc = r->loc;
    struct ir_var param = {
        .kind = VAR_PARAM, .name = ir_name(l->b, STR("shared")), .type = r->closure, .loc = r->loc};
    r->param = ir_var(l->b, &param);
    l->omp->here = r;
    bool was = r->pragma && r->pragma->active;
    if (r->pragma) {
        r->pragma->active = true;
    }
    lower_scope_push(l);
    lower_all(l, r->stmts, r->count);
    lower_scope_pop(l, l->fn->loc);
    if (r->pragma) {
        r->pragma->active = was;
    }
    l->omp->here = NULL;
    if (ir_bb_open(l->b)) {
        ir_term_return(l->b, (val_id){0}, l->fn->loc);
    }
    loc_id end = l->fn->loc;
    lower_fn_close(l);
    ir_fn_end(l->b, end);
    return true;
}
