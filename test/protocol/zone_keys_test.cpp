// What the keys of a zone and a listener do, where no statement of the specification has a test for it
// (reference/config.md sections 5 to 7).
#include "protocol/fixture.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace {

using namespace troupe;
using namespace troupe::test;

struct strangers_broker : suite_broker {
  strangers_broker() : suite_broker("allow_anonymous = true\nzone.external.allow_anonymous = false\n") {}
};

struct delivery_broker : suite_broker {
  delivery_broker()
      : suite_broker("zone.external.upgrade_qos = on\nzone.external.max_inflight = 2\n"
                     "mqtt.ignore_loop_deliver = true\nzone.external.retry_interval = 1s\n") {}
};

struct queue_broker : suite_broker {
  queue_broker()
      : suite_broker(
            "zone.external.max_mqueue_len = 2\nzone.external.mqueue_priorities = urgent=9,late=1\n"
            "zone.external.mqueue_default_priority = lowest\nzone.external.mqueue_store_qos0 = false\n") {}
};

struct small_queue_broker : suite_broker {
  small_queue_broker() : suite_broker("zone.external.max_mqueue_bytes = 8KB\n") {}
};

struct life_broker : suite_broker {
  life_broker()
      : suite_broker("zone.external.session_expiry_interval = 1s\nzone.external.keepalive_backoff = 0.5\n") {}
};

const std::uint16_t strict_port = free_port();
const std::uint16_t narrow_port = free_port();

struct more_listeners_broker : suite_broker {
  more_listeners_broker()
      : suite_broker("listener.tcp.strict = 127.0.0.1:" + std::to_string(strict_port) +
                     "\nlistener.tcp.strict.zone = strict\nzone.strict.max_topic_levels = 2\n"
                     "zone.strict.max_subscriptions = 1\nlistener.tcp.strict.nodelay = false\n"
                     "listener.tcp.narrow = 127.0.0.1:" +
                     std::to_string(narrow_port) +
                     "\nlistener.tcp.narrow.max_connections = 2\nlistener.tcp.narrow.acceptors = 1\n"
                     "listener.tcp.narrow.backlog = 16\nlistener.tcp.narrow.reuseaddr = true\n") {}
};

