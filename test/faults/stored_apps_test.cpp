// Applications of the HTTP API: what a reply has confirmed survives a kill right behind it.
#include "support/broker.hpp"
#include "support/http.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace troupe::test;

namespace {

std::string request(const broker_process& broker, std::string_view method, const std::string& path,
                    std::string_view body = {}) {
  return http_request(broker.http_port(), method, "/api/v4/apps" + path, body).body;
}

void crash(broker_process& broker) {
  broker.kill9();
  broker.start_again();
}

} // namespace

BOOST_AUTO_TEST_SUITE(stored_applications)

BOOST_AUTO_TEST_CASE(what_is_confirmed_survives_a_kill) {
  broker_process broker;
  for (int i = 0; i < 10; ++i) {
    const auto id = "app" + std::to_string(i);
    BOOST_TEST(request(broker, "POST", "", R"({"app_id":")" + id + R"(","name":"n","secret":"s"})") ==
               R"({"code":0,"data":{"secret":"s"}})");
    crash(broker);
    BOOST_TEST(request(broker, "GET", "/" + id) ==
               R"({"code":0,"data":{"app_id":")" + id +
                   R"(","name":"n","desc":"","status":true,"expired":"undefined"}})");
    BOOST_TEST(request(broker, "PUT", "/" + id, R"({"name":"n","desc":"changed","status":false})") ==
               R"({"code":0})");
    crash(broker);
    BOOST_TEST(request(broker, "GET", "/" + id) ==
               R"({"code":0,"data":{"app_id":")" + id +
                   R"(","name":"n","desc":"changed","status":false,"expired":"undefined"}})");
    if (i % 2 == 0)
      continue;
    BOOST_TEST(request(broker, "DELETE", "/" + id) == R"({"code":0})");
    crash(broker);
    BOOST_TEST(request(broker, "GET", "/" + id) == R"({"code":0,"data":{}})");
  }
}

BOOST_AUTO_TEST_CASE(the_default_one_keeps_what_was_changed_but_its_secret) {
  broker_process broker;
  BOOST_TEST(request(broker, "PUT", "/admin", R"({"name":"Another","status":true})") == R"({"code":0})");
  crash(broker);
  BOOST_TEST(request(broker, "GET", "/admin").find(R"("name":"Another")") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
