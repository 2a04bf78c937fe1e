// Messages of the other broker that a bridge cannot pass on: it goes on without them, in both directions.
#include "api/fixture.hpp"
#include "support/picky_broker.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace {

using namespace troupe::test;

constexpr auto q1 = qos::at_least_once, q2 = qos::exactly_once;

std::string message(const std::string& topic, const std::string& payload, qos level, std::uint16_t id) {
  troupe::mqtt::publish p;
  p.topic = topic;
  p.payload = payload;
  p.level = level;
  p.packet_id = id;
  return encoded(p, protocol_version::v311);
}

struct remote_broker {
  remote_broker() { remote.refuse_connections(true); }

  picky_broker remote{[](const troupe::mqtt::publish&) { return picky_broker::verdict::acknowledge; }};
};

struct bridged_broker : remote_broker, served_broker {
  bridged_broker()
      : served_broker(
            "plugins.load = emqx_bridge_mqtt\nbridge.mqtt.b.address = " + address() +
            "\nbridge.mqtt.b.reconnect_interval = 1s\nbridge.mqtt.b.forwards = up/#\n"
            "bridge.mqtt.b.receive_mountpoint = rx/\nbridge.mqtt.b.subscription.1.topic = down/#\n") {}

  std::string address() const { return "127.0.0.1:" + std::to_string(remote.port()); }
  bool logged(const std::string& text) { return process().has_logged(text); }
};

} // namespace

BOOST_AUTO_TEST_SUITE(bridge_drops)

BOOST_FIXTURE_TEST_CASE(what_cannot_be_passed_on_stops_nothing, bridged_broker) {
  const std::string large(3'000'000, 'x'), longest = "down/" + std::string(65'530, 'z');
  const auto c = mqtt({.client_id = "c"});
  c->subscribe("rx/#", 1);
  remote.give_subscriber({{1, message("down/big", large, q1, 1)},
                          {2, message("down/big", large, q2, 2)},
                          {3, message(longest, "x", q1, 3)},
                          {4, message("down/small", "small", q1, 4)}});
  remote.refuse_connections(false);
  BOOST_TEST(c->next().topic == "rx/down/small");
  BOOST_TEST(eventually([&] { return remote.has_given_all(); }));
  c->publish("up/1", "up", 1);
  BOOST_TEST(eventually([&] { return remote.accepted() == std::vector<std::string>{"up"}; }));
  BOOST_TEST(remote.connects() == 1U);
  BOOST_TEST(logged("drops a message of 3000000 bytes of " + address() +
                    ", to down/big: it is larger than the bridge takes; 1 messages lost so far"));
  BOOST_TEST(logged("its topic is too long behind the mount point; 3 messages lost so far"));
}

BOOST_AUTO_TEST_SUITE_END()
