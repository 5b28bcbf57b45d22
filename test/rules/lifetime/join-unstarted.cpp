// lifetime-join-unstarted in C++: join of a std::thread that was never started or was moved from throws. Reported at the join.
#include <thread>
#include <utility>
#include <vector>

void run(int job);
bool threaded();
void remember(std::thread thread);

void bad_never_started() {
    std::thread reader;
    reader.join(); // expect: lifetime-join-unstarted "reader"
}

void bad_started_in_one_branch() {
    std::thread reader;
    if (threaded()) {
        reader = std::thread(run, 1);
    }
    reader.join(); // expect: lifetime-join-unstarted "reader"
}

void bad_moved_from() {
    std::thread reader(run, 1);
    std::thread other = std::move(reader);
    reader.join(); // expect: lifetime-join-unstarted "reader"
    other.join();
}

void bad_moved_into_a_call() {
    std::thread reader(run, 1);
    remember(std::move(reader));
    reader.join(); // expect: lifetime-join-unstarted "reader"
}

void bad_moved_into_a_vector(std::vector<std::thread> &pool) {
    std::thread reader(run, 1);
    pool.push_back(std::move(reader));
    reader.join(); // miss: lifetime-join-unstarted what a container does with an argument is not known
}

void bad_detach_of_nothing() {
    std::thread reader;
    reader.detach(); // expect: lifetime-join-unstarted "reader"
}

void ok_started() {
    std::thread reader(run, 1);
    reader.join();
}

void ok_joinable_guards() {
    std::thread reader;
    if (threaded()) {
        reader = std::thread(run, 1);
    }
    if (reader.joinable()) {
        reader.join();
    }
}

void ok_same_condition(bool in_thread) {
    std::thread reader;
    if (in_thread) {
        reader = std::thread(run, 1);
    }
    if (in_thread) {
        reader.join();
    }
}

void ok_moved_then_assigned(std::vector<std::thread> &pool) {
    std::thread reader(run, 1);
    pool.push_back(std::move(reader));
    reader = std::thread(run, 2);
    reader.join();
}

void ok_target_of_the_move() {
    std::thread reader(run, 1);
    std::thread other = std::move(reader);
    other.join();
}

void ok_swapped() {
    std::thread reader;
    std::thread other(run, 1);
    reader.swap(other);
    reader.join();
}

void ok_parameter(std::thread &reader) {
    reader.join();
}

void ok_array() {
    std::thread pool[2];
    for (int i = 0; i < 2; i++) {
        pool[i] = std::thread(run, i);
    }
    for (int i = 0; i < 2; i++) {
        pool[i].join();
    }
}
