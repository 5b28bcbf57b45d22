// tests-untested-stop: tests start a thread and never come to what joins it. Reported at the function that joins.
// rules: tests-untested-stop
// profile: review
// program: whole
#include <pthread.h>
#include <stddef.h>

struct server {
    pthread_t thread;
    pthread_t timer;
    pthread_t logger;
    pthread_t poller;
    int stop;
};

void *run(void *arg);
int ask(struct server *s);

int start(struct server *s) {
    return pthread_create(&s->thread, NULL, run, s);
}

int bad_stop(struct server *s) { // expect: tests-untested-stop "server::thread"
    s->stop = 1;
    return pthread_join(s->thread, NULL);
}

int test_start(struct server *s) {
    return start(s) == 0 && ask(s) == 1;
}

// Stopped, through another function.
int start_timer(struct server *s) {
    return pthread_create(&s->timer, NULL, run, s);
}

int ok_stop_timer(struct server *s) {
    return pthread_join(s->timer, NULL);
}

int finish(struct server *s) {
    return ok_stop_timer(s);
}

int test_timer(struct server *s) {
    return start_timer(s) == 0 && finish(s) == 0;
}

// No test starts it.
int start_logger(struct server *s) {
    return pthread_create(&s->logger, NULL, run, s);
}

int ok_stop_logger(struct server *s) {
    return pthread_join(s->logger, NULL);
}

// The test has threads of its own.
int test_from_thread(struct server *s) {
    return pthread_create(&s->poller, NULL, run, s) == 0 && ask(s) == 1;
}

int ok_stop_poller(struct server *s) {
    return pthread_join(s->poller, NULL);
}
