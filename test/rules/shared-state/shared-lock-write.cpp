// shared-state-shared-lock-write
// rules: shared-state-shared-lock-write
#include <mutex>
#include <shared_mutex>

class Names {
public:
    void set(int n) {
        std::unique_lock<std::shared_mutex> lock(mutex);
        last = n;
        asked = 0;
    }

    int bad_get() const {
        std::shared_lock<std::shared_mutex> lock(mutex);
        asked++; // expect: shared-state-shared-lock-write "asked"
        return last;
    }

    int ok_get() const {
        std::shared_lock<std::shared_mutex> lock(mutex);
        return last;
    }

private:
    mutable std::shared_mutex mutex;
    int last = 0;
    mutable int asked = 0;
};

int bad_use(Names &n) {
    n.set(1);
    return n.bad_get() + n.ok_get();
}
