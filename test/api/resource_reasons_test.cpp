// Why a resource is down stands in its alarm and in the log: above all, what is wrong with a certificate.
#include "api/rule_fixture.hpp"
#include "support/database_server.hpp"
#include "support/web_server.hpp"

#include <memory>
#include <string>

namespace {

using namespace troupe::test;

void answer_ok(const httplib::Request&, httplib::Response& r) { r.status = 200; }

// A CA, a certificate of it for 127.0.0.1, and one whose time was over yesterday.
struct certificates {
  temporary_folder folder, others;
  tls_files own{folder.path()}, other{others.path()};
  std::string expired = (folder.path() / "expired.pem").string();

  certificates() {
    const auto request = (folder.path() / "request").string(), ca_key = (folder.path() / "ca.key").string();
    openssl({"req", "-new", "-key", own.key, "-subj", "/CN=127.0.0.1", "-addext",
             "subjectAltName=IP:127.0.0.1", "-out", request});
    openssl({"x509", "-req", "-in", request, "-copy_extensions", "copy", "-CA", own.authority, "-CAkey",
             ca_key, "-set_serial", "7", "-days", "-1", "-out", expired});
  }

  static void openssl(std::vector<std::string> words) {
    words.insert(words.begin(), "/usr/bin/openssl");
    const auto done = run(words);
    BOOST_TEST_REQUIRE(done.status == 0, done.output);
  }
};

struct reasons_broker : rule_broker, certificates {
  web_server server{answer_ok, own.certificate, own.key};

  /// `make` makes a resource for a host, a port and a file with the CA.
  template <class Make>
  void check(Make make) {
    const web_server late{answer_ok, expired, own.key};
    expect(make("127.0.0.1", server.port(), other.authority), "unable to get local issuer certificate");
    expect(make("localhost", server.port(), own.authority), "ostname mismatch");
    expect(make("127.0.0.1", late.port(), own.authority), "certificate has expired");
    expect(make("127.0.0.1", free_port(), own.authority), "Connection refused");
  }

  void expect(const std::string& resource, const std::string& why) {
    BOOST_TEST(eventually([&] { return reason(resource).find(why) != std::string::npos; }),
               why << ": " << reason(resource));
    BOOST_TEST(!alive(resource));
    BOOST_TEST(eventually([&] {
                 const auto log = process().log();
                 const auto line = log.find(resource);
                 return line != std::string::npos && log.find(why, line) != std::string::npos;
               }),
               process().log());
  }

  std::string make_hook(const std::string& host, int port, const std::string& authority) {
    return make_resource("web_hook", {{"url", "https://" + host + ":" + std::to_string(port) + "/"},
                                      {"cacertfile", authority}});
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(resource_reasons)

BOOST_FIXTURE_TEST_CASE(of_web_hooks, reasons_broker) {
  check([this](const std::string& host, int port, const std::string& authority) {
    return make_hook(host, port, authority);
  });
  const web_server strict{answer_ok, own.certificate, own.key, own.authority};
  expect(make_hook("127.0.0.1", strict.port(), own.authority), "certificate required");
}

BOOST_FIXTURE_TEST_CASE(of_bridges, reasons_broker) {
  check([this](const std::string& host, int port, const std::string& authority) {
    return make_resource("bridge_mqtt", {{"address", host + ":" + std::to_string(port)},
                                         {"pool_size", 1},
                                         {"ssl", "on"},
                                         {"reconnect_interval", "1s"},
                                         {"cacertfile", authority}});
  });
}

// It goes on, and the alarm with it.
BOOST_FIXTURE_TEST_CASE(a_reason_that_changes, reasons_broker) {
  auto late = std::make_unique<web_server>(answer_ok, expired, own.key);
  const auto hook = make_hook("127.0.0.1", late->port(), own.authority);
  expect(hook, "certificate has expired");
  late.reset();
  expect(hook, "Connection refused");
  const auto rows = get("/nodes/emqx@127.0.0.1/alarms/activated").text;
  BOOST_TEST(rows.find(hook) != std::string::npos, rows);
  BOOST_TEST(rows.find("has expired") == std::string::npos, rows);
}

BOOST_AUTO_TEST_SUITE_END()
