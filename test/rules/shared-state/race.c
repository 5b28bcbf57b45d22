// Two threads, one memory, no lock in common.
// rules: shared-state-race
#include <pthread.h>
#include <stdlib.h>

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t other_mu = PTHREAD_MUTEX_INITIALIZER;

// --- a counter of two workers ---

static long served;

static void *count_bad(void *arg) {
    served++; // expect: shared-state-race "'served' is written without a lock by several threads at the same time: all that run 'count_bad'"
    return arg;
}

void bad_counter(void) {
    pthread_t a;
    pthread_t b;
    if (pthread_create(&a, NULL, count_bad, NULL)) {
        return;
    }
    if (pthread_create(&b, NULL, count_bad, NULL)) {
        pthread_join(a, NULL);
        return;
    }
    pthread_join(a, NULL);
    pthread_join(b, NULL);
}

// --- joined before the next one starts ---

static long in_turn;

static void *turn(void *arg) {
    in_turn++;
    return arg;
}

void ok_one_after_the_other(void) {
    for (int i = 0; i < 4; i++) {
        pthread_t t;
        if (!pthread_create(&t, NULL, turn, NULL)) {
            pthread_join(t, NULL);
        }
    }
}

// --- before the start and after the join ---

static int phase;

static void *read_phase(void *arg) {
    return phase ? arg : NULL;
}

void ok_phases(void) {
    pthread_t t;
    phase = 1;
    if (pthread_create(&t, NULL, read_phase, NULL)) {
        return;
    }
    pthread_join(t, NULL);
    phase = 2;
}

// --- beside a running thread ---

static int beside;

static void *read_beside(void *arg) {
    return beside ? arg : NULL;
}

void bad_beside(void) {
    pthread_t t;
    if (pthread_create(&t, NULL, read_beside, NULL)) {
        return;
    }
    beside = 2; // expect: shared-state-race "'beside' is written without a lock while the thread 'read_beside' may read it at line"
    pthread_join(t, NULL);
}

// --- one lock, and two different ones ---

static int guarded;
static int two_locks;

static void *with_lock(void *arg) {
    pthread_mutex_lock(&mu);
    guarded++;
    pthread_mutex_unlock(&mu);
    pthread_mutex_lock(&mu);
    two_locks++; // expect: shared-state-race "'two_locks' is written holding 'mu'"
    pthread_mutex_unlock(&mu);
    return arg;
}

void locks_ok_and_bad(void) {
    pthread_t t;
    if (pthread_create(&t, NULL, with_lock, NULL)) {
        return;
    }
    pthread_mutex_lock(&mu);
    guarded++;
    pthread_mutex_unlock(&mu);
    pthread_mutex_lock(&other_mu);
    two_locks++; // expect: shared-state-race "holding 'other_mu'"
    pthread_mutex_unlock(&other_mu);
    pthread_join(t, NULL);
}

// --- the lock of the caller ---

static int inner;

static void bump_inner(void) {
    inner++;
}

static void *caller_locks(void *arg) {
    pthread_mutex_lock(&mu);
    bump_inner();
    pthread_mutex_unlock(&mu);
    return arg;
}

void ok_caller_locks(void) {
    pthread_t t;
    if (pthread_create(&t, NULL, caller_locks, NULL)) {
        return;
    }
    pthread_mutex_lock(&mu);
    bump_inner();
    pthread_mutex_unlock(&mu);
    pthread_join(t, NULL);
}

// --- an object of the starting function ---

struct job {
    pthread_mutex_t mu;
    int done;
    int total;
};

static void *run_job(void *arg) {
    struct job *job = arg;
    pthread_mutex_lock(&job->mu);
    job->done = 1;
    pthread_mutex_unlock(&job->mu);
    job->total++;
    return NULL;
}

int bad_polls_local(void) {
    struct job job = {.mu = PTHREAD_MUTEX_INITIALIZER};
    pthread_t t;
    if (pthread_create(&t, NULL, run_job, &job)) {
        return -1;
    }
    int seen = job.done; // expect: shared-state-race "'job.done' is read without a lock while the thread 'run_job' may write it at line"
    pthread_join(t, NULL);
    return seen + job.total;
}

