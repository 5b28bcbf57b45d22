// error-siblings-run-on: one of several workers fails and ends. Reported where it notices.
// rules: error-siblings-run-on
// profile: review
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { COUNT = 4 };

struct part {
    const char *name;
    size_t size;
    int error;
};

static atomic_int failed;

static void *bad_sum(void *arg) {
    struct part *p = arg;
    int fd = open(p->name, O_RDONLY);
    if (fd < 0) { // expect: error-siblings-run-on "when 'open' fails this thread of 'bad_sum' ends"
        perror(p->name);
        return NULL;
    }
    char buf[64];
    p->size = (size_t)read(fd, buf, sizeof buf);
    close(fd);
    return NULL;
}

static void *ok_stores(void *arg) {
    struct part *p = arg;
    int fd = open(p->name, O_RDONLY);
    if (fd < 0) {
        p->error = 1;
        return NULL;
    }
    close(fd);
    return NULL;
}

static void *ok_counts(void *arg) {
    struct part *p = arg;
    int fd = open(p->name, O_RDONLY);
    if (fd < 0) {
        atomic_fetch_add(&failed, 1);
        return NULL;
    }
    close(fd);
    return NULL;
}

static void *ok_returns(void *arg) {
    struct part *p = arg;
    int fd = open(p->name, O_RDONLY);
    if (fd < 0) {
        return (void *)-1;
    }
    close(fd);
    return NULL;
}

void give_up(struct part *p);

static void *ok_tells(void *arg) {
    struct part *p = arg;
    int fd = open(p->name, O_RDONLY);
    if (fd < 0) {
        give_up(p);
        return NULL;
    }
    close(fd);
    return NULL;
}

static void run(void *(*work)(void *), struct part *parts) {
    pthread_t t[COUNT];
    int n = 0;
    while (n < COUNT && pthread_create(&t[n], NULL, work, &parts[n]) == 0) {
        n++;
    }
    while (n) {
        pthread_join(t[--n], NULL);
    }
}

void sum(struct part *parts) {
    pthread_t t[COUNT];
    int n = 0;
    while (n < COUNT && pthread_create(&t[n], NULL, bad_sum, &parts[n]) == 0) {
        n++;
    }
    while (n) {
        pthread_join(t[--n], NULL);
    }
}

void others(struct part *parts) {
    run(ok_stores, parts);
    run(ok_counts, parts);
    run(ok_returns, parts);
    run(ok_tells, parts);
}

// A single one: observability-silent-failure asks.
static void *ok_alone(void *arg) {
    struct part *p = arg;
    int fd = open(p->name, O_RDONLY);
    if (fd < 0) {
        return NULL;
    }
    close(fd);
    return NULL;
}

void alone(struct part *p) {
    pthread_t t;
    if (pthread_create(&t, NULL, ok_alone, p) == 0) {
        pthread_join(t, NULL);
    }
}
