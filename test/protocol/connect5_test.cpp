// CONNECT and CONNACK of MQTT 5.0, statement by statement: sections 3.1 and 3.2. The will is in
// will5_test.cpp, what all versions share in connect_test.cpp and connack_test.cpp.
#include "protocol/raw5.hpp"

using namespace troupe::test;
namespace mqtt = troupe::mqtt;
using mqtt::reason_code;

namespace {

struct closed_broker : suite_broker {
  closed_broker() : suite_broker("allow_anonymous = false\n") {}
};

} // namespace

BOOST_AUTO_TEST_SUITE(connect5, *boost::unit_test::fixture<default_broker>())

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_4_clean_start_discards_the_session) {
  const auto id = unique("c");
  auto p = client();
  {
    auto c = client(persistent(id));
    c.subscribe(id, qos1);
    p.publish(id, "in flight", qos1);
    c.expect<mqtt::publish>();
    c.disconnect();
  }
  p.publish(id, "queued", qos1);
  auto o = persistent(id);
  o.clean = true;
  mqtt_client c{port(), v5};
  BOOST_TEST(!c.connect(o).session_present);
  BOOST_TEST(p.publish(id, "nobody", qos1) == reason_code::no_matching_subscribers);
  c.expect_nothing();
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_5_an_existing_session_is_resumed) {
  const auto id = unique("c");
  auto p = client();
  {
    auto c = client(persistent(id));
    c.subscribe(id, qos2);
    p.publish(id, "in flight", qos2);
    c.expect<mqtt::publish>();
    c.send(mqtt::publish{id + "/x", "half", {}, 9, qos2, false, false});
    c.expect_ack(packet_type::pubrec, 9);
    c.disconnect();
  }
  p.publish(id, "queued", qos1);
  mqtt_client c{port(), v5};
  BOOST_TEST(c.connect(persistent(id)).session_present);
  BOOST_TEST(brief(c.expect_message()) == id + " in flight 2 dup");
  BOOST_TEST(brief(c.expect_message()) == id + " queued 1");
  c.send_ack(packet_type::pubrel, 9);
  BOOST_TEST(c.expect_ack(packet_type::pubcomp, 9).reason == reason_code::success);
  p.publish(id, "live", qos0);
  BOOST_TEST(brief(c.expect_message()) == id + " live 0");
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_6_without_a_session_a_new_one_begins) {
  const auto id = unique("c");
  mqtt_client c{port(), v5};
  BOOST_TEST(!c.connect(persistent(id)).session_present);
  c.subscribe(id, qos1);
  c.disconnect();
  mqtt_client again{port(), v5};
  BOOST_TEST(again.connect(persistent(id)).session_present);
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_16_fields_that_the_flags_do_not_promise) {
  expect_refusal("10 * <MQTT> 05 02 003C () <a> <user>", reason_code::malformed_packet);
  // the password's flag without the user name's: what follows is the password, and then too much
  expect_refusal("10 * <MQTT> 05 42 003C () <a> <user> <pass>", reason_code::malformed_packet);
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_17_user_name_is_missing) {
  expect_refusal("10 * <MQTT> 05 82 003C () <a>", reason_code::malformed_packet);
  expect_refusal("10 * <MQTT> 05 82 003C () <a> 0009 'short'", reason_code::malformed_packet);
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_18_password_without_its_flag) {
  expect_refusal("10 * <MQTT> 05 82 003C () <a> <user> <pass>", reason_code::malformed_packet);
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_19_password_is_missing) {
  expect_refusal("10 * <MQTT> 05 C2 003C () <a> <user>", reason_code::malformed_packet);
  expect_refusal("10 * <MQTT> 05 42 003C () <a>", reason_code::malformed_packet);
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_24_no_connack_over_the_maximum_packet_size) {
  auto c = dial("10 * <MQTT> 05 02 003C (27 0000000A) <>");
  std::string answer;
  while (c.socket().receive(answer) == tcp_socket::state::data) {
  }
  const bool silent_or_refused = answer.empty() || answer == packet_bytes("20 * 00 95 ()");
  BOOST_TEST(silent_or_refused, to_hex(answer));
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_24_no_suback_over_the_maximum_packet_size) {
  auto c = client(with({{property::maximum_packet_size, 40}}));
  mqtt::subscribe s;
  s.packet_id = 1;
  s.entries.assign(60, {"many/filters", {qos0}});
  c.send(s);
  c.expect_disconnect(reason_code::packet_too_large);
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_25_a_message_that_is_too_large_counts_as_sent) {
  for (const auto level : {qos1, qos2}) {
    auto c = client(with({{property::maximum_packet_size, 100}, {property::receive_maximum, 1}}));
    c.subscribe(std::string{"size"} + (level == qos1 ? "1" : "2"), level);
    auto p = client();
    const std::string topic = std::string{"size"} + (level == qos1 ? "1" : "2");
    const auto before = metric(suite_broker::get().http_port(), "delivery.dropped.too_large");
    for (int i = 0; i < 3; ++i)
      p.publish(topic, std::string(200, 'x'), level);
    p.publish(topic, "fits", level);
    BOOST_TEST(c.expect_message().payload == "fits"); // none of the others holds the only place
    c.expect_nothing();
    BOOST_TEST(metric(suite_broker::get().http_port(), "delivery.dropped.too_large") == before + 3);
  }
}

