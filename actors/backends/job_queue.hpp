// Questions that wait for a back end, in the order in which they came, within a bound. Pure.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace troupe {

/// `Job` has `std::uint64_t number`, by which they stand in line, `clock::time_point due`, which is not
/// earlier for higher numbers, and `std::size_t bytes`.
template <class Job>
class job_queue {
public:
  using clock = std::chrono::steady_clock;

  job_queue(std::size_t most, std::size_t most_bytes) : most_(most), most_bytes_(most_bytes) {}

  std::size_t size() const noexcept { return ready_.size() + resting_.size(); }

  /// For one more of so many bytes. One that is larger than all may be has room when there is no other.
  bool has_room(std::size_t bytes) const noexcept {
    return size() < most_ && (size() == 0 || bytes_ + bytes <= most_bytes_);
  }

  /// To its place in the line. Whether there is room counts for new ones only: one that comes back had a
  /// place.
  void add(Job j) {
    bytes_ += j.bytes;
    const auto number = j.number;
    ready_.emplace(number, std::move(j));
  }

  /// Likewise, but not before `when`; the others do not wait for it.
  void add_later(Job j, clock::time_point when) {
    bytes_ += j.bytes;
    when = std::min(when, j.due);
    resting_.emplace(when, std::move(j));
  }

  /// Those that rest until then take their places in the line.
  void wake(clock::time_point now) {
    while (!resting_.empty() && resting_.begin()->first <= now) {
      auto node = resting_.extract(resting_.begin());
      const auto number = node.mapped().number;
      ready_.emplace(number, std::move(node.mapped()));
    }
  }

  void wake_all() { wake(clock::time_point::max()); }

  bool has_next() const noexcept { return !ready_.empty(); }

  /// Takes the first of the line, which must not be empty.
  Job take_next() {
    auto node = ready_.extract(ready_.begin());
    bytes_ -= node.mapped().bytes;
    return std::move(node.mapped());
  }

  /// Takes one of the line that is due, if any is.
  std::optional<Job> take_overdue(clock::time_point now) {
    if (ready_.empty() || ready_.begin()->second.due > now)
      return {};
    return take_next();
  }

  /// When there is something to do; nothing: never.
  std::optional<clock::time_point> next_event() const {
    std::optional<clock::time_point> out;
    if (!ready_.empty())
      out = ready_.begin()->second.due;
    if (!resting_.empty())
      out = std::min(out.value_or(clock::time_point::max()), resting_.begin()->first);
    return out;
  }

private:
  std::size_t most_, most_bytes_;
  std::size_t bytes_ = 0;
  std::map<std::uint64_t, Job> ready_;
  std::multimap<clock::time_point, Job> resting_;
};

} // namespace troupe
