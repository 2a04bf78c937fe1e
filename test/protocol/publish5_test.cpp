// PUBLISH of MQTT 5.0, statement by statement: section 3.3.
#include "protocol/raw5.hpp"

#include <set>

using namespace troupe::test;
namespace mqtt = troupe::mqtt;
using mqtt::reason_code;

namespace {

std::vector<std::uint32_t> identifiers(const mqtt::publish& m) {
  std::vector<std::uint32_t> ids;
  m.properties.for_each([&](const mqtt::property_entry& e) {
    if (e.id == property::subscription_identifier)
      ids.push_back(e.number);
  });
  return ids;
}

/// What a new subscriber of 'topic' gets when 'properties' (in packet notation) and the payload 'x' are
/// published to it: all behind the topic.
void expect_unaltered(const std::string& topic, const std::string& properties) {
  auto s = client();
  auto later = client(persistent(topic));
  s.subscribe(topic, qos0);
  later.subscribe(topic, qos1);
  later.disconnect();
  auto p = client();
  const auto bytes = publish_bytes("30", topic, "(" + properties + ") 'x'");
  p.send_bytes(bytes);
  s.expect_bytes(bytes);
  p.send_bytes(publish_bytes("32", topic, "0007 (" + properties + ") 'y'"));
  p.expect_ack(packet_type::puback, 7);
  auto back = client(persistent(topic)); // from the queue too
  BOOST_TEST(to_hex(back.expect_message().properties.raw()) == to_hex(packet_bytes(properties)));
}

} // namespace

BOOST_AUTO_TEST_SUITE(publish5, *boost::unit_test::fixture<default_broker>())

