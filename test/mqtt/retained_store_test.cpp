// The retained messages: bounds, expiry, and look-ups in slices against a plain list.
#include "troupe/mqtt/retained_store.hpp"
#include "troupe/mqtt/topic.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace troupe::mqtt;

namespace {

constexpr time_ms start = 1'000'000;
constexpr std::size_t plenty = 1'000'000'000;
using result = retained_store::result;

message_ptr make(std::string_view topic, std::string_view payload = "x", std::uint32_t expiry = no_expiry,
                 time_ms at = start) {
  message_parts parts;
  parts.topic = topic;
  parts.payload = payload;
  parts.expiry = expiry;
  parts.timestamp = at;
  return message::make(parts);
}

// The topics of a whole look-up in slices, with commas.
std::string found(const retained_store& store, std::string_view filter, time_ms now = start,
                  std::size_t limit = 1000, std::size_t work = 1000) {
  retained_store::cursor from;
  std::string text;
  for (bool done = false; !done;) {
    std::vector<message_ptr> out;
    done = store.next(filter, from, {limit, plenty, work}, now, out);
    BOOST_REQUIRE(out.size() <= limit);
    for (const auto& m : out)
      text += (text.empty() ? "" : ",") + std::string{m->topic()};
  }
  return text;
}

// How many messages a slice of a sweep removed.
std::size_t swept(retained_store& store, retained_store::cursor& from, std::size_t work, time_ms now) {
  std::vector<message_ptr> removed;
  store.sweep(from, work, now, removed);
  return removed.size();
}

void fill(retained_store& store, std::initializer_list<const char*> topics) {
  for (const char* topic : topics)
    BOOST_REQUIRE((store.store(make(topic)) == result::stored));
}

} // namespace

BOOST_AUTO_TEST_SUITE(retained_keeping)

BOOST_AUTO_TEST_CASE(one_message_for_a_topic) {
  retained_store store{{}};
  const auto first = make("a/b", "first");
  const auto second = make("a/b", "a longer one");
  BOOST_TEST((store.store(first) == result::stored));
  BOOST_TEST(store.bytes() == first->footprint());
  BOOST_TEST((store.store(second) == result::replaced));
  BOOST_TEST(store.size() == 1U);
  BOOST_TEST(store.bytes() == second->footprint());
  BOOST_TEST(store.find("a/b")->payload() == "a longer one");
  BOOST_TEST(!store.find("a"));
  BOOST_TEST(!store.find("a/b/"));
  BOOST_TEST(store.erase("a/b"));
  BOOST_TEST(!store.erase("a/b"));
  BOOST_TEST(!store.find("a/b"));
  BOOST_TEST(store.size() == 0U);
  BOOST_TEST(store.bytes() == 0U);
}

// The key is a view into the message: nothing of a replaced one may be used any more.
BOOST_AUTO_TEST_CASE(the_topic_lives_with_its_newest_message) {
  retained_store store{{}};
  for (int i = 0; i < 100; ++i)
    for (const char* topic : {"some/topic/that/is/long/enough/for/the/heap", "another/one"})
      store.store(make(topic, std::to_string(i)));
  BOOST_TEST(store.size() == 2U);
  BOOST_TEST(store.find("another/one")->payload() == "99");
  BOOST_TEST(found(store, "#") == "another/one,some/topic/that/is/long/enough/for/the/heap");
}

BOOST_AUTO_TEST_CASE(a_full_store_replaces_only) {
  retained_store store{{2, 0, 0}};
  fill(store, {"a", "b"});
  BOOST_TEST((store.store(make("c")) == result::refused));
  BOOST_TEST((store.store(make("b", "new")) == result::replaced));
  BOOST_TEST(!store.find("c"));
  BOOST_TEST(store.erase("a"));
  BOOST_TEST((store.store(make("c")) == result::stored));
  BOOST_TEST(found(store, "#") == "b,c");
}

BOOST_AUTO_TEST_CASE(a_payload_that_is_too_large) {
  retained_store store{{0, 4, 0}};
  BOOST_TEST((store.store(make("a", "1234")) == result::stored));
  BOOST_TEST((store.store(make("a", "12345")) == result::refused));
  BOOST_TEST(store.find("a")->payload() == "1234");
  BOOST_TEST(store.bytes() == store.find("a")->footprint());
}

BOOST_AUTO_TEST_CASE(what_was_kept_before_a_restart_comes_back_beyond_the_limits) {
  retained_store store{{1, 4, 0}};
  fill(store, {"a"});
  store.restore(make("b", "too long"));
  store.restore(make("a", "again"));
  BOOST_TEST(store.size() == 2U);
  BOOST_TEST(store.find("a")->payload() == "again");
  BOOST_TEST(store.bytes() == store.find("a")->footprint() + store.find("b")->footprint());
  BOOST_TEST((store.store(make("c")) == result::refused));
  BOOST_TEST((store.store(make("b")) == result::replaced));
}

