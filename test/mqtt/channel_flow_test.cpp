// A connected client's packets: PUBLISH and its aliases, SUBSCRIBE, DISCONNECT.
#include "troupe/mqtt/channel.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace troupe::mqtt;

namespace {

constexpr auto v4 = protocol_version::v311;
constexpr auto v5 = protocol_version::v5;
using action = channel::publish_verdict::action;

struct connected_fixture {
  channel_limits limits;
  channel c{limits};
  property_writer connect_properties;

  void open(protocol_version version = v5) {
    connect p;
    p.version = version;
    p.client_id = "me";
    p.clean_start = true;
    p.properties = connect_properties.view();
    connect_request request;
    property_writer answered;
    BOOST_REQUIRE((c.on_connect(p, "", request) == reason_code::success));
    c.accept(request, false, answered);
  }

  // `route topic`, `session topic`, or `close` and the reason in hex.
  std::string publish_to(std::string_view topic, std::uint32_t alias = 0xFFFFFFFF,
                         qos level = qos::at_most_once, bool retain = false) {
    property_writer properties;
    if (alias != 0xFFFFFFFF)
      properties.number(property::topic_alias, alias);
    publish p;
    p.topic = topic;
    p.level = level;
    p.retain = retain;
    p.properties = properties.view();
    const auto verdict = c.on_publish(p);
    switch (verdict.what) {
      case action::route: return "route " + std::string{verdict.topic};
      case action::to_session: return "session " + std::string{verdict.topic};
      case action::refuse: return "refuse " + std::to_string(static_cast<int>(verdict.reason));
      default: return "close " + std::string{to_string(verdict.reason)};
    }
  }

  std::string subscribe_to(std::string_view filter, subscription_options options = {}) const {
    const auto verdict = c.on_subscribe_entry({filter, options}, false);
    return (verdict.fatal ? "fatal " : "") + std::string{to_string(verdict.reason)};
  }

