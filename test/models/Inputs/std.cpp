// One call of everything that rules/models/*.model say of C++: what check_models.py compares them with.
#include <atomic>
#include <barrier>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <functional>
#include <future>
#include <iostream>
#include <latch>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <queue>
#include <semaphore>
#include <set>
#include <shared_mutex>
#include <sstream>
#include <stack>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using std::chrono::steady_clock;

static int work() {
    return 1;
}
static int work1(int x) {
    return x;
}
static int work2(int x, int y) {
    return x + y;
}

template <class Mutex> static void exclusive(Mutex &m) {
    m.lock();
    m.unlock();
    if (m.try_lock())
        m.unlock();
}

template <class Mutex> static void timed(Mutex &m) {
    if (m.try_lock_for(1s))
        m.unlock();
    if (m.try_lock_until(steady_clock::now()))
        m.unlock();
}

template <class Mutex> static void shared(Mutex &m) {
    m.lock_shared();
    m.unlock_shared();
    if (m.try_lock_shared())
        m.unlock_shared();
}

void mutexes() {
    std::mutex a, b, c;
    std::timed_mutex t;
    std::recursive_mutex r;
    std::recursive_timed_mutex rt;
    std::shared_mutex s;
    std::shared_timed_mutex st;
    a.lock();
    a.unlock();
    if (a.try_lock())
        a.unlock();
    exclusive(t);
    exclusive(r);
    exclusive(rt);
    exclusive(s);
    exclusive(st);
    timed(t);
    timed(rt);
    timed(st);
    shared(s);
    shared(st);
    if (st.try_lock_shared_for(1s))
        st.unlock_shared();
    std::lock(a, b);
    std::lock(a, b, c);
    std::unique_lock<std::mutex> la(a, std::defer_lock), lb(b, std::defer_lock), lc(c, std::defer_lock);
    std::lock(la, lb);
    std::lock(la, lb, lc);
}

void guards() {
    std::mutex a, b, c;
    std::lock_guard<std::mutex> guard(a);
    std::lock_guard<std::mutex> adopted(a, std::adopt_lock);
    std::scoped_lock<> none;
    std::scoped_lock one(a);
    std::scoped_lock two(a, b);
    std::scoped_lock three(a, b, c);
    std::scoped_lock one_adopted(std::adopt_lock, a);
    std::scoped_lock two_adopted(std::adopt_lock, a, b);
}

void unique_locks() {
    std::mutex m;
    std::timed_mutex t;
    std::unique_lock<std::mutex> none;
    std::unique_lock<std::mutex> held(m);
    std::unique_lock<std::mutex> adopted(m, std::adopt_lock);
    std::unique_lock<std::mutex> deferred(m, std::defer_lock);
    std::unique_lock<std::mutex> tried(m, std::try_to_lock);
    std::unique_lock<std::timed_mutex> during(t, 1s);
    std::unique_lock<std::timed_mutex> until(t, steady_clock::now());
    std::unique_lock<std::mutex> moved(std::move(held));
    moved = std::move(adopted);
    moved.lock();
    (void)moved.try_lock();
    (void)during.try_lock_for(1s);
    (void)during.try_lock_until(steady_clock::now());
    moved.unlock();
    (void)moved.release();
    (void)moved.owns_lock();
    (void)static_cast<bool>(moved);
    (void)moved.mutex();
}

void shared_locks() {
    std::shared_mutex m;
    std::shared_lock<std::shared_mutex> none;
    std::shared_lock<std::shared_mutex> held(m);
    std::shared_lock<std::shared_mutex> adopted(m, std::adopt_lock);
    std::shared_lock<std::shared_mutex> deferred(m, std::defer_lock);
    std::shared_lock<std::shared_mutex> tried(m, std::try_to_lock);
    std::shared_lock<std::shared_mutex> moved(std::move(held));
    moved.lock();
    (void)moved.try_lock();
    moved.unlock();
    (void)moved.release();
    (void)moved.owns_lock();
    (void)static_cast<bool>(moved);
}

