// Rules and resources: what a reply has confirmed survives a kill right behind it, and rules work from the
// first message on.
#include "support/broker.hpp"
#include "support/http.hpp"
#include "support/mqtt_client.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace troupe::test;

namespace {

class rule_broker {
public:
  std::string call(std::string_view method, const std::string& path, std::string_view body = {}) {
    return http_request(broker_.http_port(), method, "/api/v4" + path, body).body;
  }

  void done(std::string_view method, const std::string& path, std::string_view body = {}) {
    const auto answer = call(method, path, body);
    BOOST_TEST(answer.find(R"("code":0)") != std::string::npos, path << ": " << answer);
  }

  bool there(const std::string& path) { return call("GET", path).find(R"("code":0)") != std::string::npos; }

  void crash() {
    broker_.kill9();
    broker_.start_again();
  }

  // What a rule that sends "in/#" to "out" makes of a message.
  std::string republished(const std::string& payload) {
    auto c = connected(broker_.mqtt_port(), "c", protocol_version::v5);
    c.subscribe("out", qos::at_least_once);
    c.publish("in/x", payload, qos::at_least_once);
    return std::string{c.expect_message().payload};
  }

private:
  broker_process broker_;
};

std::string rule_body(const std::string& id, const std::string& text) {
  return R"({"id":")" + id +
         R"(","rawsql":"SELECT * FROM \"in/#\"","actions":[{"name":"republish","params":)" +
         R"({"target_topic":"out","target_qos":1,"payload_tmpl":")" + text + R"( ${payload}"}}]})";
}

} // namespace

BOOST_AUTO_TEST_SUITE(stored_rules)

BOOST_AUTO_TEST_CASE(what_is_confirmed_survives_a_kill) {
  rule_broker broker;
  for (int i = 0; i < 5; ++i) {
    const auto n = std::to_string(i), rule = "rule:" + n, resource = "resource:" + n;
    broker.done("POST", "/resources",
                R"({"id":")" + resource + R"(","type":"web_hook","config":{"url":"http://127.0.0.1:1"}})");
    broker.crash();
    BOOST_TEST(broker.there("/resources/" + resource));
    broker.done("POST", "/rules", rule_body(rule, "made"));
    broker.crash();
    BOOST_TEST(broker.republished(n) == "made " + n);
    const auto changed = rule_body(rule, "changed");
    broker.done("PUT", "/rules/" + rule, changed);
    broker.crash();
    BOOST_TEST(broker.republished(n) == "changed " + n);
    BOOST_TEST(broker.call("GET", "/rules/" + rule).find(R"("matched":1)") != std::string::npos); // from 0 on
    broker.done("DELETE", "/rules/" + rule);
    broker.done("DELETE", "/resources/" + resource);
    broker.crash();
    BOOST_TEST(!broker.there("/rules/" + rule));
    BOOST_TEST(!broker.there("/resources/" + resource));
  }
}

BOOST_AUTO_TEST_SUITE_END()
