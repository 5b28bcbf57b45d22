// lifetime-thread-storage: storage of one thread given to another one, or read where it was never filled.
// profile: review
// program: whole
// rules: lifetime-thread-storage
#include <pthread.h>
#include <stdlib.h>
#include <threads.h>

struct stats {
    long requests;
};

static pthread_key_t key;
static pthread_key_t lazy_key;
static tss_t c11_key;
static _Thread_local struct stats own;
static struct stats common;

static void *user(void *arg) {
    struct stats *s = arg;
    s->requests++;
    return NULL;
}

static int c11_user(void *arg) {
    struct stats *s = arg;
    s->requests++;
    return 0;
}

static void *bad_reads_a_key_nobody_set_here(void *arg) {
    struct stats *s = pthread_getspecific(key); // expect: lifetime-thread-storage "key"
    (void)arg;
    s->requests++;
    return NULL;
}

static int bad_c11(void *arg) {
    struct stats *s = tss_get(c11_key); // expect: lifetime-thread-storage "c11_key"
    (void)arg;
    return (int)s->requests;
}

static void *bad_gives_its_variable(void *arg) {
    pthread_t t;
    (void)arg;
    if (pthread_create(&t, NULL, user, &own) == 0) { // expect: lifetime-thread-storage "thread-local"
        pthread_detach(t);
    }
    return NULL;
}

int bad_gives_what_its_key_keeps(void) {
    thrd_t t;
    struct stats *s = tss_get(c11_key);
    return thrd_create(&t, c11_user, s) == thrd_success ? thrd_detach(t) : -1; // expect: lifetime-thread-storage "thread-specific"
}

static struct stats *ok_lazy(void) {
    struct stats *s = pthread_getspecific(lazy_key);
    if (!s) {
        s = calloc(1, sizeof *s);
        pthread_setspecific(lazy_key, s);
    }
    return s;
}

static void *ok_fills_it_first(void *arg) {
    struct stats *s = pthread_getspecific(lazy_key);
    (void)arg;
    return s ? s : ok_lazy();
}

static void *ok_checks(void *arg) {
    struct stats *s = pthread_getspecific(key);
    (void)arg;
    if (s) {
        s->requests++;
    }
    return NULL;
}

int ok_joined(void) {
    pthread_t t;
    return pthread_create(&t, NULL, user, &own) == 0 ? pthread_join(t, NULL) : -1;
}

int ok_static(void) {
    pthread_t t;
    return pthread_create(&t, NULL, user, &common) == 0 ? pthread_detach(t) : -1;
}

int ok_set_after_a_read(struct stats *s) {
    pthread_t t;
    void *old = pthread_getspecific(key);
    pthread_setspecific(key, s);
    (void)old;
    return pthread_create(&t, NULL, user, s) == 0 ? pthread_detach(t) : -1;
}

int main(void) {
    pthread_t t[5];
    thrd_t c;
    if (pthread_key_create(&key, free) || pthread_key_create(&lazy_key, free) || tss_create(&c11_key, free)) {
        return 1;
    }
    pthread_setspecific(key, malloc(sizeof(struct stats)));
    tss_set(c11_key, malloc(sizeof(struct stats)));
    if (pthread_create(&t[0], NULL, bad_reads_a_key_nobody_set_here, NULL) ||
        pthread_create(&t[1], NULL, bad_gives_its_variable, NULL) || pthread_create(&t[2], NULL, ok_fills_it_first, NULL) ||
        pthread_create(&t[3], NULL, ok_checks, NULL) || thrd_create(&c, bad_c11, NULL)) {
        return 1;
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(t[i], NULL);
    }
    return thrd_join(c, NULL);
}
