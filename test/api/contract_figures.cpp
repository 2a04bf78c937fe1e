// The contract: metrics, stats and the metrics of topics.
#include "api/contract_world.hpp"
#include "api/documented_names.hpp"

#include <string_view>

namespace troupe::test {

namespace {

// Moved by the clients of the world; every other metric is 0.
std::map<std::string, std::int64_t> moved(const contract_world& w) {
  return {
      {"bytes.received", w.everybody.recv_oct},
      {"bytes.sent", w.everybody.send_oct},
      {"packets.received", w.everybody.recv_pkt},
      {"packets.sent", w.everybody.send_pkt},
      {"packets.connect.received", 5},
      {"packets.connack.sent", 5},
      {"packets.subscribe.received", 5},
      {"packets.suback.sent", 5},
      {"packets.publish.received", w.everybody.recv_msg}, // of example and busy
      {"packets.publish.sent", w.everybody.send_msg},     // the will to five, two to busy
      {"packets.pubrec.sent", 1},                         // to busy
      {"client.connect", 5},
      {"client.connack", 5},
      {"client.connected", 5},
      {"client.disconnected", 2}, // detached, mortal
      {"client.authenticate", 5},
      {"client.auth.anonymous", 5},
      {"client.check_acl", 7}, // their subscriptions, and the publishes of example and busy
      {"client.subscribe", 5},
      {"session.created", 5},
      {"session.terminated", 1}, // mortal's
      {"messages.received", 2},
      {"messages.qos0.received", 1},
      {"messages.qos2.received", 1},
      {"messages.sent", 3},
      {"messages.qos0.sent", 1},
      {"messages.qos1.sent", 2},
      {"messages.publish",
       9}, // of example and busy, the will, three to detached, two to busy, the delayed one
      {"messages.delivered", 3}, // those of detached wait
      {"messages.dropped", 2},   // of example and busy
      {"messages.dropped.no_subscribers", 2},
      {"messages.retained", 1}, // the will
      {"messages.delayed", 1},
  };
}

fields metrics(const contract_world& w) {
  const auto known = moved(w);
  fields out;
  for (const auto& name : documented_metrics()) {
    const auto found = known.find(name);
    out.push_back({name, is(found == known.end() ? std::int64_t{0} : found->second)});
  }
  return out;
}

struct gauge {
  std::int64_t count, max;
};

fields stats() {
  const std::map<std::string, gauge> known{
      {"connections", {3, 3}}, // busy came when detached and mortal had gone
      {"channels", {4, 4}},
      {"sessions", {4, 4}},
      {"topics", {5, 5}},
      {"routes", {5, 5}},
      {"suboptions", {5, 5}},
      {"subscriptions", {5, 5}},
      {"subscribers", {4, 4}}, // not the shared one
      {"subscriptions.shared", {1, 1}},
      {"retained", {1, 1}},
      {"actions", {9, 9}}, // kinds of them
  };
  fields out;
  for (const auto& name : documented_stats()) {
    const auto found = known.find(name);
    const gauge g = found == known.end() ? gauge{0, 0} : found->second; // there is no rule
    out.push_back({name + ".count", is(g.count)});
    out.push_back({name + ".max", is(g.max)});
  }
  return out;
}

expectation grouped(const char* key, expectation of_node) {
  return list({members({{"node", is(node_name)}, {key, std::move(of_node)}})});
}

// Busy has published once with QoS 2, and nobody was there.
fields topic_metrics() {
  fields out;
  for (const char* name :
       {"messages.in", "messages.out", "messages.qos0.in", "messages.qos0.out", "messages.qos1.in",
        "messages.qos1.out", "messages.qos2.in", "messages.qos2.out", "messages.dropped"}) {
    const std::string_view n = name;
    const bool moved = n == "messages.in" || n == "messages.qos2.in" || n == "messages.dropped";
    out.push_back({name + std::string(".count"), is(moved ? 1 : 0)});
    out.push_back({name + std::string(".rate"), number_within(0, 1)});
  }
  return out;
}

// The same figures once more, under other names and in groups.
expectation exported(const contract_world& w) {
  const auto known = moved(w);
  const auto metric = [&](const char* name) { return is(known.at(name)); };
  return members({
      {"stats", containing({{"emqx_connections_count", is(3)}, {"emqx_sessions_max", is(4)}})},
      {"metrics", containing({{"emqx_rules_matched", is(0)}, {"emqx_vm_used_memory", at_least(1)}})},
      {"packets", containing({{"emqx_bytes_received", metric("bytes.received")},
                              {"emqx_packets_connect", metric("packets.connect.received")}})},
      {"messages", containing({{"emqx_messages_delayed", metric("messages.delayed")}})},
      {"delivery", containing({{"emqx_delivery_dropped", is(0)}})},
      {"client", containing({{"emqx_client_connected", metric("client.connected")}})},
      {"session", containing({{"emqx_session_created", metric("session.created")}})},
  });
}

} // namespace

promises figure_promises(contract_world& w) {
  return {
      gives("/metrics", grouped("metrics", members(metrics(w)))),
      gives(on_node + "/metrics", members(metrics(w))),
      refuses("GET", "/nodes/never@seen/metrics", 404, "", 404),
      gives("/stats", grouped("stats", members(stats()))),
      gives(on_node + "/stats", members(stats())),
      refuses("GET", "/nodes/never@seen/stats", 404, "", 404),
      gives("/emqx_prometheus", exported(w)),
      gives("/emqx_statsd", exported(w)),
      gives("/topic-metrics",
            list({members({{"topic", is("t/watched")}, {"metrics", members(topic_metrics())}})})),
      gives("/topic-metrics/t%2Fwatched", members(topic_metrics())),
      gives("/topic-metrics/t%2Fother", members({})),
      refuses("GET", "/topic-metrics/t%2F%23", 115),
      refuses("POST", "/topic-metrics", 107, "{}"),
      refuses("POST", "/topic-metrics", 115, R"({"topic":"t/+"})"),
      done("POST", "/topic-metrics", R"({"topic":"t/other"})",
           [&] { return w.get("/topic-metrics").data().as_array().size() == 2; }),
      done("DELETE", "/topic-metrics/t%2Fother", "",
           [&] { return w.get("/topic-metrics").data().as_array().size() == 1; }),
      done("DELETE", "/topic-metrics", "", [&] { return w.get("/topic-metrics").data().as_array().empty(); }),
  };
}

} // namespace troupe::test
