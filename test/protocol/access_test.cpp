// What access rules do to publishes and subscriptions (reference/plugins-modules.md section 3).
#include "protocol/fixture.hpp"

#include <string>
#include <vector>

namespace {

using namespace troupe;
using namespace troupe::test;

const std::uint16_t strict_port = free_port();
const std::uint16_t free_zone_port = free_port();
const std::uint16_t mounted_port = free_port();
const std::uint16_t wills_port = free_port();

// Zones: denied packets are refused; they end the connection; nothing is checked; wills are, too.
struct ruled_broker : suite_broker {
  ruled_broker() : suite_broker(settings()) {}

  static std::string listener(const std::string& name, std::uint16_t at) {
    return "listener.tcp." + name + " = 127.0.0.1:" + std::to_string(at) + "\nlistener.tcp." + name +
           ".zone = " + name + "\n";
  }

  static std::string settings() {
    static const temporary_folder folder;
    const auto file = folder.path() / "acl.conf";
    write_text(file, R"(%% who may do what
{deny, all, pubsub, ["no/#", "exactly"]}.
{deny, all, publish, ["quiet/#"]}.
{deny, all, subscribe, ["deaf/#", {eq, "#"}]}.
{allow, {user, "boss"}, pubsub, ["private/#"]}.
{allow, all, pubsub, ["private/%c/#", "private/%u/#"]}.
{deny, all, pubsub, ["private/#", "wills/#"]}.
{allow, {'and', [{client, "from here"}, {ipaddr, "127.0.0.0/8"}]}, publish, ["local"]}.
{deny, all, publish, ["local"]}.
{allow, {ipaddr, "127.0.0.1"}, pubsub, ["#"]}.
)");
    return "acl_file = " + file.string() + "\nmodules.load = emqx_mod_delayed,emqx_mod_rewrite\n" +
           "module.rewrite.rule.1 = old/# ^old/(.+)$ no/$1\nacl_nomatch = deny\n" +
           listener("strict", strict_port) + "zone.strict.acl_deny_action = disconnect\n" +
           listener("free", free_zone_port) + "zone.free.enable_acl = off\n" +
           listener("mounted", mounted_port) + "zone.mounted.mountpoint = no/\n" +
           listener("wills", wills_port) + "zone.wills.enable_will_acl = on\n";
  }
};

mqtt_client at(std::uint16_t where, protocol_version version = v5) {
  return connected(where, unique("client"), version);
}

} // namespace

BOOST_AUTO_TEST_SUITE(access_rules, *boost::unit_test::fixture<ruled_broker>())

BOOST_AUTO_TEST_CASE(a_denied_message_reaches_nobody) {
  for (const auto version : all_versions) {
    auto watcher = at(free_zone_port);
    watcher.subscribe("#", qos1);
    auto c = client(version);
    const auto refused = version == v5 ? reason_code::not_authorized : reason_code::success;
    BOOST_TEST(c.publish("no/a", "0", qos0) == reason_code::success);
    BOOST_TEST(c.publish("no/a", "1", qos1) == refused);
    BOOST_TEST(c.publish("no", "kept", qos1, true) == refused);
    c.send(mqtt::publish{.topic = "exactly", .payload = "2", .packet_id = 77, .level = qos2});
    const auto answer = c.expect_ack(mqtt::packet_type::pubrec, 77);
    BOOST_TEST(answer.reason == refused);
    if (version != v5) { // which cannot say no: the client goes on
      c.send_ack(mqtt::packet_type::pubrel, 77);
      c.expect_ack(mqtt::packet_type::pubcomp, 77);
    }
    c.publish("yes", "3", qos1);
    BOOST_TEST(brief(watcher.expect_message()) == "yes 3 1");
    watcher.expect_nothing();
    auto late = at(free_zone_port);
    late.subscribe("no", qos1);
    late.expect_nothing(); // nor was it retained
  }
}

BOOST_AUTO_TEST_CASE(a_denied_filter_is_refused_alone) {
  auto c = client(v5);
  c.send(mqtt::subscribe{7, {}, {{"a", {}}, {"no/#", {}}, {"#", {}}, {"b/#", {qos2}}, {"deaf", {}}}});
  BOOST_TEST(reasons(c.expect_suback()) == "00 87 87 02 87");
  auto old = client(v311);
  old.send(mqtt::subscribe{7, {}, {{"a", {}}, {"no/x", {}}, {"+/#", {qos1}}}});
  BOOST_TEST(reasons(old.expect_suback()) == "00 80 01");
  auto sender = client(v5);
  sender.publish("deaf", "x", qos1);
  sender.publish("b/1", "y", qos1);
  BOOST_TEST(brief(c.expect_message()) == "b/1 y 1");
  c.expect_nothing();
}

BOOST_AUTO_TEST_CASE(prefixes_of_subscriptions_do_not_count) {
  auto c = client(v5);
  c.send(mqtt::subscribe{
      7, {}, {{"$share/g/no/a", {}}, {"$queue/no/a", {}}, {"$share/g/a", {}}, {"$share/no/a", {}}}});
  BOOST_TEST(reasons(c.expect_suback()) == "87 87 00 00");
}

