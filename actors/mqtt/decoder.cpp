// The fixed header, the choice of the packet type, and the packets of the message flow.
#include "decoder_parts.hpp"
#include "property_table.hpp"

#include <array>

namespace troupe::mqtt {

namespace {

constexpr std::uint16_t client_types =
    packet_bit(packet_type::connect) | packet_bit(packet_type::publish) | packet_bit(packet_type::puback) |
    packet_bit(packet_type::pubrec) | packet_bit(packet_type::pubrel) | packet_bit(packet_type::pubcomp) |
    packet_bit(packet_type::subscribe) | packet_bit(packet_type::unsubscribe) |
    packet_bit(packet_type::pingreq) | packet_bit(packet_type::disconnect) | packet_bit(packet_type::auth);
constexpr std::uint16_t server_types =
    packet_bit(packet_type::connack) | packet_bit(packet_type::publish) | packet_bit(packet_type::puback) |
    packet_bit(packet_type::pubrec) | packet_bit(packet_type::pubrel) | packet_bit(packet_type::pubcomp) |
    packet_bit(packet_type::suback) | packet_bit(packet_type::unsuback) | packet_bit(packet_type::pingresp) |
    packet_bit(packet_type::disconnect) | packet_bit(packet_type::auth);

/// The values of the low nibble that each packet type may have, one bit per value (MQTT 5.0 table 2-2).
constexpr auto flag_sets = [] {
  std::array<std::uint16_t, 16> sets{};
  for (unsigned type = 1; type < 16; ++type)
    sets[type] = 1u << 0;
  for (const packet_type type : {packet_type::pubrel, packet_type::subscribe, packet_type::unsubscribe})
    sets[static_cast<unsigned>(type)] = 1u << 2;
  std::uint16_t publish_flags = 0;
  for (unsigned flags = 0; flags < 16; ++flags) {
    const unsigned level = (flags >> 1) & 3;
    const bool dup = (flags & 8) != 0;
    if (level != 3 && !(dup && level == 0)) // [MQTT-3.3.1-4], [MQTT-3.3.1-2]
      publish_flags = static_cast<std::uint16_t>(publish_flags | 1u << flags);
  }
  sets[static_cast<unsigned>(packet_type::publish)] = publish_flags;
  return sets;
}();

/// Whether a packet of MQTT 3.1 may have these flags: most of them are "not used" there (section 3), and
/// nobody is refused for what is not used.
constexpr bool allowed_in_v31(packet_type type, unsigned flags) {
  const unsigned level = flags >> 1 & 3;
  switch (type) {
    case packet_type::publish: return level != 3; // which is reserved (section 2.1)
    case packet_type::pubrel:
    case packet_type::subscribe:
    case packet_type::unsubscribe: return level <= 1; // 1, but EMQ X 4 and others take 0 as well
    default: return true;
  }
}

/// A CONNECT whose flags are not 0: its version, which says whether they matter, may still have to come.
fault check_flagged_connect(std::string_view input) {
  const auto version = named_version(input);
  if (version && *version != protocol_version::v31) // 3.1.1: [MQTT-2.2.2-2], 5.0: [MQTT-2.1.3-1]
    return malformed("fixed header flags are wrong");
  return accepted;
}

/// The rules of the first byte that are not the same for all connections.
fault check_unusual_first_byte(std::string_view input, packet_type type, unsigned flags,
                               const decode_options& options) {
  unsigned types = options.from_client ? client_types : server_types;
  if (options.version != protocol_version::v5) {
    if (type == packet_type::auth)
      return malformed("AUTH before MQTT 5.0");
    if (!options.from_client)
      types &= ~unsigned{packet_bit(packet_type::disconnect)}; // MQTT 3.1.1 section 3.14: by clients only
  }
  if (static_cast<unsigned>(type) == 0)
    return malformed("packet type 0");
  if ((types >> static_cast<unsigned>(type) & 1) == 0)
    return protocol_error("packet type of the other side");
  if ((flag_sets[static_cast<unsigned>(type)] >> flags & 1) != 0)
    return accepted;
  if (type == packet_type::connect)
    return check_flagged_connect(input);
  if (options.version == protocol_version::v31 && allowed_in_v31(type, flags))
    return accepted;
  return malformed("fixed header flags are wrong"); // [MQTT-2.1.3-1]
}

fault check_first_byte(std::string_view input, const decode_options& options) {
  const auto first = static_cast<std::uint8_t>(input[0]);
  const unsigned type = first >> 4;
  const unsigned types = options.from_client ? client_types : server_types;
  if ((types >> type & flag_sets[type] >> (first & 0x0F) & 1) != 0 && first < 0xE0)
    return accepted;
  return check_unusual_first_byte(input, static_cast<packet_type>(type), first & 0x0F, options);
}

fault decode_publish(unsigned flags, reader in, const decode_options& options, packet& out) {
  std::string_view topic;
  if (!in.text(topic))
    return malformed("topic name is not whole");
  const text_kind kind = check_text(topic);
  if (kind == text_kind::invalid) // [MQTT-3.3.2-1]
    return malformed("topic name is not UTF-8");
  if (kind == text_kind::wildcards) // [MQTT-3.3.2-2]
    return {reason_code::topic_name_invalid, "topic name has wildcards"};
  const auto level = static_cast<qos>(flags >> 1 & 3);
  std::uint16_t packet_id = 0;
  if (level != qos::at_most_once)
    if (const fault f = take_packet_id(in, packet_id))
      return f;
  property_view properties;
  const bool v5 = options.version == protocol_version::v5;
  if (v5) {
    if (!in.empty() && in.rest.front() == 0)
      in.rest.remove_prefix(1);
    else if (const fault f =
                 take_properties(in, packet_bit(packet_type::publish), options.from_client, properties))
      return f;
  }
  if (topic.empty() && !(v5 && properties.number(property::topic_alias))) // [MQTT-4.7.3-1]
    return v5 ? protocol_error("topic name is empty, without an alias") : malformed("topic name is empty");

  publish& p = reuse<publish>(out);
  p.topic = topic;
  p.payload = in.rest;
  p.properties = properties;
  p.packet_id = packet_id;
  p.level = level;
  p.dup = (flags & 8) != 0 && level != qos::at_most_once; // 3.1 does not use it at QoS 0
  p.retain = (flags & 1) != 0;
  return accepted;
}

fault decode_ack(packet_type type, reader in, const decode_options& options, packet& out) {
  std::uint16_t packet_id = 0;
  if (const fault f = take_packet_id(in, packet_id))
    return f;
  reason_code reason = reason_code::success;
  property_view properties;
  if (!in.empty()) {
    if (options.version != protocol_version::v5)
      return malformed("acknowledgement is longer than 2 bytes");
    std::uint8_t code = 0;
    in.byte(code);
    reason = static_cast<reason_code>(code);
    if (!is_reason_of(type, reason, options.from_client)) // [MQTT-3.4.2-1]
      return protocol_error("reason code of another packet");
    if (!in.empty()) // without a property length there are no properties, MQTT 5.0 section 3.4.2.2.1
      if (const fault f = take_properties(in, packet_bit(type), options.from_client, properties))
        return f;
    if (!in.empty())
      return malformed("bytes behind the acknowledgement");
  }
  ack& a = reuse<ack>(out);
  a.type = type;
  a.packet_id = packet_id;
  a.reason = reason;
  a.properties = properties;
  return accepted;
}

fault decode_ping(packet_type type, reader in, packet& out) {
  if (!in.empty())
    return malformed("bytes behind the ping");
  reuse<ping>(out).type = type;
  return accepted;
}

fault decode_body(packet_type type, unsigned flags, reader in, const decode_options& options, packet& out) {
  switch (type) {
    case packet_type::publish: return decode_publish(flags, in, options, out);
    case packet_type::puback:
    case packet_type::pubrec:
    case packet_type::pubrel:
    case packet_type::pubcomp: return decode_ack(type, in, options, out);
    case packet_type::pingreq:
    case packet_type::pingresp: return decode_ping(type, in, out);
    case packet_type::connect: return decode_connect(in, out.emplace<connect>());
    case packet_type::connack: return decode_connack(in, options, out.emplace<connack>());
    case packet_type::subscribe: return decode_subscribe(in, options, reuse<subscribe>(out));
    case packet_type::suback:
    case packet_type::unsuback: return decode_suback(type, in, options, reuse<suback>(out));
    case packet_type::unsubscribe: return decode_unsubscribe(in, options, reuse<unsubscribe>(out));
    case packet_type::disconnect: return decode_disconnect(in, options, out.emplace<disconnect>());
    case packet_type::auth: return decode_auth(in, options, out.emplace<auth>());
  }
  return malformed("packet type 0");
}

/// The fixed header's length: how many bytes it has and how many follow it.
struct frame {
  decode_status status = decode_status::complete;
  std::size_t header = 0;
  std::uint32_t body = 0;
};

frame take_remaining_length(std::string_view input) {
  reader in{input.substr(1)};
  frame f;
  if (in.varint(f.body)) {
    f.header = input.size() - in.rest.size();
    return f;
  }
  // Not whole yet if each byte so far says that another one follows, and there are fewer than four.
  bool more = input.size() < 5;
  for (std::size_t i = 1; i < input.size() && more; ++i)
    more = static_cast<std::uint8_t>(input[i]) >= 0x80;
  f.status = more ? decode_status::need_more : decode_status::malformed;
  return f;
}

decode_result refuse(fault f) { return {decode_status::malformed, 0, f.reason, f.detail}; }

decode_result ask_for(std::size_t size) { return {decode_status::need_more, size, reason_code::success, ""}; }

} // namespace

decode_result decode(std::string_view input, const decode_options& options, packet& out) {
  if (input.empty())
    return ask_for(2);
  const auto first = static_cast<std::uint8_t>(input[0]);
  const auto type = static_cast<packet_type>(first >> 4);
  const unsigned flags = first & 0x0F;
  if (const fault f = check_first_byte(input, options))
    return refuse(f);
  if (input.size() < 2)
    return ask_for(2);
  frame length{decode_status::complete, 2, static_cast<std::uint8_t>(input[1])};
  if (length.body >= 0x80)
    length = take_remaining_length(input);
  if (length.status == decode_status::need_more)
    return ask_for(input.size() + 1);
  if (length.status == decode_status::malformed)
    return refuse(malformed("remaining length is wrong"));
  const std::size_t size = length.header + length.body;
  if (size > options.max_packet_size)
    return refuse({reason_code::packet_too_large, "packet is too large"});
  if (input.size() < size)
    return ask_for(size);
  if (const fault f =
          decode_body(type, flags, reader{input.substr(length.header, length.body)}, options, out))
    return refuse(f);
  return {decode_status::complete, size, reason_code::success, ""};
}

} // namespace troupe::mqtt
