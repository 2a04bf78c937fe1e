// What waits in a bridge for the other broker, bounded. Pure.
#pragma once

#include "troupe/mqtt/message.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

namespace troupe {

/// First in, first out, in as many lanes as there are connections: a topic's messages share one. Those that
/// have been taken out are under way until they are done, and count until then.
class bridge_queue {
public:
  struct bounds {
    std::size_t messages = 0;
    std::size_t bytes = 0; // of message memory; a single larger one may wait alone
  };

  /// Numbers go on from `first`, or from the last one that is restored.
  bridge_queue(std::size_t lanes, const bounds& limits, std::uint64_t first = 1)
      : lanes_(lanes), limits_(limits), next_(first) {}

  /// Its number, which grows from message to message; nothing: there is no room, and it is counted.
  std::optional<std::uint64_t> add(mqtt::message_ptr m);

  /// One that an earlier process has kept, in the order of the numbers and before all others. It may exceed
  /// the bounds.
  void restore(std::uint64_t number, mqtt::message_ptr m);

  /// One that another bridge had room for. It may exceed the bounds. Its number.
  std::uint64_t take_over(mqtt::message_ptr m);

  /// The next one of a lane, or null.
  const mqtt::message_ptr& front(std::size_t lane) const noexcept;

  /// It is under way.
  void take(std::size_t lane);

  /// The number of the message of this id, which was under way and needs nothing more; nothing: it was not.
  std::optional<std::uint64_t> done(std::uint64_t id);

  /// All that wait or are under way, by their numbers.
  std::map<std::uint64_t, mqtt::message_ptr> all() const;

  std::size_t size() const noexcept { return size_; } // also of those that are under way
  std::size_t under_way() const noexcept { return under_way_.size(); }
  std::size_t bytes() const noexcept { return bytes_; }
  std::uint64_t refused() const noexcept { return refused_; }

private:
  struct item {
    std::uint64_t number;
    mqtt::message_ptr message;
  };

  void push(std::uint64_t number, mqtt::message_ptr m);

  std::vector<std::deque<item>> lanes_;
  std::unordered_map<std::uint64_t, item> under_way_; // by message id
  bounds limits_;
  std::size_t size_ = 0, bytes_ = 0;
  std::uint64_t next_, refused_ = 0;
};

} // namespace troupe
