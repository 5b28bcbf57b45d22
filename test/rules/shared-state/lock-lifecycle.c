// shared-state-lock-lifecycle: locks and conditions used before they are initialised, after they were destroyed, initialised or
// destroyed twice, destroyed while held.
// rules: shared-state-lock-lifecycle
#define _GNU_SOURCE
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct queue {
    pthread_mutex_t mu;
    pthread_cond_t more;
    int n;
    int refs;
};

void setup_elsewhere(struct queue *q);
void log_text(const char *text);
static pthread_mutex_t global_mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t late_mu;

static int queue_init(struct queue *q) {
    if (pthread_mutex_init(&q->mu, NULL) != 0) {
        return -1;
    }
    if (pthread_cond_init(&q->more, NULL) != 0) {
        pthread_mutex_destroy(&q->mu);
        return -1;
    }
    q->n = 0;
    return 0;
}

static void queue_done(struct queue *q) {
    pthread_cond_destroy(&q->more);
    pthread_mutex_destroy(&q->mu);
}

static void queue_put(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    q->n++;
    pthread_cond_signal(&q->more);
    pthread_mutex_unlock(&q->mu);
}

void bad_local_without_init(void) {
    pthread_mutex_t mu;
    pthread_mutex_lock(&mu); // expect: shared-state-lock-lifecycle "nothing initialised it"
    pthread_mutex_unlock(&mu);
}

void bad_only_one_of_two(void) {
    pthread_mutex_t mu;
    pthread_cond_t more;
    pthread_mutex_init(&mu, NULL);
    pthread_mutex_lock(&mu);
    pthread_cond_wait(&more, &mu); // expect: shared-state-lock-lifecycle "'more' is used here"
    pthread_mutex_unlock(&mu);
}

void bad_fresh_memory(void) {
    struct queue *q = malloc(sizeof *q);
    if (!q) {
        return;
    }
    pthread_mutex_lock(&q->mu); // expect: shared-state-lock-lifecycle "nothing initialised it"
    pthread_mutex_unlock(&q->mu);
    queue_done(q); // expect: shared-state-lock-lifecycle "more' is used here"
    free(q);
}

void bad_used_in_callee(void) {
    struct queue q;
    pthread_cond_init(&q.more, NULL);
    queue_put(&q); // expect: shared-state-lock-lifecycle "nothing initialised it"
}

void bad_too_early(void) {
    pthread_mutex_lock(&late_mu); // expect: shared-state-lock-lifecycle "only later"
    pthread_mutex_unlock(&late_mu);
    pthread_mutex_init(&late_mu, NULL);
}

void bad_twice(struct queue *q) {
    if (queue_init(q) != 0) {
        return;
    }
    log_text("ready");
    pthread_mutex_init(&q->mu, NULL); // expect: shared-state-lock-lifecycle "again"
}

void bad_after_destroy(struct queue *q) {
    queue_done(q);
    queue_put(q); // expect: shared-state-lock-lifecycle "after it was destroyed"
}

void bad_destroyed_twice(struct queue *q, bool failed) {
    if (failed) {
        pthread_mutex_destroy(&q->mu);
    }
    pthread_mutex_destroy(&q->mu); // expect: shared-state-lock-lifecycle "a second time"
}

void bad_destroyed_while_held(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    q->n = 0;
    pthread_mutex_destroy(&q->mu); // expect: shared-state-lock-lifecycle "while this thread holds it"
    free(q);
}

void bad_semaphore(void) {
    sem_t s;
    sem_wait(&s); // expect: shared-state-lock-lifecycle "nothing initialised it"
}

// --- right ---

void ok_local(void) {
    pthread_mutex_t mu;
    pthread_mutex_init(&mu, NULL);
    pthread_mutex_lock(&mu);
    pthread_mutex_unlock(&mu);
    pthread_mutex_destroy(&mu);
}

void ok_static_initialiser(void) {
    pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
    struct queue q = {.mu = PTHREAD_MUTEX_INITIALIZER, .more = PTHREAD_COND_INITIALIZER};
    pthread_mutex_lock(&mu);
    pthread_mutex_unlock(&mu);
    queue_put(&q);
}

void ok_assigned(void) {
    struct queue q;
    q = (struct queue){.mu = PTHREAD_MUTEX_INITIALIZER};
    queue_put(&q);
}

void ok_cleared(void) {
    struct queue q;
    struct queue *p = malloc(sizeof *p);
    memset(&q, 0, sizeof q);
    queue_put(&q);
    if (p) {
        memset(p, 0, sizeof *p);
        queue_put(p);
    }
    free(p);
    p = calloc(1, sizeof *p);
    if (p) {
        queue_put(p);
    }
    free(p);
}

void ok_initialised_elsewhere(void) {
    struct queue q;
    struct queue *p = malloc(sizeof *p);
    setup_elsewhere(&q);
    queue_put(&q);
    if (p) {
        setup_elsewhere(p);
        queue_put(p);
    }
    free(p);
}

