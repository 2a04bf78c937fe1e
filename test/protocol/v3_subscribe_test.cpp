// SUBSCRIBE and UNSUBSCRIBE in MQTT 3.1.1 and 3.1: sections 3.8 to 3.11 of 3.1.1.
#include "protocol/v3_fixture.hpp"

using namespace troupe::test;

BOOST_AUTO_TEST_SUITE(v3_subscribe, *boost::unit_test::fixture<default_broker>())

BOOST_AUTO_TEST_CASE(MQTT311_3_8_1_1_flags_of_subscribe) {
  for (const unsigned first : {0x80U, 0x81U, 0x83U, 0x84U, 0x86U, 0x8FU})
    expect_end_after(v311, wire::packet(first, wire::u16(1) + wire::text("a") + '\0'));
}

BOOST_AUTO_TEST_CASE(MQTT311_3_8_3_3_no_filter) {
  for (const auto version : v3_versions)
    expect_end_after(version, wire::subscribe(1, {}));
}

BOOST_AUTO_TEST_CASE(MQTT311_3_8_3_4_reserved_bits_and_qos_3) {
  for (const unsigned options : {0x03U, 0x04U, 0x08U, 0x10U, 0x20U, 0x40U, 0x80U, 0xFFU}) {
    expect_end_after(v311, wire::subscribe(1, {{"a", options}}));
    expect_end_after(v311, wire::subscribe(1, {{"fine", 0}, {"a", options}}));
  }
  expect_end_after(v311, wire::packet(0x82, wire::u16(1) + wire::text("no options")));
}

BOOST_AUTO_TEST_CASE(MQTT311_2_3_1_7_the_identifier_of_the_request) {
  for (const auto version : v3_versions) {
    auto c = joined(version);
    for (const std::size_t id : {1, 255, 256, 32'768, 65'535}) {
      exchange(c, wire::subscribe(id, {{"a", 0}}), wire::suback(id, {0})); // [MQTT-3.8.4-1], [MQTT-3.8.4-2]
      exchange(c, wire::unsubscribe(id, {"a"}), wire::unsuback(id));
    }
  }
}

BOOST_AUTO_TEST_CASE(MQTT311_3_8_4_4_several_filters_in_one_packet) {
  for (const auto version : v3_versions) {
    const auto t = unique("t");
    auto c = joined(version);
    // the last filter repeats the first one: as if it came in a packet of its own
    exchange(c, wire::subscribe(7, {{t + "/a", 0}, {t + "/b", 1}, {"#bad", 2}, {t + "/c", 2}, {t + "/a", 2}}),
             wire::suback(7, {0, 1, 0x80, 2, 2})); // [MQTT-3.8.4-5], [MQTT-3.9.3-1], [MQTT-3.9.3-2]
    auto p = joined(version);
    std::size_t id = 0;
    for (const auto& [name, granted] : {std::pair{"/a", 2U}, {"/b", 1U}, {"/c", 2U}}) {
      ++id;
      exchange(p, wire::publish(t + name, "x", 2, id), wire::pubrec(id));
      c.expect_bytes(wire::publish(t + name, "x", granted, id));
    }
  }
}

BOOST_AUTO_TEST_CASE(MQTT311_3_8_4_6_the_lower_qos) {
  for (const auto version : v3_versions)
    for (unsigned granted = 0; granted <= 2; ++granted)
      for (unsigned published = 0; published <= 2; ++published) {
        const auto t = unique("t");
        auto s = joined(version);
        exchange(s, wire::subscribe(1, {{t, granted}}), wire::suback(1, {granted}));
        auto p = joined(version);
        p.send_bytes(wire::publish(t, "x", published, 1));
        s.expect_bytes(wire::publish(t, "x", std::min(granted, published), 1));
      }
}

BOOST_AUTO_TEST_CASE(MQTT311_3_8_4_3_a_repeated_subscription) {
  for (const auto version : v3_versions) {
    const auto t = unique("t");
    auto p = joined(version);
    exchange(p, wire::with(wire::publish(t, "kept", 1, 1), wire::retain), wire::puback(1));
    auto s = joined(version);
    exchange(s, wire::subscribe(1, {{t, 2}}),
             wire::suback(1, {2}) + wire::with(wire::publish(t, "kept", 1, 1), wire::retain));
    s.send_bytes(wire::puback(1));
    exchange(s, wire::subscribe(2, {{t, 0}}),
             wire::suback(2, {0}) +
                 wire::with(wire::publish(t, "kept"), wire::retain)); // again, at the new QoS
    exchange(p, wire::publish(t, "live", 2, 2), wire::pubrec(2));
    s.expect_bytes(wire::publish(t, "live")); // once: it replaces
    expect_only_fence(s, t);
  }
}

