// Many clients that have something to be sent in one turn of a shard: what their packets wait for each other
// has an end, though nothing else happens.
#include "faults/bounds.hpp"
#include "support/mqtt_client.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <memory>
#include <string>
#include <vector>

using namespace troupe::test;
using troupe::mqtt::packet_type;

namespace {

// One shard's subscribers, each with a message of QoS 2.
struct crowd {
  crowd() {
    for (int i = 0; i < size; ++i) {
      members.push_back(std::make_unique<mqtt_client>(broker.mqtt_port()));
      members.back()->connect("member-" + std::to_string(i));
      members.back()->subscribe("all", qos::exactly_once);
    }
    connected(broker.mqtt_port(), "writer").publish("all", "x", qos::exactly_once);
    for (auto& m : members)
      ids.push_back(m->expect<troupe::mqtt::publish>().packet_id);
  }

  // They reach the broker together, as it stands still meanwhile.
  template <class Then>
  void acknowledge(packet_type type, Then&& then) {
    ::kill(broker.pid(), SIGSTOP);
    for (std::size_t i = 0; i < members.size(); ++i)
      members[i]->send_ack(type, ids[i]);
    then();
    ::kill(broker.pid(), SIGCONT);
  }

  static constexpr int size = 100;
  broker_process broker{"node.io_threads = 1\n"};
  std::vector<std::unique_ptr<mqtt_client>> members;
  std::vector<std::uint16_t> ids;
};

} // namespace

BOOST_AUTO_TEST_SUITE(crowds)

BOOST_FIXTURE_TEST_CASE(each_gets_its_pubrel, crowd) {
  acknowledge(packet_type::pubrec, [] {});
  for (std::size_t i = 0; i < members.size(); ++i) {
    const auto a = members[i]->expect<troupe::mqtt::ack>();
    BOOST_TEST((a.type == packet_type::pubrel && a.packet_id == ids[i]));
  }
  acknowledge(packet_type::pubcomp, [] {});
  connected(broker.mqtt_port(), "writer").publish("all", "y", qos::exactly_once);
  for (auto& m : members)
    BOOST_TEST(m->expect<troupe::mqtt::publish>().payload == "y");
}

BOOST_FIXTURE_TEST_CASE(some_leave_before_theirs, crowd) {
  acknowledge(packet_type::pubrec, [&] {
    for (std::size_t i = 0; i < members.size(); i += 2)
      members[i]->socket().abort();
  });
  for (std::size_t i = 1; i < members.size(); i += 2)
    BOOST_TEST((members[i]->expect<troupe::mqtt::ack>().type == packet_type::pubrel));
  BOOST_TEST(eventually([&] { return stat(broker, "connections.count") == size / 2; }));
}

BOOST_AUTO_TEST_SUITE_END()
