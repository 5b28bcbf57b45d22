// What comes before the start of a thread. Private to link.
#ifndef CHECKER_LINK_INITIAL_H
#define CHECKER_LINK_INITIAL_H

#include "checker/link/access.h"

struct run_context;

/// The access, made in context `c` by the main thread, or by whoever calls the program from
/// outside, is on a way that starts the thread in `slot` only afterwards. Not asked of main, which
/// may call a function twice: outside nobody is known to.
bool access_precedes_start(struct program *p, const struct access *a, const struct run_context *c,
                           uint8_t slot);

/// The way to the access has started a thread in `slot` itself, before.
bool access_follows_start(struct program *p, const struct access *a, const struct run_context *c,
                          uint8_t slot);

#endif
