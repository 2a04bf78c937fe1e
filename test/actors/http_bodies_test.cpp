// Bodies that are larger than those of most requests may be.
#include "actors/raw_http.hpp"
#include "http/ask_api.hpp"
#include "http/body_limits.hpp"
#include "http/request_head.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <future>
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

// Answers with the path of a request once it may go on.
api_actor::behavior_type waiting_api(api_actor::pointer, std::shared_future<void> until) {
  return {[until](const http_request& r) {
    until.wait();
    return http_response{200, r.path, "text/plain"};
  }};
}

} // namespace

BOOST_AUTO_TEST_SUITE(http_bodies)

BOOST_AUTO_TEST_CASE(limits) {
  BOOST_TEST(largest_body("POST", "/api/v4/data/file") == max_upload);
  BOOST_TEST(largest_body("PUT", "/api/v4/data/file") == max_body);
  BOOST_TEST(largest_body("POST", "/api/v4/data/files") == max_body);
  BOOST_TEST(largest_body("POST", "/api/v4/data/import") == max_body);
}

BOOST_AUTO_TEST_CASE(memory_of_large_bodies) {
  body_memory memory;
  auto most = memory.take(max_upload - 1);
  BOOST_TEST((most != nullptr));
  BOOST_TEST((memory.take(2) == nullptr));
  BOOST_TEST((memory.take(max_upload * 2) == nullptr));
  auto one = memory.take(1), copy = one;
  BOOST_TEST((one != nullptr));
  most.reset();
  one.reset();
  BOOST_TEST((memory.take(max_upload) == nullptr)); // the copy has it
  copy.reset();
  BOOST_TEST((memory.take(max_upload) != nullptr));
  auto outlives = std::make_unique<body_memory>();
  const auto share = outlives->take(1);
  outlives.reset();
}

BOOST_AUTO_TEST_CASE(who_is_refused_memory_keeps_out_nobody) {
  body_memory memory;
  const auto most = memory.take(max_upload - 1);
  std::atomic<bool> done{false};
  std::thread refused([&] {
    while (!done)
      memory.take(2);
  });
  int taken = 0;
  for (int i = 0; i < 200'000; ++i)
    taken += memory.take(1) ? 1 : 0;
  done = true;
  refused.join();
  BOOST_TEST(taken == 200'000);
}

BOOST_AUTO_TEST_CASE(a_body_has_its_memory_until_the_api_is_done) {
  test::fake_node node;
  body_memory memory;
  std::promise<void> go_on;
  const auto until = go_on.get_future().share();
  const auto api = node.system().spawn(waiting_api, until);
  const auto none = ask_api(node.system(), api, {"POST", "/data/file", {}, "{}"}, memory.take(max_upload),
                            std::chrono::milliseconds(1));
  BOOST_TEST(none.status == 500);
  BOOST_TEST((memory.take(1) == nullptr));
  go_on.set_value();
  // Behind the first one, when that is answered.
  const auto patience = std::chrono::seconds(20);
  BOOST_TEST(ask_api(node.system(), api, {"GET", "/nodes", {}, ""}, nullptr, patience).status == 200);
  body_share again;
  for (int i = 0; i < 500 && !again; ++i, std::this_thread::sleep_for(std::chrono::milliseconds(10)))
    again = memory.take(max_upload);
  BOOST_TEST_REQUIRE((again != nullptr));
  const auto answer =
      ask_api(node.system(), api, {"POST", "/data/file", {}, "{}"}, std::move(again), patience);
  BOOST_TEST(answer.status == 200);
  BOOST_TEST(answer.body == "/data/file");
  BOOST_TEST((memory.take(max_upload) != nullptr)); // before the answer is there
  caf::scoped_actor self{node.system()};
  self->send_exit(api, caf::exit_reason::kill);
  self->wait_for(api);
  const auto late = ask_api(node.system(), api, {"POST", "/a", {}, "{}"}, memory.take(max_upload), patience);
  BOOST_TEST(late.status == 500);
  BOOST_TEST((memory.take(max_upload) != nullptr));
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

// Who writes all of a body before he reads sees why it is refused, and when to come again.
BOOST_AUTO_TEST_CASE(a_body_without_room_is_read_to_its_end) {
  served_node node;
  raw_connection first(node.server->port());
  BOOST_TEST(has(first.ask(head("/api/v4/data/file", max_upload)), "HTTP/1.1 100 "));
  raw_connection c(node.server->port());
  BOOST_TEST(c.send(post("/api/v4/data/file", std::string(16 << 20, ' '))));
  const auto response = c.receive();
  check_response(response, 503, R"("code":102)");
  BOOST_TEST(has(response, "\r\nRetry-After: 1\r\n"), response);
  BOOST_TEST(has(response, "\r\nConnection: close\r\n"), response);
  BOOST_TEST(c.at_end());
  raw_connection too_large(node.server->port());
  BOOST_TEST(!has(too_large.ask(head("/api/v4/data/file", max_upload + 1)), "Retry-After"));
}

BOOST_AUTO_TEST_CASE(values_of_large_bodies_are_bounded) {
  served_node node;
  raw_connection c(node.server->port());
  std::string many = "[0";
  for (std::size_t i = 0; i < most_values; ++i)
    many += ",0";
  check_response(c.ask(post("/api/v4/data/file", many + ']')), 400, R"("code":109)");
  check_response(c.ask(get("/api/v4/nodes")), 200, R"("code":0)");
}

// What a few bytes may become is beyond all bounds.
BOOST_AUTO_TEST_CASE(bodies_in_a_coding_are_refused) {
  for (const char* coding : {"br", "GZIP", "deflate", "identity, gzip", "x", ",br"})
    BOOST_TEST(is_coded({coding}), coding);
  BOOST_TEST(is_coded({"identity", "br"}));
  for (const char* none : {"", " ", ",", "identity", " Identity ,identity"})
    BOOST_TEST(!is_coded({none}), none);
  BOOST_TEST(!is_coded({}));
  served_node node;
  const std::string body = R"({"topic":"t"})", path = "/api/v4/mqtt/publish";
  for (const std::string coding : {"br", "gzip", "deflate", "%67zip", "identity\r\nContent-Encoding: br"})
    BOOST_TEST_CONTEXT(coding) {
      const auto headers = authorization + "Content-Encoding: " + coding + "\r\n";
      check_refused(node, post(path, body, headers), 415, R"("code":108)");
      check_refused(node, post("/api/v4/data/file", body, headers), 415, R"("code":108)");
      check_refused(node, head(path, 13, headers), 415, R"("code":108)"); // the body is yet to come
      check_refused(node, head("/api/v4/data/file", large, headers), 415, R"("code":108)");
      check_refused(node,
                    "POST " + path + " HTTP/1.1\r\nHost: x\r\n" + headers +
                        "Transfer-Encoding: chunked\r\n\r\nd\r\n" + body + "\r\n0\r\n\r\n",
                    415, R"("code":108)");
    }
  BOOST_TEST(node.shards[0]->published.empty());
  raw_connection c(node.server->port());
  const auto identity = authorization + "Content-Encoding: identity\r\n";
  check_response(c.ask(post(path, body, identity)), 200, R"("code":0)");
  check_response(c.ask(get("/api/v4/nodes", authorization + "Content-Encoding: gzip\r\n")), 200,
                 "process_used");
  BOOST_TEST(node.shards[0]->published.size() == 1u);
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
