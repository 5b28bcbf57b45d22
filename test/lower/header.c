// RUN: %threadlint show facts %s -- -std=c11 -I%S/Inputs | %FileCheck %s
// Bodies in headers of the project are lowered, those of system headers are not; every file read has a hash.
#include "queue.h"
#include <stdlib.h>
// CHECK: file "{{.*}}header.c" main own hash {{[0-9a-f]+}}
// CHECK: file "{{.*}}queue.h" own hash {{[0-9a-f]+}}
// CHECK: file "{{.*}}pthread.h" system hash {{[0-9a-f]+}}

// CHECK: fn queue_count header
// CHECK: call pthread_mutex_lock(&q->mu)
// CHECK: read q->count

// CHECK-LABEL: fn user @
int user(struct queue *q, const char *text) {
    return queue_count(q) + queue_declared(q) + atoi(text);
}
// CHECK: call queue_count(q)
// CHECK: call queue_declared(q)
// CHECK: call atoi(text)
// CHECK-NOT: fn atoi
