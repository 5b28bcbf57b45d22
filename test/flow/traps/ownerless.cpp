// Semaphores of C++ have no owner.
// args: -std=c++20
#include <semaphore>

void work();

void ok_taken_by_one(std::counting_semaphore<> &slots) {
    slots.acquire();
    work();
}

void ok_given_by_another(std::counting_semaphore<> &slots) {
    slots.release();
}

void ok_taken_twice(std::binary_semaphore &ready) {
    ready.acquire();
    ready.acquire();
}
