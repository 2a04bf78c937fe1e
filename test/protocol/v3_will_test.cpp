// Wills of MQTT 3.1.1 and 3.1: section 3.1.2.5 of 3.1.1.
#include "protocol/v3_fixture.hpp"

using namespace troupe::test;

namespace {

mqtt_client heir_of(std::string_view topic) {
  auto heir = joined(v311);
  exchange(heir, wire::subscribe(1, {{topic, 2}}), wire::suback(1, {2}));
  return heir;
}

/// What a subscription to `topic` begins with now, which is a retained message or nothing.
void expect_retained(std::string_view topic, std::string_view bytes) {
  auto s = joined(v311);
  exchange(s, wire::subscribe(1, {{topic, 0}}), wire::suback(1, {0}));
  s.expect_bytes(bytes);
  expect_quiet(s);
}

} // namespace

BOOST_AUTO_TEST_SUITE(v3_wills, *boost::unit_test::fixture<default_broker>())

BOOST_AUTO_TEST_CASE(MQTT311_3_1_2_8_each_end_without_disconnect) {
  const std::pair<const char*, void (*)(mqtt_client&)> ends[] = {
      {"reset", [](mqtt_client& c) { c.socket().abort(); }},
      {"end of the stream", [](mqtt_client& c) { c.socket().shut_down_sending(); }},
      {"a violation", [](mqtt_client& c) { c.send_bytes(hex("00 00")); }},
      {"a second CONNECT", [](mqtt_client& c) { c.send_bytes(wire::connect(c.version(), "c")); }},
      {"half a packet", [](mqtt_client& c) {
         c.send_bytes(hex("30 10 00"));
         c.socket().abort();
       }}};
  for (const auto version : v3_versions)
    for (const auto& [what, end] : ends)
      BOOST_TEST_CONTEXT(what) {
        const auto t = unique("t");
        auto heir = heir_of(t);
        auto c = joined(version, unique("c"), wire::clean | wire::will, will_fields(t, what));
        end(c);
        heir.expect_bytes(wire::publish(t, what));
        expect_only_fence(heir, t); // once
      }
}

BOOST_AUTO_TEST_CASE(a_connection_that_is_taken_over_has_its_will_published) {
  const auto t = unique("t"), id = unique("c");
  auto heir = heir_of(t);
  auto first = joined(v311, id, wire::clean | wire::will, will_fields(t, "first"));
  auto second = joined(v311, id, wire::clean | wire::will, will_fields(t, "second"));
  heir.expect_bytes(wire::publish(t, "first"));
  second.send_bytes(wire::disconnect());
  expect_only_fence(heir, t);
}

BOOST_AUTO_TEST_CASE(MQTT311_3_1_2_24_a_will_after_silence) {
  const auto t = unique("t");
  auto heir = heir_of(t);
  mqtt_client c{port(), v311};
  exchange(c, wire::connect(v311, unique("c"), wire::clean | wire::will, will_fields(t, "silent"), 1),
           wire::connack(false, 0));
  heir.expect_bytes(wire::publish(t, "silent")); // as if the network had failed
}

BOOST_AUTO_TEST_CASE(MQTT311_3_1_2_10_a_will_is_gone_once_published) {
  for (const auto version : v3_versions) {
    const auto t = unique("t"), id = unique("c");
    auto heir = heir_of(t);
    auto c = joined(version, id, wire::will, will_fields(t, "once"));
    c.socket().abort();
    heir.expect_bytes(wire::publish(t, "once"));
    c = joined(version, id, 0, {}, true); // the same session, now without a will
    c.socket().abort();
    c = joined(version, id, wire::will, will_fields(t, "never"), true);
    c.send_bytes(wire::disconnect()); // [MQTT-3.14.4-3]
    c.expect_closed();
    c = joined(version, id, 0, {}, true);
    c.socket().abort();
    joined(version, id, 0, {}, true); // the session has seen the end of the connection before
    expect_only_fence(heir, t);
  }
}

BOOST_AUTO_TEST_CASE(MQTT311_3_1_2_12_no_will_flag_no_will) {
  for (const auto version : v3_versions) {
    auto heir = heir_of("#");
    const auto id = unique("c");
    joined(version, id).socket().abort();
    joined(version, id);
    expect_only_fence(heir, unique("t"));
  }
}

BOOST_AUTO_TEST_CASE(MQTT311_3_14_4_3_disconnect_discards_the_will) {
  for (const auto version : v3_versions) {
    const auto t = unique("t");
    auto heir = heir_of(t);
    for (const unsigned flags : {0U, unsigned{wire::clean}}) {
      auto c = joined(version, unique("c"), flags | wire::will, will_fields(t, "no"));
      c.send_bytes(wire::disconnect());
      c.expect_closed();
    }
    expect_only_fence(heir, t);
  }
}

BOOST_AUTO_TEST_CASE(MQTT311_3_1_2_16_a_will_without_retain) {
  for (const auto version : v3_versions) {
    const auto t = unique("t");
    auto heir = heir_of(t);
    joined(version, unique("c"), wire::clean | wire::will, will_fields(t, "gone")).socket().abort();
    heir.expect_bytes(wire::publish(t, "gone"));
    expect_retained(t, "");
  }
}

BOOST_AUTO_TEST_CASE(MQTT311_3_1_2_17_a_will_with_retain) {
  for (const auto version : v3_versions) {
    const auto t = unique("t");
    auto heir = heir_of(t);
    joined(version, unique("c"), wire::clean | wire::will | wire::will_retain, will_fields(t, "gone"))
        .socket()
        .abort();
    heir.expect_bytes(wire::publish(t, "gone")); // it was established before [MQTT-3.3.1-9]
    expect_retained(t, wire::with(wire::publish(t, "gone"), wire::retain));
    // an empty one removes it
    joined(version, unique("c"), wire::clean | wire::will | wire::will_retain, will_fields(t, ""))
        .socket()
        .abort();
    heir.expect_bytes(wire::publish(t, ""));
    expect_retained(t, "");
  }
}

BOOST_AUTO_TEST_CASE(the_qos_of_a_will) {
  for (const auto version : v3_versions) {
    const auto t = unique("t");
    auto heir = heir_of(t);
    std::size_t id = 0;
    for (const unsigned qos : {0U, 1U, 2U}) {
      joined(version, unique("c"), wire::clean | wire::will | qos << 3, will_fields(t, "gone"))
          .socket()
          .abort();
      heir.expect_bytes(wire::publish(t, "gone", qos, qos == 0 ? 0 : ++id));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
