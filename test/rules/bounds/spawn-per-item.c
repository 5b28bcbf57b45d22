// bounds-spawn-per-item: a spawn in a loop whose number of rounds comes from input: a large input starts that many threads.
// Reported at the spawn.
#define _GNU_SOURCE
#include <dirent.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>
#include <unistd.h>

enum { POOL_SIZE = 8 };

struct item {
    struct item *next;
    int value;
};

struct pool {
    pthread_t threads[POOL_SIZE];
    int count;
};

void run(void *arg);
_Noreturn void die(const char *text);

static void *worker(void *arg) {
    run(arg);
    free(arg);
    return NULL;
}

static void *pool_worker(void *arg) {
    run(arg);
    return NULL;
}

static int c11_worker(void *arg) {
    run(arg);
    return 0;
}

void bad_line_by_line(FILE *in) {
    char line[128];
    while (fgets(line, sizeof line, in) != NULL) {
        pthread_t t;
        char *copy = strdup(line);
        if (copy == NULL || pthread_create(&t, NULL, worker, copy) != 0) { // expect: bounds-spawn-per-item "every item"
            free(copy);
            return;
        }
        pthread_detach(t); // threadlint: detached one line each
    }
}

int bad_one_per_argument(int argc, char **argv) {
    pthread_t *threads = calloc((size_t)argc, sizeof *threads);
    if (threads == NULL) {
        return -1;
    }
    for (int i = 1; i < argc; i++) {
        if (pthread_create(&threads[i], NULL, pool_worker, argv[i]) != 0) { // expect: bounds-spawn-per-item "every item"
            die("no thread");
        }
    }
    for (int i = 1; i < argc; i++) {
        pthread_join(threads[i], NULL);
    }
    free(threads);
    return 0;
}

void bad_list(struct item *list) {
    for (struct item *item = list; item != NULL; item = item->next) {
        pthread_t t;
        if (pthread_create(&t, NULL, pool_worker, item) != 0) { // expect: bounds-spawn-per-item "every item"
            return;
        }
        pthread_detach(t); // threadlint: detached one item each
    }
}

int bad_count_of_items(struct item *items, size_t count) {
    pthread_t *threads = calloc(count, sizeof *threads);
    if (threads == NULL) {
        return -1;
    }
    for (size_t i = 0; i < count; i++) {
        if (pthread_create(&threads[i], NULL, pool_worker, &items[i]) != 0) { // expect: bounds-spawn-per-item "every item"
            die("no thread");
        }
    }
    for (size_t i = 0; i < count; i++) {
        pthread_join(threads[i], NULL);
    }
    free(threads);
    return 0;
}

void bad_directory(const char *path) {
    DIR *dir = opendir(path);
    if (dir == NULL) {
        return;
    }
    struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        pthread_t t;
        char *name = strdup(entry->d_name);
        if (name == NULL || pthread_create(&t, NULL, worker, name) != 0) { // expect: bounds-spawn-per-item "every item"
            free(name);
            break;
        }
        pthread_detach(t); // threadlint: detached one file each
    }
    closedir(dir);
}

void bad_number_from_a_file(FILE *in) {
    int count = 0;
    if (fscanf(in, "%d", &count) != 1) {
        return;
    }
    for (intptr_t i = 0; i < count; i++) {
        pthread_t t;
        if (pthread_create(&t, NULL, pool_worker, (void *)i) != 0) { // expect: bounds-spawn-per-item "every item"
            return;
        }
        pthread_detach(t); // threadlint: detached one number each
    }
}

void bad_c11_list(struct item *list) {
    for (struct item *item = list; item != NULL; item = item->next) {
        thrd_t t;
        if (thrd_create(&t, c11_worker, item) != thrd_success) { // expect: bounds-spawn-per-item "every item"
            return;
        }
        thrd_detach(t); // threadlint: detached one item each
    }
}

void ok_constant(struct pool *pool) {
    for (int i = 0; i < POOL_SIZE; i++) {
        if (pthread_create(&pool->threads[i], NULL, pool_worker, pool) != 0) {
            return;
        }
    }
}

int ok_size_of_the_array(struct item *items) {
    pthread_t threads[4];
    size_t started = 0;
    for (; started < sizeof threads / sizeof *threads; started++) {
        if (pthread_create(&threads[started], NULL, pool_worker, &items[started]) != 0) {
            break;
        }
    }
    for (size_t i = 0; i < started; i++) {
        pthread_join(threads[i], NULL);
    }
    return started == 4 ? 0 : -1;
}

int ok_number_of_processors(struct pool *pool) {
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    pthread_t *threads = calloc((size_t)processors, sizeof *threads);
    if (threads == NULL) {
        return -1;
    }
    for (long i = 0; i < processors; i++) {
        if (pthread_create(&threads[i], NULL, pool_worker, pool) != 0) {
            die("no thread");
        }
    }
    for (long i = 0; i < processors; i++) {
        pthread_join(threads[i], NULL);
    }
    free(threads);
    return 0;
}

