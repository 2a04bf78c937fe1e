// A moment as two clocks show it.
#pragma once

#include "troupe/mqtt/message.hpp"

namespace troupe::mqtt {

/// Now, in milliseconds. Time-outs go by the clock that nobody sets. What others see, what is kept, and what
/// is compared with either (message::timestamp, dates of bans) goes by the system's clock, which may be set.
struct moment {
  time_ms steady; // only differences count; never runs backwards
  time_ms wall;   // since the epoch

  /// Of clocks that agree.
  constexpr moment(time_ms both) noexcept : moment(both, both) {} // implicit: most who tell the time have one
  constexpr moment(time_ms by_steady, time_ms by_wall) noexcept : steady(by_steady), wall(by_wall) {}
};

} // namespace troupe::mqtt
