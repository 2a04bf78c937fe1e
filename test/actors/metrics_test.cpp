#include "actors/fake_node.hpp"
#include "troupe/actors/rule_action.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace troupe;

template <class Answer, class Question>
Answer ask(test::fake_node& node, Question question) {
  return test::ask_actor<Answer>(node.system(), node.where.metrics, question);
}

} // namespace

BOOST_AUTO_TEST_SUITE(metrics)

BOOST_AUTO_TEST_CASE(counters_are_sums_over_the_shards) {
  test::fake_node node(3);
  for (std::size_t i = 0; i < 3; ++i) {
    node.shards[i]->figures.counters.add(mqtt::metric::bytes_received, 100 + i);
    node.shards[i]->figures.counters.add(mqtt::metric::session_terminated, i);
  }
  node.retained.messages = 7;
  node.start();
  auto report = ask<metrics_report>(node, metrics_query{});
  BOOST_TEST(report.counters[mqtt::metric::bytes_received] == 303u);
  BOOST_TEST(report.counters[mqtt::metric::session_terminated] == 3u);
  BOOST_TEST(report.counters[mqtt::metric::messages_retained] == 7u);
  BOOST_TEST(report.counters[mqtt::metric::messages_delayed] == 0u);
}

// A sum without it would fall, and come back.
BOOST_AUTO_TEST_CASE(a_silent_shard_is_no_report) {
  test::fake_node node(2);
  node.shards[0]->figures.counters.add(mqtt::metric::messages_sent, 5);
  node.shards[1]->figures.counters.add(mqtt::metric::messages_sent, 9);
  node.start();
  BOOST_TEST(ask<metrics_report>(node, metrics_query{}).counters[mqtt::metric::messages_sent] == 14u);
  node.end_shard(0);
  BOOST_CHECK_THROW(ask<metrics_report>(node, metrics_query{}), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(stats_have_every_documented_name) {
  test::fake_node node;
  node.gauges->connections.add(5);
  node.gauges->connections.subtract(2);
  node.gauges->sessions.add(4);
  node.table->figures = {10, 20, 3, 17, 11, 21, 4, 18};
  node.retained = {6, 1'000, 8};
  node.start();
  auto values = ask<stats_report>(node, stats_query{}).values;
  const std::map<std::string, std::uint64_t> expected{
      {"connections.count", 3},
      {"connections.max", 5},
      {"channels.count", 4},
      {"channels.max", 4},
      {"sessions.count", 4},
      {"sessions.max", 4},
      {"topics.count", 10},
      {"topics.max", 11},
      {"routes.count", 10},
      {"routes.max", 11},
      {"suboptions.count", 20},
      {"suboptions.max", 21},
      {"subscriptions.count", 20},
      {"subscriptions.max", 21},
      {"subscribers.count", 17},
      {"subscribers.max", 18},
      {"retained.count", 6},
      {"retained.max", 8},
      {"rules.count", 0},
      {"rules.max", 0},
      {"actions.count", rules::action_table().size()}, // kinds
      {"actions.max", rules::action_table().size()},
      {"resources.count", 0},
      {"resources.max", 0},
      {"subscriptions.shared.count", 3},
      {"subscriptions.shared.max", 4},
  };
  BOOST_TEST(values.size() == expected.size());
  for (const auto& [name, value] : expected)
    BOOST_TEST_CONTEXT(name) {
      BOOST_TEST_REQUIRE(values.count(name) == 1u);
      BOOST_TEST(values[name] == value);
    }
}

BOOST_AUTO_TEST_SUITE_END()
