#include "reports/text_review.h"

// `threadlint review`: the points of the review in their order, with what was looked at and what is
// open. A finding takes one line; its steps are for `check`.

#include "reports/scorecard.h"

static const char *status_text(enum point_status status) {
    static const char *const texts[] = {
        [POINT_NOTHING] = "nothing here", [POINT_OPEN] = "open",
        [POINT_ANSWERED] = "answered",    [POINT_CLEAR] = "no finding",
        [POINT_UNASKED] = "not asked",
    };
    return texts[status];
}

static const char *status_colour(const struct point_state *state) {
    if (state->status == POINT_OPEN) {
        return state->errors ? "1;31" : "1;33";
    }
    return state->status == POINT_ANSWERED ? "1;32" : "2";
}

static void put_found(const struct point_state *s, FILE *out) {
    const char *between = "; ";
    if (s->errors) {
        (void)fputs(between, out);
        report_put_count(s->errors, "error", "", out);
        between = ", ";
    }
    if (s->warnings) {
        (void)fputs(between, out);
        report_put_count(s->warnings, "warning", "", out);
        between = ", ";
    }
    if (s->notes) {
        (void)fputs(between, out);
        report_put_count(s->notes, "note", "", out);
    }
}

static void put_finding(const struct text_out *t, const struct finding *f) {
    (void)fputs("      ", t->out);
    text_place(t, f->place, false);
    (void)fputs(": ", t->out);
    text_level(t, f->level);
    text_put(t, f->message);
    (void)fprintf(t->out, " [%s]%s\n", f->rule->id,
                  f->suppressed ? " (suppressed)"
                  : f->known    ? " (known)"
                                : "");
}

static void put_question(const struct text_out *t, const struct score_question *q) {
    (void)fputs("      ", t->out);
    text_place(t, q->place, false);
    (void)fputs(": ", t->out);
    text_colour(t, "1;33");
    (void)fputs("open: ", t->out);
    text_colour(t, "0");
    text_put(t, q->text);
    (void)fputc('\n', t->out);
}

static void put_point(const struct text_out *t, const struct report_options *options,
                      const struct score_point *point) {
    const struct report *r = t->report;
    struct point_state state = scorecard_state(r, point);
    char number[8] = "";
    if (point->family->point) {
        (void)snprintf(number, sizeof number, "%u", point->family->point);
    }
    (void)fprintf(t->out, "%2s  %-13s  ", number, point->family->name);
    text_colour(t, status_colour(&state));
    (void)fprintf(t->out, "%-12s", status_text(state.status));
    text_colour(t, "0");
    (void)fputs("  ", t->out);
    scorecard_put_items(point, t->out);
    if (point->evidence.len) {
        (void)fputs(" in ", t->out);
        text_put(t, point->evidence);
    }
    put_found(&state, t->out);
    if (state.asked < state.rules) {
        (void)fprintf(t->out, "; %u of %u rules asked", state.asked, state.rules);
    }
    (void)fputc('\n', t->out);
    if (state.status == POINT_OPEN) {
        text_colour(t, "2");
        (void)fprintf(t->out, "      %s\n", point->family->question);
        text_colour(t, "0");
    }
    for (uint32_t i = 0; i < r->findings->items.len; i++) {
        const struct finding *f = &r->findings->items.data[i];
        if (report_shows(options, f) && scorecard_is_of(f, point)) {
            put_finding(t, f);
        }
    }
    for (uint32_t i = 0; i < point->open.len; i++) {
        if (!scorecard_is_told(r, point, &point->open.data[i])) {
            put_question(t, &point->open.data[i]);
        }
    }
}

// Findings of families that are no point: comments that suppress nothing.
static void put_others(const struct text_out *t, const struct report_options *options) {
    const struct report *r = t->report;
    for (uint32_t i = 0; i < r->findings->items.len; i++) {
        const struct finding *f = &r->findings->items.data[i];
        bool of_point = false;
        for (uint32_t k = 0; k < r->scorecard.points.len; k++) {
            of_point |= scorecard_is_of(f, &r->scorecard.points.data[k]);
        }
        if (!of_point && report_shows(options, f)) {
            put_finding(t, f);
        }
    }
}

void text_put_review(const struct text_out *t, const struct report_options *options) {
    for (uint32_t i = 0; i < t->report->scorecard.points.len; i++) {
        put_point(t, options, &t->report->scorecard.points.data[i]);
    }
    put_others(t, options);
    (void)fputc('\n', t->out);
}
