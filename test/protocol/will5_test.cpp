// The will of MQTT 5.0: sections 3.1.2.5 to 3.1.2.7, 3.1.3.2 to 3.1.3.4 and 3.14.4.
#include "protocol/raw5.hpp"

using namespace troupe::test;
namespace mqtt = troupe::mqtt;
using mqtt::reason_code;

namespace {

mqtt::will a_will(std::string_view topic, std::string_view payload, mqtt::property_view properties = {}) {
  return {topic, payload, properties, qos1, false};
}

/// A client with a will, gone without a word.
void break_one(connect_options options) { client(std::move(options)).socket().abort(); }

} // namespace

BOOST_AUTO_TEST_SUITE(will5, *boost::unit_test::fixture<default_broker>())

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_7_the_will_belongs_to_the_session_not_to_the_connection) {
  const auto t = unique("will"), id = unique("c");
  auto heir = client();
  heir.subscribe(t, qos1);
  const auto delay = numbers({{property::will_delay_interval, 60}});
  auto o = persistent_with(id, property::receive_maximum, 10);
  o.will = a_will(t, "kept", delay.view());
  break_one(o);
  heir.expect_nothing();                                 // delayed
  client(connect_options{.client_id = id}).disconnect(); // ends the session: the will is due now
  BOOST_TEST(heir.expect_message().payload == "kept");
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_8_will_after_every_end_but_a_normal_one) {
  const auto t = unique("will");
  auto heir = client();
  heir.subscribe(t, qos1);
  const auto with_will = [&](std::string_view payload) {
    connect_options o;
    o.will = a_will(t, payload);
    return client(o);
  };
  with_will("reset").socket().abort();
  BOOST_TEST(heir.expect_message().payload == "reset");
  with_will("closed").socket().shut_down_sending();
  BOOST_TEST(heir.expect_message().payload == "closed");
  auto wrong = with_will("protocol error");
  wrong.send_bytes(packet_bytes("20 * 00 00 ()"));
  BOOST_TEST(heir.expect_message().payload == "protocol error");
  with_will("with will").disconnect(reason_code::disconnect_with_will);
  BOOST_TEST(heir.expect_message().payload == "with will");
  with_will("error").disconnect(reason_code::implementation_specific_error);
  BOOST_TEST(heir.expect_message().payload == "error");
  with_will("normal").disconnect(); // [MQTT-3.14.4-3]
  expect_fence(heir, heir, t);
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_8_will_of_a_connection_that_is_taken_over) {
  const auto t = unique("will"), id = unique("c");
  auto heir = client();
  heir.subscribe(t, qos1);
  auto o = persistent(id);
  o.will = a_will(t, "taken over");
  auto first = client(o);
  auto second = client(persistent(id));
  first.expect_disconnect(reason_code::session_taken_over);
  BOOST_TEST(heir.expect_message().payload == "taken over");
  second.disconnect();
  expect_fence(heir, heir, t); // the second one has none
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_8_will_delay_ends_with_the_session) {
  const auto t = unique("will");
  auto heir = client();
  heir.subscribe(t, qos1);
  const auto delay = numbers({{property::will_delay_interval, 3600}});
  auto expires = with({{property::session_expiry_interval, 1}});
  expires.client_id = unique("c");
  expires.will = a_will(t, "expired", delay.view());
  const auto begin = troupe::test::clock::now();
  break_one(expires);
  BOOST_TEST(heir.expect_message().payload == "expired");
  BOOST_TEST((troupe::test::clock::now() - begin >= milliseconds{900}));
  connect_options ends{.client_id = unique("c")}; // session expiry 0: over with the connection
  ends.will = a_will(t, "ended", delay.view());
  break_one(ends);
  BOOST_TEST(heir.expect_message().payload == "ended");
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_9_fields_of_the_will_are_missing) {
  for (const char* payload : {"<a>", "<a> ()", "<a> () <w>", "<a> <w> <m>", "<a> () <w> 0005 'm'"})
    expect_refusal(std::string{"10 * <MQTT> 05 06 003C () "} + payload, reason_code::malformed_packet);
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_10_a_will_is_published_once) {
  const auto t = unique("will"), id = unique("c");
  auto heir = client();
  heir.subscribe(t, qos1);
  auto o = persistent(id);
  o.will = a_will(t, "once");
  break_one(o);
  BOOST_TEST(heir.expect_message().payload == "once");
  break_one(persistent(id)); // resumed, without a will of its own
  break_one(persistent(id));
  client(persistent(id)).disconnect();
  expect_fence(heir, heir, t);
  client(o).disconnect(); // removed by the DISCONNECT
  break_one(persistent(id));
  client(persistent(id)).disconnect();
  expect_fence(heir, heir, t);
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_11_will_qos_without_a_will) {
  expect_refusal("10 * <MQTT> 05 0A 003C () <a>", reason_code::malformed_packet);
  expect_refusal("10 * <MQTT> 05 12 003C () <a>", reason_code::malformed_packet);
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_12_will_qos) {
  expect_refusal("10 * <MQTT> 05 1E 003C () <a> () <w> <m>", reason_code::malformed_packet);
  const auto t = unique("will");
  auto heir = client();
  heir.subscribe(t, qos2);
  for (const auto level : all_qos) {
    connect_options o;
    o.will = mqtt::will{t, "m", {}, level, false};
    break_one(o);
    BOOST_TEST(heir.expect_message().level == level);
  }
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_13_will_retain_without_a_will) {
  expect_refusal("10 * <MQTT> 05 22 003C () <a>", reason_code::malformed_packet);
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_14_a_will_that_is_not_retained) {
  const auto t = unique("will");
  auto heir = client();
  heir.subscribe(t, {.level = qos1, .retain_as_published = true});
  connect_options o;
  o.will = a_will(t, "passing");
  break_one(o);
  BOOST_TEST(brief(heir.expect_message()) == t + " passing 1");
  auto late = client();
  late.subscribe(t, qos1);
  late.expect_nothing();
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_15_a_will_that_is_retained) {
  const auto t = unique("will");
  auto heir = client();
  heir.subscribe(t, {.level = qos1, .retain_as_published = true});
  connect_options o;
  o.will = mqtt::will{t, "kept", {}, qos1, true};
  break_one(o);
  BOOST_TEST(brief(heir.expect_message()) == t + " kept 1 retain");
  auto late = client();
  late.subscribe(t, qos1);
  BOOST_TEST(brief(late.expect_message()) == t + " kept 1 retain");
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_3_9_a_new_connection_in_time_cancels_the_will) {
  const auto t = unique("will"), id = unique("c");
  auto heir = client();
  heir.subscribe(t, qos1);
  const auto delay = numbers({{property::will_delay_interval, 1}});
  auto o = persistent(id);
  o.will = a_will(t, "too late", delay.view());
  break_one(o);
  auto back = client(persistent(id));
  std::string nothing;
  BOOST_TEST((heir.socket().receive(nothing, milliseconds{1'500}) == tcp_socket::state::nothing));
  back.disconnect();
  expect_fence(heir, heir, t);
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_3_10_properties_of_the_will) {
  const auto t = unique("will");
  auto heir = client();
  heir.subscribe(t, qos1);
  property_writer w;
  w.number(property::will_delay_interval, 0).number(property::payload_format_indicator, 1);
  w.user_property("b", "1").text(property::content_type, "text").user_property("a", "2");
  w.text(property::response_topic, "answers").text(property::correlation_data, std::string_view{"\0\xff", 2});
  w.number(property::message_expiry_interval, 100).user_property("b", "3");
  connect_options o;
  o.will = a_will(t, "m", w.view());
  break_one(o);
  const auto m = heir.expect_message();
  BOOST_TEST(user_properties(m.properties) == "b=1 a=2 b=3 ");
  BOOST_TEST(m.properties.number(property::payload_format_indicator).value_or(9) == 1U);
  BOOST_TEST(m.properties.text(property::content_type).value_or("") == "text");
  BOOST_TEST(m.properties.text(property::response_topic).value_or("") == "answers");
  BOOST_TEST((m.properties.text(property::correlation_data) == std::string_view{"\0\xff", 2}));
  BOOST_TEST(m.properties.number(property::message_expiry_interval).value_or(0) >= 95U);
  BOOST_TEST(!m.properties.number(property::will_delay_interval).has_value());
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_3_11_will_topic) {
  expect_refusal("10 * <MQTT> 05 06 003C () <a> () 0002 C080 <m>", reason_code::malformed_packet);
  expect_refusal("10 * <MQTT> 05 06 003C () <a> () 0002 6100 <m>", reason_code::malformed_packet);
  expect_refusal("10 * <MQTT> 05 06 003C () <a> () <w/+> <m>", reason_code::topic_name_invalid);
  expect_refusal("10 * <MQTT> 05 06 003C () <a> () <> <m>", reason_code::topic_name_invalid);
}

BOOST_AUTO_TEST_CASE(a_will_without_a_payload) {
  const auto t = unique("will");
  auto heir = client();
  heir.subscribe(t, qos1);
  connect_options o;
  o.will = a_will(t, "");
  break_one(o);
  BOOST_TEST(brief(heir.expect_message()) == t + "  1");
}

BOOST_AUTO_TEST_CASE(the_expiry_of_a_delayed_will_begins_with_its_publication) {
  const auto t = unique("will");
  auto heir = client();
  heir.subscribe(t, qos1);
  const auto p = numbers({{property::will_delay_interval, 1}, {property::message_expiry_interval, 50}});
  auto o = persistent(unique("c"));
  o.will = a_will(t, "m", p.view());
  break_one(o);
  BOOST_TEST(heir.expect_message().properties.number(property::message_expiry_interval).value_or(0) == 50U);
}

BOOST_AUTO_TEST_SUITE_END()
