// channel-never-closed: a process reads a pipe to its end and keeps the other end open. Reported at the read.
// rules: channel-never-closed
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static void child(char **argv, int out) {
    dup2(out, 1);
    execv(argv[0], argv);
    _exit(127);
}

int bad_kept_open(char **argv) {
    int fds[2];
    char buf[512];
    ssize_t n;
    if (pipe(fds) < 0) {
        return -1;
    }
    pid_t pid = fork();
    if (pid < 0) {
        return -1;
    }
    if (pid == 0) {
        close(fds[0]);
        child(argv, fds[1]);
    }
    while ((n = read(fds[0], buf, sizeof buf)) > 0) { // expect: channel-never-closed "the pipe of line 17"
        fwrite(buf, 1, (size_t)n, stdout);
    }
    close(fds[0]);
    close(fds[1]);
    return waitpid(pid, NULL, 0);
}

struct job {
    int out[2];
    pid_t pid;
};

int bad_closed_in_child_only(struct job *j, char **argv) {
    char buf[512];
    ssize_t n;
    if (pipe(j->out) != 0) {
        return -1;
    }
    switch (j->pid = fork()) {
    case -1:
        return -1;
    case 0:
        close(j->out[0]);
        close(j->out[1]);
        child(argv, 1);
    default:
        break;
    }
    for (;;) {
        n = read(j->out[0], buf, sizeof buf); // expect: channel-never-closed "which never comes"
        if (n <= 0) {
            break;
        }
        fwrite(buf, 1, (size_t)n, stdout);
    }
    return 0;
}

int ok_closed(char **argv) {
    int fds[2];
    char buf[512];
    ssize_t n;
    if (pipe(fds) < 0) {
        return -1;
    }
    pid_t pid = fork();
    if (pid == 0) {
        close(fds[0]);
        child(argv, fds[1]);
    }
    close(fds[1]);
    while ((n = read(fds[0], buf, sizeof buf)) > 0) {
        fwrite(buf, 1, (size_t)n, stdout);
    }
    return waitpid(pid, NULL, 0);
}

int ok_one_read(char **argv) { // the child tells one thing
    int fds[2];
    char c = 0;
    if (pipe(fds) < 0) {
        return -1;
    }
    pid_t pid = fork();
    if (pid == 0) {
        child(argv, fds[1]);
    }
    if (read(fds[0], &c, 1) != 1) {
        return -1;
    }
    return c;
}

int ok_child_reads(char *buf, size_t size) { // it is the parent that writes
    int fds[2];
    if (pipe(fds) < 0) {
        return -1;
    }
    pid_t pid = fork();
    if (pid == 0) {
        close(fds[1]);
        while (read(fds[0], buf, size) > 0) {
            puts(buf);
        }
        _exit(0);
    }
    return (int)write(fds[1], buf, size);
}

void close_both(int *fds);

int ok_given_away(char **argv) {
    int fds[2];
    char buf[512];
    if (pipe(fds) < 0) {
        return -1;
    }
    pid_t pid = fork();
    if (pid == 0) {
        child(argv, fds[1]);
    }
    close_both(fds);
    while (read(fds[0], buf, sizeof buf) > 0) {
        puts(buf);
    }
    return 0;
}
