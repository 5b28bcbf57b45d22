// shared-state-serialised-workers: workers that hold one lock for all of their work.
// profile: review
// rules: shared-state-serialised-workers
#include <pthread.h>
#include <stddef.h>

int next_job(void);
int compute(int job);
void store(int result);
int read_part(int i);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t other = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t more = PTHREAD_COND_INITIALIZER;
static int queued;

static void *bad_worker(void *arg) {
    for (int i = 0; i < 100; i++) {
        pthread_mutex_lock(&lock); // expect: shared-state-serialised-workers "lock"
        store(compute(next_job()));
        pthread_mutex_unlock(&lock);
    }
    return arg;
}

static void *ok_work_outside(void *arg) {
    for (int i = 0; i < 100; i++) {
        pthread_mutex_lock(&other);
        int job = next_job();
        pthread_mutex_unlock(&other);
        int result = compute(job);
        pthread_mutex_lock(&other);
        store(result);
        pthread_mutex_unlock(&other);
    }
    return arg;
}

static void *ok_waits(void *arg) {
    for (int i = 0; i < 100; i++) {
        pthread_mutex_lock(&lock);
        while (queued == 0) {
            pthread_cond_wait(&more, &lock);
        }
        queued--;
        store(compute(next_job()));
        pthread_mutex_unlock(&lock);
    }
    return arg;
}

static void *ok_for_reading(void *arg) {
    for (int i = 0; i < 100; i++) {
        pthread_rwlock_rdlock(&rw);
        store(compute(read_part(i)));
        pthread_rwlock_unlock(&rw);
    }
    return arg;
}

static void *ok_single(void *arg) {
    for (int i = 0; i < 100; i++) {
        pthread_mutex_lock(&lock);
        store(compute(next_job()));
        pthread_mutex_unlock(&lock);
    }
    return arg;
}

int main(void) {
    pthread_t t[17];
    int n = 0;
    if (pthread_create(&t[n], NULL, ok_single, NULL) == 0) {
        n++;
    }
    for (int i = 0; i < 4; i++) {
        if (pthread_create(&t[n], NULL, bad_worker, NULL) == 0) {
            n++;
        }
        if (pthread_create(&t[n], NULL, ok_work_outside, NULL) == 0) {
            n++;
        }
        if (pthread_create(&t[n], NULL, ok_waits, NULL) == 0) {
            n++;
        }
        if (pthread_create(&t[n], NULL, ok_for_reading, NULL) == 0) {
            n++;
        }
    }
    for (int i = 0; i < n; i++) {
        pthread_join(t[i], NULL);
    }
    return 0;
}
