// Publishing, subscribing and unsubscribing by HTTP, seen from real clients.
#include "api/fixture.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

namespace {

using namespace troupe::test;

constexpr const char* success = R"({"code":0})";

void check_message(const incoming& m, const std::string& topic, const std::string& payload, int qos,
                   bool retain = false) {
  BOOST_TEST(m.topic == topic);
  BOOST_TEST(m.payload == payload);
  BOOST_TEST(m.qos == qos);
  BOOST_TEST(m.retain == retain);
}

} // namespace

BOOST_AUTO_TEST_SUITE(mqtt)

BOOST_FIXTURE_TEST_CASE(publish, served_broker) {
  peer_ptr c = mqtt({"example"});
  c->subscribe("a/b/c", 2);
  c->subscribe("x", 2);
  c->subscribe("y", 0);
  const std::string from = R"("clientid":"example"})";
  BOOST_TEST(
      post("/mqtt/publish", R"({"topic":"a/b/c","payload":"Hello World","qos":1,"retain":false,)" + from)
          .text == success);
  check_message(c->next(), "a/b/c", "Hello World", 1);
  BOOST_TEST(
      post("/mqtt/publish", R"({"topics":"x,y,z","payload":"AAEC/w==","encoding":"base64","qos":1,)" + from)
          .text == success);
  check_message(c->next(), "x", std::string("\0\1\2\xff", 4), 1);
  check_message(c->next(), "y", std::string("\0\1\2\xff", 4), 0);
  BOOST_TEST(post("/mqtt/publish", R"({"topic":"x","payload":{"t":25.5},)" + from).text == success);
  check_message(c->next(), "x", R"({"t":25.5})", 0);
  BOOST_TEST(post("/mqtt/publish", R"({"topic":"x"})").text == success);
  check_message(c->next(), "x", "", 0);
  BOOST_TEST(post("/mqtt/publish", R"({"topic":"x","payload":"p","qos":2,)" + from).text == success);
  check_message(c->next(), "x", "p", 2);
  // curl sends JSON as a form.
  std::string large(200'000, 'z');
  BOOST_TEST(post("/mqtt/publish", R"({"topic":"x","payload":")" + large + "\"}",
                  "application/x-www-form-urlencoded")
                 .text == success);
  check_message(c->next(), "x", large, 0);
}

// Of members with one name the first counts, also within the payload.
BOOST_FIXTURE_TEST_CASE(members_with_one_name, served_broker) {
  peer_ptr c = mqtt({"example"});
  c->subscribe("#", 1);
  BOOST_TEST(post("/mqtt/publish", R"({"topic":"t","payload":{"a":1,"a":2,"b":[{"c":3,"c":{}}]}})").text ==
             success);
  check_message(c->next(), "t", R"({"a":1,"b":[{"c":3}]})", 0);
  BOOST_TEST(
      post("/mqtt/publish", R"({"topic":"t","topic":"u/+","qos":1,"payload":"1","\u0071os":0,"payload":{}})")
          .text == success);
  check_message(c->next(), "t", "1", 1);
  BOOST_TEST(
      post("/mqtt/publish_batch", R"([{"topic":"x","topic":5},{"topic":"y","payload":"2","qos":0,"qos":7}])")
          .text == R"({"code":0,"data":[{"topic":"x","code":0},{"topic":"y","code":0}]})");
  check_message(c->next(), "x", "", 0);
  check_message(c->next(), "y", "2", 0);
}

BOOST_FIXTURE_TEST_CASE(nested_payloads, served_broker) {
  peer_ptr c = mqtt({"example"});
  c->subscribe("t", 1);
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  for (const std::size_t depth : {40u, 127u}) {
    BOOST_TEST(post("/mqtt/publish", R"({"topic":"t","payload":)" + nested(depth) + "}").text == success);
    check_message(c->next(), "t", nested(depth), 0);
  }
  const auto deeper = post("/mqtt/publish", R"({"topic":"t","payload":)" + nested(128) + "}");
  BOOST_TEST(deeper.status == 400);
  BOOST_TEST(deeper.code() == 109);
}

