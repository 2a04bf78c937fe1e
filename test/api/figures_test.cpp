// Brokers, nodes, listeners, metrics and stats against what really happened.
#include "api/documented_names.hpp"
#include "api/fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <set>

namespace {

using namespace troupe::test;

const std::string node_path = "/nodes/emqx@127.0.0.1";

} // namespace

BOOST_AUTO_TEST_SUITE(figures)

BOOST_FIXTURE_TEST_CASE(endpoints, served_broker) {
  for (const char* path : {"", "/"}) {
    reply r = get(path);
    BOOST_TEST(r.status == 200);
    BOOST_TEST(r.code() == 0);
    BOOST_TEST(r.data().as_array().size() >= 30u);
    for (const auto& row : r.data().as_array())
      for (const char* key : {"path", "name", "method", "descr"})
        BOOST_TEST(!row.at(key).as_string().empty());
  }
}

BOOST_FIXTURE_TEST_CASE(brokers, served_broker) {
  object one = get("/brokers/emqx@127.0.0.1").data().as_object();
  for (const object& o : {one, get("/brokers").data().at(0).as_object()}) {
    BOOST_TEST(o.size() == 7u);
    BOOST_TEST(o.at("node").as_string() == "emqx@127.0.0.1");
    BOOST_TEST(o.at("node_status").as_string() == "Running");
    BOOST_TEST(o.at("version").as_string() == TROUPE_VERSION);
    BOOST_TEST(o.at("sysdescr").as_string() == "Troupe Broker");
    BOOST_TEST(o.at("otp_release").as_string() == "CAF/0.17.6");
    BOOST_TEST(o.at("uptime").as_string().ends_with(" seconds"));
    BOOST_TEST(std::abs(parse_time(o.at("datetime").as_string().c_str()) - now_ms() / 1000) <= 5);
  }
}

BOOST_FIXTURE_TEST_CASE(nodes, served_broker) {
  peer_ptr a = mqtt({"a"}), b = mqtt({"b"});
  object listed = get("/nodes").data().at(0).as_object(), one = get(node_path).data().as_object();
  for (const object& o : {listed, one}) {
    BOOST_TEST(o.size() == 14u);
    BOOST_TEST(o.at("node").as_string() == "emqx@127.0.0.1");
    BOOST_TEST(o.at("node_status").as_string() == "Running");
    BOOST_TEST(o.at("connections").as_int64() == 2);
    BOOST_TEST(o.at("process_available").as_int64() == 2'097'152);
    BOOST_TEST(o.at("process_used").as_int64() >= 6);
    BOOST_TEST(o.at("max_fds").as_int64() >= 256);
    for (const char* key : {"load1", "load5", "load15"})
      BOOST_TEST(std::stod(std::string(o.at(key).as_string())) >= 0.0, key);
  }
  BOOST_TEST(listed.at("memory_used").as_string().ends_with("M"));
  BOOST_TEST(listed.at("memory_total").is_string());
  BOOST_TEST(one.at("memory_used").as_int64() > 1'000'000);
  BOOST_TEST(one.at("memory_total").as_int64() >= one.at("memory_used").as_int64());
}

BOOST_FIXTURE_TEST_CASE(listeners, served_broker) {
  auto tcp = [&] { return get(node_path + "/listeners").data().at(0).as_object(); };
  auto count = [&](const std::string& reason) {
    std::int64_t result = 0;
    object o = tcp();
    for (const auto& entry : o.at("shutdown_count").as_array()) {
      BOOST_TEST(entry.as_object().size() == 1u);
      if (entry.as_object().begin()->key() == reason)
        result = entry.as_object().begin()->value().as_int64();
    }
    return result;
  };
  // The fixture's own probe may still be closing.
  BOOST_TEST(eventually([&] { return tcp().at("current_conns").as_int64() == 0; }));
  object o = tcp();
  BOOST_TEST(o.size() == 6u);
  BOOST_TEST(o.at("protocol").as_string() == "mqtt:tcp");
  BOOST_TEST(o.at("listen_on").as_string() == "127.0.0.1:" + std::to_string(mqtt_port()));
  BOOST_TEST(o.at("acceptors").as_int64() == 8);
  BOOST_TEST(o.at("max_conns").as_int64() == 1'024'000);
  for (const char* reason : {"normal", "kicked", "discarded", "takeovered"})
    BOOST_TEST(count(reason) == 0, reason);
  std::int64_t closed = count("tcp_closed");
  {
    peer_ptr normal = mqtt({"normal"}), dropped = mqtt({"dropped"}), kicked = mqtt({"kicked"});
    peer_ptr same = mqtt({"same"}), kept = mqtt({.client_id = "kept", .clean = false});
    BOOST_TEST(tcp().at("current_conns").as_int64() == 5);
    peer_ptr new_same = mqtt({"same"}), new_kept = mqtt({.client_id = "kept", .clean = false});
    BOOST_TEST(same->wait_closed());
    BOOST_TEST(kept->wait_closed());
    normal->disconnect();
    dropped->drop();
    BOOST_TEST(del("/clients/kicked").code() == 0);
    for (const char* reason : {"normal", "kicked", "discarded", "takeovered"}) {
      BOOST_TEST(eventually([&] { return count(reason) > 0; }), reason);
      BOOST_TEST(count(reason) == 1, reason);
    }
    BOOST_TEST(eventually([&] { return count("tcp_closed") > closed; }));
    BOOST_TEST(eventually([&] { return tcp().at("current_conns").as_int64() == 2; }));
  }
  object grouped = get("/listeners").data().at(0).as_object();
  BOOST_TEST(grouped.at("node").as_string() == "emqx@127.0.0.1");
  object http = grouped.at("listeners").as_array().back().as_object();
  BOOST_TEST(http.size() == 6u);
  BOOST_TEST(http.at("protocol").as_string() == "http:management");
  BOOST_TEST(http.at("listen_on").as_string() == "127.0.0.1:" + std::to_string(http_port()));
  BOOST_TEST(http.at("max_conns").as_int64() == 512);
  BOOST_TEST(http.at("current_conns").as_int64() >= 1);
  BOOST_TEST(http.at("shutdown_count").as_array().empty());
}

