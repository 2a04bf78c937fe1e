// Clients as the API shows them, with a real client behind every row.
#include "api/three_clients.hpp"

#include <boost/json/serialize.hpp>

using namespace troupe::test;

BOOST_AUTO_TEST_SUITE(clients)

BOOST_FIXTURE_TEST_CASE(a_connected_client, three_clients) {
  object o = row("example");
  BOOST_TEST(o.size() == 36u);
  const std::pair<const char*, const char*> texts[] = {
      {"node", "emqx@127.0.0.1"},  {"clientid", "example"}, {"username", "test"},
      {"proto_name", "MQTT"},      {"zone", "external"},    {"ip_address", "127.0.0.1"},
      {"mountpoint", "undefined"},
  };
  for (auto [key, value] : texts)
    BOOST_TEST(o.at(key).as_string() == value, key);
  const std::pair<const char*, std::int64_t> numbers[] = {
      {"proto_ver", 4},          {"port", example->local_port()},
      {"keepalive", 60},         {"expiry_interval", 0},
      {"subscriptions_cnt", 1},  {"max_subscriptions", 0},
      {"inflight", 0},           {"max_inflight", 32},
      {"mqueue_len", 0},         {"max_mqueue", 1000},
      {"mqueue_dropped", 0},     {"awaiting_rel", 0},
      {"max_awaiting_rel", 100}, {"recv_pkt", 3},
      {"recv_msg", 1},           {"send_pkt", 2},
      {"send_msg", 0},           {"mailbox_len", 0},
      {"recv_oct", 27 + 12 + 9}, {"send_oct", 4 + 5},
  };
  for (auto [key, value] : numbers)
    BOOST_TEST(number(o, key) == value, key);
  BOOST_TEST(number(o, "recv_cnt") >= 1);
  BOOST_TEST(number(o, "recv_cnt") <= 3);
  BOOST_TEST(number(o, "send_cnt") >= 1);
  BOOST_TEST(number(o, "send_cnt") <= 2);
  BOOST_TEST(number(o, "heap_size") > 0);
  BOOST_TEST(number(o, "reductions") > 0);
  BOOST_TEST(!o.at("is_bridge").as_bool());
  BOOST_TEST(o.at("clean_start").as_bool());
  BOOST_TEST(o.at("connected").as_bool());
  for (const char* key : {"connected_at", "created_at"})
    BOOST_TEST(std::abs(parse_time(o.at(key).as_string().c_str()) - started / 1000) <= 5, key);
  BOOST_TEST(!o.contains("disconnected_at"));
}

BOOST_FIXTURE_TEST_CASE(the_first_read_counts_on_every_shard, served_broker) {
  for (const char* id : {"a", "b", "c", "d", "e", "f"}) {
    peer_ptr c = mqtt({id});
    object o = get(std::string("/clients/") + id).data().at(0).as_object();
    BOOST_TEST_CONTEXT(id) { BOOST_TEST(number(o, "recv_cnt") == 1); }
    BOOST_TEST_CONTEXT(id) { BOOST_TEST(number(o, "recv_oct") == 15); }
  }
}

