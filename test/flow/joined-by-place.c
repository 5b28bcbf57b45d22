// rules: shared-state-race shared-state-mt-unsafe-call
// Which threads a function waits for is told by the place of their handles: the end of one is not
// the end of all.
#include <pthread.h>
#include <time.h>

static pthread_t counter_tid;
static pthread_t clock_tid;
static int counted;

static void *ok_count(void *arg) {
    counted++;
    return arg;
}

static void *bad_tell(void *arg) {
    time_t now = 0;
    struct tm *t = localtime(&now); // expect: shared-state-mt-unsafe-call "localtime"
    return t ? arg : NULL;
}

static void start_counter(void) { pthread_create(&counter_tid, NULL, ok_count, NULL); }
static void start_clock(void) { pthread_create(&clock_tid, NULL, bad_tell, NULL); }
static void stop_counter(void) { pthread_join(counter_tid, NULL); }
static void stop_clock(void) { pthread_join(clock_tid, NULL); }

static int ok_after_the_counter(void) { return counted; }

static int bad_beside_the_clock(void) {
    time_t now = 1;
    struct tm *t = localtime(&now); // expect: shared-state-mt-unsafe-call "localtime"
    return t ? t->tm_year : 0;
}

static int ok_after_the_clock(void) {
    time_t now = 2;
    struct tm *t = localtime(&now);
    return t ? t->tm_year : 0;
}

int main(void) {
    start_counter();
    start_clock();
    stop_counter();
    int sum = ok_after_the_counter() + bad_beside_the_clock();
    stop_clock();
    return sum + ok_after_the_counter() + ok_after_the_clock();
}
