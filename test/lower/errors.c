// RUN: %not %threadlint show facts %s -- -std=gnu11 | %FileCheck %s
// Code with errors is lowered as far as it goes; functions with an error inside are partial.
#include "missing.h"
// CHECK: diag {{[34]}} "'missing.h' file not found"
// CHECK: diag 3 "use of undeclared identifier 'undeclared'"
int g;

// CHECK-LABEL: fn fine @
int fine(int x) {
    g = x;
    return x;
}
// CHECK-LABEL: fn broken partial
int broken(int x) {
    use(undeclared);
    return x;
}
// gcc only warns about this, and it runs.
// CHECK-LABEL: fn old_style @
int old_style(int x) {
    return later(x);
}
// CHECK-LABEL: fn after @
int after(void) {
    return 1;
}
