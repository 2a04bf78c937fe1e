// The subscription index against a list of subscriptions that is searched from end to end.
#include "troupe/mqtt/subscription_index.hpp"
#include "troupe/mqtt/topic.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

using namespace troupe::mqtt;

namespace {

using address = std::tuple<std::uint16_t, std::uint32_t, std::uint32_t>;
using key = std::tuple<std::string, std::string, address>; // filter, group, subscriber

address address_of(const subscriber& s) { return {s.shard, s.slot, s.generation}; }

subscriber make(std::uint32_t slot, std::uint8_t options = 0, std::uint32_t id = 0) {
  return {slot, 1, id, static_cast<std::uint16_t>(slot % 3), options};
}

struct model {
  std::map<key, subscriber> all;
  subscription_index index;
  subscription_reader reader{index};

  void subscribe(const std::string& filter, const std::string& group, const subscriber& s) {
    const bool added = all.insert_or_assign({filter, group, address_of(s)}, s).second;
    BOOST_REQUIRE((index.subscribe(filter, group, s) == subscription_index::result::added) == added);
  }

  void unsubscribe(const std::string& filter, const std::string& group, const subscriber& s) {
    const bool erased = all.erase({filter, group, address_of(s)}) > 0;
    BOOST_REQUIRE(index.unsubscribe(filter, group, s.shard, s.slot, s.generation) == erased);
  }

  void compare(const std::string& topic) {
    std::multiset<std::pair<address, std::uint8_t>> wanted, found;
    std::map<std::pair<std::string, std::string>, std::set<address>> wanted_groups;
    std::multiset<std::set<address>> groups, found_groups;
    for (const auto& [k, s] : all) {
      const auto& [filter, group, who] = k;
      if (!matches(filter, topic))
        continue;
      if (group.empty())
        wanted.emplace(who, s.options);
      else
        wanted_groups[{filter, group}].insert(who);
    }
    for (const auto& [unused, members] : wanted_groups)
      groups.insert(members);
    const auto& result = reader.match(topic);
    result.for_each_subscriber([&](const subscriber& s) { found.emplace(address_of(s), s.options); });
    for (const auto& g : result.groups()) {
      std::set<address> members;
      for (std::size_t i = 0; i < g.size(); ++i)
        members.insert(address_of(g[i]));
      found_groups.insert(members);
    }
    BOOST_REQUIRE(wanted == found);
    BOOST_REQUIRE(groups == found_groups);
  }

  void compare_counts() {
    std::set<std::string> filters;
    std::size_t shared = 0;
    for (const auto& [k, s] : all) {
      filters.insert(std::get<0>(k));
      shared += std::get<1>(k).empty() ? 0 : 1;
    }
    BOOST_REQUIRE_EQUAL(index.filter_count(), filters.size());
    BOOST_REQUIRE_EQUAL(index.subscription_count(), all.size());
    BOOST_REQUIRE_EQUAL(index.shared_subscription_count(), shared);
    const auto listed = index.list(0, 1'000'000);
    BOOST_REQUIRE(std::set<std::string>(listed.begin(), listed.end()) == filters);
    BOOST_REQUIRE_EQUAL(listed.size(), filters.size());
    for (std::size_t skip = 0; skip < listed.size(); skip += 7) {
      const auto page = index.list(skip, 3);
      for (std::size_t i = 0; i < page.size(); ++i)
        BOOST_REQUIRE_EQUAL(page[i], listed[skip + i]);
    }
    for (const auto& f : {"a", "a/b", "#", "+/b", "a/#", "none"})
      BOOST_REQUIRE_EQUAL(index.lookup(f), filters.contains(f));
  }
};

std::string random_name(std::mt19937& random, const char* alphabet, std::size_t letters) {
  std::string name = random() % 12 == 0 ? "$S" : "";
  const auto levels = 1 + random() % 4;
  for (std::size_t i = 0; i < levels; ++i) {
    if (i > 0 || !name.empty())
      name += '/';
    if (random() % 10 != 0)
      name += alphabet[random() % letters];
  }
  return name.empty() ? "a" : name;
}

std::string random_filter(std::mt19937& random) {
  std::string filter = random_name(random, "abc+", 4);
  if (random() % 4 == 0)
    filter += "/#";
  return random() % 30 == 0 ? "#" : filter;
}

} // namespace

