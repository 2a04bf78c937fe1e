// Counting who does something too often.
#include "troupe/mqtt/offence_table.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe::mqtt;

BOOST_AUTO_TEST_SUITE(offence_tables)

BOOST_AUTO_TEST_CASE(the_threshold_within_the_window) {
  offence_table t{{3, 1'000}};
  BOOST_TEST(!t.count("a", 0));
  BOOST_TEST(!t.count("a", 500));
  BOOST_TEST(!t.count("b", 500)); // each for itself
  BOOST_TEST(t.count("a", 999));
  BOOST_TEST(t.size() == 1U);
  for (int i = 0; i < 2; ++i) // and once more from the beginning
    BOOST_TEST(!t.count("a", 999));
  BOOST_TEST(t.count("a", 999));
}

BOOST_AUTO_TEST_CASE(a_window_begins_with_its_first) {
  offence_table t{{3, 1'000}};
  BOOST_TEST(!t.count("a", 0));
  BOOST_TEST(!t.count("a", 999));
  BOOST_TEST(!t.count("a", 1'000)); // the first of a new one
  BOOST_TEST(!t.count("a", 1'500));
  BOOST_TEST(t.count("a", 1'999));
}

BOOST_AUTO_TEST_CASE(one_is_too_many) {
  offence_table t{{1, 1'000}};
  BOOST_TEST(t.count("a", 0));
  BOOST_TEST(t.size() == 0U);
}

BOOST_AUTO_TEST_CASE(what_is_over_goes) {
  offence_table t{{10, 1'000}};
  for (int i = 0; i < 1'000; ++i)
    t.count(std::to_string(i), i);
  BOOST_TEST(t.size() == 1'000U);
  t.count("x", 1'499);
  BOOST_TEST(t.size() == 501U);
  BOOST_TEST(t.forgotten() == 0U);
  t.count("x", 100'000);
  BOOST_TEST(t.size() == 1U);
}

BOOST_AUTO_TEST_CASE(the_bounds) {
  offence_table t{{2, 1'000'000'000}};
  for (std::size_t i = 0; i < offence_table::most_offenders + 5; ++i)
    t.count(std::to_string(i), static_cast<time_ms>(i));
  BOOST_TEST(t.size() == offence_table::most_offenders);
  BOOST_TEST(t.forgotten() == 5U);
  BOOST_TEST(t.count("5", 100'000));
  BOOST_TEST(!t.count("4", 100'000));
  offence_table large{{2, 1'000'000'000}};
  const std::string id(60'000, 'x');
  for (int i = 0; i < 400; ++i)
    large.count(id + std::to_string(i), i);
  BOOST_TEST(large.size() <= offence_table::most_bytes / id.size());
  BOOST_TEST(large.size() > 200U);
}

BOOST_AUTO_TEST_SUITE_END()
