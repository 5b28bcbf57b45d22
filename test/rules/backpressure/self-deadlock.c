// backpressure-self-deadlock: a thread that empties a queue waits for room in it. Reported at the call that waits.
// rules: backpressure-self-deadlock
#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <time.h>

enum { SIZE = 16 };

struct job {
    int kind;
    int fd;
};

struct queue {
    pthread_mutex_t mu;
    pthread_cond_t more;
    pthread_cond_t room;
    struct job items[SIZE];
    unsigned head;
    unsigned tail;
    unsigned count;
};

void queue_push(struct queue *q, struct job j) {
    pthread_mutex_lock(&q->mu);
    while (q->count == SIZE) {
        pthread_cond_wait(&q->room, &q->mu);
    }
    q->items[q->tail] = j;
    q->tail = (q->tail + 1) % SIZE;
    q->count++;
    pthread_cond_signal(&q->more);
    pthread_mutex_unlock(&q->mu);
}

struct job queue_pop(struct queue *q) {
    struct job j;
    pthread_mutex_lock(&q->mu);
    while (q->count == 0) {
        pthread_cond_wait(&q->more, &q->mu);
    }
    j = q->items[q->head];
    q->head = (q->head + 1) % SIZE;
    q->count--;
    pthread_cond_signal(&q->room);
    pthread_mutex_unlock(&q->mu);
    return j;
}

int handle(struct job *j); // 1: once more

// A job that could not be done is put back.
static void *bad_worker(void *arg) {
    struct queue *q = arg;
    for (;;) {
        struct job j = queue_pop(q);
        if (handle(&j)) {
            queue_push(q, j); // expect: backpressure-self-deadlock "waits here for room"
        }
    }
}

// From one stage to the next.
struct stage {
    struct queue in;
    struct queue out;
};

static void *ok_stage(void *arg) {
    struct stage *s = arg;
    for (;;) {
        struct job j = queue_pop(&s->in);
        handle(&j);
        queue_push(&s->out, j);
    }
}

// One queue of the program.
static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t more = PTHREAD_COND_INITIALIZER;
static pthread_cond_t room = PTHREAD_COND_INITIALIZER;
static struct job jobs[SIZE];
static unsigned in;
static unsigned out;

void submit(struct job j) {
    pthread_mutex_lock(&mu);
    while (in - out == SIZE) {
        pthread_cond_wait(&room, &mu);
    }
    jobs[in % SIZE] = j;
    in++;
    pthread_cond_signal(&more);
    pthread_mutex_unlock(&mu);
}

static void process(struct job *j) {
    if (handle(j)) {
        submit(*j); // expect: backpressure-self-deadlock "'global_worker'"
    }
}

static void *global_worker(void *arg) {
    (void)arg;
    for (;;) {
        pthread_mutex_lock(&mu);
        while (in == out) {
            pthread_cond_wait(&more, &mu);
        }
        struct job j = jobs[out % SIZE];
        out++;
        pthread_cond_signal(&room);
        pthread_mutex_unlock(&mu);
        process(&j);
    }
}

// With a time limit it does not wait for ever.
struct timed {
    pthread_mutex_t mu;
    pthread_cond_t more;
    pthread_cond_t room;
    struct job items[SIZE];
    unsigned tail;
    unsigned count;
};

int timed_push(struct timed *q, struct job j, const struct timespec *until) {
    int rc = 0;
    pthread_mutex_lock(&q->mu);
    while (q->count == SIZE && rc == 0) {
        rc = pthread_cond_timedwait(&q->room, &q->mu, until);
    }
    if (q->count < SIZE) {
        q->items[q->tail++ % SIZE] = j;
        q->count++;
        pthread_cond_signal(&q->more);
    }
    pthread_mutex_unlock(&q->mu);
    return rc;
}

static void *ok_timed(void *arg) {
    struct timed *q = arg;
    struct timespec until = {0};
    for (;;) {
        pthread_mutex_lock(&q->mu);
        while (q->count == 0) {
            pthread_cond_wait(&q->more, &q->mu);
        }
        q->count--;
        struct job j = q->items[q->count % SIZE];
        pthread_cond_signal(&q->room);
        pthread_mutex_unlock(&q->mu);
        if (handle(&j)) {
            timed_push(q, j, &until);
        }
    }
}

// Others send.
static void *ok_sender(void *arg) {
    struct queue *q = arg;
    struct job j = {1, 2};
    queue_push(q, j);
    return NULL;
}

static void start(void *(*entry)(void *), void *arg) {
    pthread_t t;
    if (pthread_create(&t, NULL, entry, arg) == 0) {
        pthread_detach(t);
    }
}

void start_all(struct queue *q, struct stage *s, struct timed *t) {
    start(bad_worker, q);
    start(ok_stage, s);
    start(global_worker, NULL);
    start(ok_timed, t);
    start(ok_sender, q);
}