BOOST_FIXTURE_TEST_CASE(retained, served_broker) {
  BOOST_TEST(post("/mqtt/publish", R"({"topic":"r/1","payload":"kept","qos":1,"retain":true,"clientid":"h"})")
                 .text == success);
  BOOST_TEST(eventually(
      [&] { return get("/nodes/emqx@127.0.0.1/stats").data().at("retained.count").as_int64() == 1; }));
  peer_ptr c = mqtt({"late"});
  c->subscribe("r/#", 1);
  check_message(c->next(), "r/1", "kept", 1, true);
  BOOST_TEST(get("/nodes/emqx@127.0.0.1/metrics").data().at("messages.retained").as_int64() == 1);
  BOOST_TEST(post("/mqtt/publish", R"({"topic":"r/1","payload":"","retain":true,"clientid":"h"})").text ==
             success);
  BOOST_TEST(eventually(
      [&] { return get("/nodes/emqx@127.0.0.1/stats").data().at("retained.count").as_int64() == 0; }));
  BOOST_TEST(get("/nodes/emqx@127.0.0.1/stats").data().at("retained.max").as_int64() == 1);
}

BOOST_FIXTURE_TEST_CASE(subscribe_and_unsubscribe, served_broker) {
  peer_ptr c = mqtt({"example"});
  BOOST_TEST(post("/mqtt/subscribe", R"({"topics":"a,b/+,bad/#/x","qos":1,"clientid":"example"})").text ==
             success);
  BOOST_TEST(get("/subscriptions/example").data().as_array().size() == 2u);
  BOOST_TEST(post("/mqtt/publish", R"({"topic":"b/1","payload":"1","qos":2,"clientid":"h"})").text ==
             success);
  check_message(c->next(), "b/1", "1", 1);
  BOOST_TEST(post("/mqtt/unsubscribe", R"({"topic":"b/+","qos":1,"clientid":"example"})").text == success);
  BOOST_TEST(eventually([&] { return get("/subscriptions/example").data().as_array().size() == 1u; }));
  BOOST_TEST(post("/mqtt/unsubscribe", R"({"topic":"never","clientid":"example"})").text == success);
  BOOST_TEST(post("/mqtt/publish", R"({"topic":"b/1","payload":"2","clientid":"h"})").text == success);
  BOOST_TEST(post("/mqtt/publish", R"({"topic":"a","payload":"3","clientid":"h"})").text == success);
  check_message(c->next(), "a", "3", 0);
}

BOOST_FIXTURE_TEST_CASE(batches, served_broker) {
  peer_ptr c = mqtt({"example"});
  BOOST_TEST(post("/mqtt/subscribe_batch",
                  R"([{"topic":"a","qos":1,"clientid":"example"},{"topic":"b","qos":1,"clientid":"none"},)"
                  R"({"topic":"c/#","qos":0,"clientid":"example"},{"topic":"#/","clientid":"example"}])")
                 .text ==
             R"({"code":0,"data":[{"topic":"a","clientid":"example","code":0},)"
             R"({"topic":"b","clientid":"none","code":112},{"topic":"c/#","clientid":"example","code":0},)"
             R"({"topic":"#/","clientid":"example","code":115}]})");
  BOOST_TEST(
      post("/mqtt/publish_batch",
           R"([{"topic":"a","payload":"1","qos":1,"clientid":"h"},{"topic":"a/#","clientid":"h"},)"
           R"({"topic":"c/d","payload":"2","qos":1,"clientid":"h"}])")
          .text ==
      R"({"code":0,"data":[{"topic":"a","code":0},{"topic":"a/#","code":115},{"topic":"c/d","code":0}]})");
  check_message(c->next(), "a", "1", 1);
  check_message(c->next(), "c/d", "2", 0);
  BOOST_TEST(post("/mqtt/unsubscribe_batch",
                  R"([{"topic":"a","clientid":"example"},{"topic":"c/#","clientid":"example"}])")
                 .code() == 0);
  BOOST_TEST(eventually([&] { return get("/subscriptions").data().as_array().empty(); }));
  BOOST_TEST(post("/mqtt/publish_batch", "[]").text == R"({"code":0,"data":[]})");
}

BOOST_AUTO_TEST_SUITE_END()
