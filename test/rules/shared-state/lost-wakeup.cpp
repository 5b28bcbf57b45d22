// shared-state-lost-wakeup in C++: predicates, atomic flags, guards.
// rules: shared-state-lost-wakeup
// program: whole
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

class Worker {
  public:
    Worker() : thread_([this] { run(); }) {}
    ~Worker();
    void ok_post(int job);
    void ok_post_late(int job);

  private:
    void run();
    std::atomic<bool> active_{true};
    std::deque<int> jobs_;
    std::mutex mutex_;
    std::condition_variable cv_;
    std::thread thread_;
};

void Worker::run() {
    std::unique_lock<std::mutex> lock(mutex_);
    while (active_) {
        cv_.wait(lock, [this] { return !active_ || !jobs_.empty(); });
        jobs_.clear();
    }
}

Worker::~Worker() {
    active_ = false;
    cv_.notify_one(); // expect: shared-state-lost-wakeup "without 'Worker::mutex_'"
    thread_.join();
}

void Worker::ok_post(int job) {
    {
        std::lock_guard<std::mutex> guard(mutex_);
        jobs_.push_back(job);
    }
    cv_.notify_one();
}

void Worker::ok_post_late(int job) {
    std::lock_guard<std::mutex> guard(mutex_);
    jobs_.push_back(job);
    cv_.notify_one();
}

class Ticker {
  public:
    ~Ticker() {
        {
            std::lock_guard<std::mutex> guard(mutex_);
            active_ = false;
        }
        cv_.notify_one();
    }
    void run() {
        std::unique_lock<std::mutex> lock(mutex_);
        while (!cv_.wait_for(lock, std::chrono::seconds(1), [this] { return !active_; })) {
        }
    }

  private:
    bool active_ = true;
    std::mutex mutex_;
    std::condition_variable cv_;
};

static std::mutex turn_mutex;
static std::condition_variable turn_changed;
static std::size_t turn;

static void bad_turn(std::size_t mine) {
    std::unique_lock<std::mutex> lock(turn_mutex);
    while (turn != mine) {
        turn_changed.wait(lock);
    }
    turn++;
    turn_changed.notify_one(); // expect: shared-state-lost-wakeup "each of them waits for something of its own"
}

void run_turns() {
    std::thread threads[4];
    for (std::size_t i = 0; i < 4; i++) {
        threads[i] = std::thread(bad_turn, i);
    }
    for (auto &t : threads) {
        t.join();
    }
}
