// MQTT 5.0 chapters 1 and 2: data representation, fixed header, packet identifiers, properties.
#include "protocol/raw5.hpp"

using namespace troupe::test;
namespace mqtt = troupe::mqtt;
using mqtt::reason_code;

BOOST_AUTO_TEST_SUITE(data_representation5, *boost::unit_test::fixture<default_broker>())

BOOST_AUTO_TEST_CASE(MQTT_1_5_4_1_ill_formed_utf8) {
  // a surrogate, a stray continuation, a cut sequence, an overlong form, a code point above U+10FFFF
  for (const std::string bad : {"0003 EDA080", "0003 EDBFBF", "0001 80", "0002 C3 28", "0001 C3", "0002 C0AF",
                                "0003 E080AF", "0004 F4908080", "0001 FF"}) {
    expect_ended("30 * " + bad + " () 'x'", reason_code::malformed_packet);
    expect_ended("82 * 0001 () " + bad + " 00", reason_code::malformed_packet);
    expect_ended("A2 * 0001 () " + bad, reason_code::malformed_packet);
    expect_ended("30 * <t> (03 " + bad + ") 'x'", reason_code::malformed_packet);
    expect_refusal("10 * <MQTT> 05 02 003C () " + bad, reason_code::malformed_packet);
  }
}

BOOST_AUTO_TEST_CASE(MQTT_1_5_4_2_null_character) {
  expect_ended("30 * 0003 610062 () 'x'", reason_code::malformed_packet);
  expect_ended("82 * 0001 () 0002 6100 00", reason_code::malformed_packet);
  expect_ended("30 * <t> (26 0001 00 <v>) 'x'", reason_code::malformed_packet);
  expect_refusal("10 * <MQTT> 05 02 003C () 0003 610062", reason_code::malformed_packet);
  expect_refusal("10 * <MQTT> 05 82 003C () <a> 0001 00", reason_code::malformed_packet);
}

BOOST_AUTO_TEST_CASE(MQTT_1_5_4_3_byte_order_mark_is_a_character) {
  const std::string topic = "\xEF\xBB\xBF" + unique("t");
  auto s = client();
  s.subscribe(topic, qos0);
  s.subscribe(topic.substr(3), qos0); // without it: another topic
  auto p = client();
  p.publish(topic, "marked", qos1);
  BOOST_TEST(brief(s.expect_message()) == topic + " marked 0");
  s.expect_nothing();
}

BOOST_AUTO_TEST_CASE(MQTT_1_5_5_1_variable_byte_integers_are_minimal) {
  expect_ended("C0 8000", reason_code::malformed_packet);
  expect_ended("30 84808000 <t> ()", reason_code::malformed_packet);
  expect_ended("30 * <t> 8000 'x'", reason_code::malformed_packet);
  expect_ended("82 * 0001 (0B 8100) <t> 00", reason_code::malformed_packet);
  expect_ended("82 * 0001 (0B 8080808001) <t> 00", reason_code::malformed_packet);
  auto s = client();
  const std::string topic = "data5/varint";
  s.subscribe(topic, qos0);
  auto p = client();
  for (const std::size_t payload : {112U, 113U, 16368U, 16369U}) { // around 127 and 16,383 bytes
    const auto bytes = publish_bytes("30", topic, "() '" + std::string(payload, 'x') + "'");
    p.send_bytes(bytes);
    s.expect_bytes(bytes);
  }
}

