// shared-state-unsafe-signal-handler: what must not be done in a signal handler. Reported in the handler.
// rules: shared-state-unsafe-signal-handler
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t stop;
static volatile int ticks;
static atomic_int reloads;
static int hangups;
static char *last_message;
static struct {
    int level;
    int dumps;
} config;
static int wake_pipe[2];
static char scratch[64];
static int only_here;

static void log_line(const char *text) {
    fputs(text, stderr);
}

static void remove_file(const char *path, int from_handler) {
    if (from_handler) {
        unlink(path);
    } else {
        free(last_message);
        remove(path);
    }
}

static void set_hung_up(void) {
    hangups = 1;
}

static void bad_prints(int s) {
    printf("signal %d\n", s); // expect: shared-state-unsafe-signal-handler "printf"
    free(last_message);       // expect: shared-state-unsafe-signal-handler "free"
    stop = 1;
}

static void bad_in_callee(int s) {
    (void)s;
    set_hung_up();   // ok: the interrupted code is never resumed
    log_line("bye"); // expect: shared-state-unsafe-signal-handler "fputs"
    exit(1);         // expect: shared-state-unsafe-signal-handler "exit"
}

static void bad_write_in_callee(int s) {
    (void)s;
    set_hung_up(); // expect: shared-state-unsafe-signal-handler "hangups"
}

static void bad_writes(int s) {
    (void)s;
    hangups++;        // expect: shared-state-unsafe-signal-handler "hangups"
    config.dumps = 1; // expect: shared-state-unsafe-signal-handler "config"
    strcpy(last_message, "hup"); // expect: shared-state-unsafe-signal-handler "last_message"
}

static void bad_by_wrapper(int s, siginfo_t *info, void *context) {
    (void)s, (void)info, (void)context;
    puts("x"); // expect: shared-state-unsafe-signal-handler "puts"
}

static void ok_flag(int s) {
    (void)s;
    stop = 1;
    atomic_fetch_add(&reloads, 1);
    reloads = 2;
}

static void ok_decided(int s) {
    if (s == SIGIO) {
        puts("not installed for this signal");
    }
    remove_file("x", 1);
}

static void ok_pipe(int s) {
    int saved = errno;
    char c = (char)s;
    if (write(wake_pipe[1], &c, 1) < 0) {
        _exit(1);
    }
    errno = saved;
}

static void ok_private(int s) {
    memset(scratch, 0, sizeof scratch);
    only_here += s;
    ticks++; // volatile, though not sig_atomic_t: a note of profile review
}

static void ok_last_words(int s) { // a fault of the program itself: a note of profile review
    fprintf(stderr, "crash %d\n", s);
    _exit(1);
}

static void ok_not_a_handler(int s) {
    printf("%d\n", s);
}

// Whoever reads these holds the signals back meanwhile, or takes the same lock.
static int children[8];
static int child_count;
static int clock_lock, clock_now;

static void ok_child(int sig) { children[child_count++ % 8] = sig; }

static void ok_make_ready(void) { memset(children, 0, sizeof children); }

static int ok_reap(void) {
    sigset_t all, old;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &old);
    int n = child_count;
    child_count = 0;
    for (int i = 0; i < n; i++) {
        children[i] = 0;
    }
    sigprocmask(SIG_SETMASK, &old, NULL);
    return n;
}

static void ok_clock(int sig) {
    if (!__sync_bool_compare_and_swap(&clock_lock, 0, 1)) {
        return;
    }
    clock_now += sig;
    clock_lock = 0;
}

static int ok_tell_clock(void) {
    int now = 0;
    if (__sync_bool_compare_and_swap(&clock_lock, 0, 1)) {
        now = clock_now;
        clock_lock = 0;
    }
    return now;
}

static void install(int number, void (*handler)(int, siginfo_t *, void *)) {
    struct sigaction sa;
    memset(&sa, 0, sizeof sa);
    sa.sa_sigaction = handler;
    sa.sa_flags = SA_SIGINFO;
    sigaction(number, &sa, NULL);
}

int main(void) {
    struct sigaction sa = {.sa_handler = bad_writes};
    sigaction(SIGHUP, &sa, NULL);
    signal(SIGINT, bad_prints);
    signal(SIGQUIT, bad_in_callee);
    signal(SIGXCPU, bad_write_in_callee);
    install(SIGUSR2, bad_by_wrapper);
    signal(SIGTERM, ok_flag);
    signal(SIGUSR1, ok_pipe);
    signal(SIGWINCH, ok_decided);
    remove_file("y", 0);
    signal(SIGALRM, ok_private);
    signal(SIGSEGV, ok_last_words);
    signal(SIGPIPE, SIG_IGN);
    ok_make_ready();
    signal(SIGCHLD, ok_child);
    signal(SIGVTALRM, ok_clock);
    last_message = malloc(64);
    while (!stop) {
        pause();
        ok_not_a_handler(ok_reap() + ok_tell_clock() + hangups + ticks + reloads + config.level + config.dumps);
    }
    return pipe(wake_pipe);
}
