// QoS 2 exactly once, whatever breaks: the connection is cut at every step of the handshake, on both sides of
// the broker (sections 4.3.3, 4.4).
#include "protocol/fixture.hpp"

#include <set>

namespace {

using namespace troupe;
using namespace troupe::test;

mqtt_client resumed(const std::string& id, protocol_version version) {
  auto c = mqtt_client{port(), version};
  BOOST_TEST(c.connect(persistent(id, version)).session_present);
  return c;
}

// A subscriber of `topic` with a session that survives; its connection ends as the steps say.
struct subscriber {
  subscriber(std::string topic, protocol_version v) : version(v), id(unique("s")) {
    connection.emplace(client(persistent(id, version), version));
    connection->subscribe(topic, qos2);
  }

  void cut() {
    connection->socket().abort();
    connection.emplace(resumed(id, version));
  }

  protocol_version version;
  std::string id;
  std::optional<mqtt_client> connection;
};

} // namespace

BOOST_AUTO_TEST_SUITE(exactly_once, *boost::unit_test::fixture<default_broker>())

// The broker sends: cut after PUBLISH, after PUBREC, after PUBREL, after PUBCOMP.
// [MQTT-4.4.0-1]
BOOST_AUTO_TEST_CASE(to_a_client_that_is_cut_off) {
  for (const auto version : {v311, v5})
    for (int step = 0; step < 4; ++step)
      BOOST_TEST_CONTEXT("version " << static_cast<int>(version) << " step " << step) {
        const auto topic = unique("t");
        subscriber s{topic, version};
        auto p = client();
        p.publish(topic, "once", qos2);
        auto m = s.connection->expect<mqtt::publish>();
        BOOST_TEST(brief(m) == topic + " once 2");
        const auto id = m.packet_id;
        if (step == 0) {
          s.cut();
          m = s.connection->expect<mqtt::publish>();
          BOOST_TEST(brief(m) == topic + " once 2 dup"); // the same one: its identifier says so
          BOOST_TEST(m.packet_id == id);
        }
        s.connection->send_ack(packet_type::pubrec, id);
        if (step == 1) {
          s.cut(); // the broker has the PUBREC or not: PUBREL, or once more PUBLISH
          const auto next = s.connection->next();
          if (const auto* again = std::get_if<mqtt::publish>(&next)) {
            BOOST_TEST(again->dup);
            BOOST_TEST(again->packet_id == id);
            s.connection->send_ack(packet_type::pubrec, id);
            s.connection->expect_ack(packet_type::pubrel, id);
          } else {
            BOOST_TEST(std::get<mqtt::ack>(next).packet_id == id);
          }
        } else {
          s.connection->expect_ack(packet_type::pubrel, id);
        }
        if (step == 2) {
          s.cut();
          s.connection->expect_ack(packet_type::pubrel, id); // never the message again
        }
        s.connection->send_ack(packet_type::pubcomp, id);
        if (step == 3) {
          s.connection->expect_nothing(); // the PUBCOMP has come
          s.cut();
        }
        s.connection->expect_nothing();
        expect_fence(*s.connection, p, topic);
      }
}

// The broker receives: cut after PUBLISH, after PUBREC, after PUBREL, after PUBCOMP. The client resends as it
// must.
// [MQTT-4.3.3-10]
BOOST_AUTO_TEST_CASE(from_a_client_that_is_cut_off) {
  for (const auto version : {v311, v5})
    for (int step = 0; step < 4; ++step)
      BOOST_TEST_CONTEXT("version " << static_cast<int>(version) << " step " << step) {
        const auto topic = unique("t");
        auto s = client();
        s.subscribe(topic, qos2);
        const auto id = unique("p");
        std::optional<mqtt_client> p{client(persistent(id, version), version)};
        const auto cut = [&] {
          p->socket().shut_down_sending(); // what was sent arrives
          while (true) {
            std::string ignored;
            if (p->socket().receive(ignored) != tcp_socket::state::data)
              break;
          }
          p.emplace(resumed(id, version));
        };
        p->send(mqtt::publish{topic, "once", {}, 7, qos2, false, false});
        if (step == 0) {
          cut();
          p->send(mqtt::publish{topic, "once", {}, 7, qos2, true, false});
        }
        p->expect_ack(packet_type::pubrec, 7);
        if (step == 1) {
          cut();
          p->send(mqtt::publish{topic, "once", {}, 7, qos2, true, false});
          p->expect_ack(packet_type::pubrec, 7);
        }
        p->send_ack(packet_type::pubrel, 7);
        if (step == 2) {
          cut();
          p->send_ack(packet_type::pubrel, 7); // whatever the broker knows of it, it answers
        }
        p->expect_ack(packet_type::pubcomp, 7);
        if (step == 3)
          cut();
        BOOST_TEST(brief(s.expect_message()) == topic + " once 2");
        p->publish(topic, "fence", qos2);
        BOOST_TEST(brief(s.expect_message()) == topic + " fence 2"); // and no second "once"
      }
}

