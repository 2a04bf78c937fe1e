// Bans: what a reply has confirmed survives a kill right behind it.
#include "support/broker.hpp"
#include "support/http.hpp"
#include "support/mqtt_client.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace troupe::test;

namespace {

std::string request(const broker_process& broker, std::string_view method, const std::string& path = {},
                    std::string_view body = {}) {
  return http_request(broker.http_port(), method, "/api/v4/banned" + path, body).body;
}

void crash(broker_process& broker) {
  broker.kill9();
  broker.start_again();
}

bool lets_in(const broker_process& broker, const std::string& id) {
  mqtt_client c{broker.mqtt_port(), protocol_version::v5};
  return c.connect(id).reason == reason_code::success;
}

} // namespace

BOOST_AUTO_TEST_SUITE(stored_bans)

BOOST_AUTO_TEST_CASE(what_is_confirmed_survives_a_kill) {
  broker_process broker;
  for (int i = 0; i < 10; ++i) {
    const auto id = "client" + std::to_string(i);
    const auto row = [&](const char* reason) {
      return R"({"who":")" + id + R"(","as":"clientid","by":"me","reason":")" + reason +
             R"(","at":1,"until":4102444800})";
    };
    BOOST_TEST(request(broker, "POST", "", row("first")) == R"({"code":0,"data":)" + row("first") + "}");
    crash(broker);
    BOOST_TEST(request(broker, "GET").find(row("first")) != std::string::npos);
    BOOST_TEST(!lets_in(broker, id)); // the first connection after the start
    BOOST_TEST(request(broker, "POST", "", row("again")) == R"({"code":0,"data":)" + row("again") + "}");
    crash(broker);
    BOOST_TEST(request(broker, "GET").find(row("again")) != std::string::npos);
    if (i % 2 == 0)
      continue;
    BOOST_TEST(request(broker, "DELETE", "/clientid/" + id) == R"({"code":0})");
    crash(broker);
    BOOST_TEST(request(broker, "GET").find(id) == std::string::npos);
    BOOST_TEST(lets_in(broker, id));
  }
}

BOOST_AUTO_TEST_SUITE_END()
