// What comes after a stop request, that is after a write of a flag that would end the thread's
// loop. *Unwoken*: the thread sits in an untimed wait inside that loop, and from the write to the
// join of the thread no way passes anything that wakes it. *Abandoned*: what the flag lies in is
// freed, and no way passes a join or any other wait. The function is followed forward from the
// write, and then its callers; whatever might wake or wait, and whatever cannot be followed, makes
// the search give up.
#include "checker/link/stop_private.h"
#include "checker/link/threads.h"

enum { CALLER_DEPTH = 5, MAX_TESTS = 16, MAX_VISITS = 400 };

// What matters on the way, by function: it does so itself or in a callee.
struct search {
    struct program *p;
    const struct program_stop *stop;
    bool input;         // unwoken: it waits for what comes from a descriptor
    expr_id wait_class; // or for this
    uint32_t record;    // abandoned: name of what is freed, 0 when that is not looked for
    bool *frees;
    bool *wakes;
    bool *joins;
    bool *starts;
    bool given_up; // somebody may wake it, or it could not be followed
    struct flow_site join;
    struct flow_site freed;
    struct map visited; // op a function was left at
    uint32_t visits;
};

// --- sets of functions ---

static void spread(const struct program *p, bool *set) {
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t o = 0; o < p->order.len; o++) {
            const struct node *n = &p->nodes.data[p->order.data[o]];
            for (uint32_t i = 0; i < n->callees.len && !set[p->order.data[o]]; i++) {
                set[p->order.data[o]] = set[n->callees.data[i]];
                changed |= set[p->order.data[o]];
            }
        }
    }
}

// A wake of something that has no name may be of this.
static bool may_wake(const struct search *s, const struct deed *d) {
    const struct expr_table *t = s->p->exprs;
    if (s->record) { // what takes part in a handshake waits for the thread in its own way
        return d->kind == DEED_WAIT || d->kind == DEED_SLEEP ||
               (d->kind == DEED_BLOCK && !(d->flags & DEED_MAYBE));
    }
    if (s->input) { // which descriptor wakes which one cannot be told
        return (d->kind == DEED_WAKE && !(d->flags & DEED_OBJECT)) || d->kind == DEED_CLOSE;
    }
    bool named_by_caller =
        d->place.v && expr_has_kind(t, d->place, EX_PARAM) && s->p->nodes.data[d->node].callers.len;
    return d->kind == DEED_WAKE && (d->flags & DEED_OBJECT) &&
           (d->class.v ? expr_same(d->class, s->wait_class) : !named_by_caller);
}

static bool is_home(const struct program_stop *stop, const struct deed *d) {
    for (uint32_t i = 0; i < stop->ends.len; i++) {
        if (stop->ends.data[i].node == d->node && stop->ends.data[i].op.v == d->op.v) {
            return true;
        }
    }
    return false;
}

static bool interrupts(const struct search *s, const struct deed *d) {
    return !s->record && (d->kind == DEED_CANCEL || d->kind == DEED_INTERRUPT) &&
           (!d->class.v || is_home(s->stop, d));
}

// While what is freed is looked for, any join may be the one.
static bool joins_it(const struct search *s, const struct deed *d) {
    return d->kind == DEED_JOIN && (s->record || is_home(s->stop, d));
}

// The function counts down: the object may go, or another one may still have it.
static bool counts_down(const struct program *p, node_id n) {
    struct fn_ref fn = p->nodes.data[n].ref;
    for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            const struct model_function *m =
                op->kind == OP_CALL ? program_library(p, fn.facts, op->call) : NULL;
            if ((op->kind == OP_UPDATE && op->opr == OPR_SUB) ||
                (m && (m->flags & FN_ATOMIC_UPDATE))) {
                return true;
            }
        }
    }
    return false;
}

static bool frees_it(const struct search *s, const struct deed *d) {
    bool frees = s->record && d->kind == DEED_FREE && d->record == s->record;
    for (const struct deed *x = d; frees;) {
        frees = !counts_down(s->p, x->node);
        if (!x->inner) {
            break;
        }
        x = &s->p->deeds->items.data[x->inner - 1];
    }
    return frees;
}

