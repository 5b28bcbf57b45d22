#include "checker/drive/worker.h"

// The parent's side of the pool: one slot per worker, poll(2) over their sockets, a deadline each.

#include "checker/base/buf.h"
#include "checker/drive/worker_child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NO_TU UINT32_MAX

enum { READ_SIZE = 256 * 1024, MAX_WORKERS = 1024 };

struct slot {
    pid_t pid; // 0 = no process
    int fd;
    uint32_t tu;      // NO_TU when idle
    int64_t deadline; // milliseconds, monotonic
    bool is_used;     // has parsed a TU before this one
    bool leaving;
    struct worker_head head;
    struct buf in; // bytes of the answer so far, with its head
};

struct pool {
    const struct worker_job *job;
    struct arena arena;
    struct slot *slots;
    uint32_t count;
    uint32_t next;       // index into job->todo
    VEC(uint32_t) again; // TUs whose worker died and that deserve a fresh one
    struct map retried;
    uint32_t open; // TUs without result
    char *chunk;
};

static int64_t now_ms(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

// --- processes ---

static bool start(struct pool *p, struct slot *s, struct error *err) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) {
        return error_set(err, "cannot make a socket pair for a worker: %s",
                         strerror(errno)); // NOLINT(concurrency-mt-unsafe)
    }
    (void)fflush(NULL); // else the child would write what is buffered once more
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        for (uint32_t i = 0; i < p->count; i++) {
            if (p->slots[i].pid) {
                close(p->slots[i].fd);
            }
        }
        worker_child_main(p->job, ends[1], parent);
    }
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return error_set(err, "cannot start a worker process: %s",
                         strerror(errno)); // NOLINT(concurrency-mt-unsafe)
    }
    (void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
    (void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    s->pid = pid;
    s->fd = ends[0];
    s->tu = NO_TU;
    s->is_used = false;
    s->leaving = false;
    return true;
}

// Ends the process of the slot; returns its wait status.
static int stop(struct slot *s, bool kill_it) {
    int status = 0;
    if (kill_it) {
        (void)kill(s->pid, SIGKILL);
    }
    close(s->fd);
    while (waitpid(s->pid, &status, 0) < 0 && errno == EINTR) {
    }
    s->pid = 0;
    buf_clear(&s->in);
    return status;
}

// --- work ---

static bool take_tu(struct pool *p, uint32_t *ret_tu) {
    if (p->again.len) {
        *ret_tu = p->again.data[--p->again.len];
        return true;
    }
    if (p->next >= p->job->todo_count) {
        return false;
    }
    *ret_tu = p->job->todo[p->next++];
    return true;
}

static bool has_work(const struct pool *p) {
    return p->again.len || p->next < p->job->todo_count;
}

static void finish(struct pool *p, struct slot *s, const struct worker_result *r) {
    uint32_t tu = s->tu;
    s->tu = NO_TU;
    s->is_used = true;
    p->open--;
    p->job->on_result(p->job->ctx, tu, r);
}

// The worker of `s` is gone, or must go. A TU that died in a used worker gets one more chance in a
// fresh one: what earlier TUs left behind may have been the cause, or making headers that are
// shared, which is not tried twice.
static void lose(struct pool *p, struct slot *s, struct worker_result r, bool may_retry) {
    uint32_t seen = 0;
    if (s->tu == NO_TU) {
        return;
    }
    bool had_company = s->is_used || p->job->cmds[s->tu].shared;
    if (may_retry && had_company && !map_get(&p->retried, (uint64_t)s->tu + 1, &seen)) {
        map_put(&p->retried, (uint64_t)s->tu + 1, 1);
        vec_push(&p->arena, &p->again, s->tu);
        s->tu = NO_TU;
        return;
    }
    finish(p, s, &r);
}

static struct worker_result result_of_status(int status) {
    if (WIFSIGNALED(status)) {
        return (struct worker_result){.outcome = WORKER_SIGNAL, .code = WTERMSIG(status)};
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == ARENA_EXIT_CODE) {
        return (struct worker_result){.outcome = WORKER_MEMORY};
    }
    return (struct worker_result){.outcome = WORKER_EXIT,
                                  .code = WIFEXITED(status) ? WEXITSTATUS(status) : 0};
}

static void assign(struct pool *p, struct slot *s) {
    uint32_t tu = 0;
    if (!take_tu(p, &tu)) {
        return;
    }
    s->tu = tu;
    s->deadline = now_ms() + (int64_t)p->job->timeout * 1000;
    buf_clear(&s->in);
    if (send(s->fd, &tu, sizeof tu, MSG_NOSIGNAL) != (ssize_t)sizeof tu) {
        lose(p, s, result_of_status(stop(s, true)), true);
        return;
    }
    if (p->job->on_start) {
        p->job->on_start(p->job->ctx, tu);
    }
}

// --- answers ---

// True when the head that has arrived makes sense.
static bool check_head(const struct slot *s) {
    const struct worker_head *h = &s->head;
    bool is_outcome =
        h->outcome == WORKER_OK || h->outcome == WORKER_FAILED || h->outcome == WORKER_MEMORY;
    return h->magic == WORKER_MAGIC && s->tu != NO_TU && h->index == s->tu && is_outcome &&
           h->leaving <= 1 && h->length <= WORKER_MAX_ANSWER;
}

static void garbage(struct pool *p, struct slot *s) {
    (void)stop(s, true);
    lose(p, s, (struct worker_result){.outcome = WORKER_GARBAGE}, true);
}

static void take_answer(struct pool *p, struct slot *s) {
    struct worker_result r = {
        .outcome = (enum worker_outcome)s->head.outcome,
        .peak_kib = s->head.peak_kib,
        .data = str_make(s->in.data + sizeof s->head, (size_t)s->head.length),
    };
    bool leaving = s->head.leaving;
    if (r.outcome == WORKER_OK) {
        finish(p, s, &r);
    } else {
        lose(p, s, r, true);
    }
    buf_clear(&s->in);
    if (leaving) {
        (void)stop(s, false);
    }
}

// Reads what is there. False when the worker closed its end.
static bool receive(struct pool *p, struct slot *s) {
    for (;;) {
        ssize_t n = recv(s->fd, p->chunk, READ_SIZE, 0);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0 && errno == EAGAIN) {
            return true;
        }
        if (n <= 0) {
            return false;
        }
        size_t before = s->in.len;
        buf_add_bytes(&s->in, p->chunk, (size_t)n);
        if (before < sizeof s->head && s->in.len >= sizeof s->head) {
            memcpy(&s->head, s->in.data, sizeof s->head);
        }
        bool has_head = s->in.len >= sizeof s->head;
        size_t whole = has_head ? sizeof s->head + (size_t)s->head.length : SIZE_MAX;
        if (s->in.overflow || s->tu == NO_TU ||
            (has_head && (!check_head(s) || s->in.len > whole))) {
            garbage(p, s);
            return true;
        }
        if (s->in.len == whole) {
            take_answer(p, s);
            return true;
        }
    }
}

