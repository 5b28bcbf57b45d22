// rules: shared-state-race
// Jobs of a thread pool: std::function in a queue.
#include <thread>
#include <functional>
#include <future>
#include <vector>
#include <queue>
#include <mutex>
#include <condition_variable>
class Pool {
public:
    explicit Pool(int n) {
        for (int i = 0; i < n; i++) workers_.emplace_back([this] { run(); });
    }
    ~Pool() {
        { std::lock_guard<std::mutex> l(mu_); stop_ = true; }
        cv_.notify_all();
        for (auto &t : workers_) t.join();
    }
    template <class F> void enqueue(F &&f) {
        { std::lock_guard<std::mutex> l(mu_); tasks_.emplace(std::forward<F>(f)); }
        cv_.notify_one();
    }
    template <class F> auto submit(F f) -> std::future<decltype(f())> {
        auto task = std::make_shared<std::packaged_task<decltype(f())()>>(f);
        auto r = task->get_future();
        { std::lock_guard<std::mutex> l(mu_); tasks_.emplace([task] { (*task)(); }); }
        cv_.notify_one();
        return r;
    }
private:
    void run() {
        for (;;) {
            std::function<void()> task;
            {
                std::unique_lock<std::mutex> l(mu_);
                cv_.wait(l, [this] { return stop_ || !tasks_.empty(); });
                if (stop_ && tasks_.empty()) return;
                task = std::move(tasks_.front());
                tasks_.pop();
            }
            task();
        }
    }
    std::vector<std::thread> workers_;
    std::queue<std::function<void()>> tasks_;
    std::mutex mu_;
    std::condition_variable cv_;
    bool stop_ = false;
};
static int g1, g2, g3;
static std::mutex gmu;
int main() {
    Pool pool(4);
    for (int i = 0; i < 10; i++) {
        pool.enqueue([] { g1++; }); // expect: shared-state-race "g1"
        pool.enqueue([] {
            std::lock_guard<std::mutex> lock(gmu);
            g2++;
        });
        pool.submit([] { return g3++; }); // expect: shared-state-race "g3"
    }
    return g1;
}
