#include "test/unit/test_ir_sample.h"

struct sample {
    struct ir_builder *b;
    struct arena *arena;
    file_id main;
    file_id header;
    type_id integer, pointer, mutex, record_type, array, reference;
    record_id queue, lambda;
    sym_id lock, worker, method, base, overload, lambda_call;
    var_id global, stray;
    path_id q; // parameter of worker
};

static loc_id at(struct sample *s, uint32_t line, uint32_t col) {
    struct ir_loc loc = {.file = s->main, .line = line, .col = col};
    return ir_loc(s->b, &loc);
}

static name_id name(struct sample *s, const char *text) {
    return ir_name(s->b, str_from(text));
}

static type_id type(struct sample *s, struct ir_type t) {
    return ir_type(s->b, &t);
}

static sym_id sym(struct sample *s, const char *text, const char *key, uint32_t flags) {
    struct ir_sym x = {.name = name(s, text),
                       .key = name(s, key),
                       .flags = flags,
                       .ret = s->integer,
                       .param_count = 1,
                       .loc = at(s, 1, 1)};
    return ir_sym(s->b, &x);
}

static var_id var(struct sample *s, enum var_kind kind, const char *text, type_id t) {
    struct ir_var v = {.kind = (uint8_t)kind, .name = name(s, text), .type = t, .loc = at(s, 4, 7)};
    return ir_var(s->b, &v);
}

static void add_files(struct sample *s) {
    struct ir_file main_file = {
        .path = name(s, "src/a.c"),
        .is_main = 1,
        .is_own = 1,
        .content = {.lo = 1, .hi = 0xabcdef}
    };
    struct ir_file header = {.path = name(s, "/usr/include/odd \"name\"\n.h"), .is_system = 1};
    s->header = ir_file(s->b, &header);
    s->main = ir_file(s->b, &main_file);
    ir_facts(s->b)->main_file = main_file.path;
    for (char c = 'a'; c <= 'z'; c++) { // enough for tables to move
        struct ir_file more = {.path = ir_name(s->b, str_make(&c, 1)), .is_own = c % 2 != 0};
        (void)ir_file(s->b, &more);
    }
}

static void add_types(struct sample *s) {
    s->integer = type(s, (struct ir_type){.kind = TYPE_BUILTIN, .name = name(s, "int")});
    type_id u =
        type(s, (struct ir_type){
                    .kind = TYPE_BUILTIN, .name = name(s, "unsigned long"), .quals = TYPE_CONST});
    type_id nothing = type(s, (struct ir_type){.kind = TYPE_VOID});
    type_id opaque =
        type(s, (struct ir_type){
                    .kind = TYPE_RECORD, .name = name(s, "pthread_mutex"), .quals = TYPE_VOLATILE});
    s->mutex = type(
        s, (struct ir_type){.kind = TYPE_TYPEDEF, .name = name(s, "mutex_t"), .target = opaque});
    struct ir_record queue = {.name = name(s, "queue"),
                              .key = name(s, "c:@S@queue"),
                              .loc = at(s, 2, 8),
                              .flags = RECORD_FINAL};
    s->queue = ir_record(s->b, &queue);
    s->record_type =
        type(s, (struct ir_type){.kind = TYPE_RECORD, .name = queue.name, .record = s->queue});
    s->pointer = type(
        s, (struct ir_type){.kind = TYPE_POINTER, .target = s->record_type, .quals = TYPE_CONST});
    s->array = type(s, (struct ir_type){.kind = TYPE_ARRAY, .target = s->mutex, .count = 4});
    s->reference = type(s, (struct ir_type){.kind = TYPE_REFERENCE, .target = s->mutex});
    type_id odd[] = {
        u,
        nothing,
        type(s, (struct ir_type){.kind = TYPE_ENUM, .name = name(s, "color")}),
        type(s, (struct ir_type){.kind = TYPE_FUNCTION, .target = nothing}),
        type(s, (struct ir_type){.kind = TYPE_ATOMIC, .target = u}),
        type(s, (struct ir_type){.kind = TYPE_OTHER, .name = name(s, "decltype(x)")}),
        type(s, (struct ir_type){.kind = TYPE_BUILTIN, .name = name(s, "struct")}),
        type(s,
             (struct ir_type){.kind = TYPE_RECORD, .name = name(s, "alias"), .record = s->queue}),
        type(s, (struct ir_type){.kind = TYPE_POINTER}),
    };
    struct ir_field fields[] = {
        {.name = name(s,          "mu"), .type = s->mutex, .loc = at(s,                  3, 5)},
        {.name = name(s,                     "next"),                          .type = s->pointer,                             .flags = FIELD_MUTABLE                             },
        {.name = name(s, "locks"),
         .type = s->array,
         .flags = FIELD_BITFIELD | FIELD_BASE | FIELD_CAPTURE},
    };
    ir_record_fields(s->b, s->queue, fields, 3);
    struct ir_field more[sizeof odd / sizeof *odd];
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        more[i] = (struct ir_field){.type = odd[i]};
    }
    struct ir_record lambda = {
        .name = name(s, ""), .key = name(s, "c:@Lambda"), .flags = RECORD_LAMBDA | RECORD_SYSTEM};
    s->lambda = ir_record(s->b, &lambda);
    ir_record_fields(s->b, s->lambda, more, sizeof odd / sizeof *odd);
}

