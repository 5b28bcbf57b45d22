// Content hashes (XXH3). Used for cache keys and fingerprints, not for security.
#ifndef CHECKER_BASE_HASH_H
#define CHECKER_BASE_HASH_H

#include "checker/base/str.h"

struct hash128 {
    uint64_t lo;
    uint64_t hi;
};

uint64_t hash64(const void *data, size_t len, uint64_t seed);
/// Mixes two words into one; for hash tables and hash chains.
static inline uint64_t hash_mix(uint64_t a, uint64_t b) {
    uint64_t h = a * 0x9e3779b97f4a7c15u; // so that no two pairs of small numbers are alike
    h ^= b + (h >> 29);
    h ^= h >> 33;
    h *= 0xff51afd7ed558ccdu;
    h ^= h >> 33;
    h *= 0xc4ceb9fe1a85ec53u;
    return h ^ (h >> 33);
}

struct hash128 hash128(const void *data, size_t len);
/// Continues a 128-bit hash with more content (length-prefixed, so "ab"+"c" != "a"+"bc").
struct hash128 hash128_add(struct hash128 h, struct str s);
/// 32 lower-case hexadecimal digits and a NUL.
void hash128_hex(struct hash128 h, char ret_hex[33]);
/// Reads what hash128_hex wrote; false for any other text.
bool hash128_parse(struct str hex, struct hash128 *ret);
bool hash128_eq(struct hash128 a, struct hash128 b);

#endif
