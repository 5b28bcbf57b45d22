// Semaphores have no owner, and neither have pipes used as tokens: who takes need not give back, and others may.
// profile: review
#include <semaphore.h>
#include <stdlib.h>
#include <unistd.h>

void work(void);

void ok_taken_by_one(sem_t *slots) {
    sem_wait(slots);
    work();
}

void ok_given_by_another(sem_t *slots) {
    sem_post(slots);
}

int ok_taken_on_one_path(sem_t *slots, int fd) {
    sem_wait(slots);
    if (fd < 0) {
        return -1;
    }
    sem_post(slots);
    return 0;
}

void ok_taken_twice(sem_t *slots) {
    sem_wait(slots);
    sem_wait(slots);
}

void ok_token(const int *pipe_fds) {
    char token;
    if (read(pipe_fds[0], &token, 1) == 1) {
        work();
    }
}

void ok_token_back(const int *pipe_fds) {
    if (write(pipe_fds[1], "x", 1) != 1) {
        abort();
    }
}
