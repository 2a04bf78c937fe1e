// Rate limits as arithmetic: what a token bucket lets through, and when.
#include "troupe/mqtt/limiter.hpp"

#include <boost/test/unit_test.hpp>

#include <random>
#include <thread>
#include <vector>

using namespace troupe::mqtt;

BOOST_AUTO_TEST_SUITE(limiter)

BOOST_AUTO_TEST_CASE(a_full_bucket_goes_at_once_and_the_rest_at_the_rate) {
  token_bucket b{{10, 1'000}, 5'000};
  BOOST_TEST(b.available(5'000) == 10U);
  b.take(10, 5'000);
  BOOST_TEST(b.available(5'000) == 0U);
  BOOST_TEST(b.wait(1, 5'000) == 100);
  BOOST_TEST(b.wait(3, 5'000) == 300);
  BOOST_TEST(b.available(5'099) == 0U);
  BOOST_TEST(b.available(5'100) == 1U);
  BOOST_TEST(b.wait(1, 5'100) == 0);
  BOOST_TEST(b.available(5'999) == 9U);
  BOOST_TEST(b.available(99'000) == 10U); // never more than the limit
}

BOOST_AUTO_TEST_CASE(a_debt_is_paid_first) {
  token_bucket b{{100, 10'000}, 0};
  b.take(150, 0);
  BOOST_TEST(b.wait(0, 0) == 5'000); // 50 tokens at 10 a second
  BOOST_TEST(b.wait(1, 0) == 5'100);
  BOOST_TEST(b.available(4'999) == 0U);
  BOOST_TEST(b.wait(0, 5'000) == 0);
  BOOST_TEST(b.available(6'000) == 10U);
}

BOOST_AUTO_TEST_CASE(more_than_the_bucket_holds_is_not_waited_for) {
  token_bucket b{{2, 1'000}, 0};
  BOOST_TEST(b.wait(5, 0) == 0);
  b.take(5, 0);
  BOOST_TEST(b.wait(5, 0) == 2'500);
}

BOOST_AUTO_TEST_CASE(a_clock_that_stands_still_or_steps_back_gives_nothing) {
  token_bucket b{{10, 1'000}, 1'000};
  b.take(10, 1'000);
  BOOST_TEST(b.available(1'000) == 0U);
  BOOST_TEST(b.available(500) == 0U);
  BOOST_TEST(b.available(1'100) == 1U);
}

BOOST_AUTO_TEST_CASE(the_largest_rate_after_the_longest_silence_does_not_overflow) {
  token_bucket b{{rate::max_limit, rate::max_window}, 0};
  b.take(rate::max_limit, 0);
  BOOST_TEST(b.wait(1, 0) == 1);
  BOOST_TEST(b.available(time_ms{1} << 60) == rate::max_limit);
  token_bucket slow{{1, rate::max_window}, 0};
  slow.take(1, 0);
  BOOST_TEST(slow.wait(1, 0) == rate::max_window);
}

BOOST_AUTO_TEST_CASE(without_a_limit_nothing_waits) {
  token_bucket b{{}, 0};
  b.take(1'000'000, 0);
  BOOST_TEST(b.wait(1'000'000, 0) == 0);
  BOOST_TEST(b.available(0) > 1'000'000U);
  BOOST_TEST(!connection_rates{}.any());
}

// Whoever takes only what is there, at random times, gets all of the rate and no more than a bucket beyond.
BOOST_AUTO_TEST_CASE(over_any_time_no_more_goes_through_than_the_rate_and_one_bucket) {
  std::mt19937 random{7};
  const rate r{37, 1'700};
  token_bucket b{r, 0};
  time_ms now = 0;
  std::uint64_t taken = 0;
  for (int i = 0; i < 10'000; ++i) {
    now += static_cast<time_ms>(random() % 200);
    const auto n = std::min<std::uint64_t>(b.available(now), random() % 20);
    b.take(n, now);
    taken += n;
    BOOST_REQUIRE_LE(taken * static_cast<std::uint64_t>(r.window),
                     r.limit * static_cast<std::uint64_t>(now + r.window));
  }
  BOOST_TEST((taken + r.limit) * static_cast<std::uint64_t>(r.window) >=
             r.limit * static_cast<std::uint64_t>(now));
}

BOOST_AUTO_TEST_CASE(a_shared_bucket_is_full_pays_a_debt_and_fills_no_further) {
  shared_bucket b{{10, 1'000}};
  BOOST_TEST(b.wait(5'000) == 0);
  for (int i = 0; i < 10; ++i) {
    BOOST_TEST(b.wait(5'000) == 0);
    b.take(1, 5'000);
  }
  BOOST_TEST(b.wait(5'000) == 100);
  BOOST_TEST(b.wait(5'099) == 1);
  BOOST_TEST(b.wait(5'100) == 0);
  b.take(20, 5'100);
  BOOST_TEST(b.wait(5'100) == 2'000); // 19 tokens of debt, and the one that is wanted
  BOOST_TEST(b.wait(7'100) == 0);
  b.take(10, 99'000);
  BOOST_TEST(b.wait(99'000) == 100); // ten, whatever the silence
}

BOOST_AUTO_TEST_CASE(a_shared_bucket_bears_extremes) {
  shared_bucket slow{{1, rate::max_window}};
  for (int i = 0; i < 10; ++i)
    slow.take(4'000'000'000U, 1'764'000'000'000);
  BOOST_TEST(slow.wait(1'764'000'000'000) == 24 * 3'600'000); // a day of debt at most
  shared_bucket fast{{rate::max_limit, rate::min_window}};
  fast.take(1'000'000, 0);
  BOOST_TEST(fast.wait(0) == 0);
}

BOOST_AUTO_TEST_CASE(threads_take_from_a_shared_bucket_together) {
  shared_bucket b{{1'000, 1'000}};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&b] {
      for (int i = 0; i < 1'000; ++i)
        b.take(1, 0);
    });
  for (auto& t : threads)
    t.join();
  BOOST_TEST(b.wait(0) == 3'001);
}

BOOST_AUTO_TEST_CASE(connections_of_a_zone_wait_for_one_another) {
  shared_bucket zone{{10, 1'000}};
  connection_rates rates;
  rates.zone_routed = &zone;
  BOOST_TEST(rates.any());
  connection_limiter a{rates, 0};
  connection_limiter b{rates, 0};
  a.on_publish(0, 0); // nobody got it
  a.on_publish(10, 0);
  BOOST_TEST(a.wait_to_publish(0) == 100);
  BOOST_TEST(b.wait_to_publish(0) == 100);
  BOOST_TEST(b.wait_to_read(0) == 0);
}

BOOST_AUTO_TEST_CASE(every_limit_of_a_connection_holds) {
  connection_rates rates;
  rates.messages = {2, 1'000};
  rates.routed = {10, 1'000};
  rates.bytes = {1'000, 1'000};
  rates.listener_bytes = {4'000, 2'000};
  BOOST_TEST(rates.any());
  connection_limiter l{rates, 0};
  l.on_bytes(1'000, 0);
  BOOST_TEST(l.wait_to_read(0) == 0); // spent, but no debt
  l.on_bytes(1'000, 0);
  BOOST_TEST(l.wait_to_read(0) == 1'000); // of the zone
  l.on_bytes(4'000, 5'000);
  l.on_bytes(2'000, 7'000);
  BOOST_TEST(l.wait_to_read(7'000) == 3'000);
  BOOST_TEST(l.wait_to_publish(0) == 0);
  l.on_publish(1, 0);
  l.on_publish(1, 0);
  BOOST_TEST(l.wait_to_publish(0) == 500);
  l.on_publish(30, 10'000);
  BOOST_TEST(l.wait_to_publish(10'000) == 2'100); // 20 deliveries too many
}

BOOST_AUTO_TEST_SUITE_END()
