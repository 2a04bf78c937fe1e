// PINGREQ, DISCONNECT and errors of MQTT 5.0: sections 3.12, 3.14, 3.15.1 and 4.13.
#include "protocol/raw5.hpp"

#include <map>

using namespace troupe::test;
namespace mqtt = troupe::mqtt;
using mqtt::reason_code;

namespace {

/// All that the broker sends until it closes.
std::string until_closed(mqtt_client& c) {
  std::string bytes;
  auto state = tcp_socket::state::data;
  while (state == tcp_socket::state::data)
    state = c.socket().receive(bytes);
  BOOST_TEST((state == tcp_socket::state::closed));
  return bytes;
}

} // namespace

BOOST_AUTO_TEST_SUITE(disconnect5, *boost::unit_test::fixture<default_broker>())

BOOST_AUTO_TEST_CASE(MQTT_3_12_4_1_pingresp) {
  auto c = client();
  c.send_bytes(hex("C0 00"));
  c.expect_bytes(hex("D0 00"));
  expect_ended("C0 01 00", reason_code::malformed_packet);
}

BOOST_AUTO_TEST_CASE(MQTT_3_14_0_1_no_disconnect_before_connack) {
  for (const char* first : {"C0 00", "30 * <t> () 'x'", "36 * <t> 0001 ()", "00 00", "F0 * 18 (15 <m>)",
                            "E0 00", "10 * <MQTT> 05 03 003C () <a>", "10 * <MQTT> 05 02 003C (99) <a>"}) {
    auto c = dial(first);
    const auto bytes = until_closed(c);
    BOOST_TEST((bytes.empty() || bytes.front() == 0x20), first << " gets " << to_hex(bytes));
  }
}

BOOST_AUTO_TEST_CASE(MQTT_3_14_1_1_flags_of_disconnect) {
  for (const char* first : {"E1", "E2", "E4", "E8", "EF"})
    expect_ended(std::string{first} + " 00", reason_code::malformed_packet);
}

BOOST_AUTO_TEST_CASE(MQTT_3_14_2_1_reasons_of_disconnect) {
  for (const char* code : {"01", "05", "8B", "8D", "8E", "FF"})
    expect_ended(std::string{"E0 01 "} + code, reason_code::protocol_error);
  for (const char* packet : {"E0 00", "E0 01 00", "E0 02 00 00", "E0 01 04", "E0 02 80 00",
                             "E0 * 00 (26 <a> <b>)", "E0 * 97 (1F <why>)"}) {
    auto c = client();
    c.send_bytes(packet_bytes(packet));
    BOOST_TEST(until_closed(c).empty(), packet); // accepted, and nothing is sent any more
  }
}

BOOST_AUTO_TEST_CASE(MQTT_3_14_2_2_no_session_expiry_from_the_server) {
  const auto id = unique("c");
  auto first = client(persistent(id));
  auto second = client(persistent(id));
  const auto d = first.expect<mqtt::disconnect>();
  BOOST_TEST(d.reason == reason_code::session_taken_over);
  BOOST_TEST(!d.properties.number(property::session_expiry_interval).has_value());
  second.send_bytes(hex("00 00"));
  BOOST_TEST(
      !second.expect<mqtt::disconnect>().properties.number(property::session_expiry_interval).has_value());
}

BOOST_AUTO_TEST_CASE(malformed_disconnects) {
  expect_ended("E0 02 00 05", reason_code::malformed_packet);
  expect_ended("E0 * 00 (21 0001)", reason_code::malformed_packet);
  expect_ended("E0 * 00 () 00", reason_code::malformed_packet);
  expect_ended("E0 * 00 (11 00000001 11 00000001)", reason_code::protocol_error);
}

BOOST_AUTO_TEST_CASE(MQTT_3_14_4_1_nothing_follows_a_disconnect) {
  const auto id = unique("c");
  auto first = client(persistent(id));
  first.subscribe(id, qos0);
  std::string pings;
  for (int i = 0; i < 100; ++i)
    pings += hex("C0 00");
  auto second = client(persistent(id));
  second.publish(id, "for the second", qos1);
  first.send_bytes(pings);
  const auto bytes = until_closed(first); // [MQTT-3.14.4-2]
  BOOST_TEST(!bytes.empty());
  BOOST_TEST(to_hex(bytes.substr(0, 1)) == "e0 ");
  BOOST_TEST(bytes.size() == 2U + static_cast<unsigned char>(bytes.at(1)), to_hex(bytes));
}

