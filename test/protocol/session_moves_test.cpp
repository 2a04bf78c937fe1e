// Sessions whose clients come back by another listener: the zone is that of the listener, and nothing crosses
// mount points.
#include "protocol/fixture.hpp"

#include <string>

namespace {

using namespace troupe;
using namespace troupe::test;

const std::uint16_t other_port = free_port();

std::string other_listener(std::string_view zone) {
  const auto port = std::to_string(other_port);
  return "listener.tcp.other = 127.0.0.1:" + port + "\nlistener.tcp.other.zone = other\n" + std::string{zone};
}

struct two_zones : suite_broker {
  two_zones()
      : suite_broker(other_listener("zone.external.max_awaiting_rel = 2\nzone.other.max_awaiting_rel = 4\n"
                                    "zone.other.max_subscriptions = 2\nzone.other.upgrade_qos = on\n"
                                    "zone.other.exclusive_subscription = true\n"
                                    "zone.other.max_mqueue_len = 7\n")) {}
};

struct two_mount_points : suite_broker {
  two_mount_points()
      : suite_broker(other_listener("zone.other.enable_acl = on\nzone.external.mountpoint = %u/\n")) {}
};

// Whose session is kept for him when he goes.
void leave(mqtt_client& c) {
  c.socket().shut_down_sending();
  c.expect_closed();
}

// Sends QoS 2 messages, released by nobody, until the broker ends the connection.
void expect_receive_maximum(std::uint16_t at_port, const std::string& id, std::uint16_t most) {
  BOOST_TEST_CONTEXT("receive maximum " << most) {
    mqtt_client c{at_port, v5};
    const auto answer = c.connect(persistent(id));
    BOOST_TEST(answer.session_present);
    BOOST_TEST(answer.properties.number(property::receive_maximum).value_or(0) == most);
    for (std::uint16_t n = 1; n <= most; ++n) {
      c.send(mqtt::publish{.topic = "t", .packet_id = n, .level = qos2});
      c.expect_ack(packet_type::pubrec, n);
    }
    const auto one_more = static_cast<std::uint16_t>(most + 1);
    c.send(mqtt::publish{.topic = "t", .packet_id = one_more, .level = qos2});
    c.expect_disconnect(reason_code::receive_maximum_exceeded);
  }
}

std::string row_of(const std::string& id) {
  return http_get(suite_broker::get().http_port(), "/api/v4/clients/" + id).body;
}

connect_options of(std::string user, const std::string& id, protocol_version version) {
  auto o = persistent(id, version);
  o.username = std::move(user);
  return o;
}

} // namespace

BOOST_AUTO_TEST_SUITE(moved_to_another_zone, *boost::unit_test::fixture<two_zones>())

BOOST_AUTO_TEST_CASE(the_receive_maximum_that_was_announced_binds) {
  const auto wider = unique("wider"), narrower = unique("narrower");
  connected(port(), persistent(wider), v5).disconnect();
  expect_receive_maximum(other_port, wider, 4);
  connected(other_port, persistent(narrower), v5).disconnect();
  expect_receive_maximum(port(), narrower, 2);
}

BOOST_AUTO_TEST_CASE(a_live_session_moves_too) {
  const auto id = unique("c");
  auto first = client(persistent(id));
  expect_receive_maximum(other_port, id, 4);
  first.expect_disconnect(reason_code::session_taken_over);
}

