// The end of the broker while something in it hangs.
#include "faults/pipe_file.hpp"
#include "support/broker.hpp"
#include "support/http.hpp"
#include "support/mqtt_client.hpp"
#include "support/wire.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <future>
#include <string>
#include <vector>

using namespace troupe::test;

namespace {

std::string rule_that_writes_to(const std::string& file) {
  return R"({"id":")" + file + R"(","rawsql":"SELECT * FROM \"in\"","actions":[{"name":"save_to_file",)" +
         R"("params":{"file":")" + file + R"(","payload_tmpl":"${payload}"}}]})";
}

} // namespace

BOOST_AUTO_TEST_SUITE(stop_while_something_hangs)

// They keep both threads that the control plane has. What was acknowledged is there after the next start.
BOOST_AUTO_TEST_CASE(rules_that_do_not_end) {
  broker_process broker{"retainer.storage_type = disc\n"};
  const auto folder = broker.folder() / "data" / "rule_files";
  std::filesystem::create_directories(folder);
  constexpr int size = 65'536;
  pipe_file one{folder / "one", size}, two{folder / "two", size}; // nobody reads them
  for (const char* file : {"one", "two"}) {
    const auto made = http_request(broker.http_port(), "POST", "/api/v4/rules", rule_that_writes_to(file));
    BOOST_TEST_REQUIRE(made.body.find(R"("code":0)") != std::string::npos, made.body);
  }
  auto c = connected(broker.mqtt_port(), "c");
  const std::string more_than_a_pipe_takes(200'000, 'x');
  c.publish("in", more_than_a_pipe_takes, qos::at_least_once);
  BOOST_TEST_REQUIRE(eventually([&] { return one.room() == 0 && two.room() == 0; }));
  c.publish("kept", "x", qos::at_least_once, true);
  BOOST_TEST(broker.terminate(seconds{5}) == 0);
  broker.start_again();
  auto again = connected(broker.mqtt_port(), "again");
  again.subscribe("kept", qos::at_least_once);
  BOOST_TEST(again.expect_message().payload == "x");
}

// Whoever has not said who it is when the broker stops, and does so while its connection lingers.
BOOST_AUTO_TEST_CASE(peers_before_their_proxy_header) {
  const auto port = free_port();
  broker_process broker{"listener.tcp.proxied = 127.0.0.1:" + std::to_string(port) +
                        "\nlistener.tcp.proxied.proxy_protocol = on\n"};
  mqtt_client other{broker.mqtt_port(), protocol_version::v5};
  other.connect("other");
  std::vector<mqtt_client> peers;
  for (int i = 0; i < 20; ++i)
    peers.emplace_back(port);
  auto stopped = std::async(std::launch::async, [&] { return broker.terminate(seconds{5}); });
  other.expect_disconnect(troupe::mqtt::reason_code::server_shutting_down);
  for (auto& peer : peers)
    peer.send_bytes("PROXY TCP4 203.0.113.7 192.0.2.1 40001 1883\r\n" +
                    wire::connect(protocol_version::v311, "late"));
  peers.clear();
  BOOST_TEST(stopped.get() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
