// tests-untested-timeout: a wait with a time limit that no test comes to. Reported at the wait.
// rules: tests-untested-timeout
// profile: review
// program: whole
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <time.h>

struct box {
    pthread_mutex_t mu;
    pthread_cond_t full;
    int item;
};

void put(struct box *b, int item) {
    pthread_mutex_lock(&b->mu);
    b->item = item;
    pthread_cond_signal(&b->full);
    pthread_mutex_unlock(&b->mu);
}

int bad_take_until(struct box *b, const struct timespec *end) {
    int item = -1;
    pthread_mutex_lock(&b->mu);
    while (!b->item) {
        if (pthread_cond_timedwait(&b->full, &b->mu, end) == ETIMEDOUT) { // expect: tests-untested-timeout "'bad_take_until'"
            break;
        }
    }
    item = b->item;
    pthread_mutex_unlock(&b->mu);
    return item;
}

int ok_peek_until(struct box *b, const struct timespec *end) {
    pthread_mutex_lock(&b->mu);
    while (!b->item && pthread_cond_timedwait(&b->full, &b->mu, end) != ETIMEDOUT) {
    }
    int item = b->item;
    pthread_mutex_unlock(&b->mu);
    return item;
}

int test_box(struct box *b) {
    struct timespec end = {0};
    put(b, 1);
    return ok_peek_until(b, &end);
}
