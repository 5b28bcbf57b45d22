// tests-untested-error: a worker keeps that it failed, and what tests come to never looks. Reported where it is kept.
// rules: tests-untested-error
// profile: review
// program: whole
#include <fcntl.h>
#include <pthread.h>
#include <stddef.h>
#include <unistd.h>

struct load {
    pthread_t thread;
    const char *path;
    int error;
    int code;
};

static void *bad_read(void *arg) {
    struct load *l = arg;
    int fd = open(l->path, O_RDONLY);
    if (fd < 0) {
        l->error = 1; // expect: tests-untested-error "looks at 'load::error'"
        return NULL;
    }
    close(fd);
    return NULL;
}

int load_start(struct load *l) {
    return pthread_create(&l->thread, NULL, bad_read, l);
}

int load_error(const struct load *l) {
    return l->error;
}

static void *ok_read(void *arg) {
    struct load *l = arg;
    int fd = open(l->path, O_RDONLY);
    if (fd < 0) {
        l->code = 1;
        return NULL;
    }
    close(fd);
    return NULL;
}

int code_start(struct load *l) {
    return pthread_create(&l->thread, NULL, ok_read, l);
}

int load_code(const struct load *l) {
    return l->code;
}

int test_load(struct load *l) {
    return load_start(l) == 0 && pthread_join(l->thread, NULL) == 0;
}

int test_code(struct load *l) {
    return code_start(l) == 0 && pthread_join(l->thread, NULL) == 0 && load_code(l) == 0;
}
