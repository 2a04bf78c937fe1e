// The figures as `$SYS` topics: names, values, and what is published when.
#include "actors/fake_node.hpp"
#include "actors/node/sys_figures.hpp"
#include "troupe/actors/sys.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <map>
#include <thread>

using namespace troupe;

namespace {

std::map<std::string, std::string> as_map(const std::vector<sys_value>& values) {
  std::map<std::string, std::string> out;
  for (const auto& v : values)
    BOOST_TEST(out.emplace(v.topic, v.text).second, v.topic);
  return out;
}

sys_sample busy_broker() {
  sys_sample s;
  s.counters.add(mqtt::metric::packets_connect_received, 120);
  s.counters.add(mqtt::metric::packets_received, 1'000);
  s.counters.add(mqtt::metric::messages_received, 700);
  s.counters.add(mqtt::metric::bytes_sent, 5'000);
  s.counters.add(mqtt::metric::delivery_dropped, 3);
  s.stats = {{"connections.count", 7},   {"connections.max", 9}, {"sessions.count", 10},
             {"subscriptions.count", 4}, {"retained.count", 2},  {"subscriptions.shared.count", 1}};
  s.node.version = "1.2.3";
  s.node.uptime_seconds = 61;
  s.stored = 5;
  s.sockets = 240;
  s.heap = 4'096;
  return s;
}

} // namespace

BOOST_AUTO_TEST_SUITE(sys_values)

BOOST_AUTO_TEST_CASE(stats_keep_their_dots_and_metrics_get_slashes) {
  const auto v = as_map(emqx_figures(busy_broker()));
  BOOST_TEST(v.size() == mqtt::shown_metrics(false) + 6);
  BOOST_TEST(v.at("stats/connections.count") == "7");
  BOOST_TEST(v.at("stats/subscriptions.shared.count") == "1");
  BOOST_TEST(v.at("metrics/packets/connect/received") == "120");
  BOOST_TEST(v.at("metrics/delivery/dropped/queue_full") == "0");
}

BOOST_AUTO_TEST_CASE(names_of_mosquitto) {
  mosquitto_figures figures;
  const auto v = as_map(figures.changes(busy_broker(), 60));
  const std::map<std::string, std::string> expected{{"version", "Troupe version 1.2.3"},
                                                    {"uptime", "61 seconds"},
                                                    {"clients/total", "10"},
                                                    {"clients/connected", "7"},
                                                    {"clients/active", "7"},
                                                    {"clients/disconnected", "3"},
                                                    {"clients/inactive", "3"},
                                                    {"clients/maximum", "9"},
                                                    {"messages/received", "1000"},
                                                    {"messages/sent", "0"},
                                                    {"messages/stored", "7"},
                                                    {"store/messages/count", "7"},
                                                    {"publish/messages/received", "700"},
                                                    {"publish/messages/dropped", "3"},
                                                    {"bytes/sent", "5000"},
                                                    {"subscriptions/count", "4"},
                                                    {"shared_subscriptions/count", "1"},
                                                    {"retained messages/count", "2"},
                                                    {"heap/current", "4096"},
                                                    {"heap/maximum", "4096"}};
  for (const auto& [name, value] : expected)
    BOOST_TEST(v.at("$SYS/broker/" + name) == value, name);
  // From nothing to 120 a minute, of which a minute's average has seen 1 - 1/e.
  BOOST_TEST(v.at("$SYS/broker/load/connections/1min") == "75.85");
  BOOST_TEST(v.at("$SYS/broker/load/sockets/1min") == "151.71");
  BOOST_TEST(v.at("$SYS/broker/load/messages/received/15min") == "64.49");
  BOOST_TEST(v.at("$SYS/broker/load/publish/sent/5min") == "0.00");
}

BOOST_AUTO_TEST_CASE(only_changes_are_published_again) {
  mosquitto_figures figures;
  auto s = busy_broker();
  figures.changes(s, 1);
  s.node.uptime_seconds = 62;
  s.heap = 1'024;
  auto v = as_map(figures.changes(s, 1e9)); // so long that all averages are down to 0
  BOOST_TEST(v.at("$SYS/broker/uptime") == "62 seconds");
  BOOST_TEST(v.at("$SYS/broker/heap/current") == "1024");
  BOOST_TEST(v.at("$SYS/broker/load/connections/15min") == "0.00");
  BOOST_TEST(!v.contains("$SYS/broker/heap/maximum"));
  BOOST_TEST(!v.contains("$SYS/broker/clients/total"));
  v = as_map(figures.changes(s, 60));
  BOOST_TEST(v.empty());
}

BOOST_AUTO_TEST_CASE(a_session_that_is_not_counted_yet_gives_no_negative_number) {
  sys_sample s;
  s.stats = {{"connections.count", 5}, {"sessions.count", 4}};
  mosquitto_figures figures;
  const auto v = as_map(figures.changes(s, 1));
  BOOST_TEST(v.at("$SYS/broker/clients/disconnected") == "0");
  BOOST_TEST(v.at("$SYS/broker/clients/total") == "5");
}

BOOST_AUTO_TEST_CASE(averages_forget) {
  load_average a;
  a.update(100, 60);
  BOOST_TEST(a.values()[0] == 63.21, boost::test_tools::tolerance(0.001));
  BOOST_TEST(a.values()[1] == 18.13, boost::test_tools::tolerance(0.001));
  BOOST_TEST(a.values()[2] == 6.449, boost::test_tools::tolerance(0.001));
  a.update(100, 0); // no time: no news
  BOOST_TEST(a.values()[0] == 63.21, boost::test_tools::tolerance(0.001));
  a.update(100, 60);
  BOOST_TEST(a.values()[0] == 23.25, boost::test_tools::tolerance(0.001));
  for (int i = 2; i < 200; ++i)
    a.update(100 + static_cast<std::uint64_t>(i) * 10, 60);
  BOOST_TEST(a.values()[2] == 10.0, boost::test_tools::tolerance(0.01));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(sys_topics)

namespace {

// Lets the actor publish until there are `count` messages, ends it and gives them all.
std::vector<mqtt::message_ptr> run_sys(test::fake_node& node, std::size_t count) {
  auto& shard = *node.shards.front();
  const auto sys = spawn_sys(node.system(), node.where, node.config, node.gauges);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (shard.publishes < count && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  caf::scoped_actor self{node.system()};
  self->send_exit(sys, caf::exit_reason::user_shutdown);
  self->wait_for(sys);
  self->request(node.where.routers.front(), std::chrono::seconds{10}, counters_query{})
      .receive([](const shard_figures&) {}, [](const caf::error&) {});
  BOOST_TEST_REQUIRE(shard.published.size() >= count);
  return shard.published;
}

std::size_t with_prefix(const std::vector<mqtt::message_ptr>& all, std::string_view prefix) {
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [&](const auto& m) { return m->topic().starts_with(prefix); }));
}

} // namespace

BOOST_AUTO_TEST_CASE(without_a_subscriber_only_what_is_retained_is_made) {
  test::fake_node node;
  node.config->broker.sys_heartbeat = std::chrono::milliseconds{100};
  node.config->broker.sys_interval = std::chrono::milliseconds{300};
  node.start();
  const auto all = run_sys(node, 60); // Mosquitto's at once, the others later
  for (const auto& m : all) {
    BOOST_TEST(m->retain(), m->topic());
    BOOST_TEST(m->system());
    BOOST_TEST((m->level() == mqtt::qos::at_most_once));
    BOOST_TEST(!m->payload().empty());
  }
  BOOST_TEST(all.front()->topic().starts_with("$SYS/broker/"));
  BOOST_TEST(with_prefix(all, "$SYS/brokers/emqx@127.0.0.1/version") >= 1U);
  BOOST_TEST(with_prefix(all, "$SYS/brokers/emqx@127.0.0.1/sysdescr") >= 1U);
  BOOST_TEST(with_prefix(all, "$SYS/brokers/emqx@127.0.0.1/uptime") == 0U);
  BOOST_TEST(with_prefix(all, "$SYS/brokers/emqx@127.0.0.1/metrics/") == 0U);
}

BOOST_AUTO_TEST_CASE(with_a_subscriber_all_is_made) {
  test::fake_node node;
  node.config->broker.sys_heartbeat = std::chrono::milliseconds{100};
  node.config->broker.sys_interval = std::chrono::milliseconds{300};
  node.gauges->system_subscriptions.add();
  node.shards[0]->stored.messages = 3;
  node.shards[1]->stored.messages = 4;
  node.start();
  const auto all = run_sys(node, 400);
  std::map<std::string, std::string> last;
  for (const auto& m : all) {
    last[std::string{m->topic()}] = m->payload();
    const bool kept = m->topic().starts_with("$SYS/broker/") || m->topic() == "$SYS/brokers" ||
                      m->topic().ends_with("/version") || m->topic().ends_with("/sysdescr");
    BOOST_TEST(m->retain() == kept, m->topic());
  }
  BOOST_TEST(last.at("$SYS/brokers") == "emqx@127.0.0.1");
  BOOST_TEST(last.at("$SYS/brokers/emqx@127.0.0.1/sysdescr") == "Troupe Broker");
  BOOST_TEST(last.at("$SYS/brokers/emqx@127.0.0.1/uptime").ends_with(" seconds"));
  BOOST_TEST(last.at("$SYS/brokers/emqx@127.0.0.1/datetime").size() == 19U);
  BOOST_TEST(last.at("$SYS/brokers/emqx@127.0.0.1/stats/sessions.count") == "0");
  BOOST_TEST(last.at("$SYS/brokers/emqx@127.0.0.1/metrics/bytes/received") == "0");
  BOOST_TEST(last.at("$SYS/broker/messages/stored") == "7");
}

BOOST_AUTO_TEST_SUITE_END()
