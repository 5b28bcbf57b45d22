// observability-silent-failure: a thread ends because something failed. Reported where it notices.
// rules: observability-silent-failure
// profile: review
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct logger {
    pthread_t thread;
    const char *path;
    int failed;
};

void record(const char *what);

static void *bad_write_log(void *arg) {
    struct logger *l = arg;
    int fd = open(l->path, O_WRONLY | O_APPEND);
    if (fd < 0) { // expect: observability-silent-failure "when 'open' fails the thread of 'bad_write_log' ends"
        return NULL;
    }
    dprintf(fd, "up\n");
    close(fd);
    return NULL;
}

static void *bad_buffer(void *arg) {
    char *buf = malloc(4096);
    if (!buf) { // expect: observability-silent-failure "when 'malloc' fails"
        return NULL;
    }
    puts(arg);
    free(buf);
    return NULL;
}

static void *ok_logs(void *arg) {
    struct logger *l = arg;
    int fd = open(l->path, O_WRONLY);
    if (fd < 0) {
        perror(l->path);
        return NULL;
    }
    close(fd);
    return NULL;
}

static void *ok_records(void *arg) {
    struct logger *l = arg;
    int fd = open(l->path, O_WRONLY);
    if (fd < 0) {
        record(l->path);
        return NULL;
    }
    close(fd);
    return NULL;
}

static void *ok_stores(void *arg) {
    struct logger *l = arg;
    int fd = open(l->path, O_WRONLY);
    if (fd < 0) {
        l->failed = 1;
        return NULL;
    }
    close(fd);
    return NULL;
}

static void *ok_returns(void *arg) {
    struct logger *l = arg;
    int fd = open(l->path, O_WRONLY);
    if (fd < 0) {
        return (void *)1;
    }
    close(fd);
    return NULL;
}

// Tried again: the thread goes on.
static void *ok_goes_on(void *arg) {
    struct logger *l = arg;
    int fd;
    while ((fd = open(l->path, O_WRONLY)) < 0) {
        sleep(1);
    }
    close(fd);
    return NULL;
}

// The client has gone, and so goes the thread that served it.
static void *ok_serves(void *arg) {
    int fd = *(int *)arg;
    char buf[64];
    if (recv(fd, buf, sizeof buf, 0) < 0) {
        return NULL;
    }
    write(fd, buf, 1);
    return NULL;
}

// Round after round: success of one leads to the failure of the next.
static void *ok_logs_in_loop(void *arg) {
    struct logger *l = arg;
    for (int i = 0; i < 10; i++) {
        int fd = open(l->path, O_WRONLY);
        if (fd < 0) {
            perror(l->path);
            exit(1);
        }
        close(fd);
    }
    return NULL;
}

// Two failures have one end, which tells.
static void *ok_common_end(void *arg) {
    struct logger *l = arg;
    int fd = open(l->path, O_WRONLY);
    if (fd < 0) {
        goto failed;
    }
    if (ftruncate(fd, 0) < 0) {
        goto failed;
    }
    close(fd);
    return NULL;
failed:
    perror(l->path);
    return NULL;
}

int start_more(pthread_t *t, struct logger *l) {
    return pthread_create(&t[0], NULL, ok_logs_in_loop, l) || pthread_create(&t[1], NULL, ok_common_end, l);
}

// It has told why.
static int open_log(const char *path) {
    int fd = open(path, O_WRONLY);
    if (fd < 0) {
        perror(path);
    }
    return fd;
}

static void *ok_told_in_callee(void *arg) {
    int fd = open_log(arg);
    if (fd < 0) {
        return NULL;
    }
    close(fd);
    return NULL;
}

int start_told(pthread_t *t, char *path) {
    return pthread_create(t, NULL, ok_told_in_callee, path);
}

int start(struct logger *l, int fd) {
    pthread_t t[8];
    return pthread_create(&l->thread, NULL, bad_write_log, l) || pthread_create(&t[1], NULL, bad_buffer, "up") ||
           pthread_create(&t[2], NULL, ok_logs, l) || pthread_create(&t[3], NULL, ok_records, l) ||
           pthread_create(&t[4], NULL, ok_stores, l) || pthread_create(&t[5], NULL, ok_returns, l) ||
           pthread_create(&t[6], NULL, ok_goes_on, l) ||
           (pthread_create(&t[7], NULL, ok_serves, &fd) || pthread_detach(t[7]));
}
