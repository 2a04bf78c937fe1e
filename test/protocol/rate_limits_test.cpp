// Rate limits (reference/config.md sections 6 and 7): whoever is too fast is read later; nothing is lost and
// nobody else is slowed down.
#include "protocol/fixture.hpp"

#include <algorithm>
#include <vector>

namespace {

using namespace troupe;
using namespace troupe::test;

struct message_rate_broker : suite_broker {
  message_rate_broker() : suite_broker("zone.external.rate_limit.conn_messages_in = 10,1s\n") {}
};

struct publish_limit_broker : suite_broker {
  publish_limit_broker() : suite_broker("zone.external.publish_limit = 10,1s\n") {}
};

struct byte_rate_broker : suite_broker {
  byte_rate_broker() : suite_broker("zone.external.rate_limit.conn_bytes_in = 10KB,1s\n") {}
};

struct listener_byte_rate_broker : suite_broker {
  listener_byte_rate_broker() : suite_broker("listener.tcp.external.rate_limit = 10KB,1s\n") {}
};

struct routing_quota_broker : suite_broker {
  routing_quota_broker() : suite_broker("zone.external.quota.conn_messages_routing = 10,1s\n") {}
};

struct overall_quota_broker : suite_broker {
  overall_quota_broker()
      : suite_broker("zone.external.quota.overall_messages_routing = 10,1s\nnode.io_threads = 3\n") {}
};

struct connection_rate_broker : suite_broker {
  connection_rate_broker() : suite_broker("listener.tcp.external.max_conn_rate = 10\n") {}
};

// The wheel of timers is late by up to a tenth of a second, and so the limits may be early by as much.
constexpr milliseconds tolerance{150};

std::string numbered(int i) { return "m" + std::to_string(i); }

// `count` QoS 0 messages in one write.
void send_burst(mqtt_client& to, const std::string& topic, int count, std::size_t size = 0) {
  std::string bytes;
  for (int i = 0; i < count; ++i) {
    auto payload = numbered(i);
    payload.resize(std::max(payload.size(), size), '.');
    bytes += encoded(mqtt::publish{.topic = topic, .payload = payload}, to.version());
  }
  to.send_bytes(bytes);
}

void expect_burst(mqtt_client& from, int count) {
  for (int i = 0; i < count; ++i)
    BOOST_REQUIRE(from.expect<mqtt::publish>().payload.starts_with(numbered(i)));
}

milliseconds since(clock::time_point begin) {
  return std::chrono::duration_cast<milliseconds>(clock::now() - begin);
}

// Of a broker that takes ten messages a second.
void expect_a_burst_to_be_spread() {
  auto subscriber = client();
  const auto topic = unique("t");
  subscriber.subscribe(topic);
  auto publisher = client();
  const auto begin = clock::now();
  send_burst(publisher, topic, 30);
  expect_burst(subscriber, 30);
  BOOST_TEST((since(begin) >= seconds{2} - tolerance)); // ten at once, twenty at ten a second
  publisher.expect_nothing();
}

} // namespace

BOOST_AUTO_TEST_SUITE(message_rate, *boost::unit_test::fixture<message_rate_broker>())

BOOST_AUTO_TEST_CASE(a_burst_is_spread_over_time_and_complete) { expect_a_burst_to_be_spread(); }

BOOST_AUTO_TEST_CASE(every_qos_is_limited_and_acknowledged) {
  auto publisher = client();
  const auto topic = unique("t");
  const auto begin = clock::now();
  for (int i = 0; i < 20; ++i)
    publisher.publish(topic, numbered(i), i % 2 == 0 ? qos1 : qos2);
  BOOST_TEST((since(begin) >= seconds{1} - tolerance));
}

BOOST_AUTO_TEST_CASE(others_are_not_slowed_down) {
  auto fast = client();
  const auto topic = unique("t");
  send_burst(fast, topic, 40); // three seconds of work
  auto subscriber = client();
  subscriber.subscribe(topic + "/other");
  const auto begin = clock::now();
  auto other = client();
  for (int i = 0; i < 8; ++i) {
    other.publish(topic + "/other", numbered(i), qos1);
    subscriber.expect_message();
  }
  BOOST_TEST((since(begin) < seconds{2}));
}

BOOST_AUTO_TEST_CASE(other_packets_are_not_messages) {
  auto quiet = client();
  const auto begin = clock::now();
  for (int i = 0; i < 30; ++i)
    quiet.expect_nothing();
  BOOST_TEST((since(begin) < seconds{2}));
}

