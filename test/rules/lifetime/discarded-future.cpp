// lifetime-discarded-future: the future of std::async is dropped; its destructor waits, so the call is not asynchronous.
// Reported at the call of std::async.
#include <future>
#include <utility>
#include <vector>

int compute(int n);
void use(int n);
void keep(std::future<int> future);

void bad_statement(int n) {
    std::async(std::launch::async, compute, n); // expect: lifetime-discarded-future "async"
    use(n);
}

void bad_cast_to_void(int n) {
    (void)std::async(std::launch::async, compute, n); // expect: lifetime-discarded-future "async"
    use(n);
}

void bad_lambda(int n) {
    std::async(std::launch::async, [n] { return compute(n); }); // expect: lifetime-discarded-future "async"
    use(n);
}

void bad_in_a_loop() {
    for (int n = 0; n < 4; n++) {
        std::async(std::launch::async, compute, n); // expect: lifetime-discarded-future "async"
    }
}

void bad_default_policy(int n) {
    std::async(compute, n); // expect: lifetime-discarded-future "async"
    use(n);
}

void bad_comma(int n) {
    std::async(std::launch::async, compute, n), use(n); // expect: lifetime-discarded-future "async"
}

void ok_stored(int n) {
    auto result = std::async(std::launch::async, compute, n);
    use(n);
    use(result.get());
}

void ok_waited_at_once(int n) {
    use(std::async(std::launch::async, compute, n).get());
}

void ok_wait_member(int n) {
    std::async(std::launch::async, compute, n).wait();
}

std::future<int> ok_returned(int n) {
    return std::async(std::launch::async, compute, n);
}

void ok_container() {
    std::vector<std::future<int>> results;
    for (int n = 0; n < 4; n++) {
        results.push_back(std::async(std::launch::async, compute, n));
    }
    for (auto &result : results) {
        use(result.get());
    }
}

void ok_passed_on(int n) {
    keep(std::async(std::launch::async, compute, n));
}

struct Owner {
    std::future<int> result;
};

void ok_member(Owner &owner, int n) {
    owner.result = std::async(std::launch::async, compute, n);
}

void ok_reference_extends_it(int n) {
    auto &&result = std::async(std::launch::async, compute, n);
    use(n);
    use(result.get());
}

void ok_moved(Owner &owner, int n) {
    auto result = std::async(std::launch::async, compute, n);
    owner.result = std::move(result);
}

namespace own {
struct Ticket {};
inline Ticket async(int (*)(int), int) {
    return {};
}
} // namespace own

void ok_another_async(int n) {
    own::async(compute, n);
}
