// Many clients that have something to be sent in one turn of a shard: what their packets wait for each other
// has an end, though nothing else happens.
#include "faults/bounds.hpp"
#include "support/mqtt_client.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <filesystem>
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
    writer.publish("all", "x", qos::exactly_once);
    for (auto& m : members)
      ids.push_back(m->expect<troupe::mqtt::publish>().packet_id);
  }

  // They reach the broker together, as it stands still meanwhile, and `then` does behind them.
  template <class Then>
  void acknowledge(packet_type type, Then&& then) {
    ::kill(broker.pid(), SIGSTOP);
    BOOST_TEST_REQUIRE(eventually([this] { return stands_still(); }));
    for (std::size_t i = 0; i < members.size(); ++i)
      members[i]->send_ack(type, ids[i]);
    then();
    ::kill(broker.pid(), SIGCONT);
  }

  // All of its threads: the signal is on its way when `kill` returns.
  bool stands_still() const {
    const auto threads = "/proc/" + std::to_string(broker.pid()) + "/task";
    for (const auto& thread : std::filesystem::directory_iterator{threads}) {
      const auto line = read_text(thread.path() / "stat"); // "42 (name) T ..."
      if (line.substr(line.rfind(')') + 2, 1) != "T")
        return false;
    }
    return true;
  }

  void expect_pubrel(std::size_t i) { members[i]->expect_ack(packet_type::pubrel, ids[i]); }

  static constexpr int size = 200; // more than one turn looks at
  broker_process broker{"node.io_threads = 1\n"};
  mqtt_client writer = connected(broker.mqtt_port(), "writer");
  std::vector<std::unique_ptr<mqtt_client>> members;
  std::vector<std::uint16_t> ids;
};

} // namespace

BOOST_AUTO_TEST_SUITE(crowds)

BOOST_FIXTURE_TEST_CASE(each_gets_its_pubrel, crowd) {
  acknowledge(packet_type::pubrec, [] {});
  for (std::size_t i = 0; i < members.size(); ++i)
    expect_pubrel(i);
  acknowledge(packet_type::pubcomp, [] {});
  writer.publish("all", "y", qos::exactly_once);
  for (auto& m : members)
    BOOST_TEST(m->expect<troupe::mqtt::publish>().payload == "y");
}

BOOST_FIXTURE_TEST_CASE(it_shares_its_write_with_the_next_message, crowd) {
  acknowledge(packet_type::pubrec, [&] {
    writer.send(troupe::mqtt::publish{"all", "y", {}, 0, qos::at_most_once, false, false});
  });
  int together = 0;
  for (std::size_t i = 0; i < members.size(); ++i) {
    expect_pubrel(i);
    BOOST_TEST(members[i]->expect<troupe::mqtt::publish>().payload == "y");
    const auto row = http_get(broker.http_port(), "/api/v4/clients/member-" + std::to_string(i)).body;
    together += number_in(row, "send_cnt") == 4 ? 1 : 0; // CONNACK, SUBACK, PUBLISH
  }
  BOOST_TEST(together > size * 3 / 4);
}

BOOST_FIXTURE_TEST_CASE(some_leave_before_theirs, crowd) {
  acknowledge(packet_type::pubrec, [&] {
    for (std::size_t i = 0; i < members.size(); i += 2)
      members[i]->socket().abort();
  });
  for (std::size_t i = 1; i < members.size(); i += 2)
    expect_pubrel(i);
  BOOST_TEST(eventually([&] { return stat(broker, "connections.count") == size / 2 + 1; }));
}

BOOST_FIXTURE_TEST_CASE(some_are_taken_over_with_theirs, crowd) {
  std::vector<std::unique_ptr<mqtt_client>> successors;
  for (int i = 0; i < 40; ++i)
    successors.push_back(std::make_unique<mqtt_client>(broker.mqtt_port()));
  acknowledge(packet_type::pubrec, [&] {
    for (std::size_t i = 0; i < successors.size(); ++i) {
      const auto id = "member-" + std::to_string(i);
      successors[i]->send(troupe::mqtt::connect{.clean_start = true, .client_id = id});
    }
  });
  for (std::size_t i = 0; i < members.size(); ++i)
    expect_pubrel(i);
  for (auto& s : successors)
    s->expect<troupe::mqtt::connack>();
}

BOOST_AUTO_TEST_SUITE_END()
