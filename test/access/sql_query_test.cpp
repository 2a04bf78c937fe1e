// Placeholders of queries become bound parameters.
#include "actors/access/sql_query.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe::access;

namespace {

constexpr auto numbered = parameter_marks::numbered;
constexpr auto question = parameter_marks::question;

const client_facts sly{.client_id = "c'; drop table mqtt_user; --", .username = "' or '1'='1"};

std::string text(std::string_view query, parameter_marks marks = numbered) {
  const auto bound = bind_query(query, marks);
  return bound ? bound->text : "nothing";
}

} // namespace

BOOST_AUTO_TEST_SUITE(sql_queries)

BOOST_AUTO_TEST_CASE(placeholders_are_parameters) {
  BOOST_TEST(text("select p from t where u = '%u' limit 1") == "select p from t where u = $1 limit 1");
  BOOST_TEST(text("select p from t where u = '%u' or c = '%c'", question) ==
             "select p from t where u = ? or c = ?");
  BOOST_TEST(text("select p from t where u = %u") == "select p from t where u = $1");
  BOOST_TEST(text("u = '$all' or u like 'x%' or v = 'it''s'") == "u = '$all' or u like 'x%' or v = 'it''s'");
  BOOST_TEST(text("u = 'dev-%c-%u'") == "u = $1");
  BOOST_TEST(text("") == "");
}

BOOST_AUTO_TEST_CASE(values_are_never_a_part_of_the_statement) {
  const auto bound = *bind_query("u = '%u' and c = 'x''%c'", numbered);
  BOOST_TEST(bound.text == "u = $1 and c = $2");
  const auto values = bound.values(sly, nullptr);
  BOOST_TEST_REQUIRE(values.size() == 2U);
  BOOST_TEST(values[0] == *sly.username);
  BOOST_TEST(values[1] == "x'" + sly.client_id);
  const topic_question asked{operation::publish, "a'b"};
  BOOST_TEST(bind_query("t = '%t' and a = %A", question)->values(sly, &asked)[0] == "a'b");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_bound) {
  for (const char* bad : {"u = 'x", "u = 'x''", "u = $1", "'%u' = $2"})
    BOOST_TEST(!bind_query(bad, numbered).has_value(), bad);
  BOOST_TEST(!bind_query("u = ?", question).has_value());
  BOOST_TEST(bind_query("u = '?'", question).has_value());
  BOOST_TEST(bind_query("u = ?", numbered).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
