// The TCP side: accepts connections and answers commands, one per line.
//
//     SET key value     GET key     DEL key     JOB name text     STATS     QUIT
#ifndef JOBD_SERVER_H
#define JOBD_SERVER_H

#include "store.h"
#include "workers.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct server {
    struct store store;
    struct worker_pool workers;

    int listener;
    pthread_t acceptor;

    pthread_mutex_t mu;
    pthread_cond_t changed; // stopping or active changed
    bool stopping;
    unsigned active; // connections

    atomic_ulong connections;
    atomic_ulong commands;
};

int server_init(struct server *s);
void server_release(struct server *s);

// Opens the listening socket on the loopback interface.
int server_listen(struct server *s, uint16_t port);

// Starts accepting in a thread of its own.
int server_start(struct server *s);

// Stops accepting, then waits until the last connection has ended.
void server_stop(struct server *s);

// Thread: writes a line of figures to the log every ten seconds until the server stops.
void *server_statistics(void *server);

// Tells the statistics thread and the connections to end.
void server_request_stop(struct server *s);

#endif
