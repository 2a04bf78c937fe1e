// How far the system's clock has been set since the broker began.
#pragma once

#include "troupe/mqtt/message.hpp"

#include <chrono>
#include <cstdlib>

namespace troupe {

/// The shards' time only moves forward, so that no time-out comes early, late or never. What others see goes
/// by the system's clock, which may be set (or stand still with the machine): this is the difference. One
/// thread.
class clock_step {
public:
  using duration = std::chrono::nanoseconds;

  /// The system's clock between two looks at the steady one.
  struct look {
    duration before, system, after;
  };
  static look now() noexcept;

  /// A look that was interrupted tells nothing, and what is smaller is no step but the noise of a look: the
  /// time that is shown does not jump to and fro.
  static constexpr duration longest_look = std::chrono::milliseconds{2};
  static constexpr mqtt::time_ms least_step = 10;

  /// `origin`: the system's clock less the steady one when the broker began.
  explicit clock_step(duration origin) noexcept : origin_(origin) {}

  void follow(const look& at) noexcept {
    if (at.after - at.before > longest_look)
      return;
    const auto step = std::chrono::round<std::chrono::milliseconds>(at.system - at.before - origin_).count();
    if (std::abs(step - step_) >= least_step)
      step_ = step;
  }

  /// What the system's clock has been set forward, or back when negative.
  mqtt::time_ms milliseconds() const noexcept { return step_; }

private:
  duration origin_;
  mqtt::time_ms step_ = 0;
};

} // namespace troupe
