// RUN: %threadlint show facts %s -- -std=c11 | %FileCheck %s
// Reads, writes and updates: which place, and nothing that is not touched.
struct in {
    int a, b;
};
struct s {
    int x;
    struct in in;
    struct s *next;
    int arr[4];
    union {
        int anon;
        float other;
    };
};
extern struct s gs;
extern int ga[4], gm[2][3];
int counter;
void use(void *);
int h(int);

// CHECK-LABEL: fn members
void members(struct s *p, int i) {
    p->x = gs.in.b;
    p->next->next->x++;
    p->arr[i] += 2;
    (*p).in.a = 4;
    p->anon = 5;
}
// CHECK: read p
// CHECK-NEXT: read gs.in.b
// CHECK-NEXT: write p->x = gs.in.b
// CHECK-NEXT: read p
// CHECK-NEXT: read p->next
// CHECK-NEXT: read p->next->next
// CHECK-NEXT: update p->next->next->x += 1
// CHECK-NEXT: read p
// CHECK-NEXT: read i
// CHECK-NEXT: update p->arr[i] += 2
// CHECK-NEXT: read p
// CHECK-NEXT: write p->in.a = 4
// CHECK-NEXT: read p
// CHECK-NEXT: write p->anon{{.*}} = 5

// One element has one path, however it is written.
// CHECK-LABEL: fn elements
void elements(struct s v[], int i) {
    ga[2] = *(ga + 2);
    *ga = 0;
    gm[i][1] = 3;
    v[i].x = 1;
    (v + i)->x = 2;
    v->x = 3;
    use(v + i);
    use(&v[i]);
    use(ga);
}
// CHECK: read ga[2]
// CHECK-NEXT: write ga[2] = ga[2]
// CHECK-NEXT: write ga[0] = 0
// CHECK-NEXT: read i
// CHECK-NEXT: write gm[i][1] = 3
// CHECK: write [[E:.*v.*i.*\.x]] = 1
// CHECK: write [[E]] = 2
// CHECK: write v->x = 3
// CHECK: call use([[A:&.*v.*i.*]]) @
// CHECK: call use([[A]]) @
// CHECK: call use(&ga)

// An address is no access.
// CHECK-LABEL: fn addresses
void addresses(struct s *p) {
    use(&p->in);
    use(p->arr);
    use(&gs);
    int *q = &p->arr[1];
    q[2] = 4;
}
// CHECK: read p
// CHECK-NEXT: call use(&p->in)
// CHECK-NEXT: read p
// CHECK-NEXT: call use(&p->arr)
// CHECK-NEXT: call use(&gs)
// CHECK-NEXT: begin q
// CHECK-NEXT: read p
// CHECK-NEXT: write q = &p->arr[1] init
// CHECK-NEXT: read q
// CHECK-NEXT: write {{.*q.*}}[2]{{.*}} = 4

// Steps: x++ keeps the old value, ++x gives the new one.
// CHECK-LABEL: fn steps
void steps(void) {
    int k = counter++;
    k = --counter;
    counter++;
}
// CHECK: write #1 = counter init
// CHECK-NEXT: update counter += 1
// CHECK-NEXT: write k = #1 init
// CHECK-NEXT: update counter -= 1
// CHECK-NEXT: write k = counter
// CHECK-NEXT: update counter += 1
// CHECK-NEXT: end k

// Operands the compiler only looks at are not evaluated.
// CHECK-LABEL: fn unevaluated
void unevaluated(int unused) {
    (void)unused;
    counter = sizeof(h(3)) + _Alignof(int);
    __typeof__(h(2)) t = 3;
    use(&t);
    counter = __builtin_constant_p(h(2));
    _Static_assert(sizeof(t) > 1, "");
}
// CHECK-NOT: read unused
// CHECK-NOT: call h
// CHECK: write counter = 8
// CHECK: write t = 3 init
// CHECK: write counter = 0

// Structures are read and written as a whole.
// CHECK-LABEL: fn whole
void whole(struct s *p, struct in i) {
    struct s copy = *p;
    *p = gs;
    p->in = (struct in){.b = 2};
    p->in = i;
    use(&copy);
}
// CHECK: read *p
// CHECK-NEXT: write copy = *p init
// CHECK: read gs
// CHECK-NEXT: write *p = gs
// CHECK: write p->in.b = 2 @
// CHECK-NEXT: write p->in.a = 0 @
// CHECK: write p->in = i

// CHECK-LABEL: fn qualified
volatile int vol;
_Atomic int atom;
void qualified(void) {
    vol = vol + 1;
    atom = 2;
    atom++;
    counter = atom;
}
// CHECK: read vol volatile
// CHECK-NEXT: write vol = (vol + 1) volatile
// CHECK-NEXT: write atom = 2 atomic
// CHECK-NEXT: update atom += 1 atomic
// CHECK-NEXT: read atom atomic
// CHECK-NEXT: write counter = atom
