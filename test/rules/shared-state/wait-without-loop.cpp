// shared-state-wait-without-loop in C++: wait without predicate and without a loop. Reported at the wait.
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

int check(int value);

struct Queue {
    std::mutex mu;
    std::condition_variable ready;
    std::condition_variable_any any_ready;
    int count = 0;
    bool closed = false;
};

void bad_if(Queue &q) {
    std::unique_lock<std::mutex> guard(q.mu);
    if (q.count == 0) {
        q.ready.wait(guard); // expect: shared-state-wait-without-loop "this wait"
    }
    q.count--;
}

void bad_no_predicate(Queue &q) {
    std::unique_lock<std::mutex> guard(q.mu);
    q.ready.wait(guard); // expect: shared-state-wait-without-loop "this wait"
    q.count--;
}

bool bad_wait_for(Queue &q) {
    std::unique_lock<std::mutex> guard(q.mu);
    if (q.count == 0) {
        q.ready.wait_for(guard, std::chrono::seconds(1)); // expect: shared-state-wait-without-loop "this wait"
    }
    q.count--;
    return true;
}

void bad_wait_until(Queue &q, std::chrono::steady_clock::time_point deadline) {
    std::unique_lock<std::mutex> guard(q.mu);
    if (q.count == 0) {
        q.ready.wait_until(guard, deadline); // expect: shared-state-wait-without-loop "this wait"
    }
    q.count--;
}

void bad_any(Queue &q) {
    std::unique_lock<std::mutex> guard(q.mu);
    if (q.count == 0) {
        q.any_ready.wait(guard); // expect: shared-state-wait-without-loop "this wait"
    }
    q.count--;
}

void bad_tested_with_assert_only(Queue &q) {
    std::unique_lock<std::mutex> guard(q.mu);
    if (!q.closed && q.count == 0) {
        q.ready.wait(guard); // expect: shared-state-wait-without-loop "this wait"
    }
    check(q.count);
    q.count--;
}

void ok_predicate(Queue &q) {
    std::unique_lock<std::mutex> guard(q.mu);
    q.ready.wait(guard, [&q] { return q.count > 0; });
    q.count--;
}

void ok_while(Queue &q) {
    std::unique_lock<std::mutex> guard(q.mu);
    while (q.count == 0) {
        q.ready.wait(guard);
    }
    q.count--;
}

bool ok_wait_for_predicate(Queue &q) {
    std::unique_lock<std::mutex> guard(q.mu);
    if (!q.ready.wait_for(guard, std::chrono::seconds(1), [&] { return q.count > 0; })) {
        return false;
    }
    q.count--;
    return true;
}

bool ok_wait_until_loop(Queue &q, std::chrono::steady_clock::time_point deadline) {
    std::unique_lock<std::mutex> guard(q.mu);
    while (q.count == 0) {
        if (q.ready.wait_until(guard, deadline) == std::cv_status::timeout) {
            return false;
        }
    }
    q.count--;
    return true;
}

void ok_stop_token(Queue &q, std::stop_token stop) {
    std::unique_lock<std::mutex> guard(q.mu);
    if (q.any_ready.wait(guard, stop, [&] { return q.count > 0; })) {
        q.count--;
    }
}

void ok_worker_loop(Queue &q) {
    std::unique_lock<std::mutex> guard(q.mu);
    while (!q.closed) {
        if (q.count == 0) {
            q.ready.wait(guard);
            continue;
        }
        q.count--;
    }
}

void ok_predicate_function_object(Queue &q) {
    struct {
        Queue &queue;
        bool operator()() const { return queue.count > 0; }
    } has_items{q};
    std::unique_lock<std::mutex> guard(q.mu);
    q.ready.wait(guard, has_items);
    q.count--;
}

void ok_timed_nap(Queue &q) {
    std::unique_lock<std::mutex> guard(q.mu);
    while (!q.closed) {
        q.ready.wait_for(guard, std::chrono::seconds(5));
        check(q.count);
    }
}

// A condition of one's own around the caller's lock: the callers have the loop.
class Condition {
  public:
    bool ok_wait_with_lock_of_caller(std::unique_lock<std::mutex> *hold, int milliseconds) {
        if (milliseconds < 0) {
            cv_.wait(*hold);
        } else if (cv_.wait_for(*hold, std::chrono::milliseconds(milliseconds)) == std::cv_status::timeout) {
            return false;
        }
        return true;
    }

  private:
    std::condition_variable cv_;
};
