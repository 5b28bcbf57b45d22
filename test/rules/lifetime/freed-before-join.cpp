// lifetime-freed-before-join in C++: delete, reset or destruction of what a thread uses before its join. Reported at the
// call that frees.
#include <memory>
#include <mutex>
#include <thread>

struct Queue {
    std::mutex mu;
    bool stop = false;
};

void drain(Queue *queue);
void request_stop(Queue *queue);
bool failed();

void bad_deleted_first() {
    Queue *queue = new Queue;
    std::thread t(drain, queue);
    request_stop(queue);
    delete queue; // expect: lifetime-freed-before-join "queue"
    t.join();
}

void bad_deleted_on_the_error_path() {
    Queue *queue = new Queue;
    std::thread t([queue] { drain(queue); });
    if (failed()) {
        delete queue; // expect: lifetime-freed-before-join "queue"
        t.join();
        return;
    }
    t.join();
    delete queue;
}

void bad_unique_pointer_reset() {
    auto queue = std::make_unique<Queue>();
    std::thread t(drain, queue.get());
    request_stop(queue.get());
    queue.reset(); // miss: lifetime-freed-before-join owning pointers are not followed
    t.join();
}

void bad_array_deleted() {
    int *values = new int[16];
    std::thread t([values] { values[0] = 1; });
    delete[] values; // expect: lifetime-freed-before-join "values"
    t.join();
}

static void dispose(Queue *queue) {
    request_stop(queue);
    delete queue;
}

void bad_helper_deletes() {
    Queue *queue = new Queue;
    std::thread t(drain, queue);
    dispose(queue); // expect: lifetime-freed-before-join "queue"
    t.join();
}

void bad_jthread() {
    Queue *queue = new Queue;
    std::jthread t(drain, queue);
    request_stop(queue);
    delete queue; // expect: lifetime-freed-before-join "queue"
    t.join();
}

void ok_joined_first() {
    Queue *queue = new Queue;
    std::thread t(drain, queue);
    request_stop(queue);
    t.join();
    delete queue;
}

void ok_unique_pointer_dies_after_the_join() {
    auto queue = std::make_unique<Queue>();
    std::thread t(drain, queue.get());
    request_stop(queue.get());
    t.join();
}

void ok_shared_pointer() {
    auto queue = std::make_shared<Queue>();
    std::thread t([queue] { drain(queue.get()); });
    request_stop(queue.get());
    queue.reset();
    t.join();
}

void ok_moved_into_the_thread() {
    auto queue = std::make_unique<Queue>();
    std::thread t([owned = std::move(queue)] { drain(owned.get()); });
    queue.reset();
    t.join();
}

void ok_the_thread_deletes() {
    Queue *queue = new Queue;
    std::thread t([queue] {
        drain(queue);
        delete queue;
    });
    t.join();
}

void ok_other_object() {
    Queue *queue = new Queue;
    Queue *unused = new Queue;
    std::thread t(drain, queue);
    delete unused;
    request_stop(queue);
    t.join();
    delete queue;
}

void ok_local_outlives_the_thread() {
    Queue queue;
    std::thread t(drain, &queue);
    request_stop(&queue);
    t.join();
}

void ok_jthread_declared_last() {
    auto queue = std::make_unique<Queue>();
    std::jthread t(drain, queue.get());
    request_stop(queue.get());
}

void use_number(int number);

static void work_and_delete(int number, int *shared) {
    use_number(number + *shared);
    delete shared;
}

static void work_only(int number, int *shared) {
    use_number(number + *shared);
}

void bad_second_argument_deleted_by_each() {
    std::thread pool[3];
    int *shared = new int(1);
    for (int i = 0; i < 3; i++) {
        pool[i] = std::thread(work_and_delete, i, shared); // expect: lifetime-freed-before-join "it is freed twice"
    }
    for (auto &t : pool) {
        t.join();
    }
}

void ok_deleted_by_the_owner() {
    std::thread pool[3];
    int *shared = new int(1);
    for (int i = 0; i < 3; i++) {
        pool[i] = std::thread(work_only, i, shared);
    }
    for (auto &t : pool) {
        t.join();
    }
    delete shared;
}

void ok_each_deletes_its_own() {
    std::thread pool[3];
    for (int i = 0; i < 3; i++) {
        int *own = new int(1);
        pool[i] = std::thread(work_and_delete, i, own);
    }
    for (auto &t : pool) {
        t.join();
    }
}
