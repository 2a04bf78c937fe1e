#include "actors/fake_node.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <set>

namespace {

using namespace troupe;
using test::fake_node;
using test::reply;

constexpr const char* node_name = "emqx@127.0.0.1";

client_row client(std::string id, std::string username = "") {
  client_row row;
  row.clientid = std::move(id);
  row.username = std::move(username);
  row.connected = true;
  row.proto_name = "MQTT";
  row.ip_address = "127.0.0.1";
  row.zone = "external";
  row.connected_at = row.created_at = 1'700'000'000'000;
  return row;
}

std::vector<std::string> texts(const boost::json::value& rows, const char* key) {
  std::vector<std::string> out;
  for (const auto& row : rows.as_array())
    out.emplace_back(row.at(key).as_string());
  return out;
}

using names = std::vector<std::string>;

void check_error(const reply& r, int status, int code) {
  BOOST_TEST(r.status == status);
  BOOST_TEST(r.code() == code);
  BOOST_TEST(!r.body.at("message").as_string().empty());
  BOOST_TEST(!r.body.as_object().contains("data"));
}

// Where a client id lives among two shards.
std::string id_on_shard(std::uint16_t shard, const std::string& stem) {
  for (int i = 0;; ++i)
    if (std::string id = stem + std::to_string(i); home_shard(id, 2) == shard)
      return id;
}

} // namespace

