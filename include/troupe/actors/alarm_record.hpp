// An alarm as JSON: in the API, in `$SYS` and in the store (reference/observability.md section 4).
#pragma once

#include "troupe/actors/alarm_messages.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>

namespace troupe {

/// As EMQ X 4.2 shows it: `{"name","message","details","activated","activate_at","deactivate_at",
/// "duration"}`. `now` is in microseconds, for the duration of an active one.
boost::json::object to_json(const alarm_record& alarm, std::int64_t now);

/// What the store keeps of a cleared one.
boost::json::object to_record(const alarm_record& alarm);

/// Nothing when it is not one.
std::optional<alarm_record> read_alarm_record(const boost::json::value& record);

} // namespace troupe
