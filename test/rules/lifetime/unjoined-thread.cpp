// lifetime-unjoined-thread in C++: the scope of a joinable std::thread ends, which calls std::terminate.
// Reported at the spawn; the message names the line where the scope ends.
#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

int prepare(int job);
void run(int job);
void remember(std::thread thread);

struct Joiner {
    std::thread &thread;
    explicit Joiner(std::thread &t) : thread(t) {}
    Joiner(const Joiner &) = delete;
    Joiner &operator=(const Joiner &) = delete;
    ~Joiner() {
        if (thread.joinable()) {
            thread.join();
        }
    }
};

class Server {
  public:
    void start();
    ~Server() {
        if (acceptor_.joinable()) {
            acceptor_.join();
        }
    }

  private:
    std::thread acceptor_;
    std::vector<std::thread> pool_;
};

int bad_early_return(int job) {
    std::thread reader(run, job); // expect: lifetime-unjoined-thread "reader"
    if (prepare(job) != 0) {
        return -1;
    }
    reader.join();
    return 0;
}

int bad_never_joined(int job) {
    std::thread reader(run, job); // expect: lifetime-unjoined-thread "reader"
    return prepare(job);
}

void bad_throw(int job) {
    std::thread reader([job] { run(job); }); // expect: lifetime-unjoined-thread "reader"
    if (prepare(job) != 0) {
        throw std::runtime_error("prepare");
    }
    reader.join();
}

int bad_continue_in_loop() {
    int failed = 0;
    for (int job = 0; job < 4; job++) {
        std::thread reader(run, job); // expect: lifetime-unjoined-thread "reader"
        if (prepare(job) != 0) {
            failed++;
            continue;
        }
        reader.join();
    }
    return failed;
}

void bad_joined_only_sometimes(int job, bool verbose) {
    std::thread reader(run, job); // expect: lifetime-unjoined-thread "reader"
    if (verbose) {
        reader.join();
    }
}

int bad_assigned_later(int job) {
    std::thread reader;
    reader = std::thread(run, job); // expect: lifetime-unjoined-thread "reader"
    if (prepare(job) != 0) {
        return -1;
    }
    reader.join();
    return 0;
}

int ok_joined(int job) {
    std::thread reader(run, job);
    int rc = prepare(job);
    reader.join();
    return rc;
}

int ok_jthread(int job) {
    std::jthread reader(run, job);
    if (prepare(job) != 0) {
        return -1;
    }
    return 0;
}

void ok_detached(int job) {
    std::thread reader(run, job);
    reader.detach(); // threadlint: detached one short job
}

std::thread ok_returned(int job) {
    std::thread reader(run, job);
    return reader;
}

std::thread ok_returned_temporary(int job) {
    return std::thread(run, job);
}

void ok_moved_into_a_container(std::vector<std::thread> &pool, int job) {
    std::thread reader(run, job);
    pool.push_back(std::move(reader));
    pool.emplace_back(run, job);
}

void ok_moved_into_a_call(int job) {
    std::thread reader(run, job);
    remember(std::move(reader));
}

int ok_guard_object_joins(int job) {
    std::thread reader(run, job);
    Joiner joiner(reader);
    if (prepare(job) != 0) {
        return -1;
    }
    return 0;
}

int ok_joinable_is_asked(int job, bool threaded) {
    std::thread reader;
    if (threaded) {
        reader = std::thread(run, job);
    }
    int rc = prepare(job);
    if (reader.joinable()) {
        reader.join();
    }
    return rc;
}

void ok_pool_joined_in_a_loop() {
    std::vector<std::thread> pool;
    for (int job = 0; job < 4; job++) {
        pool.emplace_back(run, job);
    }
    for (auto &thread : pool) {
        thread.join();
    }
}

void Server::start() {
    std::thread acceptor(run, 1);
    acceptor_ = std::move(acceptor);
}

void ok_joined_in_catch(int job) {
    std::thread reader(run, job);
    try {
        if (prepare(job) != 0) {
            throw std::runtime_error("prepare");
        }
    } catch (const std::exception &) {
        reader.join();
        throw;
    }
    reader.join();
}

int ok_empty_thread(int job) {
    std::thread reader;
    return prepare(job);
}
