// OpenMP without the compiler's help: libclang hides code under directives, so files are parsed
// without them and the directives are read from the text before a statement. What a team of threads
// runs becomes a function of its own, started twice and joined at once (the implicit barrier): one
// thread stands for all others. Private to the front room.
//
// A parallel region is cut at its barriers, work-sharing loops and single blocks: what lies between
// is one such function, a loop another one, and a single block is run by the thread around. Code
// whose threads tell themselves apart by their number is left as it is.
#ifndef CHECKER_FRONT_OMP_H
#define CHECKER_FRONT_OMP_H

#include "checker/front/fn.h"

struct omp;

/// To be called when the command asks for OpenMP, before anything is lowered.
void omp_begin(struct lower *l);
/// Lowers a statement that a directive stands before; false when none does.
bool omp_stmt(struct lower *l, CXCursor c);
/// Place of a variable of the function around the region that is being lowered; false for all
/// others.
bool omp_captured(struct lower *l, CXCursor var, path_id *ret);
/// `this` of the method around the region that is being lowered; false when there is none.
bool omp_this(struct lower *l, val_id *ret);
/// Variables of this function, of the region being lowered when the variable is private to it.
struct map *omp_vars_of(struct lower *l, CXCursor var);
/// A directive of the variable's file gives each thread its own.
bool omp_is_thread_private(struct lower *l, CXCursor var);
/// The operand of `#pragma omp atomic` is being lowered.
bool omp_is_atomic(const struct lower *l);
/// Lowers the next region that waits; false when there is none.
bool omp_lower_next(struct lower *l);

#endif
