// SUBSCRIBE, SUBACK, UNSUBSCRIBE and UNSUBACK of MQTT 5.0, statement by statement: sections 3.8 to 3.11.
#include "protocol/raw5.hpp"

#include <map>

using namespace troupe::test;
namespace mqtt = troupe::mqtt;
using mqtt::reason_code;

BOOST_AUTO_TEST_SUITE(subscribe5, *boost::unit_test::fixture<default_broker>())

BOOST_AUTO_TEST_CASE(MQTT_3_8_1_1_flags_of_subscribe) {
  for (const char* first : {"80", "81", "83", "84", "86", "8A", "8F"})
    expect_ended(std::string{first} + " * 0001 () <a> 00", reason_code::malformed_packet);
}

BOOST_AUTO_TEST_CASE(MQTT_3_8_3_1_filters_in_utf8) {
  expect_ended("82 * 0001 () 0001 FE 00", reason_code::malformed_packet);
  expect_ended("82 * 0001 () <a> 00 0002 C0AF 00", reason_code::malformed_packet);
}

BOOST_AUTO_TEST_CASE(MQTT_3_8_3_2_a_subscribe_without_filters) {
  expect_ended("82 * 0001 ()", reason_code::protocol_error);
  expect_ended("82 * 0001 () <a>", reason_code::malformed_packet); // and no options
}

BOOST_AUTO_TEST_CASE(MQTT_3_8_3_3_no_local_is_for_each_subscription) {
  auto c = client();
  const auto t = unique("t");
  c.subscribe(t + "/a", {.level = qos1, .no_local = true});
  c.subscribe(t + "/b", {.level = qos1});
  c.publish(t + "/a", "mine", qos1);
  c.publish(t + "/b", "mine", qos1);
  BOOST_TEST(brief(c.expect_message()) == t + "/b mine 1");
  c.expect_nothing();
  c.subscribe(t + "/+", {.level = qos0}); // another one of the same client wants it
  c.publish(t + "/a", "again", qos1);
  BOOST_TEST(brief(c.expect_message()) == t + "/a again 0");
  c.expect_nothing();
}

BOOST_AUTO_TEST_CASE(MQTT_3_8_3_3_no_local_after_a_reconnect) {
  const auto id = unique("c");
  auto first = client(persistent(id));
  first.subscribe(id, {.level = qos1, .no_local = true});
  first.disconnect();
  auto c = client(persistent(id)); // another connection of the same client
  c.publish(id, "mine", qos1);
  c.expect_nothing();
}

BOOST_AUTO_TEST_CASE(MQTT_3_8_3_5_reserved_bits_of_the_options) {
  for (const char* options : {"40", "80", "C0", "41"})
    expect_ended(std::string{"82 * 0001 () <a> "} + options, reason_code::malformed_packet);
  expect_ended("82 * 0001 () <a> 03", reason_code::protocol_error);
  expect_ended("82 * 0001 () <a> 30", reason_code::protocol_error);
}

BOOST_AUTO_TEST_CASE(MQTT_3_8_4_1_every_subscribe_is_answered) {
  auto c = client();
  for (int i = 1; i <= 20; ++i)
    c.send(mqtt::subscribe{std::uint16_t(i), {}, {{"subscribe5/x", {qos1}}}});
  for (int i = 1; i <= 20; ++i) {
    const auto answer = c.expect_suback();
    BOOST_TEST(answer.packet_id == i);
    BOOST_TEST(reasons(answer) == "01");
  }
}

BOOST_AUTO_TEST_CASE(MQTT_3_8_4_4_no_message_is_lost_by_replacing_a_subscription) {
  auto c = client();
  const auto t = unique("t");
  c.subscribe(t, qos1);
  auto p = client();
  std::string bytes;
  for (std::uint16_t i = 1; i <= 200; ++i)
    bytes += encoded(mqtt::publish{t, std::to_string(i), {}, i, qos1, false, false}, v5);
  p.send_bytes(bytes);
  for (std::uint16_t i = 1; i <= 50; ++i) // meanwhile
    c.send(mqtt::subscribe{i, {}, {{t, {.level = i % 2 == 0 ? qos1 : qos0}}}});
  std::map<std::string, int> seen;
  int answers = 0;
  while (answers < 50 || seen.size() < 200) {
    const auto one = c.next();
    if (const auto* m = std::get_if<mqtt::publish>(&one)) {
      ++seen[std::string{m->payload}];
      if (m->level == qos1)
        c.send_ack(packet_type::puback, m->packet_id);
    } else {
      ++answers;
    }
  }
  for (const auto& [payload, times] : seen)
    BOOST_TEST(times == 1, payload);
}

