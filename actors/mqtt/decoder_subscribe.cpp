// SUBSCRIBE, UNSUBSCRIBE and their acknowledgements.
#include "decoder_parts.hpp"
#include "property_table.hpp"

namespace troupe::mqtt {

namespace {

/// The packet identifier and, in 5.0, the properties that all four begin with.
fault take_head(reader& in, packet_type type, const decode_options& options, std::uint16_t& packet_id,
                property_view& properties) {
  properties = {};
  if (const fault f = take_packet_id(in, packet_id))
    return f;
  if (options.version == protocol_version::v5)
    return take_properties(in, packet_bit(type), options.from_client, properties);
  return accepted;
}

/// Whether the filter's wildcards stand where they may is the channel's to judge.
fault take_filter(reader& in, std::string_view& out) {
  if (!in.utf8(out)) // [MQTT-3.8.3-1], [MQTT-3.10.3-1]
    return malformed("topic filter is not UTF-8");
  if (out.empty()) // [MQTT-4.7.3-1]
    return {reason_code::topic_filter_invalid, "topic filter is empty"};
  return accepted;
}

fault take_options(reader& in, protocol_version version, subscription_options& out) {
  std::uint8_t bits = 0;
  if (!in.byte(bits))
    return malformed("subscription options are missing");
  if (version == protocol_version::v31)
    bits &= 3; // the upper six are not used yet (MQTT 3.1 section 3.8)
  const unsigned reserved = version == protocol_version::v5 ? 0xC0 : 0xFC;
  if ((bits & reserved) != 0) // [MQTT-3.8.3-5]; 3.1.1: [MQTT-3.8.3-4]
    return malformed("reserved subscription options are set");
  if ((bits & 3) == 3)
    return protocol_error("subscription QoS is 3");
  if ((bits >> 4 & 3) == 3)
    return protocol_error("retain handling is 3");
  out.level = static_cast<qos>(bits & 3);
  out.no_local = (bits & 0x04) != 0;
  out.retain_as_published = (bits & 0x08) != 0;
  out.retain_handling = static_cast<std::uint8_t>(bits >> 4 & 3);
  return accepted;
}

/// The return codes of a 3.1.1 SUBACK are values of reason_code too [MQTT-3.9.3-2].
bool is_suback_code(packet_type type, reason_code code, protocol_version version) {
  if (version == protocol_version::v5)
    return is_reason_of(type, code, false);
  return static_cast<unsigned>(code) <= 2 || code == reason_code::unspecified_error;
}

} // namespace

fault decode_subscribe(reader in, const decode_options& options, subscribe& out) {
  out.entries.clear();
  if (const fault f = take_head(in, packet_type::subscribe, options, out.packet_id, out.properties))
    return f;
  if (in.empty()) // [MQTT-3.8.3-2]
    return protocol_error("SUBSCRIBE without a topic filter");
  while (!in.empty()) {
    subscribe::entry entry;
    if (const fault f = take_filter(in, entry.filter))
      return f;
    if (const fault f = take_options(in, options.version, entry.options))
      return f;
    out.entries.push_back(entry);
  }
  return accepted;
}

fault decode_suback(packet_type type, reader in, const decode_options& options, suback& out) {
  out.type = type;
  out.reasons.clear();
  if (const fault f = take_head(in, type, options, out.packet_id, out.properties))
    return f;
  const bool has_codes = type == packet_type::suback || options.version == protocol_version::v5;
  if (!has_codes)
    return in.empty() ? accepted : malformed("bytes behind the UNSUBACK");
  if (in.empty()) // [MQTT-3.8.4-6], [MQTT-3.10.4-6]
    return protocol_error("acknowledgement without a reason code");
  for (std::uint8_t code = 0; in.byte(code);) {
    const auto reason = static_cast<reason_code>(code);
    if (!is_suback_code(type, reason, options.version)) // [MQTT-3.9.3-2], [MQTT-3.11.3-2]
      return protocol_error("reason code of another packet");
    out.reasons.push_back(reason);
  }
  return accepted;
}

fault decode_unsubscribe(reader in, const decode_options& options, unsubscribe& out) {
  out.filters.clear();
  if (const fault f = take_head(in, packet_type::unsubscribe, options, out.packet_id, out.properties))
    return f;
  if (in.empty()) // [MQTT-3.10.3-2]
    return protocol_error("UNSUBSCRIBE without a topic filter");
  while (!in.empty()) {
    std::string_view filter;
    if (const fault f = take_filter(in, filter))
      return f;
    out.filters.push_back(filter);
  }
  return accepted;
}

} // namespace troupe::mqtt
