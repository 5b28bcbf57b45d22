// A mutex with the thread that holds it and a count beside it: its holder may come in again.
// rules: shared-state-lock-leak, shared-state-lock-order, shared-state-double-lock, shared-state-callback-under-lock, shared-state-unlock-not-held, shared-state-inconsistent-guard, shared-state-race
// program: whole
#include <pthread.h>

struct counted {
    pthread_mutex_t lock;
    pthread_t owner;
    const char *why;
    int depth;
};

struct server {
    struct counted outer;
    struct counted inner;
    void (*done)(struct server *s);
    int jobs;
};

static struct server server;

static void counted_lock(struct counted *c, const char *why) {
    if (c->owner == pthread_self()) {
        c->depth++;
        return;
    }
    pthread_mutex_lock(&c->lock);
    c->why = why;
    c->owner = pthread_self();
    c->depth = 1;
}

static void counted_unlock(struct counted *c) {
    if (--c->depth) {
        return;
    }
    c->why = "free";
    c->owner = 0;
    pthread_mutex_unlock(&c->lock);
}

static void ok_takes_outer(struct server *s) {
    counted_lock(&s->outer, __func__);
    s->jobs++;
    counted_unlock(&s->outer);
}

// Outer first; taking it once more inside waits for nobody.
static void ok_both(struct server *s) {
    counted_lock(&s->outer, __func__);
    counted_lock(&s->inner, __func__);
    ok_takes_outer(s);
    counted_unlock(&s->inner);
    counted_unlock(&s->outer);
}

static void ok_thrice(struct server *s) {
    counted_lock(&s->outer, __func__);
    counted_lock(&s->outer, __func__);
    counted_lock(&s->outer, __func__);
    s->jobs--;
    counted_unlock(&s->outer);
    counted_unlock(&s->outer);
    counted_unlock(&s->outer);
}

static void ok_done(struct server *s) {
    ok_takes_outer(s);
}

static void ok_calls_back(struct server *s) {
    counted_lock(&s->outer, __func__);
    if (s->done) {
        s->done(s);
    }
    counted_unlock(&s->outer);
}

static int bad_early_return(struct server *s, int n) {
    counted_lock(&s->outer, __func__);
    if (n < 0) {
        return -1; // expect: shared-state-lock-leak "still holds"
    }
    s->jobs += n;
    counted_unlock(&s->outer);
    return 0;
}

// Told in the function that forgets it, not in its caller.
static int bad_hand_down(struct server *s, int take) {
    if (take) {
        counted_lock(&s->inner, __func__);
    }
    if (s->jobs < 0) {
        return -1; // expect: shared-state-lock-leak "'s->inner.lock'"
    }
    s->jobs++;
    if (take) {
        counted_unlock(&s->inner);
    }
    return 0;
}

static int ok_asks_for_it(struct server *s) {
    int left = bad_hand_down(s, 1);
    if (left) {
        return left;
    }
    return s->jobs;
}

static void *work(void *arg) {
    struct server *s = arg;
    ok_both(s);
    ok_thrice(s);
    ok_calls_back(s);
    (void)ok_asks_for_it(s);
    (void)bad_early_return(s, s->jobs);
    return NULL;
}

int main(void) {
    pthread_t a;
    pthread_t b;
    pthread_mutex_init(&server.outer.lock, NULL);
    pthread_mutex_init(&server.inner.lock, NULL);
    server.done = ok_done;
    if (pthread_create(&a, NULL, work, &server)) {
        return 1;
    }
    if (pthread_create(&b, NULL, work, &server) == 0) {
        pthread_join(b, NULL);
    }
    pthread_join(a, NULL);
    return 0;
}