BOOST_AUTO_TEST_CASE(who_it_is_counts) {
  auto boss = client({.client_id = "chief", .username = "boss"}, v5);
  auto own = client({.client_id = "me", .username = "mine"}, v5);
  BOOST_TEST(reasons(boss.subscribe("private/#", qos1)) == "01");
  BOOST_TEST(reasons(own.subscribe("private/me/#", qos1)) == "01");
  BOOST_TEST(reasons(own.subscribe("private/mine/+", qos1)) == "01");
  BOOST_TEST(reasons(own.subscribe("private/+/x", qos1)) == "87");
  BOOST_TEST(reasons(own.subscribe("private/chief/x", qos1)) == "87");
  BOOST_TEST(own.publish("private/boss", "x", qos1) == reason_code::not_authorized);
  BOOST_TEST(own.publish("local", "x", qos1) == reason_code::not_authorized);
  auto here = client({.client_id = "from here"}, v5);
  BOOST_TEST(here.publish("local", "x", qos1) == reason_code::no_matching_subscribers);
  BOOST_TEST(here.publish("private/%u/x", "x", qos1) == reason_code::not_authorized);
}

BOOST_AUTO_TEST_CASE(a_topic_alias_is_the_topic_that_it_stands_for) {
  auto c = client(v5);
  BOOST_TEST(c.publish("no/a", "x", qos1, false, numbers({{property::topic_alias, 1}})) ==
             reason_code::not_authorized);
  BOOST_TEST(c.publish("", "x", qos1, false, numbers({{property::topic_alias, 1}})) ==
             reason_code::not_authorized);
  BOOST_TEST(c.publish("yes/a", "x", qos1, false, numbers({{property::topic_alias, 1}})) ==
             reason_code::no_matching_subscribers);
  BOOST_TEST(c.publish("", "x", qos1, false, numbers({{property::topic_alias, 1}})) ==
             reason_code::no_matching_subscribers);
}

BOOST_AUTO_TEST_CASE(denied_packets_end_connections_where_the_zone_says_so) {
  for (const auto level : all_qos) {
    auto c = at(strict_port);
    c.publish("yes", "x", qos1);
    c.send(mqtt::publish{
        .topic = "no/a", .payload = "x", .packet_id = std::uint16_t(level == qos0 ? 0 : 5), .level = level});
    c.expect_disconnect(reason_code::not_authorized);
  }
  auto c = at(strict_port);
  c.send(mqtt::subscribe{7, {}, {{"a", {}}, {"no/a", {}}}});
  c.expect_disconnect(reason_code::not_authorized);
  for (const auto version : {v31, v311}) {
    auto old = at(strict_port, version);
    old.send(mqtt::publish{.topic = "no/a", .payload = "x"});
    old.expect_closed();
  }
}

BOOST_AUTO_TEST_CASE(a_zone_without_checks) {
  auto c = at(free_zone_port);
  BOOST_TEST(reasons(c.subscribe("no/free", qos1)) == "01");
  BOOST_TEST(c.publish("no/free", "x", qos1) == reason_code::success);
  BOOST_TEST(brief(c.expect_message()) == "no/free x 1");
}

// The client of a mount point writes `a`, which is `no/a` to others; rewriting comes later, too, as in EMQ X.
BOOST_AUTO_TEST_CASE(rules_are_about_what_the_client_writes) {
  auto mounted = at(mounted_port);
  BOOST_TEST(reasons(mounted.subscribe("a", qos1)) == "01");
  BOOST_TEST(mounted.publish("a", "x", qos1) == reason_code::success);
  BOOST_TEST(brief(mounted.expect_message()) == "a x 1");
  BOOST_TEST(reasons(mounted.subscribe("no/a", qos1)) == "87");
  auto watcher = at(free_zone_port);
  watcher.subscribe("no/rewritten", qos1);
  auto c = client(v5);
  BOOST_TEST(c.publish("old/rewritten", "x", qos1) == reason_code::success);
  BOOST_TEST(brief(watcher.expect_message()) == "no/rewritten x 1");
}

BOOST_AUTO_TEST_CASE(a_delayed_message_is_no_way_around) {
  auto c = client(v5);
  BOOST_TEST(c.publish("$delayed/1/no/a", "x", qos1) == reason_code::not_authorized);
  BOOST_TEST(c.publish("$delayed/1/$delayed/1/no/a", "x", qos1) == reason_code::not_authorized);
  BOOST_TEST(c.publish("$delayed/1/yes/a", "x", qos1) == reason_code::no_matching_subscribers);
}

// EMQ X 4.1 checks no will, neither when it is registered nor when it is published.
BOOST_AUTO_TEST_CASE(wills_are_not_checked) {
  auto watcher = at(free_zone_port);
  watcher.subscribe("wills/#", qos1);
  drop(client({.will = mqtt::will{"wills/a", "gone", {}, qos1, false}}, v5));
  BOOST_TEST(brief(watcher.expect_message()) == "wills/a gone 1");
}

BOOST_AUTO_TEST_CASE(wills_are_checked_where_it_is_configured) {
  auto watcher = at(free_zone_port);
  watcher.subscribe("#", qos1);
  const auto leave = [](std::string_view topic, std::string_view payload, protocol_version version = v5,
                        std::optional<std::string> username = {}) {
    mqtt_client c{wills_port, version};
    const auto answer = c.connect({.client_id = unique("mortal"),
                                   .username = std::move(username),
                                   .will = mqtt::will{topic, payload, {}, qos1, false}});
    BOOST_TEST(answer.reason == reason_code::success);
    c.expect_nothing(); // it is served as any other
    drop(std::move(c));
  };
  for (const auto version : all_versions) {
    leave("wills/a", "dropped", version);
    leave("yes", "sent", version);
    BOOST_TEST(brief(watcher.expect_message()) == "yes sent 1");
  }
  leave("private/x", "dropped", v5, "mine");
  leave("$delayed/0/wills/a", "dropped");
  leave("private/x", "of the boss", v5, "boss");
  BOOST_TEST(brief(watcher.expect_message()) == "private/x of the boss 1");
  watcher.expect_nothing();
}

BOOST_AUTO_TEST_SUITE_END()
