// lifetime-loop-variable: the address of a loop variable or of a reused slot goes to threads started in that loop: the next
// iteration changes what the thread reads. Reported at the spawn.
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <threads.h>

struct task {
    int number;
};

struct server {
    pthread_t pool[4];
    struct task task;
    struct task tasks[4];
};

void run(void *arg);
int next_fd(void);

static void *worker(void *arg) {
    run(arg);
    return NULL;
}

static int c11_worker(void *arg) {
    run(arg);
    return 0;
}

static void join_all(pthread_t *pool, int count) {
    for (int i = 0; i < count; i++) {
        pthread_join(pool[i], NULL);
    }
}

void bad_address_of_the_index(void) {
    pthread_t pool[4];
    int i;
    for (i = 0; i < 4; i++) {
        if (pthread_create(&pool[i], NULL, worker, &i) != 0) { // expect: lifetime-loop-variable "i"
            break;
        }
    }
    int started = i;
    join_all(pool, started);
}

void bad_one_task_for_all(void) {
    pthread_t pool[4];
    struct task task;
    int started = 0;
    for (; started < 4; started++) {
        task.number = started;
        if (pthread_create(&pool[started], NULL, worker, &task) != 0) { // expect: lifetime-loop-variable "task"
            break;
        }
    }
    join_all(pool, started);
}

void bad_slot_of_the_owner(struct server *server) {
    for (int i = 0; i < 4; i++) {
        server->task.number = i;
        if (pthread_create(&server->pool[i], NULL, worker, &server->task) != 0) { // miss: lifetime-loop-variable the slot is reached through a pointer
            return;
        }
    }
}

void bad_while_loop(void) {
    pthread_t pool[3];
    int number = 0;
    while (number < 3) {
        if (pthread_create(&pool[number], NULL, worker, &number) != 0) { // expect: lifetime-loop-variable "number"
            break;
        }
        number++;
    }
    int started = number;
    join_all(pool, started);
}

void bad_static_slot(struct server *server) {
    static struct task task;
    for (int i = 0; i < 4; i++) {
        task.number = i;
        if (pthread_create(&server->pool[i], NULL, worker, &task) != 0) { // expect: lifetime-loop-variable "task"
            return;
        }
    }
}

void bad_c11(void) {
    thrd_t pool[4];
    int i;
    for (i = 0; i < 4; i++) {
        if (thrd_create(&pool[i], c11_worker, &i) != thrd_success) { // expect: lifetime-loop-variable "i"
            break;
        }
    }
    int started = i;
    for (int k = 0; k < started; k++) {
        thrd_join(pool[k], NULL);
    }
}

void bad_pointer_to_the_slot(void) {
    pthread_t pool[4];
    struct task task;
    struct task *p = &task;
    int started = 0;
    for (; started < 4; started++) {
        p->number = started;
        if (pthread_create(&pool[started], NULL, worker, p) != 0) { // miss: lifetime-loop-variable the slot is changed through a pointer
            break;
        }
    }
    join_all(pool, started);
}

void ok_one_slot_each(void) {
    pthread_t pool[4];
    struct task tasks[4];
    int started = 0;
    for (; started < 4; started++) {
        tasks[started].number = started;
        if (pthread_create(&pool[started], NULL, worker, &tasks[started]) != 0) {
            break;
        }
    }
    join_all(pool, started);
}

void ok_slot_by_arithmetic(struct server *server) {
    for (int i = 0; i < 4; i++) {
        server->tasks[i].number = i;
        if (pthread_create(server->pool + i, NULL, worker, server->tasks + i) != 0) {
            return;
        }
    }
}

void ok_number_as_pointer(struct server *server) {
    for (intptr_t i = 0; i < 4; i++) {
        if (pthread_create(&server->pool[i], NULL, worker, (void *)i) != 0) {
            return;
        }
    }
}

void ok_heap_each(struct server *server) {
    for (int i = 0; i < 4; i++) {
        struct task *task = malloc(sizeof *task);
        if (task == NULL) {
            return;
        }
        task->number = i;
        if (pthread_create(&server->pool[i], NULL, worker, task) != 0) {
            free(task);
            return;
        }
    }
}

void ok_joined_in_the_iteration(void) {
    for (int i = 0; i < 4; i++) {
        pthread_t t;
        if (pthread_create(&t, NULL, worker, &i) != 0) {
            return;
        }
        pthread_join(t, NULL);
    }
}

struct handover {
    int number;
    sem_t taken;
};

static void *copying_worker(void *arg) {
    struct handover *h = arg;
    int number = h->number;
    sem_post(&h->taken);
    run(&number);
    return NULL;
}

void ok_handshake(void) {
    pthread_t pool[4];
    struct handover h;
    int started = 0;
    if (sem_init(&h.taken, 0, 0) != 0) {
        return;
    }
    for (; started < 4; started++) {
        h.number = started;
        if (pthread_create(&pool[started], NULL, copying_worker, &h) != 0) {
            break;
        }
        while (sem_wait(&h.taken) != 0) {
        }
    }
    join_all(pool, started);
    sem_destroy(&h.taken);
}

void ok_shared_and_never_changed(void) {
    pthread_t pool[4];
    struct task task = {.number = 7};
    int started = 0;
    for (; started < 4; started++) {
        if (pthread_create(&pool[started], NULL, worker, &task) != 0) {
            break;
        }
    }
    join_all(pool, started);
}

void ok_only_one_thread(struct server *server) {
    for (int i = 0; i < 4; i++) {
        server->task.number = i;
        if (i == 2) {
            if (pthread_create(&server->pool[0], NULL, worker, &server->task) == 0) {
                return;
            }
        }
    }
}

void ok_pointer_advances(struct server *server) {
    struct task *task = server->tasks;
    for (int i = 0; i < 4; i++, task++) {
        task->number = i;
        if (pthread_create(&server->pool[i], NULL, worker, task) != 0) {
            return;
        }
    }
}