void conditions() {
    std::mutex m;
    std::unique_lock<std::mutex> l(m);
    std::condition_variable c;
    std::condition_variable_any any;
    std::stop_token stop;
    auto now = steady_clock::now();
    auto test = [] { return true; };
    c.wait(l);
    c.wait(l, test);
    c.wait_for(l, 1s);
    c.wait_for(l, 1s, test);
    c.wait_until(l, now);
    c.wait_until(l, now, test);
    c.notify_one();
    c.notify_all();
    any.wait(l);
    any.wait(l, test);
    any.wait(l, stop, test);
    any.wait_for(l, 1s);
    any.wait_for(l, 1s, test);
    any.wait_for(l, stop, 1s, test);
    any.wait_until(l, now);
    any.wait_until(l, now, test);
    any.wait_until(l, stop, now, test);
    any.notify_one();
    any.notify_all();
}

void threads() {
    std::thread none, plain(work), one(work1, 1), two(work2, 1, 2), moved(std::move(plain));
    none = std::move(moved);
    none.join();
    one.detach();
    (void)two.joinable();
    none.swap(two);
    std::swap(none, two);
    (void)two.get_id();
    (void)two.native_handle();
    std::jthread jnone, jplain(work), jone(work1, 1), jtwo(work2, 1, 2), jmoved(std::move(jplain));
    jmoved.join();
    jone.detach();
    (void)jtwo.joinable();
    std::vector<std::thread> many;
    many.emplace_back(work);
    many.emplace_back(work1, 1);
    many.emplace_back(work2, 1, 2);
    std::this_thread::sleep_for(1s);
    std::this_thread::sleep_until(steady_clock::now());
    std::this_thread::yield();
    static std::once_flag once;
    std::call_once(once, work);
    std::call_once(once, work1, 1);
}

void values() {
    int x = 0;
    (void)std::move(x);
    (void)std::forward<int &>(x);
    (void)std::ref(x);
    (void)std::cref(x);
    (void)std::addressof(x);
}

void futures() {
    std::future<int> a = std::async(std::launch::async, work), b = std::async(std::launch::async, work1, 1),
                     c = std::async(std::launch::async, work2, 1, 2), d = std::async(work), e = std::async(work1, 1),
                     f = std::async(work2, 1, 2);
    std::shared_future<int> g = a.share();
    b.wait();
    b.get();
    std::function<int()> wrapped(work), of_lambda([] { return 1; }), taken(std::move(wrapped));
    std::packaged_task<int()> task(work), moved_task(std::move(task));
    (void)std::bind(work), (void)std::bind(work1, 1), (void)std::bind(work2, 1, 2);
}

void memory() {
    int *one = new int;
    int *many = new int[4];
    int *quiet = new (std::nothrow) int;
    int *quiet_many = new (std::nothrow) int[4];
    ::operator delete(::operator new(4));
    ::operator delete(::operator new(4, std::nothrow));
    ::operator delete[](::operator new[](4));
    ::operator delete[](::operator new[](4, std::nothrow));
    delete one;
    delete[] many;
    delete quiet;
    delete[] quiet_many;
}

void input() {
    std::string line;
    int number = 0;
    std::getline(std::cin, line);
    std::getline(std::cin, line, ';');
    std::cin >> number;
    std::cin >> line;
}

void semaphores() {
    std::counting_semaphore<4> s(4);
    s.acquire();
    s.release();
}

template <class T> static void atomic_operations(std::atomic<T> &a) {
    T seen = a.load();
    seen = a;
    a.store(seen);
    a = seen;
    seen = a.exchange(seen);
    (void)a.compare_exchange_strong(seen, seen);
    (void)a.compare_exchange_weak(seen, seen);
}