int ok_locks_local(void) {
    struct job job = {.mu = PTHREAD_MUTEX_INITIALIZER};
    pthread_t t;
    if (pthread_create(&t, NULL, run_job, &job)) {
        return -1;
    }
    pthread_mutex_lock(&job.mu);
    int seen = job.done;
    pthread_mutex_unlock(&job.mu);
    pthread_join(t, NULL);
    return seen + job.total;
}

// --- each thread its own object ---

static void *fill(void *arg) {
    struct job *job = arg;
    job->total = 7;
    return NULL;
}

void ok_own_objects(void) {
    struct job *jobs = calloc(4, sizeof *jobs);
    pthread_t t[4];
    int n = 0;
    for (; jobs && n < 4; n++) {
        if (pthread_create(&t[n], NULL, fill, &jobs[n])) {
            break;
        }
    }
    for (int i = 0; i < n; i++) {
        pthread_join(t[i], NULL);
    }
    free(jobs);
}

// --- through a helper that changes what it is given ---

static int through;

static void add_to(int *place) {
    *place += 3; // expect: shared-state-race "'through' is written without a lock"
}

static void *use_helper(void *arg) {
    add_to(&through);
    return arg;
}

int bad_through_helper(void) {
    pthread_t t;
    if (pthread_create(&t, NULL, use_helper, NULL)) {
        return -1;
    }
    int now = through;
    pthread_join(t, NULL);
    return now;
}

// --- atomics, thread-locals, constants ---

static _Atomic int atomic_count;
static _Thread_local int own_count;
static const int limit = 9;

static void *harmless(void *arg) {
    atomic_count++;
    own_count++;
    return limit ? arg : NULL;
}

int ok_harmless(void) {
    pthread_t t;
    if (pthread_create(&t, NULL, harmless, NULL)) {
        return -1;
    }
    atomic_count++;
    own_count++;
    pthread_join(t, NULL);
    return limit;
}

// --- bit-fields side by side are one memory location ---

static struct {
    unsigned a : 1;
    unsigned b : 1;
    unsigned wide;
} flags;

static void *set_a(void *arg) {
    flags.a = 1; // expect: shared-state-race "is written without a lock"
    return arg;
}

void bad_bit_fields(void) {
    pthread_t t;
    if (pthread_create(&t, NULL, set_a, NULL)) {
        return;
    }
    flags.b = 1; // expect: shared-state-race "is written without a lock"
    flags.wide = 4;
    pthread_join(t, NULL);
}

// --- initialised by whoever comes first ---

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int table;

static void make_table(void) {
    table = 5;
}

static void *use_table(void *arg) {
    pthread_once(&once, make_table);
    return table ? arg : NULL;
}

int ok_once(void) {
    pthread_t t;
    if (pthread_create(&t, NULL, use_table, NULL)) {
        return -1;
    }
    pthread_once(&once, make_table);
    int x = table;
    pthread_join(t, NULL);
    return x;
}

// --- the world stands still meanwhile ---

static pthread_cond_t stopped = PTHREAD_COND_INITIALIZER;
static int paused;
static int layout;

static void all_threads(int stop) {
    pthread_mutex_lock(&mu);
    while (paused != stop) {
        pthread_cond_wait(&stopped, &mu);
    }
    pthread_mutex_unlock(&mu);
}

static void *reader(void *arg) {
    return layout ? arg : NULL;
}

void ok_stops_the_world(void) {
    pthread_t t;
    if (pthread_create(&t, NULL, reader, NULL)) {
        return;
    }
    all_threads(1);
    layout = 2;
    all_threads(0);
    pthread_join(t, NULL);
}

// --- a callback that an event loop runs in the thread that registered it ---

void loop_on_event(void (*call)(int));
void loop_run(void);

static int events;

static void on_event(int n) {
    events += n; // expect: shared-state-race "'events' is written without a lock"
}

static void *loop_thread(void *arg) {
    loop_on_event(on_event);
    loop_run();
    return arg;
}

void bad_callback_in_two_loops(void) {
    pthread_t a;
    pthread_t b;
    if (pthread_create(&a, NULL, loop_thread, NULL)) {
        return;
    }
    if (!pthread_create(&b, NULL, loop_thread, NULL)) {
        pthread_join(b, NULL);
    }
    pthread_join(a, NULL);
}
