#include "actors/shard/clock_step.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using troupe::clock_step;

namespace {

constexpr clock_step::duration booted = 1'000s; // the steady clock when the broker began
constexpr clock_step::duration date = 1'800'000'000s;

// So long after the start, the system's clock having been set forward by `set`.
clock_step::look after(clock_step::duration time, clock_step::duration set,
                       clock_step::duration took = 100ns) {
  return {booted + time, date + time + set, booted + time + took};
}

struct started {
  clock_step step{date - booted};

  troupe::mqtt::time_ms follow(const clock_step::look& at) {
    step.follow(at);
    return step.milliseconds();
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(steps_of_the_system_clock)

BOOST_FIXTURE_TEST_CASE(a_clock_that_nobody_sets, started) {
  BOOST_TEST(step.milliseconds() == 0);
  for (int i = 0; i < 100; ++i)
    BOOST_TEST(follow(after(i * 100ms, (i % 7 - 3) * 1ms)) == 0); // the noise of a look
}

BOOST_FIXTURE_TEST_CASE(is_followed_forward_and_back, started) {
  BOOST_TEST(follow(after(1s, 1h)) == 3'600'000);
  BOOST_TEST(follow(after(2s, 1h + 1ms)) == 3'600'000);
  BOOST_TEST(follow(after(3s, 1h + 10ms)) == 3'600'010);
  BOOST_TEST(follow(after(4s, -24h)) == -86'400'000);
  BOOST_TEST(follow(after(5s, 0s)) == 0);
}

BOOST_FIXTURE_TEST_CASE(a_look_that_was_interrupted_tells_nothing, started) {
  BOOST_TEST(follow(after(1s, 30ms, 30ms)) == 0);
  BOOST_TEST(follow(after(2s, 1h, clock_step::longest_look)) == 3'600'000);
}

BOOST_AUTO_TEST_CASE(the_clocks_of_this_machine) {
  const auto first = clock_step::now();
  BOOST_TEST((first.after >= first.before));
  clock_step step{first.system - first.before + 1h}; // as if it had been set back since
  for (int i = 0; i < 1'000 && step.milliseconds() == 0; ++i)
    step.follow(clock_step::now());
  BOOST_TEST(step.milliseconds() <= -3'500'000);
  BOOST_TEST(step.milliseconds() >= -3'700'000);
}

BOOST_AUTO_TEST_SUITE_END()
