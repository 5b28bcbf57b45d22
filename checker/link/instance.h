// An access as it happens in one context: by which thread, beside which others, holding what.
// Private to link.
#ifndef CHECKER_LINK_INSTANCE_H
#define CHECKER_LINK_INSTANCE_H

#include "checker/link/access.h"
#include "checker/link/threads.h"

enum { INSTANCE_MAX_LOCKS = 64, INSTANCE_MAX_CALLS = 6 };

struct instance {
    const struct access *access;
    const struct run_context *context; // NULL for what a started thread does
    uint8_t slot;
    uint64_t live;
    expr_id locks[INSTANCE_MAX_LOCKS];
    uint32_t lock_count;
    bool unnamed; // some lock of them cannot be told
    bool far; // many calls from where the thread begins: some condition that rules it out is easily
              // missed
    const struct instance *partner; // race.c: one it races with
};

/// The access in context `c` of its function; NULL for one that a started thread makes. `frame`:
/// only threads which this run of the function has started count.
void instance_fill(struct program *p, struct instance *ret_instance, const struct access *a,
                   const struct run_context *c, bool frame);
bool instances_run_in_parallel(const struct program *p, const struct instance *a,
                               const struct instance *b);
/// Also true when a lock without a name may be the one.
bool instances_share_lock(const struct instance *a, const struct instance *b);

#endif
