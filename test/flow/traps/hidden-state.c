// Library functions with hidden state; errno is a variable of each thread.
// rules: shared-state-mt-unsafe-call, shared-state-race
#include <errno.h>
#include <locale.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void stamp(void) {
    time_t now = time(NULL);
    struct tm *t = localtime(&now); // expect: shared-state-mt-unsafe-call "localtime"
    printf("%d\n", t->tm_hour);
}

static void split(char *text) {
    for (char *w = strtok(text, " "); w; w = strtok(NULL, " ")) { // expect: shared-state-mt-unsafe-call "strtok" // expect: shared-state-mt-unsafe-call "strtok"
        puts(w);
    }
}

static void ok_own_state(char *text) {
    char *rest;
    for (char *w = strtok_r(text, " ", &rest); w; w = strtok_r(NULL, " ", &rest)) {
        puts(w);
    }
    errno = 0;
    if (strtol(text, NULL, 10) == 0 && errno) {
        puts("no number");
    }
}

static void *bad_work(void *arg) {
    stamp();
    split(arg);
    ok_own_state(arg);
    return NULL;
}

int main(void) {
    static char a[] = "one two";
    static char b[] = "three four";
    pthread_t t[2];
    setlocale(LC_ALL, ""); // before there are threads
    if (pthread_create(&t[0], NULL, bad_work, a) != 0) {
        return 1;
    }
    if (pthread_create(&t[1], NULL, bad_work, b) != 0) {
        pthread_join(t[0], NULL);
        return 1;
    }
    pthread_join(t[0], NULL);
    pthread_join(t[1], NULL);
    return 0;
}
