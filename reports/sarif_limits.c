// What fits. Services reject a file with too many results and keep the steps of a thread flow only
// up to a number: the most severe results and the last steps stay, and a notification says so.
#include "reports/sarif_private.h"

enum { MAX_RESULTS = 5000, MAX_STEPS = 1000, PRECISIONS = PRECISION_VERY_HIGH + 1 };

// Small is important: errors of precise rules first, suppressed findings last.
static unsigned class_of(const struct finding *f) {
    unsigned level = f->level <= LEVEL_ERROR ? LEVEL_ERROR - f->level : 0;
    unsigned doubt = PRECISION_VERY_HIGH - (unsigned)f->rule->precision;
    return f->suppressed ? SARIF_CLASSES - 1 : level * PRECISIONS + doubt;
}

static bool has_long_flow(const struct finding *f) {
    uint32_t counts[UINT8_MAX + 1] = {0};
    for (uint32_t i = 0; i < f->steps.len; i++) {
        if (++counts[f->steps.data[i].thread] > MAX_STEPS) {
            return true;
        }
    }
    return false;
}

void sarif_limits_measure(struct sarif *s) {
    struct sarif_limits *limits = &s->limits;
    for (uint32_t i = 0; i < s->report->findings->items.len; i++) {
        const struct finding *f = &s->report->findings->items.data[i];
        if (report_shows(s->options, f)) {
            limits->room[class_of(f)]++;
            limits->all++;
            limits->long_flows += has_long_flow(f);
        }
    }
    uint32_t left = MAX_RESULTS;
    for (int i = 0; i < SARIF_CLASSES; i++) {
        limits->room[i] = limits->room[i] < left ? limits->room[i] : left;
        left -= limits->room[i];
    }
    limits->taken = MAX_RESULTS - left;
}

bool sarif_limits_take(struct sarif *s, const struct finding *f) {
    uint32_t *room = &s->limits.room[class_of(f)];
    if (!report_shows(s->options, f) || *room == 0) {
        return false;
    }
    --*room;
    return true;
}

uint32_t sarif_limits_skip(uint32_t steps) {
    return steps > MAX_STEPS ? steps - MAX_STEPS : 0;
}

void sarif_limits_notify(struct sarif *s) {
    char text[256];
    struct report_note note = {.id = "limit", .level = LEVEL_WARNING};
    if (s->limits.taken < s->limits.all) {
        int len =
            snprintf(text, sizeof text,
                     "%u findings, of which the %u most severe are in this file, because services"
                     " reject larger ones; choose paths or rules to see the others",
                     s->limits.all, s->limits.taken);
        note.text = str_make(text, (size_t)len);
        sarif_notification(s, &note);
    }
    if (s->limits.long_flows > 0) {
        int len =
            snprintf(text, sizeof text,
                     "%u finding%s a thread with more than %d steps; the last %d are in this file",
                     s->limits.long_flows, s->limits.long_flows == 1 ? " has" : "s have", MAX_STEPS,
                     MAX_STEPS);
        note.text = str_make(text, (size_t)len);
        sarif_notification(s, &note);
    }
}
