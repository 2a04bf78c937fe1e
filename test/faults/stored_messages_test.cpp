// Retained and delayed messages over restarts, orderly ones and others.
#include "support/broker.hpp"
#include "support/http.hpp"
#include "support/mqtt_client.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <map>
#include <string>

using namespace troupe::test;

namespace {

constexpr auto v5 = protocol_version::v5;

std::map<std::string, std::string> retained(const broker_process& broker, const std::string& filter) {
  auto c = connected(broker.mqtt_port(), "looks", v5);
  c.subscribe(filter, qos::at_most_once);
  std::map<std::string, std::string> found;
  for (bool more = true; more;) { // a ping does not wait for messages that the socket does not take yet
    more = false;
    for (const auto& p : c.until_pingresp())
      if (const auto* m = std::get_if<troupe::mqtt::publish>(&p)) {
        found[std::string{m->topic}] = std::string{m->payload};
        more = true;
      }
  }
  c.disconnect();
  return found;
}

void restart(broker_process& broker) {
  BOOST_TEST(broker.terminate(seconds{10}) == 0);
  broker.start_again();
}

// Publishes by the API; its answer says that the store has what it is to keep.
void confirmed_by_api(const broker_process& broker, const char* method, const char* path,
                      const std::string& body = {}) {
  const auto answer = http_request(broker.http_port(), method, std::string{"/api/v4"} + path, body).body;
  BOOST_TEST(answer.find(R"("code":0)") != std::string::npos, answer);
}

void publish_by_api(const broker_process& broker, const std::string& body) {
  confirmed_by_api(broker, "POST", "/mqtt/publish", body);
}

bool has_rows(const broker_process& broker) {
  return std::filesystem::exists(broker.folder() / "data" / "store" / "rows");
}

} // namespace

BOOST_AUTO_TEST_SUITE(retained_over_restarts)

BOOST_AUTO_TEST_CASE(on_disc_they_are_back) {
  for (const char* type : {"disc", "disc_only"}) {
    broker_process broker{std::string{"retainer.storage_type = "} + type};
    auto c = connected(broker.mqtt_port(), "keeps", v5);
    property_writer named;
    named.user_property("name", "value");
    c.publish("kept/a", "old", qos::at_least_once, true);
    c.publish("kept/a", "new", qos::exactly_once, true, named);
    c.publish("kept/b", "b", qos::at_most_once, true);
    c.publish("kept/c", "goes", qos::at_least_once, true);
    c.publish("kept/c", "", qos::at_least_once, true);
    c.disconnect();
    for (int i = 0; i < 2; ++i) {
      restart(broker);
      BOOST_TEST((retained(broker, "kept/#") ==
                  std::map<std::string, std::string>{{"kept/a", "new"}, {"kept/b", "b"}}));
    }
    auto reader = connected(broker.mqtt_port(), "reads", v5);
    reader.subscribe("kept/a", qos::exactly_once);
    const auto m = reader.expect_message();
    BOOST_TEST(m.retain);
    BOOST_TEST((m.level == qos::exactly_once));
    BOOST_TEST(m.properties.text(property::user_property).value_or("") == "name");
    BOOST_TEST(metric(broker.http_port(), "messages.retained") == 2);
    // a deletion outlives it, too
    connected(broker.mqtt_port(), "deletes").publish("kept/a", "", qos::at_least_once, true);
    restart(broker);
    BOOST_TEST((retained(broker, "kept/#") == std::map<std::string, std::string>{{"kept/b", "b"}}));
  }
}

BOOST_AUTO_TEST_CASE(a_retained_will_says_that_the_broker_stopped) {
  broker_process broker{"retainer.storage_type = disc"};
  mqtt_client c{broker.mqtt_port()};
  c.connect(connect_options{
      .client_id = "c", .will = troupe::mqtt::will{"kept/status", "offline", {}, qos::at_least_once, true}});
  c.publish("kept/status", "online", qos::at_least_once, true);
  restart(broker);
  BOOST_TEST((retained(broker, "kept/#") == std::map<std::string, std::string>{{"kept/status", "offline"}}));
}

BOOST_AUTO_TEST_CASE(in_ram_they_are_not_and_nothing_is_written) {
  broker_process broker;
  connected(broker.mqtt_port(), "keeps").publish("kept/a", "a", qos::at_least_once, true);
  restart(broker);
  BOOST_TEST(retained(broker, "kept/#").empty());
  BOOST_TEST(!has_rows(broker));
}

BOOST_AUTO_TEST_CASE(lifetimes_count_on) {
  broker_process broker{"retainer.storage_type = disc"};
  auto c = connected(broker.mqtt_port(), "keeps", v5);
  c.publish("kept/long", "x", qos::at_least_once, true, numbers({{property::message_expiry_interval, 3600}}));
  c.publish("kept/short", "x", qos::at_least_once, true, numbers({{property::message_expiry_interval, 2}}));
  const auto published = clock::now();
  c.disconnect();
  restart(broker);
  BOOST_TEST(eventually([&] { return retained(broker, "kept/short").empty(); }));
  BOOST_TEST((clock::now() - published < seconds{10}));
  auto reader = connected(broker.mqtt_port(), "reads", v5);
  reader.subscribe("kept/long", qos::at_least_once);
  const auto left = reader.expect_message().properties.number(property::message_expiry_interval);
  BOOST_TEST(left.value_or(0) < 3600U);
  BOOST_TEST(left.value_or(0) > 3000U);
}

