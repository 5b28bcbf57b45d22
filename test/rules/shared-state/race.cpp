// Races of C++ threads: lambdas, members, futures.
// rules: shared-state-race
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

static int total;
static std::mutex total_mu;

void bad_lambda_writes_global() {
    std::thread t([] {
        total += 1; // expect: shared-state-race "'total' is written without a lock"
    });
    total = 0; // expect: shared-state-race "'total' is written without a lock"
    t.join();
}

void bad_captured_local() {
    int hits = 0;
    std::thread t([&hits] {
        hits++; // expect: shared-state-race "'hits' is written without a lock"
    });
    hits = 3; // expect: shared-state-race "'hits' is written without a lock"
    t.join();
}

int ok_captured_local_after_join() {
    int hits = 0;
    std::thread t([&hits] { hits++; });
    t.join();
    return hits;
}

int ok_captured_with_lock() {
    int hits = 0;
    std::mutex mu;
    std::thread t([&] {
        std::lock_guard<std::mutex> hold(mu);
        hits++;
    });
    {
        std::lock_guard<std::mutex> hold(mu);
        hits = 3;
    }
    t.join();
    return hits;
}

int ok_atomic() {
    std::atomic<int> hits{0};
    std::thread t([&] { hits++; });
    hits = 3;
    t.join();
    return hits;
}

class Counter {
  public:
    void add() {
        n_++; // expect: shared-state-race "n_' is written without a lock by several threads at the same time"
    }
    int get() const { return n_; }

  private:
    int n_ = 0;
};

static Counter counter;

static void add_many() {
    for (int i = 0; i < 100; i++) {
        counter.add();
    }
}

int bad_member_of_global() {
    std::thread a(add_many);
    std::thread b(add_many);
    a.join();
    b.join();
    return counter.get();
}

// The predicate of a wait runs under the lock.
class Gate {
  public:
    void open() {
        std::lock_guard<std::mutex> hold(mu_);
        open_ = true;
        cv_.notify_all();
    }
    void pass() {
        std::unique_lock<std::mutex> hold(mu_);
        cv_.wait(hold, [this] { return open_; });
    }

  private:
    std::mutex mu_;
    std::condition_variable cv_;
    bool open_ = false;
};

static Gate gate;

void ok_predicate() {
    std::thread t([] { gate.pass(); });
    gate.open();
    t.join();
}
