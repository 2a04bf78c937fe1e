// Templates of statements for databases: what a message says is never a part of the statement.
#include "rules/actions/statement_template.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

using troupe::access::parameter_marks;
using namespace troupe::rules;

namespace {

constexpr auto pgsql = parameter_marks::numbered;
constexpr auto mysql = parameter_marks::question;

std::string statement_of(std::string_view text, parameter_marks marks = pgsql) {
  const auto made = statement_template::make(text, marks);
  if (const auto* error = std::get_if<std::string>(&made))
    return "! " + *error;
  return std::get<statement_template>(made).statement();
}

// "NULL", or what is bound, one behind the other with a comma.
std::string bound(std::string_view text, std::string_view json, parameter_marks marks = pgsql) {
  const auto made = statement_template::make(text, marks);
  const auto selected = boost::json::parse({json.data(), json.size()}).as_object();
  row::members members;
  for (const auto& m : selected)
    members.emplace_back(std::string_view{m.key().data(), m.key().size()}, value::of(m.value()));
  arena memory;
  std::string out;
  for (const auto& v : std::get<statement_template>(made).values(row{members}, memory))
    out.append(out.empty() ? "" : ",").append(v.value_or("NULL"));
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(statement_templates)

BOOST_AUTO_TEST_CASE(placeholders_become_parameters) {
  BOOST_TEST(statement_of("insert into t values (${a}, ${b.c})") == "insert into t values ($1, $2)");
  BOOST_TEST(statement_of("insert into t values (${a}, ${b.c})", mysql) == "insert into t values (?, ?)");
  BOOST_TEST(statement_of("insert into t values ('${a}', 'dev-${a}', 'it''s')") ==
             "insert into t values ($1, $2, 'it''s')");
  BOOST_TEST(statement_of("insert into t values (1) -- ?", mysql) == "insert into t values (1) -- ?");
  BOOST_TEST(statement_of("select '?', '$1', \"$1\"") == "select '?', '$1', \"$1\"");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_bound) {
  for (const char* bad : {"", "  ", "insert into \"${t}\" values (1)", "insert into t values ($1)",
                          "insert into t values ('${a})", "select E'${a}\\n'", "select $$${a}$$",
                          "select 1 -- ${a}", "select 1 /* ${a} */", "select ${a b}", "select ${",
                          "select '${a}", "select ${a}1", "select $${a}", "select x${a}"})
    BOOST_TEST(statement_of(bad).starts_with("! "), bad);
  for (const char* bad : {"select ?", "insert into `${t}` values (1)", "select \"${a}\"", "select '${a}\\''",
                          "select 1 # ${a}"})
    BOOST_TEST(statement_of(bad, mysql).starts_with("! "), bad);
  BOOST_TEST(statement_of("select ${a b}") == "! this is no placeholder: ${a b}");
  BOOST_TEST(statement_of("insert into \"${t}\" values (1)") == "! no parameter can stand in \"${t}\"");
}

BOOST_AUTO_TEST_CASE(values) {
  constexpr auto all = "select ${a}, 'x-${a}', ${b.c}";
  BOOST_TEST(bound(all, R"({"a":"'; drop table t; --","b":{"c":2.0}})") ==
             "'; drop table t; --,x-'; drop table t; --,2.0");
  BOOST_TEST(bound(all, R"({"a":null,"b":{"c":true}})") == "NULL,x-null,true");
  BOOST_TEST(bound(all, R"({"a":[1,"b"],"b":"{\"c\":{\"d\":1}}"})", mysql) == R"([1,"b"],x-[1,"b"],{"d":1})");
  BOOST_TEST(bound("select ${a}, ${b}, ${none}", R"({"a":true,"b":false})", mysql) == "1,0,NULL");
}

BOOST_AUTO_TEST_SUITE_END()
