// lifetime-join-unstarted: join on a handle whose create failed or was not executed on that path. The handle is then
// uninitialised memory. Reported at the join.
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <threads.h>

struct server {
    pthread_t acceptor;
    bool started;
};

int prepare(void *arg);
void run(void *arg);
_Noreturn void die(const char *text);

static void *worker(void *arg) {
    run(arg);
    return NULL;
}

static int c11_worker(void *arg) {
    run(arg);
    return 0;
}

void bad_failure_only_logged(void *arg) {
    pthread_t reader;
    if (pthread_create(&reader, NULL, worker, arg) != 0) {
        fprintf(stderr, "no thread\n");
    }
    pthread_join(reader, NULL); // expect: lifetime-join-unstarted "reader"
}

int bad_cleanup_label(void *arg) {
    pthread_t reader;
    int rc = -1;
    if (prepare(arg) != 0) {
        goto out;
    }
    if (pthread_create(&reader, NULL, worker, arg) != 0) {
        return -1;
    }
    rc = 0;
out:
    pthread_join(reader, NULL); // expect: lifetime-join-unstarted "reader"
    return rc;
}

int bad_created_in_one_branch(void *arg, bool threaded) {
    pthread_t reader;
    if (threaded) {
        if (pthread_create(&reader, NULL, worker, arg) != 0) {
            return -1;
        }
    } else {
        run(arg);
    }
    return pthread_join(reader, NULL); // expect: lifetime-join-unstarted "reader"
}

int bad_wrong_sense(void *arg) {
    pthread_t reader;
    int rc = pthread_create(&reader, NULL, worker, arg);
    if (rc != 0) {
        pthread_join(reader, NULL); // expect: lifetime-join-unstarted "reader"
        return rc;
    }
    pthread_detach(reader); // threadlint: detached one short job
    return 0;
}

int bad_second_failed(void *arg) {
    pthread_t reader;
    pthread_t writer;
    int rc = pthread_create(&reader, NULL, worker, arg);
    if (rc != 0) {
        return rc;
    }
    rc = pthread_create(&writer, NULL, worker, arg);
    if (rc != 0) {
        fprintf(stderr, "no writer\n");
    }
    pthread_join(reader, NULL);
    pthread_join(writer, NULL); // expect: lifetime-join-unstarted "writer"
    return rc;
}

void bad_c11_result_ignored_on_failure(void *arg) {
    thrd_t reader;
    if (thrd_create(&reader, c11_worker, arg) != thrd_success) {
        fprintf(stderr, "no thread\n");
    }
    thrd_join(reader, NULL); // expect: lifetime-join-unstarted "reader"
}

int bad_retry_gives_up(void *arg) {
    pthread_t reader;
    int rc = -1;
    for (int i = 0; i < 3 && rc != 0; i++) {
        rc = pthread_create(&reader, NULL, worker, arg);
    }
    pthread_join(reader, NULL); // expect: lifetime-join-unstarted "reader"
    return rc;
}

int ok_result_checked(void *arg) {
    pthread_t reader;
    if (pthread_create(&reader, NULL, worker, arg) != 0) {
        return -1;
    }
    return pthread_join(reader, NULL);
}

int ok_result_kept(void *arg) {
    pthread_t reader;
    int rc = pthread_create(&reader, NULL, worker, arg);
    run(arg);
    if (rc == 0) {
        pthread_join(reader, NULL);
    }
    return rc;
}

int ok_flag_guards(void *arg) {
    pthread_t reader;
    bool started = false;
    int rc = prepare(arg);
    if (rc == 0) {
        rc = pthread_create(&reader, NULL, worker, arg);
        started = rc == 0;
    }
    run(arg);
    if (started) {
        pthread_join(reader, NULL);
    }
    return rc;
}

int ok_flag_is_the_result(void *arg) {
    pthread_t reader;
    bool started = pthread_create(&reader, NULL, worker, arg) == 0;
    run(arg);
    if (started) {
        pthread_join(reader, NULL);
    }
    return 0;
}

void ok_process_ends(void *arg) {
    pthread_t reader;
    if (pthread_create(&reader, NULL, worker, arg) != 0) {
        die("no thread");
    }
    pthread_join(reader, NULL);
}

void ok_exit(void *arg) {
    pthread_t reader;
    if (pthread_create(&reader, NULL, worker, arg)) {
        perror("pthread_create");
        exit(EXIT_FAILURE);
    }
    pthread_join(reader, NULL);
}

int ok_field_flag(struct server *server) {
    server->started = false;
    if (pthread_create(&server->acceptor, NULL, worker, server) == 0) {
        server->started = true;
    }
    run(server);
    if (server->started) {
        pthread_join(server->acceptor, NULL);
    }
    return 0;
}

void ok_only_started_ones(void *arg) {
    pthread_t pool[4];
    int started = 0;
    while (started < 4 && pthread_create(&pool[started], NULL, worker, arg) == 0) {
        started++;
    }
    while (started > 0) {
        pthread_join(pool[--started], NULL);
    }
}

int ok_goto_to_the_right_label(void *arg) {
    pthread_t reader;
    pthread_t writer;
    int rc = pthread_create(&reader, NULL, worker, arg);
    if (rc != 0) {
        goto out;
    }
    rc = pthread_create(&writer, NULL, worker, arg);
    if (rc != 0) {
        goto out_join_reader;
    }
    pthread_join(writer, NULL);
out_join_reader:
    pthread_join(reader, NULL);
out:
    return rc;
}

void ok_parameter(pthread_t reader) {
    pthread_join(reader, NULL);
}

static int start(pthread_t *ret_thread, void *arg) {
    return pthread_create(ret_thread, NULL, worker, arg) == 0 ? 0 : -1;
}

int ok_started_by_a_helper(void *arg) {
    pthread_t reader;
    if (start(&reader, arg) < 0) {
        return -1;
    }
    return pthread_join(reader, NULL);
}

int ok_same_condition(void *arg, bool threaded) {
    pthread_t reader;
    if (threaded) {
        if (pthread_create(&reader, NULL, worker, arg) != 0) {
            return -1;
        }
    }
    run(arg);
    if (threaded) {
        pthread_join(reader, NULL);
    }
    return 0;
}