BOOST_AUTO_TEST_CASE(maximum_packet_size_to_the_byte) {
  auto c = client(with({{property::maximum_packet_size, 64}}));
  c.subscribe("limit", qos0);
  auto p = client();
  p.publish("limit", std::string(56, 'x')); // 65 bytes
  p.publish("limit", std::string(54, 'y')); // 64: 2 + 7 + 1 and the payload
  BOOST_TEST(c.expect_message().payload == std::string(54, 'y'));
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_28_response_information_only_when_asked_for) {
  for (const char* properties : {"()", "(19 00)"}) {
    auto c = dial(std::string{"10 * <MQTT> 05 02 003C "} + properties + " <>");
    BOOST_TEST(!c.expect<mqtt::connack>().properties.text(property::response_information).has_value());
  }
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_29_without_problem_information) {
  auto c = client(with({{property::request_problem_information, 0}}));
  const auto bare = [](const packet& p) {
    return std::visit(
        [](const auto& one) {
          if constexpr (requires { one.properties; })
            return one.properties.empty();
          else
            return true;
        },
        p);
  };
  const auto t = unique("t");
  BOOST_TEST(bare(c.subscribe("#/wrong", qos0)));
  BOOST_TEST(bare(c.unsubscribe(t)));
  c.send(mqtt::publish{t, "x", {}, 1, qos1, false, false}); // nobody subscribes
  BOOST_TEST(bare(c.expect_ack(packet_type::puback, 1)));
  c.send(mqtt::publish{t, "x", {}, 2, qos2, false, false});
  BOOST_TEST(bare(c.expect_ack(packet_type::pubrec, 2)));
  c.send_ack(packet_type::pubrel, 77);
  BOOST_TEST(bare(c.expect_ack(packet_type::pubcomp, 77)));
  c.send_ack(packet_type::pubrec, 78);
  BOOST_TEST(bare(c.expect_ack(packet_type::pubrel, 78)));
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_3_1_fields_in_their_order) {
  auto heir = client();
  heir.subscribe("connect5/will", qos0);
  auto c = dial("10 * <MQTT> 05 C6 003C () <connect5-fields> () <connect5/will> <gone> <somebody> <secret>");
  BOOST_TEST(c.expect<mqtt::connack>().reason == reason_code::success);
  const auto row = http_get(suite_broker::get().http_port(), "/api/v4/clients/connect5-fields").body;
  BOOST_TEST(row.find("\"username\":\"somebody\"") != std::string::npos, row);
  c.socket().abort();
  BOOST_TEST(brief(heir.expect_message()) == "connect5/will gone 0");
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_3_3_client_id_is_missing) {
  expect_refusal("10 * <MQTT> 05 02 003C ()", reason_code::malformed_packet);
  expect_refusal("10 * <MQTT> 05 02 003C () 00", reason_code::malformed_packet);
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_3_4_client_id_is_not_utf8) {
  expect_refusal("10 * <MQTT> 05 02 003C () 0002 C328", reason_code::malformed_packet);
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_3_12_user_name_is_not_utf8) {
  expect_refusal("10 * <MQTT> 05 82 003C () <a> 0003 EDA080", reason_code::malformed_packet);
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_4_1_connect_of_another_form) {
  for (const char* packet : {"10 00", "10 * <MQTT>", "10 * <MQTT> 05"}) {
    auto c = dial(packet); // not even a version: no answer; or nothing behind it
    if (std::string_view{packet}.ends_with("05"))
      BOOST_TEST(c.expect<mqtt::connack>().reason == reason_code::malformed_packet);
    c.expect_closed();
  }
  for (const char* packet : {"10 * <MQTT> 05 02", "10 * <MQTT> 05 02 00", "10 * <MQTT> 05 02 003C",
                             "10 * <MQTT> 05 02 003C 05 <a>", "10 * <MQTT> 05 02 003C (99) <a>",
                             "10 * <MQTT> 05 02 003C () <a> 00"})
    expect_refusal(packet, reason_code::malformed_packet);
}

