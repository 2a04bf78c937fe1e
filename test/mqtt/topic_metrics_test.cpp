// The table of watched topics, their figures and rates.
#include "troupe/mqtt/topic_metrics.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe::mqtt;

BOOST_AUTO_TEST_SUITE(topic_metrics_tables)

BOOST_AUTO_TEST_CASE(topics_come_and_go) {
  topic_metrics_table t;
  using result = topic_metrics_table::result;
  BOOST_TEST((t.add("a") == result::added));
  BOOST_TEST((t.add("a") == result::present));
  BOOST_TEST(t.find("a") != nullptr);
  BOOST_TEST(t.find("b") == nullptr);
  const topic_metrics_table copy = t; // what the shards have counts on
  topic_counters::add(copy.find("a")->dropped);
  BOOST_TEST(t.find("a")->dropped.load() == 1U);
  BOOST_TEST(t.remove("a"));
  BOOST_TEST(!t.remove("a"));
  BOOST_TEST(t.empty());
  for (std::size_t i = 0; i < topic_metrics_table::max_topics; ++i)
    BOOST_TEST((t.add(std::to_string(i)) == result::added));
  BOOST_TEST((t.add("one more") == result::full));
}

BOOST_AUTO_TEST_CASE(figures) {
  topic_counters c;
  c.in[0] = 1;
  c.in[1] = 20;
  c.in[2] = 300;
  c.out[0] = 4;
  c.out[1] = 50;
  c.out[2] = 600;
  c.dropped = 7;
  const auto f = read(c);
  const auto at = [&f](topic_figure name) { return f[static_cast<std::size_t>(name)]; };
  BOOST_TEST(at(topic_figure::messages_in) == 321U);
  BOOST_TEST(at(topic_figure::messages_out) == 654U);
  BOOST_TEST(at(topic_figure::qos0_in) == 1U);
  BOOST_TEST(at(topic_figure::qos1_in) == 20U);
  BOOST_TEST(at(topic_figure::qos2_out) == 600U);
  BOOST_TEST(at(topic_figure::dropped) == 7U);
  BOOST_TEST(to_string(topic_figure::qos2_out) == "messages.qos2.out");
  BOOST_TEST(to_string(topic_figure::dropped) == "messages.dropped");
}

BOOST_AUTO_TEST_CASE(rates_are_over_five_seconds) {
  rate_window w;
  const auto sample = [&w](std::uint64_t n) {
    topic_figures f{};
    f[0] = n;
    w.sample(f);
  };
  BOOST_TEST(w.rate(topic_figure::messages_in) == 0.0);
  sample(0);
  BOOST_TEST(w.rate(topic_figure::messages_in) == 0.0);
  sample(10);
  BOOST_TEST(w.rate(topic_figure::messages_in) == 10.0);
  sample(10);
  BOOST_TEST(w.rate(topic_figure::messages_in) == 5.0);
  for (int i = 0; i < 3; ++i)
    sample(10);
  BOOST_TEST(w.rate(topic_figure::messages_in) == 2.0);
  sample(10);
  BOOST_TEST(w.rate(topic_figure::messages_in) == 0.0);
}

BOOST_AUTO_TEST_SUITE_END()
