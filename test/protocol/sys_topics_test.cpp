// `$SYS` (reference/observability.md section 3): figures, presence, and who gets them.
#include "protocol/fixture.hpp"

#include <map>
#include <string>
#include <vector>

namespace {

using namespace troupe;
using namespace troupe::test;

struct talkative_broker : suite_broker {
  talkative_broker() : suite_broker("broker.sys_interval = 200ms\nbroker.sys_heartbeat = 200ms\n") {}
};

struct discreet_broker : suite_broker {
  discreet_broker() : suite_broker("module.presence = off\nbroker.sys_interval = 200ms\n") {}
};

const std::string node = "$SYS/brokers/emqx@127.0.0.1/";

// The messages that `from` gets until each of `topics` was there.
std::map<std::string, mqtt::publish> collect(mqtt_client& from, std::vector<std::string> topics) {
  std::map<std::string, mqtt::publish> all;
  const auto end = clock::now() + patience;
  while (!topics.empty() && clock::now() < end) {
    const auto m = from.expect_message();
    all[std::string{m.topic}] = m;
    std::erase(topics, m.topic);
  }
  BOOST_TEST(topics.empty(), "no message to " + (topics.empty() ? "" : topics.front()));
  return all;
}

// The text of a member of a flat JSON object, with its quotes.
std::string member(std::string_view json, const std::string& name) {
  const auto at = json.find('"' + name + "\":");
  if (at == std::string_view::npos)
    return "";
  const auto value = json.substr(at + name.size() + 3);
  return std::string{value.substr(0, value.find_first_of(",}"))};
}

mqtt::publish presence_of(mqtt_client& watcher, const std::string& client_id, std::string_view event) {
  const auto topic = node + "clients/" + client_id + '/' + std::string{event};
  return collect(watcher, {topic}).at(topic);
}

} // namespace

BOOST_AUTO_TEST_SUITE(sys_figures, *boost::unit_test::fixture<talkative_broker>())

BOOST_AUTO_TEST_CASE(what_emqx_publishes_comes_again_and_again) {
  auto watcher = client();
  watcher.subscribe(node + "#");
  for (int i = 0; i < 2; ++i) {
    const auto all =
        collect(watcher, {node + "uptime", node + "datetime", node + "version", node + "sysdescr",
                          node + "stats/connections.count", node + "metrics/packets/connect/received"});
    BOOST_TEST(all.at(node + "uptime").payload.ends_with(" seconds"));
    BOOST_TEST(all.at(node + "datetime").payload.size() == 19U);
    BOOST_TEST(all.at(node + "sysdescr").payload == "Troupe Broker");
    BOOST_TEST(all.at(node + "stats/connections.count").payload == "1");
    for (const auto& [topic, m] : all) {
      BOOST_TEST(m.level == qos0);
      if (i > 0)
        BOOST_TEST(!m.retain, topic);
    }
  }
}

BOOST_AUTO_TEST_CASE(retained_ones_come_at_once) {
  auto waiting = client();
  waiting.subscribe("$SYS/#");
  collect(waiting, {"$SYS/brokers", node + "version"}); // they are in the store from now on
  auto late = client();
  late.subscribe("$SYS/brokers");
  late.subscribe("$SYS/broker/clients/connected");
  const auto all = collect(late, {"$SYS/brokers", "$SYS/broker/clients/connected"});
  BOOST_TEST(all.at("$SYS/brokers").payload == "emqx@127.0.0.1");
}

BOOST_AUTO_TEST_CASE(names_of_mosquitto_have_true_values) {
  auto watcher = client();
  watcher.subscribe("$SYS/broker/#");
  const auto name = unique("client");
  auto away = client(persistent(name));
  connect_options brief{.client_id = unique("brief")};
  brief.properties.number(property::session_expiry_interval, 1);
  client(brief).disconnect();
  const auto topic = unique("t");
  away.subscribe(topic, qos1);
  away.disconnect();
  auto publisher = client();
  for (int i = 0; i < 3; ++i)
    publisher.publish(topic, "four", qos1);
  publisher.publish(topic + "/kept", "x", qos1, true);
  const std::map<std::string, std::string> expected{
      {"clients/connected", "2"},         {"clients/disconnected", "1"},    {"clients/total", "3"},
      {"messages/stored", "4"},           {"retained messages/count", "1"}, {"subscriptions/count", "2"},
      {"publish/messages/received", "4"}, {"publish/bytes/received", "13"}, {"clients/expired", "1"}};
  std::map<std::string, std::string> seen;
  const auto complete = [&] {
    for (const auto& [figure, value] : expected)
      if (const auto i = seen.find("$SYS/broker/" + figure); i == seen.end() || i->second != value)
        return false;
    return true;
  };
  const auto end = clock::now() + patience;
  while (!complete() && clock::now() < end) {
    const auto m = watcher.expect_message();
    seen[std::string{m.topic}] = m.payload;
  }
  for (const auto& [figure, value] : expected)
    BOOST_TEST(seen["$SYS/broker/" + figure] == value, figure << " is " << seen["$SYS/broker/" + figure]);
  publisher.publish(topic + "/kept", "", qos1, true);
  auto back = client({.client_id = name}); // ends its session
}

