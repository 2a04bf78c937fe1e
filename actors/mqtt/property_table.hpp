// What MQTT 5.0 table 2-4 and the packets' sections say of each property, in one table.
#pragma once

#include "troupe/mqtt/packet.hpp"
#include "troupe/mqtt/property.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace troupe::mqtt {

enum class property_type : std::uint8_t { none, byte, u16, u32, varint, text, binary, pair };

/// Which values of a number are allowed.
enum class number_rule : std::uint8_t { any, flag, not_zero };

struct property_rule {
  property_type type = property_type::none;
  std::uint16_t allowed = 0; // bit N: packet type N; bit 0: the will of a CONNECT
  std::uint16_t repeats = 0; // where it may stand more than once
  number_rule number = number_rule::any;
};

constexpr std::uint16_t packet_bit(packet_type t) {
  return static_cast<std::uint16_t>(1u << static_cast<unsigned>(t));
}

inline constexpr std::uint16_t in_will = 1;

constexpr auto make_property_table() {
  using enum packet_type;
  constexpr std::uint16_t message = packet_bit(publish) | in_will;
  constexpr std::uint16_t handshake = packet_bit(connect) | packet_bit(connack);
  constexpr std::uint16_t acks = packet_bit(puback) | packet_bit(pubrec) | packet_bit(pubrel) |
                                 packet_bit(pubcomp) | packet_bit(suback) | packet_bit(unsuback);
  constexpr std::uint16_t everywhere = message | handshake | acks | packet_bit(subscribe) |
                                       packet_bit(unsubscribe) | packet_bit(disconnect) | packet_bit(auth);

  std::array<property_rule, 0x2B> table{};
  const auto set = [&table](property id, property_rule rule) { table[static_cast<std::size_t>(id)] = rule; };
  set(property::payload_format_indicator, {property_type::byte, message, 0, number_rule::flag});
  set(property::message_expiry_interval, {property_type::u32, message});
  set(property::content_type, {property_type::text, message});
  set(property::response_topic, {property_type::text, message});
  set(property::correlation_data, {property_type::binary, message});
  set(property::subscription_identifier,
      {property_type::varint, static_cast<std::uint16_t>(packet_bit(publish) | packet_bit(subscribe)),
       packet_bit(publish), number_rule::not_zero});
  set(property::session_expiry_interval,
      {property_type::u32, static_cast<std::uint16_t>(handshake | packet_bit(disconnect))});
  set(property::assigned_client_identifier, {property_type::text, packet_bit(connack)});
  set(property::server_keep_alive, {property_type::u16, packet_bit(connack)});
  set(property::authentication_method,
      {property_type::text, static_cast<std::uint16_t>(handshake | packet_bit(auth))});
  set(property::authentication_data,
      {property_type::binary, static_cast<std::uint16_t>(handshake | packet_bit(auth))});
  set(property::request_problem_information,
      {property_type::byte, packet_bit(connect), 0, number_rule::flag});
  set(property::will_delay_interval, {property_type::u32, in_will});
  set(property::request_response_information,
      {property_type::byte, packet_bit(connect), 0, number_rule::flag});
  set(property::response_information, {property_type::text, packet_bit(connack)});
  set(property::server_reference,
      {property_type::text, static_cast<std::uint16_t>(packet_bit(connack) | packet_bit(disconnect))});
  set(property::reason_string,
      {property_type::text,
       static_cast<std::uint16_t>(packet_bit(connack) | acks | packet_bit(disconnect) | packet_bit(auth))});
  set(property::receive_maximum, {property_type::u16, handshake, 0, number_rule::not_zero});
  set(property::topic_alias_maximum, {property_type::u16, handshake});
  set(property::topic_alias, {property_type::u16, packet_bit(publish), 0, number_rule::not_zero});
  set(property::maximum_qos, {property_type::byte, packet_bit(connack), 0, number_rule::flag});
  set(property::retain_available, {property_type::byte, packet_bit(connack), 0, number_rule::flag});
  set(property::user_property, {property_type::pair, everywhere, everywhere});
  set(property::maximum_packet_size, {property_type::u32, handshake, 0, number_rule::not_zero});
  set(property::wildcard_subscription_available,
      {property_type::byte, packet_bit(connack), 0, number_rule::flag});
  set(property::subscription_identifier_available,
      {property_type::byte, packet_bit(connack), 0, number_rule::flag});
  set(property::shared_subscription_available,
      {property_type::byte, packet_bit(connack), 0, number_rule::flag});
  return table;
}

inline constexpr auto property_table = make_property_table();

/// The rule of an identifier; one of type `none` when the specification lacks it.
constexpr property_rule rule_of(property id) noexcept {
  const auto index = static_cast<std::size_t>(id);
  return index < property_table.size() ? property_table[index] : property_rule{};
}

/// Reads the property at the front of `rest` and moves behind it. False when it is unknown or not whole;
/// texts are not checked.
bool take_property(std::string_view& rest, property_entry& out) noexcept;

} // namespace troupe::mqtt
