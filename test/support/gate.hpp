// Lets the threads of a test's server wait.
#pragma once

#include <condition_variable>
#include <mutex>

namespace troupe::test {

/// Open at first. Open it before its threads are joined.
class gate {
public:
  void hold() {
    const std::scoped_lock lock{mutex_};
    holds_ = true;
  }
  void let_go() {
    {
      const std::scoped_lock lock{mutex_};
      holds_ = false;
    }
    goes_on_.notify_all();
  }

  /// Returns when it is open.
  void pass() {
    std::unique_lock lock{mutex_};
    goes_on_.wait(lock, [this] { return !holds_; });
  }

private:
  std::mutex mutex_;
  std::condition_variable goes_on_;
  bool holds_ = false;
};

} // namespace troupe::test
