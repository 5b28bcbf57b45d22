// A wait gives back the lock it is given, so it does not block under that lock; it does under a second one.
#include <pthread.h>

struct box {
    pthread_mutex_t mu;
    pthread_cond_t full;
    int item;
};

static pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER;
static struct box box = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0};
static int entries;

static void *put(void *arg) {
    pthread_mutex_lock(&table);
    entries++;
    pthread_mutex_unlock(&table);
    pthread_mutex_lock(&box.mu);
    box.item = 1;
    pthread_cond_signal(&box.full);
    pthread_mutex_unlock(&box.mu);
    return arg;
}

static int ok_take(void) {
    pthread_mutex_lock(&box.mu);
    while (!box.item) {
        pthread_cond_wait(&box.full, &box.mu);
    }
    int item = box.item;
    pthread_mutex_unlock(&box.mu);
    return item;
}

static int bad_take_for_table(void) {
    pthread_mutex_lock(&table);
    pthread_mutex_lock(&box.mu);
    while (!box.item) {
        pthread_cond_wait(&box.full, &box.mu); // expect: shared-state-wait-holding-lock "table"
    }
    int item = box.item + entries;
    pthread_mutex_unlock(&box.mu);
    pthread_mutex_unlock(&table);
    return item;
}

int main(void) {
    pthread_t t;
    if (pthread_create(&t, NULL, put, NULL) != 0) {
        return 1;
    }
    int sum = ok_take() + bad_take_for_table();
    pthread_join(t, NULL);
    return sum;
}
