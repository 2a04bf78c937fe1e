// PUBLISH and its acknowledgements in MQTT 3.1.1 and 3.1: sections 2.2, 2.3, 3.3 to 3.7 and 4.3 of 3.1.1.
#include "protocol/v3_fixture.hpp"

using namespace troupe::test;

namespace {

struct strict_broker : suite_broker {
  strict_broker()
      : suite_broker("mqtt.retain_available = false\nzone.external.max_awaiting_rel = 2\n"
                     "mqtt.max_packet_size = 1KB\n") {}
};

/// A connected client with one subscription.
mqtt_client subscriber(protocol_version version, std::string_view filter, unsigned qos,
                       std::string_view id = {}, unsigned flags = wire::clean) {
  auto c = joined(version, id.empty() ? unique("s") : std::string{id}, flags);
  exchange(c, wire::subscribe(1, {{filter, qos}}), wire::suback(1, {qos}));
  return c;
}

} // namespace

BOOST_AUTO_TEST_SUITE(v3_publish, *boost::unit_test::fixture<default_broker>())

BOOST_AUTO_TEST_CASE(MQTT311_2_2_2_2_other_fixed_header_flags) {
  const std::pair<std::string, unsigned> packets[] = {
      {wire::puback(1), 0},
      {wire::pubrec(1), 0},
      {wire::pubrel(1), 2},
      {wire::pubcomp(1), 0},
      {wire::subscribe(1, {{"a", 0}}), 2},
      {wire::unsubscribe(1, {"a"}), 2},
      {wire::pingreq(), 0},
      {wire::disconnect(), 0},
  };
  for (const auto& [bytes, right] : packets)
    for (unsigned flags = 0; flags < 16; ++flags)
      if (flags != right)
        BOOST_TEST_CONTEXT(to_hex(bytes) << "with flags " << flags) {
          auto changed = bytes;
          changed[0] = static_cast<char>((static_cast<unsigned char>(bytes[0]) & 0xF0) | flags);
          expect_end_after(v311, changed);
        }
}

BOOST_AUTO_TEST_CASE(MQTT311_2_2_2_1_flags_of_the_broker) {
  // every packet type that a broker sends, byte by byte
  const auto t = unique("t");
  auto c = joined(v311);
  exchange(c, wire::subscribe(0x1234, {{t, 2}}), hex("90 03 1234 02"));
  exchange(c, wire::publish("nobody", "x", 1, 0x2345), hex("40 02 2345"));
  exchange(c, wire::publish("nobody", "x", 2, 0x3456), hex("50 02 3456"));
  exchange(c, wire::pubrel(0x3456), hex("70 02 3456"));
  auto p = joined(v311);
  exchange(p, wire::publish(t, "x", 2, 1), wire::pubrec(1));
  exchange(p, wire::pubrel(1), wire::pubcomp(1));
  c.expect_bytes(wire::publish(t, "x", 2, 1));
  exchange(c, wire::pubrec(1), hex("62 02 0001"));
  exchange(c, wire::pubcomp(1) + wire::unsubscribe(0x4567, {t}), hex("B0 02 4567"));
  exchange(c, wire::pingreq(), hex("D0 00"));
}

BOOST_AUTO_TEST_CASE(MQTT311_2_3_1_1_packet_identifier_0) {
  for (const auto version : v3_versions) {
    expect_end_after(version, wire::publish("a", "x", 1, 0));
    expect_end_after(version, wire::publish("a", "x", 2, 0));
    expect_end_after(version, wire::subscribe(0, {{"a", 0}}));
    expect_end_after(version, wire::unsubscribe(0, {"a"}));
  }
}

BOOST_AUTO_TEST_CASE(MQTT311_2_3_1_5_no_packet_identifier_at_qos_0) {
  // the two bytes behind the topic are payload
  auto s = subscriber(v311, "q0", 2);
  auto p = joined(v311);
  p.send_bytes(hex("30 06 0002 'q0' 0001"));
  s.expect_bytes(hex("30 06 0002 'q0' 0001"));
  p.send_bytes(hex("30 04 0002 'q0'"));
  s.expect_bytes(hex("30 04 0002 'q0'"));
}

