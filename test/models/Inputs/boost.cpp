// Calls of every function of Boost.Thread that rules/models/thread_boost.model names.
#include <boost/bind/bind.hpp>
#include <boost/ref.hpp>
#include <boost/thread.hpp>

static void run() {}
static void run1(int *) {}
static void run2(int *, int) {}

void threads(int *x) {
    boost::thread none;
    boost::thread a(run);
    boost::thread b(run1, x);
    boost::thread c(run2, x, 2);
    boost::thread d(boost::move(a));
    none = boost::move(d);
    if (b.joinable())
        b.join();
    c.detach();
    boost::thread_group group;
    group.create_thread(run);
    boost::bind(run);
    boost::bind(run1, x);
    boost::bind(run2, x, 2);
    boost::ref(x);
}

void locks(boost::mutex &m, boost::timed_mutex &t, boost::recursive_mutex &r, boost::shared_mutex &s) {
    m.lock();
    m.try_lock();
    m.unlock();
    t.lock();
    t.try_lock();
    t.unlock();
    r.lock();
    r.unlock();
    s.lock();
    s.unlock();
    s.lock_shared();
    s.unlock_shared();
    boost::lock_guard<boost::mutex> g(m);
    boost::lock_guard<boost::mutex> h(m, boost::adopt_lock);
    boost::unique_lock<boost::mutex> u(m, boost::defer_lock);
    u.lock();
    u.try_lock();
    if (u.owns_lock())
        u.unlock();
    u.release();
    boost::shared_lock<boost::shared_mutex> k(s);
    k.unlock();
    k.lock();
}

void waits(boost::condition_variable &c, boost::condition_variable_any &a, boost::unique_lock<boost::mutex> &l) {
    c.wait(l);
    c.wait_for(l, boost::chrono::seconds(1));
    boost::xtime soon;
    c.timed_wait(l, soon);
    c.timed_wait(l, soon, [] { return true; });
    c.notify_one();
    c.notify_all();
    a.wait(l);
    a.notify_one();
    a.notify_all();
    boost::this_thread::sleep_for(boost::chrono::seconds(1));
}
