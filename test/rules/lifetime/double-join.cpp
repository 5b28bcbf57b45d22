// lifetime-double-join in C++: the second join throws std::system_error. Reported at the second call.
#include <thread>
#include <utility>
#include <vector>

void run(int job);
bool failed();

class Server {
  public:
    void stop() {
        if (thread_.joinable()) {
            thread_.join();
        }
    }
    ~Server() { stop(); }

  private:
    std::thread thread_{run, 1};
};

void bad_joined_twice() {
    std::thread reader(run, 1);
    reader.join();
    reader.join(); // expect: lifetime-double-join "reader"
}

void bad_join_after_detach() {
    std::thread reader(run, 1);
    reader.detach(); // threadlint: detached one short job
    reader.join();   // expect: lifetime-double-join "reader"
}

void bad_detach_after_join() {
    std::thread reader(run, 1);
    reader.join();
    reader.detach(); // expect: lifetime-double-join "reader"
}

void bad_branch_joined_already() {
    std::thread reader(run, 1);
    if (failed()) {
        reader.join();
    }
    reader.join(); // expect: lifetime-double-join "reader"
}

void bad_joined_in_a_loop() {
    std::thread reader(run, 1);
    for (int i = 0; i < 2; i++) {
        reader.join(); // expect: lifetime-double-join "reader"
    }
}

void bad_jthread_joined_twice() {
    std::jthread reader(run, 1);
    reader.join();
    reader.join(); // expect: lifetime-double-join "reader"
}

void ok_joinable_guards() {
    std::thread reader(run, 1);
    if (failed()) {
        reader.join();
    }
    if (reader.joinable()) {
        reader.join();
    }
}

void ok_stop_twice() {
    Server server;
    server.stop();
    server.stop();
}

void ok_vector() {
    std::vector<std::thread> pool;
    for (int i = 0; i < 4; i++) {
        pool.emplace_back(run, i);
    }
    for (auto &t : pool) {
        t.join();
    }
}

void ok_assigned_between() {
    std::thread t(run, 1);
    t.join();
    t = std::thread(run, 2);
    t.join();
}

void ok_moved_between() {
    std::thread a(run, 1);
    std::thread b(run, 2);
    a.join();
    a = std::move(b);
    a.join();
}

void ok_jthread_joined_early() {
    std::jthread t(run, 1);
    t.join();
}

void ok_index_differs(std::thread *pool) {
    pool[0].join();
    pool[1].join();
}

void ok_either_join_or_detach() {
    std::thread t(run, 1);
    if (failed()) {
        t.detach(); // threadlint: detached one short job
    } else {
        t.join();
    }
}
