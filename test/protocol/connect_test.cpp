// CONNECT: sections 3.1 and 4.13.
#include "protocol/fixture.hpp"

namespace {

using namespace troupe;
using namespace troupe::test;

struct impatient_broker : suite_broker {
  impatient_broker() : suite_broker("zone.external.idle_timeout = 1s\n") {}
};

struct username_broker : suite_broker {
  username_broker() : suite_broker("zone.external.use_username_as_clientid = true\n") {}
};

const std::string ping = hex("C0 00");
const std::string pong = hex("D0 00");

} // namespace

BOOST_AUTO_TEST_SUITE(connect_packet, *boost::unit_test::fixture<default_broker>())

BOOST_AUTO_TEST_CASE(MQTT_3_1_4_5_connack_of_each_version) {
  mqtt_client old{port(), v31};
  old.send_bytes(hex("10 10 0006 'MQIsdp' 03 02 003C 0002 'c1'"));
  old.expect_bytes(hex("20 02 00 00"));
  mqtt_client usual{port(), v311};
  usual.send_bytes(hex("10 0E 0004 'MQTT' 04 02 003C 0002 'c2'"));
  usual.expect_bytes(hex("20 02 00 00"));
  mqtt_client modern{port(), v5};
  modern.send_bytes(hex("10 0F 0004 'MQTT' 05 02 003C 00 0002 'c3'"));
  const auto answer = modern.expect<mqtt::connack>();
  BOOST_TEST(answer.reason == reason_code::success);
  BOOST_TEST(!answer.session_present);
}

BOOST_AUTO_TEST_CASE(connect_byte_by_byte) {
  mqtt_client c{port(), v311};
  for (const char byte : hex("10 0E 0004 'MQTT' 04 02 003C 0002 'bb'") + ping)
    c.send_bytes(std::string_view{&byte, 1});
  c.expect_bytes(hex("20 02 00 00") + pong);
}

BOOST_AUTO_TEST_CASE(packets_before_connack_is_read) {
  mqtt_client c{port(), v311};
  c.send_bytes(hex("10 0E 0004 'MQTT' 04 02 003C 0002 'ba'"
                   "82 0A 0001 0005 'early' 01"
                   "30 0B 0005 'early' 'zero'"
                   "32 0C 0005 'early' 0002 'one'") +
               ping);
  BOOST_TEST(c.expect<mqtt::connack>().reason == reason_code::success);
  BOOST_TEST(reasons(c.expect_suback()) == "01");
  std::string messages;
  bool acknowledged = false;
  for (const auto& p : c.until_pingresp())
    if (const auto* m = std::get_if<mqtt::publish>(&p))
      messages += brief(*m) + ", ";
    else
      acknowledged = acknowledged || std::holds_alternative<mqtt::ack>(p);
  for (const auto& p : c.until_pingresp()) // the first PINGRESP answered the first PINGREQ
    if (const auto* m = std::get_if<mqtt::publish>(&p))
      messages += brief(*m) + ", ";
    else
      acknowledged = acknowledged || std::holds_alternative<mqtt::ack>(p);
  BOOST_TEST(messages == "early zero 0, early one 1, ");
  BOOST_TEST(acknowledged);
}

