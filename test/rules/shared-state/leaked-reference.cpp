// The address of what a lock guards leaves the function that has taken it.
// rules: shared-state-leaked-reference
#include <mutex>
#include <string>
#include <vector>

class Sink {
  public:
    void rename(const std::string &name) {
        std::lock_guard<std::mutex> hold(mu_);
        name_ = name;
        names_.push_back(name);
    }
    const std::string &bad_name() {
        std::lock_guard<std::mutex> hold(mu_);
        return name_; // expect: shared-state-leaked-reference "the address of 'this->name_' is returned"
    }
    std::vector<std::string> *bad_names() {
        std::lock_guard<std::mutex> hold(mu_);
        return &names_; // expect: shared-state-leaked-reference "'this->names_'"
    }
    std::string ok_copy() {
        std::lock_guard<std::mutex> hold(mu_);
        return name_;
    }
    const std::string &ok_fixed() { // never written again
        std::lock_guard<std::mutex> hold(mu_);
        return id_;
    }
    std::mutex &ok_mutex() {
        return mu_;
    }

  private:
    std::mutex mu_;
    std::string id_ = "sink";
    std::string name_;
    std::vector<std::string> names_;
};

void ok_use(Sink &s) {
    s.rename(s.ok_copy() + s.ok_fixed());
    std::lock_guard<std::mutex> hold(s.ok_mutex());
}
