// Annotations of the source about locks. Private to link; what rules ask is in program.h.
#ifndef CHECKER_LINK_CONTRACTS_H
#define CHECKER_LINK_CONTRACTS_H

#include "checker/link/program_private.h"

/// Fills u->contract_summaries: how functions take and release locks by contract. Needs
/// u->sym_nodes.
void contracts_find_summaries(struct program *p, struct unit *u);
/// Objects of the record are locks by contract.
bool contract_is_lock_type(const struct facts *f, record_id record);
/// Fills p->guards.
void program_find_guards(struct program *p);

#endif