static void add_syms(struct sample *s) {
    s->lock = sym(s, "pthread_mutex_lock", "c:@F@pthread_mutex_lock", SYM_SYSTEM | SYM_NOTHROW);
    s->worker = sym(s, "worker", "c:@F@worker", SYM_INTERNAL | SYM_VARIADIC);
    s->base = sym(s, "ns::C::run", "c:@N@ns@S@C@F@run#", SYM_METHOD | SYM_VIRTUAL);
    s->method = sym(s, "ns::D::~D", "c:@N@ns@S@D@F@~D#", SYM_METHOD | SYM_VIRTUAL | SYM_DTOR);
    s->overload = sym(s, "ns::C::run", "c:@N@ns@S@C@F@run#I#", SYM_METHOD);
    s->lambda_call = sym(s, "operator()", "c:@Lambda@call", SYM_LAMBDA | SYM_METHOD);
    ir_facts(s->b)->syms.data[s->method.v].record = s->queue;
    ir_facts(s->b)->records.data[s->lambda.v].call_op = s->lambda_call;
    ir_facts(s->b)->records.data[s->queue.v].dtor = s->method;
    ir_override(s->b, s->method, s->base);
}

static void add_globals(struct sample *s) {
    struct ir_var g = {.kind = VAR_GLOBAL,
                       .name = name(s, "ns::table"),
                       .key = name(s, "c:@table"),
                       .type = s->array,
                       .flags = VAR_HAS_INIT | VAR_INTERNAL,
                       .loc = at(s, 9, 1)};
    s->global = ir_var(s->b, &g);
    struct ir_var hidden = {
        .kind = VAR_GLOBAL, .name = name(s, "x"), .key = name(s, "c:@x"), .type = s->integer};
    (void)ir_var(s->b, &hidden);
    s->stray = var(s, VAR_LOCAL, "stray", s->integer);
}

static path_id field(struct sample *s, path_id base, const char *text, type_id t, record_id owner) {
    return ir_path_field(s->b, base, name(s, text), t, owner);
}

// A path of each kind, with types and records that follow from the parts and some that do not.
static void read_paths(struct sample *s) {
    struct ir_builder *b = s->b;
    val_id q = ir_val_path(b, s->q);
    path_id all_of_it = ir_path_deref(b, q, s->record_type);
    path_id locks = field(s, all_of_it, "locks", s->array, s->queue);
    path_id next = field(s, all_of_it, "next", s->pointer, s->queue);
    path_id second = ir_path_deref(b, ir_val_path(b, next), s->record_type);
    path_id paths[] = {
        s->q,
        all_of_it,
        locks,
        second,
        field(s, second, "mu", s->mutex, s->queue),
        field(s, second, "mu", s->integer, (record_id){0}),
        field(s, ir_path_index(b, locks, ir_val_const(b, -3), s->mutex), "odd name", s->integer,
              s->lambda),
        ir_path_index(b, second, ir_val_unknown(b), s->integer),
        ir_path_index(b, ir_path_var(b, s->global), q, s->integer),
        ir_path_deref(b, ir_val_path(b, ir_path_deref(b, ir_val_const(b, 64), s->pointer)),
                      s->record_type),
        field(s, ir_path_deref(b, ir_val_const(b, -64), s->record_type), "mu", s->mutex, s->queue),
        field(s, ir_path_deref(b, ir_val_unknown(b), s->integer), "mu", (type_id){0},
              (record_id){0}),
        ir_path_unknown(b, s->integer),
        ir_path_unknown(b, (type_id){0}),
        ir_path_var(b, s->stray),
        (path_id){0},
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        ir_op_read(b, paths[i], i % 2 ? OPF_VOLATILE | OPF_ATOMIC : 0, at(s, 20, (uint32_t)i + 1));
    }
}

