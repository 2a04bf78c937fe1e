#include "troupe/mqtt/received_ids.hpp"

#include <boost/test/unit_test.hpp>

#include <deque>
#include <random>

using namespace troupe::mqtt;

BOOST_AUTO_TEST_SUITE(received_identifiers)

BOOST_AUTO_TEST_CASE(all_of_them_in_any_order) {
  received_ids ids;
  for (int id = 1; id <= 65'535; ++id) {
    BOOST_TEST_REQUIRE(!ids.contains(static_cast<std::uint16_t>(id)));
    ids.add(static_cast<std::uint16_t>(id), id);
  }
  BOOST_TEST(ids.size() == 65'535u);
  BOOST_TEST(ids.footprint() <= 65'535u * 60);
  for (int id = 65'535; id > 1; --id) // the wrong way round: each is found at once all the same
    BOOST_TEST_REQUIRE(ids.remove(static_cast<std::uint16_t>(id)).has_value());
  BOOST_TEST(ids.contains(1));
  BOOST_TEST(ids.oldest() == 1);
  BOOST_TEST(ids.remove(1).has_value());
  BOOST_TEST(ids.empty());
  BOOST_TEST(ids.footprint() <= 64u * 16); // the memory is given back
}

BOOST_AUTO_TEST_CASE(a_window_that_moves_on_stays_small) {
  received_ids ids;
  for (int i = 0; i < 200'000; ++i) {
    ids.add(static_cast<std::uint16_t>(1 + i % 65'535), i);
    if (i >= 10)
      BOOST_TEST_REQUIRE(ids.remove(static_cast<std::uint16_t>(1 + (i - 10) % 65'535)).has_value());
  }
  BOOST_TEST(ids.size() == 10u);
  BOOST_TEST(ids.footprint() < 10'000u);
}

BOOST_AUTO_TEST_CASE(as_a_list_would_do) {
  std::mt19937 random{1}; // NOLINT: the same each time
  received_ids ids;
  std::deque<std::pair<std::uint16_t, time_ms>> model;
  for (int step = 0; step < 20'000; ++step) {
    // grows for a while, then shrinks, so that the index comes and goes
    const bool grows = step / 1'000 % 2 == 0;
    const auto id = static_cast<std::uint16_t>(random() % 500 + 1);
    const auto known = std::find_if(model.begin(), model.end(), [&](const auto& e) { return e.first == id; });
    BOOST_TEST_REQUIRE(ids.contains(id) == (known != model.end()));
    if (random() % 4 < (grows ? 3u : 1u)) {
      if (known == model.end()) {
        ids.add(id, step);
        model.emplace_back(id, step);
      }
    } else if (known != model.end()) {
      BOOST_TEST_REQUIRE(ids.remove(id).has_value());
      model.erase(known);
    } else {
      BOOST_TEST_REQUIRE(!ids.remove(id).has_value());
    }
    if (step % 97 == 0) {
      std::size_t gone = 0;
      for (; !model.empty() && model.front().second <= step - 900; ++gone)
        model.pop_front();
      BOOST_TEST_REQUIRE(ids.forget(step - 900) == gone);
    }
    BOOST_TEST_REQUIRE(ids.size() == model.size());
    if (!model.empty())
      BOOST_TEST_REQUIRE(ids.oldest() == model.front().second);
  }
}

BOOST_AUTO_TEST_SUITE_END()
