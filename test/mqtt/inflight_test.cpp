// The window of unacknowledged messages: identifiers, order, memory.
#include "troupe/mqtt/inflight.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <random>
#include <set>
#include <type_traits>
#include <vector>

using namespace troupe::mqtt;

namespace {

delivery make(qos level = qos::at_least_once) {
  message_parts parts;
  parts.topic = "t";
  parts.payload = "x";
  delivery d;
  d.message = message::make(parts);
  d.level = level;
  return d;
}

std::vector<std::uint16_t> ids(inflight_window& w) {
  std::vector<std::uint16_t> all;
  w.for_each([&all](inflight_window::entry& e) { all.push_back(e.sent.packet_id); });
  return all;
}

using id_vector = std::vector<std::uint16_t>;

} // namespace

BOOST_AUTO_TEST_SUITE(inflight_entries)

BOOST_AUTO_TEST_CASE(an_entry_waits_for_what_its_qos_needs) {
  inflight_window w;
  BOOST_TEST(w.empty());
  BOOST_TEST(w.add(make(), 10) == 1U);
  BOOST_TEST(w.add(make(qos::exactly_once), 20) == 2U);
  BOOST_TEST(w.size() == 2U);
  BOOST_TEST((w.find(1)->waits == inflight_window::phase::wait_puback));
  BOOST_TEST((w.find(2)->waits == inflight_window::phase::wait_pubrec));
  BOOST_TEST(w.find(2)->since == 20);
  BOOST_TEST(w.find(2)->sent.packet_id == 2U);
  BOOST_TEST(w.oldest() == 10);
  w.find(1)->since = 30; // resent
  BOOST_TEST(w.oldest() == 20);
}

BOOST_AUTO_TEST_CASE(nothing_is_found_that_is_not_there) {
  inflight_window w;
  BOOST_TEST(w.find(0) == nullptr);
  BOOST_TEST(w.find(1) == nullptr);
  w.add(make(), 0);
  w.add(make(), 0);
  w.add(make(), 0);
  w.remove(w.find(2));
  BOOST_TEST(w.find(0) == nullptr); // holes have no identifier
  BOOST_TEST(w.find(2) == nullptr);
  BOOST_TEST(w.find(4) == nullptr);
  BOOST_TEST(w.find(65535) == nullptr);
  w.remove(w.find(1));
  w.remove(w.find(3));
  BOOST_TEST(w.find(1) == nullptr);
  BOOST_TEST(w.empty());
}