static void write_values(struct sample *s, call_id call) {
    struct ir_builder *b = s->b;
    path_id x = ir_path_var(b, var(s, VAR_LOCAL, "x", s->integer));
    val_id v = ir_val_path(b, x);
    val_id sum = ir_val_binary(b, OPR_ADD, v, ir_val_const(b, -5));
    val_id values[] = {
        v,
        sum,
        ir_val_unknown(b),
        ir_val_const(b, INT64_MIN),
        ir_val_const(b, 7),
        ir_val_str(b, STR("say \"hi\" \\ \n\t\x7f \xc3\xa9")),
        ir_val_addr(b, x),
        ir_val_fn(b, s->lock, (path_id){0}),
        ir_val_fn(b, s->overload, x),
        ir_val_call(b, call),
        ir_val_unary(b, OPR_NEG, v),
        ir_val_unary(b, OPR_NOT, ir_val_unary(b, OPR_NOT, sum)),
        ir_val_unary(b, OPR_BITNOT, ir_val_call(b, call)),
        ir_val_unary(b, OPR_NEG, ir_val_unary(b, OPR_NEG, v)),
        (val_id){0},
    };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        ir_op_write(b, x, values[i], i ? 0 : OPF_INIT, at(s, 30, (uint32_t)i + 1));
    }
    for (enum ir_operator op = OPR_ADD; op <= OPR_GE; op++) {
        ir_op_write(b, x, ir_val_binary(b, op, v, sum), 0, (loc_id){0});
        if (op <= OPR_XOR) {
            ir_op_update(b, x, op, ir_val_const(b, 1), 0, at(s, 31, 1));
        }
    }
}

static call_id lock_call(struct sample *s, val_id arg) {
    struct ir_loc in_macro = {
        .file = s->header, .line = 12, .col = 5, .end_col = 30, .in_macro = 1};
    struct ir_call call = {.callee = s->lock,
                           .type = s->integer,
                           .flags = CALL_IN_MACRO,
                           .loc = ir_loc(s->b, &in_macro)};
    return ir_op_call(s->b, &call, &arg, 1);
}

// Opened while the outer function is: its variables and calls lie between those of the outer one.
static void add_lambda(struct sample *s, call_id outer_call) {
    struct ir_fn fn = {
        .sym = s->lambda_call, .loc = at(s, 40, 3), .flags = FN_HEADER | FN_TEMPLATE};
    ir_fn_begin(s->b, &fn);
    struct ir_var self = {
        .kind = VAR_PARAM, .name = name(s, "this"), .flags = VAR_THIS, .type = s->pointer};
    (void)ir_var(s->b, &self);
    struct ir_call call = {.kind = CALL_INDIRECT, .target = ir_val_path(s->b, s->q)};
    call_id inner = ir_op_call(s->b, &call, NULL, 0);
    ir_op_write(s->b, ir_path_var(s->b, var(s, VAR_LOCAL, "x", s->integer)),
                ir_val_call(s->b, outer_call), 0, at(s, 41, 1));
    ir_term_return(s->b, ir_val_call(s->b, inner), at(s, 42, 1));
    ir_fn_end(s->b, at(s, 43, 1));
}

