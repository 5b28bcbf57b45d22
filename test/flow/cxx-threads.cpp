// rules: shared-state-race
// Ways to start a thread in C++: who starts it knows the function that it runs.
#include <functional>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

struct Counter {
    std::thread thread_;
    int lambda_ = 0;
    int method_ = 0;
    int bound_ = 0;
    int locked_ = 0;
    std::mutex mu_;
    void bad_lambda() { thread_ = std::thread([this] { lambda_++; }); } // expect: shared-state-race "lambda_"
    void ok_lambda() {
        thread_ = std::thread([this] {
            std::lock_guard<std::mutex> lock(mu_);
            locked_++;
        });
    }
    void bad_method_body() { method_++; } // expect: shared-state-race "method_"
    void method() { thread_ = std::thread(&Counter::bad_method_body, this); }
    void bad_bound_body() { bound_++; } // expect: shared-state-race "bound_"
    void bound() { thread_ = std::thread(std::bind(&Counter::bad_bound_body, this)); }
    void stop() { thread_.join(); }
};

static void bad_members() {
    Counter a;
    a.bad_lambda();
    a.lambda_++; // expect: shared-state-race "lambda_"
    a.stop();
    Counter b;
    b.method();
    b.method_++; // expect: shared-state-race "method_"
    b.stop();
    Counter c;
    c.bound();
    c.bound_++; // expect: shared-state-race "bound_"
    c.stop();
}

static void ok_members() {
    Counter a;
    a.ok_lambda();
    {
        std::lock_guard<std::mutex> lock(a.mu_);
        a.locked_++;
    }
    a.stop();
    a.locked_++;
}

static int stored;
static int functor;
static int asynchronous;
static int task;

struct Functor {
    int *p;
    void operator()() const { ++*p; } // expect: shared-state-race "functor"
};

static void bad_callables() {
    std::function<void()> f = [] { stored++; }; // expect: shared-state-race "stored"
    std::thread a(f);
    stored++; // expect: shared-state-race "stored"
    a.join();
    stored++;
    Functor object{&functor};
    std::thread b(std::ref(object));
    functor++; // expect: shared-state-race "functor"
    b.join();
    std::packaged_task<int()> packaged([] { return task++; }); // expect: shared-state-race "task"
    std::thread c(std::move(packaged));
    task++; // expect: shared-state-race "task"
    c.join();
}

static int bad_async_body(int n) {
    asynchronous += n; // expect: shared-state-race "asynchronous"
    return n;
}

static int bad_async() {
    auto f = std::async(std::launch::async, bad_async_body, 3);
    asynchronous++; // expect: shared-state-race "asynchronous"
    int n = f.get();
    asynchronous++; // the end of the task
    return n;
}

static int overridden;

struct Base {
    std::thread thread_;
    virtual ~Base() { thread_.join(); }
    virtual void run() = 0;
    void start() { thread_ = std::thread(&Base::run, this); }
};

struct Derived : Base {
    void run() override { overridden++; } // expect: shared-state-race "overridden"
};

static void bad_virtual() {
    Derived d;
    d.start();
    overridden++; // expect: shared-state-race "overridden"
}

int main() {
    bad_members();
    ok_members();
    bad_callables();
    bad_virtual();
    return bad_async();
}
