#include "checker/drive/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

double progress_now(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void progress_begin(struct progress *p, bool wanted, uint32_t total) {
    *p = (struct progress){
        .on = wanted && isatty(STDERR_FILENO), .total = total, .start = progress_now()};
}

// The name's last 40 bytes, control characters replaced.
static void put_name(struct str name) {
    size_t from = name.len > 40 ? name.len - 40 : 0;
    for (size_t i = from; i < name.len; i++) {
        unsigned char c = (unsigned char)name.ptr[i];
        (void)fputc(c < 0x20 || c == 0x7f ? '?' : c, stderr);
    }
}

void progress_step(struct progress *p, struct str name) {
    p->done++;
    if (p->on_step) {
        p->on_step(p->ctx, p->done, p->total);
    }
    double now = progress_now();
    if (!p->on || (now - p->shown < 0.1 && p->done < p->total)) {
        return;
    }
    p->shown = now;
    double left = (now - p->start) / (double)p->done * (double)(p->total - p->done);
    (void)fprintf(stderr, "\r\033[K[%u/%u] ", p->done, p->total);
    put_name(name);
    if (now - p->start > 1 && p->done < p->total) {
        (void)fprintf(stderr, "  %.0f s left", left < 1 ? 1 : left);
    }
    (void)fflush(stderr);
}

void progress_phase(struct progress *p, const char *phase) {
    if (p->on) {
        (void)fprintf(stderr, "\r\033[K%s", phase);
        (void)fflush(stderr);
    }
}

void progress_end(struct progress *p) {
    if (p->on) {
        (void)fputs("\r\033[K", stderr);
        (void)fflush(stderr);
    }
}
