// Closing: the second close of a number is a mistake; shutting down first and closing after the join is the way out.
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static int link_fd;

static void *read_link(void *arg) {
    char buf[64];
    while (recv(link_fd, buf, sizeof buf, 0) > 0) {
    }
    return arg;
}

void bad_twice(void) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0) {
        return;
    }
    close(fd);
    close(fd); // expect: channel-double-close
}

void bad_stream_twice(void) {
    FILE *f = fopen("log", "r");
    if (!f) {
        return;
    }
    fclose(f);
    fclose(f); // expect: channel-double-close
}

// The writer closes its half of a pipe, the reader its own: two numbers.
int ok_both_ends(void) {
    int ends[2];
    if (pipe(ends) != 0) {
        return -1;
    }
    close(ends[1]);
    char c;
    int n = (int)read(ends[0], &c, 1);
    close(ends[0]);
    return n;
}

int main(void) {
    pthread_t t;
    link_fd = socket(AF_INET, SOCK_STREAM, 0);
    if (pthread_create(&t, NULL, read_link, NULL) != 0) {
        return 1;
    }
    bad_twice();
    bad_stream_twice();
    shutdown(link_fd, SHUT_RDWR);
    pthread_join(t, NULL);
    close(link_fd);
    return ok_both_ends();
}
