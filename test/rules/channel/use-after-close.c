// channel-use-after-close: a descriptor or stream is used after it was closed on that path. Reported at the use.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct connection {
    int fd;
    FILE *log;
};

int reopen(struct connection *c);
bool is_bad(const char *text);

int bad_write_after_close(const char *path) {
    int fd = open(path, O_WRONLY);
    if (fd < 0) {
        return -1;
    }
    close(fd);
    return (int)write(fd, "x", 1); // expect: channel-use-after-close "closed at"
}

int bad_error_branch(const char *path) {
    FILE *f = fopen(path, "r");
    char line[80];
    if (!f) {
        return -1;
    }
    while (fgets(line, sizeof line, f)) { // expect: channel-use-after-close "closed at"
        if (is_bad(line)) {
            fclose(f); // no 'break'
        }
    }
    return 0;
}

static void report(FILE *f, const char *text) {
    fputs(text, f);
}

void bad_in_callee(const char *path) {
    FILE *f = fopen(path, "w");
    if (f) {
        fclose(f);
        report(f, "done"); // expect: channel-use-after-close "closed at"
    }
}

void bad_standard_output(void) {
    fclose(stdout);
    printf("ready\n"); // expect: channel-use-after-close "closed at"
    puts("");          // expect: channel-use-after-close "closed at"
    perror("but this goes elsewhere");
}

int bad_descriptor_of_closed_stream(int fd) {
    FILE *f = fdopen(fd, "w");
    if (!f) {
        close(fd);
        return -1;
    }
    fputs("hello", f);
    fclose(f);
    return fsync(fd); // expect: channel-use-after-close "closed at"
}

void bad_field(struct connection *c) {
    shutdown(c->fd, SHUT_RDWR);
    close(c->fd);
    send(c->fd, "bye", 3, 0); // expect: channel-use-after-close "closed at"
    c->fd = -1;
}

// --- right ---

int ok_stream_and_descriptor(int fd) {
    FILE *f = fdopen(fd, "w");
    if (!f) {
        close(fd);
        return -1;
    }
    fsync(fd);
    return fclose(f);
}

int ok_next_file(const char **paths) {
    FILE *f = NULL;
    for (; *paths; paths++) {
        f = fopen(*paths, "r");
        if (f) {
            (void)getc(f);
            fclose(f);
        }
    }
    return 0;
}

void ok_another_stream(FILE *f, FILE *g) {
    fclose(f);
    f = g;
    fputs("x", f);
}

int ok_reopened_number(int fd, int other) {
    close(fd);
    if (dup2(other, fd) < 0) {
        return -1;
    }
    return (int)write(fd, "x", 1);
}

int ok_reopened_by_somebody(struct connection *c) {
    close(c->fd);
    if (reopen(c) < 0) {
        return -1;
    }
    return (int)write(c->fd, "x", 1);
}

void ok_reopened_stream(void) {
    if (freopen("/dev/null", "w", stdout)) {
        printf("nobody reads this\n");
    }
}

int ok_flag(struct connection *c, bool last) {
    if (last) {
        fclose(c->log);
    }
    if (!last) {
        fputs("more", c->log);
    }
    return errno;
}

void ok_stop_reading(FILE *f) {
    int c;
    while ((c = getchar()) != 0) {
        if (c == EOF) {
            fclose(f);
            break;
        }
    }
}

struct file {
    FILE *fp;
};

static bool file_open(struct file *f, const char *path) {
    f->fp = fopen(path, "w");
    return f->fp != NULL;
}

void ok_opened_again_in_callee(const char **paths) {
    struct file f;
    for (; *paths; paths++) {
        if (!file_open(&f, *paths)) {
            f.fp = NULL;
        }
        if (f.fp) {
            fputs("x", f.fp);
            fclose(f.fp);
            f.fp = NULL;
        }
    }
}

// Closed leads to the first state, and only an open one to the second: the third lies beyond it.
enum state { NEXT, FROM_FILE, FROM_DATA };

struct form {
    enum state state;
    int fd;
    int left;
    int (*more)(struct form *f);
};

int ok_fill(struct form *f, char *out, char *end) {
    do {
        switch (f->state) {
        case NEXT:
            if (f->more(f)) {
                return 0;
            }
            if (f->left) {
                f->fd = open("/dev/zero", O_RDONLY);
                if (f->fd == -1) {
                    return -1;
                }
                f->state = FROM_FILE;
                continue;
            }
            f->state = FROM_DATA;
            break;
        case FROM_FILE:
            if (read(f->fd, out, 1) < 0) {
                close(f->fd);
                return -1;
            }
            if (--f->left == 0) {
                close(f->fd);
                f->state = NEXT;
            }
            break;
        case FROM_DATA:
            *out = 'x';
            f->state = NEXT;
            break;
        default:
            return -1;
        }
        out++;
    } while (end - out > 100);
    return 1;
}
