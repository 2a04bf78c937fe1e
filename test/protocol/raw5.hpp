// What the tests of single statements of MQTT 5.0 share. Packets are written in the notation of
// mqtt/packet_bytes.hpp: `30 * <topic> () 'payload'`.
#pragma once

#include "mqtt/packet_bytes.hpp"
#include "protocol/fixture.hpp"

namespace troupe::test {

using mqtt::test::packet_bytes;

/// A connection on which these packets have been sent in one go, the first of them a CONNECT.
inline mqtt_client dial(std::string_view first, std::string_view second = {}) {
  mqtt_client c{port(), v5};
  c.send_bytes(packet_bytes(first) + packet_bytes(second));
  return c;
}

/// The broker refuses this CONNECT with this reason, and then closes the connection.
inline void expect_refusal(std::string_view connect, reason_code reason) {
  BOOST_TEST_CONTEXT(connect) {
    auto c = dial(connect);
    const auto answer = c.expect<mqtt::connack>();
    BOOST_TEST(answer.reason == reason);
    BOOST_TEST(!answer.session_present);
    BOOST_CHECK_NO_THROW(c.expect_closed());
  }
}

/// A connected client that sends these packets gets DISCONNECT with this reason, and then the end.
inline void expect_ended(std::string_view packets, reason_code reason) {
  BOOST_TEST_CONTEXT(packets) {
    auto c = client();
    c.send_bytes(packet_bytes(packets));
    BOOST_CHECK_NO_THROW(c.expect_disconnect(reason));
  }
}

/// The bytes of a PUBLISH as a subscriber of 5.0 gets it: `fixed` is its first byte, `rest` what follows the
/// topic.
inline std::string publish_bytes(std::string_view fixed, std::string_view topic, std::string_view rest) {
  return packet_bytes(std::string{fixed} + " * <" + std::string{topic} + "> " + std::string{rest});
}

/// Text of the user properties in their order: "name=value ".
inline std::string user_properties(mqtt::property_view properties) {
  std::string text;
  properties.for_each([&](const mqtt::property_entry& e) {
    if (e.id == property::user_property)
      text.append(e.text).append("=").append(e.value).append(" ");
  });
  return text;
}

/// CONNECT options with properties of numbers.
inline connect_options with(std::initializer_list<std::pair<property, std::uint32_t>> list) {
  connect_options o;
  o.properties = numbers(list);
  return o;
}

/// CONNECT options of a session that outlives its connection, with a further property.
inline connect_options persistent_with(std::string client_id, property id, std::uint32_t value) {
  auto o = persistent(std::move(client_id));
  o.properties.number(id, value);
  return o;
}

} // namespace troupe::test
