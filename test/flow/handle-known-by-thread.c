// A thread that keeps its own handle where others find it: whoever started it need not.
// rules: lifetime-unjoined-thread, lifetime-handle-overwritten
#include <pthread.h>
#include <stdlib.h>

struct pool {
    pthread_mutex_t mu;
    pthread_t last;
    int left;
};

static void leave(struct pool *p) {
    pthread_mutex_lock(&p->mu);
    pthread_t before = p->last;
    p->last = pthread_self();
    int first = p->left++ == 0;
    pthread_mutex_unlock(&p->mu);
    if (!first) {
        pthread_join(before, NULL);
    }
}

static void *chained(void *arg) {
    leave(arg);
    return NULL;
}

static void *plain(void *arg) {
    return arg;
}

int ok_joined_by_the_next(struct pool *p, int n) {
    pthread_t tid;
    for (int i = 0; i < n; i++) {
        if (pthread_create(&tid, NULL, chained, p)) {
            return -1;
        }
    }
    return 0;
}

int bad_nobody_knows(struct pool *p) {
    pthread_t tid;
    return pthread_create(&tid, NULL, plain, p); // expect: lifetime-unjoined-thread "plain"
}
