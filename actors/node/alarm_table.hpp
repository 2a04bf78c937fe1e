// The active alarms and those that are cleared. Nothing here knows of actors or of a clock.
#pragma once

#include "alarm_kinds.hpp"
#include "troupe/actors/alarm_messages.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe {

/// `alarm.size_limit` and `alarm.validity_period`.
struct alarm_limits {
  std::size_t most = 1000;                // cleared ones, of which the oldest go; active ones of each pool
  std::int64_t validity = 86'400'000'000; // microseconds after which a cleared one goes
};

class alarm_table {
public:
  explicit alarm_table(alarm_limits limits) noexcept : limits_(limits) {}

  enum class change : std::uint8_t { raised, changed, same, full };

  /// `full`: there are too many of its pool, so it is left out. Kinds with subjects that clients cause have
  /// one pool, the others with subjects another, so that clients cannot hide those. Times are microseconds.
  change raise(const raise_alarm& what, std::int64_t now);

  /// The active one, or null.
  const alarm_record* find(alarm_kind what, const std::string& subject) const;

  /// It goes into the history; nothing when it is not active. Its `deactivated_at` is later than that of all
  /// others there.
  std::optional<alarm_record> clear(alarm_kind what, const std::string& subject, std::int64_t now);
  std::optional<alarm_record> clear(std::string_view name, std::int64_t now);

  /// Into the history, from before the start; in the order of the times at which they were cleared.
  void restore(alarm_record cleared) { history_.push_back(std::move(cleared)); }

  /// Takes what is too much or too old out of the history.
  std::vector<alarm_record> trim(std::int64_t now);

  /// Empties the history.
  std::vector<alarm_record> forget();

  std::vector<alarm_record> active() const;
  std::vector<alarm_record> history() const { return {history_.begin(), history_.end()}; }

private:
  using key = std::pair<alarm_kind, std::string>;
  using active_map = std::map<key, alarm_record>;

  std::size_t& pool_of(alarm_kind what) noexcept { return is_of_clients(what) ? of_clients_ : of_others_; }
  alarm_record retire(active_map::iterator which, std::int64_t now);

  alarm_limits limits_;
  active_map active_;
  std::size_t of_clients_ = 0, of_others_ = 0; // of kinds with subjects
  std::deque<alarm_record> history_;
};

} // namespace troupe
