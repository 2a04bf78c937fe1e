// When the slot of a deleted rule may be another's.
#include "rules/rule_slots.hpp"

#include <boost/test/unit_test.hpp>

using troupe::rule_slots;

BOOST_AUTO_TEST_SUITE(slots_of_rules)

BOOST_AUTO_TEST_CASE(one_that_all_shards_know_empty_is_used_again) {
  rule_slots<int> slots{10};
  BOOST_TEST(slots.take(7) == 0U);
  BOOST_TEST(slots.take(8) == 1U);
  slots.empty(0);
  BOOST_TEST(slots.all()[0] == 0);
  const auto order = slots.next_order();
  BOOST_TEST(slots.take(9) == 2U); // nobody has acknowledged it yet
  BOOST_TEST(slots.told(order, true) == 0U);
  BOOST_TEST(slots.take(10) == 0U);
  BOOST_TEST(slots.take(11) == 3U);
}

BOOST_AUTO_TEST_CASE(one_that_a_shard_may_still_have_rests) {
  rule_slots<int> slots{10};
  for (int i = 1; i <= 3; ++i)
    slots.take(i);
  slots.empty(1);
  const auto first = slots.next_order();
  slots.empty(2);
  const auto second = slots.next_order();
  slots.empty(0);
  BOOST_TEST(slots.told(first, false) == 1U);
  BOOST_TEST(slots.take(4) == 3U);
  BOOST_TEST(slots.told(second, true) == 0U); // and so the first, but not what came behind
  BOOST_TEST(slots.take(5) == 1U);
  BOOST_TEST(slots.take(6) == 2U);
  BOOST_TEST(slots.take(7) == 4U);
}

BOOST_AUTO_TEST_CASE(those_that_rest_count) {
  rule_slots<int> slots{2};
  slots.take(1);
  slots.take(2);
  BOOST_TEST(!slots.has_room());
  slots.empty(1);
  const auto order = slots.next_order();
  slots.told(order, false);
  BOOST_TEST(!slots.has_room());
  slots.told(order, true);
  BOOST_TEST(slots.has_room());
  BOOST_TEST(slots.take(3) == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
