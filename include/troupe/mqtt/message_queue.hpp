// The bounded queue of messages that wait for a client: by priority, oldest first.
#pragma once

#include "troupe/mqtt/message.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace troupe::mqtt {

/// Bounds and order of a queue (reference/config.md section 6, reference/plugins-modules.md section 6).
struct queue_limits {
  std::size_t max_length = 1000;            // messages per priority level, 0: unlimited
  std::size_t max_bytes = 64 * 1024 * 1024; // of message memory in all, 0: unlimited
  bool store_qos0 = true;
  std::unordered_map<std::string, std::uint8_t>
      priorities;              // by exact topic; empty: one first-in first-out queue
  bool default_highest = true; // where topics that `priorities` lacks go
};

class message_queue {
public:
  /// Why a message was dropped for a newer one, or not taken.
  enum class push_result : std::uint8_t { queued, dropped_oldest, dropped_qos0 };

  /// Queues `d`. When its level is full the oldest message of that level goes, when the bytes are full the
  /// oldest of the lowest level, up to its own (dropped_oldest, perhaps several); QoS 0 that is not to be
  /// stored is not taken (dropped_qos0). How many went is the difference of `dropped()`. They are appended to
  /// `gone` if it is given.
  push_result push(delivery&& d, const queue_limits& limits, std::vector<delivery>* gone = nullptr);

  bool empty() const noexcept { return size_ == 0; }
  std::size_t size() const noexcept { return size_; }
  std::size_t qos0_size() const noexcept { return qos0_size_; } // of them
  std::size_t bytes() const noexcept { return bytes_; }
  std::uint64_t dropped() const noexcept { return dropped_; }

  /// The next message by priority and age. The queue must not be empty.
  delivery& front() noexcept;
  delivery pop();

  /// Removes, in the order in which they would be popped, those for which `taken` is true.
  void remove_if(const std::function<bool(const delivery&)>& taken);

private:
  void leaves(const delivery& d) noexcept;

  struct storage; // allocated on first use: most sessions never queue

  struct storage_deleter {
    void operator()(storage* s) const noexcept;
  };
  std::unique_ptr<storage, storage_deleter> storage_;
  std::size_t size_ = 0;
  std::size_t qos0_size_ = 0;
  std::size_t bytes_ = 0;
  std::uint64_t dropped_ = 0;
};

} // namespace troupe::mqtt
