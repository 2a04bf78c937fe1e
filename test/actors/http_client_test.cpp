// The HTTP client against a server in this process: what is sent, what comes back, and what happens while the
// server is slow, silent, gone, or another one.
#include "actors/tls/development_certificate.hpp"
#include "fake_alarms.hpp"
#include "support/broker.hpp"
#include "support/closing_server.hpp"
#include "support/gate.hpp"
#include "support/process.hpp"
#include "support/socket.hpp"
#include "support/web_server.hpp" // before other headers that may bring macros
#include "troupe/actors/backend_messages.hpp"
#include "troupe/actors/http_client.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdio>
#include <fstream>
#include <optional>
#include <string>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

void say_fine(const httplib::Request&, httplib::Response& r) { r.set_content("fine", "text/plain"); }

/// Listens on a port of 127.0.0.1 and has no room for another connection.
class deaf_server {
public:
  deaf_server() : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 0) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw unexpected{"no port for a server"};
    port_ = ntohs(address.sin_port);
    only_.emplace(port_);
  }
  deaf_server(const deaf_server&) = delete;
  deaf_server& operator=(const deaf_server&) = delete;
  ~deaf_server() { ::close(listener_); }

  std::uint16_t port() const noexcept { return port_; }

  /// Whether somebody has asked for a connection and waits for it.
  bool has_connecting() const {
    char wanted[32];
    std::snprintf(wanted, sizeof wanted, " 0100007F:%04X 02 ", static_cast<unsigned>(port_)); // SYN_SENT
    std::ifstream table{"/proc/self/net/tcp"};
    for (std::string line; std::getline(table, line);)
      if (line.find(wanted) != std::string::npos)
        return true;
    return false;
  }

private:
  int listener_;
  std::uint16_t port_ = 0;
  std::optional<tcp_socket> only_;
};

struct client_of_http {
  client_of_http() : system(configuration), alarms(system.spawn(fake_alarms, book)) {
    client.server.host = "127.0.0.1";
    client.connect_timeout = 2s;
    client.request_timeout = 2s;
    pool.name = "sink";
    pool.type = "web_hook";
    pool.first_probe = 20ms;
    pool.last_probe = 100ms;
  }

  ~client_of_http() {
    end();
    caf::anon_send_exit(alarms, caf::exit_reason::user_shutdown);
  }

  // Before its server: that waits five seconds for each connection that stays open.
  void end() {
    if (!actor)
      return;
    caf::scoped_actor self{system};
    self->send_exit(actor, caf::exit_reason::user_shutdown);
    self->wait_for(actor);
    actor = http_client_actor{};
  }

  void start(std::uint16_t port) {
    client.server.port = port;
    actor = spawn_http_client(system, client, pool, alarms);
  }

  http_answer call(http_call c = {}) {
    caf::scoped_actor self{system};
    http_answer out;
    self->request(actor, 20s, std::move(c))
        .receive([&](http_answer& a) { out = std::move(a); },
                 [&](const caf::error& e) { throw std::runtime_error(system.render(e)); });
    return out;
  }

  backend_figures figures() {
    caf::scoped_actor self{system};
    backend_figures out;
    self->request(actor, 20s, backend_query{})
        .receive([&](const backend_figures& f) { out = f; },
                 [&](const caf::error& e) { throw std::runtime_error(system.render(e)); });
    return out;
  }

  bool told(const std::vector<std::string>& what) {
    return eventually([&] { return book->entries() == what; });
  }

  http_client_settings client;
  pool_settings pool;
  std::shared_ptr<alarm_book> book = std::make_shared<alarm_book>();
  caf::actor_system_config configuration;
  caf::actor_system system;
  alarms_actor alarms;
  http_client_actor actor;
};

} // namespace

BOOST_AUTO_TEST_SUITE(http_client)

BOOST_FIXTURE_TEST_CASE(a_call_and_its_answer, client_of_http) {
  web_server server{[](const httplib::Request& q, httplib::Response& r) {
    r.status = q.method == "DELETE" ? 404 : 201;
    r.set_content("body of " + q.method, "text/plain");
  }};
  start(server.port());
  const auto answer = call({"PUT", "/a%20b?x=%26y", {{"X-Key", "k"}}, "application/json", "{\"a\":1}"});
  BOOST_TEST(answer.reached);
  BOOST_TEST(answer.status == 201);
  BOOST_TEST(answer.body == "body of PUT");
  BOOST_TEST(call({.method = "DELETE", .target = "/"}).status == 404);
  const auto seen = server.requests();
  BOOST_TEST_REQUIRE(seen.size() == 2U);
  BOOST_TEST(seen[0].method == "PUT");
  BOOST_TEST(seen[0].target == "/a%20b?x=%26y");
  BOOST_TEST(seen[0].body == "{\"a\":1}");
  BOOST_TEST(seen[0].content_type == "application/json");
  BOOST_TEST(seen[0].headers.find("X-Key")->second == "k");
  BOOST_TEST(seen[0].headers.find("User-Agent")->second.starts_with("Troupe/"));
  end();
}

