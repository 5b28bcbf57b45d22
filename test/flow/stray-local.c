// lifetime-stack-escape: the address of a local stays in a global when its function returns, and another thread uses it.
// rules: lifetime-stack-escape
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct job {
    int id;
    bool done;
};

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t c = PTHREAD_COND_INITIALIZER;
static int fallback;
static int *latest = &fallback;
static int *reset = &fallback;
static int *reset_by_helper = &fallback;
static struct job *waited;
static struct job *watched;
static struct job *unused;
static struct job *jobs[4];
static __thread int *mine;

static void *bad_producer(void *arg) {
    int value = 1;
    pthread_mutex_lock(&m);
    latest = &value; // expect: lifetime-stack-escape "latest"
    pthread_mutex_unlock(&m);
    return arg;
}

static void *bad_element(void *arg) {
    struct job j = {.id = 1};
    pthread_mutex_lock(&m);
    jobs[1] = &j; // expect: lifetime-stack-escape "jobs[1]"
    pthread_mutex_unlock(&m);
    return arg;
}

static void *ok_taken_back(void *arg) {
    int value = 2;
    pthread_mutex_lock(&m);
    reset = &value;
    pthread_mutex_unlock(&m);
    value++;
    pthread_mutex_lock(&m);
    reset = &fallback;
    pthread_mutex_unlock(&m);
    return arg;
}

static void take_back(void) {
    reset_by_helper = &fallback;
}

static void *ok_taken_back_by_a_callee(void *arg) {
    int value = 2;
    reset_by_helper = &value;
    take_back();
    return arg;
}

static void *ok_waits_for_the_user(void *arg) {
    struct job j = {.id = 3};
    pthread_mutex_lock(&m);
    waited = &j;
    while (!j.done) {
        pthread_cond_wait(&c, &m);
    }
    pthread_mutex_unlock(&m);
    return arg;
}

static void *ok_watches_it(void *arg) {
    struct job j = {.id = 4};
    watched = &j;
    for (bool done = false; !done;) {
        pthread_mutex_lock(&m);
        done = j.done;
        pthread_mutex_unlock(&m);
    }
    return arg;
}

static void *ok_nobody_else_looks(void *arg) {
    struct job j = {.id = 5};
    unused = &j;
    unused->id++;
    return arg;
}

static void *ok_own_global(void *arg) {
    int value = 6;
    mine = &value;
    return arg;
}

static void *ok_static(void *arg) {
    static struct job j;
    pthread_mutex_lock(&m);
    jobs[2] = &j;
    pthread_mutex_unlock(&m);
    return arg;
}

static void *consumer(void *arg) {
    pthread_mutex_lock(&m);
    *latest += 1;
    *reset += 1;
    *reset_by_helper += 1;
    jobs[1]->id++;
    jobs[2]->id++;
    waited->done = true;
    watched->done = true;
    *mine = 1;
    pthread_cond_signal(&c);
    pthread_mutex_unlock(&m);
    return arg;
}

int main(void) {
    pthread_t t[10];
    if (pthread_create(&t[0], NULL, bad_producer, NULL) || pthread_create(&t[1], NULL, bad_element, NULL) ||
        pthread_create(&t[2], NULL, ok_taken_back, NULL) || pthread_create(&t[3], NULL, ok_taken_back_by_a_callee, NULL) ||
        pthread_create(&t[4], NULL, ok_waits_for_the_user, NULL) || pthread_create(&t[5], NULL, ok_watches_it, NULL) ||
        pthread_create(&t[6], NULL, ok_nobody_else_looks, NULL) || pthread_create(&t[7], NULL, ok_own_global, NULL) ||
        pthread_create(&t[8], NULL, ok_static, NULL) || pthread_create(&t[9], NULL, consumer, NULL)) {
        return 1;
    }
    for (int i = 0; i < 10; i++) {
        pthread_join(t[i], NULL);
    }
    return 0;
}
