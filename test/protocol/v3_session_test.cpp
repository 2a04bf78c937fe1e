// Sessions of MQTT 3.1.1 and 3.1: sections 3.1.2.4, 4.1, 4.4, 4.5 and 4.6 of 3.1.1.
#include "protocol/v3_fixture.hpp"

using namespace troupe::test;
namespace mqtt = troupe::mqtt;

namespace {

struct forgetful_broker : suite_broker {
  forgetful_broker() : suite_broker("zone.external.session_expiry_interval = 1s\n") {}
};

/// Publishes at QoS 1 and waits for its PUBACK.
void publish(mqtt_client& p, std::string_view topic, std::string_view payload) {
  exchange(p, wire::publish(topic, payload, 1, 1), wire::puback(1));
}

} // namespace

BOOST_AUTO_TEST_SUITE(v3_sessions, *boost::unit_test::fixture<default_broker>())

BOOST_AUTO_TEST_CASE(MQTT311_3_1_2_4_a_session_is_resumed) {
  for (const auto version : v3_versions) {
    const auto id = unique("s");
    auto s = joined(version, id, 0);
    exchange(s, wire::subscribe(1, {{id + "/#", 2}}), wire::suback(1, {2}));
    s.send_bytes(wire::disconnect());
    s.expect_closed();
    auto p = joined(version);
    publish(p, id + "/1", "one"); // [MQTT-3.1.2-5], [MQTT-4.5.0-1]
    exchange(p, wire::publish(id + "/2", "two", 2, 2), wire::pubrec(2));
    s = joined(version, id, 0, {}, true);
    s.expect_bytes(wire::publish(id + "/1", "one", 1, 1) + wire::publish(id + "/2", "two", 2, 2));
    publish(p, id + "/3", "live"); // the subscription is still there
    s.expect_bytes(wire::publish(id + "/3", "live", 1, 3));
  }
}

BOOST_AUTO_TEST_CASE(MQTT311_3_1_2_6_nothing_of_another_session_is_used) {
  for (const auto version : v3_versions)
    for (const unsigned flags : {0U, unsigned{wire::clean}}) {
      const auto id = unique("s"), own = unique("own");
      auto p = joined(version);
      auto watcher = joined(version);
      exchange(watcher, wire::subscribe(1, {{own, 0}}), wire::suback(1, {0}));
      // leaves a subscription, an unacknowledged message and a QoS 2 identifier behind
      auto s = joined(version, id, flags);
      exchange(s, wire::subscribe(1, {{id, 1}}), wire::suback(1, {1}));
      publish(p, id, "x");
      s.expect_bytes(wire::publish(id, "x", 1, 1));
      exchange(s, wire::publish(own, "first", 2, 9), wire::pubrec(9));
      s.socket().abort();

      auto clean = joined(version, id, wire::clean);
      publish(p, id, "nobody subscribes");
      exchange(clean, wire::publish(own, "second", 2, 9), wire::pubrec(9));
      watcher.expect_bytes(wire::publish(own, "first") + wire::publish(own, "second"));
      expect_quiet(clean);
      clean.socket().abort();
      s = joined(version, id, 0); // and it left nothing, either
      expect_quiet(s);
    }
}

BOOST_AUTO_TEST_CASE(MQTT311_3_1_2_7_retained_messages_outlive_the_session) {
  for (const auto version : v3_versions) {
    const auto t = unique("t");
    auto p = joined(version);
    exchange(p, wire::with(wire::publish(t, "kept", 1, 1), wire::retain), wire::puback(1));
    p.send_bytes(wire::disconnect());
    p.expect_closed();
    auto s = joined(version);
    exchange(s, wire::subscribe(1, {{t, 0}}),
             wire::suback(1, {0}) + wire::with(wire::publish(t, "kept"), wire::retain));
  }
}

