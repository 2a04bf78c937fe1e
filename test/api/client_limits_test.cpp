// Limits of one connection, and what it remembers of access rules.
#include "api/three_clients.hpp"

using namespace troupe::test;

BOOST_AUTO_TEST_SUITE(client_limits)

BOOST_FIXTURE_TEST_CASE(messages, three_clients) {
  five->subscribe("t", 0);
  BOOST_TEST(post("/clients/example/ratelimit", R"({"conn_messages_in":"2,1h"})").text == R"({"code":0})");
  for (int i = 0; i < 5; ++i)
    example->publish("t", std::to_string(i));
  BOOST_TEST(five->next().payload == "0");
  BOOST_TEST(five->next().payload == "1");
  BOOST_TEST(number(row("example"), "recv_msg") == 1 + 2);
  BOOST_TEST(del("/clients/example/ratelimit").text == R"({"code":0})");
  for (int i = 2; i < 5; ++i)
    BOOST_TEST(five->next().payload == std::to_string(i));
}

BOOST_FIXTURE_TEST_CASE(bytes, three_clients) {
  five->subscribe("t", 0);
  BOOST_TEST(post("/clients/example/ratelimit", R"({"conn_bytes_in":"10B,1h"})").status == 400);
  BOOST_TEST(post("/clients/example/ratelimit", R"({"conn_bytes_in":"10,1h"})").code() == 0);
  example->publish("t", std::string(100, 'x'));
  five->next();
  example->publish("t", "waits");
  BOOST_TEST(number(row("example"), "recv_msg") == 2);
  BOOST_TEST(del("/clients/example/ratelimit").code() == 0);
  BOOST_TEST(five->next().payload == "waits");
}

BOOST_FIXTURE_TEST_CASE(quota, three_clients) {
  five->subscribe("t", 0);
  BOOST_TEST(post("/clients/example/quota", R"({"conn_messages_routing":"1,1h"})").text == R"({"code":0})");
  example->publish("t", "0");
  example->publish("t", "1");
  BOOST_TEST(five->next().payload == "0");
  BOOST_TEST(number(row("example"), "recv_msg") == 2);
  BOOST_TEST(del("/clients/example/quota").text == R"({"code":0})");
  BOOST_TEST(five->next().payload == "1");
}

BOOST_FIXTURE_TEST_CASE(refusals, three_clients) {
  for (const char* what : {"ratelimit", "quota"})
    for (const char* id : {"none", "detached"}) {
      const auto path = std::string("/clients/") + id + "/" + what;
      BOOST_TEST(post(path, "{}").code() == 112, path);
      BOOST_TEST(del(path).code() == 112, path);
    }
  BOOST_TEST(post("/clients/example/ratelimit", "{}").code() == 0);
  for (const char* body : {R"({"conn_messages_in":"x"})", R"({"conn_messages_in":5})",
                           R"({"conn_bytes_in":"1KB"})", R"({"conn_bytes_in":"1KB,0s"})"})
    BOOST_TEST(post("/clients/example/ratelimit", body).status == 400, body);
}

BOOST_FIXTURE_TEST_CASE(acl_cache, three_clients) {
  const reply remembered = get("/clients/example/acl_cache");
  const auto rows = remembered.data().as_array();
  BOOST_TEST_REQUIRE(rows.size() == 2U);
  BOOST_TEST(rows[0].at("access").as_string() == "subscribe");
  BOOST_TEST(rows[0].at("topic").as_string() == "a/b/c");
  BOOST_TEST(rows[0].at("result").as_string() == "allow");
  // The time of the I/O thread's turn, which may have begun before.
  BOOST_TEST(number(rows[0].as_object(), "updated_time") >= started - 1'000);
  BOOST_TEST(number(rows[0].as_object(), "updated_time") <= now_ms());
  BOOST_TEST(rows[1].at("access").as_string() == "publish");
  BOOST_TEST(rows[1].at("topic").as_string() == "test");
  BOOST_TEST(get("/clients/detached/acl_cache").text == R"({"code":0,"data":[]})"); // has no connection
  BOOST_TEST(del("/clients/detached/acl_cache").text == R"({"code":0})");
  BOOST_TEST(get("/clients/example/acl_cache").data().as_array().size() == 2U);
  BOOST_TEST(del("/clients/example/acl_cache").text == R"({"code":0})");
  BOOST_TEST(get("/clients/example/acl_cache").text == R"({"code":0,"data":[]})");
  for (const char* path : {"/acl-cache", "/nodes/emqx@127.0.0.1/acl-cache"}) {
    example->publish("test", "x", 1);
    BOOST_TEST(get("/clients/example/acl_cache").data().as_array().size() == 1U);
    BOOST_TEST(del(path).text == R"({"code":0})");
    BOOST_TEST(get("/clients/example/acl_cache").text == R"({"code":0,"data":[]})");
  }
  BOOST_TEST(get("/clients/none/acl_cache").text == R"({"code":112,"message":"not_found"})");
  BOOST_TEST(del("/clients/none/acl_cache").text == R"({"code":112,"message":"not_found"})");
  BOOST_TEST(del("/nodes/never@seen/acl-cache").status == 404);
}

BOOST_AUTO_TEST_SUITE_END()