void ok_joined_each_time(struct item *list) {
    for (struct item *item = list; item != NULL; item = item->next) {
        pthread_t t;
        if (pthread_create(&t, NULL, pool_worker, item) != 0) {
            return;
        }
        pthread_join(t, NULL);
    }
}

static sem_t slots;

static void *slot_worker(void *arg) {
    run(arg);
    sem_post(&slots);
    return NULL;
}

void ok_semaphore(struct item *list) {
    for (struct item *item = list; item != NULL; item = item->next) {
        pthread_t t;
        while (sem_wait(&slots) != 0) {
        }
        if (pthread_create(&t, NULL, slot_worker, item) != 0) {
            sem_post(&slots);
            return;
        }
        pthread_detach(t); // threadlint: detached one item each, at most as many as slots
    }
}

void ok_clamped(struct pool *pool, int wanted) {
    int count = wanted > POOL_SIZE ? POOL_SIZE : wanted;
    for (int i = 0; i < count; i++) {
        if (pthread_create(&pool->threads[i], NULL, pool_worker, pool) != 0) {
            return;
        }
    }
}

void ok_stops_at_the_cap(struct pool *pool, struct item *list) {
    for (struct item *item = list; item != NULL; item = item->next) {
        if (pool->count >= POOL_SIZE) {
            break;
        }
        if (pthread_create(&pool->threads[pool->count], NULL, pool_worker, item) != 0) {
            return;
        }
        pool->count++;
    }
}

void ok_one_thread_after_the_loop(FILE *in, struct pool *pool) {
    char line[128];
    int lines = 0;
    while (fgets(line, sizeof line, in) != NULL) {
        lines++;
    }
    if (lines > 0) {
        pool->count = pthread_create(&pool->threads[0], NULL, pool_worker, pool) == 0;
    }
}

// A pool: every thread gets the same argument. Its size is the caller's decision (see bounds-pool-from-input).
int ok_workers_of_a_pool(pthread_t *threads, int count, struct pool *pool) {
    for (int i = 0; i < count; i++) {
        if (pthread_create(&threads[i], NULL, pool_worker, pool) != 0) {
            return i;
        }
    }
    return count;
}

void ok_in_batches(struct item *items, size_t count) {
    for (size_t i = 0; i < count; i += 4) {
        pthread_t threads[4];
        int started = 0;
        for (; started < 4; started++) {
            if (pthread_create(&threads[started], NULL, pool_worker, &items[i]) != 0) {
                break;
            }
        }
        for (int k = 0; k < started; k++) {
            pthread_join(threads[k], NULL);
        }
    }
}

struct station {
    struct station *next;
    pthread_t thread;
    int port;
};

// Each item keeps its thread: the list is the program's own, one thread per station.
void ok_items_own_their_threads(struct station *stations) {
    for (struct station *s = stations; s != NULL; s = s->next) {
        if (pthread_create(&s->thread, NULL, pool_worker, s) != 0) {
            return;
        }
    }
}

static int start_station(struct station *s) {
    return pthread_create(&s->thread, NULL, pool_worker, s);
}

void ok_items_own_their_threads_helper(struct station *stations) {
    for (struct station *s = stations; s != NULL; s = s->next) {
        if (start_station(s) != 0) {
            return;
        }
    }
}

struct context {
    int index;
    struct pool *pool;
};

// The elements are what the workers of a pool work with, filled in here.
void ok_contexts_of_a_pool(pthread_t *threads, struct context *contexts, int count, struct pool *pool) {
    for (int i = 0; i < count; i++) {
        contexts[i].index = i;
        contexts[i].pool = pool;
        if (pthread_create(&threads[i], NULL, pool_worker, &contexts[i]) != 0) {
            return;
        }
    }
}

static void run_items(pthread_t *threads, struct item *items, int count) {
    for (int i = 0; i < count; i++) {
        if (pthread_create(&threads[i], NULL, pool_worker, &items[i]) != 0) {
            return;
        }
    }
}

void ok_callers_pass_a_constant(struct pool *pool, struct item *items) {
    run_items(pool->threads, items, POOL_SIZE);
}

void ok_refused_when_too_many(pthread_t *threads, struct item *items, int count) {
    if (count > 32) {
        return;
    }
    for (int i = 0; i < count; i++) {
        if (pthread_create(&threads[i], NULL, pool_worker, &items[i]) != 0) {
            return;
        }
    }
}

// Only one thread is started, for the item that is found.
void ok_search(struct item *list) {
    for (struct item *item = list; item != NULL; item = item->next) {
        pthread_t t;
        if (item->value == 7) {
            if (pthread_create(&t, NULL, pool_worker, item) == 0) {
                pthread_detach(t); // threadlint: detached one thread
            }
            break;
        }
    }
}

void bad_next_is_saved_first(struct item *list) {
    struct item *item = list;
    while (item != NULL) {
        struct item *next = item->next;
        pthread_t t;
        if (pthread_create(&t, NULL, worker, item) != 0) { // expect: bounds-spawn-per-item "every item"
            return;
        }
        pthread_detach(t); // threadlint: detached one item each
        item = next;
    }
}
