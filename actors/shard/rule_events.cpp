#include "rule_events.hpp"

#include "troupe/actors/messages.hpp"
#include "troupe/mqtt/topic.hpp"
#include "troupe/rules/event_record.hpp"

namespace troupe {

using rules::event_kind;
using rules::event_record;

namespace {

event_record begin(shard& home, event_kind kind, const mqtt::publisher_ptr& who) {
  event_record e;
  e.kind = kind;
  e.at = home.wall();
  e.client = who;
  return e;
}

void tell_connection(shard& home, event_record e, const client_row& row, const listener_context& listener,
                     std::string_view connect_properties) {
  auto facts = std::make_unique<rules::connection_facts>();
  facts->peername = row.ip_address + ":" + std::to_string(row.port);
  facts->sockname = listener.listen_on;
  facts->mountpoint = row.mountpoint;
  facts->proto_name = row.proto_name;
  facts->proto_ver = row.proto_ver;
  facts->keepalive = row.keepalive;
  facts->expiry_interval = row.expiry_interval;
  facts->clean_start = row.clean_start;
  facts->is_bridge = row.is_bridge;
  facts->connected_at = row.connected_at;
  facts->properties = connect_properties;
  e.connection = std::move(facts);
  home.tell(std::move(e));
}

// There is no session yet.
void tell_handshake(shard& home, event_record e, const mqtt::connect_request& r, const peer_address& peer,
                    const listener_context& listener) {
  auto facts = std::make_unique<rules::connection_facts>();
  facts->peername = peer.host + ":" + std::to_string(peer.port);
  facts->sockname = listener.listen_on;
  facts->mountpoint = r.mount_point;
  facts->proto_name = protocol_name(r.version);
  facts->proto_ver = static_cast<std::int64_t>(r.version);
  facts->keepalive = r.keep_alive;
  facts->expiry_interval = r.session_expiry;
  facts->clean_start = r.clean_start;
  facts->is_bridge = r.bridge;
  facts->connected_at = e.at;
  facts->properties = r.properties;
  e.connection = std::move(facts);
  home.tell(std::move(e));
}

mqtt::publisher_ptr who_asks(const mqtt::connect_request& r, const peer_address& peer) {
  return mqtt::publisher::make(r.client_id, r.username.value_or(""), peer.host, {});
}

void tell_message(shard& home, event_record e, const mqtt::message_ptr& message, mqtt::qos level) {
  if (message->system())
    return;
  e.message = message;
  e.level = level;
  home.tell(std::move(e));
}

} // namespace

void tell_connect(shard& home, const mqtt::connect_request& request, const peer_address& peer,
                  const listener_context& listener) {
  tell_handshake(home, begin(home, event_kind::client_connect, who_asks(request, peer)), request, peer,
                 listener);
}

void tell_connack(shard& home, const mqtt::connect_request& request, const peer_address& peer,
                  const listener_context& listener, mqtt::reason_code reason, mqtt::property_view sent) {
  auto e = begin(home, event_kind::client_connack, who_asks(request, peer));
  e.reason = to_string(reason);
  e.properties = sent.raw();
  tell_handshake(home, std::move(e), request, peer, listener);
}

void tell_connected(shard& home, const mqtt::publisher_ptr& who, const client_row& row,
                    const listener_context& listener, std::string_view properties) {
  tell_connection(home, begin(home, event_kind::client_connected, who), row, listener, properties);
}

void tell_disconnected(shard& home, const mqtt::publisher_ptr& who, const client_row& row,
                       const listener_context& listener, std::string_view reason,
                       std::string_view properties) {
  auto e = begin(home, event_kind::client_disconnected, who);
  e.reason = reason;
  e.properties = properties;
  tell_connection(home, std::move(e), row, listener, {});
}

void tell_session(shard& home, event_kind kind, const mqtt::publisher_ptr& who, std::string_view reason) {
  auto e = begin(home, kind, who);
  e.reason = reason;
  home.tell(std::move(e));
}

void tell_subscription(shard& home, event_kind kind, const mqtt::publisher_ptr& who, std::string_view filter,
                       const mqtt::subscription_options& options, std::string_view properties) {
  auto e = begin(home, kind, who);
  const auto target = mqtt::parse_subscription(filter);
  e.topic = target ? target->filter : filter; // without its group, as in EMQ X
  e.level = options.level;
  e.options = options;
  e.properties = properties;
  home.tell(std::move(e));
}

void tell_delivered(shard& home, const mqtt::publisher_ptr& who, const std::vector<mqtt::delivery>& batch) {
  for (const auto& d : batch)
    if (d.message && d.type == mqtt::packet_type::publish && !d.dup)
      tell_message(home, begin(home, event_kind::message_delivered, who), d.message, d.level);
}

void tell_acked(shard& home, const mqtt::publisher_ptr& who, const mqtt::delivery& d,
                std::string_view properties) {
  if (!d.message)
    return;
  auto e = begin(home, event_kind::message_acked, who);
  e.properties = properties;
  tell_message(home, std::move(e), d.message, d.level);
}

void tell_delivery_dropped(shard& home, const mqtt::publisher_ptr& who, const mqtt::message_ptr& message,
                           mqtt::qos level, std::string_view reason) {
  auto e = begin(home, event_kind::delivery_dropped, who);
  e.reason = reason;
  tell_message(home, std::move(e), message, level);
}

} // namespace troupe
