// Heads of requests that a proxy before the server may read in another way are refused.
#include "actors/raw_http.hpp"
#include "http/request_head.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

namespace {

using namespace troupe;
using namespace troupe::test::raw_http;
using namespace std::string_literals;

std::string head(const std::string& fields, const std::string& line = "POST /a HTTP/1.1") {
  return line + "\r\nHost: x\r\n" + fields + "\r\n";
}

int status_of(const std::string& head) { return check_head(head, 1'000); }

std::string publish(const std::string& fields, const std::string& body) {
  return head(authorization + fields, "POST /api/v4/mqtt/publish HTTP/1.1") + body;
}

const std::string hidden = post("/api/v4/mqtt/publish", R"({"topic":"hidden"})");

// Lines that hide the length of a body of `hidden`, or something else.
const std::string hiding[] = {
    "Content-Length : 100\r\n",
    "Content-Length\t: 100\r\n",
    "Content-Length:\r\n",
    "Content-Length: \t\r\n",
    "Content-Length:\r\n 100\r\n",
    "X: y\r\n Content-Length: 100\r\n",
    "\tX: y\r\n",
    "Content-Length: %31%30\r\n",
    "Content-Length: 1, 1\r\n",
    "Content-Length: +1\r\n",
    "Transfer-Encoding : chunked\r\n",
    "Transfer-Encoding:\r\n chunked\r\n",
    "Transfer-Encoding:\r\n",
    "Transfer-Encoding: %63hunked\r\n",
    "Transfer-Encoding: \vchunked\r\n",
    "Transfer-Encoding: identity\r\n",
    "Content-Length\r\n",
    ": y\r\n",
    "X(y): z\r\n",
    "X: y\nContent-Length: 100\r\n",
    "X: y\rContent-Length: 100\r\n",
    "X: y\r\r\n",
    "X: a\0b\r\n"s,
    "X\0: b\r\n"s,
    "X: \x7f\r\n",
    "Host: y\r\n",
};

// First lines of requests that the library takes for `GET /api/v4/nodes HTTP/1.1`, or nearly.
const std::string loose_lines[] = {
    "GET /api/v4/nodes HTTP/1.1 ",
    "GET /api/v4/nodes HTTP/1.1\t",
    " GET /api/v4/nodes HTTP/1.1",
    "GET  /api/v4/nodes HTTP/1.1",
    "GET /api/v4/nodes  HTTP/1.1",
    "GET\t/api/v4/nodes HTTP/1.1",
    "GET /api/v4/nodes\tHTTP/1.1",
    "GET /api/v4 nodes HTTP/1.1",
    "GET /api/v4/nodes\t HTTP/1.1",
    "GET \t/api/v4/nodes HTTP/1.1",
    "GET /api/v4/no\vdes HTTP/1.1",
    "GET /api/v4/nodes HTTP/1.1 x",
    "GET /api/v4/nodes",
    "GET /api/v4/nodes http/1.1",
    "GET /api/v4/nodes HTTP/1.10",
    "GET /api/v4/nodes HTTP/2.0",
    "GET /api/v4/nodes HTTP/01.1",
    "G(T /api/v4/nodes HTTP/1.1",
};

} // namespace

BOOST_AUTO_TEST_SUITE(http_framing)

BOOST_AUTO_TEST_CASE(good_heads) {
  for (const char* fields :
       {"", "Content-Length: 0\r\n", "content-length:1000\r\n", "Content-Length: \t 5 \t\r\n",
        "TRANSFER-ENCODING: Chunked \r\n", "X:\r\n", "X: \r\n", "X: a:b\tc \xc3\xbc\r\n", "~!#x'|: y\r\n"})
    BOOST_TEST(status_of(head(fields)) == 0, fields);
  for (const char* host : {"x", "x:80", "[::1]:8081", "", " 127.0.0.1 "})
    BOOST_TEST(status_of("GET /a HTTP/1.1\r\nhOST:"s + host + "\r\n\r\n") == 0, host);
  BOOST_TEST(status_of("GET /a HTTP/1.0\r\n\r\n") == 0);
  BOOST_TEST(status_of("GET /a HTTP/1.0\r\nHost: x\r\nContent-Length: 1\r\n\r\n") == 0);
}

BOOST_AUTO_TEST_CASE(broken_heads) {
  for (const auto& fields : hiding)
    BOOST_TEST(status_of(head(fields)) == 400, fields);
  for (const char* fields :
       {"Content-Length: 2\r\nContent-Length: 2\r\n", "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"})
    BOOST_TEST(status_of(head(fields)) == 400, fields);
  for (const char* fields : {"Content-Length: 1001\r\n", "Content-Length: 99999999999999999999999\r\n"})
    BOOST_TEST(status_of(head(fields)) == 413, fields);
  for (const auto& line : loose_lines)
    BOOST_TEST(status_of(head("", line)) == 400, line);
  for (const char* line : {"", " ", "GET", "GET ", "GET  ", "GET / ", " / HTTP/1.1", "GET HTTP/1.1"})
    BOOST_TEST(status_of(head("", line)) == 400, line);
  for (const char* whole :
       {"", "\r\n", "GET /a HTTP/1.1", "GET /a HTTP/1.1\r\n", "GET /a HTTP/1.1\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: x\r\n", "GET /a HTTP/1.1\r\nHost: x\r\n\r\nmore",
        "GET /a\rb HTTP/1.1\r\nHost: x\r\n\r\n", "GET /a HTTP/1.1\nHost: x\n\n",
        "GET /a HTTP/1.1\r\nHost: x\n\r\n", "GET /a HTTP/1.1\r\nHost: x y\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: x/y\r\n\r\n", "GET /a HTTP/1.0\r\nHost: x\r\nHost: x\r\n\r\n",
        "POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"})
    BOOST_TEST(status_of(whole) == 400, whole);
}

// What follows a head that cannot be trusted is never the next request.
BOOST_AUTO_TEST_CASE(no_request_in_the_body_of_another) {
  served_node node;
  const auto check_refused = [&](const std::string& request) {
    raw_connection c(node.server->port());
    const auto response = c.ask(request);
    check_response(response, 400, R"("code":108)");
    BOOST_TEST(has(response, "Connection: close"), response);
    BOOST_TEST(c.at_end());
  };
  for (const auto& fields : hiding)
    BOOST_TEST_CONTEXT(fields) {
      check_refused(publish(fields, hidden));
      check_refused(get("/api/v4/nodes", authorization + fields) + hidden);
    }
  for (const auto& line : loose_lines)
    BOOST_TEST_CONTEXT(line) { check_refused(head(authorization, line) + hidden); }
  const std::string body = R"({"topic":"t"})";
  const auto length = "Content-Length: " + std::to_string(body.size()) + "\r\n";
  for (const char* fields : {"Content-Length : 0\r\n", "Transfer-Encoding : chunked\r\n"})
    BOOST_TEST_CONTEXT(fields) {
      check_refused(publish(length + fields, body));
      check_refused(publish(fields + length, body));
    }
  check_refused("GET /api/v4/nodes HTTP/1.1\r\n" + authorization + "\r\n" + hidden);
  check_refused("GET /api/v4/nodes HTTP/1.1\nHost: x\n" + authorization + "\n" + hidden);
  BOOST_TEST(node.shards[0]->published.empty());
}

BOOST_AUTO_TEST_CASE(requests_before_a_broken_one_are_served) {
  served_node node;
  raw_connection c(node.server->port());
  const auto message = post("/api/v4/mqtt/publish", R"({"topic":"t"})");
  c.send(message + get("/api/v4/nodes") + publish("Content-Length : 100\r\n", hidden) + message);
  check_response(c.receive(), 200, R"("code":0)");
  check_response(c.receive(), 200, "process_used");
  check_response(c.receive(), 400, R"("code":108)");
  BOOST_TEST(c.at_end());
  BOOST_TEST(node.shards[0]->published.size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_clients_write) {
  served_node node;
  raw_connection c(node.server->port());
  // As curl and cpp-httplib do.
  check_response(c.ask("GET /api/v4/nodes HTTP/1.1\r\nHost: localhost:8081\r\n" + authorization +
                       "User-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n"),
                 200, R"("code":0)");
  check_response(c.ask("POST /api/v4/mqtt/publish HTTP/1.1\r\nAccept: */*\r\n" + authorization +
                       "Content-Length: 13\r\nContent-Type: application/json\r\nHost: 127.0.0.1:8081\r\n"
                       "User-Agent: cpp-httplib/0.11.4\r\n\r\n" +
                       R"({"topic":"t"})"),
                 200, R"("code":0)");
  // A head byte by byte, and the body behind it.
  for (const char byte : post("/api/v4/mqtt/publish", R"({"topic":"t"})"))
    c.send(std::string(1, byte));
  check_response(c.receive(), 200, R"("code":0)");
  check_response(c.ask("GET /api/v4/nodes HTTP/1.0\r\nConnection: keep-alive\r\n" + authorization + "\r\n"),
                 200, R"("code":0)");
  BOOST_TEST(node.shards[0]->published.size() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
