// rules: shared-state-race
#include <atomic>
#include <barrier>
#include <condition_variable>
#include <latch>
#include <mutex>
#include <thread>

static std::latch started{1};
static std::barrier turn{2};
static std::atomic<bool> published{false};
static std::mutex mu;
static std::condition_variable changed;
static bool ready;
static int by_latch, by_barrier, by_atomic, by_predicate, unordered;

static void bad_first() {
    by_latch = 1;
    started.count_down();
    by_barrier = 1;
    turn.arrive_and_wait();
    by_atomic = 1;
    published.store(true, std::memory_order_release);
    by_predicate = 1;
    {
        std::lock_guard<std::mutex> guard(mu);
        ready = true;
    }
    changed.notify_one();
    unordered++; // expect: shared-state-race "unordered"
}

static void bad_second() {
    started.wait();
    by_latch++;
    turn.arrive_and_wait();
    by_barrier++;
    while (!published.load(std::memory_order_acquire)) {
    }
    by_atomic++;
    std::unique_lock<std::mutex> guard(mu);
    changed.wait(guard, [] { return ready; });
    guard.unlock();
    by_predicate++;
    unordered++; // expect: shared-state-race "unordered"
}

int main() {
    std::thread a(bad_first), b(bad_second);
    a.join();
    b.join();
}
