#include "troupe/rules/event_record.hpp"

#include "packet_properties.hpp"

namespace troupe::rules {

namespace {

value named(const std::string& s) { return s.empty() ? value{} : value{std::string_view{s}}; }

} // namespace

record_event::record_event(const event_record& r, std::string_view node, std::string_view rule) noexcept
    : record_(r), node_(node), rule_(rule) {
  if (r.message)
    message_.emplace(*r.message, node, rule);
}

value record_event::at(column c, arena& memory) const {
  switch (c) {
    case column::event: return value{std::string_view{row_of(record_.kind).name}};
    case column::timestamp: return value{std::int64_t{record_.at}};
    case column::node: return value{node_};
    case column::reason:
    case column::reason_code: return named(record_.reason);
    case column::metadata: {
      auto& metadata = memory.new_map();
      metadata["rule_id"] = boost::json::string_view{rule_.data(), rule_.size()};
      return value{metadata};
    }
    case column::clientid:
    case column::username:
    case column::peerhost: return of_client(c);
    case column::conn_ack_props:
    case column::disconn_props:
    case column::puback_props:
    case column::sub_props:
    case column::unsub_props:
      return value{packet_properties(mqtt::property_view{record_.properties}, memory)};
    default: break;
  }
  if (message_)
    return of_message(c, memory);
  if (record_.connection)
    return of_connection(c, memory);
  if (c == column::topic)
    return named(record_.topic);
  return c == column::qos ? value{static_cast<std::int64_t>(record_.level)} : value{};
}

value record_event::of_client(column c) const {
  const auto* who = record_.client.get();
  if (who == nullptr)
    return {};
  return named(c == column::clientid   ? who->client_id
               : c == column::username ? who->username
                                       : who->peer_host);
}

value record_event::of_message(column c, arena& memory) const {
  if (c == column::qos)
    return value{static_cast<std::int64_t>(record_.level)};
  if (c == column::from_clientid)
    return message_->at(column::clientid, memory);
  if (c == column::from_username)
    return message_->at(column::username, memory);
  return message_->at(c, memory);
}

value record_event::of_connection(column c, arena& memory) const {
  const auto& facts = *record_.connection;
  switch (c) {
    case column::peername: return named(facts.peername);
    case column::sockname: return named(facts.sockname);
    case column::mountpoint: return named(facts.mountpoint);
    case column::proto_name: return named(facts.proto_name);
    case column::proto_ver: return value{facts.proto_ver};
    case column::keepalive: return value{facts.keepalive};
    case column::expiry_interval: return value{facts.expiry_interval};
    case column::clean_start: return value{facts.clean_start};
    case column::is_bridge: return value{facts.is_bridge};
    case column::connected_at: return value{std::int64_t{facts.connected_at}};
    case column::disconnected_at: return value{std::int64_t{record_.at}};
    case column::conn_props: return value{packet_properties(mqtt::property_view{facts.properties}, memory)};
    default: return {};
  }
}

} // namespace troupe::rules
