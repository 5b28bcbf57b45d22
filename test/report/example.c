// Input of sarif.test: a lock that is still held at one return, and wide characters before it.
#include <pthread.h>

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static int total;

int add(int n) {
    /* 🔒 */ pthread_mutex_lock(&mu);
    if (n < 0) {
        return -1;
    }
    total += n;
    pthread_mutex_unlock(&mu);
    return 0;
}