BOOST_AUTO_TEST_CASE(the_order_of_sending_stays) {
  inflight_window w;
  for (int i = 0; i < 8; ++i)
    w.add(make(), 0);
  for (const std::uint16_t id : {3, 1, 8, 4})
    w.remove(w.find(id));
  BOOST_TEST(ids(w) == (id_vector{2, 5, 6, 7}), boost::test_tools::per_element());
  w.add(make(), 0);
  BOOST_TEST(ids(w) == (id_vector{2, 5, 6, 7, 9}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_message_is_let_go_with_its_entry) {
  inflight_window w;
  const auto d = make();
  w.add(d, 0);
  w.add(make(), 0);
  BOOST_TEST(!d.message->unique());
  w.remove(w.find(1));
  BOOST_TEST(d.message->unique());
}

BOOST_AUTO_TEST_CASE(acknowledged_in_any_order) {
  std::mt19937 random{7};
  inflight_window w;
  std::set<std::uint16_t> model;
  for (int round = 0; round < 20'000; ++round) {
    if (model.size() < 200 && (model.empty() || random() % 2 == 0)) {
      const auto id = w.add(make(), round);
      BOOST_REQUIRE(id != 0 && model.insert(id).second);
    } else {
      auto i = model.begin();
      std::advance(i, static_cast<long>(random() % model.size()));
      BOOST_REQUIRE(w.find(*i) != nullptr);
      w.remove(w.find(*i));
      BOOST_REQUIRE(w.find(*i) == nullptr);
      model.erase(i);
    }
    BOOST_REQUIRE_EQUAL(w.size(), model.size());
  }
  auto left = ids(w);
  std::sort(left.begin(), left.end());
  BOOST_TEST(left == id_vector(model.begin(), model.end()), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(inflight_identifiers)

BOOST_AUTO_TEST_CASE(go_from_65535_to_1) { // 0 is none [MQTT-2.2.1-4]
  inflight_window w;
  for (std::uint32_t i = 1; i <= 65535; ++i) {
    BOOST_REQUIRE_EQUAL(w.add(make(), 0), i);
    if (i < 65535)
      w.remove(w.find(static_cast<std::uint16_t>(i)));
  }
  BOOST_TEST(w.add(make(), 0) == 1U);
  BOOST_TEST(w.add(make(), 0) == 2U);
  BOOST_TEST(ids(w) == (id_vector{65535, 1, 2}), boost::test_tools::per_element());
  for (const std::uint16_t id : {1, 65535, 2})
    BOOST_TEST(w.find(id)->sent.packet_id == id);
}

BOOST_AUTO_TEST_CASE(count_in_64_bits) { // 65,536 rounds of 65,535 do not come out even
  static_assert(std::is_same_v<decltype(inflight_window::entry::order), std::uint64_t>);
  inflight_window w;
  w.add(make(), 0);
  BOOST_TEST(w.find(1)->order == 0U);
}

BOOST_AUTO_TEST_CASE(of_old_entries_are_passed_over_and_found) {
  inflight_window w;
  for (int i = 0; i < 4; ++i)
    w.add(make(), i);
  w.remove(w.find(3)); // 1, 2 and 4 stay for several rounds
  for (std::uint32_t i = 0; i < 4 * 65535; ++i) {
    const auto id = w.add(make(), 100);
    BOOST_REQUIRE(id != 0 && id != 1 && id != 2 && id != 4);
    w.remove(w.find(id));
  }
  BOOST_TEST(ids(w) == (id_vector{1, 2, 4}), boost::test_tools::per_element());
  BOOST_TEST(w.find(4)->since == 3);
  BOOST_TEST(w.find(5) == nullptr);
}

BOOST_AUTO_TEST_CASE(all_but_one_in_use) {
  inflight_window w;
  for (std::uint32_t i = 0; i < 65535; ++i)
    w.add(make(), 0);
  BOOST_TEST(w.full());
  // Each time the free one lies right behind those that are looked at first.
  for (std::uint16_t free = 65535; free > 65435; --free) {
    w.remove(w.find(free));
    BOOST_TEST(!w.full());
    BOOST_REQUIRE_EQUAL(w.add(make(), 1), free);
  }
  BOOST_TEST(w.full());
  std::set<std::uint16_t> distinct;
  for (const auto id : ids(w))
    distinct.insert(id);
  BOOST_TEST(distinct.size() == 65535U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(inflight_memory)

BOOST_AUTO_TEST_CASE(is_bounded_by_what_is_in_flight_not_by_its_span) {
  inflight_window w;
  w.add(make(), 0); // is never acknowledged
  for (int i = 0; i < 100'000; ++i) {
    const auto id = w.add(make(), 0);
    w.remove(w.find(id));
  }
  BOOST_TEST(w.footprint() < 256 * sizeof(inflight_window::entry));
}

BOOST_AUTO_TEST_CASE(of_a_moving_window_is_bounded) {
  inflight_window w;
  constexpr std::uint32_t window = 32;
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    w.add(make(), 0);
    if (i >= window)
      w.remove(w.find(static_cast<std::uint16_t>((i - window) % 65535 + 1)));
  }
  BOOST_TEST(w.size() == window);
  BOOST_TEST(w.footprint() < 512 * sizeof(inflight_window::entry));
}

BOOST_AUTO_TEST_CASE(comes_back_when_the_window_is_empty) {
  inflight_window w;
  BOOST_TEST(w.footprint() == 0U);
  for (int i = 0; i < 10'000; ++i)
    w.add(make(), 0);
  for (std::uint16_t id = 10'000; id > 0; --id)
    w.remove(w.find(id));
  BOOST_TEST(w.footprint() <= 64 * sizeof(inflight_window::entry));
}

BOOST_AUTO_TEST_SUITE_END()
