// A wrapper that tells whether the lock was taken, and callers that do not ask.
// rules: shared-state-unlock-not-held, shared-state-lock-leak, shared-state-double-lock
#include <pthread.h>

class Locker {
  public:
    bool lock() {
        return pthread_mutex_lock(&m) == 0;
    }
    bool unlock() {
        return pthread_mutex_unlock(&m) == 0;
    }

  private:
    pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
};

class Log {
  public:
    void ok_twice() {
        locker.lock();
        lines++;
        locker.unlock();
        locker.lock();
        lines++;
        locker.unlock();
    }
    bool ok_asks() {
        if (!locker.lock()) {
            return false;
        }
        lines++;
        locker.unlock();
        return true;
    }
    int bad_early_return() {
        locker.lock();
        if (lines > 3) {
            return 1; // expect: shared-state-lock-leak "locker.m"
        }
        locker.unlock();
        return 0;
    }
    void bad_unlocked_twice() {
        locker.lock();
        lines++;
        locker.unlock();
        locker.unlock(); // expect: shared-state-unlock-not-held "locker.m"
    }

  private:
    Locker locker;
    int lines = 0;
};

int main() {
    Log log;
    log.ok_twice();
    log.ok_asks();
    log.bad_unlocked_twice();
    return log.bad_early_return();
}
