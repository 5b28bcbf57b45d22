// shared-state-mt-unsafe-call: functions with hidden static state in two threads. Reported at each such call.
// rules: shared-state-mt-unsafe-call
#define _GNU_SOURCE
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;

static void print_date(time_t now) {
    struct tm *tm = localtime(&now); // expect: shared-state-mt-unsafe-call "localtime_r"
    printf("%d\n", tm->tm_year);
}

static void *bad_workers(void *arg) {
    print_date(1);
    strtok(arg, " ");             // expect: shared-state-mt-unsafe-call "several threads of 'bad_workers'"
    mbrlen("x", 1, NULL);         // expect: shared-state-mt-unsafe-call "mbrlen"
    printf("%s\n", getenv("TZ")); // expect: shared-state-mt-unsafe-call "'main' can use the same memory"
    return NULL;
}

static void *bad_one(void *arg) {
    return ctime(arg); // expect: shared-state-mt-unsafe-call "ctime_r"
}

static void *ok_locked(void *arg) {
    pthread_mutex_lock(&mu);
    printf("%ld\n", lrand48());
    pthread_mutex_unlock(&mu);
    return arg;
}

static void *ok_safe(void *arg) {
    struct tm tm;
    mbstate_t state = {0};
    time_t now = 1;
    localtime_r(&now, &tm);
    mbrlen("x", 1, &state);
    rand();      // locked in the C libraries of today: a note of profile review
    strerror(1); // the same
    return arg;
}

static void *ok_in_child(void *arg) {
    pid_t pid = fork();
    if (pid < 0) {
        return NULL;
    }
    if (pid == 0) { // the only thread of its process
        setenv("METHOD", arg, 1);
        execlp("true", "true", (char *)NULL);
        _exit(1);
    }
    return arg;
}

static void *ok_only_one(void *arg) { // a note of profile review
    return gethostbyname(arg);
}

static void ok_before_threads(void) {
    srand48(time(NULL));
    puts(asctime(gmtime(&(time_t){0})));
    setenv("TZ", "UTC", 1);
}

int main(void) {
    pthread_t t[4];
    pthread_t one[5];
    ok_before_threads();
    for (int i = 0; i < 4; i++) {
        pthread_create(&t[i], NULL, bad_workers, NULL);
    }
    pthread_create(&one[0], NULL, bad_one, NULL);
    pthread_create(&one[1], NULL, ok_locked, NULL);
    pthread_create(&one[2], NULL, ok_safe, NULL);
    pthread_create(&one[3], NULL, ok_only_one, NULL);
    pthread_create(&one[4], NULL, ok_in_child, "GET");
    setenv("LANG", "C", 1); // expect: shared-state-mt-unsafe-call "setenv"
    for (int i = 0; i < 4; i++) {
        pthread_join(t[i], NULL);
        pthread_join(one[i], NULL);
    }
    ok_before_threads();
    return 0;
}
