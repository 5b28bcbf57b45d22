// Locks and guards of C++ libraries by their models.
// rules: shared-state-double-lock, shared-state-lock-leak, shared-state-unlock-not-held, shared-state-guard-misuse, shared-state-wait-without-loop

namespace absl {
struct Condition {};
class Mutex {
  public:
    void Lock();
    void Unlock();
    bool TryLock();
};
class CondVar {
  public:
    void Wait(Mutex *mu);
    void Signal();
};
class MutexLock {
  public:
    explicit MutexLock(Mutex *mu);
    ~MutexLock();
};
class ReleasableMutexLock {
  public:
    explicit ReleasableMutexLock(Mutex *mu);
    ~ReleasableMutexLock();
    void Release();
};
} // namespace absl

static absl::Mutex am;
static absl::CondVar ac;
static int items;

void bad_absl_twice() {
    absl::MutexLock l(&am);
    am.Lock(); // expect: shared-state-double-lock
    am.Unlock();
}
void bad_absl_unnamed() {
    absl::MutexLock{&am}; // expect: shared-state-guard-misuse
    items++;
}
int bad_absl_try(int x) {
    if (!am.TryLock())
        return 0;
    if (x)
        return 1; // expect: shared-state-lock-leak
    am.Unlock();
    return 2;
}
void ok_absl() {
    absl::ReleasableMutexLock l(&am);
    while (!items)
        ac.Wait(&am);
    l.Release();
    am.Lock();
    am.Unlock();
}

namespace tbb {
namespace detail {
namespace d1 {
template <class M> class unique_scoped_lock {
  public:
    unique_scoped_lock();
    unique_scoped_lock(M &m);
    ~unique_scoped_lock();
    void acquire(M &m);
    bool try_acquire(M &m);
    void release();
};
class spin_mutex {
  public:
    using scoped_lock = unique_scoped_lock<spin_mutex>;
    void lock();
    bool try_lock();
    void unlock();
};
} // namespace d1
} // namespace detail
inline namespace v1 {
using detail::d1::spin_mutex;
}
} // namespace tbb

static tbb::spin_mutex tm;

void bad_tbb_twice() {
    tbb::spin_mutex::scoped_lock l(tm);
    tm.lock(); // expect: shared-state-double-lock
    tm.unlock();
}
void ok_tbb() {
    tbb::spin_mutex::scoped_lock l;
    if (l.try_acquire(tm)) {
        items++;
        l.release();
    }
    l.acquire(tm);
}

class QMutex {
  public:
    QMutex();
    void lock();
    bool tryLock(int timeout = 0);
    void unlock();
};
class QMutexLocker {
  public:
    explicit QMutexLocker(QMutex *m);
    ~QMutexLocker();
    void unlock();
    void relock();
};
class QWaitCondition {
  public:
    bool wait(QMutex *m, unsigned long ms = -1UL);
    void wakeOne();
};

static QMutex qm;
static QWaitCondition qc;

int bad_qt_leak(int x) {
    qm.lock();
    if (x)
        return 1; // expect: shared-state-lock-leak
    qm.unlock();
    return 0;
}
void bad_qt_twice() {
    QMutexLocker l(&qm);
    qm.lock(); // expect: shared-state-double-lock
    qm.unlock();
}
void ok_qt(QMutex *maybe) {
    QMutexLocker l(&qm);
    while (!items)
        qc.wait(&qm);
    l.unlock();
    qm.lock();
    qm.unlock();
    l.relock();
    QMutexLocker k(maybe);
}
int ok_qt_try() {
    if (!qm.tryLock())
        return 0;
    qm.unlock();
    return 1;
}
