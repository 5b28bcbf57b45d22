// jobd: a small key-value and job server. Starts everything, waits for a signal, stops everything in reverse order.
#include "log.h"
#include "server.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static struct server server;

// SIGHUP rotates the log; SIGINT and SIGTERM end the wait.
static void wait_for_the_end(const sigset_t *signals) {
    int number = 0;
    while (sigwait(signals, &number) == 0) {
        if (number != SIGHUP) {
            log_write("signal %d: stopping", number);
            return;
        }
        if (log_rotate() != 0) {
            log_write("cannot rotate the log");
        }
    }
}

static int run(uint16_t port, const sigset_t *signals) {
    pthread_t statistics;
    pthread_t flusher;
    int rc = -1;

    if (pthread_create(&statistics, NULL, server_statistics, &server) != 0) {
        return -1;
    }
    if (server_listen(&server, port) != 0) {
        log_write("cannot listen on port %u", (unsigned)port);
        return -1;
    }
    if (pthread_create(&flusher, NULL, log_flusher, NULL) != 0) {
        log_write("cannot start the log flusher");
    }
    if (workers_start(&server.workers, &server.store) != 0) {
        server_request_stop(&server);
    } else if (server_start(&server) != 0) {
        log_write("cannot start accepting");
        server_request_stop(&server);
    } else {
        log_write("listening on port %u", (unsigned)port);
        wait_for_the_end(signals);
        server_stop(&server);
        rc = 0;
    }
    workers_stop(&server.workers);
    log_stop_flusher();
    pthread_join(flusher, NULL);
    pthread_join(statistics, NULL);
    return rc;
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: jobd PORT LOGFILE\n");
        return 2;
    }
    long port = strtol(argv[1], NULL, 10);
    if (port <= 0 || port > 65535 || log_open(argv[2]) != 0 || server_init(&server) != 0) {
        fprintf(stderr, "jobd: cannot start\n");
        return 2;
    }
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL); // inherited by all threads: only sigwait gets them

    int rc = run((uint16_t)port, &signals);
    server_release(&server);
    log_close();
    return rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