BOOST_AUTO_TEST_CASE(MQTT311_2_3_1_6_acknowledgements_carry_the_identifier) {
  for (const auto version : v3_versions) {
    auto c = joined(version);
    for (const std::size_t id : {1, 2, 127, 128, 255, 256, 32'767, 32'768, 65'535}) {
      exchange(c, wire::publish("nobody", "x", 1, id), wire::puback(id));
      exchange(c, wire::publish("nobody", "x", 2, id), wire::pubrec(id));
      exchange(c, wire::pubrel(id), wire::pubcomp(id));
    }
  }
}

BOOST_AUTO_TEST_CASE(MQTT311_2_3_1_4_identifiers_of_the_broker) {
  const auto t = unique("t");
  auto s = subscriber(v311, t, 1);
  auto p = joined(v311);
  for (std::size_t i = 1; i <= 3; ++i) {
    exchange(p, wire::publish(t, std::to_string(i), 1, i), wire::puback(i));
    s.expect_bytes(wire::publish(t, std::to_string(i), 1, i)); // 1, 2 and 3 are in use now
  }
  s.send_bytes(wire::puback(2));
  exchange(p, wire::publish(t, "next", 1, 9), wire::puback(9));
  const auto m = s.expect<troupe::mqtt::publish>();
  BOOST_TEST((m.packet_id != 0 && m.packet_id != 1 && m.packet_id != 3));
}

BOOST_AUTO_TEST_CASE(MQTT311_3_3_1_4_qos_3) {
  for (const auto version : v3_versions) {
    expect_end_after(version, wire::publish("a", "x", 3, 1));
    expect_end_after(version, wire::with(wire::publish("a", "x", 3, 1), wire::dup | wire::retain));
  }
}

BOOST_AUTO_TEST_CASE(MQTT311_3_3_1_2_dup_at_qos_0) {
  expect_end_after(v311, wire::with(wire::publish("a", "x"), wire::dup));
  const auto t = unique("t");
  auto s = subscriber(v311, t, 0);
  auto p = joined(v311);
  exchange(p, wire::with(wire::publish(t, "x", 1, 1), wire::dup), wire::puback(1));
  s.expect_bytes(wire::publish(t, "x"));
}

BOOST_AUTO_TEST_CASE(MQTT311_3_3_2_1_no_whole_topic_name) {
  for (const char* bytes : {"30 00", "30 01 00", "30 02 0001", "30 04 0003 'ab'", "32 03 0001 'a'",
                            "32 04 0001 'a' 00", "34 02 0000"})
    BOOST_TEST_CONTEXT(bytes) { expect_end_after(v311, hex(bytes)); }
}

BOOST_AUTO_TEST_CASE(MQTT311_3_3_2_2_wildcards_in_a_topic_name) {
  for (const char* topic : {"#", "+", "a/#", "a/+/b", "a+", "a#b"})
    for (unsigned qos = 0; qos <= 2; ++qos)
      BOOST_TEST_CONTEXT(topic) { expect_end_after(v311, wire::publish(topic, "x", qos, 1)); }
}

BOOST_AUTO_TEST_CASE(MQTT311_3_3_2_3_topics_of_deliveries) {
  for (const auto version : v3_versions) {
    const auto t = unique("t");
    auto s = subscriber(version, t + "/+/c/#", 0);
    auto p = joined(version);
    for (const char* level : {"/b/c", "/b/d", "/b/c/d/e", "/b", "/b/b/c", "//c/"})
      p.send_bytes(wire::publish(t + level, "x"));
    for (const char* level : {"/b/c", "/b/c/d/e", "//c/"})
      s.expect_bytes(wire::publish(t + level, "x"));
    p.send_bytes(wire::publish(t + "/fence/c", "x"));
    s.expect_bytes(wire::publish(t + "/fence/c", "x"));
  }
}

BOOST_AUTO_TEST_CASE(MQTT311_3_3_4_1_answers_by_qos) {
  for (const auto version : v3_versions) {
    auto c = joined(version);
    c.send_bytes(wire::publish("nobody", "x"));
    expect_quiet(c);
    exchange(c, wire::publish("nobody", "x", 1, 7), wire::puback(7));
    expect_quiet(c);
    exchange(c, wire::publish("nobody", "x", 2, 8), wire::pubrec(8));
    expect_quiet(c);
  }
}

BOOST_AUTO_TEST_CASE(MQTT311_3_3_5_1_the_highest_qos_of_overlapping_subscriptions) {
  for (const auto version : v3_versions) {
    const auto t = unique("t");
    auto s = subscriber(version, t, 0);
    exchange(s, wire::subscribe(2, {{t + "/#", 1}, {"+/" + t.substr(t.find('/') + 1), 0}}),
             wire::suback(2, {1, 0}));
    auto p = joined(version);
    exchange(p, wire::publish(t, "x", 2, 1), wire::pubrec(1));
    s.expect_bytes(wire::publish(t, "x", 1, 1));
    s.send_bytes(wire::puback(1));
    expect_only_fence(s, t);
  }
}

BOOST_AUTO_TEST_CASE(MQTT311_3_6_1_1_pubrel_with_other_flags) {
  for (const unsigned first : {0x60U, 0x61U, 0x63U, 0x64U, 0x66U, 0x6FU}) {
    auto c = joined(v311);
    exchange(c, wire::publish("nobody", "x", 2, 1), wire::pubrec(1));
    c.send_bytes(wire::packet(first, wire::u16(1)));
    BOOST_CHECK_NO_THROW(c.expect_closed());
  }
}

BOOST_AUTO_TEST_CASE(MQTT311_4_3_2_1_the_sender_of_qos_1) {
  for (const auto version : v3_versions) {
    const auto id = unique("s");
    auto s = subscriber(version, id, 1, id, 0);
    auto p = joined(version);
    for (std::size_t i = 1; i <= 2; ++i) {
      exchange(p, wire::publish(id, std::to_string(i), 1, i), wire::puback(i));
      s.expect_bytes(wire::publish(id, std::to_string(i), 1, i));
    }
    s.send_bytes(wire::puback(1));
    expect_quiet(s);
    s.socket().abort(); // the second is unacknowledged, and only that
    auto again = joined(version, id, 0, {}, true);
    again.expect_bytes(wire::with(wire::publish(id, "2", 1, 2), wire::dup));
    again.send_bytes(wire::puback(2));
    expect_quiet(again);
    again.socket().abort();
    auto last = joined(version, id, 0, {}, true);
    expect_only_fence(last, id);
  }
}

BOOST_AUTO_TEST_CASE(MQTT311_4_3_3_1_the_sender_of_qos_2) {
  for (const auto version : v3_versions) {
    const auto id = unique("s");
    auto s = subscriber(version, id, 2, id, 0);
    auto p = joined(version);
    exchange(p, wire::publish(id, "x", 2, 1), wire::pubrec(1));
    s.expect_bytes(wire::publish(id, "x", 2, 1));
    s.socket().abort();
    s = joined(version, id, 0, {}, true);
    s.expect_bytes(wire::with(wire::publish(id, "x", 2, 1), wire::dup));
    exchange(s, wire::pubrec(1), wire::pubrel(1));
    s.socket().abort();
    s = joined(version, id, 0, {}, true); // never again PUBLISH
    s.expect_bytes(wire::pubrel(1));
    exchange(s, wire::pubrec(1), wire::pubrel(1));
    s.send_bytes(wire::pubcomp(1));
    expect_quiet(s);
    s.socket().abort();
    s = joined(version, id, 0, {}, true);
    expect_only_fence(s, id);
  }
}

BOOST_AUTO_TEST_CASE(MQTT311_4_3_3_2_the_receiver_of_qos_2) {
  for (const auto version : v3_versions) {
    const auto t = unique("t");
    auto s = subscriber(version, t, 0);
    auto p = joined(version);
    exchange(p, wire::publish(t, "once", 2, 5), wire::pubrec(5));
    exchange(p, wire::with(wire::publish(t, "once", 2, 5), wire::dup), wire::pubrec(5));
    exchange(p, wire::publish(t, "once", 2, 5), wire::pubrec(5)); // DUP or not
    exchange(p, wire::pubrel(5), wire::pubcomp(5));
    exchange(p, wire::with(wire::publish(t, "new", 2, 5), wire::dup), wire::pubrec(5));
    exchange(p, wire::pubrel(5), wire::pubcomp(5));
    s.expect_bytes(wire::publish(t, "once") + wire::publish(t, "new"));
    expect_only_fence(s, t);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(v3_violations, *boost::unit_test::fixture<default_broker>())

BOOST_AUTO_TEST_CASE(MQTT311_4_8_0_1_violations_end_the_connection) {
  for (const char* bytes : {"00 00", "F0 00", "F0 02 00 00",                      // types that do not exist
                            "20 02 0000", "90 03 0001 00", "B0 02 0001", "D0 00", // types of a server
                            "40 00", "40 01 00", "40 02 0000", "40 03 0001 00",
                            "62 03 0001 00",                          // acknowledgements of another size
                            "C0 01 00", "E0 01 00",                   // a body where there is none
                            "30 FF FF FF FF 01", "C0 80 80 80 80 00", // a remaining length of five bytes
                            "82 02 0001", "A2 02 0001"})              // no filter
    for (const auto version : v3_versions)
      BOOST_TEST_CONTEXT(bytes) { expect_end_after(version, hex(bytes)); }
}

BOOST_AUTO_TEST_CASE(a_violation_ends_only_its_own_connection) {
  auto other = joined(v311);
  expect_end_after(v311, hex("00 00"));
  expect_quiet(other);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(v3_limits, *boost::unit_test::fixture<strict_broker>())

BOOST_AUTO_TEST_CASE(MQTT311_4_8_0_2_a_packet_that_finds_no_room) {
  auto c = joined(v311);
  exchange(c, wire::publish("t", "x", 2, 1), wire::pubrec(1));
  exchange(c, wire::publish("t", "x", 2, 2), wire::pubrec(2));
  exchange(c, wire::publish("t", "x", 2, 3), wire::pubrec(3)); // it has no way to know of max_awaiting_rel
  expect_end_after(v311, wire::publish("t", std::string(1024, 'x')));
  expect_end_after(v31, wire::publish("t", std::string(1024, 'x')));
}

BOOST_AUTO_TEST_CASE(MQTT311_3_3_5_2_a_publish_that_is_not_allowed) {
  auto s = subscriber(v311, "t", 0);
  for (unsigned qos = 0; qos <= 2; ++qos)
    expect_end_after(v311, wire::with(wire::publish("t", "x", qos, 1), wire::retain));
  expect_only_fence(s, "t");
}

BOOST_AUTO_TEST_SUITE_END()
