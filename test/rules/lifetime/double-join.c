// lifetime-double-join: join or detach twice, join after detach, self-join, join of a detached-attribute thread.
// Reported at the second call.
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <threads.h>

struct server {
    pthread_t acceptor;
    pthread_t pool[4];
    bool running;
};

int prepare(void *arg);
void run(void *arg);

static void *worker(void *arg) {
    run(arg);
    return NULL;
}

static int c11_worker(void *arg) {
    run(arg);
    return 0;
}

int bad_joined_twice(void *arg) {
    pthread_t reader;
    if (pthread_create(&reader, NULL, worker, arg) != 0) {
        return -1;
    }
    pthread_join(reader, NULL);
    return pthread_join(reader, NULL); // expect: lifetime-double-join "reader"
}

int bad_joined_in_branch_and_after(void *arg) {
    pthread_t reader;
    if (pthread_create(&reader, NULL, worker, arg) != 0) {
        return -1;
    }
    int rc = prepare(arg);
    if (rc != 0) {
        pthread_join(reader, NULL);
    }
    pthread_join(reader, NULL); // expect: lifetime-double-join "reader"
    return rc;
}

int bad_join_after_detach(void *arg) {
    pthread_t reader;
    if (pthread_create(&reader, NULL, worker, arg) != 0) {
        return -1;
    }
    pthread_detach(reader);            // threadlint: detached one short job
    return pthread_join(reader, NULL); // expect: lifetime-double-join "reader"
}

int bad_detached_twice(void *arg) {
    pthread_t reader;
    if (pthread_create(&reader, NULL, worker, arg) != 0) {
        return -1;
    }
    pthread_detach(reader);        // threadlint: detached one short job
    return pthread_detach(reader); // expect: lifetime-double-join "reader"
}

int bad_detach_after_join(void *arg) {
    pthread_t reader;
    if (pthread_create(&reader, NULL, worker, arg) != 0) {
        return -1;
    }
    pthread_join(reader, NULL);
    return pthread_detach(reader); // expect: lifetime-double-join "reader"
}

int bad_self_join(void) {
    return pthread_join(pthread_self(), NULL); // expect: lifetime-double-join "self"
}

int bad_detached_attribute(void *arg) {
    pthread_t reader;
    pthread_attr_t attr;
    if (pthread_attr_init(&attr) != 0) {
        return -1;
    }
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    int rc = pthread_create(&reader, &attr, worker, arg); // threadlint: detached one short job
    pthread_attr_destroy(&attr);
    if (rc != 0) {
        return -1;
    }
    return pthread_join(reader, NULL); // expect: lifetime-double-join "reader"
}

static void stop(struct server *server) {
    pthread_join(server->acceptor, NULL);
}

void bad_helper_joined_already(struct server *server) {
    stop(server);
    pthread_join(server->acceptor, NULL); // expect: lifetime-double-join "acceptor"
}

int bad_c11_twice(void *arg) {
    thrd_t reader;
    if (thrd_create(&reader, c11_worker, arg) != thrd_success) {
        return -1;
    }
    thrd_join(reader, NULL);
    return thrd_join(reader, NULL); // expect: lifetime-double-join "reader"
}

int bad_cleanup_label_joins_again(void *arg) {
    pthread_t reader;
    int rc = pthread_create(&reader, NULL, worker, arg);
    if (rc != 0) {
        return rc;
    }
    rc = prepare(arg);
    if (rc != 0) {
        goto out;
    }
    pthread_join(reader, NULL);
    rc = prepare(arg);
out:
    pthread_join(reader, NULL); // expect: lifetime-double-join "reader"
    return rc;
}

void ok_array_index_differs(struct server *server) {
    for (int i = 0; i < 4; i++) {
        pthread_join(server->pool[i], NULL);
    }
    pthread_join(server->acceptor, NULL);
}

void ok_constant_indexes(struct server *server) {
    pthread_join(server->pool[0], NULL);
    pthread_join(server->pool[1], NULL);
}

int ok_joined_on_one_of_two_paths(void *arg) {
    pthread_t reader;
    if (pthread_create(&reader, NULL, worker, arg) != 0) {
        return -1;
    }
    if (prepare(arg) != 0) {
        pthread_join(reader, NULL);
        return -1;
    }
    return pthread_join(reader, NULL);
}

void ok_flag_guards(struct server *server) {
    if (server->running) {
        pthread_join(server->acceptor, NULL);
        server->running = false;
    }
    if (server->running) {
        pthread_join(server->acceptor, NULL);
    }
}

int ok_local_flag_guards(void *arg) {
    pthread_t reader;
    bool joined = false;
    if (pthread_create(&reader, NULL, worker, arg) != 0) {
        return -1;
    }
    int rc = prepare(arg);
    if (rc != 0) {
        pthread_join(reader, NULL);
        joined = true;
    }
    if (!joined) {
        pthread_join(reader, NULL);
    }
    return rc;
}

int ok_restarted_between(void *arg) {
    pthread_t reader;
    for (int i = 0; i < 3; i++) {
        if (pthread_create(&reader, NULL, worker, arg) != 0) {
            return -1;
        }
        pthread_join(reader, NULL);
    }
    return 0;
}

int ok_try_then_join(void *arg) {
    pthread_t reader;
    if (pthread_create(&reader, NULL, worker, arg) != 0) {
        return -1;
    }
    run(arg);
    int rc = prepare(arg);
    if (rc == 0) {
        pthread_detach(reader); // threadlint: detached one short job
    } else {
        pthread_join(reader, NULL);
    }
    return rc;
}

void ok_two_servers(struct server *a, struct server *b) {
    stop(a);
    stop(b);
}

void ok_list_of_threads(struct server *servers, int count) {
    for (int i = 0; i < count; i++) {
        stop(&servers[i]);
    }
}

int ok_detach_self(void *arg) {
    run(arg);
    return pthread_detach(pthread_self()); // threadlint: detached one short job
}

int ok_same_condition_twice(void *arg, bool threaded) {
    pthread_t reader;
    if (threaded && pthread_create(&reader, NULL, worker, arg) != 0) {
        return -1;
    }
    int rc = prepare(arg);
    if (threaded) {
        pthread_join(reader, NULL);
    }
    return rc;
}

// Whether a round joins is up to what the one before it left.
static struct {
    pthread_t handle;
    int open;
    bool inited;
} pool;

static void ok_term(void) {
    if (!pool.inited || pool.open) {
        return;
    }
    pthread_join(pool.handle, NULL);
    pool.inited = false;
}

void ok_close_all(void) {
    for (int i = 0; i < 8; i++) {
        pool.open--;
        ok_term();
    }
}

struct client {
    struct client *next, *prev;
    pthread_t thread;
};

void ok_list(struct client **head, struct client **tail) {
    struct client *c;
    while ((c = *tail) != NULL) {
        if (!c->prev) {
            *head = c->next;
        } else {
            c->prev->next = c->next;
        }
        if (!c->next) {
            *tail = c->prev;
        } else {
            c->next->prev = c->prev;
        }
        pthread_join(c->thread, NULL);
    }
}
