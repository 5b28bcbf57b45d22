// lifetime-stack-escape in C++: a thread that may outlive the frame gets a local by reference. Reported at the spawn.
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

void run(int &job);
void run_text(const std::string &text);
void use(int job);

class Server {
  public:
    void start_bad(int fd);
    void start_ok(int fd);
    ~Server() {
        if (thread_.joinable()) {
            thread_.join();
        }
    }

  private:
    std::thread thread_;
    int fd_ = 0;
};

void bad_reference_capture_detached(int fd) {
    int job = fd + 1;
    std::thread t([&job] { run(job); }); // expect: lifetime-stack-escape "job"
    t.detach();                          // threadlint: detached one short job
}

void bad_default_reference_capture(int fd) {
    int job = fd + 1;
    // threadlint: detached one short job
    std::thread([&] { run(job); }).detach(); // expect: lifetime-stack-escape "job"
}

void bad_std_ref() {
    int job = 1;
    std::thread t(run, std::ref(job)); // expect: lifetime-stack-escape "job"
    t.detach();                        // threadlint: detached one short job
}

std::thread bad_returned() {
    int job = 1;
    return std::thread([&job] { run(job); }); // expect: lifetime-stack-escape "job"
}

void bad_address_of_local(std::vector<std::thread> &pool) {
    int job = 1;
    pool.emplace_back([](int *p) { use(*p); }, &job); // expect: lifetime-stack-escape "job"
}

void Server::start_bad(int fd) { // bad_member: the thread is kept, the parameter is not
    thread_ = std::thread([&fd] { use(fd); }); // expect: lifetime-stack-escape "fd"
}

void bad_member(Server &server) {
    server.start_bad(1);
}

void ok_joined() {
    int job = 1;
    std::thread t([&] { run(job); });
    t.join();
}

void ok_copy_capture() {
    int job = 1;
    std::thread t([job] { use(job); });
    t.detach(); // threadlint: detached one short job
}

void ok_argument_is_copied() {
    std::string text = "hello";
    std::thread t(run_text, text);
    t.detach(); // threadlint: detached one short job
}

void ok_init_capture() {
    auto job = std::make_unique<int>(1);
    std::thread t([owned = std::move(job)] { use(*owned); });
    t.detach(); // threadlint: detached one short job
}

void ok_shared_pointer() {
    auto job = std::make_shared<int>(1);
    std::thread t([job] { use(*job); });
    t.detach(); // threadlint: detached one short job
}

void ok_jthread_joins_first() {
    int job = 1;
    std::jthread t([&] { run(job); });
}

void Server::start_ok(int fd) {
    fd_ = fd;
    thread_ = std::thread([this] { use(fd_); });
}

void ok_member(Server &server) {
    server.start_ok(1);
}

void ok_pool_joined() {
    int jobs[4] = {0, 1, 2, 3};
    std::vector<std::thread> pool;
    for (int i = 0; i < 4; i++) {
        pool.emplace_back([&jobs, i] { run(jobs[i]); });
    }
    for (auto &t : pool) {
        t.join();
    }
}

void ok_static_local() {
    static int job = 1;
    std::thread t([] { run(job); });
    t.detach(); // threadlint: detached one short job
}

void run_numbered(int number, int *job);

void bad_second_argument() {
    int job = 1;
    std::thread t(run_numbered, 7, &job); // expect: lifetime-stack-escape "'job'"
    t.detach(); // threadlint: detached one short job
}

void ok_second_argument_joined() {
    int job = 1;
    std::thread t(run_numbered, 7, &job);
    t.join();
}
