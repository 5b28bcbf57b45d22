// arch-retry-storm: what is done when a peer refuses. Reported at the call that is tried again.
// rules: arch-retry-storm
#include <errno.h>
#include <netdb.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static atomic_bool running;
static int attempts_max;

int bad_connect(int fd, const struct sockaddr *to, socklen_t len) {
    while (connect(fd, to, len) < 0) { // expect: arch-retry-storm "when 'connect' fails"
        fprintf(stderr, "refused, trying again\n");
    }
    return fd;
}

// A new socket each time, as a server that keeps a link to another one does it.
int bad_new_socket(const struct sockaddr *to, socklen_t len) {
    for (;;) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        if (fd < 0) {
            return -1;
        }
        if (connect(fd, to, len) == 0) { // expect: arch-retry-storm "tries again at once"
            return fd;
        }
        close(fd);
    }
}

static int open_link(const char *host) {
    struct addrinfo *list;
    if (getaddrinfo(host, "7", NULL, &list) != 0) {
        return -1;
    }
    int fd = socket(list->ai_family, list->ai_socktype, list->ai_protocol);
    int failed = connect(fd, list->ai_addr, list->ai_addrlen);
    freeaddrinfo(list);
    return failed ? -1 : fd;
}

void forward(int fd);

void bad_in_callee(const char *host) {
    while (atomic_load(&running)) {
        int fd = open_link(host); // expect: arch-retry-storm "when 'open_link' fails"
        if (fd < 0) {
            continue;
        }
        forward(fd);
        close(fd);
    }
}

int ok_sleeps(int fd, const struct sockaddr *to, socklen_t len) {
    while (connect(fd, to, len) < 0) {
        sleep(1);
    }
    return fd;
}

static void back_off(unsigned n) {
    usleep(1000U << n);
}

void ok_backs_off(const char *host) {
    unsigned n = 0;
    int fd;
    while ((fd = open_link(host)) < 0) {
        back_off(n < 10 ? n++ : n);
    }
    forward(fd);
}

int ok_limited(int fd, const struct sockaddr *to, socklen_t len) {
    for (int i = 0; i < 5; i++) {
        if (connect(fd, to, len) == 0) {
            return fd;
        }
    }
    return -1;
}

int ok_setting(int fd, const struct sockaddr *to, socklen_t len) {
    int n = 0;
    while (connect(fd, to, len) != 0) {
        if (++n > attempts_max) {
            return -1;
        }
    }
    return fd;
}

int ok_interrupted(int fd, const struct sockaddr *to, socklen_t len) {
    int r;
    do {
        r = connect(fd, to, len);
    } while (r < 0 && errno == EINTR);
    return r;
}

// Another address each time: the list ends.
int ok_addresses(int fd, struct addrinfo *list) {
    for (struct addrinfo *a = list; a; a = a->ai_next) {
        if (connect(fd, a->ai_addr, a->ai_addrlen) == 0) {
            return fd;
        }
    }
    return -1;
}

// It may wait in there: nothing is known of it.
void wait_a_little(void);
int ok_unknown(int fd, const struct sockaddr *to, socklen_t len) {
    while (connect(fd, to, len) < 0) {
        wait_a_little();
    }
    return fd;
}
