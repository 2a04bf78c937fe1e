#include "troupe/mqtt/inflight.hpp"

#include <algorithm>
#include <bitset>

namespace troupe::mqtt {

namespace {

constexpr std::size_t kept_capacity = 64; // entries of an empty window
constexpr std::size_t identifiers = 65535;

std::uint16_t id_of(std::uint64_t order) noexcept {
  return static_cast<std::uint16_t>(1 + order % identifiers);
}

} // namespace

// The next number whose identifier is free. Two passes, however many are in use.
std::uint64_t inflight_window::next_free() const noexcept {
  std::bitset<identifiers + 1> used;
  for (std::size_t i = head_; i < entries_.size(); ++i)
    used.set(entries_[i].sent.packet_id);
  auto order = next_;
  while (used.test(id_of(order)))
    ++order;
  return order;
}

std::uint16_t inflight_window::add(const delivery& d, time_ms now) {
  // Identifiers go round in order, so none is in use unless the oldest message has waited for a whole round.
  if (size_ > 0 && next_ - entries_[head_].order >= identifiers)
    next_ = next_free();
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
  if (packet_id == 0 || size_ == 0)
    return nullptr;
  if (entries_[head_].sent.packet_id == packet_id)
    return &entries_[head_];
  const auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(head_);
  const auto last = next_ - 1;
  const auto back = (id_of(last) + identifiers - packet_id) % identifiers;
  if (back <= last) { // the last time that this identifier's turn came
    const auto i = std::lower_bound(begin, entries_.end(), last - back,
                                    [](const entry& e, std::uint64_t order) { return e.order < order; });
    if (i != entries_.end() && i->sent.packet_id == packet_id)
      return &*i;
  }
  if (last - entries_[head_].order < identifiers)
    return nullptr;
  const auto i = std::find_if(begin, entries_.end(),
                              [packet_id](const entry& e) { return e.sent.packet_id == packet_id; });
  return i == entries_.end() ? nullptr : &*i;
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

std::size_t inflight_window::footprint() const noexcept {
  std::size_t bytes = entries_.capacity() * sizeof(entry);
  for (const auto& e : entries_)
    if (e.sent.message)
      bytes += e.sent.message->footprint();
  return bytes;
}

} // namespace troupe::mqtt
