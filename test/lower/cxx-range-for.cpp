// RUN: %threadlint show facts %s -- -std=c++17 | %FileCheck %s
// range-for over containers, arrays and temporaries; structured bindings.
#include <map>
#include <string>
#include <vector>

void use(int);
std::vector<int> make();

// CHECK-LABEL: fn containers
void containers(std::vector<int> &v) {
    for (int &x : v) {
        x++;
    }
    for (int x : make()) {
        use(x);
    }
}
// CHECK: [[B:c[0-9]+]] = call {{.*}}begin{{.*}}(v) implicit
// CHECK: write __begin1{{.*}} = [[B]] init
// CHECK: branch ? != 0
// CHECK: operator*{{.*}}(&__begin1
// CHECK: write x#[[X:[0-9]+]] = {{c[0-9]+}} init
// CHECK: update *x#[[X]] += 1
// CHECK: call make()
// CHECK: begin{{.*}}(&#[[T:[0-9]+]]) implicit
// CHECK: call use(
// CHECK: ~vector{{.*}}(&#[[T]]) implicit cleanup

// CHECK-LABEL: fn arrays
void arrays() {
    int a[3] = {1, 2, 3};
    for (int x : a) {
        if (x == 2) {
            continue;
        }
        use(x);
    }
}
// CHECK: write __begin1 = &a[?] init
// CHECK: write x = *__begin1 init

struct Pair {
    int left;
    int &right;
};

// CHECK-LABEL: fn bindings
void bindings(Pair p, std::map<int, std::string> &m) {
    auto &[l, r] = p;
    l = 1;
    r = 2;
    int a[2] = {3, 4};
    auto [x, y] = a;
    use(y);
    for (const auto &[key, value] : m) {
        use(key);
    }
}
// CHECK: local "[l, r]": struct Pair &
// CHECK: write #[[P:[0-9]+]] = &p init
// CHECK: write #[[P]]->left = 1
// CHECK: write *#[[P]]->right = 2
// CHECK: write #[[A:[0-9]+]] = a init
// CHECK: read #[[A]][1]
// CHECK: read #{{[0-9]+}}->{{.*}}first