BOOST_AUTO_TEST_SUITE(index_model)

BOOST_AUTO_TEST_CASE(random_operations) {
  for (unsigned seed = 1; seed <= 30; ++seed) {
    std::mt19937 random{seed};
    model m;
    for (int step = 0; step < 1500; ++step) {
      const auto s = make(static_cast<std::uint32_t>(random() % (seed % 3 == 0 ? 400 : 12)),
                          static_cast<std::uint8_t>(random() % 3));
      const std::string group = random() % 3 == 0 ? "g" + std::to_string(random() % 2) : "";
      if (random() % 5 < 3 || m.all.empty()) {
        m.subscribe(seed % 3 == 0 ? "a/+" : random_filter(random), group, s);
      } else if (random() % 3 == 0) {
        m.unsubscribe(random_filter(random), group, s); // mostly not there
      } else {
        const auto [k, value] =
            *std::next(m.all.begin(), static_cast<std::ptrdiff_t>(random() % m.all.size()));
        m.unsubscribe(std::get<0>(k), std::get<1>(k), value);
      }
      if (random() % 4 != 0)
        continue;
      m.index.commit();
      m.compare(random_name(random, "abcd", 4));
      m.compare("a/b");
      if (random() % 3 == 0)
        m.reader.quiesce();
      if (random() % 10 == 0)
        m.reader.park();
    }
    m.compare_counts();
    // Everything goes again, and nothing stays behind.
    while (!m.all.empty()) {
      const auto [k, value] = *m.all.begin();
      m.unsubscribe(std::get<0>(k), std::get<1>(k), value);
    }
    m.index.commit();
    m.reader.quiesce();
    m.index.commit();
    m.compare("a/b");
    m.compare_counts();
    BOOST_TEST(m.index.retired_count() == 0U);
  }
}

