// What the broker says of itself and of mistakes: reason strings, response information, server reference.
#include "protocol/fixture.hpp"

#include <future>
#include <set>

namespace {

using namespace troupe;
using namespace troupe::test;

struct telling_broker : suite_broker {
  telling_broker()
      : suite_broker("mqtt.server_reference = other.example:1883\nmqtt.response_information = answers/\n"
                     "mqtt.strict_mode = on\nlistener.tcp.external.max_connections = 3\n") {}
};

std::string text(const mqtt::property_view& p, property id) { return std::string{p.text(id).value_or("")}; }
std::string why(const mqtt::property_view& p) { return text(p, property::reason_string); }

connect_options without_problem_information() {
  connect_options o{};
  o.properties.number(property::request_problem_information, 0);
  return o;
}

} // namespace

BOOST_AUTO_TEST_SUITE(reason_strings, *boost::unit_test::fixture<default_broker>())

BOOST_AUTO_TEST_CASE(of_disconnect_and_connack) {
  auto c = client();
  c.send(mqtt::publish{"a/+", "p", {}, 0, qos0, false, false});
  const auto d = c.expect<mqtt::disconnect>();
  BOOST_TEST(d.reason == reason_code::topic_name_invalid);
  BOOST_TEST(why(d.properties) == "topic name has wildcards");
  mqtt_client refused{port(), v5};
  refused.send_bytes(hex("10 10 0004 'MQTT' 05 01 0000 00 0003 'abc'"));
  const auto answer = refused.expect<mqtt::connack>();
  BOOST_TEST(answer.reason == reason_code::malformed_packet);
  BOOST_TEST(why(answer.properties) == "reserved connect flag is set");
}

// [MQTT-3.1.2-29]
BOOST_AUTO_TEST_CASE(of_acknowledgements_when_they_are_wanted) {
  auto asks = client();
  auto declines = client(without_problem_information());
  for (auto* c : {&asks, &declines}) {
    const bool wanted = c == &asks;
    c->send_ack(packet_type::pubrel, 99);
    const auto comp = c->expect_ack(packet_type::pubcomp, 99);
    BOOST_TEST(comp.reason == reason_code::packet_identifier_not_found);
    BOOST_TEST(why(comp.properties) == (wanted ? "packet identifier not found" : ""));
    c->send(mqtt::subscribe{1, {}, {{"fine", {}}, {"a/#/b", {}}}});
    const auto sub = c->expect_suback();
    BOOST_TEST(reasons(sub) == "00 8f");
    BOOST_TEST(why(sub.properties) == (wanted ? "filter 2: topic filter invalid" : ""));
    c->send(mqtt::unsubscribe{2, {}, {"fine", "unknown"}});
    const auto unsub = c->expect_suback(packet_type::unsuback);
    BOOST_TEST(reasons(unsub) == "00 11");
    BOOST_TEST(unsub.properties.empty()); // nothing failed
  }
}

