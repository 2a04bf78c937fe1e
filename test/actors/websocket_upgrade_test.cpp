#include "actors/shard/websocket_upgrade.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace troupe;

namespace {

/// A request for /mqtt, line by line; a test takes lines out, changes and adds some.
struct request {
  std::string line = "GET /mqtt HTTP/1.1";
  std::vector<std::string> fields{"Host: localhost:8083",      "Upgrade: websocket",
                                  "Connection: Upgrade",       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                                  "Sec-WebSocket-Version: 13", "Sec-WebSocket-Protocol: mqtt"};

  request& without(std::string_view name) {
    std::erase_if(fields, [&](const std::string& f) { return f.starts_with(name); });
    return *this;
  }

  request& with(std::string field) {
    fields.push_back(std::move(field));
    return *this;
  }

  request& instead(std::string field) {
    without(std::string_view{field}.substr(0, field.find(':')));
    return with(std::move(field));
  }

  std::string text() const {
    std::string t = line + "\r\n";
    for (const auto& f : fields)
      t += f + "\r\n";
    return t + "\r\n";
  }
};

/// "101 mqtt", the status and the subprotocol, if one was chosen.
std::string answer(const std::string& text, const websocket_settings& rules = {}) {
  const auto a = answer_upgrade(text, rules);
  BOOST_TEST(a.response.starts_with("HTTP/1.1 "));
  BOOST_TEST(a.response.ends_with("\r\n\r\n"));
  BOOST_TEST(a.accepted == (a.response.substr(9, 3) == "101"));
  BOOST_TEST((*a.detail == '\0') == a.accepted);
  if (!a.accepted)
    BOOST_TEST(a.response.find("Connection: close\r\nContent-Length: 0\r\n") != std::string::npos);
  std::string result = a.response.substr(9, 3);
  constexpr std::string_view name = "Sec-WebSocket-Protocol: ";
  if (const auto at = a.response.find(name); at != std::string::npos) {
    const auto begin = at + name.size();
    result += " " + a.response.substr(begin, a.response.find("\r\n", begin) - begin);
  }
  return result;
}

std::string answer(const request& r, const websocket_settings& rules = {}) { return answer(r.text(), rules); }

} // namespace

BOOST_AUTO_TEST_SUITE(websocket_upgrade)

