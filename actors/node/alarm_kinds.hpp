// The kinds of alarms as a table: a row makes an alarm (architecture: adding things).
#pragma once

#include "troupe/actors/alarm_messages.hpp"

#include <string>

namespace troupe {

/// The words of an alarm that is raised, but for its times.
alarm_record describe(const raise_alarm& what);

/// Whether there may be one for each of many subjects.
bool has_subjects(alarm_kind what) noexcept;

} // namespace troupe
