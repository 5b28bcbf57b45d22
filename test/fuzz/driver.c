// One fuzz target as a libFuzzer program; -DFUZZ_TARGET=fuzz_<name> says which.
#include "test/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    FUZZ_TARGET(str_make((const char *)data, size));
    return 0;
}
