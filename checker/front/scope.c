// Scopes, cleanups, labels.
#include "checker/front/fn.h"

void lower_scope_push(struct lower *l) {
    struct scope *s = ARENA_NEW(l->scratch, struct scope);
    s->outer = l->fn->scope;
    s->outer_count = s->outer ? s->outer->items.len : 0;
    l->fn->scope = s;
}

void lower_scope_pop(struct lower *l, loc_id loc) {
    struct scope *s = l->fn->scope;
    if (ir_bb_open(l->b)) {
        lower_cleanups(l, s->outer, loc);
    }
    l->fn->scope = s->outer;
}

void lower_scope_add(struct lower *l, struct scope_item item, loc_id loc) {
    ir_op_scope(l->b, true, item.var, loc);
    vec_push(l->scratch, &l->fn->scope->items, item);
}

static void end_item(struct lower *l, const struct scope_item *item, loc_id loc) {
    if (item->cleanup.v) {
        val_id arg = ir_val_addr(l->b, ir_path_var(l->b, item->var));
        struct ir_call call = {.kind = CALL_DIRECT,
                               .flags = CALL_IMPLICIT | CALL_CLEANUP,
                               .callee = item->cleanup,
                               .loc = loc};
        ir_op_call(l->b, &call, &arg, 1);
    }
    if (item->destroy) {
        cxx_end_variable(l, item, loc);
    }
    ir_op_scope(l->b, false, item->var, loc);
}

// Ends the items [from, to) of a scope, last declared first.
static void end_items(struct lower *l, const struct scope *s, uint32_t from, uint32_t to,
                      var_id except, loc_id loc) {
    for (uint32_t i = to; i > from; i--) {
        struct scope_item item = s->items.data[i - 1];
        if (except.v && item.var.v == except.v) {
            item.destroy = false;
        }
        end_item(l, &item, loc);
    }
}

void lower_cleanups_except(struct lower *l, const struct scope *until, var_id except, loc_id loc) {
    struct scope *present = l->fn->scope;
    for (struct scope *s = present; s && s != until; s = s->outer) {
        l->fn->scope = s->outer; // a destructor that throws is handled outside
        end_items(l, s, 0, s->items.len, except, loc);
    }
    l->fn->scope = present;
}

void lower_cleanups(struct lower *l, const struct scope *until, loc_id loc) {
    lower_cleanups_except(l, until, (var_id){0}, loc);
}

bool lower_has_cleanups(const struct lower *l, const struct scope *until) {
    for (const struct scope *s = l->fn->scope; s && s != until; s = s->outer) {
        for (uint32_t i = 0; i < s->items.len; i++) {
            if (s->items.data[i].destroy || s->items.data[i].cleanup.v) {
                return true;
            }
        }
    }
    return false;
}

// --- labels ---

static uint32_t label_of(struct lower *l, CXCursor label_stmt) {
    uint64_t key = (uint64_t)(uintptr_t)
                       label_stmt.data[1]; // the statement; references to it differ in the rest
    uint32_t at = 0;
    if (map_get(&l->fn->label_index, key, &at)) {
        return at;
    }
    vec_push(l->scratch, &l->fn->labels, ((struct label){.block = ir_bb_new(l->b)}));
    map_put(&l->fn->label_index, key, l->fn->labels.len - 1);
    return l->fn->labels.len - 1;
}

void lower_goto(struct lower *l, CXCursor label_stmt, loc_id loc) {
    ir_fn_flag(l->b, FN_HAS_GOTO);
    if (!ir_bb_open(l->b)) {
        return;
    }
    struct pending_goto g = {.block = ir_bb_new(l->b),
                             .scope = l->fn->scope,
                             .loc = loc,
                             .label = label_of(l, label_stmt)};
    g.item_count = g.scope ? g.scope->items.len : 0;
    ir_term_jump(l->b, g.block, loc);
    vec_push(l->scratch, &l->fn->gotos, g);
}

void lower_label(struct lower *l, CXCursor label_stmt, loc_id loc) {
    uint32_t at = label_of(l, label_stmt);
    l->fn->labels.data[at].scope = l->fn->scope;
    l->fn->labels.data[at].item_count = l->fn->scope ? l->fn->scope->items.len : 0;
    if (ir_bb_open(l->b)) {
        ir_term_jump(l->b, l->fn->labels.data[at].block, loc);
    }
    ir_bb_set(l->b, l->fn->labels.data[at].block);
}

void lower_label_address(struct lower *l, CXCursor label_stmt) {
    if (clang_getCursorKind(l->fn->cursor) == CXCursor_TranslationUnit) {
        return; // table of labels in a static local: noted where it is declared
    }
    uint32_t at = label_of(l, label_stmt);
    l->fn->labels.data[at].is_addressed = true;
}

static bool is_inside(const struct scope *inner, const struct scope *outer) {
    for (const struct scope *s = inner; s; s = s->outer) {
        if (s == outer) {
            return true;
        }
    }
    return outer == NULL;
}

static void finish_goto(struct lower *l, const struct pending_goto *g) {
    const struct label *label = &l->fn->labels.data[g->label];
    ir_bb_set(l->b, g->block);
    struct scope *present = l->fn->scope;
    uint32_t count = g->item_count;
    struct scope *s = g->scope;
    for (; s && !is_inside(label->scope, s); s = s->outer) {
        l->fn->scope = s->outer;
        end_items(l, s, 0, count, (var_id){0}, g->loc);
        count = s->outer_count;
    }
    if (s && s == label->scope &&
        label->item_count < count) { // back, before declarations of the same scope
        end_items(l, s, label->item_count, count, (var_id){0}, g->loc);
    }
    l->fn->scope = present;
    ir_term_jump(l->b, label->block, g->loc);
}

void lower_finish_gotos(struct lower *l) {
    for (uint32_t i = 0; i < l->fn->gotos.len; i++) {
        finish_goto(l, &l->fn->gotos.data[i]);
    }
    for (uint32_t i = 0; i < l->fn->indirect.len; i++) {
        for (uint32_t k = 0; k < l->fn->labels.len; k++) {
            if (l->fn->labels.data[k].is_addressed) {
                ir_edge_add(l->b, l->fn->indirect.data[i], l->fn->labels.data[k].block, EDGE_NEXT,
                            0, 0);
            }
        }
    }
    ir_bb_set(l->b, IR_BB_NONE);
}

struct scope *lower_try_scope(struct lower *l) {
    struct scope *s = l->fn->scope;
    while (s && !s->is_try) {
        s = s->outer;
    }
    return s;
}

ir_bb lower_landing_at(struct lower *l, const struct scope *try_scope, ir_bb handler, loc_id loc) {
    ir_bb present = ir_bb_current(l->b);
    ir_bb landing = ir_bb_new(l->b);
    ir_bb_set(l->b, landing);
    lower_cleanups(l, try_scope->outer, loc);
    ir_term_jump(l->b, handler, loc);
    ir_bb_set(l->b, present);
    return landing;
}

ir_bb lower_landing(struct lower *l, loc_id loc) {
    const struct scope *s = lower_try_scope(l);
    return s ? lower_landing_at(l, s, s->handler, loc) : IR_BB_NONE;
}
