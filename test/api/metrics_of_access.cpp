// Metrics of access rules.
#include "api/metrics_rows.hpp"

namespace troupe::test {

namespace {

// The settings of a broker whose rules deny what begins with `no/`.
const char* with_rules() {
  static const temporary_folder folder;
  static const std::string settings = [] {
    const auto file = folder.path() / "acl.conf";
    write_text(file, "{deny, all, pubsub, [\"no/#\"]}.\n{allow, all}.\n");
    return "zone.external.enable_acl = on\nacl_file = " + file.string();
  }();
  return settings.c_str();
}

// The same with a plugin of authentication, which brings the names of its own into view.
const char* with_rules_and_plugin() {
  static const std::string settings = std::string{with_rules()} + "\nplugins.load = emqx_auth_username";
  return settings.c_str();
}

void open_c(scene& s) { s.open("c"); }

const figures checked{{"client.check_acl", 1}};
const figures subscribed = in("subscribe") + out("suback") + figures{{"client.subscribe", 1}};
const figures refused{{"packets.publish.error", 1}, {"packets.publish.auth_error", 1}};
const figures unheard{
    {"messages.publish", 1}, {"messages.dropped", 1}, {"messages.dropped.no_subscribers", 1}};

void publish(scene& s, const char* topic, qos level) {
  s["c"].publish(topic, "x", level);
  s["c"].until_pingresp();
}

const figures pinged = in("pingreq") + out("pingresp");

} // namespace

std::vector<moved> moved_by_access() {
  return {
      {"SUBSCRIBE with a filter that is denied",
       with_rules(),
       open_c,
       [](scene& s) { s["c"].subscribe("no/a", qos::at_most_once); },
       subscribed + checked + figures{{"packets.subscribe.error", 1}, {"packets.subscribe.auth_error", 1}},
       {}},
      {"SUBSCRIBE that is remembered",
       with_rules(),
       [](scene& s) { s.open("c").subscribe("no/a", qos::at_most_once); },
       [](scene& s) { s["c"].subscribe("no/a", qos::at_most_once); },
       subscribed + figures{{"packets.subscribe.error", 1}, {"packets.subscribe.auth_error", 1}},
       {}},
      {"two messages to a topic",
       with_rules(),
       open_c,
       [](scene& s) {
         s["c"].publish("a", "x");
         publish(s, "a", qos::at_most_once);
       },
       received(0, 2) + checked + unheard + unheard + pinged,
       {}},
      {"QoS 0 that is denied",
       with_rules(),
       open_c,
       [](scene& s) { publish(s, "no/a", qos::at_most_once); },
       received(0) + checked + refused + pinged,
       {}},
      {"QoS 1 that is denied",
       with_rules(),
       open_c,
       [](scene& s) { publish(s, "no/a", qos::at_least_once); },
       received(1) + checked + refused + out("puback") + pinged,
       {}},
      {"QoS 2 that is denied",
       with_rules(),
       open_c,
       [](scene& s) { publish(s, "no/a", qos::exactly_once); },
       received(2) + checked + refused + out("pubrec") + pinged,
       {}},
      {"what is decided and what is remembered",
       with_rules_and_plugin(),
       open_c,
       [](scene& s) {
         s["c"].publish("a", "x");
         s["c"].publish("a", "x");
         publish(s, "no/a", qos::at_most_once);
       },
       received(0, 3) + checked + checked + unheard + unheard + refused + pinged +
           figures{{"client.acl.allow", 2}, {"client.acl.deny", 1}, {"client.acl.cache_hit", 1}},
       {}},
  };
}

} // namespace troupe::test
