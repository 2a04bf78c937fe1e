// What an evaluation may take of a thread that others need, too.
#pragma once

#include <cstddef>

namespace troupe::rules {

/// Thrown by a budget that is spent, and by nothing else; `query::run` catches it.
struct too_much_work {};

/// Counts units of a few nanoseconds, not time: the same rule fails for the same message everywhere.
/// Whatever takes longer with more data charges for it, all at once where it can.
class work_budget {
public:
  static constexpr std::size_t most = 20'000'000; // up to 0.2 s

  void charge(std::size_t units) {
    if (units > left_)
      throw too_much_work{};
    left_ -= units;
  }

  std::size_t left() const noexcept { return left_; }

private:
  std::size_t left_ = most;
};

} // namespace troupe::rules
