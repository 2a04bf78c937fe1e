// The PROXY protocol before MQTT. What a header may look like is in test/mqtt/proxy_header_test.cpp.
#include "protocol/fixture.hpp"
#include "support/proxy_headers.hpp"
#include "support/wire.hpp"

namespace troupe::test {

namespace {

const std::uint16_t proxied_port = free_port();
const std::uint16_t named_port = free_port();

struct proxied_broker : suite_broker {
  proxied_broker()
      : suite_broker(
            "listener.tcp.proxied = 127.0.0.1:" + std::to_string(proxied_port) +
            "\nlistener.tcp.proxied.proxy_protocol = on\nlistener.tcp.proxied.proxy_protocol_timeout = 1s"
            "\nlistener.tcp.proxied.peer_cert_as_username = cn\nlistener.tcp.named = 127.0.0.1:" +
            std::to_string(named_port) +
            "\nlistener.tcp.named.proxy_protocol = on\nlistener.tcp.named.peer_cert_as_clientid = cn") {}
};

/// "address port username" of a client's row, once it is there.
std::string row(std::string_view client_id) {
  const auto body =
      http_get(suite_broker::get().http_port(), std::string{"/api/v4/clients/"}.append(client_id)).body;
  const auto text = [&body](std::string_view name) {
    const auto at = body.find("\"" + std::string{name} + "\":\"");
    const auto begin = at + name.size() + 4;
    return at == std::string::npos ? std::string{"?"} : body.substr(begin, body.find('"', begin) - begin);
  };
  return text("ip_address") + " " + std::to_string(number_in(body, "port")) + " " + text("username");
}

/// A connection that begins with these bytes, one by one when `slowly`.
mqtt_client behind(std::string_view header, const char* client_id, bool slowly = false) {
  mqtt_client c{proxied_port};
  const auto bytes = std::string{header} + wire::connect(v311, client_id);
  for (std::size_t i = 0; i < bytes.size(); i += slowly ? 1 : bytes.size())
    c.send_bytes(std::string_view{bytes}.substr(i, slowly ? 1 : bytes.size()));
  BOOST_TEST(c.expect<mqtt::connack>().reason == reason_code::success);
  return c;
}

std::int64_t shutdowns(std::string_view why) {
  const auto body = http_get(suite_broker::get().http_port(), "/api/v4/listeners").body;
  return body.find("\"" + std::string{why} + "\":") == std::string::npos ? 0 : number_in(body, why);
}

} // namespace

BOOST_AUTO_TEST_SUITE(proxy_protocol, *boost::unit_test::fixture<proxied_broker>())

BOOST_AUTO_TEST_CASE(the_row_shows_the_client_not_the_proxy) {
  for (const bool slowly : {false, true}) {
    const auto one = behind("PROXY TCP4 203.0.113.7 192.0.2.1 40001 1883\r\n", "proxy-1", slowly);
    BOOST_TEST(row("proxy-1") == "203.0.113.7 40001 undefined");
    const auto two = behind("PROXY TCP6 2001:DB8::1 ::1 40002 1883\r\n", "proxy-2", slowly);
    BOOST_TEST(row("proxy-2") == "2001:db8::1 40002 undefined");
    const auto three = behind(proxy_v2_tcp4(tlv(0x04, "noop")), "proxy-3", slowly);
    BOOST_TEST(row("proxy-3") == "203.0.113.7 40000 undefined");
  }
}

BOOST_AUTO_TEST_CASE(the_proxys_own_connections) {
  const auto one = behind("PROXY UNKNOWN\r\n", "proxy-own-1");
  BOOST_TEST(row("proxy-own-1").starts_with("127.0.0.1 "));
  const auto two = behind(proxy_v2(0x20, 0x00, ""), "proxy-own-2");
  BOOST_TEST(row("proxy-own-2").starts_with("127.0.0.1 "));
}

BOOST_AUTO_TEST_CASE(the_certificate_that_the_proxy_saw) {
  const auto one = behind(proxy_v2_tcp4(ssl_tlv("device-1")), "proxy-cn-1");
  BOOST_TEST(row("proxy-cn-1") == "203.0.113.7 40000 device-1");
  const auto two = behind(proxy_v2_tcp4(ssl_tlv("device-1", 0x07, 1)), "proxy-cn-2"); // and did not accept
  BOOST_TEST(row("proxy-cn-2") == "203.0.113.7 40000 undefined");
}

// [MQTT-3.2.2-16], and [MQTT-3.1.3-8] of 3.1.1.
BOOST_AUTO_TEST_CASE(the_certificate_names_a_client_that_has_no_id) {
  const auto comes = [](mqtt_client& c, const connect_options& options) {
    c.send_bytes(proxy_v2_tcp4(ssl_tlv("device-7")));
    return c.connect(options);
  };
  mqtt_client modern{named_port, v5};
  const auto answer = comes(modern, {});
  BOOST_TEST(answer.reason == reason_code::success);
  BOOST_TEST(answer.properties.text(property::assigned_client_identifier).value_or("none") == "device-7");
  BOOST_TEST(row("device-7") == "203.0.113.7 40000 undefined");
  for (const auto& [version, clean] : {std::pair{v31, true}, std::pair{v31, false}, std::pair{v311, false}}) {
    mqtt_client refused{named_port, version};
    BOOST_TEST(comes(refused, {.clean = clean}).reason == reason_code::client_identifier_not_valid);
    refused.expect_closed();
  }
  modern.expect_nothing(); // nobody has taken its session
  mqtt_client usual{named_port, v311};
  BOOST_TEST(comes(usual, {}).reason == reason_code::success);
  modern.expect_disconnect(reason_code::session_taken_over);
  mqtt_client named{named_port, v5};
  const auto told = comes(named, {.client_id = "its-own"});
  BOOST_TEST(!told.properties.text(property::assigned_client_identifier).has_value());
  usual.expect_closed();
}

BOOST_AUTO_TEST_CASE(without_a_header_there_is_no_connection) {
  const auto before = shutdowns("proxy_protocol_error");
  mqtt_client plain{proxied_port};
  plain.send_bytes(hex("10 0c 00 04 'MQTT' 04 02 00 3c 00 00"));
  plain.expect_closed();
  mqtt_client bad{proxied_port};
  bad.send_bytes("PROXY TCP4 203.0.113.7 192.0.2.1 70000 1883\r\n");
  bad.expect_closed();
  BOOST_TEST(eventually([&] { return shutdowns("proxy_protocol_error") == before + 2; }));
}

BOOST_AUTO_TEST_CASE(a_header_has_a_time) {
  mqtt_client silent{proxied_port};
  mqtt_client half{proxied_port};
  half.send_bytes("PROXY TCP4 203");
  silent.expect_closed();
  half.expect_closed();
  BOOST_TEST(eventually([&] { return shutdowns("proxy_protocol_timeout") >= 2; }));
}

BOOST_AUTO_TEST_CASE(a_header_is_bounded) {
  mqtt_client line{proxied_port};
  line.send_bytes("PROXY UNKNOWN " + std::string(200, 'x'));
  line.expect_closed();
  mqtt_client large{proxied_port};
  large.send_bytes(proxy_v2_tcp4(tlv(0x04, std::string(60000, 'x'))).substr(0, 16));
  large.expect_closed();
}

BOOST_AUTO_TEST_CASE(elsewhere_a_header_is_no_packet) {
  mqtt_client c{port()};
  c.send_bytes("PROXY UNKNOWN" + std::string(85, ' ') + "\r\n"); // as long as 'R' says
  c.expect_closed();
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
