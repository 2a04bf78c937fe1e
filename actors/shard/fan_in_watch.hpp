// When a shard does well to rest for a moment, so that more input gathers.
#pragma once

#include <chrono>
#include <cstddef>

namespace troupe {

/// Each turn of a shard looks at the sockets and writes, however little it has found. When many pipeline to a
/// few, and something is always there already, fewer and larger turns cost less, and the few get theirs no
/// later. Nobody waits for an answer then: who does has one message on its way, or is sent to. One thread.
class fan_in_watch {
public:
  struct turn {
    bool waited;           // for its first event
    std::size_t events;    // behind that one: inputs of clients, mostly
    std::size_t messages;  // that these brought
    std::size_t receivers; // that were sent to
  };

  static constexpr std::chrono::microseconds rest{50};
  static constexpr std::size_t turns_to_be_sure = 16;
  static constexpr std::size_t events_per_receiver = 8;
  static constexpr std::size_t messages_per_event = 4;
  static constexpr std::size_t enough_events = 128; // for one look and write

  /// Whether to rest behind this turn.
  bool should_rest_after(const turn& t) noexcept {
    const bool fan_in = !t.waited && t.receivers <= 1 + t.events / events_per_receiver &&
                        t.messages >= t.events * messages_per_event;
    turns_ = fan_in ? turns_ + 1 : 0;
    return turns_ > turns_to_be_sure && t.events >= events_per_receiver && t.events < enough_events;
  }

private:
  std::size_t turns_ = 0; // of a fan-in, on end
};

} // namespace troupe
