// TUs and symbols: which function bodies exist, and what each symbol and call refers to.
#include "checker/link/access.h"
#include "checker/link/contracts.h"
#include "checker/link/guard.h"
#include "checker/link/race.h"

struct program *program_new(struct arena *arena, struct expr_table *exprs,
                            const struct model_set *models, const struct program_options *options) {
    struct program *p = ARENA_NEW(arena, struct program);
    p->arena = arena;
    p->exprs = exprs;
    p->models = models;
    p->options = *options;
    p->sites.arena = arena;
    arena_init(&p->scratch, 0);
    map_init(&p->unit_of, arena);
    map_init(&p->node_of_key, arena);
    map_init(&p->field_index, arena);
    map_init(&p->entry_release, arena);
    map_init(&p->exposed, arena);
    map_init(&p->left_held, arena);
    map_init(&p->contended, arena);
    map_init(&p->alone, arena);
    return p;
}

static uint64_t pointer_key(const void *x) {
    return (uint64_t)(uintptr_t)x;
}

const struct unit *program_unit(const struct program *p, const struct facts *f) {
    uint32_t i = 0;
    return map_get(&p->unit_of, pointer_key(f), &i) ? &p->units.data[i] : NULL;
}

static bool same_place(const struct facts *f, loc_id a, const struct facts *g, loc_id b) {
    const struct ir_loc *x = &f->locs.data[a.v];
    const struct ir_loc *y = &g->locs.data[b.v];
    return x->line == y->line && x->col == y->col &&
           str_eq(facts_text(f, f->files.data[x->file.v].path),
                  facts_text(g, g->files.data[y->file.v].path));
}

// One source file compiled twice, into a static and a shared library say.
static bool is_compiled_again(const struct program *p, node_id present, const struct facts *f,
                              const struct ir_fn *fn) {
    struct fn_ref ref = p->nodes.data[present].ref;
    const struct ir_fn *old = &ref.facts->fns.data[ref.fn.v];
    return old->block_count == fn->block_count && old->var_count == fn->var_count &&
           same_place(ref.facts, old->loc, f, fn->loc) &&
           same_place(ref.facts, old->end, f, fn->end);
}

static node_id add_node(struct program *p, const struct facts *f, fn_id fn) {
    const struct ir_fn *ir = &f->fns.data[fn.v];
    const struct ir_sym *sym = &f->syms.data[ir->sym.v];
    struct str key = facts_text(f, sym->key);
    uint32_t number = intern(&p->exprs->names, key);
    node_id present = 0;
    bool is_known = map_get(&p->node_of_key, number, &present);
    if (is_known && (ir->flags & (FN_HEADER | FN_TEMPLATE))) {
        return NODE_NONE; // the same header function of an earlier TU
    }
    if (is_known && is_compiled_again(p, present, f, ir)) {
        return NODE_NONE;
    }
    struct node n = {
        .ref = {f, fn},
          .key = key, .name = facts_text(f, sym->name)
    };
    vec_push(p->arena, &p->nodes, n);
    if (!is_known) { // another program of the database has a function of this name: calls from
                     // other TUs go to the first
        map_put(&p->node_of_key, number, p->nodes.len - 1);
    }
    return p->nodes.len - 1;
}

void program_add(struct program *p, const struct facts *f) {
    struct unit u = {.facts = f};
    u.sym_nodes = ARENA_ARRAY(p->arena, node_id, f->syms.len);
    u.fn_nodes = ARENA_ARRAY(p->arena, node_id, f->fns.len);
    u.models = ARENA_ARRAY(p->arena, const struct summary *, f->calls.len);
    u.sym_overridden = ARENA_ARRAY(p->arena, bool, f->syms.len);
    u.fn_nodes[0] = NODE_NONE;
    for (uint32_t i = 1; i < f->fns.len; i++) {
        u.fn_nodes[i] = add_node(p, f, (fn_id){i});
    }
    for (uint32_t i = 0; i < f->overrides.len; i++) {
        u.sym_overridden[f->overrides.data[i].base.v] = true;
    }
    vec_push(p->arena, &p->units, u);
    map_put(&p->unit_of, pointer_key(f), p->units.len - 1);
    p->stats.tus++;
}

static void resolve_symbols(struct program *p, struct unit *u) {
    const struct facts *f = u->facts;
    for (uint32_t i = 0; i < f->syms.len; i++) {
        struct str key = facts_text(f, f->syms.data[i].key);
        uint32_t number = intern_find(&p->exprs->names, key);
        node_id n = NODE_NONE;
        if (!key.len || number == UINT32_MAX || !map_get(&p->node_of_key, number, &n)) {
            n = NODE_NONE;
        }
        u->sym_nodes[i] = n;
    }
    for (uint32_t i = 1; i < f->fns.len;
         i++) { // the TU's own definition comes before another program's
        if (u->fn_nodes[i] != NODE_NONE) {
            u->sym_nodes[f->fns.data[i].sym.v] = u->fn_nodes[i];
        }
    }
}

static void resolve_calls(struct program *p, struct unit *u) {
    const struct facts *f = u->facts;
    for (uint32_t i = 1; i < f->calls.len; i++) {
        const struct ir_call *c = &f->calls.data[i];
        p->stats.calls++;
        if (c->kind == CALL_INDIRECT || !c->callee.v) {
            continue;
        }
        const struct ir_sym *s = &f->syms.data[c->callee.v];
        u->models[i] = model_find(p->models, facts_text(f, s->name), facts_text(f, s->key),
                                  c->arg_count, (s->flags & SYM_COPY_OR_MOVE) != 0);
        bool has_body = u->sym_nodes[c->callee.v] != NODE_NONE;
        if (u->models[i] && (u->models[i]->flags & SUMMARY_WEAK) && has_body) {
            u->models[i] = NULL;
        }
        if (!u->models[i] && u->contract_summaries) {
            u->models[i] = u->contract_summaries[c->callee.v];
        }
        p->stats.calls_resolved += u->models[i] || has_body;
    }
}

void program_solve(struct program *p) {
    overrides_find(p);
    for (uint32_t i = 0; i < p->units.len; i++) {
        resolve_symbols(p, &p->units.data[i]);
        contracts_find_summaries(p, &p->units.data[i]);
        resolve_calls(p, &p->units.data[i]);
    }
    program_presume_locks(p);
    p->stats.functions = p->nodes.len;
    program_build_callgraph(p);
    program_find_guards(p);
    program_find_reach(p);
    program_run_flows(p);
    stored_find(p);
    program_find_roots(p);
    program_find_parallel(p);
    program_collect_accesses(p);
    program_make_inventory(p);
    program_find_conditions(p);
    program_find_races(p);
    program_find_unguarded(p);
    program_find_strays(p);
    program_find_shared_writes(p);
    program_find_throws(p);
    program_collect_deeds(p);
    program_find_stops(p);
    program_find_unwoken(p);
    program_find_channels(p);
    program_find_cycles(p);
    program_find_contended(p);
    arena_release(&p->scratch);
    arena_release(&p->step);
}

struct program_stats program_stats(const struct program *p) {
    struct program_stats s = p->stats;
    s.threads = p->threads.len;
    s.locks = p->locks.len;
    s.limited = p->limited.len;
    return s;
}
