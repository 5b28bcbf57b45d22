// bounds-spawn-per-connection in C++: accept loop with std::thread. Reported at the spawn.
#include <atomic>
#include <semaphore>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

void serve(int fd);
void enqueue(int fd);

static std::atomic<int> active{0};
static std::counting_semaphore<64> slots(64);

void bad_detached(int listener) {
    for (;;) {
        int fd = accept(listener, nullptr, nullptr);
        if (fd < 0) {
            return;
        }
        std::thread t(serve, fd); // expect: bounds-spawn-per-connection "every connection"
        t.detach();               // threadlint: detached ends with its connection
    }
}

void bad_temporary(int listener) {
    int fd;
    while ((fd = accept(listener, nullptr, nullptr)) >= 0) {
        // threadlint: detached ends with its connection
        std::thread(serve, fd).detach(); // expect: bounds-spawn-per-connection "every connection"
    }
}

void bad_kept_for_ever(int listener) {
    std::vector<std::thread> clients;
    int fd;
    while ((fd = accept(listener, nullptr, nullptr)) >= 0) {
        clients.emplace_back(serve, fd); // expect: bounds-spawn-per-connection "every connection"
    }
    for (auto &client : clients) {
        client.join();
    }
}

void bad_lambda(int listener) {
    for (;;) {
        const int fd = accept(listener, nullptr, nullptr);
        if (fd < 0) {
            break;
        }
        std::thread t([fd] { // expect: bounds-spawn-per-connection "every connection"
            serve(fd);
            close(fd);
        });
        t.detach(); // threadlint: detached ends with its connection
    }
}

void bad_jthreads(int listener) {
    std::vector<std::jthread> clients;
    int fd;
    while ((fd = accept(listener, nullptr, nullptr)) >= 0) {
        clients.emplace_back(serve, fd); // expect: bounds-spawn-per-connection "every connection"
    }
}

void bad_datagrams(int socket_fd) {
    char byte;
    while (recv(socket_fd, &byte, 1, 0) == 1) {
        std::thread t(serve, socket_fd); // expect: bounds-spawn-per-connection "every connection"
        t.detach();                      // threadlint: detached one datagram each
    }
}

void ok_counter(int listener) {
    int fd;
    while ((fd = accept(listener, nullptr, nullptr)) >= 0) {
        if (active.load() >= 64) {
            close(fd);
            continue;
        }
        active++;
        std::thread t([fd] {
            serve(fd);
            active--;
        });
        t.detach(); // threadlint: detached ends with its connection
    }
}

void ok_semaphore(int listener) {
    int fd;
    while ((fd = accept(listener, nullptr, nullptr)) >= 0) {
        slots.acquire();
        std::thread t([fd] {
            serve(fd);
            slots.release();
        });
        t.detach(); // threadlint: detached ends with its connection
    }
}

void ok_container_size(int listener) {
    std::vector<std::thread> clients;
    while (clients.size() < 64) {
        int fd = accept(listener, nullptr, nullptr);
        if (fd < 0) {
            break;
        }
        clients.emplace_back(serve, fd);
    }
    for (auto &client : clients) {
        client.join();
    }
}

void ok_queue(int listener) {
    int fd;
    while ((fd = accept(listener, nullptr, nullptr)) >= 0) {
        enqueue(fd);
    }
}

void ok_served_here(int listener) {
    int fd;
    while ((fd = accept(listener, nullptr, nullptr)) >= 0) {
        serve(fd);
    }
}

void ok_joined_each_time(int listener) {
    int fd;
    while ((fd = accept(listener, nullptr, nullptr)) >= 0) {
        std::thread t(serve, fd);
        t.join();
    }
}

void ok_jthread_each_time(int listener) {
    int fd;
    while ((fd = accept(listener, nullptr, nullptr)) >= 0) {
        std::jthread t(serve, fd);
    }
}

void ok_one_connection(int listener) {
    int fd = accept(listener, nullptr, nullptr);
    if (fd >= 0) {
        std::thread t(serve, fd);
        t.join();
    }
}