void atomics() {
    std::atomic<int> number;
    std::atomic<bool> flag;
    std::atomic<void *> pointer;
    std::atomic_flag once = ATOMIC_FLAG_INIT;
    atomic_operations(number);
    atomic_operations(flag);
    atomic_operations(pointer);
    number.fetch_add(1);
    number.fetch_sub(1);
    number++;
    number--;
    (void)once.test_and_set();
    once.clear();
    std::atomic<int *> p;
    p.fetch_add(1);
    p.fetch_sub(1);
    (void)std::atomic_load(&number);
    (void)std::atomic_load_explicit(&number, std::memory_order_acquire);
    std::atomic_store(&number, 1);
    std::atomic_store_explicit(&number, 1, std::memory_order_release);
    int seen = 0;
    (void)std::atomic_compare_exchange_strong(&number, &seen, 1);
    (void)std::atomic_compare_exchange_weak(&number, &seen, 1);
    (void)std::atomic_compare_exchange_strong_explicit(&number, &seen, 1, std::memory_order_seq_cst, std::memory_order_seq_cst);
    (void)std::atomic_compare_exchange_weak_explicit(&number, &seen, 1, std::memory_order_seq_cst, std::memory_order_seq_cst);
}

void promises() {
    std::promise<int> p;
    p.set_value(1);
    p.set_exception(std::exception_ptr());
    p.set_value_at_thread_exit(1);
    p.set_exception_at_thread_exit(std::exception_ptr());
}

void queues() {
    int one = 1;
    std::queue<int> q;
    std::priority_queue<int> p;
    std::stack<int> s;
    q.push(one);
    q.emplace(1);
    q.pop();
    q.swap(q);
    (void)q.size();
    p.push(one);
    p.emplace(1);
    p.pop();
    p.swap(p);
    (void)p.size();
    s.push(one);
    s.emplace(1);
    s.pop();
    s.swap(s);
    (void)s.size();
}

void numbers() {
    std::string text = "1";
    (void)std::stoi(text);
    (void)std::stol(text);
    (void)std::stoll(text);
    (void)std::stoul(text);
    (void)std::stoull(text);
}

void sequences() {
    int one = 1;
    std::deque<int> d;
    std::list<int> l;
    std::vector<int> v;
    d.push_back(one);
    d.push_front(one);
    d.emplace_back(1);
    d.emplace_front(1);
    d.insert(d.begin(), one);
    d.pop_front();
    d.pop_back();
    d.erase(d.begin());
    d.clear();
    d.swap(d);
    (void)d.size();
    l.push_back(one);
    l.push_front(one);
    l.emplace_back(1);
    l.emplace_front(1);
    l.insert(l.begin(), one);
    l.splice(l.begin(), l);
    l.pop_front();
    l.pop_back();
    l.erase(l.begin());
    l.clear();
    l.remove(one);
    l.remove_if([](int x) { return x == 1; });
    l.swap(l);
    (void)l.size();
    v.push_back(one);
    v.emplace_back(1);
    v.insert(v.begin(), one);
    v.pop_back();
    v.erase(v.begin());
    v.clear();
    v.swap(v);
    (void)v.size();
}

void tables() {
    int one = 1;
    std::map<int, int> m;
    std::multimap<int, int> mm;
    std::set<int> s;
    std::multiset<int> ms;
    m[one] = 1;
    m.insert({1, 1});
    m.emplace(1, 1);
    m.erase(1);
    m.clear();
    m.swap(m);
    (void)m.extract(1);
    (void)m.size();
    mm.insert({1, 1});
    mm.emplace(1, 1);
    mm.erase(1);
    mm.clear();
    (void)mm.size();
    s.insert(one);
    s.emplace(1);
    s.erase(1);
    s.clear();
    s.swap(s);
    (void)s.extract(1);
    (void)s.size();
    ms.insert(one);
    ms.emplace(1);
    ms.erase(1);
    ms.clear();
    (void)ms.size();
}

void coordination() {
    std::latch latch(2);
    latch.count_down();
    latch.wait();
    latch.arrive_and_wait();
    std::barrier barrier(2);
    (void)barrier.arrive();
    barrier.arrive_and_wait();
    barrier.arrive_and_drop();
    std::counting_semaphore<4> semaphore(0);
    semaphore.release();
    semaphore.acquire();
}