static void find_sets(struct search *s) {
    const struct program *p = s->p;
    s->wakes = ARENA_ARRAY(&s->p->scratch, bool, p->nodes.len + 1);
    s->joins = ARENA_ARRAY(&s->p->scratch, bool, p->nodes.len + 1);
    s->starts = ARENA_ARRAY(&s->p->scratch, bool, p->nodes.len + 1);
    s->frees = ARENA_ARRAY(&s->p->scratch, bool, p->nodes.len + 1);
    for (uint32_t i = 0; i < p->deeds->items.len; i++) {
        const struct deed *d = &p->deeds->items.data[i];
        s->wakes[d->node] |= may_wake(s, d) || interrupts(s, d);
        s->joins[d->node] |= joins_it(s, d);
        s->frees[d->node] |= frees_it(s, d);
    }
    const struct root_starts *starts = &p->runs.starts.data[s->stop->root];
    for (uint32_t i = 0; i < starts->items.len; i++) {
        s->starts[starts->items.data[i].fn] = true;
    }
    spread(p, s->wakes);
    spread(p, s->joins);
    spread(p, s->starts);
    spread(p, s->frees);
}

// --- what comes after ---

enum step { WAY_GOES_ON, WAY_ENDS };

static bool deed_wakes(const struct search *s, const struct deed *d, op_id op) {
    return d->op.v == op.v && (may_wake(s, d) || interrupts(s, d));
}

static bool deed_joins(const struct search *s, const struct deed *d, op_id op) {
    return d->op.v == op.v && joins_it(s, d);
}

static bool starts_here(const struct search *s, node_id n, op_id op) {
    const struct root_starts *starts = &s->p->runs.starts.data[s->stop->root];
    for (uint32_t i = 0; i < starts->items.len; i++) {
        if (starts->items.data[i].fn == n && starts->items.data[i].op.v == op.v) {
            return true;
        }
    }
    return false;
}

static enum step pass_call(struct search *s, node_id n, op_id op) {
    const struct facts *f = s->p->nodes.data[n].ref.facts;
    call_id call = f->ops.data[op.v].call;
    uint32_t count = 0;
    const struct deed *deeds = deeds_of(s->p, n, &count);
    node_id targets[16];
    uint32_t target_count = call_targets(s->p, f, call, targets, 16);
    bool joins = false;
    bool frees = false;
    bool ends = starts_here(s, n, op);
    for (uint32_t i = 0; i < count; i++) {
        s->given_up |= deed_wakes(s, &deeds[i], op);
        joins |= deed_joins(s, &deeds[i], op);
        frees |= deeds[i].op.v == op.v && frees_it(s, &deeds[i]);
    }
    for (uint32_t i = 0; i < target_count; i++) {
        s->given_up |= s->wakes[targets[i]];
        joins |= s->joins[targets[i]];
        frees |= s->frees[targets[i]];
        ends |= s->starts[targets[i]];
    }
    s->given_up |=
        f->calls.data[call.v].kind != CALL_DIRECT && !target_count && !program_model(s->p, f, call);
    if (joins && !s->join.loc.v) {
        s->join = (struct flow_site){s->p->nodes.data[n].ref, f->ops.data[op.v].loc};
    }
    if (frees && !joins && !s->freed.loc.v) {
        s->freed = (struct flow_site){s->p->nodes.data[n].ref, f->ops.data[op.v].loc};
    }
    return joins || ends || frees ? WAY_ENDS : WAY_GOES_ON;
}

// Passes the ops of a block from `first` on; false when no way leads further.
static bool pass_block(struct search *s, node_id n, const struct ir_block *b, uint32_t first) {
    const struct facts *f = s->p->nodes.data[n].ref.facts;
    for (uint32_t op = first; op < b->first_op.v + b->op_count; op++) {
        uint8_t kind = f->ops.data[op].kind;
        s->given_up |= kind == OP_UNKNOWN || kind == OP_ASM;
        if (kind == OP_CALL && pass_call(s, n, (op_id){op}) == WAY_ENDS) {
            return false;
        }
    }
    return true;
}

// Passes what comes after `op` in `n`; true when the function may be left.
static bool pass_function(struct search *s, node_id n, op_id op) {
    struct fn_ref fn = s->p->nodes.data[n].ref;
    uint32_t block_count = fn.facts->fns.data[fn.fn.v].block_count;
    uint32_t start = facts_block_of_op(fn.facts, fn.fn, op);
    bool *seen = ARENA_ARRAY(&s->p->scratch, bool, block_count + 1);
    uint32_t *stack = ARENA_ARRAY(&s->p->scratch, uint32_t, block_count + 1);
    uint32_t top = 0;
    bool left = false;
    stack[top++] = start;
    for (uint32_t first = op.v + 1; top && !s->given_up; first = 0) {
        const struct ir_block *b = graph_block(fn, stack[--top]);
        if (!pass_block(s, n, b, first ? first : b->first_op.v)) {
            continue;
        }
        left |= b->term == TERM_RETURN;
        for (uint32_t k = 0; k < b->edge_count; k++) {
            uint32_t to = graph_target(fn, b, k);
            if (!seen[to]) {
                seen[to] = true;
                stack[top++] = to;
            }
        }
    }
    return left;
}

