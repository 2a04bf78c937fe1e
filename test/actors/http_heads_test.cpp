// What HTTP/1.1 allows clients to write, and what the answers say of the connection.
#include "actors/raw_http.hpp"
#include "http/request_head.hpp"
#include "http/text.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace {

using namespace troupe;
using namespace troupe::test::raw_http;

// The values of all header fields of that name, with a blank behind each.
std::string fields(const std::string& response, const std::string& name) {
  std::string out;
  const auto head = response.substr(0, response.find("\r\n\r\n") + 2);
  const auto begin = "\r\n" + name + ": ";
  for (auto at = head.find(begin); at != std::string::npos; at = head.find(begin, at + 1)) {
    const auto value = at + begin.size();
    out += head.substr(value, head.find("\r\n", value) - value) + ' ';
  }
  return out;
}

void check_closed(raw_connection& c, const std::string& response) {
  BOOST_TEST(fields(response, "Connection") == "close ", response);
  BOOST_TEST(fields(response, "Keep-Alive") == "", response);
  BOOST_TEST(c.at_end());
}

std::string chunked(const std::string& body, const std::string& headers = "") {
  return "POST /api/v4/mqtt/publish HTTP/1.1\r\nHost: x\r\n" + authorization + headers +
         "Transfer-Encoding: chunked\r\n\r\n" + body;
}

} // namespace

BOOST_AUTO_TEST_SUITE(http_heads)

BOOST_AUTO_TEST_CASE(answers_say_what_becomes_of_the_connection) {
  served_node node;
  struct row {
    std::string head, says;
  };
  const row rows[] = {{"HTTP/1.1\r\n", ""},
                      {"HTTP/1.1\r\nConnection: keep-alive\r\n", ""},
                      {"HTTP/1.0\r\nConnection: keep-alive\r\n", "keep-alive "},
                      {"HTTP/1.0\r\nConnection: TE, Keep-Alive\r\n", "keep-alive "},
                      {"HTTP/1.0\r\n", "close "},
                      {"HTTP/1.1\r\nConnection: close\r\n", "close "},
                      {"HTTP/1.1\r\nConnection: TE ,\tClose\r\n", "close "},
                      {"HTTP/1.1\r\nConnection: TE\r\nConnection: close\r\n", "close "},
                      {"HTTP/1.0\r\nConnection: keep-alive, close\r\n", "close "}};
  for (const auto& r : rows)
    BOOST_TEST_CONTEXT(r.head) {
      raw_connection c(node.server->port());
      const auto request = "GET /api/v4/nodes " + r.head + "Host: x\r\n" + authorization + "\r\n";
      const auto response = c.ask(request);
      check_response(response, 200, R"("code":0)");
      BOOST_TEST(fields(response, "Connection") == r.says);
      BOOST_TEST(fields(response, "Keep-Alive") == "");
      if (r.says == "close ")
        BOOST_TEST(c.at_end());
      else
        check_response(c.ask(request), 200, R"("code":0)");
    }
}

