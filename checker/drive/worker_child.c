#include "checker/drive/worker_child.h"

// The inside of a worker: limits, then TU after TU. Nothing here may be called in the parent.

#include "checker/base/buf.h"
#include "checker/ir/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MIB_SHIFT = 20, STACK_MIB = 96, SIGNAL_STACK = 64 * 1024 };

#if defined(__SANITIZE_ADDRESS__)
#define WORKER_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WORKER_ASAN 1
#endif
#endif
#ifndef WORKER_ASAN
#define WORKER_ASAN 0
#endif

// MiB of private memory from which a failure counts as one of memory. Set once, before any TU; a
// signal handler reads it.
static volatile sig_atomic_t near_limit_mib;

// MiB of private memory of this process ("data" of /proc/self/statm); async-signal-safe. 0 when
// unknown.
static uint64_t data_mib(void) {
    char text[256];
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return 0;
    }
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    uint64_t value = 0;
    unsigned field = 0;
    for (ssize_t i = 0; i < n && field < 6; i++) {
        if (text[i] == ' ') {
            field++;
            value = field < 6 ? 0 : value;
        } else if (text[i] >= '0' && text[i] <= '9') {
            value = value * 10 + (uint64_t)(text[i] - '0');
        }
    }
    return field == 6 ? value * (uint64_t)sysconf(_SC_PAGESIZE) >> MIB_SHIFT : 0;
}

// LLVM ends an allocation that fails with abort(). One big allocation fails before the limit is
// reached, so near is enough.
static bool is_out_of_memory(void) {
    return near_limit_mib > 0 && data_mib() >= (uint64_t)near_limit_mib;
}

static void on_abort(int signal_number) {
    if (is_out_of_memory()) {
        _exit(ARENA_EXIT_CODE);
    }
    (void)signal(signal_number, SIG_DFL);
    (void)raise(signal_number);
}

// AddressSanitizer does not survive a mapping that fails, so under it there is no limit to run
// into: memory is looked at every second instead.
static void on_alarm(int signal_number) {
    (void)signal_number;
    if (is_out_of_memory()) {
        _exit(ARENA_EXIT_CODE);
    }
    (void)alarm(1);
}

static void watch_memory(void) {
    struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    (void)sigaction(SIGALRM, &action, NULL);
    (void)alarm(1);
}

static void set_limit(int what, uint64_t value) {
    struct rlimit r;
    if (getrlimit(what, &r) != 0) {
        return;
    }
    bool fits = r.rlim_max == RLIM_INFINITY || value <= r.rlim_max;
    r.rlim_cur = fits ? (rlim_t)value : r.rlim_max;
    (void)setrlimit(what, &r);
}

static void set_limits(const struct worker_job *job) {
    uint64_t limit =
        data_mib() + job->memory; // the parent's own memory came along and does not count
    uint64_t near = limit - job->memory / 4;
    set_limit(RLIMIT_CORE, 0);
    near_limit_mib = near < (uint64_t)SIG_ATOMIC_MAX ? (sig_atomic_t)near : 0;
    // Deeply nested code overflows the thread libclang would parse in. The main thread's stack
    // grows on demand up to this limit, so parse there.
    set_limit(RLIMIT_STACK, (uint64_t)STACK_MIB << MIB_SHIFT);
    (void)setenv("LIBCLANG_NOTHREADS", "1", 1); // NOLINT(concurrency-mt-unsafe): one thread
    struct sigaction action = {.sa_handler = on_abort};
    (void)sigaction(SIGABRT, &action, NULL);
    if (WORKER_ASAN) {
        watch_memory();
    } else {
        set_limit(RLIMIT_DATA, limit << MIB_SHIFT);
    }
    (void)signal(SIGPIPE, SIG_DFL);
}

static void redirect(bool verbose) {
    int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null_fd < 0) {
        return;
    }
    (void)dup2(null_fd, STDIN_FILENO);
    (void)dup2(null_fd, STDOUT_FILENO);
    if (!verbose && !WORKER_ASAN) {
        (void)dup2(null_fd, STDERR_FILENO);
    }
    if (null_fd > STDERR_FILENO) {
        close(null_fd);
    }
}

static bool send_all(int fd, const void *data, size_t len) {
    const char *at = data;
    while (len) {
        ssize_t n = send(fd, at, len, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return false;
        }
        at += n;
        len -= (size_t)n;
    }
    return true;
}

static bool receive_index(int fd, uint32_t *ret_index) {
    char bytes[sizeof *ret_index];
    size_t have = 0;
    while (have < sizeof bytes) {
        ssize_t n = read(fd, bytes + have, sizeof bytes - have);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return false;
        }
        have += (size_t)n;
    }
    memcpy(ret_index, bytes, sizeof bytes);
    return true;
}

static uint64_t peak_kib(void) {
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (uint64_t)usage.ru_maxrss : 0;
}

// Answers one TU; false when the worker should end.
static bool serve(const struct worker_job *job, int fd, uint32_t index) {
    struct arena arena;
    struct facts facts;
    struct error err = {0};
    struct buf out;
    arena_init(&arena, (size_t)job->memory << MIB_SHIFT);
    buf_init(&out, WORKER_MAX_ANSWER);
    struct worker_head head = {.magic = WORKER_MAGIC, .index = index, .outcome = WORKER_OK};
    if (front_read(&job->cmds[index], &job->front, &arena, &facts, &err)) {
        ir_pack(&facts, &out);
        if (out.overflow) {
            head.outcome = WORKER_MEMORY;
            buf_clear(&out);
        }
    } else {
        head.outcome = is_out_of_memory() ? WORKER_MEMORY : WORKER_FAILED;
        buf_add_c(&out, err.text);
    }
    arena_release(&arena);
    // After a failure libclang's state is not to be trusted; and memory that leaked must not hit
    // the next TU.
    bool leaks = near_limit_mib > 0 && data_mib() + job->memory / 4 >= (uint64_t)near_limit_mib;
    bool leaving = head.outcome != WORKER_OK || leaks;
    head.leaving = leaving;
    head.length = out.len;
    head.peak_kib = peak_kib();
    bool sent = send_all(fd, &head, sizeof head) && send_all(fd, out.data, out.len);
    buf_release(&out);
    return sent && !leaving;
}

_Noreturn void worker_child_main(const struct worker_job *job, int fd, pid_t parent) {
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(0);
    }
    redirect(job->verbose);
    set_limits(job);
    uint32_t index = 0;
    while (receive_index(fd, &index) && serve(job, fd, index)) {
    }
    exit(0); // NOLINT(concurrency-mt-unsafe): one thread; lets leak checkers and coverage report
}
