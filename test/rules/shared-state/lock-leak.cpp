// shared-state-lock-leak in C++: manual lock() left on a path, by return or by throw. Guards are silent however they are used.
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <shared_mutex>
#include <stdexcept>
#include <utility>
#include <vector>

int check(int value);

class Table {
  public:
    int bad_early_return(int value);
    int bad_throw(int value);
    int bad_break();
    int ok_lock_guard(int value);
    int ok_unique_lock(int value);
    std::unique_lock<std::mutex> ok_guard_is_returned();
    void lock();
    void unlock();

  private:
    std::mutex mu_;
    std::shared_mutex index_mu_;
    std::condition_variable ready_;
    int count_ = 0;
    std::vector<int> rows_;
};

static std::mutex global_mu;
static std::timed_mutex timed_mu;
static std::shared_mutex shared_mu;
static int counter;

int Table::bad_early_return(int value) {
    mu_.lock();
    if (value < 0) {
        return -1; // expect: shared-state-lock-leak "mu_"
    }
    count_ = value;
    mu_.unlock();
    return 0;
}

int Table::bad_throw(int value) {
    mu_.lock();
    if (value < 0) {
        throw std::invalid_argument("value"); // expect: shared-state-lock-leak "mu_"
    }
    count_ = value;
    mu_.unlock();
    return 0;
}

int Table::bad_break() {
    int sum = 0;
    for (int row : rows_) {
        mu_.lock();
        if (row < 0) {
            break;
        }
        sum += row;
        mu_.unlock();
    }
    return sum; // miss: shared-state-lock-leak the summary of a lock of this kind blends the two exits
}

int bad_shared_lock(int value) {
    shared_mu.lock_shared();
    if (value == counter) {
        return 1; // expect: shared-state-lock-leak "shared_mu"
    }
    shared_mu.unlock_shared();
    return 0;
}

int bad_try_lock(int value) {
    if (!global_mu.try_lock()) {
        return -1;
    }
    if (value < 0) {
        return -2; // expect: shared-state-lock-leak "global_mu"
    }
    counter = value;
    global_mu.unlock();
    return 0;
}

int bad_released_from_its_guard(int value) {
    std::unique_lock<std::mutex> guard(global_mu);
    guard.release();
    if (value < 0) {
        return -1; // expect: shared-state-lock-leak "global_mu"
    }
    counter = value;
    global_mu.unlock();
    return 0;
}

int Table::ok_lock_guard(int value) {
    std::lock_guard<std::mutex> guard(mu_);
    if (value < 0) {
        throw std::invalid_argument("value");
    }
    count_ = value;
    return 0;
}

int Table::ok_unique_lock(int value) {
    std::unique_lock<std::mutex> guard(mu_);
    if (value < 0) {
        return -1;
    }
    guard.unlock();
    check(value);
    guard.lock();
    count_ = value;
    return 0;
}

std::unique_lock<std::mutex> Table::ok_guard_is_returned() {
    std::unique_lock<std::mutex> guard(mu_);
    count_++;
    return guard;
}

void Table::lock() {
    mu_.lock();
}

void Table::unlock() {
    mu_.unlock();
}

int ok_lockable_class(Table &table, int value) {
    std::lock_guard<Table> guard(table);
    return check(value);
}

int ok_adopted(int value) {
    global_mu.lock();
    std::lock_guard<std::mutex> guard(global_mu, std::adopt_lock);
    if (value < 0) {
        return -1;
    }
    counter = value;
    return 0;
}

int ok_std_lock_and_adopt(std::mutex &a, std::mutex &b, int value) {
    std::lock(a, b);
    std::lock_guard<std::mutex> guard_a(a, std::adopt_lock);
    std::lock_guard<std::mutex> guard_b(b, std::adopt_lock);
    return value < 0 ? -1 : check(value);
}

int ok_deferred(std::mutex &a, std::mutex &b, int value) {
    std::unique_lock<std::mutex> guard_a(a, std::defer_lock);
    std::unique_lock<std::mutex> guard_b(b, std::defer_lock);
    std::lock(guard_a, guard_b);
    if (value < 0) {
        return -1;
    }
    return check(value);
}

int ok_scoped_lock(std::mutex &a, std::mutex &b, int value) {
    std::scoped_lock guard(a, b);
    if (value < 0) {
        return -1;
    }
    return check(value);
}

int ok_try_to_lock(int value) {
    std::unique_lock<std::mutex> guard(global_mu, std::try_to_lock);
    if (!guard.owns_lock()) {
        return -1;
    }
    counter = value;
    return 0;
}

int ok_timed(int value) {
    if (!timed_mu.try_lock_for(std::chrono::milliseconds(10))) {
        return -1;
    }
    counter = value;
    timed_mu.unlock();
    return 0;
}

std::unique_lock<std::mutex> ok_moved_out() {
    std::unique_lock<std::mutex> guard(global_mu);
    std::unique_lock<std::mutex> other = std::move(guard);
    return other;
}

void ok_released_and_unlocked() {
    std::unique_lock<std::mutex> guard(global_mu);
    std::mutex *mu = guard.release();
    counter++;
    mu->unlock();
}

int ok_unlock_in_catch(int value) {
    global_mu.lock();
    try {
        if (value < 0) {
            throw std::invalid_argument("value");
        }
    } catch (...) {
        global_mu.unlock();
        throw;
    }
    global_mu.unlock();
    return 0;
}

int ok_shared_guard(int value) {
    std::shared_lock<std::shared_mutex> guard(shared_mu);
    if (value == counter) {
        return 1;
    }
    return 0;
}

int ok_optional_mutex(std::mutex *mu, int value) {
    if (mu) {
        mu->lock();
    }
    int rc = value < 0 ? -1 : 0;
    if (mu) {
        mu->unlock();
    }
    return rc;
}

// Locks by annotation, of a class whose functions have bodies. (leak only if the annotations are not read)
class __attribute__((capability("mutex"))) Annotated {
public:
    void lock() __attribute__((acquire_capability())) { inner.lock(); }
    void unlock() __attribute__((release_capability())) { inner.unlock(); }

private:
    std::mutex inner;
};

bool steal(int *task);
void keep(int task);

class Worker {
public:
    void run() {
        work.lock();
        ok_waits();
        ok_ends();
    }

private:
    void ok_waits() __attribute__((requires_capability(work))) {
        if (count == 0) {
            ok_ends();
            ok_spins();
        }
    }

    void ok_ends() __attribute__((release_capability(work))) {
        count = 0;
        work.unlock();
    }

    void ok_spins() __attribute__((acquire_capability(work))) {
        int task = 0;
        while (!done) {
            if (count > 0) {
                work.lock();
                if (count > 0) {
                    return;
                }
                work.unlock();
            }
            if (steal(&task)) {
                work.lock();
                keep(task);
                return;
            }
        }
        work.lock();
    }

    Annotated work;
    int count = 0;
    bool done = false;
};

void run_worker(Worker &w) {
    w.run();
}

// Members of a template that no code names: of the instance that a declaration names.
template <typename T> class Box {
  public:
    int bad_put(T value) {
        mu_.lock();
        if (full_) {
            return -1; // expect: shared-state-lock-leak "this->mu_"
        }
        value_ = value;
        full_ = true;
        mu_.unlock();
        return 0;
    }
    int ok_put(const T &value, bool force) {
        std::lock_guard<std::mutex> hold(mu_);
        if (full_ && !force) {
            return -1;
        }
        value_ = value;
        return 0;
    }

  private:
    std::mutex mu_;
    T value_;
    bool full_ = false;
};

using IntBox = Box<int>;
