// Bodies that are larger than those of most requests may be.
#include "actors/raw_http.hpp"
#include "http/body_limits.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <thread>

namespace {

using namespace troupe;
using namespace troupe::test::raw_http;

constexpr std::size_t large = 100 << 20;

// A head whose client waits until it may send the body.
std::string head(const std::string& path, std::size_t size, const std::string& headers = authorization) {
  return "POST " + path + " HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n" + headers +
         "Content-Length: " + std::to_string(size) + "\r\n\r\n";
}

void check_refused(served_node& node, const std::string& request, int status, const std::string& part) {
  raw_connection c(node.server->port());
  const auto response = c.ask(request);
  check_response(response, status, part);
  BOOST_TEST(has(response, "Connection: close"), response);
  BOOST_TEST(c.at_end());
}

} // namespace

BOOST_AUTO_TEST_SUITE(http_bodies)

BOOST_AUTO_TEST_CASE(limits) {
  BOOST_TEST(largest_body("POST", "/api/v4/data/file") == max_upload);
  BOOST_TEST(largest_body("PUT", "/api/v4/data/file") == max_body);
  BOOST_TEST(largest_body("POST", "/api/v4/data/files") == max_body);
  BOOST_TEST(largest_body("POST", "/api/v4/data/import") == max_body);
  body_memory memory;
  BOOST_TEST(memory.take(max_upload - 1));
  BOOST_TEST(!memory.take(2));
  BOOST_TEST(memory.take(1));
  memory.give_back(max_upload);
  BOOST_TEST(memory.take(max_upload));
}

BOOST_AUTO_TEST_CASE(only_uploads_may_be_large) {
  served_node node;
  check_refused(node, head("/api/v4/mqtt/publish", large), 413, R"("code":108)");
  check_refused(node, head("/api/v4/mqtt/publish", max_body + 1), 413, R"("code":108)");
  check_refused(node, head("/api/v4/data/import", large), 413, R"("code":108)");
  check_refused(node, head("/api/v4/data/file", max_upload + 1), 413, R"("code":108)");
  check_refused(node, head("/api/v4/data/file", max_upload * 2), 413, R"("code":108)");
  check_refused(node, head("/api/v4/data/file", large, ""), 401, R"("code":104)");
  check_refused(node, head("/api/v4/data/file", large, "Authorization: Basic YWRtaW46d3Jvbmc=\r\n"), 401,
                R"("code":103)");
  const std::string chunked = "POST /api/v4/data/file HTTP/1.1\r\nHost: x\r\n" + authorization +
                              "Transfer-Encoding: chunked\r\n\r\n100001\r\n{";
  check_refused(node, chunked, 413, R"("code":108)");
}

BOOST_AUTO_TEST_CASE(large_bodies_share_their_memory) {
  served_node node;
  const auto upload = head("/api/v4/data/file", large);
  auto first = std::make_unique<raw_connection>(node.server->port());
  BOOST_TEST(has(first->ask(upload), "HTTP/1.1 100 "));
  check_refused(node, upload, 503, R"("code":102)");
  // Smaller ones are not in the way of each other.
  raw_connection small(node.server->port());
  check_response(small.ask(post("/api/v4/mqtt/publish", R"({"topic":"t"})")), 200, R"("code":0)");
  first.reset();
  const auto taken_again = [&] {
    raw_connection c(node.server->port());
    return has(c.ask(upload), "HTTP/1.1 100 ");
  };
  bool again = false;
  for (int i = 0; i < 500 && !again; ++i, std::this_thread::sleep_for(std::chrono::milliseconds(10)))
    again = taken_again();
  BOOST_TEST(again);
}

BOOST_AUTO_TEST_SUITE_END()