BOOST_AUTO_TEST_CASE(wildcards_at_the_front_do_not_match) {
  auto everything = client();
  everything.subscribe("#");
  everything.subscribe("+/brokers");
  auto watcher = client();
  watcher.subscribe(node + "uptime");
  for (int i = 0; i < 2; ++i)
    watcher.expect_message();
  everything.expect_nothing();
}

BOOST_AUTO_TEST_CASE(the_metrics_leave_it_out) {
  const auto http = suite_broker::get().http_port();
  auto watcher = client();
  const auto published = metric(http, "messages.publish");
  const auto sent = metric(http, "messages.sent");
  const auto bytes = metric(http, "bytes.sent");
  watcher.subscribe("$SYS/#");
  collect(watcher, {node + "uptime", node + "stats/routes.count"});
  BOOST_TEST(metric(http, "messages.publish") == published);
  BOOST_TEST(metric(http, "messages.sent") == sent);
  BOOST_TEST(metric(http, "bytes.sent") > bytes + 1'000);
  BOOST_TEST(number_in(http_get(http, "/api/v4/nodes/emqx@127.0.0.1/stats").body, "retained.count") == 0);
}

// Access rules may forbid it; without them it is a topic as others.
BOOST_AUTO_TEST_CASE(clients_may_publish_to_it) {
  auto watcher = client();
  watcher.subscribe("$SYS/custom", qos1);
  auto publisher = client();
  BOOST_TEST(publisher.publish("$SYS/custom", "mine", qos1) == reason_code::success);
  BOOST_TEST(watcher.expect_message().payload == "mine");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(sys_presence, *boost::unit_test::fixture<talkative_broker>())

BOOST_AUTO_TEST_CASE(a_client_comes_and_goes) {
  auto watcher = client();
  watcher.subscribe("$SYS/brokers/+/clients/#", qos2);
  const auto id = std::string{"came"};
  auto guest = client({.client_id = id, .keep_alive = 33, .username = "somebody"}, v311);
  const auto came = presence_of(watcher, id, "connected");
  BOOST_TEST(came.level == qos1);
  BOOST_TEST(!came.retain);
  BOOST_TEST(member(came.payload, "clientid") == "\"came\"");
  BOOST_TEST(member(came.payload, "username") == "\"somebody\"");
  BOOST_TEST(member(came.payload, "ipaddress") == "\"127.0.0.1\"");
  BOOST_TEST(member(came.payload, "sockport") == std::to_string(port()));
  BOOST_TEST(member(came.payload, "proto_name") == "\"MQTT\"");
  BOOST_TEST(member(came.payload, "proto_ver") == "4");
  BOOST_TEST(member(came.payload, "keepalive") == "33");
  BOOST_TEST(member(came.payload, "connack") == "0");
  BOOST_TEST(member(came.payload, "clean_start") == "true");
  BOOST_TEST(member(came.payload, "expiry_interval") == "0");
  BOOST_TEST(member(came.payload, "connected_at").size() == 13U); // milliseconds
  BOOST_TEST(member(came.payload, "ts").size() == 13U);
  guest.disconnect();
  const auto went = presence_of(watcher, id, "disconnected");
  BOOST_TEST(member(went.payload, "reason") == "\"normal\"");
  BOOST_TEST(member(went.payload, "username") == "\"somebody\"");
  BOOST_TEST(member(went.payload, "disconnected_at").size() == 13U);
}

BOOST_AUTO_TEST_CASE(the_reason_is_told) {
  auto watcher = client();
  watcher.subscribe(node + "clients/+/disconnected");
  auto cut = client({.client_id = "cut"});
  cut.socket().abort();
  BOOST_TEST(member(presence_of(watcher, "cut", "disconnected").payload, "reason") == "\"tcp_closed\"");
  auto kicked = client({.client_id = "kicked"});
  BOOST_TEST(http_request(suite_broker::get().http_port(), "DELETE", "/api/v4/clients/kicked").status == 200);
  const auto told = presence_of(watcher, "kicked", "disconnected");
  BOOST_TEST(member(told.payload, "reason") == "\"kicked\"");
  BOOST_TEST(member(told.payload, "username") == "\"undefined\"");
}

// A topic has no wildcards, whatever the client calls itself; the payload has the true name.
BOOST_AUTO_TEST_CASE(client_ids_with_special_characters) {
  auto watcher = client();
  watcher.subscribe("$SYS/brokers/+/clients/#");
  auto odd = client({.client_id = "a+b#c/\"d\""});
  const auto came = presence_of(watcher, "a%2Bb%23c/\"d\"", "connected");
  BOOST_TEST(member(came.payload, "clientid") == "\"a+b#c/\\\"d\\\"\"");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(sys_without_presence, *boost::unit_test::fixture<discreet_broker>())

BOOST_AUTO_TEST_CASE(nothing_is_told_of_clients) {
  auto watcher = client();
  watcher.subscribe(node + "clients/#");
  watcher.subscribe(node + "version");
  auto guest = client();
  guest.disconnect();
  for (int i = 0; i < 3; ++i)
    BOOST_TEST(watcher.expect_message().topic == node + "version");
}

BOOST_AUTO_TEST_SUITE_END()
