// rules: shared-state-race shared-state-inconsistent-guard
// Each thread has its own of a thread-local variable, also when it is reached through a pointer.
#include <pthread.h>
#include <stddef.h>

struct state {
    int warned;
};

static __thread struct state mine;
static __thread struct state *current;
static struct state shared;

static void ok_note(void) {
    struct state *s = &mine;
    s->warned++;
    current = s;
    current->warned++;
}

static void *run(void *arg) {
    struct state *s = &shared;
    ok_note();
    s->warned++; // expect: shared-state-race "shared.warned"
    return arg;
}

int main(void) {
    pthread_t a, b;
    if (pthread_create(&a, NULL, run, NULL)) {
        return 1;
    }
    if (pthread_create(&b, NULL, run, NULL) == 0) {
        pthread_join(b, NULL);
    }
    pthread_join(a, NULL);
    return 0;
}