BOOST_AUTO_TEST_CASE(MQTT_3_3_1_1_dup_when_it_is_sent_again) {
  const auto id = unique("c");
  auto p = client();
  auto first = client(persistent(id));
  first.subscribe(id, qos2);
  p.publish(id, "one", qos1);
  p.publish(id, "two", qos2);
  BOOST_TEST(!first.expect<mqtt::publish>().dup);
  BOOST_TEST(!first.expect<mqtt::publish>().dup);
  first.socket().abort();
  auto second = client(persistent(id));
  BOOST_TEST(brief(second.expect<mqtt::publish>()) == id + " one 1 dup");
  BOOST_TEST(brief(second.expect<mqtt::publish>()) == id + " two 2 dup");
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_1_4_qos_3) {
  for (const char* first : {"36", "37", "3E", "3F"})
    expect_ended(std::string{first} + " * <t> 0001 () 'x'", reason_code::malformed_packet);
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_1_7_an_empty_message_is_not_retained) {
  const auto t = unique("t");
  auto p = client();
  p.publish(t, "", qos1, true);
  auto s = client();
  s.subscribe(t, qos1);
  s.expect_nothing();
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_2_1_topic_name_first_and_in_utf8) {
  expect_ended("30 00", reason_code::malformed_packet);
  expect_ended("30 01 00", reason_code::malformed_packet);
  expect_ended("30 * 0009 'short'", reason_code::malformed_packet);
  expect_ended("30 * 0002 C328 ()", reason_code::malformed_packet);
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_2_2_wildcards_in_a_topic_name) {
  for (const char* topic : {"#", "+", "a/#", "a/+/b", "a+", "a#b"}) {
    expect_ended(std::string{"30 * <"} + topic + "> () 'x'", reason_code::topic_name_invalid);
    expect_ended(std::string{"32 * <"} + topic + "> 0001 () 'x'", reason_code::topic_name_invalid);
  }
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_2_4_payload_format_indicator) {
  expect_unaltered("publish5/format/0", "01 00");
  expect_unaltered("publish5/format/1", "01 01");
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_2_5_an_expired_copy_is_deleted) {
  const auto id = unique("c");
  auto c = client(persistent(id));
  c.subscribe(id, qos2);
  c.disconnect();
  auto p = client();
  p.publish(id, "short", qos1, false, numbers({{property::message_expiry_interval, 1}}));
  p.publish(id, "lasting", qos1);
  const auto rows = [&] { return http_get(suite_broker::get().http_port(), "/api/v4/metrics").body; };
  const auto before = metric(suite_broker::get().http_port(), "delivery.dropped.expired");
  const auto begin = troupe::test::clock::now();
  BOOST_TEST(eventually([&] { return troupe::test::clock::now() - begin > milliseconds{1'100}; }));
  auto back = client(persistent(id));
  BOOST_TEST(back.expect_message().payload == "lasting");
  BOOST_TEST(metric(suite_broker::get().http_port(), "delivery.dropped.expired") == before + 1, rows());
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_2_6_the_longest_expiry) {
  auto s = client();
  const auto t = unique("t");
  s.subscribe(t, qos0);
  auto p = client();
  p.publish(t, "x", qos1, false, numbers({{property::message_expiry_interval, 0xFFFFFFFF}}));
  BOOST_TEST(s.expect_message().properties.number(property::message_expiry_interval).value_or(0) >=
             0xFFFFFFFEU);
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_2_6_an_expiry_of_0_is_never) {
  const auto never = numbers({{property::message_expiry_interval, 0}});
  const auto t = unique("t"), id = unique("c");
  const auto expect = [&](mqtt_client& c, std::string_view text) {
    const auto m = c.expect_message();
    BOOST_TEST(brief(m) == t + std::string{text});
    BOOST_TEST(m.properties.number(property::message_expiry_interval).value_or(9) == 0U);
  };
  auto away = client(persistent(id));
  away.subscribe(t, qos1);
  away.disconnect();
  auto s = client();
  s.subscribe(t, qos1);
  auto p = client();
  p.publish(t, "before", qos1, true);
  BOOST_TEST(brief(s.expect_message()) == t + " before 1");
  for (const auto level : {qos0, qos1}) {
    p.publish(t, "x", level, true, never);
    expect(s, level == qos0 ? " x 0" : " x 1");
  }
  auto back = client(persistent(id));
  BOOST_TEST(brief(back.expect_message()) == t + " before 1");
  expect(back, " x 0");
  expect(back, " x 1");
  auto late = client();
  late.subscribe(t, qos1);
  expect(late, " x 1 retain");
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_2_6_expiry_of_what_did_not_wait) {
  const auto t = unique("t");
  auto s = client();
  s.subscribe(t, qos0);
  auto p = client();
  p.publish(t, "x", qos1, true, numbers({{property::message_expiry_interval, 100}}));
  BOOST_TEST(s.expect_message().properties.number(property::message_expiry_interval).value_or(0) >= 99U);
  auto late = client();
  const auto begin = troupe::test::clock::now();
  BOOST_TEST(eventually([&] { return troupe::test::clock::now() - begin > milliseconds{1'100}; }));
  late.subscribe(t, qos0); // the retained one has waited
  const auto left = late.expect_message().properties.number(property::message_expiry_interval).value_or(0);
  BOOST_TEST(left < 100U);
  BOOST_TEST(left >= 90U);
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_2_13_response_topic_is_not_utf8) {
  expect_ended("30 * <t> (08 0001 FF) 'x'", reason_code::malformed_packet);
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_2_14_response_topic_with_wildcards) {
  for (const char* topic : {"#", "a/+", "+/b"})
    expect_ended(std::string{"30 * <t> (08 <"} + topic + ">) 'x'", reason_code::protocol_error);
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_2_15_response_topic) {
  expect_unaltered("publish5/response", "08 <answer/to/me>");
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_2_16_correlation_data) {
  expect_unaltered("publish5/correlation", "09 0004 00FF8001");
  expect_unaltered("publish5/correlation/none", "09 <>");
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_2_18_order_of_user_properties) {
  expect_unaltered("publish5/user",
                   "26 <b> <1> 26 <a> <2> 03 <t> 26 <b> <1> 26 <> <> 01 01 26 <b> <3> 08 <r> 26 <z> <>");
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_2_19_content_type_is_not_utf8) {
  expect_ended("30 * <t> (03 0002 C0AF) 'x'", reason_code::malformed_packet);
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_2_20_content_type) {
  expect_unaltered("publish5/content", "03 <application/json; charset=utf-8>");
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_4_1_answer_of_each_qos) {
  auto c = client();
  c.send_bytes(packet_bytes("30 * <publish5/answers> () 'x'"));
  c.send_bytes(packet_bytes("32 * <publish5/answers> 0011 () 'x'"));
  c.send_bytes(packet_bytes("34 * <publish5/answers> 0022 () 'x'"));
  BOOST_TEST(c.expect_ack(packet_type::puback).packet_id == 0x11);
  BOOST_TEST(c.expect_ack(packet_type::pubrec).packet_id == 0x22);
  c.expect_nothing();
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_4_3_identifiers_of_overlapping_subscriptions) {
  auto c = client();
  const auto t = unique("t");
  c.subscribe(t + "/+", {qos0}, numbers({{property::subscription_identifier, 1}}));
  c.subscribe(t + "/#", {qos1}, numbers({{property::subscription_identifier, 268'435'455}}));
  c.subscribe(t + "/x", {qos0}, numbers({{property::subscription_identifier, 1}}));
  c.subscribe("+/" + t.substr(t.find('/') + 1) + "/x", {qos2}); // without one
  auto p = client();
  p.publish(t + "/x", "m", qos2);
  const auto ids = identifiers(c.expect_message());
  const std::set<std::uint32_t> distinct(ids.begin(), ids.end());
  BOOST_TEST((distinct == std::set<std::uint32_t>{1, 268'435'455}));
  c.expect_nothing();
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_4_5_each_copy_has_its_own_identifier) {
  auto c = client(); // two copies: its own subscription and its share of a group
  const auto t = unique("t");
  c.subscribe(t, {qos1}, numbers({{property::subscription_identifier, 5}}));
  c.subscribe("$share/g/" + t, {qos1}, numbers({{property::subscription_identifier, 6}}));
  auto p = client();
  p.publish(t, "m", qos1);
  std::set<std::uint32_t> ids;
  for (int i = 0; i < 2; ++i) {
    const auto of_copy = identifiers(c.expect_message());
    BOOST_TEST_REQUIRE(of_copy.size() == 1U);
    ids.insert(of_copy[0]);
  }
  BOOST_TEST((ids == std::set<std::uint32_t>{5, 6}));
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_4_6_subscription_identifier_of_a_client) {
  expect_ended("30 * <t> (0B 01) 'x'", reason_code::protocol_error);
}

BOOST_AUTO_TEST_CASE(a_subscription_without_identifier_gets_none) {
  auto c = client();
  const auto t = unique("t");
  c.subscribe(t, {qos1}, numbers({{property::subscription_identifier, 9}}));
  c.subscribe(t, {qos1}); // replaces it
  c.publish(t, "m", qos1);
  BOOST_TEST(identifiers(c.expect_message()).empty());
}

BOOST_AUTO_TEST_CASE(retained_messages_bear_the_identifier) {
  const auto t = unique("t");
  auto c = client();
  c.publish(t, "m", qos1, true);
  c.subscribe(t, {qos1}, numbers({{property::subscription_identifier, 77}}));
  const auto ids = identifiers(c.expect_message());
  BOOST_TEST_REQUIRE(ids.size() == 1U);
  BOOST_TEST(ids[0] == 77U);
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_4_10_other_packets_are_not_delayed_by_a_full_window) {
  auto s = client(with({{property::receive_maximum, 1}}));
  const auto t = unique("t");
  s.subscribe(t, qos2);
  auto p = client();
  p.publish(t, "first", qos2);
  p.publish(t, "second", qos2);
  const auto id = s.expect<mqtt::publish>().packet_id; // the window is full
  s.send_bytes(packet_bytes("82 * 0001 () <publish5/other> 00"));
  s.expect_bytes(packet_bytes("90 * 0001 () 00"));
  s.send_bytes(packet_bytes("32 * <publish5/other> 0005 () 'x'"));
  bool acknowledged = false, delivered = false; // in any order, and QoS 0 does not count
  for (const auto& one : s.until_pingresp()) {
    acknowledged = acknowledged || std::holds_alternative<mqtt::ack>(one);
    delivered = delivered || std::holds_alternative<mqtt::publish>(one);
  }
  if (!delivered)
    BOOST_TEST(s.expect<mqtt::publish>().level == qos0);
  BOOST_TEST(acknowledged);
  s.send_ack(packet_type::pubrec, id);
  s.expect_ack(packet_type::pubrel, id);
  s.expect_nothing(); // until PUBCOMP
  s.send_ack(packet_type::pubcomp, id);
  BOOST_TEST(s.expect_message().payload == "second");
}

BOOST_AUTO_TEST_SUITE_END()
