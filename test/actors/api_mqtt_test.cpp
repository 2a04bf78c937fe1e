// The publish, subscribe and unsubscribe endpoints of the API actor.
#include "actors/fake_node.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

namespace {

using namespace troupe;
using test::fake_node;
using test::reply;

reply post(fake_node& node, const char* command, const std::string& body) {
  return node.ask("POST", std::string("/mqtt/") + command, {}, body);
}

void check_error(const reply& r, int status, int code) {
  BOOST_TEST(r.status == status);
  BOOST_TEST(r.code() == code);
  BOOST_TEST(!r.body.at("message").as_string().empty());
}

std::vector<std::string> topics(const fake_node& node) {
  std::vector<std::string> out;
  for (const auto& shard : node.shards)
    for (const auto& message : shard->published)
      out.emplace_back(message->topic());
  return out;
}

using names = std::vector<std::string>;

struct one_client : fake_node {
  one_client() : fake_node(1) {
    client_row row;
    row.clientid = "c";
    shards[0]->clients = {row};
    start();
  }
  test::fake_shard& shard() { return *shards[0]; }
};

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
    for (const char* body : {R"({"payload":"x"})", R"({"topic":""})", R"({"topic":"a/+"})",
                             R"({"topic":"#"})", R"({"topics":","})", R"({"topic":"a\u0000b"})", "{}"})
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

  BOOST_AUTO_TEST_SUITE(api_subscribe)

    BOOST_AUTO_TEST_CASE(subscribe) {
      one_client node;
      BOOST_TEST(
          post(node, "subscribe", R"({"topics":"a,b/+,$share/g/t,x/#/y","qos":1,"clientid":"c"})").code() ==
          0);
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
      BOOST_TEST(node.shard().subscribed.back().filters == (names{"d", "e"}),
                 boost::test_tools::per_element());

      reply u = post(node, "unsubscribe_batch",
                     R"([{"topic":"a","clientid":"c"},{"topic":"b","clientid":"none"}])");
      BOOST_TEST(boost::json::serialize(u.data()) ==
                 R"([{"topic":"a","clientid":"c","code":0},{"topic":"b","clientid":"none","code":112}])");
    }

    BOOST_AUTO_TEST_CASE(a_large_batch_answers_in_order) {
      one_client node;
      std::string body = "[";
      for (int i = 0; i < 5'000; ++i)
        body +=
            R"({"topic":"t)" + std::to_string(i) + R"(","clientid":")" + (i % 2 ? "c" : "none") + "\"},7,";
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
