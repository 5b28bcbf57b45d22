// lifetime-main-returns: main returns or exit is called while detached or unjoined threads use static objects with
// destructors, which then run under the threads' feet. Reported at the return or the call of exit.
#include <array>
#include <cstdlib>
#include <map>
#include <mutex>
#include <pthread.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

void work(const std::string &text);
void count(int n);
bool failed();

static std::string banner = "banner";
static std::map<int, std::string> names;
static std::mutex names_mu;
static int plain_counter;

static void use_banner() {
    for (;;) {
        work(banner);
    }
}

static void add_name() {
    std::lock_guard<std::mutex> guard(names_mu);
    names[1] = "one";
}

static void use_plain() {
    count(plain_counter);
}

static void *pthread_user(void *) {
    work(banner);
    return nullptr;
}

void bad_exit_after_detach() {
    std::thread t(use_banner);
    t.detach(); // threadlint: detached ends with the process
    std::exit(0); // expect: lifetime-main-returns "banner"
}

void bad_exit_on_failure() {
    std::thread t(add_name);
    t.detach(); // threadlint: detached ends with the process
    if (failed()) {
        std::exit(1); // expect: lifetime-main-returns "names"
    }
    pthread_exit(nullptr);
}

void bad_exit_c_style() {
    std::thread t([] { add_name(); });
    t.detach(); // threadlint: detached ends with the process
    exit(0);    // expect: lifetime-main-returns "names"
}

void bad_function_static() {
    static std::vector<int> values;
    std::thread t([] { count(static_cast<int>(values.size())); });
    t.detach();   // threadlint: detached ends with the process
    std::exit(0); // expect: lifetime-main-returns "values"
}

void bad_pthread_detached() {
    pthread_t t;
    if (pthread_create(&t, nullptr, pthread_user, nullptr) != 0) {
        return;
    }
    pthread_detach(t); // threadlint: detached ends with the process
    std::exit(0);      // expect: lifetime-main-returns "banner"
}

struct Register {
    int size = 0;
    std::string last; // destroyed with it
};

static Register entries;

void bad_implicit_destructor() {
    std::thread t([] { work(entries.last); });
    t.detach();   // threadlint: detached ends with the process
    std::exit(0); // expect: lifetime-main-returns "entries"
}

static std::array<int, 4> table;

void ok_nothing_to_destroy() {
    std::thread t([] { count(table[0]); });
    t.detach(); // threadlint: detached ends with the process
    std::exit(0);
}

void ok_joined() {
    std::thread t(add_name);
    t.join();
    std::exit(0);
}

void ok_only_plain_data() {
    std::thread t(use_plain);
    t.detach(); // threadlint: detached ends with the process
    std::exit(0);
}

void ok_underscore_exit() {
    std::thread t(use_banner);
    t.detach(); // threadlint: detached ends with the process
    _exit(0);
}

void ok_quick_exit() {
    std::thread t(use_banner);
    t.detach(); // threadlint: detached ends with the process
    std::quick_exit(0);
}

void ok_abort() {
    std::thread t(use_banner);
    t.detach(); // threadlint: detached ends with the process
    std::abort();
}

void ok_thread_exit() {
    std::thread t(use_banner);
    t.detach(); // threadlint: detached ends with the process
    pthread_exit(nullptr);
}

void ok_leaked_on_purpose() {
    static std::string &text = *new std::string("never destroyed");
    std::thread t([] { work(text); });
    t.detach(); // threadlint: detached ends with the process
    std::exit(0);
}

void ok_copies_only() {
    std::string mine = banner;
    std::thread t([mine] { work(mine); });
    t.detach(); // threadlint: detached ends with the process
    std::exit(0);
}

int main() {
    std::thread t(use_banner);
    t.detach(); // threadlint: detached ends with the process
    if (failed()) {
        return 1; // expect: lifetime-main-returns "banner"
    }
    pthread_exit(nullptr);
}