BOOST_AUTO_TEST_CASE(several_packets_in_one_segment) {
  auto c = client(v311);
  std::string pings;
  std::string pongs;
  for (int i = 0; i < 1000; ++i) {
    pings += ping;
    pongs += pong;
  }
  c.send_bytes(pings);
  c.expect_bytes(pongs);
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_0_1_first_packet_must_be_connect) {
  for (const char* bytes : {"C0 00", "E0 00", "30 03 0001 'a'", "82 06 0001 0001 'a' 00", "40 02 0001",
                            "62 02 0001", "A2 05 0001 0001 'a'", "F0 00", "20 02 00 00"}) {
    BOOST_TEST_CONTEXT(bytes) {
      mqtt_client c{port(), v311};
      c.send_bytes(hex(bytes));
      BOOST_CHECK_NO_THROW(c.expect_closed());
    }
  }
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_0_2_second_connect) {
  for (const auto version : all_versions) {
    auto c = client(version);
    const auto id = unique("again");
    mqtt::connect second;
    second.version = version;
    second.clean_start = true;
    second.client_id = id;
    c.send(second);
    c.expect_disconnect(reason_code::protocol_error);
    auto malformed = client(version); // the same for one that cannot be decoded
    malformed.send_bytes(hex("10 0D 0004 'MQTX' 09 02 003C 0001 'a'"));
    malformed.expect_disconnect(reason_code::protocol_error);
  }
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_1_unknown_protocol_name) {
  for (const char* bytes : {"10 0D 0004 'MQTX' 04 02 003C 0001 'a'", "10 0D 0004 'mqtt' 04 02 003C 0001 'a'",
                            "10 0F 0006 'MQIsdP' 03 02 003C 0001 'a'"}) {
    BOOST_TEST_CONTEXT(bytes) {
      mqtt_client c{port(), v311};
      c.send_bytes(hex(bytes));
      std::string answer;
      auto state = tcp_socket::state::data;
      while (state == tcp_socket::state::data)
        state = c.socket().receive(answer);
      BOOST_TEST((state == tcp_socket::state::closed));
      const bool nothing_or_refusal = answer.empty() || answer == hex("20 02 00 01");
      BOOST_TEST(nothing_or_refusal, to_hex(answer));
    }
  }
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_2_unknown_protocol_level) {
  // 3.1.1 asks for CONNACK 1; a client of a later version understands 0x84 (section 3.1.2.2 of 5.0)
  for (const char* level : {"00", "02", "06", "7F"}) {
    BOOST_TEST_CONTEXT(level) {
      mqtt_client c{port(), v311};
      c.send_bytes(hex(std::string{"10 0E 0004 'MQTT' "} + level + "02 003C 00 0001 'a'"));
      std::string answer;
      auto state = tcp_socket::state::data;
      while (state == tcp_socket::state::data)
        state = c.socket().receive(answer);
      BOOST_TEST((state == tcp_socket::state::closed));
      const bool refused = answer == hex("20 02 00 01") || answer == hex("20 03 00 84 00");
      BOOST_TEST(refused, to_hex(answer));
    }
  }
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_3_reserved_flag) {
  mqtt_client c{port(), v311};
  c.send_bytes(hex("10 0D 0004 'MQTT' 04 03 003C 0001 'a'"));
  c.expect_closed();
  mqtt_client m{port(), v5};
  m.send_bytes(hex("10 0E 0004 'MQTT' 05 03 003C 00 0001 'a'"));
  BOOST_TEST(m.expect<mqtt::connack>().reason == reason_code::malformed_packet);
  m.expect_closed();
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_16_user_name_and_password) {
  for (const auto version : all_versions) {
    auto c = client(connect_options{.username = "someone", .password = "secret"}, version);
    c.expect_nothing();
    auto name_only = client(connect_options{.username = ""}, version);
    name_only.expect_nothing();
  }
  auto password_only = client(connect_options{.password = std::string("\0\xff", 2)}, v5); // new in 5.0
  password_only.expect_nothing();
}

BOOST_AUTO_TEST_CASE(bridge_bit_of_the_protocol_level) {
  for (const auto version : {v31, v311}) {
    auto c = client(connect_options{.bridge = true}, version);
    c.expect_nothing();
  }
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_30_authentication_method_that_is_unknown) {
  mqtt_client c{port(), v5};
  connect_options o{.client_id = unique("c")};
  o.properties.text(property::authentication_method, "SCRAM-SHA-1");
  BOOST_TEST(c.connect(o).reason == reason_code::bad_authentication_method);
  c.expect_closed();
}

BOOST_AUTO_TEST_CASE(MQTT_4_12_0_authentication_data_without_method) {
  mqtt_client c{port(), v5};
  connect_options o{.client_id = unique("c")};
  o.properties.text(property::authentication_data, "data");
  BOOST_TEST(c.connect(o).reason == reason_code::protocol_error);
  c.expect_closed();
}