BOOST_AUTO_TEST_CASE(MQTT311_4_1_0_1_all_session_state_is_kept) {
  for (const auto version : v3_versions) {
    const auto id = unique("s"), own = unique("own");
    auto p = joined(version);
    auto watcher = joined(version);
    exchange(watcher, wire::subscribe(1, {{own, 0}}), wire::suback(1, {0}));
    auto s = joined(version, id, 0);
    exchange(s, wire::subscribe(1, {{id, 2}}), wire::suback(1, {2}));
    exchange(p, wire::publish(id, "to be released", 2, 1), wire::pubrec(1));
    s.expect_bytes(wire::publish(id, "to be released", 2, 1));
    exchange(s, wire::pubrec(1), wire::pubrel(1));
    publish(p, id, "unacknowledged");
    s.expect_bytes(wire::publish(id, "unacknowledged", 1, 2));
    exchange(s, wire::publish(own, "once", 2, 77), wire::pubrec(77));
    s.socket().abort();
    publish(p, id, "queued");
    // twice: what is not acknowledged stays, and so does what came from the client
    for (const char* dup : {"", " again"})
      BOOST_TEST_CONTEXT(dup) {
        s = joined(version, id, 0, {}, true);
        s.expect_bytes(wire::pubrel(1) + wire::with(wire::publish(id, "unacknowledged", 1, 2), wire::dup));
        const auto queued = wire::publish(id, "queued", 1, 3);
        s.expect_bytes(*dup == '\0' ? queued : wire::with(queued, wire::dup));
        exchange(s, wire::with(wire::publish(own, "once", 2, 77), wire::dup), wire::pubrec(77));
        s.socket().abort();
      }
    s = joined(version, id, 0, {}, true);
    s.expect_bytes(wire::pubrel(1) + wire::with(wire::publish(id, "unacknowledged", 1, 2), wire::dup) +
                   wire::with(wire::publish(id, "queued", 1, 3), wire::dup));
    exchange(s, wire::pubrel(77), wire::pubcomp(77));
    watcher.expect_bytes(wire::publish(own, "once"));
    expect_only_fence(watcher, own);
  }
}

BOOST_AUTO_TEST_CASE(MQTT311_4_4_0_1_redelivery_after_a_reconnect) {
  for (const auto version : v3_versions) {
    const auto id = unique("s");
    auto s = joined(version, id, 0);
    exchange(s, wire::subscribe(1, {{id, 2}}), wire::suback(1, {2}));
    auto p = joined(version);
    std::string first, again;
    for (std::size_t i = 1; i <= 10; ++i) { // [MQTT-4.6.0-1]: in their order, [MQTT-3.3.1-1]: with DUP
      const unsigned qos = i % 2 == 0 ? 1 : 2;
      const auto payload = std::to_string(i);
      exchange(p, wire::publish(id, payload, qos, i), qos == 1 ? wire::puback(i) : wire::pubrec(i));
      first += wire::publish(id, payload, qos, i);
      again += i == 4   ? ""
               : i == 5 ? wire::pubrel(5)
                        : wire::with(wire::publish(id, payload, qos, i), wire::dup);
    }
    s.expect_bytes(first);
    exchange(s, wire::puback(4) + wire::pubrec(5), wire::pubrel(5));
    s.socket().abort();
    s = joined(version, id, 0, {}, true);
    s.expect_bytes(again);
    s.send_bytes(wire::puback(2) + wire::pubcomp(5) + wire::puback(6) + wire::puback(8) + wire::puback(10));
    for (const std::size_t i : {1, 3, 7, 9})
      s.send_bytes(wire::pubrec(i));
    for (const std::size_t i : {1, 3, 7, 9}) // [MQTT-4.6.0-4]
      s.expect_bytes(wire::pubrel(i));
    for (const std::size_t i : {1, 3, 7, 9})
      s.send_bytes(wire::pubcomp(i));
    expect_quiet(s);
    s.socket().abort();
    s = joined(version, id, 0, {}, true);
    expect_quiet(s);
  }
}

BOOST_AUTO_TEST_CASE(MQTT311_4_5_0_1_every_session_with_a_matching_subscription) {
  const auto t =
      unique("every"); // the last level is this test's alone: retained messages of others stay away
  const std::string filters[] = {t, t + "/#", "+/" + t.substr(t.find('/') + 1)};
  std::vector<std::string> ids;
  for (const auto& filter : filters)
    for (const auto version : v3_versions) {
      ids.push_back(unique("s"));
      auto s = joined(version, ids.back(), 0);
      exchange(s, wire::subscribe(1, {{filter, 1}}), wire::suback(1, {1}));
      s.send_bytes(wire::disconnect());
      s.expect_closed();
    }
  auto p = joined(v311);
  publish(p, t, "to all");
  for (const auto& id : ids) {
    auto s = joined(v311, id, 0, {}, true);
    s.expect_bytes(wire::publish(t, "to all", 1, 1));
    s.send_bytes(wire::puback(1));
    expect_quiet(s);
  }
}

