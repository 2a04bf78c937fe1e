// What the API refuses, and how.
#include "api/fixture.hpp"
#include "support/socket.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace troupe::test;

void check_error(const reply& r, int status, int code) {
  BOOST_TEST(r.status == status);
  BOOST_TEST(r.content_type == "application/json");
  BOOST_TEST(r.code() == code);
  BOOST_TEST(!r.body.at("message").as_string().empty());
}

} // namespace

BOOST_AUTO_TEST_SUITE(errors)

BOOST_FIXTURE_TEST_CASE(credentials, served_broker) {
  for (const char* path : {"/api/v4", "/api/v4/nodes", "/api/v4/nope"})
    BOOST_TEST_CONTEXT(path) {
      reply none = raw_get(path, {});
      check_error(none, 401, 104);
      BOOST_TEST(none.authenticate.rfind("Basic", 0) == 0u);
      check_error(raw_get(path, "Basic YWRtaW46d3Jvbmc="), 401, 103); // admin:wrong
      check_error(raw_get(path, "Basic QWRtaW46cHVibGlj"), 401, 103); // Admin:public
      check_error(raw_get(path, "Basic YWRtaW46"), 401, 104);         // admin:
      check_error(raw_get(path, "Basic OnB1YmxpYw=="), 401, 104);     // :public
      check_error(raw_get(path, "Basic YWRtaW4="), 401, 103);         // admin
      check_error(raw_get(path, "Bearer YWRtaW46cHVibGlj"), 401, 103);
      check_error(raw_get(path, "garbage"), 401, 103);
    }
  BOOST_TEST(raw_get("/api/v4/nodes", "Basic YWRtaW46cHVibGlj").status == 200);
  reply status = raw_get("/status", {});
  BOOST_TEST(status.status == 200);
  BOOST_TEST(status.content_type == "text/plain");
  BOOST_TEST(status.text == "Node emqx@127.0.0.1 is started\nemqx is running");
  BOOST_TEST(raw_get("/other", {}).status == 404);
}

BOOST_FIXTURE_TEST_CASE(unknown_paths, served_broker) {
  for (const char* path :
       {"/nope", "/nodes/never@seen", "/brokers/never@seen", "/nodes/never@seen/clients",
        "/nodes/never@seen/clients/x", "/nodes/never@seen/clients/username/x",
        "/nodes/never@seen/subscriptions", "/nodes/never@seen/subscriptions/x", "/nodes/never@seen/metrics",
        "/nodes/never@seen/stats", "/nodes/never@seen/listeners", "/clients/a/b", "/mqtt/publish",
        "/clients/username"})
    BOOST_TEST_CONTEXT(path) {
      // The last one is a client whose id is "username".
      if (std::string(path) == "/clients/username")
        BOOST_TEST(get(path).status == 200);
      else
        check_error(get(path), 404, 404);
    }
  check_error(post("", "{}"), 404, 404);
  check_error(post("/brokers", "{}"), 404, 404);
  check_error(del("/nodes/never@seen/clients/x"), 404, 404);
  check_error(del("/clients"), 404, 404);
}

