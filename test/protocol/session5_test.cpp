// Session state, message receipt, ordering and flow control of MQTT 5.0: sections 4.1, 4.5, 4.6 and 4.9.
#include "protocol/raw5.hpp"

#include <map>
#include <set>

using namespace troupe::test;
namespace mqtt = troupe::mqtt;
using mqtt::reason_code;

namespace {

struct wide_broker : suite_broker {
  wide_broker()
      : suite_broker("zone.external.max_inflight = 0\nzone.external.max_mqueue_len = 0\n"
                     "zone.external.max_mqueue_bytes = 0\n") {}
};

std::string numbered(std::string_view topic, int from, int to, qos level) {
  std::string bytes;
  for (int i = from; i < to; ++i)
    bytes += encoded(mqtt::publish{topic,
                                   std::to_string(i),
                                   {},
                                   std::uint16_t(level == qos0 ? 0 : i % 65535 + 1),
                                   level,
                                   false,
                                   false},
                     v5);
  return bytes;
}

} // namespace

BOOST_AUTO_TEST_SUITE(session_state5, *boost::unit_test::fixture<default_broker>())

BOOST_AUTO_TEST_CASE(MQTT_4_1_0_1_the_state_lasts_as_long_as_the_connection) {
  auto c = client(with({{property::session_expiry_interval, 1}})); // counts from the end of the connection
  const auto t = unique("t");
  c.subscribe(t, qos1);
  const auto begin = troupe::test::clock::now();
  BOOST_TEST(eventually([&] { return troupe::test::clock::now() - begin > milliseconds{1'500}; }));
  c.publish(t, "still here", qos1);
  BOOST_TEST(c.expect_message().payload == "still here");
}

BOOST_AUTO_TEST_CASE(MQTT_4_1_0_2_the_state_ends_when_its_time_is_over) {
  const auto id = unique("c");
  auto o = with({{property::session_expiry_interval, 1}});
  o.client_id = id;
  o.clean = false;
  auto first = client(o);
  first.subscribe(id, qos1);
  first.disconnect();
  const auto begin = troupe::test::clock::now();
  BOOST_TEST(eventually([&] { return troupe::test::clock::now() - begin > milliseconds{1'300}; }));
  auto p = client();
  BOOST_TEST(p.publish(id, "nobody", qos1) == reason_code::no_matching_subscribers);
  mqtt_client again{port(), v5};
  BOOST_TEST(!again.connect(o).session_present);
  again.expect_nothing();
}

BOOST_AUTO_TEST_CASE(a_session_of_expiry_0_ends_with_its_connection) {
  const auto id = unique("c");
  auto first = client(connect_options{.client_id = id, .clean = false});
  first.subscribe(id, qos1);
  first.disconnect();
  mqtt_client again{port(), v5};
  BOOST_TEST(!again.connect(persistent(id)).session_present);
  again.publish(id, "x", qos1);
  again.expect_nothing();
}

BOOST_AUTO_TEST_CASE(MQTT_4_5_0_1_every_matching_session_gets_the_message) {
  const auto t = unique("t");
  std::vector<mqtt_client> live;
  std::vector<std::string> away;
  for (int i = 0; i < 8; ++i) {
    live.push_back(client());
    live.back().subscribe(i % 2 == 0 ? t + "/#" : "+/" + t.substr(t.find('/') + 1) + "/x", qos2);
    away.push_back(unique("away"));
    auto c = client(persistent(away.back()));
    c.subscribe(t + "/x", qos1);
    c.disconnect();
  }
  auto p = client();
  p.publish(t + "/x", "m", qos2);
  for (auto& c : live)
    BOOST_TEST(brief(c.expect_message()) == t + "/x m 2");
  for (const auto& id : away) {
    auto c = client(persistent(id));
    BOOST_TEST(brief(c.expect_message()) == t + "/x m 1");
    c.expect_nothing();
  }
}

BOOST_AUTO_TEST_CASE(offline_queueing_of_each_qos) {
  const auto id = unique("c");
  auto c = client(persistent(id));
  c.subscribe(id + "/+", qos2);
  c.disconnect();
  auto p = client();
  for (const auto level : all_qos)
    p.publish(id + "/" + std::to_string(static_cast<int>(level)), "x", level);
  auto back = client(persistent(id));
  std::map<std::string, int> seen;
  for (const auto& one : back.until_pingresp())
    ++seen[brief(std::get<mqtt::publish>(one))];
  BOOST_TEST(seen[id + "/1 x 1"] == 1);
  BOOST_TEST(seen[id + "/2 x 2"] == 1);
  BOOST_TEST(seen.size() <= 3U); // QoS 0 is stored or not, as the zone says
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(ordering5, *boost::unit_test::fixture<wide_broker>())

BOOST_AUTO_TEST_CASE(MQTT_4_6_0_5_order_per_publisher_topic_and_qos) {
  const auto t = unique("t");
  std::vector<mqtt_client> subscribers;
  for (int i = 0; i < 4; ++i) {
    subscribers.push_back(client());
    subscribers.back().subscribe(i % 2 == 0 ? t + "/#" : t + "/+", qos2);
  }
  std::vector<mqtt_client> publishers;
  for (int i = 0; i < 3; ++i)
    publishers.push_back(client());
  for (int i = 0; i < 300; i += 30) // interleaved, each publisher with a topic and a QoS of its own
    for (std::size_t k = 0; k < 3; ++k) {
      publishers[k].send_bytes(numbered(t + "/" + std::to_string(k), i, i + 30, all_qos[k]));
      if (k != 2)
        continue;
      for (int n = i; n < i + 30; ++n)
        publishers[k].expect_ack(packet_type::pubrec, std::uint16_t(n + 1));
      for (int n = i; n < i + 30; ++n)
        publishers[k].send_ack(packet_type::pubrel, std::uint16_t(n + 1));
      for (int n = i; n < i + 30; ++n)
        publishers[k].expect_ack(packet_type::pubcomp, std::uint16_t(n + 1));
    }
  for (auto& s : subscribers) {
    std::map<std::string, int> next;
    for (int i = 0; i < 900; ++i) {
      const auto m = s.expect_message();
      BOOST_TEST_REQUIRE(m.payload == std::to_string(next[std::string{m.topic}]++));
    }
  }
}

BOOST_AUTO_TEST_CASE(MQTT_4_6_0_5_order_is_kept_over_a_reconnect) {
  const auto id = unique("c");
  auto p = client();
  auto s = client(persistent_with(id, property::receive_maximum, 5));
  s.subscribe(id, qos1);
  p.send_bytes(numbered(id, 0, 100, qos1));
  for (int i = 0; i < 100; ++i)
    p.expect_ack(packet_type::puback);
  std::set<int> seen;
  int last = -1; // of this connection
  for (int deliveries = 1; seen.size() < 100; ++deliveries) {
    const auto m = s.expect<mqtt::publish>();
    const int number = std::stoi(std::string{m.payload});
    BOOST_TEST_REQUIRE(number > last); // never back, but at a reconnect
    last = number;
    if (seen.insert(number).second)
      BOOST_TEST_REQUIRE(number == static_cast<int>(seen.size()) - 1);
    if (deliveries % 7 == 0) { // gone before it acknowledges
      s.socket().abort();
      s = client(persistent_with(id, property::receive_maximum, 5));
      last = -1;
      continue;
    }
    s.send_ack(packet_type::puback, m.packet_id);
  }
}

BOOST_AUTO_TEST_CASE(MQTT_4_9_0_1_the_quota_begins_with_the_receive_maximum) {
  for (const std::uint32_t most : {1U, 2U, 17U, 65535U}) {
    auto s = client(with({{property::receive_maximum, most}}));
    const auto t = unique("t");
    s.subscribe(t, qos1);
    auto p = client();
    p.send_bytes(numbered(t, 0, 40, qos1));
    for (int i = 0; i < 40; ++i)
      p.expect_ack(packet_type::puback);
    const auto expected = std::min(most, 40U);
    std::vector<std::uint16_t> ids;
    for (const auto& one : s.until_pingresp())
      ids.push_back(std::get<mqtt::publish>(one).packet_id);
    while (ids.size() < expected)
      ids.push_back(s.expect<mqtt::publish>().packet_id);
    BOOST_TEST(ids.size() == expected);
    s.expect_nothing(); // [MQTT-4.9.0-2]
    s.send_ack(packet_type::puback, ids[0]);
    if (most < 40) {
      s.expect<mqtt::publish>();
      s.expect_nothing();
    }
  }
}

BOOST_AUTO_TEST_CASE(qos_2_holds_its_place_until_pubcomp) {
  auto s = client(with({{property::receive_maximum, 1}}));
  const auto t = unique("t");
  s.subscribe(t, qos2);
  auto p = client();
  p.publish(t, "1", qos2);
  p.publish(t, "2", qos1);
  const auto id = s.expect<mqtt::publish>().packet_id;
  s.send_ack(packet_type::pubrec, id);
  s.expect_ack(packet_type::pubrel, id);
  s.expect_nothing();
  s.send_ack(packet_type::pubcomp, id);
  BOOST_TEST(s.expect<mqtt::publish>().payload == "2");
}

BOOST_AUTO_TEST_CASE(qos_0_does_not_count) {
  auto s = client(with({{property::receive_maximum, 1}}));
  const auto t = unique("t");
  s.subscribe(t, qos2);
  auto p = client();
  p.publish(t, "holds the place", qos1);
  BOOST_TEST(s.expect<mqtt::publish>().level == qos1);
  for (int i = 0; i < 10; ++i)
    p.publish(t, std::to_string(i), qos0);
  for (int i = 0; i < 10; ++i)
    BOOST_TEST(s.expect<mqtt::publish>().payload == std::to_string(i));
}

BOOST_AUTO_TEST_CASE(MQTT_2_2_1_4_all_identifiers_in_flight) {
  auto s = client(with({{property::receive_maximum, 65535}}));
  const auto t = unique("t");
  s.subscribe(t, qos1);
  auto p = client();
  constexpr int total = 65'540; // five more than there are identifiers
  std::set<std::uint16_t> ids;
  for (int sent = 0; sent < total;) {
    const int to = std::min(sent + 1'000, total);
    p.send_bytes(numbered(t, sent, to, qos1));
    for (; sent < to; ++sent)
      p.expect_ack(packet_type::puback);
    while (ids.size() < std::size_t(std::min(to, 65'535)))
      ids.insert(s.expect<mqtt::publish>().packet_id);
  }
  BOOST_TEST(ids.size() == 65'535U);
  BOOST_TEST(!ids.contains(0));
  s.expect_nothing();
  s.send_ack(packet_type::puback, 40'000); // the only free one
  const auto next = s.expect<mqtt::publish>();
  BOOST_TEST(next.packet_id == 40'000);
  BOOST_TEST(next.payload == "65535");
  s.expect_nothing();
}

BOOST_AUTO_TEST_SUITE_END()
