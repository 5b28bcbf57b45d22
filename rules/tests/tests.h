// Shared by the rules of this family: what tests come to.
#ifndef RULES_TESTS_TESTS_H
#define RULES_TESTS_TESTS_H

#include "checker/rule/check.h"

struct ending { // a place that starts or joins the thread kept in a field or global
    node_id node;
    expr_id handle; // class
    loc_id loc;
};

struct endings {
    VEC(struct ending) items;
};

/// A function of the tests, by its file or its name.
bool tests_is_one(const struct rule_ctx *ctx, node_id n);
/// By function: tests come to it. NULL when there are no tests here.
bool *tests_reach(const struct rule_ctx *ctx);
/// Places that do this to a kept handle: EFFECT_SPAWN or EFFECT_JOIN.
void tests_collect(struct rule_ctx *ctx, enum effect_kind kind, struct endings *out);
/// First of them for this handle, with `tested` in a function it marks; NULL for none.
const struct ending *tests_find(const struct endings *all, expr_id handle, const bool *tested);

#endif
