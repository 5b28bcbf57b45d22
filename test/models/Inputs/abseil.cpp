// Calls of every function of Abseil that rules/models/abseil.model names.
#include <absl/synchronization/blocking_counter.h>
#include <absl/synchronization/mutex.h>
#include <absl/synchronization/notification.h>
#include <absl/time/clock.h>

void locks(absl::Mutex &m, const absl::Condition &c) {
    m.Lock();
    m.Unlock();
    m.TryLock();
    m.WriterLock();
    m.WriterUnlock();
    m.WriterTryLock();
    m.ReaderLock();
    m.ReaderUnlock();
    m.ReaderTryLock();
    m.LockWhen(c);
    m.ReaderLockWhen(c);
}

void guards(absl::Mutex *m, const absl::Condition &c) {
    absl::MutexLock a(m);
    absl::MutexLock b(m, c);
    absl::ReaderMutexLock r(m);
    absl::WriterMutexLock w(m);
    absl::ReleasableMutexLock x(m);
    x.Release();
}

void waits(absl::CondVar &v, absl::Mutex *m, absl::Notification &n, absl::BlockingCounter &b) {
    v.Wait(m);
    v.WaitWithTimeout(m, absl::Seconds(1));
    v.WaitWithDeadline(m, absl::Now());
    v.Signal();
    v.SignalAll();
    n.WaitForNotification();
    b.Wait();
    absl::SleepFor(absl::Seconds(1));
}