BOOST_AUTO_TEST_CASE(many_are_back) {
  broker_process broker{"retainer.storage_type = disc"};
  auto c = connected(broker.mqtt_port(), "keeps", v5);
  for (int i = 0; i < 10'000; ++i)
    c.publish("kept/" + std::to_string(i), std::to_string(i), qos::at_most_once, true);
  c.publish("kept/last", "x", qos::at_least_once, true);
  c.disconnect();
  restart(broker);
  BOOST_TEST(metric(broker.http_port(), "messages.retained") == 10'001);
}

// No acknowledgement of MQTT tells that the store has a message, so the last ones may be missing; but what is
// there is whole, and what the store had before stays.
BOOST_AUTO_TEST_CASE(a_crash_leaves_whole_messages) {
  broker_process broker{"retainer.storage_type = disc"};
  std::size_t before = 0;
  for (int round = 0; round < 5; ++round) {
    auto c = connected(broker.mqtt_port(), "keeps", v5);
    for (int i = 0; i < 500; ++i) {
      const auto n = std::to_string(round * 500 + i);
      c.publish("kept/" + n, n + std::string(200, 'x'), qos::at_least_once, true);
    }
    broker.kill9();
    broker.start_again();
    const auto found = retained(broker, "kept/#");
    for (const auto& [topic, payload] : found)
      BOOST_TEST(payload == topic.substr(5) + std::string(200, 'x'));
    BOOST_TEST(found.size() >= before);
    before = found.size();
  }
  BOOST_TEST(before > 0U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(delayed_over_restarts)

BOOST_AUTO_TEST_CASE(they_come_when_they_are_due_or_at_the_start) {
  broker_process broker{"modules.load = emqx_mod_delayed"};
  auto c = connected(broker.mqtt_port(), "patient", v5);
  c.publish("$delayed/1/due", "first", qos::at_least_once, true);
  c.publish("$delayed/3600/due", "second", qos::at_least_once, true);
  c.disconnect();
  restart(broker);
  // retained, so that it does not matter who is first: the message or this client
  auto reader = connected(broker.mqtt_port(), "reads", v5);
  reader.subscribe("due", qos::at_least_once);
  BOOST_TEST(reader.expect_message().payload == "first");
  BOOST_TEST(metric(broker.http_port(), "messages.delayed") == 1);
  reader.disconnect();
  restart(broker);
  BOOST_TEST(metric(broker.http_port(), "messages.delayed") == 1); // the first does not come again
}

BOOST_AUTO_TEST_CASE(in_ram_they_are_lost) {
  broker_process broker{"modules.load = emqx_mod_delayed\ndelayed.storage_type = ram"};
  auto c = connected(broker.mqtt_port(), "patient");
  c.publish("$delayed/3600/due", "lost", qos::at_least_once);
  BOOST_TEST(eventually([&] { return metric(broker.http_port(), "messages.delayed") == 1; }));
  restart(broker);
  BOOST_TEST(metric(broker.http_port(), "messages.delayed") == 0);
  BOOST_TEST(!has_rows(broker));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(published_by_the_api)

// Right behind the answer, each time in another moment of the writer's; other messages are on their way, too.
BOOST_AUTO_TEST_CASE(what_is_answered_survives_a_kill) {
  broker_process broker{"retainer.storage_type = disc\nmodules.load = emqx_mod_delayed"};
  std::map<std::string, std::string> confirmed;
  for (int round = 0; round < 8; ++round) {
    auto busy = connected(broker.mqtt_port(), "busy", v5);
    for (int i = 0; i < 500; ++i)
      busy.publish("other/" + std::to_string(i), std::to_string(round), qos::at_most_once, true);
    for (int i = 0; i <= round; ++i) {
      const auto n = std::to_string(round * 100 + i);
      publish_by_api(broker, R"({"topic":"$delayed/3600/due","payload":")" + n + R"(","qos":1})");
      publish_by_api(broker, R"({"topic":"kept/)" + n + R"(","payload":")" + n + R"(","retain":true})");
      confirmed["kept/" + n] = n;
    }
    publish_by_api(broker, R"({"topic":"kept/gone","payload":"x","retain":true})");
    confirmed_by_api(broker, "DELETE", "/retainer/messages/kept%2Fgone");
    broker.kill9();
    broker.start_again();
    BOOST_TEST((retained(broker, "kept/#") == confirmed));
    BOOST_TEST(metric(broker.http_port(), "messages.delayed") == static_cast<int>(confirmed.size()));
  }
}

BOOST_AUTO_TEST_SUITE_END()
