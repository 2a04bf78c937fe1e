// Events that wait for a server: their order, and how long they wait.
#include "actors/plugins/web_hook_lanes.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

struct three_lanes {
  using lanes = web_hook_lanes<std::string>;

  const lanes::clock::time_point start{};
  lanes all{3, 60s};

  void add(std::size_t lane, const std::string& event, std::chrono::seconds after = 0s) {
    all.add(lane, event, start + after);
  }

  /// The next event, or nothing.
  std::string begin(std::size_t lane) { return all.begin(lane).value_or(""); }
};

} // namespace

BOOST_AUTO_TEST_SUITE(web_hook_lanes_of_events)

BOOST_FIXTURE_TEST_CASE(each_waits_for_the_one_before, three_lanes) {
  add(1, "a");
  add(1, "b");
  BOOST_TEST(begin(1) == "a");
  BOOST_TEST(begin(1) == "");
  BOOST_TEST(all.under_way() == 1U);
  BOOST_TEST(all.waiting() == 1U);
  all.end(1);
  BOOST_TEST(begin(1) == "b");
  all.end(1);
  BOOST_TEST(begin(1) == "");
  BOOST_TEST(all.under_way() == 0U);
}

BOOST_FIXTURE_TEST_CASE(lanes_do_not_wait_for_each_other, three_lanes) {
  add(0, "a");
  add(2, "b");
  BOOST_TEST(begin(0) == "a");
  BOOST_TEST(begin(1) == "");
  BOOST_TEST(begin(2) == "b");
  BOOST_TEST(all.under_way() == 2U);
}

BOOST_FIXTURE_TEST_CASE(one_key_has_one_lane, three_lanes) {
  for (const char* key : {"", "a", "another client"}) {
    BOOST_TEST(all.lane_of(key) < 3U);
    BOOST_TEST(all.lane_of(key) == all.lane_of(std::string{key}));
  }
  BOOST_TEST(lanes(1, 1s).lane_of("a") == 0U);
}

BOOST_FIXTURE_TEST_CASE(what_waits_for_too_long_is_given_up, three_lanes) {
  add(0, "under way");
  add(0, "a");
  add(0, "b", 10s);
  add(2, "c", 5s);
  BOOST_TEST(begin(0) == "under way");
  BOOST_TEST(all.give_up_overdue(start + 59s) == 0U);
  BOOST_TEST(all.give_up_overdue(start + 65s) == 2U);
  BOOST_TEST(all.waiting() == 1U);
  BOOST_TEST(all.under_way() == 1U); // another counts its time
  BOOST_TEST(begin(2) == "");
  all.end(0);
  BOOST_TEST(begin(0) == "b");
}

BOOST_AUTO_TEST_SUITE_END()