BOOST_AUTO_TEST_CASE(subscriptions_and_deliveries_are_those_of_the_new_zone) {
  const std::string id = "mover";
  auto p = client();
  auto before = client(persistent(id));
  before.subscribe("up", qos2);
  BOOST_TEST(reasons(before.subscribe("$exclusive/e", qos1)) == "8f");
  p.publish("up", "before", qos0);
  BOOST_TEST(brief(before.expect_message()) == "up before 0");
  BOOST_TEST(row_of(id).find("\"zone\":\"external\"") != std::string::npos, row_of(id));
  before.disconnect();
  auto after = connected(other_port, persistent(id), v5);
  const auto row = row_of(id);
  BOOST_TEST(row.find("\"zone\":\"other\"") != std::string::npos, row);
  BOOST_TEST(number_in(row, "max_subscriptions") == 2);
  BOOST_TEST(number_in(row, "max_mqueue") == 7);
  BOOST_TEST(number_in(row, "max_awaiting_rel") == 4);
  p.publish("up", "after", qos0);
  BOOST_TEST(brief(after.expect_message()) == "up after 2");
  BOOST_TEST(reasons(after.subscribe("$exclusive/e", qos1)) == "01");
  BOOST_TEST(reasons(after.subscribe("one/more", qos1)) == "97");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(moved_to_another_mount_point, *boost::unit_test::fixture<two_mount_points>())

BOOST_AUTO_TEST_CASE(nobody_takes_over_what_is_below_another_one) {
  for (const auto version : {v311, v5}) {
    const auto id = unique("device");
    auto outside = connected(other_port, unique("outside"), v5);
    auto alice = client(of("alice", id, version), version);
    alice.subscribe("secret/#", qos1);
    alice.subscribe("$share/g/work", qos1);
    leave(alice);
    outside.publish("alice/secret/1", "queued", qos1);
    mqtt_client eve{port(), version};
    BOOST_TEST(!eve.connect(of("eve", id, version)).session_present);
    outside.publish("alice/secret/2", "live", qos1);
    outside.publish("alice/work", "shared", qos1);
    eve.subscribe("fence", qos1);
    outside.publish("eve/fence", "fence", qos1);
    BOOST_TEST(brief(eve.expect_message()) == "fence fence 1");
    leave(eve);
    mqtt_client back{port(), version};
    BOOST_TEST(!back.connect(of("alice", id, version)).session_present);
  }
}

BOOST_AUTO_TEST_CASE(below_the_same_one_it_is_resumed) {
  const auto id = unique("device");
  auto outside = connected(other_port, unique("outside"), v5);
  auto alice = client(of("alice", id, v5));
  alice.subscribe("t", qos1);
  leave(alice);
  outside.publish("alice/t", "queued", qos1);
  mqtt_client back{port(), v5};
  BOOST_TEST(back.connect(of("alice", id, v5)).session_present);
  BOOST_TEST(brief(back.expect_message()) == "t queued 1");
}

BOOST_AUTO_TEST_CASE(none_is_another_one) {
  const auto id = unique("device");
  connected(other_port, of("alice", id, v5), v5).disconnect();
  {
    mqtt_client inside{port(), v5};
    BOOST_TEST(!inside.connect(of("alice", id, v5)).session_present);
    inside.disconnect();
  }
  mqtt_client outside{other_port, v5};
  BOOST_TEST(!outside.connect(of("alice", id, v5)).session_present);
}

// The session ends, as one does that a clean start ends: its will waits no longer [MQTT-3.1.2-8].
BOOST_AUTO_TEST_CASE(the_old_session_is_discarded_with_its_will) {
  const auto http = suite_broker::get().http_port();
  const auto before = metric(http, "session.discarded");
  const auto delay = numbers({{property::will_delay_interval, 3'600}});
  auto heir = connected(other_port, unique("heir"), v5);
  heir.subscribe("alice/will", qos1);
  for (const bool live : {true, false}) {
    const auto id = unique("device");
    auto options = of("alice", id, v5);
    options.will = mqtt::will{"will", live ? "of one there" : "of one away", delay.view(), qos1, false};
    auto alice = client(std::move(options));
    if (!live) {
      leave(alice);
      heir.expect_nothing();
    }
    mqtt_client eve{port(), v5};
    BOOST_TEST(!eve.connect(of("eve", id, v5)).session_present);
    if (live)
      alice.expect_disconnect(reason_code::session_taken_over);
    BOOST_TEST(heir.expect_message().payload == (live ? "of one there" : "of one away"));
  }
  BOOST_TEST(eventually([&] { return metric(http, "session.discarded") == before + 2; }));
}

BOOST_AUTO_TEST_SUITE_END()