BOOST_AUTO_TEST_CASE(MQTT_3_8_4_5_retain_handling_of_the_same_filter_twice) {
  const auto t = unique("t");
  client().publish(t, "kept", qos1, true);
  struct handling {
    std::uint8_t first, second;
    int copies;
  };
  for (const auto& [first, second, copies] :
       {handling{0, 0, 2}, {0, 1, 1}, {0, 2, 1}, {1, 0, 2}, {1, 1, 1}, {2, 1, 0}}) {
    BOOST_TEST_CONTEXT(int{first} << " and " << int{second}) {
      auto c = client();
      c.send(mqtt::subscribe{9, {}, {{t, {.retain_handling = first}}, {t, {.retain_handling = second}}}});
      BOOST_TEST(reasons(c.expect_suback()) == "00 00");
      for (int i = 0; i < copies; ++i)
        BOOST_TEST(brief(c.expect_message()) == t + " kept 0 retain");
      c.expect_nothing();
    }
  }
}

BOOST_AUTO_TEST_CASE(MQTT_3_8_4_5_many_filters_are_as_many_subscribes) {
  const auto t = unique("t");
  auto p = client();
  p.publish(t + "/1", "one", qos1, true);
  p.publish(t + "/2", "two", qos1, true);
  auto c = client();
  const std::string a = t + "/1", b = t + "/2";
  c.send(mqtt::subscribe{9, {}, {{a, {qos0}}, {b, {qos1}}, {a, {qos2}}}});
  BOOST_TEST(reasons(c.expect_suback()) == "00 01 02");
  std::map<std::string, int> retained;
  for (int i = 0; i < 3; ++i)
    ++retained[std::string{c.expect_message().payload}];
  BOOST_TEST(retained["one"] == 2); // for each of its subscriptions, also the one that is replaced
  BOOST_TEST(retained["two"] == 1);
  p.publish(a, "live", qos2);
  BOOST_TEST(brief(c.expect_message()) == a + " live 2"); // the last one counts
  c.expect_nothing();
}

BOOST_AUTO_TEST_CASE(MQTT_3_8_4_7_granted_or_failed) {
  auto c = client();
  c.send_bytes(packet_bytes("82 * 0003 () <subscribe5/q> 02 <a/#/b> 01 <subscribe5/r> 00 <$share/g+/t> 01"));
  BOOST_TEST(reasons(c.expect_suback()) == "02 8f 00 8f"); // in order [MQTT-3.9.3-1]
}