static void add_control(struct sample *s) {
    struct ir_builder *b = s->b;
    ir_bb yes = ir_bb_new(b);
    ir_bb no = ir_bb_new(b);
    ir_bb picked = ir_bb_new(b);
    ir_bb handler = ir_bb_new(b);
    val_id q = ir_val_path(b, s->q);
    ir_term_branch(b, OPR_LE, q, ir_val_const(b, -1), yes, no, at(s, 50, 1));
    ir_bb_set(b, yes);
    ir_term_switch(b, q, at(s, 51, 1));
    ir_edge_add(b, yes, picked, EDGE_CASE, INT64_MIN, -2);
    ir_edge_add(b, yes, no, EDGE_CASE, 5, 5);
    ir_edge_add(b, yes, handler, EDGE_DEFAULT, 0, 0);
    ir_bb_set(b, picked);
    struct ir_call call = {
        .kind = CALL_VIRTUAL, .callee = s->base, .flags = CALL_CLEANUP | CALL_IMPLICIT};
    val_id args[] = {q, ir_val_unknown(b), (val_id){0}};
    ir_op_call(b, &call, args, 3);
    ir_edge_add(b, picked, handler, EDGE_EXC, 0, 0);
    ir_term_noreturn(b, at(s, 52, 1));
    ir_bb_set(b, handler);
    ir_term_throw(b, (loc_id){0});
    ir_bb_set(b, no);
    ir_term_indirect(b, ir_val_unknown(b), at(s, 53, 1));
    ir_bb last = ir_bb_new(b);
    ir_edge_add(b, no, last, EDGE_NEXT, 0, 0);
    ir_edge_add(b, no, ir_bb_new(b), EDGE_NEXT, 0, 0); // never terminated: unreachable
    ir_bb_set(b, last);
    ir_term_return(b, (val_id){0}, at(s, 54, 1));
}

static void add_worker(struct sample *s) {
    struct ir_builder *b = s->b;
    struct ir_fn fn = {.sym = s->worker, .loc = at(s, 10, 6), .flags = FN_HAS_GOTO};
    ir_fn_begin(b, &fn);
    s->q = ir_path_var(b, var(s, VAR_PARAM, "q", s->pointer));
    var_id unnamed = var(s, VAR_TEMP, "", s->integer);
    var_id like_a_call = var(s, VAR_LOCAL, "c1", s->integer);
    (void)var(s, VAR_LOCAL, "x", s->integer); // shadowed
    struct ir_var fixed = {.kind = VAR_STATIC_LOCAL,
                           .name = name(s, "once"),
                           .key = name(s, "c:@once"),
                           .type = s->integer};
    ir_op_write(b, ir_path_var(b, ir_var(b, &fixed)), ir_val_path(b, ir_path_var(b, like_a_call)),
                0, at(s, 11, 1));
    ir_op_scope(b, true, unnamed, at(s, 11, 2));
    path_id mu =
        field(s, ir_path_deref(b, ir_val_path(b, s->q), s->record_type), "mu", s->mutex, s->queue);
    call_id call = lock_call(s, ir_val_addr(b, mu));
    read_paths(s);
    write_values(s, call);
    ir_bb here = ir_bb_current(b);
    ir_bb_set(b, IR_BB_NONE);
    call_id dropped = lock_call(s, ir_val_call(b, call));
    ir_bb_set(b, here);
    add_lambda(s, call);
    ir_op_write(b, s->q, ir_val_call(b, dropped), 0, at(s, 12, 1));
    ir_op_asm(b, OPF_MEMORY, at(s, 13, 1));
    ir_op_unknown(b, at(s, 14, 1));
    ir_op_scope(b, false, unnamed, at(s, 15, 1));
    ir_bb next = ir_bb_new(b);
    ir_term_jump(b, next, at(s, 16, 1));
    ir_bb_set(b, next);
    add_control(s);
    ir_fn_end(b, at(s, 60, 1));
}

void ir_sample(struct facts *f, struct arena *arena) {
    struct arena scratch;
    arena_init(&scratch, 0);
    facts_init(f, arena);
    struct sample s = {.b = ir_builder_new(f, &scratch), .arena = arena};
    add_files(&s);
    add_types(&s);
    add_syms(&s);
    add_globals(&s);
    add_worker(&s);
    struct ir_fn init = {.sym = sym(&s, "%init", "%init@src/a.c", SYM_BUILTIN),
                         .flags = FN_GLOBAL_INIT};
    ir_fn_begin(s.b, &init);
    ir_fn_end(s.b, (loc_id){0});
    ir_diag(s.b, 3, at(&s, 7, 7), STR("unknown type name 'foo'"));
    ir_diag(s.b, 4, (loc_id){0}, STR("no such file"));
    ir_unhandled(s.b, STR("GCC statement"));
    ir_unhandled(s.b, STR("GCC statement"));
    arena_release(&scratch);
}
