// cancellation-plain-flag: the flag that ends a thread's loop. Reported where the loop reads it.
// rules: cancellation-plain-flag
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

struct worker {
    pthread_t thread;
    pthread_mutex_t mu;
    bool stop;
    int locked_stop;
    atomic_bool atomic_stop;
    int rounds;
    int failed;
    int length;
};

static volatile int running = 1;
static int tries;

static void *bad_volatile(void *arg) {
    while (running) { // expect: cancellation-plain-flag "volatile"
        usleep(1000);
    }
    return arg;
}

static void *bad_field(void *arg) {
    struct worker *w = arg;
    for (;;) {
        if (w->stop) { // expect: cancellation-plain-flag "w->stop"
            break;
        }
        usleep(1000);
    }
    return NULL;
}

static void *ok_atomic(void *arg) {
    struct worker *w = arg;
    while (!w->atomic_stop) {
        usleep(1000);
    }
    return NULL;
}

static void *ok_locked(void *arg) {
    struct worker *w = arg;
    for (;;) {
        pthread_mutex_lock(&w->mu);
        int stop = w->locked_stop;
        if (w->locked_stop) {
            pthread_mutex_unlock(&w->mu);
            return NULL;
        }
        pthread_mutex_unlock(&w->mu);
        tries += stop;
    }
}

static void *ok_no_flag(void *arg) { // a length, though somebody sets it to 0
    struct worker *w = arg;
    while (w->length) {
        usleep(1000);
    }
    return NULL;
}

static void *ok_own(void *arg) {
    struct worker *w = arg;
    w->failed = 0;
    while (!w->failed && w->rounds != 5) { // set by the thread itself; set to 5 by nobody
        w->rounds++;
        w->failed = 1;
    }
    return NULL;
}

int main(void) {
    struct worker w = {.mu = PTHREAD_MUTEX_INITIALIZER};
    pthread_t t[6];
    w.stop = false;
    w.rounds = 0;
    pthread_create(&t[0], NULL, bad_volatile, NULL);
    pthread_create(&t[1], NULL, bad_field, &w);
    pthread_create(&t[2], NULL, ok_atomic, &w);
    pthread_create(&t[3], NULL, ok_locked, &w);
    pthread_create(&t[4], NULL, ok_own, &w);
    pthread_create(&t[5], NULL, ok_no_flag, &w);
    struct worker *p = &w;
    p->length = tries;
    p->length = 0;
    sleep(1);
    running = 0;
    w.stop = true;
    p->atomic_stop = true;
    pthread_mutex_lock(&p->mu);
    p->locked_stop = 1;
    pthread_mutex_unlock(&p->mu);
    for (int i = 0; i < 6; i++) {
        pthread_join(t[i], NULL);
    }
    return 0;
}
