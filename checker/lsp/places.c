// What the program knows of places in open documents, for hovers and hints. Runs in the process of
// the analysis, since nothing of the program outlives it:
//   "classes": [{name, lock, guarded, total, takes: [{function, file, line}], takers, guards:
//   [name]}]
//              of data that threads share, and of locks. `lock` is the guard's name.
//   "places":  [{file, line, word, class}]: where a document names one
//   "held":    [{file, line, locks}]: where the locks held become others
//   "entries": [{name, locks: [...], stop}] of threads
#include "checker/base/fs.h"
#include "checker/base/intern.h"
#include "checker/drive/inventory.h"
#include "checker/link/stop.h"
#include "checker/lsp/analysis.h"
#include "reports/report.h"

#include <stdlib.h>

enum {
    MAX_PLACES = 20000,
    MAX_TAKES = 8,
    MAX_GUARDS = 24,
    MAX_ENTRY_LOCKS = 8,
    MAX_NAME = 1 << 16
};

struct class_row {
    expr_id class;
    struct str name;
    const struct program_belief *belief; // of data
    bool is_direct;                      // a lock that is taken by calls of library functions
    uint32_t takers;
    uint32_t take_count;
    struct place takes[MAX_TAKES];
    struct str functions[MAX_TAKES];
};

struct places {
    struct arena arena;
    struct json *json;
    struct program *program;
    const struct report *report;
    const struct documents *documents;
    struct map by_class; // class -> number of its row
    VEC(struct class_row) rows;
    struct map taken; // places where locks are, already counted
    struct map told;  // places already
    uint32_t count;
};

static struct str name_of(struct places *s, expr_id e) {
    struct buf b;
    buf_init(&b, MAX_NAME);
    expr_print(program_exprs(s->program), e, NULL, 0, &b);
    struct str name = str_make(arena_copy(&s->arena, buf_c(&b), b.len), b.len);
    buf_release(&b);
    return name;
}

// --- classes ---

static struct class_row *row_of(struct places *s, expr_id class) {
    uint32_t number = 0;
    if (!map_get(&s->by_class, class.v, &number)) {
        number = s->rows.len;
        map_put(&s->by_class, class.v, number);
        struct class_row row = {.class = class, .name = name_of(s, class)};
        vec_push(&s->arena, &s->rows, row);
    }
    return &s->rows.data[number];
}

// Calls of library functions; with `through`, of the program's own that take the lock for their
// callers, for locks that nothing else takes.
static void add_takes(struct places *s, node_id n, bool through) {
    const struct flow_result *r = program_flow(s->program, n, FLOW_LOCKS);
    for (uint32_t i = 0; r && i < r->acquires.len; i++) {
        const struct facts *f = r->fn.facts;
        expr_id class = expr_class(program_exprs(s->program), r->acquires.data[i].lock);
        bool is_direct = program_model(s->program, f, r->acquires.data[i].call) != NULL;
        if (!class.v || is_direct == through) {
            continue;
        }
        struct class_row *row = row_of(s, class);
        if (through && row->is_direct) {
            continue;
        }
        row->is_direct = is_direct;
        struct place at = inventory_place(f, f->calls.data[r->acquires.data[i].call.v].loc);
        uint64_t key = hash64(at.file.ptr, at.file.len, hash_mix(class.v, at.line));
        uint32_t seen = 0;
        bool again = map_get(&s->taken, key, &seen);
        map_put(&s->taken, key, 1);
        row->takers += !again;
        if (!again && row->take_count < MAX_TAKES) {
            row->functions[row->take_count] = program_fn_name(s->program, n);
            row->takes[row->take_count++] = at;
        }
    }
}

static void put_takes(struct json *j, const struct class_row *row) {
    json_key_int(j, "takers", row->takers);
    json_key(j, "takes");
    json_array_begin(j);
    for (uint32_t i = 0; i < row->take_count; i++) {
        json_object_begin(j);
        json_key_str(j, "function", row->functions[i]);
        json_key_str(j, "file", row->takes[i].file);
        json_key_int(j, "line", row->takes[i].line);
        json_object_end(j);
    }
    json_array_end(j);
}

