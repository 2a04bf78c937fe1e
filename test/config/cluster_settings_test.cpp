// Links to other nodes: node.cookie, cluster.* and rpc.*.
#include "troupe/actors/config.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <string>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

loaded_settings load_cluster(const std::string& text) {
  return load_settings(text, "/etc/troupe/troupe.conf", {});
}

bool refuses(const std::string& text, const std::string& why) {
  const auto errors = load_cluster(text).errors;
  return std::any_of(errors.begin(), errors.end(),
                     [&](const std::string& e) { return e.find(why) != std::string::npos; });
}

} // namespace

BOOST_AUTO_TEST_SUITE(cluster_settings_suite)

BOOST_AUTO_TEST_CASE(there_is_none_by_default) {
  const auto l =
      load_cluster("cluster.discovery = manual\ncluster.proto_dist = inet_tcp\ncluster.autoheal = on\n"
                   "rpc.mode = async\ncluster.name = mine\nnode.cookie = c\n");
  BOOST_TEST(l.errors.empty());
  BOOST_TEST(l.warnings.empty());
  BOOST_TEST(!l.values.cluster.enabled());
  BOOST_TEST(l.values.cluster.name == "mine");
}

BOOST_AUTO_TEST_CASE(all_that_can_be_set) {
  const auto l = load_cluster("node.name = a@10.0.0.1\nnode.cookie = c\nnode.dist_net_ticktime = 4s\n"
                              "cluster.discovery = static\ncluster.static.seeds = b@10.0.0.2, c@host:7000\n"
                              "cluster.listen = 10.0.0.1\nrpc.tcp_server_port = 7001\n"
                              "rpc.tcp_client_port = 7002\nrpc.connect_timeout = 1s\n"
                              "rpc.authentication_timeout = 2s\nrpc.call_receive_timeout = 3s\n");
  BOOST_TEST(l.errors.empty());
  BOOST_TEST(l.warnings.empty());
  const auto& c = l.values.cluster;
  BOOST_TEST(c.enabled());
  BOOST_TEST(c.to_seeds());
  BOOST_TEST(c.cookie == "c");
  BOOST_TEST((c.silence == 4s));
  BOOST_TEST_REQUIRE(c.seeds.size() == 2U);
  BOOST_TEST(c.seeds[0].node == "b@10.0.0.2");
  BOOST_TEST(c.seeds[0].host == "10.0.0.2");
  BOOST_TEST(c.seeds[0].port == 0);
  BOOST_TEST(c.seeds[1].node == "c@host");
  BOOST_TEST(c.seeds[1].port == 7000);
  BOOST_TEST(c.address == "10.0.0.1");
  BOOST_TEST(c.port == 0);
  BOOST_TEST(c.server_port == 7001);
  BOOST_TEST(c.client_port == 7002);
  BOOST_TEST((c.connect_timeout == 1s));
  BOOST_TEST((c.authentication_timeout == 2s));
  BOOST_TEST((c.call_receive_timeout == 3s));
}

BOOST_AUTO_TEST_CASE(everybody_knows_the_default_cookie) {
  const std::string why = "needs a node.cookie of its own";
  for (const char* near : {"127.0.0.1", "127.0.0.2:7000", "[::1]:7000"})
    BOOST_TEST(load_cluster("cluster.listen = " + std::string{near} + "\n").errors.empty(), near);
  for (const char* far : {"0.0.0.0", "10.0.0.1:7000", "[::]"})
    BOOST_TEST(refuses("cluster.listen = " + std::string{far} + "\n", why), far);
  BOOST_TEST(refuses("cluster.listen = 0.0.0.0\nnode.cookie = emqxsecretcookie\n", why));
  BOOST_TEST(load_cluster("cluster.listen = 0.0.0.0\nnode.cookie = own\n").errors.empty());
}

BOOST_AUTO_TEST_CASE(what_is_refused) {
  BOOST_TEST(refuses("cluster.proto_dist = inet_tls\n", "links have no TLS in this version"));
  BOOST_TEST(refuses("cluster.discovery = k8s\n", "manual or static"));
  BOOST_TEST(refuses("cluster.discovery = static\n", "needs cluster.static.seeds"));
  BOOST_TEST(refuses("cluster.static.seeds = nohost\n", "each name@host"));
  BOOST_TEST(refuses("node.name = a@h\ncluster.discovery = static\ncluster.static.seeds = a@h\n", "itself"));
  BOOST_TEST(refuses("cluster.listen = somewhere\n", "an IP address"));
  BOOST_TEST(refuses("node.cookie = \n", "node.cookie"));
}

BOOST_AUTO_TEST_CASE(nodes_by_name) {
  BOOST_TEST(!parse_peer("host:1"));
  BOOST_TEST(!parse_peer("@host"));
  BOOST_TEST(!parse_peer("a@"));
  BOOST_TEST(!parse_peer("a@host:0"));
  BOOST_TEST(!parse_peer("a@host:70000"));
  const auto v6 = parse_peer("a@[::1]:99");
  BOOST_TEST_REQUIRE(v6.has_value());
  BOOST_TEST(v6->node == "a@[::1]");
  BOOST_TEST(v6->host == "::1");
  BOOST_TEST(v6->port == 99);
}

BOOST_AUTO_TEST_CASE(a_bridge_to_a_node) {
  const auto l = load_cluster("bridge.mqtt.b.address = x@host\nbridge.mqtt.b.batch_size = 7\n");
  BOOST_TEST(l.errors.empty());
  const auto& b = l.values.bridges.at("b");
  BOOST_TEST(b.peer == "x@host");
  BOOST_TEST(b.host == "host");
  BOOST_TEST(b.port == 0);
  BOOST_TEST(b.batch_size == 7U);
  BOOST_TEST(refuses("bridge.mqtt.b.address = x@host\nbridge.mqtt.b.subscription.1.topic = t\n",
                     "brings no messages"));
}

BOOST_AUTO_TEST_SUITE_END()
