// Whoever drops the last reference ends the object; a count in it decides.
// rules: lifetime-freed-before-join
#include <pthread.h>
#include <stdlib.h>

struct object {
    pthread_mutex_t mu;
    int owners;
    int n;
    pthread_t thread;
};

static void *work(void *arg) {
    struct object *o = arg;
    pthread_mutex_lock(&o->mu);
    o->n++;
    pthread_mutex_unlock(&o->mu);
    return NULL;
}

static void end(struct object *o) {
    pthread_mutex_destroy(&o->mu);
    free(o);
}

static int count_down(int *owners) {
    return __sync_sub_and_fetch(owners, 1);
}

static struct object *make(void) {
    struct object *o = calloc(1, sizeof *o);
    if (o) {
        pthread_mutex_init(&o->mu, NULL);
        o->owners = 2;
        if (pthread_create(&o->thread, NULL, work, o)) {
            free(o);
            return NULL;
        }
    }
    return o;
}

void ok_by_helper(void) {
    struct object *o = make();
    if (!o || count_down(&o->owners) > 0) {
        return;
    }
    end(o);
}

void ok_by_update(void) {
    struct object *o = make();
    if (o && --o->owners == 0) {
        end(o);
    }
}

void ok_by_atomic(void) {
    struct object *o = make();
    if (o) {
        if (__sync_sub_and_fetch(&o->owners, 1) == 0) {
            end(o);
        }
    }
}

void bad_without_a_count(void) {
    struct object *o = make();
    if (o) {
        end(o); // expect: lifetime-freed-before-join "work"
    }
}
