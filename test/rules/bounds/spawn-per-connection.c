// bounds-spawn-per-connection: an accept or receive loop starts a thread each time without limit. Reported at the spawn.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <threads.h>
#include <unistd.h>

enum { MAX_CLIENTS = 64 };

struct client {
    int fd;
};

void serve(int fd);
void enqueue(int fd);

static atomic_int active;
static sem_t slots;

static void *client_thread(void *arg) {
    struct client *client = arg;
    serve(client->fd);
    close(client->fd);
    free(client);
    return NULL;
}

static void *fd_thread(void *arg) {
    int fd = (int)(intptr_t)arg;
    serve(fd);
    close(fd);
    return NULL;
}

static int c11_thread(void *arg) {
    int fd = (int)(intptr_t)arg;
    serve(fd);
    close(fd);
    return 0;
}

static void *counted_thread(void *arg) {
    int fd = (int)(intptr_t)arg;
    serve(fd);
    close(fd);
    atomic_fetch_sub(&active, 1);
    return NULL;
}

static void *slot_thread(void *arg) {
    int fd = (int)(intptr_t)arg;
    serve(fd);
    close(fd);
    sem_post(&slots);
    return NULL;
}

void bad_detached(int listener) {
    for (;;) {
        pthread_t t;
        int fd = accept(listener, NULL, NULL);
        if (fd < 0) {
            return;
        }
        if (pthread_create(&t, NULL, fd_thread, (void *)(intptr_t)fd) != 0) { // expect: bounds-spawn-per-connection "every connection"
            close(fd);
            continue;
        }
        pthread_detach(t); // threadlint: detached ends with its connection
    }
}

void bad_heap_argument(int listener, const bool *stop) {
    while (!*stop) {
        pthread_t t;
        struct client *client = malloc(sizeof *client);
        if (client == NULL) {
            return;
        }
        client->fd = accept(listener, NULL, NULL);
        if (client->fd < 0) {
            free(client);
            return;
        }
        if (pthread_create(&t, NULL, client_thread, client) != 0) { // expect: bounds-spawn-per-connection "every connection"
            close(client->fd);
            free(client);
            return;
        }
        pthread_detach(t); // threadlint: detached ends with its connection
    }
}

void bad_in_the_condition(int listener) {
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
        pthread_t t;
        if (pthread_create(&t, NULL, fd_thread, (void *)(intptr_t)fd) != 0) { // expect: bounds-spawn-per-connection "every connection"
            close(fd);
            return;
        }
        pthread_detach(t); // threadlint: detached ends with its connection
    }
}

void bad_datagrams(int socket_fd) {
    char byte;
    while (recv(socket_fd, &byte, 1, 0) == 1) {
        pthread_t t;
        if (pthread_create(&t, NULL, fd_thread, (void *)(intptr_t)dup(socket_fd)) != 0) { // expect: bounds-spawn-per-connection "every connection"
            return;
        }
        pthread_detach(t); // threadlint: detached one datagram each
    }
}

void bad_detached_attribute(int listener) {
    pthread_attr_t attr;
    if (pthread_attr_init(&attr) != 0) {
        return;
    }
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    for (;;) {
        pthread_t t;
        int fd = accept(listener, NULL, NULL);
        if (fd < 0) {
            break;
        }
        // threadlint: detached ends with its connection
        if (pthread_create(&t, &attr, fd_thread, (void *)(intptr_t)fd) != 0) { // expect: bounds-spawn-per-connection "every connection"
            close(fd);
        }
    }
    pthread_attr_destroy(&attr);
}

void bad_c11(int listener) {
    for (;;) {
        thrd_t t;
        int fd = accept(listener, NULL, NULL);
        if (fd < 0) {
            return;
        }
        if (thrd_create(&t, c11_thread, (void *)(intptr_t)fd) != thrd_success) { // expect: bounds-spawn-per-connection "every connection"
            close(fd);
            continue;
        }
        thrd_detach(t); // threadlint: detached ends with its connection
    }
}

static int start_client(int fd) {
    pthread_t t;
    if (pthread_create(&t, NULL, fd_thread, (void *)(intptr_t)fd) != 0) {
        return -1;
    }
    pthread_detach(t); // threadlint: detached ends with its connection
    return 0;
}

