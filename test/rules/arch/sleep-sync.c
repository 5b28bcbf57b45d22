// arch-sleep-sync: a sleep stands in for waiting for another thread. Reported at the sleep.
// rules: arch-sleep-sync
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int open_port(void);
void serve(int port);

// --- until it has started ---

static int port;

static void *listener(void *arg) {
    (void)arg;
    port = open_port();
    serve(port);
    return NULL;
}

int bad_wait_for_start(void) {
    pthread_t t;
    if (pthread_create(&t, NULL, listener, NULL) != 0) {
        return -1;
    }
    usleep(100000); // expect: arch-sleep-sync "time to set 'port'"
    printf("listening on %d\n", port);
    return 0;
}

static int total;

static void *adder(void *arg) {
    for (int i = 0; i < 1000; i++) {
        total += *(int *)arg;
    }
    return NULL;
}

int ok_join(int *n) {
    pthread_t t;
    if (pthread_create(&t, NULL, adder, n) != 0) {
        return -1;
    }
    usleep(1000);
    pthread_join(t, NULL);
    return total;
}

int ok_nothing_read(int *n) {
    pthread_t t;
    if (pthread_create(&t, NULL, adder, n) != 0) {
        return -1;
    }
    pthread_detach(t);
    sleep(1);
    return 0;
}

int ok_runs_for_a_while(int *n) {
    pthread_t t;
    if (pthread_create(&t, NULL, adder, n) != 0) {
        return -1;
    }
    sleep(60);
    return total;
}

int ok_polls(int *n) { // another mistake
    pthread_t t;
    if (pthread_create(&t, NULL, adder, n) != 0) {
        return -1;
    }
    while (total == 0) {
        usleep(100);
    }
    return total;
}

// --- until it has stopped ---

struct server {
    pthread_mutex_t mu;
    atomic_int stopping;
    int running;
    char *buffer;
};

static void *server_run(void *arg) {
    struct server *s = arg;
    while (s->running) {
        serve(s->buffer[0]);
    }
    return NULL;
}

static void *server_run_atomic(void *arg) {
    struct server *s = arg;
    while (!atomic_load(&s->stopping)) {
        serve(s->buffer[0]);
    }
    return NULL;
}

int start_server(struct server *s) {
    pthread_t t;
    pthread_t u;
    if (pthread_create(&t, NULL, server_run, s) != 0 ||
        pthread_create(&u, NULL, server_run_atomic, s) != 0) {
        return -1;
    }
    pthread_detach(t);
    pthread_detach(u);
    return 0;
}

void bad_stop(struct server *s) {
    s->running = 0;
    sleep(1); // expect: arch-sleep-sync "time to see 'server::running' and end"
    free(s->buffer);
    free(s);
}

void bad_stop_atomic(struct server *s) {
    atomic_store(&s->stopping, 1);
    usleep(500 * 1000); // expect: arch-sleep-sync "time to see 'server::stopping' and end"
    pthread_mutex_destroy(&s->mu);
}

void ok_stop_joins(struct server *s, pthread_t t) {
    s->running = 0;
    sleep(1);
    pthread_join(t, NULL);
    free(s->buffer);
}

void ok_pause(struct server *s) { // nothing is taken away
    s->running = 0;
    sleep(1);
    s->running = 1;
}

void ok_other_flag(struct server *s, int *busy) {
    *busy = 0;
    sleep(1);
    free(s->buffer);
}
