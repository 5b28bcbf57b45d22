// arch-single-flight: something missing is made without the lock. Reported where it is made.
// rules: arch-single-flight
// profile: review
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct cache {
    pthread_mutex_t mu;
    pthread_cond_t ready;
    char *page;
    bool loading;
    char *titles;
};

static char *fetch(int fd) {
    char *text = calloc(1, 4096);
    if (text) {
        recv(fd, text, 4095, 0);
    }
    return text;
}

char *bad_page(struct cache *c, int fd) {
    pthread_mutex_lock(&c->mu);
    char *page = c->page;
    if (c->page != NULL) {
        pthread_mutex_unlock(&c->mu);
        return page;
    }
    pthread_mutex_unlock(&c->mu);
    page = fetch(fd); // expect: arch-single-flight "find 'cache::page' empty"
    pthread_mutex_lock(&c->mu);
    c->page = page;
    pthread_mutex_unlock(&c->mu);
    return page;
}

// Looked at again: nothing leaks, and the work is still done by all of them.
char *bad_looks_again(struct cache *c, int fd) {
    pthread_mutex_lock(&c->mu);
    if (!c->titles) {
        pthread_mutex_unlock(&c->mu);
        char *made = fetch(fd); // expect: arch-single-flight "'cache::titles'"
        pthread_mutex_lock(&c->mu);
        if (c->titles) {
            free(made);
        } else {
            c->titles = made;
        }
    }
    char *titles = c->titles;
    pthread_mutex_unlock(&c->mu);
    return titles;
}

char *ok_marked(struct cache *c, int fd) {
    pthread_mutex_lock(&c->mu);
    while (c->loading) {
        pthread_cond_wait(&c->ready, &c->mu);
    }
    if (!c->page) {
        c->loading = true;
        pthread_mutex_unlock(&c->mu);
        char *page = fetch(fd);
        pthread_mutex_lock(&c->mu);
        c->page = page;
        c->loading = false;
        pthread_cond_broadcast(&c->ready);
    }
    char *page = c->page;
    pthread_mutex_unlock(&c->mu);
    return page;
}

char *ok_under_lock(struct cache *c, int fd) {
    pthread_mutex_lock(&c->mu);
    if (!c->page) {
        c->page = fetch(fd);
    }
    char *page = c->page;
    pthread_mutex_unlock(&c->mu);
    return page;
}

// Cheap: done twice it costs nothing.
char *ok_cheap(struct cache *c) {
    pthread_mutex_lock(&c->mu);
    if (!c->page) {
        pthread_mutex_unlock(&c->mu);
        char *page = calloc(1, 16);
        pthread_mutex_lock(&c->mu);
        c->page = page;
    }
    char *page = c->page;
    pthread_mutex_unlock(&c->mu);
    return page;
}

// It is fetched whatever was there.
void ok_refresh(struct cache *c, int fd) {
    pthread_mutex_lock(&c->mu);
    bool had = c->page != NULL;
    pthread_mutex_unlock(&c->mu);
    char *page = fetch(fd);
    pthread_mutex_lock(&c->mu);
    c->page = page;
    pthread_mutex_unlock(&c->mu);
    printf("%d\n", had);
}
