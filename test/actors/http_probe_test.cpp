// What a probe of an HTTP server says: the reason stands in the log.
#include "actors/backends/http_connection.hpp"
#include "actors/tls/development_certificate.hpp"
#include "support/broker.hpp"
#include "support/process.hpp"
#include "support/web_server.hpp" // before other headers that may bring macros

#include <boost/test/unit_test.hpp>

#include <string>

using namespace troupe;
using namespace troupe::test;

namespace {

void say_nothing(const httplib::Request&, httplib::Response&) {}

std::string probe(const std::string& host, std::uint16_t port, const outgoing_tls* tls = nullptr) {
  http_client_settings s;
  s.server.secure = tls != nullptr;
  s.server.host = host;
  s.server.port = port;
  if (tls != nullptr)
    s.tls = *tls;
  return http_connection{s}.probe();
}

} // namespace

BOOST_AUTO_TEST_SUITE(http_probe)

BOOST_AUTO_TEST_CASE(by_tcp) {
  const web_server server{say_nothing};
  BOOST_TEST(probe("127.0.0.1", server.port()) == "");
  BOOST_TEST(probe("localhost", server.port()) == "");
  BOOST_TEST(probe("127.0.0.1", free_port()) == "Connection refused");
  BOOST_TEST(server.requests().empty());
}

BOOST_AUTO_TEST_CASE(after_an_interruption) {
  const web_server server{say_nothing};
  http_client_settings s;
  s.server.host = "127.0.0.1";
  s.server.port = server.port();
  http_connection connection{s};
  BOOST_TEST(connection.probe() == "");
  connection.interrupt();
  BOOST_TEST(connection.probe() != "");
}

BOOST_AUTO_TEST_CASE(by_tls) {
  const temporary_folder folder;
  const auto own = ensure_development_certificate((folder.path() / "a").string());
  const auto other = ensure_development_certificate((folder.path() / "b").string());
  const web_server server{say_nothing, own.certfile, own.keyfile};
  const outgoing_tls right{.cacertfile = own.certfile}, wrong{.cacertfile = other.certfile},
      anybody{.verify_peer = false};
  BOOST_TEST(probe("127.0.0.1", server.port(), &right) == "");
  BOOST_TEST(probe("localhost", server.port(), &right) == "");
  BOOST_TEST(probe("127.0.0.2", server.port(), &right) == "TLS: IP address mismatch");
  BOOST_TEST(probe("127.0.0.2", server.port(), &anybody) == "");
  const auto unknown = probe("127.0.0.1", server.port(), &wrong);
  BOOST_TEST(unknown.starts_with("TLS: "), unknown);
  BOOST_TEST(unknown.find("certificate") != std::string::npos, unknown);
  BOOST_TEST(server.requests().empty());
}

BOOST_AUTO_TEST_CASE(by_tls_to_a_server_that_wants_a_certificate) {
  const temporary_folder folder;
  const auto own = ensure_development_certificate((folder.path() / "a").string());
  const web_server server{say_nothing, own.certfile, own.keyfile, own.certfile};
  const outgoing_tls known{.cacertfile = own.certfile, .certfile = own.certfile, .keyfile = own.keyfile},
      unknown{.cacertfile = own.certfile};
  BOOST_TEST(probe("127.0.0.1", server.port(), &known) == "");
  const auto why = probe("127.0.0.1", server.port(), &unknown);
  BOOST_TEST(why.starts_with("TLS: "), why);
  BOOST_TEST(why.find("certificate required") != std::string::npos, why);
}

BOOST_AUTO_TEST_SUITE_END()
