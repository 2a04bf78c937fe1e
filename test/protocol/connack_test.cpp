// CONNACK: section 3.2, and the limits that it announces.
#include "protocol/fixture.hpp"

namespace {

using namespace troupe;
using namespace troupe::test;

struct limited_broker : suite_broker {
  limited_broker()
      : suite_broker("mqtt.max_packet_size = 1KB\nmqtt.max_qos_allowed = 1\nmqtt.retain_available = false\n"
                     "mqtt.wildcard_subscription = false\nmqtt.shared_subscription = false\n"
                     "mqtt.max_topic_alias = 5\nmqtt.max_topic_levels = 3\nmqtt.max_clientid_len = 40\n"
                     "zone.external.server_keepalive = 77\nzone.external.max_awaiting_rel = 9\n") {}
};

connect_options short_id() {
  static int count = 0;
  return {.client_id = "limited-" + std::to_string(++count)};
}

mqtt_client limited(protocol_version version = v5) { return connected(port(), short_id(), version); }

reason_code refusal(connect_options options) {
  mqtt_client c{port(), v5};
  const auto reason = c.connect(options).reason;
  c.expect_closed();
  return reason;
}

void expect_number(const mqtt::connack& answer, property id, std::uint32_t wanted) {
  const auto found = answer.properties.number(id);
  BOOST_TEST_REQUIRE(found.has_value(), "no property " << static_cast<int>(id));
  BOOST_TEST(*found == wanted, "property " << static_cast<int>(id) << ": " << *found << " is not " << wanted);
}

} // namespace

BOOST_AUTO_TEST_SUITE(connack_packet, *boost::unit_test::fixture<default_broker>())

BOOST_AUTO_TEST_CASE(properties_that_are_always_there) {
  mqtt_client c{port(), v5};
  const auto answer = c.connect(unique("c"));
  expect_number(answer, property::retain_available, 1);
  expect_number(answer, property::maximum_packet_size, 1024 * 1024);
  expect_number(answer, property::topic_alias_maximum, 65535);
  expect_number(answer, property::wildcard_subscription_available, 1);
  expect_number(answer, property::subscription_identifier_available, 1);
  expect_number(answer, property::shared_subscription_available, 1);
  BOOST_TEST(!answer.properties.number(property::maximum_qos).has_value());
  BOOST_TEST(!answer.properties.number(property::server_keep_alive).has_value());
  BOOST_TEST(!answer.properties.text(property::assigned_client_identifier).has_value());
}

BOOST_AUTO_TEST_CASE(MQTT_3_2_2_2_session_present_is_0_for_a_clean_start) {
  for (const auto version : {v311, v5}) {
    const auto id = unique("c");
    client(persistent(id, version), version).disconnect();
    mqtt_client c{port(), version};
    BOOST_TEST(!c.connect(id, true).session_present);
  }
}

BOOST_AUTO_TEST_CASE(MQTT_3_2_2_3_session_present_is_1_when_there_is_one) {
  for (const auto version : {v311, v5}) {
    const auto id = unique("c");
    mqtt_client first{port(), version};
    BOOST_TEST(!first.connect(persistent(id, version)).session_present);
    first.disconnect();
    mqtt_client second{port(), version};
    BOOST_TEST(second.connect(persistent(id, version)).session_present);
  }
}

BOOST_AUTO_TEST_CASE(session_present_is_unknown_to_3_1) {
  const auto id = unique("c");
  client(persistent(id, v31), v31).disconnect();
  mqtt_client second{port(), v31};
  BOOST_TEST(!second.connect(persistent(id, v31)).session_present);
}

