// `threadlint show threads`: threads with all places that start them, their jobs, handlers, locks.
#include "checker/drive/show_private.h"

void show_place(struct buf *out, const struct facts *f, loc_id loc) {
    const struct ir_loc *at = &f->locs.data[loc.v];
    struct str path = facts_text(f, f->files.data[at->file.v].path);
    buf_addf(out, STR_FMT ":%u", STR_ARG(path), at->line);
}

static void show_site(struct buf *out, const char *before, struct flow_site site) {
    if (site.at.facts && site.loc.v) {
        buf_add_c(out, before);
        show_place(out, site.at.facts, site.loc);
    }
}

static void show_signals(struct buf *out, uint64_t signals) {
    const char *between = " of signal ";
    for (unsigned n = 1; n < 64; n++) {
        if (signals >> n & 1) {
            buf_addf(out, "%s%u", between, n);
            between = ", ";
        }
    }
    buf_add_c(out, signals & 1 ? " of an unknown signal" : "");
}

static void show_text(struct buf *out, const char *before, struct str text) {
    if (text.len) {
        buf_addf(out, "%s" STR_FMT, before, STR_ARG(text));
    }
}

static void show_start(const struct program *p, const struct program_thread *t, bool pool,
                       struct buf *out) {
    node_id n = program_node(p, t->spawn_fn);
    buf_add_c(out, pool ? "    handed over at " : "    started at ");
    show_place(out, t->spawn_fn.facts, t->spawn_loc);
    show_text(out, " by ", n == NODE_NONE ? STR("") : program_fn_name(p, n));
    buf_add_c(out, t->many ? " in a loop" : "");
    show_text(out, ", argument ", t->arg);
    if (!pool) {
        show_text(out, ", handle ", t->handle);
        buf_addf(out, ", %s", t->end);
        show_site(out, " at ", (struct flow_site){t->end_fn, t->end_loc});
    }
    buf_add_char(out, '\n');
}

static void show_starts(const struct program *p, uint32_t root, bool pool, struct buf *out) {
    for (uint32_t i = 0; i < program_thread_count(p); i++) {
        if (program_thread(p, i)->root == root) {
            show_start(p, program_thread(p, i), pool, out);
        }
    }
    for (uint32_t i = 0; i < program_job_count(p); i++) {
        const struct program_job *job = program_job(p, i);
        if (job->root == root) {
            buf_addf(out, "    runs job " STR_FMT, STR_ARG(program_fn_name(p, job->fn)));
            show_site(out, ", taken at ", job->site);
            buf_add_char(out, '\n');
        }
    }
}

static void show_threads(const struct program *p, struct buf *out) {
    for (uint32_t i = 0; i < program_root_count(p); i++) {
        const struct program_root *r = program_root(p, i);
        if (r->kind == CONTEXT_THREAD) {
            buf_addf(out, "%s%s " STR_FMT "\n", r->many ? "several threads" : "one thread",
                     r->pool ? " of a library, for" : " of", STR_ARG(program_fn_name(p, r->node)));
            show_starts(p, i, r->pool, out);
        }
    }
    bool first = true;
    for (uint32_t i = 0; i < program_thread_count(p); i++) {
        const struct program_thread *t = program_thread(p, i);
        if (t->root == UINT32_MAX) {
            buf_add_c(out, first ? "threads of functions that are not known\n" : "");
            first = false;
            show_start(p, t, false, out);
        }
    }
}

static void show_handlers(const struct program *p, struct buf *out) {
    for (uint32_t i = 0; i < program_root_count(p); i++) {
        const struct program_root *r = program_root(p, i);
        if (r->kind != CONTEXT_HANDLER && r->kind != CONTEXT_EXIT) {
            continue;
        }
        buf_addf(out, "%s " STR_FMT, r->kind == CONTEXT_HANDLER ? "handler" : "at exit",
                 STR_ARG(program_fn_name(p, r->node)));
        show_signals(out, r->kind == CONTEXT_HANDLER ? r->signals : 0);
        show_site(out, " at ", r->site);
        buf_add_char(out, '\n');
    }
}

void show_thread_inventory(const struct program *p, struct buf *out) {
    show_threads(p, out);
    show_handlers(p, out);
    for (uint32_t i = 0; i < program_lock_count(p); i++) {
        const struct program_lock *l = program_lock(p, i);
        buf_addf(out, "lock " STR_FMT " (" STR_FMT "), acquired at %u place%s\n", STR_ARG(l->name),
                 STR_ARG(l->type), l->acquires, l->acquires == 1 ? "" : "s");
    }
}
