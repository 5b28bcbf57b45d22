// Locks and guards of a library of which only annotated declarations are known, as those of Abseil.
#define ATTRIBUTE(x) __attribute__((x))

namespace lib {

class ATTRIBUTE(capability("mutex")) Mutex {
public:
    void Lock() ATTRIBUTE(acquire_capability());
    void Unlock() ATTRIBUTE(release_capability());
    bool TryLock() ATTRIBUTE(try_acquire_capability(true));
    void ReaderLock() ATTRIBUTE(acquire_shared_capability());
    void ReaderUnlock() ATTRIBUTE(release_shared_capability());
};

class ATTRIBUTE(scoped_lockable) MutexLock {
public:
    explicit MutexLock(Mutex *mu) ATTRIBUTE(exclusive_lock_function(mu));
    void Unlock() ATTRIBUTE(unlock_function());
    ~MutexLock() ATTRIBUTE(unlock_function());
};

} // namespace lib

class Queue {
public:
    int bad_early_return(int n) {
        mu_.Lock();
        if (n > 9) {
            return -1; // expect: shared-state-lock-leak "mu_"
        }
        count_ += n;
        mu_.Unlock();
        return 0;
    }

    void bad_twice() {
        lib::MutexLock lock(&mu_);
        mu_.Lock(); // expect: shared-state-double-lock "mu_"
        mu_.Unlock();
    }

    void bad_already_unlocked() {
        mu_.Lock();
        mu_.Unlock();
        mu_.Unlock(); // expect: shared-state-unlock-not-held "mu_"
    }

    void bad_within_a_function_that_requires_it() ATTRIBUTE(requires_capability(mu_)) {
        lib::MutexLock lock(&mu_); // expect: shared-state-lock-contract "mu_"
        count_++;
    }

    void bad_untaken_while_it_is_given_back() ATTRIBUTE(requires_capability(mu_)) {
        mu_.Unlock();
        count_++; // expect: shared-state-lock-contract "count_"
        mu_.Lock();
    }

    void bad_excluded() {
        lib::MutexLock lock(&mu_);
        flush(); // expect: shared-state-lock-contract "excludes"
    }

    void ok_excluded(Queue &other) {
        flush();
        lib::MutexLock lock(&mu_);
        other.flush();
    }

    void flush() ATTRIBUTE(locks_excluded(mu_));

    int ok_guard(int n) {
        lib::MutexLock lock(&mu_);
        if (n > 9) {
            return -1;
        }
        count_ += n;
        return 0;
    }

    void ok_guard_let_go() {
        lib::MutexLock lock(&mu_);
        count_++;
        lock.Unlock();
        mu_.Lock();
        count_++;
        mu_.Unlock();
    }

    bool ok_try() {
        if (!mu_.TryLock()) {
            return false;
        }
        count_++;
        mu_.Unlock();
        return true;
    }

    void ok_required() ATTRIBUTE(requires_capability(mu_)) {
        count_++;
        mu_.Unlock();
        mu_.Lock();
        count_++;
    }

    void ok_caller() {
        lib::MutexLock lock(&mu_);
        ok_required();
        count_++;
    }

    int ok_reader() {
        mu_.ReaderLock();
        int n = count_;
        mu_.ReaderUnlock();
        return n;
    }

private:
    lib::Mutex mu_;
    int count_ ATTRIBUTE(guarded_by(mu_));
};

int use(Queue &q) {
    q.bad_twice();
    q.ok_guard_let_go();
    q.ok_caller();
    q.bad_excluded();
    q.ok_excluded(q);
    return q.bad_early_return(1) + q.ok_guard(1) + q.ok_try() + q.ok_reader();
}

void use_more(Queue &q) {
    q.bad_already_unlocked();
}
