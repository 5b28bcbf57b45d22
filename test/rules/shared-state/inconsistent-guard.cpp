// A class that owns its lock.
// rules: shared-state-inconsistent-guard
#include <map>
#include <mutex>
#include <vector>

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

// Methods of containers read and write them.
class Names {
  public:
    void ok_add(int name) {
        std::lock_guard<std::mutex> hold(mu_);
        names_.push_back(name);
    }
    bool bad_empty() const {
        return names_.empty(); // expect: shared-state-inconsistent-guard "'this->names_' is read without 'Names::mu_'"
    }
    void ok_count(int name) {
        std::lock_guard<std::mutex> hold(mu_);
        counts_[name]++;
    }
    int bad_count(int name) {
        return counts_[name]; // expect: shared-state-inconsistent-guard "'this->counts_' is written without 'Names::mu_'"
    }
    int ok_sum() {
        std::lock_guard<std::mutex> hold(mu_);
        int sum = 0;
        for (int n : names_) {
            sum += n;
        }
        return sum;
    }

  private:
    std::mutex mu_;
    std::vector<int> names_;
    std::map<int, int> counts_;
};

// An object of its own, and one that is only just made.
struct Part {
    int size = 0;
};

class Maker {
  public:
    void ok_set(int n) {
        std::lock_guard<std::mutex> hold(mu_);
        part_.size = n;
    }
    Part *ok_make() {
        Part *p = new Part;
        p->size = 3;
        return p;
    }

  private:
    std::mutex mu_;
    Part part_;
};

// A class that is a lock itself: who holds it is asked without it.
class HeldMutex {
  public:
    void lock() {
        mu.lock();
        holder = current();
    }
    void unlock() {
        holder = 0;
        mu.unlock();
    }
    bool ok_is_mine() const {
        return holder == current();
    }

  private:
    static int current();
    std::mutex mu;
    int holder = 0;
};

void ok_uses(HeldMutex &m) {
    m.lock();
    m.unlock();
}

// A class template that nothing instantiates is read with arguments made up for it.
template <typename Key, typename Mutex, unsigned Limit = 8> class Registry {
  public:
    void ok_add(const Key &key) {
        std::lock_guard<Mutex> hold(mu_);
        keys_.push_back(key);
        last_ = keys_.size();
    }
    void ok_clear() {
        std::lock_guard<Mutex> hold(mu_);
        keys_.clear();
        last_ = 0;
    }
    unsigned long bad_last() {
        return last_; // expect: shared-state-inconsistent-guard "this->last_"
    }
    unsigned long ok_last() {
        std::lock_guard<Mutex> hold(mu_);
        return last_;
    }

  private:
    Mutex mu_;
    std::vector<Key> keys_;
    unsigned long last_ = 0;
};

// The lock is behind a reference, shared with others.
class Console {
  public:
    explicit Console(std::mutex &mu) : mu_(mu) {}
    void ok_set(bool on) {
        std::lock_guard<std::mutex> hold(mu_);
        colors_ = on;
    }
    bool ok_colors() {
        std::lock_guard<std::mutex> hold(mu_);
        return colors_;
    }
    bool bad_has_colors() {
        return colors_; // expect: shared-state-inconsistent-guard "this->colors_"
    }

  private:
    std::mutex &mu_;
    bool colors_ = false;
};
