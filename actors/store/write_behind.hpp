// Changes of stored messages that the store does not have yet. Pure; message_writer sends them.
#pragma once

#include "troupe/actors/store_messages.hpp"
#include "troupe/mqtt/message.hpp"

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace troupe {

/// Holds the newest change of each key, in the order of their first ones, and hands them out in batches, one
/// at a time. What cannot be written comes again, unless it has changed meanwhile.
class write_behind {
public:
  /// What may wait at most, beside the batch that is under way.
  struct limits {
    std::size_t changes = 100'000;
    std::size_t bytes = 64 * 1024 * 1024; // of keys and message memory; a single larger one may wait alone
  };

  write_behind(store_kind kind, const limits& bounds) : kind_(kind), limits_(bounds) {}

  /// Notes that `message` is to stand at `key`, or nothing where it is null. False at a bound: the store
  /// keeps what it has at this key.
  bool note(std::string_view key, mqtt::message_ptr message);

  /// The next changes, at most `batch_changes` and about `batch_bytes`. None when none waits, or while those
  /// taken before are not settled.
  store_write take();

  /// What came of the changes that were taken.
  void settle(bool written);

  /// Nothing waits, and nothing is under way.
  bool empty() const noexcept { return waiting_.empty() && taken_.empty(); }
  std::size_t size() const noexcept { return waiting_.size() + taken_.size(); }

  static constexpr std::size_t batch_changes = 4'096;
  static constexpr std::size_t batch_bytes = 4 * 1024 * 1024;

private:
  struct change {
    std::string key;
    mqtt::message_ptr message;

    std::size_t cost() const noexcept { return key.size() + (message ? message->footprint() : 0); }
  };
  using list = std::list<change>;

  store_kind kind_;
  limits limits_;
  list waiting_;                                                // oldest first
  std::unordered_map<std::string_view, list::iterator> by_key_; // of those that wait
  std::size_t bytes_ = 0;                                       // of those that wait
  list taken_;
};

} // namespace troupe
