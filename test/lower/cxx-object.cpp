// RUN: %threadlint show facts %s -- -std=c++17 | %FileCheck %s
// Constructors with member initialisers, implicit destructors, new and delete, temporaries, references.
#include <memory>
#include <mutex>
#include <string>

int g(int);
struct T {
    T();
    ~T();
    T(const T &);
    T(T &&);
    T operator+(const T &) const;
    T &operator=(const T &);
    int v;
};
T make();
void take(T);
void look(const T &);

struct Base {
    Base(int);
    virtual ~Base();
    virtual void run();
};

struct Derived : Base {
    T first;
    int x = g(7);
    std::mutex m;
    T second;
    Derived(int n) : Base(n), second(make()) { x = n; }
    ~Derived() { g(1); }
    void run() override { Base::run(); }
};

struct Holder {
    T a;
    std::unique_lock<std::mutex> l;
};

// CHECK-LABEL: fn Derived::Derived
// CHECK: call Base::Base(this, n)
// CHECK: call {{.*}}T{{.*}}(&this->first) implicit
// CHECK: [[X:c[0-9]+]]: int = call g(7)
// CHECK: write this->x = [[X]] init
// CHECK: [[M:c[0-9]+]]: {{.*}} = call make()
// CHECK: write this->second = [[M]] init
// CHECK: write this->x = n

// CHECK-LABEL: fn Derived::~Derived
// CHECK: call g(1)
// CHECK-NEXT: call T::~T(&this->second) implicit cleanup
// CHECK-NEXT: call T::~T(&this->first) implicit cleanup
// CHECK-NEXT: call Base::~Base(this) implicit cleanup

// CHECK-LABEL: fn Derived::run
// CHECK: call Base::run(this)

// CHECK-LABEL: fn implicit
void implicit() {
    Holder h;
}
// CHECK: call {{.*}}T{{.*}}(&h.a)
// CHECK: ~unique_lock{{.*}}(&h.l) implicit cleanup
// CHECK-NEXT: call T::~T(&h.a) implicit cleanup
// CHECK-NEXT: end h

// CHECK-LABEL: fn temporaries
void temporaries(T &x) {
    take(x);
    look(make());
    x = make() + x;
    const T &kept = make();
    int v = make().v;
    g(v + kept.v);
}
// CHECK: T{{.*}}(&#[[A:[0-9]+]], x)
// CHECK-NEXT: call take(#[[A]])
// CHECK-NEXT: call T::~T(&#[[A]])
// CHECK: write #[[B:[0-9]+]] = {{c[0-9]+}} init
// CHECK-NEXT: call look(&#[[B]])
// CHECK-NEXT: call T::~T(&#[[B]])
// CHECK: operator+{{.*}}(&#{{[0-9]+}}, x)
// CHECK: operator={{.*}}(x, &#{{[0-9]+}})
// CHECK-COUNT-2: call T::~T(&#{{[0-9]+}})
// CHECK: write kept = &#[[K:[0-9]+]] init
// CHECK: write v = #[[V:[0-9]+]].v init
// CHECK-NEXT: call T::~T(&#[[V]])
// CHECK: read kept->v
// CHECK: call g
// CHECK: call T::~T(&#[[K]]) implicit cleanup

// CHECK-LABEL: fn heap
void heap(Base *b) {
    Base *d = new Derived(3);
    d->run();
    delete d;
    delete b;
    T *many = new T[4];
    delete[] many;
    auto p = std::make_unique<T>();
    p->v = 1;
    (*p).v = 2;
}
// CHECK: [[N:c[0-9]+]]: {{.*}} = call {{.*}}operator new{{.*}} implicit
// CHECK-NEXT: call Derived::Derived([[N]], 3)
// CHECK: virtual Base::run(d)
// CHECK: virtual Base::~Base(d) implicit
// CHECK-NEXT: operator delete{{.*}}(d) implicit
// CHECK: virtual Base::~Base(b) implicit
// CHECK: operator new[]
// CHECK: call T::~T(many)
// CHECK: operator delete[]
// CHECK: operator->{{.*}}(&p)
// CHECK-NEXT: write {{c[0-9]+}}->v = 1
// CHECK: operator*{{.*}}(&p)
// CHECK-NEXT: write {{c[0-9]+}}->v = 2
// CHECK: ~unique_ptr{{.*}}(&p) implicit cleanup

// CHECK-LABEL: fn references
int references(int &in, T &object) {
    int &r = in;
    r = 3;
    int *p = &r;
    object.v = *p;
    return r;
}
// CHECK: write r = in init
// CHECK-NEXT: write *r = 3
// CHECK: write p = r init
// CHECK: write object->v = *p

// CHECK-LABEL: fn choose
T choose(bool b, const T &x) {
    return b ? make() : x;
}
// CHECK: branch b != 0
// CHECK: write #[[R:[0-9]+]] = {{c[0-9]+}} init
// CHECK: T{{.*}}(&#[[R]], x)
// CHECK: return #[[R]]

// CHECK-LABEL: fn either
std::mutex ma, mb;
void either(bool b) {
    std::lock_guard<std::mutex> l(b ? ma : mb);
}
// CHECK: write #[[E:[0-9]+]] = &ma init
// CHECK: write #[[E]] = &mb init
// CHECK: lock_guard{{.*}}(&l, #[[E]])