BOOST_AUTO_TEST_CASE(thousand_filters_in_one_packet) {
  auto c = client();
  const auto t = unique("t");
  std::vector<std::string> filters;
  for (int i = 0; i < 1000; ++i)
    filters.push_back(t + "/" + std::to_string(i));
  mqtt::subscribe s{1, {}, {}};
  mqtt::unsubscribe u{2, {}, {}};
  for (const auto& f : filters) {
    s.entries.push_back({f, {qos1}});
    u.filters.push_back(f);
  }
  c.send(s);
  const auto granted = c.expect_suback();
  BOOST_TEST(granted.reasons.size() == 1000U);
  BOOST_TEST((granted.reasons == std::vector<reason_code>(1000, reason_code::granted_qos1)));
  c.publish(t + "/999", "last", qos1);
  BOOST_TEST(c.expect_message().payload == "last");
  c.send(u);
  BOOST_TEST((c.expect_suback(packet_type::unsuback).reasons ==
              std::vector<reason_code>(1000, reason_code::success)));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(unsubscribe5, *boost::unit_test::fixture<default_broker>())

BOOST_AUTO_TEST_CASE(MQTT_3_10_1_1_flags_of_unsubscribe) {
  for (const char* first : {"A0", "A1", "A3", "A4", "A6", "AA", "AF"})
    expect_ended(std::string{first} + " * 0001 () <a>", reason_code::malformed_packet);
}

BOOST_AUTO_TEST_CASE(MQTT_3_10_3_1_filters_in_utf8) {
  expect_ended("A2 * 0001 () <a> 0001 FF", reason_code::malformed_packet);
}

BOOST_AUTO_TEST_CASE(MQTT_3_10_3_2_an_unsubscribe_without_filters) {
  expect_ended("A2 * 0001 ()", reason_code::protocol_error);
  expect_ended("A2 02 0001", reason_code::malformed_packet);
}

BOOST_AUTO_TEST_CASE(MQTT_3_10_4_1_filters_are_compared_character_by_character) {
  auto c = client();
  const auto t = unique("t");
  c.subscribe(t + "/+", qos0);
  BOOST_TEST(reasons(c.unsubscribe(t + "/x")) == "11");
  BOOST_TEST(reasons(c.unsubscribe(t + "/#")) == "11");
  BOOST_TEST(reasons(c.unsubscribe(t + "/+/")) == "11");
  std::string other = t;
  other[0] = static_cast<char>(other[0] ^ 0x20);
  BOOST_TEST(reasons(c.unsubscribe(other + "/+")) == "11");
  c.publish(t + "/x", "still", qos0);
  BOOST_TEST(c.expect_message().payload == "still");
  BOOST_TEST(reasons(c.unsubscribe(t + "/+")) == "00");
  c.publish(t + "/x", "gone", qos0);
  c.expect_nothing();
}

BOOST_AUTO_TEST_CASE(MQTT_3_10_4_2_no_new_messages) {
  auto c = client();
  const auto t = unique("t");
  c.subscribe(t, qos2);
  c.unsubscribe(t);
  auto p = client();
  for (const auto level : all_qos)
    p.publish(t, "x", level);
  c.expect_nothing();
  BOOST_TEST(p.publish(t, "x", qos1) == reason_code::no_matching_subscribers);
}

BOOST_AUTO_TEST_CASE(MQTT_3_10_4_3_what_has_begun_is_completed) {
  const auto id = unique("c");
  auto p = client();
  std::uint16_t one = 0, two = 0;
  {
    auto c = client(persistent(id));
    c.subscribe(id, qos2);
    p.publish(id, "one", qos1);
    p.publish(id, "two", qos2);
    one = c.expect<mqtt::publish>().packet_id;
    two = c.expect<mqtt::publish>().packet_id;
    c.unsubscribe(id);
    c.send_ack(packet_type::pubrec, two);
    c.expect_ack(packet_type::pubrel, two);
    c.socket().abort();
  }
  auto c = client(persistent(id)); // even so
  const auto again = c.expect<mqtt::publish>();
  BOOST_TEST(again.packet_id == one);
  BOOST_TEST(again.payload == "one");
  c.expect_ack(packet_type::pubrel, two);
  c.send_ack(packet_type::puback, one);
  c.send_ack(packet_type::pubcomp, two);
  c.expect_nothing();
}

BOOST_AUTO_TEST_CASE(MQTT_3_10_4_4_every_unsubscribe_is_answered) {
  auto c = client();
  c.send_bytes(packet_bytes("A2 * 1234 () <subscribe5/never>"));
  c.expect_bytes(packet_bytes("B0 * 1234 () 11")); // [MQTT-3.10.4-5]
}

BOOST_AUTO_TEST_CASE(MQTT_3_10_4_6_many_filters_are_as_many_unsubscribes) {
  auto c = client();
  c.send_bytes(packet_bytes("82 * 0001 () <unsubscribe5/a> 00 <unsubscribe5/b> 00"));
  c.expect_bytes(packet_bytes("90 * 0001 () 00 00"));
  c.send_bytes(
      packet_bytes("A2 * 0002 () <unsubscribe5/x> <unsubscribe5/b> <unsubscribe5/b> <unsubscribe5/a>"));
  c.expect_bytes(packet_bytes("B0 * 0002 () 11 00 11 00")); // in order [MQTT-3.11.3-1]
}

BOOST_AUTO_TEST_CASE(MQTT_3_11_3_2_reasons_of_unsuback) {
  auto c = client();
  for (const char* filter : {"a/#/b", "a+", "$share/g", "$share/g/a"}) {
    const auto text = reasons(c.unsubscribe(filter)); // whatever is asked, a reason that UNSUBACK has
    BOOST_TEST((text == "11" || text == "8f"), text);
  }
}

BOOST_AUTO_TEST_SUITE_END()