BOOST_FIXTURE_TEST_CASE(the_user_of_its_address, client_of_http) {
  web_server server{say_fine};
  client.server.credentials = "user:pass word";
  start(server.port());
  BOOST_TEST(call().status == 200);
  BOOST_TEST(call({.headers = {{"authorization", "Bearer x"}}}).status == 200);
  const auto seen = server.requests();
  BOOST_TEST_REQUIRE(seen.size() == 2U);
  BOOST_TEST(seen[0].headers.find("Authorization")->second == "Basic dXNlcjpwYXNzIHdvcmQ=");
  BOOST_TEST(seen[1].headers.count("Authorization") == 1U);
  BOOST_TEST(seen[1].headers.find("Authorization")->second == "Bearer x");
  end();
}

BOOST_FIXTURE_TEST_CASE(connections_stay_open, client_of_http) {
  web_server server{say_fine};
  pool.workers = 1;
  start(server.port());
  for (int i = 0; i < 3; ++i)
    BOOST_TEST(call().status == 200);
  const auto seen = server.requests();
  BOOST_TEST(seen[1].from == seen[0].from);
  BOOST_TEST(seen[2].from == seen[0].from);
  end();
}

// A connection that the server has closed meanwhile is no reason to fail.
BOOST_FIXTURE_TEST_CASE(a_server_that_starts_anew, client_of_http) {
  auto server = std::make_unique<web_server>(say_fine);
  pool.workers = 1;
  start(server->port());
  BOOST_TEST(call().status == 200);
  const auto port = server->port();
  server.reset();
  server = std::make_unique<web_server>(say_fine, port);
  BOOST_TEST(call().status == 200);
  end();
}

BOOST_FIXTURE_TEST_CASE(a_server_that_is_gone_and_comes, client_of_http) {
  const auto port = free_port();
  start(port);
  BOOST_TEST(told({"raise resource sink"}));
  const auto answer = call();
  BOOST_TEST(!answer.reached);
  BOOST_TEST(answer.status == 0);
  BOOST_TEST(answer.error == "sink is down");
  BOOST_TEST(!figures().up);
  web_server server{say_fine, port};
  BOOST_TEST(told({"raise resource sink", "clear resource sink"}));
  BOOST_TEST(call().status == 200);
  BOOST_TEST(figures().up);
  end();
}

BOOST_FIXTURE_TEST_CASE(a_server_that_is_silent, client_of_http) {
  gate waits;
  waits.hold();
  web_server server{[&](const httplib::Request& q, httplib::Response&) {
    if (q.method == "POST")
      waits.pass();
  }};
  client.request_timeout = 500ms;
  start(server.port());
  const auto answer = call();
  BOOST_TEST(!answer.reached);
  BOOST_TEST((answer.again == ask_again::never));                   // it may be at work
  BOOST_TEST(told({"raise resource sink", "clear resource sink"})); // it takes connections
  waits.let_go();
  end();
}

BOOST_FIXTURE_TEST_CASE(a_server_that_closes_connections, client_of_http) {
  const closing_server server{4};
  client.resend = false;
  start(server.port());
  const auto answer = call({.body = "x"});
  BOOST_TEST(!answer.reached);
  BOOST_TEST((answer.again == ask_again::soon));
  BOOST_TEST(server.bodies().size() == 1U);
  end();
  pool.keep = 10s;
  pool.pauses = {1ms, 1ms, 1ms};
  start(server.port());
  BOOST_TEST(call({.body = "x"}).status == 200); // the fifth
  BOOST_TEST(server.bodies().size() == 5U);
}

// Nothing but a connection says whether it is up.
BOOST_FIXTURE_TEST_CASE(a_server_that_answers_nothing_but_requests, client_of_http) {
  const closing_server server{0};
  pool.refresh = 5ms;
  start(server.port());
  BOOST_TEST(eventually([&] { return server.connections() >= 3; }));
  BOOST_TEST(call({.body = "x"}).status == 200);
  BOOST_TEST(book->entries().empty());
  BOOST_TEST(figures().up);
}

BOOST_FIXTURE_TEST_CASE(a_request_is_repeated, client_of_http) {
  gate waits;
  waits.hold();
  std::atomic<int> count{0};
  web_server server{[&](const httplib::Request& q, httplib::Response& r) {
    if (q.method == "POST" && count++ < 2)
      waits.pass();
    r.set_content("at last", "text/plain");
  }};
  client.request_timeout = 500ms;
  client.retries = 2;
  client.retry_interval = 10ms;
  start(server.port());
  BOOST_TEST(call().body == "at last");
  BOOST_TEST(server.requests().size() == 3U);
  waits.let_go();
  end();
}

