// The family: who is responsible for a thread.
#include "rules/ownership/ownership.h"

#include "checker/flow/graph.h"
#include "checker/rule/scorecard.h"

enum { CLIMB = 4 };

// The thread tells somebody that it is done: it counts something shared, signals, or wakes.
static bool tells_its_end(const struct program *p, const struct program_stop *s) {
    struct fn_ref fn = program_fn(p, program_root(p, s->root)->node);
    for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            const struct ir_path *path = &fn.facts->paths.data[op->path.v];
            const struct model_function *m =
                op->kind == OP_CALL ? program_library(p, fn.facts, op->call) : NULL;
            bool signals = op->kind == OP_CALL &&
                           program_model_effect(p, fn.facts, op->call, EFFECT_SIGNAL) != NULL;
            bool counts =
                (op->kind == OP_UPDATE || op->kind == OP_WRITE) &&
                (path->kind == PATH_FIELD || fn.facts->vars.data[path->var.v].kind == VAR_GLOBAL);
            if (signals || counts ||
                (m && (m->flags & (FN_WAKES | FN_ATOMIC_UPDATE | FN_ATOMIC_STORE)))) {
                return true;
            }
        }
    }
    return false;
}

static bool is_stopped(const struct program *p, const struct program_stop *s) {
    for (uint32_t i = 0; i < s->loops.len; i++) {
        const struct stop_loop *l = program_stop_loop(p, s->loops.data[i]);
        const struct ir_block *head = graph_block(program_fn(p, l->node), l->loop->head);
        if (!l->exits.len || program_stop_request(p, s, l->node, head->first_op)) {
            return true; // or never ends, which cancellation-endless-loop tells
        }
    }
    return false;
}

bool ownership_is_unattended(const struct program *p, const struct program_stop *s) {
    return (s->detached || program_stop_has_end(s, STOP_DETACH)) &&
           !program_stop_has_end(s, STOP_JOIN) && !program_stop_has_end(s, STOP_CANCEL) &&
           !is_stopped(p, s) && !tells_its_end(p, s);
}

// --- who starts it ---

static bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}

// A word of the name, as in start_worker, StartWorker or workerStart.
static bool has_word(struct str name, struct str word) {
    for (size_t i = 0; i + word.len <= name.len; i++) {
        bool begins = i == 0 || !is_lower(name.ptr[i - 1]) || name.ptr[i] < 'a';
        bool ends = i + word.len == name.len || !is_lower(name.ptr[i + word.len]);
        bool same = begins && ends;
        for (size_t k = 0; same && k < word.len; k++) {
            same = (name.ptr[i + k] | 0x20) == word.ptr[k];
        }
        if (same) {
            return true;
        }
    }
    return false;
}

// Whoever calls it knows that something begins that goes on.
static bool name_says_so(struct str name) {
    static const char *const words[] = {
        "start",  "spawn",    "run",      "launch",     "thread", "threads", "async",
        "detach", "detached", "fork",     "create",     "init",   "open",    "listen",
        "serve",  "begin",    "submit",   "background", "post",   "bg",      "daemon",
        "worker", "watch",    "schedule", "main",       "setup",  "server",  "later"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (has_word(name, str_from(words[i]))) {
            return true;
        }
    }
    return false;
}

static uint32_t flags_of(const struct program *p, node_id n) {
    struct fn_ref fn = program_fn(p, n);
    return fn.facts->syms.data[fn.facts->fns.data[fn.fn.v].sym.v].flags;
}

// The only function that calls `n`; NODE_NONE when there are more, or none.
static node_id only_caller(const struct program *p, node_id n) {
    struct fn_ref fn = program_fn(p, n);
    node_id found = NODE_NONE;
    for (uint32_t c = 1; c < fn.facts->calls.len; c++) { // of internal linkage: in the same file
        node_id by = program_callee(p, fn.facts, (call_id){c}) == n
                         ? program_node(p, (struct fn_ref){fn.facts, fn.facts->calls.data[c].fn})
                         : NODE_NONE;
        if (by != NODE_NONE && found != NODE_NONE && by != found) {
            return NODE_NONE;
        }
        found = by != NODE_NONE ? by : found;
    }
    return found;
}

// Functions of other files call it, or users that are not part of the program.
static bool has_outside_callers(const struct program *p, node_id n) {
    struct fn_ref fn = program_fn(p, n);
    if (!program_has_main(p) && !program_has_callers(p, n)) {
        return true;
    }
    for (uint32_t i = 0; i < program_facts_count(p); i++) {
        const struct facts *f = program_facts(p, i);
        for (uint32_t c = 1; f != fn.facts && c < f->calls.len; c++) {
            if (program_callee(p, f, (call_id){c}) == n) {
                return true;
            }
        }
    }
    return false;
}

node_id ownership_hidden_start(const struct program *p, const struct program_stop *s) {
    for (uint32_t i = 0; i < s->starts.len; i++) {
        node_id n = s->starts.data[i].node;
        for (unsigned up = 0; n != NODE_NONE && up < CLIMB; up++) {
            bool internal = (flags_of(p, n) & SYM_INTERNAL) != 0;
            if (!internal && !name_says_so(program_fn_name(p, n)) &&
                !program_is_thread_entry(p, n) && !program_is_address_taken(p, n) &&
                has_outside_callers(p, n)) {
                return n;
            }
            n = internal ? only_caller(p, n) : NODE_NONE;
        }
    }
    return NODE_NONE;
}

// --- the scorecard ---

// Somebody keeps the handle and waits for the thread.
static bool has_owner(const struct program_stop *s) {
    for (uint32_t i = 0; i < s->ends.len; i++) {
        if (s->ends.data[i].kind == STOP_JOIN && !s->ends.data[i].assumed) {
            return s->homes.len > 0;
        }
    }
    return false;
}

static void inspect(struct rule_ctx *ctx, struct score_point *out) {
    const struct program *p = ctx->program;
    uint32_t owned = 0;
    for (uint32_t i = 0; i < program_stop_count(p); i++) {
        const struct program_stop *s = program_stop(p, i);
        const struct program_root *r = program_root(p, s->root);
        if (score_is_thread_function(p, s->root) && !has_owner(s)) {
            score_open(ctx, out, r->site.at, r->site.loc, "who stops the thread '" STR_FMT "'? %s",
                       STR_ARG(program_fn_name(p, r->node)),
                       s->detached ? "It is detached"
                                   : "No owner is seen that keeps it and waits for its end");
        }
        owned += score_is_thread_function(p, s->root) && has_owner(s);
    }
    score_answers(ctx, out, "thread function", "", score_thread_functions(p), owned,
                  "kept by an owner that waits for the end");
}

extern const struct family family_ownership;
const struct family family_ownership = {
    .name = "ownership",
    .point = 2,
    .question = "Who stops each thread, and who waits for it?",
    .inspect = inspect,
};
