// A callee that takes or releases a lock by a state it keeps in memory.
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct row {
    struct row *next;
    int value;
};

struct cursor {
    pthread_mutex_t *locks;
    struct row **rows;
    struct row *next;
    unsigned at;
    unsigned size;
    bool locked;
};

void use(struct row *r);
void nap(void);

// With a row the bucket is locked, and stays so until the cursor leaves it.
static bool step(struct cursor *c, struct row **out) {
    *out = NULL;
    if (c->locked) {
        if (c->next) {
            *out = c->next;
            c->next = c->next->next;
        } else {
            pthread_mutex_unlock(&c->locks[c->at]);
            c->at++;
            c->locked = false;
        }
        return true;
    }
    if (c->at == c->size) {
        return false;
    }
    pthread_mutex_lock(&c->locks[c->at]);
    c->locked = true;
    *out = c->rows[c->at];
    if (!*out) {
        pthread_mutex_unlock(&c->locks[c->at]);
        c->locked = false;
        c->at++;
    }
    return true;
}

static void finish(struct cursor *c) {
    if (c->locked) {
        pthread_mutex_unlock(&c->locks[c->at]);
    }
}

void ok_walks_all(struct cursor *c) {
    struct row *r = NULL;
    while (step(c, &r)) {
        if (!r) {
            nap();
            continue;
        }
        if (r->value < 0) {
            break;
        }
        use(r);
    }
    finish(c);
}

struct gate {
    pthread_mutex_t mu;
    bool open;
    int users;
};

static void enter(struct gate *g) {
    if (!g->open) {
        pthread_mutex_lock(&g->mu);
        g->open = true;
    }
}

static void leave(struct gate *g) {
    if (g->open) {
        pthread_mutex_unlock(&g->mu);
        g->open = false;
    }
}

int ok_enters_once(struct gate *g) {
    enter(g);
    enter(g);
    g->users++;
    leave(g);
    return g->users;
}

int bad_state_is_known(struct gate *g) {
    pthread_mutex_lock(&g->mu);
    g->open = false;
    enter(g); // expect: shared-state-double-lock "mu"
    g->users++;
    leave(g);
    return g->users;
}
