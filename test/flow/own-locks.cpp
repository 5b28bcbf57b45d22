// rules: shared-state-race
// Classes that are a lock made of an atomic flag.
#include <atomic>
#include <thread>

class FlagLock {
public:
    void lock() {
        while (flag_.test_and_set(std::memory_order_acquire)) {
        }
    }
    void unlock() { flag_.clear(std::memory_order_release); }

private:
    std::atomic_flag flag_ = ATOMIC_FLAG_INIT;
};

class BoolLock {
public:
    void lock() {
        while (taken_.exchange(true)) {
        }
    }
    void unlock() { taken_ = false; }

private:
    std::atomic<bool> taken_{false};
};

static FlagLock flag_lock;
static BoolLock bool_lock;
static std::atomic<bool> seen{false};
static int first, second, third;

static void ok_locked() {
    flag_lock.lock();
    first++;
    flag_lock.unlock();
    bool_lock.lock();
    second++;
    bool_lock.unlock();
}

static void bad_beside_a_flag() {
    seen.exchange(true);
    third++; // expect: shared-state-race "third"
}

int main() {
    std::thread a(ok_locked), b(ok_locked), c(bad_beside_a_flag), d(bad_beside_a_flag);
    a.join();
    b.join();
    c.join();
    d.join();
}
