// lifetime-handle-overwritten in C++: assigning to a joinable std::thread calls std::terminate. Reported at the assignment.
#include <thread>
#include <utility>
#include <vector>

void run(int job);
bool again();

void bad_assigned_twice() {
    std::thread t(run, 1);
    t = std::thread(run, 2); // expect: lifetime-handle-overwritten "t"
    t.join();
}

void bad_assigned_in_a_loop() {
    std::thread reader;
    for (int job = 0; job < 4; job++) {
        reader = std::thread(run, job); // expect: lifetime-handle-overwritten "reader"
    }
    reader.join();
}

void bad_restart() {
    std::thread reader(run, 1);
    if (again()) {
        reader = std::thread([] { run(2); }); // expect: lifetime-handle-overwritten "reader"
    }
    reader.join();
}

void bad_moved_over() {
    std::thread a(run, 1);
    std::thread b(run, 2);
    a = std::move(b); // expect: lifetime-handle-overwritten "a"
    a.join();
}

void ok_joined_before() {
    std::thread t(run, 1);
    t.join();
    t = std::thread(run, 2);
    t.join();
}

void ok_joinable_is_asked() {
    std::thread t;
    for (int job = 0; job < 4; job++) {
        if (t.joinable()) {
            t.join();
        }
        t = std::thread(run, job);
    }
    t.join();
}

void ok_first_assignment() {
    std::thread t;
    t = std::thread(run, 1);
    t.join();
}

void ok_jthread_joins_on_assignment() {
    std::jthread t(run, 1);
    t = std::jthread(run, 2);
}

void ok_slots_differ() {
    std::thread pool[4];
    for (int job = 0; job < 4; job++) {
        pool[job] = std::thread(run, job);
    }
    for (auto &t : pool) {
        t.join();
    }
}

void ok_moved_away(std::vector<std::thread> &pool) {
    std::thread t(run, 1);
    pool.push_back(std::move(t));
    t = std::thread(run, 2);
    t.join();
}

void ok_detached_before() {
    std::thread t(run, 1);
    t.detach(); // threadlint: detached one short job
    t = std::thread(run, 2);
    t.join();
}

void ok_swap() {
    std::thread a(run, 1);
    std::thread b;
    b.swap(a);
    a = std::thread(run, 2);
    a.join();
    b.join();
}
