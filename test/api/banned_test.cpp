// Bans through the API, and the clients that they keep out.
#include "api/fixture.hpp"
#include "support/proxy_headers.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

using namespace troupe::test;

namespace {

struct ban_broker : served_broker {
  using served_broker::served_broker;

  reply ban(const std::string& as, const std::string& who, const std::string& more = "") {
    return post("/banned", R"({"as":")" + as + R"(","who":")" + who + "\"" + more + "}");
  }

  reason_code connect(connect_options o, protocol_version version = protocol_version::v5) {
    mqtt_client c{static_cast<std::uint16_t>(mqtt_port()), version};
    const auto answer = c.connect(o);
    if (answer.reason != reason_code::success)
      c.expect_closed();
    return answer.reason;
  }

  bool lets_in(const std::string& id) { return connect({.client_id = id}) == reason_code::success; }

  std::int64_t refused() {
    std::int64_t n = 0;
    const auto listeners = get("/nodes/emqx@127.0.0.1/listeners");
    for (const auto& l : listeners.data().as_array())
      for (const auto& cause : l.at("shutdown_count").as_array())
        if (cause.as_object().contains("banned"))
          n += cause.at("banned").as_int64();
    return n;
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(banned)

BOOST_FIXTURE_TEST_CASE(a_life, ban_broker) {
  BOOST_TEST(get("/banned").text ==
             R"({"code":0,"data":[],"meta":{"page":1,"limit":10000,"count":0,"hasnext":false}})");
  const auto before = now_ms() / 1000;
  BOOST_TEST(ban("clientid", "example").text == R"({"code":0,"data":{"as":"clientid","who":"example"}})");
  const auto after = now_ms() / 1000;
  const auto row = get("/banned").data().at(0).as_object();
  BOOST_TEST(row.at("who").as_string() == "example");
  BOOST_TEST(row.at("as").as_string() == "clientid");
  BOOST_TEST(row.at("by").as_string() == "user");
  BOOST_TEST(row.at("reason").as_string() == "undefined");
  BOOST_TEST(row.at("at").as_int64() >= before);
  BOOST_TEST(row.at("at").as_int64() <= after);
  BOOST_TEST(row.at("until").as_int64() == row.at("at").as_int64() + 300);
  BOOST_TEST(get("/banned").meta().at("count").as_int64() == 1);
  // The same again replaces it; the default of `until` does not depend on `at`.
  BOOST_TEST(
      ban("clientid", "example", R"(,"at":5,"by":"me","reason":"why","more":[1])").text ==
      R"({"code":0,"data":{"as":"clientid","who":"example","at":5,"by":"me","reason":"why","more":[1]}})");
  const auto rows = get("/banned").data().as_array();
  BOOST_TEST_REQUIRE(rows.size() == 1U);
  BOOST_TEST(rows[0].at("at").as_int64() == 5);
  BOOST_TEST(rows[0].at("until").as_int64() >= before + 300);
  BOOST_TEST(rows[0].at("reason").as_string() == "why");
  for (int again = 0; again < 2; ++again)
    BOOST_TEST(del("/banned/clientid/example").text == R"({"code":0})");
  BOOST_TEST(get("/banned").data().as_array().empty());
  // Parameters of the query string count before the body.
  BOOST_TEST(post("/banned?as=username&until=1893456000", R"({"as":"clientid","who":"q"})").text ==
             R"({"code":0,"data":{"as":"username","who":"q","until":"1893456000"}})");
  BOOST_TEST(get("/banned").data().at(0).at("until").as_int64() == 1'893'456'000);
}

BOOST_FIXTURE_TEST_CASE(what_is_refused, ban_broker) {
  const auto missing = R"({"code":107,"message":"missing mandatory params: ['who', 'as']"})";
  for (const char* body : {"{}", R"({"who":"x"})", R"({"as":"clientid"})", R"({"as":"clientid","who":""})"})
    BOOST_TEST(post("/banned", body).text == missing, body);
  const auto kinds =
      R"({"code":108,"message":"value of 'as' must be one of: ['clientid', 'username', 'peerhost']"})";
  BOOST_TEST(ban("zz", "x").text == kinds);
  BOOST_TEST(ban("zz", "x").status == 200);
  BOOST_TEST(del("/banned/zz/example").text == kinds);
  for (const char* body :
       {R"({"as":"peerhost","who":"x"})", R"({"as":"peerhost","who":"1.2.3"})",
        R"({"as":"peerhost","who":"1.2.3.4/8"})", R"({"as":"clientid","who":5})",
        R"({"as":["clientid"],"who":"x"})", R"({"as":"clientid","who":"x","until":"soon"})",
        R"({"as":"clientid","who":"x","until":1.5})", R"({"as":"clientid","who":"x","at":-1})",
        R"({"as":"clientid","who":"x","by":null})", R"({"as":"clientid","who":"x","reason":{}})"}) {
    const auto r = post("/banned", body);
    BOOST_TEST(r.status == 400, body);
    BOOST_TEST(r.code() == 108, body);
  }
  BOOST_TEST(ban("clientid", std::string(65'536, 'x')).status == 400);
  BOOST_TEST(ban("clientid", "x", R"(,"reason":")" + std::string(1'025, 'x') + '"').status == 400);
  BOOST_TEST(del("/banned/peerhost/x").status == 400);
  BOOST_TEST(get("/banned?_page=x").status == 400);
  BOOST_TEST(get("/banned").data().as_array().empty());
}

BOOST_FIXTURE_TEST_CASE(names_of_any_form, ban_broker) {
  for (const auto& [who, encoded] :
       {std::pair{"hac/ü x", "hac%2F%C3%BC%20x"}, {"用户", "%E7%94%A8%E6%88%B7"}, {"a+b", "a+b"}}) {
    BOOST_TEST(ban("username", who).code() == 0);
    BOOST_TEST(get("/banned").data().at(0).at("who").as_string() == who);
    BOOST_TEST((connect({.client_id = "c", .username = who}) == reason_code::banned));
    BOOST_TEST(del(std::string("/banned/username/") + encoded).text == R"({"code":0})");
    BOOST_TEST(get("/banned").data().as_array().empty(), who);
    BOOST_TEST((connect({.client_id = "c", .username = who}) == reason_code::success));
  }
  for (const auto& [who, shown] : {std::pair{"::ffff:10.0.0.1", "10.0.0.1"}, {"FE80:0::1", "fe80::1"}}) {
    BOOST_TEST(ban("peerhost", who).data().at("who").as_string() == who);
    BOOST_TEST(get("/banned").data().at(0).at("who").as_string() == shown);
    BOOST_TEST(del(std::string("/banned/peerhost/") + who).code() == 0);
    BOOST_TEST(get("/banned").data().as_array().empty(), who);
  }
  const std::string longest(65'535, 'x');
  BOOST_TEST(ban("clientid", longest).code() == 0);
  BOOST_TEST(!lets_in(longest));
}

BOOST_FIXTURE_TEST_CASE(pages, ban_broker) {
  std::set<std::string> seen;
  for (int i = 0; i < 7; ++i)
    BOOST_TEST(ban("clientid", "c" + std::to_string(i)).code() == 0);
  for (int page = 1; page <= 4; ++page) {
    const auto r = get("/banned?_limit=2&_page=" + std::to_string(page));
    for (const auto& row : r.data().as_array())
      seen.emplace(row.at("who").as_string());
    BOOST_TEST(r.meta().at("count").as_int64() == 7);
    BOOST_TEST(r.meta().at("hasnext").as_bool() == (page < 4));
  }
  BOOST_TEST(seen.size() == 7U);
  BOOST_TEST(get("/banned?_page=9").data().as_array().empty());
}

BOOST_FIXTURE_TEST_CASE(who_is_kept_out, ban_broker) {
  auto there = mqtt({.client_id = "there", .username = "same"});
  BOOST_TEST(ban("clientid", "there").code() == 0);
  BOOST_TEST(ban("username", "nobody").code() == 0);
  BOOST_TEST(!lets_in("there"));
  for (const auto version : {protocol_version::v31, protocol_version::v311})
    BOOST_TEST((connect({.client_id = "there"}, version) == reason_code::not_authorized)); // code 5
  BOOST_TEST(lets_in("other"));
  BOOST_TEST((connect({.client_id = "x", .username = "nobody"}) == reason_code::banned));
  BOOST_TEST((connect({.client_id = "x", .username = "somebody"}) == reason_code::success));
  // A client id is no user name.
  BOOST_TEST((connect({.client_id = "nobody", .username = "there"}) == reason_code::success));
  // Who is connected stays, and so does the session.
  there->subscribe("t", 1);
  there->publish("t", "x", 1);
  BOOST_TEST(there->next().payload == "x");
  BOOST_TEST(refused() == 4);
  BOOST_TEST(ban("peerhost", "127.0.0.1").code() == 0);
  BOOST_TEST(!lets_in("other"));
  BOOST_TEST(!lets_in("")); // whatever shard it is on
  BOOST_TEST(!lets_in(""));
  BOOST_TEST(del("/banned/peerhost/127.0.0.1").code() == 0);
  BOOST_TEST(lets_in("other"));
}

BOOST_FIXTURE_TEST_CASE(bans_end, ban_broker) {
  BOOST_TEST(ban("clientid", "past", R"(,"until":1)").code() == 0);
  BOOST_TEST(lets_in("past"));
  BOOST_TEST(get("/banned").data().as_array().size() == 1U); // until it is swept
  const auto soon = now_ms() / 1000 + 2;
  BOOST_TEST(ban("clientid", "soon", R"(,"until":)" + std::to_string(soon)).code() == 0);
  BOOST_TEST(!lets_in("soon"));
  BOOST_TEST(eventually([&] { return lets_in("soon"); }));
  BOOST_TEST(now_ms() >= soon * 1000);
}

BOOST_AUTO_TEST_CASE(a_zone_without_bans) {
  ban_broker broker{"zone.external.enable_ban = off\n"};
  BOOST_TEST(broker.ban("clientid", "x").code() == 0);
  BOOST_TEST(broker.lets_in("x"));
}

BOOST_AUTO_TEST_CASE(the_table_is_bounded) {
  ban_broker broker{"banned.max_entries = 2\n"};
  BOOST_TEST(broker.ban("clientid", "a").code() == 0);
  BOOST_TEST(broker.ban("clientid", "b", R"(,"until":1)").code() == 0);
  BOOST_TEST(broker.ban("clientid", "c").code() == 0); // in the place of the one that is over
  BOOST_TEST(broker.ban("clientid", "d").text == R"({"code":102,"message":"too_many_bans"})");
  BOOST_TEST(broker.ban("clientid", "a", R"(,"reason":"another")").code() == 0);
  BOOST_TEST(broker.get("/banned").meta().at("count").as_int64() == 2);
  BOOST_TEST(broker.del("/banned/clientid/a").code() == 0);
  BOOST_TEST(broker.ban("clientid", "d").code() == 0);
  BOOST_TEST(!broker.lets_in("d"));
}

// The client behind a proxy is banned, not the proxy.
BOOST_AUTO_TEST_CASE(behind_a_proxy) {
  ban_broker broker{"listener.tcp.external.proxy_protocol = on\n"};
  BOOST_TEST(broker.ban("peerhost", "192.0.2.7").code() == 0);
  for (const auto& [host, expected] :
       {std::pair{"192.0.2.7", reason_code::banned}, {"192.0.2.8", reason_code::success}}) {
    mqtt_client c{static_cast<std::uint16_t>(broker.mqtt_port()), protocol_version::v5};
    c.send_bytes(std::string("PROXY TCP4 ") + host + " 127.0.0.1 5000 1883\r\n");
    BOOST_TEST((c.connect("p").reason == expected), host);
  }
}

BOOST_AUTO_TEST_SUITE_END()