std::vector<std::string> payloads(mqtt_client& from, std::size_t count) {
  std::vector<std::string> all;
  while (all.size() < count)
    all.emplace_back(from.expect_message().payload);
  return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(zone_strangers, *boost::unit_test::fixture<strangers_broker>())

BOOST_AUTO_TEST_CASE(without_anonymous_clients_nobody_is_let_in) {
  mqtt_client modern{port(), v5};
  BOOST_TEST(modern.connect("modern").reason == reason_code::not_authorized);
  mqtt_client old{port(), v311};
  BOOST_TEST(old.connect("old").reason == reason_code::not_authorized);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(zone_deliveries, *boost::unit_test::fixture<delivery_broker>())

BOOST_AUTO_TEST_CASE(upgrade_qos_takes_the_higher) {
  for (const auto published : all_qos)
    for (const auto granted : all_qos) {
      const auto topic = unique("t");
      auto s = client();
      s.subscribe(topic, granted);
      auto p = client();
      p.publish(topic, "x", published);
      BOOST_TEST(s.expect_message().level == std::max(published, granted));
    }
}

BOOST_AUTO_TEST_CASE(max_inflight_is_a_window) {
  const auto topic = unique("t");
  auto s = client();
  s.subscribe(topic, qos1);
  auto p = client();
  for (const char* text : {"1", "2", "3"})
    p.publish(topic, text, qos1);
  const auto first = s.expect<mqtt::publish>();
  BOOST_TEST(s.expect<mqtt::publish>().payload == "2");
  s.expect_nothing();
  s.send_ack(packet_type::puback, first.packet_id);
  BOOST_TEST(s.expect<mqtt::publish>().payload == "3");
}

BOOST_AUTO_TEST_CASE(old_clients_do_not_get_their_own_messages) {
  const auto topic = unique("t");
  for (const auto version : {v31, v311}) {
    auto c = client(version);
    c.subscribe(topic, qos1);
    c.publish(topic, "own", qos1);
    c.expect_nothing();
  }
  auto modern = client(); // has an option for it
  modern.subscribe(topic, qos1);
  modern.publish(topic, "own", qos1);
  BOOST_TEST(modern.expect_message().payload == "own");
}

// Who shares a subscription is not left out: nobody else would get the message.
BOOST_AUTO_TEST_CASE(old_clients_get_their_own_messages_by_shared_subscriptions) {
  for (const std::string prefix : {"$share/g/", "$queue/"}) {
    const auto topic = unique("t");
    auto c = client(v311);
    c.subscribe(prefix + topic, qos1);
    c.publish(topic, "own", qos1);
    BOOST_TEST(c.expect_message().payload == "own");
  }
}

BOOST_AUTO_TEST_CASE(old_clients_get_again_what_they_do_not_acknowledge) {
  const auto topic = unique("t");
  auto s = client(v311);
  s.subscribe(topic, qos1);
  auto p = client();
  p.publish(topic, "x", qos1);
  const auto first = s.expect<mqtt::publish>();
  BOOST_TEST(!first.dup);
  const auto again = s.expect<mqtt::publish>();
  BOOST_TEST(again.dup);
  BOOST_TEST(again.packet_id == first.packet_id);
  s.send_ack(packet_type::puback, again.packet_id);
}

// What waits for its PUBREL has five minutes.
BOOST_AUTO_TEST_CASE(a_message_of_their_own_puts_no_retry_off) {
  const auto topic = unique("t");
  auto s = client(v311);
  s.subscribe(topic, qos1);
  s.send(mqtt::publish{topic + "/of/its/own", "x", {}, 1, qos2, false, false});
  s.expect_ack(packet_type::pubrec, 1);
  auto p = client();
  p.publish(topic, "x", qos1);
  BOOST_TEST(!s.expect<mqtt::publish>().dup);
  BOOST_TEST(s.expect<mqtt::publish>().dup);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(zone_queue, *boost::unit_test::fixture<queue_broker>())

BOOST_AUTO_TEST_CASE(priorities_order_and_bound_what_waits) {
  const auto id = unique("client");
  auto s = client(persistent(id));
  for (const char* topic : {"urgent", "late", "other"})
    s.subscribe(topic, qos1);
  s.disconnect();
  auto p = client();
  for (const char* round : {"1", "2", "3"}) // two of each level stay
    for (const char* topic : {"other", "late", "urgent"})
      p.publish(topic, std::string{topic} + round, qos1);
  s = client(persistent(id));
  const std::vector<std::string> expected{"urgent2", "urgent3", "late2", "late3", "other2", "other3"};
  BOOST_TEST(payloads(s, expected.size()) == expected, boost::test_tools::per_element());
  s.expect_nothing();
}

BOOST_AUTO_TEST_CASE(qos0_is_not_stored) {
  const auto id = unique("client");
  const auto topic = unique("t");
  auto s = client(persistent(id));
  s.subscribe(topic, qos1);
  s.disconnect();
  auto p = client();
  p.publish(topic, "lost", qos0);
  p.publish(topic, "kept", qos1);
  const auto http = suite_broker::get().http_port();
  BOOST_TEST(eventually([&] { return metric(http, "delivery.dropped.qos0_msg") == 1; })); // another thread's
  s = client(persistent(id));
  BOOST_TEST(s.expect_message().payload == "kept");
  s.expect_nothing();
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(zone_queue_bytes, *boost::unit_test::fixture<small_queue_broker>())

BOOST_AUTO_TEST_CASE(the_oldest_goes_when_the_bytes_are_full) {
  const auto id = unique("client");
  const auto topic = unique("t");
  auto s = client(persistent(id));
  s.subscribe(topic, qos1);
  s.disconnect();
  auto p = client();
  for (char c = 'a'; c <= 'd'; ++c)
    p.publish(topic, std::string(3'000, c), qos1);
  s = client(persistent(id));
  BOOST_TEST(s.expect_message().payload.front() == 'c');
  BOOST_TEST(s.expect_message().payload.front() == 'd');
  s.expect_nothing();
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(zone_lives, *boost::unit_test::fixture<life_broker>())

BOOST_AUTO_TEST_CASE(an_old_session_expires) {
  const auto id = unique("client");
  auto s = client(persistent(id, v311), v311);
  s.disconnect();
  const auto gone = [&] {
    return http_get(suite_broker::get().http_port(), "/api/v4/stats").body.find("\"sessions.count\":0") !=
           std::string::npos;
  };
  BOOST_TEST(eventually(gone));
  mqtt_client back{port(), v311};
  BOOST_TEST(!back.connect(persistent(id, v311)).session_present);
}

BOOST_AUTO_TEST_CASE(the_backoff_sets_how_long_silence_may_be) {
  mqtt_client silent{port(), v5};
  silent.connect(connect_options{.client_id = unique("client"), .keep_alive = 2});
  const auto begin = clock::now();
  silent.expect_disconnect(reason_code::keep_alive_timeout);
  const auto took = clock::now() - begin;
  BOOST_TEST((took >= milliseconds{1'800} && took < milliseconds{2'900})); // 2 x 0.5 x 2 s, not 3 s
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(listener_keys, *boost::unit_test::fixture<more_listeners_broker>())

BOOST_AUTO_TEST_CASE(each_listener_has_its_zone) {
  auto strict = connected(strict_port, "strict", v5);
  BOOST_TEST(reasons(strict.subscribe("a/b/c")) == "8f");
  BOOST_TEST(reasons(strict.subscribe("a/b")) == "00");
  BOOST_TEST(reasons(strict.subscribe("a/c")) == "97");
  auto free = client();
  BOOST_TEST(reasons(free.subscribe("a/b/c")) == "00");
  BOOST_TEST(reasons(free.subscribe("a/c")) == "00");
}

BOOST_AUTO_TEST_CASE(more_connections_than_allowed_are_closed) {
  auto first = connected(narrow_port, "first", v5);
  auto second = connected(narrow_port, "second", v5);
  mqtt_client third{narrow_port, v5};
  third.expect_closed();
  const auto listeners = http_get(suite_broker::get().http_port(), "/api/v4/listeners").body;
  BOOST_TEST(listeners.find("{\"max_conns\":1}") != std::string::npos); // shutdown_count
  first.disconnect();
  const auto room = [] {
    mqtt_client next{narrow_port, v5};
    next.send(mqtt::connect{.version = v5, .clean_start = true, .client_id = "next"});
    std::string answer;
    return next.socket().receive(answer) == tcp_socket::state::data;
  };
  BOOST_TEST(eventually(room));
  second.expect_nothing();
}

BOOST_AUTO_TEST_SUITE_END()
