// Functions with arguments that nobody would give: each answers with a value that JSON can say, or an error.
#include "any_value.hpp"
#include "rules/sql/function.hpp"
#include "sql_fixture.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace troupe::rules::testing {

namespace {

constexpr std::size_t most_arguments = 7;

// "SELECT f(a0, a1) AS x FROM …"
std::string statement_with(std::string_view function, std::size_t arguments) {
  std::string out = "SELECT " + std::string{function} + "(";
  for (std::size_t i = 0; i < arguments; ++i)
    out += (i > 0 ? ", a" : "a") + std::to_string(i);
  return out + ") AS x FROM \"t/#\"";
}

boost::json::object any_event(any_value& any, std::size_t arguments) {
  boost::json::object out{{"topic", any.awkward()}, {"payload", any.awkward()}, {"flags", any.awkward()}};
  for (std::size_t i = 0; i < arguments; ++i)
    if (!any.chance(12)) // else it is undefined
      out["a" + std::to_string(i)] = any.awkward();
  return out;
}

void check(const function& f, std::size_t arguments, any_value& any, workspace& w) {
  const auto parsed = query::parse(statement_with(f.name, arguments));
  BOOST_TEST_REQUIRE(std::holds_alternative<query>(parsed), f.name << " with " << arguments);
  for (int i = 0; i < 150; ++i) {
    const auto event = any_event(any, arguments);
    verdict v;
    BOOST_CHECK_NO_THROW(v = std::get<query>(parsed).run(json_event{event}, w));
    if (!v.matched()) {
      BOOST_TEST(!v.error.empty(), f.name);
      continue;
    }
    std::string out;
    query::output(w, 0).append_json(out);
    boost::json::error_code failed;
    boost::json::parse(out, failed);
    if (failed)
      BOOST_ERROR(f.name << " gave " << out << " for " << boost::json::serialize(event));
  }
}

bool refused(const function& f, std::size_t arguments) {
  const auto parsed = query::parse(statement_with(f.name, arguments));
  const auto* error = std::get_if<sql_error>(&parsed);
  return error != nullptr && error->text.starts_with(std::string{f.name} + " takes ");
}

} // namespace

BOOST_AUTO_TEST_SUITE(sql_functions_with_anything)

BOOST_AUTO_TEST_CASE(values_of_any_kind) {
  any_value any{7};
  workspace w;
  for (const auto table : all_functions())
    for (const auto& f : table)
      for (std::size_t n = f.least; n <= std::min<std::size_t>(f.most, most_arguments); ++n)
        check(f, n, any, w);
}

BOOST_AUTO_TEST_CASE(any_number_of_them) {
  for (const auto table : all_functions())
    for (const auto& f : table)
      for (std::size_t n = 0; n <= most_arguments + 1; ++n)
        BOOST_TEST(refused(f, n) != f.takes(n), f.name << " with " << n);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::rules::testing
