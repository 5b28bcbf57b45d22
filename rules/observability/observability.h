// Shared by the rules of this family: names of threads.
#ifndef RULES_OBSERVABILITY_OBSERVABILITY_H
#define RULES_OBSERVABILITY_OBSERVABILITY_H

#include "checker/rule/check.h"

/// The threads of the root are given a name, by themselves or by who starts them.
bool observability_is_named(const struct program *p, uint32_t root);

#endif
