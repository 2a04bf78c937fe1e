// Metrics and stats of subscriptions.
#include "api/metrics_rows.hpp"

namespace troupe::test {

namespace {

const figures subscribed = in("subscribe") + out("suback") + figures{{"client.subscribe", 1}};
const figures unsubscribed = in("unsubscribe") + out("unsuback") + figures{{"client.unsubscribe", 1}};

// Of a topic that nobody has subscribed to before, or of the last one to leave it.
figures topics(int n) { return {{"topics.count", n}, {"routes.count", n}}; }

figures subscriptions(int n) {
  return {{"subscriptions.count", n}, {"suboptions.count", n}, {"subscribers.count", n}};
}

figures shared(int n) {
  return {{"subscriptions.count", n}, {"suboptions.count", n}, {"subscriptions.shared.count", n}};
}

void open_subscriber(scene& s) { s.open("c").subscribe("a", qos::at_least_once); }

std::string asked(const char* what, const char* topic) {
  return R"({"clientid":"c","qos":1,")" + std::string(what) + R"(":")" + topic + R"("})";
}

} // namespace

std::vector<moved> moved_by_subscriptions() {
  return {
      {"SUBSCRIBE", "", [](scene& s) { s.open("c"); },
       [](scene& s) { s["c"].subscribe("a", qos::at_least_once); }, subscribed, topics(1) + subscriptions(1)},
      {"SUBSCRIBE to a topic of others", "",
       [](scene& s) {
         open_subscriber(s);
         s.open("d");
       },
       [](scene& s) { s["d"].subscribe("a", qos::at_most_once); }, subscribed, subscriptions(1)},
      {"SUBSCRIBE once more",
       "",
       open_subscriber,
       [](scene& s) { s["c"].subscribe("a", qos::at_most_once); },
       subscribed,
       {}},
      {"SUBSCRIBE with three filters", "", [](scene& s) { s.open("c"); },
       [](scene& s) {
         s["c"].send(mqtt::subscribe{1, {}, {{"a", {}}, {"a/+", {}}, {"$share/g/b", {}}}});
         s["c"].expect_suback();
       },
       subscribed, topics(3) + subscriptions(2) + shared(1)},
      {"a shared subscription", "", [](scene& s) { s.open("c"); },
       [](scene& s) { s["c"].subscribe("$share/g/a", qos::at_least_once); }, subscribed,
       topics(1) + shared(1)},
      {"SUBSCRIBE with a filter that is refused", "", [](scene& s) { s.open("c"); },
       [](scene& s) {
         s["c"].send(mqtt::subscribe{1, {}, {{"a", {}}, {"b#", {}}, {"c#", {}}}});
         s["c"].expect_suback();
       },
       subscribed + figures{{"packets.subscribe.error", 1}}, topics(1) + subscriptions(1)},
      {"SUBSCRIBE against the protocol",
       "",
       [](scene& s) { s.open("c"); },
       [](scene& s) {
         s["c"].send(mqtt::subscribe{1, {}, {{"$share/g/a", {.no_local = true}}}});
         s["c"].expect_disconnect(reason_code::protocol_error);
       },
       in("subscribe") + out("disconnect") +
           figures{{"packets.subscribe.error", 1}, {"client.disconnected", 1}, {"session.terminated", 1}},
       {{"connections.count", -1}, {"channels.count", -1}, {"sessions.count", -1}}},
      {"UNSUBSCRIBE", "", open_subscriber, [](scene& s) { s["c"].unsubscribe("a"); }, unsubscribed,
       topics(-1) + subscriptions(-1)},
      {"UNSUBSCRIBE from what is not subscribed to",
       "",
       open_subscriber,
       [](scene& s) { s["c"].unsubscribe("b"); },
       unsubscribed + figures{{"packets.unsubscribe.error", 1}},
       {}},
      {"the end of a subscriber", "", open_subscriber, [](scene& s) { s["c"].disconnect(); },
       in("disconnect") + figures{{"client.disconnected", 1}, {"session.terminated", 1}},
       topics(-1) + subscriptions(-1) +
           figures{{"connections.count", -1}, {"channels.count", -1}, {"sessions.count", -1}}},
      {"a subscription over HTTP",
       "",
       [](scene& s) { s.open("c"); },
       [](scene& s) { s.post("/mqtt/subscribe", asked("topics", "a,b")); },
       {{"client.subscribe", 1}},
       topics(2) + subscriptions(2)},
      {"its end",
       "",
       open_subscriber,
       [](scene& s) { s.post("/mqtt/unsubscribe", asked("topic", "a")); },
       {{"client.unsubscribe", 1}},
       topics(-1) + subscriptions(-1)},
      {"a subscription of the configuration", "module.subscription.1.topic = inbox/%c", nothing_before,
       [](scene& s) { s.open("c"); }, let_in() + figures{{"session.created", 1}, {"client.subscribe", 1}},
       topics(1) + subscriptions(1) +
           figures{{"connections.count", 1}, {"channels.count", 1}, {"sessions.count", 1}}},
  };
}

} // namespace troupe::test
