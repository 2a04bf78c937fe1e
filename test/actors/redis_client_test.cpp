// Redis by sentinels and as a cluster, with real servers: whom a client speaks to, and when that changes.
#include "actors/backends/redis_client.hpp"
#include "support/broker.hpp"
#include "support/database_server.hpp"
#include "support/wait.hpp"

#include <boost/test/unit_test.hpp>

#include <thread>

using namespace troupe;
using namespace troupe::test;

namespace {

boost::test_tools::assertion_result redis_is_there(boost::unit_test::test_unit_id) {
  boost::test_tools::assertion_result out{redis_server::missing().empty()};
  out.message() << "redis-server is not installed";
  return out;
}

server_settings with_password() {
  server_settings s;
  s.password = "there";
  s.database = "0";
  s.timeout = std::chrono::seconds{2};
  return s;
}

redis_settings by_sentinels(std::vector<redis_node> sentinels, const char* name = "there") {
  return {with_password(), redis_type::sentinel, std::move(sentinels), name};
}

redis_node at(const database_server& s) { return {"127.0.0.1", s.port()}; }

/// The answer as a text; "error: …" when there is none.
std::string text(const reply_ptr& r, const std::string& error) {
  return r ? r->str != nullptr ? std::string(r->str, static_cast<std::size_t>(r->len)) : "(other)"
           : "error: " + error;
}

std::string ask(redis_client& c, const std::vector<std::string>& words) {
  std::string error;
  const auto r = c.ask(words, error);
  return text(r, error);
}

std::string execute(redis_client& c, const std::vector<std::string>& words) {
  std::string error;
  const auto r = c.execute(words, error);
  return text(r, error);
}

} // namespace

BOOST_AUTO_TEST_SUITE(redis_clients, *boost::unit_test::precondition(redis_is_there))

BOOST_AUTO_TEST_CASE(a_failover_is_followed) {
  redis_server first;
  redis_server second{{"--replicaof", "127.0.0.1 " + std::to_string(first.port())}};
  const redis_sentinel sentinel{first};
  BOOST_TEST_REQUIRE(eventually([&] { return sentinel.replicas() == 1; }, seconds{60}));
  // The first of them is not there, the second is no sentinel: they are asked in turn.
  redis_client c{by_sentinels({{"127.0.0.1", free_port()}, at(second), at(sentinel)})};
  BOOST_TEST(execute(c, {"SET", "k", "1"}) == "OK");
  BOOST_TEST(first.run_command({"GET", "k"}) == "1\n");
  BOOST_TEST(eventually([&] { return second.run_command({"GET", "k"}) == "1\n"; }));
  first.stop();
  BOOST_TEST(eventually([&] { return execute(c, {"SET", "k", "2"}) == "OK"; }, seconds{60}));
  BOOST_TEST(sentinel.master_port() == std::to_string(second.port()));
  BOOST_TEST(second.run_command({"GET", "k"}) == "2\n");
  BOOST_TEST(ask(c, {"GET", "k"}) == "2");
}

BOOST_AUTO_TEST_CASE(a_master_that_became_a_replica) {
  redis_server first, second;
  const redis_sentinel sentinel{second};
  redis_client c{by_sentinels({at(sentinel)})};
  BOOST_TEST(execute(c, {"SET", "k", "1"}) == "OK");
  second.run_command({"REPLICAOF", "127.0.0.1", std::to_string(first.port())});
  // Nobody but the server says so yet: what it refuses goes nowhere, and the sentinel's word is not enough.
  BOOST_TEST(execute(c, {"SET", "k", "2"}).starts_with("error: a sentinel names a replica"));
  second.run_command({"REPLICAOF", "NO", "ONE"});
  BOOST_TEST(eventually([&] { return execute(c, {"SET", "k", "3"}) == "OK"; }));
}

