#include "checker/drive/confirm.h"

#include "checker/base/fs.h"
#include "checker/rule/tsan.h"

enum { MAX_LOG = 256 << 20 };

struct confirm {
    struct project *project;
    struct sources *sources;
    const struct report *report;
    struct interner paths; // as logs print them
    VEC(struct str) own;   // by number in `paths`: as findings name them
};

// `shorter` is the end of `longer`, whole components.
static bool is_end_of(struct str shorter, struct str longer) {
    return str_ends(longer, shorter) &&
           (longer.len == shorter.len || longer.ptr[longer.len - shorter.len - 1] == '/');
}

// A log names files as the compiler did: absolute, relative to some directory, or cut short.
static struct str find_own(const struct confirm *c, struct str path) {
    struct str plain = str_from(fs_normalize(c->project->arena, path));
    struct str relative = project_relative(c->project, plain);
    struct str found = {0};
    for (uint32_t i = 0; i < c->report->files.len; i++) {
        struct str file = c->report->files.data[i].path;
        if (str_eq(file, relative)) {
            return file;
        }
        if (is_end_of(file, plain) || is_end_of(plain, file)) {
            if (found.len) {
                return (struct str){0}; // one of several
            }
            found = file;
        }
    }
    return found;
}

static struct str own_file(void *ctx, struct str path) {
    struct confirm *c = ctx;
    uint32_t number = intern(&c->paths, path);
    while (c->own.len <= number) {
        struct str known = intern_text(&c->paths, c->own.len);
        vec_push(c->project->arena, &c->own, known.len ? find_own(c, known) : known);
    }
    return c->own.data[number];
}

static struct str line_text(void *ctx, struct place place) {
    struct confirm *c = ctx;
    return sources_place_line(c->sources, place);
}

// --- what is left over ---

static void note_reports(const struct confirm *c, const struct tsan_log *log,
                         const struct tsan_sources *sources) {
    for (uint32_t i = 0; i < log->reports.len; i++) {
        const struct tsan_report *r = &log->reports.data[i];
        if (!r->findings) {
            notes_add(&c->project->notes, "tsan-unmatched", LEVEL_NOTE, tsan_place(r, sources),
                      "ThreadSanitizer saw: " STR_FMT "%s" STR_FMT "%s (" STR_FMT
                      ":%u); no finding tells it",
                      STR_ARG(r->title), r->variable.len ? " of '" : "", STR_ARG(r->variable),
                      r->variable.len ? "'" : "", STR_ARG(r->log), r->line);
        }
    }
}

// The last place of a thread that touches memory or waits for a lock.
static const struct finding_step *last_deed(const struct finding *f, uint32_t thread) {
    const struct finding_step *last = NULL;
    for (uint32_t i = 0; i < f->steps.len; i++) {
        const struct finding_step *s = &f->steps.data[i];
        bool is_deed = s->kind == STEP_ACCESS || s->kind == STEP_ACQUIRE || s->kind == STEP_WAIT;
        last = s->thread == thread && is_deed ? s : last;
    }
    return last;
}

static void add_thread(const struct finding *f, uint32_t thread, struct buf *out) {
    const struct finding_step *deed = last_deed(f, thread);
    struct place at = deed ? deed->place : f->place;
    buf_addf(out, "%s" STR_FMT " is at " STR_FMT ":%u", thread ? " while " : "",
             STR_ARG(f->threads.data[thread]), STR_ARG(at.file), at.line);
}

// What a test would have to make happen.
static void note_finding(const struct confirm *c, const struct finding *f) {
    struct buf text;
    buf_init(&text, 1 << 14);
    if (f->threads.len >= 2) {
        for (uint32_t i = 0; i < f->threads.len && i < 3; i++) {
            add_thread(f, i, &text);
        }
    } else {
        buf_addf(&text, "'" STR_FMT "' gets to this line", STR_ARG(f->function));
        if (f->related.len) {
            const struct finding_related *other = &f->related.data[0];
            buf_addf(&text, " while another thread is at " STR_FMT ":%u",
                     STR_ARG(other->place.file), other->place.line);
        }
    }
    notes_add(&c->project->notes, "tsan-unconfirmed", LEVEL_NOTE, f->place,
              "no run has shown %s yet; a test reaches it when " STR_FMT, f->rule->id,
              STR_ARG(buf_str(&text)));
    buf_release(&text);
}

static void note_findings(const struct confirm *c, const struct finding_list *findings) {
    for (uint32_t i = 0; i < findings->items.len; i++) {
        const struct finding *f = &findings->items.data[i];
        if (!f->confirmed.len && !f->suppressed && !f->known && tsan_can_show(f->rule)) {
            note_finding(c, f);
        }
    }
}

bool confirm_run(struct project *project, struct sources *sources, const struct report *report,
                 struct finding_list *findings, struct error *err) {
    struct confirm c = {.project = project, .sources = sources, .report = report};
    struct tsan_sources look = {own_file, line_text, &c};
    struct tsan_log log = {.arena = project->arena};
    intern_init(&c.paths, project->arena);
    if (!project->cli->tsan_logs.len) {
        return error_set(err, "--tsan-log FILE names what a run under ThreadSanitizer has printed");
    }
    for (uint32_t i = 0; i < project->cli->tsan_logs.len; i++) {
        const char *path = project->cli->tsan_logs.data[i];
        struct str text = {0};
        if (!fs_read(project->arena, path, MAX_LOG, &text, err)) {
            return error_wrap(err, "--tsan-log");
        }
        tsan_read(&log, str_from(path), text);
    }
    tsan_confirm(&log, &look, findings);
    note_reports(&c, &log, &look);
    note_findings(&c, findings);
    return true;
}
