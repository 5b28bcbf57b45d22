#include "checker/rule/rule.h"

// Suppression comments that suppress nothing. There is nothing to check here: suppressions_apply
// knows which were used, after all other rules have spoken, and makes the findings.

extern const struct rule rule_suppression_unused;
const struct rule rule_suppression_unused = {
    .id = "suppression-unused",
    .summary = "A suppression comment suppresses nothing",
    .level = LEVEL_NOTE,
    .precision = PRECISION_VERY_HIGH,
    .cwe = {1164},
};
