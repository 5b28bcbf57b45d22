// shared-state-false-sharing: neighbouring words written by different threads in loops.
// profile: review
// rules: shared-state-false-sharing
#include <pthread.h>
#include <stdatomic.h>

enum { THREADS = 4 };

struct padded {
    long value;
    char pad[56];
};

static long sums[THREADS];
static struct padded padded_sums[THREADS];
static long results[THREADS];
static long table[4096];
static long guarded[THREADS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct {
    atomic_long pushed;
    atomic_long popped;
} ends;

static struct {
    atomic_long pushed;
    _Alignas(64) atomic_long popped;
} aligned_ends;

static void *bad_slot(void *arg) {
    long id = (long)arg;
    for (int i = 0; i < 1000; i++) {
        sums[id] += i; // expect: shared-state-false-sharing "sums"
    }
    return NULL;
}

static void *bad_producer(void *arg) {
    for (int i = 0; i < 1000; i++) {
        ends.pushed++; // expect: shared-state-false-sharing "ends"
        aligned_ends.pushed++;
    }
    return arg;
}

static void *consumer(void *arg) {
    for (int i = 0; i < 1000; i++) {
        ends.popped++;
        aligned_ends.popped++;
    }
    return arg;
}

static void *ok_slots(void *arg) {
    long id = (long)arg;
    long sum = 0;
    for (int i = 0; i < 1000; i++) {
        padded_sums[id].value += i;
        sum += i;
    }
    results[id] = sum;
    for (int i = 0; i < 1000; i++) {
        long k = i * 17 % 4096;
        table[k]++;
    }
    for (int i = 0; i < 1000; i++) {
        pthread_mutex_lock(&lock);
        guarded[id] += i;
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

static void ok_not_in_a_thread(void) {
    for (int i = 0; i < 1000; i++) {
        sums[0] += i;
    }
}

int main(void) {
    pthread_t t[2 * THREADS + 2];
    int n = 0;
    for (long i = 0; i < THREADS; i++) {
        if (pthread_create(&t[n], NULL, bad_slot, (void *)i) == 0) {
            n++;
        }
        if (pthread_create(&t[n], NULL, ok_slots, (void *)i) == 0) {
            n++;
        }
    }
    if (pthread_create(&t[n], NULL, bad_producer, NULL) == 0) {
        n++;
    }
    if (pthread_create(&t[n], NULL, consumer, NULL) == 0) {
        n++;
    }
    for (int i = 0; i < n; i++) {
        pthread_join(t[i], NULL);
    }
    ok_not_in_a_thread();
    return 0;
}
