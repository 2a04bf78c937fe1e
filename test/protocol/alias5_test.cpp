// Topic aliases of MQTT 5.0 in both directions: sections 3.1.2.11.5, 3.2.2.3.8 and 3.3.2.3.4.
#include "protocol/raw5.hpp"

#include <map>

using namespace troupe::test;
namespace mqtt = troupe::mqtt;
using mqtt::reason_code;

namespace {

struct no_alias_broker : suite_broker {
  no_alias_broker() : suite_broker("mqtt.max_topic_alias = 0\n") {}
};

/// What publishers send to `count` topics, and to each of them three times, arrives at a client with this
/// Topic Alias Maximum: whether each message says its topic or an alias that stands for it, and how many
/// different aliases there were.
std::size_t aliases_used(std::uint32_t maximum, int count, const std::string& base) {
  auto s = client(with({{property::topic_alias_maximum, maximum}}));
  s.subscribe(base + "/#", qos1);
  auto p = client();
  for (int round = 0; round < 3; ++round)
    for (int i = 0; i < count; ++i)
      p.publish(base + "/" + std::to_string(i), base + "/" + std::to_string(i));
  std::map<std::uint32_t, std::string> known;
  for (int i = 0; i < 3 * count; ++i) {
    const auto m = s.expect_message();
    const auto alias = m.properties.number(property::topic_alias).value_or(0);
    BOOST_TEST_REQUIRE(alias <= maximum);
    if (alias != 0 && !m.topic.empty())
      known[alias] = m.topic;
    BOOST_TEST_REQUIRE((m.topic.empty() ? known.at(alias) : std::string{m.topic}) == m.payload);
  }
  return known.size();
}

} // namespace

BOOST_AUTO_TEST_SUITE(topic_alias5, *boost::unit_test::fixture<default_broker>())

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_26_no_alias_over_the_maximum_of_the_client) {
  BOOST_TEST(aliases_used(1, 5, "alias5/one") <= 1U);
  BOOST_TEST(aliases_used(3, 10, "alias5/three") <= 3U);
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_27_no_alias_for_a_client_that_wants_none) {
  BOOST_TEST(aliases_used(0, 3, "alias5/zero") == 0U);
  auto s = client(); // absent
  s.subscribe("alias5/absent", qos0);
  auto p = client();
  const auto bytes = packet_bytes("30 * <alias5/absent> () 'x'");
  for (int i = 0; i < 3; ++i) {
    p.send_bytes(bytes);
    s.expect_bytes(bytes);
  }
}

// An alias that is new takes three bytes: where they have no room the message goes without.
BOOST_AUTO_TEST_CASE(MQTT_3_1_2_25_an_alias_keeps_no_message_back_that_fits) {
  const std::string topic = "alias5/fits";
  auto s = client(with({{property::topic_alias_maximum, 5}, {property::maximum_packet_size, 64}}));
  s.subscribe(topic, qos1);
  auto p = client();
  const std::size_t most = 64 - 2 - 2 - topic.size() - 2 - 1; // headers, topic, identifier, no properties
  p.publish(topic, std::string(most + 1, 'x'), qos1);         // does not fit
  for (const auto size : {most, most - 1, most - 2, most - 3, most + 1}) {
    p.publish(topic, std::string(size, 'x'), qos1);
    BOOST_TEST(s.expect_message().payload.size() == size); // the last one with the alias alone
  }
  s.expect_nothing();
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_2_7_mappings_end_with_the_connection) {
  const auto id = unique("c");
  auto p = client(persistent(id));
  const auto alias = numbers({{property::topic_alias, 4}});
  p.publish("alias5/old", "x", qos1, false, alias);
  p.disconnect();
  auto again = client(persistent(id));
  again.send(mqtt::publish{"", "x", alias.view(), 0, qos0, false, false});
  again.expect_disconnect(reason_code::protocol_error);
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_2_7_mappings_to_the_client_end_too) {
  const auto id = unique("c");
  auto p = client();
  for (int i = 0; i < 2; ++i) {
    auto s = client(persistent_with(id, property::topic_alias_maximum, 10));
    s.subscribe("alias5/session", qos1);
    p.publish("alias5/session", "x", qos1);
    BOOST_TEST(s.expect_message().topic == "alias5/session"); // the first one always says it
  }
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_2_8_alias_0) {
  expect_ended("30 * <t> (23 0000) 'x'", reason_code::topic_alias_invalid);
  expect_ended("30 * <> (23 0000) 'x'", reason_code::topic_alias_invalid);
}

BOOST_AUTO_TEST_CASE(an_alias_that_was_never_set) {
  expect_ended("30 * <> (23 0001) 'x'", reason_code::protocol_error);
  expect_ended("30 * <> () 'x'", reason_code::protocol_error);
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_2_12_every_alias_up_to_the_maximum) {
  mqtt_client p{port(), v5};
  const auto answer = p.connect(unique("p"));
  const auto most = answer.properties.number(property::topic_alias_maximum).value_or(0);
  BOOST_TEST(most == 65535U);
  auto s = client();
  const auto t = unique("t");
  s.subscribe(t + "/#", qos0);
  for (const std::uint32_t alias : {1U, 2U, 255U, 256U, 32768U, 65535U}) {
    const auto w = numbers({{property::topic_alias, alias}});
    const std::string topic = t + "/" + std::to_string(alias);
    p.send(mqtt::publish{topic, "set", w.view(), 0, qos0, false, false});
    p.send(mqtt::publish{"", "used", w.view(), 0, qos0, false, false});
    for (const char* wanted : {" set 0", " used 0"}) {
      const auto m = s.expect_message();
      BOOST_TEST(brief(m) == topic + wanted);
      BOOST_TEST(!m.properties.number(property::topic_alias).has_value()); // the subscriber wants none
    }
  }
}

BOOST_AUTO_TEST_CASE(an_alias_at_every_qos_and_with_retain) {
  auto s = client();
  const auto t = unique("t");
  s.subscribe(t, qos2);
  auto p = client();
  const auto w = numbers({{property::topic_alias, 1}});
  p.publish(t, "0", qos0, false, w);
  p.publish("", "1", qos1, false, w);
  p.publish("", "2", qos2, true, w);
  for (const char* wanted : {" 0 0", " 1 1", " 2 2"})
    BOOST_TEST(brief(s.expect_message()) == t + wanted);
  auto late = client();
  late.subscribe(t, qos0);
  BOOST_TEST(brief(late.expect_message()) == t + " 2 0 retain");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(topic_alias5_off, *boost::unit_test::fixture<no_alias_broker>())

BOOST_AUTO_TEST_CASE(MQTT_3_2_2_18_no_aliases_at_all) {
  mqtt_client c{port(), v5};
  BOOST_TEST(c.connect(unique("c")).properties.number(property::topic_alias_maximum).value_or(0) == 0U);
  c.send_bytes(packet_bytes("30 * <t> (23 0001) 'x'"));
  c.expect_disconnect(reason_code::topic_alias_invalid);
}

BOOST_AUTO_TEST_SUITE_END()
