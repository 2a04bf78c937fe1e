// The questions that wait for a back end: their order, their bounds, and when there is something to do.
#include "actors/backends/job_queue.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

struct job {
  std::uint64_t number;
  std::chrono::steady_clock::time_point due;
  std::size_t bytes = 1;
};

struct queued {
  using clock = std::chrono::steady_clock;

  const clock::time_point start{};
  job_queue<job> all{3, 100};

  void add(std::uint64_t number, std::size_t bytes = 1) { all.add({number, start + 10s, bytes}); }
  void add_later(std::uint64_t number, std::chrono::seconds pause) {
    all.add_later({number, start + 10s, 1}, start + pause);
  }

  std::string order() {
    std::string out;
    while (all.has_next())
      out += std::to_string(all.take_next().number);
    return out;
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(job_queues)

BOOST_FIXTURE_TEST_CASE(one_that_comes_back_has_its_place, queued) {
  add(2);
  add(3);
  add(1);
  BOOST_TEST(order() == "123");
}

BOOST_FIXTURE_TEST_CASE(nobody_waits_for_one_that_rests, queued) {
  add_later(1, 2s);
  add(2);
  add(3);
  BOOST_TEST(all.size() == 3U);
  BOOST_TEST(order() == "23");
  all.wake(start + 1s);
  BOOST_TEST(!all.has_next());
  all.wake(start + 2s);
  BOOST_TEST(order() == "1");
}

BOOST_FIXTURE_TEST_CASE(all_that_rest_wake_in_order, queued) {
  add_later(2, 1s);
  add_later(1, 2s);
  add(3);
  all.wake_all();
  BOOST_TEST(order() == "123");
}

BOOST_FIXTURE_TEST_CASE(bounds, queued) {
  BOOST_TEST(all.has_room(1'000)); // alone
  add(1, 60);
  BOOST_TEST(all.has_room(40));
  BOOST_TEST(!all.has_room(41));
  add_later(2, 1s);
  add(3);
  BOOST_TEST(!all.has_room(1));
  order();
  BOOST_TEST(all.has_room(99)); // one byte rests
  BOOST_TEST(!all.has_room(100));
}

BOOST_FIXTURE_TEST_CASE(one_that_is_due_goes, queued) {
  add(1);
  BOOST_TEST(!all.take_overdue(start + 9s));
  BOOST_TEST(all.take_overdue(start + 10s)->number == 1U);
  BOOST_TEST(all.size() == 0U);
  add_later(2, 60s); // it rests no longer than it is wanted
  all.wake(start + 10s);
  BOOST_TEST(all.take_overdue(start + 10s)->number == 2U);
}

BOOST_FIXTURE_TEST_CASE(when_there_is_something_to_do, queued) {
  BOOST_TEST(!all.next_event());
  add(1);
  BOOST_TEST((all.next_event() == start + 10s));
  add_later(2, 3s);
  BOOST_TEST((all.next_event() == start + 3s));
  order();
  BOOST_TEST((all.next_event() == start + 3s));
  all.wake_all();
  BOOST_TEST((all.next_event() == start + 10s));
}

BOOST_AUTO_TEST_SUITE_END()
