// bounds-spawn-per-item in C++: one thread per element of a container or line of input. Reported at the spawn.
#include <algorithm>
#include <fstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

void use(const std::string &text);
void work(int number);

static void join_all(std::vector<std::thread> &pool) {
    for (auto &t : pool) {
        t.join();
    }
}

void bad_per_element(const std::vector<std::string> &texts) {
    std::vector<std::thread> pool;
    for (const auto &text : texts) {
        pool.emplace_back(use, text); // expect: bounds-spawn-per-item "every item"
    }
    join_all(pool);
}

void bad_per_line(std::ifstream &in) {
    std::vector<std::thread> pool;
    std::string line;
    while (std::getline(in, line)) {
        pool.push_back(std::thread(use, line)); // expect: bounds-spawn-per-item "every item"
    }
    join_all(pool);
}

void bad_index(const std::vector<std::string> &texts) {
    std::vector<std::thread> pool;
    for (std::size_t i = 0; i < texts.size(); i++) {
        pool.emplace_back(use, texts[i]); // expect: bounds-spawn-per-item "every item"
    }
    join_all(pool);
}

void bad_detached(const std::vector<std::string> &texts) {
    for (const auto &text : texts) {
        std::thread t(use, text); // expect: bounds-spawn-per-item "every item"
        t.detach();               // threadlint: detached one text each
    }
}

void bad_iterators(const std::vector<std::string> &texts) {
    std::vector<std::thread> pool;
    for (auto it = texts.begin(); it != texts.end(); ++it) {
        pool.emplace_back(use, *it); // expect: bounds-spawn-per-item "every item"
    }
    join_all(pool);
}

void bad_jthreads(const std::vector<std::string> &texts) {
    std::vector<std::jthread> pool;
    for (const auto &text : texts) {
        pool.emplace_back(use, text); // expect: bounds-spawn-per-item "every item"
    }
}

void ok_hardware_concurrency() {
    std::vector<std::thread> pool;
    for (unsigned i = 0; i < std::thread::hardware_concurrency(); i++) {
        pool.emplace_back(work, 1);
    }
    join_all(pool);
}

void ok_constant() {
    std::vector<std::thread> pool;
    for (int i = 0; i < 8; i++) {
        pool.emplace_back(work, i);
    }
    join_all(pool);
}

void ok_joined_each_time(const std::vector<std::string> &texts) {
    for (const auto &text : texts) {
        std::thread t(use, text);
        t.join();
    }
}

void ok_clamped(int wanted) {
    std::vector<std::thread> pool;
    const int count = std::min(wanted, 8);
    for (int i = 0; i < count; i++) {
        pool.emplace_back(work, i);
    }
    join_all(pool);
}

void ok_stops_at_the_cap(const std::vector<std::string> &texts) {
    std::vector<std::thread> pool;
    for (const auto &text : texts) {
        if (pool.size() >= 8) {
            break;
        }
        pool.emplace_back(use, text);
    }
    join_all(pool);
}

void ok_array() {
    std::thread pool[4];
    for (auto &t : pool) {
        t = std::thread(work, 1);
    }
    for (auto &t : pool) {
        t.join();
    }
}

void ok_not_in_the_loop(const std::vector<std::string> &texts) {
    std::string all;
    for (const auto &text : texts) {
        all += text;
    }
    std::thread t(use, all);
    t.join();
}

void ok_jthread_each_time(const std::vector<std::string> &texts) {
    for (const auto &text : texts) {
        std::jthread t(use, text);
    }
}

struct Station {
    void start() { thread = std::thread(work, 1); }
    std::thread thread;
    ~Station() {
        if (thread.joinable()) {
            thread.join();
        }
    }
};

// Each element keeps its thread: the container is the program's own.
void ok_elements_own_their_threads(std::vector<Station> &stations) {
    for (auto &station : stations) {
        station.start();
    }
}

void ok_refused_when_too_many(const std::vector<std::string> &texts) {
    if (texts.size() > 8) {
        return;
    }
    std::vector<std::thread> pool;
    for (std::size_t i = 0; i < texts.size(); i++) {
        pool.emplace_back(use, texts[i]);
    }
    join_all(pool);
}