BOOST_AUTO_TEST_CASE(MQTT311_4_6_0_6_order_of_each_publisher) {
  constexpr std::size_t messages = 30;
  for (const auto version : v3_versions)
    for (unsigned qos = 0; qos <= 2; ++qos) {
      const auto t = unique("t");
      auto s = joined(version);
      exchange(s, wire::subscribe(1, {{t, 2}}), wire::suback(1, {2}));
      auto p = joined(version);
      std::string sent, answers, delivered;
      for (std::size_t i = 1; i <= messages; ++i) {
        sent += wire::publish(t, std::to_string(i), qos, i);
        delivered += wire::publish(t, std::to_string(i), qos, i);
        answers += qos == 0   ? ""
                   : qos == 1 ? wire::puback(i)
                              : wire::pubrec(i); // [MQTT-4.6.0-2], [MQTT-4.6.0-3]
      }
      exchange(p, sent, answers);
      s.expect_bytes(delivered);
    }
}

// What a client of 5.0 asked for waits for the next one of 5.0.
BOOST_AUTO_TEST_CASE(MQTT311_3_3_1_9_retain_is_cleared_whoever_subscribed) {
  const auto id = unique("c"), t = unique("t");
  auto p = client();
  const auto options =
      mqtt::subscription_options{.level = qos1, .no_local = true, .retain_as_published = true};
  auto first = client(persistent(id));
  first.subscribe(t, options);
  for (const auto version : v3_versions) {
    auto older = client(persistent(id, version), version);
    p.publish(t, "live", qos1, true);
    BOOST_TEST(brief(older.expect_message()) == t + " live 1");
    older.publish(t, "own", qos1); // [MQTT-3.3.5-1]
    BOOST_TEST(brief(older.expect_message()) == t + " own 1");
    older.expect_nothing();
  }
  auto back = client(persistent(id));
  p.publish(t, "live", qos1, true);
  BOOST_TEST(brief(back.expect_message()) == t + " live 1 retain");
  back.publish(t, "own", qos1);
  back.expect_nothing();
}

BOOST_AUTO_TEST_CASE(a_bridge_resumes_a_session_of_5_0_with_its_options) {
  for (const auto version : v3_versions) {
    const auto id = unique("c"), t = unique("t");
    auto first = client(persistent(id));
    first.subscribe(t,
                    mqtt::subscription_options{.level = qos1, .no_local = true, .retain_as_published = true});
    auto options = persistent(id, version);
    options.bridge = true;
    auto bridge = client(options, version);
    bridge.publish(t, "own", qos1);
    bridge.expect_nothing();
    auto p = client();
    p.publish(t, "live", qos1, true);
    BOOST_TEST(brief(bridge.expect_message()) == t + " live 1 retain");
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(v3_session_expiry, *boost::unit_test::fixture<forgetful_broker>())

BOOST_AUTO_TEST_CASE(MQTT311_4_1_0_2_a_session_lasts_as_long_as_its_connection) {
  std::vector<mqtt_client> clients;
  std::vector<std::string> ids;
  for (const auto version : v3_versions)
    for (const unsigned flags : {0U, unsigned{wire::clean}}) {
      ids.push_back(unique("s"));
      clients.push_back(joined(version, ids.back(), flags));
      exchange(clients.back(), wire::subscribe(1, {{ids.back(), 1}}), wire::suback(1, {1}));
    }
  // a session without connection has expired long since when these are looked at
  const auto gone = unique("gone");
  joined(v311, gone, 0).send_bytes(wire::disconnect());
  BOOST_TEST(eventually([&] {
    return http_get(suite_broker::get().http_port(), "/api/v4/clients").body.find(gone) == std::string::npos;
  }));
  auto p = joined(v311);
  for (std::size_t i = 0; i < clients.size(); ++i) {
    publish(p, ids[i], "x");
    clients[i].expect_bytes(wire::publish(ids[i], "x", 1, 1));
  }
}

BOOST_AUTO_TEST_SUITE_END()