BOOST_AUTO_TEST_CASE(many_subscribers_of_one_filter) {
  model m;
  std::vector<std::uint32_t> slots(5'000);
  for (std::uint32_t i = 0; i < slots.size(); ++i)
    slots[i] = i;
  std::mt19937 random{7};
  std::shuffle(slots.begin(), slots.end(), random);
  for (auto slot : slots) {
    m.subscribe("one", "", make(slot));
    m.index.commit();
    m.reader.quiesce();
  }
  m.compare("one");
  std::shuffle(slots.begin(), slots.end(), random);
  for (std::size_t i = 0; i < slots.size(); ++i) {
    m.unsubscribe("one", "", make(slots[i]));
    m.index.commit();
    m.reader.quiesce();
    if (i % 500 == 0)
      m.compare("one");
  }
  BOOST_TEST(m.reader.match("one").empty());
  BOOST_TEST(m.index.filter_count() == 0U);
}

// More groups of a filter than are compared one by one, and fewer again. A group's slots tell which one it
// is.
BOOST_AUTO_TEST_CASE(many_groups_come_and_go) {
  const std::vector<std::string> filters{"one", "+", "#"};
  for (unsigned seed = 1; seed <= 6; ++seed) {
    std::mt19937 random{seed};
    const auto random_below = [&](std::size_t n) { return static_cast<std::uint32_t>(random() % n); };
    model m;
    std::map<std::uint32_t, std::uint64_t> ids;
    for (int step = 0; step < 3'000; ++step) {
      const auto filter = random_below(filters.size()), name = random_below(25 * seed);
      const std::uint32_t which = filter * 1'000 + name;
      const auto& f = filters[filter];
      const auto group = "g" + std::to_string(name);
      const auto member = make(2 * which + random_below(2));
      const bool grows = step / 500 % 2 == 0;
      if ((random() % 8 != 0) == grows)
        m.subscribe(f, group, member);
      else
        m.unsubscribe(f, group, member);
      if (!m.all.contains({f, group, address_of(make(2 * which))}) &&
          !m.all.contains({f, group, address_of(make(2 * which + 1))}))
        ids.erase(which); // it is another group when it comes again
      if (random() % 16 != 0)
        continue;
      m.index.commit();
      m.compare("one");
      const auto& result = m.reader.match("one");
      std::uint64_t highest = 0;
      for (const auto& g : result.groups()) {
        BOOST_REQUIRE(result.find_group(static_cast<std::uint32_t>(g.id())) == &g);
        BOOST_REQUIRE_EQUAL(ids.emplace(g[0].slot / 2, g.id()).first->second, g.id());
        highest = std::max(highest, g.id());
      }
      BOOST_REQUIRE(result.find_group(0) == nullptr);
      BOOST_REQUIRE(result.find_group(static_cast<std::uint32_t>(highest) + 1) == nullptr);
      if (random() % 3 == 0)
        m.reader.quiesce();
    }
    m.compare_counts();
    while (!m.all.empty()) {
      const auto [k, value] = *m.all.begin();
      m.unsubscribe(std::get<0>(k), std::get<1>(k), value);
    }
    m.index.commit();
    m.reader.quiesce();
    m.index.commit();
    m.compare("one");
    m.compare_counts();
    BOOST_TEST(m.index.retired_count() == 0U);
  }
}

BOOST_AUTO_TEST_CASE(a_commit_copies_a_list_of_groups_once) {
  constexpr std::uint32_t kept = 1'000, all = 10'000;
  subscription_index index;
  subscription_reader reader{index};
  const auto subscribe = [&](std::uint32_t i) { index.subscribe("one", "g" + std::to_string(i), make(i)); };
  const auto unsubscribe = [&](std::uint32_t i) {
    return index.unsubscribe("one", "g" + std::to_string(i), make(i).shard, i, 1);
  };
  for (std::uint32_t i = 0; i < kept; ++i)
    subscribe(i);
  index.commit();
  const auto& result = reader.match("one"); // from now on nothing that it saw is freed
  for (std::uint32_t i = kept; i < all; ++i)
    subscribe(i);
  index.commit();
  BOOST_TEST(index.retired_count() <= 8U); // the list, and the nodes on the way to it
  for (std::uint32_t i = kept; i < all; ++i)
    BOOST_REQUIRE(unsubscribe(i));
  BOOST_TEST(!unsubscribe(kept));
  index.commit();
  BOOST_TEST(index.retired_count() <= 16U + 2 * (all - kept)); // each group and its member
  BOOST_REQUIRE_EQUAL(result.groups().size(), kept);
  std::set<std::uint32_t> slots;
  for (const auto& g : result.groups())
    slots.insert(g.size() == 1 ? g[0].slot : all);
  BOOST_TEST(slots.size() == kept);
  BOOST_TEST(*slots.rbegin() == kept - 1);
  reader.quiesce();
  index.commit();
  BOOST_TEST(index.retired_count() == 0U);
  BOOST_TEST(reader.match("one").groups().size() == kept);
}

BOOST_AUTO_TEST_CASE(the_exclusive_holder_among_many_groups) {
  subscription_index index;
  for (std::uint32_t i = 0; i < 100; ++i)
    index.subscribe("one", "g" + std::to_string(i), make(i));
  BOOST_TEST(!index.holder("one"));
  index.subscribe("one", exclusive_group, make(777));
  BOOST_REQUIRE(index.holder("one"));
  BOOST_TEST(index.holder("one")->slot == 777U);
  BOOST_TEST(index.unsubscribe("one", exclusive_group, make(777).shard, 777, 1));
  BOOST_TEST(!index.holder("one"));
}

BOOST_AUTO_TEST_CASE(a_filter_of_thirty_thousand_levels) {
  subscription_index index;
  subscription_reader reader{index};
  std::string deep = "a";
  for (int i = 0; i < 30'000; ++i)
    deep += "/a";
  index.subscribe(deep, "", make(1));
  index.subscribe(deep + "/#", "", make(2));
  index.commit();
  int found = 0;
  reader.match(deep).for_each_subscriber([&](const subscriber&) { ++found; });
  BOOST_TEST(found == 2);
  BOOST_TEST(reader.match(deep + "/a/b").empty() == false);
  BOOST_TEST(index.list(0, 10).size() == 2U);
  BOOST_TEST(index.unsubscribe(deep, "", 1, 1, 1));
}

// What a reader holds stays whole until it quiesces, whatever the writer does.
BOOST_AUTO_TEST_CASE(a_result_survives_later_commits) {
  subscription_index index;
  subscription_reader reader{index};
  for (std::uint32_t i = 0; i < 200; ++i)
    index.subscribe("t", "", make(i));
  index.commit();
  const auto& result = reader.match("t");
  for (std::uint32_t i = 0; i < 200; ++i) {
    index.unsubscribe("t", "", make(i).shard, i, 1);
    index.commit();
  }
  BOOST_TEST(index.retired_count() > 0U);
  std::size_t found = 0;
  result.for_each_subscriber([&](const subscriber& s) { found += s.generation; });
  BOOST_TEST(found == 200U);
  reader.quiesce();
  index.commit();
  BOOST_TEST(index.retired_count() == 0U);
}

// More topics than are remembered, over pauses of the reader and changes of the writer.
BOOST_AUTO_TEST_CASE(what_is_remembered_follows_the_writer) {
  subscription_index index;
  subscription_reader reader{index};
  const auto found = [&](int topic) {
    std::uint32_t sum = 0;
    reader.match("t/" + std::to_string(topic)).for_each_subscriber([&](const subscriber& s) {
      sum += s.slot;
    });
    return sum;
  };
  constexpr int topics = 20'000;
  index.subscribe("t/+", "", make(1));
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < topics; i += 3)
      index.subscribe("t/" + std::to_string(i), "", make(10U << static_cast<unsigned>(round)));
    index.commit();
    const std::uint32_t of_third = 10 * ((2U << static_cast<unsigned>(round)) - 1) + 1;
    for (int i = 0; i < 2 * topics; ++i) {
      const int topic = i * 7 % topics;
      for (int again = 0; again < 2; ++again)
        BOOST_REQUIRE_EQUAL(found(topic), topic % 3 == 0 ? of_third : 1);
      if (i % 100 == 0)
        reader.park();
    }
  }
  for (int i = 0; i < 100; ++i)
    found(0);
  for (unsigned round = 0; round < 3; ++round)
    index.unsubscribe("t/0", "", make(10U << round).shard, 10U << round, 1);
  reader.park();
  index.commit();
  for (int i = 0; i < 100; ++i) // nothing is remembered of a version that is new
    BOOST_REQUIRE_EQUAL(found(0), 1U);
  BOOST_TEST(found(3) == 71U);
}

