// The end of the broker while something in it hangs.
#include "faults/pipe_file.hpp"
#include "support/broker.hpp"
#include "support/http.hpp"
#include "support/mqtt_client.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>

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

BOOST_AUTO_TEST_SUITE_END()
