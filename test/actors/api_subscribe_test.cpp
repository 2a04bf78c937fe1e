// Subscribing and unsubscribing through the API actor.
#include "actors/api_checks.hpp"

#include <boost/json/serialize.hpp>

using namespace troupe;
using namespace troupe::test;

BOOST_AUTO_TEST_SUITE(api_subscribe)

BOOST_AUTO_TEST_CASE(subscribe) {
  one_client node;
  BOOST_TEST(
      post(node, "subscribe", R"({"topics":"a,b/+,$share/g/t,x/#/y","qos":1,"clientid":"c"})").code() == 0);
  const client_subscribe& asked = node.shard().subscribed.at(0);
  BOOST_TEST(asked.client_id == "c");
  BOOST_TEST(asked.filters == (names{"a", "b/+", "$share/g/t"}), boost::test_tools::per_element());
  BOOST_TEST(static_cast<int>(asked.level) == 1);
  BOOST_TEST(post(node, "subscribe", R"({"topic":"a","clientid":"c"})").code() == 0);
  BOOST_TEST(static_cast<int>(node.shard().subscribed.at(1).level) == 0);
}

BOOST_AUTO_TEST_CASE(subscribe_errors) {
  one_client node;
  reply unknown = post(node, "subscribe", R"({"topic":"a","clientid":"none"})");
  check_error(unknown, 200, 112);
  BOOST_TEST(unknown.body.at("message").as_string() == "channel_not_found");
  check_error(post(node, "subscribe", R"({"topic":"a"})"), 200, 112);
  for (const char* body :
       {R"({"topic":"a/#/b","clientid":"c"})", R"({"clientid":"c"})", R"({"clientid":"none"})"})
    check_error(post(node, "subscribe", body), 200, 115);
  for (const char* body :
       {R"({"topic":"a","clientid":"c","qos":3})", R"({"topic":"a","clientid":"c","qos":"1"})",
        R"({"topic":"a","clientid":1})", R"({"topic":1,"clientid":"c"})", "[]"})
    check_error(post(node, "subscribe", body), 400, 108);
  BOOST_TEST(node.shard().subscribed.size() == 1u); // the unknown client's
}

BOOST_AUTO_TEST_CASE(unsubscribe) {
  one_client node;
  BOOST_TEST(post(node, "unsubscribe", R"({"topic":"a","qos":1,"clientid":"c"})").code() == 0);
  BOOST_TEST(node.shard().unsubscribed.at(0).filter == "a");
  check_error(post(node, "unsubscribe", R"({"topic":"a","clientid":"none"})"), 200, 112);
  check_error(post(node, "unsubscribe", R"({"clientid":"c"})"), 200, 115);
  check_error(post(node, "unsubscribe", R"({"topics":"a","clientid":"c"})"), 200, 115);
  check_error(post(node, "unsubscribe", R"({"topic":"a/#/b","clientid":"c"})"), 200, 115);
}

BOOST_AUTO_TEST_CASE(batches) {
  one_client node;
  reply r = post(
      node, "subscribe_batch",
      R"([{"topic":"a","qos":1,"clientid":"c"},{"topic":"b","clientid":"none"},)"
      R"({"topic":"#/","clientid":"c"},"x",{"topic":"z","clientid":"c","qos":7},{"topics":"d,e","clientid":"c"}])");
  BOOST_TEST(r.code() == 0);
  BOOST_TEST(
      boost::json::serialize(r.data()) ==
      R"([{"topic":"a","clientid":"c","code":0},{"topic":"b","clientid":"none","code":112},)"
      R"({"topic":"#/","clientid":"c","code":115},{"topic":"undefined","clientid":"undefined","code":108},)"
      R"({"topic":"z","clientid":"c","code":108},{"topic":"d,e","clientid":"c","code":0}])");
  BOOST_TEST(node.shard().subscribed.back().filters == (names{"d", "e"}), boost::test_tools::per_element());

  reply u =
      post(node, "unsubscribe_batch", R"([{"topic":"a","clientid":"c"},{"topic":"b","clientid":"none"}])");
  BOOST_TEST(boost::json::serialize(u.data()) ==
             R"([{"topic":"a","clientid":"c","code":0},{"topic":"b","clientid":"none","code":112}])");
}

BOOST_AUTO_TEST_CASE(a_large_batch_answers_in_order) {
  one_client node;
  std::string body = "[";
  for (int i = 0; i < 5'000; ++i)
    body += R"({"topic":"t)" + std::to_string(i) + R"(","clientid":")" + (i % 2 ? "c" : "none") + "\"},7,";
  body.back() = ']';
  reply r = post(node, "subscribe_batch", body);
  const auto& rows = r.data().as_array();
  BOOST_TEST_REQUIRE(rows.size() == 10'000u);
  BOOST_TEST(rows[0].at("code").as_int64() == 112);
  BOOST_TEST(rows[1].at("code").as_int64() == 108);
  BOOST_TEST(rows[9'998].at("topic").as_string() == "t4999");
  BOOST_TEST(rows[9'998].at("code").as_int64() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