static bool calls(const struct program *p, const struct facts *f, call_id call, node_id n) {
    node_id targets[16];
    uint32_t count = call_targets(p, f, call, targets, 16);
    for (uint32_t i = 0; i < count; i++) {
        if (targets[i] == n) {
            return true;
        }
    }
    return false;
}

// What callers do after they called `n`.
static void pass_callers(struct search *s, node_id n, unsigned depth);

static void pass_after(struct search *s, node_id n, op_id op, unsigned depth) {
    uint32_t known = 0;
    if (s->given_up || map_get(&s->visited, (uint64_t)n << 32 | op.v, &known)) {
        return;
    }
    map_put(&s->visited, (uint64_t)n << 32 | op.v, 1);
    s->given_up |= ++s->visits > MAX_VISITS || depth > CALLER_DEPTH;
    if (!s->given_up && pass_function(s, n, op)) {
        pass_callers(s, n, depth);
    }
}

static void pass_callers(struct search *s, node_id n, unsigned depth) {
    const struct program *p = s->p;
    s->given_up |= p->nodes.data[n].address_taken;
    for (uint32_t i = 0; i < p->nodes.data[n].callers.len; i++) {
        node_id by = p->nodes.data[n].callers.data[i];
        struct fn_ref fn = p->nodes.data[by].ref;
        for (uint32_t b = 0; b < fn.facts->fns.data[fn.fn.v].block_count; b++) {
            const struct ir_block *block = graph_block(fn, b);
            for (uint32_t k = 0; k < block->op_count && !s->given_up; k++) {
                op_id op = {block->first_op.v + k};
                if (fn.facts->ops.data[op.v].kind == OP_CALL &&
                    calls(p, fn.facts, fn.facts->ops.data[op.v].call, n)) {
                    pass_after(s, by, op, depth + 1);
                }
            }
        }
    }
}

// --- which requests ---

struct wait_search {
    const struct program *p;
    const struct program_stop *stop;
    const struct stop_wait *wait;
    struct search *search; // its sets
    const struct stop_test *tests[MAX_TESTS];
    uint32_t test_count;
};

static void add_tests(struct wait_search *w, node_id n, op_id op) {
    const struct loop_range *range = &w->p->stops->ranges[n];
    struct fn_ref fn = w->p->nodes.data[n].ref;
    uint32_t block = facts_block_of_op(fn.facts, fn.fn, op);
    for (uint32_t i = 0; i < range->count; i++) {
        const struct stop_loop *l = &w->p->stops->loops.data[range->first + i];
        for (uint32_t k = 0; l->loop->inside[block] && k < l->exits.len; k++) {
            const struct stop_exit *x = &l->exits.data[k];
            for (uint32_t t = 0; t < x->count && w->test_count < MAX_TESTS; t++) {
                if (x->tests[t].flag.v) {
                    w->tests[w->test_count++] = &x->tests[t];
                }
            }
        }
    }
}

// Loops around the wait: in its function, and around the calls by which the thread comes there.
static void find_tests(struct wait_search *w) {
    const struct program *p = w->p;
    const node_id *parents = p->runs.reach.data[w->stop->root].parents;
    node_id n = w->wait->node;
    add_tests(w, n, w->wait->op);
    for (unsigned depth = 0; depth < CALLER_DEPTH && parents[n] != NODE_NONE && parents[n] != n;
         depth++) {
        const struct node_calls *calls_of = &p->runs.calls[parents[n]];
        for (uint32_t i = 0; i < calls_of->items.len; i++) {
            if (calls_of->items.data[i].to == n) {
                add_tests(w, parents[n], calls_of->items.data[i].op);
            }
        }
        n = parents[n];
    }
}

static bool is_told(const struct program *p, const struct stop_write *write,
                    const struct stop_wait *wait) {
    for (uint32_t i = 0; i < p->stops->unwoken.len; i++) {
        const struct program_unwoken *u = &p->stops->unwoken.data[i];
        if (u->write->op.v == write->op.v && u->write->node == write->node &&
            u->wait->object == wait->object &&
            (!wait->object || expr_same(u->wait->on, wait->on))) {
            return true;
        }
    }
    return false;
}

