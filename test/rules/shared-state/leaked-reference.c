// The address of what a lock guards leaves the function that has taken it.
// rules: shared-state-leaked-reference
#include <pthread.h>
#include <string.h>

struct item {
    int n;
};

struct node {
    pthread_mutex_t mu;
    char name[32];
    struct item items[8];
    int used;
};

void ok_rename(struct node *n, const char *name) {
    pthread_mutex_lock(&n->mu);
    strncpy(n->name, name, sizeof n->name - 1);
    n->items[n->used++].n = 1;
    pthread_mutex_unlock(&n->mu);
}

const char *bad_name(struct node *n) {
    pthread_mutex_lock(&n->mu);
    const char *name = n->name;
    pthread_mutex_unlock(&n->mu);
    return name; // expect: shared-state-leaked-reference "the address of 'n->name' is returned"
}

struct item *ok_take(struct node *n) { // an element: whose it is from now on is a protocol of its own
    pthread_mutex_lock(&n->mu);
    struct item *i = &n->items[--n->used];
    pthread_mutex_unlock(&n->mu);
    return i;
}

char *ok_locked(struct node *n) { // handed out with the lock
    pthread_mutex_lock(&n->mu);
    return n->name;
}
