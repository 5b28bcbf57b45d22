// RUN: %threadlint show facts %s -- -std=c++17 | %FileCheck %s
// The standard thread library as it is called in real code.
#include <atomic>
#include <functional>
#include <future>
#include <shared_mutex>
#include <thread>
#include <vector>

struct Counter {
    std::atomic<int> hits{0};
    std::shared_mutex lock;
    int value = 0;
    void run(int n) {
        hits.fetch_add(n, std::memory_order_relaxed);
        hits++;
        std::unique_lock<std::shared_mutex> l(lock);
        value += n;
    }
    int read() {
        std::shared_lock<std::shared_mutex> l(lock);
        return value;
    }
};
void worker(Counter &c);

// CHECK-LABEL: fn Counter::run
// CHECK: fetch_add(&this->hits, n, 0)
// CHECK: operator++{{.*}}(&this->hits
// CHECK: unique_lock{{.*}}(&l, &this->lock)
// CHECK: update this->value += n

// CHECK-LABEL: fn Counter::read
// CHECK: std::shared_lock::shared_lock(&l, &this->lock)
// CHECK: read this->value
// CHECK: std::shared_lock::~shared_lock(&l) implicit cleanup

// CHECK-LABEL: fn start
int start(Counter &c) {
    std::thread method(&Counter::run, &c, 1);
    std::thread function(worker, std::ref(c));
    std::vector<std::thread> all;
    all.emplace_back([&c] { c.run(2); });
    std::future<int> f = std::async(std::launch::async, [&c] { return c.read(); });
    int sum = f.get();
    method.join();
    function.detach();
    for (std::thread &t : all) {
        t.join();
    }
    return sum;
}
// CHECK: write #[[C:[0-9]+]] = c init
// CHECK: thread{{.*}}(&method, fn:Counter::run, &#[[C]], &#{{[0-9]+}})
// CHECK: call std::ref{{.*}}(c)
// CHECK: thread{{.*}}(&function, fn:worker, &#{{[0-9]+}})
// CHECK: emplace_back{{.*}}(&all, fn:{{.*}})
// CHECK: call {{.*}}async{{.*}}(1, fn:{{.*}})
// CHECK: std::future::get(&f)
// CHECK: std::thread::join(&method)
// CHECK: std::thread::detach(&function)
// CHECK: std::thread::join(t)
// CHECK: std::future::~future(&f) implicit cleanup
// CHECK: std::thread::~thread(&method) implicit cleanup
