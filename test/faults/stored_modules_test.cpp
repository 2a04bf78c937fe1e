// The states of the modules: what a reply has confirmed survives a kill right behind it.
#include "support/broker.hpp"
#include "support/http.hpp"
#include "support/mqtt_client.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace troupe::test;

namespace {

class module_broker {
public:
  explicit module_broker(std::string configuration) : broker_(std::move(configuration)) {}

  void change(const std::string& module, const std::string& how) {
    BOOST_TEST(http_request(broker_.http_port(), "PUT", "/api/v4/modules/" + module + "/" + how).body ==
               R"({"code":0})");
  }

  bool active(const std::string& module) {
    const auto rows = http_get(broker_.http_port(), "/api/v4/modules").body;
    const auto row = rows.find("\"" + module + "\"");
    BOOST_TEST_REQUIRE(row != std::string::npos);
    const auto state = rows.find(R"("active":)", row) + std::string_view{R"("active":)"}.size();
    return rows.compare(state, 4, "true") == 0;
  }

  void crash() {
    broker_.kill9();
    broker_.start_again();
  }

  broker_process& process() { return broker_; }

private:
  broker_process broker_;
};

// Where a message to the topic arrives, of two subscriptions.
std::string arrives_at(module_broker& broker, const std::string& topic, const std::string& other) {
  auto c = connected(broker.process().mqtt_port(), "looks", protocol_version::v5);
  c.subscribe(topic, qos::at_least_once);
  c.subscribe(other, qos::at_least_once);
  c.publish(topic, "m", qos::at_least_once);
  return std::string{c.expect_message().topic};
}

} // namespace

BOOST_AUTO_TEST_SUITE(stored_modules)

BOOST_AUTO_TEST_CASE(what_is_confirmed_survives_a_kill) {
  module_broker broker{""};
  for (int i = 0; i < 5; ++i)
    for (const char* module : {"emqx_mod_delayed", "emqx_mod_topic_metrics"}) {
      broker.change(module, "load");
      broker.crash();
      BOOST_TEST(broker.active(module));
      broker.change(module, "unload");
      broker.crash();
      BOOST_TEST(!broker.active(module));
    }
}

BOOST_AUTO_TEST_CASE(they_work_as_they_were_left) {
  module_broker broker{"module.rewrite.rule.1 = old/# ^old/(.+)$ new/$1\n"
                       "module.subscription.1.topic = own/%c\nmodules.load = emqx_mod_rewrite\n"};
  BOOST_TEST(arrives_at(broker, "old/x", "new/x") == "new/x");
  broker.change("emqx_mod_rewrite", "unload");
  broker.change("emqx_mod_subscription", "load");
  broker.change("emqx_mod_presence", "unload");
  broker.change("emqx_mod_delayed", "load");
  broker.crash();
  BOOST_TEST(arrives_at(broker, "old/x", "new/x") == "old/x");
  BOOST_TEST(arrives_at(broker, "$delayed/1/x", "x") == "x");
  BOOST_TEST(!broker.active("emqx_mod_presence"));
  auto watcher = connected(broker.process().mqtt_port(), "watches", protocol_version::v5);
  watcher.subscribe("$SYS/brokers/+/clients/+/connected", qos::at_least_once);
  watcher.subscribe("own/#", qos::at_least_once);
  auto other = connected(broker.process().mqtt_port(), "other", protocol_version::v5);
  other.publish("own/other", "to itself", qos::at_least_once);
  BOOST_TEST(other.expect_message().payload == "to itself");
  BOOST_TEST(watcher.expect_message().topic == "own/other"); // and nothing of who has come
}

BOOST_AUTO_TEST_CASE(the_others_follow_the_configuration) {
  module_broker broker{"modules.load = emqx_mod_delayed"};
  broker.change("emqx_mod_topic_metrics", "load");
  broker.crash();
  BOOST_TEST(broker.active("emqx_mod_delayed"));
  BOOST_TEST(broker.active("emqx_mod_topic_metrics"));
  BOOST_TEST(broker.active("emqx_mod_presence"));
}

BOOST_AUTO_TEST_SUITE_END()