// The function itself wakes it before the write: that is enough when a lock is held.
static bool writer_wakes(const struct search *s, const struct stop_write *write) {
    node_id n = write->node;
    uint32_t count = 0;
    const struct deed *deeds = deeds_of(s->p, n, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (deed_wakes(s, &deeds[i], deeds[i].op) &&
            op_comes_before(s->p, s->p->nodes.data[n].ref, deeds[i].op.v, write->op.v, 0)) {
            return true;
        }
    }
    return false;
}

// Another function than the thread's asks it to end by this write.
static bool is_request(const struct program *p, const struct program_stop *stop,
                       const struct stop_test *t, const struct stop_write *write) {
    struct fn_ref fn = p->nodes.data[write->node].ref;
    const struct ir_op *op = &fn.facts->ops.data[write->op.v];
    return program_write_meets(write, t) && !(op->flags & OPF_INIT) &&
           !(fn.facts->fns.data[fn.fn.v].flags & FN_GLOBAL_INIT) &&
           !program_root_runs(p, stop->root, write->node, write->op);
}

// Looks at all that may come after the write.
static void pass_request(struct search *s, const struct stop_write *write) {
    struct arena_mark mark = arena_mark(&s->p->scratch);
    s->given_up = false;
    s->join = (struct flow_site){0};
    s->freed = (struct flow_site){0};
    s->visits = 0;
    map_init(&s->visited, &s->p->scratch);
    pass_after(s, write->node, write->op, 0);
    arena_reset(&s->p->scratch, mark);
}

static void try_write(struct program *p, struct wait_search *w, const struct stop_test *t,
                      const struct stop_write *write) {
    struct search *s = w->search;

    if (!is_request(p, w->stop, t, write) || writer_wakes(s, write) || is_told(p, write, w->wait)) {
        return;
    }
    pass_request(s, write);
    if (!s->given_up && s->join.loc.v) {
        vec_push(p->arena, &p->stops->unwoken,
                 ((struct program_unwoken){w->stop, w->wait, t, write, s->join}));
    }
}

// The wait goes on when nothing that its loop looks at has changed, woken or not. Its address in
// code that is not known may be woken there.
static bool wait_looks_at(struct wait_search *w, expr_id flag) {
    const struct program *p = w->p;
    bool looks = !w->wait->condition;
    for (uint32_t i = 0; w->wait->condition && i < p->conditions.len; i++) {
        const struct program_condition *c = &p->conditions.data[i];
        bool same = expr_same(deed_class(p, c->cond), w->wait->on);
        for (uint32_t k = 0; same && k < c->tested.len; k++) {
            looks |= expr_same(deed_class(p, c->tested.data[k]), flag);
        }
        if (same && c->passed_on) {
            return false;
        }
    }
    return looks;
}

static void try_wait(struct program *p, const struct program_stop *stop,
                     const struct stop_wait *wait) {
    if (wait->object ? !wait->on.v : wait->maybe) {
        return;
    }
    struct arena_mark mark = arena_mark(&p->scratch);
    struct search s = {.p = p, .stop = stop, .wait_class = wait->on, .input = !wait->object};
    struct wait_search w = {.p = p, .stop = stop, .wait = wait, .search = &s};
    find_tests(&w);
    if (w.test_count) {
        find_sets(&s);
    }
    for (uint32_t i = 0; i < w.test_count; i++) {
        const struct program_flag *f = program_flag_of(p, w.tests[i]->flag);
        bool counts = f && program_flag_is_known(f) && wait_looks_at(&w, f->class);
        for (uint32_t k = 0; counts && k < f->writes.len; k++) {
            try_write(p, &w, w.tests[i], &f->writes.data[k]);
        }
    }
    arena_reset(&p->scratch, mark);
}

// --- what is freed under the thread ---

static bool is_abandoned(const struct program *p, const struct stop_write *write) {
    for (uint32_t i = 0; i < p->stops->abandoned.len; i++) {
        const struct program_abandoned *a = &p->stops->abandoned.data[i];
        if (a->write->op.v == write->op.v && a->write->node == write->node) {
            return true;
        }
    }
    return false;
}

