// ownership-no-stop: handles that are kept and never used again.
// rules: ownership-no-stop
// profile: review
// program: whole
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

struct engine {
    pthread_t maint;
    pthread_t *io;
    int io_count;
    atomic_int stop;
};

static void *maintain(void *arg) {
    struct engine *e = arg;
    while (!e->stop) {
        usleep(1000);
    }
    return NULL;
}

static void *do_io(void *arg) {
    struct engine *e = arg;
    while (!e->stop) {
        usleep(10);
    }
    return NULL;
}

// The engine joins its I/O threads and forgets the other one.
static struct engine *bad_engine_new(int n) {
    struct engine *e = calloc(1, sizeof *e);
    e->io = calloc((size_t)n, sizeof *e->io);
    for (; e->io_count < n; e->io_count++) {
        if (pthread_create(&e->io[e->io_count], NULL, do_io, e)) {
            free(e);
            return NULL;
        }
    }
    if (pthread_create(&e->maint, NULL, maintain, e)) { // expect: ownership-no-stop "is freed"
        free(e);
        return NULL;
    }
    return e;
}

static void engine_free(struct engine *e) {
    e->stop = 1;
    for (int i = 0; i < e->io_count; i++) {
        pthread_join(e->io[i], NULL);
    }
    free(e->io);
    free(e);
}

// A global handle that only the start knows.
static pthread_t crawler_tid;
static pthread_t logger_tid;

static void *crawl(void *arg) {
    sleep(1);
    return arg;
}

static void *write_log(void *arg) {
    sleep(1);
    return arg;
}

static int bad_start_crawler(void) {
    return pthread_create(&crawler_tid, NULL, crawl, NULL); // expect: ownership-no-stop "who stops"
}

static int ok_start_logger(void) {
    return pthread_create(&logger_tid, NULL, write_log, NULL);
}

static void ok_stop_logger(void) {
    pthread_join(logger_tid, NULL);
}

// The handle goes through a wrapper and a local on its way into the list, and is joined there.
struct entry {
    struct entry *next;
    pthread_t id;
};

static struct entry *entries;

static int spawn(pthread_t *out, void *(*fn)(void *), void *arg) {
    pthread_t id;
    int r = pthread_create(&id, NULL, fn, arg);
    if (r == 0) {
        *out = id;
    }
    return r;
}

static void *ok_listed(void *arg) {
    return arg;
}

static void ok_add_entry(void) {
    struct entry *e = calloc(1, sizeof *e);
    if (spawn(&e->id, ok_listed, e) == 0) {
        e->next = entries;
        entries = e;
    }
}

static void join_all(void) {
    while (entries) {
        struct entry *e = entries;
        entries = e->next;
        pthread_join(e->id, NULL);
        free(e);
    }
}

// Detached: nobody has to.
struct conn {
    pthread_t thread;
};

static void *ok_detaches_itself(void *arg) {
    pthread_detach(pthread_self());
    return arg;
}

static void ok_accept(struct conn *c) {
    pthread_create(&c->thread, NULL, ok_detaches_itself, c);
}

int main(void) {
    struct conn c;
    struct engine *e = bad_engine_new(2);
    if (bad_start_crawler() == 0 && ok_start_logger() == 0) {
        ok_stop_logger();
    }
    ok_add_entry();
    ok_accept(&c);
    join_all();
    engine_free(e);
    return 0;
}
