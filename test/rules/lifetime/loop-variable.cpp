// lifetime-loop-variable in C++: reference capture of a loop variable by threads started in that loop. Reported at the spawn.
#include <functional>
#include <string>
#include <thread>
#include <vector>

void use(int job);
void use_text(const std::string &text);

static void join_all(std::vector<std::thread> &pool) {
    for (auto &t : pool) {
        t.join();
    }
}

void bad_reference_to_index() {
    std::vector<std::thread> pool;
    for (int i = 0; i < 4; i++) {
        pool.emplace_back([&i] { use(i); }); // expect: lifetime-loop-variable "i"
    }
    join_all(pool);
}

void bad_default_capture() {
    std::vector<std::thread> pool;
    for (int i = 0; i < 4; i++) {
        pool.emplace_back([&] { use(i); }); // expect: lifetime-loop-variable "i"
    }
    join_all(pool);
}

void bad_push_back() {
    std::vector<std::thread> pool;
    for (int i = 0; i < 4; i++) {
        pool.push_back(std::thread([&i] { use(i); })); // expect: lifetime-loop-variable "i"
    }
    join_all(pool);
}

void bad_std_ref() {
    std::vector<std::thread> pool;
    for (int i = 0; i < 4; i++) {
        pool.emplace_back(use, std::ref(i)); // expect: lifetime-loop-variable "i"
    }
    join_all(pool);
}

void bad_address() {
    std::thread pool[4];
    int number = 0;
    for (auto &t : pool) {
        number++;
        t = std::thread([](const int *p) { use(*p); }, &number); // expect: lifetime-loop-variable "number"
    }
    for (auto &t : pool) {
        t.join();
    }
}

void bad_jthread() {
    std::vector<std::jthread> pool;
    for (int i = 0; i < 4; i++) {
        pool.emplace_back([&i] { use(i); }); // expect: lifetime-loop-variable "i"
    }
}

void ok_copy_capture() {
    std::vector<std::thread> pool;
    for (int i = 0; i < 4; i++) {
        pool.emplace_back([i] { use(i); });
    }
    join_all(pool);
}

void ok_argument_is_copied() {
    std::vector<std::thread> pool;
    for (int i = 0; i < 4; i++) {
        pool.emplace_back(use, i);
    }
    join_all(pool);
}

void ok_default_copy_capture() {
    std::vector<std::thread> pool;
    for (int i = 0; i < 4; i++) {
        pool.emplace_back([=] { use(i); });
    }
    join_all(pool);
}

void ok_joined_in_the_iteration() {
    for (int i = 0; i < 4; i++) {
        std::thread t([&] { use(i); });
        t.join();
    }
}

void ok_jthread_in_the_iteration() {
    for (int i = 0; i < 4; i++) {
        std::jthread t([&] { use(i); });
    }
}

void ok_element_of_a_container(const std::vector<std::string> &texts) {
    std::vector<std::thread> pool;
    for (const auto &text : texts) {
        pool.emplace_back([&text] { use_text(text); }); // an element lives longer than the loop's reference
        if (pool.size() == 4) {
            break;
        }
    }
    join_all(pool);
}

void ok_reference_to_what_does_not_change() {
    std::vector<std::thread> pool;
    const int factor = 3;
    for (int i = 0; i < 4; i++) {
        pool.emplace_back([&factor, i] { use(factor * i); });
    }
    join_all(pool);
}

void ok_init_capture() {
    std::vector<std::thread> pool;
    for (int i = 0; i < 4; i++) {
        pool.emplace_back([number = i + 1] { use(number); });
    }
    join_all(pool);
}
