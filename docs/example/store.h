// Key-value store shared by all connections and workers.
#ifndef JOBD_STORE_H
#define JOBD_STORE_H

#include <pthread.h>
#include <stddef.h>

enum { STORE_BUCKETS = 128, STORE_MAX_ENTRIES = 4096, KEY_MAX = 64, VALUE_MAX = 256 };

struct entry {
    struct entry *next;
    char key[KEY_MAX];
    char value[VALUE_MAX];
};

struct store {
    pthread_mutex_t mu;
    struct entry *buckets[STORE_BUCKETS];
    unsigned used;
};

int store_init(struct store *s);
void store_release(struct store *s);

// -1 when the store is full or the key or value is too long.
int store_set(struct store *s, const char *key, const char *value);

// Copies the value, at most `size` bytes with the NUL; -1 when there is none.
int store_get(struct store *s, const char *key, char *ret_value, size_t size);

int store_delete(struct store *s, const char *key);

#endif