BOOST_AUTO_TEST_CASE(readers_run_beside_the_writer) {
  subscription_index index;
  index.subscribe("always/here", "", make(1));
  index.subscribe("always/#", "", make(2));
  index.subscribe("always/shared", "stays", make(3));
  index.commit();
  std::atomic<bool> stop{false};
  std::atomic<int> misses{0};
  std::atomic<std::uint64_t> rounds{0};
  const auto read = [&](unsigned seed) {
    subscription_reader reader{index};
    std::mt19937 random{seed};
    while (!stop) {
      int found = 0;
      reader.match("always/here").for_each_subscriber([&](const subscriber& s) {
        found += s.generation == 1 ? 1 : 0;
      });
      if (found < 2)
        ++misses;
      const auto& groups = reader.match("always/shared").groups();
      if (groups.empty() || std::ranges::any_of(groups, [](const auto& g) { return g.size() == 0; }))
        ++misses;
      reader.match("x/" + std::to_string(random() % 50) + "/y");
      if (random() % 4 == 0)
        reader.quiesce();
      if (random() % 64 == 0)
        reader.park();
      ++rounds;
    }
  };
  std::thread first{read, 1}, second{read, 2};
  std::mt19937 random{3};
  for (int i = 0; i < 20'000 || rounds < 1'000; ++i) {
    const auto s = make(static_cast<std::uint32_t>(10 + random() % 200));
    const auto filter = random() % 3 == 0 ? "always/here" : "x/" + std::to_string(random() % 50) + "/+";
    if (random() % 2 == 0)
      index.subscribe(filter, "", s);
    else
      index.unsubscribe(filter, "", s.shard, s.slot, s.generation);
    const auto member = make(static_cast<std::uint32_t>(1'000 + random() % 100));
    const auto group = "g" + std::to_string(member.slot);
    if (random() % 3 == 0)
      index.subscribe("always/shared", group, member);
    else
      index.unsubscribe("always/shared", group, member.shard, member.slot, member.generation);
    if (random() % 3 == 0)
      index.commit();
  }
  stop = true;
  first.join();
  second.join();
  BOOST_TEST(misses == 0);
}

BOOST_AUTO_TEST_SUITE_END()
