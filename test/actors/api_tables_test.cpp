// The API actor's other tables: subscriptions, routes, nodes, figures.
#include "actors/api_checks.hpp"

#include <boost/json/serialize.hpp>

#include <set>

using namespace troupe;
using namespace troupe::test;

BOOST_AUTO_TEST_SUITE(api_tables)

BOOST_AUTO_TEST_CASE(subscriptions) {
  fake_node node(2);
  std::string a = id_on_shard(0, "a"), b = id_on_shard(1, "b");
  node.shards[0]->subscriptions = {{a, "t/1", 0}, {a, "t/2", 1}};
  node.shards[1]->subscriptions = {{b, "$share/g/t", 2}};
  node.start();
  reply r = node.ask("GET", "/subscriptions", {{"_limit", "2"}});
  BOOST_TEST(texts(r.data(), "topic") == (names{"t/1", "t/2"}), boost::test_tools::per_element());
  BOOST_TEST(r.meta().at("count").as_int64() == 3);
  BOOST_TEST(r.meta().at("hasnext").as_bool());
  reply q = node.ask("GET", "/nodes/emqx@127.0.0.1/subscriptions", {{"qos", "2"}});
  BOOST_TEST(boost::json::serialize(q.data()) ==
             R"([{"topic":"$share/g/t","qos":2,"node":"emqx@127.0.0.1","clientid":")" + b + R"("}])");
  BOOST_TEST(q.meta().at("count").as_int64() == -1);
  BOOST_TEST(node.ask("GET", "/subscriptions", {{"qos", "99999999999"}}).data().as_array().empty());
  node.ask("GET", "/subscriptions",
           {{"clientid", "c"}, {"topic", "a/b"}, {"share", "g"}, {"_match_topic", "a/#"}});
  const subscription_query& asked = node.shards[1]->asked_subscriptions;
  BOOST_TEST(asked.client_id.value() == "c");
  BOOST_TEST(asked.topic.value() == "a/b");
  BOOST_TEST(asked.share.value() == "g");
  BOOST_TEST(asked.match_topic.value() == "a/#");
  BOOST_TEST(node.ask("GET", "/subscriptions/" + a).data().as_array().size() == 2u);
  BOOST_TEST(node.ask("GET", "/nodes/emqx@127.0.0.1/subscriptions/" + b).data().as_array().size() == 1u);
  BOOST_TEST(node.ask("GET", "/subscriptions/none").data().as_array().empty());
}

BOOST_AUTO_TEST_CASE(routes) {
  fake_node node;
  node.table->topics = {"a/b/c", "a/+", "x"};
  node.start();
  reply r = node.ask("GET", "/routes", {{"_page", "2"}, {"_limit", "1"}});
  BOOST_TEST(boost::json::serialize(r.data()) == R"([{"topic":"a/+","node":"emqx@127.0.0.1"}])");
  BOOST_TEST(r.meta().at("count").as_int64() == 3);
  BOOST_TEST(r.meta().at("hasnext").as_bool());
  BOOST_TEST(!node.ask("GET", "/routes", {{"_page", "3"}, {"_limit", "1"}}).meta().at("hasnext").as_bool());
  BOOST_TEST(!node.ask("GET", "/routes", {{"_page", "9"}}).meta().at("hasnext").as_bool());
  BOOST_TEST(texts(node.ask("GET", "/routes/a%2fb%2fc").data(), "topic") == names{"a/b/c"},
             boost::test_tools::per_element());
  BOOST_TEST(texts(node.ask("GET", "/routes/a%2F+").data(), "topic") == names{"a/+"},
             boost::test_tools::per_element());
  BOOST_TEST(node.ask("GET", "/routes/none").data().as_array().empty());
}

