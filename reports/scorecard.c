#include "reports/scorecard.h"

// The scorecard for all formats: what is open follows from the items and the findings, here only.

#include "checker/base/json.h"

bool scorecard_is_of(const struct finding *f, const struct score_point *point) {
    return str_eq(rule_family(f->rule), str_from(point->family->name));
}

bool scorecard_is_told(const struct report *r, const struct score_point *point,
                       const struct score_question *q) {
    for (uint32_t i = 0; i < r->findings->items.len; i++) {
        const struct finding *f = &r->findings->items.data[i];
        if (f->place.line == q->place.line && str_eq(f->place.file, q->place.file) &&
            scorecard_is_of(f, point)) {
            return true;
        }
    }
    return false;
}

static enum point_status status_of(const struct score_point *point,
                                   const struct point_state *state) {
    bool any = false;
    bool open = state->errors + state->warnings + state->notes > 0;
    bool answer = false;
    for (uint32_t i = 0; i < point->items.len; i++) {
        const struct score_item *item = &point->items.data[i];
        any |= item->total > 0;
        answer |= item->answer && item->total > 0;
        open |= item->answer && item->answered < item->total;
    }
    return open            ? POINT_OPEN
           : !any          ? POINT_NOTHING
           : answer        ? POINT_ANSWERED
           : !state->asked ? POINT_UNASKED
                           : POINT_CLEAR;
}

struct point_state scorecard_state(const struct report *r, const struct score_point *point) {
    struct point_state state = {0};
    for (uint32_t i = 0; i < r->findings->items.len; i++) {
        const struct finding *f = &r->findings->items.data[i];
        if (!f->suppressed && !f->known && scorecard_is_of(f, point)) {
            state.errors += f->level == LEVEL_ERROR;
            state.warnings += f->level == LEVEL_WARNING;
            state.notes += f->level == LEVEL_NOTE;
        }
    }
    for (size_t i = 0; i < rule_count; i++) {
        if (str_eq(rule_family(rule_table[i].rule), str_from(point->family->name))) {
            state.rules++;
            state.asked += r->rule_enabled && r->rule_enabled[i];
        }
    }
    state.status = status_of(point, &state);
    return state;
}

const char *scorecard_status_name(enum point_status status) {
    static const char *const names[] = {
        [POINT_NOTHING] = "nothing", [POINT_OPEN] = "open",         [POINT_ANSWERED] = "answered",
        [POINT_CLEAR] = "clear",     [POINT_UNASKED] = "not-asked",
    };
    return names[status];
}

static void put_answer(const struct score_item *item, FILE *out) {
    if (item->answered == 0) {
        (void)fprintf(out, ", none %s", item->answer);
    } else if (item->answered < item->total) {
        (void)fprintf(out, ", %u %s", item->answered, item->answer);
    } else {
        (void)fprintf(out, ", %s%s", item->total > 1 ? "all " : "", item->answer);
    }
}

void scorecard_put_items(const struct score_point *point, FILE *out) {
    const char *between = "";
    for (uint32_t i = 0; i < point->items.len; i++) {
        const struct score_item *item = &point->items.data[i];
        (void)fputs(between, out);
        between = "; ";
        if (item->total) {
            report_put_count(item->total, item->thing, "", out);
        } else {
            (void)fprintf(out, "no %s", item->thing);
        }
        (void)fprintf(out, "%s%s", item->kind[0] ? " " : "", item->kind);
        if (item->total && item->answer) {
            put_answer(item, out);
        }
    }
    (void)fputs(point->items.len ? "" : "no threads", out);
}

static void put_item(struct json *j, const struct score_item *item) {
    json_object_begin(j);
    json_key_c(j, "thing", item->thing);
    json_key_c(j, "kind", item->kind);
    json_key_int(j, "total", item->total);
    if (item->answer) {
        json_key_int(j, "answered", item->answered);
        json_key_c(j, "answer", item->answer);
    }
    json_object_end(j);
}

void scorecard_put_json(struct json *j, const struct report *r, const struct score_point *point) {
    struct point_state state = scorecard_state(r, point);
    json_object_begin(j);
    json_key_int(j, "point", point->family->point);
    json_key_c(j, "family", point->family->name);
    json_key_c(j, "question", point->family->question);
    json_key_c(j, "status", scorecard_status_name(state.status));
    json_key(j, "inspected");
    json_array_begin(j);
    for (uint32_t i = 0; i < point->items.len; i++) {
        put_item(j, &point->items.data[i]);
    }
    json_array_end(j);
    json_key(j, "open");
    json_array_begin(j);
    for (uint32_t i = 0; i < point->open.len; i++) {
        const struct score_question *q = &point->open.data[i];
        json_object_begin(j);
        json_key_str(j, "file", q->place.file);
        json_key_int(j, "line", q->place.line);
        json_key_str(j, "message", q->text);
        json_object_end(j);
    }
    json_array_end(j);
    json_key_str(j, "evidence", point->evidence);
    json_key_int(j, "errors", state.errors);
    json_key_int(j, "warnings", state.warnings);
    json_key_int(j, "notes", state.notes);
    json_key_int(j, "rules", state.rules);
    json_key_int(j, "rulesAsked", state.asked);
    json_object_end(j);
}
