// ownership-hidden-spawn: functions of a library, without main, that start a thread behind the back of who calls them.
// rules: ownership-hidden-spawn, ownership-fire-and-forget
// profile: review
// program: whole
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static void *send_mail(void *arg) {
    sleep(1);
    free(arg);
    return NULL;
}

void bad_report_error(void) {
    pthread_t t;
    if (pthread_create(&t, NULL, send_mail, malloc(10)) == 0) { // expect: ownership-hidden-spawn "whoever calls 'bad_report_error'"
        pthread_detach(t);
    }
}

static void *upload(void *arg) {
    sleep(1);
    free(arg);
    return NULL;
}

static void later(void *data) {
    pthread_t t;
    if (pthread_create(&t, NULL, upload, data) == 0) { // expect: ownership-hidden-spawn "'bad_save'"
        pthread_detach(t);
    }
}

void bad_save(void *data) {
    later(data);
}

static void *tick(void *arg) {
    sleep(1);
    return arg;
}

// The name says it; that nothing ends the thread is another question.
void ok_start_timer(void) {
    pthread_t t;
    if (pthread_create(&t, NULL, tick, NULL) == 0) { // expect: ownership-fire-and-forget "'tick'"
        pthread_detach(t);
    }
}

static void *index_files(void *arg) {
    return arg;
}

// The caller gets the handle.
int ok_index(pthread_t *out) {
    return pthread_create(out, NULL, index_files, NULL);
}

static void *compress(void *arg) {
    return arg;
}

// Waited for.
void ok_compress(void) {
    pthread_t t;
    if (pthread_create(&t, NULL, compress, NULL) == 0) {
        pthread_join(t, NULL);
    }
}
