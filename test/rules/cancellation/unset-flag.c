// cancellation-unset-flag: what ends the loops of threads, and who sets it.
// rules: cancellation-unset-flag
// program: whole
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct server {
    pthread_t thread;
    int running;
    bool done;
    bool quit;
    int level;
};

static volatile sig_atomic_t keep_going = 1;
static atomic_bool finished;
static int exposed_flag;
static const bool verbose = true;
static int fd;

static void *bad_nobody(void *arg) { // set where? the author meant `running`
    struct server *s = arg;
    while (!s->done) { // expect: cancellation-unset-flag "server::done"
        usleep(100);
    }
    return NULL;
}

static void *bad_wrong_value(void *arg) { // 1 is set again instead of 0
    while (keep_going) { // expect: cancellation-unset-flag "keep_going"
        usleep(100);
    }
    return arg;
}

static bool is_finished(void) {
    return atomic_load(&finished);
}

static void *bad_atomic(void *arg) {
    while (!is_finished()) { // expect: cancellation-unset-flag "finished"
        usleep(100);
    }
    return arg;
}

static void *ok_set(void *arg) {
    struct server *s = arg;
    while (s->running) {
        usleep(100);
    }
    return NULL;
}

static void *ok_other_way(void *arg) { // ends at the end of the input
    struct server *s = arg;
    char c = 0;
    while (!s->quit) {
        if (read(fd, &c, 1) <= 0) {
            break;
        }
    }
    return NULL;
}

static void *ok_exposed(void *arg) {
    while (!exposed_flag) {
        usleep(100);
    }
    return arg;
}

static void *ok_exit_in_call(void *arg) {
    while (!finished) {
        if (verbose) {
            pthread_exit(arg);
        }
    }
    return arg;
}

static void *ok_number(void *arg) { // counts down
    struct server *s = arg;
    while (s->level != 0) {
        s->level--;
    }
    return NULL;
}

// A scanner's tables: their initialisers are too long to be read.
static const short base[] = {0, 3, 7, 8129};

static struct mode {
    const char *name;
    int last;
} modes[] = {{"a", 0}, {"b", 1}};

static void *ok_tables(void *arg) {
    int at = *(int *)arg;
    while (base[at] != 8129) {
        at++;
    }
    for (at = 0; !modes[at].last; at++) {
        puts(modes[at].name);
    }
    return NULL;
}

static int parse(const char *text, int *flag) {
    return sscanf(text, "%d", flag);
}

static void stop(struct server *s) {
    s->running = 0;
    keep_going = 1;
}

int main(int argc, char **argv) {
    struct server *s = calloc(1, sizeof *s);
    pthread_t t[9];
    s->done = false;
    s->running = 1;
    s->level = argc;
    parse(argv[0], &exposed_flag);
    pthread_create(&t[0], NULL, bad_nobody, s);
    pthread_create(&t[1], NULL, bad_wrong_value, s);
    pthread_create(&t[2], NULL, bad_atomic, s);
    pthread_create(&t[3], NULL, ok_set, s);
    pthread_create(&t[4], NULL, ok_other_way, s);
    pthread_create(&t[5], NULL, ok_exposed, s);
    pthread_create(&t[6], NULL, ok_exit_in_call, s);
    pthread_create(&t[7], NULL, ok_number, s);
    pthread_create(&t[8], NULL, ok_tables, &argc);
    stop(s);
    for (int i = 0; i < 9; i++) {
        pthread_join(t[i], NULL);
    }
    return 0;
}
