// Bounded waiting: every wait in the black-box tests is for a condition and has an end.
#pragma once

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

namespace troupe::test {

using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// How long a test waits for what should come at once. Long, because test machines are busy.
inline constexpr milliseconds patience{10'000};

/// What the helpers throw when the broker does not do what the test expects.
class unexpected : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Asks `condition` every few milliseconds until it holds (true) or `within` has passed (false).
template <class Condition>
bool eventually(Condition&& condition, milliseconds within = patience) {
  const auto end = clock::now() + within;
  while (!condition()) {
    if (clock::now() >= end)
      return false;
    std::this_thread::sleep_for(milliseconds{5});
  }
  return true;
}

} // namespace troupe::test
