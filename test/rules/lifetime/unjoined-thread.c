// lifetime-unjoined-thread: a joinable handle is lost on some path with no join, detach, store or hand-over.
// Reported at the spawn; the message names the line where the path leaves the function.
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <threads.h>
#include <unistd.h>

struct job {
    int id;
};

struct server {
    pthread_t acceptor;
    pthread_t pool[4];
};

struct owned_thread {
    pthread_t handle;
    bool started;
};

int prepare(struct job *job);
int next_command(void);
void run(void *arg);
void remember(pthread_t thread);
_Noreturn void die(const char *text);

static pthread_t monitor;

static void *worker(void *arg) {
    run(arg);
    return NULL;
}

static int c11_worker(void *arg) {
    run(arg);
    return 0;
}

static void *self_detaching(void *arg) {
    pthread_detach(pthread_self()); // threadlint: detached ends by itself after one job
    run(arg);
    return NULL;
}

int bad_error_return(struct job *job) {
    pthread_t reader;
    if (pthread_create(&reader, NULL, worker, job) != 0) { // expect: lifetime-unjoined-thread "neither joined nor detached"
        return -1;
    }
    if (prepare(job) != 0) {
        return -1;
    }
    pthread_join(reader, NULL);
    return 0;
}

int bad_never_joined(struct job *job) {
    pthread_t reader;
    if (pthread_create(&reader, NULL, worker, job) != 0) { // expect: lifetime-unjoined-thread "neither joined nor detached"
        return -1;
    }
    return prepare(job);
}

int bad_goto_skips_the_join(struct job *job) {
    int rc = -1;
    pthread_t reader;
    char *buffer = malloc(64);
    if (buffer == NULL) {
        return -1;
    }
    if (pthread_create(&reader, NULL, worker, job) != 0) { // expect: lifetime-unjoined-thread "neither joined nor detached"
        free(buffer);
        return -1;
    }
    if (prepare(job) != 0) {
        goto out;
    }
    pthread_join(reader, NULL);
    rc = 0;
out:
    free(buffer);
    return rc;
}

int bad_second_create_fails(struct job *job) {
    pthread_t reader;
    pthread_t writer;
    if (pthread_create(&reader, NULL, worker, job) != 0) { // expect: lifetime-unjoined-thread "neither joined nor detached"
        return -1;
    }
    if (pthread_create(&writer, NULL, worker, job) != 0) {
        return -1;
    }
    pthread_join(reader, NULL);
    pthread_join(writer, NULL);
    return 0;
}

int bad_return_in_switch(struct job *job) {
    pthread_t reader;
    int rc = pthread_create(&reader, NULL, worker, job); // expect: lifetime-unjoined-thread "neither joined nor detached"
    if (rc != 0) {
        return rc;
    }
    switch (prepare(job)) {
    case 0:
        break;
    case 1:
        return 1;
    default:
        job->id = 0;
        break;
    }
    return pthread_join(reader, NULL);
}

int bad_return_in_loop(struct job *job) {
    pthread_t reader;
    if (pthread_create(&reader, NULL, worker, job)) { // expect: lifetime-unjoined-thread "neither joined nor detached"
        return -1;
    }
    int command;
    while ((command = next_command()) != 0) {
        if (command < 0) {
            return -1;
        }
    }
    pthread_join(reader, NULL);
    return 0;
}

void bad_joined_only_sometimes(struct job *job, bool verbose) {
    pthread_t reader;
    if (pthread_create(&reader, NULL, worker, job) != 0) { // expect: lifetime-unjoined-thread "neither joined nor detached"
        return;
    }
    if (verbose) {
        pthread_join(reader, NULL);
    }
}

#define TRY(call)                                                                                  \
    do {                                                                                           \
        if ((call) != 0)                                                                           \
            return -1;                                                                             \
    } while (0)

