// What a run of `check` came to, kept in the cache: when nothing it rests on has changed, the next
// run reports it again and neither links nor judges. result.c makes the key and asks the cache,
// result_code.c turns the parts into bytes and back.
#ifndef CHECKER_DRIVE_RESULT_H
#define CHECKER_DRIVE_RESULT_H

#include "checker/drive/load.h"
#include "checker/drive/stats.h"
#include "reports/report.h"

// The parts of a run that judging makes. Restored ones live in `arena`.
struct result {
    struct arena *arena;
    struct report *report; // inventory: files, threads, locks, functions; scorecard
    struct finding_list *findings;
    struct notes *notes; // those from `first_note` on
    uint32_t first_note;
    uint32_t with_errors; // TUs with errors in their code
    struct stats *stats;
};

enum { RESULT_MAX = 256 << 20 }; // bytes; larger ones are not kept

/// Hash of all the result rests on: contents of the TUs in their order, configuration, models, what
/// is asked for, this very program. False when it is not known, so that nothing may be kept.
bool result_key(const struct project *p, const struct load *l, struct hash128 *ret_key);
/// Fills the parts from the cache; false (nothing is changed) when there is no result or it is
/// damaged.
bool result_restore(struct result *r, struct load *l, struct hash128 key);
void result_store(struct result *r, const struct load *l, struct hash128 key);

/// Bytes of the parts, added to `out`.
void result_pack(struct result *r, struct buf *out);
/// The parts of `data`, whose texts are not copied. False when the bytes are no result.
bool result_unpack(struct result *r, struct str data);

#endif
