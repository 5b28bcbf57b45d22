// channel-double-close: a descriptor is closed twice on a path: between the two calls another thread may have opened a file
// that got the same number. Reported at the second close.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

struct connection {
    int fd;
    bool open;
};

int greet(int fd);
void serve(int fd);
void adopt(struct connection *c, int fd);
int poll_next(void);

int bad_error_branch_and_label(const char *path) {
    int rc = -1;
    int fd = open(path, O_RDONLY);
    if (fd < 0) {
        return -1;
    }
    if (greet(fd) != 0) {
        close(fd);
        goto out;
    }
    rc = 0;
out:
    close(fd); // expect: channel-double-close "already closed"
    return rc;
}

int bad_closed_twice(int domain) {
    int fd = socket(domain, SOCK_STREAM, 0);
    if (fd < 0) {
        return -1;
    }
    int rc = greet(fd);
    close(fd);
    if (rc != 0) {
        close(fd); // expect: channel-double-close "already closed"
        return -1;
    }
    return 0;
}

static int start_session(int fd) {
    if (greet(fd) != 0) {
        close(fd);
        return -1;
    }
    serve(fd);
    close(fd);
    return 0;
}

int bad_callee_closed_it(int listener) {
    int fd = accept(listener, NULL, NULL);
    if (fd < 0) {
        return -1;
    }
    if (start_session(fd) != 0) {
        close(fd); // expect: channel-double-close "already closed"
        return -1;
    }
    return 0;
}

int bad_pipe_end(void) {
    int ends[2];
    if (pipe(ends) != 0) {
        return -1;
    }
    close(ends[1]);
    int rc = greet(ends[0]);
    close(ends[0]);
    close(ends[1]); // expect: channel-double-close "already closed"
    return rc;
}

int bad_stream_owns_it(const char *path) {
    int fd = open(path, O_RDONLY);
    if (fd < 0) {
        return -1;
    }
    FILE *stream = fdopen(fd, "r");
    if (stream == NULL) {
        close(fd);
        return -1;
    }
    int first = getc(stream);
    fclose(stream);
    close(fd); // expect: channel-double-close "already closed"
    return first;
}

void bad_stream_closed_twice(const char *path) {
    FILE *stream = fopen(path, "r");
    if (stream == NULL) {
        return;
    }
    if (getc(stream) == EOF) {
        fclose(stream);
    }
    fclose(stream); // expect: channel-double-close "already closed"
}

void bad_retry_after_interrupt(int domain) {
    int fd = socket(domain, SOCK_DGRAM, 0);
    if (fd < 0) {
        return;
    }
    serve(fd);
    if (close(fd) != 0 && errno == EINTR) {
        close(fd); // expect: channel-double-close "already closed"
    }
}

void bad_field(struct connection *c) {
    close(c->fd);
    if (poll_next() < 0) {
        serve(0);
    }
    close(c->fd); // expect: channel-double-close "already closed"
}

static void *session_thread(void *arg) {
    int fd = (int)(intptr_t)arg;
    serve(fd);
    close(fd);
    return NULL;
}

int bad_closed_by_the_thread_too(int listener) {
    pthread_t t;
    int fd = accept(listener, NULL, NULL);
    if (fd < 0) {
        return -1;
    }
    if (pthread_create(&t, NULL, session_thread, (void *)(intptr_t)fd) != 0) {
        close(fd);
        return -1;
    }
    pthread_join(t, NULL);
    close(fd); // miss: channel-double-close who of two threads closes is not compared
    return 0;
}

int ok_closed_once(const char *path) {
    int fd = open(path, O_RDONLY);
    if (fd < 0) {
        return -1;
    }
    int rc = greet(fd);
    close(fd);
    return rc;
}

int ok_error_branch_returns(const char *path) {
    int fd = open(path, O_RDONLY);
    if (fd < 0) {
        return -1;
    }
    if (greet(fd) != 0) {
        close(fd);
        return -1;
    }
    serve(fd);
    close(fd);
    return 0;
}

int ok_minus_one(const char *path) {
    int rc = -1;
    int fd = open(path, O_RDONLY);
    if (fd < 0) {
        return -1;
    }
    if (greet(fd) != 0) {
        close(fd);
        fd = -1;
        goto out;
    }
    rc = 0;
out:
    if (fd >= 0) {
        close(fd);
    }
    return rc;
}

void ok_field_minus_one(struct connection *c) {
    if (c->fd != -1) {
        close(c->fd);
        c->fd = -1;
    }
    if (c->fd != -1) {
        close(c->fd);
        c->fd = -1;
    }
}

void ok_flag(struct connection *c) {
    if (c->open) {
        close(c->fd);
        c->open = false;
    }
    if (c->open) {
        close(c->fd);
    }
}

int ok_dup(int fd) {
    int copy = dup(fd);
    if (copy < 0) {
        return -1;
    }
    close(fd);
    int rc = greet(copy);
    close(copy);
    return rc;
}

int ok_both_ends(void) {
    int ends[2];
    if (pipe(ends) != 0) {
        return -1;
    }
    close(ends[0]);
    close(ends[1]);
    return 0;
}

void ok_reopened(const char *path) {
    int fd = -1;
    for (int i = 0; i < 3; i++) {
        fd = open(path, O_RDONLY);
        if (fd < 0) {
            return;
        }
        serve(fd);
        close(fd);
    }
}

void ok_array(const int *fds, int count) {
    for (int i = 0; i < count; i++) {
        close(fds[i]);
    }
}

int ok_stream_closes(const char *path) {
    int fd = open(path, O_RDONLY);
    if (fd < 0) {
        return -1;
    }
    FILE *stream = fdopen(fd, "r");
    if (stream == NULL) {
        close(fd);
        return -1;
    }
    int first = getc(stream);
    fclose(stream);
    return first;
}

void ok_shutdown_then_close(int listener) {
    int fd = accept(listener, NULL, NULL);
    if (fd < 0) {
        return;
    }
    serve(fd);
    shutdown(fd, SHUT_RDWR);
    close(fd);
}

int ok_the_thread_closes(int listener) {
    pthread_t t;
    int fd = accept(listener, NULL, NULL);
    if (fd < 0) {
        return -1;
    }
    if (pthread_create(&t, NULL, session_thread, (void *)(intptr_t)fd) != 0) {
        close(fd);
        return -1;
    }
    return pthread_join(t, NULL);
}

static void drop(int fd) {
    if (fd >= 0) {
        close(fd);
    }
}

int ok_callee_closes(const char *path) {
    int fd = open(path, O_RDONLY);
    int event = eventfd(0, EFD_CLOEXEC);
    if (fd < 0 || event < 0) {
        drop(fd);
        drop(event);
        return -1;
    }
    drop(event);
    int rc = greet(fd);
    drop(fd);
    return rc;
}

void ok_handed_over(struct connection *c, const char *path) {
    int fd = open(path, O_RDONLY);
    if (fd < 0) {
        return;
    }
    adopt(c, fd);
}

int ok_child_after_fork(int fd) {
    pid_t pid = fork();
    if (pid < 0) {
        return -1;
    }
    if (pid == 0) {
        close(fd);
        _exit(0);
    }
    close(fd);
    return 0;
}
