// Reader of model lines. Private to the effect room.
#ifndef CHECKER_EFFECT_MODEL_PARSE_H
#define CHECKER_EFFECT_MODEL_PARSE_H

#include "checker/base/err.h"
#include "checker/effect/model.h"

// One function line: a signature with one case.
struct model_line {
    struct summary head; // name, parameters, marks; no cases
    struct summary_case body;
};

/// Reads "name(params) [-> cond] [when cond and ...] [usually] : effects". `where` is "file:line"
/// for messages.
bool model_parse_line(struct expr_table *t, struct arena *arena, struct str line, struct str where,
                      struct model_line *ret_line, struct error *err);

/// Reads one property with its operand off the front of `rest` ("mt_unsafe tm", "fills 0"); `where`
/// starts the error message.
bool model_parse_property(struct str *rest, struct str where, struct model_function *out,
                          struct error *err);

#endif
