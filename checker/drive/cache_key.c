#include "checker/drive/cache_key.h"

#include <stdlib.h>

struct hash128 cache_run_key(const struct cache_options *options) {
    static const char *const variables[] = {
        "CPATH",         "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH", "OBJC_INCLUDE_PATH",
        "COMPILER_PATH", "SDKROOT",        "GCC_EXEC_PREFIX",    "CCC_OVERRIDE_OPTIONS"};
    uint32_t version = IR_VERSION;
    struct hash128 h = hash128(&version, sizeof version);
    h = hash128_add(h, options->front_version);
    h = hash128_add(h, options->root); // paths in facts are relative to it
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        h = hash128_add(
            h, str_from(getenv(variables[i]))); // NOLINT(concurrency-mt-unsafe): one thread
    }
    return h;
}

struct hash128 cache_tu_key(struct hash128 run_key, const struct compile_cmd *cmd) {
    struct hash128 h = hash128_add(run_key, cmd->file);
    h = hash128_add(h, cmd->directory);
    h = hash128_add(h, cmd->alone ? STR("alone") : STR(""));
    for (uint32_t i = 0; i < cmd->arg_count; i++) {
        h = hash128_add(h, str_from(cmd->args[i]));
    }
    return h;
}
