// What a rule makes of a message lies in the message's memory (rules/sql/arena.cpp), which is given back at
// once: anything outside of it would stay for ever, because nothing in there is destroyed.
#include "sql_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <malloc.h>

namespace troupe::rules::testing {

using namespace std::string_literals;

BOOST_AUTO_TEST_SUITE(sql_memory)

BOOST_AUTO_TEST_CASE(nothing_stays_when_a_rule_has_run) {
  const auto content =
      R"("l":["a text that is too long to be stored within its value",[1,2,3],{"a":{"b":[true]}}],"m":{"k":[1]})"s;
  const auto event = '{' + content + R"(,"payload":)" + "{" + content + "}}";
  const auto run_often = [&](const std::string& expression) {
    for (int i = 0; i < 500; ++i)
      BOOST_TEST_REQUIRE(!value_of(expression, event).starts_with("!"));
  };
  for (const std::string expression : {
           "sublist(3, l)",
           "sublist(2, 2, payload.l)",
           "nth(3, payload.l)",
           "[l, payload.m]",
           "map_put('x.y', l, m)",
           "mget('l', payload)",
           "json_decode(json_encode(m))",
           "split('a,b,c,a text that is too long to be stored within its value', ',')",
           "l[-1].a",
       }) {
    BOOST_TEST_CONTEXT(expression) {
      run_often(expression); // what is made once and kept
      const auto before = mallinfo2().uordblks;
      run_often(expression);
      BOOST_TEST(mallinfo2().uordblks < before + 500U);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::rules::testing
