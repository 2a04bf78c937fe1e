// Events that wait to be told, those of one client in the order in which they came. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe {

/// In each lane one event is under way at most, and the others wait for it. How many there are in all is
/// bounded by who adds them.
template <class Event>
class web_hook_lanes {
public:
  using clock = std::chrono::steady_clock;

  /// `keep`: how long an event waits for its turn.
  web_hook_lanes(std::size_t lanes, clock::duration keep) : lanes_(lanes), keep_(keep) {}

  /// Of all events with that key.
  std::size_t lane_of(std::string_view key) const noexcept {
    return std::hash<std::string_view>{}(key) % lanes_.size();
  }

  void add(std::size_t which, Event e, clock::time_point now) {
    lanes_[which].waiting.push_back({std::move(e), now + keep_});
    ++waiting_;
  }

  /// The next one of the lane, which is under way until `end`; nothing: none waits, or another one is.
  std::optional<Event> begin(std::size_t which) {
    auto& l = lanes_[which];
    if (l.busy || l.waiting.empty())
      return std::nullopt;
    l.busy = true;
    ++under_way_;
    return take_first(l);
  }

  void end(std::size_t which) {
    lanes_[which].busy = false;
    --under_way_;
  }

  /// Forgets those that have waited for too long, and says how many they were.
  std::size_t give_up_overdue(clock::time_point now) {
    const auto before = waiting_;
    for (auto& l : lanes_)
      while (!l.waiting.empty() && l.waiting.front().due <= now)
        take_first(l);
    return before - waiting_;
  }

  std::size_t waiting() const noexcept { return waiting_; }
  std::size_t under_way() const noexcept { return under_way_; }

private:
  struct kept {
    Event event;
    clock::time_point due;
  };
  struct lane {
    std::deque<kept> waiting;
    bool busy = false;
  };

  Event take_first(lane& l) {
    auto e = std::move(l.waiting.front().event);
    l.waiting.pop_front();
    --waiting_;
    return e;
  }

  std::vector<lane> lanes_;
  clock::duration keep_;
  std::size_t waiting_ = 0, under_way_ = 0; // in all lanes
};

} // namespace troupe
