// Rules that send what they select to another node: two brokers, and the link between them.
#include "api/two_nodes.hpp"

#include <csignal>

namespace {

using namespace troupe::test;

// The first node has a rule whose messages go to the second.
struct linked_nodes : two_nodes {
  std::string resource, rule;

  explicit linked_nodes(const std::string& second_more = {}) : two_nodes(second_more) {
    resource = first.make_resource("bridge_rpc", {{"address", second_place()},
                                                  {"pool_size", 1},
                                                  {"mountpoint", "from/${node}/"},
                                                  {"reconnect_interval", "200ms"}});
    rule = first.make_rule(R"(select payload, topic from "a/#")", "data_to_mqtt_broker",
                           {{"$resource", resource}, {"payload_tmpl", "${payload}"}});
  }

  // What a rule of the second node has written down.
  std::string got() { return read_text(second().process().folder() / "data/rule_files/got"); }
};

const std::string mounted = std::string{"from/"} + first_name + "/";

} // namespace

BOOST_AUTO_TEST_SUITE(bridge_rpc)

BOOST_FIXTURE_TEST_CASE(messages_are_published_at_the_other_node, linked_nodes) {
  BOOST_TEST(eventually([&] { return first.alive(resource); }));
  auto subscriber = second().mqtt({.client_id = "s"});
  subscriber->subscribe("from/#", 1);
  auto c = first.mqtt({.client_id = "c"});
  c->publish("a/1", "one", 1);
  c->publish("a/2", "kept", 1, true);
  const auto got = subscriber->next();
  BOOST_TEST(got.topic == mounted + "a/1");
  BOOST_TEST(got.payload == "one");
  BOOST_TEST(got.qos == 1);
  BOOST_TEST(subscriber->next().payload == "kept");
  auto late = second().mqtt({.client_id = "l"});
  late->subscribe("from/#", 1);
  const auto retained = late->next();
  BOOST_TEST(retained.topic == mounted + "a/2");
  BOOST_TEST(retained.retain);
  BOOST_TEST(eventually([&] { return first.count(rule, "success") == 2; }));
}

BOOST_FIXTURE_TEST_CASE(rules_there_see_them, linked_nodes) {
  const auto there =
      second().make_rule(R"(select * from "from/#")", "republish",
                         {{"target_topic", "seen"}, {"target_qos", 1}, {"payload_tmpl", "${topic}"}});
  auto subscriber = second().mqtt({.client_id = "s"});
  subscriber->subscribe("seen", 1);
  first.mqtt({.client_id = "c"})->publish("a/1", "x", 1);
  BOOST_TEST(subscriber->next().payload == mounted + "a/1");
}

// Who is there when they come, as no session outlives a killed broker: a rule that writes them down.
BOOST_FIXTURE_TEST_CASE(what_is_published_while_it_is_away_comes_later, linked_nodes) {
  second().make_rule(R"(select payload from "from/#")", "save_to_file",
                     {{"file", "got"}, {"payload_tmpl", "${payload}"}});
  BOOST_TEST_REQUIRE(eventually([&] { return first.alive(resource); }));
  auto c = first.mqtt({.client_id = "c"});
  c->publish("a/1", "before", 1);
  BOOST_TEST(eventually([&] { return got() == "before\n"; }));
  second().process().kill9();
  BOOST_TEST(eventually([&] { return !first.alive(resource) && first.alarmed(resource); }));
  std::string all = "before\n";
  for (int i = 0; i < 200; ++i) {
    c->publish("a/1", std::to_string(i), 1);
    all += std::to_string(i) + '\n';
  }
  BOOST_TEST(eventually([&] { return first.count(rule, "success") == 201; }));
  second().process().start_again();
  BOOST_TEST(eventually([&] { return first.alive(resource) && !first.alarmed(resource); }));
  c->publish("a/1", "last", 1);
  all += "last\n";
  BOOST_TEST(eventually([&] { return got().ends_with("\nlast\n"); }));
  // The first one again, if its acknowledgement had not come yet.
  BOOST_TEST((got() == all || got() == "before\n" + all));
}

// Neither the connection nor what it knows is lost: the first node hears nothing for a while.
BOOST_FIXTURE_TEST_CASE(a_frozen_node_is_missed_and_found_again, linked_nodes) {
  auto subscriber = second().mqtt({.client_id = "s"});
  subscriber->subscribe("from/#", 1);
  BOOST_TEST_REQUIRE(eventually([&] { return first.alive(resource); }));
  ::kill(second().pid(), SIGSTOP);
  auto c = first.mqtt({.client_id = "c"});
  for (int i = 0; i < 50; ++i)
    c->publish("a/1", std::to_string(i), 1);
  BOOST_TEST(eventually([&] { return !first.alive(resource) && first.alarmed(resource); }));
  ::kill(second().pid(), SIGCONT);
  BOOST_TEST(eventually([&] { return first.alive(resource) && !first.alarmed(resource); }));
  c->publish("a/1", "last", 1);
  for (int i = 0; i < 50; ++i)
    BOOST_TEST(subscriber->next().payload == std::to_string(i));
  BOOST_TEST(subscriber->next().payload == "last");
}

BOOST_FIXTURE_TEST_CASE(the_plugin_bridges_to_a_node, two_nodes) {
  auto subscriber = second().mqtt({.client_id = "s"});
  subscriber->subscribe("from/#", 1);
  rule_broker third{"cluster.listen = outgoing\nplugins.load = emqx_bridge_mqtt\nbridge.mqtt.x.address = " +
                    second_place() +
                    "\nbridge.mqtt.x.forwards = a/#\nbridge.mqtt.x.forward_mountpoint = from/\n"};
  third.mqtt({.client_id = "c"})->publish("a/1", "x", 1);
  BOOST_TEST(subscriber->next().topic == "from/a/1");
}

BOOST_AUTO_TEST_CASE(a_node_with_another_cookie_is_refused) {
  linked_nodes nodes{"node.cookie = another\n"};
  BOOST_TEST(eventually([&] { return nodes.first.alarmed(nodes.resource); }));
  BOOST_TEST(!nodes.first.alive(nodes.resource));
  BOOST_TEST(eventually([&] {
    return nodes.second().process().log().find("it has another cookie (node.cookie)") != std::string::npos;
  }));
  const auto log = nodes.first.process().log() + nodes.second().process().log();
  BOOST_TEST(log.find("emqxsecretcookie") == std::string::npos);
  BOOST_TEST(log.find("another\n") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_node_of_another_cluster_is_refused) {
  linked_nodes nodes{"cluster.name = another\n"};
  BOOST_TEST(eventually(
      [&] { return nodes.first.process().log().find("it is of another cluster") != std::string::npos; }));
  BOOST_TEST(!nodes.first.alive(nodes.resource));
}

BOOST_AUTO_TEST_CASE(a_node_with_another_name_is_not_the_one) {
  linked_nodes nodes{"node.name = third@127.0.0.1\n"};
  BOOST_TEST(eventually([&] {
    return nodes.first.process().log().find("the node there is third@127.0.0.1") != std::string::npos;
  }));
  BOOST_TEST(!nodes.first.alive(nodes.resource));
}

BOOST_FIXTURE_TEST_CASE(a_node_without_links_says_so, rule_broker) {
  const auto resource = make_resource("bridge_rpc", {{"address", "b@127.0.0.1"}, {"pool_size", 1}});
  BOOST_TEST(eventually([&] { return alarmed(resource); }));
  BOOST_TEST(!alive(resource));
  BOOST_TEST(process().has_logged("this node makes no links to others (cluster.listen)"));
}

BOOST_AUTO_TEST_SUITE_END()
