// The literals, names and comments of SQL statements.
#include "actors/access/sql_pieces.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe::access;

namespace {

constexpr auto pgsql = parameter_marks::numbered;
constexpr auto mysql = parameter_marks::question;

// "c:code|l:'literal'|o:other"; "-" when something does not end.
std::string split(std::string_view statement, parameter_marks marks) {
  const auto pieces = split_sql(statement, marks);
  if (!pieces)
    return "-";
  std::string out;
  for (const auto& p : *pieces)
    out.append(out.empty() ? "" : "|").append(1, "clo"[static_cast<int>(p.what)]).append(":").append(p.text);
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(sql_pieces)

BOOST_AUTO_TEST_CASE(of_both) {
  for (const auto marks : {pgsql, mysql}) {
    BOOST_TEST(split("", marks) == "");
    BOOST_TEST(split("a 'b' c", marks) == "c:a |l:'b'|c: c");
    BOOST_TEST(split("'it''s'''", marks) == "l:'it''s'''");
    BOOST_TEST(split("''", marks) == "l:''");
    BOOST_TEST(split("a -- 'x\nb", marks) == "c:a |o:-- 'x|c:\nb");
    BOOST_TEST(split("a/*'*/b", marks) == "c:a|o:/*'*/|c:b");
    BOOST_TEST(split("\"it's\"", marks) == "o:\"it's\"");
    for (const char* endless : {"'", "'a''", "\"a", "/* a", "a 'b"})
      BOOST_TEST(split(endless, marks) == "-", endless);
  }
}

BOOST_AUTO_TEST_CASE(of_postgresql) {
  BOOST_TEST(split("a--b", pgsql) == "c:a|o:--b");
  BOOST_TEST(split("'a\\'b", pgsql) == "l:'a\\'|c:b");
  BOOST_TEST(split("E'a\\'b'", pgsql) == "c:E|o:'a\\'b'");
  BOOST_TEST(split("type'a'", pgsql) == "c:type|l:'a'");
  BOOST_TEST(split("$$a'b$$ $t$ $$ $t$", pgsql) == "o:$$a'b$$|c: |o:$t$ $$ $t$");
  BOOST_TEST(split("${a} a$b$c", pgsql) == "c:${a} a$b$c");
  BOOST_TEST(split("$t$ a", pgsql) == "-");
  BOOST_TEST(split("`#", pgsql) == "c:`#");
}

BOOST_AUTO_TEST_CASE(of_mysql) {
  BOOST_TEST(split("1--1", mysql) == "c:1--1");
  BOOST_TEST(split("1 --", mysql) == "c:1 |o:--");
  BOOST_TEST(split("'a\\'b'", mysql) == "o:'a\\'b'");
  BOOST_TEST(split("\"a\\\"b\"", mysql) == "o:\"a\\\"b\"");
  BOOST_TEST(split("`it's` # it's", mysql) == "o:`it's`|c: |o:# it's");
  BOOST_TEST(split("$$ 'a'", mysql) == "c:$$ |l:'a'");
  BOOST_TEST(split("'a\\'", mysql) == "-");
}

BOOST_AUTO_TEST_CASE(literals) {
  BOOST_TEST(text_of_literal("'it''s'") == "it's");
  BOOST_TEST(text_of_literal("''''") == "'");
  BOOST_TEST(text_of_literal("''") == "");
}

BOOST_AUTO_TEST_CASE(parameters) {
  BOOST_TEST(has_parameter("a = $1", pgsql));
  BOOST_TEST(!has_parameter("a = $b ? $", pgsql));
  BOOST_TEST(has_parameter("a = ?", mysql));
  BOOST_TEST(!has_parameter("a = $1", mysql));
  std::string marks;
  append_mark(marks, 12, pgsql);
  append_mark(marks, 12, mysql);
  BOOST_TEST(marks == "$12?");
}

BOOST_AUTO_TEST_CASE(parameters_stand_alone) {
  BOOST_TEST(has_only_parameters("a$b = $1 and c in ($2,$3)", 3, pgsql));
  BOOST_TEST(has_only_parameters("'$2' \"$3\" $1 -- $4", 1, pgsql));
  for (const char* other :
       {"$1", "$1 $2 $3", "$2 $1", "$1 $22", "$1 a$2", "$1 $2b", "$1$2", "$1 $$2", "$1 '$2'"})
    BOOST_TEST(!has_only_parameters(other, 2, pgsql), other);
  BOOST_TEST(has_only_parameters("(?,?) # ?", 2, mysql));
  BOOST_TEST(!has_only_parameters("?,'?'", 2, mysql));
}

BOOST_AUTO_TEST_SUITE_END()