BOOST_AUTO_TEST_CASE(brokers_and_nodes) {
  fake_node node;
  node.gauges->connections.add(4);
  node.start();
  auto broker = node.ask("GET", "/brokers").data().at(0).as_object();
  BOOST_TEST(broker.size() == 7u);
  BOOST_TEST(broker.at("node").as_string() == node_name);
  BOOST_TEST(broker.at("node_status").as_string() == "Running");
  BOOST_TEST(broker.at("version").as_string() == TROUPE_VERSION);
  BOOST_TEST(broker.at("otp_release").as_string() == "CAF/0.17.6");
  BOOST_TEST(broker.at("uptime").as_string().ends_with(" seconds"));
  BOOST_TEST(broker.at("datetime").as_string().size() == 19u);
  BOOST_TEST(broker.at("sysdescr").is_string());
  BOOST_TEST(node.ask("GET", "/brokers/emqx@127.0.0.1").data().as_object().size() == 7u);

  auto listed = node.ask("GET", "/nodes").data().at(0).as_object();
  auto single = node.ask("GET", "/nodes/emqx@127.0.0.1").data().as_object();
  BOOST_TEST(listed.size() == 14u);
  BOOST_TEST(single.size() == 14u);
  BOOST_TEST(listed.at("memory_used").as_string().ends_with("M"));
  BOOST_TEST(listed.at("memory_total").is_string());
  BOOST_TEST(single.at("memory_used").to_number<std::uint64_t>() > 1'000'000u);
  BOOST_TEST(single.at("memory_total").is_number());
  BOOST_TEST(single.at("connections").to_number<int>() == 4);
  BOOST_TEST(single.at("load1").as_string().find('.') == single.at("load1").as_string().size() - 3);
  BOOST_TEST(single.at("process_available").to_number<int>() == 2'097'152);
}

BOOST_AUTO_TEST_CASE(metrics_and_stats) {
  fake_node node(2);
  node.shards[0]->figures.counters.add(mqtt::metric::packets_connect_received, 2);
  node.shards[1]->figures.counters.add(mqtt::metric::packets_connect_received, 3);
  node.retained.messages = 6;
  node.start();
  auto all = node.ask("GET", "/metrics").data().at(0).as_object();
  BOOST_TEST(all.at("node").as_string() == node_name);
  BOOST_TEST(all.at("metrics").as_object().size() == mqtt::shown_metrics(false));
  auto own = node.ask("GET", "/nodes/emqx@127.0.0.1/metrics").data().as_object();
  BOOST_TEST(own.at("packets.connect.received").to_number<int>() == 5);
  BOOST_TEST(own.at("messages.retained").to_number<int>() == 6);
  auto stats = node.ask("GET", "/stats").data().at(0).as_object();
  BOOST_TEST(stats.at("stats").at("retained.count").to_number<int>() == 6);
  BOOST_TEST(node.ask("GET", "/nodes/emqx@127.0.0.1/stats").data().as_object().size() == 26u);
}

BOOST_AUTO_TEST_CASE(listeners) {
  fake_node node;
  node.listeners = {
      {"mqtt:ws:8083", "8083", 4, 102'400, 0, {}},
      {"mqtt:tcp", "0.0.0.0:1883", 8, 1'024'000, 3, {{"kicked", 1}, {"normal", 2}, {"banned", 0}}}};
  auto http = std::make_shared<http_listener_figures>();
  http->listen_on = "8081";
  http->connections = 1;
  node.http_listeners = {http};
  node.start();
  auto rows = node.ask("GET", "/nodes/emqx@127.0.0.1/listeners").data().as_array();
  BOOST_TEST(texts(rows, "protocol") == (names{"mqtt:tcp", "http:management", "mqtt:ws:8083"}),
             boost::test_tools::per_element());
  BOOST_TEST(boost::json::serialize(rows[0].at("shutdown_count")) == R"([{"kicked":1},{"normal":2}])");
  BOOST_TEST(rows[0].at("current_conns").to_number<int>() == 3);
  BOOST_TEST(rows[0].at("max_conns").to_number<int>() == 1'024'000);
  BOOST_TEST(rows[0].at("acceptors").to_number<int>() == 8);
  BOOST_TEST(rows[0].at("listen_on").as_string() == "0.0.0.0:1883");
  BOOST_TEST(boost::json::serialize(rows[1].at("shutdown_count")) == "[]");
  BOOST_TEST(rows[1].at("max_conns").to_number<int>() == 512);
  BOOST_TEST(rows[1].at("current_conns").to_number<int>() == 1);
  auto grouped = node.ask("GET", "/listeners").data().at(0).as_object();
  BOOST_TEST(grouped.at("node").as_string() == node_name);
  BOOST_TEST(grouped.at("listeners").as_array().size() == 3u);
}

BOOST_AUTO_TEST_SUITE_END()