BOOST_AUTO_TEST_CASE(answers_to_broken_requests_say_that_the_connection_ends) {
  served_node node;
  for (const std::string& request :
       {std::string("nonsense\r\n\r\n"), std::string("GET /api/v4 HTTP/9.9\r\nConnection: close\r\n\r\n"),
        get("/" + std::string(9'000, 'x')), get("/api/v4/nodes", authorization + "Range: nonsense\r\n"),
        get("/api/v4/nodes", authorization + "Content-Length: 1\r\n")}) {
    raw_connection c(node.server->port());
    check_closed(c, c.ask(request));
  }
}

// Whatever the answer is.
BOOST_AUTO_TEST_CASE(answers_have_a_date) {
  served_node node;
  const auto now = [] { return now_ms() / 1000; };
  for (const std::string& request : {get("/api/v4/nodes"), get("/status", ""), get("/api/v4/nodes", ""),
                                     get("/nothing"), post("/api/v4/mqtt/publish", "{"),
                                     std::string("nonsense\r\n\r\n"), get("/" + std::string(9'000, 'x'))}) {
    raw_connection c(node.server->port());
    const auto before = now();
    const auto date = fields(c.ask(request), "Date");
    bool found = false;
    for (auto second = before; second <= now(); ++second)
      found = found || date == http_date(second) + ' ';
    BOOST_TEST(found, date);
  }
}

// As load balancers look.
BOOST_AUTO_TEST_CASE(the_status_without_its_text) {
  served_node node;
  raw_connection c(node.server->port());
  const std::string asked = "HEAD /status HTTP/1.1\r\nHost: x\r\n\r\n";
  c.send(asked + asked + get("/status", ""));
  // Whose length is told, but not there: the next answer is at once behind the head.
  const auto response = c.receive();
  BOOST_TEST(has(response, "HTTP/1.1 200 "), response);
  const auto length = fields(response, "Content-Length");
  const auto text = response.substr(response.find("\r\n\r\n") + 4);
  BOOST_TEST(text.starts_with("HTTP/1.1 200 "), response);
  BOOST_TEST(length == std::to_string(text.size()) + ' ');
  raw_connection other(node.server->port());
  const auto whole = other.ask(get("/status", ""));
  BOOST_TEST(has(whole, "is started\nemqx is running"), whole);
  BOOST_TEST(fields(whole, "Content-Length") == length);
  raw_connection closing(node.server->port());
  closing.send("HEAD /api/v4/nodes HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n" + get("/status", ""));
  BOOST_TEST(has(closing.receive(), "HTTP/1.1 401 ")); // nothing else is told so
}

BOOST_AUTO_TEST_CASE(empty_lines_before_a_request) {
  served_node node;
  raw_connection c(node.server->port());
  const auto request = get("/api/v4/nodes");
  check_response(c.ask("\r\n" + request), 200, R"("code":0)");
  check_response(c.ask("\r\n\r\n\r\n\r\n\r\n" + request), 200, R"("code":0)");
  c.send(request + "\r\n" + request);
  check_response(c.receive(), 200, R"("code":0)");
  check_response(c.receive(), 200, R"("code":0)");
  for (const char byte : "\r\n" + request)
    c.send(std::string(1, byte));
  check_response(c.receive(), 200, R"("code":0)");
}

BOOST_AUTO_TEST_CASE(absolute_forms) {
  served_node node;
  raw_connection c(node.server->port());
  for (const char* target :
       {"http://x/api/v4/nodes", "HTTP://x:8081/api/v4/nodes?a=b", "https://[::1]:1/api/v4/nodes/"})
    check_response(c.ask(get(target)), 200, "process_used");
  BOOST_TEST(has(c.ask(get("http://x/status", "")), "is started"));
  check_response(c.ask(post("http://x/api/v4/mqtt/publish", R"({"topic":"t"})")), 200, R"("code":0)");
  check_response(c.ask(get("http://x/api/v4/nodes", "")), 401, R"("code":104)");
  for (const char* target : {"http://x", "http://x?/api/v4/nodes", "ftp://x/api/v4/nodes", "x/api/v4/nodes"})
    check_response(c.ask(get(target)), 404, R"("code":404)");
}

BOOST_AUTO_TEST_CASE(targets) {
  using parts = std::pair<std::string_view, std::string_view>;
  BOOST_TEST((split_target("/a?b=c?d#e?f") == parts{"/a", "b=c?d"}));
  BOOST_TEST((split_target("/a//http://x/b") == parts{"/a//http://x/b", ""}));
  BOOST_TEST((split_target("http://x/a/b?c") == parts{"/a/b", "c"}));
  BOOST_TEST((split_target("http://x?c") == parts{"", "c"}));
  for (const char* target : {"http://x", "http://", "http://x#/a", ""})
    BOOST_TEST((split_target(target) == parts{"", ""}), target);
  BOOST_TEST((split_target("http:/") == parts{"http:/", ""}));
}

BOOST_AUTO_TEST_CASE(chunks) {
  served_node node;
  raw_connection c(node.server->port());
  const std::string body = "6\r\n{\"topi\r\n7;x=\"y\"\r\nc\":\"t\"}\r\n0\r\n";
  for (const char* trailers : {"\r\n", "X-Sum: 1\r\n\r\n", "A: b\r\nC:\r\n\r\n"})
    check_response(c.ask(chunked(body + trailers)), 200, R"("code":0)");
  BOOST_TEST(node.shards[0]->published.size() == 3u);
  // What comes behind is the next request.
  c.send(chunked(body + "X: y\r\n\r\n") + get("/api/v4/nodes"));
  check_response(c.receive(), 200, R"("code":0)");
  check_response(c.receive(), 200, "process_used");
  for (const std::string method : {"DELETE", "PUT", "PATCH"}) {
    const auto head = method + " /api/v4/nope HTTP/1.1\r\nHost: x\r\n" + authorization;
    check_response(c.ask(head + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX: y\r\n\r\n"), 404,
                   R"("code":404)");
  }
  BOOST_TEST(has(c.ask(chunked("", "Expect: 100-continue\r\n")), "HTTP/1.1 100 "));
  check_response(c.ask(body + "X: y\r\n\r\n"), 200, R"("code":0)");
  BOOST_TEST(node.shards[0]->published.size() == 5u);
}

BOOST_AUTO_TEST_CASE(refused_chunks) {
  served_node node;
  for (const char* body :
       {"nonsense\r\n", "2\r\n{}x\r\n0\r\n\r\n", "2\n{}\r\n0\r\n\r\n", "0\r\nnonsense\r\n\r\n"}) {
    raw_connection c(node.server->port());
    const auto response = c.ask(chunked(body));
    check_response(response, 400, R"("code":108)");
    check_closed(c, response);
  }
  raw_connection c(node.server->port());
  const auto response = c.ask(chunked("100001\r\n{")); // a MiB and one
  check_response(response, 413, R"("code":108)");
  check_closed(c, response);
}

BOOST_AUTO_TEST_CASE(a_line_of_a_head_is_bounded) {
  served_node node;
  const auto with = [](std::size_t size) {
    return get("/api/v4/nodes", authorization + "X-Filler: " + std::string(size, 'x') + "\r\n");
  };
  raw_connection c(node.server->port());
  check_response(c.ask(with(8'000)), 200, R"("code":0)");
  const auto response = c.ask(with(9'000));
  check_response(response, 400, R"("code":108)");
  check_closed(c, response);
}

BOOST_AUTO_TEST_SUITE_END()
