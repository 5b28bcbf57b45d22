#include "checker/rule/suppress.h"

// Which findings the source says not to report, and which of those comments suppress nothing.
// Reading the comments is suppress_scan.c.

#include "checker/base/buf.h"
#include "checker/rule/config_parts.h"

#include <stdlib.h>

void suppressions_init(struct suppressions *s, struct arena *arena) {
    *s = (struct suppressions){.arena = arena};
}

static int compare_items(const void *left, const void *right) {
    const struct suppression *a = left;
    const struct suppression *b = right;
    int diff = str_cmp(a->file, b->file);
    if (diff == 0) {
        diff = (a->line > b->line) - (a->line < b->line);
    }
    if (diff == 0) {
        diff = (a->col > b->col) - (a->col < b->col);
    }
    return diff != 0 ? diff : str_cmp(a->pattern, b->pattern);
}

// Index of the first item of `file`, in sorted items.
static uint32_t first_of_file(const struct suppressions *s, struct str file) {
    uint32_t low = 0;
    uint32_t high = s->items.len;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (str_cmp(s->items.data[middle].file, file) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool covers(const struct suppression *item, uint32_t line, const struct rule *rule) {
    return item->first <= line && line <= item->last &&
           (item->pattern.len == 0 || config_pattern_names(item->pattern, rule));
}

static void apply_at(struct suppressions *s, const struct config *config, struct finding *finding,
                     struct place place) {
    for (uint32_t i = first_of_file(s, place.file); i < s->items.len; i++) {
        struct suppression *item = &s->items.data[i];
        if (!str_eq(item->file, place.file)) {
            return;
        }
        bool counts = item->reason.len > 0 || !config->require_reason;
        if (!counts || !covers(item, place.line, finding->rule)) {
            continue;
        }
        item->used = true;
        finding->suppressed = true;
        if (finding->suppression.len == 0) {
            finding->suppression = item->reason;
        }
    }
}

// A finding about two threads can be suppressed where either of them is.
static void apply_to(struct suppressions *s, const struct config *config, struct finding *finding) {
    apply_at(s, config, finding, finding->place);
    for (uint32_t i = 0; i < finding->related.len; i++) {
        apply_at(s, config, finding, finding->related.data[i].place);
    }
    for (uint32_t i = 0; i < finding->steps.len; i++) {
        const struct finding_step *step = &finding->steps.data[i];
        if (step->kind == STEP_ACCESS && step->thread != 0) {
            apply_at(s, config, finding, step->place);
        }
    }
}

// True when every rule the comment names was looked for here. Rules that need the whole program may
// have been withheld, so a comment for one of them is never called unused.
static bool was_looked_for(const struct suppression *item, const struct config *config) {
    for (size_t i = 0; i < rule_count; i++) {
        const struct rule *rule = rule_table[i].rule;
        if (config_pattern_names(item->pattern, rule) &&
            (rule->whole_program || config_level(config, rule, item->file) == LEVEL_OFF)) {
            return false;
        }
    }
    return true;
}

static bool lacks_reason(const struct suppression *item, const struct config *config) {
    return config->require_reason && item->reason.len == 0;
}

enum { MESSAGE_BYTES = 512 };

static struct str message(struct arena *arena, const struct suppression *item,
                          const struct config *config) {
    struct buf text;
    buf_init(&text, MESSAGE_BYTES);
    if (!config_pattern_is_known(item->pattern)) {
        const char *near = rule_nearest(item->pattern);
        buf_addf(&text, "suppression names no rule: '" STR_FMT "' is unknown",
                 STR_ARG(item->pattern));
        if (near != NULL) {
            buf_addf(&text, "; did you mean '%s'?", near);
        }
    } else if (lacks_reason(item, config)) {
        buf_addf(&text, "suppression of '" STR_FMT "' does not count: it gives no reason",
                 STR_ARG(item->pattern));
    } else {
        buf_addf(&text, "suppression of '" STR_FMT "' is not needed: it suppresses nothing",
                 STR_ARG(item->pattern));
    }
    struct str built = buf_str(&text);
    struct str kept = str_make(arena_copy(arena, built.ptr, built.len), built.len);
    buf_release(&text);
    return kept;
}

static void report_unused(const struct suppression *item, bool partial, const struct rule *rule,
                          const struct config *config, struct finding_list *findings) {
    enum level level = config_level(config, rule, item->file);
    bool is_named = item->pattern.len > 0; // a bare NOLINT is for other tools too
    if (item->used || !is_named || level == LEVEL_OFF || config_is_excluded(config, item->file)) {
        return;
    }
    if (config_pattern_is_known(item->pattern) &&
        (!was_looked_for(item, config) || (partial && !lacks_reason(item, config)))) {
        return;
    }
    struct finding finding = {
        .rule = rule,
        .level = (uint8_t)level,
        .place = {.file = item->file, .line = item->line, .col = item->col},
        .message = message(findings->arena, item, config),
        .subject = item->pattern,
    };
    if (config_pattern_is_known(item->pattern) && !lacks_reason(item, config)) {
        finding.fix = (struct finding_fix){.kind = FIX_DROP_NOTE, .place = finding.place};
    }
    vec_push(findings->arena, &findings->items, finding);
}

void suppressions_apply(struct suppressions *s, const struct config *config,
                        struct finding_list *findings) {
    if (s->items.len > 1) {
        qsort(s->items.data, s->items.len, sizeof *s->items.data, compare_items);
    }
    for (uint32_t i = 0; i < findings->items.len; i++) {
        apply_to(s, config, &findings->items.data[i]);
    }
    const struct rule *unused = rule_find(STR("suppression-unused"), NULL);
    for (uint32_t i = 0; unused != NULL && i < s->items.len; i++) {
        report_unused(&s->items.data[i], s->partial, unused, config, findings);
    }
}
