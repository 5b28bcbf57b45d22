// shared-state-double-lock in C++: two guards of one mutex, a locking method called under the lock. Reported at the second
// acquisition, or at the call that leads to it.
#include <mutex>
#include <shared_mutex>
#include <utility>

int check(int value);

class Account {
  public:
    int balance() const {
        std::lock_guard<std::mutex> guard(mu_);
        return balance_;
    }
    void bad_method_under_its_lock(int amount) {
        std::lock_guard<std::mutex> guard(mu_);
        if (balance() >= amount) { // expect: shared-state-double-lock "mu_"
            balance_ -= amount;
        }
    }
    void ok_unlocked_helper(int amount) {
        std::lock_guard<std::mutex> guard(mu_);
        if (balance_locked() >= amount) {
            balance_ -= amount;
        }
    }
    void ok_other_account(Account &other) {
        std::lock_guard<std::mutex> guard(mu_);
        balance_ = other.balance();
    }
    void bad_two_guards() {
        std::lock_guard<std::mutex> first(mu_);
        std::lock_guard<std::mutex> second(mu_); // expect: shared-state-double-lock "mu_"
        balance_ = 0;
    }

  private:
    int balance_locked() const { return balance_; }
    mutable std::mutex mu_;
    int balance_ = 0;
};

static std::mutex mu;
static std::mutex other_mu;
static std::recursive_mutex recursive_mu;
static std::shared_mutex shared_mu;
static int counter;

void bad_guard_and_lock() {
    std::lock_guard<std::mutex> guard(mu);
    mu.lock(); // expect: shared-state-double-lock "mu"
    counter++;
}

void bad_relock_of_unique_lock() {
    std::unique_lock<std::mutex> guard(mu);
    counter++;
    guard.lock(); // expect: shared-state-double-lock "mu"
}

void bad_upgrade() {
    std::shared_lock<std::shared_mutex> reader(shared_mu);
    if (counter == 0) {
        std::unique_lock<std::shared_mutex> writer(shared_mu); // expect: shared-state-double-lock "shared_mu"
        counter = 1;
    }
}

void bad_forgot_adopt() {
    mu.lock();
    std::lock_guard<std::mutex> guard(mu); // expect: shared-state-double-lock "mu"
    counter++;
}

void ok_scopes() {
    {
        std::lock_guard<std::mutex> guard(mu);
        counter++;
    }
    std::lock_guard<std::mutex> guard(mu);
    counter--;
}

void ok_unlock_and_relock() {
    std::unique_lock<std::mutex> guard(mu);
    counter++;
    guard.unlock();
    check(1);
    guard.lock();
    counter--;
}

void ok_recursive() {
    std::lock_guard<std::recursive_mutex> first(recursive_mu);
    std::lock_guard<std::recursive_mutex> second(recursive_mu);
    counter++;
}

void ok_adopt() {
    mu.lock();
    std::lock_guard<std::mutex> guard(mu, std::adopt_lock);
    counter++;
}

void ok_deferred() {
    std::unique_lock<std::mutex> guard(mu, std::defer_lock);
    check(1);
    guard.lock();
    counter++;
}

void ok_two_mutexes() {
    std::scoped_lock guard(mu, other_mu);
    counter++;
}

void ok_moved() {
    std::unique_lock<std::mutex> guard(mu);
    std::unique_lock<std::mutex> mine = std::move(guard);
    mine.unlock();
    guard = std::unique_lock<std::mutex>(mu);
    counter++;
}

void ok_try_lock_while_held() {
    std::lock_guard<std::mutex> guard(other_mu);
    if (mu.try_lock()) {
        counter++;
        mu.unlock();
    }
}

void ok_lambda_is_not_called_here() {
    std::lock_guard<std::mutex> guard(mu);
    auto later = [] {
        std::lock_guard<std::mutex> inner(mu);
        counter++;
    };
    (void)later;
}