BOOST_AUTO_TEST_CASE(MQTT311_3_8_4_4_the_same_filter_twice_in_one_packet) {
  for (const auto version : v3_versions) {
    const auto t = unique("t");
    auto p = joined(version);
    exchange(p, wire::with(wire::publish(t, "kept", 1, 1), wire::retain), wire::puback(1));
    auto s = joined(version);
    const auto copy = wire::with(wire::publish(t, "kept"), wire::retain);
    exchange(s, wire::subscribe(1, {{t, 0}, {t, 0}}), wire::suback(1, {0, 0}) + copy + copy);
    expect_only_fence(s, t);
  }
}

BOOST_AUTO_TEST_CASE(the_flow_goes_on_while_a_subscription_is_replaced) {
  constexpr std::size_t messages = 300;
  const auto t = unique("t");
  auto s = joined(v311);
  exchange(s, wire::subscribe(1, {{t, 0}}), wire::suback(1, {0}));
  auto p = joined(v311);
  for (std::size_t i = 1; i <= messages; ++i) {
    p.send_bytes(wire::publish(t, std::to_string(i)));
    if (i % 10 == 0)
      s.send_bytes(wire::subscribe(i, {{t, 0}}));
  }
  std::size_t got = 0;
  for (std::size_t answers = 0; got < messages || answers < messages / 10;) {
    const auto packet = s.next();
    if (const auto* m = std::get_if<troupe::mqtt::publish>(&packet))
      BOOST_TEST_REQUIRE(m->payload == std::to_string(++got)); // none is missing
    else
      ++answers;
  }
}

BOOST_AUTO_TEST_CASE(MQTT311_3_3_1_6_retained_messages_of_each_topic) {
  for (const auto version : v3_versions) {
    const auto t = unique("t");
    auto p = joined(version);
    for (const char* name : {"/a", "/b"})
      for (const char* payload : {"old", "new"})
        exchange(p, wire::with(wire::publish(t + name, payload, 1, 1), wire::retain), wire::puback(1));
    auto s = joined(version);
    exchange(s, wire::subscribe(1, {{t + "/+", 0}}), wire::suback(1, {0}));
    const auto first = s.expect<troupe::mqtt::publish>(), second = s.expect<troupe::mqtt::publish>();
    BOOST_TEST((first.retain && second.retain)); // [MQTT-3.3.1-8]
    BOOST_TEST((first.payload == "new" && second.payload == "new"));
    BOOST_TEST(first.topic != second.topic);
    expect_only_fence(s, t + "/a");
  }
}

BOOST_AUTO_TEST_CASE(MQTT311_3_3_1_7_a_retained_qos_0_message_replaces) {
  for (const auto version : v3_versions) {
    const auto t = unique("t");
    auto p = joined(version);
    exchange(p, wire::with(wire::publish(t, "old", 1, 1), wire::retain), wire::puback(1));
    exchange(p, wire::with(wire::publish(t, "new"), wire::retain) + wire::pingreq(), wire::pingresp());
    auto s = joined(version);
    exchange(s, wire::subscribe(1, {{t, 2}}),
             wire::suback(1, {2}) + wire::with(wire::publish(t, "new"), wire::retain));
    expect_quiet(s);
  }
}

