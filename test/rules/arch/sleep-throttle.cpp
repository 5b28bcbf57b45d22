// arch-sleep-throttle in C++: std::this_thread::sleep_for in a loop that takes work. Reported at the sleep.
#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

struct Queue;

std::optional<std::string> pop(Queue &queue);
void process(const std::string &text);
bool deliver(const std::string &text);
std::chrono::milliseconds limiter_wait(Queue &queue);
void collect();
bool stopping();

void bad_worker(Queue &queue) {
    while (auto text = pop(queue)) {
        process(*text);
        std::this_thread::sleep_for(10ms); // expect: arch-sleep-throttle "this sleep"
    }
}

void bad_range(const std::vector<std::string> &texts) {
    for (const auto &text : texts) {
        process(text);
        std::this_thread::sleep_for(std::chrono::milliseconds(5)); // expect: arch-sleep-throttle "this sleep"
    }
}

void bad_index(const std::vector<std::string> &texts) {
    for (std::size_t i = 0; i < texts.size(); i++) {
        std::this_thread::sleep_for(std::chrono::microseconds(100)); // expect: arch-sleep-throttle "this sleep"
        process(texts[i]);
    }
}

void bad_drain(std::deque<std::string> &texts) {
    while (!texts.empty()) {
        process(texts.front());
        texts.pop_front();
        std::this_thread::sleep_for(1ms); // expect: arch-sleep-throttle "this sleep"
    }
}

void bad_lambda(Queue &queue) {
    auto body = [&queue] {
        while (auto text = pop(queue)) {
            process(*text);
            std::this_thread::sleep_for(2ms); // expect: arch-sleep-throttle "this sleep"
        }
    };
    body();
}

void bad_every_tenth(const std::vector<std::string> &texts) {
    int count = 0;
    for (const auto &text : texts) {
        process(text);
        if (++count % 10 == 0) {
            std::this_thread::sleep_for(20ms); // miss: arch-sleep-throttle only sleeps of every round count
        }
    }
}

void ok_no_sleep(Queue &queue) {
    while (auto text = pop(queue)) {
        process(*text);
    }
}

void ok_rate_limiter(Queue &queue) {
    while (auto text = pop(queue)) {
        std::this_thread::sleep_for(limiter_wait(queue));
        process(*text);
    }
}

void ok_absolute_timer() {
    auto next = std::chrono::steady_clock::now();
    while (!stopping()) {
        collect();
        next += 500ms;
        std::this_thread::sleep_until(next);
    }
}

void ok_periodic() {
    while (!stopping()) {
        collect();
        std::this_thread::sleep_for(500ms);
    }
}

bool ok_back_off(const std::string &text) {
    auto delay = 1ms;
    for (int attempt = 0; attempt < 5; attempt++) {
        if (deliver(text)) {
            return true;
        }
        std::this_thread::sleep_for(delay);
        delay *= 2;
    }
    return false;
}

void ok_after_the_loop(Queue &queue) {
    while (auto text = pop(queue)) {
        process(*text);
    }
    std::this_thread::sleep_for(1ms);
}

void ok_yield(Queue &queue) {
    while (auto text = pop(queue)) {
        process(*text);
        std::this_thread::yield();
    }
}

void ok_once(Queue &queue) {
    if (auto text = pop(queue)) {
        std::this_thread::sleep_for(1ms);
        process(*text);
    }
}
