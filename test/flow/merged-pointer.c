// What is known of a field reached through a pointer holds when the pointer is one of several: in a later round it is another one.
#include <pthread.h>
#include <stddef.h>

struct module {
    int needs_lock;
    int rounds;
};

struct walker {
    struct module *module;
    int pending;
};

static struct walker active;
static pthread_mutex_t list_mu;
static pthread_mutex_t start_mu;

struct module *next_module(void);
void visit(int i);
int more(void);

void ok_same_condition_of_another_module(int n) {
    pthread_mutex_lock(&start_mu);
    while (more()) {
        for (int i = 0; i < n; i++) {
            pthread_mutex_lock(&list_mu);
            if (!active.module->needs_lock) {
                pthread_mutex_unlock(&list_mu);
            }
            if (more()) {
                visit(i);
            }
            if (active.module->needs_lock) {
                pthread_mutex_unlock(&list_mu);
            }
        }
        active.module = next_module();
        if (!active.module) {
            break;
        }
    }
    pthread_mutex_unlock(&start_mu);
}

void bad_two_conditions(int n) {
    for (int i = 0; i < n; i++) {
        pthread_mutex_lock(&list_mu); // expect: shared-state-lock-leak "list_mu"
        if (!active.module->needs_lock) {
            pthread_mutex_unlock(&list_mu);
        }
        visit(i);
        if (active.module->rounds) {
            pthread_mutex_unlock(&list_mu); // expect: shared-state-unlock-not-held "list_mu"
        }
        active.module = next_module();
    }
} // expect: shared-state-lock-leak "list_mu"