BOOST_AUTO_TEST_CASE(MQTT_3_2_0_1_connack_comes_first) {
  const auto id = unique("c");
  auto p = client();
  {
    auto c = client(persistent(id));
    c.subscribe(id, qos1);
    p.publish(id, "in flight", qos1);
    c.expect<mqtt::publish>();
    c.socket().abort();
  }
  p.publish(id, "queued", qos1);
  mqtt_client c{port(), v5};
  mqtt::connect request;
  request.version = v5;
  request.client_id = id;
  c.send_bytes(encoded(request, v5) + packet_bytes("C0 00")); // all that may overtake it waits
  c.expect<mqtt::connack>();
  c.expect<mqtt::publish>();
}

BOOST_AUTO_TEST_CASE(MQTT_3_2_0_1_connack_comes_before_the_disconnect_of_a_bad_second_packet) {
  auto c = dial("10 * <MQTT> 05 02 003C () <>", "36 * <t> 0001 ()");
  BOOST_TEST(c.expect<mqtt::connack>().reason == reason_code::success);
  c.expect_disconnect(reason_code::malformed_packet);
}

BOOST_AUTO_TEST_CASE(MQTT_3_2_2_1_connack_flags) {
  // of the 17 or so bytes the first four: type, length, flags, reason
  const auto head = [](std::string_view connect) {
    auto c = dial(connect);
    std::string bytes;
    while (bytes.size() < 4 && c.socket().receive(bytes) == tcp_socket::state::data) {
    }
    BOOST_TEST_REQUIRE(bytes.size() >= 4U);
    return to_hex(bytes.substr(0, 1) + bytes.substr(2, 2));
  };
  BOOST_TEST(head("10 * <MQTT> 05 00 003C (11 00000E10) <connect5-flags>") == "20 00 00 ");
  BOOST_TEST(head("10 * <MQTT> 05 00 003C (11 00000E10) <connect5-flags>") == "20 01 00 ");
}

BOOST_AUTO_TEST_CASE(MQTT_3_2_2_6_no_session_present_in_a_refusal) {
  client(persistent("connect5-present")).disconnect();
  auto c = dial("10 * <MQTT> 05 00 003C (11 00000E10 15 <no-such-method>) <connect5-present>");
  const auto answer = c.expect<mqtt::connack>();
  BOOST_TEST(mqtt::is_error(answer.reason));
  BOOST_TEST(!answer.session_present);
  mqtt_client again{port(), v5};
  BOOST_TEST(again.connect(persistent("connect5-present")).session_present); // it did no harm
}

BOOST_AUTO_TEST_CASE(MQTT_3_2_2_7_the_connection_ends_after_a_refusal) {
  // each with a reason that CONNACK may have [MQTT-3.2.2-8]: the client of the tests checks that
  expect_refusal("10 * <MQTT> 05 03 003C () <a>", reason_code::malformed_packet);
  expect_refusal("10 * <MQTT> 05 02 003C (16 <d>) <a>", reason_code::protocol_error);
  expect_refusal("10 * <MQTT> 05 02 003C (15 <none>) <a>", reason_code::bad_authentication_method);
  expect_refusal("10 * <MQTT> 05 06 003C () <a> () <w/#> <m>", reason_code::topic_name_invalid);
}

BOOST_AUTO_TEST_CASE(MQTT_3_2_2_19_a_refusal_fits_the_maximum_packet_size) {
  // no Reason String and no User Property when only the five bytes without them fit
  auto c = dial("10 * <MQTT> 05 02 003C (27 00000005 15 <none>) <a>");
  c.expect_bytes(packet_bytes("20 * 00 8C ()"));
  c.expect_closed();
}

BOOST_AUTO_TEST_CASE(MQTT_4_12_0_6_no_authentication_method_of_the_server) {
  mqtt_client c{port(), v5};
  const auto answer = c.connect(unique("c"));
  BOOST_TEST(!answer.properties.text(property::authentication_method).has_value());
  BOOST_TEST(!answer.properties.text(property::authentication_data).has_value());
  c.expect_nothing(); // no AUTH
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(connect5_refused, *boost::unit_test::fixture<closed_broker>())

BOOST_AUTO_TEST_CASE(MQTT_3_1_4_2_a_client_that_may_not_connect) {
  for (const char* connect :
       {"10 * <MQTT> 05 02 003C () <a>", "10 * <MQTT> 05 C2 003C () <a> <user> <wrong>"}) {
    auto c = dial(connect, "30 * <t> () 'x'");
    const auto reason = c.expect<mqtt::connack>().reason;
    const bool refused =
        reason == reason_code::not_authorized || reason == reason_code::bad_user_name_or_password;
    BOOST_TEST(refused, mqtt::to_string(reason));
    c.expect_closed();
  }
}

BOOST_AUTO_TEST_SUITE_END()
