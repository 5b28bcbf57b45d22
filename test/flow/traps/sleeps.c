// All ways to sleep are sleeps: under a lock that others want each is one too many.
// rules: shared-state-blocking-under-lock
#include <poll.h>
#include <pthread.h>
#include <sys/select.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

int g_usleep(unsigned long n);
void SDL_Delay(unsigned n);
void uv_sleep(unsigned n);
void apr_sleep(long n);
void Sleep(unsigned long n);
void nng_msleep(int n);
void rte_delay_us_sleep(unsigned n);

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static int count;

static void *other(void *arg) {
    pthread_mutex_lock(&mu);
    count++;
    pthread_mutex_unlock(&mu);
    return arg;
}

static struct timespec second = {1, 0};
static struct timeval tv = {1, 0};

static void bad_sleep(void) {
    pthread_mutex_lock(&mu);
    sleep(1); // expect: shared-state-blocking-under-lock "sleep"
    pthread_mutex_unlock(&mu);
}

static void bad_usleep(void) {
    pthread_mutex_lock(&mu);
    usleep(500000); // expect: shared-state-blocking-under-lock "usleep"
    pthread_mutex_unlock(&mu);
}

static void bad_nanosleep(void) {
    pthread_mutex_lock(&mu);
    nanosleep(&second, NULL); // expect: shared-state-blocking-under-lock "nanosleep"
    pthread_mutex_unlock(&mu);
}

static void bad_clock_nanosleep(void) {
    pthread_mutex_lock(&mu);
    clock_nanosleep(CLOCK_MONOTONIC, 0, &second, NULL); // expect: shared-state-blocking-under-lock "clock_nanosleep"
    pthread_mutex_unlock(&mu);
}

static void bad_thrd_sleep(void) {
    pthread_mutex_lock(&mu);
    thrd_sleep(&second, NULL); // expect: shared-state-blocking-under-lock "thrd_sleep"
    pthread_mutex_unlock(&mu);
}

static void bad_poll(void) {
    pthread_mutex_lock(&mu);
    poll(NULL, 0, 1000); // expect: shared-state-blocking-under-lock "poll"
    pthread_mutex_unlock(&mu);
}

static void bad_select(void) {
    pthread_mutex_lock(&mu);
    select(0, NULL, NULL, NULL, &tv); // expect: shared-state-blocking-under-lock "select"
    pthread_mutex_unlock(&mu);
}

static void bad_g_usleep(void) {
    pthread_mutex_lock(&mu);
    g_usleep(500000); // expect: shared-state-blocking-under-lock "g_usleep"
    pthread_mutex_unlock(&mu);
}

static void bad_SDL_Delay(void) {
    pthread_mutex_lock(&mu);
    SDL_Delay(500); // expect: shared-state-blocking-under-lock "SDL_Delay"
    pthread_mutex_unlock(&mu);
}

static void bad_uv_sleep(void) {
    pthread_mutex_lock(&mu);
    uv_sleep(500); // expect: shared-state-blocking-under-lock "uv_sleep"
    pthread_mutex_unlock(&mu);
}

static void bad_apr_sleep(void) {
    pthread_mutex_lock(&mu);
    apr_sleep(500000); // expect: shared-state-blocking-under-lock "apr_sleep"
    pthread_mutex_unlock(&mu);
}

static void bad_Sleep(void) {
    pthread_mutex_lock(&mu);
    Sleep(500); // expect: shared-state-blocking-under-lock "Sleep"
    pthread_mutex_unlock(&mu);
}

static void bad_nng_msleep(void) {
    pthread_mutex_lock(&mu);
    nng_msleep(500); // expect: shared-state-blocking-under-lock "nng_msleep"
    pthread_mutex_unlock(&mu);
}

static void bad_rte_delay(void) {
    pthread_mutex_lock(&mu);
    rte_delay_us_sleep(500000); // expect: shared-state-blocking-under-lock "rte_delay_us_sleep"
    pthread_mutex_unlock(&mu);
}

static void ok_outside(void) {
    pthread_mutex_lock(&mu);
    count++;
    pthread_mutex_unlock(&mu);
    sleep(1);
    poll(NULL, 0, 1000);
}

int main(void) {
    pthread_t t;
    if (pthread_create(&t, NULL, other, NULL) != 0) {
        return 1;
    }
    bad_sleep();
    bad_usleep();
    bad_nanosleep();
    bad_clock_nanosleep();
    bad_thrd_sleep();
    bad_poll();
    bad_select();
    bad_g_usleep();
    bad_SDL_Delay();
    bad_uv_sleep();
    bad_apr_sleep();
    bad_Sleep();
    bad_nng_msleep();
    bad_rte_delay();
    ok_outside();
    pthread_join(t, NULL);
    return 0;
}
