// RUN: %threadlint show facts %s -- -std=c++17 | %FileCheck %s
// Templates are lowered where they are instantiated, never as patterns.
#include <condition_variable>
#include <mutex>
#include <optional>
#include <queue>

template <class T> class Queue {
    mutable std::mutex m_;
    std::condition_variable cv_;
    std::queue<T> q_;
    bool closed_ = false;

  public:
    void push(T v) {
        {
            std::lock_guard<std::mutex> lk(m_);
            q_.push(std::move(v));
        }
        cv_.notify_one();
    }
    T pop();
    void never_used() { q_.pop(); }
};

template <class T> T Queue<T>::pop() {
    std::unique_lock lk(m_);
    cv_.wait(lk, [this] { return closed_ || !q_.empty(); });
    T v = std::move(q_.front());
    q_.pop();
    return v;
}

template <class F> void twice(F f) {
    f();
    f();
}

// The class is named by `user`: members that nothing calls are lowered too, behind all others.
// CHECK-LABEL: fn user
int user(Queue<int> &q) {
    q.push(1);
    twice([&q] { q.push(2); });
    return q.pop();
}
// CHECK: call Queue::push(q, 1)
// CHECK: call twice(fn:{{.*}})
// CHECK: call Queue::pop(q)

// CHECK-LABEL: fn Queue::push template
// CHECK: lock_guard{{.*}}(&lk, &this->m_)
// CHECK: ~lock_guard{{.*}}(&lk) implicit cleanup
// CHECK: std::condition_variable::notify_one(&this->cv_)

// CHECK-LABEL: fn twice template
// CHECK-COUNT-2: (&f)

// CHECK-LABEL: fn Queue::pop template
// CHECK: unique_lock{{.*}}(&lk, &this->m_)
// CHECK: std::condition_variable::wait(&this->cv_, &lk, fn:{{.*}})
// CHECK: ~unique_lock{{.*}}(&lk) implicit cleanup

// CHECK-LABEL: fn Queue::never_used template