// Who waits is not silent: its keep alive must not end it.
BOOST_AUTO_TEST_CASE(a_paused_client_is_not_taken_for_dead) {
  connect_options options{.client_id = unique("client"), .keep_alive = 1};
  auto publisher = client(std::move(options));
  auto subscriber = client();
  const auto topic = unique("t");
  subscriber.subscribe(topic);
  send_burst(publisher, topic, 45);
  expect_burst(subscriber, 45);
  publisher.expect_nothing();
}

// It can be ended while it waits.
BOOST_AUTO_TEST_CASE(a_paused_client_can_be_taken_over) {
  const auto id = unique("client");
  auto publisher = client({.client_id = id});
  send_burst(publisher, unique("t"), 100);
  auto successor = client({.client_id = id});
  publisher.expect_disconnect(reason_code::session_taken_over);
  successor.expect_nothing();
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(publish_limit, *boost::unit_test::fixture<publish_limit_broker>())

BOOST_AUTO_TEST_CASE(the_older_name_of_the_limit) { expect_a_burst_to_be_spread(); }

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(byte_rate, *boost::unit_test::fixture<byte_rate_broker>())

BOOST_AUTO_TEST_CASE(bytes_beyond_the_limit_are_read_later) {
  auto subscriber = client();
  const auto topic = unique("t");
  subscriber.subscribe(topic);
  auto publisher = client();
  const auto begin = clock::now();
  for (int i = 0; i < 3; ++i) // each has to be read by itself: what was read together goes together
    publisher.publish(topic, std::string(10 * 1024, 'x'), qos1);
  BOOST_TEST((since(begin) >= seconds{1} - tolerance)); // the second is handled before the reader pauses
  for (int i = 0; i < 3; ++i)
    BOOST_TEST(subscriber.expect<mqtt::publish>().payload.size() == 10U * 1024);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(listener_byte_rate, *boost::unit_test::fixture<listener_byte_rate_broker>())

BOOST_AUTO_TEST_CASE(bytes_beyond_the_limit_are_read_later) {
  auto publisher = client();
  const auto begin = clock::now();
  for (int i = 0; i < 3; ++i)
    publisher.publish(unique("t"), std::string(10 * 1024, 'x'), qos1);
  BOOST_TEST((since(begin) >= seconds{1} - tolerance));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(routing_quota, *boost::unit_test::fixture<routing_quota_broker>())

BOOST_AUTO_TEST_CASE(every_delivery_counts) {
  const auto topic = unique("t");
  std::vector<mqtt_client> subscribers;
  for (int i = 0; i < 5; ++i) {
    subscribers.push_back(client());
    subscribers.back().subscribe(topic);
  }
  auto publisher = client();
  const auto begin = clock::now();
  send_burst(publisher, topic, 6); // thirty deliveries
  for (auto& s : subscribers)
    expect_burst(s, 6);
  BOOST_TEST((since(begin) >= seconds{1} - tolerance));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(overall_quota, *boost::unit_test::fixture<overall_quota_broker>())

// Publishers of all I/O threads take from one budget, and none loses anything.
BOOST_AUTO_TEST_CASE(the_clients_of_a_zone_share_it) {
  const auto topic = unique("t");
  auto subscriber = client();
  subscriber.subscribe(topic);
  std::vector<mqtt_client> publishers;
  for (int i = 0; i < 6; ++i)
    publishers.push_back(client());
  const auto begin = clock::now();
  for (auto& p : publishers)
    send_burst(p, topic, 5);
  for (int i = 0; i < 30; ++i)
    subscriber.expect<mqtt::publish>();
  // Ten at once, twenty at ten a second; threads that look at the same time each take the last one.
  BOOST_TEST((since(begin) >= milliseconds{1'500}));
  for (auto& p : publishers)
    p.expect_nothing();
}

BOOST_AUTO_TEST_CASE(what_nobody_gets_is_not_counted) {
  auto publisher = client();
  const auto begin = clock::now();
  for (int i = 0; i < 40; ++i)
    publisher.publish(unique("nobody"), numbered(i), qos1);
  BOOST_TEST((since(begin) < seconds{2}));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(connection_rate, *boost::unit_test::fixture<connection_rate_broker>())

BOOST_AUTO_TEST_CASE(those_that_come_too_fast_wait_and_none_is_refused) {
  const auto begin = clock::now();
  std::vector<mqtt_client> clients;
  for (int i = 0; i < 25; ++i) {
    clients.emplace_back(port(), v5);
    clients.back().send_bytes(
        encoded(mqtt::connect{.version = v5, .clean_start = true, .client_id = numbered(i)}, v5));
  }
  for (auto& c : clients)
    BOOST_TEST(c.expect<mqtt::connack>().reason == reason_code::success);
  BOOST_TEST((since(begin) >= milliseconds{1'400} - tolerance)); // ten at once at most
}

BOOST_AUTO_TEST_SUITE_END()
