#include "server.h"

#include "log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 512, BACKLOG = 64 };

struct connection {
    struct server *server;
    int fd;
    char line[LINE_MAX_BYTES];
    size_t len;
};

int server_init(struct server *s) {
    memset(s, 0, sizeof *s);
    s->listener = -1;
    if (store_init(&s->store) != 0) {
        return -1;
    }
    if (pthread_mutex_init(&s->mu, NULL) != 0) {
        store_release(&s->store);
        return -1;
    }
    if (pthread_cond_init(&s->changed, NULL) != 0) {
        pthread_mutex_destroy(&s->mu);
        store_release(&s->store);
        return -1;
    }
    return 0;
}

void server_release(struct server *s) {
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->mu);
    store_release(&s->store);
}

static bool is_stopping(struct server *s) {
    pthread_mutex_lock(&s->mu);
    bool stopping = s->stopping;
    pthread_mutex_unlock(&s->mu);
    return stopping;
}

static void count_connection(struct server *s, int change) {
    pthread_mutex_lock(&s->mu);
    s->active += (unsigned)change;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->mu);
}

static int send_text(int fd, const char *text) {
    size_t len = strlen(text);
    while (len > 0) {
        ssize_t sent = send(fd, text, len, MSG_NOSIGNAL);
        if (sent < 0) {
            return -1;
        }
        text += sent;
        len -= (size_t)sent;
    }
    return 0;
}

static void answer_job(struct connection *c, const char *name, const char *text) {
    struct job job;
    snprintf(job.name, sizeof job.name, "%s", name);
    snprintf(job.text, sizeof job.text, "%s", text);
    send_text(c->fd, queue_push(&c->server->workers.queue, &job) ? "OK\n" : "BUSY\n");
}

static void answer_stats(struct connection *c) {
    char text[160];
    unsigned high_water = 0;
    unsigned depth = queue_depth(&c->server->workers.queue, &high_water);
    snprintf(text, sizeof text, "connections %lu commands %lu jobs %lu queue %u/%u\n",
             atomic_load(&c->server->connections), atomic_load(&c->server->commands),
             atomic_load(&c->server->workers.jobs_done), depth, high_water);
    send_text(c->fd, text);
}

// Answers one line; false when the client wants to leave.
static bool answer(struct connection *c, char *line) {
    struct store *store = &c->server->store;
    char value[VALUE_MAX + 1];
    char *rest = NULL;
    const char *command = strtok_r(line, " \r", &rest);
    const char *key = strtok_r(NULL, " \r", &rest);

    atomic_fetch_add(&c->server->commands, 1);
    if (command == NULL) {
        return true;
    }
    if (strcmp(command, "QUIT") == 0) {
        return false;
    }
    if (strcmp(command, "STATS") == 0) {
        answer_stats(c);
    } else if (key == NULL) {
        send_text(c->fd, "ERROR\n");
    } else if (strcmp(command, "SET") == 0) {
        send_text(c->fd, store_set(store, key, rest) == 0 ? "OK\n" : "ERROR\n");
    } else if (strcmp(command, "GET") == 0) {
        bool found = store_get(store, key, value, VALUE_MAX) == 0;
        send_text(c->fd, found ? strcat(value, "\n") : "NONE\n");
    } else if (strcmp(command, "DEL") == 0) {
        send_text(c->fd, store_delete(store, key) == 0 ? "OK\n" : "NONE\n");
    } else if (strcmp(command, "JOB") == 0) {
        answer_job(c, key, rest);
    } else {
        send_text(c->fd, "ERROR\n");
    }
    return true;
}

// Answers the complete lines received so far; false when the connection is to end.
static bool answer_lines(struct connection *c) {
    char *newline;
    while ((newline = memchr(c->line, '\n', c->len)) != NULL) {
        *newline = '\0';
        if (!answer(c, c->line)) {
            return false;
        }
        size_t used = (size_t)(newline + 1 - c->line);
        memmove(c->line, newline + 1, c->len - used);
        c->len -= used;
    }
    return c->len < sizeof c->line;
}

static void converse(struct connection *c) {
    while (!is_stopping(c->server)) {
        ssize_t got = recv(c->fd, c->line + c->len, sizeof c->line - c->len, 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
            continue; // the receive timeout: look at the stop flag
        }
        if (got <= 0) {
            return;
        }
        c->len += (size_t)got;
        if (!answer_lines(c)) {
            return;
        }
    }
}

static void *connection_main(void *arg) {
    struct connection *c = arg;
    struct server *server = c->server;
    struct timeval timeout = {.tv_sec = 1};

    setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    if (send_text(c->fd, "jobd 1\n") != 0) {
        log_write("client left before the greeting");
        close(c->fd);
        goto out;
    }
    converse(c);
out:
    close(c->fd);
    free(c);
    count_connection(server, -1);
    return NULL;
}

static struct connection *connection_new(struct server *s, int fd) {
    struct connection *c = calloc(1, sizeof *c);
    if (c != NULL) {
        c->server = s;
        c->fd = fd;
    }
    return c;
}

static void *accept_main(void *arg) {
    struct server *s = arg;

    while (!is_stopping(s)) {
        int fd = accept(s->listener, NULL, NULL);
        if (fd < 0) {
            if (errno == EINTR || errno == ECONNABORTED) {
                continue;
            }
            break; // the listener was shut down
        }
        struct connection *c = connection_new(s, fd);
        if (c == NULL) {
            close(fd);
            continue;
        }
        atomic_fetch_add(&s->connections, 1);
        count_connection(s, 1);
        pthread_t thread;
        if (pthread_create(&thread, NULL, connection_main, c) != 0) {
            count_connection(s, -1);
            close(fd);
            free(c);
            continue;
        }
        pthread_detach(thread);
    }
    return NULL;
}

int server_listen(struct server *s, uint16_t port) {
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0) {
        return -1;
    }
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        listen(fd, BACKLOG) != 0) {
        close(fd);
        return -1;
    }
    s->listener = fd;
    return 0;
}

int server_start(struct server *s) {
    return pthread_create(&s->acceptor, NULL, accept_main, s) == 0 ? 0 : -1;
}

void server_request_stop(struct server *s) {
    pthread_mutex_lock(&s->mu);
    s->stopping = true;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->mu);
}

void server_stop(struct server *s) {
    server_request_stop(s);
    shutdown(s->listener, SHUT_RDWR);
    pthread_join(s->acceptor, NULL);
    close(s->listener);
    s->listener = -1;

    pthread_mutex_lock(&s->mu);
    while (s->active > 0) {
        pthread_cond_wait(&s->changed, &s->mu);
    }
    pthread_mutex_unlock(&s->mu);
}

void *server_statistics(void *arg) {
    struct server *s = arg;
    struct timespec deadline;

    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += 10;
    pthread_mutex_lock(&s->mu);
    while (!s->stopping) {
        if (pthread_cond_timedwait(&s->changed, &s->mu, &deadline) != ETIMEDOUT) {
            continue;
        }
        unsigned active = s->active;
        pthread_mutex_unlock(&s->mu);
        log_write("%u connections, %lu commands, %lu jobs", active, atomic_load(&s->commands),
                  atomic_load(&s->workers.jobs_done));
        deadline.tv_sec += 10;
        pthread_mutex_lock(&s->mu);
    }
    pthread_mutex_unlock(&s->mu);
    return NULL;
}
