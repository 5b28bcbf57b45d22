// shared-state-fault-handler-returns: reported at the name of the handler.
// rules: shared-state-fault-handler-returns
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static volatile sig_atomic_t failed;
static sigjmp_buf back;

static void bad_flag(int s) { // expect: shared-state-fault-handler-returns
    failed = s;
}

static void bad_prints(int s) { // expect: shared-state-fault-handler-returns
    fprintf(stderr, "fault %d\n", s);
}

static void ok_aborts(int s) {
    failed = s;
    abort();
}

static void ok_jumps(int s) {
    siglongjmp(back, s);
}

static void ok_raises(int s) {
    signal(s, SIG_DFL);
    raise(s);
}

static void ok_mends(int s, siginfo_t *info, void *context) {
    (void)info, (void)context;
    failed = s;
}

static void ok_other_signal(int s) {
    failed = s;
}

int main(void) {
    struct sigaction sa = {.sa_sigaction = ok_mends, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &sa, NULL);
    signal(SIGFPE, bad_flag);
    signal(SIGILL, bad_prints);
    signal(SIGSEGV, ok_aborts);
    signal(SIGBUS, ok_jumps);
    signal(SIGFPE, ok_raises);
    signal(SIGTERM, ok_other_signal);
    return sigsetjmp(back, 1);
}
