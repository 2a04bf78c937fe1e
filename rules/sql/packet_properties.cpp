#include "packet_properties.hpp"

#include <boost/json/array.hpp>

#include <array>

namespace troupe::rules {

namespace json = boost::json;

using mqtt::property;

namespace {

struct property_name {
  property id;
  std::string_view name;
};

constexpr std::array property_names{
    property_name{property::payload_format_indicator, "Payload-Format-Indicator"},
    property_name{property::message_expiry_interval, "Message-Expiry-Interval"},
    property_name{property::content_type, "Content-Type"},
    property_name{property::response_topic, "Response-Topic"},
    property_name{property::correlation_data, "Correlation-Data"},
    property_name{property::subscription_identifier, "Subscription-Identifier"},
    property_name{property::session_expiry_interval, "Session-Expiry-Interval"},
    property_name{property::assigned_client_identifier, "Assigned-Client-Identifier"},
    property_name{property::server_keep_alive, "Server-Keep-Alive"},
    property_name{property::authentication_method, "Authentication-Method"},
    property_name{property::authentication_data, "Authentication-Data"},
    property_name{property::request_problem_information, "Request-Problem-Information"},
    property_name{property::will_delay_interval, "Will-Delay-Interval"},
    property_name{property::request_response_information, "Request-Response-Information"},
    property_name{property::response_information, "Response-Information"},
    property_name{property::server_reference, "Server-Reference"},
    property_name{property::reason_string, "Reason-String"},
    property_name{property::receive_maximum, "Receive-Maximum"},
    property_name{property::topic_alias_maximum, "Topic-Alias-Maximum"},
    property_name{property::topic_alias, "Topic-Alias"},
    property_name{property::maximum_qos, "Maximum-QoS"},
    property_name{property::retain_available, "Retain-Available"},
    property_name{property::user_property, "User-Property"},
    property_name{property::maximum_packet_size, "Maximum-Packet-Size"},
    property_name{property::wildcard_subscription_available, "Wildcard-Subscription-Available"},
    property_name{property::subscription_identifier_available, "Subscription-Identifier-Available"},
    property_name{property::shared_subscription_available, "Shared-Subscription-Available"},
};

json::string_view as_json(std::string_view s) { return {s.data(), s.size()}; }

void add_user_property(json::object& all, const mqtt::property_entry& e) {
  auto& by_name = all["User-Property"];
  if (!by_name.is_object())
    by_name.emplace_object();
  by_name.get_object()[as_json(e.text)] = as_json(e.value);
  auto& pairs = all["User-Property-Pairs"];
  if (!pairs.is_array())
    pairs.emplace_array();
  auto& pair = pairs.get_array().emplace_back(json::object(all.storage())).get_object();
  pair["key"] = as_json(e.text);
  pair["value"] = as_json(e.value);
}

bool is_text(property id) noexcept {
  switch (id) {
    case property::content_type:
    case property::response_topic:
    case property::correlation_data:
    case property::assigned_client_identifier:
    case property::authentication_method:
    case property::authentication_data:
    case property::response_information:
    case property::server_reference:
    case property::reason_string: return true;
    default: return false;
  }
}

} // namespace

std::string_view to_string(property id) noexcept {
  for (const auto& row : property_names)
    if (row.id == id)
      return row.name;
  return {};
}

json::object& packet_properties(mqtt::property_view sent, arena& memory) {
  auto& all = memory.new_map();
  sent.for_each([&](const mqtt::property_entry& e) {
    if (e.id == property::user_property)
      add_user_property(all, e);
    else if (is_text(e.id))
      all[as_json(to_string(e.id))] = as_json(e.text);
    else
      all[as_json(to_string(e.id))] = std::int64_t{e.number}; // as all whole numbers of rules
  });
  return all;
}

} // namespace troupe::rules
