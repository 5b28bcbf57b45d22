// A point of the review as reports show it. Not for use outside reports/.
#ifndef REPORTS_SCORECARD_H
#define REPORTS_SCORECARD_H

#include "reports/report_private.h"

enum point_status {
    POINT_NOTHING,  // there is nothing the question could be asked about
    POINT_OPEN,     // there are findings, or things without an answer
    POINT_ANSWERED, // all that needs an answer has one, and nothing was found
    POINT_CLEAR,    // looked at, and nothing was found; no answer is claimed
    POINT_UNASKED,  // no rule of the family was evaluated in this run
};

// What is not said by the point itself.
struct point_state {
    enum point_status status;
    uint32_t errors; // findings that are neither suppressed nor known
    uint32_t warnings;
    uint32_t notes;
    uint32_t rules; // of the family
    uint32_t asked; // of these, evaluated in this run
};

struct point_state scorecard_state(const struct report *r, const struct score_point *point);
/// "open", "answered", "clear", "nothing" or "not-asked": part of the formats.
const char *scorecard_status_name(enum point_status status);
/// "12 thread starts, 10 joined or detached; 3 locks": what was inspected. Without the evidence,
/// which is text of the project.
void scorecard_put_items(const struct score_point *point, FILE *out);
/// A finding of the point that is shown stands on the line of the question and says more.
bool scorecard_is_told(const struct report *r, const struct score_point *point,
                       const struct score_question *q);
bool scorecard_is_of(const struct finding *f, const struct score_point *point);

struct json;
/// The point as an object of the JSON formats.
void scorecard_put_json(struct json *j, const struct report *r, const struct score_point *point);

#endif
