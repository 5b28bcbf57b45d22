// ownership-two-owners: handles that two functions end.
// rules: ownership-two-owners
// profile: review
// program: whole
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

struct session {
    pthread_t reader;
    pthread_t writer;
    pthread_t guarded;
    bool joined;
};

static void *read_all(void *arg) {
    pthread_detach(pthread_self());
    sleep(1);
    return arg;
}

static void *write_all(void *arg) {
    sleep(1);
    return arg;
}

static void *run_guarded(void *arg) {
    sleep(1);
    return arg;
}

void session_start(struct session *s) {
    pthread_create(&s->reader, NULL, read_all, s);
    pthread_create(&s->writer, NULL, write_all, s);
    pthread_create(&s->guarded, NULL, run_guarded, s);
}

void bad_session_wait(struct session *s) {
    pthread_join(s->reader, NULL); // expect: ownership-two-owners "detaches itself"
}

void session_flush(struct session *s) {
    pthread_join(s->writer, NULL);
}

void bad_session_abort(struct session *s) {
    pthread_join(s->writer, NULL); // expect: ownership-two-owners "who owns"
}

void session_finish(struct session *s) {
    if (!s->joined) {
        s->joined = true;
        pthread_join(s->guarded, NULL);
    }
}

void ok_session_free(struct session *s) {
    if (!s->joined) {
        pthread_join(s->guarded, NULL);
    }
    free(s);
}
