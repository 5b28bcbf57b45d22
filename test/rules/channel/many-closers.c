// channel-many-closers: two threads close one descriptor. Reported at one close, with the other.
// rules: channel-many-closers
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static int link_fd;
static FILE *log_file;
static int tested_fd;
static int reset_fd;
static atomic_int owned_fd;
static int own_fd;

static void *read_link(void *arg) {
    char buf[64];
    while (recv(link_fd, buf, sizeof buf, 0) > 0) {
    }
    close(link_fd);
    return arg;
}

static void *write_log(void *arg) {
    fputs("up\n", log_file);
    fclose(log_file);
    return arg;
}

static void bad_stop(pthread_t t) {
    close(link_fd); // expect: channel-many-closers "'link_fd' is closed here by the thread of 'main'"
    pthread_join(t, NULL);
}

static void bad_stop_log(pthread_t t) {
    pthread_join(t, NULL);
    fclose(log_file); // expect: channel-many-closers "'log_file'"
}

static void *read_tested(void *arg) {
    if (tested_fd >= 0) {
        close(tested_fd);
    }
    return arg;
}

static void ok_tested(void) {
    if (tested_fd >= 0) {
        close(tested_fd);
    }
}

static void *read_reset(void *arg) {
    close(reset_fd);
    reset_fd = -1;
    return arg;
}

static void ok_reset(void) {
    close(reset_fd);
    reset_fd = -1;
}

static void *read_owned(void *arg) {
    int fd = atomic_exchange(&owned_fd, -1);
    if (fd >= 0) {
        close(fd);
    }
    return arg;
}

static void ok_taken(void) {
    int fd = atomic_exchange(&owned_fd, -1);
    if (fd >= 0) {
        close(fd);
    }
}

static void *read_own(void *arg) {
    char c;
    (void)!read(own_fd, &c, 1);
    return arg;
}

static void ok_one_closer(pthread_t t) {
    pthread_join(t, NULL);
    close(own_fd);
}

int main(void) {
    pthread_t t[5];
    link_fd = socket(AF_INET, SOCK_STREAM, 0);
    log_file = fopen("log", "w");
    if (!log_file || pthread_create(&t[0], NULL, read_link, NULL) || pthread_create(&t[1], NULL, write_log, NULL) ||
        pthread_create(&t[2], NULL, read_tested, NULL) || pthread_create(&t[3], NULL, read_reset, NULL) ||
        pthread_create(&t[4], NULL, read_owned, NULL)) {
        return 1;
    }
    pthread_t own;
    if (pthread_create(&own, NULL, read_own, NULL) == 0) {
        ok_one_closer(own);
    }
    bad_stop(t[0]);
    bad_stop_log(t[1]);
    ok_tested();
    ok_reset();
    ok_taken();
    return 0;
}
