#include "actors/shard/fan_in_watch.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using troupe::fan_in_watch;

constexpr fan_in_watch::turn many_to_one{.waited = false, .events = 20, .messages = 200, .receivers = 1};

// How many of `turns` like this one, each behind the other, are rested after.
int rests(fan_in_watch::turn turn, int turns, fan_in_watch watch = {}) {
  int rests = 0;
  for (int i = 0; i < turns; ++i)
    rests += watch.should_rest_after(turn) ? 1 : 0;
  return rests;
}

fan_in_watch sure() {
  fan_in_watch watch;
  for (std::size_t i = 0; i < fan_in_watch::turns_to_be_sure; ++i)
    watch.should_rest_after(many_to_one);
  return watch;
}

} // namespace

BOOST_AUTO_TEST_SUITE(fan_in)

BOOST_AUTO_TEST_CASE(many_that_pipeline_to_one_gather_after_some_turns) {
  BOOST_TEST(rests(many_to_one, fan_in_watch::turns_to_be_sure) == 0);
  BOOST_TEST(rests(many_to_one, 100) == 100 - static_cast<int>(fan_in_watch::turns_to_be_sure));
}

BOOST_AUTO_TEST_CASE(a_turn_with_much_or_little_needs_no_rest_but_ends_nothing) {
  auto watch = sure();
  for (const std::size_t events : {std::size_t{0}, std::size_t{7}, fan_in_watch::enough_events}) {
    BOOST_TEST(!watch.should_rest_after({false, events, events * 10, 1}), events);
    BOOST_TEST(watch.should_rest_after(many_to_one));
  }
}

BOOST_AUTO_TEST_CASE(a_wait_begins_anew) {
  auto watch = sure();
  auto waited = many_to_one;
  waited.waited = true;
  BOOST_TEST(!watch.should_rest_after(waited));
  BOOST_TEST(rests(many_to_one, fan_in_watch::turns_to_be_sure, watch) == 0);
}

// They may wait for what they are sent.
BOOST_AUTO_TEST_CASE(many_receivers_begin_anew) {
  auto watch = sure();
  BOOST_TEST(!watch.should_rest_after({false, 20, 200, 4}));
  BOOST_TEST(rests(many_to_one, fan_in_watch::turns_to_be_sure, watch) == 0);
}

// Each may wait until its one message has come through.
BOOST_AUTO_TEST_CASE(single_messages_begin_anew) {
  auto watch = sure();
  BOOST_TEST(!watch.should_rest_after({false, 20, 79, 1}));
  BOOST_TEST(rests({false, 20, 20, 1}, 100) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
