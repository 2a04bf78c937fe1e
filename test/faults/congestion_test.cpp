// Shards that cannot keep up with each other: publishers are paused, nothing is lost, doubled or reordered.
#include "faults/bounds.hpp"
#include "support/mqtt_client.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace troupe::test;

namespace {

constexpr int publishers = 6;
constexpr int subscribers = 6; // client ids on both shards, so every message crosses

// Publishes without waiting for the answers of earlier messages, and counts those at the end.
void publish_all(std::uint16_t port, int number, int messages) {
  const std::string topic = "congestion/" + std::to_string(number);
  auto c = connected(port, "congestion-publisher-" + std::to_string(number));
  int acknowledged = 0;
  for (int first = 0; first < messages; first += 50) {
    std::string burst;
    for (int i = first; i < std::min(first + 50, messages); ++i)
      burst +=
          encoded(troupe::mqtt::publish{topic, std::to_string(i), {}, c.new_packet_id(), qos::at_least_once},
                  c.version());
    c.send_bytes(burst);
    for (int i = first; i < std::min(first + 50, messages); ++i, ++acknowledged)
      c.expect_ack(packet_type::puback);
  }
  if (acknowledged != messages)
    throw unexpected{"not all were acknowledged"};
}

// Each publisher's messages as they came; the first is 0.
void receive_all(mqtt_client& c, int messages) {
  std::map<std::string, int, std::less<>> next;
  for (int i = 0; i < publishers * messages; ++i) {
    const auto m = c.expect_message(seconds{30});
    auto& wanted = next[std::string{m.topic}];
    if (m.payload != std::to_string(wanted))
      throw unexpected{std::string{m.topic} + ": " + std::string{m.payload} + " instead of " +
                       std::to_string(wanted)};
    ++wanted;
  }
  c.expect_nothing();
}

} // namespace

BOOST_AUTO_TEST_SUITE(congestion)

// With a credit of one delivery every batch for the other shard uses it up: all publishers of both shards
// pause and go on all the time.
BOOST_AUTO_TEST_CASE(shards_that_pause_each_other_lose_nothing) {
  broker_process broker{"node.shard_credit = 1\n"
                        "zone.external.max_mqueue_len = 0\nzone.external.max_inflight = 20\n"};
  const int messages = long_run() ? 20'000 : 1'000;
  std::vector<std::unique_ptr<mqtt_client>> receivers;
  for (int i = 0; i < subscribers; ++i) {
    const bool slow = i == 0; // its socket is full most of the time
    receivers.push_back(
        std::make_unique<mqtt_client>(broker.mqtt_port(), protocol_version::v311, slow ? 4 * 1024 : 0));
    receivers.back()->connect("congestion-subscriber-" + std::to_string(i));
    receivers.back()->subscribe("congestion/+", qos::at_least_once);
  }
  std::vector<std::string> failures(publishers + subscribers);
  const auto guarded = [&](std::size_t place, auto&& f) {
    return std::thread{[&failures, place, f] {
      try {
        f();
      } catch (const std::exception& e) {
        failures[place] = e.what();
      }
    }};
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < subscribers; ++i)
    threads.push_back(guarded(static_cast<std::size_t>(i), [&receivers, i, messages] {
      receive_all(*receivers[static_cast<std::size_t>(i)], messages);
    }));
  for (int i = 0; i < publishers; ++i)
    threads.push_back(guarded(static_cast<std::size_t>(subscribers + i),
                              [&broker, i, messages] { publish_all(broker.mqtt_port(), i, messages); }));
  for (auto& t : threads)
    t.join();
  for (const auto& f : failures)
    BOOST_TEST(f == "");
}

BOOST_AUTO_TEST_SUITE_END()