BOOST_AUTO_TEST_SUITE(api_routing)

  BOOST_AUTO_TEST_CASE(list_of_endpoints) {
    fake_node node;
    node.start();
    reply r = node.ask("GET", "");
    BOOST_TEST(r.status == 200);
    BOOST_TEST(r.code() == 0);
    std::set<std::string> seen;
    for (const auto& row : r.data().as_array()) {
      std::string path(row.at("path").as_string());
      BOOST_TEST(path.front() == '/');
      BOOST_TEST(!row.at("name").as_string().empty());
      BOOST_TEST(!row.at("descr").as_string().empty());
      seen.insert(std::string(row.at("method").as_string()) + ' ' + path);
    }
    for (const char* expected :
         {"GET /brokers/", "GET /brokers/:node", "GET /clients/", "GET /nodes/:node/clients/",
          "DELETE /clients/:clientid", "DELETE /nodes/:node/clients/:clientid", "POST /mqtt/publish",
          "POST /mqtt/unsubscribe_batch", "GET /routes/:topic", "GET /nodes/:node/stats/", "GET /metrics",
          "GET /listeners/", "GET /nodes/:node/subscriptions/:clientid"})
      BOOST_TEST(seen.count(expected) == 1u, expected);
    BOOST_TEST(seen.size() == r.data().as_array().size());
    BOOST_TEST(node.ask("GET", "/").status == 200);
  }

  BOOST_AUTO_TEST_CASE(slashes_do_not_matter) {
    fake_node node;
    node.start();
    for (const char* path : {"/nodes", "/nodes/", "//nodes//"})
      BOOST_TEST(node.ask("GET", path).status == 200, path);
  }

  BOOST_AUTO_TEST_CASE(unknown_paths_methods_and_nodes) {
    fake_node node;
    node.start();
    for (const char* path :
         {"/nope", "/clients/a/b", "/nodes/other@host", "/brokers/other", "/nodes/other/clients",
          "/nodes/other/clients/username/u", "/nodes/other/metrics"})
      BOOST_TEST_CONTEXT(path) { check_error(node.ask("GET", path), 404, 404); }
    check_error(node.ask("POST", ""), 404, 404);
    check_error(node.ask("PUT", "/clients"), 404, 404);
    check_error(node.ask("GET", "/mqtt/publish"), 404, 404);
    check_error(node.ask("HEAD", "/nodes"), 404, 404);
    BOOST_TEST(node.ask("GET", "/nodes/emqx%40127.0.0.1").status == 200);
  }

  BOOST_AUTO_TEST_CASE(bad_percent_sequences) {
    fake_node node;
    node.start();
    for (const char* path : {"/clients/%zz", "/clients/a%", "/clients/a%2", "/routes/%2x", "/nodes/%zz"})
      BOOST_TEST_CONTEXT(path) { check_error(node.ask("GET", path), 400, 108); }
  }

  BOOST_AUTO_TEST_CASE(bodies_that_are_no_object) {
    fake_node node;
    node.start();
    for (const char* body : {"{bad", "[1,", "\"\xff\"", "{\"a\":1}x", "{'a':1}", "a=b"})
      BOOST_TEST_CONTEXT(body) { check_error(node.ask("POST", "/mqtt/publish", {}, body), 400, 109); }
    check_error(node.ask("POST", "/mqtt/publish", {}, std::string(1'000, '[')), 400, 109);
    check_error(node.ask("POST", "/mqtt/publish", {}, std::string(50, '[') + std::string(50, ']')), 400, 109);
    for (const char* body : {"5", "null", "\"text\"", "true"})
      BOOST_TEST_CONTEXT(body) { check_error(node.ask("POST", "/mqtt/publish", {}, body), 400, 108); }
    for (const char* path : {"/mqtt/publish_batch", "/mqtt/subscribe_batch", "/mqtt/unsubscribe_batch"}) {
      check_error(node.ask("POST", path, {}, "{}"), 400, 108);
      check_error(node.ask("POST", path, {}, ""), 400, 108);
    }
  }

  BOOST_AUTO_TEST_SUITE_END()

  BOOST_AUTO_TEST_SUITE(api_clients)

    BOOST_AUTO_TEST_CASE(pages_run_over_the_shards) {
      fake_node node(3);
      node.shards[0]->clients = {client("a"), client("b")};
      node.shards[2]->clients = {client("c"), client("d"), client("e")};
      node.start();

      auto page = [&](const char* number, const char* limit) {
        return node.ask("GET", "/clients", {{"_page", number}, {"_limit", limit}});
      };
      struct expectation {
        const char *page, *limit;
        names ids;
        bool has_next;
      };
      for (const expectation& e : std::vector<expectation>{
               {"1", "2", {"a", "b"}, true},
               {"2", "2", {"c", "d"}, true},
               {"3", "2", {"e"}, false},
               {"4", "2", {}, false},
               {"1", "3", {"a", "b", "c"}, true},
               {"2", "3", {"d", "e"}, false},
               {"1", "5", {"a", "b", "c", "d", "e"}, false},
               {"1", "1", {"a"}, true},
               {"5", "1", {"e"}, false},
               {"1", "0", {}, true},
               {"0", "2", {"a", "b"}, true},
               {"-3", "2", {"a", "b"}, true},
               {"1", "9223372036854775807", {"a", "b", "c", "d", "e"}, false},
               {"9223372036854775807", "9223372036854775807", {}, false},
           })
        BOOST_TEST_CONTEXT("page " << e.page << " limit " << e.limit) {
          reply r = page(e.page, e.limit);
          BOOST_TEST(r.status == 200);
          BOOST_TEST(texts(r.data(), "clientid") == e.ids, boost::test_tools::per_element());
          BOOST_TEST(r.meta().at("page").as_int64() == std::stoll(e.page));
          BOOST_TEST(r.meta().at("limit").as_int64() == std::stoll(e.limit));
          BOOST_TEST(r.meta().at("count").as_int64() == 5);
          BOOST_TEST(r.meta().at("hasnext").as_bool() == e.has_next);
        }

      reply all = node.ask("GET", "/clients", {{"limit", "1"}, {"unknown", "x"}});
      BOOST_TEST(all.data().as_array().size() == 5u);
      BOOST_TEST(all.meta().at("limit").as_int64() == 10'000);
      BOOST_TEST(all.meta().at("page").as_int64() == 1);
    }

    BOOST_AUTO_TEST_CASE(filters_reach_the_shards) {
      fake_node node(2);
      node.shards[0]->clients = {client("a", "u"), client("b")};
      node.shards[1]->clients = {client("c", "u")};
      node.start();
      reply r = node.ask("GET", "/clients",
                         {{"username", "u"},
                          {"_limit", "1"},
                          {"zone", "z"},
                          {"ip_address", "1.2.3.4"},
                          {"conn_state", "connected"},
                          {"clean_start", "true"},
                          {"proto_name", "MQTT"},
                          {"proto_ver", "5"},
                          {"_like_clientid", "x"},
                          {"_like_username", "y"},
                          {"_gte_created_at", "1"},
                          {"_lte_created_at", "2"},
                          {"_gte_connected_at", "3"},
                          {"_lte_connected_at", "4"}});
      BOOST_TEST(texts(r.data(), "clientid") == names{"a"}, boost::test_tools::per_element());
      BOOST_TEST(r.meta().at("count").as_int64() == -1);
      BOOST_TEST(r.meta().at("hasnext").as_bool());
      const client_query& q = node.shards[0]->asked_clients;
      BOOST_TEST(!q.client_id);
      BOOST_TEST(q.zone.value() == "z");
      BOOST_TEST(q.ip_address.value() == "1.2.3.4");
      BOOST_TEST(q.conn_state.value() == "connected");
      BOOST_TEST(q.clean_start.value());
      BOOST_TEST(q.proto_name.value() == "MQTT");
      BOOST_TEST(q.proto_ver.value() == 5);
      BOOST_TEST(q.like_client_id.value() == "x");
      BOOST_TEST(q.like_username.value() == "y");
      BOOST_TEST(q.created_from.value() == 1);
      BOOST_TEST(q.created_to.value() == 2);
      BOOST_TEST(q.connected_from.value() == 3);
      BOOST_TEST(q.connected_to.value() == 4);
    }

    BOOST_AUTO_TEST_CASE(parameters_of_the_wrong_type) {
      fake_node node;
      node.start();
      for (auto [name, value] : {std::pair{"_page", "x"},
                                 {"_page", ""},
                                 {"_page", "1.5"},
                                 {"_limit", "ten"},
                                 {"_limit", "-1"},
                                 {"_limit", "99999999999999999999"},
                                 {"proto_ver", "five"},
                                 {"clean_start", "yes"},
                                 {"_gte_created_at", "today"},
                                 {"_lte_connected_at", "1x"}})
        BOOST_TEST_CONTEXT(name << '=' << value) {
          check_error(node.ask("GET", "/clients", {{name, value}}), 400, 108);
        }
      check_error(node.ask("GET", "/routes", {{"_limit", "x"}}), 400, 108);
      check_error(node.ask("GET", "/subscriptions", {{"qos", "x"}}), 400, 108);
    }

    BOOST_AUTO_TEST_CASE(every_field_of_a_row) {
      fake_node node(1);
      client_row row = client("one", "user");
      row.proto_ver = 5;
      row.port = 54'321;
      row.is_bridge = true;
      row.keepalive = 60;
      row.clean_start = false;
      row.expiry_interval = 7'200;
      row.disconnected_at = 0;
      std::uint64_t n = 100;
      for (auto field :
           {&client_row::subscriptions_cnt, &client_row::max_subscriptions, &client_row::inflight,
            &client_row::max_inflight,      &client_row::mqueue_len,        &client_row::max_mqueue,
            &client_row::mqueue_dropped,    &client_row::awaiting_rel,      &client_row::max_awaiting_rel,
            &client_row::recv_oct,          &client_row::recv_cnt,          &client_row::recv_pkt,
            &client_row::recv_msg,          &client_row::send_oct,          &client_row::send_cnt,
            &client_row::send_pkt,          &client_row::send_msg,          &client_row::mailbox_len,
            &client_row::heap_size,         &client_row::reductions})
        row.*field = ++n;
      node.shards[0]->clients = {row};
      node.start();
      auto o = node.ask("GET", "/clients/one").data().at(0).as_object();
      BOOST_TEST(o.size() == 36u);
      BOOST_TEST(o.at("node").as_string() == node_name);
      BOOST_TEST(o.at("username").as_string() == "user");
      BOOST_TEST(o.at("mountpoint").as_string() == "undefined");
      BOOST_TEST(o.at("proto_ver").as_int64() == 5);
      BOOST_TEST(o.at("port").as_int64() == 54'321);
      BOOST_TEST(o.at("is_bridge").as_bool());
      BOOST_TEST(!o.at("clean_start").as_bool());
      BOOST_TEST(o.at("connected").as_bool());
      BOOST_TEST(o.at("connected_at").as_string().size() == 19u);
      n = 100;
      for (const char* name :
           {"subscriptions_cnt", "max_subscriptions", "inflight",     "max_inflight",     "mqueue_len",
            "max_mqueue",        "mqueue_dropped",    "awaiting_rel", "max_awaiting_rel", "recv_oct",
            "recv_cnt",          "recv_pkt",          "recv_msg",     "send_oct",         "send_cnt",
            "send_pkt",          "send_msg",          "mailbox_len",  "heap_size",        "reductions"})
        BOOST_TEST(o.at(name).to_number<std::uint64_t>() == ++n, name);
      BOOST_TEST(!o.contains("disconnected_at"));
    }

    BOOST_AUTO_TEST_CASE(a_detached_session) {
      fake_node node(1);
      client_row row = client("gone");
      row.connected = false;
      row.disconnected_at = 1'700'000'005'000;
      node.shards[0]->clients = {row};
      node.start();
      auto o = node.ask("GET", "/nodes/emqx@127.0.0.1/clients/gone").data().at(0).as_object();
      BOOST_TEST(o.at("username").as_string() == "undefined");
      BOOST_TEST(!o.at("connected").as_bool());
      BOOST_TEST(o.at("disconnected_at").as_string().size() == 19u);
      for (const char* name : {"recv_oct", "recv_cnt", "send_oct", "send_cnt"})
        BOOST_TEST(!o.contains(name), name);
      BOOST_TEST(o.contains("recv_pkt"));
    }

    BOOST_AUTO_TEST_CASE(lookups_go_to_the_home_shard) {
      fake_node node(2);
      std::string there = id_on_shard(1, "a/b+ c"), other = id_on_shard(0, "x");
      node.shards[1]->clients = {client(there, "u v")};
      node.shards[0]->clients = {client(other, "u v")};
      node.start();
      std::string path = "/clients/a%2Fb+%20c" + there.substr(6);
      BOOST_TEST(texts(node.ask("GET", path).data(), "clientid") == names{there},
                 boost::test_tools::per_element());
      BOOST_TEST(node.ask("GET", "/clients/none").data().as_array().empty());
      BOOST_TEST(node.ask("GET", "/clients/none").code() == 0);
      reply by_name = node.ask("GET", "/clients/username/u%20v");
      BOOST_TEST(texts(by_name.data(), "clientid") == (names{other, there}),
                 boost::test_tools::per_element());
      BOOST_TEST(!by_name.body.as_object().contains("meta"));
      BOOST_TEST(node.ask("GET", "/clients/username/none").data().as_array().empty());
    }

    BOOST_AUTO_TEST_CASE(kick) {
      fake_node node(2);
      std::string a = id_on_shard(0, "a"), b = id_on_shard(1, "b");
      node.shards[0]->clients = {client(a)};
      node.shards[1]->clients = {client(b)};
      node.start();
      reply r = node.ask("DELETE", "/clients/" + a);
      BOOST_TEST(r.status == 200);
      BOOST_TEST(boost::json::serialize(r.body) == R"({"code":0})");
      check_error(node.ask("DELETE", "/clients/" + a), 200, 112);
      BOOST_TEST(node.ask("DELETE", "/clients/" + a).body.at("message").as_string() == "not_found");
      BOOST_TEST(node.ask("DELETE", "/nodes/emqx@127.0.0.1/clients/" + b).code() == 0);
      check_error(node.ask("DELETE", "/nodes/other/clients/" + b), 404, 404);
    }

    BOOST_AUTO_TEST_CASE(silent_shards) {
      fake_node node(2);
      node.shards[0]->clients = {client("a")};
      node.shards[1]->clients = {client("b")};
      node.start();
      node.end_shard(0);
      BOOST_TEST(texts(node.ask("GET", "/clients").data(), "clientid") == names{"b"},
                 boost::test_tools::per_element());
      node.end_shard(1);
      check_error(node.ask("GET", "/clients"), 200, 101);
      check_error(node.ask("GET", "/metrics"), 200, 101);
      check_error(node.ask("GET", "/clients/a"), 200, 101);
    }

    BOOST_AUTO_TEST_SUITE_END()

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
        BOOST_TEST(node.ask("GET", "/nodes/emqx@127.0.0.1/subscriptions/" + b).data().as_array().size() ==
                   1u);
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
        BOOST_TEST(
            !node.ask("GET", "/routes", {{"_page", "3"}, {"_limit", "1"}}).meta().at("hasnext").as_bool());
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
        BOOST_TEST(all.at("metrics").as_object().size() == mqtt::metric_count);
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
