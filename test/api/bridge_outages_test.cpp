// Bridges whose broker closes the connection instead of taking a message, and bridges that are changed or end
// while messages wait.
#include "api/rule_fixture.hpp"
#include "support/gate.hpp"
#include "support/picky_broker.hpp"

#include <algorithm>
#include <atomic>
#include <set>
#include <string>
#include <vector>

namespace {

using namespace troupe::test;
using boost::json::serialize;
using verdict = picky_broker::verdict;

verdict acknowledge_all(const troupe::mqtt::publish&) { return verdict::acknowledge; }

verdict close_at_bad(const troupe::mqtt::publish& m) {
  return m.payload == "bad" ? verdict::close : verdict::acknowledge;
}

std::vector<std::string> numbers(int count) {
  std::vector<std::string> out;
  for (int i = 0; i < count; ++i)
    out.push_back(std::to_string(i));
  return out;
}

struct bridging_broker : rule_broker {
  static object config(std::uint16_t port, const object& more = {}) {
    object out{{"address", "127.0.0.1:" + std::to_string(port)},
               {"pool_size", 1},
               {"mountpoint", ""},
               {"reconnect_interval", "100ms"}};
    for (const auto& member : more)
      out[member.key()] = member.value();
    return out;
  }

  std::string make_bridge(std::uint16_t port, const object& more = {}) {
    return make_resource("bridge_mqtt", config(port, more));
  }

  std::string make_bridge_rule(const std::string& bridge) {
    return make_rule(R"(select * from "t/#")", "data_to_mqtt_broker",
                     {{"$resource", bridge}, {"payload_tmpl", "${payload}"}});
  }

  void change(const std::string& bridge, const object& to) {
    const auto changed = put("/resources/" + bridge, serialize(object{{"config", to}}));
    BOOST_TEST(changed.code() == 0, changed.text);
  }

  /// 0, 1, 2, … of one topic.
  void publish_numbers(int count) {
    const auto c = mqtt({.client_id = "c"});
    for (const auto& n : numbers(count))
      c->publish("t/1", n, 1);
  }

  bool logged(const std::string& text) { return process().log().find(text) != std::string::npos; }
};

} // namespace

BOOST_AUTO_TEST_SUITE(bridge_outages)

// Five times on its own, after the one when another was acknowledged, and never again; what is behind it
// arrives.
BOOST_FIXTURE_TEST_CASE(a_message_that_ends_connections, bridging_broker) {
  const picky_broker remote{close_at_bad};
  make_bridge_rule(make_bridge(remote.port(), {{"pool_size", 2}, {"disk_cache", "on"}}));
  BOOST_TEST(eventually([&] { return remote.connects() == 2; }));
  auto c = mqtt({.client_id = "c"});
  c->publish("t/bad", "before", 1);
  BOOST_TEST(eventually([&] { return remote.accepted().size() == 1; }));
  c->publish("t/bad", "bad", 1);
  c->publish("t/bad", "behind", 1);
  for (int i = 0; i < 20; ++i)
    c->publish("t/" + std::to_string(i), std::to_string(i), 1);
  BOOST_TEST_REQUIRE(eventually([&] { return remote.accepted().size() >= 22; }));
  const auto got = remote.accepted();
  BOOST_TEST((std::find(got.begin(), got.end(), "behind") != got.end()));
  BOOST_TEST(remote.refusals().size() == 6U);
  BOOST_TEST(process().has_logged(
      "gives up a message of 3 bytes to t/bad: 5 connections in a row have ended with it"));
  BOOST_TEST(process().has_logged(" of 2 to 127.0.0.1:"));
  BOOST_TEST_REQUIRE(process().terminate() == 0);
  process().start_again();
  mqtt({.client_id = "c"})->publish("t/bad", "after", 1);
  BOOST_TEST(eventually([&] { return remote.accepted().back() == "after"; }));
  BOOST_TEST(remote.refusals().size() == 6U); // nor is it on disk
}

