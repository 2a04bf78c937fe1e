// Metrics and stats of messages that go through, or that nobody wants.
#include "api/metrics_rows.hpp"

namespace troupe::test {

namespace {

const figures routed{{"messages.publish", 1}, {"messages.delivered", 1}};
const figures unwanted{
    {"messages.publish", 1}, {"messages.dropped", 1}, {"messages.dropped.no_subscribers", 1}};
const figures acknowledged{{"messages.acked", 1}};

void subscriber_and_publisher(scene& s) {
  s.open("s").subscribe("a", qos::exactly_once);
  s.open("p");
}

// One of each QoS in flight that nobody has acknowledged, and the connection lost.
void detached_with_one_in_flight(scene& s) {
  s.open("s", lasting()).subscribe("a", qos::at_least_once);
  s.open("p").publish("a", "x", qos::at_least_once);
  s["s"].expect<mqtt::publish>();
  s.detach("s");
}

void detached_with_one_queued(scene& s) {
  s.open("s", lasting()).subscribe("a", qos::at_least_once);
  s.detach("s");
  s.open("p").publish("a", "x", qos::at_least_once);
}

} // namespace

std::vector<moved> moved_by_messages() {
  const auto flow1 = received(1) + out("puback");
  const auto flow2 = received(2) + out("pubrec") + in("pubrel") + out("pubcomp");
  return {
      {"PUBLISH with QoS 0",
       "",
       subscriber_and_publisher,
       [](scene& s) {
         s["p"].publish("a", "x");
         s["s"].expect_message();
       },
       received(0) + sent(0) + routed,
       {}},
      {"PUBLISH with QoS 1",
       "",
       subscriber_and_publisher,
       [](scene& s) {
         s["p"].publish("a", "x", qos::at_least_once);
         s["s"].expect_message();
       },
       flow1 + sent(1) + in("puback") + routed + acknowledged,
       {}},
      {"PUBLISH with QoS 2",
       "",
       subscriber_and_publisher,
       [](scene& s) {
         s["p"].publish("a", "x", qos::exactly_once);
         s["s"].expect_message();
       },
       flow2 + sent(2) + in("pubrec") + out("pubrel") + in("pubcomp") + routed + acknowledged,
       {}},
      {"PUBLISH with QoS 2 to a subscriber of QoS 0",
       "",
       [](scene& s) {
         s.open("s").subscribe("a", qos::at_most_once);
         s.open("p");
       },
       [](scene& s) {
         s["p"].publish("a", "x", qos::exactly_once);
         s["s"].expect_message();
       },
       flow2 + sent(0) + routed,
       {}},
      {"three PUBLISH to two subscribers",
       "",
       [](scene& s) {
         subscriber_and_publisher(s);
         s.open("t").subscribe("#", qos::at_most_once);
       },
       [](scene& s) {
         for (int i = 0; i < 3; ++i) {
           s["p"].publish("a", "x");
           s["s"].expect_message();
           s["t"].expect_message();
         }
       },
       received(0, 3) + sent(0, 6) + figures{{"messages.publish", 3}, {"messages.delivered", 6}},
       {}},
      {"a message that nobody wants",
       "",
       [](scene& s) { s.open("p"); },
       [](scene& s) { s["p"].publish("a", "x", qos::exactly_once); },
       flow2 + unwanted,
       {}},
      {"a message over HTTP",
       "",
       [](scene& s) { s.open("s").subscribe("a", qos::at_most_once); },
       [](scene& s) {
         s.post("/mqtt/publish", R"({"topic":"a","payload":"x","clientid":"c"})");
         s["s"].expect_message();
       },
       sent(0) + routed,
       {}},
      {"messages of a batch over HTTP",
       "",
       nothing_before,
       [](scene& s) {
         s.post("/mqtt/publish_batch", R"([{"topic":"a","payload":"x","clientid":"c"},)"
                                       R"({"topics":"b,c","payload":"x","clientid":"c"}])");
       },
       {{"messages.publish", 3}, {"messages.dropped", 3}, {"messages.dropped.no_subscribers", 3}},
       {}},
      {"a will",
       "",
       [](scene& s) {
         s.open("s").subscribe("a", qos::at_most_once);
         s.open("c", {.will = mqtt::will{.topic = "a", .payload = "x", .properties = {}}});
       },
       [](scene& s) {
         s.lose("c");
         s["s"].expect_message();
       },
       sent(0) + routed + figures{{"client.disconnected", 1}, {"session.terminated", 1}},
       {{"connections.count", -1}, {"channels.count", -1}, {"sessions.count", -1}}},
      {"a retained message",
       "",
       [](scene& s) { s.open("p"); },
       [](scene& s) { s["p"].publish("kept", "x", qos::at_least_once, true); },
       flow1 + unwanted + figures{{"messages.retained", 1}},
       {{"retained.count", 1}}},
      {"a retained message that a subscriber gets",
       "",
       [](scene& s) { s.open("s"); },
       [](scene& s) {
         s["s"].subscribe("kept", qos::at_most_once);
         s["s"].expect_message();
       },
       in("subscribe") + out("suback") + sent(0) +
           figures{{"client.subscribe", 1}, {"messages.delivered", 1}},
       {{"topics.count", 1},
        {"routes.count", 1},
        {"subscriptions.count", 1},
        {"suboptions.count", 1},
        {"subscribers.count", 1}}},
      {"the end of a retained message",
       "",
       [](scene& s) { s.open("p"); },
       [](scene& s) { s["p"].publish("kept", "", qos::at_least_once, true); },
       flow1 + unwanted + figures{{"messages.retained", -1}},
       {{"retained.count", -1}}},
      {"a delayed message",
       "modules.load = emqx_mod_delayed",
       [](scene& s) { s.open("p"); },
       [](scene& s) { s["p"].publish("$delayed/3600/a", "x", qos::at_least_once); },
       flow1 + figures{{"messages.publish", 1}, {"messages.delayed", 1}},
       {}},
      {"a message that waits for its client",
       "",
       [](scene& s) {
         s.open("s", lasting()).subscribe("a", qos::at_least_once);
         s.detach("s");
         s.open("p");
       },
       [](scene& s) { s["p"].publish("a", "x", qos::at_least_once); },
       flow1 + figures{{"messages.publish", 1}},
       {}},
      {"its delivery",
       "",
       detached_with_one_queued,
       [](scene& s) { s.open("s", lasting()).expect_message(); },
       let_in() + sent(1) + in("puback") + acknowledged +
           figures{{"session.resumed", 1}, {"messages.delivered", 1}},
       {{"connections.count", 1}}},
      {"a message that is sent again",
       "",
       detached_with_one_in_flight,
       [](scene& s) { s.open("s", lasting()).expect_message(); },
       let_in() + sent(1) + in("puback") + acknowledged + figures{{"session.resumed", 1}},
       {{"connections.count", 1}}},
      {"what the broker says of itself",
       "",
       [](scene& s) { s.open("s").subscribe("$SYS/brokers/+/clients/+/connected", qos::at_most_once); },
       [](scene& s) {
         s.open("c");
         s["s"].expect_message();
       },
       let_in() + figures{{"session.created", 1}, {"messages.delivered", 1}},
       {{"connections.count", 1}, {"channels.count", 1}, {"sessions.count", 1}}},
  };
}

} // namespace troupe::test