BOOST_AUTO_TEST_CASE(what_follows_the_disconnect_of_a_client_is_not_read) {
  const auto t = unique("t");
  auto watcher = client();
  watcher.subscribe(t, qos0);
  auto c = client();
  c.send_bytes(hex("E0 00") + encoded(mqtt::publish{t, "late", {}, 0, qos0, false, false}, v5));
  BOOST_TEST(until_closed(c).empty());
  expect_fence(watcher, watcher, t);
}

BOOST_AUTO_TEST_CASE(what_precedes_the_disconnect_of_a_client_is_handled) {
  const auto t = unique("t");
  auto watcher = client();
  watcher.subscribe(t, qos2);
  auto c = client();
  std::string bytes;
  for (std::uint16_t i = 1; i <= 50; ++i)
    bytes += encoded(mqtt::publish{t, std::to_string(i), {}, i, i % 2 == 0 ? qos1 : qos2, false, false}, v5);
  c.send_bytes(bytes + hex("E0 00"));
  std::map<std::string, int> seen;
  for (int i = 1; i <= 50; ++i)
    ++seen[std::string{watcher.expect_message().payload}]; // in order per QoS only
  BOOST_TEST(seen.size() == 50U);
}

BOOST_AUTO_TEST_CASE(MQTT_3_14_4_3_a_normal_disconnect_removes_the_will) {
  const auto t = unique("t");
  auto heir = client();
  heir.subscribe(t, qos0);
  for (const char* packet : {"E0 00", "E0 01 00", "E0 02 00 00"}) {
    connect_options o;
    o.will = mqtt::will{t, "will", {}, qos0, false};
    auto c = client(o);
    c.send_bytes(packet_bytes(packet));
    c.expect_closed();
  }
  expect_fence(heir, heir, t);
}

BOOST_AUTO_TEST_CASE(session_expiry_is_changed_by_disconnect) {
  const auto id = unique("c");
  const auto later = numbers({{property::session_expiry_interval, 100}});
  const auto now = numbers({{property::session_expiry_interval, 0}});
  client(persistent_with(id, property::receive_maximum, 10)).disconnect(reason_code::success, later);
  mqtt_client second{port(), v5};
  BOOST_TEST(second.connect(persistent(id)).session_present);
  second.disconnect(reason_code::success, now);
  mqtt_client third{port(), v5};
  BOOST_TEST(!third.connect(persistent(id)).session_present);
  auto never = client(); // 0 at CONNECT: may not be raised
  never.send(mqtt::disconnect{reason_code::success, later.view()});
  never.expect_disconnect(reason_code::protocol_error);
}

BOOST_AUTO_TEST_CASE(MQTT_3_15_1_1_flags_of_auth) {
  for (const char* first : {"F1", "F2", "F8"})
    expect_ended(std::string{first} + " * 19 (15 <m>)", reason_code::malformed_packet);
}

BOOST_AUTO_TEST_CASE(MQTT_3_15_2_1_reasons_of_auth) {
  for (const char* code : {"00", "01", "17", "80", "FF"})
    expect_ended(std::string{"F0 * "} + code + " (15 <m>)", reason_code::protocol_error);
}

BOOST_AUTO_TEST_CASE(MQTT_4_12_0_7_auth_without_a_method_in_connect) {
  expect_ended("F0 * 19 (15 <m>)", reason_code::protocol_error);
  expect_ended("F0 * 18 (15 <m> 16 <d>)", reason_code::protocol_error);
}

BOOST_AUTO_TEST_CASE(MQTT_4_13_1_1_malformed_packets_and_protocol_errors_end_the_connection) {
  expect_ended("00 00", reason_code::malformed_packet);
  expect_ended("30 FFFFFFFF01", reason_code::malformed_packet); // a length of five bytes
  expect_ended("10 * <MQTT> 05 02 003C () <a>", reason_code::protocol_error);
  expect_ended("32 * <t> 0000 ()", reason_code::protocol_error);
  expect_ended("82 * 0000 () <a> 00", reason_code::protocol_error);
  expect_ended("82 * 0001 () <> 00", reason_code::topic_filter_invalid);
}

BOOST_AUTO_TEST_CASE(MQTT_4_13_2_1_an_error_of_the_client_ends_the_connection) {
  auto c = client();
  c.send_bytes(hex("E0 01 80 C0 00"));
  BOOST_TEST(until_closed(c).empty());
}

BOOST_AUTO_TEST_CASE(an_error_of_one_client_is_none_of_the_others) {
  auto other = client();
  const auto t = unique("t");
  other.subscribe(t, qos1);
  expect_ended("00 00", reason_code::malformed_packet);
  other.publish(t, "fine", qos1);
  BOOST_TEST(other.expect_message().payload == "fine");
}

BOOST_AUTO_TEST_SUITE_END()
