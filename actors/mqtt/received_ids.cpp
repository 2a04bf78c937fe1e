#include "troupe/mqtt/received_ids.hpp"

#include <algorithm>

namespace troupe::mqtt {

namespace {

constexpr std::size_t few = 64;

} // namespace

std::optional<std::size_t> received_ids::find(std::uint16_t packet_id) const {
  if (size_ == 0 || packet_id == 0)
    return std::nullopt;
  if (places_) {
    const auto found = places_->find(packet_id);
    return found == places_->end() ? std::nullopt : std::optional<std::size_t>{found->second};
  }
  for (std::size_t i = head_; i < entries_.size(); ++i)
    if (entries_[i].packet_id == packet_id)
      return i;
  return std::nullopt;
}

void received_ids::add(std::uint16_t packet_id, time_ms now) {
  if (head_ > few && head_ * 2 > entries_.size())
    compact();
  if (places_)
    places_->emplace(packet_id, static_cast<std::uint32_t>(entries_.size()));
  entries_.push_back({packet_id, now});
  ++size_;
  if (!places_ && size_ > few) {
    places_ = std::make_unique<index>();
    compact();
  }
}

std::optional<time_ms> received_ids::remove(std::uint16_t packet_id) {
  const auto place = find(packet_id);
  if (!place)
    return std::nullopt;
  const auto since = entries_[*place].since;
  remove_at(*place);
  tidy();
  return since;
}

std::size_t received_ids::forget(time_ms until) {
  std::size_t count = 0;
  while (size_ > 0 && oldest() <= until) {
    remove_at(head_);
    ++count;
  }
  if (count > 0)
    tidy();
  return count;
}

void received_ids::remove_at(std::size_t place) {
  if (places_)
    places_->erase(entries_[place].packet_id);
  entries_[place].packet_id = 0;
  --size_;
  while (head_ < entries_.size() && entries_[head_].packet_id == 0)
    ++head_;
}

// The memory follows what is there: an empty one keeps the place for a few.
void received_ids::tidy() {
  if (size_ == 0) {
    places_.reset();
    entries_.clear();
    head_ = 0;
    if (entries_.capacity() > few)
      entries_.shrink_to_fit();
  } else if (entries_.size() - head_ > 2 * size_ + few) {
    compact();
  }
}

void received_ids::compact() {
  std::erase_if(entries_, [](const entry& e) { return e.packet_id == 0; });
  head_ = 0;
  if (!places_)
    return;
  places_->clear();
  for (std::size_t i = 0; i < entries_.size(); ++i)
    places_->emplace(entries_[i].packet_id, static_cast<std::uint32_t>(i));
}

std::size_t received_ids::footprint() const noexcept {
  constexpr std::size_t node = 2 * sizeof(void*) + sizeof(index::value_type); // and its place in the table
  return entries_.capacity() * sizeof(entry) +
         (places_ ? places_->size() * node + places_->bucket_count() * sizeof(void*) : 0);
}

} // namespace troupe::mqtt
