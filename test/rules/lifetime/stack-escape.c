// lifetime-stack-escape: the address of a local goes to a thread that may outlive the frame. Reported at the spawn.
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>

struct task {
    int fd;
    char name[16];
};

struct server {
    pthread_t thread;
    struct task task;
};

int prepare(struct task *task);
void run(void *arg);
void remember(pthread_t thread);

static void *worker(void *arg) {
    run(arg);
    return NULL;
}

static int c11_worker(void *arg) {
    run(arg);
    return 0;
}

int bad_detached_gets_a_local(int fd) {
    struct task task = {.fd = fd};
    pthread_t t;
    if (pthread_create(&t, NULL, worker, &task) != 0) { // expect: lifetime-stack-escape "task"
        return -1;
    }
    return pthread_detach(t); // threadlint: detached one short job
}

int bad_parameter_address(int fd) {
    pthread_t t;
    if (pthread_create(&t, NULL, worker, &fd) != 0) { // expect: lifetime-stack-escape "fd"
        return -1;
    }
    return pthread_detach(t); // threadlint: detached one short job
}

int bad_handle_returned(pthread_t *ret_thread, int fd) {
    struct task task = {.fd = fd};
    return pthread_create(ret_thread, NULL, worker, &task); // expect: lifetime-stack-escape "task"
}

int bad_handle_kept_in_a_struct(struct server *server, int fd) {
    struct task task;
    memset(&task, 0, sizeof task);
    task.fd = fd;
    if (pthread_create(&server->thread, NULL, worker, &task) != 0) { // expect: lifetime-stack-escape "task"
        return -1;
    }
    return 0;
}

int bad_array_decays(struct server *server) {
    char name[16] = "worker";
    return pthread_create(&server->thread, NULL, worker, name); // expect: lifetime-stack-escape "name"
}

int bad_pointer_variable(struct server *server, int fd) {
    struct task task = {.fd = fd};
    struct task *p = &task;
    return pthread_create(&server->thread, NULL, worker, p); // expect: lifetime-stack-escape "task"
}

int bad_inner_scope(int fd) {
    pthread_t t;
    {
        struct task task = {.fd = fd};
        if (pthread_create(&t, NULL, worker, &task) != 0) { // expect: lifetime-stack-escape "task"
            return -1;
        }
    }
    run(NULL);
    return pthread_join(t, NULL);
}

int bad_c11_detached(int fd) {
    struct task task = {.fd = fd};
    thrd_t t;
    if (thrd_create(&t, c11_worker, &task) != thrd_success) { // expect: lifetime-stack-escape "task"
        return -1;
    }
    return thrd_detach(t); // threadlint: detached one short job
}

int ok_joined_before_the_frame_dies(int fd) {
    struct task task = {.fd = fd};
    pthread_t t;
    if (pthread_create(&t, NULL, worker, &task) != 0) {
        return -1;
    }
    int rc = prepare(&task);
    pthread_join(t, NULL);
    return rc;
}

int ok_heap(struct server *server, int fd) {
    struct task *task = malloc(sizeof *task);
    if (task == NULL) {
        return -1;
    }
    task->fd = fd;
    if (pthread_create(&server->thread, NULL, worker, task) != 0) {
        free(task);
        return -1;
    }
    return 0;
}

int ok_static_local(struct server *server, int fd) {
    static struct task task;
    task.fd = fd;
    return pthread_create(&server->thread, NULL, worker, &task);
}

int ok_field_of_the_owner(struct server *server, int fd) {
    server->task.fd = fd;
    return pthread_create(&server->thread, NULL, worker, &server->task);
}

int ok_pointer_value_itself(struct server *server, struct task *task) {
    return pthread_create(&server->thread, NULL, worker, task);
}

int ok_number_as_argument(struct server *server, long fd) {
    return pthread_create(&server->thread, NULL, worker, (void *)fd);
}

int ok_no_argument(struct server *server) {
    int rc = pthread_create(&server->thread, NULL, worker, NULL);
    return rc;
}

int ok_array_of_tasks_joined(void) {
    struct task tasks[4] = {{0}};
    pthread_t pool[4];
    int started = 0;
    for (; started < 4; started++) {
        if (pthread_create(&pool[started], NULL, worker, &tasks[started]) != 0) {
            break;
        }
    }
    for (int i = 0; i < started; i++) {
        pthread_join(pool[i], NULL);
    }
    return started;
}

struct handover {
    struct task *task;
    sem_t taken;
};

static void *copying_worker(void *arg) {
    struct handover *h = arg;
    struct task copy = *h->task;
    sem_post(&h->taken);
    run(&copy);
    return NULL;
}

int ok_worker_copied_it(struct server *server, int fd) {
    struct task task = {.fd = fd};
    struct handover h = {.task = &task};
    if (sem_init(&h.taken, 0, 0) != 0) {
        return -1;
    }
    if (pthread_create(&server->thread, NULL, copying_worker, &h) != 0) {
        sem_destroy(&h.taken);
        return -1;
    }
    while (sem_wait(&h.taken) != 0) {
    }
    sem_destroy(&h.taken);
    return 0;
}

int ok_create_failed(int fd, struct server *server) {
    struct task task = {.fd = fd};
    if (prepare(&task) != 0) {
        return -1;
    }
    server->task = task;
    return pthread_create(&server->thread, NULL, worker, &server->task);
}

static void join(pthread_t t) {
    pthread_join(t, NULL);
}

int ok_joined_by_a_helper(int fd) {
    struct task task = {.fd = fd};
    pthread_t t;
    if (pthread_create(&t, NULL, worker, &task) != 0) {
        return -1;
    }
    join(t);
    return 0;
}
