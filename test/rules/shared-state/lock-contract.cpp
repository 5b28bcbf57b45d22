// shared-state-lock-contract: annotations about locks that are not kept.
#include <atomic>
#include <cassert>
#include <mutex>

#define ATTRIBUTE(x) __attribute__((x))
#define CAPABILITY(x) ATTRIBUTE(capability(x))
#define SCOPED_LOCKABLE ATTRIBUTE(scoped_lockable)
#define GUARDED_BY(x) ATTRIBUTE(guarded_by(x))
#define PT_GUARDED_BY(x) ATTRIBUTE(pt_guarded_by(x))
#define EXCLUSIVE_LOCKS_REQUIRED(...) ATTRIBUTE(exclusive_locks_required(__VA_ARGS__))
#define EXCLUSIVE_LOCK_FUNCTION(...) ATTRIBUTE(exclusive_lock_function(__VA_ARGS__))
#define UNLOCK_FUNCTION(...) ATTRIBUTE(unlock_function(__VA_ARGS__))
#define TRY_ACQUIRE(...) ATTRIBUTE(try_acquire_capability(__VA_ARGS__))
#define ASSERT_EXCLUSIVE_LOCK(...) ATTRIBUTE(assert_exclusive_lock(__VA_ARGS__))
#define NO_THREAD_SAFETY_ANALYSIS ATTRIBUTE(no_thread_safety_analysis)

class CAPABILITY("mutex") Mutex {
public:
    void Lock() EXCLUSIVE_LOCK_FUNCTION() {
        mu_.lock();
    }
    void Unlock() UNLOCK_FUNCTION() {
        mu_.unlock();
    }
    bool TryLock() TRY_ACQUIRE(true) {
        return mu_.try_lock();
    }
    void AssertHeld() ASSERT_EXCLUSIVE_LOCK() {
    }

private:
    std::mutex mu_;
};

class SCOPED_LOCKABLE MutexLock {
public:
    explicit MutexLock(Mutex *mu) EXCLUSIVE_LOCK_FUNCTION(mu) : mu_(mu) {
        mu_->Lock();
    }
    ~MutexLock() UNLOCK_FUNCTION() {
        mu_->Unlock();
    }

private:
    Mutex *const mu_;
};

static Mutex log_mutex;
static int lines GUARDED_BY(log_mutex);

struct Stats {
    int hits;
};

class Cache {
public:
    explicit Cache(Stats *stats) : stats_(stats) {
        size_ = 0; // nobody else knows the object yet
        ok_called_while_it_is_made();
    }

    int bad_read() {
        return size_; // expect: shared-state-lock-contract "size_"
    }

    void bad_written_after_the_unlock() {
        mutex_.Lock();
        size_++;
        mutex_.Unlock();
        size_++; // expect: shared-state-lock-contract "size_"
    }

    int bad_behind_a_pointer() {
        return stats_->hits; // expect: shared-state-lock-contract "stats_"
    }

    void bad_call() {
        evict(); // expect: shared-state-lock-contract "evict"
    }

    void bad_other_lock() {
        MutexLock lock(&other_);
        size_ = 1; // expect: shared-state-lock-contract "size_"
    }

    void bad_locked_again() {
        MutexLock lock(&mutex_);
        mutex_.Lock(); // expect: shared-state-double-lock "mutex_"
        mutex_.Unlock();
        size_ = 1;
    }

    int ok_guard() {
        MutexLock lock(&mutex_);
        evict();
        return size_ + stats_->hits;
    }

    int ok_try() {
        int n = 0;
        if (mutex_.TryLock()) {
            n = size_;
            mutex_.Unlock();
        }
        return n;
    }

    int ok_by_hand() {
        mutex_.Lock();
        int n = size_;
        mutex_.Unlock();
        return n;
    }

    void ok_asserted() {
        mutex_.AssertHeld();
        size_ = 2;
    }

    int ok_not_analysed() NO_THREAD_SAFETY_ANALYSIS {
        return size_;
    }

    Stats *ok_pointer_itself() {
        return stats_;
    }

    int ok_not_guarded() {
        return asked_++;
    }

private:
    void evict() EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        size_--; // the caller holds it
        trim();
    }

    void ok_calls_it_without() {
        bad_takes_what_callers_hold(); // one is wrong: told there
    }

    void trim() EXCLUSIVE_LOCKS_REQUIRED(this->mutex_) {
        mutex_.Unlock();
        asked_++;
        mutex_.Lock();
        size_--;
    }

    void bad_takes_what_callers_hold() EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        MutexLock lock(&mutex_); // expect: shared-state-lock-contract "mutex_"
        size_ = 0;
    }

    void ok_called_while_it_is_made() {
        size_ = 1; // the object is nobody else's yet
        stats_ = nullptr;
    }

    void bad_gap() EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        mutex_.Unlock();
        size_--; // expect: shared-state-lock-contract "size_"
        mutex_.Lock();
    }

    Mutex mutex_;
    Mutex other_;
    int size_ GUARDED_BY(mutex_);
    Stats *stats_ PT_GUARDED_BY(mutex_);
    int asked_ = 0;
};

void bad_global() {
    lines++; // expect: shared-state-lock-contract "lines"
}

void ok_global() {
    MutexLock lock(&log_mutex);
    lines++;
}

int use(Cache &c) {
    c.bad_written_after_the_unlock();
    c.bad_other_lock();
    c.ok_asserted();
    return c.bad_read() + c.bad_behind_a_pointer() + c.ok_guard() + c.ok_try() + c.ok_by_hand() + c.ok_not_analysed() +
           c.ok_pointer_itself()->hits + c.ok_not_guarded();
}