BOOST_AUTO_TEST_CASE(MQTT_3_2_0_2_only_one_connack) {
  auto c = client();
  c.expect_nothing();
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(announced_limits, *boost::unit_test::fixture<limited_broker>())

BOOST_AUTO_TEST_CASE(MQTT_3_2_2_9_limits_are_announced) {
  mqtt_client c{port(), v5};
  const auto answer = c.connect(short_id());
  expect_number(answer, property::maximum_qos, 1);
  expect_number(answer, property::retain_available, 0);
  expect_number(answer, property::maximum_packet_size, 1024);
  expect_number(answer, property::topic_alias_maximum, 5);
  expect_number(answer, property::wildcard_subscription_available, 0);
  expect_number(answer, property::shared_subscription_available, 0);
  expect_number(answer, property::receive_maximum, 9);
}

BOOST_AUTO_TEST_CASE(MQTT_3_2_2_21_server_keep_alive) {
  mqtt_client c{port(), v5};
  expect_number(c.connect(short_id()), property::server_keep_alive, 77);
}

BOOST_AUTO_TEST_CASE(MQTT_3_2_2_11_publish_over_the_maximum_qos) {
  auto c = limited();
  c.send(mqtt::publish{"t", "p", {}, 1, qos2, false, false});
  c.expect_disconnect(reason_code::qos_not_supported);
  auto old = limited(v311);
  old.send(mqtt::publish{"t", "p", {}, 1, qos2, false, false});
  old.expect_closed();
}

BOOST_AUTO_TEST_CASE(MQTT_3_2_2_10_any_qos_may_be_subscribed) {
  auto c = limited();
  const auto granted = c.subscribe("t/2", qos2).reasons.at(0);
  BOOST_TEST(!mqtt::is_error(granted));
  c.publish("t/2", "x", qos1);
  BOOST_TEST(brief(c.expect_message()) == "t/2 x 1");
}

BOOST_AUTO_TEST_CASE(MQTT_3_2_2_12_will_over_the_maximum_qos) {
  auto o = short_id();
  o.will = mqtt::will{"w", "gone", {}, qos2, false};
  BOOST_TEST(refusal(o) == reason_code::qos_not_supported);
}

BOOST_AUTO_TEST_CASE(MQTT_3_2_2_13_retained_will) {
  auto o = short_id();
  o.will = mqtt::will{"w", "gone", {}, qos0, true};
  BOOST_TEST(refusal(o) == reason_code::retain_not_supported);
}

BOOST_AUTO_TEST_CASE(MQTT_3_2_2_14_retained_publish) {
  auto c = limited();
  c.send(mqtt::publish{"t", "p", {}, 0, qos0, false, true});
  c.expect_disconnect(reason_code::retain_not_supported);
}

BOOST_AUTO_TEST_CASE(MQTT_3_2_2_17_topic_alias_over_the_maximum) {
  auto c = limited();
  c.publish("a/5", "x", qos1, false, numbers({{property::topic_alias, 5}}));
  const auto six = numbers({{property::topic_alias, 6}});
  c.send(mqtt::publish{"a/6", "x", six.view(), 0, qos0, false, false});
  c.expect_disconnect(reason_code::topic_alias_invalid);
}

BOOST_AUTO_TEST_CASE(subscriptions_that_are_not_available) {
  const std::pair<const char*, reason_code> filters[] = {
      {"a/#", reason_code::wildcard_subscriptions_not_supported},
      {"+/a", reason_code::wildcard_subscriptions_not_supported},
      {"$share/g/a", reason_code::shared_subscriptions_not_supported}};
  for (const auto& [filter, reason] : filters) {
    auto c = limited();
    c.send(mqtt::subscribe{1, {}, {{filter, {}}}});
    c.expect_disconnect(reason);
  }
  auto old = limited(v311);
  BOOST_TEST(reasons(old.subscribe("a/#", qos0)) == "80");
  old.expect_nothing();
}

BOOST_AUTO_TEST_CASE(topics_with_too_many_levels) {
  auto c = limited();
  BOOST_TEST(reasons(c.subscribe("1/2/3", qos0)) == "00");
  BOOST_TEST(reasons(c.subscribe("1/2/3/4", qos0)) == "8f");
  c.publish("1/2/3", "fits");
  BOOST_TEST(brief(c.expect_message()) == "1/2/3 fits 0");
  c.send(mqtt::publish{"1/2/3/4", "p", {}, 0, qos0, false, false});
  c.expect_disconnect(reason_code::topic_name_invalid);
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_3_8_client_id_that_is_too_long) {
  BOOST_TEST(refusal({.client_id = std::string(41, 'c')}) == reason_code::client_identifier_not_valid);
  mqtt_client old{port(), v311};
  old.send(
      mqtt::connect{.clean_start = true, .client_id = "a-client-id-of-more-than-forty-bytes-is-refused"});
  old.expect_bytes(hex("20 02 00 02"));
  old.expect_closed();
  mqtt_client fits{port(), v5};
  BOOST_TEST(fits.connect(std::string(40, 'c')).reason == reason_code::success);
}

BOOST_AUTO_TEST_CASE(MQTT_3_2_2_15_packet_over_the_maximum_size) {
  const std::string fits(1024 - 2 - 1 - 3,
                         'x'); // fixed header of 3 bytes, topic, and a properties' length
  auto c = limited();
  c.publish("t", fits.substr(1)); // 1,024 bytes exactly
  c.expect_nothing();
  c.send(mqtt::publish{"t", fits, {}, 0, qos0, false, false});
  c.expect_disconnect(reason_code::packet_too_large);
  auto old = limited(v311);
  old.publish("t", fits);
  old.expect_nothing();
  old.send(mqtt::publish{"t", fits + 'x', {}, 0, qos0, false, false});
  old.expect_closed();
}

BOOST_AUTO_TEST_CASE(too_large_is_known_from_the_fixed_header) {
  auto c = limited();
  c.send_bytes(hex("30 FF FF FF 7F")); // and none of the 256 MiB that this promises
  c.expect_disconnect(reason_code::packet_too_large);
}

BOOST_AUTO_TEST_CASE(connect_over_the_maximum_size) {
  mqtt_client c{port(), v5};
  auto o = short_id();
  o.password = std::string(2000, 'p');
  BOOST_TEST(c.connect(o).reason == reason_code::packet_too_large);
  c.expect_closed();
  mqtt_client old{port(), v311};
  old.send(
      mqtt::connect{.clean_start = true, .client_id = "x", .username = std::string_view{o.password.value()}});
  old.expect_closed();
}

BOOST_AUTO_TEST_SUITE_END()
