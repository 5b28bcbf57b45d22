// shared-state-double-checked-locking in C++.
// rules: shared-state-double-checked-locking
#include <atomic>
#include <mutex>

class Config {
public:
    static Config *bad_instance();
    static Config *ok_instance();
    static Config &ok_static();

private:
    static Config *instance_;
    static std::atomic<Config *> atomic_;
    static std::mutex mu_;
};

Config *Config::instance_ = nullptr;
std::atomic<Config *> Config::atomic_{nullptr};
std::mutex Config::mu_;

Config *Config::bad_instance() {
    if (instance_ == nullptr) { // expect: shared-state-double-checked-locking "instance_"
        std::lock_guard<std::mutex> guard(mu_);
        if (instance_ == nullptr)
            instance_ = new Config();
    }
    return instance_;
}

Config *Config::ok_instance() {
    Config *c = atomic_.load(std::memory_order_acquire);
    if (c == nullptr) {
        std::lock_guard<std::mutex> guard(mu_);
        c = atomic_.load(std::memory_order_relaxed);
        if (c == nullptr) {
            c = new Config();
            atomic_.store(c, std::memory_order_release);
        }
    }
    return c;
}

Config &Config::ok_static() {
    static Config config;
    return config;
}
