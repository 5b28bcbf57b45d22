// arch-mixed-models: two libraries for threads in one file. Reported at the start that brings the second one in.
// profile: review
// rules: arch-mixed-models
#include <pthread.h>
#include <thread>

static void *work(void *arg) {
    return arg;
}

void ok_first() {
    pthread_t t;
    pthread_create(&t, nullptr, work, nullptr);
    pthread_join(t, nullptr);
}

void bad_second() {
    std::thread t(work, nullptr); // expect: arch-mixed-models "POSIX threads"
    t.join();
}
