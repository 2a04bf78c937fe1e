// What MQTT 3.1 (protocol name MQIsdp, level 3) has that 3.1.1 has not. It has no numbered statements; the
// v3 suites run what both have in common for both.
#include "protocol/v3_fixture.hpp"

using namespace troupe::test;

BOOST_AUTO_TEST_SUITE(mqisdp, *boost::unit_test::fixture<default_broker>())

BOOST_AUTO_TEST_CASE(a_whole_exchange) {
  mqtt_client c{port(), v31};
  exchange(c, hex("10 11 0006 'MQIsdp' 03 02 000A 0003 'c31'"), hex("20 02 0000"));
  exchange(c, hex("82 08 0001 0003 't31' 02"), hex("90 03 0001 02"));
  exchange(c, hex("C0 00"), hex("D0 00"));
  auto p = joined(v31);
  exchange(p, hex("34 09 0003 't31' 0010 'hi'"), hex("50 02 0010"));
  exchange(p, hex("62 02 0010"), hex("70 02 0010"));
  c.expect_bytes(hex("34 09 0003 't31' 0001 'hi'"));
  exchange(c, hex("50 02 0001"), hex("62 02 0001"));
  c.send_bytes(hex("70 02 0001"));
  exchange(c, hex("A2 07 0002 0003 't31'"), hex("B0 02 0002"));
  c.send_bytes(hex("E0 00"));
  c.expect_closed();
}

BOOST_AUTO_TEST_CASE(a_connack_without_session_present) {
  const auto id = unique("c");
  for (int i = 0; i < 2; ++i) {
    mqtt_client c{port(), v31};
    exchange(c, wire::connect(v31, id, 0), hex("20 02 0000")); // its first byte is reserved
    c.send_bytes(wire::disconnect());
    c.expect_closed();
  }
}

BOOST_AUTO_TEST_CASE(an_empty_client_id_is_rejected) {
  for (const unsigned flags : {0U, unsigned{wire::clean}}) {
    mqtt_client c{port(), v31};
    exchange(c, wire::connect(v31, "", flags), hex("20 02 0002"));
    c.expect_closed();
  }
}

BOOST_AUTO_TEST_CASE(user_name_and_password_may_be_missing) {
  // the remaining length takes precedence over the two flags
  joined(v31, unique("c"), wire::clean | wire::username);
  joined(v31, unique("c"), wire::clean | wire::username | wire::password);
  joined(v31, unique("c"), wire::clean | wire::username | wire::password, wire::text("user"));
  joined(v31, unique("c"), wire::clean | wire::username | wire::password,
         wire::text("user") + wire::text("pass"));
}

BOOST_AUTO_TEST_CASE(repeated_requests_may_have_dup_set) {
  auto c = joined(v31);
  const auto again = [](const std::string& packet) { return wire::with(packet, wire::dup); };
  exchange(c, wire::subscribe(1, {{"a", 1}}), wire::suback(1, {1}));
  exchange(c, again(wire::subscribe(1, {{"a", 1}})), wire::suback(1, {1}));
  exchange(c, wire::publish("nobody", "x", 2, 2), wire::pubrec(2));
  exchange(c, wire::pubrel(2), wire::pubcomp(2));
  c.send_bytes(again(wire::pubrel(2)));
  BOOST_TEST(c.expect_ack(packet_type::pubcomp).packet_id == 2);
  exchange(c, again(wire::unsubscribe(3, {"a"})), wire::unsuback(3));
  expect_end_after(v31, wire::packet(0x86, wire::u16(1) + wire::text("a") + '\0')); // QoS 3
}

BOOST_AUTO_TEST_CASE(bits_that_are_not_used_are_ignored) {
  mqtt_client c{port(), v31};
  exchange(c, hex("18 11 0006 'MQIsdp' 03 03 000A 0003 'c31'"), hex("20 02 0000"));
  const auto t = unique("t");
  exchange(c, wire::with(wire::subscribe(1, {{t, 0xFE}}), wire::retain), wire::suback(1, {2}));
  exchange(c, hex("C8 00"), hex("D0 00"));
  exchange(c, hex("C1 00"), hex("D0 00"));
  auto p = joined(v31);
  p.send_bytes(wire::with(wire::publish(t, "zero"), wire::dup));
  c.expect_bytes(wire::publish(t, "zero"));
  exchange(p, wire::publish(t, "one", 1, 1), wire::puback(1));
  c.expect_bytes(wire::publish(t, "one", 1, 1));
  c.send_bytes(wire::with(wire::puback(1), wire::dup));
  exchange(p, wire::publish(t, "two", 2, 2), wire::pubrec(2));
  exchange(p, wire::with(wire::pubrel(2), wire::retain), wire::pubcomp(2));
  c.expect_bytes(wire::publish(t, "two", 2, 2));
  exchange(c, wire::with(wire::pubrec(2), wire::dup), wire::pubrel(2));
  c.send_bytes(wire::with(wire::pubcomp(2), wire::dup));
  exchange(c, wire::with(wire::unsubscribe(3, {t}), wire::retain), wire::unsuback(3));
}

BOOST_AUTO_TEST_CASE(a_disconnect_with_unused_bits_is_one) {
  const auto topic = unique("t");
  auto heir = joined(v31);
  exchange(heir, wire::subscribe(1, {{topic, 0}}), wire::suback(1, {0}));
  auto c = joined(v31, unique("c"), wire::clean | wire::will, will_fields(topic, "will"));
  c.send_bytes(hex("E8 00"));
  c.expect_closed();
  expect_only_fence(heir, topic); // no will
}

BOOST_AUTO_TEST_CASE(both_versions_share_sessions_and_topics) {
  const auto id = unique("c");
  auto old = joined(v31, id, 0);
  exchange(old, wire::subscribe(1, {{id, 1}}), wire::suback(1, {1}));
  old.send_bytes(wire::disconnect());
  old.expect_closed();
  auto p = joined(v311);
  exchange(p, wire::publish(id, "x", 1, 1), wire::puback(1));
  auto c = joined(v311, id, 0, {}, true);
  c.expect_bytes(wire::publish(id, "x", 1, 1));
}

BOOST_AUTO_TEST_CASE(a_bridge_sets_the_top_bit_of_the_level) {
  for (const char* bytes :
       {"10 11 0006 'MQIsdp' 83 02 000A 0003 'b31'", "10 0F 0004 'MQTT' 84 02 000A 0003 'b32'"}) {
    mqtt_client c{port(), v31};
    exchange(c, hex(bytes), hex("20 02 0000"));
    expect_quiet(c);
  }
}

BOOST_AUTO_TEST_SUITE_END()