BOOST_AUTO_TEST_CASE(MQTT311_3_3_1_9_retain_is_cleared_for_established_subscriptions) {
  for (const auto version : v3_versions) {
    const auto t = unique("t");
    auto s = joined(version);
    exchange(s, wire::subscribe(1, {{t, 1}}), wire::suback(1, {1}));
    auto p = joined(version);
    exchange(p, wire::with(wire::publish(t, "x", 1, 1), wire::retain), wire::puback(1));
    s.expect_bytes(wire::publish(t, "x", 1, 1));
    exchange(p, wire::with(wire::publish(t, "", 1, 2), wire::retain), wire::puback(2)); // [MQTT-3.3.1-10]
    s.expect_bytes(wire::publish(t, "", 1, 2));
    auto late = joined(version);
    exchange(late, wire::subscribe(1, {{t, 1}}), wire::suback(1, {1})); // [MQTT-3.3.1-11]
    expect_quiet(late);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(v3_unsubscribe, *boost::unit_test::fixture<default_broker>())

BOOST_AUTO_TEST_CASE(MQTT311_3_10_1_1_flags_of_unsubscribe) {
  for (const unsigned first : {0xA0U, 0xA1U, 0xA3U, 0xA4U, 0xA6U, 0xAFU})
    expect_end_after(v311, wire::packet(first, wire::u16(1) + wire::text("a")));
}

BOOST_AUTO_TEST_CASE(MQTT311_3_10_3_2_no_filter) {
  for (const auto version : v3_versions)
    expect_end_after(version, wire::unsubscribe(1, {}));
}

BOOST_AUTO_TEST_CASE(MQTT311_3_10_4_1_only_an_equal_filter_is_deleted) {
  for (const auto version : v3_versions) {
    const auto t = unique("t");
    auto s = joined(version);
    exchange(s, wire::subscribe(1, {{t + "/+", 0}, {t + "/#", 0}, {t + "/a", 0}}),
             wire::suback(1, {0, 0, 0}));
    // [MQTT-3.10.4-4], [MQTT-3.10.4-5]: answered, although none is equal
    for (const auto& other :
         {t + "/b", t + "/A", t + "/+/", t + "/a/", t + "/", t, std::string{"#"}, std::string{"+/#"}})
      exchange(s, wire::unsubscribe(2, {other}), wire::unsuback(2));
    exchange(s, wire::unsubscribe(3, {t + "/#"}), wire::unsuback(3));
    auto p = joined(version);
    p.send_bytes(wire::publish(t + "/x/y", "only # matches") + wire::publish(t + "/a", "x"));
    s.expect_bytes(wire::publish(t + "/a", "x"));
    exchange(s, wire::unsubscribe(4, {t + "/a"}), wire::unsuback(4));
    p.send_bytes(wire::publish(t + "/a", "y"));
    s.expect_bytes(wire::publish(t + "/a", "y")); // still by t/+
    exchange(s, wire::unsubscribe(5, {t + "/+"}), wire::unsuback(5));
    exchange(s, wire::subscribe(6, {{t, 0}}), wire::suback(6, {0}));
    p.send_bytes(wire::publish(t + "/a", "no more")); // [MQTT-3.10.4-2]
    p.send_bytes(wire::publish(t, "the end"));
    s.expect_bytes(wire::publish(t, "the end"));
  }
}

BOOST_AUTO_TEST_CASE(MQTT311_3_10_4_3_deliveries_that_have_begun_are_completed) {
  for (const auto version : v3_versions) {
    const auto id = unique("t");
    auto s = joined(version, id, 0);
    exchange(s, wire::subscribe(1, {{id, 2}}), wire::suback(1, {2}));
    auto p = joined(version);
    exchange(p, wire::publish(id, "one", 1, 1), wire::puback(1));
    exchange(p, wire::publish(id, "two", 2, 2), wire::pubrec(2));
    s.expect_bytes(wire::publish(id, "one", 1, 1) + wire::publish(id, "two", 2, 2));
    exchange(s, wire::unsubscribe(2, {id}), wire::unsuback(2));
    exchange(s, wire::pubrec(2), wire::pubrel(2));
    s.socket().abort();
    s = joined(version, id, 0, {}, true); // also on another connection
    s.expect_bytes(wire::with(wire::publish(id, "one", 1, 1), wire::dup) + wire::pubrel(2));
    s.send_bytes(wire::puback(1) + wire::pubcomp(2));
    expect_quiet(s);
    s.socket().abort();
    s = joined(version, id, 0, {}, true);
    expect_quiet(s);
  }
}

BOOST_AUTO_TEST_CASE(MQTT311_3_10_4_6_several_filters_in_one_packet) {
  for (const auto version : v3_versions) {
    const auto t = unique("t");
    auto s = joined(version);
    exchange(s, wire::subscribe(1, {{t + "/a", 0}, {t + "/b", 0}, {t + "/c", 0}}),
             wire::suback(1, {0, 0, 0}));
    exchange(s, wire::unsubscribe(2, {t + "/a", t + "/unknown", t + "/c", t + "/a"}), wire::unsuback(2));
    auto p = joined(version);
    for (const char* name : {"/a", "/c", "/b"})
      p.send_bytes(wire::publish(t + name, "x"));
    s.expect_bytes(wire::publish(t + "/b", "x"));
    expect_quiet(s);
  }
}

BOOST_AUTO_TEST_SUITE_END()
