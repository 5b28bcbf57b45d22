// shared-state-atomic-check-then-act in C++.
// rules: shared-state-atomic-check-then-act
#include <atomic>
#include <thread>
#include <vector>

static std::atomic<int> hits;
static std::atomic<int> total;

static void bad_work() {
    hits = hits + 1;               // expect: shared-state-atomic-check-then-act "hits"
    total.store(total.load() * 2); // expect: shared-state-atomic-check-then-act "total"
}

static void ok_work() {
    ++hits;
    hits += 2;
    total.fetch_add(1);
    hits = total.load();
}

int main() {
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; i++) {
        threads.emplace_back(bad_work);
        threads.emplace_back(ok_work);
    }
    for (auto &t : threads)
        t.join();
}
