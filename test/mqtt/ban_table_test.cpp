// The table of bans: what it finds, that copies keep what they have, and what a change of a large one costs.
#include "troupe/mqtt/ban_table.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <random>
#include <set>

using namespace troupe::mqtt;

namespace {

ban make(ban_kind as, std::string who, std::int64_t until = 100) {
  ban b;
  b.as = as;
  b.who = std::move(who);
  b.until = until;
  return b;
}

constexpr auto by_id = ban_kind::clientid, by_name = ban_kind::username, by_host = ban_kind::peerhost;

} // namespace

BOOST_AUTO_TEST_SUITE(ban_tables)

BOOST_AUTO_TEST_CASE(kinds) {
  for (const auto kind : {by_id, by_name, by_host})
    BOOST_TEST((parse_ban_kind(to_string(kind)) == kind));
  for (const char* other : {"", "client", "clientids", "Clientid"})
    BOOST_TEST(!parse_ban_kind(other).has_value(), other);
}

BOOST_AUTO_TEST_CASE(a_ban_is_for_one_kind_of_name) {
  ban_table t;
  BOOST_TEST(t.empty());
  BOOST_TEST(!t.active(by_id, "x", 0));
  t.put(make(by_id, "x"));
  BOOST_TEST(t.active(by_id, "x", 0));
  BOOST_TEST(!t.active(by_name, "x", 0));
  BOOST_TEST(!t.active(by_host, "x", 0));
  BOOST_TEST(!t.active(by_id, "y", 0));
  t.put(make(by_name, "x", 200));
  BOOST_TEST(t.size() == 2U);
  BOOST_TEST(t.remove(by_id, "x")->until == 100);
  BOOST_TEST(t.remove(by_id, "x") == nullptr);
  BOOST_TEST(t.active(by_name, "x", 0));
  BOOST_TEST(t.remove(by_name, "x") != nullptr);
  BOOST_TEST(t.empty());
  BOOST_TEST(t.bytes() == 0U);
}

BOOST_AUTO_TEST_CASE(until_is_the_first_second_without_it) {
  ban_table t;
  t.put(make(by_id, "x", 100));
  BOOST_TEST(t.active(by_id, "x", 99));
  BOOST_TEST(!t.active(by_id, "x", 100));
  BOOST_TEST(t.find(by_id, "x") != nullptr);
  BOOST_TEST(t.remove_expired(99).empty());
  BOOST_TEST(t.remove_expired(100).size() == 1U);
  BOOST_TEST(t.empty());
}

BOOST_AUTO_TEST_CASE(a_new_one_replaces) {
  ban_table t;
  t.put(make(by_id, "x", 100));
  auto longer = make(by_id, "x", 200);
  longer.reason = "another reason";
  t.put(longer);
  BOOST_TEST(t.size() == 1U);
  BOOST_TEST(t.bytes() == longer.bytes());
  BOOST_TEST(t.find(by_id, "x")->reason == "another reason");
}

BOOST_AUTO_TEST_CASE(copies_keep_what_they_have) {
  ban_table t;
  t.put(make(by_id, "a"));
  const ban_table before = t;
  t.put(make(by_id, "b"));
  t.put(make(by_id, "a", 500));
  const ban_table between = t;
  t.remove(by_id, "a");
  BOOST_TEST(before.size() == 1U);
  BOOST_TEST(before.find(by_id, "a")->until == 100);
  BOOST_TEST(!before.active(by_id, "b", 0));
  BOOST_TEST(between.find(by_id, "a")->until == 500);
  BOOST_TEST(t.find(by_id, "a") == nullptr);
}

BOOST_AUTO_TEST_CASE(as_a_map_does) {
  std::mt19937 random{7};
  std::map<std::string, std::int64_t> model;
  ban_table t;
  for (int step = 0; step < 20'000; ++step) {
    const auto who = std::to_string(random() % 5'000);
    const auto until = static_cast<std::int64_t>(random() % 1'000);
    switch (random() % 8) {
      case 0: BOOST_TEST((t.remove(by_id, who) != nullptr) == (model.erase(who) == 1)); break;
      case 1:
        if (random() % 100 == 0)
          BOOST_TEST(t.remove_expired(until).size() ==
                     std::erase_if(model, [&](const auto& e) { return e.second <= until; }));
        break;
      default: t.put(make(by_id, who, until)); model[who] = until;
    }
    BOOST_TEST_REQUIRE(t.size() == model.size());
  }
  std::size_t bytes = 0;
  for (const auto& [who, until] : model) {
    BOOST_TEST_REQUIRE(t.find(by_id, who) != nullptr);
    BOOST_TEST(t.find(by_id, who)->until == until);
    bytes += t.find(by_id, who)->bytes();
  }
  BOOST_TEST(t.bytes() == bytes);
}

BOOST_AUTO_TEST_CASE(pages_hold_each_once) {
  ban_table t;
  for (int i = 0; i < 10'000; ++i)
    t.put(make(by_id, std::to_string(i)));
  std::set<std::string> seen;
  for (std::size_t skip = 0; skip < 10'000; skip += 77)
    for (const auto& b : t.page(skip, 77))
      BOOST_TEST(seen.insert(b->who).second);
  BOOST_TEST(seen.size() == 10'000U);
  BOOST_TEST(t.page(10'000, 1).empty());
  BOOST_TEST(t.page(0, 0).empty());
  BOOST_TEST(t.page(9'999, 100).size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
