// MQTT over WebSocket (MQTT 5.0 section 6, RFC 6455). What a frame and a request may look like is in
// test/mqtt/websocket_decoder_test.cpp and test/actors/websocket_upgrade_test.cpp.
#include "protocol/fixture.hpp"
#include "support/websocket_client.hpp"
#include "support/wire.hpp"

namespace troupe::test {

namespace {

const std::uint16_t ws_port = free_port();
const std::uint16_t small_port = free_port();

struct websocket_broker : suite_broker {
  websocket_broker()
      : suite_broker("listener.ws.external = 127.0.0.1:" + std::to_string(ws_port) +
                     "\nlistener.ws.small = 127.0.0.1:" + std::to_string(small_port) +
                     "\nlistener.ws.small.mqtt_path = /other\nlistener.ws.small.max_frame_size = 1KB"
                     "\nlistener.ws.small.fail_if_no_subprotocol = on\nlistener.ws.small.zone = hasty"
                     "\nlistener.ws.small.idle_timeout = 1s\nzone.hasty.idle_timeout = 1s"
                     "\nmqtt.max_packet_size = 4MB") {}
};

websocket_client ws() { return upgraded(ws_port); }

websocket_client connected_ws(protocol_version version = v311) {
  auto c = ws();
  BOOST_TEST_REQUIRE(c.connect(unique("client"), version).reason == reason_code::success);
  return c;
}

std::string publish_bytes(std::string_view topic, std::string_view payload, qos level = qos0,
                          std::uint16_t id = 0, protocol_version version = v311) {
  return encoded(mqtt::publish{topic, payload, {}, id, level, false, false}, version);
}

std::string pattern(std::size_t size) {
  std::string text(size, ' ');
  for (std::size_t i = 0; i < size; ++i)
    text[i] = static_cast<char>('!' + i * 7 % 90);
  return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(websocket, *boost::unit_test::fixture<websocket_broker>())

BOOST_AUTO_TEST_CASE(MQTT_6_0_0_4_the_subprotocol_is_mqtt) {
  websocket_client c{ws_port};
  BOOST_TEST(c.request(upgrade_request()).find("\r\nSec-WebSocket-Protocol: mqtt\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(every_version_and_qos) {
  for (const auto version : all_versions)
    for (const auto level : all_qos) {
      const auto number = std::to_string(static_cast<int>(level));
      const auto there = unique("there");
      const auto back = unique("back");
      auto c = connected_ws(version);
      auto other = client(version);
      c.send(encoded(mqtt::subscribe{1, {}, {{there, {.level = level}}}}, version));
      BOOST_TEST(reasons(c.expect<mqtt::suback>(version)) == "0" + number);
      other.subscribe(back, level);
      other.publish(there, "there", level);
      BOOST_TEST(brief(c.expect<mqtt::publish>(version)) == there + " there " + number);
      c.send(publish_bytes(back, "and back", level, level == qos0 ? 0 : 2, version));
      BOOST_TEST(brief(other.expect<mqtt::publish>()) == back + " and back " + number);
      if (level != qos0)
        BOOST_TEST((c.expect<mqtt::ack>(version).type ==
                    (level == qos1 ? packet_type::puback : packet_type::pubrec)));
    }
}

// One segment with everything: it also moves to the shard of its client id with what it has sent.
BOOST_AUTO_TEST_CASE(MQTT_6_0_0_2_many_packets_in_one_frame) {
  for (int round = 0; round < 8; ++round) {
    const auto topic = unique("topic");
    auto other = client();
    other.subscribe(topic, qos1);
    std::string packets = wire::connect(v311, unique("sender"));
    for (int i = 0; i < 100; ++i)
      packets += publish_bytes(topic, std::to_string(i), qos1, static_cast<std::uint16_t>(i + 1));
    packets += wire::disconnect();
    websocket_client c{ws_port};
    c.send_bytes(upgrade_request() + binary_frame(packets) + close_frame(1000));
    for (int i = 0; i < 100; ++i)
      BOOST_TEST(brief(other.expect_message()) == topic + " " + std::to_string(i) + " 1");
  }
}

BOOST_AUTO_TEST_CASE(MQTT_6_0_0_2_packets_across_frames) {
  const auto topic = unique("topic");
  auto other = client();
  other.subscribe(topic, qos0);
  auto c = connected_ws();
  std::string frames;
  for (const char byte : publish_bytes(topic, "in pieces"))
    frames += binary_frame(std::string_view{&byte, 1});
  c.send_bytes(frames);
  BOOST_TEST(brief(other.expect_message()) == topic + " in pieces 0");
}

BOOST_AUTO_TEST_CASE(one_byte_per_segment) {
  const auto topic = unique("topic");
  auto other = client();
  other.subscribe(topic, qos0);
  websocket_client c{ws_port};
  const auto packets = wire::connect(v311, unique("sender")) + publish_bytes(topic, "byte by byte");
  for (const char byte : upgrade_request() + binary_frame(packets.substr(0, 5), false) +
                             frame(websocket_opcode::ping, "x") +
                             continuation_frame(packets.substr(5), true)) {
    c.send_bytes(std::string_view{&byte, 1});
  }
  BOOST_TEST(brief(other.expect_message()) == topic + " byte by byte 0");
}

BOOST_AUTO_TEST_CASE(a_large_packet_over_small_frames) {
  const auto topic = unique("topic");
  const auto payload = pattern(2 << 20);
  auto other = client();
  other.subscribe(topic, qos0);
  auto c = connected_ws();
  const auto bytes = publish_bytes(topic, payload);
  std::string frames;
  for (std::size_t i = 0; i < bytes.size(); i += 100)
    frames += frame(i == 0 ? websocket_opcode::binary : websocket_opcode::continuation,
                    std::string_view{bytes}.substr(i, 100), {.final = i + 100 >= bytes.size()});
  c.send_bytes(frames);
  BOOST_TEST((other.expect_message().payload == payload));
}

BOOST_AUTO_TEST_CASE(a_large_packet_to_the_client) {
  auto c = connected_ws();
  const auto topic = unique("topic");
  c.send(encoded(mqtt::subscribe{1, {}, {{topic, {}}}}, v311));
  c.expect<mqtt::suback>();
  const auto payload = pattern(2 << 20);
  client().publish(topic, payload, qos1);
  BOOST_TEST((c.expect<mqtt::publish>().payload == payload));
}

// What a turn of the broker produces goes out in one frame.
BOOST_AUTO_TEST_CASE(answers_of_one_flush_share_a_frame) {
  auto c = connected_ws();
  const auto ping = encoded(mqtt::ping{packet_type::pingreq}, v311);
  c.send(ping + ping + ping);
  BOOST_TEST(c.next_frame().payload == hex("d0 00 d0 00 d0 00"));
}

BOOST_AUTO_TEST_CASE(pings_are_answered) {
  auto c = ws();
  c.send_bytes(frame(websocket_opcode::ping, "before CONNECT"));
  auto pong = c.next_frame();
  BOOST_TEST((pong.opcode == websocket_opcode::pong));
  BOOST_TEST(pong.payload == "before CONNECT");
  c.connect(unique("client"));
  const auto ping = encoded(mqtt::ping{packet_type::pingreq}, v311);
  c.send_bytes(binary_frame(ping.substr(0, 1), false) + frame(websocket_opcode::ping, pattern(125)) +
               frame(websocket_opcode::pong, "unasked") + continuation_frame(ping.substr(1), true));
  std::string seen;
  for (int i = 0; i < 2; ++i) {
    const auto f = c.next_frame();
    seen += f.opcode == websocket_opcode::pong ? "pong " + std::to_string(f.payload.size())
                                               : " " + to_hex(f.payload);
  }
  BOOST_TEST((seen == "pong 125 d0 00 " || seen == " d0 00 pong 125"), seen);
}

// -- the end -----------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_close_is_answered_with_its_code) {
  for (const std::uint16_t code : {1000, 1001, 4321}) {
    auto c = connected_ws();
    c.send_bytes(close_frame(code, "bye"));
    c.expect_close(code);
  }
  auto c = ws();
  c.send_bytes(frame(websocket_opcode::close, ""));
  BOOST_TEST(c.next_frame().payload == "");
  c.expect_end();
}

BOOST_AUTO_TEST_CASE(DISCONNECT_is_followed_by_a_close) {
  auto c = connected_ws();
  c.send(wire::disconnect());
  c.expect_close(1000);
}

BOOST_AUTO_TEST_CASE(a_close_without_DISCONNECT_publishes_the_will) {
  const auto topic = unique("will");
  auto other = client();
  other.subscribe(topic, qos0);
  auto c = ws();
  c.send(wire::connect(v311, topic, wire::clean | wire::will, wire::text(topic) + wire::text("gone")));
  c.expect<mqtt::connack>();
  c.send_bytes(close_frame(1000));
  BOOST_TEST(brief(other.expect_message()) == topic + " gone 0");
}

BOOST_AUTO_TEST_CASE(the_broker_says_goodbye) {
  auto c = ws();
  c.connect("victim", v5);
  http_request(suite_broker::get().http_port(), "DELETE", "/api/v4/clients/victim");
  BOOST_TEST((c.expect<mqtt::disconnect>(v5).reason == reason_code::administrative_action));
  c.expect_close(1000);
}

BOOST_AUTO_TEST_CASE(MQTT_6_0_0_1_text_is_refused) {
  auto c = connected_ws();
  c.send_bytes(frame(websocket_opcode::text, "hello"));
  c.expect_close(1003);
}

BOOST_AUTO_TEST_CASE(frames_that_break_a_rule_end_the_connection) {
  for (const auto& bad : {
           frame(websocket_opcode::binary, "\xC0", {.masked = false}),
           frame(websocket_opcode::binary, "\xC0", {.reserved = 0x40}),
           frame(static_cast<websocket_opcode>(3), ""),
           frame(static_cast<websocket_opcode>(11), ""),
           frame(websocket_opcode::ping, pattern(126)),
           frame(websocket_opcode::ping, "", {.final = false}),
           continuation_frame("\xC0", true),
           binary_frame("\xC0", false) + binary_frame("\x00"),
       }) {
    auto c = connected_ws();
    c.send_bytes(bad);
    c.expect_close(1002);
  }
}

BOOST_AUTO_TEST_CASE(a_bad_packet_ends_the_connection) {
  auto c = connected_ws(v5);
  c.send(hex("c1 00"));
  BOOST_TEST((c.expect<mqtt::disconnect>(v5).reason == reason_code::malformed_packet));
  c.expect_close(1000);
}

BOOST_AUTO_TEST_CASE(frames_over_max_frame_size_are_refused) {
  websocket_client c{small_port};
  c.upgrade("/other");
  c.send_bytes(binary_frame(pattern(1025)));
  c.expect_close(1009);
}

BOOST_AUTO_TEST_CASE(silence_ends_the_connection) {
  websocket_client silent{small_port}; // no request at all
  websocket_client half{small_port};
  half.send_bytes("GET /other HTTP/1.1\r\n");
  websocket_client idle{small_port};
  idle.upgrade("/other");
  idle.send(wire::connect(v311, unique("idle"), wire::clean, {}, 0));
  idle.expect<mqtt::connack>();
  silent.expect_end();
  half.expect_end();
  idle.expect_close(1000);
}

// -- the upgrade -------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(requests_that_are_refused) {
  const auto refused = [](std::uint16_t to, std::string_view text) {
    websocket_client c{to};
    const auto head = c.request(text);
    c.expect_end();
    return head;
  };
  BOOST_TEST(refused(ws_port, upgrade_request("/other")).starts_with("HTTP/1.1 404 "));
  BOOST_TEST(refused(ws_port, upgrade_request("/mqtt", "Sec-WebSocket-Version: 8\r\n"))
                 .starts_with("HTTP/1.1 426 "));
  BOOST_TEST(refused(ws_port, "GET /mqtt HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 426 "));
  BOOST_TEST(refused(ws_port, "GET /mqtt HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 400 "));
  BOOST_TEST(refused(ws_port, hex("10 0c 00 04 'MQTT' 04 02 00 3c 00 00")).starts_with("HTTP/1.1 400 "));
  BOOST_TEST(refused(ws_port, "GET /mqtt HTTP/1.1\r\nCookie: " + std::string(9000, 'x'))
                 .starts_with("HTTP/1.1 431 "));
  BOOST_TEST(refused(small_port,
                     "GET /other HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
                 .starts_with("HTTP/1.1 400 "));
}

BOOST_AUTO_TEST_CASE(a_long_request_is_fine) {
  websocket_client c{ws_port};
  const auto bare = upgrade_request("/mqtt", "Cookie: \r\n").size();
  BOOST_TEST(c.request(upgrade_request("/mqtt", "Cookie: " + std::string(8192 - bare, 'x') + "\r\n"))
                 .starts_with("HTTP/1.1 101 "));
  BOOST_TEST(c.connect(unique("client")).reason == reason_code::success);
}

BOOST_AUTO_TEST_CASE(the_listener_has_a_row) {
  const auto body = http_get(suite_broker::get().http_port(), "/api/v4/listeners").body;
  BOOST_TEST(body.find("\"mqtt:ws:" + std::to_string(ws_port) + "\"") != std::string::npos, body);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
