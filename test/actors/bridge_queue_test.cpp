// What waits in a bridge, and the keys that it is kept by.
#include "actors/bridge/bridge_queue.hpp"
#include "actors/bridge/bridge_rows.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>

using namespace troupe;

namespace {

mqtt::message_ptr parcel(std::string_view topic, std::string_view payload) {
  mqtt::message_parts parts;
  parts.topic = topic;
  parts.payload = payload;
  return mqtt::message::make(parts);
}

} // namespace

BOOST_AUTO_TEST_SUITE(bridge_queue_order)

BOOST_AUTO_TEST_CASE(a_topic_keeps_its_order_in_one_lane) {
  bridge_queue q{4, {100, 1'000'000}};
  for (int n = 0; n < 20; ++n)
    q.add(parcel("t/" + std::to_string(n % 5), std::to_string(n)));
  std::set<std::string> seen;
  for (std::size_t lane = 0; lane < 4; ++lane) {
    std::map<std::string, int> last;
    while (const auto m = q.front(lane)) {
      q.take(lane);
      const std::string topic{m->topic()};
      const int n = std::stoi(std::string{m->payload()});
      BOOST_TEST((!last.contains(topic) || last[topic] < n));
      BOOST_TEST((last.contains(topic) || seen.insert(topic).second));
      last[topic] = n;
    }
  }
  BOOST_TEST(seen.size() == 5U);
}

BOOST_AUTO_TEST_CASE(the_bounds_count_what_is_under_way) {
  bridge_queue q{1, {2, 1'000'000}};
  const auto one = parcel("t", "1");
  BOOST_TEST(q.add(one).value() == 1U);
  BOOST_TEST(q.add(parcel("t", "2")).value() == 2U);
  BOOST_TEST(!q.add(parcel("t", "3")));
  BOOST_TEST(q.refused() == 1U);
  q.take(0);
  BOOST_TEST(!q.add(parcel("t", "3")));
  BOOST_TEST(q.done(one->id()).value() == 1U);
  BOOST_TEST(!q.done(one->id()));
  BOOST_TEST(q.add(parcel("t", "3")).value() == 3U);
  BOOST_TEST(q.size() == 2U);
}

BOOST_AUTO_TEST_CASE(bytes_are_bounded_but_for_a_single_message) {
  bridge_queue q{1, {10, 500}};
  BOOST_TEST(q.add(parcel("t", std::string(1'000, 'x'))).has_value());
  BOOST_TEST(!q.add(parcel("t", "y")));
  const auto large = q.front(0);
  q.take(0);
  q.done(large->id());
  BOOST_TEST(q.bytes() == 0U);
  BOOST_TEST(q.add(parcel("t", "y")).has_value());
}

BOOST_AUTO_TEST_CASE(what_another_one_had_room_for_is_not_refused) {
  bridge_queue q{2, {1, 1'000'000}};
  BOOST_TEST(q.take_over(parcel("t", "1")) == 1U);
  BOOST_TEST(q.take_over(parcel("u", "2")) == 2U);
  BOOST_TEST(!q.add(parcel("t", "3")));
  BOOST_TEST(q.under_way() == 0U);
  for (std::size_t lane : {0U, 1U})
    if (q.front(lane))
      q.take(lane);
  BOOST_TEST(q.under_way() > 0U);
  std::string payloads; // in order, also of those that are under way
  for (const auto& [number, m] : q.all())
    payloads += m->payload();
  BOOST_TEST(payloads == "12");
}

BOOST_AUTO_TEST_CASE(what_was_kept_goes_first_and_numbers_go_on) {
  bridge_queue q{1, {1, 1'000'000}};
  q.restore(7, parcel("t", "old"));
  q.restore(9, parcel("t", "older bounds do not matter"));
  BOOST_TEST(!q.add(parcel("t", "new")));
  const auto first = q.front(0);
  BOOST_TEST(first->payload() == "old");
  q.take(0);
  BOOST_TEST(q.done(first->id()).value() == 7U);
  q.take(0);
  BOOST_TEST(!q.front(0));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(bridge_row_keys)

BOOST_AUTO_TEST_CASE(keys_are_in_the_order_of_numbers) {
  std::string before;
  for (const std::uint64_t n : {1ULL, 255ULL, 256ULL, 65'536ULL, 1ULL << 40, ~0ULL}) {
    const auto key = bridge_row_key("b", n);
    BOOST_TEST((key > before && key > bridge_row_prefix("b")));
    BOOST_TEST(bridge_row_number("b", key).value() == n);
    before = key;
  }
}

BOOST_AUTO_TEST_CASE(a_bridge_finds_its_own_only) {
  BOOST_TEST(!bridge_row_number("b", bridge_row_key("bb", 1)));
  BOOST_TEST(!bridge_row_number("bb", bridge_row_key("b", 1)));
  BOOST_TEST(!bridge_row_number("b", "b"));
  BOOST_TEST(!bridge_row_number("b", bridge_row_key("b", 1) + "x"));
}

BOOST_AUTO_TEST_SUITE_END()
