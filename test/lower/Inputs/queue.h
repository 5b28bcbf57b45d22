#include <pthread.h>
struct queue {
    pthread_mutex_t mu;
    int count;
};
static inline int queue_count(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    int n = q->count;
    pthread_mutex_unlock(&q->mu);
    return n;
}
int queue_declared(struct queue *q);