// Fields of nameless records may be called alike.
static bool is_named(const struct places *s, const uint32_t *rows, uint32_t count,
                     struct str name) {
    for (uint32_t i = 0; i < count; i++) {
        if (str_eq(s->rows.data[rows[i]].name, name)) {
            return true;
        }
    }
    return false;
}

static void put_guards(struct places *s, const struct class_row *lock) {
    struct json *j = s->json;
    uint32_t names[MAX_GUARDS];
    uint32_t shown = 0;
    json_key(j, "guards");
    json_array_begin(j);
    for (uint32_t i = 0; i < s->rows.len && shown < MAX_GUARDS; i++) {
        const struct program_belief *b = s->rows.data[i].belief;
        if (b && b->lock.v == lock->class.v && b->guarded * 2 > b->total &&
            !is_named(s, names, shown, s->rows.data[i].name)) {
            json_str(j, s->rows.data[i].name);
            names[shown++] = i;
        }
    }
    json_array_end(j);
}

static void put_classes(struct places *s) {
    struct json *j = s->json;
    json_key(j, "classes");
    json_array_begin(j);
    for (uint32_t i = 0; i < s->rows.len; i++) {
        const struct class_row *row = &s->rows.data[i];
        json_object_begin(j);
        json_key_str(j, "name", row->name);
        if (row->belief) {
            json_key_int(j, "guarded", row->belief->guarded);
            json_key_int(j, "total", row->belief->total);
            json_key_str(j, "lock", row->belief->lock.v ? name_of(s, row->belief->lock) : STR(""));
        }
        if (row->takers) {
            put_takes(j, row);
            put_guards(s, row);
        }
        json_object_end(j);
    }
    json_array_end(j);
}

// --- places ---

static bool is_open(const struct places *s, struct arena *scratch, struct str file) {
    const char *path = fs_join(scratch, s->report->root, file);
    return documents_find(s->documents, str_from(path)) != NULL;
}

static void put_place(struct places *s, const struct facts *f, loc_id loc, expr_id class) {
    uint32_t number = 0;
    uint32_t seen = 0;
    struct place at = inventory_place(f, loc);
    if (!class.v || !map_get(&s->by_class, class.v, &number) || s->count == MAX_PLACES) {
        return;
    }
    uint64_t key = hash64(at.file.ptr, at.file.len, ((uint64_t)at.line << 32) | number);
    if (map_get(&s->told, key, &seen)) {
        return;
    }
    map_put(&s->told, key, 1);
    s->count++;
    json_object_begin(s->json);
    json_key_str(s->json, "file", at.file);
    json_key_int(s->json, "line", at.line);
    json_key_str(s->json, "word", str_last_word(s->rows.data[number].name));
    json_key_int(s->json, "class", number);
    json_object_end(s->json);
}

static void put_declared(struct places *s, const struct facts *f, const bool *open) {
    struct expr_table *t = program_exprs(s->program);
    expr_id object = expr_deref(t, expr_param(t, 0));
    for (uint32_t i = 1; i < f->records.len; i++) {
        const struct ir_record *r = &f->records.data[i];
        for (uint32_t k = 0; k < r->field_count; k++) {
            const struct ir_field *x = &f->fields.data[r->first_field.v + k];
            if (open[f->locs.data[x->loc.v].file.v]) {
                expr_id e = expr_field(t, object, facts_text(f, x->name), facts_text(f, r->name));
                put_place(s, f, x->loc, expr_class(t, e));
            }
        }
    }
    for (uint32_t i = 1; i < f->vars.len; i++) {
        const struct ir_var *v = &f->vars.data[i];
        if ((v->kind == VAR_GLOBAL || v->kind == VAR_STATIC_LOCAL) &&
            open[f->locs.data[v->loc.v].file.v]) {
            expr_id e = expr_global(t, facts_text(f, v->key), facts_text(f, v->name));
            put_place(s, f, v->loc, expr_class(t, e));
        }
    }
}

static void put_ops(struct places *s, const struct facts *f, const bool *open) {
    for (uint32_t i = 1; i < f->ops.len; i++) {
        const struct ir_op *op = &f->ops.data[i];
        if (op->path.v && open[f->locs.data[op->loc.v].file.v]) {
            put_place(s, f, op->loc, program_path_class(s->program, f, op->path));
        }
    }
}