BOOST_FIXTURE_TEST_CASE(more_than_may_wait, client_of_http) {
  gate waits;
  waits.hold();
  std::atomic<int> asks_now{0};
  web_server server{[&](const httplib::Request& q, httplib::Response&) {
    if (q.method != "POST")
      return;
    ++asks_now;
    waits.pass();
  }};
  client.request_timeout = 10s;
  pool.workers = 1;
  pool.most_waiting = 2;
  start(server.port());
  BOOST_TEST(eventually([&] { return figures().workers == 1; })); // the first probe
  caf::scoped_actor self{system};
  std::atomic<int> refused{0}, answered{0};
  std::vector<std::thread> callers;
  const auto ask = [&] { ++(call().reached ? answered : refused); };
  callers.emplace_back(ask);
  BOOST_TEST(
      eventually([&] { return asks_now > 0; })); // the worker is busy with it, no longer with the probe
  for (int i = 0; i < 5; ++i)
    callers.emplace_back(ask);
  BOOST_TEST(eventually([&] { return refused == 3; }));
  const auto f = figures();
  BOOST_TEST(f.refused == 3U);
  BOOST_TEST(f.waiting == 2U);
  waits.let_go();
  for (auto& c : callers)
    c.join();
  BOOST_TEST(answered == 3);
  BOOST_TEST(book->entries().empty()); // it is slow, not down
  end();
}

BOOST_FIXTURE_TEST_CASE(a_server_by_tls_must_be_the_one, client_of_http) {
  const temporary_folder folder;
  const auto own = ensure_development_certificate((folder.path() / "a").string());
  const auto other = ensure_development_certificate((folder.path() / "b").string());
  web_server server{say_fine, own.certfile, own.keyfile};
  client.server.secure = true;
  client.server.port = server.port();
  const auto reaches = [&](const std::string& host, const std::string& trusted, bool verify) {
    client.server.host = host;
    client.tls = {.cacertfile = trusted, .verify_peer = verify};
    const auto c = spawn_http_client(system, client, pool, {});
    actor = c;
    const bool reached = call().reached;
    caf::anon_send_exit(c, caf::exit_reason::user_shutdown);
    return reached;
  };
  BOOST_TEST(reaches("127.0.0.1", own.certfile, true));
  BOOST_TEST(reaches("localhost", own.certfile, true));
  BOOST_TEST(!reaches("127.0.0.1", other.certfile, true));
  BOOST_TEST(!reaches("127.0.0.1", "", true)); // the system does not trust it
  BOOST_TEST(!reaches("127.0.0.2", own.certfile, true));
  BOOST_TEST(reaches("127.0.0.2", "", false));
}

BOOST_FIXTURE_TEST_CASE(an_answer_that_is_too_large, client_of_http) {
  web_server server{[](const httplib::Request& q, httplib::Response& r) {
    r.set_content(std::string(q.target == "/large" ? (1 << 20) + 1 : 1 << 20, 'x'), "text/plain");
  }};
  start(server.port());
  BOOST_TEST(call().body.size() == 1U << 20);
  const auto large = call({.target = "/large"});
  BOOST_TEST(large.status == 0);
  BOOST_TEST(large.error == "its answer is too large");
  BOOST_TEST(figures().up);
  end();
}

BOOST_FIXTURE_TEST_CASE(no_second_header_is_smuggled, client_of_http) {
  web_server server{say_fine};
  start(server.port());
  for (const auto& bad :
       {http_call{.target = "/ HTTP/1.1\r\nX: y"}, http_call{.headers = {{"X", "a\r\nY: b"}}},
        http_call{.content_type = "a\nb", .body = "x"}, http_call{.target = "x"}})
    BOOST_TEST(call(bad).error == "the request cannot be written");
  BOOST_TEST(server.requests().empty());
  end();
}

// Nothing keeps the process from ending.
BOOST_FIXTURE_TEST_CASE(an_end_in_the_middle_of_a_call, client_of_http) {
  gate waits;
  waits.hold();
  web_server server{[&](const httplib::Request& q, httplib::Response&) {
    if (q.method == "POST")
      waits.pass();
  }};
  client.request_timeout = 60s;
  pool.longest = 100s;
  start(server.port());
  caf::anon_send(actor, http_call{});
  BOOST_TEST(eventually([&] { return server.requests().size() == 1; }));
  const auto began = std::chrono::steady_clock::now();
  {
    caf::scoped_actor self{system};
    self->send_exit(actor, caf::exit_reason::user_shutdown);
    self->wait_for(actor);
  }
  BOOST_TEST((std::chrono::steady_clock::now() - began < 5s));
  waits.let_go();
}

// Nor does a server that takes no connection.
BOOST_FIXTURE_TEST_CASE(an_end_while_it_connects, client_of_http) {
  const deaf_server server;
  client.connect_timeout = 60s;
  pool.longest = 100s;
  const auto began = std::chrono::steady_clock::now();
  {
    caf::actor_system other{configuration}; // which waits for its threads
    client.server.port = server.port();
    const auto asks = spawn_http_client(other, client, pool, {});
    caf::scoped_actor self{other};
    BOOST_TEST(eventually([&] { return server.has_connecting(); }));
    self->send_exit(asks, caf::exit_reason::user_shutdown);
    self->wait_for(asks);
  }
  BOOST_TEST((std::chrono::steady_clock::now() - began < 20s));
}

BOOST_AUTO_TEST_SUITE_END()
