// The connection of a client of another broker, packet by packet.
#include "client_machine_fixture.hpp"

using namespace troupe::mqtt;
using namespace troupe::mqtt::test;

BOOST_FIXTURE_TEST_SUITE(client_machine_connection, remote_fixture)

BOOST_AUTO_TEST_CASE(connects_in_each_version) {
  client_settings s;
  s.client_id = "b";
  s.username = "u";
  s.password = "p";
  s.keep_alive = 30;
  s.bridge = true;
  for (const auto& [version, expected] :
       {std::pair{c_v31, "CONNECT v3 bridge clean keep=30 id=b user=u password=p"},
        std::pair{c_v4, "CONNECT v4 bridge clean keep=30 id=b user=u password=p"},
        std::pair{c_v5, "CONNECT v5 clean keep=30 id=b user=u password=p {27:1048576}"}}) {
    s.version = settings.version = version;
    machine = client_machine{s};
    BOOST_TEST(connect() == expected);
    BOOST_TEST(!machine.can_send());
    BOOST_TEST(accept() == "");
    BOOST_TEST(happened.became_ready);
    BOOST_TEST(machine.can_send());
    happened.clear();
  }
}

BOOST_AUTO_TEST_CASE(a_session_of_5_that_stays_does_not_expire) {
  settings.version = c_v5;
  settings.clean_start = false;
  machine = client_machine{settings};
  BOOST_TEST(connect() == "CONNECT v5 keep=60 id=b {27:1048576 11:4294967295}");
}

BOOST_AUTO_TEST_CASE(tells_why_it_was_refused) {
  for (const auto version : {c_v4, c_v5}) {
    settings.version = version;
    machine = client_machine{settings};
    connect();
    connack c;
    c.reason = reason_code::not_authorized;
    say(c);
    BOOST_TEST(happened.error == "the server refuses the connection: not authorized");
    BOOST_TEST(!machine.can_send());
    happened.clear();
  }
}

BOOST_AUTO_TEST_CASE(subscribes_before_it_sends) {
  settings.version = c_v5;
  settings.subscriptions = {{"a/#", {qos::at_least_once, true, true, 1}}, {"b", {}}};
  machine = client_machine{settings};
  connect();
  BOOST_TEST(accept() == "SUBSCRIBE #65535 a/# qos1 nl rap rh1 b qos0");
  BOOST_TEST(!machine.can_send());
  suback s;
  s.packet_id = 65535;
  s.reasons = {reason_code::granted_qos1, reason_code::not_authorized};
  BOOST_TEST(say(s) == "");
  BOOST_TEST(happened.refused_filters == std::vector<std::string>{"b"});
  BOOST_TEST(happened.became_ready);
  BOOST_TEST(machine.can_send());
}

BOOST_AUTO_TEST_CASE(an_unknown_suback_ends_the_connection) {
  begin();
  suback s;
  s.packet_id = 3;
  s.reasons = {reason_code::success};
  say(s);
  BOOST_TEST(happened.error != "");
}

BOOST_AUTO_TEST_CASE(nothing_may_come_before_connack) {
  connect();
  buffer bytes;
  encode(incoming("t", "x", qos::at_most_once), settings.version, bytes);
  machine.receive(bytes.view(), now, out, happened);
  BOOST_TEST(happened.error == "the server has sent something else than CONNACK");
  BOOST_TEST(happened.arrived.empty());
}

BOOST_AUTO_TEST_CASE(bytes_may_come_in_any_pieces) {
  connect();
  buffer bytes;
  encode(connack{}, settings.version, bytes);
  encode(incoming("t", "hello", qos::at_least_once, 7), settings.version, bytes);
  std::string waiting;
  for (const char c : bytes.view()) {
    waiting.push_back(c);
    waiting.erase(0, machine.receive(waiting, now, out, happened));
  }
  BOOST_TEST(waiting == "");
  BOOST_TEST(arrived() == "t=hello");
  BOOST_TEST(take() == "PUBACK #7 00");
}

BOOST_AUTO_TEST_CASE(malformed_bytes_end_the_connection) {
  begin();
  machine.receive("\xF0\x00", now, out, happened);
  BOOST_TEST(happened.error != "");
}

BOOST_AUTO_TEST_CASE(pings_in_time_and_notices_silence) {
  begin();
  BOOST_TEST(tick(44'000) == "");
  BOOST_TEST(tick(1'000) == "PINGREQ");
  BOOST_TEST(tick(9'000) == "");
  BOOST_TEST(say(ping{packet_type::pingresp}) == "");
  BOOST_TEST(tick(36'000) == "PINGREQ");
  tick(10'000);
  BOOST_TEST(happened.error == "the server does not answer");
}

BOOST_AUTO_TEST_CASE(the_servers_keep_alive_counts) {
  settings.version = c_v5;
  machine = client_machine{settings};
  connect();
  property_writer p;
  p.number(property::server_keep_alive, 4);
  accept(false, p.view());
  BOOST_TEST(tick(3'000) == "PINGREQ");
}

BOOST_AUTO_TEST_CASE(a_connack_that_does_not_come_is_not_waited_for) {
  connect();
  tick(9'999);
  BOOST_TEST(happened.error == "");
  tick(1);
  BOOST_TEST(happened.error == "the server does not answer");
}

BOOST_AUTO_TEST_CASE(says_goodbye_to_who_knows_it) {
  machine.disconnect(out);
  BOOST_TEST(sent() == "");
  begin();
  machine.disconnect(out);
  BOOST_TEST(sent() == "DISCONNECT 00");
}

BOOST_AUTO_TEST_CASE(a_disconnect_of_the_server_has_a_reason) {
  begin(c_v5);
  disconnect d;
  d.reason = reason_code::server_shutting_down;
  say(d);
  BOOST_TEST(happened.error == "the server has disconnected: server shutting down");
}

BOOST_AUTO_TEST_SUITE_END()
