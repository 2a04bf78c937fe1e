#include "troupe/mqtt/delayed_queue.hpp"

#include <algorithm>

namespace troupe::mqtt {

namespace {

constexpr std::size_t number_size = 8;

void put_number(std::string& to, std::uint64_t n) {
  for (int shift = 56; shift >= 0; shift -= 8)
    to.push_back(static_cast<char>(n >> shift));
}

std::uint64_t number_at(std::string_view bytes) {
  std::uint64_t n = 0;
  for (const char c : bytes.substr(0, number_size))
    n = n << 8 | static_cast<unsigned char>(c);
  return n;
}

} // namespace

std::string delayed_key(time_ms due, std::uint64_t order) {
  std::string key;
  put_number(key, static_cast<std::uint64_t>(due));
  put_number(key, order);
  return key;
}

std::optional<delayed_entry> parse_delayed_key(std::string_view key) {
  if (key.size() != 2 * number_size)
    return std::nullopt;
  const auto due = static_cast<time_ms>(number_at(key));
  if (due < 0)
    return std::nullopt;
  return delayed_entry{due, number_at(key.substr(number_size)), nullptr};
}

bool delayed_queue::push(message_ptr message, time_ms due) {
  if ((limits_.max_messages != 0 && heap_.size() >= limits_.max_messages) ||
      (limits_.max_bytes != 0 && bytes_ + cost(*message) > limits_.max_bytes))
    return false;
  restore({due, next_, std::move(message)});
  return true;
}

void delayed_queue::restore(delayed_entry entry) {
  bytes_ += cost(*entry.message);
  next_ = std::max(next_, entry.order + 1);
  heap_.push_back(std::move(entry));
  std::push_heap(heap_.begin(), heap_.end(), later);
}

delayed_entry delayed_queue::pop() {
  std::pop_heap(heap_.begin(), heap_.end(), later);
  auto entry = std::move(heap_.back());
  heap_.pop_back();
  bytes_ -= cost(*entry.message);
  if (heap_.empty())
    heap_.shrink_to_fit(); // after a burst
  return entry;
}

} // namespace troupe::mqtt
