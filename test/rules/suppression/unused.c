// suppression-unused: a suppression comment that names rules of threadlint and suppresses nothing. Reported at the comment.
// program: whole
#include <pthread.h>

struct queue {
    pthread_mutex_t mu;
    int count;
};

int check(int value);

int bad_nothing_to_suppress(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    int count = q->count;
    pthread_mutex_unlock(&q->mu);
    return count; // NOLINT(threadlint-shared-state-lock-leak) was one once // expect: suppression-unused "shared-state-lock-leak"
}

int bad_wrong_rule(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    if (check(q->count) != 0) {
        return -1; // NOLINT(threadlint-shared-state-*, threadlint-lifetime-double-join) r // expect: suppression-unused "lifetime-double-join"
    }
    pthread_mutex_unlock(&q->mu);
    return 0;
}

int bad_wrong_line(struct queue *q) {
    // expect@+1: suppression-unused "shared-state-double-lock"
    // NOLINTNEXTLINE(threadlint-shared-state-double-lock): taken once
    pthread_mutex_lock(&q->mu);
    int count = q->count;
    pthread_mutex_unlock(&q->mu);
    return count;
}

int bad_unknown_rule(int value) {
    // expect@+1: suppression-unused "did you mean"
    // threadlint: ignore[shared-state-lockleak] typing error
    return check(value);
}

// expect@+1: suppression-unused "channel-double-close"
// NOLINTBEGIN(threadlint-channel-double-close)
int bad_block(int value) {
    return check(value);
}
// NOLINTEND(threadlint-channel-double-close)

int bad_own_form(int value) {
    int rc = check(value); // threadlint: ignore[shared-state-unlock-not-held] r // expect: suppression-unused "shared-state-unlock-not-held"
    return rc;
}

int ok_used(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    if (check(q->count) != 0) {
        return -1; // NOLINT(threadlint-shared-state-lock-leak) the caller unlocks on failure
    }
    pthread_mutex_unlock(&q->mu);
    return 0;
}

int ok_used_next_line(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    if (check(q->count) != 0) {
        // NOLINTNEXTLINE(threadlint-shared-state-lock-leak): the caller unlocks on failure
        return -1;
    }
    pthread_mutex_unlock(&q->mu);
    return 0;
}

int ok_used_own_form(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    if (check(q->count) != 0) {
        // threadlint: ignore[shared-state-lock-leak] the caller unlocks on failure
        return -1;
    }
    pthread_mutex_unlock(&q->mu);
    return 0;
}

// NOLINTBEGIN(threadlint-shared-state-lock-leak) callers unlock on failure
int ok_used_block(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    if (check(q->count) != 0) {
        return -1;
    }
    pthread_mutex_unlock(&q->mu);
    return 0;
}
// NOLINTEND(threadlint-shared-state-lock-leak)

int ok_bare(int value) {
    return check(value); // NOLINT
}

int ok_another_tool(int value) {
    return check(value); // NOLINT(readability-magic-numbers, bugprone-*)
}

const char *ok_in_a_string(void) {
    return "// NOLINT(threadlint-shared-state-lock-leak)";
}

// Plain prose about the threadlint: ignored comments and the NOLINTs of others are left alone.
int ok_prose(int value) {
    return check(value);
}
