// The numbers by which a link neither loses nor doubles.
#include "troupe/mqtt/peer_window.hpp"

#include <boost/test/unit_test.hpp>

#include <deque>
#include <random>
#include <string>
#include <vector>

using namespace troupe::mqtt;
using verdict = peer_progress::verdict;

BOOST_TEST_DONT_PRINT_LOG_VALUE(verdict)

BOOST_AUTO_TEST_SUITE(peer_windows)

BOOST_AUTO_TEST_CASE(frames_are_under_way_until_they_are_acknowledged) {
  peer_window w;
  BOOST_TEST(w.first() == 1U);
  BOOST_TEST(w.add("a").number == 1U);
  BOOST_TEST(w.add("b").number == 2U);
  BOOST_TEST(w.add("c").bytes == "c");
  BOOST_TEST(w.first() == 1U);
  BOOST_TEST(w.acknowledge(2) == 2U);
  BOOST_TEST(w.first() == 3U);
  BOOST_TEST(w.acknowledge(1) == 0U); // once more
  BOOST_TEST(w.acknowledge(9) == 0U); // never sent
  BOOST_TEST(w.frames().size() == 1U);
  BOOST_TEST(w.acknowledge(3) == 1U);
  BOOST_TEST(w.first() == 4U);
}

BOOST_AUTO_TEST_CASE(it_is_bounded_by_frames_and_bytes) {
  peer_window w{{2, 10}};
  BOOST_TEST(w.has_room());
  w.add(std::string(100, 'x'));
  BOOST_TEST(!w.has_room()); // it may go alone
  w.acknowledge(1);
  w.add("a");
  BOOST_TEST(w.has_room());
  w.add("b");
  BOOST_TEST(!w.has_room());
  w.acknowledge(2);
  BOOST_TEST(w.has_room());
}

BOOST_AUTO_TEST_CASE(what_came_before_is_known) {
  peer_progress p;
  p.resume(7, 1);
  BOOST_TEST(p.take(1) == verdict::fresh);
  BOOST_TEST(p.take(3) == verdict::gap);
  BOOST_TEST(p.take(2) == verdict::fresh);
  BOOST_TEST(p.take(2) == verdict::known);
  BOOST_TEST(p.take(1) == verdict::known);
  BOOST_TEST(p.last() == 2U);
}

BOOST_AUTO_TEST_CASE(a_sender_goes_on) {
  peer_progress p;
  p.resume(7, 1);
  p.take(1);
  p.take(2);
  p.resume(7, 2); // the acknowledgement of 2 was lost
  BOOST_TEST(p.last() == 2U);
  BOOST_TEST(p.take(2) == verdict::known);
  BOOST_TEST(p.take(3) == verdict::fresh);
  p.resume(8, 1); // it has begun anew
  BOOST_TEST(p.take(1) == verdict::fresh);
  peer_progress fresh; // this side has
  fresh.resume(8, 41);
  BOOST_TEST(fresh.last() == 40U);
  BOOST_TEST(fresh.take(41) == verdict::fresh);
  fresh.resume(8, 51); // it knows that those before are here
  BOOST_TEST(fresh.take(51) == verdict::fresh);
  fresh.resume(8, 0); // nothing sends this
  BOOST_TEST(fresh.last() == 51U);
}

// Connections break anywhere; what was under way either way is lost with them.
BOOST_AUTO_TEST_CASE(nothing_is_lost_or_doubled_however_often_it_breaks) {
  std::mt19937 random{42};
  for (int round = 0; round < 200; ++round) {
    peer_window w;
    peer_progress p;
    std::vector<std::string> published;
    std::deque<peer_window::frame> wire;
    std::deque<std::uint64_t> acks;
    const auto connect = [&] {
      acks.clear();
      p.resume(1, w.first());
      w.acknowledge(p.last());
      wire = w.frames();
    };
    connect();
    int made = 0;
    while (made < 50 || !w.frames().empty()) {
      const auto what = random() % 8;
      if (what < 3 && made < 50 && w.has_room()) {
        wire.push_back(w.add(std::to_string(made++)));
      } else if (what < 5 && !wire.empty()) {
        if (p.take(wire.front().number) == verdict::fresh)
          published.push_back(wire.front().bytes);
        acks.push_back(wire.front().number);
        wire.pop_front();
      } else if (what < 7 && !acks.empty()) {
        w.acknowledge(acks.front());
        acks.pop_front();
      } else if (what == 7) {
        connect();
      }
    }
    BOOST_TEST_REQUIRE(published.size() == 50U);
    for (int i = 0; i < 50; ++i)
      BOOST_TEST(published[static_cast<std::size_t>(i)] == std::to_string(i));
  }
}

BOOST_AUTO_TEST_SUITE_END()
