#include "checker/lsp/lsp.h"

#include "checker/base/log.h"
#include "checker/drive/progress.h"
#include "checker/lsp/server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

// One thread, one poll. Reading never waits for writing: what the client does not take yet is kept.

enum { READ_BYTES = 1 << 16, CLIENT_CHECK_MS = 3000, MAX_FOLDERS = 64 };

// Milliseconds until something is due, at most CLIENT_CHECK_MS.
static int wait_time(const struct server *s) {
    double wait = CLIENT_CHECK_MS;
    for (uint32_t i = 0; i < s->folders.len; i++) {
        const struct folder *f = &s->folders.data[i];
        if (f->is_open && f->is_dirty) {
            double left = (f->due - progress_now()) * 1000 + 1;
            wait = left < wait ? left : wait;
        }
    }
    return wait < 0 ? 0 : (int)wait;
}

// False when the client is gone.
static bool write_out(struct server *s) {
    struct str rest = buf_str(&s->out);
    while (rest.len) {
        ssize_t n = write(STDOUT_FILENO, rest.ptr, rest.len);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            break;
        }
        rest = str_slice(rest, (size_t)n, rest.len);
    }
    bool ok = !rest.len || errno == EAGAIN;
    if (rest.len < s->out.len) {
        struct buf left;
        buf_init(&left, SERVER_MAX_OUT);
        buf_add(&left, rest);
        buf_release(&s->out);
        s->out = left;
    }
    return ok && !s->out.overflow;
}

// False at the end of the input.
static bool read_in(struct server *s) {
    char bytes[READ_BYTES];
    ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
    if (n <= 0) {
        return n < 0 && (errno == EINTR || errno == EAGAIN);
    }
    rpc_feed(&s->in, str_make(bytes, (size_t)n));
    struct str body = {0};
    enum rpc_state state = RPC_WAIT;
    while (!s->is_exiting && (state = rpc_next(&s->in, &body)) == RPC_BODY) {
        struct arena_mark mark = arena_mark(&s->scratch);
        server_receive(s, body);
        arena_reset(&s->scratch, mark);
    }
    if (state == RPC_BROKEN) {
        log_message(LOG_ERROR, "lsp: this is not the language server protocol, or a message of "
                               "more than 64 MiB");
    }
    return state != RPC_BROKEN;
}

static bool client_lives(const struct server *s) {
    return s->client <= 0 || kill((pid_t)s->client, 0) == 0 || errno != ESRCH;
}

// One turn; false when the server should end.
static bool turn(struct server *s) {
    struct pollfd fds[2 + MAX_FOLDERS] = {
        {.fd = STDIN_FILENO,                    .events = POLLIN },
        {.fd = s->out.len ? STDOUT_FILENO : -1, .events = POLLOUT}
    };
    struct folder *owners[2 + MAX_FOLDERS] = {0};
    nfds_t count = 2;
    for (uint32_t i = 0; i < s->folders.len && count < 2 + MAX_FOLDERS; i++) {
        struct folder *f = &s->folders.data[i];
        if (f->is_open) {
            folder_start_due(s, f);
        }
        if (f->is_open && f->analysis.pid) {
            owners[count] = f;
            fds[count++] = (struct pollfd){.fd = f->analysis.fd, .events = POLLIN};
        }
    }
    if (s->out.len) { // an analysis could not be started
        fds[1].fd = STDOUT_FILENO;
    }
    if (poll(fds, count, wait_time(s)) < 0) {
        return errno == EINTR;
    }
    struct arena_mark mark = arena_mark(&s->scratch);
    for (nfds_t i = 2; i < count; i++) {
        if (fds[i].revents) {
            folder_read(s, owners[i]);
        }
    }
    arena_reset(&s->scratch, mark);
    bool ok = !fds[0].revents || read_in(s);
    return write_out(s) && ok && !s->is_exiting && client_lives(s);
}

int lsp_run(void) {
    struct server s;
    server_init(&s);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)fcntl(STDOUT_FILENO, F_SETFL, fcntl(STDOUT_FILENO, F_GETFL) | O_NONBLOCK);
    while (turn(&s)) {
    }
    int code = s.is_shut_down && s.is_exiting ? 0 : 1;
    server_release(&s);
    return code;
}