int ok_in_callee(void) {
    struct queue *q = malloc(sizeof *q);
    if (!q) {
        return -1;
    }
    if (queue_init(q) != 0) {
        free(q);
        return -1;
    }
    queue_put(q);
    queue_done(q);
    free(q);
    return 0;
}

int ok_second_try(struct queue *q, pthread_mutexattr_t *attr) {
    if (pthread_mutex_init(&q->mu, attr) == 0) {
        return 0;
    }
    return pthread_mutex_init(&q->mu, NULL);
}

void ok_again_after_destroy(struct queue *q) {
    queue_done(q);
    if (queue_init(q) == 0) {
        queue_put(q);
    }
}

void ok_array(struct queue *qs, int n) {
    for (int i = 0; i < n; i++) {
        if (queue_init(&qs[i]) != 0) {
            while (i-- > 0) {
                queue_done(&qs[i]);
            }
            return;
        }
    }
    for (int i = 0; i < n; i++) {
        queue_put(&qs[i]);
        queue_done(&qs[i]);
    }
}

void ok_list(struct queue **list, int n) {
    for (int i = 0; i < n; i++) {
        struct queue *q = malloc(sizeof *q);
        if (q && queue_init(q) == 0) {
            list[i] = q;
        }
    }
}

void ok_last_reference(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    bool last = --q->refs == 0;
    pthread_mutex_unlock(&q->mu);
    if (last) {
        queue_done(q);
        free(q);
    }
}

void ok_element_nobody_knows(int i, int j) {
    pthread_mutex_t mus[8];
    pthread_mutex_init(&mus[i], NULL);
    pthread_mutex_lock(&mus[j]);
    pthread_mutex_unlock(&mus[j]);
}

void ok_conditional(struct queue *q, bool own) {
    if (own) {
        pthread_mutex_init(&q->mu, NULL);
    }
    queue_put(q);
    if (own) {
        pthread_mutex_destroy(&q->mu);
    } else {
        queue_put(q);
    }
}

// --- between threads ---

static pthread_mutex_t shared_mu;
static sem_t shared_sem;

static void *user(void *arg) {
    (void)arg;
    pthread_mutex_lock(&shared_mu);
    pthread_mutex_unlock(&shared_mu);
    sem_post(&shared_sem);
    return NULL;
}

static void tear_down(void) {
    pthread_mutex_destroy(&shared_mu);
}

static void *cleaner(void *arg) {
    (void)arg;
    tear_down();
    return NULL;
}

static void *other(void *arg) {
    return arg;
}

void bad_user_and_cleaner(void) {
    pthread_t a, b;
    if (pthread_create(&a, NULL, user, NULL) != 0) {
        return;
    }
    if (pthread_create(&b, NULL, cleaner, NULL) == 0) { // expect: shared-state-lock-lifecycle "destroyed by the thread"
        pthread_join(b, NULL);
    }
    pthread_join(a, NULL);
}

void bad_cleaner_and_own_use(void) {
    pthread_t t;
    if (pthread_create(&t, NULL, cleaner, NULL) != 0) { // expect: shared-state-lock-lifecycle "destroyed by the thread"
        return;
    }
    pthread_mutex_lock(&shared_mu);
    pthread_mutex_unlock(&shared_mu);
    pthread_join(t, NULL);
}

void ok_cleaner_after_join(void) {
    pthread_t t;
    if (pthread_create(&t, NULL, user, NULL) != 0) {
        return;
    }
    pthread_join(t, NULL);
    if (pthread_create(&t, NULL, cleaner, NULL) == 0) {
        pthread_join(t, NULL);
    }
}

void ok_cleaner_and_other(void) {
    pthread_t a, b;
    if (pthread_create(&a, NULL, other, NULL) != 0) {
        return;
    }
    if (pthread_create(&b, NULL, cleaner, NULL) == 0) {
        pthread_join(b, NULL);
    }
    pthread_join(a, NULL);
}

struct slot {
    pthread_mutex_t mu;
    int state;
};

int ok_elements(int n) {
    struct slot *slots = calloc((size_t)n, sizeof *slots);
    int made = 0;
    for (int i = 0; slots && i < n; i++) {
        struct slot *s = &slots[i];
        if (pthread_mutex_init(&s->mu, NULL)) {
            break;
        }
        made++;
    }
    for (int i = 0; i < made; i++) {
        struct slot *s = &slots[i];
        pthread_mutex_lock(&s->mu);
        s->state = 1;
        pthread_mutex_unlock(&s->mu);
    }
    return made;
}

// Initialised where they are defined.
static pthread_mutex_t table_mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t zero_mu = {0};
static pthread_mutex_t reset_mu = PTHREAD_MUTEX_INITIALIZER;

int bad_init_of_static_lock(void) {
    return pthread_mutex_init(&table_mu, NULL); // expect: shared-state-lock-lifecycle "static initialiser"
}

int ok_init_of_zeros(void) {
    return pthread_mutex_init(&zero_mu, NULL);
}

int ok_made_anew(void) {
    pthread_mutex_destroy(&reset_mu);
    return pthread_mutex_init(&reset_mu, NULL);
}
