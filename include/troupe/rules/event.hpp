// What a rule is told: a message or something that happened, as columns (reference/rule-engine.md section 6).
#pragma once

#include "troupe/mqtt/message.hpp"
#include "troupe/rules/value.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace troupe::rules {

/// Every column that some event has.
enum class column : std::uint8_t {
  event,
  timestamp,
  node,
  metadata,
  id,
  clientid,
  username,
  from_clientid,
  from_username,
  payload,
  topic,
  qos,
  flags,
  headers,
  peerhost,
  publish_received_at,
  reason,
  peername,
  sockname,
  mountpoint,
  proto_name,
  proto_ver,
  keepalive,
  clean_start,
  expiry_interval,
  is_bridge,
  connected_at,
  disconnected_at,
  pub_props,
  conn_props,
  disconn_props,
  sub_props,
  puback_props,
  unsub_props,
  conn_ack_props,
  reason_code,
};

inline constexpr std::size_t column_count = static_cast<std::size_t>(column::reason_code) + 1;

std::string_view to_string(column c) noexcept; // "clientid"
std::optional<column> find_column(std::string_view name) noexcept;

/// One event, for as long as a rule looks at it. What the columns refer to outlives the evaluation, or is in
/// its arena.
class event {
public:
  event() = default;
  event(const event&) = delete;
  event& operator=(const event&) = delete;
  virtual ~event() = default;

  /// The columns that it has, in the order in which `*` shows them.
  virtual std::span<const column> columns() const = 0;

  /// Undefined when it has no such column.
  virtual value at(column c, arena& memory) const = 0;

  /// A column that only this event has, as the context of the SQL tester may; undefined: none.
  virtual value at(std::string_view /*name*/, arena& /*memory*/) const { return {}; }

  /// The names of those.
  virtual std::span<const std::string_view> other_columns() const { return {}; }

  /// Whose event it is: one object for each connection. Null: nobody's.
  virtual mqtt::publisher_ptr connection() const { return nullptr; }
};

} // namespace troupe::rules
