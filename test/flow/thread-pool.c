// rules: shared-state-race
// Jobs of a thread pool run on all its workers.
#include <pthread.h>
#include <stdlib.h>
struct task { void (*function)(void *); void *arg; struct task *next; };
struct pool { pthread_mutex_t mu; pthread_cond_t cv; struct task *head; int stop; pthread_t threads[4]; };
static int hits;
static int before;
static void *worker(void *p) {
    struct pool *pool = p;
    for (;;) {
        pthread_mutex_lock(&pool->mu);
        while (!pool->head && !pool->stop) pthread_cond_wait(&pool->cv, &pool->mu);
        if (pool->stop) { pthread_mutex_unlock(&pool->mu); return NULL; }
        struct task *t = pool->head;
        pool->head = t->next;
        pthread_mutex_unlock(&pool->mu);
        t->function(t->arg);
        free(t);
    }
}
static void pool_add(struct pool *pool, void (*function)(void *), void *arg) {
    struct task *t = malloc(sizeof *t);
    t->function = function; t->arg = arg;
    pthread_mutex_lock(&pool->mu);
    t->next = pool->head; pool->head = t;
    pthread_cond_signal(&pool->cv);
    pthread_mutex_unlock(&pool->mu);
}
static void bad_count(void *x) {
    (void)x;
    hits++; // expect: shared-state-race "hits"
}

static pthread_mutex_t sum_mu = PTHREAD_MUTEX_INITIALIZER;
static int sum;

static void ok_add(void *x) {
    pthread_mutex_lock(&sum_mu);
    sum += *(int *)x;
    pthread_mutex_unlock(&sum_mu);
}

int main(void) {
    static struct pool pool;
    pthread_mutex_init(&pool.mu, NULL);
    pthread_cond_init(&pool.cv, NULL);
    before = 1; hits = 0;
    for (int i = 0; i < 4; i++) pthread_create(&pool.threads[i], NULL, worker, &pool);
    for (int i = 0; i < 100; i++) {
        static int one = 1;
        pool_add(&pool, bad_count, NULL);
        pool_add(&pool, ok_add, &one);
    }
    pthread_mutex_lock(&pool.mu); pool.stop = 1; pthread_cond_broadcast(&pool.cv); pthread_mutex_unlock(&pool.mu);
    for (int i = 0; i < 4; i++) pthread_join(pool.threads[i], NULL);
    return hits + before + sum;
}