static void on_ready(struct pool *p, struct slot *s) {
    if (!receive(p, s)) {
        lose(p, s, result_of_status(stop(s, false)), true);
    }
}

// An answer may have arrived in time while another one was handled.
static bool has_answer(const struct slot *s) {
    struct pollfd fd = {.fd = s->fd, .events = POLLIN};
    return poll(&fd, 1, 0) > 0;
}

static void check_deadlines(struct pool *p) {
    int64_t now = now_ms();
    for (uint32_t i = 0; i < p->count; i++) {
        struct slot *s = &p->slots[i];
        if (s->pid && s->tu != NO_TU && now >= s->deadline && !has_answer(s)) {
            (void)stop(s, true);
            lose(p, s, (struct worker_result){.outcome = WORKER_TIMEOUT}, false);
        }
    }
}

// --- the loop ---

static int wait_time(const struct pool *p) {
    int64_t soonest = INT64_MAX;
    for (uint32_t i = 0; i < p->count; i++) {
        const struct slot *s = &p->slots[i];
        if (s->pid && s->tu != NO_TU && s->deadline < soonest) {
            soonest = s->deadline;
        }
    }
    int64_t left = soonest == INT64_MAX ? 1000 : soonest - now_ms();
    return left < 0 ? 0 : left > 60000 ? 60000 : (int)left + 1;
}

