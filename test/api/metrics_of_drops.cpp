// Metrics of what is dropped, on the way in and on the way out.
#include "api/metrics_rows.hpp"

namespace troupe::test {

namespace {

const figures flow0 = received(0);
const figures flow1 = received(1) + out("puback");
const figures routed{{"messages.publish", 1}};
const figures ended{{"client.disconnected", 1}, {"session.terminated", 1}};
const figures one_less{{"connections.count", -1}, {"channels.count", -1}, {"sessions.count", -1}};

figures dropped(const std::string& why) { return {{"delivery.dropped", 1}, {"delivery.dropped." + why, 1}}; }

// A session without its client that has a QoS 0 or QoS 1 message in its queue, and a publisher.
void detached(scene& s, qos level, std::uint32_t expiry = 0) {
  s.open("s", lasting()).subscribe("a", qos::at_least_once);
  s.detach("s");
  s.open("p").publish("a", "first", level, false,
                      expiry == 0 ? property_writer{}
                                  : numbers({{property::message_expiry_interval, expiry}}));
  s["p"].expect_nothing();
  const auto queued = [&] { return s.get("/clients/s").data().at(0).at("mqueue_len").as_int64() == 1; };
  if (!eventually(queued))
    throw unexpected{"the message is not queued"};
}

constexpr const char* short_queue = "zone.external.max_mqueue_len = 1";
constexpr const char* strict = "mqtt.strict_mode = true";

const property_writer& says_utf8() {
  static const auto p = numbers({{property::payload_format_indicator, 1}});
  return p;
}

} // namespace

std::vector<moved> moved_by_drops() {
  return {
      {"a message of the subscriber itself",
       "",
       [](scene& s) { s.open("c").subscribe("a", mqtt::subscription_options{.no_local = true}); },
       [](scene& s) { s["c"].publish("a", "x", qos::at_least_once); },
       flow1 + routed + dropped("no_local"),
       {}},
      {"a message that is larger than its client takes",
       "",
       [](scene& s) {
         s.open("s", {.properties = numbers({{property::maximum_packet_size, 40}})})
             .subscribe("a", qos::at_least_once);
         s.open("p");
       },
       [](scene& s) { s["p"].publish("a", std::string(50, 'x'), qos::at_least_once); },
       flow1 + routed + figures{{"messages.delivered", 1}} + dropped("too_large"),
       {}},
      {"a full queue",
       short_queue,
       [](scene& s) { detached(s, qos::at_least_once); },
       [](scene& s) { s["p"].publish("a", "second", qos::at_least_once); },
       flow1 + routed + dropped("queue_full"),
       {}},
      {"a full queue whose oldest message is of QoS 0",
       short_queue,
       [](scene& s) { detached(s, qos::at_most_once); },
       [](scene& s) { s["p"].publish("a", "second", qos::at_least_once); },
       flow1 + routed + dropped("qos0_msg"),
       {}},
      {"a message of QoS 0 that is not to be stored",
       "zone.external.mqueue_store_qos0 = false",
       [](scene& s) { detached(s, qos::at_least_once); },
       [](scene& s) { s["p"].publish("a", "second"); },
       flow0 + routed + dropped("qos0_msg"),
       {}},
      {"a message that expired in the queue",
       "",
       [](scene& s) {
         detached(s, qos::at_least_once, 1);
         const auto begin = clock::now();
         eventually([&] { return clock::now() - begin > milliseconds{1'100}; });
       },
       [](scene& s) { s.open("s", lasting()).expect_nothing(); },
       let_in() + in("pingreq") + out("pingresp") + figures{{"session.resumed", 1}} + dropped("expired"),
       {{"connections.count", 1}}},
      {"a QoS 2 message whose PUBREL does not come",
       "zone.external.await_rel_timeout = 1s",
       [](scene& s) { s.open("p"); },
       [](scene& s) {
         s["p"].send(mqtt::publish{"a", "x", {}, 1, qos::exactly_once, false, false});
         s["p"].expect_ack(packet_type::pubrec, 1);
       },
       received(2) + out("pubrec") + routed +
           figures{{"messages.dropped", 2},
                   {"messages.dropped.no_subscribers", 1},
                   {"messages.dropped.expired", 1}},
       {}},
      {"one QoS 2 message too many", "zone.external.max_awaiting_rel = 1",
       [](scene& s) {
         s.open("p").send(mqtt::publish{"a", "x", {}, 1, qos::exactly_once, false, false});
         s["p"].expect_ack(packet_type::pubrec, 1);
       },
       [](scene& s) {
         s["p"].send(mqtt::publish{"a", "x", {}, 2, qos::exactly_once, false, false});
         s["p"].expect_disconnect(reason_code::receive_maximum_exceeded);
       },
       received(2) + out("disconnect") + ended + figures{{"packets.publish.dropped", 1}}, one_less},
      {"a packet id in use",
       "",
       [](scene& s) {
         s.open("p").send(mqtt::publish{"a", "x", {}, 1, qos::exactly_once, false, false});
         s["p"].expect_ack(packet_type::pubrec, 1);
       },
       [](scene& s) {
         s["p"].send(mqtt::publish{"a", "x", {}, 1, qos::exactly_once, true, false});
         s["p"].expect_ack(packet_type::pubrec, 1);
       },
       received(2) + out("pubrec") + figures{{"packets.publish.inuse", 1}},
       {}},
      {"a payload that is not what it says",
       strict,
       [](scene& s) { s.open("p"); },
       [](scene& s) { s["p"].publish("a", "\xff", qos::at_least_once, false, says_utf8()); },
       flow1 + figures{{"packets.publish.error", 1}},
       {}},
      {"a payload of QoS 0 that is not what it says", strict, [](scene& s) { s.open("p"); },
       [](scene& s) {
         s["p"].publish("a", "\xff", qos::at_most_once, false, says_utf8());
         s["p"].expect_disconnect(reason_code::payload_format_invalid);
       },
       flow0 + out("disconnect") + ended + figures{{"packets.publish.error", 1}}, one_less},
      {"a delayed message that finds no room",
       "modules.load = emqx_mod_delayed\ndelayed.max_delayed_messages = 1",
       [](scene& s) { s.open("p").publish("$delayed/3600/a", "x", qos::at_least_once); },
       [](scene& s) { s["p"].publish("$delayed/3600/a", "x", qos::at_least_once); },
       flow1 + routed + figures{{"messages.dropped", 1}},
       {}},
  };
}

} // namespace troupe::test
