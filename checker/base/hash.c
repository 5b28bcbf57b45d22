// XXH3 behind our own names; the only file that includes xxhash.h.
#include "checker/base/hash.h"

#define XXH_INLINE_ALL
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-qual"
#pragma GCC diagnostic ignored "-Wconversion"
#include <xxhash.h>
#pragma GCC diagnostic pop

uint64_t hash64(const void *data, size_t len, uint64_t seed) {
    return XXH3_64bits_withSeed(data, len, seed);
}

struct hash128 hash128(const void *data, size_t len) {
    XXH128_hash_t h = XXH3_128bits(data, len);
    return (struct hash128){h.low64, h.high64};
}

struct hash128 hash128_add(struct hash128 h, struct str s) {
    uint64_t len = s.len;
    XXH3_state_t state;
    XXH3_128bits_reset(&state);
    XXH3_128bits_update(&state, &h, sizeof h);
    XXH3_128bits_update(&state, &len, sizeof len);
    XXH3_128bits_update(&state, s.ptr, s.len);
    XXH128_hash_t x = XXH3_128bits_digest(&state);
    return (struct hash128){x.low64, x.high64};
}

void hash128_hex(struct hash128 h, char ret_hex[33]) {
    static const char digits[] = "0123456789abcdef";
    for (unsigned i = 0; i < 16; i++) {
        ret_hex[i] = digits[(h.hi >> (60 - 4 * i)) & 15];
        ret_hex[16 + i] = digits[(h.lo >> (60 - 4 * i)) & 15];
    }
    ret_hex[32] = '\0';
}

static int digit_of(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool hash128_parse(struct str hex, struct hash128 *ret) {
    struct hash128 h = {0};
    for (size_t i = 0; i < hex.len && hex.len == 32; i++) {
        int digit = digit_of(hex.ptr[i]);
        if (digit < 0) {
            return false;
        }
        uint64_t *half = i < 16 ? &h.hi : &h.lo;
        *half = *half << 4 | (unsigned)digit;
    }
    *ret = h;
    return hex.len == 32;
}

bool hash128_eq(struct hash128 a, struct hash128 b) {
    return a.lo == b.lo && a.hi == b.hi;
}
