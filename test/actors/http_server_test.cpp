// The HTTP listener, spoken to with raw bytes: framing, limits, credentials, threads.
#include "actors/raw_http.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <fcntl.h>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace {

using namespace troupe;
using namespace troupe::test::raw_http;

template <class Condition>
bool eventually(Condition condition) {
  for (int i = 0; i < 500; ++i) {
    if (condition())
      return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

struct held_requests {
  std::atomic<std::size_t> count{0};
  std::vector<caf::typed_response_promise<http_response>> promises; // the actor's own
};

// Answers once somebody asks for "/answer".
api_actor::behavior_type holding_api(api_actor::pointer self, std::shared_ptr<held_requests> held) {
  return {[self, held](const http_request& r) {
    auto promise = self->make_response_promise<http_response>();
    held->promises.push_back(promise);
    if (r.path == "/answer")
      for (auto& p : std::exchange(held->promises, {}))
        p.deliver(http_response{200, "{}", "application/json"});
    ++held->count;
    return promise;
  }};
}

} // namespace

BOOST_AUTO_TEST_SUITE(http_listener)

BOOST_AUTO_TEST_CASE(requests_on_one_connection) {
  served_node node;
  raw_connection c(node.server->port());
  for (int i = 0; i < 20; ++i)
    check_response(c.ask(get("/api/v4/nodes")), 200, R"("code":0)");
  // Pipelined: the second request must not be lost.
  c.send(get("/api/v4/brokers") + get("/api/v4/nodes") + get("/status"));
  check_response(c.receive(), 200, "datetime");
  check_response(c.receive(), 200, "process_used");
  BOOST_TEST(has(c.receive(), "Node emqx@127.0.0.1 is started\nemqx is running"));
}

BOOST_AUTO_TEST_CASE(bodies) {
  served_node node;
  raw_connection c(node.server->port());
  const std::string form = authorization + "Content-Type: application/x-www-form-urlencoded\r\n";
  const std::string multipart = authorization + "Content-Type: multipart/form-data; boundary=x\r\n";
  // curl -d calls JSON a form; the library would limit those to 8 KiB.
  std::string body = R"({"topic":"t","payload":")" + std::string(100'000, 'x') + "\"}";
  check_response(c.ask(post("/api/v4/mqtt/publish", body, form)), 200, R"("code":0)");
  check_response(c.ask(post("/api/v4/mqtt/publish", R"({"topic":"t"})", multipart)), 200, R"("code":0)");
  check_response(c.ask("POST /api/v4/mqtt/publish HTTP/1.1\r\nHost: x\r\n" + authorization +
                       "Transfer-Encoding: chunked\r\n\r\n6\r\n{\"topi\r\n7\r\nc\":\"t\"}\r\n0\r\n\r\n"),
                 200, R"("code":0)");
  BOOST_TEST(node.shards[0]->published.size() == 3u);
  BOOST_TEST(node.shards[0]->published.at(0)->payload().size() == 100'000u);
  // The body of a GET is not the next request.
  check_response(
      c.ask("GET /api/v4/nodes HTTP/1.1\r\nHost: x\r\n" + authorization + "Content-Length: 2\r\n\r\n{}"), 200,
      R"("code":0)");
  BOOST_TEST(c.at_end());
}

BOOST_AUTO_TEST_CASE(too_large) {
  served_node node;
  {
    raw_connection c(node.server->port());
    check_response(c.ask(post("/api/v4/mqtt/publish", std::string(2 << 20, ' '))), 413, R"("code":108)");
  }
  {
    raw_connection c(node.server->port());
    check_response(c.ask(get("/api/v4/" + std::string(9'000, 'x'))), 414, R"("code":108)");
  }
  {
    raw_connection c(node.server->port());
    check_response(c.ask(get("/api/v4/clients/" + std::string(8'000, 'x'))), 200, R"("data":[])");
  }
  {
    raw_connection c(node.server->port()); // a line without an end
    std::string piece(1 << 20, 'x');
    int sent = 0;
    while (sent < 64 && c.send(piece))
      ++sent;
    BOOST_TEST(sent < 64);
  }
  raw_connection c(node.server->port());
  check_response(c.ask(get("/api/v4/nodes")), 200, R"("code":0)");
}

BOOST_AUTO_TEST_CASE(credentials_come_first) {
  served_node node;
  raw_connection c(node.server->port());
  for (const char* path : {"/api/v4", "/api/v4/nodes", "/api/v4/nope", "/api/v4/clients?_page=x"}) {
    std::string response = c.ask(get(path, ""));
    check_response(response, 401, R"("code":104)");
    BOOST_TEST(has(response, "WWW-Authenticate: Basic "));
  }
  check_response(c.ask(get("/api/v4/nodes", "Authorization: Basic YWRtaW46d3Jvbmc=\r\n")), 401,
                 R"("code":103)");
  check_response(c.ask(get("/api/v4/nodes", "Authorization: garbage\r\n")), 401, R"("code":103)");
  check_response(c.ask(post("/api/v4/mqtt/publish", "{bad", "")), 401, R"("code":104)");
  check_response(c.ask(get("/api/v4/nope")), 404, R"("code":404,"message":"Not found")");
  check_response(c.ask(get("/other", "")), 404, R"("code":404)");
  check_response(c.ask(get("/api/v4x", "")), 404, R"("code":404)");
  check_response(c.ask(post("/status", "", "")), 404, R"("code":404)");
}

BOOST_AUTO_TEST_CASE(query_strings) {
  served_node node;
  raw_connection c(node.server->port());
  c.ask(get("/api/v4/clients?_like_clientid=a%2Bb+c&_like_username=%C3%BC&&x&y="));
  BOOST_TEST(node.shards[0]->asked_clients.like_client_id.value() == "a+b c");
  BOOST_TEST(node.shards[0]->asked_clients.like_username.value() == "\xc3\xbc");
  check_response(c.ask(get("/api/v4/clients?_like_clientid=%zz")), 400, R"("code":108)");
  check_response(c.ask(get("/api/v4/clients/%zz")), 400, R"("code":108)");
  check_response(c.ask(get("/api/v4/clients?_page=x")), 400, R"("code":108)");
}

BOOST_AUTO_TEST_CASE(other_methods_and_broken_requests) {
  served_node node;
  const std::vector<std::string> others{
      "PUT",      "PATCH", "OPTIONS",           "DELETE", "FOO", "get", "TRACE", "CONNECT",
      "M-SEARCH", "PRI",   std::string(32, 'M')};
  for (const auto& method : others) {
    const auto line = method + " /api/v4/nodes HTTP/1.1\r\nHost: x\r\n";
    raw_connection c(node.server->port());
    check_response(c.ask(line + authorization + "Content-Length: 2\r\n\r\n{}"), 404,
                   R"("code":404,"message":"Not found")");
    raw_connection unknown(node.server->port());
    check_response(unknown.ask(line + "\r\n"), 401, R"("code":104)");
  }
  const std::vector<std::string> broken{"nonsense\r\n\r\n",
                                        "GET /api/v4 HTTP/9.9\r\n\r\n",
                                        "FOO /api/v4 HTTP/9.9\r\n\r\n",
                                        "FOO /api/v4\r\n\r\n",
                                        "\r\n\r\n\r\n\r\n\r\n\r\n",
                                        "F(O) /api/v4 HTTP/1.1\r\n\r\n",
                                        std::string(33, 'M') + " /api/v4 HTTP/1.1\r\n\r\n",
                                        std::string("\x16\x03\x01\0\n", 5)};
  for (const auto& request : broken) {
    raw_connection c(node.server->port());
    check_response(c.ask(request), 400, R"("code":108)");
    BOOST_TEST(c.at_end());
  }
  raw_connection head(node.server->port());
  head.send("HEAD /status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  // A range is ignored: the whole answer comes.
  raw_connection c(node.server->port());
  check_response(c.ask(get("/api/v4/nodes", authorization + "Range: bytes=0-3,5-9\r\n")), 200, R"("code":0)");
  raw_connection old(node.server->port());
  BOOST_TEST(has(old.ask("GET /api/v4/nodes HTTP/1.0\r\n" + authorization + "\r\n"), R"("code":0)"));
  BOOST_TEST(old.at_end());
}

BOOST_AUTO_TEST_CASE(a_method_byte_by_byte_and_behind_another_request) {
  served_node node;
  raw_connection c(node.server->port());
  const std::string request = "FOO /api/v4/nodes HTTP/1.1\r\nHost: x\r\n" + authorization + "\r\n";
  for (const char byte : request)
    c.send(std::string(1, byte));
  check_response(c.receive(), 404, R"("code":404)");
  c.send(get("/api/v4/nodes") + request + get("/api/v4/nodes"));
  check_response(c.receive(), 200, R"("code":0)");
  check_response(c.receive(), 404, R"("code":404)");
  check_response(c.receive(), 200, R"("code":0)");
}

BOOST_AUTO_TEST_CASE(idle_connections_do_not_starve_others) {
  served_node node;
  std::vector<std::unique_ptr<raw_connection>> idle;
  for (int i = 0; i < 100; ++i)
    idle.push_back(std::make_unique<raw_connection>(node.server->port()));
  auto since = std::chrono::steady_clock::now();
  raw_connection c(node.server->port());
  check_response(c.ask(get("/api/v4/nodes")), 200, R"("code":0)");
  BOOST_TEST((std::chrono::steady_clock::now() - since < std::chrono::seconds(4)));
}

BOOST_AUTO_TEST_CASE(busy_connections_do_not_starve_others) {
  served_node node;
  const auto connect = [&node] { return std::make_unique<raw_connection>(node.server->port()); };
  std::vector<std::unique_ptr<raw_connection>> busy;
  for (int i = 0; i < 64; ++i) { // one for each thread
    busy.push_back(connect());
    BOOST_TEST(!has(busy.back()->ask(get("/api/v4/nodes")), "Connection: close"));
  }
  const auto waiting = connect();
  waiting->send(get("/api/v4/nodes"));
  std::size_t asked = 0, gave_way = 0;
  for (const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
       gave_way == 0 && std::chrono::steady_clock::now() < end; ++asked) {
    const auto answer = busy[asked % busy.size()]->ask(get("/api/v4/nodes"));
    // One that is not asked soon enough on a slow machine is closed without an answer.
    gave_way += answer.empty() || has(answer, "Connection: close") ? 1 : 0;
  }
  BOOST_TEST(gave_way == 1u);
  check_response(waiting->receive(), 200, R"("code":0)");
}

BOOST_AUTO_TEST_CASE(heads_that_do_not_come_do_not_starve_others) {
  served_node node;
  std::vector<std::unique_ptr<raw_connection>> slow;
  for (int i = 0; i < 100; ++i) {
    slow.push_back(std::make_unique<raw_connection>(node.server->port()));
    slow.back()->send("GET /api/v4/nodes HTTP/1.1\r\nX-Sl");
  }
  const auto since = std::chrono::steady_clock::now();
  raw_connection c(node.server->port());
  check_response(c.ask(get("/api/v4/nodes")), 200, R"("code":0)");
  BOOST_TEST((std::chrono::steady_clock::now() - since < std::chrono::seconds(5)));
}

BOOST_AUTO_TEST_CASE(bodies_that_do_not_come_do_not_starve_others) {
  served_node node;
  const std::string head = "POST /api/v4/mqtt/publish HTTP/1.1\r\nHost: x\r\n";
  std::vector<std::unique_ptr<raw_connection>> slow;
  for (int i = 0; i < 100; ++i) {
    slow.push_back(std::make_unique<raw_connection>(node.server->port()));
    slow.back()->send(head + authorization + "Content-Length: 1000\r\n\r\n{");
  }
  const auto since = std::chrono::steady_clock::now();
  raw_connection c(node.server->port(), std::chrono::seconds(20));
  check_response(c.ask(get("/api/v4/nodes")), 200, R"("code":0)");
  BOOST_TEST((std::chrono::steady_clock::now() - since < std::chrono::seconds(15))); // a request may take 30
}

// The answer comes before the body, and the connection ends.
BOOST_AUTO_TEST_CASE(nobody_waits_for_a_body_that_will_be_refused) {
  served_node node;
  for (const std::string body :
       {"Content-Length: 1000\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\n5\r\n{"}) {
    const auto ask = [&](const std::string& path, const std::string& headers) {
      raw_connection c(node.server->port());
      const auto response =
          c.ask("POST " + path + " HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n" + headers + body);
      BOOST_TEST(has(response, "Connection: close"), response);
      BOOST_TEST(c.at_end());
      return response;
    };
    check_response(ask("/api/v4/mqtt/publish", ""), 401, R"("code":104)");
    check_response(ask("/api/v4/mqtt/publish", "Authorization: Basic YWRtaW46d3Jvbmc=\r\n"), 401,
                   R"("code":103)");
    check_response(ask("/elsewhere", authorization), 404, R"("code":404)");
  }
}

BOOST_AUTO_TEST_CASE(a_head_is_bounded) {
  served_node node;
  const std::string header = "X-Filler: " + std::string(90, 'x') + "\r\n"; // 102 bytes
  std::string headers;
  for (int i = 0; i < 500; ++i)
    headers += header;
  raw_connection fits(node.server->port());
  check_response(fits.ask(get("/api/v4/nodes", authorization + headers)), 200, R"("code":0)");
  for (int i = 0; i < 500; ++i)
    headers += header;
  raw_connection too_large(node.server->port());
  BOOST_TEST(!has(too_large.ask(get("/api/v4/nodes", authorization + headers)), "200"));
}

BOOST_AUTO_TEST_CASE(ten_thousand_parameters) {
  served_node node;
  std::string query;
  while (query.size() < 7'900)
    query += "a&";
  raw_connection c(node.server->port());
  check_response(c.ask(get("/api/v4/clients?" + query + "_limit=1")), 200, R"("code":0)");
  while (query.size() < 20'000)
    query += "a&";
  check_response(c.ask(get("/api/v4/clients?" + query + "_limit=1")), 414, R"("code":108)");
}

BOOST_AUTO_TEST_CASE(connections_are_counted_and_limited) {
  served_node node(3);
  {
    std::vector<std::unique_ptr<raw_connection>> open;
    for (int i = 0; i < 3; ++i)
      open.push_back(std::make_unique<raw_connection>(node.server->port()));
    BOOST_TEST(eventually([&] { return node.figures->connections == 3u; }));
    raw_connection refused(node.server->port());
    BOOST_TEST(refused.at_end());
    check_response(open[0]->ask(get("/api/v4/listeners")), 200, R"("current_conns":3)");
  }
  BOOST_TEST(eventually([&] { return node.figures->connections == 0u; }));
  raw_connection again(node.server->port());
  check_response(again.ask(get("/api/v4/nodes")), 200, R"("code":0)");
}

BOOST_AUTO_TEST_CASE(high_descriptors) {
  // With a thousand MQTT clients the sockets of HTTP have numbers that select() cannot take.
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < 1'200) {
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 2'000);
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  BOOST_TEST_REQUIRE(limit.rlim_cur >= 1'200u);
  served_node node;
  std::vector<int> taken;
  while (taken.empty() || taken.back() < 1'100)
    taken.push_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  raw_connection c(node.server->port());
  check_response(c.ask(get("/api/v4/nodes")), 200, R"("code":0)");
  for (int fd : taken)
    ::close(fd);
}

BOOST_AUTO_TEST_CASE(port_in_use) {
  served_node node;
  auto config = std::make_shared<settings>(*node.config);
  config->management.http.port = node.server->port();
  config->management.http.listen_on = std::to_string(node.server->port());
  auto second = http_server::start(node.system(), node.api, node.where.apps, config, config->management.http,
                                   node.figures);
  BOOST_TEST(!second.server);
  BOOST_TEST(second.error ==
             "cannot listen on " + config->management.http.listen_on + ": Address already in use");
}

BOOST_AUTO_TEST_CASE(stop) {
  served_node node;
  std::uint16_t port = node.server->port();
  raw_connection idle(port), used(port), sending(port);
  check_response(used.ask(get("/api/v4/nodes")), 200, R"("code":0)");
  sending.send("POST /api/v4/mqtt/publish HTTP/1.1\r\nHost: x\r\n" + authorization +
               "Content-Length: 9\r\n\r\n{");
  auto since = std::chrono::steady_clock::now();
  node.server->stop(std::chrono::seconds(20));
  BOOST_TEST((std::chrono::steady_clock::now() - since < std::chrono::seconds(3)));
  BOOST_TEST(idle.at_end());
  BOOST_TEST(used.at_end());
  BOOST_TEST(!raw_connection(port).connected());
  node.server->stop(std::chrono::seconds(20));
}

// As one that waits for a shard that hangs.
BOOST_AUTO_TEST_CASE(a_stop_does_not_wait_for_the_api) {
  served_node node;
  const auto held = std::make_shared<held_requests>();
  const auto api = node.system().spawn(holding_api, held);
  const auto figures = http_server::make_figures(node.config->management.http);
  auto started = http_server::start(node.system(), api, node.where.apps, node.config,
                                    node.config->management.http, figures);
  BOOST_TEST_REQUIRE(started.error == "");
  raw_connection c(started.server->port());
  c.send(get("/api/v4/nodes"));
  BOOST_TEST(eventually([&] { return held->count == 1U; }));
  const auto since = std::chrono::steady_clock::now();
  started.server->stop(std::chrono::milliseconds(10));
  BOOST_TEST((std::chrono::steady_clock::now() - since < std::chrono::seconds(5))); // the API has ten
  BOOST_TEST(!raw_connection(started.server->port()).connected());
  caf::anon_send(api, http_request{"GET", "/answer", {}, ""});
  check_response(c.receive(), 200, "{}"); // who is asked later than that still answers
  started.server.reset();
  caf::anon_send_exit(api, caf::exit_reason::user_shutdown);
}

BOOST_AUTO_TEST_CASE(no_answer_from_the_api) {
  served_node node;
  raw_connection c(node.server->port());
  caf::scoped_actor self{node.system()};
  self->send_exit(node.api, caf::exit_reason::kill);
  self->wait_for(node.api);
  check_response(c.ask(get("/api/v4/nodes")), 500, R"("code":102)");
}

// Whether the secret is right nobody has said: a script that heard 401 would take it for a revoked one.
BOOST_AUTO_TEST_CASE(no_answer_about_an_application) {
  served_node node;
  raw_connection c(node.server->port());
  check_response(c.ask(get("/api/v4/nodes")), 200, R"("code":0)");
  caf::scoped_actor self{node.system()};
  self->send_exit(node.where.apps, caf::exit_reason::kill);
  self->wait_for(node.where.apps);
  const std::string expected = R"("code":102,"message":"Internal error: no answer in time")";
  check_response(c.ask(get("/api/v4/nodes")), 500, expected);
  check_response(c.ask(get("/metrics")), 500, expected);
  // Also before a body that has yet to come.
  check_response(c.ask("POST /api/v4/mqtt/publish HTTP/1.1\r\nHost: x\r\n" + authorization +
                       "Content-Length: 1000\r\n\r\n{"),
                 500, expected);
  BOOST_TEST(c.at_end());
  raw_connection nameless(node.server->port());
  check_response(nameless.ask(get("/api/v4/nodes", "")), 401, R"("code":104)");
}

BOOST_AUTO_TEST_SUITE_END()
