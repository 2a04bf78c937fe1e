// Messages that wait for their time, soonest first.
#pragma once

#include "troupe/mqtt/message.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::mqtt {

/// Bounds of the delayed messages; 0 means unlimited. What exceeds one is refused: those that wait already
/// have been promised to their publishers.
struct delayed_limits {
  std::size_t max_messages = 0;
  std::size_t max_bytes = 256 * 1024 * 1024; // of message memory
};

/// A message that waits. Of those with the same time the one with the lower number comes first.
struct delayed_entry {
  time_ms due = 0;
  std::uint64_t order = 0;
  message_ptr message;
};

/// Where an entry stands among the rows of the store: 16 bytes whose order is that of the entries.
std::string delayed_key(time_ms due, std::uint64_t order);

/// The entry of a key, without its message; nothing where `delayed_key` did not make it.
std::optional<delayed_entry> parse_delayed_key(std::string_view key);

class delayed_queue {
public:
  explicit delayed_queue(const delayed_limits& limits) : limits_(limits) {}

  /// False: refused, a bound is reached.
  bool push(message_ptr message, time_ms due);

  /// The number of the message that was pushed last.
  std::uint64_t last_order() const noexcept { return next_ - 1; }

  /// Puts back what waited before a restart, beyond the bounds too: it has been promised.
  void restore(delayed_entry entry);

  bool empty() const noexcept { return heap_.empty(); }
  std::size_t size() const noexcept { return heap_.size(); }
  std::size_t bytes() const noexcept { return bytes_; }

  /// When the first one is due. The queue must not be empty.
  time_ms next_due() const noexcept { return heap_.front().due; }

  /// The message that is due first; of those with the same time the one that came first. The queue must not
  /// be empty.
  delayed_entry pop();

private:
  static std::size_t cost(const message& m) noexcept { return sizeof(delayed_entry) + m.footprint(); }
  static bool later(const delayed_entry& a, const delayed_entry& b) noexcept {
    return a.due != b.due ? a.due > b.due : a.order > b.order;
  }

  delayed_limits limits_;
  std::vector<delayed_entry> heap_;
  std::size_t bytes_ = 0;
  std::uint64_t next_ = 0;
};

} // namespace troupe::mqtt
