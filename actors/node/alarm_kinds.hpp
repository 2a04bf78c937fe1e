// The kinds of alarms as a table: a row makes an alarm (architecture: adding things).
#pragma once

#include "troupe/actors/alarm_messages.hpp"

#include <cstddef>
#include <string>

namespace troupe {

/// Bytes of a message, a description or a fact of an alarm.
inline constexpr std::size_t max_alarm_text = 1024;

/// The words of an alarm that is raised, but for its times. Its texts are well-formed UTF-8, whatever it was
/// raised with, and cut when they are longer than `max_alarm_text`; its names are as long as its subject.
alarm_record describe(const raise_alarm& what);

/// Whether there may be one for each of many subjects.
bool has_subjects(alarm_kind what) noexcept;

/// Whether clients can cause as many of it as they like.
constexpr bool is_of_clients(alarm_kind what) noexcept {
  return what == alarm_kind::flapping || what == alarm_kind::congestion;
}

} // namespace troupe
