// Tries of the kernel, DPDK, libdispatch and SDL succeed in different ways; what two versions of a library tell apart in opposite
// ways, and what has no owner, says nothing.
#include <stdbool.h>

struct semaphore;
void down(struct semaphore *s);
int down_trylock(struct semaphore *s); // 0: taken
void up(struct semaphore *s);

typedef struct {
    volatile int locked;
} rte_spinlock_t;
int rte_spinlock_trylock(rte_spinlock_t *l); // 1: taken
void rte_spinlock_lock(rte_spinlock_t *l);
void rte_spinlock_unlock(rte_spinlock_t *l);

typedef struct dispatch_semaphore_s *dispatch_semaphore_t;
long dispatch_semaphore_wait(dispatch_semaphore_t s, unsigned long timeout);
long dispatch_semaphore_signal(dispatch_semaphore_t s);

struct SDL_mutex;
int SDL_TryLockMutex(struct SDL_mutex *m); // 0 in SDL 2, true in SDL 3: taken
int SDL_UnlockMutex(struct SDL_mutex *m);

int ok_down(struct semaphore *s) {
    if (down_trylock(s)) {
        return 0;
    }
    up(s);
    return 1;
}

void ok_given_by_another(struct semaphore *s) {
    up(s);
}

int ok_spin(rte_spinlock_t *l) {
    if (!rte_spinlock_trylock(l)) {
        return 0;
    }
    rte_spinlock_unlock(l);
    return 1;
}

int bad_spin(rte_spinlock_t *l, bool early) {
    if (!rte_spinlock_trylock(l)) {
        return 0;
    }
    if (early) {
        return 1; // expect: shared-state-lock-leak
    }
    rte_spinlock_unlock(l);
    return 2;
}

void ok_wait(dispatch_semaphore_t s) {
    dispatch_semaphore_wait(s, ~0UL);
}

void ok_signal(dispatch_semaphore_t s) {
    dispatch_semaphore_signal(s);
}

int ok_sdl2(struct SDL_mutex *m) {
    if (SDL_TryLockMutex(m) == 0) {
        SDL_UnlockMutex(m);
        return 1;
    }
    return 0;
}

int ok_sdl3(struct SDL_mutex *m) {
    if (SDL_TryLockMutex(m)) {
        SDL_UnlockMutex(m);
        return 1;
    }
    return 0;
}
