// Counting clients that come and go.
#include "troupe/mqtt/flapping_table.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe::mqtt;

BOOST_AUTO_TEST_SUITE(flapping_tables)

BOOST_AUTO_TEST_CASE(the_threshold_within_the_window) {
  flapping_table t{{3, 1'000}};
  BOOST_TEST(!t.on_disconnect("a", 0));
  BOOST_TEST(!t.on_disconnect("a", 500));
  BOOST_TEST(!t.on_disconnect("b", 500)); // each for itself
  BOOST_TEST(t.on_disconnect("a", 999));
  BOOST_TEST(t.size() == 1U);
  for (int i = 0; i < 2; ++i) // and once more from the beginning
    BOOST_TEST(!t.on_disconnect("a", 999));
  BOOST_TEST(t.on_disconnect("a", 999));
}

BOOST_AUTO_TEST_CASE(a_window_begins_with_its_first) {
  flapping_table t{{3, 1'000}};
  BOOST_TEST(!t.on_disconnect("a", 0));
  BOOST_TEST(!t.on_disconnect("a", 999));
  BOOST_TEST(!t.on_disconnect("a", 1'000)); // the first of a new one
  BOOST_TEST(!t.on_disconnect("a", 1'500));
  BOOST_TEST(t.on_disconnect("a", 1'999));
}

BOOST_AUTO_TEST_CASE(one_is_too_many) {
  flapping_table t{{1, 1'000}};
  BOOST_TEST(t.on_disconnect("a", 0));
  BOOST_TEST(t.size() == 0U);
}

BOOST_AUTO_TEST_CASE(what_is_over_goes) {
  flapping_table t{{10, 1'000}};
  for (int i = 0; i < 1'000; ++i)
    t.on_disconnect(std::to_string(i), i);
  BOOST_TEST(t.size() == 1'000U);
  t.on_disconnect("x", 1'499);
  BOOST_TEST(t.size() == 501U);
  BOOST_TEST(t.forgotten() == 0U);
  t.on_disconnect("x", 100'000);
  BOOST_TEST(t.size() == 1U);
}

BOOST_AUTO_TEST_CASE(the_bounds) {
  flapping_table t{{2, 1'000'000'000}};
  for (std::size_t i = 0; i < flapping_table::most_clients + 5; ++i)
    t.on_disconnect(std::to_string(i), static_cast<time_ms>(i));
  BOOST_TEST(t.size() == flapping_table::most_clients);
  BOOST_TEST(t.forgotten() == 5U);
  BOOST_TEST(t.on_disconnect("5", 100'000));
  BOOST_TEST(!t.on_disconnect("4", 100'000));
  flapping_table large{{2, 1'000'000'000}};
  const std::string id(60'000, 'x');
  for (int i = 0; i < 400; ++i)
    large.on_disconnect(id + std::to_string(i), i);
  BOOST_TEST(large.size() <= flapping_table::most_bytes / id.size());
  BOOST_TEST(large.size() > 200U);
}

BOOST_AUTO_TEST_SUITE_END()
