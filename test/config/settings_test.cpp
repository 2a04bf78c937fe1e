// The configuration: syntax, types, precedence, and what is said about mistakes.
#include "actors/node/config/values.hpp"
#include "troupe/actors/config.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

loaded_settings load(std::string_view text, const environment& variables = {}) {
  return load_settings(text, "/etc/troupe/troupe.conf", variables);
}

bool says(const std::vector<std::string>& lines, std::string_view text) {
  return std::any_of(lines.begin(), lines.end(),
                     [&](const std::string& l) { return l.find(text) != std::string::npos; });
}

const listener_settings* listener(const loaded_settings& l, std::string_view name) {
  for (const auto& each : l.values.listeners)
    if (each.name == name)
      return &each;
  return nullptr;
}

} // namespace

BOOST_AUTO_TEST_SUITE(value_types)

BOOST_AUTO_TEST_CASE(durations) {
  using config::parse_duration;
  BOOST_TEST((parse_duration("15s", 1s) == 15'000ms));
  BOOST_TEST((parse_duration("1h30m", 1s) == 90min));
  BOOST_TEST((parse_duration("250ms", 1s) == 250ms));
  BOOST_TEST((parse_duration("2f", 1s) == 28 * 24h));
  BOOST_TEST((parse_duration("7", 1s) == 7'000ms));
  for (const char* bad : {"", "s", "-1s", "1x", "1.5s", "99999999999999999999s", "9223372036854775807w1x"})
    BOOST_TEST(!parse_duration(bad, 1s), bad);
  for (const char* longer : {"87600h", "87601h", "9223372036854775807w"})
    BOOST_TEST((parse_duration(longer, 1s) == 3650 * 24h), longer);
  BOOST_TEST((parse_duration("87601h", 1s, 90'000h) == 87'601h));
}

BOOST_AUTO_TEST_CASE(sizes) {
  using config::parse_bytes;
  BOOST_TEST(parse_bytes("1MB").value() == 1024U * 1024);
  BOOST_TEST(parse_bytes("2kb").value() == 2048U);
  BOOST_TEST(parse_bytes("100").value() == 100U);
  for (const char* bad : {"", "MB", "-1", "1TB", "1 MB", "99999999999GB"})
    BOOST_TEST(!parse_bytes(bad), bad);
}

BOOST_AUTO_TEST_CASE(addresses) {
  using config::parse_address;
  BOOST_TEST(parse_address("1883")->host.empty());
  BOOST_TEST(parse_address("1883")->port == 1883);
  BOOST_TEST(parse_address("0.0.0.0:1884")->host == "0.0.0.0");
  BOOST_TEST(parse_address("[::1]:1885")->host == "::1");
  for (const char* bad : {"", ":", "65536", "-1", "::1:1883", "host name:1", ":1883", "1.2.3.4:", "[::1]",
                          "1.2.3.4.5:1883", "[1::2::3]:1", "bad:1"})
    BOOST_TEST(!parse_address(bad), bad);
}

BOOST_AUTO_TEST_CASE(switches) {
  using config::parse_switch;
  BOOST_TEST(parse_switch("on").value());
  BOOST_TEST(parse_switch("true").value());
  BOOST_TEST(!parse_switch("off").value());
  BOOST_TEST(!parse_switch("yes"));
}

BOOST_AUTO_TEST_CASE(rates) {
  using config::parse_rate;
  BOOST_TEST(parse_rate("100,10s", false)->limit == 100U);
  BOOST_TEST(parse_rate("100 , 1m", false)->window == 60'000);
  BOOST_TEST(parse_rate("100KB,10s", true)->limit == 102'400U);
  BOOST_TEST(parse_rate("5,100ms", false)->limit == 50U); // stretched to a second
  BOOST_TEST(parse_rate("5,100ms", false)->window == 1'000);
  BOOST_TEST(!parse_rate("none", true)->limited());
  for (const char* bad :
       {"", "100", "100,", ",10s", "0,1s", "-1,1s", "1,0s", "1,2h", "1KB,1s", "x,1s", "1,1s,1s"})
    BOOST_TEST(!parse_rate(bad, false), bad);
  BOOST_TEST(!parse_rate("2000000GB,1s", true));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(loading)

BOOST_AUTO_TEST_CASE(an_empty_file_is_emqx_as_shipped) {
  const auto l = load("");
  BOOST_TEST(l.errors.empty());
  BOOST_TEST(l.warnings.empty());
  BOOST_REQUIRE_EQUAL(l.values.listeners.size(), 2U);
  BOOST_TEST(listener(l, "external")->port == 1883);
  BOOST_TEST(listener(l, "internal")->listen_on == "127.0.0.1:11883");
  BOOST_TEST(l.values.management.http.listen_on == "8081");
  BOOST_TEST(l.values.zones.at("external").max_inflight == 32U);
  BOOST_TEST(l.values.zones.at("internal").max_inflight == 128U);
  BOOST_TEST((l.values.zones.at("external").session_expiry_interval == 2h));
}

BOOST_AUTO_TEST_CASE(the_last_line_wins_and_comments_do_not_count) {
  const auto l = load("# node.name = no@host\n  node.name = a@b  \nnode.name=c@d\r\n");
  BOOST_TEST(l.errors.empty());
  BOOST_TEST(l.values.node.name == "c@d");
}

BOOST_AUTO_TEST_CASE(the_largest_packet_size_is_that_of_mqtt) {
  BOOST_TEST(load("mqtt.max_packet_size = 256MB\n").values.zones.at("external").max_packet_size ==
             268435460U);
  BOOST_TEST(load("mqtt.max_packet_size = 268435455\n").values.zones.at("external").max_packet_size ==
             268435455U);
  BOOST_TEST(!load("mqtt.max_packet_size = 257MB\n").errors.empty());
}

BOOST_AUTO_TEST_CASE(zones_inherit_global_values) {
  const auto l = load("mqtt.max_packet_size = 2MB\nallow_anonymous = false\n"
                      "zone.external.max_packet_size = 64KB\nzone.mine.max_inflight = 7\n"
                      "listener.tcp.other = 127.0.0.1:1999\nlistener.tcp.other.zone = mine\n");
  BOOST_TEST(l.errors.empty());
  BOOST_TEST(l.values.zones.at("external").max_packet_size == 65536U);
  BOOST_TEST(l.values.zones.at("internal").max_packet_size == 2U * 1024 * 1024);
  BOOST_TEST(!l.values.zones.at("mine").allow_anonymous);
  BOOST_TEST(l.values.zones.at("mine").max_inflight == 7U);
  BOOST_TEST(listener(l, "other")->zone == "mine");
}

BOOST_AUTO_TEST_CASE(the_environment_wins_over_the_file_and_troupe_over_emqx) {
  const environment both{{"EMQX_LISTENER__TCP__EXTERNAL", "1884"},
                         {"TROUPE_LISTENER__TCP__EXTERNAL", "1885"},
                         {"EMQX_MANAGEMENT__MAX_ROW_LIMIT", "500"},
                         {"EMQX_NAME", "node"},
                         {"EMQX_HOST", "somewhere"},
                         {"EMQX_ALLOW_ANONYMOUS", "false"},
                         {"HOME", "/root"}};
  const auto l = load("listener.tcp.external = 1883\n", both);
  BOOST_TEST(l.errors.empty());
  BOOST_TEST(l.warnings.empty());
  BOOST_TEST(listener(l, "external")->port == 1885);
  BOOST_TEST(l.values.management.max_row_limit == 500U);
  BOOST_TEST(l.values.node.name == "node@somewhere");
  BOOST_TEST(!l.values.zones.at("external").allow_anonymous);
}

BOOST_AUTO_TEST_CASE(a_file_may_begin_with_a_byte_order_mark) {
  const auto l = load("\xEF\xBB\xBF"
                      "allow_anonymous = false\n");
  BOOST_TEST(l.errors.empty());
  BOOST_TEST(l.warnings.empty());
  BOOST_TEST(!l.values.zones.at("external").allow_anonymous);
}

BOOST_AUTO_TEST_CASE(listeners_that_take_each_others_address) {
  const auto clashes = [](const std::string& text) {
    return says(load(text).errors, "another listener has the address");
  };
  BOOST_TEST(clashes("listener.tcp.external = 8081\n"));
  BOOST_TEST(clashes("listener.tcp.external = 127.0.0.1:1884\nlistener.tcp.two = 0.0.0.0:1884\n"));
  BOOST_TEST(clashes("listener.tcp.external = 0.0.0.0:1884\nlistener.tcp.two = 127.0.0.1:1884\n"));
  BOOST_TEST(clashes("listener.tcp.external = 127.0.0.1:1884\nlistener.ws.external = 127.0.0.1:1884\n"));
  BOOST_TEST(!clashes("listener.tcp.external = 127.0.0.1:1884\nlistener.tcp.two = 127.0.0.2:1884\n"));
  BOOST_TEST(!clashes("listener.tcp.external = 127.0.0.1:0\nlistener.tcp.two = 0.0.0.0:0\n"));
  BOOST_TEST(!clashes("listener.tcp.external = 8081\nmanagement.listener.http = off\n"));
}

BOOST_AUTO_TEST_CASE(variables_name_keys_of_zones_and_roots_and_empty_ones_clear) {
  const auto l = load("zone.external.max_inflight = 1\nzone.external.max_mqueue_len = 2\nlog.level = loud\n",
                      {{"EMQX_ZONE__EXTERNAL__MAX_INFLIGHT", "3"},
                       {"TROUPE_ZONE__EXTERNAL__MAX_INFLIGHT", ""},
                       {"EMQX_ZONE__EXTERNAL__MAX_MQUEUE_LEN", "4"},
                       {"EMQX_MQTT__MAX_PACKET_SIZE", "5KB"},
                       {"EMQX_LOG__LEVEL", ""},
                       {"EMQX_ENABLE_ACL_CACHE", "on"},
                       {"EMQX_NODE_NAME", "a@b"},
                       {"EMQX_WAIT_TIME", "5"}});
  BOOST_TEST(l.errors.empty());
  BOOST_TEST(l.warnings.size() == 2U);
  BOOST_TEST(says(l.warnings, "environment EMQX_LOG__LEVEL: is empty, so log.level of "));
  BOOST_TEST(says(l.warnings, "zone.external.max_inflight of environment EMQX_ZONE__EXTERNAL__MAX_INFLIGHT"));
  const auto& zone = l.values.zones.at("external");
  BOOST_TEST(zone.max_inflight == 32U);
  BOOST_TEST(zone.max_mqueue_len == 4U);
  BOOST_TEST(zone.max_packet_size == 5U * 1024);
  BOOST_TEST(l.values.log.level == "warning");
  BOOST_TEST(l.values.node.name == "a@b");
}

// Zone, then the key for all zones, then what the zone ships with, then the default.
BOOST_AUTO_TEST_CASE(the_nearest_value_wins) {
  const auto l =
      load("zone.internal.max_qos_allowed = 0\nmqtt.max_qos_allowed = 1\nzone.third.idle_timeout = 1s\n");
  BOOST_TEST(l.errors.empty());
  BOOST_TEST(l.values.zones.at("internal").max_qos_allowed == 0U);
  BOOST_TEST(l.values.zones.at("external").max_qos_allowed == 1U);
  BOOST_TEST(l.values.zones.at("third").max_qos_allowed == 1U);
  BOOST_TEST(l.values.zones.at("third").max_inflight == 32U);
  BOOST_TEST(l.values.zones.at("internal").max_inflight == 128U);
  BOOST_TEST(l.values.zones.at("external").retain_available);
}

BOOST_AUTO_TEST_CASE(limits_of_rates_and_memory) {
  const auto l =
      load("zone.external.publish_limit = 7,1s\nzone.external.rate_limit.conn_messages_in = 100,10s\n"
           "zone.external.rate_limit.conn_bytes_in = 1MB,1m\nzone.internal.publish_limit = 5,1s\n"
           "zone.external.force_shutdown_policy = 10000|64MB\nzone.internal.force_shutdown_policy = 0|1KB\n"
           "zone.internal.quota.overall_messages_routing = 50,1s\nzone.external.mqtt_piggyback = single\n"
           "zone.external.hibernate_after = 60s\nbroker.shared_subscription_strategy = local\n"
           "listener.tcp.external.rate_limit = 2KB, 2s\nlistener.tcp.external.max_conn_rate = 9\n"
           "broker.sys_interval = 2m\nmodule.presence.qos = 2\nmodule.presence = off\n");
  BOOST_TEST(l.errors.empty());
  BOOST_TEST(l.warnings.empty());
  const auto& external = l.values.zones.at("external");
  BOOST_TEST(external.messages_in.limit == 100U);
  BOOST_TEST(external.bytes_in.window == 60'000);
  BOOST_TEST(external.force_shutdown.max_waiting == 10'000U);
  BOOST_TEST(external.force_shutdown.max_heap == 64U * 1024 * 1024);
  BOOST_TEST(!external.messages_routed.limited());
  BOOST_TEST(!external.overall_routed.limited());
  BOOST_TEST(l.values.zones.at("internal").overall_routed.limit == 50U);
  BOOST_TEST((l.values.broker.shared_subscription_strategy == shared_strategy::local));
  BOOST_TEST(l.values.zones.at("internal").messages_in.limit == 5U);
  BOOST_TEST(l.values.zones.at("internal").force_shutdown.max_waiting == 0U);
  BOOST_TEST(listener(l, "external")->bytes_in.limit == 2048U);
  BOOST_TEST(listener(l, "external")->max_conn_rate == 9U);
  BOOST_TEST((l.values.broker.sys_interval == 2min));
  BOOST_TEST((l.values.presence.level == mqtt::qos::exactly_once));
  BOOST_TEST(!l.values.presence.enabled);
}

BOOST_AUTO_TEST_CASE(bad_limits_are_named) {
  const auto l = load("zone.external.publish_limit = 7\nzone.external.force_shutdown_policy = 10000\n"
                      "listener.tcp.external.rate_limit = fast\nbroker.sys_interval = 0s\n");
  BOOST_TEST(l.errors.size() == 4U);
  BOOST_TEST(says(l.errors, "zone.external.publish_limit: \"7\""));
  BOOST_TEST(says(l.errors, "zone.external.force_shutdown_policy: \"10000\""));
  BOOST_TEST(says(l.errors, "listener.tcp.external.rate_limit"));
  BOOST_TEST(says(l.errors, "broker.sys_interval"));
}

BOOST_AUTO_TEST_CASE(every_name_makes_a_listener) {
  const auto l =
      load("listener.tcp.a = 127.0.0.1:2001\nlistener.tcp.b = 2002\nlistener.tcp.b.zone = internal\n"
           "listener.tcp.c.backlog = 5\nlistener.tcp.a.max_connections = 7\n");
  BOOST_TEST(l.errors.empty());
  BOOST_TEST(l.values.listeners.size() == 4U); // external, internal, a and b: c has no address
  BOOST_TEST(listener(l, "a")->max_connections == 7U);
  BOOST_TEST(listener(l, "a")->zone == "external");
  BOOST_TEST(listener(l, "b")->address == "0.0.0.0");
  BOOST_TEST(listener(l, "b")->zone == "internal");
  BOOST_TEST(listener(l, "c") == nullptr);
}

BOOST_AUTO_TEST_CASE(a_listener_can_be_off) {
  const auto l =
      load("listener.tcp.external = off\nlistener.tcp.internal = off\nmanagement.listener.http = off\n");
  BOOST_TEST(l.errors.empty());
  BOOST_TEST(l.values.listeners.empty());
  BOOST_TEST(!l.values.management.http.enabled);
}

BOOST_AUTO_TEST_CASE(relative_paths_belong_to_the_file) {
  BOOST_TEST(load("node.data_dir = state\n").values.node.data_dir == "/etc/troupe/state");
  BOOST_TEST(load("node.data_dir = /var/lib/troupe\n").values.node.data_dir == "/var/lib/troupe");
}

BOOST_AUTO_TEST_CASE(every_mistake_is_named_with_its_place) {
  const auto l = load("zone.external.max_inflight = many\nno equals sign\nnode.name = nohost\n"
                      "listener.tcp.external.zone = nowhere\n",
                      {{"TROUPE_LOG__LEVEL", "loud"}});
  BOOST_TEST(l.errors.size() == 5U);
  BOOST_TEST(says(l.errors, "troupe.conf:1: zone.external.max_inflight: \"many\""));
  BOOST_TEST(says(l.errors, "troupe.conf:2"));
  BOOST_TEST(says(l.errors, "troupe.conf:3: node.name"));
  BOOST_TEST(says(l.errors, "nowhere"));
  BOOST_TEST(says(l.errors, "environment TROUPE_LOG__LEVEL"));
}

BOOST_AUTO_TEST_CASE(two_listeners_cannot_share_an_address) {
  const auto l = load("listener.tcp.external = 127.0.0.1:1883\nlistener.tcp.second = 127.0.0.1:1883\n");
  BOOST_TEST(says(l.errors, "another listener"));
}

BOOST_AUTO_TEST_CASE(unknown_keys_warn_and_those_of_emqx_do_not) {
  const auto l =
      load("no.such.key = 1\nzone.external.enable_acl = on\nacl_file = etc/acl.conf\n"
           "listener.tcp.external.max_conn_rate = 1000\nlistener.tcp.external.access.1 = allow all\n"
           "zone.external.no_such = 1\nlistener.ssl.external.no_such = 1\n");
  BOOST_TEST(l.errors.empty());
  BOOST_TEST(l.warnings.size() == 3U);
  BOOST_TEST(says(l.warnings, "troupe.conf:1: unknown key \"no.such.key\""));
  BOOST_TEST(says(l.warnings, "zone.external.no_such"));
  BOOST_TEST(says(l.warnings, "listener.ssl.external.no_such"));
}

BOOST_AUTO_TEST_CASE(what_is_too_often) {
  const auto none = load("");
  BOOST_TEST(!none.values.zones.at("external").enable_auth_failure_detect);
  BOOST_TEST(none.values.auth_failures.threshold == 10U);
  const auto l = load("auth_failure_policy = 3, 10s, 1h\nflapping_detect_policy = 7,1m,2m\n"
                      "zone.external.enable_auth_failure_detect = on\n");
  BOOST_TEST(l.errors.empty());
  BOOST_TEST(l.values.zones.at("external").enable_auth_failure_detect);
  BOOST_TEST(!l.values.zones.at("internal").enable_auth_failure_detect);
  const auto& guesses = l.values.auth_failures;
  BOOST_TEST(guesses.threshold == 3U);
  BOOST_TEST(guesses.window.count() == 10'000);
  BOOST_TEST(guesses.ban_time.count() == 3'600'000);
  BOOST_TEST(l.values.flapping.threshold == 7U);
  for (const char* bad : {"3", "3, 1m", "0, 1m, 1m", "3, 0s, 1m", "3, 1m, 1ms", "x, 1m, 1m"})
    BOOST_TEST(says(load(std::string{"auth_failure_policy = "} + bad + "\n").errors, "auth_failure_policy"),
               bad);
}

BOOST_AUTO_TEST_CASE(access_rules) {
  const auto none = load("");
  BOOST_TEST(none.values.acl.file == "/etc/troupe/acl.conf"); // beside the configuration
  BOOST_TEST(!none.values.acl.configured);
  BOOST_TEST(load_settings("", "", {}).values.acl.file == ""); // there is none that it could stand beside
  BOOST_TEST(none.values.zones.at("external").enable_acl);
  BOOST_TEST(!none.values.zones.at("internal").enable_acl); // as EMQ X 4 ships it
  BOOST_TEST(none.values.zones.at("external").acl_nomatch_allows);
  const auto l = load("acl_file = rules/mine.conf\nacl_nomatch = deny\nacl_deny_action = disconnect\n"
                      "enable_acl_cache = off\nacl_cache_max_size = 7\nacl_cache_ttl = 90s\n"
                      "zone.internal.enable_acl = on\nzone.internal.acl_nomatch = allow\n"
                      "zone.mine.acl_deny_action = ignore\n");
  BOOST_TEST(l.errors.empty());
  BOOST_TEST(l.warnings.empty());
  BOOST_TEST(l.values.acl.file == "/etc/troupe/rules/mine.conf");
  BOOST_TEST(l.values.acl.configured);
  BOOST_TEST(!l.values.acl.cache);
  BOOST_TEST(l.values.acl.cache_max_size == 7U);
  BOOST_TEST(l.values.acl.cache_ttl.count() == 90'000);
  BOOST_TEST(l.values.zones.at("internal").enable_acl);
  BOOST_TEST(l.values.zones.at("internal").acl_nomatch_allows);
  BOOST_TEST(l.values.zones.at("internal").acl_deny_disconnects);
  BOOST_TEST(!l.values.zones.at("external").acl_nomatch_allows);
  BOOST_TEST(!l.values.zones.at("mine").acl_deny_disconnects);
  const auto bad = load("acl_nomatch = maybe\nacl_deny_action = kick\nacl_cache_max_size = 0\nacl_file =\n");
  BOOST_TEST(says(bad.errors, "troupe.conf:1: acl_nomatch: \"maybe\" is not valid, expected allow or deny"));
  BOOST_TEST(says(bad.errors, "expected ignore or disconnect"));
  BOOST_TEST(says(bad.errors, "acl_cache_max_size"));
  BOOST_TEST(says(bad.errors, "troupe.conf:4: acl_file"));
}

BOOST_AUTO_TEST_CASE(websocket_listeners) {
  const auto none = load("");
  for (const auto& l : none.values.listeners)
    BOOST_TEST((l.kind == listener_kind::tcp), "only where they are configured");
  const auto l = load("listener.ws.external = 8083\nlistener.ws.external.mqtt_path = /broker\n"
                      "listener.ws.external.supported_subprotocols = mqtt , own\n"
                      "listener.ws.external.max_frame_size = 64KB\nlistener.ws.external.idle_timeout = 2h\n"
                      "listener.ws.external.compress = on\nlistener.ws.external.deflate_opts.level = 1\n"
                      "listener.ws.other = off\n");
  BOOST_TEST(l.errors.empty());
  BOOST_REQUIRE_EQUAL(l.warnings.size(), 1U);
  BOOST_TEST(says(l.warnings, "troupe.conf:6: listener.ws.external.compress"));
  BOOST_REQUIRE_EQUAL(l.values.listeners.size(), 3U);
  const auto& ws = l.values.listeners.back();
  BOOST_TEST((ws.kind == listener_kind::ws));
  BOOST_TEST(ws.key() == "listener.ws.external");
  BOOST_TEST(ws.listen_on == "8083");
  BOOST_TEST(ws.acceptors == 4U);
  BOOST_TEST(ws.max_connections == 102'400U);
  BOOST_TEST(ws.websocket.mqtt_path == "/broker");
  BOOST_TEST(ws.websocket.supported_subprotocols == (std::vector<std::string>{"mqtt", "own"}),
             boost::test_tools::per_element());
  BOOST_TEST(ws.websocket.max_frame_size == 65536U);
  BOOST_TEST(ws.websocket.idle_timeout.count() == 7'200'000);
}

BOOST_AUTO_TEST_CASE(bad_websocket_and_proxy_settings) {
  const auto l = load("listener.ws.external = 8083\nlistener.ws.external.mqtt_path = mqtt\n"
                      "listener.ws.external.max_frame_size = big\nlistener.ws.external.check_origins = ,\n"
                      "listener.tcp.external.proxy_protocol = maybe\n");
  for (const char* line : {"troupe.conf:2", "troupe.conf:3", "troupe.conf:4", "troupe.conf:5"})
    BOOST_TEST(says(l.errors, line), line);
}

BOOST_AUTO_TEST_CASE(the_shipped_file_says_what_the_defaults_are) {
  const std::string path = TROUPE_CONF_DIR "troupe.conf";
  std::ifstream in{path};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  BOOST_REQUIRE(!text.empty());
  const auto shipped = load(text);
  const auto defaults = load("");
  BOOST_TEST(shipped.errors.empty());
  BOOST_TEST(shipped.warnings.empty());
  for (const char* name : {"external", "internal"}) {
    const auto& a = shipped.values.zones.at(name);
    const auto& b = defaults.values.zones.at(name);
    BOOST_TEST(a.max_inflight == b.max_inflight);
    BOOST_TEST(a.max_awaiting_rel == b.max_awaiting_rel);
    BOOST_TEST(a.max_mqueue_len == b.max_mqueue_len);
    BOOST_TEST(a.max_mqueue_bytes == b.max_mqueue_bytes);
    BOOST_TEST(a.max_write_buffer == b.max_write_buffer);
    BOOST_TEST(a.max_packet_size == b.max_packet_size);
    BOOST_TEST((a.session_expiry_interval == b.session_expiry_interval));
    BOOST_TEST(listener(shipped, name)->listen_on == listener(defaults, name)->listen_on);
    BOOST_TEST(listener(shipped, name)->acceptors == listener(defaults, name)->acceptors);
    BOOST_TEST(listener(shipped, name)->nodelay == listener(defaults, name)->nodelay);
  }
  BOOST_TEST(shipped.values.management.http.listen_on == defaults.values.management.http.listen_on);
  BOOST_TEST(shipped.values.retainer.max_payload_size == defaults.values.retainer.max_payload_size);
}

BOOST_AUTO_TEST_CASE(where_messages_are_kept) {
  const auto defaults = load("").values;
  BOOST_TEST(!defaults.retainer.on_disc);
  BOOST_TEST(defaults.delayed.on_disc);
  BOOST_TEST(defaults.store.fsync);
  for (const auto& [text, on_disc] : {std::pair{"ram", false}, {"disc", true}, {"disc_only", true}}) {
    const auto v = load(std::string{"retainer.storage_type = "} + text + "\ndelayed.storage_type = " + text +
                        "\nstore.fsync = off\n");
    BOOST_TEST(v.errors.empty());
    BOOST_TEST(v.values.retainer.on_disc == on_disc);
    BOOST_TEST(v.values.delayed.on_disc == on_disc);
    BOOST_TEST(!v.values.store.fsync);
  }
  BOOST_TEST(load("retainer.storage_type = disk\n").errors.size() == 1U);
}

BOOST_AUTO_TEST_CASE(rules_of_modules) {
  const auto l = load("module.rewrite.rule.1 = old/#  ^old/(.+)$\tnew/$1\n"
                      "module.rewrite.pub.rule.10 = x/# ^x/(.+)$ y/$1\n"
                      "rewrite.sub.rule.2 = a/+ ^a/(.+)$ b/$1\n"
                      "module.subscription.3.topic = inbox/%c\nmodule.subscription.3.rh = 2\n"
                      "modules.load = emqx_mod_delayed, emqx_mod_topic_metrics,emqx_mod_presence\n"
                      "listener.tcp.external.mountpoint = m/%c/\nzone.external.mountpoint = z/\n");
  BOOST_TEST(l.errors.empty());
  BOOST_TEST(l.warnings.empty());
  const auto& v = l.values;
  BOOST_TEST(v.rewrite.both.at(1).filter == "old/#");
  BOOST_TEST(v.rewrite.both.at(1).destination == "new/$1");
  BOOST_TEST(v.rewrite.publish.at(10).regex == "^x/(.+)$");
  BOOST_TEST(v.rewrite.subscribe.at(2).filter == "a/+");
  const auto& s = v.auto_subscriptions.at(3);
  BOOST_TEST(s.topic == "inbox/%c");
  BOOST_TEST(static_cast<int>(s.options.level) == 1);
  BOOST_TEST(int{s.options.retain_handling} == 2);
  BOOST_TEST(v.modules.delayed);
  BOOST_TEST(v.modules.topic_metrics);
  BOOST_TEST(!v.modules.rewrite); // the list says what is on
  BOOST_TEST(listener(l, "external")->mountpoint.value_or("") == "m/%c/");
  BOOST_TEST(v.zones.at("external").mountpoint == "z/");
  BOOST_TEST(
      load("", {{"EMQX_LOADED_MODULES", "emqx_mod_delayed emqx_mod_presence"}}).values.modules.delayed);
}

BOOST_AUTO_TEST_CASE(rules_that_are_wrong) {
  for (const char* line : {"module.rewrite.rule.1 = a/# ^a", "module.rewrite.pub.rule.1 = a/# ^a b c",
                           "module.rewrite.sub.rule.1 = a/#/b ^a b", "rewrite.pub.rule.1 = a/# (a b",
                           "module.subscription.1.topic = a/#/b", "module.subscription.1.qos = 3",
                           "module.subscription.1.qos = 1", "modules.load = emqx_mod_other",
                           "broker.shared_dispatch_ack_enabled = perhaps"}) {
    const auto l = load(line);
    BOOST_TEST(l.errors.size() >= 1U, line);
  }
  BOOST_TEST(says(load("module.rewrite.rule.1 = a/# (a b").errors, "missing )"));
}

BOOST_AUTO_TEST_CASE(every_setting_is_described) {
  const auto text = describe_settings();
  for (const char* key :
       {"node.name", "zone.<name>.max_inflight", "listener.tcp.<name>.acceptors", "mqtt.max_packet_size"})
    BOOST_TEST(text.find(key) != std::string::npos, key);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(arguments)

BOOST_AUTO_TEST_CASE(options_and_mistakes) {
  const char* good[] = {"troupe", "--config", "a.conf", "--data-dir", "d", "--check"};
  const auto line = parse_command_line(6, good);
  BOOST_TEST(line.error.empty());
  BOOST_TEST(line.config_file == "a.conf");
  BOOST_TEST(line.data_dir == "d");
  BOOST_TEST(line.check);
  const char* unknown[] = {"troupe", "--nope"};
  BOOST_TEST(!parse_command_line(2, unknown).error.empty());
  const char* stray[] = {"troupe", "file"};
  BOOST_TEST(!parse_command_line(2, stray).error.empty());
  const char* incomplete[] = {"troupe", "--config"};
  BOOST_TEST(!parse_command_line(2, incomplete).error.empty());
}

BOOST_AUTO_TEST_SUITE_END()
