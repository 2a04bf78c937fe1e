#include "actors/shard/timer_wheel.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace {

using troupe::timer_wheel;
using troupe::mqtt::time_ms;

struct probe final : troupe::timer {
  std::vector<time_ms> fired;
  std::function<void(time_ms)> then;
  void on_timer(time_ms now) override {
    fired.push_back(now);
    if (then)
      then(now);
  }
};

constexpr time_ms start = 1'000'000'000;

struct wheel_at_start {
  timer_wheel wheel;
  wheel_at_start() { wheel.advance(start); }

  // As the shard does it: one call a tick.
  void run_until(time_ms end) {
    for (time_ms t = start + timer_wheel::tick; t <= end; t += timer_wheel::tick)
      wheel.advance(t);
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(timer_wheel_suite)

BOOST_FIXTURE_TEST_CASE(fires_once_and_at_most_one_tick_late, wheel_at_start) {
  for (time_ms delay : {1, 99, 100, 101, 1'000, 102'400, 102'500, 500'050}) {
    timer_wheel w;
    w.advance(start);
    probe p;
    w.arm(p, start + delay);
    for (time_ms t = start + timer_wheel::tick; t <= start + delay + 300; t += timer_wheel::tick)
      w.advance(t);
    BOOST_TEST_CONTEXT("delay " << delay) {
      BOOST_REQUIRE_EQUAL(p.fired.size(), 1U);
      BOOST_TEST(p.fired[0] >= start + delay);
      BOOST_TEST(p.fired[0] < start + delay + 2 * timer_wheel::tick);
      BOOST_TEST(!p.armed());
    }
  }
}

BOOST_FIXTURE_TEST_CASE(a_cancelled_timer_does_not_fire, wheel_at_start) {
  probe p;
  wheel.arm(p, start + 500);
  BOOST_TEST(p.armed());
  p.cancel();
  run_until(start + 2'000);
  BOOST_TEST(p.fired.empty());
}

BOOST_FIXTURE_TEST_CASE(arming_again_moves_it, wheel_at_start) {
  probe p;
  wheel.arm(p, start + 300);
  wheel.arm(p, start + 900);
  run_until(start + 2'000);
  BOOST_REQUIRE_EQUAL(p.fired.size(), 1U);
  BOOST_TEST(p.fired[0] >= start + 900);
}

BOOST_FIXTURE_TEST_CASE(a_timer_may_arm_itself, wheel_at_start) {
  probe p;
  p.then = [&](time_ms now) {
    if (p.fired.size() < 5)
      wheel.arm(p, now + 1'000);
  };
  wheel.arm(p, start + 1'000);
  run_until(start + 20'000);
  BOOST_TEST(p.fired.size() == 5U);
}

BOOST_FIXTURE_TEST_CASE(a_timer_may_cancel_and_destroy_its_neighbour, wheel_at_start) {
  auto neighbour = std::make_unique<probe>();
  probe p;
  p.then = [&](time_ms) { neighbour.reset(); };
  wheel.arm(p, start + 500);
  wheel.arm(*neighbour, start + 500);
  run_until(start + 2'000);
  BOOST_TEST(p.fired.size() == 1U);
  BOOST_TEST(neighbour == nullptr);
}

BOOST_FIXTURE_TEST_CASE(a_time_in_the_past_fires_at_the_next_tick, wheel_at_start) {
  probe p;
  wheel.arm(p, start - 10'000);
  wheel.advance(start + timer_wheel::tick);
  BOOST_TEST(p.fired.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_long_sleep_loses_nothing, wheel_at_start) {
  std::vector<std::unique_ptr<probe>> probes;
  for (int i = 0; i < 3'000; ++i) {
    probes.push_back(std::make_unique<probe>());
    wheel.arm(*probes.back(), start + 137 * i);
  }
  wheel.advance(start + 3'600'000);
  for (const auto& p : probes)
    BOOST_REQUIRE_EQUAL(p->fired.size(), 1U);
}

BOOST_AUTO_TEST_CASE(a_timer_outlives_its_wheel) {
  probe p;
  {
    timer_wheel w;
    w.advance(start);
    w.arm(p, start + 100);
  }
  BOOST_TEST(!p.armed());
}

BOOST_AUTO_TEST_SUITE_END()
