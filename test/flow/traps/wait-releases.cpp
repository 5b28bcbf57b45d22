// condition_variable_any gives back whatever lock it is given, also with a stop token.
// args: -std=c++20
#include <condition_variable>
#include <mutex>
#include <shared_mutex>
#include <stop_token>

class Box {
public:
    int ok_take(std::stop_token stop) {
        std::unique_lock lock(mutex_);
        full_.wait(lock, stop, [this] { return item_ != 0; });
        return item_;
    }
    int ok_take_plain() {
        std::unique_lock lock(mutex_);
        full_.wait(lock, [this] { return item_ != 0; });
        return item_;
    }
    void ok_put(int item) {
        std::unique_lock lock(mutex_);
        item_ = item;
        full_.notify_one();
    }

private:
    std::mutex mutex_;
    std::condition_variable_any full_;
    int item_ = 0;
};
