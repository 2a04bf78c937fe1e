// The control packets of MQTT 3.1, 3.1.1 and 5.0 as decoded in place: every text and binary
// member is a view into the bytes that were decoded and dies with them.
#pragma once

#include "troupe/mqtt/property.hpp"
#include "troupe/mqtt/reason_code.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe::mqtt {

enum class protocol_version : std::uint8_t { v31 = 3, v311 = 4, v5 = 5 };

/// Control packet types (MQTT 5.0 table 2-1), the high nibble of the first byte.
enum class packet_type : std::uint8_t {
  connect = 1,
  connack,
  publish,
  puback,
  pubrec,
  pubrel,
  pubcomp,
  subscribe,
  suback,
  unsubscribe,
  unsuback,
  pingreq,
  pingresp,
  disconnect,
  auth,
};

enum class qos : std::uint8_t { at_most_once = 0, at_least_once = 1, exactly_once = 2 };

struct will {
  std::string_view topic;
  std::string_view payload;
  property_view properties;
  qos level = qos::at_most_once;
  bool retain = false;
};

struct connect {
  protocol_version version = protocol_version::v311;
  bool bridge = false; // the top bit of the protocol level, which bridges of 3.x set
  bool clean_start = false;
  std::uint16_t keep_alive = 0; // seconds
  std::string_view client_id;
  std::optional<std::string_view> username;
  std::optional<std::string_view> password;
  std::optional<mqtt::will> will;
  property_view properties;
};

struct connack {
  bool session_present = false;
  reason_code reason = reason_code::success;
  property_view properties;
};

struct publish {
  std::string_view topic; // may be empty in 5.0 when a topic alias stands for it
  std::string_view payload;
  property_view properties;
  std::uint16_t packet_id = 0; // 0 when QoS is 0
  qos level = qos::at_most_once;
  bool dup = false;
  bool retain = false;
};

/// PUBACK, PUBREC, PUBREL and PUBCOMP.
struct ack {
  packet_type type = packet_type::puback;
  std::uint16_t packet_id = 0;
  reason_code reason = reason_code::success;
  property_view properties;
};

/// The options byte of a subscription (MQTT 5.0 section 3.8.3.1); 3.x uses only the QoS.
struct subscription_options {
  qos level = qos::at_most_once;
  bool no_local = false;
  bool retain_as_published = false;
  std::uint8_t retain_handling = 0; // 0 send retained, 1 only if new, 2 never

  friend bool operator==(const subscription_options&, const subscription_options&) = default;
};

struct subscribe {
  struct entry {
    std::string_view filter;
    subscription_options options;
  };
  std::uint16_t packet_id = 0;
  property_view properties;
  std::vector<entry> entries;
};

/// SUBACK and UNSUBACK. UNSUBACK of 3.x has no reasons.
struct suback {
  packet_type type = packet_type::suback;
  std::uint16_t packet_id = 0;
  property_view properties;
  std::vector<reason_code> reasons;
};

struct unsubscribe {
  std::uint16_t packet_id = 0;
  property_view properties;
  std::vector<std::string_view> filters;
};

/// PINGREQ and PINGRESP.
struct ping {
  packet_type type = packet_type::pingreq;
};

struct disconnect {
  reason_code reason = reason_code::success;
  property_view properties;
};

struct auth {
  reason_code reason = reason_code::success;
  property_view properties;
};

using packet =
    std::variant<publish, ack, ping, connect, connack, subscribe, suback, unsubscribe, disconnect, auth>;

} // namespace troupe::mqtt