void bad_spawned_by_a_helper(int listener) {
    int fd;
    while ((fd = accept(listener, NULL, NULL)) >= 0) {
        if (start_client(fd) != 0) { // expect: bounds-spawn-per-connection "every connection"
            close(fd);
        }
    }
}

void ok_counter(int listener) {
    for (;;) {
        pthread_t t;
        int fd = accept(listener, NULL, NULL);
        if (fd < 0) {
            return;
        }
        if (atomic_load(&active) >= MAX_CLIENTS) {
            close(fd);
            continue;
        }
        atomic_fetch_add(&active, 1);
        if (pthread_create(&t, NULL, counted_thread, (void *)(intptr_t)fd) != 0) {
            atomic_fetch_sub(&active, 1);
            close(fd);
            continue;
        }
        pthread_detach(t); // threadlint: detached ends with its connection
    }
}

void ok_semaphore(int listener) {
    for (;;) {
        pthread_t t;
        while (sem_wait(&slots) != 0) {
        }
        int fd = accept(listener, NULL, NULL);
        if (fd < 0) {
            sem_post(&slots);
            return;
        }
        if (pthread_create(&t, NULL, slot_thread, (void *)(intptr_t)fd) != 0) {
            sem_post(&slots);
            close(fd);
            continue;
        }
        pthread_detach(t); // threadlint: detached ends with its connection
    }
}

void ok_queue(int listener) {
    int fd;
    while ((fd = accept(listener, NULL, NULL)) >= 0) {
        enqueue(fd);
    }
}

void ok_served_here(int listener) {
    int fd;
    while ((fd = accept(listener, NULL, NULL)) >= 0) {
        serve(fd);
        close(fd);
    }
}

void ok_joined_each_time(int listener) {
    int fd;
    while ((fd = accept(listener, NULL, NULL)) >= 0) {
        pthread_t t;
        if (pthread_create(&t, NULL, fd_thread, (void *)(intptr_t)fd) != 0) {
            close(fd);
            return;
        }
        pthread_join(t, NULL);
    }
}

void ok_one_connection(int listener) {
    pthread_t t;
    int fd = accept(listener, NULL, NULL);
    if (fd < 0) {
        return;
    }
    if (pthread_create(&t, NULL, fd_thread, (void *)(intptr_t)fd) != 0) {
        close(fd);
        return;
    }
    pthread_join(t, NULL);
}

void ok_acceptor_retries(int listener) {
    pthread_t t;
    int fd;
    do {
        fd = accept(listener, NULL, NULL);
    } while (fd < 0 && errno == EINTR);
    if (fd < 0) {
        return;
    }
    if (pthread_create(&t, NULL, fd_thread, (void *)(intptr_t)fd) == 0) {
        pthread_detach(t); // threadlint: detached ends with its connection
    } else {
        close(fd);
    }
}

void ok_table_of_clients(int listener, pthread_t *threads) {
    int count = 0;
    while (count < MAX_CLIENTS) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0) {
            return;
        }
        if (pthread_create(&threads[count], NULL, fd_thread, (void *)(intptr_t)fd) != 0) {
            close(fd);
            continue;
        }
        count++;
    }
}

static int running;
static pthread_mutex_t running_mu = PTHREAD_MUTEX_INITIALIZER;

static bool take_place(void) {
    pthread_mutex_lock(&running_mu);
    bool free_place = running < MAX_CLIENTS;
    if (running < MAX_CLIENTS) {
        running++;
    }
    pthread_mutex_unlock(&running_mu);
    return free_place;
}

void ok_counted_in_a_helper(int listener) {
    int fd;
    while ((fd = accept(listener, NULL, NULL)) >= 0) {
        if (!take_place()) {
            close(fd);
            continue;
        }
        if (start_client(fd) != 0) {
            close(fd);
        }
    }
}

// Two threads for each connection: the loop around decides.
void bad_two_threads_each(int listener) {
    int fd;
    while ((fd = accept(listener, NULL, NULL)) >= 0) {
        for (int i = 0; i != 2; i++) {
            pthread_t t;
            if (pthread_create(&t, NULL, fd_thread, (void *)(intptr_t)dup(fd)) != 0) { // expect: bounds-spawn-per-connection "every connection"
                break;
            }
            pthread_detach(t); // threadlint: detached ends with its connection
        }
        close(fd);
    }
}
