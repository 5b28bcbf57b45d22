// panic-longjmp: a jump out of code that holds a lock. Reported at the jump.
// rules: panic-longjmp
#include <pthread.h>
#include <setjmp.h>

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static jmp_buf back;
static int count;

void bad_jump(int value) {
    pthread_mutex_lock(&mu);
    if (value < 0) {
        longjmp(back, 1); // expect: panic-longjmp "mu"
    }
    count += value;
    pthread_mutex_unlock(&mu);
}

void ok_released(int value) {
    pthread_mutex_lock(&mu);
    count += value;
    pthread_mutex_unlock(&mu);
    if (value < 0) {
        longjmp(back, 1);
    }
}

void ok_no_lock(void) {
    siglongjmp(back, 1);
}