BOOST_AUTO_TEST_CASE(MQTT_1_5_7_1_both_strings_of_a_pair) {
  expect_ended("30 * <t> (26 0001 FF <v>) 'x'", reason_code::malformed_packet);
  expect_ended("30 * <t> (26 <n> 0001 FF) 'x'", reason_code::malformed_packet);
  expect_ended("82 * 0001 (26 <n> 0002 6100) <t> 00", reason_code::malformed_packet);
  expect_refusal("10 * <MQTT> 05 02 003C (26 0001 80 <v>) <a>", reason_code::malformed_packet);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(packet_format5, *boost::unit_test::fixture<default_broker>())

BOOST_AUTO_TEST_CASE(MQTT_2_1_3_1_reserved_flags) {
  for (const char* packet :
       {"41 02 0001", "58 02 0001", "60 02 0001", "6A 02 0001", "72 02 0001", "80 * 0001 () <a> 00",
        "83 * 0001 () <a> 00", "A0 * 0001 () <a>", "C1 00", "C8 00", "E1 00", "F2 * 19 (15 <m>)"})
    expect_ended(packet, reason_code::malformed_packet);
  for (const char* first : {"11", "12", "18"}) { // before the version is known: no answer is due
    auto c = dial(std::string{first} + " * <MQTT> 05 02 003C () <a>");
    c.expect_closed();
  }
}

BOOST_AUTO_TEST_CASE(packet_types_of_the_server_and_type_0) {
  for (const char* packet : {"20 * 00 00 ()", "90 * 0001 () 00", "B0 * 0001 () 00", "D0 00"})
    expect_ended(packet, reason_code::protocol_error);
  expect_ended("00 00", reason_code::malformed_packet);
}

BOOST_AUTO_TEST_CASE(MQTT_2_2_1_2_no_packet_identifier_at_qos_0) {
  auto s = client();
  s.subscribe("data5/qos0", qos2);
  auto p = client();
  const auto bytes = publish_bytes("30", "data5/qos0", "() 0005 'abc'");
  p.send_bytes(bytes);
  s.expect_bytes(bytes); // what looks like an identifier is payload
}

BOOST_AUTO_TEST_CASE(MQTT_2_2_1_5_acknowledgements_repeat_the_identifier) {
  auto p = client();
  const auto topic = unique("t");
  auto s = client();
  s.subscribe(topic, qos2);
  for (const std::string id : {"0001", "00FF", "0100", "8000", "FFFF"}) {
    p.send_bytes(publish_bytes("32", topic, id + " ()"));
    p.expect_bytes(packet_bytes("40 * " + id));
    p.send_bytes(publish_bytes("34", topic, id + " ()"));
    p.expect_bytes(packet_bytes("50 * " + id));
    p.send_bytes(packet_bytes("62 * " + id));
    p.expect_bytes(packet_bytes("70 * " + id));
  }
}

BOOST_AUTO_TEST_CASE(MQTT_2_2_1_6_suback_and_unsuback_repeat_the_identifier) {
  auto c = client();
  for (const std::string id : {"0001", "0102", "FFFF"}) {
    c.send_bytes(packet_bytes("82 * " + id + " () <data5/ids> 01"));
    c.expect_bytes(packet_bytes("90 * " + id + " () 01"));
    c.send_bytes(packet_bytes("A2 * " + id + " () <data5/ids>"));
    c.expect_bytes(packet_bytes("B0 * " + id + " () 00"));
  }
}

BOOST_AUTO_TEST_CASE(MQTT_2_2_2_1_no_properties_are_a_length_of_zero) {
  auto c = client();
  c.send_bytes(packet_bytes("82 * 0001 () <data5/none> 00"));
  c.expect_bytes(hex("90 04 0001 00 00"));
  c.send_bytes(packet_bytes("30 * <data5/none> () 'x'"));
  c.expect_bytes(hex("30 0E 000A 'data5/none' 00 'x'"));
  expect_ended("82 02 0001", reason_code::malformed_packet);
  expect_ended("30 * <data5/none>", reason_code::malformed_packet);
}

BOOST_AUTO_TEST_CASE(properties_of_other_packets_and_repeated_ones) {
  expect_ended("30 * <t> (21 0001) 'x'", reason_code::malformed_packet);
  expect_ended("30 * <t> (2B 01) 'x'", reason_code::malformed_packet);
  expect_ended("30 * <t> (01 01 01 01) 'x'", reason_code::protocol_error);
  expect_ended("30 * <t> (01 02) 'x'", reason_code::protocol_error);
  expect_ended("30 * <t> (02 00000001 02 00000001) 'x'", reason_code::protocol_error);
  expect_ended("82 * 0001 (0B 01 0B 01) <t> 00", reason_code::protocol_error);
  expect_ended("82 * 0001 (0B 00) <t> 00", reason_code::protocol_error);
  expect_ended("A2 * 0001 (0B 01) <t>", reason_code::malformed_packet);
  expect_refusal("10 * <MQTT> 05 02 003C (11 00000001 11 00000001) <a>", reason_code::protocol_error);
  expect_refusal("10 * <MQTT> 05 02 003C (21 0000) <a>", reason_code::protocol_error);
  expect_refusal("10 * <MQTT> 05 02 003C (27 00000000) <a>", reason_code::protocol_error);
  expect_refusal("10 * <MQTT> 05 02 003C (23 0001) <a>", reason_code::malformed_packet);
}

BOOST_AUTO_TEST_SUITE_END()