BOOST_AUTO_TEST_CASE(auth_without_authentication_method) {
  auto c = client();
  c.send(mqtt::auth{reason_code::reauthenticate, {}});
  c.expect_disconnect(reason_code::protocol_error);
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_4_6_nothing_is_processed_after_a_refusal) {
  auto watcher = client();
  const auto topic = unique("t");
  watcher.subscribe(topic, qos0);
  mqtt_client c{port(), v311};
  mqtt::connect refused;
  refused.clean_start = false; // and no client id
  std::string bytes = encoded(refused, v311);
  bytes += encoded(mqtt::publish{topic, "smuggled", {}, 0, qos0, false, false}, v311);
  c.send_bytes(bytes);
  BOOST_TEST(c.expect<mqtt::connack>().reason != reason_code::success);
  c.expect_closed();
  auto publisher = client();
  expect_fence(watcher, publisher, topic);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(client_identifiers, *boost::unit_test::fixture<default_broker>())

BOOST_AUTO_TEST_CASE(MQTT_3_1_3_6_empty_client_id_is_assigned) {
  mqtt_client first{port(), v5};
  const auto one = first.connect(connect_options{}).properties.text(property::assigned_client_identifier);
  BOOST_TEST_REQUIRE(one.has_value());
  BOOST_TEST(!one->empty());
  mqtt_client second{port(), v5};
  const auto two = second.connect(connect_options{}).properties.text(property::assigned_client_identifier);
  BOOST_TEST_REQUIRE(two.has_value());
  BOOST_TEST(*one != *two);
  first.expect_nothing(); // and so was not taken over
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_3_7_the_assigned_id_names_the_session) {
  mqtt_client c{port(), v5};
  const auto answer = c.connect(persistent(""));
  BOOST_TEST(!answer.session_present);
  const std::string id{answer.properties.text(property::assigned_client_identifier).value_or("")};
  c.disconnect();
  mqtt_client again{port(), v5};
  const auto second = again.connect(persistent(id));
  BOOST_TEST(second.session_present);
  BOOST_TEST(!second.properties.text(property::assigned_client_identifier).has_value());
}

BOOST_AUTO_TEST_CASE(MQTT311_3_1_3_6_empty_client_id_with_clean_session) {
  mqtt_client c{port(), v311};
  BOOST_TEST(c.connect(connect_options{}).reason == reason_code::success);
  mqtt_client other{port(), v311};
  BOOST_TEST(other.connect(connect_options{}).reason == reason_code::success);
  c.expect_nothing();
}

BOOST_AUTO_TEST_CASE(MQTT311_3_1_3_8_empty_client_id_without_clean_session) {
  mqtt_client c{port(), v311};
  c.send_bytes(hex("10 0C 0004 'MQTT' 04 00 003C 0000"));
  c.expect_bytes(hex("20 02 00 02"));
  c.expect_closed();
}

BOOST_AUTO_TEST_CASE(empty_client_id_in_3_1) {
  mqtt_client c{port(), v31};
  c.send_bytes(hex("10 0E 0006 'MQIsdp' 03 02 003C 0000"));
  c.expect_bytes(hex("20 02 00 02"));
  c.expect_closed();
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_3_5_ids_of_all_lengths_and_characters) {
  for (const auto& id :
       {std::string{"a"}, std::string(23, 'Z'), std::string(1000, 'x'), std::string(65535, 'y'),
        std::string{"with blanks / # + $ and \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"}}) {
    BOOST_TEST_CONTEXT(id.substr(0, 40)) {
      mqtt_client c{port(), v5};
      BOOST_TEST(c.connect(id).reason == reason_code::success);
      c.expect_nothing();
    }
  }
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_3_2_ids_are_compared_byte_by_byte) {
  auto lower = client(connect_options{.client_id = "case-sensitive-id"});
  auto upper = client(connect_options{.client_id = "Case-Sensitive-Id"});
  auto longer = client(connect_options{.client_id = "case-sensitive-id "});
  lower.expect_nothing();
  upper.expect_nothing();
  longer.expect_nothing();
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(client_identifier_from_username, *boost::unit_test::fixture<username_broker>())

BOOST_AUTO_TEST_CASE(the_user_name_is_the_client_id) {
  auto first = client(connect_options{.client_id = "one", .username = "the-user"});
  auto second = client(connect_options{.client_id = "two", .username = "the-user"});
  first.expect_disconnect(reason_code::session_taken_over);
  second.expect_nothing();
}

BOOST_AUTO_TEST_CASE(an_empty_client_id_is_one_nevertheless) {
  mqtt_client modern{port(), v5};
  const auto answer = modern.connect(connect_options{.username = "modern"});
  BOOST_TEST(answer.reason == reason_code::success);
  BOOST_TEST(answer.properties.text(property::assigned_client_identifier).value_or("none") == "modern");
  mqtt_client usual{port(), v311};
  BOOST_TEST(usual.connect(connect_options{.username = "usual"}).reason == reason_code::success);
  mqtt_client unclean{port(), v311};
  BOOST_TEST(unclean.connect(connect_options{.clean = false, .username = "unclean"}).reason ==
             reason_code::client_identifier_not_valid);
  unclean.expect_closed();
  mqtt_client old{port(), v31};
  BOOST_TEST(old.connect(connect_options{.username = "old"}).reason ==
             reason_code::client_identifier_not_valid);
  old.expect_closed();
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(idle_timeout, *boost::unit_test::fixture<impatient_broker>())

BOOST_AUTO_TEST_CASE(MQTT_3_1_0_no_connect_in_time) {
  mqtt_client silent{port(), v311};
  mqtt_client slow{port(), v311};
  slow.send_bytes(hex("10 0E 0004 'MQ'"));
  const auto begin = test::clock::now();
  silent.expect_closed(seconds{4});
  BOOST_TEST((test::clock::now() - begin >= milliseconds{500}));
  slow.expect_closed(seconds{4});
}

BOOST_AUTO_TEST_CASE(a_connected_client_may_be_idle) {
  auto c = client(connect_options{.keep_alive = 0});
  std::string nothing;
  BOOST_TEST((c.socket().receive(nothing, milliseconds{2500}) == tcp_socket::state::nothing));
  c.expect_nothing();
}

BOOST_AUTO_TEST_SUITE_END()
