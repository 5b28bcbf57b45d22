// Facts with at least one of everything, made with the builder.
#ifndef TEST_UNIT_TEST_IR_SAMPLE_H
#define TEST_UNIT_TEST_IR_SAMPLE_H

#include "checker/ir/build.h"

/// Fills `f` (initialised here): every kind of declaration, value, op and terminator, a function
/// inside a function, a dropped block, names that are not unique and names that need quotes.
void ir_sample(struct facts *f, struct arena *arena);

#endif