int bad_macro_returns(struct job *job) {
    pthread_t reader;
    TRY(pthread_create(&reader, NULL, worker, job)); // expect: lifetime-unjoined-thread "neither joined nor detached"
    TRY(prepare(job));
    pthread_join(reader, NULL);
    return 0;
}

int bad_c11_thread(struct job *job) {
    thrd_t reader;
    if (thrd_create(&reader, c11_worker, job) != thrd_success) { // expect: lifetime-unjoined-thread "neither joined nor detached"
        return -1;
    }
    if (prepare(job) != 0) {
        return -1;
    }
    thrd_join(reader, NULL);
    return 0;
}

int ok_joined_on_every_path(struct job *job) {
    pthread_t reader;
    if (pthread_create(&reader, NULL, worker, job) != 0) {
        return -1;
    }
    if (prepare(job) != 0) {
        pthread_join(reader, NULL);
        return -1;
    }
    pthread_join(reader, NULL);
    return 0;
}

int ok_result_in_a_variable(struct job *job) {
    pthread_t reader;
    int rc = pthread_create(&reader, NULL, worker, job);
    if (rc == 0) {
        rc = pthread_join(reader, NULL);
    }
    return rc;
}

int ok_detached_attribute(struct job *job) {
    pthread_t reader;
    pthread_attr_t attr;
    if (pthread_attr_init(&attr) != 0) {
        return -1;
    }
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    int rc = pthread_create(&reader, &attr, worker, job); // threadlint: detached one short job
    pthread_attr_destroy(&attr);
    return rc;
}

int ok_detached(struct job *job) {
    pthread_t reader;
    if (pthread_create(&reader, NULL, worker, job) != 0) {
        return -1;
    }
    return pthread_detach(reader); // threadlint: detached one short job
}

int ok_worker_detaches_itself(struct job *job) {
    pthread_t reader;
    return pthread_create(&reader, NULL, self_detaching, job);
}

pthread_t ok_returned(struct job *job) {
    pthread_t reader;
    if (pthread_create(&reader, NULL, worker, job) != 0) {
        die("no thread");
    }
    return reader;
}

int ok_out_parameter(struct job *job, pthread_t *ret_thread) {
    pthread_t reader;
    if (pthread_create(&reader, NULL, worker, job) != 0) {
        return -1;
    }
    *ret_thread = reader;
    return 0;
}

int ok_created_through_parameter(pthread_t *thread, struct job *job) {
    return pthread_create(thread, NULL, worker, job) == 0 ? prepare(job) : -1;
}

int ok_kept_in_a_struct(struct server *server, struct job *job) {
    if (pthread_create(&server->acceptor, NULL, worker, job) != 0) {
        return -1;
    }
    return prepare(job);
}

int ok_kept_in_an_array(struct server *server, struct job *job) {
    for (int i = 0; i < 4; i++) {
        pthread_t t;
        if (pthread_create(&t, NULL, worker, job) != 0) {
            return -1;
        }
        server->pool[i] = t;
    }
    return 0;
}

int ok_global_handle(struct job *job) {
    return pthread_create(&monitor, NULL, worker, job);
}

int ok_passed_on(struct job *job) {
    pthread_t reader;
    if (pthread_create(&reader, NULL, worker, job) != 0) {
        return -1;
    }
    remember(reader);
    return 0;
}

static void wait_for(pthread_t thread) {
    if (pthread_join(thread, NULL) != 0) {
        die("join");
    }
}

int ok_joined_by_a_helper(struct job *job) {
    pthread_t reader;
    if (pthread_create(&reader, NULL, worker, job) != 0) {
        return -1;
    }
    int rc = prepare(job);
    wait_for(reader);
    return rc;
}

int ok_flag_guards_the_join(struct job *job) {
    pthread_t reader;
    bool started = false;
    int rc = -1;
    if (prepare(job) != 0) {
        goto out;
    }
    if (pthread_create(&reader, NULL, worker, job) != 0) {
        goto out;
    }
    started = true;
    rc = prepare(job);
out:
    if (started) {
        pthread_join(reader, NULL);
    }
    return rc;
}

