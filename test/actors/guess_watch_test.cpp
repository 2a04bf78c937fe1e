// What one shard makes of refused logins until the node's ban comes.
#include "actors/shard/guess_watch.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe;

namespace {

mqtt::ban_table bans_of(const char* address) {
  mqtt::ban b;
  b.as = mqtt::ban_kind::peerhost;
  b.who = address;
  b.until = 1;
  mqtt::ban_table table;
  table.put(b);
  return table;
}

} // namespace

BOOST_AUTO_TEST_SUITE(guess_watches)

BOOST_AUTO_TEST_CASE(one_too_many_stops_at_once) {
  guess_watch w{{2, 1'000}};
  BOOST_TEST(!w.count("a", 0));
  BOOST_TEST(!w.stops("a", 0));
  BOOST_TEST(w.count("a", 10));
  BOOST_TEST(w.stops("a", 10));
  BOOST_TEST(!w.stops("b", 10));
  BOOST_TEST(!w.count("a", 20)); // is told once
  BOOST_TEST(w.stops("a", 1'009));
  BOOST_TEST(!w.stops("a", 1'010)); // the node did not ban it
}

BOOST_AUTO_TEST_CASE(the_node_takes_over) {
  guess_watch w{{1, 1'000}};
  BOOST_TEST(w.count("a", 0));
  w.hand_over(bans_of("b")); // of before
  BOOST_TEST(w.stops("a", 0));
  w.hand_over(bans_of("a"));
  BOOST_TEST(!w.stops("a", 0));
  BOOST_TEST(w.stopped() == 0U);
}

BOOST_AUTO_TEST_CASE(the_bound) {
  guess_watch w{{1, 1'000}};
  for (std::size_t i = 0; i < guess_watch::most_stopped + 5; ++i)
    BOOST_TEST_REQUIRE(w.count(std::to_string(i), 0));
  BOOST_TEST(w.stopped() == guess_watch::most_stopped);
  BOOST_TEST(w.count("late", 1'000)); // the others are over
  BOOST_TEST(w.stopped() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
