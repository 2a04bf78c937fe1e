// The level of the log at run time.
#include "support/broker.hpp"
#include "support/http.hpp"
#include "support/mqtt_client.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace troupe::test;

namespace {

http_reply set_level(const broker_process& broker, const std::string& body) {
  return http_request(broker.http_port(), "PUT", "/api/v4/log", body);
}

std::string level(const broker_process& broker) {
  return http_get(broker.http_port(), "/api/v4/nodes/emqx@127.0.0.1/log").body;
}

// Lines of level info tell of clients.
void come_and_go(broker_process& broker, const std::string& client) {
  connected(broker.mqtt_port(), client).disconnect();
  connected(broker.mqtt_port(), client).disconnect(); // when it is here, the first one is gone
}

} // namespace

BOOST_AUTO_TEST_SUITE(log_level)

BOOST_AUTO_TEST_CASE(it_changes_at_once) {
  broker_process broker;
  BOOST_TEST(http_get(broker.http_port(), "/api/v4/log").body ==
             R"({"code":0,"data":[{"node":"emqx@127.0.0.1","level":"warning"}]})");
  come_and_go(broker, "unseen");
  BOOST_TEST(set_level(broker, R"({"level":"info"})").body == R"({"code":0})");
  BOOST_TEST(level(broker) == R"({"code":0,"data":{"node":"emqx@127.0.0.1","level":"info"}})");
  come_and_go(broker, "first");
  BOOST_TEST(broker.has_logged("first"));
  BOOST_TEST(set_level(broker, R"({"level":"error"})").body == R"({"code":0})");
  come_and_go(broker, "second");
  for (const char* name : {"debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"}) {
    BOOST_TEST(set_level(broker, std::string{R"({"level":")"} + name + "\"}").body == R"({"code":0})");
    BOOST_TEST(level(broker).find(std::string{R"("level":")"} + name + "\"") != std::string::npos, name);
  }
  BOOST_TEST(set_level(broker, R"({"level":"info"})").body == R"({"code":0})");
  come_and_go(broker, "third");
  BOOST_TEST(broker.has_logged("third")); // and all that comes before it
  for (const char* quiet : {"unseen", "second"})
    BOOST_TEST(broker.log().find(quiet) == std::string::npos, quiet);
}

BOOST_AUTO_TEST_CASE(other_words_change_nothing) {
  broker_process broker;
  for (const char* body : {R"({"level":"loud"})", R"({"level":""})", R"({"level":"INFO"})", R"({"level":7})"})
    BOOST_TEST(set_level(broker, body).status == 400, body);
  BOOST_TEST(set_level(broker, "{}").body == R"({"code":107,"message":"missing_required_params"})");
  BOOST_TEST(
      http_request(broker.http_port(), "PUT", "/api/v4/nodes/never@seen/log", R"({"level":"info"})").status ==
      404);
  BOOST_TEST(level(broker).find(R"("level":"warning")") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