BOOST_AUTO_TEST_CASE(the_example_of_the_specification) { // RFC 6455 section 1.3
  const auto a = answer_upgrade(request{}.text(), {});
  BOOST_TEST(a.accepted);
  BOOST_TEST(a.response == "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                           "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
                           "Sec-WebSocket-Protocol: mqtt\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(reads_http_as_browsers_write_it) {
  BOOST_TEST(answer(request{}.instead("Connection: keep-alive, upgrade").instead("Upgrade: WebSocket")) ==
             "101 mqtt");
  BOOST_TEST(answer(request{}.with("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits")) ==
             "101 mqtt");
  BOOST_TEST(answer_upgrade(request{}.with("Sec-WebSocket-Extensions: permessage-deflate").text(), {})
                 .response.find("Extensions") == std::string::npos);
  auto r = request{};
  r.line = "GET /mqtt?token=1 HTTP/1.1";
  BOOST_TEST(answer(r) == "101 mqtt");
}

// "host port doubt" of what the answer says of the client; "-" stands for nothing.
std::string client_of(const request& r, const websocket_settings& rules) {
  const auto a = answer_upgrade(r.text(), rules);
  BOOST_TEST(a.accepted);
  return a.client_host.value_or("-") + " " + (a.client_port ? std::to_string(*a.client_port) : "-") +
         (*a.doubt == '\0' ? "" : " doubt");
}

BOOST_AUTO_TEST_CASE(the_client_of_a_proxy) {
  websocket_settings rules;
  const auto both = request{}.with("x-forwarded-for: 203.0.113.7").with("X-Forwarded-Port: 40001");
  BOOST_TEST(client_of(both, rules) == "- -"); // nobody is believed who is not named
  rules.proxy_address_header = "X-Forwarded-For";
  BOOST_TEST(client_of(both, rules) == "203.0.113.7 -");
  rules.proxy_port_header = "X-Forwarded-Port";
  BOOST_TEST(client_of(both, rules) == "203.0.113.7 40001");
  BOOST_TEST(client_of(request{}, rules) == "- -");
  const auto host = [&rules](const std::string& value) {
    return client_of(request{}.with("X-Forwarded-For: " + value), rules);
  };
  BOOST_TEST(host("203.0.113.7, 198.51.100.1,10.0.0.1") == "203.0.113.7 -"); // the leftmost
  BOOST_TEST(host("203.0.113.7 ,unknown") == "203.0.113.7 -");
  BOOST_TEST(host(", 203.0.113.7") == "203.0.113.7 -");
  BOOST_TEST(host("2001:DB8::1") == "2001:db8::1 -");
  BOOST_TEST(host("::ffff:203.0.113.7") == "203.0.113.7 -");
  for (const char* bad : {"", ",", "unknown", "203.0.113.700", "203.0.113.7:40001", "[2001:db8::1]", "1.2.3"})
    BOOST_TEST(host(bad) == "- - doubt", bad);
  const auto port = [&rules](const std::string& value) {
    return client_of(request{}.with("X-Forwarded-Port: " + value), rules);
  };
  BOOST_TEST(port("65535, 443") == "- 65535");
  for (const char* bad : {"", "0", "-1", "65536", "80a", "port"})
    BOOST_TEST(port(bad) == "- - doubt", bad);
  const auto half = request{}.with("X-Forwarded-For: nobody").with("X-Forwarded-Port: 40001");
  BOOST_TEST(client_of(half, rules) == "- 40001 doubt");
}

BOOST_AUTO_TEST_CASE(paths) {
  for (const char* line :
       {"GET / HTTP/1.1", "GET /mqtt/ HTTP/1.1", "GET /MQTT HTTP/1.1", "GET mqtt HTTP/1.1"}) {
    auto r = request{};
    r.line = line;
    BOOST_TEST(answer(r) == "404", line);
  }
  websocket_settings rules;
  rules.mqtt_path = "/broker/ws";
  auto r = request{};
  BOOST_TEST(answer(r, rules) == "404");
  r.line = "GET /broker/ws HTTP/1.1";
  BOOST_TEST(answer(r, rules) == "101 mqtt");
}

BOOST_AUTO_TEST_CASE(absolute_targets) { // RFC 6455 section 4.2.1 item 1
  const auto get = [](const std::string& target, const websocket_settings& rules = {}) {
    auto r = request{};
    r.line = "GET " + target + " HTTP/1.1";
    return answer(r, rules);
  };
  for (const char* good :
       {"http://localhost:8083/mqtt", "https://broker.example/mqtt", "HTTP://[::1]/mqtt?token=1"})
    BOOST_TEST(get(good) == "101 mqtt", good);
  for (const char* bad :
       {"http://localhost:8083", "http://localhost:8083/", "http://localhost/x/mqtt", "http:///mqtt",
        "http://localhost?/mqtt", "http:/mqtt", "ftp://localhost/mqtt", "localhost/mqtt"})
    BOOST_TEST(get(bad) == "404", bad);
  websocket_settings root;
  root.mqtt_path = "/";
  for (const char* good : {"http://localhost", "http://localhost/", "http://localhost?token=1"})
    BOOST_TEST(get(good, root) == "101 mqtt", good);
  BOOST_TEST(get("http://", root) == "404");
}

BOOST_AUTO_TEST_CASE(bad_requests) {
  for (const char* line :
       {"POST /mqtt HTTP/1.1", "GET /mqtt HTTP/1.0", "GET /mqtt HTTP/2.0", "GET /mqtt", "GET  HTTP/1.1"}) {
    auto r = request{};
    r.line = line;
    BOOST_TEST(answer(r) == "400", line);
  }
  BOOST_TEST(answer(request{}.without("Host")) == "400");
  BOOST_TEST(answer(request{}.with("Host: other")) == "400");
  BOOST_TEST(answer(request{}.with("no colon")) == "400");
  BOOST_TEST(answer(request{}.with("Content-Length: 3")) == "400");
  BOOST_TEST(answer(request{}.with("Transfer-Encoding: chunked")) == "400");
  BOOST_TEST(answer(std::string{"nonsense\r\n\r\n"}) == "400");
  BOOST_TEST(answer(std::string{"\r\n\r\n"}) == "400");
}

BOOST_AUTO_TEST_CASE(keys) {
  BOOST_TEST(answer(request{}.without("Sec-WebSocket-Key")) == "400");
  BOOST_TEST(answer(request{}.with("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")) == "400"); // twice
  for (const char* key : {"", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ===",
                          "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25j*Q==", "dGhlIHNhbXBsZSBub25jZQaa"})
    BOOST_TEST(answer(request{}.instead(std::string{"Sec-WebSocket-Key: "} + key)) == "400", key);
}

BOOST_AUTO_TEST_CASE(no_websocket_and_other_versions) {
  BOOST_TEST(answer(request{}.without("Upgrade")) == "426");
  BOOST_TEST(answer(request{}.instead("Upgrade: h2c")) == "426");
  BOOST_TEST(answer(request{}.instead("Connection: keep-alive")) == "426");
  for (const char* version : {"12", "14", "130", "x", ""}) {
    const auto r = request{}.instead(std::string{"Sec-WebSocket-Version: "} + version);
    BOOST_TEST(answer(r) == "426", version);
    BOOST_TEST(answer_upgrade(r.text(), {}).response.find("Sec-WebSocket-Version: 13\r\n") !=
               std::string::npos);
  }
  BOOST_TEST(answer(request{}.without("Sec-WebSocket-Version")) == "426");
}

BOOST_AUTO_TEST_CASE(subprotocols) {
  const auto offering = [](const std::string& list) {
    return answer(request{}.instead("Sec-WebSocket-Protocol: " + list));
  };
  BOOST_TEST(offering("mqttv3.1") == "101 mqttv3.1");
  BOOST_TEST(offering("mqtt-v5, mqtt-v3") == "101 mqtt-v5");
  BOOST_TEST(offering("chat, mqttv3.1 , mqtt") == "101 mqtt"); // [MQTT-6.0.0-4]
  BOOST_TEST(offering("MQTT") == "101 MQTT");
  BOOST_TEST(offering("chat") == "400");
  BOOST_TEST(offering("mqtt5") == "400");
  BOOST_TEST(answer(request{}.instead("Sec-WebSocket-Protocol: chat").with("Sec-WebSocket-Protocol: mqtt")) ==
             "101 mqtt");
  BOOST_TEST(answer(request{}.without("Sec-WebSocket-Protocol")) == "101");
}

BOOST_AUTO_TEST_CASE(subprotocols_as_configured) {
  websocket_settings strict;
  strict.fail_if_no_subprotocol = true;
  BOOST_TEST(answer(request{}.without("Sec-WebSocket-Protocol"), strict) == "400");
  BOOST_TEST(answer(request{}, strict) == "101 mqtt");
  websocket_settings off;
  off.fail_if_no_subprotocol = true;
  off.verify_protocol_header = false;
  BOOST_TEST(answer(request{}.without("Sec-WebSocket-Protocol"), off) == "101");
  BOOST_TEST(answer(request{}.instead("Sec-WebSocket-Protocol: chat"), off) == "101");
  BOOST_TEST(answer(request{}, off) == "101 mqtt"); // a browser needs that
  websocket_settings own;
  own.supported_subprotocols = {"plant"};
  BOOST_TEST(answer(request{}, own) == "400");
  BOOST_TEST(answer(request{}.instead("Sec-WebSocket-Protocol: mqtt, plant"), own) == "101 plant");
}

BOOST_AUTO_TEST_CASE(origins) {
  websocket_settings rules;
  BOOST_TEST(answer(request{}.with("Origin: http://evil.example"), rules) == "101 mqtt");
  rules.check_origin_enable = true;
  rules.check_origins = {"https://plant.example", "http://localhost:18083"};
  BOOST_TEST(answer(request{}.with("Origin: http://evil.example"), rules) == "403");
  BOOST_TEST(answer(request{}.with("Origin: HTTPS://plant.example"), rules) == "101 mqtt");
  BOOST_TEST(answer(request{}, rules) == "101 mqtt");
  rules.allow_origin_absence = false;
  BOOST_TEST(answer(request{}, rules) == "403");
}

BOOST_AUTO_TEST_CASE(requests_that_cannot_be_one) {
  BOOST_TEST(refuse_upgrade(431, "too long")
                 .response.starts_with("HTTP/1.1 431 Request Header Fields Too Large\r\n"));
  BOOST_TEST(may_begin_upgrade('G'));
  BOOST_TEST(!may_begin_upgrade('\x10')); // a CONNECT without WebSocket
  BOOST_TEST(!may_begin_upgrade('\x16')); // a TLS hello
}

BOOST_AUTO_TEST_SUITE_END()
