// Each function's own example.
#include "rules/sql/function.hpp"
#include "sql_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

namespace troupe::rules::testing {

BOOST_AUTO_TEST_SUITE(sql_functions)

BOOST_AUTO_TEST_CASE(examples) {
  const auto event = message_with(R"({"k":{"j":1}})");
  for (const auto table : all_functions())
    for (const auto& f : table) {
      BOOST_TEST(f.example.substr(0, f.name.size()) == f.name);
      BOOST_TEST(!f.description.empty(), f.name);
      const auto got = value_of(f.example, event);
      if (f.result.empty())
        BOOST_TEST(!got.starts_with("! "), f.example << " gave " << got);
      else
        BOOST_TEST(got == f.result, f.example << " gave " << got << ", not " << f.result);
    }
}

BOOST_AUTO_TEST_CASE(names_are_unique) {
  std::set<std::string_view> names;
  for (const auto table : all_functions())
    for (const auto& f : table)
      BOOST_TEST(names.insert(f.name).second, f.name);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::rules::testing
