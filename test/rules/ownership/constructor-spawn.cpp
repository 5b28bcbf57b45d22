// ownership-constructor-spawn: threads that start before their object is finished.
// rules: ownership-constructor-spawn
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <queue>
#include <thread>

class bad_order {
public:
    bad_order() : worker_(&bad_order::run, this) {} // expect: ownership-constructor-spawn "before 'mu_'"
    ~bad_order() {
        {
            std::lock_guard<std::mutex> lock(mu_);
            stop_ = true;
        }
        cv_.notify_one();
        worker_.join();
    }

private:
    void run() {
        std::unique_lock<std::mutex> lock(mu_);
        while (!stop_) {
            cv_.wait(lock);
        }
    }

    std::thread worker_;
    std::mutex mu_;
    std::condition_variable cv_;
    bool stop_ = false;
};

class bad_flag {
public:
    bad_flag() {}
    ~bad_flag() {
        running_ = false;
        thread_.join();
    }

private:
    void loop() {
        while (running_) {
            std::this_thread::yield();
        }
    }

    std::thread thread_{[this] { loop(); }}; // expect: ownership-constructor-spawn "running_"
    std::atomic<bool> running_{true};
};

class ok_order {
public:
    ok_order() : worker_(&ok_order::run, this) {}
    ~ok_order() {
        stop_ = true;
        worker_.join();
    }

private:
    void run() {
        while (!stop_) {
            std::this_thread::yield();
        }
    }

    std::atomic<bool> stop_{false};
    std::thread worker_;
    int unused_ = 0;
};

class ok_body { // all members are there when the body runs
public:
    ok_body() {
        worker_ = std::thread(&ok_body::run, this);
    }
    ~ok_body() {
        stop_ = true;
        worker_.join();
    }

private:
    void run() {
        while (!stop_) {
            std::this_thread::yield();
        }
    }

    std::thread worker_;
    std::atomic<bool> stop_{false};
};

// A base class that runs what derived classes define.
class bad_base {
public:
    bad_base() {
        thread_ = std::thread(&bad_base::main_loop, this); // expect: ownership-constructor-spawn "virtual"
    }
    virtual ~bad_base() {
        thread_.join();
    }

protected:
    virtual void step() {}

private:
    void main_loop() {
        step();
    }

    std::thread thread_;
};

class derived : public bad_base {
protected:
    void step() override {
        steps_++;
    }

private:
    int steps_ = 0;
};

class ok_started_later {
public:
    virtual ~ok_started_later() {
        thread_.join();
    }
    void start() {
        thread_ = std::thread(&ok_started_later::main_loop, this);
    }

protected:
    virtual void step() {}

private:
    void main_loop() {
        step();
    }

    std::thread thread_;
};

class derived_later : public ok_started_later {
protected:
    void step() override {}
};

int main() {
    bad_order a;
    bad_flag b;
    ok_order c;
    ok_body d;
    derived e;
    derived_later f;
    f.start();
}
