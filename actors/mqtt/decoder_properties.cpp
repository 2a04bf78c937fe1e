// The check of a property block (MQTT 5.0 section 2.2.2): what is refused here cannot reach a property_view.
#include "decoder_parts.hpp"
#include "property_table.hpp"

namespace troupe::mqtt {

namespace {

constexpr std::uint64_t seen_bit(property id) { return std::uint64_t{1} << static_cast<unsigned>(id); }

fault check_number(const property_entry& e, number_rule rule) {
  if (rule == number_rule::flag && e.number > 1)
    return protocol_error("property is neither 0 nor 1");
  if (rule == number_rule::not_zero && e.number == 0) {
    if (e.id == property::topic_alias) // [MQTT-3.3.2-8]
      return {reason_code::topic_alias_invalid, "topic alias is 0"};
    return protocol_error("property is 0");
  }
  return accepted;
}

fault check_value(const property_entry& e, const property_rule& rule) {
  switch (rule.type) {
    case property_type::text: {
      const text_kind kind = check_text(e.text);
      if (kind == text_kind::invalid)
        return malformed("property is not UTF-8");
      // The response topic is a topic name [MQTT-3.3.2-14], [MQTT-4.7.3-1].
      if (e.id == property::response_topic && (e.text.empty() || kind == text_kind::wildcards))
        return protocol_error("response topic is no topic name");
      return accepted;
    }
    case property_type::pair:
      if (!is_valid_utf8(e.text) || !is_valid_utf8(e.value))
        return malformed("user property is not UTF-8");
      return accepted;
    case property_type::binary: return accepted;
    default: return check_number(e, rule.number);
  }
}

/// Rules on which of the properties stand together, and on who sends them.
fault check_set(std::uint64_t seen, std::uint16_t where, bool from_client) {
  const bool has_method = (seen & seen_bit(property::authentication_method)) != 0;
  const bool has_data = (seen & seen_bit(property::authentication_data)) != 0;
  if (has_data && !has_method) // MQTT 5.0 section 3.1.2.11.10
    return protocol_error("authentication data without a method");
  if (where == packet_bit(packet_type::auth) && !has_method) // MQTT 5.0 section 3.15.2.2.2
    return protocol_error("AUTH without a method");
  if (from_client && where == packet_bit(packet_type::publish) &&
      (seen & seen_bit(property::subscription_identifier)) != 0) // [MQTT-3.3.4-6]
    return protocol_error("subscription identifier from a client");
  if (!from_client && where == packet_bit(packet_type::disconnect) &&
      (seen & seen_bit(property::session_expiry_interval)) != 0) // [MQTT-3.14.2-2]
    return protocol_error("session expiry interval from a server");
  return accepted;
}

} // namespace

fault take_properties(reader& in, std::uint16_t where, bool from_client, property_view& out) {
  std::uint32_t length = 0;
  if (!in.varint(length) || length > in.rest.size())
    return malformed("property length is wrong");
  const std::string_view block = in.rest.substr(0, length);
  in.rest.remove_prefix(length);

  std::uint64_t seen = 0;
  for (std::string_view rest = block; !rest.empty();) {
    property_entry entry;
    if (!take_property(rest, entry))
      return malformed("property is unknown or not whole");
    const property_rule rule = rule_of(entry.id);
    if ((rule.allowed & where) == 0) // MQTT 5.0 section 2.2.2.2
      return malformed("property is not allowed in this packet");
    if ((seen & seen_bit(entry.id)) != 0 && (rule.repeats & where) == 0)
      return protocol_error("property stands twice");
    seen |= seen_bit(entry.id);
    if (const fault f = check_value(entry, rule))
      return f;
  }
  if (const fault f = check_set(seen, where, from_client))
    return f;
  out = property_view{block};
  return accepted;
}

} // namespace troupe::mqtt
