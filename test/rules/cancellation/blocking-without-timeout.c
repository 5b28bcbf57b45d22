// cancellation-blocking-without-timeout: threads that wait for input when they are told to stop.
// rules: cancellation-blocking-without-timeout
// profile: review
// program: whole
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct server {
    int fd;
    int wake_fd;
    pthread_t thread;
    atomic_bool stop;
};

struct closing {
    int fd;
    pthread_t thread;
    atomic_bool stop;
};

struct piped {
    int read_end;
    int write_end;
    pthread_t thread;
    atomic_bool stop;
};

struct polling {
    int fd;
    pthread_t thread;
    atomic_bool stop;
};

static void *accept_all(void *arg) {
    struct server *s = arg;
    while (!s->stop) {
        int c = accept(s->fd, NULL, NULL); // expect: cancellation-blocking-without-timeout "'accept'"
        if (c >= 0) {
            close(c);
        }
    }
    return NULL;
}

static void bad_server_stop(struct server *s) {
    s->stop = true;
    pthread_join(s->thread, NULL);
    close(s->fd); // too late
}

static void *receive(void *arg) {
    struct closing *s = arg;
    char c = 0;
    while (!s->stop) {
        recv(s->fd, &c, 1, 0);
    }
    return NULL;
}

static void ok_shut_down(struct closing *s) {
    s->stop = true;
    shutdown(s->fd, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    close(s->fd);
}

static void *wait_for_either(void *arg) {
    struct piped *s = arg;
    struct pollfd fds[1] = {{.fd = s->read_end, .events = POLLIN}};
    while (!s->stop) {
        poll(fds, 1, -1);
    }
    return NULL;
}

static void ok_self_pipe(struct piped *s) {
    s->stop = true;
    (void)!write(s->write_end, "x", 1);
    pthread_join(s->thread, NULL);
}

static void *poll_with_limit(void *arg) {
    struct polling *s = arg;
    struct pollfd fds[1] = {{.fd = s->fd, .events = POLLIN}};
    while (!s->stop) {
        poll(fds, 1, 100);
    }
    return NULL;
}

static void ok_time_limit(struct polling *s) {
    s->stop = true;
    pthread_join(s->thread, NULL);
}

int main(void) {
    static struct server a;
    static struct closing b;
    static struct piped c;
    static struct polling d;
    pthread_create(&a.thread, NULL, accept_all, &a);
    pthread_create(&b.thread, NULL, receive, &b);
    pthread_create(&c.thread, NULL, wait_for_either, &c);
    pthread_create(&d.thread, NULL, poll_with_limit, &d);
    bad_server_stop(&a);
    ok_shut_down(&b);
    ok_self_pipe(&c);
    ok_time_limit(&d);
    return 0;
}