// Where `n` takes and releases.
static void put_calls(struct places *s, node_id n, const bool *open) {
    const struct flow_result *r = program_flow(s->program, n, FLOW_LOCKS);
    const struct facts *f = r ? r->fn.facts : NULL;
    struct expr_table *t = program_exprs(s->program);
    for (uint32_t i = 0; r && i < r->acquires.len + r->releases.len; i++) {
        bool takes = i < r->acquires.len;
        expr_id lock =
            takes ? r->acquires.data[i].lock : r->releases.data[i - r->acquires.len].lock;
        call_id call =
            takes ? r->acquires.data[i].call : r->releases.data[i - r->acquires.len].call;
        loc_id loc = f->calls.data[call.v].loc;
        if (open[f->locs.data[loc.v].file.v]) {
            put_place(s, f, loc, expr_class(t, lock));
        }
    }
}

// --- locks held ---

struct line_locks {
    uint32_t line;
    struct str locks; // "mu, log_mu"
};

static bool is_listed(const struct flow_point *point, uint16_t i, const struct expr_table *t) {
    for (uint16_t k = 0; k < i; k++) {
        if (expr_same(point->items[k].e, point->items[i].e)) {
            return true;
        }
    }
    return (point->items[i].flags & (EF_MAYBE | FACT_SOMETIMES)) ||
           expr_has_kind(t, point->items[i].e, EX_UNKNOWN);
}

static struct str locks_at(struct places *s, const struct flow_result *r, uint32_t op) {
    struct flow_point point = flow_point_at(r, op);
    struct buf text;
    buf_init(&text, MAX_NAME);
    for (uint16_t i = 0; point.seen && i < point.count; i++) {
        if (!is_listed(&point, i, program_exprs(s->program))) {
            expr_id class = expr_class(program_exprs(s->program), point.items[i].e);
            buf_add_c(&text, text.len ? ", " : "");
            buf_add(&text, name_of(s, class.v ? class : point.items[i].e));
        }
    }
    struct str locks = str_make(arena_copy(&s->arena, buf_c(&text), text.len), text.len);
    buf_release(&text);
    return locks;
}

static int compare_lines(const void *a, const void *b) {
    const struct line_locks *x = a;
    const struct line_locks *y = b;
    int order = x->line < y->line ? -1 : x->line > y->line;
    return order ? order : str_cmp(x->locks, y->locks);
}

static void put_held(struct places *s, node_id n, const bool *open) {
    const struct flow_result *r = program_flow(s->program, n, FLOW_LOCKS);
    VEC(struct line_locks) lines = {0};
    struct str file = {0};
    for (uint32_t i = 0; r && i < r->point_count; i++) {
        const struct ir_op *op = &r->fn.facts->ops.data[r->first_op + i];
        struct place at = inventory_place(r->fn.facts, op->loc);
        if (at.line && open[r->fn.facts->locs.data[op->loc.v].file.v] &&
            flow_point_at(r, r->first_op + i).seen) {
            struct line_locks line = {at.line, locks_at(s, r, r->first_op + i)};
            vec_push(&s->arena, &lines, line);
            file = at.file;
        }
    }
    if (lines.len) {
        qsort(lines.data, lines.len, sizeof *lines.data, compare_lines);
    }
    struct str before = STR("");
    for (uint32_t i = 0; i < lines.len; i++) {
        const struct line_locks *x = &lines.data[i];
        if (i && lines.data[i - 1].line == x->line) {
            continue; // what holds all through the line comes first
        }
        if (x->locks.len && !str_eq(x->locks, before)) {
            json_object_begin(s->json);
            json_key_str(s->json, "file", file);
            json_key_int(s->json, "line", x->line);
            json_key_str(s->json, "locks", x->locks);
            json_object_end(s->json);
        }
        before = x->locks;
    }
}

// --- entries ---

static const struct program_stop *stop_of(const struct program *p, uint32_t root) {
    for (uint32_t i = 0; i < program_stop_count(p); i++) {
        if (program_stop(p, i)->root == root) {
            return program_stop(p, i);
        }
    }
    return NULL;
}

