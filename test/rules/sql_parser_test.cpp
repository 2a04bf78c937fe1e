// Syntax: what is accepted, and where an error is.
#include "sql_fixture.hpp"

#include <boost/test/unit_test.hpp>

namespace troupe::rules::testing {

namespace {

// "" when the query is accepted.
std::string error_of(std::string_view sql) {
  const auto parsed = query::parse(sql);
  const auto* error = std::get_if<sql_error>(&parsed);
  return error == nullptr ? std::string{} : to_string(*error);
}

} // namespace

BOOST_AUTO_TEST_SUITE(sql_parser)

BOOST_AUTO_TEST_CASE(forms_that_are_accepted) {
  for (
      const auto* sql : {
          R"(select * from "t/a")",
          R"(SELECT clientid cid FROM plantA)",
          "  SELECT\tclientid\r\nFROM \"a\" , \"b/#\"  ",
          "SELECT 1 -- a comment\nFROM \"t\" -- the end",
          R"(SELECT payload.a.b[1][-2]."k-j".'k.j'.1.end AS x.y[0] FROM "t")",
          R"(SELECT CASE WHEN qos = 1 THEN 'a' WHEN qos = 2 THEN 'b' ELSE 'c' END AS x FROM "t")",
          R"(SELECT CASE qos WHEN 1 THEN 'a' END x FROM "t")",
          R"(SELECT (CASE qos WHEN 1 THEN 'a' END) x FROM "t")",
          R"(SELECT abs(CASE qos WHEN 1 THEN -1 END) x FROM "t")",
          R"(SELECT qos > 0 as big FROM "t")",
          R"(FOREACH payload.l FROM "t")",
          R"(FOREACH payload.l AS r DO r.v AS v, clientid INCASE r.v > 2 FROM "t" WHERE qos = 1 OR NOT qos = 2)",
          R"(SELECT [1, qos, 'z'] AS l, [] AS e, [2..5] AS r FROM "t")",
          R"(SELECT - - 1 AS x, +2 AS y FROM "t")",
          R"(SELECT qos IN (1, 2) AS x, qos NOT IN (0) AS y FROM "t")",
          R"(SELECT payload.l[i] AS x, payload.l[2..3] AS y, l[-2..-1] AS z FROM "t")",
          R"(SELECT 2.5e2 AS x, 2.5E-2 AS y FROM "t")",
      })
    BOOST_TEST(error_of(sql) == "", sql);
}

BOOST_AUTO_TEST_CASE(errors_have_a_place) {
  const std::pair<const char*, const char*> rows[] = {
      {"", "line 1, column 1: expected SELECT or FOREACH"},
      {"SELEC * FROM \"t\"", "line 1, column 1: expected SELECT or FOREACH"},
      {"SELECT FROM \"t\"", "line 1, column 8: expected an expression"},
      {"SELECT a, FROM \"t\"", "line 1, column 11: expected an expression"},
      {"SELECT clientid", "line 1, column 16: expected FROM"},
      {"SELECT a b c FROM \"t\"", "line 1, column 12: expected FROM"},
      {"SELECT *\nFROM", "line 2, column 5: expected a topic in double quotes"},
      {"SELECT * FROM 't'", "line 1, column 15: expected a topic in double quotes"},
      {"SELECT * FROM \"\"", "line 1, column 15: a topic cannot be empty"},
      {"SELECT * FROM t/#", "line 1, column 16: expected WHERE or the end of the query"},
      {"SELECT * FROM \"t\" WHERE", "line 1, column 24: expected an expression"},
      {"SELECT * FROM \"t\";", "line 1, column 18: unexpected character"},
      {"SELECT * FROM \"t\" WHERE a = 1 2", "line 1, column 31: expected the end of the query"},
      {"SELECT * FROM \"t\" WHERE a = b = c", "line 1, column 31: comparisons cannot be chained"},
      {"SELECT 'x FROM \"t\"", "line 1, column 8: the string has no closing quote"},
      {"SELECT \"x FROM t", "line 1, column 8: the name has no closing quote"},
      {"SELECT 1e3 FROM \"t\"", "line 1, column 8: a number cannot be followed by a letter"},
      {"SELECT 99999999999999999999 FROM \"t\"", "line 1, column 8: the integer is too large"},
      {"SELECT _a FROM \"t\"", "line 1, column 8: unexpected character"},
      {"SELECT a[1..2].b FROM \"t\"", "line 1, column 15: a slice is the last step of a path"},
      {"SELECT a. FROM \"t\"", "line 1, column 19: expected FROM"}, // the first one is a key
      {"SELECT a.+ FROM \"t\"", "line 1, column 10: expected a name"},
      {"SELECT a[x FROM \"t\"", "line 1, column 12: expected ]"},
      {"SELECT (a FROM \"t\"", "line 1, column 11: expected )"},
      {"SELECT [a FROM \"t\"", "line 1, column 11: expected , or ]"},
      {"SELECT CASE a THEN 1 END FROM \"t\"", "line 1, column 15: expected WHEN"},
      {"SELECT CASE WHEN a 1 END FROM \"t\"", "line 1, column 20: expected THEN"},
      {"SELECT CASE WHEN a THEN 1 FROM \"t\"", "line 1, column 27: expected WHEN, ELSE or END"},
      {"SELECT a IN 1 FROM \"t\"", "line 1, column 13: expected ("},
      {"SELECT a NOT 1 FROM \"t\"", "line 1, column 14: expected IN"},
      {"SELECT UPPER('a') FROM \"t\"", "line 1, column 8: there is no function UPPER"},
      {"SELECT\n  abs(1, 2) FROM \"t\"", "line 2, column 3: abs takes 1 argument, not 2"},
      {"FOREACH * FROM \"t\"",
       "line 1, column 9: the last expression of FOREACH is what is gone through, which * cannot be"},
      {"SELECT a AS 'x' FROM \"t\"", "line 1, column 13: expected a name"},
      {"SELECT regex_match(payload, '(?=a)') FROM \"t\"",
       "line 1, column 29: the regular expression is not valid (it is of RE2: without look-around and back "
       "references)"},
      {"SELECT 1 FROM \"t\" WHERE regex_replace(a,\n '(', 'b') = ''",
       "line 2, column 2: the regular expression is not valid (it is of RE2: without look-around and back "
       "references)"},
  };
  for (const auto& [sql, error] : rows)
    BOOST_TEST(error_of(sql) == error, sql << " gave " << error_of(sql));
}

BOOST_AUTO_TEST_CASE(limits) {
  const auto repeat = [](std::string_view s, std::size_t n) {
    std::string out;
    for (std::size_t i = 0; i < n; ++i)
      out += s;
    return out;
  };
  BOOST_TEST(error_of("SELECT " + repeat("(", 60) + "1" + repeat(")", 60) + " FROM \"t\"") == "");
  for (const auto* opening : {"(", "- ", "NOT ", "[", "abs(", "CASE WHEN "})
    BOOST_TEST(error_of("SELECT " + repeat(opening, 5000) + "1 FROM \"t\"").ends_with("nested too deep"),
               opening);
  BOOST_TEST(error_of("SELECT 1" + repeat("+1", 5000) + " FROM \"t\"").ends_with("too many parts"));
  BOOST_TEST(error_of("SELECT a" + repeat(".b", 5000) + " FROM \"t\"").ends_with("too many parts"));
  BOOST_TEST(
      error_of("SELECT '" + repeat("x", 70'000) + "' FROM \"t\"").ends_with("longer than 65536 bytes"));
}

BOOST_AUTO_TEST_CASE(topics_of_a_query) {
  auto parsed = query::parse(R"(SELECT * FROM "a/+", plant, "$events/client_connected")");
  const auto& topics = std::get<query>(parsed).topics();
  const std::vector<std::string> expected{"a/+", "plant", "$events/client_connected"};
  BOOST_TEST(topics == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::rules::testing
