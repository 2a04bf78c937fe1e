// PUBLISH and its acknowledgements: sections 3.3 to 3.7, 4.3, 4.5 and 4.6.
#include "protocol/fixture.hpp"

#include <map>
#include <set>

namespace {

using namespace troupe;
using namespace troupe::test;

struct few_awaiting_broker : suite_broker {
  few_awaiting_broker() : suite_broker("zone.external.await_rel_timeout = 1s\n") {}
};

mqtt::publish message(std::string_view topic, std::string_view payload, std::uint16_t id, qos level,
                      bool dup = false) {
  return {topic, payload, {}, id, level, dup, false};
}

// Whether an identifier whose PUBREL never comes is forgotten: the broker routes it again once its time is
// over, which is after now.
bool forgets_in_time() {
  const auto topic = unique("t");
  auto s = client();
  s.subscribe(topic, qos0);
  auto c = client(v311);
  c.send(message(topic, "first", 3, qos2));
  c.expect_ack(packet_type::pubrec, 3);
  BOOST_TEST(s.expect_message().payload == "first");
  return eventually([&] {
    c.send(message(topic, "second", 3, qos2));
    c.expect_ack(packet_type::pubrec, 3);
    c.publish(topic, "fence");
    return s.expect_message().payload == "second";
  });
}

} // namespace

BOOST_AUTO_TEST_SUITE(publish_qos0, *boost::unit_test::fixture<default_broker>())

BOOST_AUTO_TEST_CASE(MQTT_4_3_1_1_bytes_of_a_delivery) {
  auto s = client(connect_options{.client_id = "q0-bytes"}, v311);
  s.subscribe("q0/bytes", qos0);
  auto p = client(v311);
  p.send_bytes(hex("30 0D 0008 'q0/bytes' 'abc'"));
  s.expect_bytes(hex("30 0D 0008 'q0/bytes' 'abc'"));
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_2_3_between_all_versions) {
  for (const auto from : all_versions)
    for (const auto to : all_versions)
      for (const auto level : all_qos) {
        const auto topic = unique("t");
        auto s = client(to);
        s.subscribe(topic, qos2);
        auto p = client(from);
        p.publish(topic, "payload", level);
        BOOST_TEST(brief(s.expect_message()) ==
                   topic + " payload " + std::to_string(static_cast<int>(level)));
      }
}

BOOST_AUTO_TEST_CASE(MQTT_3_8_4_8_qos_is_the_lower_of_both) {
  for (const auto published : all_qos)
    for (const auto granted : all_qos) {
      const auto topic = unique("t");
      auto s = client();
      s.subscribe(topic, granted);
      auto p = client();
      p.publish(topic, "x", published);
      BOOST_TEST(s.expect_message().level == std::min(published, granted));
    }
}