// Idle workers get work; missing ones are started while there is any. Fails when there are none and
// none can be started.
static bool feed(struct pool *p, struct error *err) {
    uint32_t alive = 0;
    bool can_start = true;
    for (uint32_t i = 0; i < p->count; i++) {
        struct slot *s = &p->slots[i];
        if (!s->pid && has_work(p) && can_start) {
            can_start = start(p, s, err);
        }
        if (s->pid && s->tu == NO_TU) {
            assign(p, s);
        }
        alive += s->pid != 0;
    }
    return alive || !p->open || can_start;
}

static void poll_workers(struct pool *p, struct pollfd *fds, uint32_t *slot_of) {
    nfds_t n = 0;
    for (uint32_t i = 0; i < p->count; i++) {
        if (p->slots[i].pid) {
            fds[n] = (struct pollfd){.fd = p->slots[i].fd, .events = POLLIN};
            slot_of[n++] = i;
        }
    }
    int ready = poll(fds, n, wait_time(p));
    for (nfds_t i = 0; i < n && ready > 0; i++) {
        if (fds[i].revents) {
            on_ready(p, &p->slots[slot_of[i]]);
        }
    }
    check_deadlines(p);
}

bool worker_run(const struct worker_job *job, struct error *err) {
    struct pool p = {.job = job, .open = job->todo_count};
    uint32_t jobs = job->jobs < MAX_WORKERS ? job->jobs : MAX_WORKERS;
    bool ok = true;
    p.count = jobs < job->todo_count ? jobs : job->todo_count;
    arena_init(&p.arena, 0);
    map_init(&p.retried, &p.arena);
    p.slots = ARENA_ARRAY(&p.arena, struct slot, p.count);
    p.chunk = ARENA_ARRAY(&p.arena, char, READ_SIZE);
    struct pollfd *fds = ARENA_ARRAY(&p.arena, struct pollfd, p.count);
    uint32_t *slot_of = ARENA_ARRAY(&p.arena, uint32_t, p.count);
    for (uint32_t i = 0; i < p.count; i++) {
        buf_init(&p.slots[i].in, (size_t)WORKER_MAX_ANSWER + sizeof(struct worker_head));
    }
    while (p.open && ok) {
        ok = feed(&p, err);
        if (ok && p.open) {
            poll_workers(&p, fds, slot_of);
        }
    }
    for (uint32_t i = 0; i < p.count; i++) {
        if (p.slots[i].pid) {
            close(p.slots[i].fd); // all of them first: they end while the others are waited for
        }
    }
    for (uint32_t i = 0; i < p.count; i++) {
        if (p.slots[i].pid) {
            while (waitpid(p.slots[i].pid, NULL, 0) < 0 && errno == EINTR) {
            }
        }
        buf_release(&p.slots[i].in);
    }
    arena_release(&p.arena);
    return ok;
}

struct str worker_front_version(struct arena *arena) {
    int ends[2];
    char text[256];
    size_t len = 0;
    if (pipe(ends) != 0) {
        return STR("unknown");
    }
    (void)fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        struct str version = front_version(arena);
        _exit(write(ends[1], version.ptr, version.len) == (ssize_t)version.len ? 0 : 1);
    }
    close(ends[1]);
    while (pid > 0 && len < sizeof text) {
        ssize_t n = read(ends[0], text + len, sizeof text - len);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            break;
        }
        len += (size_t)n;
    }
    close(ends[0]);
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
    }
    return len ? str_make(arena_copy(arena, text, len), len) : STR("unknown");
}
