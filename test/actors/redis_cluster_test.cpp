// Which node of a Redis cluster has a key: slots, redirections, and the table of the nodes.
#include "actors/backends/redis_cluster.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe;

BOOST_AUTO_TEST_SUITE(redis_clusters)

// The first is the check value of the specification's CRC16.
BOOST_AUTO_TEST_CASE(slots_of_keys) {
  BOOST_TEST(redis_slot("123456789") == 0x31C3 % redis_slots);
  BOOST_TEST(redis_slot("foo") == 12182);
  BOOST_TEST(redis_slot("") == 0);
  BOOST_TEST(redis_slot("{user1000}.following") == redis_slot("user1000"));
  BOOST_TEST(redis_slot("foo{{bar}}zap") == redis_slot("{bar"));
  BOOST_TEST(redis_slot("foo{bar}{zap}") == redis_slot("bar"));
  BOOST_TEST(redis_slot("foo{}{bar}") != redis_slot("bar"));
  BOOST_TEST(redis_slot("{open") != redis_slot("open"));
}

BOOST_AUTO_TEST_CASE(keys_of_commands) {
  BOOST_TEST(redis_key({"HGET", "k", "f"}) == "k");
  BOOST_TEST(redis_key({"eval", "return 1", "1", "k"}) == "k");
  BOOST_TEST(redis_key({"EVAL", "return 1"}) == "");
  BOOST_TEST(redis_key({"PING"}) == "");
  BOOST_TEST(redis_key({}) == "");
}

BOOST_AUTO_TEST_CASE(redirections) {
  const auto moved = read_redirection("MOVED 3999 127.0.0.1:6381");
  BOOST_TEST_REQUIRE(moved.has_value());
  BOOST_TEST(moved->for_good);
  BOOST_TEST((moved->to == redis_node{"127.0.0.1", 6381}));
  const auto ask = read_redirection("ASK 3999 ::1:6381");
  BOOST_TEST_REQUIRE(ask.has_value());
  BOOST_TEST(!ask->for_good);
  BOOST_TEST((ask->to == redis_node{"::1", 6381}));
  BOOST_TEST((read_redirection("MOVED 1 :6381")->to == redis_node{"", 6381}));
  for (const char* other : {"", "MOVED", "MOVED 1", "MOVED 1 host", "MOVED 1 host:0", "MOVED 1 host:70000",
                            "MOVED 1 host:6379x", "ERR unknown command", "CLUSTERDOWN Hash slot not served"})
    BOOST_TEST(!read_redirection(other).has_value(), other);
}

BOOST_AUTO_TEST_CASE(ranges_of_nodes) {
  const redis_node a{"a", 1}, b{"b", 2}, c{"c", 3};
  redis_slot_table table;
  BOOST_TEST(table.empty());
  table.add(0, 99, a);
  table.add(200, 16'383, b);
  BOOST_TEST((*table.find(0) == a));
  BOOST_TEST((*table.find(99) == a));
  BOOST_TEST(table.find(100) == nullptr);
  BOOST_TEST((*table.find(16'383) == b));
  table.add(50, 300, c); // some of both
  BOOST_TEST((*table.find(49) == a));
  BOOST_TEST((*table.find(50) == c));
  BOOST_TEST((*table.find(300) == c));
  BOOST_TEST((*table.find(301) == b));
  table.add(60, 60, a); // in the middle of one
  BOOST_TEST((*table.find(59) == c));
  BOOST_TEST((*table.find(60) == a));
  BOOST_TEST((*table.find(61) == c));
  BOOST_TEST(table.nodes().size() == 3U);
  table.add(10, 5, b); // none
  table.add(10, 16'384, b);
  BOOST_TEST((*table.find(10) == a));
}

BOOST_AUTO_TEST_SUITE_END()
