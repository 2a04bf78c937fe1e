// The client endpoints of the API actor: pages over shards, filters, rows.
#include "actors/api_checks.hpp"

#include <boost/json/serialize.hpp>

#include <set>

using namespace troupe;
using namespace troupe::test;

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
  BOOST_TEST(texts(by_name.data(), "clientid") == (names{other, there}), boost::test_tools::per_element());
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
