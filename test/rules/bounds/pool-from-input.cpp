// bounds-pool-from-input: threads of the standard library, as many as an argument says.
// rules: bounds-pool-from-input
// profile: review
#include <algorithm>
#include <string>
#include <thread>
#include <vector>

void work();

void bad_pool(const char *arg, std::vector<std::thread> &pool) {
    int count = std::stoi(arg);
    for (int i = 0; i < count; i++) {
        std::thread(work).detach(); // expect: bounds-pool-from-input "read at line 12"
    }
}

void ok_least(const char *arg, std::vector<std::thread> &pool) {
    int count = std::min(std::stoi(arg), 16);
    for (int i = 0; i < count; i++) {
        pool.emplace_back(work);
    }
}
