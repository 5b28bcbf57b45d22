// buffer-full-ignored: a queue refuses an item when it is full, and a caller does not look. Reported at the call.
// rules: buffer-full-ignored
#include <pthread.h>
#include <stddef.h>

enum { SIZE = 16 };

struct ring {
    pthread_mutex_t mu;
    pthread_cond_t more;
    int items[SIZE];
    unsigned head;
    unsigned tail;
    unsigned count;
};

static int ring_push(struct ring *r, int item) {
    pthread_mutex_lock(&r->mu);
    if (r->count == SIZE) {
        pthread_mutex_unlock(&r->mu);
        return -1;
    }
    r->items[r->tail] = item;
    r->tail = (r->tail + 1) % SIZE;
    r->count++;
    pthread_cond_signal(&r->more);
    pthread_mutex_unlock(&r->mu);
    return 0;
}

int ring_pop(struct ring *r) {
    pthread_mutex_lock(&r->mu);
    while (r->count == 0) {
        pthread_cond_wait(&r->more, &r->mu);
    }
    int item = r->items[r->head];
    r->head = (r->head + 1) % SIZE;
    r->count--;
    pthread_mutex_unlock(&r->mu);
    return item;
}

void bad_ignored(struct ring *r, int fd) {
    ring_push(r, fd); // expect: buffer-full-ignored "whether 'ring_push' took the item"
}

void bad_cast(struct ring *r, int fd) {
    (void)ring_push(r, fd); // expect: buffer-full-ignored "returns -1"
}

int ok_tested(struct ring *r, int fd) {
    if (ring_push(r, fd) != 0) {
        return -1;
    }
    return 0;
}

int ok_handed_on(struct ring *r, int fd) {
    return ring_push(r, fd);
}

// Waits: nothing to look at.
struct waiting {
    pthread_mutex_t mu;
    pthread_cond_t more;
    pthread_cond_t room;
    int items[SIZE];
    unsigned tail;
    unsigned count;
};

static int waiting_push(struct waiting *r, int item) {
    pthread_mutex_lock(&r->mu);
    while (r->count == SIZE) {
        pthread_cond_wait(&r->room, &r->mu);
    }
    r->items[r->tail++ % SIZE] = item;
    r->count++;
    pthread_cond_signal(&r->more);
    pthread_mutex_unlock(&r->mu);
    return 0;
}

int waiting_pop(struct waiting *r) {
    pthread_mutex_lock(&r->mu);
    while (r->count == 0) {
        pthread_cond_wait(&r->more, &r->mu);
    }
    r->count--;
    int item = r->items[r->count % SIZE];
    pthread_cond_signal(&r->room);
    pthread_mutex_unlock(&r->mu);
    return item;
}

void ok_waits(struct waiting *r, int fd) {
    waiting_push(r, fd);
}
