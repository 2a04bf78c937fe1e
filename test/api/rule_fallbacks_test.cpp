// Fallbacks that have fallbacks of their own.
#include "api/rule_fixture.hpp"

#include <string>

namespace {

using namespace troupe::test;
using boost::json::array;

object publishing(const char* topic, array fallbacks = {}) {
  return {{"name", "republish"},
          {"params", object{{"target_topic", topic}, {"target_qos", 1}, {"payload_tmpl", "${payload}"}}},
          {"fallbacks", std::move(fallbacks)}};
}

// It fails: no message can have such a topic.
object failing(array fallbacks = {}) { return publishing("bad/#", std::move(fallbacks)); }

// An action with so many levels of fallbacks, of which the last one publishes.
object nested(int levels) {
  auto out = publishing("out/deep");
  for (int i = 0; i < levels; ++i)
    out = failing({out});
  return out;
}

struct fallback_broker : rule_broker {
  reply put_together(const char* id, const object& action) {
    return post(
        "/rules",
        serialize(object{{"id", id}, {"rawsql", R"(select payload from "a")"}, {"actions", array{action}}}));
  }

  /// "success/failed" of the action and of the first fallback of each level below.
  std::string counts(const char* id) {
    std::string out;
    const auto rule = get(std::string{"/rules/"} + id);
    const auto* level = &rule.data().at("actions").as_array();
    for (; !level->empty(); level = &level->at(0).at("fallbacks").as_array()) {
      const auto& m = level->at(0).at("metrics").at(0);
      out +=
          std::to_string(m.at("success").as_int64()) + "/" + std::to_string(m.at("failed").as_int64()) + " ";
    }
    return out;
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(rule_fallbacks)

BOOST_FIXTURE_TEST_CASE(each_level_runs_where_the_one_before_fails, fallback_broker) {
  const auto made = put_together("deep", failing({failing({failing({publishing("out/deep")})}),
                                                  publishing("out/second", {publishing("out/never")})}));
  BOOST_TEST_REQUIRE(made.code() == 0, made.text);
  auto c = mqtt({.client_id = "c"});
  c->subscribe("out/#", 1);
  c->publish("a", "1", 1);
  BOOST_TEST(c->next().topic == "out/deep");
  BOOST_TEST(c->next().topic == "out/second"); // fallbacks run all, as before
  BOOST_TEST(counts("deep") == "0/1 0/1 0/1 1/0 ");
  // They are kept, exported and imported.
  const auto actions = get("/rules/deep").data().at("actions");
  const std::string file = post("/data/export", "").data().at("filename").as_string().c_str();
  BOOST_TEST(del("/rules/deep").code() == 0);
  BOOST_TEST(post("/data/import", R"({"filename":")" + file + "\"}").text == R"({"code":0})");
  BOOST_TEST(counts("deep") == "0/0 0/0 0/0 0/0 ");
  BOOST_TEST_REQUIRE(process().terminate() == 0);
  process().start_again();
  BOOST_TEST(get("/rules/deep").data().at("actions").at(0).at("id") == actions.at(0).at("id"));
  auto d = mqtt({.client_id = "d"});
  d->subscribe("out/#", 1);
  d->publish("a", "2", 1);
  BOOST_TEST(d->next().topic == "out/deep");
  BOOST_TEST(d->next().topic == "out/second");
  BOOST_TEST(counts("deep") == "0/1 0/1 0/1 1/0 ");
  BOOST_TEST(put("/rules/deep/reset_metrics").code() == 0);
  BOOST_TEST(counts("deep") == "0/0 0/0 0/0 0/0 ");
}

// What a resource answers comes later.
BOOST_FIXTURE_TEST_CASE(of_actions_that_ask_resources, fallback_broker) {
  const auto hook = make_resource(
      "web_hook", {{"url", "http://127.0.0.1:" + std::to_string(free_port())}, {"keep_time", 0}});
  const auto asking = [&](array fallbacks) {
    return object{{"name", "data_to_webserver"},
                  {"params", object{{"$resource", hook}}},
                  {"fallbacks", std::move(fallbacks)}};
  };
  BOOST_TEST(put_together("web", asking({asking({failing({publishing("out/web")})})})).code() == 0);
  auto c = mqtt({.client_id = "c"});
  c->subscribe("out/#", 1);
  c->publish("a", "1", 1);
  const auto m = c->next();
  BOOST_TEST(m.topic == "out/web");
  BOOST_TEST(m.payload == "1");
  BOOST_TEST(counts("web") == "0/1 0/1 0/1 1/0 ");
}

BOOST_FIXTURE_TEST_CASE(levels_are_bounded, fallback_broker) {
  BOOST_TEST(put_together("ten", nested(10)).code() == 0);
  const auto refused = put_together("eleven", nested(11));
  BOOST_TEST(refused.code() == 400);
  BOOST_TEST(refused.body.at("message").as_string() == "Bad Arguments: {too_many_levels_of_fallbacks,10}");
  BOOST_TEST(get("/rules").data().as_array().size() == 1U);
  auto c = mqtt({.client_id = "c"});
  c->subscribe("out/#", 1);
  c->publish("a", "1", 1);
  BOOST_TEST(c->next().topic == "out/deep");
}

BOOST_AUTO_TEST_SUITE_END()
