// The cache of a connection's decisions: its order, bound and time.
#include "troupe/access/acl_cache.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::access;

namespace {

constexpr auto pub = operation::publish;
constexpr auto sub = operation::subscribe;
constexpr auto allow = decision::allow;
constexpr auto deny = decision::deny;

std::string topics(const acl_cache& cache, mqtt::time_ms now) {
  std::string out;
  for (const auto& e : cache.list(now))
    out += e.topic + " ";
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(acl_caching)

BOOST_AUTO_TEST_CASE(what_was_put_is_found) {
  acl_cache cache{32, 60'000};
  BOOST_TEST(!cache.find(pub, "a", 0));
  cache.put(pub, "a", allow, 1);
  cache.put(sub, "a", deny, 2);
  cache.put(pub, "b", deny, 3);
  BOOST_TEST((cache.find(pub, "a", 4) == allow));
  BOOST_TEST((cache.find(pub, "a", 4) == allow));
  BOOST_TEST((cache.find(sub, "a", 4) == deny));
  BOOST_TEST((cache.find(pub, "b", 4) == deny));
  BOOST_TEST(!cache.find(sub, "b", 4));
  BOOST_TEST(!cache.find(pub, "ab", 4));
  const auto all = cache.list(4);
  BOOST_TEST_REQUIRE(all.size() == 3U);
  BOOST_TEST(all[1].topic == "a");
  BOOST_TEST((all[1].what == sub));
  BOOST_TEST((all[1].result == deny));
  BOOST_TEST(all[1].decided_at == 2);
}

BOOST_AUTO_TEST_CASE(the_oldest_makes_room) {
  acl_cache cache{6, 60'000};
  for (int i = 0; i < 6; ++i)
    cache.put(pub, std::to_string(i), allow, i);
  BOOST_TEST(topics(cache, 6) == "0 1 2 3 4 5 ");
  BOOST_TEST((cache.find(pub, "0", 6) == allow)); // to be found makes it no younger
  cache.put(pub, "6", allow, 6);
  BOOST_TEST(topics(cache, 6) == "1 2 3 4 5 6 ");
  BOOST_TEST(!cache.find(pub, "0", 6));
  for (int i = 7; i < 30; ++i)
    cache.put(pub, std::to_string(i), i % 2 == 0 ? allow : deny, i);
  BOOST_TEST(topics(cache, 30) == "24 25 26 27 28 29 ");
  BOOST_TEST((cache.find(pub, "24", 30) == allow));
  BOOST_TEST((cache.find(pub, "27", 30) == deny));
}

BOOST_AUTO_TEST_CASE(none_counts_longer_than_its_time) {
  acl_cache cache{4, 100};
  cache.put(pub, "a", allow, 0);
  cache.put(pub, "b", allow, 50);
  cache.put(pub, "c", allow, 60);
  BOOST_TEST((cache.find(pub, "a", 99) == allow));
  BOOST_TEST(!cache.find(pub, "a", 100)); // the one that was found last, too
  BOOST_TEST(topics(cache, 100) == "b c ");
  cache.put(pub, "a", deny, 100);
  BOOST_TEST(topics(cache, 100) == "b c a ");
  BOOST_TEST(topics(cache, 155) == "c a ");
  cache.put(pub, "d", deny, 160);
  cache.put(pub, "e", deny, 160);
  cache.put(pub, "f", deny, 160);
  BOOST_TEST(topics(cache, 160) == "a d e f ");
  BOOST_TEST(!cache.find(pub, "d", 1'000));
  BOOST_TEST(topics(cache, 1'000) == "");
}

// The ring grows while its oldest entry is not in its first slot.
BOOST_AUTO_TEST_CASE(growing_keeps_the_order) {
  acl_cache cache{32, 10};
  for (int i = 0; i < 4; ++i)
    cache.put(pub, std::to_string(i), allow, i);
  for (int i = 12; i < 22; ++i) { // 0 to 2 are over
    cache.put(pub, std::to_string(i), allow, 12);
    BOOST_TEST((cache.find(pub, "3", 12) == allow));
  }
  BOOST_TEST(topics(cache, 12) == "3 12 13 14 15 16 17 18 19 20 21 ");
  BOOST_TEST((cache.find(pub, "18", 12) == allow));
}

BOOST_AUTO_TEST_CASE(it_can_be_cleared) {
  acl_cache cache{4, 100};
  BOOST_TEST(cache.footprint() == 0U);
  cache.put(pub, "a", allow, 0);
  BOOST_TEST(cache.footprint() > 0U);
  cache.clear();
  BOOST_TEST(cache.footprint() == 0U);
  BOOST_TEST(!cache.find(pub, "a", 0));
  BOOST_TEST(cache.list(0).empty());
  cache.put(pub, "a", deny, 0);
  BOOST_TEST((cache.find(pub, "a", 0) == deny));
}

BOOST_AUTO_TEST_CASE(one_entry_and_no_time) {
  acl_cache one{1, 100};
  one.put(pub, "a", allow, 0);
  one.put(pub, "b", deny, 0);
  BOOST_TEST(topics(one, 0) == "b ");
  acl_cache never{4, 0};
  never.put(pub, "a", allow, 0);
  BOOST_TEST(!never.find(pub, "a", 0));
}

BOOST_AUTO_TEST_SUITE_END()
