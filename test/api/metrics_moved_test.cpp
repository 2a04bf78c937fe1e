// Every metric and statistic of the document, moved by what its name says and by nothing else.
#include "api/metrics_rows.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <sstream>

namespace {

using namespace troupe::test;

const std::string node = "/nodes/emqx@127.0.0.1";

// What nothing can move in this version, and why.
const std::map<std::string, std::string> unmoved{
    {"actions.count", "how many kinds there are"},
    {"messages.forward", "a second node"},
};

figures read(scene& s, const char* what) {
  const auto answer = s.get(node + what);
  figures found;
  for (const auto& m : answer.data().as_object())
    found.emplace(m.key(), m.value().as_int64());
  return found;
}

// The same, from the answer for the whole cluster.
figures read_grouped(scene& s, const char* what) {
  const auto answer = s.get('/' + std::string(what));
  figures found;
  for (const auto& m : answer.data().at(0).at(what).as_object())
    found.emplace(m.key(), m.value().as_int64());
  return found;
}

bool is_max(const std::string& name) { return name.ends_with(".max"); }
bool is_bytes(const std::string& name) { return name.starts_with("bytes."); }

figures plus(figures from, const figures& differences) {
  for (const auto& [name, n] : differences)
    from.at(name) += n;
  return from;
}

// A maximum is the highest value that there was at a look; no action here goes higher in between.
figures expected_stats(const figures& before, const figures& differences) {
  auto expected = plus(before, differences);
  for (auto& [name, n] : expected)
    if (is_max(name)) {
      const auto count = name.substr(0, name.size() - 3) + "count";
      n = std::max({n, before.at(count), expected.at(count)});
    }
  return expected;
}

std::string differences(const figures& found, const figures& expected) {
  std::ostringstream out;
  for (const auto& [name, n] : expected)
    if (const auto i = found.find(name); i == found.end() || i->second != n)
      out << name << " is " << (i == found.end() ? "missing" : std::to_string(i->second)) << " and not " << n
          << "; ";
  if (found.size() != expected.size())
    out << found.size() << " names and not " << expected.size();
  return out.str();
}

// Only rows that count the bytes say how many; elsewhere they move with the packets.
void take_bytes(figures& expected, const figures& found, const moved& row) {
  for (auto& [name, n] : expected)
    if (is_bytes(name) && !row.metrics.contains(name))
      n = found.at(name);
}

void play(scene& s, const moved& row) {
  row.before(s);
  const auto metrics = read(s, "/metrics"), stats = read(s, "/stats");
  row.action(s);
  auto expected = plus(metrics, row.metrics);
  const auto expected_now = expected_stats(stats, row.stats);
  eventually([&] {
    const auto found = read(s, "/metrics");
    take_bytes(expected, found, row);
    return found == expected && read(s, "/stats") == expected_now;
  });
  BOOST_TEST(differences(read(s, "/metrics"), expected) == "");
  BOOST_TEST(differences(read_grouped(s, "metrics"), expected) == "");
  BOOST_TEST(differences(read(s, "/stats"), expected_now) == "");
  BOOST_TEST(differences(read_grouped(s, "stats"), expected_now) == "");
  for (const char* direction : {"received", "sent"}) {
    const std::string bytes = std::string("bytes.") + direction,
                      packets = std::string("packets.") + direction;
    if (expected.at(packets) > metrics.at(packets))
      BOOST_TEST(expected.at(bytes) > metrics.at(bytes), bytes);
  }
  s.clear();
}

// Rows with the same settings share a broker.
void play_all(const std::vector<moved>& rows) {
  std::map<std::string, std::unique_ptr<scene>> brokers;
  for (const auto& row : rows)
    BOOST_TEST_CONTEXT(row.what) {
      auto& broker = brokers[row.settings];
      if (!broker)
        broker = std::make_unique<scene>(row.settings);
      play(*broker, row);
    }
}

std::vector<moved> all_rows() {
  std::vector<moved> all;
  for (const auto& rows :
       {moved_by_connections(), moved_by_refusals(), moved_by_subscriptions(), moved_by_messages(),
        moved_by_drops(), moved_by_acknowledgements(), moved_by_access(), moved_by_rules()})
    all.insert(all.end(), rows.begin(), rows.end());
  return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(metrics_moved)

BOOST_AUTO_TEST_CASE(connections) { play_all(moved_by_connections()); }
BOOST_AUTO_TEST_CASE(refusals) { play_all(moved_by_refusals()); }
BOOST_AUTO_TEST_CASE(subscriptions) { play_all(moved_by_subscriptions()); }
BOOST_AUTO_TEST_CASE(messages) { play_all(moved_by_messages()); }
BOOST_AUTO_TEST_CASE(drops) { play_all(moved_by_drops()); }
BOOST_AUTO_TEST_CASE(acknowledgements) { play_all(moved_by_acknowledgements()); }

BOOST_AUTO_TEST_CASE(access_rules) { play_all(moved_by_access()); }
BOOST_AUTO_TEST_CASE(rules) { play_all(moved_by_rules()); }

BOOST_AUTO_TEST_CASE(every_name_has_a_row) {
  std::set<std::string> named;
  for (const auto& row : all_rows())
    for (const auto* moves : {&row.metrics, &row.stats})
      for (const auto& [name, n] : *moves)
        named.insert(name);
  scene s;
  auto served = read(s, "/metrics");
  served.merge(read(s, "/stats"));
  for (const auto& [name, n] : served)
    if (!is_max(name)) // they follow the counts of each row
      BOOST_TEST((named.contains(name) != unmoved.contains(name)), name);
  for (const auto& [name, why] : unmoved)
    BOOST_TEST(served.contains(name), name);
}

BOOST_AUTO_TEST_SUITE_END()
