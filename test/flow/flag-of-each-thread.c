// Each thread, main too, has a loop object of its own, and stops its own.
// rules: cancellation-plain-flag
#include <pthread.h>
#include <stddef.h>
#include <unistd.h>

struct loop {
    int stop;
    int ticks;
};

static void ok_run(struct loop *l) {
    while (!l->stop) {
        l->ticks++;
        sleep(1);
    }
}

void loop_stop(struct loop *l) {
    l->stop = 1;
}

static void *worker(void *arg) {
    ok_run(arg);
    return NULL;
}

static struct loop loops[2];

int main(void) {
    pthread_t t;
    if (pthread_create(&t, NULL, worker, &loops[1])) {
        return 1;
    }
    if (getppid() == 1) {
        loop_stop(&loops[0]);
    }
    ok_run(&loops[0]);
    pthread_join(t, NULL);
    return 0;
}