static bool points_to(const struct program *p, const struct facts *f, type_id type,
                      uint32_t record) {
    type = facts_strip_typedefs(f, type, NULL);
    type = facts_strip_typedefs(f, f->types.data[type.v].target, NULL);
    return str_eq(facts_text(f, f->records.data[f->types.data[type.v].record.v].name),
                  intern_text(&p->exprs->names, record));
}

// The record is the thread's own: its handle lies in it, or the thread is given one.
static bool is_of_thread(const struct program *p, const struct program_stop *stop,
                         uint32_t record) {
    struct fn_ref fn = p->nodes.data[p->runs.roots.data[stop->root].node].ref;
    const struct facts *f = fn.facts;
    for (uint32_t i = 0; i < stop->homes.len; i++) {
        const struct expr *x = expr_get(p->exprs, stop->homes.data[i].class);
        if (x->kind == EX_FIELD && x->aux == record) {
            return true;
        }
    }
    for (uint32_t i = 0; i < f->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) { // struct worker *w = arg;
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            const struct ir_path *from = &f->paths.data[f->vals.data[op->val.v].path.v];
            if (op->kind == OP_WRITE && from->kind == PATH_VAR &&
                f->vars.data[from->var.v].kind == VAR_PARAM &&
                points_to(p, f, f->paths.data[op->path.v].type, record)) {
                return true;
            }
        }
    }
    return f->fns.data[fn.fn.v].param_count &&
           points_to(p, f, f->vars.data[facts_fn_var(f, fn.fn, 0).v].type, record);
}

static void try_test(struct program *p, const struct program_stop *stop, node_id loop,
                     const struct stop_test *t) {
    const struct program_flag *f = program_flag_of(p, t->flag);
    const struct expr *class = expr_get(p->exprs, t->flag);
    if (!f || !program_flag_is_known(f) || class->kind != EX_FIELD ||
        !is_of_thread(p, stop, class->aux)) {
        return;
    }
    struct arena_mark mark = arena_mark(&p->scratch);
    struct search s = {.p = p, .stop = stop, .record = class->aux};
    find_sets(&s);
    for (uint32_t i = 0; i < f->writes.len; i++) {
        if (!is_request(p, stop, t, &f->writes.data[i]) || is_abandoned(p, &f->writes.data[i])) {
            continue;
        }
        pass_request(&s, &f->writes.data[i]);
        if (!s.given_up && s.freed.loc.v && !s.join.loc.v) { // a join on some way: in a loop
            vec_push(p->arena, &p->stops->abandoned,
                     ((struct program_abandoned){stop, loop, t, &f->writes.data[i], s.freed}));
        }
    }
    arena_reset(&p->scratch, mark);
}

static void find_abandoned(struct program *p, const struct program_stop *stop) {
    for (uint32_t i = 0; i < stop->loops.len; i++) {
        const struct stop_loop *l = &p->stops->loops.data[stop->loops.data[i]];
        for (uint32_t k = 0; k < l->exits.len; k++) {
            for (uint32_t t = 0; t < l->exits.data[k].count; t++) {
                try_test(p, stop, l->node, &l->exits.data[k].tests[t]);
            }
        }
    }
}

void program_find_unwoken(struct program *p) {
    for (uint32_t i = 0; i < p->stops->items.len; i++) {
        const struct program_stop *s = &p->stops->items.data[i];
        for (uint32_t k = 0; k < s->waits.len; k++) {
            try_wait(p, s, &s->waits.data[k]);
        }
        find_abandoned(p, s);
    }
}

const struct stop_test *program_stop_request(const struct program *p, const struct program_stop *s,
                                             node_id n, op_id op) {
    struct wait_search w = {.p = p};
    add_tests(&w, n, op);
    for (uint32_t i = 0; i < w.test_count; i++) {
        const struct program_flag *f = program_flag_of(p, w.tests[i]->flag);
        for (uint32_t k = 0; f && program_flag_is_known(f) && k < f->writes.len; k++) {
            if (is_request(p, s, w.tests[i], &f->writes.data[k])) {
                return w.tests[i];
            }
        }
    }
    return NULL;
}

uint32_t program_unwoken_count(const struct program *p) {
    return p->stops->unwoken.len;
}

const struct program_unwoken *program_unwoken(const struct program *p, uint32_t index) {
    return &p->stops->unwoken.data[index];
}

uint32_t program_abandoned_count(const struct program *p) {
    return p->stops->abandoned.len;
}

const struct program_abandoned *program_abandoned(const struct program *p, uint32_t index) {
    return &p->stops->abandoned.data[index];
}
