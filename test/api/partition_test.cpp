// The alarm of a node that has lost another one.
#include "api/two_nodes.hpp"

#include <csignal>

namespace {

using namespace troupe::test;

// The second node is a seed of the first.
struct seeded_nodes {
  const std::uint16_t port = free_port();
  const std::string node = second_name + (":" + std::to_string(port));
  served_broker second{std::string{"node.name = "} + second_name + "\ncluster.listen = 127.0.0.1:" +
                       std::to_string(port) + "\nnode.dist_net_ticktime = 1s\n"};
  served_broker first{std::string{"node.name = "} + first_name +
                      "\nnode.dist_net_ticktime = 1s\ncluster.discovery = static\nlog.level = info\n"
                      "cluster.static.seeds = " +
                      node + "\n"};

  bool linked() { return log_has("the link to second@127.0.0.1 stands"); }
  bool log_has(const std::string& text) { return first.process().log().find(text) != std::string::npos; }
  bool partitioned() { return present().find(R"("partitioned")") != std::string::npos; }
  std::string present() { return first.get("/alarms/present").text; }
};

} // namespace

BOOST_AUTO_TEST_SUITE(partition)

BOOST_FIXTURE_TEST_CASE(a_node_is_killed_and_comes_again, seeded_nodes) {
  BOOST_TEST_REQUIRE(eventually([&] { return linked(); }));
  BOOST_TEST(!partitioned());
  second.process().kill9();
  BOOST_TEST_REQUIRE(eventually([&] { return partitioned(); }));
  BOOST_TEST(present().find(second_name) != std::string::npos, present());
  const auto activated = first.get("/alarms/activated").text;
  BOOST_TEST(activated.find("Partition occurs at node second@127.0.0.1") != std::string::npos, activated);
  second.process().start_again();
  BOOST_TEST(eventually([&] { return !partitioned(); }));
  BOOST_TEST(first.get("/alarms/history").text.find(R"("partitioned")") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_node_freezes_and_thaws, seeded_nodes) {
  BOOST_TEST_REQUIRE(eventually([&] { return linked(); }));
  ::kill(second.pid(), SIGSTOP);
  BOOST_TEST(eventually([&] { return partitioned(); }));
  ::kill(second.pid(), SIGCONT);
  BOOST_TEST(eventually([&] { return !partitioned(); }));
}

BOOST_FIXTURE_TEST_CASE(its_own_end_is_no_partition, seeded_nodes) {
  BOOST_TEST_REQUIRE(eventually([&] { return linked(); }));
  BOOST_TEST(first.process().terminate() == 0);
  first.process().start_again();
  const auto history = first.get("/alarms/history").text;
  BOOST_TEST(history.find("partitioned") == std::string::npos, history);
}

BOOST_AUTO_TEST_CASE(a_seed_that_never_was_there) {
  served_broker alone{"cluster.discovery = static\ncluster.static.seeds = nobody@127.0.0.1:" +
                      std::to_string(free_port()) + "\n"};
  BOOST_TEST(eventually([&] {
    return alone.process().log().find("there is no link to nobody@127.0.0.1") != std::string::npos;
  }));
  BOOST_TEST(alone.get("/alarms/present").text.find("partitioned") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