static void put_entry_locks(struct places *s, uint32_t root) {
    expr_id shown[MAX_ENTRY_LOCKS];
    uint32_t count = 0;
    struct expr_table *t = program_exprs(s->program);
    json_key(s->json, "locks");
    json_array_begin(s->json);
    for (node_id n = 0; n < program_fn_count(s->program); n++) {
        const struct flow_result *r = program_flow(s->program, n, FLOW_LOCKS);
        bool is_reached = r && r->acquires.len && program_root_reaches(s->program, root, n);
        for (uint32_t i = 0; is_reached && i < r->acquires.len && count < MAX_ENTRY_LOCKS; i++) {
            expr_id class = expr_class(t, r->acquires.data[i].lock);
            bool is_new = class.v != 0;
            for (uint32_t k = 0; k < count; k++) {
                is_new = is_new && !expr_same(shown[k], class);
            }
            if (is_new) {
                shown[count++] = class;
                json_str(s->json, name_of(s, class));
            }
        }
    }
    json_array_end(s->json);
}

static void put_entries(struct places *s) {
    json_key(s->json, "entries");
    json_array_begin(s->json);
    for (uint32_t i = 0; i < program_root_count(s->program); i++) {
        const struct program_root *root = program_root(s->program, i);
        if (root->kind != CONTEXT_THREAD) {
            continue;
        }
        const struct program_stop *stop = stop_of(s->program, i);
        struct buf text;
        buf_init(&text, MAX_NAME);
        if (stop) {
            program_print_stop(s->program, stop, &text);
        }
        json_object_begin(s->json);
        json_key_str(s->json, "name", program_fn_name(s->program, root->node));
        put_entry_locks(s, i);
        json_key_str(s->json, "stop", buf_str(&text));
        json_object_end(s->json);
        buf_release(&text);
    }
    json_array_end(s->json);
}

// --- all ---

// [files] of a TU: open in the editor. NULL when none is.
static const bool *open_files(struct places *s, const struct facts *f) {
    bool *open = ARENA_ARRAY(&s->arena, bool, f->files.len);
    bool any = false;
    for (uint32_t i = 1; i < f->files.len; i++) {
        open[i] = is_open(s, &s->arena, facts_text(f, f->files.data[i].path));
        any |= open[i];
    }
    return any ? open : NULL;
}

typedef void put_node(struct places *s, node_id n, const bool *open);

static void each_node(struct places *s, put_node *put) {
    const struct facts *facts = NULL;
    const bool *open = NULL;
    for (node_id n = 0; n < program_fn_count(s->program); n++) {
        struct fn_ref ref = program_fn(s->program, n);
        open = ref.facts == facts ? open : open_files(s, ref.facts);
        facts = ref.facts;
        if (open) {
            put(s, n, open);
        }
    }
}

void places_put(struct json *j, const struct report *r, struct program *p,
                const struct documents *documents) {
    struct places s = {.json = j, .program = p, .report = r, .documents = documents};
    arena_init(&s.arena, 0);
    map_init(&s.by_class, &s.arena);
    map_init(&s.taken, &s.arena);
    map_init(&s.told, &s.arena);
    for (uint32_t i = 0; i < program_belief_count(p); i++) {
        row_of(&s, program_belief(p, i)->class)->belief = program_belief(p, i);
    }
    for (node_id n = 0; n < 2 * program_fn_count(p); n++) {
        bool through = n >= program_fn_count(p);
        add_takes(&s, through ? n - program_fn_count(p) : n, through);
    }
    put_classes(&s);
    json_key(j, "places");
    json_array_begin(j);
    for (uint32_t i = 0; i < program_facts_count(p); i++) {
        const struct facts *f = program_facts(p, i);
        const bool *open = open_files(&s, f);
        if (open) {
            put_declared(&s, f, open);
            put_ops(&s, f, open);
        }
    }
    each_node(&s, put_calls);
    json_array_end(j);
    json_key(j, "held");
    json_array_begin(j);
    each_node(&s, put_held);
    json_array_end(j);
    put_entries(&s);
    arena_release(&s.arena);
}
