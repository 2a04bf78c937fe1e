#include "troupe/access/acl_cache.hpp"

#include <algorithm>
#include <functional>

namespace troupe::access {

namespace {

std::uint32_t hash_of(operation what, std::string_view topic) noexcept {
  return static_cast<std::uint32_t>(std::hash<std::string_view>{}(topic)) + static_cast<std::uint32_t>(what);
}

} // namespace

std::optional<decision> acl_cache::search(operation what, std::string_view topic,
                                          mqtt::time_ms now) noexcept {
  forget_expired(now);
  const auto hash = hash_of(what, topic);
  for (std::uint32_t age = 0; age < count_; ++age) {
    const auto i = place(age);
    if (slots_[i].hash == hash && slots_[i].what == what && slots_[i].topic == topic) {
      last_ = i;
      return slots_[i].result;
    }
  }
  return std::nullopt;
}

// They stand in the order of their time.
void acl_cache::forget_expired(mqtt::time_ms now) noexcept {
  while (count_ > 0 && slots_[first_].decided_at + ttl_ <= now) {
    first_ = place(1);
    --count_;
  }
}

void acl_cache::put(operation what, std::string_view topic, decision result, mqtt::time_ms now) {
  forget_expired(now);
  if (count_ == slots_.size() && count_ < max_size_)
    grow();
  if (count_ == slots_.size()) { // the oldest makes room
    first_ = place(1);
    --count_;
  }
  const auto i = place(count_);
  entry& e = slots_[i];
  e.topic = topic;
  e.decided_at = now;
  e.hash = hash_of(what, topic);
  e.what = what;
  e.result = result;
  last_ = i;
  ++count_;
}

void acl_cache::grow() {
  std::rotate(slots_.begin(), slots_.begin() + first_, slots_.end());
  first_ = 0;
  const auto size = std::min<std::size_t>(max_size_, std::max<std::size_t>(1, slots_.size() * 2));
  slots_.reserve(size);
  slots_.resize(size);
}

std::vector<acl_cache::entry> acl_cache::list(mqtt::time_ms now) const {
  std::vector<entry> out;
  for (std::uint32_t age = 0; age < count_; ++age)
    if (const entry& e = slots_[place(age)]; e.decided_at + ttl_ > now)
      out.push_back(e);
  return out;
}

void acl_cache::clear() noexcept {
  std::vector<entry>{}.swap(slots_); // gives the memory back
  first_ = count_ = 0;
  last_ = none;
}

std::size_t acl_cache::footprint() const noexcept {
  std::size_t bytes = slots_.capacity() * sizeof(entry);
  for (const entry& e : slots_)
    bytes += e.topic.capacity() > std::string{}.capacity() ? e.topic.capacity() + 1 : 0;
  return bytes;
}

} // namespace troupe::access
