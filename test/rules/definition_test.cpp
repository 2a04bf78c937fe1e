#include "troupe/rules/definition.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

namespace troupe::rules {

namespace json = boost::json;

BOOST_AUTO_TEST_SUITE(rule_definition)

BOOST_AUTO_TEST_CASE(there_and_back) {
  definition d;
  d.id = "rule:1";
  d.sql = "SELECT * FROM t";
  d.actions.push_back({"republish_1",
                       "republish",
                       {{"target_topic", "x"}},
                       {{"inspect_2", "inspect", {}, {{"do_nothing_3", "do_nothing", {}, {}}}}}});
  d.description = "text";
  d.enabled = false;
  d.stop_on_failure = true;
  d.created_at = 17;
  const auto back = read_definition(json::parse(json::serialize(to_record(d))));
  BOOST_TEST_REQUIRE(back.has_value());
  BOOST_TEST(json::serialize(to_record(*back)) == json::serialize(to_record(d)));
  BOOST_TEST(back->actions[0].fallbacks[0].name == "inspect");
  BOOST_TEST(back->actions[0].fallbacks[0].fallbacks[0].id == "do_nothing_3");
  BOOST_TEST((back->actions == d.actions));
}

BOOST_AUTO_TEST_CASE(fallbacks_may_be_left_out) {
  const auto d =
      read_definition(json::parse(R"({"id":"a","rawsql":"b","actions":[{"id":"x","name":"y","args":{}}]})"));
  BOOST_TEST_REQUIRE(d.has_value());
  BOOST_TEST(d->actions.at(0).fallbacks.empty());
}

BOOST_AUTO_TEST_CASE(others_are_refused) {
  for (const auto* record :
       {"1", "{}", R"({"id":"a"})", R"({"id":"a","rawsql":1,"actions":[]})", R"({"id":"a","rawsql":"b"})",
        R"({"id":"a","rawsql":"b","actions":{}})", R"({"id":"a","rawsql":"b","actions":[1]})",
        R"({"id":"a","rawsql":"b","actions":[{"id":"x","name":"y"}]})",
        R"({"id":"a","rawsql":"b","actions":[{"id":"x","name":"y","args":[],"fallbacks":[]}]})",
        R"({"id":"a","rawsql":"b","actions":[{"id":"x","name":"y","args":{},"fallbacks":[{}]}]})"})
    BOOST_TEST(!read_definition(json::parse(record)).has_value(), record);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::rules
