// The messages of a client of another broker, packet by packet.
#include "client_machine_fixture.hpp"

using namespace troupe::mqtt;
using namespace troupe::mqtt::test;

BOOST_FIXTURE_TEST_SUITE(client_machine_sends, remote_fixture)

BOOST_AUTO_TEST_CASE(a_message_is_done_when_it_is_acknowledged) {
  begin();
  const auto one = letter("t", "1"), two = letter("t", "2", true);
  BOOST_TEST(send(one, qos::at_least_once) == "PUBLISH qos1 #1 topic=t payload=1");
  BOOST_TEST(send(two, qos::exactly_once) == "PUBLISH qos2 retain #2 topic=t payload=2");
  BOOST_TEST(send(letter("t", "0"), qos::at_most_once) == "PUBLISH qos0 topic=t payload=0");
  BOOST_TEST(machine.inflight() == 2u);
  BOOST_TEST(say(acknowledge(packet_type::puback, 1)) == "");
  BOOST_TEST(happened.done == std::vector{one->id()});
  BOOST_TEST(say(acknowledge(packet_type::pubrec, 2)) == "PUBREL #2 00");
  BOOST_TEST(happened.done == (std::vector{one->id(), two->id()}));
  BOOST_TEST(say(acknowledge(packet_type::pubcomp, 2)) == "");
  BOOST_TEST(machine.inflight() == 0u);
}

BOOST_AUTO_TEST_CASE(the_window_is_the_smaller_one) {
  settings.version = c_v5;
  settings.max_inflight = 3;
  machine = client_machine{settings};
  connect();
  property_writer p;
  p.number(property::receive_maximum, 2);
  accept(false, p.view());
  send(letter("t", "1"), qos::at_least_once);
  BOOST_TEST(machine.can_send());
  send(letter("t", "2"), qos::at_least_once);
  BOOST_TEST(!machine.can_send());
  say(acknowledge(packet_type::puback, 1));
  BOOST_TEST(machine.can_send());
}

BOOST_AUTO_TEST_CASE(what_is_not_acknowledged_goes_again_first) {
  begin();
  send(letter("t", "1"), qos::at_least_once);
  send(letter("t", "2"), qos::exactly_once);
  send(letter("t", "3"), qos::exactly_once);
  say(acknowledge(packet_type::pubrec, 3));
  machine.closed();
  BOOST_TEST(!machine.can_send());
  connect();
  BOOST_TEST(accept(true) ==
             "PUBLISH qos1 dup #1 topic=t payload=1 | PUBLISH qos2 dup #2 topic=t payload=2 | "
             "PUBREL #3 00");
}

