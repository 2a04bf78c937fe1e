// Metrics of the rule engine.
#include "api/metrics_rows.hpp"

namespace troupe::test {

namespace {

void make_rule(scene& s, const std::string& action) {
  const auto made = s.post("/rules", R"({"rawsql":"select * from \"r\"","actions":[)" + action + "]}");
  if (made.code() != 0)
    throw unexpected{made.text};
}

std::string republish(const char* topic) {
  return std::string{R"({"name":"republish","params":{"target_qos":1,"payload_tmpl":"","target_topic":")"} +
         topic + "\"}}";
}

template <int Good>
void a_rule(scene& s) {
  s.open("c");
  make_rule(s, Good != 0 ? R"({"name":"do_nothing"})" : republish("a/#"));
}

void publish(scene& s) { s["c"].publish("r", "x", qos::at_least_once); }

const figures published =
    received(1) + out("puback") +
    figures{{"messages.publish", 1}, {"messages.dropped", 1}, {"messages.dropped.no_subscribers", 1}};

} // namespace

std::vector<moved> moved_by_rules() {
  return {
      {"a rule is made",
       "",
       nothing_before,
       [](scene& s) { make_rule(s, R"({"name":"do_nothing"})"); },
       {},
       {{"rules.count", 1}}},
      {"a resource is made",
       "",
       nothing_before,
       [](scene& s) { s.post("/resources", R"({"type":"web_hook","config":{"url":"http://127.0.0.1:1"}})"); },
       {},
       {{"resources.count", 1}}},
      {"a message for a rule",
       "",
       a_rule<1>,
       publish,
       published + figures{{"rules.matched", 1}, {"actions.success", 1}},
       {}},
      {"an action that fails",
       "",
       a_rule<0>,
       publish,
       published + figures{{"rules.matched", 1}, {"actions.failure", 1}},
       {}},
      {"a message that a rule publishes",
       "",
       [](scene& s) {
         s.open("c");
         make_rule(s, republish("a"));
       },
       publish,
       published + figures{{"rules.matched", 1},
                           {"actions.success", 1},
                           {"messages.publish", 1},
                           {"messages.dropped", 1},
                           {"messages.dropped.no_subscribers", 1}},
       {}},
  };
}

} // namespace troupe::test
