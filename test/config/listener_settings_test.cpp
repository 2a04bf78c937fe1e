// What listeners have beside an address: access rules, TLS, Unix domain sockets, pre-shared keys.
#include "actors/node/config/psk_file.hpp"
#include "troupe/actors/config.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace troupe;

namespace {

loaded_settings load(std::string_view text) { return load_settings(text, "/etc/troupe/troupe.conf", {}); }

const listener_settings& only(const loaded_settings& l, listener_kind kind) {
  const auto i = std::find_if(l.values.listeners.begin(), l.values.listeners.end(),
                              [&](const listener_settings& each) { return each.kind == kind; });
  BOOST_REQUIRE(i != l.values.listeners.end());
  return *i;
}

bool says(const std::vector<std::string>& lines, std::string_view text) {
  return std::any_of(lines.begin(), lines.end(),
                     [&](const std::string& l) { return l.find(text) != std::string::npos; });
}

} // namespace

BOOST_AUTO_TEST_SUITE(listener_keys)

BOOST_AUTO_TEST_CASE(a_tls_listener) {
  const auto l = load(
      "listener.ssl.external = 8883\nlistener.ssl.external.certfile = certs/cert.pem\n"
      "listener.ssl.external.tls_versions = tlsv1.2, tlsv1.1\nlistener.ssl.external.verify = verify_peer\n"
      "listener.ssl.external.cacertfile = /ca.pem\nlistener.ssl.external.handshake_timeout = 3s\n"
      "listener.ssl.external.sni.1.host = a.test\nlistener.ssl.external.sni.1.certfile = a.pem\n"
      "listener.ssl.external.sni.1.keyfile = a-key.pem\nlistener.ssl.external.secure_renegotiate = off\n"
      "listener.ssl.external.peer_cert_as_username = dn\n");
  BOOST_TEST(l.errors.empty());
  BOOST_TEST(l.warnings.empty());
  const auto& ssl = only(l, listener_kind::ssl);
  BOOST_TEST(ssl.listen_on == "8883");
  BOOST_TEST(ssl.acceptors == 16U);
  BOOST_TEST(ssl.max_connections == 102'400U);
  BOOST_TEST((ssl.peer_cert_as_username == certificate_field::dn));
  BOOST_TEST(ssl.tls.certfile == "/etc/troupe/certs/cert.pem");
  BOOST_TEST(ssl.tls.keyfile == ssl.tls.certfile); // both in one file
  BOOST_TEST(ssl.tls.cacertfile == "/ca.pem");
  BOOST_TEST(ssl.tls.versions == (tls_1_1 | tls_1_2));
  BOOST_TEST(ssl.tls.verify_peer);
  BOOST_TEST((ssl.tls.handshake_timeout == milliseconds{3000}));
  BOOST_TEST(ssl.tls.sni.at("1").keyfile == "/etc/troupe/a-key.pem");
}

BOOST_AUTO_TEST_CASE(mistakes_in_tls) {
  const auto l =
      load("listener.ssl.a = 8883\nlistener.ssl.a.tls_versions = tlsv1.4\nlistener.ssl.a.verify = yes\n"
           "listener.ssl.a.keyfile = k.pem\nlistener.ssl.b = 8884\nlistener.ssl.b.verify = verify_peer\n"
           "listener.ssl.b.sni.1.host = a.test\nlistener.ssl.c = 8885\nlistener.ssl.c.crlfile = crl.pem\n");
  BOOST_TEST(l.errors.size() == 6U);
  for (const char* what : {"tlsv1.4", "verify: \"yes\"", "a.keyfile: needs certfile",
                           "b.verify: needs cacertfile", "b.sni.1.host: needs", "c.crlfile: needs"})
    BOOST_TEST(says(l.errors, what), what);
}

BOOST_AUTO_TEST_CASE(headers_of_a_proxy) {
  const std::string headers = "listener.ws.external = 8083\n"
                              "listener.ws.external.proxy_address_header = X-Forwarded-For\n"
                              "listener.ws.external.proxy_port_header = X-Forwarded-Port\n"
                              "listener.ws.external.mqtt_piggyback = multiple\n"
                              "listener.tcp.external.hibernate_after = 60s\n";
  const auto l = load(headers);
  BOOST_TEST(l.errors.empty());
  BOOST_TEST(l.warnings.empty());
  BOOST_TEST(only(l, listener_kind::ws).websocket.proxy_address_header == "X-Forwarded-For");
  BOOST_TEST(only(l, listener_kind::ws).websocket.proxy_port_header == "X-Forwarded-Port");
  const auto unset = load("listener.ws.external = 8083\n");
  BOOST_TEST(only(unset, listener_kind::ws).websocket.proxy_address_header.empty());
  BOOST_TEST(only(unset, listener_kind::ws).websocket.proxy_port_header.empty());
  const auto twice = load(headers + "listener.ws.external.proxy_protocol = on\n"); // that one tells
  BOOST_TEST(twice.warnings.size() == 2U);
  BOOST_TEST(says(twice.warnings, "troupe.conf:2: listener.ws.external.proxy_address_header: has no effect"));
  BOOST_TEST(only(twice, listener_kind::ws).websocket.proxy_address_header.empty());
  BOOST_TEST(only(twice, listener_kind::ws).websocket.proxy_port_header.empty());
  for (const char* bad : {"X Forwarded", "X-Forwarded-For:", "a,b"})
    BOOST_TEST(says(load(std::string{"listener.ws.external.proxy_address_header = "} + bad).errors,
                    "the name of an HTTP header"),
               bad);
}

BOOST_AUTO_TEST_CASE(access_rules_in_the_order_of_their_numbers) {
  const auto l =
      load("listener.tcp.external.access.10 = allow all\nlistener.tcp.external.access.2 = deny 10.1.0.0/16\n"
           "listener.tcp.external.access.1 =  allow   10.1.2.3\nlistener.tcp.internal = off\n");
  BOOST_TEST(l.errors.empty());
  BOOST_TEST(l.warnings.empty());
  const auto& rules = only(l, listener_kind::tcp).access;
  BOOST_TEST(rules.size() == 3U);
  BOOST_TEST(allows(rules, *mqtt::parse_ip("10.1.2.3")));
  BOOST_TEST(!allows(rules, *mqtt::parse_ip("10.1.2.4")));
  BOOST_TEST(allows(rules, *mqtt::parse_ip("10.2.0.1")));
  BOOST_TEST(allows({}, *mqtt::parse_ip("::1")));
  for (const char* bad : {"allow", "permit all", "deny 10.0.0.0/64", "allow everybody", ""})
    BOOST_TEST(!load(std::string{"listener.tcp.external.access.1 = "} + bad + "\n").errors.empty(), bad);
}

BOOST_AUTO_TEST_CASE(unix_domain_sockets) {
  const auto l = load("listener.tcp.external = /run/troupe.sock\nlistener.tcp.external.socket_mode = 0666\n"
                      "listener.tcp.internal = unix:/run/other.sock\n");
  BOOST_TEST(l.errors.empty());
  BOOST_TEST(l.values.listeners.at(0).path == "/run/troupe.sock");
  BOOST_TEST(l.values.listeners.at(0).socket_mode == 0666U);
  BOOST_TEST(l.values.listeners.at(1).path == "/run/other.sock");
  BOOST_TEST(l.values.listeners.at(1).socket_mode == 0660U);
  BOOST_TEST(
      says(load("listener.tcp.external = /a\nlistener.tcp.internal = unix:/a\n").errors, "another listener"));
  for (const char* bad :
       {"= unix:relative", "= unix:", ".socket_mode = 888", ".socket_mode = 01777", ".socket_mode ="})
    BOOST_TEST(!load(std::string{"listener.tcp.external"} + bad + "\n").errors.empty(), bad);
  BOOST_TEST(!load("listener.tcp.external = /" + std::string(107, 'x') + "\n").errors.empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(psk_files)

BOOST_AUTO_TEST_CASE(identities_and_secrets) {
  const auto file =
      config::parse_psk_file("# comment\n\nclient1:1234\r\n client2 : ab:cd \nmeter:\xFF\x01", ':');
  BOOST_TEST(file.error.empty());
  BOOST_TEST(file.keys.size() == 3U);
  BOOST_TEST(file.keys.at("client1") == "1234");
  BOOST_TEST(file.keys.at("client2") == "ab:cd");
  BOOST_TEST(file.keys.at("meter") == "\xFF\x01");
  BOOST_TEST(config::parse_psk_file("a=b", '=').keys.at("a") == "b");
}

BOOST_AUTO_TEST_CASE(mistakes_in_them) {
  const auto wrong = [](const std::string& text, const char* what) {
    const auto file = config::parse_psk_file(text);
    BOOST_TEST(file.error.find(what) != std::string::npos, text << " gives " << file.error);
  };
  wrong("a:b\nno delimiter\n", "line 2");
  wrong(":secret", "identity");
  wrong("identity:", "secret");
  wrong(std::string(129, 'i') + ":s", "identity");
  wrong("i:" + std::string(257, 's'), "secret");
  wrong("a:1\na:2\n", "earlier");
  wrong(std::string{"a\0b:1", 5}, "identity");
}

BOOST_AUTO_TEST_SUITE_END()
