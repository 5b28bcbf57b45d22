// RUN: %threadlint show facts %s -- -std=c++17 | %FileCheck %s
// Destructors of class template instances: libclang shows no cursor of them, the template's body is lowered for each instance.
#include <mutex>
#include <pthread.h>

template <class M> class Guard {
    M &mutex_;
    bool owns_ = true;

  public:
    explicit Guard(M &m) : mutex_(m) { mutex_.lock(); }
    ~Guard() {
        if (owns_) {
            mutex_.unlock();
        }
        reset();
    }
    void reset() { owns_ = false; }
};

template <class M> class Scoped {
    M *m_;

  public:
    Scoped(M *m) : m_(m) { m_->lock(); }
    ~Scoped() { m_->unlock(); }
};

template <class T> struct CLock {
    pthread_mutex_t *p;
    CLock(pthread_mutex_t *q) : p(q) { pthread_mutex_lock(p); }
    ~CLock() { pthread_mutex_unlock(p); }
};

std::mutex mu;
pthread_mutex_t pm;

// CHECK-LABEL: fn user
void user() {
    Guard<std::mutex> g(mu);
    Scoped<std::mutex> s(&mu);
    CLock<int> c(&pm);
}
// CHECK: call Guard::Guard(&g, &mu)
// CHECK: call CLock::~CLock(&c) implicit cleanup
// CHECK: call Scoped::~Scoped(&s) implicit cleanup
// CHECK: call Guard::~Guard(&g) implicit cleanup

// CHECK-LABEL: fn Guard::Guard template
// CHECK: write this->mutex_ = m init
// CHECK: write this->owns_ = 1 init
// CHECK: call std::mutex::lock(this->mutex_)

// CHECK-DAG: call pthread_mutex_unlock(this->p)
// CHECK-DAG: call std::mutex::unlock(this->m_)
// CHECK-DAG: call std::mutex::unlock(this->mutex_)
// CHECK-DAG: call Guard::reset(this)
// CHECK-DAG: write this->owns_ = 0
