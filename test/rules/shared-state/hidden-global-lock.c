// shared-state-hidden-global-lock: one lock for everything.
// profile: review
// rules: shared-state-hidden-global-lock
#include <pthread.h>

static pthread_mutex_t big = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t two_users = PTHREAD_MUTEX_INITIALIZER;
static int users, jobs, lines, hits, errors, sessions;

static struct {
    int first, last, count, size, used, peak;
} list;

void bad_add_users(void) {
    pthread_mutex_lock(&big); // expect: shared-state-hidden-global-lock "big"
    users++;
    pthread_mutex_unlock(&big);
}

void bad_drop_users(void) {
    pthread_mutex_lock(&big);
    users--;
    pthread_mutex_unlock(&big);
}

void bad_add_jobs(void) {
    pthread_mutex_lock(&big);
    jobs++;
    pthread_mutex_unlock(&big);
}

void bad_drop_jobs(void) {
    pthread_mutex_lock(&big);
    jobs--;
    pthread_mutex_unlock(&big);
}

void bad_add_lines(void) {
    pthread_mutex_lock(&big);
    lines++;
    pthread_mutex_unlock(&big);
}

void bad_drop_lines(void) {
    pthread_mutex_lock(&big);
    lines--;
    pthread_mutex_unlock(&big);
}

void bad_add_hits(void) {
    pthread_mutex_lock(&big);
    hits++;
    pthread_mutex_unlock(&big);
}

void bad_drop_hits(void) {
    pthread_mutex_lock(&big);
    hits--;
    pthread_mutex_unlock(&big);
}

void bad_add_errors(void) {
    pthread_mutex_lock(&big);
    errors++;
    pthread_mutex_unlock(&big);
}

void bad_drop_errors(void) {
    pthread_mutex_lock(&big);
    errors--;
    pthread_mutex_unlock(&big);
}

void bad_add_sessions(void) {
    pthread_mutex_lock(&big);
    sessions++;
    pthread_mutex_unlock(&big);
}

void bad_drop_sessions(void) {
    pthread_mutex_lock(&big);
    sessions--;
    pthread_mutex_unlock(&big);
}

void ok_one_list_0(void) {
    pthread_mutex_lock(&list_lock);
    list.first++;
    pthread_mutex_unlock(&list_lock);
}

void ok_one_list_1(void) {
    pthread_mutex_lock(&list_lock);
    list.last++;
    pthread_mutex_unlock(&list_lock);
}

void ok_one_list_2(void) {
    pthread_mutex_lock(&list_lock);
    list.count++;
    pthread_mutex_unlock(&list_lock);
}

void ok_one_list_3(void) {
    pthread_mutex_lock(&list_lock);
    list.size++;
    pthread_mutex_unlock(&list_lock);
}

void ok_one_list_4(void) {
    pthread_mutex_lock(&list_lock);
    list.used++;
    pthread_mutex_unlock(&list_lock);
}

void ok_one_list_5(void) {
    pthread_mutex_lock(&list_lock);
    list.peak++;
    pthread_mutex_unlock(&list_lock);
}

void ok_one_list_6(void) {
    pthread_mutex_lock(&list_lock);
    list.first++;
    pthread_mutex_unlock(&list_lock);
}

void ok_one_list_7(void) {
    pthread_mutex_lock(&list_lock);
    list.last++;
    pthread_mutex_unlock(&list_lock);
}

void ok_one_list_8(void) {
    pthread_mutex_lock(&list_lock);
    list.count++;
    pthread_mutex_unlock(&list_lock);
}

void ok_few_functions(void) {
    pthread_mutex_lock(&two_users);
    users++;
    jobs++;
    lines++;
    hits++;
    errors++;
    sessions++;
    pthread_mutex_unlock(&two_users);
}
