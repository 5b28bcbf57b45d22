#include "checker/lsp/analysis.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_ANSWER = 512 << 20, READ_BYTES = 1 << 16 };

void analysis_init(struct analysis *a) {
    *a = (struct analysis){.fd = -1};
    buf_init(&a->answer, MAX_ANSWER);
}

void analysis_stop(struct analysis *a) {
    if (a->pid) {
        (void)kill(-a->pid, SIGKILL); // its workers, too
        (void)kill(a->pid, SIGKILL);
        while (waitpid(a->pid, NULL, 0) < 0 && errno == EINTR) {
        }
        close(a->fd);
    }
    a->pid = 0;
    a->fd = -1;
    buf_clear(&a->answer);
    a->seen = 0;
    a->done = a->total = 0;
}

bool analysis_start(struct analysis *a, const struct analysis_request *request) {
    int ends[2];
    analysis_stop(a);
    if (pipe(ends) != 0) {
        return false;
    }
    (void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    (void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    (void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        (void)setpgid(0, 0);
        close(ends[0]);
        analysis_child(request, ends[1], parent);
    }
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return false;
    }
    (void)setpgid(pid, pid);
    a->pid = pid;
    a->fd = ends[0];
    return true;
}

// "12 29\n", as long as such lines come.
static void read_progress(struct analysis *a) {
    for (;;) {
        struct str rest = str_slice(buf_str(&a->answer), a->seen, a->answer.len);
        size_t end = str_find(rest, STR("\n"), 0);
        struct str line = str_slice(rest, 0, end == SIZE_MAX ? 0 : end);
        struct str done = str_cut(&line, ' ');
        uint64_t first = 0;
        uint64_t second = 0;
        if (!str_to_u64(done, &first) || !str_to_u64(line, &second)) {
            return;
        }
        a->done = (uint32_t)first;
        a->total = (uint32_t)second;
        a->seen += end + 1;
    }
}

bool analysis_read(struct analysis *a, struct cJSON **ret) {
    char bytes[READ_BYTES];
    *ret = NULL;
    for (;;) {
        ssize_t n = read(a->fd, bytes, sizeof bytes);
        if (n > 0) {
            buf_add(&a->answer, str_make(bytes, (size_t)n));
        } else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
            break;
        } else if (errno == EAGAIN) {
            read_progress(a);
            return false;
        }
    }
    read_progress(a);
    struct str all = str_slice(buf_str(&a->answer), a->seen, a->answer.len);
    *ret = a->answer.overflow ? NULL : cJSON_ParseWithLength(all.ptr ? all.ptr : "", all.len);
    analysis_stop(a);
    return true;
}
