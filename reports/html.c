// One HTML file for people: findings with their code, the steps of each thread side by side, the
// threads and locks of the program. Self-contained, without script, closed to the network by its
// content security policy; all text is escaped.
#include "reports/html_style.h"
#include "reports/scorecard.h"
#include "reports/xml.h"

enum { MAX_THREADS = 16 };

struct html {
    const struct report *report;
    const struct report_options *options;
    FILE *out;
};

static void put(const struct html *h, const char *markup) {
    (void)fputs(markup, h->out);
}

static void put_text(const struct html *h, struct str text) {
    xml_text(h->out, text);
}

static void put_place(const struct html *h, struct place place) {
    if (!place.file.len) {
        return;
    }
    put(h, "<span class=\"place\">");
    put_text(h, place.file);
    if (place.line) {
        (void)fprintf(h->out, ":%u", place.line);
    }
    put(h, "</span>");
}

// --- source ---

// The line with what is meant marked.
static void put_code(const struct html *h, struct place place) {
    struct str line = report_line(h->report, place);
    if (!line.len) {
        return;
    }
    size_t from = place.col ? place.col - 1 : 0;
    size_t to = report_end_col(place, line) - 1;
    from = from < line.len ? from : line.len;
    to = to < line.len ? to : line.len;
    (void)fprintf(h->out, "<pre><span class=\"n\">%5u </span>", place.line);
    put_text(h, str_slice(line, 0, from));
    put(h, "<mark>");
    put_text(h, str_slice(line, from, to));
    put(h, "</mark>");
    put_text(h, str_slice(line, to, line.len));
    put(h, "</pre>");
}

// --- one finding ---

static void put_step(const struct html *h, const struct finding_step *step, bool with_code) {
    (void)fprintf(h->out, "<li style=\"margin-left:%uem\">", step->depth < 8 ? step->depth : 8u);
    put_text(h, step->text);
    put(h, " ");
    put_place(h, step->place);
    if (step->held.len) {
        put(h, " <span class=\"held\">holds ");
        put_text(h, step->held);
        put(h, "</span>");
    }
    if (with_code) {
        put_code(h, step->place);
    }
    put(h, "</li>\n");
}

static bool is_same_line(struct place a, struct place b) {
    return a.line == b.line && str_eq(a.file, b.file);
}

static void put_thread(const struct html *h, const struct finding *f, unsigned thread,
                       bool has_others) {
    struct place shown = {0};
    put(h, "<div class=\"thread\">");
    if (has_others || (thread < f->threads.len && f->threads.data[thread].len)) {
        put(h, "<h3>");
        put_text(h, thread < f->threads.len && f->threads.data[thread].len ? f->threads.data[thread]
                                                                           : STR("another thread"));
        put(h, "</h3>");
    }
    put(h, "<ol>\n");
    for (uint32_t i = 0; i < f->steps.len; i++) {
        const struct finding_step *step = &f->steps.data[i];
        if (step->thread == thread) {
            put_step(h, step, !is_same_line(step->place, shown));
            shown = step->place;
        }
    }
    put(h, "</ol></div>\n");
}

static void put_threads(const struct html *h, const struct finding *f) {
    bool has[MAX_THREADS] = {false};
    unsigned count = 0;
    for (uint32_t i = 0; i < f->steps.len; i++) {
        unsigned t = f->steps.data[i].thread;
        if (t < MAX_THREADS && !has[t]) {
            has[t] = true;
            count++;
        }
    }
    put(h, "<div class=\"threads\">\n");
    for (unsigned t = 0; t < MAX_THREADS; t++) {
        if (has[t]) {
            put_thread(h, f, t, count > 1);
        }
    }
    put(h, "</div>\n");
}

static void put_related(const struct html *h, const struct finding *f) {
    if (!f->related.len) {
        return;
    }
    put(h, "<ul>\n");
    for (uint32_t i = 0; i < f->related.len; i++) {
        put(h, "<li>");
        put_text(h, f->related.data[i].text);
        put(h, " ");
        put_place(h, f->related.data[i].place);
        put_code(h, f->related.data[i].place);
        put(h, "</li>\n");
    }
    put(h, "</ul>\n");
}

static void put_finding(const struct html *h, const struct finding *f) {
    const char *level = level_name((enum level)f->level);
    (void)fprintf(h->out, "<details class=\"finding %s\"%s><summary>", level,
                  f->level == LEVEL_ERROR ? " open" : "");
    (void)fprintf(h->out, "<span class=\"rule\">%s</span>", f->rule->id);
    (void)fprintf(h->out, "<span class=\"level\">%s</span> ", level);
    put_text(h, f->message);
    put(h, f->suppressed ? " (suppressed) " : f->known ? " (known) " : " ");
    put_place(h, f->place);
    put(h, "</summary><div class=\"body\">\n");
    put_code(h, f->place);
    if (f->steps.len) {
        put_threads(h, f);
    }
    put_related(h, f);
    put(h, "</div></details>\n");
}

static void put_findings(const struct html *h) {
    static const char *const levels[] = {"error", "warning", "note"};
    uint32_t shown = 0;
    put(h, "<h2>Findings</h2>\n<div class=\"bar\"><span>Show</span>");
    for (int i = 0; i < 3; i++) {
        (void)fprintf(h->out,
                      "<label class=\"c-%s\"><input type=\"checkbox\" id=\"f-%s\" checked> "
                      "%ss</label>",
                      levels[i], levels[i], levels[i]);
    }
    put(h, "</div>\n");
    for (uint32_t i = 0; i < h->report->findings->items.len; i++) {
        const struct finding *f = &h->report->findings->items.data[i];
        if (report_shows(h->options, f)) {
            put_finding(h, f);
            shown++;
        }
    }
    if (!shown) {
        put(h, "<p class=\"none\">Nothing found.</p>\n");
    }
}

