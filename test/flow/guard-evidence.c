// What is evidence for a guard, and what is not.
// rules: shared-state-inconsistent-guard, shared-state-race
#include <pthread.h>
#include <stdlib.h>

struct node {
    struct node *next;
    int rank;
};

struct queue {
    pthread_mutex_t mu;
    struct node *head;
    int length;
};

// Nodes are no part of the queue: others keep them under locks of their own, or under none.
void ok_push(struct queue *q, struct node *n) {
    pthread_mutex_lock(&q->mu);
    n->next = q->head;
    n->rank = 1;
    q->head = n;
    q->length++;
    pthread_mutex_unlock(&q->mu);
}

void ok_pop(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    struct node *n = q->head;
    if (n) {
        q->head = n->next;
        n->next = NULL;
        n->rank = 0;
        q->length--;
    }
    pthread_mutex_unlock(&q->mu);
}

int ok_length(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    int n = q->length;
    pthread_mutex_unlock(&q->mu);
    return n;
}

int ok_empty(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    int empty = q->length == 0;
    pthread_mutex_unlock(&q->mu);
    return empty;
}

void ok_rank(struct node *n) {
    n->rank = n->next ? n->next->rank + 1 : 0;
}

int bad_length(struct queue *q) {
    return q->length; // expect: shared-state-inconsistent-guard "'q->length' is read without 'queue::mu'"
}

// --- called while the object is made ---

static void clear(struct queue *q) {
    q->length = 0;
}

struct queue *ok_new(void *(*get)(size_t)) {
    struct queue *q = get(sizeof *q);
    clear(q);
    pthread_mutex_init(&q->mu, NULL);
    return q;
}

void ok_clear(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    clear(q);
    pthread_mutex_unlock(&q->mu);
}

// --- a setting that the program makes when it likes: a question, no finding ---

static void (*on_line)(const char *);

static void *reader(void *arg) {
    if (on_line) {
        on_line(arg);
    }
    return NULL;
}

void ok_set(void (*call)(const char *)) {
    on_line = call;
}

int start_reader(pthread_t *t, char *name) {
    return pthread_create(t, NULL, reader, name);
}

static int started;

static void *counts(void *arg) {
    started++; // expect: shared-state-race "started"
    return arg;
}

int bad_start_then_look(pthread_t *t) {
    int err = pthread_create(t, NULL, counts, NULL);
    return err ? err : started;
}

// Nobody calls it: no evidence, and no mistake.
static inline int ok_unused(const struct queue *q) {
    return q->length;
}
