// lifetime-joinable-destroyed: a class with a std::thread member whose destructor may run while the thread is joinable, which
// calls std::terminate. Reported at the destructor, or at the member when the destructor is not written.
#include <array>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

void run();

class BadNoDestructor {
  public:
    void start() { thread_ = std::thread(run); }

  private:
    std::thread thread_; // expect: lifetime-joinable-destroyed "thread_"
};

class BadDestructorOnlyFlags {
  public:
    BadDestructorOnlyFlags() : thread_([this] { loop(); }) {}
    ~BadDestructorOnlyFlags() { stop_ = true; } // expect: lifetime-joinable-destroyed "thread_"

  private:
    void loop() {
        while (!stop_) {
            run();
        }
    }
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

class BadDefaultedDestructor {
  public:
    void start() { thread_ = std::thread(run); }
    ~BadDefaultedDestructor() = default; // expect: lifetime-joinable-destroyed "thread_"

  private:
    std::thread thread_;
};

struct BadVector {
    std::vector<std::thread> pool; // miss: lifetime-joinable-destroyed containers of threads are not looked into
    void start() {
        for (int i = 0; i < 4; i++) {
            pool.emplace_back(run);
        }
    }
};

class BadDestructorJoinsSometimes {
  public:
    void start() { thread_ = std::thread(run); }
    ~BadDestructorJoinsSometimes() { // expect: lifetime-joinable-destroyed "thread_"
        if (verbose_) {
            thread_.join();
        }
    }

  private:
    bool verbose_ = false;
    std::thread thread_;
};

class BadJoinsTheOtherOne {
  public:
    void start() {
        reader_ = std::thread(run);
        writer_ = std::thread(run);
    }
    ~BadJoinsTheOtherOne() { // expect: lifetime-joinable-destroyed "writer_"
        if (reader_.joinable()) {
            reader_.join();
        }
    }

  private:
    std::thread reader_;
    std::thread writer_;
};

class OkDestructorJoins {
  public:
    void start() { thread_ = std::thread(run); }
    ~OkDestructorJoins() {
        if (thread_.joinable()) {
            thread_.join();
        }
    }

  private:
    std::thread thread_;
};

class OkDestructorCallsStop {
  public:
    void start() { thread_ = std::thread(run); }
    void stop() {
        stopping_ = true;
        if (thread_.joinable()) {
            thread_.join();
        }
    }
    ~OkDestructorCallsStop() { stop(); }

  private:
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

class OkJthread {
  public:
    void start() { thread_ = std::jthread(run); }

  private:
    std::jthread thread_;
};

class OkPool {
  public:
    void start() {
        for (auto &t : pool_) {
            t = std::thread(run);
        }
    }
    ~OkPool() {
        for (auto &t : pool_) {
            if (t.joinable()) {
                t.join();
            }
        }
    }

  private:
    std::array<std::thread, 4> pool_;
};

class OkDetached {
  public:
    void start() {
        thread_ = std::thread(run);
        thread_.detach(); // threadlint: detached ends with the process
    }

  private:
    std::thread thread_;
};

class OkNeverStarted {
  public:
    bool idle() const { return !thread_.joinable(); }

  private:
    std::thread thread_;
};

class OkStartedFlag {
  public:
    void start() {
        thread_ = std::thread(run);
        started_ = true;
    }
    ~OkStartedFlag() {
        if (started_) {
            thread_.join();
        }
    }

  private:
    bool started_ = false;
    std::thread thread_;
};

class OkAtomicStartedFlag {
  public:
    void start() {
        thread_ = std::thread(run);
        started_ = true;
    }
    ~OkAtomicStartedFlag() {
        if (started_.load()) {
            thread_.join();
        }
    }

  private:
    std::atomic<bool> started_{false};
    std::thread thread_;
};

class OkGuardMember {
  public:
    explicit OkGuardMember(std::thread t) : thread_(std::move(t)) {}
    ~OkGuardMember() {
        thread_.join();
    }
    OkGuardMember(const OkGuardMember &) = delete;
    OkGuardMember &operator=(const OkGuardMember &) = delete;

  private:
    std::thread thread_;
};

class OkSharedOwner {
  public:
    void start() { thread_ = std::make_unique<std::jthread>(run); }

  private:
    std::unique_ptr<std::jthread> thread_;
};

class OkStopMovesItOut {
  public:
    void start() { thread_ = std::thread(run); }
    ~OkStopMovesItOut() {
        std::thread last = std::move(thread_);
        if (last.joinable()) {
            last.join();
        }
    }

  private:
    std::thread thread_;
};

// The thread's owner is the outer object: it joins before it deletes.
class OkOuter {
  public:
    explicit OkOuter(int n) : impl(new Impl(n)) {}
    void join() {
        if (impl) {
            impl->thread.join();
            delete impl;
            impl = nullptr;
        }
    }

  private:
    struct Impl {
        explicit Impl(int n) : number(n), thread([this] { number++; }) {}
        int number;
        std::thread thread;
    };
    Impl *impl;
};

void ok_outer() {
    OkOuter o(1);
    o.join();
}

void bad_use() {
    BadNoDestructor a;
    a.start();
    BadVector b;
    b.start();
}

void ok_use() {
    OkDestructorJoins a;
    a.start();
    OkJthread b;
    b.start();
}
