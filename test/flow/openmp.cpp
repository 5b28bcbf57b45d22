// RUN: %threadlint check --fail-on never --format text %s -- -std=c++17 -fopenmp | grep ': warning:' | %FileCheck %s
#include <mutex>
#include <vector>

class Work {
public:
    void bad_go(const std::vector<int> &v, int &out) {
        int total = 0;
        int best = 0;
#pragma omp parallel for
        for (size_t i = 0; i < v.size(); i++) {
            // CHECK: 'total' is written without a lock by several threads
            total += v[i];
            std::lock_guard<std::mutex> guard(mu_);
            best = v[i];
            out = v[i];
        }
        out = total + best;
    }

private:
    std::mutex mu_;
};

template <class T> T bad_sum(const std::vector<T> &v) {
    T sum{};
#pragma omp parallel
    {
#pragma omp for
        for (size_t i = 0; i < v.size(); i++) {
            // CHECK-NEXT: 'sum' is written
            sum += v[i];
        }
    }
    return sum;
}

int use(Work &w, const std::vector<int> &v) {
    int out = 0;
    w.bad_go(v, out);
    return out + bad_sum(v);
}
// CHECK-NOT: warning
