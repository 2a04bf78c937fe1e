// CONNECT, CONNACK, DISCONNECT and AUTH.
#include "decoder_parts.hpp"
#include "property_table.hpp"

namespace troupe::mqtt {

namespace {

/// The flags byte of CONNECT (MQTT 5.0 section 3.1.2.3).
struct connect_flags {
  std::uint8_t bits = 0;

  bool reserved() const { return (bits & 0x01) != 0; }
  bool clean_start() const { return (bits & 0x02) != 0; }
  bool will() const { return (bits & 0x04) != 0; }
  unsigned will_qos() const { return bits >> 3 & 3; }
  bool will_retain() const { return (bits & 0x20) != 0; }
  bool password() const { return (bits & 0x40) != 0; }
  bool username() const { return (bits & 0x80) != 0; }
};

fault check(connect_flags flags, protocol_version version) {
  if (flags.reserved() && version != protocol_version::v31) // [MQTT-3.1.2-3]; 3.1 does not use it
    return malformed("reserved connect flag is set");
  if (flags.will_qos() == 3) // [MQTT-3.1.2-12]
    return malformed("will QoS is 3");
  if (!flags.will() && (flags.will_qos() != 0 || flags.will_retain())) // [MQTT-3.1.2-11], [MQTT-3.1.2-13]
    return malformed("will flags without a will");
  // MQTT 5.0 allows a password alone (section 3.1.2.9), 3.1.1 does not [MQTT-3.1.2-22].
  if (version != protocol_version::v5 && flags.password() && !flags.username())
    return malformed("password without user name");
  return accepted;
}

/// Protocol name and level. Bridges of 3.x set the level's top bit.
fault take_version(reader& in, connect& out) {
  std::string_view name;
  std::uint8_t level = 0;
  if (!in.utf8(name))
    return malformed("protocol name is not UTF-8");
  if (!in.byte(level))
    return malformed("protocol level is missing");
  const unsigned plain = level & 0x7Fu;
  out.bridge = (level & 0x80) != 0;
  if (name == "MQIsdp" && plain == 3)
    out.version = protocol_version::v31;
  else if (name == "MQTT" && plain == 4)
    out.version = protocol_version::v311;
  else if (name == "MQTT" && level == 5)
    out.version = protocol_version::v5;
  else // [MQTT-3.1.2-1], [MQTT-3.1.2-2]
    return {reason_code::unsupported_protocol_version, "protocol name or level is unknown"};
  return accepted;
}

fault take_will(reader& in, connect_flags flags, connect& out) {
  will& w = out.will.emplace();
  w.level = static_cast<qos>(flags.will_qos());
  w.retain = flags.will_retain();
  if (out.version == protocol_version::v5)
    if (const fault f = take_properties(in, in_will, true, w.properties))
      return f;
  if (!in.text(w.topic))
    return malformed("will topic is not whole");
  const text_kind kind = check_text(w.topic);
  if (kind == text_kind::invalid) // [MQTT-3.1.3-11]
    return malformed("will topic is not UTF-8");
  if (kind == text_kind::wildcards || w.topic.empty()) // [MQTT-4.7.1-1], [MQTT-4.7.3-1]
    return {reason_code::topic_name_invalid, "will topic is no topic name"};
  if (!in.text(w.payload))
    return malformed("will message is not whole");
  return accepted;
}

fault take_credentials(reader& in, connect_flags flags, connect& out) {
  // In MQTT 3.1 the remaining length takes precedence over these two flags (section 3.1).
  const bool may_miss = out.version == protocol_version::v31;
  if (flags.username() && !(may_miss && in.empty()))
    if (!in.utf8(out.username.emplace())) // [MQTT-3.1.3-12]
      return malformed("user name is not UTF-8");
  if (flags.password() && !(may_miss && in.empty()))
    if (!in.text(out.password.emplace()))
      return malformed("password is not whole");
  return accepted;
}

/// The reason that a return code of a 3.x CONNACK stands for (MQTT 3.1.1 table 3.1).
bool from_connack_v3(std::uint8_t code, reason_code& out) {
  constexpr reason_code by_code[] = {
      reason_code::success,
      reason_code::unsupported_protocol_version,
      reason_code::client_identifier_not_valid,
      reason_code::server_unavailable,
      reason_code::bad_user_name_or_password,
      reason_code::not_authorized,
  };
  if (code >= sizeof by_code / sizeof *by_code)
    return false;
  out = by_code[code];
  return true;
}

/// The byte of a reason that the packet may carry.
fault take_reason(reader& in, packet_type type, bool from_client, reason_code& out) {
  std::uint8_t code = 0;
  if (!in.byte(code))
    return malformed("reason code is missing");
  out = static_cast<reason_code>(code);
  if (!is_reason_of(type, out, from_client))
    return protocol_error("reason code of another packet");
  return accepted;
}

} // namespace

fault decode_connect(reader in, connect& out) {
  if (const fault f = take_version(in, out))
    return f;
  connect_flags flags;
  if (!in.byte(flags.bits) || !in.u16(out.keep_alive))
    return malformed("CONNECT is not whole");
  if (const fault f = check(flags, out.version))
    return f;
  out.clean_start = flags.clean_start();
  if (out.version == protocol_version::v5)
    if (const fault f = take_properties(in, packet_bit(packet_type::connect), true, out.properties))
      return f;
  if (!in.utf8(out.client_id)) // [MQTT-3.1.3-3], [MQTT-3.1.3-4]
    return malformed("client identifier is not UTF-8");
  if (flags.will())
    if (const fault f = take_will(in, flags, out))
      return f;
  if (const fault f = take_credentials(in, flags, out))
    return f;
  return in.empty() ? accepted : malformed("bytes behind the CONNECT");
}

fault decode_connack(reader in, const decode_options& options, connack& out) {
  std::uint8_t flags = 0;
  if (!in.byte(flags))
    return malformed("CONNACK is not whole");
  if (options.version == protocol_version::v31)
    flags = 0;   // not used yet (MQTT 3.1 section 3.2)
  if (flags > 1) // [MQTT-3.2.2-1]
    return malformed("reserved CONNACK flags are set");
  out.session_present = flags != 0;
  if (options.version == protocol_version::v5) {
    if (const fault f = take_reason(in, packet_type::connack, false, out.reason)) // [MQTT-3.2.2-8]
      return f;
    if (const fault f = take_properties(in, packet_bit(packet_type::connack), false, out.properties))
      return f;
  } else {
    std::uint8_t code = 0;
    if (!in.byte(code))
      return malformed("return code is missing");
    if (!from_connack_v3(code, out.reason))
      return protocol_error("return code is unknown");
  }
  if (!in.empty())
    return malformed("bytes behind the CONNACK");
  if (out.session_present && out.reason != reason_code::success) // [MQTT-3.2.2-6]
    return protocol_error("session present in a refusal");
  return accepted;
}

fault decode_disconnect(reader in, const decode_options& options, disconnect& out) {
  if (in.empty())
    return accepted;
  if (options.version != protocol_version::v5)
    return malformed("bytes behind the DISCONNECT");
  if (const fault f = take_reason(in, packet_type::disconnect, options.from_client, out.reason))
    return f; // [MQTT-3.14.2-1]
  if (in.empty())
    return accepted;
  if (const fault f =
          take_properties(in, packet_bit(packet_type::disconnect), options.from_client, out.properties))
    return f;
  return in.empty() ? accepted : malformed("bytes behind the DISCONNECT");
}

fault decode_auth(reader in, const decode_options& options, auth& out) {
  // Only a success may leave its reason out (MQTT 5.0 section 3.15.2.1), and only a server sends it.
  if (in.empty())
    return options.from_client ? protocol_error("AUTH of a client without a reason") : accepted;
  if (const fault f = take_reason(in, packet_type::auth, options.from_client, out.reason))
    return f; // [MQTT-3.15.2-1]
  if (const fault f = take_properties(in, packet_bit(packet_type::auth), options.from_client, out.properties))
    return f;
  return in.empty() ? accepted : malformed("bytes behind the AUTH");
}

std::optional<protocol_version> named_version(std::string_view input) noexcept {
  if (input.empty() || static_cast<std::uint8_t>(input[0]) >> 4 != 1)
    return {};
  reader in{input.substr(1)};
  std::uint32_t length = 0;
  connect c;
  if (!in.varint(length) || take_version(in, c))
    return {};
  return c.version;
}

std::optional<protocol_version> connect_version(std::string_view input) noexcept {
  const auto version = named_version(input);
  if (version && *version != protocol_version::v31 && input[0] != 0x10)
    return {}; // its flags make it no CONNECT of that version
  return version;
}

} // namespace troupe::mqtt
