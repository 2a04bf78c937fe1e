// The retained messages by topic: one owner, no locks. Look-ups for subscribers are cut into slices, by
// results and by work, so that a million retained messages do not hold up anybody else.
#pragma once

#include "troupe/mqtt/message.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::mqtt {

/// 0 means unlimited.
struct retained_limits {
  std::size_t max_messages = 0;
  std::size_t max_payload_size = 0; // bytes
  time_ms expiry = 0;               // age at which a message without an expiry of its own goes
};

/// A message of the broker itself, below `$SYS`: nobody else publishes without being somebody.
inline bool of_the_broker(const message& m) noexcept { return m.system() && !m.from(); }

class retained_store {
public:
  explicit retained_store(retained_limits limits) : limits_(limits) {}

  /// From now on; messages beyond them stay.
  void set_limits(retained_limits limits) noexcept { limits_ = limits; }

  enum class result : std::uint8_t { stored, replaced, refused };

  /// Keeps `message` as its topic's retained one. Refused: its payload is too large (what was there stays),
  /// or it is a new topic and the store is full (reference/plugins-modules.md section 9).
  result store(message_ptr message);

  /// Puts back what was kept before a restart, whatever the limits are now.
  void restore(message_ptr message);

  /// False when the topic has none.
  bool erase(std::string_view topic);

  /// The topic's message, or null.
  message_ptr find(std::string_view topic) const;

  /// Where a look-up goes on. What is in the store during the whole look-up is found exactly once, whatever
  /// else changes.
  struct cursor {
    std::string after; // the last topic that was looked at
    bool started = false;
  };

  /// Bounds of one slice of a look-up.
  struct slice {
    std::size_t messages = 0;
    std::size_t bytes = 0; // of message memory; the message that goes over it still comes
    std::size_t work = 0;  // topics to look at
  };

  /// Appends messages that match `filter` and have not expired, in the order of their topics. True when the
  /// look-up is complete.
  bool next(std::string_view filter, cursor& from, slice bounds, time_ms now,
            std::vector<message_ptr>& out) const;

  /// Removes expired messages among the next `work` topics and appends them to `removed`; `from` goes round.
  void sweep(cursor& from, std::size_t work, time_ms now, std::vector<message_ptr>& removed);

  /// Messages and their memory. The broker's own, of `$SYS`, are no part of the number, nor of the limit.
  std::size_t size() const noexcept { return messages_.size() - own_; }
  std::size_t bytes() const noexcept { return bytes_; }

private:
  // The keys are views into the messages. `/` sorts before all else, so that the topics below a prefix are
  // together.
  struct by_levels {
    using is_transparent = void;
    bool operator()(std::string_view a, std::string_view b) const noexcept;
  };
  using map = std::map<std::string_view, message_ptr, by_levels>;

  bool gone(const message& m, time_ms now) const noexcept;
  void insert(map::iterator hint, message_ptr message);
  map::iterator remove(map::iterator i);

  retained_limits limits_;
  map messages_;
  std::size_t bytes_ = 0;
  std::size_t own_ = 0; // of the broker itself
};

} // namespace troupe::mqtt
