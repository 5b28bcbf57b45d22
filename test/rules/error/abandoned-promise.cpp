// error-abandoned-promise: a function that owns a promise ends on some path without a value in it. Reported at that end.
// rules: error-abandoned-promise
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>

int compute(int x);
bool is_valid(const std::string &s);
void log(const char *what);

void bad_returns_early(std::promise<int> p, const std::string &s) {
    if (!is_valid(s)) {
        log("invalid");
        return; // expect: error-abandoned-promise "the promise 'p' has no value"
    }
    p.set_value(compute(1));
}

void bad_swallows_exception(std::promise<int> p, int x) {
    try {
        p.set_value(compute(x));
    } catch (const std::exception &e) {
        log(e.what());
    }
} // expect: error-abandoned-promise "the promise 'p' has no value"

std::thread bad_captured(std::promise<void> done, int x) {
    return std::thread([done = std::move(done), x]() mutable {
        if (x < 0) {
            return; // expect: error-abandoned-promise "the promise 'done' has no value"
        }
        done.set_value();
    });
}

void ok_every_path(std::promise<int> p, int x) {
    if (x < 0) {
        p.set_exception(std::make_exception_ptr(std::string("negative")));
        return;
    }
    p.set_value(compute(x));
}

void ok_exception_passed_on(std::promise<int> p, int x) {
    try {
        p.set_value(compute(x));
    } catch (...) {
        p.set_exception(std::current_exception());
    }
}

void ok_cannot_be_told(std::promise<int> p, int x) { // the promise itself refuses
    try {
        p.set_value(compute(x));
    } catch (...) {
        try {
            p.set_exception(std::current_exception());
        } catch (...) {
        }
    }
}

void finish(std::promise<int> p);

void ok_moved_on(std::promise<int> p, int x) {
    if (x < 0) {
        finish(std::move(p));
        return;
    }
    p.set_value(x);
}

void ok_of_the_caller(std::promise<int> &p, int x) { // somebody else may set it later
    if (x < 0) {
        return;
    }
    p.set_value(x);
}

struct request {
    std::promise<int> answer;
    bool done = false;
};

void ok_kept(std::shared_ptr<request> r, int x) {
    if (x < 0) {
        return;
    }
    r->answer.set_value(x);
}

void ok_loop(std::promise<int> p, int n) {
    for (int i = 0; i < n; i++) {
        log("working");
    }
    p.set_value(n);
}
