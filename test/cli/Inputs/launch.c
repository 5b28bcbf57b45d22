#ifdef THREADS
#include <pthread.h>
static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
int leak(int x) {
    pthread_mutex_lock(&mu);
    if (x)
        return 1;
    pthread_mutex_unlock(&mu);
    return 0;
}
#endif
int unused;
