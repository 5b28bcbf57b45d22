// What success means differs between libraries: a try that failed is no lock held, and one that worked is one to give back.
// The declarations stand in for the headers, which need not be installed.
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <threads.h>

typedef struct _GMutex GMutex;
void g_mutex_lock(GMutex *m);
int g_mutex_trylock(GMutex *m); // true: held
void g_mutex_unlock(GMutex *m);

typedef struct uv_mutex uv_mutex_t;
int uv_mutex_trylock(uv_mutex_t *m); // 0: held
void uv_mutex_unlock(uv_mutex_t *m);

typedef struct apr_mutex apr_thread_mutex_t;
int apr_thread_mutex_trylock(apr_thread_mutex_t *m); // 0: held
int apr_thread_mutex_unlock(apr_thread_mutex_t *m);

typedef struct _RTL_CRITICAL_SECTION CRITICAL_SECTION;
int TryEnterCriticalSection(CRITICAL_SECTION *c); // not 0: held
void LeaveCriticalSection(CRITICAL_SECTION *c);

int bad_posix(pthread_mutex_t *m, bool early) {
    if (pthread_mutex_trylock(m) != 0) {
        return 0;
    }
    if (early) {
        return 1; // expect: shared-state-lock-leak
    }
    pthread_mutex_unlock(m);
    return 2;
}

int ok_posix(pthread_mutex_t *m) {
    if (pthread_mutex_trylock(m) != 0) {
        return 0;
    }
    pthread_mutex_unlock(m);
    return 1;
}

int bad_c11(mtx_t *m, bool early) {
    if (mtx_trylock(m) != thrd_success) {
        return 0;
    }
    if (early) {
        return 1; // expect: shared-state-lock-leak
    }
    mtx_unlock(m);
    return 2;
}

int ok_c11(mtx_t *m) {
    if (mtx_trylock(m) == thrd_busy) {
        return 0;
    }
    mtx_unlock(m);
    return 1;
}

int bad_glib(GMutex *m, bool early) {
    if (!g_mutex_trylock(m)) {
        return 0;
    }
    if (early) {
        return 1; // expect: shared-state-lock-leak
    }
    g_mutex_unlock(m);
    return 2;
}

int bad_glib_sense(GMutex *m) {
    if (g_mutex_trylock(m) == 0) { // expect: shared-state-trylock-ignored
        g_mutex_unlock(m);
        return 1;
    }
    g_mutex_unlock(m);
    return 0;
}

int ok_glib(GMutex *m) {
    if (!g_mutex_trylock(m)) {
        return 0;
    }
    g_mutex_unlock(m);
    return 1;
}

int bad_uv_sense(uv_mutex_t *m) {
    if (uv_mutex_trylock(m)) { // expect: shared-state-trylock-ignored
        uv_mutex_unlock(m);
        return 1;
    }
    uv_mutex_unlock(m);
    return 0;
}

int ok_uv(uv_mutex_t *m) {
    if (uv_mutex_trylock(m)) {
        return 0;
    }
    uv_mutex_unlock(m);
    return 1;
}

int bad_apr(apr_thread_mutex_t *m, bool early) {
    if (apr_thread_mutex_trylock(m) != 0) {
        return 0;
    }
    if (early) {
        return 1; // expect: shared-state-lock-leak
    }
    apr_thread_mutex_unlock(m);
    return 2;
}

int bad_windows(CRITICAL_SECTION *c, bool early) {
    if (!TryEnterCriticalSection(c)) {
        return 0;
    }
    if (early) {
        return 1; // expect: shared-state-lock-leak
    }
    LeaveCriticalSection(c);
    return 2;
}

int ok_windows(CRITICAL_SECTION *c) {
    if (TryEnterCriticalSection(c)) {
        LeaveCriticalSection(c);
        return 1;
    }
    return 0;
}

// The owner died: the lock is held all the same.
int ok_owner_died(pthread_mutex_t *m) {
    int r = pthread_mutex_lock(m);
    if (r == EOWNERDEAD) {
        pthread_mutex_consistent(m);
    } else if (r != 0) {
        return -1;
    }
    pthread_mutex_unlock(m);
    return 0;
}

int bad_owner_died(pthread_mutex_t *m) {
    int r = pthread_mutex_lock(m);
    if (r == EOWNERDEAD) {
        return -1; // miss: shared-state-lock-leak to the model every failure is a lock not taken: most mutexes are not robust
    }
    if (r == 0) {
        pthread_mutex_unlock(m);
    }
    return r;
}
