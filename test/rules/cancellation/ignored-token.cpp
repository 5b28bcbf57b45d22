// cancellation-ignored-token: stop tokens that are passed and forgotten.
// rules: cancellation-ignored-token
// profile: review
// args: -std=c++20
#include <atomic>
#include <stop_token>
#include <thread>

static std::atomic<int> work;

static void bad_entry(std::stop_token token) { // expect: cancellation-ignored-token "request_stop() does not stop"
    while (work < 1000) {
        work++;
    }
}

static void bad_helper(const std::stop_token &token) { // expect: cancellation-ignored-token "cannot be stopped"
    for (int i = 0; i < 1000; i++) {
        work++;
    }
}

static void ok_tests(std::stop_token token) {
    while (!token.stop_requested()) {
        work++;
    }
}

static void ok_passes_on(std::stop_token token) {
    while (work < 1000) {
        ok_tests(token);
    }
}

static void ok_unnamed(std::stop_token) {
    while (work < 1000) {
        work++;
    }
}

static void ok_no_loop(std::stop_token token) {
    work++;
}

int main() {
    std::jthread a(bad_entry);
    std::jthread b(ok_tests);
    std::jthread c(ok_passes_on);
    std::jthread d(ok_unnamed);
    std::jthread e(ok_no_loop);
    std::stop_source source;
    bad_helper(source.get_token());
}
