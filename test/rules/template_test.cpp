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

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::rules::testing
