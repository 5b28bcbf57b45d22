// shared-state-trylock-ignored in C++: try_lock gives true on success. Reported at the try.
// rules: shared-state-trylock-ignored
#include <cassert>
#include <chrono>
#include <mutex>
#include <shared_mutex>

int check(int value);

static std::mutex mu;
static std::timed_mutex timed_mu;
static std::shared_mutex shared_mu;
static int counter;

void bad_ignored() {
    mu.try_lock(); // expect: shared-state-trylock-ignored "mu"
    counter++;
    mu.unlock();
}

void bad_wrong_sense() {
    if (!mu.try_lock()) { // expect: shared-state-trylock-ignored "mu"
        counter++;
        mu.unlock();
    }
}

void bad_c_habit() {
    if (mu.try_lock() == 0) { // expect: shared-state-trylock-ignored "mu"
        counter++;
        mu.unlock();
    }
}

void bad_timed_ignored() {
    timed_mu.try_lock_for(std::chrono::milliseconds(10)); // expect: shared-state-trylock-ignored "timed_mu"
    counter++;
    timed_mu.unlock();
}

void bad_shared_ignored() {
    shared_mu.try_lock_shared(); // expect: shared-state-trylock-ignored "shared_mu"
    check(counter);
    shared_mu.unlock_shared();
}

void bad_guard_not_asked() {
    std::unique_lock<std::mutex> guard(mu, std::try_to_lock); // expect: shared-state-trylock-ignored "mu"
    counter++;
}

void bad_timed_guard_not_asked() {
    std::unique_lock<std::timed_mutex> guard(timed_mu, std::chrono::milliseconds(10)); // expect: shared-state-trylock-ignored "timed_mu"
    counter++;
}

void bad_shared_guard_not_asked() {
    std::shared_lock<std::shared_mutex> guard(shared_mu, std::try_to_lock); // expect: shared-state-trylock-ignored "shared_mu"
    check(counter);
}

void bad_guard_try_ignored() {
    std::unique_lock<std::mutex> guard(mu, std::defer_lock);
    (void)guard.try_lock(); // expect: shared-state-trylock-ignored "mu"
    counter++;
}

void ok_tested() {
    if (mu.try_lock()) {
        counter++;
        mu.unlock();
    }
}

void ok_early_return() {
    if (!mu.try_lock()) {
        return;
    }
    counter++;
    mu.unlock();
}

void ok_guard_asked() {
    std::unique_lock<std::mutex> guard(mu, std::try_to_lock);
    if (guard.owns_lock()) {
        counter++;
    }
}

void ok_guard_converted() {
    std::unique_lock<std::mutex> guard(mu, std::try_to_lock);
    if (!guard) {
        return;
    }
    counter++;
}

void ok_variable() {
    const bool held = mu.try_lock();
    check(held);
    if (held) {
        mu.unlock();
    }
}

void ok_asserted() {
    bool held = mu.try_lock();
    assert(held);
    counter++;
    if (held) {
        mu.unlock();
    }
}

bool ok_returned() {
    return mu.try_lock();
}

std::unique_lock<std::mutex> ok_guard_returned() {
    std::unique_lock<std::mutex> guard(mu, std::try_to_lock);
    return guard;
}

void ok_loop() {
    while (!timed_mu.try_lock_for(std::chrono::milliseconds(10))) {
        check(1);
    }
    counter++;
    timed_mu.unlock();
}
