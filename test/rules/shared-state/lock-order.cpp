// rules: shared-state-lock-order
#include <mutex>
#include <thread>

class Cache {
public:
    void bad_insert() {
        std::lock_guard<std::mutex> index(index_mu_);
        std::lock_guard<std::mutex> data(data_mu_); // expect: shared-state-lock-order "in the opposite order"
    }
    void bad_evict() {
        std::lock_guard<std::mutex> data(data_mu_);
        std::lock_guard<std::mutex> index(index_mu_);
    }

private:
    std::mutex index_mu_;
    std::mutex data_mu_;
};

class Pair {
public:
    void ok_both() {
        std::scoped_lock both(one_, two_);
    }
    void ok_both_back() {
        std::scoped_lock both(two_, one_);
    }
    void ok_adopted() {
        std::lock(two_, one_);
        std::lock_guard<std::mutex> a(two_, std::adopt_lock);
        std::lock_guard<std::mutex> b(one_, std::adopt_lock);
    }
    void ok_deferred() {
        std::unique_lock<std::mutex> one(one_, std::defer_lock);
        std::unique_lock<std::mutex> two(two_);
    }

private:
    std::mutex one_;
    std::mutex two_;
};

struct Account {
    std::mutex mu;
    long balance = 0;
};

static void bad_transfer(Account *from, Account *to) {
    std::lock_guard<std::mutex> a(from->mu);
    std::lock_guard<std::mutex> b(to->mu); // expect: shared-state-lock-order "in the order in which they were given"
    from->balance--;
    to->balance++;
}

void bad_threads(Account *x, Account *y, Account *z) {
    std::thread one(bad_transfer, x, y);
    std::thread two(bad_transfer, y, z);
    one.join();
    two.join();
}

static void ok_transfer(Account *from, Account *to) {
    std::scoped_lock both(from->mu, to->mu);
    from->balance--;
    to->balance++;
}

void ok_threads(Account *x, Account *y) {
    std::thread one(ok_transfer, x, y);
    std::thread two(ok_transfer, y, x);
    one.join();
    two.join();
}
