#include "troupe/rules/message_event.hpp"

#include "packet_properties.hpp"
#include "troupe/mqtt/message_id.hpp"

#include <boost/json/object.hpp>

#include <array>

namespace troupe::rules {

namespace json = boost::json;

namespace {

json::string_view view(std::string_view s) { return {s.data(), s.size()}; }

} // namespace

std::span<const column> message_event::columns() const {
  static constexpr std::array all{column::event,     column::id,        column::clientid,
                                  column::username,  column::payload,   column::peerhost,
                                  column::topic,     column::qos,       column::flags,
                                  column::headers,   column::pub_props, column::publish_received_at,
                                  column::timestamp, column::node,      column::metadata};
  return all;
}

value message_event::at(column c, arena& memory) const {
  const auto* from = message_.from().get();
  const auto named = [&](const std::string& s) { return s.empty() ? value{} : value{std::string_view{s}}; };
  switch (c) {
    case column::event: return value{std::string_view{"message.publish"}};
    case column::id: return memory.text(mqtt::message_id(message_));
    case column::clientid: return from == nullptr ? value{} : named(from->client_id);
    case column::username: return from == nullptr ? value{} : named(from->username);
    case column::peerhost: return from == nullptr ? value{} : named(from->peer_host);
    case column::payload: return value{message_.payload()};
    case column::topic: return value{message_.topic()};
    case column::qos: return value{static_cast<std::int64_t>(message_.level())};
    case column::publish_received_at:
    case column::timestamp: return value{std::int64_t{message_.timestamp()}};
    case column::node: return value{node_};
    case column::headers: return headers(memory);
    case column::pub_props: return properties(memory);
    case column::flags: {
      auto& flags = memory.new_map();
      flags["retain"] = message_.retain();
      flags["dup"] = false; // what is published is published once
      return value{flags};
    }
    case column::metadata: {
      auto& metadata = memory.new_map();
      metadata["rule_id"] = view(rule_);
      return value{metadata};
    }
    default: return {};
  }
}

value message_event::headers(arena& memory) const {
  auto& headers = memory.new_map();
  if (const auto* from = message_.from().get()) {
    if (!from->username.empty())
      headers["username"] = view(from->username);
    if (!from->peer_host.empty())
      headers["peerhost"] = view(from->peer_host);
  }
  if (const auto sent = properties(memory); !sent.map().empty())
    headers["properties"] = sent.map();
  return value{headers};
}

// Those that subscribers get too, and how long the message lives.
value message_event::properties(arena& memory) const {
  auto& sent = packet_properties(message_.properties(), memory);
  if (message_.expiry() != mqtt::no_expiry)
    sent[view(to_string(mqtt::property::message_expiry_interval))] = message_.expiry();
  return value{sent};
}

} // namespace troupe::rules
