// Peers of a TLS listener that do not speak TLS, or do not finish; and peers that take nothing.
#include "support/broker.hpp"
#include "support/http.hpp"
#include "support/mqtt_client.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

using namespace troupe::test;

namespace {

std::int64_t ended(const broker_process& broker, std::string_view why) {
  const auto reply = http_get(broker.http_port(), "/api/v4/listeners");
  const auto found = reply.body.find("\"" + std::string{why} + "\":");
  return found == std::string::npos ? 0 : number_in(reply.body.substr(found), why);
}

std::string tls_listener(std::uint16_t port, std::string_view more) {
  const std::string key = "listener.ssl.external";
  return key + " = 127.0.0.1:" + std::to_string(port) + "\n" + key + "." + std::string{more} + "\n";
}

void expect_closed(tcp_socket& socket) {
  std::string answer; // an alert perhaps
  auto state = tcp_socket::state::data;
  while (state == tcp_socket::state::data)
    state = socket.receive(answer);
  BOOST_TEST((state == tcp_socket::state::closed));
}

} // namespace

BOOST_AUTO_TEST_SUITE(tls_peers)

BOOST_AUTO_TEST_CASE(garbage_ends_a_connection_at_once) {
  const auto port = free_port();
  broker_process broker{tls_listener(port, "handshake_timeout = 60s")};
  const std::vector<std::string> garbage{std::string(100, '\0'), "GET / HTTP/1.1\r\n\r\n",
                                         hex("10 0c 0004 'MQTT' 04 02 003c 0000"),
                                         hex("16 0301 0005 0100000100"), std::string(70'000, 'x')};
  for (const auto& bytes : garbage) {
    tcp_socket peer{port};
    peer.send(bytes);
    expect_closed(peer);
  }
  BOOST_TEST(eventually([&] { return ended(broker, "ssl_error") + ended(broker, "ssl_closed") == 5; }));
}

BOOST_AUTO_TEST_CASE(a_handshake_has_its_time) {
  const auto port = free_port();
  broker_process broker{tls_listener(port, "handshake_timeout = 300ms")};
  tcp_socket silent{port};
  tcp_socket slow{port};
  slow.send(hex("16 0301 0200 01")); // the beginning of a ClientHello
  expect_closed(silent);
  expect_closed(slow);
  BOOST_TEST(eventually([&] { return ended(broker, "ssl_upgrade_timeout") == 2; }));
  tcp_socket gone{port};
  gone.send(hex("16 0301"));
  gone.abort();
  BOOST_TEST(eventually([&] { return ended(broker, "ssl_closed") + ended(broker, "ssl_error") == 1; }));
}

BOOST_AUTO_TEST_CASE(a_peer_that_takes_nothing_is_given_up) {
  broker_process broker{"listener.tcp.external.send_timeout = 1s\n"};
  mqtt_client deaf{broker.mqtt_port(), protocol_version::v311, 4096};
  deaf.connect("deaf");
  deaf.subscribe("flood", qos::at_most_once);
  auto writer = connected(broker.mqtt_port(), "writer");
  const std::string payload(512 * 1024, 'x');
  BOOST_TEST(eventually([&] {
    writer.publish("flood", payload);
    writer.expect_nothing();
    return ended(broker, "send_timeout") == 1;
  }));
}

BOOST_AUTO_TEST_SUITE_END()
