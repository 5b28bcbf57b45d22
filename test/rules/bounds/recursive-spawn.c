// bounds-recursive-spawn: threads start threads of their own kind without a limit. Reported at the start.
// rules: bounds-recursive-spawn
#include <dirent.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>

char *join_path(const char *dir, const char *name);
void look_at(const char *path);

// One thread for each directory.
static void *bad_walk(void *arg) {
    DIR *d = opendir(arg);
    struct dirent *e;
    while (d && (e = readdir(d)) != NULL) {
        if (e->d_type == DT_DIR && e->d_name[0] != '.') {
            pthread_t t;
            if (pthread_create(&t, NULL, bad_walk, join_path(arg, e->d_name)) == 0) { // expect: bounds-recursive-spawn "bad_walk"
                pthread_detach(t);
            }
        } else {
            look_at(e->d_name);
        }
    }
    return NULL;
}

// Both halves of a tree, through a function of its own.
struct tree {
    struct tree *left;
    struct tree *right;
    int value;
};

static void *bad_sum(void *arg);

static void bad_sum_both(struct tree *t) {
    pthread_t left;
    pthread_t right;
    if (t->left) {
        pthread_create(&left, NULL, bad_sum, t->left); // expect: bounds-recursive-spawn "bad_sum"
    }
    if (t->right) {
        pthread_create(&right, NULL, bad_sum, t->right);
    }
    if (t->left) {
        pthread_join(left, NULL);
    }
    if (t->right) {
        pthread_join(right, NULL);
    }
}

static void *bad_sum(void *arg) {
    bad_sum_both(arg);
    return NULL;
}

// A depth that is given.
struct work {
    int depth;
    int lo;
    int hi;
};

static void *ok_depth(void *arg) {
    struct work *w = arg;
    if (w->depth == 0) {
        return NULL;
    }
    for (int i = 0; i != 2; i++) {
        struct work *half = malloc(sizeof *half);
        pthread_t t;
        half->depth = w->depth - 1;
        if (pthread_create(&t, NULL, ok_depth, half) == 0) {
            pthread_detach(t);
        }
    }
    return NULL;
}

// The size is compared.
static void *ok_size(void *arg) {
    struct work *w = arg;
    pthread_t t[2];
    if (w->hi - w->lo < 1000) {
        return NULL;
    }
    pthread_create(&t[0], NULL, ok_size, w);
    pthread_create(&t[1], NULL, ok_size, w + 1);
    pthread_join(t[0], NULL);
    pthread_join(t[1], NULL);
    return NULL;
}

// A slot is taken before.
static sem_t slots;

static void *ok_slots(void *arg) {
    DIR *d = opendir(arg);
    struct dirent *e;
    while (d && (e = readdir(d)) != NULL) {
        pthread_t t;
        sem_wait(&slots);
        if (pthread_create(&t, NULL, ok_slots, join_path(arg, e->d_name)) == 0) {
            pthread_detach(t);
        }
    }
    return NULL;
}

// One replaces itself by the next one.
static void *ok_successor(void *arg) {
    pthread_t t;
    look_at(arg);
    if (pthread_create(&t, NULL, ok_successor, arg) == 0) {
        pthread_detach(t);
    }
    return NULL;
}

// Joined in each round: as many as the input is deep.
static void *ok_joined(void *arg) {
    DIR *d = opendir(arg);
    struct dirent *e;
    while (d && (e = readdir(d)) != NULL) {
        pthread_t t;
        if (pthread_create(&t, NULL, ok_joined, join_path(arg, e->d_name)) == 0) {
            pthread_join(t, NULL);
        }
    }
    return NULL;
}

static void start(void *(*entry)(void *), void *arg) {
    pthread_t t;
    if (pthread_create(&t, NULL, entry, arg) == 0) {
        pthread_detach(t);
    }
}

void start_all(char *dir, struct tree *t, struct work *w) {
    start(bad_walk, dir);
    start(bad_sum, t);
    start(ok_depth, w);
    start(ok_size, w);
    start(ok_slots, dir);
    start(ok_successor, dir);
    start(ok_joined, dir);
}
