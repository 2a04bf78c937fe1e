// Alarms that only remember what they were told.
#pragma once

#include "troupe/actors/alarm_messages.hpp"
#include "troupe/actors/messages.hpp"

#include <caf/all.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace troupe::test {

class alarm_book {
public:
  /// "raise resource x", "clear plugin y".
  std::vector<std::string> entries() const {
    const std::scoped_lock lock{mutex_};
    return entries_;
  }

  /// Why this resource is down, or was the last time.
  std::string reason(const std::string& resource) const {
    const std::scoped_lock lock{mutex_};
    const auto known = reasons_.find(resource);
    return known == reasons_.end() ? "" : known->second;
  }

  /// A resource that is down already only gets the new reason.
  void raise(const raise_alarm& m) {
    if (m.what != alarm_kind::resource || !is_down(m))
      add("raise", m.what, m.subject);
  }

  void clear(const clear_alarm& m) {
    {
      const std::scoped_lock lock{mutex_};
      if (m.what == alarm_kind::resource)
        down_.erase(m.subject);
    }
    add("clear", m.what, m.subject);
  }

private:
  bool is_down(const raise_alarm& m) {
    const std::scoped_lock lock{mutex_};
    for (const auto& [name, fact] : m.details)
      if (const auto* text = std::get_if<std::string>(&fact); text != nullptr && name == "reason")
        reasons_[m.subject] = *text;
    return !down_.insert(m.subject).second;
  }

  void add(const char* what, alarm_kind kind, const std::string& subject) {
    const std::scoped_lock lock{mutex_};
    const char* name = kind == alarm_kind::resource ? " resource "
                       : kind == alarm_kind::plugin ? " plugin "
                                                    : " ";
    entries_.push_back(what + std::string{name} + subject);
  }

  mutable std::mutex mutex_;
  std::vector<std::string> entries_;
  std::map<std::string, std::string> reasons_; // by resource
  std::set<std::string> down_;                 // resources
};

inline alarms_actor::behavior_type fake_alarms(alarms_actor::pointer, std::shared_ptr<alarm_book> book) {
  return {[book](const raise_alarm& m) { book->raise(m); }, [book](const clear_alarm& m) { book->clear(m); },
          [](const alarm_query&) { return alarm_page{}; },  [](const deactivate_alarm&) { return outcome{}; },
          [](const forget_alarms&) { return outcome{}; },   [](const sweep_tick&) {}};
}

} // namespace troupe::test