// A subscriber is cut off again and again in the middle of a stream; it keeps what a client keeps: the
// identifiers that it has answered with PUBREC and that PUBREL has not released.
BOOST_AUTO_TEST_CASE(a_stream_survives_many_cuts) {
  constexpr int count = 300;
  const auto topic = unique("t");
  subscriber s{topic, v5};
  auto p = client();
  for (int i = 0; i < count; ++i)
    p.publish(topic, std::to_string(i), qos2);
  std::set<std::uint16_t> unreleased;
  int received = 0;
  for (int packets = 1; received < count || !unreleased.empty(); ++packets) {
    if (packets % 17 == 0)
      s.cut();
    const auto next = s.connection->next();
    if (const auto* m = std::get_if<mqtt::publish>(&next)) {
      if (unreleased.insert(m->packet_id).second)
        BOOST_TEST_REQUIRE(m->payload == std::to_string(received++)); // in order, once
      s.connection->send_ack(packet_type::pubrec, m->packet_id);
    } else {
      const auto& a = std::get<mqtt::ack>(next);
      BOOST_TEST_REQUIRE((a.type == packet_type::pubrel));
      unreleased.erase(a.packet_id);
      s.connection->send_ack(packet_type::pubcomp, a.packet_id);
    }
  }
  BOOST_TEST(received == count);
  s.connection->expect_nothing();
}

// [MQTT-4.6.0-6]
BOOST_AUTO_TEST_CASE(order_per_topic_across_connections) {
  const auto topic = unique("t");
  subscriber s{topic, v5};
  auto p = client();
  int sent = 0;
  const auto publish_some = [&] {
    for (int i = 0; i < 40; ++i, ++sent) // more than the window: the queue takes part
      p.publish(topic, std::to_string(sent), i % 2 == 0 ? qos1 : qos2);
  };
  publish_some();
  s.connection->expect<mqtt::publish>(); // 0 comes, and is not acknowledged
  s.connection->socket().abort();
  publish_some();
  s.connection.emplace(resumed(s.id, v5));
  publish_some();
  for (int i = 0; i < sent; ++i)
    BOOST_TEST_REQUIRE(s.connection->expect_message().payload == std::to_string(i));
  s.connection->expect_nothing();
}

// [MQTT-3.3.4-9]
BOOST_AUTO_TEST_CASE(a_smaller_receive_maximum_after_a_reconnect) {
  const auto topic = unique("t");
  subscriber s{topic, v5};
  auto p = client();
  for (int i = 0; i < 5; ++i)
    p.publish(topic, std::to_string(i), qos1);
  s.connection->expect<mqtt::publish>();
  s.connection->socket().abort();
  auto options = persistent(s.id);
  options.properties.number(property::receive_maximum, 2);
  auto again = client(options);
  for (int i = 0; i < 2; ++i)
    BOOST_TEST(again.expect<mqtt::publish>().payload == std::to_string(i));
  again.expect_nothing();
  again.send_ack(packet_type::puback, 1);
  BOOST_TEST(again.expect<mqtt::publish>().payload == "2");
  again.expect_nothing();
  for (std::uint16_t id = 2; id <= 5; ++id)
    again.send_ack(packet_type::puback, id);
  BOOST_TEST(again.expect<mqtt::publish>().payload == "3");
  BOOST_TEST(again.expect<mqtt::publish>().payload == "4");
}

BOOST_AUTO_TEST_SUITE_END()