BOOST_FIXTURE_TEST_CASE(a_detached_session, three_clients) {
  object o = row("detached");
  BOOST_TEST(o.size() == 33u);
  BOOST_TEST(o.at("username").as_string() == "undefined");
  BOOST_TEST(!o.at("connected").as_bool());
  BOOST_TEST(!o.at("clean_start").as_bool());
  BOOST_TEST(number(o, "expiry_interval") == 7'200);
  BOOST_TEST(number(o, "subscriptions_cnt") == 1);
  BOOST_TEST(number(o, "recv_pkt") == 2);
  BOOST_TEST(number(o, "send_pkt") == 2);
  BOOST_TEST(std::abs(parse_time(o.at("disconnected_at").as_string().c_str()) - started / 1000) <= 5);
  for (const char* key : {"recv_oct", "recv_cnt", "send_oct", "send_cnt"})
    BOOST_TEST(!o.contains(key), key);
  // Messages wait in its queue.
  for (int i = 0; i < 3; ++i)
    BOOST_TEST(post("/mqtt/publish", R"({"topic":"d/1","payload":"x","qos":1,"clientid":"h"})").code() == 0);
  BOOST_TEST(eventually([&] { return number(row("detached"), "mqueue_len") == 3; }));
}

BOOST_FIXTURE_TEST_CASE(lookups, three_clients) {
  BOOST_TEST(get("/clients/none").text == R"({"code":0,"data":[]})");
  BOOST_TEST(get("/clients/username/none").text == R"({"code":0,"data":[]})");
  BOOST_TEST(sorted(get("/clients/username/test"), "clientid") == (names{"example", "five"}),
             boost::test_tools::per_element());
  BOOST_TEST(sorted(get("/nodes/emqx@127.0.0.1/clients/username/test"), "clientid") ==
                 (names{"example", "five"}),
             boost::test_tools::per_element());
  BOOST_TEST(get("/nodes/emqx@127.0.0.1/clients/five").data().at(0).at("proto_ver").as_int64() == 5);
  peer_ptr odd = mqtt({.client_id = "a/b c+%\xc3\xbc", .username = "u/v"});
  BOOST_TEST(get("/clients/a%2fb%20c+%25%C3%BC").data().as_array().size() == 1u);
  BOOST_TEST(get("/clients/username/u%2Fv").data().as_array().size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(paging, served_broker) {
  std::vector<peer_ptr> peers;
  names expected;
  for (int i = 0; i < 25; ++i) {
    std::string id = "client" + std::string(i < 10 ? "0" : "") + std::to_string(i);
    expected.push_back(id);
    peers.push_back(mqtt({id}));
  }
  for (int limit : {1, 4, 7, 25, 30}) {
    names seen;
    for (int page = 1;; ++page) {
      reply r = get("/clients?_page=" + std::to_string(page) + "&_limit=" + std::to_string(limit));
      BOOST_TEST(r.meta().at("page").as_int64() == page);
      BOOST_TEST(r.meta().at("limit").as_int64() == limit);
      BOOST_TEST(r.meta().at("count").as_int64() == 25);
      for (const auto& row : r.data().as_array())
        seen.emplace_back(row.at("clientid").as_string());
      BOOST_TEST(r.meta().at("hasnext").as_bool() == (seen.size() < 25));
      if (!r.meta().at("hasnext").as_bool())
        break;
      BOOST_TEST_REQUIRE(page < 30);
    }
    std::sort(seen.begin(), seen.end());
    BOOST_TEST(seen == expected, boost::test_tools::per_element());
  }
  reply none = get("/clients?_limit=0&_like_clientid=client");
  BOOST_TEST(boost::json::serialize(none.meta()) == R"({"page":1,"limit":0,"count":-1,"hasnext":true})");
  BOOST_TEST(get("/clients?limit=1").data().as_array().size() == 25u);
}

BOOST_FIXTURE_TEST_CASE(kick, three_clients) {
  BOOST_TEST(del("/clients/example").text == R"({"code":0})");
  BOOST_TEST(example->wait_closed());
  BOOST_TEST(get("/clients/example").data().as_array().empty());
  BOOST_TEST(del("/clients/example").code() == 112);
  BOOST_TEST(del("/nodes/emqx@127.0.0.1/clients/five").text == R"({"code":0})");
  BOOST_TEST(five->wait_closed());
  BOOST_TEST(del("/clients/detached").text == R"({"code":0})");
  BOOST_TEST(eventually([&] { return get("/clients").data().as_array().empty(); }));
  BOOST_TEST(eventually([&] { return get("/subscriptions").data().as_array().empty(); }));
  BOOST_TEST(eventually([&] { return get("/routes").data().as_array().empty(); }));
}

BOOST_AUTO_TEST_SUITE_END()
