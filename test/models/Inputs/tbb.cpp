// Calls of every function of oneTBB that rules/models/tbb.model names.
#include <oneapi/tbb/mutex.h>
#include <oneapi/tbb/queuing_mutex.h>
#include <oneapi/tbb/rw_mutex.h>
#include <oneapi/tbb/spin_mutex.h>
#include <oneapi/tbb/spin_rw_mutex.h>

template <class M> static void plain(M &m) {
    m.lock();
    m.try_lock();
    m.unlock();
}
template <class M> static void shared(M &m) {
    m.lock();
    m.try_lock();
    m.unlock();
    m.lock_shared();
    m.try_lock_shared();
    m.unlock_shared();
}

void locks(tbb::mutex &a, tbb::spin_mutex &b, tbb::rw_mutex &c, tbb::spin_rw_mutex &d, tbb::queuing_mutex &e) {
    plain(a);
    plain(b);
    shared(c);
    shared(d);
    tbb::spin_mutex::scoped_lock l(b);
    l.release();
    tbb::spin_mutex::scoped_lock k;
    k.acquire(b);
    k.try_acquire(b);
    tbb::spin_rw_mutex::scoped_lock r;
    tbb::spin_rw_mutex::scoped_lock w(d, true);
    w.release();
    tbb::queuing_mutex::scoped_lock q;
    q.acquire(e);
    q.try_acquire(e);
    q.release();
    tbb::queuing_mutex::scoped_lock p(e);
}