  // The DISCONNECT's verdict in one line.
  std::string leave(reason_code reason, std::optional<std::uint32_t> expiry = std::nullopt) const {
    property_writer properties;
    if (expiry)
      properties.number(property::session_expiry_interval, *expiry);
    const auto v = c.on_disconnect({reason, properties.view()});
    if (v.error != reason_code::success)
      return std::string{to_string(v.error)};
    return (v.publish_will ? "will" : "no will") +
           (v.session_expiry ? " " + std::to_string(*v.session_expiry) : "");
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(channel_publish)

BOOST_FIXTURE_TEST_CASE(by_qos, connected_fixture) {
  open(v4);
  BOOST_TEST(publish_to("a") == "route a");
  BOOST_TEST(publish_to("a", 0xFFFFFFFF, qos::at_least_once) == "route a");
  BOOST_TEST(publish_to("a", 0xFFFFFFFF, qos::exactly_once) == "session a");
  BOOST_TEST(publish_to("$share/g/t") == "route $share/g/t"); // a name like any other
  BOOST_TEST(publish_to("$SYS/x", 0xFFFFFFFF, qos::at_most_once, true) == "route $SYS/x");
}

BOOST_FIXTURE_TEST_CASE(beyond_the_limits, connected_fixture) {
  limits.max_qos = qos::at_least_once;
  limits.retain_available = false;
  limits.max_topic_levels = 3;
  open();
  BOOST_TEST(publish_to("a", 0xFFFFFFFF, qos::exactly_once) == "close qos_not_supported"); // [MQTT-3.2.2-11]
  BOOST_TEST(publish_to("a", 0xFFFFFFFF, qos::at_most_once, true) == "close retain_not_supported"); // [-14]
  BOOST_TEST(publish_to("a/b/c/d") == "close topic_name_invalid");
  BOOST_TEST(publish_to("//") == "route //"); // three levels
  BOOST_TEST(publish_to("///") == "close topic_name_invalid");
  BOOST_TEST(publish_to("a/b/c", 0xFFFFFFFF, qos::at_least_once) == "route a/b/c");
}

BOOST_FIXTURE_TEST_CASE(MQTT_3_3_2_8_topic_aliases, connected_fixture) {
  limits.max_topic_alias = 3;
  open();
  BOOST_TEST(publish_to("", 3) == "close protocol_error"); // not known yet
  BOOST_TEST(publish_to("one", 3) == "route one");
  BOOST_TEST(publish_to("", 3) == "route one");
  BOOST_TEST(publish_to("", 1) == "close protocol_error");
  BOOST_TEST(publish_to("two", 1) == "route two");
  BOOST_TEST(publish_to("three", 3) == "route three"); // bound anew
  BOOST_TEST(publish_to("", 3, qos::exactly_once) == "session three");
  BOOST_TEST(publish_to("", 1) == "route two");
  BOOST_TEST(publish_to("a", 0) == "close topic_alias_invalid");
  BOOST_TEST(publish_to("a", 4) == "close topic_alias_invalid"); // [MQTT-3.3.2-9]
}

BOOST_FIXTURE_TEST_CASE(no_aliases_allowed, connected_fixture) {
  limits.max_topic_alias = 0;
  open();
  BOOST_TEST(publish_to("a", 1) == "close topic_alias_invalid");
}

BOOST_FIXTURE_TEST_CASE(MQTT_3_3_2_7_aliases_end_with_the_connection, connected_fixture) {
  open();
  BOOST_TEST(publish_to("one", 1) == "route one");
  c = channel{limits};
  open();
  BOOST_TEST(publish_to("", 1) == "close protocol_error");
}

BOOST_FIXTURE_TEST_CASE(all_aliases_with_short_topics, connected_fixture) {
  open();
  for (std::uint32_t alias = 65535; alias > 0; --alias)
    BOOST_REQUIRE_EQUAL(publish_to("t" + std::to_string(alias), alias), "route t" + std::to_string(alias));
  BOOST_TEST(publish_to("", 65535) == "route t65535");
  BOOST_TEST(publish_to("", 1) == "route t1");
}

BOOST_FIXTURE_TEST_CASE(long_topics_behind_aliases_are_bounded, connected_fixture) {
  open();
  const std::string topic(65535, 't');
  for (std::uint32_t alias = 1; alias <= 64; ++alias) // not quite 4 MiB
    BOOST_REQUIRE(publish_to(topic, alias).compare(0, 5, "route") == 0);
  BOOST_REQUIRE(publish_to(topic, 64).compare(0, 5, "route") == 0); // nothing new
  BOOST_TEST(publish_to(topic, 65) == "close quota_exceeded");
}

BOOST_FIXTURE_TEST_CASE(shorter_topics_give_room_back, connected_fixture) {
  open();
  const std::string topic(65535, 't');
  for (std::uint32_t alias = 1; alias <= 64; ++alias)
    publish_to(topic, alias);
  BOOST_TEST(publish_to("short", 1) == "route short");
  BOOST_TEST(publish_to(topic, 65) == "route " + topic);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(channel_outgoing_alias)

BOOST_FIXTURE_TEST_CASE(none_unless_the_client_allows_them, connected_fixture) {
  open();
  BOOST_TEST(c.alias_for("some/topic").alias == 0U);
  c.forget_alias("some/topic"); // nothing to forget
}

BOOST_FIXTURE_TEST_CASE(the_first_topics_get_them, connected_fixture) {
  connect_properties.number(property::topic_alias_maximum, 2);
  open();
  const auto first = c.alias_for("topic/one");
  BOOST_TEST(first.alias == 1U);
  BOOST_TEST(first.is_new);
  const auto again = c.alias_for("topic/one");
  BOOST_TEST(again.alias == 1U);
  BOOST_TEST(!again.is_new);
  BOOST_TEST(c.alias_for("abc").alias == 0U); // an alias would be longer
  BOOST_TEST(c.alias_for("topic/two").alias == 2U);
  BOOST_TEST(c.alias_for("topic/three").alias == 0U); // [MQTT-3.1.2-26]
  BOOST_TEST(c.alias_for("topic/two").alias == 2U);
}

BOOST_FIXTURE_TEST_CASE(one_that_was_not_sent_is_free_again, connected_fixture) {
  connect_properties.number(property::topic_alias_maximum, 1);
  open();
  for (int i = 0; i < 3; ++i) {
    const auto topic = "too/large/" + std::to_string(i);
    const auto a = c.alias_for(topic);
    BOOST_TEST(a.alias == 1U);
    BOOST_TEST(a.is_new);
    c.forget_alias(topic);
  }
  BOOST_TEST(c.alias_for("fits").alias == 1U);
  c.forget_alias("unknown");
  BOOST_TEST(!c.alias_for("fits").is_new);
}

BOOST_FIXTURE_TEST_CASE(their_memory_is_bounded, connected_fixture) {
  connect_properties.number(property::topic_alias_maximum, 65535);
  open();
  for (int i = 1; i <= 256; ++i)
    BOOST_REQUIRE_EQUAL(c.alias_for("topic/" + std::to_string(i)).alias, i);
  BOOST_TEST(c.alias_for("topic/257").alias == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(channel_subscribe)

BOOST_FIXTURE_TEST_CASE(filters, connected_fixture) {
  open();
  for (const char* good : {"a", "a/+/b", "#", "+", "/", "$share/g/a/#", "$queue/a", "$SYS/#"})
    BOOST_TEST(subscribe_to(good) == "success");
  for (const char* bad : {"", "a#", "#/a", "a+/b", "$share/g", "$share//a", "$share/+/a", "$share/g/a#"})
    BOOST_TEST(subscribe_to(bad) == "topic_filter_invalid", bad);
}

BOOST_FIXTURE_TEST_CASE(what_is_switched_off, connected_fixture) {
  limits.wildcard_subscription = false;
  limits.max_topic_levels = 2;
  open();
  BOOST_TEST(subscribe_to("a/b") == "success");
  BOOST_TEST(subscribe_to("a/+") == "fatal wildcard_subscriptions_not_supported");
  BOOST_TEST(subscribe_to("$share/g/#") == "fatal wildcard_subscriptions_not_supported");
  BOOST_TEST(subscribe_to("$share/g/a/b") == "success"); // the levels are the filter's own
  BOOST_TEST(subscribe_to("a/b/c") == "topic_filter_invalid");
  limits.shared_subscription = false;
  BOOST_TEST(subscribe_to("$share/g/a") == "fatal shared_subscriptions_not_supported");
  BOOST_TEST(subscribe_to("$queue/a") == "fatal shared_subscriptions_not_supported");
  BOOST_TEST(subscribe_to("a") == "success");
}

BOOST_FIXTURE_TEST_CASE(what_is_switched_off_and_not_announced, connected_fixture) {
  limits.wildcard_subscription = limits.shared_subscription = false;
  open(v4);
  BOOST_TEST(subscribe_to("a/+") == "wildcard_subscriptions_not_supported");
  BOOST_TEST(subscribe_to("$share/g/a") == "shared_subscriptions_not_supported");
  BOOST_TEST(subscribe_to("a") == "success");
}

BOOST_FIXTURE_TEST_CASE(MQTT_3_8_3_4_no_local_on_a_shared_one, connected_fixture) {
  open();
  const subscription_options no_local{qos::at_most_once, true, false, 0};
  BOOST_TEST(subscribe_to("$share/g/a", no_local) == "fatal protocol_error");
  BOOST_TEST(subscribe_to("$queue/a", no_local) == "fatal protocol_error");
  BOOST_TEST(subscribe_to("a", no_local) == "success");
}

BOOST_FIXTURE_TEST_CASE(MQTT_3_2_2_10_a_higher_qos_is_no_error, connected_fixture) {
  limits.max_qos = qos::at_most_once;
  open();
  BOOST_TEST(subscribe_to("a", {qos::exactly_once, false, false, 0}) == "success");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(channel_disconnect)

BOOST_FIXTURE_TEST_CASE(MQTT_3_14_4_3_the_will, connected_fixture) {
  open();
  BOOST_TEST(leave(reason_code::success) == "no will");
  BOOST_TEST(leave(reason_code::disconnect_with_will) == "will");
  BOOST_TEST(leave(reason_code::unspecified_error) == "will");
}

BOOST_FIXTURE_TEST_CASE(the_session_expiry_changes, connected_fixture) {
  connect_properties.number(property::session_expiry_interval, 60);
  open();
  BOOST_TEST(leave(reason_code::success, 0) == "no will 0");
  BOOST_TEST(leave(reason_code::success, 4'000'000'000) == "no will 4000000000");
}

BOOST_FIXTURE_TEST_CASE(section_3_14_2_2_2_no_session_expiry_after_none, connected_fixture) {
  open();
  BOOST_TEST(leave(reason_code::success, 1) == "protocol_error");
  BOOST_TEST(leave(reason_code::success, 0) == "no will 0");
}

BOOST_AUTO_TEST_SUITE_END()
