// channel-double-close in C++: manual close beside an owner that closes. Reported at the second close.
#include <fcntl.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

int greet(int fd);
void serve(int fd);

class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(Descriptor &&other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor(const Descriptor &) = delete;
    Descriptor &operator=(const Descriptor &) = delete;
    Descriptor &operator=(Descriptor &&) = delete;
    ~Descriptor() { reset(); }
    int get() const { return fd_; }
    int release() { return std::exchange(fd_, -1); }
    void reset() {
        if (fd_ >= 0) {
            ::close(fd_);
            fd_ = -1;
        }
    }

  private:
    int fd_;
};

int bad_twice(const char *path) {
    int fd = ::open(path, O_RDONLY);
    if (fd < 0) {
        return -1;
    }
    int rc = greet(fd);
    ::close(fd);
    if (rc != 0) {
        ::close(fd); // expect: channel-double-close "already closed"
    }
    return rc;
}

void bad_catch_closes_again(const char *path) {
    int fd = ::open(path, O_RDONLY);
    if (fd < 0) {
        return;
    }
    try {
        serve(fd);
        ::close(fd);
        if (greet(0) != 0) {
            throw std::runtime_error("greet");
        }
    } catch (const std::runtime_error &) {
        ::close(fd); // expect: channel-double-close "already closed"
        throw;
    }
}

static void finish(int fd) {
    serve(fd);
    ::close(fd);
}

void bad_helper_closed(const char *path) {
    int fd = ::open(path, O_RDONLY);
    if (fd < 0) {
        return;
    }
    finish(fd);
    ::close(fd); // expect: channel-double-close "already closed"
}

int bad_loop_and_after(int listener) {
    int fd = ::accept(listener, nullptr, nullptr);
    if (fd < 0) {
        return -1;
    }
    while (greet(fd) == 0) {
        serve(fd);
        if (greet(1) != 0) {
            ::close(fd);
            break;
        }
    }
    return ::close(fd); // expect: channel-double-close "already closed"
}

void ok_owner(const char *path) {
    Descriptor file(::open(path, O_RDONLY));
    serve(file.get());
}

void ok_owner_reset_twice(const char *path) {
    Descriptor file(::open(path, O_RDONLY));
    file.reset();
    file.reset();
}

void ok_owner_moved(const char *path) {
    Descriptor file(::open(path, O_RDONLY));
    Descriptor other(std::move(file));
    serve(other.get());
}

int ok_released(const char *path) {
    Descriptor file(::open(path, O_RDONLY));
    int fd = file.release();
    int rc = greet(fd);
    ::close(fd);
    return rc;
}

int ok_once(const char *path) {
    int fd = ::open(path, O_RDONLY);
    if (fd < 0) {
        return -1;
    }
    int rc = greet(fd);
    ::close(fd);
    return rc;
}

int ok_exchange(int &slot) {
    int fd = std::exchange(slot, -1);
    return fd >= 0 ? ::close(fd) : 0;
}

void ok_closed_in_catch_only(const char *path) {
    int fd = ::open(path, O_RDONLY);
    if (fd < 0) {
        return;
    }
    try {
        if (greet(fd) != 0) {
            throw std::runtime_error("greet");
        }
    } catch (...) {
        ::close(fd);
        throw;
    }
    ::close(fd);
}

void ok_two_descriptors(const char *a, const char *b) {
    int first = ::open(a, O_RDONLY);
    int second = ::open(b, O_RDONLY);
    if (first >= 0) {
        ::close(first);
    }
    if (second >= 0) {
        ::close(second);
    }
}