BOOST_FIXTURE_TEST_CASE(the_bridge_comes_back_less_often, bridging_broker) {
  const picky_broker remote{close_at_bad};
  make_bridge_rule(make_bridge(remote.port(), {{"reconnect_interval", "30s"}}));
  mqtt({.client_id = "c"})->publish("t/1", "bad", 1);
  BOOST_TEST_REQUIRE(eventually([&] { return remote.refusals().size() >= 3; }));
  const auto at = remote.refusals();
  BOOST_TEST((at[1] - at[0] >= milliseconds{900}));
  BOOST_TEST((at[2] - at[1] >= milliseconds{1'900}));
}

// Tries that come to no connection do not count.
BOOST_FIXTURE_TEST_CASE(a_broker_that_is_away_costs_nothing, bridging_broker) {
  std::atomic<int> times{0};
  picky_broker remote{
      [&](const troupe::mqtt::publish&) { return ++times <= 4 ? verdict::close : verdict::acknowledge; }};
  make_bridge_rule(make_bridge(remote.port()));
  mqtt({.client_id = "c"})->publish("t/1", "x", 1);
  BOOST_TEST(eventually([&] { return times >= 3; }));
  remote.refuse_connections(true);
  BOOST_TEST(eventually([&] { return remote.turned_away() >= 6; }));
  remote.refuse_connections(false);
  BOOST_TEST(eventually([&] { return remote.accepted() == std::vector<std::string>{"x"}; }));
  BOOST_TEST(!logged("gives up"));
}

BOOST_FIXTURE_TEST_CASE(a_change_takes_what_waits_along, bridging_broker) {
  for (const char* cache : {"off", "on"}) {
    const picky_broker remote{acknowledge_all};
    const auto bridge = make_bridge(free_port());
    const auto rule = make_bridge_rule(bridge);
    publish_numbers(50);
    BOOST_TEST(eventually([&] { return count(rule, "success") == 50; }));
    change(bridge, config(free_port(), {{"pool_size", 2}}));
    change(bridge, config(remote.port(), {{"pool_size", 3}, {"disk_cache", cache}}));
    BOOST_TEST(eventually([&] { return remote.accepted().size() >= 50; }));
    BOOST_TEST(remote.accepted() == numbers(50));
    BOOST_TEST(count(rule, "failed") == 0);
    BOOST_TEST(!logged(bridge + " ends and gives up"));
    BOOST_TEST(del("/rules/" + rule).code() == 0);
    BOOST_TEST(del("/resources/" + bridge).code() == 0);
  }
}

// What is under way is acknowledged first.
BOOST_FIXTURE_TEST_CASE(a_change_doubles_nothing, bridging_broker) {
  gate holds;
  const picky_broker remote{[&](const troupe::mqtt::publish&) {
    holds.pass();
    return verdict::acknowledge;
  }};
  const auto bridge = make_bridge(remote.port());
  const auto rule = make_bridge_rule(bridge);
  BOOST_TEST(eventually([&] { return alive(bridge); }));
  holds.hold();
  publish_numbers(40); // more than may be under way
  BOOST_TEST(eventually([&] { return count(rule, "success") == 40; }));
  change(bridge, config(remote.port(), {{"pool_size", 2}}));
  holds.let_go();
  BOOST_TEST_REQUIRE(eventually([&] { return remote.accepted().size() >= 40; }));
  mqtt({.client_id = "c"})->publish("t/1", "end", 1);
  BOOST_TEST(eventually([&] { return remote.accepted().back() == "end"; }));
  auto expected = numbers(40);
  expected.emplace_back("end");
  BOOST_TEST(remote.accepted() == expected);
}

BOOST_FIXTURE_TEST_CASE(changes_while_messages_flow, bridging_broker) {
  const picky_broker remote{acknowledge_all};
  const auto bridge = make_bridge(remote.port());
  const auto rule = make_bridge_rule(bridge);
  auto c = mqtt({.client_id = "c"});
  constexpr int all = 300;
  for (int i = 0; i < all; ++i) {
    c->publish("t/" + std::to_string(i % 7), std::to_string(i), 1);
    if (i % 60 == 30)
      change(bridge, config(remote.port(), {{"pool_size", 1 + i / 60}}));
  }
  const auto arrived = [&] {
    const auto got = remote.accepted();
    return std::set<std::string>{got.begin(), got.end()}.size();
  };
  BOOST_TEST(eventually([&] { return arrived() == static_cast<std::size_t>(all); }));
  BOOST_TEST(eventually([&] { return count(rule, "success") == all; }));
  BOOST_TEST(count(rule, "failed") == 0);
}

BOOST_FIXTURE_TEST_CASE(the_end_counts_what_is_lost, bridging_broker) {
  const auto lost = make_bridge(free_port());
  const auto kept = make_bridge(free_port(), {{"disk_cache", "on"}});
  const auto deleted = make_bridge(free_port(), {{"disk_cache", "on"}});
  for (const auto& bridge : {lost, kept, deleted}) {
    const auto rule = make_bridge_rule(bridge);
    publish_numbers(30);
    BOOST_TEST(eventually([&] { return count(rule, "success") == 30; }));
    BOOST_TEST(del("/rules/" + rule).code() == 0);
  }
  BOOST_TEST(del("/resources/" + deleted).code() == 0);
  BOOST_TEST(eventually([&] { return logged(deleted + " is deleted, and with it 30 messages"); }));
  BOOST_TEST(process().terminate() == 0);
  BOOST_TEST(logged(lost + " ends and gives up 30 messages"));
  BOOST_TEST(!logged(kept + " ends and gives up"));
}

BOOST_AUTO_TEST_SUITE_END()
