// A try that yields the lock as a token: other functions release through the token, or by the number it was found with.
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

struct entry {
    struct entry *prev;
    int state;
    int refs;
};

struct pulled {
    struct entry *entry;
    uint32_t bucket;
};

enum { HOT, WARM = 64, COLD = 128 };
enum { PULL_STOP = 2, PULL_KEEP = 4 };

static pthread_mutex_t *buckets;
static unsigned power;
static pthread_mutex_t list_mu;
static struct entry *tail;

uint32_t hash_of(const struct entry *e);
void drop(struct entry *e);

void *bucket_trylock(uint32_t hash) {
    pthread_mutex_t *lock = &buckets[hash & ((1u << power) - 1)];
    if (pthread_mutex_trylock(lock) == 0) {
        return lock;
    }
    return NULL;
}

void bucket_unlock_token(void *token) {
    pthread_mutex_unlock((pthread_mutex_t *)token);
}

void bucket_unlock(uint32_t hash) {
    pthread_mutex_unlock(&buckets[hash & ((1u << power) - 1)]);
}

// Every call names one of the cases, so none goes by the switch. With PULL_KEEP the caller takes the bucket's lock over.
static int ok_pull(int kind, unsigned flags, struct pulled *out) {
    struct entry *found = NULL;
    struct entry *next = NULL;
    void *token = NULL;
    int tries = 5;
    pthread_mutex_lock(&list_mu);
    for (struct entry *e = tail; tries > 0 && e; tries--, e = next) {
        next = e->prev;
        if (e->refs > 2) {
            if (flags & PULL_STOP) {
                pthread_mutex_unlock(&list_mu);
                return 0;
            }
            continue;
        }
        uint32_t hash = hash_of(e);
        if ((token = bucket_trylock(hash)) == NULL) {
            continue;
        }
        switch (kind) {
        case HOT:
            found = e;
            break;
        case WARM:
            if (e->state == 5) {
                bucket_unlock_token(token);
            } else {
                found = e;
            }
            break;
        case COLD:
            found = e;
            if (flags & PULL_KEEP) {
                out->entry = found;
                out->bucket = hash;
            }
            break;
        }
        if (found) {
            break;
        }
    }
    pthread_mutex_unlock(&list_mu);
    if (found && (flags & PULL_KEEP) == 0) {
        drop(found);
        bucket_unlock_token(token);
    }
    return tries;
}

int ok_takes_over(void) {
    struct pulled p = {0};
    ok_pull(COLD, PULL_KEEP, &p);
    if (!p.entry) {
        return 0;
    }
    drop(p.entry);
    bucket_unlock(p.bucket);
    return 1;
}

int ok_pulls_others(void) {
    return ok_pull(HOT, 0, NULL) + ok_pull(WARM, PULL_STOP, NULL);
}

int bad_forgets_the_token(struct entry *e) {
    void *token = bucket_trylock(hash_of(e));
    if (!token) {
        return 0;
    }
    if (e->state == 5) {
        return -1; // expect: shared-state-lock-leak "buckets"
    }
    drop(e);
    bucket_unlock_token(token);
    return 1;
}
