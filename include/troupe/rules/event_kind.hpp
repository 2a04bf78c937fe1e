// What rules can be told beside published messages: the events of `FROM "$events/…"`
// (reference/rule-engine.md section 6).
#pragma once

#include "troupe/mqtt/message.hpp"
#include "troupe/rules/event.hpp"
#include "troupe/rules/event_enum.hpp"
#include "troupe/rules/title.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace troupe::rules {

struct event_row {
  event_kind kind;
  const char* name;  // "message.delivered": the column `event`
  const char* topic; // "$events/message_delivered"
  title heading;
  const char* example; // a statement
  std::span<const column> columns;
  std::span<const column> tested; // those that the dashboard asks for when a statement is tried
};

/// By kind.
std::span<const event_row, event_kind_count> event_table() noexcept;

inline const event_row& row_of(event_kind kind) noexcept {
  return event_table()[static_cast<std::size_t>(kind)];
}

/// Whether an entry of FROM names events and not the topics of messages.
inline bool names_events(std::string_view from) noexcept { return from.starts_with("$events/"); }

/// The events that such an entry names, which may have wildcards; 0 when there are none of this name.
/// Published messages are not among them: rules name their topics.
event_mask events_of(std::string_view from) noexcept;

/// An event of this kind for trying a statement: all columns but those that say where and when, as EMQ X
/// makes them up (reference/rule-engine.md section 9).
boost::json::object sample_event(event_kind kind, std::string_view node, mqtt::time_ms now);

} // namespace troupe::rules
