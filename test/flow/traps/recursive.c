// Which locks may be taken again by their holder: by default, by kind, or never.
#include <pthread.h>

typedef struct _GMutex GMutex;
typedef struct _GRecMutex GRecMutex;
void g_mutex_lock(GMutex *m);
void g_mutex_unlock(GMutex *m);
void g_rec_mutex_lock(GRecMutex *m);
void g_rec_mutex_unlock(GRecMutex *m);

typedef struct SDL_mutex SDL_mutex;
int SDL_LockMutex(SDL_mutex *m);
int SDL_UnlockMutex(SDL_mutex *m);

typedef struct _RTL_CRITICAL_SECTION CRITICAL_SECTION;
void EnterCriticalSection(CRITICAL_SECTION *c);
void LeaveCriticalSection(CRITICAL_SECTION *c);

typedef struct _RTL_SRWLOCK SRWLOCK;
void AcquireSRWLockExclusive(SRWLOCK *l);
void ReleaseSRWLockExclusive(SRWLOCK *l);

typedef struct uv_mutex uv_mutex_t;
void uv_mutex_lock(uv_mutex_t *m);
void uv_mutex_unlock(uv_mutex_t *m);

void bad_posix(pthread_mutex_t *m) {
    pthread_mutex_lock(m);
    pthread_mutex_lock(m); // expect: shared-state-double-lock
    pthread_mutex_unlock(m);
    pthread_mutex_unlock(m);
}

void bad_glib(GMutex *m) {
    g_mutex_lock(m);
    g_mutex_lock(m); // expect: shared-state-double-lock
    g_mutex_unlock(m);
    g_mutex_unlock(m);
}

void ok_glib_recursive(GRecMutex *m) {
    g_rec_mutex_lock(m);
    g_rec_mutex_lock(m);
    g_rec_mutex_unlock(m);
    g_rec_mutex_unlock(m);
}

void ok_sdl(SDL_mutex *m) {
    SDL_LockMutex(m);
    SDL_LockMutex(m);
    SDL_UnlockMutex(m);
    SDL_UnlockMutex(m);
}

void ok_windows(CRITICAL_SECTION *c) {
    EnterCriticalSection(c);
    EnterCriticalSection(c);
    LeaveCriticalSection(c);
    LeaveCriticalSection(c);
}

void bad_windows_slim(SRWLOCK *l) {
    AcquireSRWLockExclusive(l);
    AcquireSRWLockExclusive(l); // expect: shared-state-double-lock
    ReleaseSRWLockExclusive(l);
    ReleaseSRWLockExclusive(l);
}

void bad_uv(uv_mutex_t *m) {
    uv_mutex_lock(m);
    uv_mutex_lock(m); // expect: shared-state-double-lock
    uv_mutex_unlock(m);
    uv_mutex_unlock(m);
}
