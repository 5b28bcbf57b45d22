// Shared by the rules of this family.
#ifndef RULES_OWNERSHIP_OWNERSHIP_H
#define RULES_OWNERSHIP_OWNERSHIP_H

#include "checker/link/stop.h"
#include "checker/rule/check.h"

/// The thread is detached, and nothing can stop it, count it or wait for its end.
bool ownership_is_unattended(const struct program *p, const struct program_stop *s);
/// Function for users elsewhere that starts the thread without saying so by its name; NODE_NONE for
/// none.
node_id ownership_hidden_start(const struct program *p, const struct program_stop *s);

#endif
