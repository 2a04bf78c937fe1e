#include "actors/shard/fan_in_watch.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using troupe::fan_in_watch;

struct turn {
  std::size_t inputs = 20;
  std::size_t unhurried = 20; // of them
  std::size_t messages = 200;
  std::size_t receivers = 1;
  bool waited = false;
};

struct fan_in_fixture {
  fan_in_watch watch;

  bool rests_after(const turn& t) {
    constexpr troupe::mqtt::time_ms now = 1'000;
    for (std::size_t i = 0; i < t.inputs; ++i)
      watch.see_input(now, now - fan_in_watch::unhurried + (i < t.unhurried ? 0 : 1));
    return watch.should_rest_after({t.waited, t.messages, t.receivers});
  }

  // How many of `turns` like this one, each behind the other, are rested after.
  std::size_t rests(const turn& t, std::size_t turns) {
    std::size_t rests = 0;
    for (std::size_t i = 0; i < turns; ++i)
      rests += rests_after(t) ? 1 : 0;
    return rests;
  }

  void be_sure() {
    rests({}, fan_in_watch::turns_to_be_sure);
    BOOST_TEST_REQUIRE(rests_after({}));
  }

  void begins_anew_after(const turn& t) {
    be_sure();
    BOOST_TEST(!rests_after(t));
    BOOST_TEST(rests({}, fan_in_watch::turns_to_be_sure) == 0U);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(fan_in, fan_in_fixture)

BOOST_AUTO_TEST_CASE(the_input_of_many_that_pipeline_to_one_gathers_after_some_turns) {
  BOOST_TEST(rests({}, 100) == 100 - fan_in_watch::turns_to_be_sure);
  BOOST_TEST(rests({.inputs = 1, .unhurried = 1, .messages = 10}, 10) == 10U);
}

BOOST_AUTO_TEST_CASE(a_turn_with_much_or_nothing_needs_no_rest_but_ends_nothing) {
  be_sure();
  for (const std::size_t inputs : {std::size_t{0}, fan_in_watch::enough_inputs}) {
    BOOST_TEST(!rests_after({.inputs = inputs, .unhurried = inputs, .messages = inputs * 10}), inputs);
    BOOST_TEST(rests_after({}));
  }
}

BOOST_AUTO_TEST_CASE(a_wait_begins_anew) { begins_anew_after({.waited = true}); }

// They may wait for what they are sent.
BOOST_AUTO_TEST_CASE(many_receivers_begin_anew) { begins_anew_after({.receivers = 4}); }

// Each may wait until its one message has come through.
BOOST_AUTO_TEST_CASE(single_messages_begin_anew) {
  begins_anew_after({.messages = 79});
  BOOST_TEST(rests({.messages = 20}, 100) == 0U);
}

// Who sends again at once may have waited for the last ones to come through.
BOOST_AUTO_TEST_CASE(hurried_senders_begin_anew) {
  be_sure();
  BOOST_TEST(rests({.unhurried = 15}, 10) == 10U);
  begins_anew_after({.unhurried = 14});
  BOOST_TEST(rests({.inputs = 1, .unhurried = 0, .messages = 10}, 100) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
