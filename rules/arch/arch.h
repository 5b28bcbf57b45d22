// Shared by the rules of this family.
#ifndef RULES_ARCH_ARCH_H
#define RULES_ARCH_ARCH_H

#include "checker/rule/check.h"

/// The place lies in a test, and there is more than tests. Tests may sleep as they like; where
/// there is nothing but tests, they are what is checked.
bool arch_is_test(const struct rule_ctx *ctx, const struct facts *f, loc_id loc);

/// Functions that the root reaches write places of this class.
bool arch_writes(const struct rule_ctx *ctx, uint32_t root, expr_id class);

#endif
