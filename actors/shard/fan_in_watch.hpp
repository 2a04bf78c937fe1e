// When a shard does well to rest for a moment, so that more input gathers.
#pragma once

#include "troupe/mqtt/message.hpp"

#include <chrono>
#include <cstddef>
#include <utility>

namespace troupe {

/// Each turn of a shard looks at the sockets and writes, however little it has found. When many pipeline to a
/// few, and something is always there already, fewer and larger turns cost less. Nobody waits for an answer
/// then: who does has one message on its way, is sent to, or sends again at once. One thread.
class fan_in_watch {
public:
  struct turn {
    bool waited;           // for its first event
    std::size_t messages;  // that its inputs brought
    std::size_t receivers; // that were sent to
  };

  static constexpr std::chrono::microseconds rest{50};
  static constexpr mqtt::time_ms unhurried = 2; // since the last input: many times the rest
  static constexpr std::size_t turns_to_be_sure = 16;
  static constexpr std::size_t inputs_per_receiver = 8;
  static constexpr std::size_t messages_per_input = 4;
  static constexpr std::size_t enough_inputs = 128; // for one look and write

  /// In this turn a connection has input, whose last one came at `before`.
  void see_input(mqtt::time_ms now, mqtt::time_ms before) noexcept {
    ++inputs_;
    if (now - before >= unhurried)
      ++unhurried_inputs_;
  }

  /// Whether to rest behind this turn.
  bool should_rest_after(const turn& t) noexcept {
    const auto inputs = std::exchange(inputs_, 0);
    const auto unhurried_inputs = std::exchange(unhurried_inputs_, 0);
    const bool fan_in = !t.waited && t.receivers <= 1 + inputs / inputs_per_receiver &&
                        t.messages >= inputs * messages_per_input && unhurried_inputs >= inputs - inputs / 4;
    turns_ = fan_in ? turns_ + 1 : 0;
    return turns_ > turns_to_be_sure && inputs > 0 && inputs < enough_inputs;
  }

private:
  std::size_t inputs_ = 0; // of this turn
  std::size_t unhurried_inputs_ = 0;
  std::size_t turns_ = 0; // of a fan-in, on end
};

} // namespace troupe
