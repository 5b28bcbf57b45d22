// error-partial-create: a later start fails and the function returns without the threads it started. Reported at the return.
// rules: error-partial-create
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <threads.h>

enum { N = 4 };

void *work(void *arg);
int work_c11(void *arg);

int bad_returns(void *jobs[N]) {
    pthread_t t[N];
    for (int i = 0; i < N; i++) {
        if (pthread_create(&t[i], NULL, work, jobs[i]) != 0) {
            perror("pthread_create");
            return -1; // expect: error-partial-create "while those it started before run on"
        }
    }
    for (int i = 0; i < N; i++) {
        pthread_join(t[i], NULL);
    }
    return 0;
}

int bad_result_kept(void *jobs[N]) {
    pthread_t t[N];
    int rc;
    for (int i = 0; i < N; i++) {
        rc = pthread_create(&t[i], NULL, work, jobs[i]);
        if (rc) {
            return rc; // expect: error-partial-create "run on"
        }
    }
    for (int i = 0; i < N; i++) {
        pthread_join(t[i], NULL);
    }
    return 0;
}

void bad_c11(void *jobs[N]) {
    thrd_t t[N];
    for (int i = 0; i < N; i++) {
        if (thrd_create(&t[i], work_c11, jobs[i]) != thrd_success) {
            goto failed;
        }
    }
    for (int i = 0; i < N; i++) {
        thrd_join(t[i], NULL);
    }
    return;
failed:
    fprintf(stderr, "no thread\n");
    return; // expect: error-partial-create "run on"
}

int ok_joins_the_rest(void *jobs[N]) {
    pthread_t t[N];
    int started = 0;
    int rc = 0;
    for (; started < N; started++) {
        rc = pthread_create(&t[started], NULL, work, jobs[started]);
        if (rc != 0) {
            break;
        }
    }
    for (int i = 0; i < started; i++) {
        pthread_join(t[i], NULL);
    }
    return rc;
}

int ok_cleans_up(void *jobs[N]) {
    pthread_t t[N];
    for (int i = 0; i < N; i++) {
        if (pthread_create(&t[i], NULL, work, jobs[i]) != 0) {
            while (i-- > 0) {
                pthread_cancel(t[i]);
                pthread_join(t[i], NULL);
            }
            return -1;
        }
    }
    for (int i = 0; i < N; i++) {
        pthread_join(t[i], NULL);
    }
    return 0;
}

int ok_ends_the_program(void *jobs[N]) {
    pthread_t t[N];
    for (int i = 0; i < N; i++) {
        if (pthread_create(&t[i], NULL, work, jobs[i]) != 0) {
            exit(1);
        }
    }
    for (int i = 0; i < N; i++) {
        pthread_join(t[i], NULL);
    }
    return 0;
}

int ok_goes_on_with_fewer(void *jobs[N]) {
    pthread_t t[N];
    int n = 0;
    for (int i = 0; i < N; i++) {
        if (pthread_create(&t[n], NULL, work, jobs[i]) != 0) {
            continue;
        }
        n++;
    }
    while (n-- > 0) {
        pthread_join(t[n], NULL);
    }
    return 0;
}

int ok_detached(void *jobs[N]) {
    pthread_t t[N];
    pthread_attr_t a;
    pthread_attr_init(&a);
    pthread_attr_setdetachstate(&a, PTHREAD_CREATE_DETACHED);
    for (int i = 0; i < N; i++) {
        if (pthread_create(&t[i], &a, work, jobs[i]) != 0) {
            return -1;
        }
    }
    return 0;
}

int ok_given_away(void *jobs[N], void (*stop)(pthread_t *t, int n));
static void stop_all(pthread_t *t, int n) {
    for (int i = 0; i < n; i++) {
        pthread_join(t[i], NULL);
    }
}

int ok_helper(void *jobs[N]) {
    pthread_t t[N];
    for (int i = 0; i < N; i++) {
        if (pthread_create(&t[i], NULL, work, jobs[i]) != 0) {
            stop_all(t, i);
            return -1;
        }
    }
    stop_all(t, N);
    return 0;
}

int main(void) { // the process ends with main
    pthread_t t[N];
    for (int i = 0; i < N; i++) {
        if (pthread_create(&t[i], NULL, work, NULL) != 0) {
            return 1;
        }
    }
    for (int i = 0; i < N; i++) {
        pthread_join(t[i], NULL);
    }
    return 0;
}
