// Locks, threads and channels of C libraries by their models: what success of a try means, what joins, what may be closed once.
// rules: shared-state-double-lock, shared-state-lock-leak, shared-state-unlock-not-held, lifetime-unjoined-thread, channel-double-close, channel-use-after-close

// --- OpenMP ---

typedef struct { void *p; } omp_lock_t;
typedef struct { void *p; } omp_nest_lock_t;
void omp_set_lock(omp_lock_t *l);
void omp_unset_lock(omp_lock_t *l);
int omp_test_lock(omp_lock_t *l);
void omp_set_nest_lock(omp_nest_lock_t *l);
void omp_unset_nest_lock(omp_nest_lock_t *l);

static omp_lock_t omp;
static omp_nest_lock_t nest;

void bad_omp_twice(void) {
    omp_set_lock(&omp);
    omp_set_lock(&omp); // expect: shared-state-double-lock
    omp_unset_lock(&omp);
}
int bad_omp_leak(int x) {
    if (!omp_test_lock(&omp))
        return 0;
    if (x)
        return 1; // expect: shared-state-lock-leak
    omp_unset_lock(&omp);
    return 0;
}
void ok_omp(void) {
    omp_set_nest_lock(&nest);
    omp_set_nest_lock(&nest);
    omp_unset_nest_lock(&nest);
    omp_unset_nest_lock(&nest);
    if (omp_test_lock(&omp))
        omp_unset_lock(&omp);
}

// --- DPDK: a try yields 1 when it is taken ---

typedef struct { volatile int locked; } rte_spinlock_t;
void rte_spinlock_lock(rte_spinlock_t *l);
int rte_spinlock_trylock(rte_spinlock_t *l);
void rte_spinlock_unlock(rte_spinlock_t *l);

static rte_spinlock_t rte;

int ok_rte(void) {
    if (rte_spinlock_trylock(&rte) == 0)
        return -1;
    rte_spinlock_unlock(&rte);
    return 0;
}
int bad_rte(int x) {
    rte_spinlock_lock(&rte);
    if (x < 0)
        return x; // expect: shared-state-lock-leak
    rte_spinlock_unlock(&rte);
    return 0;
}

// --- Linux kernel: mutex_trylock yields 1 when it is taken, mutex_lock_interruptible 0 ---

struct mutex { int dummy; };
struct rw_semaphore { int dummy; };
struct task_struct;
void mutex_lock(struct mutex *m);
int mutex_trylock(struct mutex *m);
int mutex_lock_interruptible(struct mutex *m);
void mutex_unlock(struct mutex *m);
void down_read(struct rw_semaphore *s);
void up_read(struct rw_semaphore *s);
struct task_struct *kthread_run(int (*f)(void *), void *x, const char *name, ...);
int kthread_stop(struct task_struct *t);
int kthread_main(void *x);

static struct mutex km;
static struct rw_semaphore ks;

int ok_kernel(void) {
    if (mutex_lock_interruptible(&km))
        return -4;
    mutex_unlock(&km);
    if (!mutex_trylock(&km))
        return -16;
    mutex_unlock(&km);
    down_read(&ks);
    up_read(&ks);
    return 0;
}
int bad_kernel(int x) {
    if (mutex_lock_interruptible(&km))
        return -4;
    if (x)
        return -22; // expect: shared-state-lock-leak
    mutex_unlock(&km);
    return 0;
}
void bad_kernel_twice(void) {
    mutex_lock(&km);
    mutex_lock(&km); // expect: shared-state-double-lock
    mutex_unlock(&km);
}
void ok_kthread_ends_by_itself(void) {
    kthread_run(kthread_main, 0, "worker");
}
int ok_kthread_stopped(void) {
    struct task_struct *t = kthread_run(kthread_main, 0, "worker");
    return kthread_stop(t);
}

// --- nng ---

typedef struct nng_thread nng_thread;
typedef struct nng_mtx nng_mtx;
int nng_thread_create(nng_thread **t, void (*f)(void *), void *x);
void nng_thread_destroy(nng_thread *t);
void nng_mtx_lock(nng_mtx *m);
void nng_mtx_unlock(nng_mtx *m);
void nng_main(void *x);

int bad_nng_thread(int x) {
    nng_thread *t;
    if (nng_thread_create(&t, nng_main, 0) != 0) // expect: lifetime-unjoined-thread
        return -1;
    if (x)
        return 1;
    nng_thread_destroy(t);
    return 0;
}
int ok_nng_thread(nng_mtx *m) {
    nng_thread *t;
    if (nng_thread_create(&t, nng_main, 0) != 0)
        return -1;
    nng_mtx_lock(m);
    nng_mtx_unlock(m);
    nng_thread_destroy(t);
    return 0;
}

// --- ZeroMQ: a socket is closed exactly once ---

void *zmq_socket(void *ctx, int type);
int zmq_close(void *s);
int zmq_send(void *s, const void *b, unsigned long n, int f);

int bad_zmq_twice(void *ctx, int x) {
    void *s = zmq_socket(ctx, 1);
    if (!s)
        return -1;
    if (x)
        zmq_close(s);
    if (x)
        zmq_close(s); // expect: channel-double-close
    return 0;
}
int bad_zmq_late(void *ctx) {
    void *s = zmq_socket(ctx, 1);
    if (!s)
        return -1;
    zmq_close(s);
    return zmq_send(s, "x", 1, 0); // expect: channel-use-after-close
}
int ok_zmq(void *ctx) {
    void *s = zmq_socket(ctx, 1);
    if (!s)
        return -1;
    int n = zmq_send(s, "x", 1, 0);
    zmq_close(s);
    return n;
}

// --- SDL 2: mutexes are recursive ---

typedef struct SDL_mutex SDL_mutex;
int SDL_LockMutex(SDL_mutex *m);
int SDL_UnlockMutex(SDL_mutex *m);

void ok_sdl(SDL_mutex *m) {
    SDL_LockMutex(m);
    SDL_LockMutex(m);
    SDL_UnlockMutex(m);
    SDL_UnlockMutex(m);
}

// --- GLib: a locker is released by its cleanup ---

typedef struct _GMutex { void *p; } GMutex;
typedef void GMutexLocker;
GMutexLocker *g_mutex_locker_new(GMutex *m);
void g_mutex_locker_free(GMutexLocker *l);
void g_mutex_lock(GMutex *m);
void g_mutex_unlock(GMutex *m);
static inline void clear_locker(GMutexLocker **l) {
    if (*l)
        g_mutex_locker_free(*l);
}

int ok_locker(GMutex *m, int x) {
    __attribute__((cleanup(clear_locker))) GMutexLocker *l = g_mutex_locker_new(m);
    return x ? 1 : 2;
}
static GMutex gm;
int bad_locker(int x) {
    GMutexLocker *l = g_mutex_locker_new(&gm);
    if (x)
        return 1; // expect: shared-state-lock-leak
    g_mutex_locker_free(l);
    return 0;
}
