// shared-state-guard-misuse: a guard that guards nothing: unnamed, parsed as a declaration of something else, deferred and never
// locked, or empty. Reported at the guard.
// rules: shared-state-guard-misuse
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <utility>

int check(int value);
void fill(std::unique_lock<std::mutex> &guard);

static std::mutex mu;
static std::mutex other_mu;
static std::shared_mutex shared_mu;
static int counter;

class Account {
  public:
    void bad_unnamed_member_guard() {
        std::lock_guard<std::mutex>{mu_}; // expect: shared-state-guard-misuse "no name"
        balance_++;
    }
    void bad_declares_a_variable() {
        std::unique_lock<std::mutex>(mu_); // expect: shared-state-guard-misuse "without a lock"
        balance_++;
    }
    void ok_named() {
        std::lock_guard<std::mutex> guard{mu_};
        balance_++;
    }

  private:
    std::mutex mu_;
    int balance_ = 0;
};

void bad_unnamed() {
    std::lock_guard<std::mutex>{mu}; // expect: shared-state-guard-misuse "no name"
    counter++;
}

void bad_unnamed_scoped_lock() {
    std::scoped_lock{mu, other_mu}; // expect: shared-state-guard-misuse "no name"
    counter++;
}

void bad_unnamed_shared() {
    std::shared_lock<std::shared_mutex>{shared_mu}; // expect: shared-state-guard-misuse "no name"
    check(counter);
}

void bad_shadows_the_mutex() {
    std::unique_lock<std::mutex>(mu); // expect: shared-state-guard-misuse "without a lock"
    counter++;
}

void bad_declares_a_function() {
    std::unique_lock<std::mutex> guard(); // miss: shared-state-guard-misuse the declaration of a function leaves no trace in the code
    counter++;
}

void bad_deferred_and_never_locked() {
    std::unique_lock<std::mutex> guard(mu, std::defer_lock); // expect: shared-state-guard-misuse "deferred"
    counter++;
}

void bad_empty_scoped_lock() {
    std::scoped_lock guard; // expect: shared-state-guard-misuse "without a lock"
    counter++;
}

void bad_empty_unique_lock() {
    std::unique_lock<std::mutex> guard; // expect: shared-state-guard-misuse "without a lock"
    counter++;
}

void ok_named() {
    std::lock_guard<std::mutex> guard(mu);
    counter++;
}

void ok_class_template_arguments_deduced() {
    std::lock_guard guard(mu);
    counter++;
}

int ok_temporary_for_one_expression() {
    return (std::lock_guard<std::mutex>{mu}, counter);
}

void ok_temporary_and_statement() {
    std::lock_guard<std::mutex>{mu}, counter++;
}

void ok_deferred_then_locked() {
    std::unique_lock<std::mutex> guard(mu, std::defer_lock);
    check(1);
    guard.lock();
    counter++;
}

void ok_deferred_and_std_lock() {
    std::unique_lock<std::mutex> a(mu, std::defer_lock);
    std::unique_lock<std::mutex> b(other_mu, std::defer_lock);
    std::lock(a, b);
    counter++;
}

void ok_deferred_and_locked_sometimes(bool wanted) {
    std::unique_lock<std::mutex> guard(mu, std::defer_lock);
    if (wanted) {
        guard.lock();
    }
    check(1);
}

void ok_empty_then_assigned(bool wanted) {
    std::unique_lock<std::mutex> guard;
    if (wanted) {
        guard = std::unique_lock<std::mutex>(mu);
    }
    check(1);
}

void ok_empty_filled_by_a_call() {
    std::unique_lock<std::mutex> guard;
    fill(guard);
    counter++;
}

std::unique_lock<std::mutex> ok_returned() {
    return std::unique_lock<std::mutex>(mu);
}

void ok_taken_over() {
    auto guard = ok_returned();
    counter++;
}

void ok_swapped() {
    std::unique_lock<std::mutex> held(mu);
    std::unique_lock<std::mutex> guard;
    guard.swap(held);
    counter++;
}

void ok_on_the_heap() {
    auto guard = std::make_unique<std::lock_guard<std::mutex>>(mu);
    counter++;
}

void ok_scope_to_wait_for_the_others() {
    { std::lock_guard<std::mutex> barrier(mu); }
    check(1);
}

void ok_try_lock_later() {
    std::unique_lock<std::mutex> guard(mu, std::defer_lock);
    if (guard.try_lock()) {
        counter++;
    }
}