// [MQTT-3.14.2-3]
BOOST_AUTO_TEST_CASE(none_that_the_client_cannot_take) {
  connect_options small{};
  small.properties.number(property::maximum_packet_size, 100);
  auto c = client(std::move(small));
  c.send(mqtt::subscribe{1, {}, {{"a/#/b", {}}}});
  BOOST_TEST(!c.expect_suback().properties.empty());
  mqtt::subscribe many{.packet_id = 2, .properties = {}, .entries = {}};
  many.entries.assign(80, {"a/#/b", {}});
  c.send(many);
  const auto answer = c.expect_suback();
  BOOST_TEST(answer.reasons.size() == 80u);
  BOOST_TEST(answer.properties.empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(server_words, *boost::unit_test::fixture<telling_broker>())

// [MQTT-3.1.2-28]
BOOST_AUTO_TEST_CASE(response_information) {
  for (const unsigned asked : {0u, 1u}) {
    mqtt_client c{port(), v5};
    connect_options o{.client_id = unique("c")};
    o.properties.number(property::request_response_information, asked);
    const auto answer = c.connect(o);
    BOOST_TEST(text(answer.properties, property::response_information) == (asked != 0 ? "answers/" : ""));
    c.disconnect();
  }
}

BOOST_AUTO_TEST_CASE(payloads_that_lie_about_their_format) {
  const auto is_text = numbers({{property::payload_format_indicator, 1}});
  auto c = client();
  BOOST_TEST(c.publish("t", "\xC3\xA4", qos1, false, is_text) == reason_code::no_matching_subscribers);
  BOOST_TEST(c.publish("t", "\xC3", qos1, false, is_text) == reason_code::payload_format_invalid);
  BOOST_TEST(c.publish("t", "\xC3", qos2, false, is_text) == reason_code::payload_format_invalid);
  c.send(mqtt::publish{"t", "\xC3", is_text.view(), 0, qos0, false, false});
  c.expect_disconnect(reason_code::payload_format_invalid);
}

BOOST_AUTO_TEST_CASE(a_full_listener_names_another_server) {
  auto& broker = suite_broker::get();
  std::vector<mqtt_client> three;
  BOOST_TEST(eventually([&] { // those of other cases may still be closing
    three.clear();
    try {
      for (int i = 0; i < 3; ++i)
        three.push_back(client());
      return true;
    } catch (const unexpected&) {
      return false;
    }
  }));
  for (int i = 0; i < 5; ++i) {
    mqtt_client fourth{port(), v5};
    const auto answer = fourth.connect(unique("c"));
    BOOST_TEST(answer.reason == reason_code::use_another_server);
    BOOST_TEST(text(answer.properties, property::server_reference) == "other.example:1883");
    fourth.expect_closed();
    mqtt_client old{port(), v311};
    BOOST_TEST(old.connect(unique("c")).reason == reason_code::server_unavailable);
    old.expect_closed();
  }
  const auto listeners = http_get(broker.http_port(), "/api/v4/listeners").body;
  BOOST_TEST(listeners.find("\"current_conns\":3") != std::string::npos, listeners);
  BOOST_TEST(listeners.find("{\"max_conns\":") != std::string::npos, listeners); // of shutdown_count
  three[0].disconnect();
  BOOST_TEST(eventually([&] {
    mqtt_client next{port(), v5};
    return next.connect(unique("c")).reason == reason_code::success;
  }));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(server_that_stops)

BOOST_AUTO_TEST_CASE(names_another_server) {
  for (const bool elsewhere : {false, true}) {
    broker_process broker{elsewhere ? "mqtt.server_reference = other.example:1883\n" : ""};
    auto c = connected(broker.mqtt_port(), "c", v5);
    BOOST_TEST(broker.terminate(seconds{10}) == 0);
    const auto d = c.expect<mqtt::disconnect>();
    BOOST_TEST(d.reason == (elsewhere ? reason_code::use_another_server : reason_code::server_shutting_down));
    BOOST_TEST(text(d.properties, property::server_reference) == (elsewhere ? "other.example:1883" : ""));
  }
}

// Those of connected clients, and those that wait for their delay: no restart brings their sessions back.
// [MQTT-3.1.2-8]
BOOST_AUTO_TEST_CASE(sends_a_will_to_more_than_a_turn_serves) {
  broker_process broker{"node.io_threads = 1\n"};
  std::vector<mqtt_client> watchers;
  for (int i = 0; i < 600; ++i) {
    watchers.push_back(connected(broker.mqtt_port(), "watcher-" + std::to_string(i)));
    watchers.back().subscribe("will", qos::at_most_once);
  }
  const auto leaves =
      connected(broker.mqtt_port(), {.client_id = "leaves", .will = mqtt::will{"will", "gone"}});
  BOOST_TEST(broker.terminate(seconds{10}) == 0);
  for (auto& w : watchers)
    BOOST_TEST(w.expect_message().payload == "gone");
}

// More than are in flight at once.
BOOST_AUTO_TEST_CASE(sends_many_wills_to_one_who_acknowledges) {
  broker_process broker;
  auto watcher = connected(broker.mqtt_port(), "watcher");
  watcher.subscribe("will/+", qos::at_least_once);
  std::vector<mqtt_client> leaving;
  for (int i = 0; i < 100; ++i) {
    const auto id = std::to_string(i), topic = "will/" + id;
    leaving.push_back(
        connected(broker.mqtt_port(),
                  {.client_id = id, .will = mqtt::will{topic, "gone", {}, qos::at_least_once, false}}));
  }
  auto stopped = std::async(std::launch::async, [&] { return broker.terminate(seconds{10}); });
  std::set<std::string> topics;
  for (int i = 0; i < 100; ++i)
    topics.emplace(watcher.expect_message().topic);
  BOOST_TEST(topics.size() == 100U);
  BOOST_TEST(stopped.get() == 0);
}

BOOST_AUTO_TEST_CASE(sends_all_wills_before) {
  broker_process broker{"node.io_threads = 2\n"};
  std::vector<mqtt_client> watchers; // on both shards in all likelihood
  for (int i = 0; i < 4; ++i) {
    watchers.push_back(connected(broker.mqtt_port(), "watcher-" + std::to_string(i), v5));
    watchers.back().subscribe("will/#", qos::at_least_once);
  }
  const auto leaves = [&](const std::string& id, protocol_version version, std::uint32_t delay) {
    const auto topic = "will/" + id;
    connect_options o{.client_id = id, .clean = false, .will = mqtt::will{topic, "gone"}};
    property_writer later;
    later.number(property::will_delay_interval, delay);
    if (version == v5) {
      o.properties.number(property::session_expiry_interval, 100);
      o.will->properties = later.view();
    }
    mqtt_client c{broker.mqtt_port(), version};
    c.connect(o);
    return c;
  };
  const auto old = leaves("old", v311, 0), present = leaves("present", v5, 60);
  leaves("waits", v5, 60).socket().abort();
  BOOST_TEST(eventually([&] {
    return number_in(http_get(broker.http_port(), "/api/v4/stats").body, "connections.count") == 6;
  }));
  BOOST_TEST(broker.terminate(seconds{10}) == 0);
  for (auto& w : watchers) {
    std::set<std::string> topics;
    for (int i = 0; i < 3; ++i)
      topics.emplace(w.expect<mqtt::publish>().topic);
    BOOST_TEST((topics == std::set<std::string>{"will/old", "will/present", "will/waits"}));
    w.expect_disconnect(reason_code::server_shutting_down);
  }
}

BOOST_AUTO_TEST_SUITE_END()
