// Publishing through the API actor.
#include "actors/api_checks.hpp"

#include <boost/json/serialize.hpp>

using namespace troupe;
using namespace troupe::test;

namespace {

std::vector<std::string> topics(const fake_node& node) {
  std::vector<std::string> out;
  for (const auto& shard : node.shards)
    for (const auto& message : shard->published)
      out.emplace_back(message->topic());
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(api_publish)

BOOST_AUTO_TEST_CASE(all_parameters) {
  one_client node;
  reply r = post(node, "publish",
                 R"({"topic":"a/b","payload":"Hello","qos":2,"retain":true,"clientid":"example"})");
  BOOST_TEST(r.status == 200);
  BOOST_TEST(boost::json::serialize(r.body) == R"({"code":0})");
  BOOST_TEST_REQUIRE(node.shard().published.size() == 1u);
  const mqtt::message& m = *node.shard().published[0];
  BOOST_TEST(m.topic() == "a/b");
  BOOST_TEST(m.payload() == "Hello");
  BOOST_TEST(static_cast<int>(m.level()) == 2);
  BOOST_TEST(m.retain());
  BOOST_TEST(m.from()->client_id == "example");
  BOOST_TEST(m.from()->address.generation == 0u);
  BOOST_TEST(m.timestamp() > 1'600'000'000'000);
}

BOOST_AUTO_TEST_CASE(defaults) {
  one_client node;
  BOOST_TEST(post(node, "publish", R"({"topic":"t"})").code() == 0);
  const mqtt::message& m = *node.shard().published.at(0);
  BOOST_TEST(m.payload().empty());
  BOOST_TEST(static_cast<int>(m.level()) == 0);
  BOOST_TEST(!m.retain());
}

BOOST_AUTO_TEST_CASE(the_router_of_the_client_id_gets_it) {
  fake_node node(4);
  node.start();
  for (const char* id : {"one", "two", "three", "four", "five"}) {
    std::string body = std::string(R"({"topic":"t","clientid":")") + id + "\"}";
    std::size_t before = node.shards[home_shard(id, 4)]->published.size();
    BOOST_TEST(post(node, "publish", body).code() == 0);
    BOOST_TEST(node.shards[home_shard(id, 4)]->published.size() == before + 1, id);
  }
}

BOOST_AUTO_TEST_CASE(topic_lists) {
  for (auto [body, expected] : std::vector<std::pair<const char*, names>>{
           {R"({"topics":"a,b"})", {"a", "b"}},
           {R"({"topic":"x,y"})", {"x", "y"}},
           {R"({"topic":"x","topics":"a,b"})", {"x"}},
           {R"({"topics":"a, b,,c/#,d+,e"})", {"a", " b", "e"}},
           {R"({"topics":"$SYS/x"})", {"$SYS/x"}},
       }) {
    BOOST_TEST_CONTEXT(body) {
      one_client node;
      BOOST_TEST(post(node, "publish", body).code() == 0);
      BOOST_TEST(topics(node) == expected, boost::test_tools::per_element());
    }
  }
}

BOOST_AUTO_TEST_CASE(bad_topics) {
  one_client node;
  for (const char* body : {R"({"payload":"x"})", R"({"topic":""})", R"({"topic":"a/+"})", R"({"topic":"#"})",
                           R"({"topics":","})", R"({"topic":"a\u0000b"})", "{}"})
    BOOST_TEST_CONTEXT(body) {
      reply r = post(node, "publish", body);
      check_error(r, 200, 115);
      BOOST_TEST(r.body.at("message").as_string() == "bad_topic");
    }
  check_error(post(node, "publish", R"({"topic":")" + std::string(65'536, 'x') + "\"}"), 200, 115);
  BOOST_TEST(topics(node).empty());
}

BOOST_AUTO_TEST_CASE(payloads) {
  for (auto [parameters, expected] : std::vector<std::pair<const char*, std::string>>{
           {R"("payload":"aGk=","encoding":"base64")", "hi"},
           {R"("payload":"","encoding":"base64")", ""},
           {R"("payload":"AAEC\n/w==","encoding":"base64")", std::string("\0\1\2\xff", 4)},
           {R"("payload":"aGk=","encoding":"plain")", "aGk="},
           {R"("payload":"aGk=","encoding":"other")", "aGk="},
           {R"("payload":{"n":1})", R"({"n":1})"},
           {R"("payload":[1,"a"])", R"([1,"a"])"},
           {R"("payload": { "t" : [25.5, 1.0, 1e30, {}, []], "\u00fc\"" : {"n":null} })",
            "{\"t\":[25.5,1.0,1e+30,{},[]],\"\xc3\xbc\\\"\":{\"n\":null}}"},
           {R"("payload":5)", "5"},
           {R"("payload":true)", "true"},
           {R"("payload":null)", "null"},
           {R"("payload":"\u00fc")", "\xc3\xbc"},
       }) {
    BOOST_TEST_CONTEXT(parameters) {
      one_client node;
      BOOST_TEST(post(node, "publish", std::string(R"({"topic":"t",)") + parameters + "}").code() == 0);
      BOOST_TEST(node.shard().published.at(0)->payload() == expected);
    }
  }
}

