// bounds-pool-from-input: a number that is read from a text says how many threads are started. Reported at the start.
// rules: bounds-pool-from-input
// profile: review
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { MOST = 64 };

struct settings {
    int workers;
    int readers;
    int writers;
};

static struct settings settings;
static pthread_t threads[1024];

static void *work(void *arg) {
    return arg;
}

void bad_argument(const char *arg) {
    int count = atoi(arg);
    for (int i = 0; i < count; i++) {
        pthread_create(&threads[i], NULL, work, NULL); // expect: bounds-pool-from-input "read at line 25"
    }
}

// The setting is checked for nonsense, and not for too much.
void read_workers(const char *arg) {
    settings.workers = atoi(arg);
    if (settings.workers <= 0) {
        fprintf(stderr, "at least one\n");
        exit(1);
    }
}

void bad_setting(void) {
    for (int i = 0; i < settings.workers; i++) {
        pthread_create(&threads[i], NULL, work, NULL); // expect: bounds-pool-from-input "as many threads"
    }
}

static void start_pool(unsigned long count) {
    for (unsigned long i = 0; i < count; i++) {
        pthread_create(&threads[i], NULL, work, NULL); // expect: bounds-pool-from-input "line 54"
    }
}

void bad_through_parameter(void) {
    const char *text = getenv("POOL_SIZE");
    start_pool(text ? strtoul(text, NULL, 10) : 4);
}

void ok_clamped(const char *arg) {
    int count = atoi(arg);
    if (count > MOST) {
        count = MOST;
    }
    for (int i = 0; i < count; i++) {
        pthread_create(&threads[i], NULL, work, NULL);
    }
}

void read_readers(const char *arg) {
    settings.readers = atoi(arg);
    if (settings.readers > MOST) {
        fprintf(stderr, "that is a lot\n");
    }
}

void ok_setting_checked(void) {
    for (int i = 0; i < settings.readers; i++) {
        pthread_create(&threads[i], NULL, work, NULL);
    }
}

void ok_processors(void) {
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    for (long i = 0; i < count; i++) {
        pthread_create(&threads[i], NULL, work, NULL);
    }
}

void ok_constant(void) {
    settings.writers = 4;
    for (int i = 0; i < settings.writers; i++) {
        pthread_create(&threads[i], NULL, work, NULL);
    }
}

// Joined each round: one at a time.
void ok_one_at_a_time(const char *arg) {
    int count = atoi(arg);
    for (int i = 0; i < count; i++) {
        pthread_t t;
        pthread_create(&t, NULL, work, NULL);
        pthread_join(t, NULL);
    }
}
