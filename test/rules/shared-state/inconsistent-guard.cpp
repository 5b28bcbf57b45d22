// A class that owns its lock.
// rules: shared-state-inconsistent-guard
#include <mutex>

class Account {
  public:
    Account() : balance_(0) {}
    void ok_deposit(long amount) {
        std::lock_guard<std::mutex> hold(mu_);
        balance_ += amount;
    }
    long bad_balance() const {
        return balance_; // expect: shared-state-inconsistent-guard "'this->balance_' is read without 'Account::mu_'"
    }
    void ok_name(int n) { name_ = n; }
    int ok_get_name() const { return name_; }

  private:
    mutable std::mutex mu_;
    long balance_;
    int name_ = 0;
};

class Cache {
  public:
    void ok_put(int v) {
        std::unique_lock<std::mutex> hold(mu_);
        store(v);
    }
    void bad_put_without_lock(int v) {
        store(v); // expect: shared-state-inconsistent-guard "is written without 'Cache::mu_'"
    }
    int ok_get() {
        std::unique_lock<std::mutex> hold(mu_);
        return value_;
    }

  private:
    void store(int v) { value_ = v; }
    std::mutex mu_;
    int value_ = 0;
};

void use() {
    Account a;
    a.ok_deposit(1);
}
