// PUBACK, PUBREC, PUBREL and PUBCOMP of MQTT 5.0, and the delivery that they belong to: sections 3.4 to 3.7,
// 4.3 and 4.4.
#include "protocol/raw5.hpp"

using namespace troupe::test;
namespace mqtt = troupe::mqtt;
using mqtt::reason_code;

namespace {

struct retrying_broker : suite_broker {
  retrying_broker() : suite_broker("zone.external.retry_interval = 1s\n") {}
};

void wait_for(milliseconds time) {
  const auto begin = troupe::test::clock::now();
  BOOST_TEST(eventually([&] { return troupe::test::clock::now() - begin > time; }));
}

} // namespace

BOOST_AUTO_TEST_SUITE(acks5, *boost::unit_test::fixture<default_broker>())

BOOST_AUTO_TEST_CASE(MQTT_3_4_2_1_reasons_of_puback) {
  for (const char* code : {"01", "18", "92", "8F", "FF"})
    expect_ended(std::string{"40 * 0001 "} + code, reason_code::protocol_error);
}

BOOST_AUTO_TEST_CASE(MQTT_3_5_2_1_reasons_of_pubrec) {
  for (const char* code : {"01", "18", "92", "8F", "FF"})
    expect_ended(std::string{"50 * 0001 "} + code, reason_code::protocol_error);
}

BOOST_AUTO_TEST_CASE(MQTT_3_6_2_1_reasons_of_pubrel) {
  for (const char* code : {"10", "80", "91", "FF"})
    expect_ended(std::string{"62 * 0001 "} + code, reason_code::protocol_error);
}

BOOST_AUTO_TEST_CASE(MQTT_3_7_2_1_reasons_of_pubcomp) {
  for (const char* code : {"10", "80", "91", "FF"})
    expect_ended(std::string{"70 * 0001 "} + code, reason_code::protocol_error);
}

BOOST_AUTO_TEST_CASE(MQTT_3_6_1_1_flags_of_pubrel) {
  for (const char* first : {"60", "61", "63", "64", "66", "6A", "6F"})
    expect_ended(std::string{first} + " 02 0001", reason_code::malformed_packet);
}

BOOST_AUTO_TEST_CASE(acknowledgements_of_other_lengths) {
  for (const char* packet : {"40 00", "40 01 00", "50 * 0001 00 (1F <a> 1F <b>)", "62 * 0001 00 () 00",
                             "70 * 0001 00 (23 0001)", "40 * 0000", "50 * 0000", "62 * 0000", "70 * 0000"}) {
    auto c = client();
    c.send_bytes(packet_bytes(packet));
    const auto reason = c.expect<mqtt::disconnect>().reason;
    BOOST_TEST((reason == reason_code::malformed_packet || reason == reason_code::protocol_error), packet);
    c.expect_closed();
  }
}

BOOST_AUTO_TEST_CASE(MQTT_3_4_2_2_acknowledgements_fit_the_maximum_packet_size) {
  // with a Reason String or a User Property none of these fits into 24 bytes, the least that a CONNACK needs
  auto c = client(with({{property::maximum_packet_size, 24}}));
  const auto small = [](const packet& p) { return encoded(p, v5).size() <= 24; };
  const auto t = unique("t");
  c.send(mqtt::publish{t, "x", {}, 1, qos1, false, false});
  BOOST_TEST(small(c.expect_ack(packet_type::puback, 1)));
  c.send(mqtt::publish{t, "x", {}, 2, qos2, false, false});
  BOOST_TEST(small(c.expect_ack(packet_type::pubrec, 2)));
  c.send_ack(packet_type::pubrel, 77);
  BOOST_TEST(small(c.expect_ack(packet_type::pubcomp, 77)));
  c.send_ack(packet_type::pubrec, 78);
  BOOST_TEST(small(c.expect_ack(packet_type::pubrel, 78)));
  BOOST_TEST(small(c.subscribe("a#", qos1)));
  BOOST_TEST(small(c.unsubscribe("nothing")));
  c.send_bytes(packet_bytes("00 00"));
  BOOST_TEST(small(c.expect<mqtt::disconnect>()));
  c.expect_closed();
}

