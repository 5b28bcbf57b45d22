// arch-sleep-poll: a loop polls what another thread sets. Reported at the sleep, or at the condition of a loop that spins.
// rules: arch-sleep-poll
// profile: review
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

int open_port(void);
void serve(int port);
int next(void);

struct server {
    pthread_mutex_t mu;
    volatile int ready;
    atomic_int count;
    int done;
    int slow;
};

static void *run(void *arg) {
    struct server *s = arg;
    int port = open_port();
    s->ready = 1;
    atomic_fetch_add(&s->count, 1);
    serve(port);
    pthread_mutex_lock(&s->mu);
    s->done = 1;
    s->slow = 1;
    pthread_mutex_unlock(&s->mu);
    return NULL;
}

int start(struct server *s, pthread_t *t) {
    return pthread_create(t, NULL, run, s);
}

void bad_sleeps(struct server *s) {
    while (!s->ready) {
        usleep(1000); // expect: arch-sleep-poll "looks and sleeps until the thread of 'run' has changed 'server::ready'"
    }
}

void bad_spins(struct server *s) {
    while (atomic_load(&s->count) == 0) { // expect: arch-sleep-poll "spins"
    }
}

void bad_under_lock(struct server *s) {
    for (;;) {
        pthread_mutex_lock(&s->mu);
        if (s->done) {
            pthread_mutex_unlock(&s->mu);
            return;
        }
        pthread_mutex_unlock(&s->mu);
        usleep(100); // expect: arch-sleep-poll "server::done"
    }
}

void ok_slow(struct server *s) { // once in a while
    while (!s->slow) {
        sleep(10);
    }
}

void ok_works(struct server *s) { // does something meanwhile
    while (!s->ready) {
        serve(next());
        usleep(10);
    }
}

static volatile sig_atomic_t stop;

static void on_signal(int sig) {
    (void)sig;
    stop = 1;
}

void ok_signal(void) { // a handler sets it
    signal(SIGTERM, on_signal);
    while (!stop) {
        usleep(100000);
    }
}

void ok_yields(struct server *s) {
    while (!s->ready) {
        sched_yield();
    }
}

void ok_nobody(struct server *s, const volatile int *hardware) {
    while (!*hardware) {
        usleep(10);
    }
    (void)s;
}
