#include "troupe/mqtt/inflight.hpp"

#include <algorithm>

namespace troupe::mqtt {

namespace {

constexpr std::size_t kept_capacity = 64; // entries of an empty window

} // namespace

bool inflight_window::in_use(std::uint16_t packet_id) const noexcept {
  return std::any_of(entries_.begin() + static_cast<std::ptrdiff_t>(head_), entries_.end(),
                     [packet_id](const entry& e) { return e.sent.packet_id == packet_id; });
}

std::uint16_t inflight_window::add(const delivery& d, time_ms now) {
  constexpr std::uint32_t identifiers = 65535;
  const auto id_of = [](std::uint32_t order) { return static_cast<std::uint16_t>(1 + order % identifiers); };
  // Identifiers go round in order, so none is in use unless the oldest message has waited for a whole round.
  if (size_ > 0 && next_ - entries_[head_].order >= identifiers)
    while (in_use(id_of(next_)))
      ++next_;
  entry e;
  e.sent = d;
  e.sent.packet_id = id_of(next_);
  e.since = now;
  e.order = next_++;
  e.waits = d.level == qos::exactly_once ? phase::wait_pubrec : phase::wait_puback;
  if (head_ > 32 && head_ * 2 > entries_.size())
    compact();
  entries_.push_back(std::move(e));
  ++size_;
  return entries_.back().sent.packet_id;
}

inflight_window::entry* inflight_window::find(std::uint16_t packet_id) noexcept {
  if (packet_id == 0)
    return nullptr;
  for (std::size_t i = head_; i < entries_.size(); ++i)
    if (entries_[i].sent.packet_id == packet_id)
      return &entries_[i];
  return nullptr;
}

void inflight_window::remove(entry* e) noexcept {
  e->sent = {};
  --size_;
  while (head_ < entries_.size() && entries_[head_].sent.packet_id == 0)
    ++head_;
  if (size_ == 0) {
    head_ = 0;
    entries_.clear();
    if (entries_.capacity() > kept_capacity)
      entries_.shrink_to_fit();
  } else if (entries_.size() - head_ > 2 * size_ + 32) {
    compact();
  }
}

// Drops the holes: the memory is bounded by what is in flight, however old the oldest is.
void inflight_window::compact() noexcept {
  std::erase_if(entries_, [](const entry& e) { return e.sent.packet_id == 0; });
  head_ = 0;
}

time_ms inflight_window::oldest() const noexcept {
  time_ms least = entries_[head_].since;
  for (std::size_t i = head_; i < entries_.size(); ++i)
    if (entries_[i].sent.packet_id != 0)
      least = std::min(least, entries_[i].since);
  return least;
}

} // namespace troupe::mqtt