int ok_process_ends(struct job *job) {
    pthread_t reader;
    if (pthread_create(&reader, NULL, worker, job) != 0) {
        return -1;
    }
    if (prepare(job) != 0) {
        die("prepare");
    }
    pthread_join(reader, NULL);
    return 0;
}

int ok_array_joined_in_a_loop(struct job *jobs) {
    pthread_t pool[4];
    int started = 0;
    for (; started < 4; started++) {
        if (pthread_create(&pool[started], NULL, worker, &jobs[started]) != 0) {
            break;
        }
    }
    for (int i = 0; i < started; i++) {
        pthread_join(pool[i], NULL);
    }
    return started == 4 ? 0 : -1;
}

static void join_owned(struct owned_thread *t) {
    if (t->started) {
        pthread_join(t->handle, NULL);
    }
}

int ok_cleanup_attribute(struct job *job) {
    __attribute__((cleanup(join_owned))) struct owned_thread reader = {0};
    if (pthread_create(&reader.handle, NULL, worker, job) != 0) {
        return -1;
    }
    reader.started = true;
    if (prepare(job) != 0) {
        return -1;
    }
    return 0;
}

void ok_never_returns(struct job *job) {
    pthread_t reader;
    if (pthread_create(&reader, NULL, worker, job) != 0) {
        die("no thread");
    }
    for (;;) {
        pause();
    }
}

static int start_wanted(void *(*entry)(void *), void *arg, pthread_t *handle) {
    pthread_t thread;
    int rc = pthread_create(&thread, NULL, entry, arg);
    if (rc == 0 && handle != NULL) {
        *handle = thread;
    }
    return rc;
}

int ok_every_caller_takes_the_handle(struct server *s, struct job *job) {
    int rc = start_wanted(worker, job, &s->acceptor);
    return rc == 0 ? start_wanted(worker, job, &s->pool[0]) : rc;
}

static int start_optional(void *(*entry)(void *), void *arg, pthread_t *handle) {
    pthread_t thread;
    int rc = pthread_create(&thread, NULL, entry, arg); // expect: lifetime-unjoined-thread "entry"
    if (rc == 0 && handle != NULL) {
        *handle = thread;
    }
    return rc;
}

int bad_no_handle_asked_for(struct server *s, struct job *job) {
    int rc = start_optional(worker, job, &s->acceptor);
    return rc == 0 ? start_optional(worker, job, NULL) : rc;
}

// Cancelled, and nobody waits: the handle is of this file alone.
static pthread_t monitor;
static int monitor_fd = -1;

static void *watch(void *arg) {
    char c;
    while (read(monitor_fd, &c, 1) == 1) {
    }
    return arg;
}

static void *tick(void *arg) {
    while (read(monitor_fd, arg, 1) == 1) {
    }
    return arg;
}

static void *share(void *arg) {
    while (write(monitor_fd, arg, 1) == 1) {
    }
    return arg;
}

int start_monitor(int fd) {
    monitor_fd = fd;
    return pthread_create(&monitor, NULL, watch, NULL);
}

void bad_cancelled_and_left(void) {
    pthread_cancel(monitor); // expect: lifetime-unjoined-thread "nothing joins it"
    close(monitor_fd);
    monitor_fd = -1;
}

static pthread_t ticker;

int start_ticker(void) {
    return pthread_create(&ticker, NULL, tick, NULL);
}

void ok_cancelled_and_joined(void) {
    pthread_cancel(ticker);
    pthread_join(ticker, NULL);
}

// Others may join it.
pthread_t shared_monitor;

int start_shared_monitor(void) {
    return pthread_create(&shared_monitor, NULL, share, NULL);
}

void ok_handle_of_others(void) {
    pthread_cancel(shared_monitor);
}
