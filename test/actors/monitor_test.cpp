#include "actors/fake_node.hpp"
#include "support/sanitized.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/resource.h>

namespace {

using namespace troupe;

node_info ask(test::fake_node& node) {
  return test::ask_actor<node_info>(node.system(), node.where.monitor, node_query{});
}

} // namespace

BOOST_AUTO_TEST_SUITE(monitor)

BOOST_AUTO_TEST_CASE(tells_what_the_process_is) {
  test::fake_node node;
  node.config->node.name = "other@10.0.0.1";
  node.gauges->connections.add(3);
  node.start();
  node_info info = ask(node);
  BOOST_TEST(info.name == "other@10.0.0.1");
  BOOST_TEST(info.version == TROUPE_VERSION);
  BOOST_TEST(info.otp_release == "CAF/0.17.6");
  BOOST_TEST(!info.sysdescr.empty());
  BOOST_TEST(info.connections == 3u);
  BOOST_TEST(info.uptime_seconds < 60u);
  BOOST_TEST(info.process_used >= 6u); // the actors of the fake node
  BOOST_TEST(info.process_used < 100u);
  BOOST_TEST(info.process_available == 2'097'152u);
}

BOOST_AUTO_TEST_CASE(tells_what_the_system_says, *boost::unit_test::precondition(test::unsanitized)) {
  test::fake_node node;
  node.start();
  node_info info = ask(node);
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  BOOST_TEST(info.max_fds == limit.rlim_cur);
  BOOST_TEST(info.memory_used > 1'000'000u);
  BOOST_TEST(info.memory_total > info.memory_used); // something always lies free
  BOOST_TEST(info.load1 >= 0.0);
  BOOST_TEST(info.load15 < 10'000.0);
}

BOOST_AUTO_TEST_CASE(memory_follows_what_the_process_holds) {
  test::fake_node node;
  node.start();
  auto before = ask(node).memory_used;
  std::vector<char> held(64 << 20, 'x');
  auto during = ask(node).memory_used;
  BOOST_TEST(during >= before + (60u << 20));
  BOOST_TEST(held.back() == 'x');
}

BOOST_AUTO_TEST_SUITE_END()
