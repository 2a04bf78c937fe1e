// The bridges of the plugin emqx_bridge_mqtt.
#include "troupe/actors/config.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

loaded_settings load_bridges(const std::string& text) {
  return load_settings(text, "/etc/troupe/troupe.conf", {});
}

} // namespace

BOOST_AUTO_TEST_SUITE(bridge_keys)

BOOST_AUTO_TEST_CASE(a_bridge_with_all_it_may_have) {
  const auto l = load_bridges("bridge.mqtt.aws.address = broker.example:8883\n"
                              "bridge.mqtt.aws.proto_ver = mqttv5\nbridge.mqtt.aws.start_type = manual\n"
                              "bridge.mqtt.aws.bridge_mode = true\nbridge.mqtt.aws.clientid = me\n"
                              "bridge.mqtt.aws.clean_start = false\nbridge.mqtt.aws.username = u\n"
                              "bridge.mqtt.aws.password = p\nbridge.mqtt.aws.forwards = a/#, b/+\n"
                              "bridge.mqtt.aws.forward_mountpoint = out/${node}/\n"
                              "bridge.mqtt.aws.receive_mountpoint = in/\n"
                              "bridge.mqtt.aws.subscription.1.topic = cmd/#\n"
                              "bridge.mqtt.aws.subscription.1.qos = 2\n"
                              "bridge.mqtt.aws.subscription.2.topic = x\nbridge.mqtt.aws.keepalive = 2m\n"
                              "bridge.mqtt.aws.reconnect_interval = 5s\nbridge.mqtt.aws.retry_interval = 7s\n"
                              "bridge.mqtt.aws.max_inflight_size = 9\nbridge.mqtt.aws.batch_size = 3\n"
                              "bridge.mqtt.aws.queue.replayq_dir = data/q\n"
                              "bridge.mqtt.aws.queue.max_total_size = 1MB\nbridge.mqtt.aws.ssl = on\n"
                              "bridge.mqtt.aws.cacertfile = ca.pem\nbridge.mqtt.aws.verify = verify_none\n");
  BOOST_TEST(l.errors.empty());
  BOOST_TEST(l.warnings.empty());
  const auto& b = l.values.bridges.at("aws");
  BOOST_TEST(b.name == "emqx_bridge_mqtt:aws");
  BOOST_TEST(b.host == "broker.example");
  BOOST_TEST(b.port == 8883);
  BOOST_TEST((b.client.version == mqtt::protocol_version::v5));
  BOOST_TEST(!b.starts);
  BOOST_TEST(b.client.bridge);
  BOOST_TEST(b.client.client_id == "me");
  BOOST_TEST(!b.client.clean_start);
  BOOST_TEST(b.client.username == "u");
  BOOST_TEST(b.client.password == "p");
  BOOST_TEST((b.forwards == std::vector<std::string>{"a/#", "b/+"}));
  BOOST_TEST(b.forward_mountpoint == "out/${node}/");
  BOOST_TEST(expand_node(b.forward_mountpoint, "n@h") == "out/n@h/");
  BOOST_TEST(b.client.mount_point == "in/");
  BOOST_TEST_REQUIRE(b.client.subscriptions.size() == 2U);
  BOOST_TEST(b.client.subscriptions[0].filter == "cmd/#");
  BOOST_TEST((b.client.subscriptions[0].options.level == mqtt::qos::exactly_once));
  BOOST_TEST((b.client.subscriptions[1].options.level == mqtt::qos::at_least_once));
  BOOST_TEST(b.client.keep_alive == 120);
  BOOST_TEST((b.reconnect_interval == 5s));
  BOOST_TEST(b.client.retry_interval == 7'000);
  BOOST_TEST(b.client.max_inflight == 9U);
  BOOST_TEST(b.disk_cache);
  BOOST_TEST(b.max_queue_bytes == 1024U * 1024);
  BOOST_TEST(b.ssl);
  BOOST_TEST(b.tls.cacertfile == "/etc/troupe/ca.pem");
  BOOST_TEST(!b.tls.verify_peer);
}

BOOST_AUTO_TEST_CASE(what_it_has_otherwise) {
  const auto l = load_bridges("bridge.mqtt.b.address = [::1]\n");
  BOOST_TEST(l.errors.empty());
  const auto& b = l.values.bridges.at("b");
  BOOST_TEST(b.host == "::1");
  BOOST_TEST(b.port == 1883);
  BOOST_TEST(b.client.client_id == "bridge_b");
  BOOST_TEST(b.client.clean_start);
  BOOST_TEST(b.starts);
  BOOST_TEST(!b.disk_cache);
  BOOST_TEST(b.tls.verify_peer);
}

BOOST_AUTO_TEST_CASE(bad_values_are_errors) {
  for (const char* line :
       {"address = a:b", "address = a/b", "proto_ver = 4", "start_type = on", "forwards = a/#/b",
        "keepalive = 1000000s", "subscription.1.topic = #/a", "subscription.1.qos = 3",
        "subscription.1.qos = 1", "max_inflight_size = 0", "verify = maybe", "queue.max_total_size = 1"}) {
    const auto l = load_bridges(std::string{"bridge.mqtt.b."} + line + "\n");
    BOOST_TEST(!l.errors.empty(), line);
  }
}

BOOST_AUTO_TEST_SUITE_END()