BOOST_AUTO_TEST_CASE(payloads_of_many_sizes) {
  const auto topic = unique("t");
  auto s = client();
  s.subscribe(topic, qos0);
  auto p = client();
  for (const std::size_t size : {0, 1, 100, 127, 128, 129, 16'383, 16'384, 65'536, 300'000, 1'000'000}) {
    std::string payload(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
      payload[i] = static_cast<char>(i * 7 + size);
    p.publish(topic, payload);
    BOOST_TEST((s.expect_message().payload == payload), size << " bytes differ");
  }
}

BOOST_AUTO_TEST_CASE(publisher_may_be_its_own_subscriber) {
  for (const auto version : all_versions) {
    const auto topic = unique("t");
    auto c = client(version);
    c.subscribe(topic, qos2);
    for (const auto level : all_qos) {
      c.publish(topic, "mine", level);
      BOOST_TEST(c.expect_message().payload == "mine");
    }
  }
}

BOOST_AUTO_TEST_CASE(MQTT_4_6_0_6_order_per_publisher) {
  const auto topic = unique("t");
  auto s = client();
  s.subscribe(topic, qos0);
  auto p = client();
  for (int i = 0; i < 2000; ++i)
    p.publish(topic, std::to_string(i));
  for (int i = 0; i < 2000; ++i)
    BOOST_TEST_REQUIRE(s.expect_message().payload == std::to_string(i));
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_1_2_dup_with_qos_0) {
  auto c = client();
  c.send_bytes(hex("38 05 0001 'a' 00 'x'"));
  c.expect_disconnect(reason_code::malformed_packet);
}

BOOST_AUTO_TEST_CASE(fan_out_to_many_subscribers) {
  const auto topic = unique("t");
  std::vector<mqtt_client> subscribers;
  for (int i = 0; i < 100; ++i) {
    subscribers.push_back(client(all_versions[static_cast<std::size_t>(i) % 3]));
    subscribers.back().subscribe(topic, all_qos[static_cast<std::size_t>(i) % 2]);
  }
  auto p = client();
  p.publish(topic, "to all", qos1);
  for (auto& s : subscribers)
    BOOST_TEST(s.expect_message().payload == "to all");
  for (auto& s : subscribers)
    s.expect_nothing();
}

// More sessions than a shard sends to in one turn: what comes while they take turns joins their batches.
BOOST_AUTO_TEST_CASE(wide_fan_out_in_order) {
  const auto topic = unique("t");
  std::vector<mqtt_client> subscribers;
  for (int i = 0; i < 600; ++i) {
    subscribers.push_back(client());
    subscribers.back().subscribe(topic, all_qos[static_cast<std::size_t>(i) % 2]);
  }
  auto p = client();
  constexpr int messages = 40;
  for (int i = 0; i < messages; ++i)
    p.publish(topic, std::to_string(i), qos1);
  for (auto& s : subscribers)
    for (int i = 0; i < messages; ++i)
      BOOST_REQUIRE_EQUAL(s.expect_message().payload, std::to_string(i));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(publish_qos1, *boost::unit_test::fixture<default_broker>())

BOOST_AUTO_TEST_CASE(MQTT_4_3_2_4_puback_bytes) {
  auto c = client(v311);
  c.send_bytes(hex("32 06 0001 'a' 1234 'x'"));
  c.expect_bytes(hex("40 02 1234"));
}

BOOST_AUTO_TEST_CASE(puback_says_when_nobody_subscribes) {
  auto p = client();
  const auto topic = unique("t");
  BOOST_TEST(p.publish(topic, "x", qos1) == reason_code::no_matching_subscribers);
  auto s = client();
  s.subscribe(topic, qos0);
  BOOST_TEST(p.publish(topic, "x", qos1) == reason_code::success);
}

BOOST_AUTO_TEST_CASE(MQTT_2_2_1_5_all_packet_identifiers) {
  auto p = client(v311);
  for (const std::uint16_t id : {1, 2, 255, 256, 32767, 32768, 65535}) {
    p.send(message("ids", "x", id, qos1));
    p.expect_ack(packet_type::puback, id);
  }
}

BOOST_AUTO_TEST_CASE(MQTT_4_6_0_2_pubacks_in_order) {
  auto p = client();
  const auto topic = unique("t");
  std::string bytes;
  for (std::uint16_t id = 1; id <= 500; ++id)
    bytes += encoded(message(topic, "x", id, qos1), v5);
  p.send_bytes(bytes);
  for (std::uint16_t id = 1; id <= 500; ++id)
    p.expect_ack(packet_type::puback, id);
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_1_3_dup_is_not_passed_on) {
  const auto topic = unique("t");
  auto s = client();
  s.subscribe(topic, qos1);
  auto p = client();
  p.send(message(topic, "again", 7, qos1, true));
  p.expect_ack(packet_type::puback, 7);
  BOOST_TEST(brief(s.expect_message()) == topic + " again 1"); // no dup
}

BOOST_AUTO_TEST_CASE(MQTT_4_3_2_5_a_repeated_qos_1_message_is_delivered_again) {
  const auto topic = unique("t");
  auto s = client();
  s.subscribe(topic, qos1);
  auto p = client();
  for (int i = 0; i < 2; ++i) {
    p.send(message(topic, "twice", 7, qos1, i == 1));
    p.expect_ack(packet_type::puback, 7);
    BOOST_TEST(s.expect_message().payload == "twice");
  }
}

BOOST_AUTO_TEST_CASE(MQTT_2_2_1_4_identifiers_in_use_are_unique) {
  const auto topic = unique("t");
  auto s = client();
  s.subscribe(topic, qos2);
  auto p = client();
  for (int i = 0; i < 30; ++i)
    p.publish(topic, std::to_string(i), i % 2 == 0 ? qos1 : qos2);
  std::set<std::uint16_t> ids;
  for (int i = 0; i < 30; ++i) {
    const auto m = s.expect<mqtt::publish>();
    BOOST_TEST(m.payload == std::to_string(i));
    BOOST_TEST(m.packet_id != 0);
    ids.insert(m.packet_id);
  }
  BOOST_TEST(ids.size() == 30u);
}

BOOST_AUTO_TEST_CASE(unknown_puback_is_ignored) {
  auto c = client();
  c.send_ack(packet_type::puback, 99);
  c.expect_nothing();
}

BOOST_AUTO_TEST_CASE(MQTT_2_2_1_3_packet_identifier_0) {
  auto c = client();
  c.send_bytes(hex("32 06 0001 'a' 0000 00"));
  c.expect_disconnect(reason_code::protocol_error);
}

BOOST_AUTO_TEST_CASE(puback_with_an_error_ends_the_delivery) {
  const auto topic = unique("t");
  auto s = client();
  s.subscribe(topic, qos1);
  auto p = client();
  p.publish(topic, "bad", qos1);
  s.send_ack(packet_type::puback, s.expect<mqtt::publish>().packet_id, reason_code::quota_exceeded);
  s.expect_nothing();
  p.publish(topic, "next", qos1);
  BOOST_TEST(s.expect_message().payload == "next");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(publish_qos2, *boost::unit_test::fixture<default_broker>())

BOOST_AUTO_TEST_CASE(MQTT_4_3_3_8_pubrec_and_pubcomp_bytes) {
  auto c = client(v311);
  c.send_bytes(hex("34 06 0001 'a' 4321 'x'"));
  c.expect_bytes(hex("50 02 4321"));
  c.send_bytes(hex("62 02 4321"));
  c.expect_bytes(hex("70 02 4321"));
}

BOOST_AUTO_TEST_CASE(MQTT_4_3_3_10_a_repeated_identifier_is_not_routed_again) {
  for (const auto version : all_versions) {
    const auto topic = unique("t");
    auto s = client();
    s.subscribe(topic, qos2);
    auto p = client(version);
    p.send(message(topic, "once", 5, qos2));
    p.expect_ack(packet_type::pubrec, 5);
    p.send(message(topic, "once", 5, qos2, true));
    p.expect_ack(packet_type::pubrec, 5);
    p.send_ack(packet_type::pubrel, 5);
    p.expect_ack(packet_type::pubcomp, 5);
    BOOST_TEST(s.expect_message().payload == "once");
    expect_fence(s, p, topic);
  }
}

BOOST_AUTO_TEST_CASE(MQTT_4_3_3_12_an_identifier_is_free_after_pubrel) {
  const auto topic = unique("t");
  auto s = client();
  s.subscribe(topic, qos2);
  auto p = client();
  for (const char* payload : {"first", "second"}) {
    p.send(message(topic, payload, 5, qos2));
    p.expect_ack(packet_type::pubrec, 5);
    p.send_ack(packet_type::pubrel, 5);
    BOOST_TEST(p.expect_ack(packet_type::pubcomp, 5).reason == reason_code::success);
    BOOST_TEST(s.expect_message().payload == payload);
  }
}

BOOST_AUTO_TEST_CASE(MQTT_4_3_3_10_qos_2_state_survives_the_connection) {
  for (const auto version : all_versions) {
    const auto topic = unique("t");
    const auto id = unique("p");
    auto s = client();
    s.subscribe(topic, qos2);
    {
      auto p = client(persistent(id, version), version);
      p.send(message(topic, "once", 9, qos2));
      p.expect_ack(packet_type::pubrec, 9);
      p.socket().abort();
    }
    auto p = client(persistent(id, version), version);
    p.send(message(topic, "once", 9, qos2, true));
    p.expect_ack(packet_type::pubrec, 9);
    p.send_ack(packet_type::pubrel, 9);
    p.expect_ack(packet_type::pubcomp, 9);
    BOOST_TEST(s.expect_message().payload == "once");
    expect_fence(s, p, topic);
  }
}

BOOST_AUTO_TEST_CASE(unknown_pubrel) {
  auto c = client();
  c.send_ack(packet_type::pubrel, 77);
  BOOST_TEST(c.expect_ack(packet_type::pubcomp, 77).reason == reason_code::packet_identifier_not_found);
  auto old = client(v311);
  old.send_ack(packet_type::pubrel, 77);
  old.expect_bytes(hex("70 02 004D"));
}

BOOST_AUTO_TEST_CASE(unknown_pubrec_and_pubcomp) {
  auto c = client();
  c.send_ack(packet_type::pubrec, 78);
  BOOST_TEST(c.expect_ack(packet_type::pubrel, 78).reason == reason_code::packet_identifier_not_found);
  c.send_ack(packet_type::pubcomp, 79);
  c.expect_nothing();
}

BOOST_AUTO_TEST_CASE(pubrec_says_when_nobody_subscribes) {
  auto c = client();
  BOOST_TEST(c.publish(unique("t"), "x", qos2) == reason_code::no_matching_subscribers);
}

BOOST_AUTO_TEST_CASE(MQTT_4_3_3_4_pubrec_with_an_error_ends_the_delivery) {
  const auto topic = unique("t");
  auto s = client();
  s.subscribe(topic, qos2);
  auto p = client();
  p.publish(topic, "bad", qos2);
  s.send_ack(packet_type::pubrec, s.expect<mqtt::publish>().packet_id, reason_code::payload_format_invalid);
  s.expect_nothing(); // no PUBREL
  p.publish(topic, "next", qos2);
  BOOST_TEST(s.expect_message().payload == "next");
}

BOOST_AUTO_TEST_CASE(MQTT_4_3_3_6_delivery_in_four_packets) {
  const auto topic = unique("t");
  auto s = client(v311);
  s.subscribe(topic, qos2);
  auto p = client();
  p.publish(topic, "x", qos2);
  const auto id = s.expect<mqtt::publish>().packet_id;
  s.expect_nothing(); // PUBREL only after PUBREC
  s.send_ack(packet_type::pubrec, id);
  s.expect_ack(packet_type::pubrel, id);
  s.send_ack(packet_type::pubrec, id); // repeated: answered again
  s.expect_ack(packet_type::pubrel, id);
  s.send_ack(packet_type::pubcomp, id);
  s.expect_nothing();
}

BOOST_AUTO_TEST_CASE(MQTT_4_6_0_3_pubrecs_and_messages_in_order) {
  const auto topic = unique("t");
  auto s = client();
  s.subscribe(topic, qos2);
  auto p = client();
  std::string bytes;
  for (std::uint16_t id = 1; id <= 30; ++id)
    bytes += encoded(message(topic, std::to_string(id), id, qos2), v5);
  p.send_bytes(bytes);
  bytes.clear();
  for (std::uint16_t id = 1; id <= 30; ++id) {
    p.expect_ack(packet_type::pubrec, id);
    bytes += encoded(mqtt::ack{packet_type::pubrel, id, {}, {}}, v5);
  }
  p.send_bytes(bytes);
  for (std::uint16_t id = 1; id <= 30; ++id)
    p.expect_ack(packet_type::pubcomp, id);
  std::vector<std::uint16_t> ids;
  for (int i = 1; i <= 30; ++i) {
    const auto m = s.expect<mqtt::publish>();
    BOOST_TEST(m.payload == std::to_string(i));
    ids.push_back(m.packet_id);
  }
  for (const auto id : ids)
    s.send_ack(packet_type::pubrec, id);
  for (const auto id : ids) // [MQTT-4.6.0-4]
    s.expect_ack(packet_type::pubrel, id);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(awaiting_rel, *boost::unit_test::fixture<few_awaiting_broker>())

BOOST_AUTO_TEST_CASE(an_identifier_whose_pubrel_never_comes_is_forgotten) { BOOST_TEST(forgets_in_time()); }

BOOST_AUTO_TEST_CASE(MQTT_4_3_3_10_a_client_may_be_away_for_longer) {
  const auto topic = unique("t");
  auto s = client();
  s.subscribe(topic, qos2);
  for (const auto version : {v311, v5}) {
    const auto id = unique("p");
    {
      auto p = client(persistent(id, version), version);
      p.send(message(topic, "once", 1, qos2));
      p.expect_ack(packet_type::pubrec, 1);
      p.socket().abort();
    }
    BOOST_TEST(s.expect_message().payload == "once");
    BOOST_TEST(forgets_in_time()); // for a client that stays
    mqtt_client p{port(), version};
    const mqtt::connect resume{.version = version, .keep_alive = 60, .client_id = id};
    p.send_bytes(encoded(resume, version) + encoded(message(topic, "once", 1, qos2, true), version));
    BOOST_TEST(p.expect<mqtt::connack>().session_present);
    p.expect_ack(packet_type::pubrec, 1);
    expect_fence(s, p, topic);
  }
}

BOOST_AUTO_TEST_SUITE_END()
