// Alarms that only remember what they were told.
#pragma once

#include "troupe/actors/alarm_messages.hpp"
#include "troupe/actors/messages.hpp"

#include <caf/all.hpp>

#include <memory>
#include <mutex>
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

  void add(const char* what, alarm_kind kind, const std::string& subject) {
    const std::scoped_lock lock{mutex_};
    const char* name = kind == alarm_kind::resource ? " resource "
                       : kind == alarm_kind::plugin ? " plugin "
                                                    : " ";
    entries_.push_back(what + std::string{name} + subject);
  }

private:
  mutable std::mutex mutex_;
  std::vector<std::string> entries_;
};

inline alarms_actor::behavior_type fake_alarms(alarms_actor::pointer, std::shared_ptr<alarm_book> book) {
  return {[book](const raise_alarm& m) { book->add("raise", m.what, m.subject); },
          [book](const clear_alarm& m) { book->add("clear", m.what, m.subject); },
          [](const alarm_query&) { return alarm_page{}; },
          [](const deactivate_alarm&) { return outcome{}; },
          [](const forget_alarms&) { return outcome{}; },
          [](const sweep_tick&) {}};
}

} // namespace troupe::test
