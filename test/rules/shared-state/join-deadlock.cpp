// rules: shared-state-join-deadlock
#include <mutex>
#include <thread>

class Worker {
public:
    void start() {
        thread_ = std::thread(&Worker::run, this);
    }
    void bad_stop() {
        std::lock_guard<std::mutex> guard(mu_);
        stop_ = true;
        thread_.join(); // expect: shared-state-join-deadlock "mu_' held"
    }
    void ok_stop() {
        {
            std::lock_guard<std::mutex> guard(mu_);
            stop_ = true;
        }
        thread_.join();
    }

private:
    void run() {
        for (;;) {
            std::lock_guard<std::mutex> guard(mu_);
            if (stop_) {
                return;
            }
        }
    }
    std::mutex mu_;
    bool stop_ = false;
    std::thread thread_;
};

void use() {
    Worker worker;
    worker.start();
    worker.bad_stop();
    Worker other;
    other.start();
    other.ok_stop();
}
