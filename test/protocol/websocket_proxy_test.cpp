// WebSocket behind a proxy that tells in HTTP headers who its client is: proxy_address_header and
// proxy_port_header. What the headers may look like is in test/actors/websocket_upgrade_test.cpp.
#include "protocol/fixture.hpp"
#include "support/websocket_client.hpp"

namespace troupe::test {

namespace {

const std::uint16_t believing_port = free_port();
const std::uint16_t plain_port = free_port();

struct http_proxied_broker : suite_broker {
  http_proxied_broker()
      : suite_broker("listener.ws.external = 127.0.0.1:" + std::to_string(believing_port) +
                     "\nlistener.ws.external.proxy_address_header = X-Forwarded-For"
                     "\nlistener.ws.external.proxy_port_header = X-Forwarded-Port"
                     "\nlistener.ws.plain = 127.0.0.1:" +
                     std::to_string(plain_port) + "\nnode.io_threads = 3\n") {}
};

websocket_client behind(std::string_view fields, std::uint16_t at = believing_port) {
  websocket_client c{at};
  BOOST_TEST_REQUIRE(c.request(upgrade_request("/mqtt", fields)).starts_with("HTTP/1.1 101 "));
  return c;
}

/// "address port" of a client's row.
std::string row(std::string_view client_id) {
  auto path = std::string{"/api/v4/clients/"}.append(client_id);
  path.replace(path.rfind('/'), 1, "%2F"); // of `unique`
  const auto body = http_get(suite_broker::get().http_port(), path).body;
  constexpr std::string_view name = "\"ip_address\":\"";
  const auto at = body.find(name);
  if (at == std::string::npos)
    return "no row: " + body;
  const auto begin = at + name.size();
  return body.substr(begin, body.find('"', begin) - begin) + " " + std::to_string(number_in(body, "port"));
}

constexpr std::string_view from_abroad =
    "X-Forwarded-For: 203.0.113.7, 10.0.0.1\r\nX-Forwarded-Port: 40001\r\n";

} // namespace

BOOST_AUTO_TEST_SUITE(websocket_proxy, *boost::unit_test::fixture<http_proxied_broker>())

// Also after it has moved to the shard of its client id.
BOOST_AUTO_TEST_CASE(the_row_shows_the_client_not_the_proxy) {
  for (int round = 0; round < 6; ++round) {
    auto c = behind(from_abroad);
    const auto id = unique("c");
    BOOST_TEST(c.connect(id).reason == reason_code::success);
    BOOST_TEST(row(id) == "203.0.113.7 40001");
  }
  auto c = behind("x-forwarded-for: 2001:DB8::1\r\n");
  const auto id = unique("six");
  c.connect(id);
  BOOST_TEST(row(id).starts_with("2001:db8::1 ")); // and the socket's port
}

BOOST_AUTO_TEST_CASE(what_is_not_there_or_malformed_is_the_sockets) {
  for (const char* fields : {"", "X-Forwarded-For: nobody\r\nX-Forwarded-Port: 0\r\n"}) {
    auto c = behind(fields);
    const auto id = unique("c");
    BOOST_TEST(c.connect(id).reason == reason_code::success);
    BOOST_TEST(row(id).starts_with("127.0.0.1 "), row(id));
  }
}

BOOST_AUTO_TEST_CASE(a_listener_without_the_keys_believes_nobody) {
  auto c = behind(from_abroad, plain_port);
  const auto id = unique("c");
  BOOST_TEST(c.connect(id).reason == reason_code::success);
  BOOST_TEST(row(id).starts_with("127.0.0.1 "), row(id));
}

BOOST_AUTO_TEST_CASE(bans_are_of_the_client_not_of_the_proxy) {
  const auto http = suite_broker::get().http_port();
  http_request(http, "POST", "/api/v4/banned", R"({"as":"peerhost","who":"203.0.113.7"})");
  auto banned = behind(from_abroad);
  BOOST_TEST(banned.connect(unique("c"), v5).reason == reason_code::banned);
  auto neighbour = behind("X-Forwarded-For: 203.0.113.8\r\n");
  BOOST_TEST(neighbour.connect(unique("c"), v5).reason == reason_code::success);
  http_request(http, "DELETE", "/api/v4/banned/peerhost/203.0.113.7");
  auto again = behind(from_abroad);
  BOOST_TEST(again.connect(unique("c"), v5).reason == reason_code::success);
}

// The default rules let only local clients subscribe to everything.
BOOST_AUTO_TEST_CASE(access_rules_are_asked_about_the_client) {
  const auto answer = [](std::string_view fields) {
    auto c = behind(fields);
    c.connect(unique("c"), v5);
    c.send(encoded(mqtt::subscribe{1, {}, {{"#", {}}}}, v5));
    return reasons(c.expect<mqtt::suback>(v5));
  };
  BOOST_TEST(answer("") == "00");
  BOOST_TEST(answer(from_abroad) == "87");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
