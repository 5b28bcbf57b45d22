#include "checker/drive/gate.h"

#include "checker/base/fs.h"
#include "checker/drive/changed.h"
#include "checker/rule/baseline.h"

enum { MAX_BASELINE = 256 << 20 };

const char *gate_baseline_path(const struct project *p) {
    if (p->cli->baseline) {
        return fs_join(p->arena, p->cwd, str_from(p->cli->baseline));
    }
    return p->config.baseline.len ? p->config.baseline.ptr
                                  : fs_join(p->arena, p->root, STR(".threadlint-baseline.json"));
}

static void note_stale(struct project *p, const struct baseline *b, const char *path) {
    uint32_t stale = 0;
    const struct baseline_entry *first = NULL;
    for (uint32_t i = 0; i < b->entries.len; i++) {
        if (!b->entries.data[i].is_met) {
            first = first ? first : &b->entries.data[i];
            stale++;
        }
    }
    if (first) {
        struct place place = {.file = project_relative(p, str_from(path))};
        notes_add(&p->notes, "baseline-stale", LEVEL_NOTE, place,
                  "%u of the baseline's findings %s gone (the first: %.*s in %.*s); "
                  "'threadlint baseline --prune' removes %s",
                  stale, stale == 1 ? "is" : "are", (int)first->rule.len, first->rule.ptr,
                  (int)first->file.len, first->file.ptr, stale == 1 ? "it" : "them");
    }
}

static bool apply_baseline(struct project *p, struct finding_list *findings, bool complete,
                           struct error *err) {
    const char *path = gate_baseline_path(p);
    bool is_asked = p->cli->baseline || p->config.baseline.len;
    bool is_made_now = p->cli->command == CLI_BASELINE;
    if (!fs_exists(path) && (!is_asked || (is_made_now && !p->cli->prune))) {
        return true;
    }
    struct str text = {0};
    struct baseline b;
    if (!fs_read(p->arena, path, MAX_BASELINE, &text, err)) {
        return error_wrap(err, "baseline");
    }
    if (!baseline_read(p->arena, text, &b, err)) {
        return error_wrap(err, "%s", path);
    }
    p->has_baseline = true;
    baseline_apply(&b, findings);
    if (complete && !p->sources.len && !is_made_now) {
        note_stale(p, &b, path);
    }
    return true;
}

static bool touches(const struct changed *c, const struct finding *f) {
    bool is_touched = changed_has(c, f->place);
    for (uint32_t i = 0; i < f->steps.len && !is_touched; i++) {
        is_touched = changed_has(c, f->steps.data[i].place);
    }
    return is_touched;
}

bool gate_mark_known(struct project *p, struct finding_list *findings, bool complete,
                     struct error *err) {
    if (!apply_baseline(p, findings, complete, err)) {
        return false;
    }
    if (!p->cli->new_from) {
        return true;
    }
    struct changed changed;
    if (!changed_read(p->arena, p->root, p->cli->new_from, &changed, err)) {
        return false;
    }
    for (uint32_t i = 0; i < findings->items.len; i++) {
        struct finding *f = &findings->items.data[i];
        f->known = f->known || !touches(&changed, f);
    }
    return true;
}

bool gate_fails(const struct project *p, const struct finding_list *findings) {
    uint64_t count = 0;
    enum level gate = p->config.fail_on;
    for (uint32_t i = 0; i < findings->items.len; i++) {
        const struct finding *f = &findings->items.data[i];
        count += !f->suppressed && !f->known && gate != LEVEL_OFF && f->level >= (unsigned)gate;
    }
    return count > p->cli->max_findings && !p->cli->exit_zero;
}