BOOST_AUTO_TEST_CASE(wrong_types) {
  one_client node;
  for (const char* parameters :
       {R"("qos":"1")", R"("qos":3)", R"("qos":-1)", R"("qos":1.5)", R"("qos":null)", R"("retain":"true")",
        R"("retain":1)", R"("clientid":5)", R"("topic":5)", R"("topic":["a"])", R"("encoding":1)",
        R"("payload":"%%%","encoding":"base64")", R"("payload":"aGk","encoding":"base64")",
        R"("payload":"a=Gk","encoding":"base64")", R"("payload":"aGk==","encoding":"base64")"})
    BOOST_TEST_CONTEXT(parameters) {
      check_error(post(node, "publish", std::string(R"({"topics":"t",)") + parameters + "}"), 400, 108);
    }
  BOOST_TEST(topics(node).empty());
}

BOOST_AUTO_TEST_CASE(the_query_string_wins_over_the_body) {
  one_client node;
  reply r = node.ask("POST", "/mqtt/publish", {{"topic", "query"}, {"qos", "1"}, {"retain", "true"}},
                     R"({"topic":"body","payload":"p","qos":0})");
  BOOST_TEST(r.code() == 0);
  const mqtt::message& m = *node.shard().published.at(0);
  BOOST_TEST(m.topic() == "query");
  BOOST_TEST(m.payload() == "p");
  BOOST_TEST(static_cast<int>(m.level()) == 1);
  BOOST_TEST(m.retain());
}

BOOST_AUTO_TEST_CASE(batch) {
  one_client node;
  reply r = post(node, "publish_batch",
                 R"([{"topic":"a","payload":"1"},{"topic":"a/#"},{"topics":"b,c","payload":"2"},7,)"
                 R"({"topic":"d","qos":"x"},{"topic":"e"}])");
  BOOST_TEST(r.status == 200);
  BOOST_TEST(r.code() == 0);
  BOOST_TEST(boost::json::serialize(r.data()) ==
             R"([{"topic":"a","code":0},{"topic":"a/#","code":115},{"topic":"b,c","code":0},)"
             R"({"topic":"undefined","code":108},{"topic":"d","code":108},{"topic":"e","code":0}])");
  BOOST_TEST(topics(node) == (names{"a", "b", "c", "e"}), boost::test_tools::per_element());
  BOOST_TEST(boost::json::serialize(post(node, "publish_batch", "[]").data()) == "[]");
}

BOOST_AUTO_TEST_CASE(a_large_batch_keeps_its_order) {
  one_client node;
  std::string body = "[";
  for (int i = 0; i < 20'000; ++i)
    body += R"({"topic":"t)" + std::to_string(i) + R"("},)";
  body.back() = ']';
  reply r = post(node, "publish_batch", body);
  BOOST_TEST(r.data().as_array().size() == 20'000u);
  BOOST_TEST_REQUIRE(node.shard().published.size() == 20'000u);
  for (std::size_t i = 0; i < 20'000; i += 1'111)
    BOOST_TEST(node.shard().published[i]->topic() == "t" + std::to_string(i));
}

BOOST_AUTO_TEST_SUITE_END()
