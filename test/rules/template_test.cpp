#include "sql_fixture.hpp"
#include "troupe/rules/template.hpp"

#include <boost/test/unit_test.hpp>

namespace troupe::rules::testing {

namespace {

// The template filled with what a query selects.
std::string filled(const std::string& text) {
  const boost::json::object members{
      {"payload", R"({"a":1,"b":{"c":"x","l":[1,2],"f":2.0,"t":true,"n":null},"s":"{\"k\":5}"})"}};
  const json_event e{members};
  workspace w;
  auto parsed = query::parse("SELECT payload.a AS a, payload.b AS b, payload.s AS s, payload FROM t");
  BOOST_TEST_REQUIRE(std::get<query>(parsed).run(e, w).matched());
  std::string out;
  text_template{text}.fill(out, query::output(w, 0), w.memory);
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(rule_template)

// reference/rule-engine.md section 8.
BOOST_AUTO_TEST_CASE(placeholders) {
  const std::pair<const char*, const char*> rows[] = {
      {"v=${a}", "v=1"},
      {"${b.c}", "x"},
      {"${b.l}", "[1,2]"},
      {"${b.f} ${b.t} ${b.n}", "2.0 true null"},
      {"${b}", R"({"c":"x","l":[1,2],"f":2.0,"t":true,"n":null})"},
      {"${zz}", "undefined"},
      {"${b.zz.y}", "undefined"},
      {"${s.k}", "5"},
      {"${payload.b.c}", "x"},
      {"${b.l.1}", "undefined"},
      {"${b.l[1]}", "${b.l[1]}"},
      {"$a ${ a} ${a-b} ${} ${", "$a ${ a} ${a-b} ${} ${"},
      {"${${a}}", "${1}"},
      {"${a}${a}", "11"},
      {"", ""},
      {"plain", "plain"},
  };
  for (const auto& [text, result] : rows)
    BOOST_TEST(filled(text) == result, text << " gave " << filled(text));
}

// Whatever asks for it: the statement, and each placeholder of each action.
BOOST_AUTO_TEST_CASE(json_is_decoded_once_for_a_message) {
  const std::pair<const char*, const char*> rows[] = {
      {R"({"a":{"b":1},"c":[2]})", "1 [2] undefined 1"},
      {R"({"a":"{\"b\":1}","c":"[2]"})", "1 [2] undefined 1"}, // and what is in it
      {"no JSON", "undefined undefined undefined undefined"},
  };
  workspace w;
  const auto parsed =
      query::parse("SELECT payload, map_get('a.b', payload, 0) AS m FROM t WHERE is_str(payload)");
  const auto plain = query::parse("SELECT payload FROM t");
  for (const auto& [payload, result] : rows) {
    const boost::json::object members{{"payload", payload}};
    const json_event e{members};
    const bool decodes = *payload == '{';
    BOOST_TEST_REQUIRE(std::get<query>(decodes ? parsed : plain).run(e, w).matched());
    std::string first, second;
    text_template{"${payload.a.b} ${payload.c} ${payload.none} "}.fill(first, query::output(w, 0), w.memory);
    text_template{"${payload.a.b}"}.fill(second, query::output(w, 0), w.memory);
    BOOST_TEST(first + second == result);
    BOOST_TEST(w.memory.decoded() ==
                   (std::string_view{payload}.find("\\") == std::string_view::npos ? 1U : 2U),
               payload);
  }
}

BOOST_AUTO_TEST_CASE(the_next_message_is_another_one) {
  workspace w;
  const auto parsed = query::parse("SELECT payload.a AS a FROM t");
  boost::json::object members{{"payload", R"({"a":1})"}};
  for (const char digit : {'1', '2', '3'}) {
    members["payload"].as_string()[5] = digit; // in the same place
    const json_event e{members};
    BOOST_TEST_REQUIRE(std::get<query>(parsed).run(e, w).matched());
    BOOST_TEST(query::output(w, 0).find("a").integer() == digit - '0');
    BOOST_TEST(w.memory.decoded() == 1U);
  }
}

BOOST_AUTO_TEST_CASE(large_texts_are_kept_decoded_rather_than_small_ones) {
  arena memory;
  const std::string large = "[" + std::string(100, ' ') + "]";
  std::vector<std::string> small(50, "[1]");
  for (const auto& s : small)
    decode_json(s, memory);
  const auto before = memory.decoded();
  decode_json(large, memory);
  for (const auto& s : small)
    decode_json(s, memory);
  const auto after = memory.decoded();
  BOOST_TEST(decode_json(large, memory).is(value::kind::list));
  BOOST_TEST(before == small.size());
  BOOST_TEST(memory.decoded() == after);
  memory.reset();
  BOOST_TEST(memory.decoded() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::rules::testing
