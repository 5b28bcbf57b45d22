#include "checker/drive/show.h"

// The topics. `facts` needs one TU and no program; the others link all of them first.

#include "checker/base/buf.h"
#include "checker/base/log.h"
#include "checker/drive/load.h"
#include "checker/drive/run.h"
#include "checker/drive/show_private.h"
#include "checker/ir/text.h"
#include "checker/link/channel.h"
#include "checker/link/stop.h"

enum { MAX_DUMP = 1 << 30 };

enum topic {
    TOPIC_FACTS,
    TOPIC_SUMMARIES,
    TOPIC_CALLGRAPH,
    TOPIC_THREADS,
    TOPIC_CHANNELS,
    TOPIC_COUNT
};

static const char *const topic_names[TOPIC_COUNT] = {"facts", "summaries", "callgraph", "threads",
                                                     "channels"};

static bool find_topic(const char *word, enum topic *ret_topic) {
    for (int t = 0; t < TOPIC_COUNT; t++) {
        if (str_eq(str_from(word), str_from(topic_names[t]))) {
            *ret_topic = (enum topic)t;
            return true;
        }
    }
    return false;
}

static void tell_notes(const struct notes *notes) {
    for (uint32_t i = 0; i < notes->items.len; i++) {
        const struct report_note *n = &notes->items.data[i];
        log_message(n->level == LEVEL_ERROR ? LOG_ERROR : LOG_WARNING, STR_FMT, STR_ARG(n->text));
    }
}

static void show_uses(const struct program *p, struct buf *out, const char *what,
                      const struct channel_use *uses, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        buf_addf(out, "  %s by " STR_FMT " at ", what, STR_ARG(program_fn_name(p, uses[i].node)));
        show_place(out, uses[i].fn.facts, uses[i].loc);
        buf_add_char(out, '\n');
    }
}

static void show_channel(const struct program *p, const struct program_channel *c,
                         struct buf *out) {
    const struct expr_table *t = program_exprs(p);
    buf_addf(out, "%s ", program_channel_kind(c));
    expr_print(t, c->place, NULL, 0, out);
    if (c->lock.v) {
        buf_add_c(out, ", lock ");
        expr_print(t, c->lock, NULL, 0, out);
    }
    if (c->count.v && !expr_same(c->count, c->place)) {
        buf_add_c(out, ", counted in ");
        expr_print(t, c->count, NULL, 0, out);
    }
    static const char *const full[] = {[FULL_GROWS] = "grows without limit",
                                       [FULL_WAITS] = "senders wait when it is full",
                                       [FULL_FAILS] = "senders test for room",
                                       [FULL_TESTED] = "its length is tested elsewhere"};
    buf_addf(out, ", %s", full[c->full]);
    if (c->limit.at.facts) {
        buf_add_c(out, ", tested at ");
        show_place(out, c->limit.at.facts, c->limit.loc);
    }
    buf_add_char(out, '\n');
    show_uses(p, out, "sent to", c->sends.data, c->sends.len);
    show_uses(p, out, "received from", c->receives.data, c->receives.len);
    show_uses(p, out, "closed", c->closes.data, c->closes.len);
}

static bool dump(struct load *load, enum topic topic, struct buf *out, struct error *err) {
    if (topic == TOPIC_FACTS) {
        for (uint32_t i = 0; i < load->count; i++) {
            if (load->tus[i].facts) {
                ir_text_print(load->tus[i].facts, out);
            }
        }
        return true;
    }
    struct program *p = run_link(load->project, load, err);
    if (p && topic == TOPIC_SUMMARIES) {
        program_print_summaries(p, out);
    } else if (p && topic == TOPIC_CALLGRAPH) {
        program_print_callgraph(p, out);
    } else if (p && topic == TOPIC_CHANNELS) {
        for (uint32_t i = 0; i < program_channel_count(p); i++) {
            show_channel(p, program_channel(p, i), out);
        }
    } else if (p) {
        show_thread_inventory(p, out);
        program_print_stops(p, out);
    }
    return p != NULL;
}

static bool choose(struct project *project, enum topic topic, struct error *err) {
    if (topic != TOPIC_FACTS) {
        return true;
    }
    if (!project->sources.len) {
        return error_set(
            err, "'show facts' needs a source file: threadlint show facts SOURCE [-- FLAGS]");
    }
    project_keep_sources(project);
    return project->cmds.len ||
           error_set(err, "'%s' is compiled by no command; name a source file that includes it",
                     project->sources.data[0].given);
}

static bool show(struct arena *arena, const struct cli *cli, struct load *load, struct buf *out,
                 struct error *err) {
    enum topic topic = TOPIC_FACTS;
    struct project *project = ARENA_NEW(arena, struct project);
    if (!find_topic(cli->operands.data[0], &topic)) {
        return error_set(
            err, "'show %s': the topics are facts, summaries, callgraph, threads and channels",
            cli->operands.data[0]);
    }
    load->project = project;
    load->no_cache = topic == TOPIC_FACTS;
    if (!project_open(project, arena, cli, cli->operands.data + 1, cli->operands.len - 1, err) ||
        !choose(project, topic, err) || !load_run(load, err) || !dump(load, topic, out, err)) {
        return false;
    }
    load_add_notes(load);
    tell_notes(&project->notes);
    return true;
}

int show_run(const struct cli *cli) {
    struct arena arena;
    struct buf out;
    struct error err = {0};
    struct load load = {0};
    arena_init(&arena, 0);
    buf_init(&out, MAX_DUMP);
    bool ok = show(&arena, cli, &load, &out, &err);
    if (ok) {
        ok = fwrite(out.data ? out.data : "", 1, out.len, stdout) == out.len && fflush(stdout) == 0;
        ok = ok || error_set(&err, "cannot write to standard output");
    }
    int code = !ok ? 2 : cli->allow_partial || load_is_complete(&load) ? 0 : 3;
    if (!ok) {
        log_message(LOG_ERROR, "%s", err.text);
    }
    buf_release(&out);
    arena_release(&arena);
    return code;
}