BOOST_AUTO_TEST_CASE(a_master_that_no_sentinel_knows) {
  redis_server master;
  const redis_sentinel sentinel{master};
  redis_client c{by_sentinels({at(sentinel)}, "other")};
  BOOST_TEST(ask(c, {"PING"}) == "error: the sentinel does not know other");
}

BOOST_AUTO_TEST_CASE(a_cluster_is_asked_where_the_key_is) {
  redis_cluster servers;
  redis_client c{
      {with_password(), redis_type::cluster, {{"127.0.0.1", free_port()}, at(servers.node(1))}, {}}};
  BOOST_TEST(ask(c, {"PING"}) == "PONG");
  for (int i = 0; i < 20; ++i)
    BOOST_TEST(execute(c, {"SET", "key" + std::to_string(i), std::to_string(i)}) == "OK");
  for (int i = 0; i < 20; ++i)
    BOOST_TEST(ask(c, {"GET", "key" + std::to_string(i)}) == std::to_string(i));
  std::size_t keys = 0, nodes = 0;
  for (std::size_t i = 0; i < redis_cluster::size; ++i) {
    const auto here = std::stoul(servers.node(i).run_command({"DBSIZE"}));
    keys += here;
    nodes += here > 0 ? 1 : 0;
  }
  BOOST_TEST(keys == 20u);
  BOOST_TEST(nodes == redis_cluster::size);
}

// A slot on its way from one node to another, and there.
BOOST_AUTO_TEST_CASE(a_slot_that_moves) {
  redis_cluster servers;
  const auto& from = servers.node(2);
  const auto& to = servers.node(0);
  const std::string slot = std::to_string(redis_slot("foo")); // 12182: the last node's
  redis_client c{{with_password(), redis_type::cluster, {at(servers.node(0))}, {}}};
  BOOST_TEST(execute(c, {"SET", "foo", "1"}) == "OK");
  const auto id_of = [](const redis_server& s) {
    auto id = s.run_command({"CLUSTER", "MYID"});
    id.pop_back();
    return id;
  };
  to.run_command({"CLUSTER", "SETSLOT", slot, "IMPORTING", id_of(from)});
  from.run_command({"CLUSTER", "SETSLOT", slot, "MIGRATING", id_of(to)});
  BOOST_TEST(ask(c, {"GET", "foo"}) == "1");
  from.run_command({"MIGRATE", "127.0.0.1", std::to_string(to.port()), "foo", "0", "5000", "AUTH", "there"});
  BOOST_TEST(ask(c, {"GET", "foo"}) == "1"); // ASK
  BOOST_TEST(execute(c, {"SET", "foo", "2"}) == "OK");
  for (const auto* node : {&to, &from})
    node->run_command({"CLUSTER", "SETSLOT", slot, "NODE", id_of(to)});
  BOOST_TEST(ask(c, {"GET", "foo"}) == "2"); // MOVED
  BOOST_TEST(execute(c, {"SET", "foo", "3"}) == "OK");
  BOOST_TEST(to.run_command({"GET", "foo"}) == "3\n");
}

BOOST_AUTO_TEST_CASE(an_interrupt_ends_it) {
  redis_server server;
  redis_settings s{with_password()};
  s.server.host = "127.0.0.1";
  s.server.port = server.port();
  s.server.timeout = std::chrono::seconds{60};
  redis_client c{s};
  BOOST_TEST(ask(c, {"PING"}) == "PONG");
  std::string said;
  std::thread waits{[&] { said = execute(c, {"BLPOP", "nothing", "0"}); }};
  BOOST_TEST(eventually([&] {
    return server.run_command({"CLIENT", "LIST"}).find("cmd=blpop") != std::string::npos;
  }));
  c.interrupt();
  waits.join();
  BOOST_TEST(said.starts_with("error: "));
  BOOST_TEST(ask(c, {"PING"}) == "error: it is not asked any more");
}

BOOST_AUTO_TEST_SUITE_END()
