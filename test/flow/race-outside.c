// Who calls a library is not known to call its functions twice: what comes before the start of the
// thread makes the object ready.
// rules: shared-state-race
#include <pthread.h>
#include <signal.h>
#include <stddef.h>

struct worker {
    pthread_t id;
    void (*run)(int);
    int arg;
};

static struct worker reaper;
static int served;

static void *entry(void *arg) {
    struct worker *w = arg;
    w->run(w->arg);
    served++; // expect: shared-state-race "served"
    return NULL;
}

static int start(struct worker *w, void (*run)(int)) {
    w->run = run;
    w->arg = 1;
    return pthread_create(&w->id, NULL, entry, w);
}

void reap(int n) {
    (void)n;
}

int ok_library_init(void) {
    return start(&reaper, reap);
}

int bad_served(void) {
    return served;
}

// --- a handler does not run in the thread that installs it, as a call of it would ---

static struct worker *signalled;

static void on_signal(int sig) {
    (void)sig;
    if (!signalled) {
        return;
    }
}

static void *installs(void *arg) {
    signal(SIGHUP, on_signal);
    return arg;
}

int ok_installs_in_thread(struct worker *w) {
    pthread_t t;
    if (pthread_create(&t, NULL, installs, NULL)) {
        return -1;
    }
    signalled = w;
    return pthread_join(t, NULL);
}
