// What OpenMP directives make parallel.
// RUN: %threadlint check --fail-on never --format text %s -- -std=gnu11 -fopenmp | grep ': warning:' | %FileCheck %s
// RUN: %threadlint check %s -- -std=gnu11
// RUN: %threadlint show threads %s -- -std=gnu11 -fopenmp | %FileCheck --check-prefix=THREADS %s
typedef struct {
    void *p;
} omp_lock_t;
void omp_set_lock(omp_lock_t *);
void omp_unset_lock(omp_lock_t *);
int omp_get_thread_num(void);

static int hits, guarded, counted, once, late, by_lock, own_copy, numbered;
static omp_lock_t lock;
#pragma omp threadprivate(own_copy)

// THREADS: several threads of bad_sum::(parallel)
int bad_sum(const int *a, int n) {
    int sum = 0, good = 0, t = 0;
#pragma omp parallel for private(t) reduction(+ : good)
    for (int k = 0; k < n; k++) {
        t = a[k];
        // CHECK: 'sum' is written without a lock by several threads
        sum += t;
        good += t;
        own_copy++;
        // CHECK-NEXT: 'hits' is written
        hits++;
#pragma omp critical
        guarded++;
#pragma omp atomic
        counted++;
    }
    return sum + good;
}

// A loop's own variable is private wherever it is declared; those of loops inside are not.
int bad_variables(const int *a, int n) {
    int i, j, temp, max = 0;
#pragma omp parallel for \
    reduction(max : max)
    for (i = 0; i < n; i++) {
        // CHECK-NEXT: 'temp' is written
        temp = a[i];
        // CHECK-NEXT: 'j' is written
        for (j = 0; j < n; j++) {
            max = temp < j ? j : max;
        }
    }
    return max;
}

int ok_collapsed(int (*a)[8], int n) {
    int i, j, sum = 0;
#pragma omp parallel for collapse(2) reduction(+ : sum)
    for (i = 0; i < n; i++) {
        for (j = 0; j < 8; j++) {
            sum += a[i][j];
        }
    }
    return sum;
}

void ok_phases(void) {
    int local = 0;
#pragma omp parallel
    {
        int own = 0;
        own++;
#pragma omp single
        {
            once++;
            local = 1;
        }
        own += local;
#pragma omp barrier
#pragma omp master
        late++;
        omp_set_lock(&lock);
        by_lock++;
        omp_unset_lock(&lock);
        int id = omp_get_thread_num();
        if (id == 0) {
            numbered++;
        }
    }
}

int ok_alone(void) {
    int n = 0;
#pragma omp parallel num_threads(1)
    n++;
    return n;
}

int bad_region(void) {
    int first = 0, second = 0;
#pragma omp parallel
    {
        // CHECK-NEXT: 'first' is written
        first++;
#pragma omp for
        for (int i = 0; i < 4; i++) {
            // CHECK-NEXT: 'second' is written
            second++;
        }
    }
    return first + second;
}
// CHECK-NOT: warning
