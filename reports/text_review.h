// The review for people. Not for use outside reports/.
#ifndef REPORTS_TEXT_REVIEW_H
#define REPORTS_TEXT_REVIEW_H

#include "reports/text_source.h"

/// One line per point of the review, its findings below it.
void text_put_review(const struct text_out *t, const struct report_options *options);

#endif
