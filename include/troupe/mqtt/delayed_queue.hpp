// Messages that wait for their time, soonest first.
#pragma once

#include "troupe/mqtt/message.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace troupe::mqtt {

/// Bounds of the delayed messages; 0 means unlimited. What exceeds one is refused: those that wait already
/// have been promised to their publishers.
struct delayed_limits {
  std::size_t max_messages = 0;
  std::size_t max_bytes = 256 * 1024 * 1024; // of message memory
};

class delayed_queue {
public:
  explicit delayed_queue(const delayed_limits& limits) : limits_(limits) {}

  /// False: refused, a bound is reached.
  bool push(message_ptr message, time_ms due);

  bool empty() const noexcept { return heap_.empty(); }
  std::size_t size() const noexcept { return heap_.size(); }
  std::size_t bytes() const noexcept { return bytes_; }

  /// When the first one is due. The queue must not be empty.
  time_ms next_due() const noexcept { return heap_.front().due; }

  /// The message that is due first; of those with the same time the one that came first. The queue must not
  /// be empty.
  message_ptr pop();

private:
  struct entry {
    time_ms due;
    std::uint64_t order;
    message_ptr message;
  };

  static bool later(const entry& a, const entry& b) noexcept {
    return a.due != b.due ? a.due > b.due : a.order > b.order;
  }

  delayed_limits limits_;
  std::vector<entry> heap_;
  std::size_t bytes_ = 0;
  std::uint64_t next_ = 0;
};

} // namespace troupe::mqtt
