#include "troupe/mqtt/delayed_queue.hpp"

#include <algorithm>

namespace troupe::mqtt {

bool delayed_queue::push(message_ptr message, time_ms due) {
  const auto cost = sizeof(entry) + message->footprint();
  if ((limits_.max_messages != 0 && heap_.size() >= limits_.max_messages) ||
      (limits_.max_bytes != 0 && bytes_ + cost > limits_.max_bytes))
    return false;
  bytes_ += cost;
  heap_.push_back({due, next_++, std::move(message)});
  std::push_heap(heap_.begin(), heap_.end(), later);
  return true;
}

message_ptr delayed_queue::pop() {
  std::pop_heap(heap_.begin(), heap_.end(), later);
  auto message = std::move(heap_.back().message);
  heap_.pop_back();
  bytes_ -= sizeof(entry) + message->footprint();
  if (heap_.empty())
    heap_.shrink_to_fit(); // after a burst
  return message;
}

} // namespace troupe::mqtt
