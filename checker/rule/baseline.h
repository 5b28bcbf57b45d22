// A baseline: the findings a project has decided to live with for now. Only others are reported.
// Findings are recognised by fingerprint, so the file survives code that moves; see
// docs/formats.md.
#ifndef CHECKER_RULE_BASELINE_H
#define CHECKER_RULE_BASELINE_H

#include "checker/base/err.h"
#include "checker/rule/finding.h"

struct baseline_entry {
    struct hash128 fingerprint;
    struct str rule; // for people, as the message below
    struct str file;
    struct str message;
    bool is_met; // some finding of this run is it
};

struct baseline {
    struct arena *arena;
    VEC(struct baseline_entry) entries;
};

/// Reads the text of a baseline file. Fails on text that is none, or of a later version; the error
/// says where.
bool baseline_read(struct arena *arena, struct str text, struct baseline *ret, struct error *err);
/// Sets `known` of every finding in the baseline and `is_met` of its entry.
void baseline_apply(struct baseline *b, struct finding_list *findings);

#endif