BOOST_AUTO_TEST_CASE(client_properties_on_acknowledgements_are_read) {
  auto s = client();
  const auto t = unique("t");
  s.subscribe(t, qos2);
  auto p = client();
  p.publish(t, "1", qos1);
  p.publish(t, "2", qos2);
  const auto first = s.expect<mqtt::publish>().packet_id, second = s.expect<mqtt::publish>().packet_id;
  property_writer w;
  w.text(property::reason_string, "because").user_property("a", "b");
  s.send(mqtt::ack{packet_type::puback, first, reason_code::success, w.view()});
  s.send(mqtt::ack{packet_type::pubrec, second, reason_code::no_matching_subscribers, w.view()});
  s.expect_ack(packet_type::pubrel, second);
  s.send(mqtt::ack{packet_type::pubcomp, second, reason_code::success, w.view()});
  s.expect_nothing();
}

BOOST_AUTO_TEST_CASE(MQTT_4_3_2_2_first_delivery_at_qos_1) {
  auto s = client();
  s.subscribe("acks5/one", qos2);
  auto p = client();
  p.send_bytes(packet_bytes("3A * <acks5/one> 1234 () 'x'")); // dup from the publisher
  s.expect_bytes(packet_bytes("32 * <acks5/one> 0001 () 'x'"));
  p.send_bytes(packet_bytes("32 * <acks5/one> 1234 () 'y'"));
  s.expect_bytes(packet_bytes("32 * <acks5/one> 0002 () 'y'"));
}

BOOST_AUTO_TEST_CASE(MQTT_4_3_3_2_first_delivery_at_qos_2) {
  auto s = client();
  s.subscribe("acks5/two", qos2);
  auto p = client();
  p.send_bytes(packet_bytes("3C * <acks5/two> 1234 () 'x'"));
  s.expect_bytes(packet_bytes("34 * <acks5/two> 0001 () 'x'"));
}

BOOST_AUTO_TEST_CASE(MQTT_4_3_2_3_unacknowledged_until_puback) {
  const auto id = unique("c");
  auto p = client();
  std::uint16_t packet_id = 0;
  {
    auto s = client(persistent(id));
    s.subscribe(id, qos1);
    p.publish(id, "x", qos1);
    packet_id = s.expect<mqtt::publish>().packet_id;
  }
  {
    auto s = client(persistent(id));
    const auto again = s.expect<mqtt::publish>();
    BOOST_TEST(again.packet_id == packet_id);
    BOOST_TEST(again.dup);
    s.send_ack(packet_type::puback, packet_id);
    s.expect_nothing();
    s.disconnect();
  }
  auto s = client(persistent(id));
  s.expect_nothing();
}

BOOST_AUTO_TEST_CASE(MQTT_4_3_3_3_unacknowledged_until_pubrec_then_until_pubcomp) {
  const auto id = unique("c");
  auto p = client();
  std::uint16_t packet_id = 0;
  {
    auto s = client(persistent(id));
    s.subscribe(id, qos2);
    p.publish(id, "x", qos2);
    packet_id = s.expect<mqtt::publish>().packet_id;
  }
  {
    auto s = client(persistent(id));
    const auto again = s.expect<mqtt::publish>();
    BOOST_TEST(again.packet_id == packet_id);
    s.send_ack(packet_type::pubrec, packet_id);
    s.expect_ack(packet_type::pubrel, packet_id);
    s.socket().abort();
  }
  for (int i = 0; i < 2; ++i) { // [MQTT-4.3.3-5]; and never the PUBLISH again [MQTT-4.3.3-6]
    auto s = client(persistent(id));
    s.expect_bytes(encoded(mqtt::ack{packet_type::pubrel, packet_id, {}, {}}, v5));
    s.socket().abort();
  }
  auto s = client(persistent(id));
  s.expect_ack(packet_type::pubrel, packet_id);
  s.send_ack(packet_type::pubcomp, packet_id);
  s.expect_nothing();
  s.disconnect();
  auto last = client(persistent(id));
  last.expect_nothing();
}

