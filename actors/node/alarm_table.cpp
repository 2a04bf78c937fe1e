#include "alarm_table.hpp"

#include <algorithm>

namespace troupe {

alarm_table::change alarm_table::raise(const raise_alarm& what, std::int64_t now) {
  auto fresh = describe(what);
  if (const auto known = active_.find({what.what, what.subject}); known != active_.end()) {
    auto& present = known->second;
    const bool same = present.desc == fresh.desc && present.message == fresh.message;
    fresh.activated_at = present.activated_at;
    present = std::move(fresh);
    return same ? change::same : change::changed;
  }
  if (has_subjects(what.what)) {
    auto& pool = pool_of(what.what);
    if (pool == limits_.most)
      return change::full;
    ++pool;
  }
  fresh.activated_at = now;
  active_.emplace(key{what.what, what.subject}, std::move(fresh));
  return change::raised;
}

const alarm_record* alarm_table::find(alarm_kind what, const std::string& subject) const {
  const auto known = active_.find({what, subject});
  return known == active_.end() ? nullptr : &known->second;
}

alarm_record alarm_table::retire(active_map::iterator which, std::int64_t now) {
  if (has_subjects(which->first.first))
    --pool_of(which->first.first);
  auto record = std::move(which->second);
  active_.erase(which);
  record.deactivated_at =
      history_.empty() ? now : std::max(now, history_.back().deactivated_at + 1); // a clock may be set back
  history_.push_back(record);
  return record;
}

std::optional<alarm_record> alarm_table::clear(alarm_kind what, const std::string& subject,
                                               std::int64_t now) {
  const auto known = active_.find({what, subject});
  if (known == active_.end())
    return std::nullopt;
  return retire(known, now);
}

std::optional<alarm_record> alarm_table::clear(std::string_view name, std::int64_t now) {
  const auto known = std::find_if(active_.begin(), active_.end(),
                                  [&](const auto& entry) { return entry.second.name == name; });
  if (known == active_.end())
    return std::nullopt;
  return retire(known, now);
}

std::vector<alarm_record> alarm_table::trim(std::int64_t now) {
  std::vector<alarm_record> gone;
  while (!history_.empty() &&
         (history_.size() > limits_.most || now - history_.front().deactivated_at >= limits_.validity)) {
    gone.push_back(std::move(history_.front()));
    history_.pop_front();
  }
  return gone;
}

std::vector<alarm_record> alarm_table::forget() {
  std::vector<alarm_record> gone{std::make_move_iterator(history_.begin()),
                                 std::make_move_iterator(history_.end())};
  history_.clear();
  return gone;
}

std::vector<alarm_record> alarm_table::active() const {
  std::vector<alarm_record> out;
  out.reserve(active_.size());
  for (const auto& [what, record] : active_)
    out.push_back(record);
  std::stable_sort(out.begin(), out.end(), [](const alarm_record& a, const alarm_record& b) {
    return a.activated_at < b.activated_at;
  });
  return out;
}

} // namespace troupe
