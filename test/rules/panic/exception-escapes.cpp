// panic-exception-escapes: an exception can leave the function a thread runs. Reported there.
// rules: panic-exception-escapes
#include <stdexcept>
#include <thread>

static int parse(const char *text) {
    if (!*text) {
        throw std::runtime_error("empty");
    }
    return *text - '0';
}

static int parse_all(const char *text) {
    int sum = 0;
    for (; *text; text++) {
        sum += parse(text);
    }
    return sum;
}

static int parse_safely(const char *text) noexcept {
    return parse(text);
}

static void bad_worker(const char *text) {
    parse_all(text); // expect: panic-exception-escapes "can leave 'bad_worker'"
}

static void bad_worker_itself(int n) {
    if (n < 0) {
        throw std::invalid_argument("n"); // expect: panic-exception-escapes "can leave 'bad_worker_itself'"
    }
}

static void ok_worker(const char *text) {
    try {
        parse_all(text);
    } catch (...) {
    }
}

static void ok_worker_noexcept(const char *text) {
    parse_safely(text);
}

static void ok_no_thread(const char *text) {
    parse_all(text);
}

// Callers say whether they want an exception.
enum class OnError { Throw, Return };

static const char *find(const char *text, OnError on_error) {
    if (!text) {
        if (on_error == OnError::Throw) {
            throw std::runtime_error("not found");
        }
        return nullptr;
    }
    return text;
}

static void ok_worker_wants_none(const char *text) {
    if (!find(text, OnError::Return)) {
        return;
    }
}

void run_finder(const char *text) {
    std::thread a(ok_worker_wants_none, text);
    a.join();
}

void run(const char *text) {
    std::thread a(bad_worker, text);
    std::thread b(bad_worker_itself, 1);
    std::thread c(ok_worker, text);
    std::thread d(ok_worker_noexcept, text);
    ok_no_thread(text);
    std::thread e([text] {
        parse(text); // expect: panic-exception-escapes "can leave"
    });
    a.join();
    b.join();
    c.join();
    d.join();
    e.join();
}
