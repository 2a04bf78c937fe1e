#include "troupe/mqtt/reason_code.hpp"

#include "decoder_parts.hpp"

#include <algorithm>
#include <array>

namespace troupe::mqtt {

namespace {

/// Packets that may carry a reason, one bit per packet type; DISCONNECT and AUTH differ by direction.
using packets = std::uint32_t;

constexpr packets bit(packet_type t) { return packets{1} << static_cast<unsigned>(t); }

constexpr packets connack_ = bit(packet_type::connack);
constexpr packets publish_acks = bit(packet_type::puback) | bit(packet_type::pubrec);
constexpr packets release_acks = bit(packet_type::pubrel) | bit(packet_type::pubcomp);
constexpr packets suback_ = bit(packet_type::suback);
constexpr packets unsuback_ = bit(packet_type::unsuback);
constexpr packets server_disconnect = bit(packet_type::disconnect);
constexpr packets server_auth = bit(packet_type::auth);
constexpr packets client_disconnect = server_disconnect << 16;
constexpr packets client_auth = server_auth << 16;
constexpr packets any_disconnect = server_disconnect | client_disconnect;
constexpr packets any_ack = publish_acks | suback_ | unsuback_;

struct reason_entry {
  std::string_view name = "unknown";
  packets allowed = 0;
};

constexpr auto make_reasons() {
  using enum reason_code;
  std::array<reason_entry, 256> table{};
  const auto set = [&table](reason_code c, std::string_view name, packets allowed) {
    table[static_cast<std::size_t>(c)] = {name, allowed};
  };
  set(success, "success", connack_ | any_ack | release_acks | any_disconnect | server_auth);
  set(granted_qos1, "granted_qos1", suback_);
  set(granted_qos2, "granted_qos2", suback_);
  set(disconnect_with_will, "disconnect_with_will_message", client_disconnect);
  set(no_matching_subscribers, "no_matching_subscribers", publish_acks);
  set(no_subscription_existed, "no_subscription_existed", unsuback_);
  set(continue_authentication, "continue_authentication", client_auth | server_auth);
  set(reauthenticate, "reauthenticate", client_auth);
  set(unspecified_error, "unspecified_error", connack_ | any_ack | any_disconnect);
  set(malformed_packet, "malformed_packet", connack_ | any_disconnect);
  set(protocol_error, "protocol_error", connack_ | any_disconnect);
  set(implementation_specific_error, "implementation_specific_error", connack_ | any_ack | any_disconnect);
  set(unsupported_protocol_version, "unsupported_protocol_version", connack_);
  set(client_identifier_not_valid, "client_identifier_not_valid", connack_);
  set(bad_user_name_or_password, "bad_user_name_or_password", connack_);
  set(not_authorized, "not_authorized", connack_ | any_ack | server_disconnect);
  set(server_unavailable, "server_unavailable", connack_);
  set(server_busy, "server_busy", connack_ | server_disconnect);
  set(banned, "banned", connack_);
  set(server_shutting_down, "server_shutting_down", server_disconnect);
  set(bad_authentication_method, "bad_authentication_method", connack_ | server_disconnect);
  set(keep_alive_timeout, "keep_alive_timeout", server_disconnect);
  set(session_taken_over, "session_taken_over", server_disconnect);
  set(topic_filter_invalid, "topic_filter_invalid", suback_ | unsuback_ | server_disconnect);
  set(topic_name_invalid, "topic_name_invalid", connack_ | publish_acks | any_disconnect);
  set(packet_identifier_in_use, "packet_identifier_in_use", any_ack);
  set(packet_identifier_not_found, "packet_identifier_not_found", release_acks);
  set(receive_maximum_exceeded, "receive_maximum_exceeded", any_disconnect);
  set(topic_alias_invalid, "topic_alias_invalid", any_disconnect);
  set(packet_too_large, "packet_too_large", connack_ | any_disconnect);
  set(message_rate_too_high, "message_rate_too_high", any_disconnect);
  set(quota_exceeded, "quota_exceeded", connack_ | publish_acks | suback_ | any_disconnect);
  set(administrative_action, "administrative_action", any_disconnect);
  set(payload_format_invalid, "payload_format_invalid", connack_ | publish_acks | any_disconnect);
  set(retain_not_supported, "retain_not_supported", connack_ | server_disconnect);
  set(qos_not_supported, "qos_not_supported", connack_ | server_disconnect);
  set(use_another_server, "use_another_server", connack_ | server_disconnect);
  set(server_moved, "server_moved", connack_ | server_disconnect);
  set(shared_subscriptions_not_supported, "shared_subscriptions_not_supported", suback_ | server_disconnect);
  set(connection_rate_exceeded, "connection_rate_exceeded", connack_ | server_disconnect);
  set(maximum_connect_time, "maximum_connect_time", server_disconnect);
  set(subscription_identifiers_not_supported, "subscription_identifiers_not_supported",
      suback_ | server_disconnect);
  set(wildcard_subscriptions_not_supported, "wildcard_subscriptions_not_supported",
      suback_ | server_disconnect);
  return table;
}

constexpr auto reasons = make_reasons();

} // namespace

std::string_view to_string(reason_code c) noexcept { return reasons[static_cast<std::size_t>(c)].name; }

std::string describe(reason_code c) {
  std::string text{to_string(c)};
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

bool is_reason_of(packet_type type, reason_code reason, bool from_client) noexcept {
  const bool directed = type == packet_type::disconnect || type == packet_type::auth;
  const packets wanted = bit(type) << (directed && from_client ? 16 : 0);
  return (reasons[static_cast<std::size_t>(reason)].allowed & wanted) != 0;
}

std::uint8_t to_connack_v3(reason_code c) noexcept {
  switch (c) {
    case reason_code::success: return 0;
    case reason_code::unsupported_protocol_version: return 1;
    case reason_code::client_identifier_not_valid: return 2;
    case reason_code::bad_user_name_or_password: return 4;
    case reason_code::not_authorized:
    case reason_code::banned:
    case reason_code::bad_authentication_method: return 5;
    default: return 3; // server unavailable
  }
}

} // namespace troupe::mqtt
