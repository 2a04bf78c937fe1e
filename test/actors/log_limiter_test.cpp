#include "troupe/actors/log_limiter.hpp"

#include <boost/test/unit_test.hpp>

using troupe::log_limiter;

BOOST_AUTO_TEST_SUITE(log_lines_of_peers)

BOOST_AUTO_TEST_CASE(so_many_a_second_and_the_rest_counted) {
  log_limiter limit;
  const troupe::mqtt::time_ms start = 1'000'000;
  for (std::uint32_t i = 0; i < log_limiter::most; ++i)
    BOOST_TEST(limit.next(start + i).value() == 0U);
  for (int i = 0; i < 500; ++i)
    BOOST_TEST(!limit.next(start + log_limiter::period - 1).has_value());
  BOOST_TEST(limit.next(start + log_limiter::period).value() == 500U);
  BOOST_TEST(limit.next(start + log_limiter::period).value() == 0U);
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_set_back_silences_nobody) {
  log_limiter limit;
  const troupe::mqtt::time_ms start = 1'000'000;
  for (std::uint32_t i = 0; i <= log_limiter::most; ++i)
    limit.next(start);
  BOOST_TEST(limit.next(start - 500'000).value() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