BOOST_AUTO_TEST_CASE(a_server_that_has_forgotten_the_session_gets_no_pubrel) {
  begin();
  send(letter("t", "1"), qos::exactly_once);
  say(acknowledge(packet_type::pubrec, 1));
  machine.closed();
  connect();
  BOOST_TEST(accept(false) == "");
  BOOST_TEST(machine.inflight() == 0u);
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_1_1_what_goes_to_a_new_session_is_no_duplicate) {
  begin();
  send(letter("t", "1"), qos::at_least_once);
  machine.closed();
  connect();
  BOOST_TEST(accept(false) == "PUBLISH qos1 #1 topic=t payload=1");
  BOOST_TEST(tick(20'000) == "PUBLISH qos1 dup #1 topic=t payload=1"); // but this is
}

BOOST_AUTO_TEST_CASE(MQTT_3_2_2_11_what_goes_again_keeps_the_new_limits) {
  begin(c_v5);
  message_parts parts{.topic = "t", .payload = "1", .level = qos::exactly_once, .retain = true};
  const auto twice = message::make(parts);
  send(twice, qos::exactly_once);
  machine.closed();
  connect();
  property_writer once;
  once.number(property::maximum_qos, 1);
  BOOST_TEST(accept(true, once.view()) == "PUBLISH qos1 dup retain #1 topic=t payload=1");
  machine.closed();
  connect();
  property_writer never;
  never.number(property::maximum_qos, 0);
  never.number(property::retain_available, 0);
  BOOST_TEST(accept(true, never.view()) == "PUBLISH qos0 topic=t payload=1");
  BOOST_TEST(happened.done == std::vector{twice->id()});
  BOOST_TEST(happened.refused == 0u);
  BOOST_TEST(machine.inflight() == 0u);
}

BOOST_AUTO_TEST_CASE(no_more_goes_again_than_the_server_takes) {
  begin(c_v5);
  for (const char* payload : {"1", "2", "3"})
    send(letter("t", payload), qos::at_least_once);
  machine.closed();
  connect();
  property_writer p;
  p.number(property::receive_maximum, 1);
  BOOST_TEST(accept(true, p.view()) == "PUBLISH qos1 dup #1 topic=t payload=1");
  BOOST_TEST(say(acknowledge(packet_type::puback, 1)) == "PUBLISH qos1 dup #2 topic=t payload=2");
  BOOST_TEST(!machine.can_send());
  BOOST_TEST(say(acknowledge(packet_type::puback, 2)) == "PUBLISH qos1 dup #3 topic=t payload=3");
}

BOOST_AUTO_TEST_CASE(a_live_connection_of_3_gets_it_again_one_of_5_does_not) {
  begin();
  send(letter("t", "1"), qos::at_least_once);
  BOOST_TEST(tick(19'999) == "");
  BOOST_TEST(tick(1) == "PUBLISH qos1 dup #1 topic=t payload=1");
  BOOST_TEST(tick(1) == "");
  begin(c_v5);
  send(letter("t", "1"), qos::at_least_once);
  BOOST_TEST(tick(20'000) == "");
}

BOOST_AUTO_TEST_CASE(the_servers_limits_are_kept) {
  settings.version = c_v5;
  machine = client_machine{settings};
  connect();
  property_writer p;
  p.number(property::maximum_qos, 1).number(property::retain_available, 0);
  p.number(property::maximum_packet_size, 20);
  accept(false, p.view());
  BOOST_TEST(send(letter("t", "1", true), qos::exactly_once) == "PUBLISH qos1 #1 topic=t payload=1");
  const auto large = machine.send(letter("t", std::string(20, 'x')), qos::at_least_once, now, out);
  BOOST_TEST((large == client_machine::sending::too_large));
  BOOST_TEST(machine.inflight() == 1u);
  BOOST_TEST(sent() == "");
}

BOOST_AUTO_TEST_CASE(nothing_is_heard_of_qos_0) {
  settings.version = c_v5;
  machine = client_machine{settings};
  connect();
  property_writer p;
  p.number(property::maximum_qos, 0);
  accept(false, p.view());
  const auto how = machine.send(letter("t", "1"), qos::at_least_once, now, out);
  BOOST_TEST((how == client_machine::sending::sent));
  BOOST_TEST(sent() == "PUBLISH qos0 topic=t payload=1");
  BOOST_TEST(machine.inflight() == 0u);
}

BOOST_AUTO_TEST_CASE(what_the_server_refuses_is_done_and_counted) {
  begin(c_v5);
  send(letter("t", "1"), qos::at_least_once);
  send(letter("t", "2"), qos::exactly_once);
  say(acknowledge(packet_type::puback, 1, reason_code::quota_exceeded));
  BOOST_TEST(say(acknowledge(packet_type::pubrec, 2, reason_code::not_authorized)) == "");
  BOOST_TEST(happened.done.size() == 2u);
  BOOST_TEST(happened.refused == 2u);
  BOOST_TEST(machine.inflight() == 0u);
}

BOOST_AUTO_TEST_CASE(stray_acknowledgements_do_no_harm) {
  begin(c_v5);
  BOOST_TEST(say(acknowledge(packet_type::puback, 9)) == "");
  BOOST_TEST(say(acknowledge(packet_type::pubcomp, 9)) == "");
  BOOST_TEST(say(acknowledge(packet_type::pubrec, 9)) == "PUBREL #9 92");
  send(letter("t", "1"), qos::at_least_once);
  BOOST_TEST(say(acknowledge(packet_type::pubrec, 1)) == "PUBREL #1 92");
  BOOST_TEST(machine.inflight() == 1u);
  BOOST_TEST(happened.done.empty());
  BOOST_TEST(happened.error == "");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(client_machine_receives, remote_fixture)

BOOST_AUTO_TEST_CASE(acknowledges_what_was_taken_and_nothing_else) {
  begin();
  BOOST_TEST(say(incoming("t", "0", qos::at_most_once)) == "");
  BOOST_TEST(say(incoming("t", "1", qos::at_least_once, 4)) == "");
  BOOST_TEST(say(incoming("t", "2", qos::exactly_once, 5)) == "");
  BOOST_TEST(arrived() == "t=0 t=1 t=2");
  BOOST_TEST(take() == "PUBACK #4 00 | PUBREC #5 00");
  BOOST_TEST(take() == "");
  BOOST_TEST(say(acknowledge(packet_type::pubrel, 5)) == "PUBCOMP #5 00");
}

BOOST_AUTO_TEST_CASE(qos2_comes_once_while_the_session_lives) {
  begin();
  say(incoming("t", "2", qos::exactly_once, 5));
  say(incoming("t", "2", qos::exactly_once, 5));
  BOOST_TEST(arrived() == "t=2");
  machine.closed(); // before it was taken: nothing was acknowledged
  connect();
  // The session was clean, so the identifier is a new one's.
  accept(false);
  say(incoming("t", "2", qos::exactly_once, 5));
  BOOST_TEST(arrived() == "t=2");
  auto keeps = settings;
  keeps.clean_start = false;
  begin(keeps);
  say(incoming("t", "2", qos::exactly_once, 5));
  BOOST_TEST(arrived() == "t=2");
  machine.closed();
  connect();
  accept(true);
  BOOST_TEST(say(incoming("t", "2", qos::exactly_once, 5)) == "PUBREC #5 00"); // nobody has to take it
  BOOST_TEST(arrived() == "");
  BOOST_TEST(take() == "");
  BOOST_TEST(say(acknowledge(packet_type::pubrel, 5)) == "PUBCOMP #5 00");
  say(incoming("t", "3", qos::exactly_once, 5));
  BOOST_TEST(arrived() == "t=3");
}

BOOST_AUTO_TEST_CASE(an_unknown_pubrel_is_answered) {
  begin(c_v5);
  BOOST_TEST(say(acknowledge(packet_type::pubrel, 5)) == "PUBCOMP #5 92");
}

BOOST_AUTO_TEST_CASE(topics_get_the_mount_point_and_messages_keep_what_they_have) {
  client_settings s;
  s.client_id = "b";
  s.version = c_v5;
  s.mount_point = "from/there/";
  s.from = publisher::make("bridge:x", {}, {}, {});
  begin(s);
  property_writer properties;
  properties.number(property::message_expiry_interval, 9).user_property("k", "v");
  properties.number(property::subscription_identifier, 1);
  publish p;
  p.topic = "t";
  p.payload = "x";
  p.retain = true;
  p.properties = properties.view();
  say(p);
  BOOST_REQUIRE(happened.arrived.size() == 1u);
  const auto& m = *happened.arrived.front();
  BOOST_TEST(m.topic() == "from/there/t");
  BOOST_TEST(m.retain());
  BOOST_TEST(m.expiry() == 9u);
  BOOST_TEST(m.timestamp() == now);
  BOOST_TEST(m.from()->client_id == "bridge:x");
  property_writer kept;
  BOOST_TEST(m.properties().raw() == kept.user_property("k", "v").view().raw());
}

BOOST_AUTO_TEST_CASE(a_topic_alias_was_not_allowed) {
  begin(c_v5);
  property_writer properties;
  properties.number(property::topic_alias, 1);
  publish p;
  p.topic = "t";
  p.properties = properties.view();
  say(p);
  BOOST_TEST(happened.error == "the server uses a topic alias that it may not use");
  BOOST_TEST(happened.arrived.empty());
}

BOOST_AUTO_TEST_SUITE_END()
