// arch-sleep-throttle: a sleep in a loop that takes work sets the rate: too slow under load, too fast when the other side is
// slow. Reported at the sleep.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

struct job {
    int id;
};

struct queue;

bool queue_pop(struct queue *q, struct job *job);
void process(const struct job *job);
int deliver(int fd, const struct job *job);
long limiter_wait_ns(struct queue *q);
void collect(void);
bool stopping(void);

void *bad_worker(void *arg) {
    struct queue *q = arg;
    struct job job;
    while (queue_pop(q, &job)) {
        process(&job);
        usleep(10000); // expect: arch-sleep-throttle "this sleep"
    }
    return NULL;
}

void bad_array(const struct job *jobs, size_t count) {
    for (size_t i = 0; i < count; i++) {
        process(&jobs[i]);
        usleep(1000); // expect: arch-sleep-throttle "this sleep"
    }
}

void bad_before_the_work(struct queue *q) {
    struct job job;
    while (queue_pop(q, &job)) {
        struct timespec pause = {.tv_nsec = 5000000};
        nanosleep(&pause, NULL); // expect: arch-sleep-throttle "this sleep"
        process(&job);
    }
}

void bad_sender(int fd, const struct job *jobs, int count) {
    for (int i = 0; i < count; i++) {
        if (send(fd, &jobs[i], sizeof jobs[i], 0) < 0) {
            return;
        }
        usleep(500); // expect: arch-sleep-throttle "this sleep"
    }
}

void bad_lines(FILE *in) {
    char line[128];
    while (fgets(line, sizeof line, in) != NULL) {
        fputs(line, stdout);
        sleep(1); // expect: arch-sleep-throttle "this sleep"
    }
}

void bad_c11(struct queue *q) {
    struct job job;
    while (queue_pop(q, &job)) {
        process(&job);
        thrd_sleep(&(struct timespec){.tv_nsec = 1000000}, NULL); // expect: arch-sleep-throttle "this sleep"
    }
}

static void breathe(void) {
    usleep(2000);
}

void bad_in_a_helper(struct queue *q) {
    struct job job;
    while (queue_pop(q, &job)) {
        process(&job);
        breathe(); // miss: arch-sleep-throttle the sleep is in a helper
    }
}

void bad_every_hundredth(const struct job *jobs, int count) {
    for (int i = 0; i < count; i++) {
        process(&jobs[i]);
        if (i % 100 == 0) {
            usleep(1000); // miss: arch-sleep-throttle only sleeps of every round count
        }
    }
}

void ok_no_sleep(struct queue *q) {
    struct job job;
    while (queue_pop(q, &job)) {
        process(&job);
    }
}

void ok_after_the_loop(struct queue *q) {
    struct job job;
    while (queue_pop(q, &job)) {
        process(&job);
    }
    usleep(1000);
}

// A limiter that knows how long to wait.
void ok_rate_limiter(struct queue *q) {
    struct job job;
    while (queue_pop(q, &job)) {
        long wait = limiter_wait_ns(q);
        if (wait > 0) {
            struct timespec pause = {.tv_nsec = wait};
            nanosleep(&pause, NULL);
        }
        process(&job);
    }
}

// A timer: the next moment is computed, work that takes long does not shift it.
void ok_absolute_timer(void) {
    struct timespec next;
    clock_gettime(CLOCK_MONOTONIC, &next);
    while (!stopping()) {
        collect();
        next.tv_sec += 1;
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
    }
}

// A period, not a rate: the loop takes no work from anybody.
void *ok_periodic_statistics(void *arg) {
    while (!stopping()) {
        collect();
        usleep(500000);
    }
    return arg;
}

int ok_back_off(int fd, const struct job *job) {
    useconds_t delay = 1000;
    for (int attempt = 0; attempt < 5; attempt++) {
        if (deliver(fd, job) == 0) {
            return 0;
        }
        usleep(delay);
        delay *= 2;
    }
    return -1;
}

void ok_only_after_a_failure(int fd, struct queue *q) {
    struct job job;
    while (queue_pop(q, &job)) {
        int attempts = 0;
        while (deliver(fd, &job) != 0 && attempts++ < 3) {
            usleep(1000U << attempts);
        }
    }
}

void ok_zero_is_a_yield(struct queue *q) {
    struct job job;
    while (queue_pop(q, &job)) {
        process(&job);
        usleep(0);
    }
}

void ok_timer_descriptor(int timer_fd, struct queue *q) {
    struct job job;
    unsigned long long ticks;
    while (read(timer_fd, &ticks, sizeof ticks) == (ssize_t)sizeof ticks) {
        if (!queue_pop(q, &job)) {
            return;
        }
        process(&job);
    }
}

struct node {
    struct node *next;
    struct job job;
};

void bad_list(const struct node *list) {
    for (const struct node *n = list; n != NULL; n = n->next) {
        process(&n->job);
        usleep(1000); // expect: arch-sleep-throttle "this sleep"
    }
}

void bad_stops_too(struct queue *q) {
    struct job job;
    while (!stopping() && queue_pop(q, &job)) {
        process(&job);
        usleep(1000); // expect: arch-sleep-throttle "this sleep"
    }
}

void bad_break(struct queue *q) {
    for (;;) {
        struct job job;
        if (!queue_pop(q, &job)) {
            break;
        }
        process(&job);
        usleep(1000); // expect: arch-sleep-throttle "this sleep"
    }
}

// A poll: nothing says that there is work.
void ok_poll(struct queue *q) {
    struct job job;
    while (!stopping()) {
        if (queue_pop(q, &job)) {
            process(&job);
        }
        usleep(1000);
    }
}

void ok_waits_for_the_first(struct queue *q) {
    struct job job;
    while (!queue_pop(q, &job)) {
        collect();
        usleep(1000);
    }
    process(&job);
}

// Tries one after the other until it succeeds.
int ok_tries_each(int fd, const struct job *jobs, int count) {
    for (int i = 0; i < count; i++) {
        if (deliver(fd, &jobs[i]) == 0) {
            return i;
        }
        usleep(1000);
    }
    return -1;
}

void ok_receive_again(int fd, char *byte) {
    while (recv(fd, byte, 1, 0) < 0) {
        collect();
        usleep(1000);
    }
}