// The consistent picture of reference/observability.md section 1.
BOOST_FIXTURE_TEST_CASE(metrics, served_broker) {
  auto read = [&] { return get(node_path + "/metrics").data().as_object(); };
  object o = read();
  std::set<std::string> names;
  for (const auto& member : o) {
    names.emplace(member.key());
    BOOST_TEST(member.value().as_int64() == 0, member.key());
  }
  BOOST_TEST(names == documented_metrics(), boost::test_tools::per_element());
  {
    peer_ptr c = mqtt({"one"});
    c->subscribe("a", 1);
    c->publish("a", "hello", 1);
    BOOST_TEST(c->next().payload == "hello");
    c->disconnect();
    BOOST_TEST(eventually([&] { return read().at("session.terminated").as_int64() == 1; }));
    o = read();
  }
  const std::map<std::string, int> expected{
      {"bytes.received", 17 + 8 + 12 + 4 + 2}, // CONNECT, SUBSCRIBE, PUBLISH, PUBACK, DISCONNECT
      {"bytes.sent", 4 + 5 + 4 + 12},          // CONNACK, SUBACK, PUBACK, PUBLISH
      {"packets.received", 5},
      {"packets.sent", 4},
      {"packets.connect.received", 1},
      {"packets.connack.sent", 1},
      {"packets.subscribe.received", 1},
      {"packets.suback.sent", 1},
      {"packets.publish.received", 1},
      {"packets.puback.sent", 1},
      {"packets.publish.sent", 1},
      {"packets.puback.received", 1},
      {"packets.disconnect.received", 1},
      {"messages.received", 1},
      {"messages.qos1.received", 1},
      {"messages.sent", 1},
      {"messages.qos1.sent", 1},
      {"messages.publish", 1},
      {"messages.delivered", 1},
      {"messages.acked", 1},
      {"client.connect", 1},
      {"client.connack", 1},
      {"client.connected", 1},
      {"client.disconnected", 1},
      {"client.authenticate", 1},
      {"client.auth.anonymous", 1},
      {"client.check_acl", 2}, // a subscription and a publish
      {"client.subscribe", 1},
      {"session.created", 1},
      {"session.terminated", 1},
  };
  for (const auto& member : o) {
    std::string name(member.key());
    auto e = expected.find(name);
    BOOST_TEST(member.value().as_int64() == (e == expected.end() ? 0 : e->second), name);
  }
  object grouped = get("/metrics").data().at(0).as_object();
  BOOST_TEST(grouped.at("node").as_string() == "emqx@127.0.0.1");
  BOOST_TEST(grouped.at("metrics").as_object().size() == documented_metrics().size());
}

BOOST_FIXTURE_TEST_CASE(stats, served_broker) {
  auto read = [&] { return get(node_path + "/stats").data().as_object(); };
  auto check = [&](const std::map<std::string, int>& expected) {
    object o = read();
    for (const auto& [name, value] : expected)
      BOOST_TEST(o.at(name).as_int64() == value, name);
  };
  BOOST_TEST(read().size() == 26u);
  for (const auto& member : read()) // actions.*: how many kinds there are
    BOOST_TEST((member.value().as_int64() == 0) != member.key().starts_with("actions."), member.key());
  peer_ptr a = mqtt({"a"}), b = mqtt({.client_id = "b", .clean = false});
  a->subscribe("x", 0);
  a->subscribe("y/#", 0);
  b->subscribe("x", 1);
  b->subscribe("$share/g/x", 1);
  a->publish("kept", "1", 0, true);
  BOOST_TEST(eventually([&] { return read().at("retained.count").as_int64() == 1; }));
  check({{"connections.count", 2},
         {"sessions.count", 2},
         {"channels.count", 2},
         {"subscriptions.count", 4},
         {"suboptions.count", 4},
         {"subscriptions.shared.count", 1},
         {"subscribers.count", 3}});
  BOOST_TEST(read().at("routes.count").as_int64() == read().at("topics.count").as_int64());
  BOOST_TEST(read().at("routes.count").as_int64() >= 2);
  a->disconnect();
  b->drop();
  BOOST_TEST(eventually([&] { return read().at("subscriptions.count").as_int64() == 2; }));
  BOOST_TEST(eventually([&] { return read().at("connections.count").as_int64() == 0; }));
  check({{"connections.max", 2},
         {"sessions.count", 1},
         {"sessions.max", 2},
         {"channels.max", 2},
         {"subscriptions.count", 2},
         {"subscriptions.max", 4},
         {"subscriptions.shared.count", 1},
         {"subscribers.count", 1},
         {"subscribers.max", 3},
         {"retained.max", 1},
         {"rules.count", 0}});
  object grouped = get("/stats").data().at(0).as_object();
  BOOST_TEST(grouped.at("node").as_string() == "emqx@127.0.0.1");
  BOOST_TEST(grouped.at("stats").as_object().size() == 26u);
}

BOOST_AUTO_TEST_SUITE_END()