// --- the program ---

static void put_heads(const struct html *h, const char *const *heads) {
    put(h, "<table><thead><tr>");
    for (; *heads; heads++) {
        (void)fprintf(h->out, "<th>%s</th>", *heads);
    }
    put(h, "</tr></thead><tbody>\n");
}

static void put_questions(const struct html *h, const struct score_point *point) {
    if (!point->open.len) {
        return;
    }
    put(h, "<ul>");
    for (uint32_t i = 0; i < point->open.len; i++) {
        put(h, "<li>");
        put_text(h, point->open.data[i].text);
        put(h, " ");
        put_place(h, point->open.data[i].place);
        put(h, "</li>");
    }
    put(h, "</ul>");
}

static void put_scorecard(const struct html *h) {
    static const char *const heads[] = {"", "Point", "Question", "Looked at", "Findings", "", NULL};
    const struct report *r = h->report;
    if (!r->scorecard.points.len) {
        return;
    }
    put(h, "<h2>Review</h2>\n");
    put_heads(h, heads);
    for (uint32_t i = 0; i < r->scorecard.points.len; i++) {
        const struct score_point *point = &r->scorecard.points.data[i];
        struct point_state state = scorecard_state(r, point);
        put(h, "<tr><td>");
        if (point->family->point) {
            (void)fprintf(h->out, "%u", point->family->point);
        }
        (void)fprintf(h->out, "</td><td>%s</td><td>%s</td><td>", point->family->name,
                      point->family->question);
        scorecard_put_items(point, h->out);
        if (point->evidence.len) {
            put(h, " in ");
            put_place(h, (struct place){.file = point->evidence});
        }
        put_questions(h, point);
        (void)fprintf(h->out, "</td><td>%u</td><td class=\"c-%s\">%s</td></tr>\n",
                      state.errors + state.warnings + state.notes,
                      state.errors                 ? "error"
                      : state.status == POINT_OPEN ? "warning"
                                                   : "none",
                      scorecard_status_name(state.status));
    }
    put(h, "</tbody></table>\n");
}

static void put_program_threads(const struct html *h) {
    static const char *const heads[] = {"Thread", "Started at", "Kept in", "How it ends", NULL};
    const struct report *r = h->report;
    if (!r->threads.len) {
        return;
    }
    put(h, "<h2>Threads</h2>\n");
    put_heads(h, heads);
    for (uint32_t i = 0; i < r->threads.len; i++) {
        const struct report_thread *t = &r->threads.data[i];
        put(h, "<tr><td><code>");
        put_text(h, t->entry);
        put(h, t->many ? "</code> (many)</td><td>" : "</code></td><td>");
        put_place(h, t->spawn);
        put(h, "</td><td><code>");
        put_text(h, t->handle);
        put(h, "</code></td><td>");
        put_text(h, str_from(t->end));
        put(h, " ");
        put_place(h, t->end_place);
        put(h, "</td></tr>\n");
    }
    put(h, "</tbody></table>\n");
}

static void put_program_locks(const struct html *h) {
    static const char *const heads[] = {"Lock", "Type", "Taken at", NULL};
    const struct report *r = h->report;
    if (!r->locks.len) {
        return;
    }
    put(h, "<h2>Locks</h2>\n");
    put_heads(h, heads);
    for (uint32_t i = 0; i < r->locks.len; i++) {
        put(h, "<tr><td><code>");
        put_text(h, r->locks.data[i].name);
        put(h, "</code></td><td>");
        put_text(h, r->locks.data[i].kind);
        put(h, "</td><td>");
        report_put_count(r->locks.data[i].acquires, "place", "</td></tr>\n", h->out);
    }
    put(h, "</tbody></table>\n");
}

// What the run did not see: never left out.
static void put_notes(const struct html *h) {
    const struct report *r = h->report;
    if (!r->notes.len) {
        return;
    }
    put(h, "<h2>About this run</h2>\n<ul>\n");
    for (uint32_t i = 0; i < r->notes.len; i++) {
        (void)fprintf(h->out, "<li class=\"c-%s\">", level_name(r->notes.data[i].level));
        put_text(h, r->notes.data[i].text);
        put(h, "</li>\n");
    }
    put(h, "</ul>\n");
}

static void put_summary(const struct html *h) {
    const struct report *r = h->report;
    struct report_counts c = report_count(r);
    put(h, "<p class=\"sub\">");
    report_put_figures(r, c, h->out);
    if (c.suppressed) {
        (void)fprintf(h->out, ", %u suppressed", c.suppressed);
    }
    if (c.known) {
        (void)fprintf(h->out, ", %u known", c.known);
    }
    put(h, r->complete ? ".</p>\n" : ". <strong>Incomplete: see the end.</strong></p>\n");
}

bool html_write(const struct report *r, const struct report_options *options, FILE *out,
                struct error *err) {
    const struct html h = {.report = r, .options = options, .out = out};
    put(&h,
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
        "style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"referrer\" content=\"no-referrer\">\n<title>threadlint</title>\n<style>\n");
    put(&h, html_style);
    put(&h, "</style></head><body>\n<h1>threadlint</h1>\n");
    put_summary(&h);
    put_findings(&h);
    put_scorecard(&h);
    put_program_threads(&h);
    put_program_locks(&h);
    put_notes(&h);
    put(&h, "</body></html>\n");
    return report_flush(out, err);
}
