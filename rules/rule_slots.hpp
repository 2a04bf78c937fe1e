// The numbers by which the index of topics and the shards know rules. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace troupe {

/// The slot of a rule that was deleted rests until all shards have said that they know it: one that still
/// has its old table would send the messages of the next rule there to the one that is gone. `Entry` is what
/// stands in a slot; a fresh one means that nobody does.
template <class Entry>
class rule_slots {
public:
  /// At most so many, those that rest among them.
  explicit rule_slots(std::size_t most) : most_(most) {}

  const std::vector<Entry>& all() const noexcept { return all_; }

  bool has_room() const noexcept { return !free_.empty() || all_.size() < most_; }

  /// The lowest one that is free, or else a new one: whether there is room is for the caller to ask.
  std::uint32_t take(Entry e) {
    if (free_.empty()) {
      all_.push_back(std::move(e));
      return static_cast<std::uint32_t>(all_.size() - 1);
    }
    const auto slot = free_.extract(free_.begin()).value();
    all_[slot] = std::move(e);
    return slot;
  }

  /// Until the next order is acknowledged.
  void empty(std::uint32_t slot) {
    all_[slot] = {};
    resting_.emplace(orders_ + 1, slot);
  }

  /// The number of an order to all shards that has the slots as they are now.
  std::uint64_t next_order() noexcept { return ++orders_; }

  /// Whether all shards have acknowledged it, and so those before it, which they had in order. Returns how
  /// many slots rest still that it was about.
  std::size_t told(std::uint64_t order, bool all) {
    const auto end = resting_.upper_bound(order);
    std::size_t left = 0;
    for (auto i = resting_.begin(); i != end; i = all ? resting_.erase(i) : std::next(i)) {
      if (all)
        free_.insert(i->second);
      else
        ++left;
    }
    return left;
  }

private:
  std::size_t most_;
  std::vector<Entry> all_;
  std::set<std::uint32_t> free_;
  std::multimap<std::uint64_t, std::uint32_t> resting_; // by the order that tells of it
  std::uint64_t orders_ = 0;
};

} // namespace troupe
