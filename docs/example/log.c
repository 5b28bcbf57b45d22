#include "log.h"

#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

static pthread_mutex_t log_mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t log_wake = PTHREAD_COND_INITIALIZER;
static FILE *log_file;
static char log_path[PATH_MAX];
static bool flusher_stop;

int log_open(const char *path) {
    pthread_mutex_lock(&log_mu);
    snprintf(log_path, sizeof log_path, "%s", path);
    log_file = fopen(log_path, "a");
    int rc = log_file == NULL ? -1 : 0;
    pthread_mutex_unlock(&log_mu);
    return rc;
}

void log_write(const char *format, ...) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);

    va_list args;
    va_start(args, format);
    pthread_mutex_lock(&log_mu);
    if (log_file != NULL) {
        fprintf(log_file, "%lld.%03ld ", (long long)now.tv_sec, now.tv_nsec / 1000000);
        vfprintf(log_file, format, args);
        fputc('\n', log_file);
    }
    pthread_mutex_unlock(&log_mu);
    va_end(args);
}

int log_rotate(void) {
    char old_path[PATH_MAX + 2];
    int rc = -1;

    pthread_mutex_lock(&log_mu);
    if (log_file == NULL) {
        pthread_mutex_unlock(&log_mu);
        goto out;
    }
    fclose(log_file);
    snprintf(old_path, sizeof old_path, "%s.1", log_path);
    rename(log_path, old_path);
    log_file = fopen(log_path, "a");
    if (log_file != NULL) {
        rc = 0;
    }
out:
    pthread_mutex_unlock(&log_mu);
    return rc;
}

void *log_flusher(void *unused) {
    (void)unused;
    pthread_mutex_lock(&log_mu);
    while (!flusher_stop) {
        struct timespec deadline;
        clock_gettime(CLOCK_REALTIME, &deadline);
        deadline.tv_sec += 1;
        pthread_cond_timedwait(&log_wake, &log_mu, &deadline);
        if (log_file != NULL) {
            fflush(log_file);
        }
    }
    pthread_mutex_unlock(&log_mu);
    return NULL;
}

void log_stop_flusher(void) {
    pthread_mutex_lock(&log_mu);
    flusher_stop = true;
    pthread_cond_signal(&log_wake);
    pthread_mutex_unlock(&log_mu);
}

void log_close(void) {
    pthread_mutex_lock(&log_mu);
    if (log_file != NULL) {
        fclose(log_file);
        log_file = NULL;
    }
    pthread_mutex_unlock(&log_mu);
}
