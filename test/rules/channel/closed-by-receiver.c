// channel-closed-by-receiver: the thread that takes items closes the queue. Reported at the close.
// rules: channel-closed-by-receiver
// profile: review
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

struct job {
    struct job *next;
    int fd;
};

struct queue {
    pthread_mutex_t mu;
    pthread_cond_t more;
    struct job *head;
    bool closed;
};

int handle(struct job *j);

void push(struct queue *q, struct job *j) {
    pthread_mutex_lock(&q->mu);
    j->next = q->head;
    q->head = j;
    pthread_cond_signal(&q->more);
    pthread_mutex_unlock(&q->mu);
}

static struct job *pop(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    while (!q->head && !q->closed) {
        pthread_cond_wait(&q->more, &q->mu);
    }
    struct job *j = q->head;
    if (j) {
        q->head = j->next;
    }
    pthread_mutex_unlock(&q->mu);
    return j;
}

static void bad_close(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    q->closed = true; // expect: channel-closed-by-receiver "takes items from the queue 'queue::head' and closes it"
    pthread_cond_broadcast(&q->more);
    pthread_mutex_unlock(&q->mu);
}

static void *work(void *arg) {
    struct queue *q = arg;
    struct job *j;
    while ((j = pop(q))) {
        if (handle(j) < 0) {
            bad_close(q);
        }
        free(j);
    }
    return NULL;
}

int start(pthread_t *t, struct queue *q) {
    return pthread_create(t, NULL, work, q);
}

// The senders look whether they may.
struct polite {
    pthread_mutex_t mu;
    pthread_cond_t more;
    struct job *head;
    bool closed;
};

bool ok_push(struct polite *q, struct job *j) {
    pthread_mutex_lock(&q->mu);
    bool open = !q->closed;
    if (open) {
        j->next = q->head;
        q->head = j;
        pthread_cond_signal(&q->more);
    }
    pthread_mutex_unlock(&q->mu);
    return open;
}

static struct job *pop_polite(struct polite *q) {
    pthread_mutex_lock(&q->mu);
    while (!q->head && !q->closed) {
        pthread_cond_wait(&q->more, &q->mu);
    }
    struct job *j = q->head;
    if (j) {
        q->head = j->next;
    }
    pthread_mutex_unlock(&q->mu);
    return j;
}

static void close_polite(struct polite *q) {
    pthread_mutex_lock(&q->mu);
    q->closed = true;
    pthread_cond_broadcast(&q->more);
    pthread_mutex_unlock(&q->mu);
}

static void *work_polite(void *arg) {
    struct polite *q = arg;
    struct job *j;
    while ((j = pop_polite(q))) {
        if (handle(j) < 0) {
            close_polite(q);
        }
        free(j);
    }
    return NULL;
}

int ok_start_polite(pthread_t *t, struct polite *q) {
    return pthread_create(t, NULL, work_polite, q);
}
