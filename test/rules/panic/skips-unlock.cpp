// panic-skips-unlock: an exception passes between a lock taken by hand and its release.
// rules: panic-skips-unlock
#include <mutex>
#include <pthread.h>
#include <stdexcept>

static std::mutex m;
static pthread_mutex_t pm = PTHREAD_MUTEX_INITIALIZER;
static int total;

static int check(int n) {
    if (n < 0) {
        throw std::invalid_argument("n");
    }
    return n;
}

static int check_twice(int n) {
    return check(n) + check(n + 1);
}

static int safe(int n) noexcept {
    return check(n);
}

static int swallow(int n) {
    try {
        return check(n);
    } catch (const std::exception &) {
        return 0;
    }
}

void bad_between_lock_and_unlock(int n) {
    m.lock();
    total += check(n); // expect: panic-skips-unlock "m"
    m.unlock();
}

void bad_two_calls_away(int n) {
    pthread_mutex_lock(&pm);
    total += check_twice(n); // expect: panic-skips-unlock "pm"
    pthread_mutex_unlock(&pm);
}

void bad_in_a_loop(int n) {
    for (int i = 0; i < n; i++) {
        m.lock();
        total += check(i); // expect: panic-skips-unlock "m"
        m.unlock();
    }
}

void ok_guard(int n) {
    std::lock_guard<std::mutex> guard(m);
    total += check(n);
}

void ok_unique_lock_locked_by_hand(int n) {
    std::unique_lock<std::mutex> lock(m, std::defer_lock);
    lock.lock();
    total += check(n);
    lock.unlock();
}

void ok_handler_unlocks(int n) {
    m.lock();
    try {
        total += check(n);
    } catch (...) {
        m.unlock();
        throw;
    }
    m.unlock();
}

void ok_called_before(int n) {
    int x = check(n);
    m.lock();
    total += x;
    m.unlock();
}

void ok_called_after(int n) {
    m.lock();
    int x = total;
    m.unlock();
    check(n + x);
}

void ok_nothing_leaves_the_callee(int n) {
    m.lock();
    total += safe(n) + swallow(n);
    m.unlock();
}
