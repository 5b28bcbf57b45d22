// shared-state-unlock-not-held in C++: manual unlock beside a guard, second unlock of a unique_lock. Reported at the unlock.
#include <mutex>
#include <shared_mutex>
#include <utility>

int check(int value);

static std::mutex mu;
static std::shared_mutex shared_mu;
static int counter;

void bad_guard_unlocked_by_hand() {
    std::lock_guard<std::mutex> guard(mu);
    counter++;
    mu.unlock();
} // expect: shared-state-unlock-not-held "mu"

void bad_unlocked_twice() {
    mu.lock();
    counter++;
    mu.unlock();
    mu.unlock(); // expect: shared-state-unlock-not-held "mu"
}

void bad_unique_lock_twice() {
    std::unique_lock<std::mutex> guard(mu);
    counter++;
    guard.unlock();
    if (check(1) != 0) {
        guard.unlock(); // expect: shared-state-unlock-not-held "mu"
    }
}

void bad_shared_twice() {
    shared_mu.lock_shared();
    check(counter);
    shared_mu.unlock_shared();
    shared_mu.unlock_shared(); // expect: shared-state-unlock-not-held "shared_mu"
}

void bad_error_branch() {
    mu.lock();
    if (check(counter) != 0) {
        mu.unlock();
    }
    mu.unlock(); // expect: shared-state-unlock-not-held "mu"
}

void bad_unlocked_in_the_loop() {
    mu.lock();
    for (int i = 0; i < 3; i++) {
        counter++;
        mu.unlock(); // expect: shared-state-unlock-not-held "mu"
    }
}

void ok_guard() {
    std::lock_guard<std::mutex> guard(mu);
    counter++;
}

void ok_unique_lock_unlocked_early() {
    std::unique_lock<std::mutex> guard(mu);
    counter++;
    guard.unlock();
    check(1);
}

void ok_unique_lock_relocked() {
    std::unique_lock<std::mutex> guard(mu);
    counter++;
    guard.unlock();
    check(1);
    guard.lock();
    counter--;
}

void ok_deferred_and_never_locked(bool wanted) {
    std::unique_lock<std::mutex> guard(mu, std::defer_lock);
    if (wanted) {
        guard.lock();
    }
    check(1);
}

void ok_owns_lock_is_asked(bool early) {
    std::unique_lock<std::mutex> guard(mu);
    if (early) {
        guard.unlock();
    }
    check(1);
    if (guard.owns_lock()) {
        guard.unlock();
    }
}

void ok_released() {
    std::unique_lock<std::mutex> guard(mu);
    guard.release();
    counter++;
    mu.unlock();
}

void ok_moved_from_is_empty() {
    std::unique_lock<std::mutex> guard(mu);
    std::unique_lock<std::mutex> other = std::move(guard);
    counter++;
}

void ok_try_to_lock() {
    std::unique_lock<std::mutex> guard(mu, std::try_to_lock);
    if (guard) {
        counter++;
    }
}

void ok_parameter(std::unique_lock<std::mutex> &guard) {
    guard.unlock();
    check(1);
    guard.lock();
}

class Lockable {
  public:
    void lock() { mu_.lock(); }
    void unlock() { mu_.unlock(); }

  private:
    std::mutex mu_;
};

void ok_adopted(Lockable &lockable) {
    lockable.lock();
    std::lock_guard<Lockable> guard(lockable, std::adopt_lock);
    check(1);
}
