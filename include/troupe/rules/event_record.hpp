// An event that a shard tells rules of, and how rules see it (reference/rule-engine.md section 6).
#pragma once

#include "troupe/mqtt/message.hpp"
#include "troupe/mqtt/packet.hpp"
#include "troupe/rules/event_kind.hpp"
#include "troupe/rules/message_event.hpp"

#include <memory>
#include <optional>
#include <string>

namespace troupe::rules {

/// What is known of a connection.
struct connection_facts {
  std::string peername, sockname; // "<address>:<port>"
  std::string mountpoint, proto_name;
  std::int64_t proto_ver = 4;
  std::int64_t keepalive = 0, expiry_interval = 0; // seconds
  bool clean_start = true, is_bridge = false;
  mqtt::time_ms connected_at = 0;
  std::string properties; // of the CONNECT, as the decoder has validated them
};

/// Immutable once it is told.
struct event_record {
  event_kind kind = event_kind::message_delivered;
  mqtt::time_ms at = 0;
  mqtt::publisher_ptr client; // whom it happened to; null: it is not known
  mqtt::message_ptr message;  // of an event of a message, else null
  mqtt::qos level = mqtt::qos::at_most_once;
  std::string topic;                       // of a subscription
  mqtt::subscription_options options = {}; // of a subscription
  std::string reason;                      // of a drop, a disconnection, the end of a session or a CONNACK
  std::string properties; // validated, of the packet that it is about: DISCONNECT, SUBSCRIBE, PUBACK …
  std::unique_ptr<const connection_facts> connection;
};
using event_ptr = std::shared_ptr<const event_record>;

class record_event final : public event {
public:
  /// All three outlive the event. `rule` is the id of the rule that looks at it.
  record_event(const event_record& r, std::string_view node, std::string_view rule) noexcept;

  std::span<const column> columns() const override { return row_of(record_.kind).columns; }
  value at(column c, arena& memory) const override;
  mqtt::publisher_ptr connection() const override { return record_.client; }

private:
  value of_client(column c) const;
  value of_connection(column c, arena& memory) const;
  value of_message(column c, arena& memory) const;

  const event_record& record_;
  std::string_view node_, rule_;
  std::optional<message_event> message_;
};

} // namespace troupe::rules