BOOST_AUTO_TEST_CASE(MQTT_4_3_3_7_no_expiry_once_it_was_sent) {
  const auto id = unique("c");
  auto p = client();
  {
    auto s = client(persistent(id));
    s.subscribe(id, qos2);
    p.publish(id, "one", qos1, false, numbers({{property::message_expiry_interval, 1}}));
    p.publish(id, "two", qos2, false, numbers({{property::message_expiry_interval, 1}}));
    s.expect<mqtt::publish>();
    s.expect<mqtt::publish>();
    s.socket().abort();
  }
  wait_for(milliseconds{1'100});
  auto s = client(persistent(id));
  BOOST_TEST(brief(s.expect_message()) == id + " one 1 dup");
  BOOST_TEST(brief(s.expect_message()) == id + " two 2 dup");
  s.expect_nothing();
}

BOOST_AUTO_TEST_CASE(MQTT_4_3_3_13_acknowledged_to_the_end_although_expired) {
  auto p = client();
  const auto expiry = numbers({{property::message_expiry_interval, 1}});
  p.send(mqtt::publish{unique("t"), "x", expiry.view(), 5, qos2, false, false});
  p.expect_ack(packet_type::pubrec, 5);
  wait_for(milliseconds{1'100});
  p.send_ack(packet_type::pubrel, 5);
  BOOST_TEST(p.expect_ack(packet_type::pubcomp, 5).reason == reason_code::success);
}

BOOST_AUTO_TEST_CASE(MQTT_4_4_0_1_resent_in_order_with_the_same_identifiers) {
  const auto id = unique("c");
  auto p = client();
  std::vector<std::uint16_t> ids;
  {
    auto s = client(persistent(id));
    s.subscribe(id, qos2);
    for (int i = 0; i < 6; ++i)
      p.publish(id, std::to_string(i), i % 2 == 0 ? qos1 : qos2);
    for (int i = 0; i < 6; ++i)
      ids.push_back(s.expect<mqtt::publish>().packet_id);
    s.send_ack(packet_type::pubrec, ids[1]);
    s.expect_ack(packet_type::pubrel, ids[1]);
    s.send_ack(packet_type::puback, ids[2]);
    s.expect_nothing();
    s.socket().abort();
  }
  auto s = client(persistent(id));
  for (const std::size_t i : {0U, 1U, 3U, 4U, 5U}) {
    if (i == 1) {
      s.expect_ack(packet_type::pubrel, ids[1]);
      continue;
    }
    const auto m = s.expect<mqtt::publish>();
    BOOST_TEST(m.packet_id == ids[i]);
    BOOST_TEST(m.payload == std::to_string(i));
    BOOST_TEST(m.dup);
  }
  s.expect_nothing();
}

BOOST_AUTO_TEST_CASE(MQTT_4_4_0_2_an_error_acknowledges_for_good) {
  const auto id = unique("c");
  auto p = client();
  {
    auto s = client(persistent(id));
    s.subscribe(id, qos2);
    p.publish(id, "one", qos1);
    p.publish(id, "two", qos2);
    s.send_ack(packet_type::puback, s.expect<mqtt::publish>().packet_id, reason_code::unspecified_error);
    s.send_ack(packet_type::pubrec, s.expect<mqtt::publish>().packet_id, reason_code::not_authorized);
    s.expect_nothing();
    s.socket().abort();
  }
  auto s = client(persistent(id));
  s.expect_nothing();
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(resending5, *boost::unit_test::fixture<retrying_broker>())

BOOST_AUTO_TEST_CASE(MQTT_4_4_0_1_nothing_is_resent_while_the_connection_lasts) {
  auto s = client(); // although the zone has a retry interval, which is for 3.x
  const auto t = unique("t");
  s.subscribe(t, qos1);
  auto p = client();
  p.publish(t, "x", qos1);
  const auto id = s.expect<mqtt::publish>().packet_id;
  std::string nothing;
  BOOST_TEST((s.socket().receive(nothing, milliseconds{2'500}) == tcp_socket::state::nothing));
  s.send_ack(packet_type::puback, id);
  s.expect_nothing();
}

BOOST_AUTO_TEST_SUITE_END()