BOOST_FIXTURE_TEST_CASE(bodies, served_broker) {
  for (const char* path : {"/mqtt/publish", "/mqtt/subscribe", "/mqtt/unsubscribe", "/mqtt/publish_batch",
                           "/mqtt/subscribe_batch", "/mqtt/unsubscribe_batch"})
    BOOST_TEST_CONTEXT(path) {
      for (const char* body : {"{bad", "[{]", "topic=a&clientid=b", "{\"topic\":\"\xff\xfe\"}",
                               R"({"topic":"a","topic":})", "{\"a\":\"\\ud800\"}"})
        check_error(post(path, body), 400, 109);
      check_error(post(path, std::string(100'000, '[')), 400, 109);
      check_error(post(path, std::string(129, '[') + std::string(129, ']')), 400, 109);
      for (const char* body : {"5", "\"x\"", "null"})
        check_error(post(path, body), 400, 108);
      reply large = post(path, std::string(2 << 20, 'x'));
      check_error(large, 413, 108);
    }
  check_error(post("/mqtt/publish", "[]"), 400, 108);
  check_error(post("/mqtt/publish_batch", "{}"), 400, 108);
  BOOST_TEST(get("/nodes").status == 200);
}

// What tells the length of a body in two ways, or in none, is never read: a proxy may see another request in
// it.
BOOST_FIXTURE_TEST_CASE(lengths_of_bodies, served_broker) {
  const auto status_of = [&](const std::string& headers, const std::string& body) {
    tcp_socket socket{static_cast<std::uint16_t>(http_port())};
    socket.send("POST /api/v4/mqtt/publish HTTP/1.1\r\nHost: x\r\nAuthorization: Basic YWRtaW46cHVibGlj\r\n" +
                headers + "\r\n" + body);
    std::string answer;
    while (answer.find("\r\n\r\n") == std::string::npos &&
           socket.receive(answer) == tcp_socket::state::data) {
    }
    return answer.substr(0, 12);
  };
  for (const char* headers :
       {"Content-Length: -1\r\n", "Content-Length: abc\r\n", "Content-Length: 2x\r\n",
        "Content-Length: 2\r\nContent-Length: 5\r\n", "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: gzip\r\n", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"})
    BOOST_TEST_CONTEXT(headers) { BOOST_TEST(status_of(headers, "{}") == "HTTP/1.1 400"); }
  for (const char* headers :
       {"Content-Length: 99999999999\r\n", "Content-Length: 99999999999999999999999\r\n"})
    BOOST_TEST_CONTEXT(headers) { BOOST_TEST(status_of(headers, "{") == "HTTP/1.1 413"); }
  BOOST_TEST(status_of("Transfer-Encoding: Chunked\r\n", "2\r\n{}\r\n0\r\n\r\n") == "HTTP/1.1 200");
  BOOST_TEST(status_of("Content-Length: 2\r\n", "{}") == "HTTP/1.1 200");
}

BOOST_FIXTURE_TEST_CASE(parameters, served_broker) {
  for (const char* path :
       {"/clients?_page=x", "/clients?_limit=x", "/clients?_limit=-1",
        "/clients?_page=", "/clients?proto_ver=x", "/clients?clean_start=maybe",
        "/clients?_gte_created_at=now", "/clients?_lte_connected_at=1.5", "/clients?ip_address=1.2.3",
        "/clients?ip_address=x", "/subscriptions?qos=x", "/subscriptions?_page=1x",
        "/routes?_limit=99999999999999999999999", "/nodes/emqx@127.0.0.1/clients?_page=x", "/clients/%zz",
        "/clients/a%2", "/clients?clientid=%zz", "/routes/%", "/clients/username/%f"})
    BOOST_TEST_CONTEXT(path) { check_error(get(path), 400, 108); }
  for (const char* body :
       {R"({"topic":"a","qos":"1"})", R"({"topic":"a","qos":3})", R"({"topic":"a","qos":-1})",
        R"({"topic":"a","qos":1.5})", R"({"topic":"a","retain":"yes"})", R"({"topic":5})",
        R"({"topic":"a","clientid":5})", R"({"topic":"a","payload":"%%%","encoding":"base64"})",
        R"({"topic":"a","encoding":[]})"})
    BOOST_TEST_CONTEXT(body) { check_error(post("/mqtt/publish", body), 400, 108); }
  for (const char* body : {R"({"payload":"x","clientid":"x"})", R"({"topic":"a/+","clientid":"x"})",
                           R"({"topic":"","clientid":"x"})", R"({"topics":"#,+","clientid":"x"})"})
    BOOST_TEST_CONTEXT(body) { check_error(post("/mqtt/publish", body), 200, 115); }
  check_error(post("/mqtt/subscribe", R"({"topics":"a","qos":1,"clientid":"none"})"), 200, 112);
  check_error(post("/mqtt/subscribe", R"({"topic":"a/#/b","qos":1,"clientid":"none"})"), 200, 115);
  check_error(post("/mqtt/unsubscribe", R"({"topic":"a","clientid":"none"})"), 200, 112);
  check_error(post("/mqtt/unsubscribe", R"({"clientid":"none"})"), 200, 115);
  check_error(del("/clients/none"), 200, 112);
  check_error(del("/nodes/emqx@127.0.0.1/clients/none"), 200, 112);
}

BOOST_FIXTURE_TEST_CASE(large_limits_are_fine, served_broker) {
  for (const char* path : {"/clients", "/subscriptions", "/routes"}) {
    reply r = get(std::string(path) + "?_page=9223372036854775807&_limit=9223372036854775807");
    BOOST_TEST(r.status == 200);
    BOOST_TEST(r.data().as_array().empty());
    BOOST_TEST(r.meta().at("limit").as_int64() == 9'223'372'036'854'775'807);
    BOOST_TEST(!r.meta().at("hasnext").as_bool());
  }
}

BOOST_AUTO_TEST_SUITE_END()