BOOST_AUTO_TEST_CASE(expiry) {
  retained_store store{{0, 0, 10'000}};
  store.store(make("by/store", "x"));
  store.store(make("own/long", "x", 60));
  store.store(make("own/short", "x", 2));
  BOOST_TEST(found(store, "#", start + 1'999) == "by/store,own/long,own/short");
  BOOST_TEST(found(store, "#", start + 2'000) == "by/store,own/long");
  BOOST_TEST(found(store, "by/store", start + 9'999) == "by/store");
  BOOST_TEST(found(store, "by/store", start + 10'000) == "");
  BOOST_TEST(found(store, "own/+", start + 10'000) == "own/long");
  retained_store::cursor from;
  BOOST_TEST(store.size() == 3U); // until they are swept
  BOOST_TEST(swept(store, from, 100, start + 10'000) == 2U);
  BOOST_TEST(!from.started);
  BOOST_TEST(store.size() == 1U);
  BOOST_TEST(store.bytes() == store.find("own/long")->footprint());
}

BOOST_AUTO_TEST_CASE(an_expiry_of_0_is_never) {
  retained_store store{{0, 0, 10'000}};
  store.store(make("t", "first"));
  BOOST_TEST((store.store(make("t", "second", 0)) == result::replaced));
  BOOST_TEST(found(store, "t", start) == "t");
  BOOST_TEST(found(store, "t", start + 10'000'000) == "t"); // nor at the store's own
  retained_store::cursor from;
  BOOST_TEST(swept(store, from, 100, start + 10'000'000) == 0U);
  BOOST_TEST(store.find("t")->payload() == "second");
}

BOOST_AUTO_TEST_CASE(a_sweep_goes_round_in_slices) {
  retained_store store{{}};
  for (int i = 0; i < 100; ++i)
    store.store(make("t/" + std::to_string(i), "x", i % 3 == 0 ? 1 : no_expiry));
  retained_store::cursor from;
  std::size_t removed = 0;
  int slices = 0;
  do {
    const auto before = store.size();
    const auto n = swept(store, from, 7, start + 1'000);
    BOOST_REQUIRE(n <= 7U);
    BOOST_REQUIRE_EQUAL(store.size(), before - n);
    removed += n;
    ++slices;
    store.store(make("t/0.", "new")); // changes between the slices do no harm
  } while (from.started);
  BOOST_TEST(removed == 34U);
  BOOST_TEST(store.size() == 67U);
  BOOST_TEST(slices == 15); // 14 of 7, and the rest
  store.store(make("t/1", "x", 1));
  BOOST_TEST(swept(store, from, 1000, start + 1'000) == 1U); // from the beginning again
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(retained_looking_up)

BOOST_AUTO_TEST_CASE(by_filter) {
  retained_store store{{}};
  fill(store, {"a", "a/b", "a/b/c", "a b", "a!", "ab", "a/", "/a", "/", "$SYS/a", "b/b"});
  BOOST_TEST(found(store, "a") == "a");
  BOOST_TEST(found(store, "none") == "");
  BOOST_TEST(found(store, "a/#") == "a,a/,a/b,a/b/c");
  BOOST_TEST(found(store, "a/+") == "a/,a/b");
  BOOST_TEST(found(store, "+/b") == "a/b,b/b");
  BOOST_TEST(found(store, "+") == "a,a b,a!,ab");
  BOOST_TEST(found(store, "/+") == "/,/a");
  BOOST_TEST(found(store, "/#") == "/,/a");
  BOOST_TEST(found(store, "$SYS/#") == "$SYS/a");
  BOOST_TEST(found(store, "a/+/c") == "a/b/c");
  BOOST_TEST(found(store, "a/b/#") == "a/b,a/b/c");
  BOOST_TEST(found(store, "#").find("$SYS") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(in_slices_of_results) {
  retained_store store{{}};
  for (char c = 'a'; c <= 'j'; ++c)
    store.store(make(std::string("t/") + c));
  retained_store::cursor from;
  std::vector<message_ptr> out;
  BOOST_TEST(!store.next("t/#", from, {4, plenty, 1000}, start, out));
  BOOST_TEST(out.size() == 4U);
  BOOST_TEST(!store.next("t/#", from, {4, plenty, 1000}, start, out));
  BOOST_TEST(out.size() == 8U);
  BOOST_TEST(store.next("t/#", from, {4, plenty, 1000}, start, out));
  BOOST_TEST(out.size() == 10U);
}

BOOST_AUTO_TEST_CASE(in_slices_of_bytes) {
  retained_store store{{}};
  for (char c = 'a'; c <= 'e'; ++c)
    store.store(make(std::string("t/") + c, std::string(1000, c)));
  const auto each = store.find("t/a")->footprint();
  retained_store::cursor from;
  std::vector<message_ptr> out;
  BOOST_TEST(!store.next("t/#", from, {100, each + 1, 1000}, start, out));
  BOOST_TEST(out.size() == 2U); // the one that goes over the bound comes too
  BOOST_TEST(!store.next("t/#", from, {100, 1, 1000}, start, out));
  BOOST_TEST(out.size() == 3U);
  BOOST_TEST(store.next("t/#", from, {100, plenty, 1000}, start, out));
  BOOST_TEST(out.size() == 5U);
}

BOOST_AUTO_TEST_CASE(in_slices_of_work) {
  retained_store store{{}};
  for (int i = 0; i < 100; ++i)
    store.store(make("t/" + std::to_string(i) + "/no"));
  store.store(make("t/99/yes"));
  retained_store::cursor from;
  std::vector<message_ptr> out;
  int slices = 1;
  while (!store.next("t/+/yes", from, {100, plenty, 10}, start, out))
    ++slices;
  BOOST_TEST(slices == 11); // 101 topics, ten at a time
  BOOST_REQUIRE_EQUAL(out.size(), 1U);
  BOOST_TEST(out[0]->topic() == "t/99/yes");
}

// The filter's fixed part bounds the work: neighbours are not looked at.
BOOST_AUTO_TEST_CASE(only_below_the_fixed_levels) {
  retained_store store{{}};
  for (int i = 0; i < 1000; ++i)
    store.store(make("m/" + std::to_string(i)));
  fill(store, {"a/1", "z/1", "m", "m x/1", "m!/1"});
  retained_store::cursor from;
  std::vector<message_ptr> out;
  BOOST_TEST(store.next("z/+", from, {10, plenty, 2}, start, out));
  from = {};
  BOOST_TEST(store.next("m/5/#", from, {10, plenty, 2}, start, out));
  BOOST_TEST(out.size() == 2U);
}

// Topics with every byte around `/` against a plain search, whatever the slices.
BOOST_AUTO_TEST_CASE(as_a_plain_search) {
  std::mt19937 random{5};
  const std::vector<std::string> parts{"a", "b", "", "a b", "a!", "a.", "a0", "\xC3\xA4", "$x"};
  const auto text = [&](bool wildcards) {
    std::string t = parts[random() % parts.size()];
    for (auto n = random() % 3; n > 0; --n)
      t += '/' + (wildcards && random() % 3 == 0 ? "+" : parts[random() % parts.size()]);
    if (wildcards && random() % 3 == 0)
      t += "/#";
    return t.empty() ? std::string{wildcards ? "+" : "a"} : t;
  };
  for (int round = 0; round < 40; ++round) {
    retained_store store{{}};
    std::set<std::string> all;
    for (int i = 0; i < 60; ++i) {
      const auto topic = text(false);
      const bool added = all.insert(topic).second;
      BOOST_REQUIRE((store.store(make(topic)) == (added ? result::stored : result::replaced)));
    }
    for (int i = 0; i < 50; ++i) {
      const auto filter = text(true);
      std::multiset<std::string> wanted, got;
      for (const auto& topic : all)
        if (matches(filter, topic))
          wanted.insert(topic);
      retained_store::cursor from;
      std::vector<message_ptr> out;
      while (!store.next(filter, from, {1 + random() % 3, plenty, 1 + random() % 20}, start, out)) {
      }
      for (const auto& m : out)
        got.emplace(m->topic());
      BOOST_REQUIRE_MESSAGE(wanted == got, filter);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_stays_is_found_once_while_others_change) {
  std::mt19937 random{9};
  for (int round = 0; round < 20; ++round) {
    retained_store store{{}};
    const auto topic = [](std::size_t n) { return "t/" + std::to_string(n); };
    for (std::size_t i = 0; i < 200; ++i)
      store.store(make(topic(i)));
    retained_store::cursor from;
    std::vector<message_ptr> out;
    while (!store.next("t/+", from, {5, plenty, 9}, start, out)) {
      for (int i = 0; i < 10; ++i) { // odd ones come and go, even ones are replaced
        const auto n = random() % 200;
        if (n % 2 == 0)
          store.store(make(topic(n), "new"));
        else if (random() % 2 == 0)
          store.erase(topic(n));
        else
          store.store(make(topic(n)));
      }
    }
    std::map<std::string, int> times;
    for (const auto& m : out)
      ++times[std::string{m->topic()}];
    for (std::size_t i = 0; i < 200; ++i)
      BOOST_REQUIRE_MESSAGE(i % 2 == 0 ? times[topic(i)] == 1 : times[topic(i)] <= 1, topic(i));
  }
}

BOOST_AUTO_TEST_SUITE_END()
