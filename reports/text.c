#include "reports/text_review.h"

// The report for people: every finding with its source line, the steps that lead to it by thread,
// what is related, then what could not be looked at, then one line that sums up.

static void put_head(const struct text_out *t, const struct finding *f) {
    text_colour(t, "1");
    text_place(t, f->place, true);
    (void)fputs(": ", t->out);
    text_colour(t, "0");
    text_level(t, f->level);
    text_colour(t, "1");
    text_put(t, f->message);
    text_colour(t, "0");
    (void)fprintf(t->out, " [%s]", f->rule->id);
    if (f->suppressed) {
        (void)fputs(f->suppression.len ? " (suppressed: " : " (suppressed", t->out);
        text_put(t, f->suppression);
        (void)fputc(')', t->out);
    } else if (f->known) {
        (void)fputs(" (known)", t->out);
    }
    if (f->confirmed.len) {
        (void)fputs(" (confirmed)", t->out);
    }
    (void)fputc('\n', t->out);
    text_source(t, f->place, 0, true);
}

static void put_step(const struct text_out *t, const struct finding_step *step, unsigned number,
                     unsigned indent) {
    unsigned depth = step->depth < 8 ? step->depth : 8;
    (void)fprintf(t->out, "%*s%2u. %*s", (int)indent, "", number, (int)(2 * depth), "");
    if (step->place.line) {
        text_place(t, step->place, true);
        (void)fputs(": ", t->out);
    }
    text_put(t, step->text);
    if (step->held.len) {
        text_colour(t, "2");
        (void)fputs(" (held: ", t->out);
        text_put(t, step->held);
        (void)fputc(')', t->out);
        text_colour(t, "0");
    }
    (void)fputc('\n', t->out);
}

static bool is_same_line(struct place a, struct place b) {
    return a.line == b.line && str_eq(a.file, b.file);
}

static void put_thread_name(const struct text_out *t, const struct finding *f, unsigned thread,
                            unsigned indent) {
    (void)fprintf(t->out, "%*s", (int)indent, "");
    text_colour(t, "1;36");
    if (thread < f->threads.len && f->threads.data[thread].len) {
        (void)fputs("in ", t->out);
        text_put(t, f->threads.data[thread]);
    } else {
        (void)fputs("in another thread", t->out);
    }
    (void)fputs(":\n", t->out);
    text_colour(t, "0");
}

static void put_thread(const struct text_out *t, const struct finding *f, unsigned thread,
                       unsigned *number) {
    unsigned indent = thread ? 4 : 2;
    bool has_name = thread || (f->threads.len > 1 && f->threads.data[0].len);
    struct place shown = {0};
    for (uint32_t i = 0; i < f->steps.len; i++) {
        const struct finding_step *step = &f->steps.data[i];
        if (step->thread != thread) {
            continue;
        }
        if (has_name) {
            put_thread_name(t, f, thread, 2);
            has_name = false;
        }
        put_step(t, step, ++*number, indent);
        if (!is_same_line(step->place, shown)) {
            text_source(t, step->place, indent, false);
        }
        shown = step->place;
    }
}

static void put_finding(const struct text_out *t, const struct finding *f) {
    put_head(t, f);
    unsigned last_thread = 0;
    for (uint32_t i = 0; i < f->steps.len; i++) {
        last_thread = f->steps.data[i].thread > last_thread ? f->steps.data[i].thread : last_thread;
    }
    unsigned number = 0;
    for (unsigned thread = 0; thread <= last_thread; thread++) {
        put_thread(t, f, thread, &number);
    }
    for (uint32_t i = 0; i < f->related.len; i++) {
        (void)fputs("  ", t->out);
        text_place(t, f->related.data[i].place, true);
        (void)fputs(": ", t->out);
        text_level(t, LEVEL_NOTE);
        text_put(t, f->related.data[i].text);
        (void)fputc('\n', t->out);
        text_source(t, f->related.data[i].place, 2, true);
    }
    if (f->confirmed.len) {
        (void)fputs("  ", t->out);
        text_level(t, LEVEL_NOTE);
        (void)fputs("confirmed by a run: ", t->out);
        text_put(t, f->confirmed);
        (void)fputc('\n', t->out);
    }
    if (f->partial) {
        (void)fputs("  ", t->out);
        text_level(t, LEVEL_NOTE);
        (void)fputs("this function has compile errors; what is said of it may be incomplete\n",
                    t->out);
    }
    (void)fputc('\n', t->out);
}

// The line of a note has the form of a finding's, so that editors and log scanners find the place.
static void put_note(const struct text_out *t, struct place place, uint8_t level, struct str text,
                     const char *id) {
    text_colour(t, "1");
    text_place(t, place, true);
    (void)fputs(": ", t->out);
    text_colour(t, "0");
    text_level(t, level);
    text_put(t, text);
    (void)fprintf(t->out, " [%s]\n", id);
}

static bool has_note(const struct report *r, struct str path) {
    for (uint32_t i = 0; i < r->notes.len; i++) {
        const struct report_note *note = &r->notes.data[i];
        if (str_eq(note->place.file, path) || str_find(note->text, path, 0) != SIZE_MAX) {
            return true;
        }
    }
    return false;
}

static void put_notes(const struct text_out *t) {
    const struct report *r = t->report;
    for (uint32_t i = 0; i < r->notes.len; i++) {
        const struct report_note *note = &r->notes.data[i];
        struct place place = note->place;
        if (place.line == 0 && str_find(note->text, place.file, 0) != SIZE_MAX) {
            place.file = (struct str){0}; // the text says which file
        }
        put_note(t, place, (uint8_t)note->level, note->text, note->id);
    }
    // Every skipped file is named, also when nobody said why.
    for (uint32_t i = 0; i < r->files.len; i++) {
        if (!r->files.data[i].analysed && !has_note(r, r->files.data[i].path)) {
            struct place place = {.file = r->files.data[i].path};
            put_note(t, place, LEVEL_ERROR, STR("the file was not analysed"), "file-skipped");
        }
    }
    if (r->notes.len) {
        (void)fputc('\n', t->out);
    }
}

static void put_summary(const struct text_out *t) {
    const struct report *r = t->report;
    struct report_counts counts = report_count(r);
    uint32_t skipped = counts.skipped_files > r->tus_failed ? counts.skipped_files : r->tus_failed;
    report_put_figures(r, counts, t->out);
    if (counts.suppressed) {
        (void)fprintf(t->out, "; %u suppressed", counts.suppressed);
    }
    if (counts.known) {
        (void)fprintf(t->out, "; %u known", counts.known);
    }
    if (skipped) {
        (void)fputs("; ", t->out);
        report_put_count(skipped, "file", " skipped (reason above)", t->out);
    }
    if (r->seconds > 0) {
        (void)fprintf(t->out, "; %.2f s", r->seconds);
    }
    (void)fputc('\n', t->out);
}

bool text_write(const struct report *r, const struct report_options *options, FILE *out,
                struct error *err) {
    const struct text_out t = {.report = r, .out = out, .colour = options->colour};
    for (uint32_t i = 0; !options->scorecard && i < r->findings->items.len; i++) {
        if (report_shows(options, &r->findings->items.data[i])) {
            put_finding(&t, &r->findings->items.data[i]);
        }
    }
    if (options->scorecard) {
        text_put_review(&t, options);
    }
    put_notes(&t);
    put_summary(&t);
    return report_flush(out, err);
}
