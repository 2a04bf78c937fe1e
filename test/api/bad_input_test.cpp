// Whatever comes in: the documented errors, never a 500, never a changed state.
#include "api/three_clients.hpp"

#include <boost/json/serialize.hpp>

using namespace troupe::test;

namespace {

struct call_path {
  std::string method, path;
};

// What every endpoint's parameters are called, so that each meets values of a wrong type.
const char* const member_names[] = {"topic",
                                    "topics",
                                    "clientid",
                                    "payload",
                                    "qos",
                                    "retain",
                                    "encoding",
                                    "app_id",
                                    "name",
                                    "secret",
                                    "desc",
                                    "status",
                                    "expired",
                                    "conn_bytes_in",
                                    "conn_messages_in",
                                    "filename",
                                    "file",
                                    "conn_messages_routing",
                                    "who",
                                    "as",
                                    "by",
                                    "reason",
                                    "at",
                                    "until"};

std::string with_all_members(const std::string& value) {
  std::string out = "{";
  for (const char* name : member_names)
    out += (out.size() > 1 ? ",\"" : "\"") + std::string(name) + "\":" + value;
  return out + "}";
}

std::vector<std::string> bad_bodies() {
  std::vector<std::string> out{"{bad",
                               "5",
                               "null",
                               "true",
                               "\"text\"",
                               "[",
                               "[1]",
                               "[null,{}]",
                               "{\"topic\"}",
                               "\xff\xfe",
                               "{\"a\":\"\xc0\xaf\"}",
                               R"({"topic":"a","topic":[]})",
                               R"({"clientid":{},"clientid":"example","topic":"#"})",
                               std::string(3, '\0'),
                               std::string(50'000, '['),
                               std::string(60, '[') + std::string(60, ']')};
  for (const char* value : {"null", "{}", "[]", "[[1]]", "true", "-1", "1e999", "18446744073709551616", "1.5",
                            "\"\"", R"("\u0000")", R"("+/#")", R"("../../../../etc/passwd")"})
    out.push_back(with_all_members(value));
  out.push_back(with_all_members('"' + std::string(40'000, 'x') + '"'));
  out.push_back(R"({"name":")" + std::string(1'000'000, 'x') + R"("})");
  std::string deep = "1";
  for (int i = 0; i < 500; ++i)
    deep = "{\"a\":" + deep + "}";
  out.push_back(deep);
  return out;
}

const char* const odd_segments[] = {"%00",          "..%2f..%2fetc%2fpasswd",
                                    "%2e%2e",       "..",
                                    "%F0%9F%98%80", "a%2Fb",
                                    "%zz",          "%",
                                    "%ff%fe",       "+/#",
                                    "null",         "never@seen",
                                    "-1",           "9999999999999999999999",
                                    "'\"<>",        "%25s%n"};

struct attacked_broker : three_clients {
  std::vector<call_path> endpoints() {
    std::vector<call_path> out;
    const reply r = get("");
    for (const auto& row : r.data().as_array())
      out.push_back({row.at("method").as_string().c_str(), row.at("path").as_string().c_str()});
    return out;
  }

  reply send(const std::string& method, const std::string& path, const std::string& body = "") {
    httplib::Request request;
    request.method = method;
    request.path = "/api/v4" + path;
    request.headers = {httplib::make_basic_authentication_header("admin", "public")};
    request.body = body;
    return this->request(request);
  }

  // All that a call could leave behind.
  std::string state() {
    std::string out;
    for (const char* path : {"/subscriptions", "/routes", "/apps", "/modules", "/topic-metrics"})
      out += get(path).text + '\n';
    const auto stats = get("/stats").data().at(0).at("stats").as_object();
    for (const char* name : {"retained.count", "sessions.count", "subscriptions.count", "connections.count"})
      out += boost::json::serialize(stats.at(name)) + '\n';
    return out;
  }
};

std::string filled(const std::string& path, const std::string& segment) {
  std::string out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] != ':') {
      out += path[i];
      continue;
    }
    out += segment;
    while (i + 1 < path.size() && path[i + 1] != '/')
      ++i;
  }
  return out;
}

void check_answer(const reply& r, bool text_allowed) {
  BOOST_TEST((r.status == 200 || r.status == 400 || r.status == 403 || r.status == 404 || r.status == 413 ||
              r.status == 414));
  if (text_allowed && r.content_type.rfind("text/plain", 0) == 0)
    return;
  BOOST_TEST(r.content_type == "application/json");
  BOOST_TEST_REQUIRE(r.body.is_object());
  BOOST_TEST((r.status == 200 || r.code() != 0));
  if (r.code() != 0)
    BOOST_TEST(!r.body.at("message").as_string().empty());
}

} // namespace

BOOST_AUTO_TEST_SUITE(bad_input)

BOOST_FIXTURE_TEST_CASE(bodies, attacked_broker) {
  const auto before = state();
  const auto all = bad_bodies();
  for (const auto& [method, path] : endpoints()) {
    if (method != "POST" && method != "PUT")
      continue;
    for (const char* segment : {"none", "never@seen"})
      for (std::size_t i = 0; i < all.size(); ++i)
        BOOST_TEST_CONTEXT(method << ' ' << path << " with " << segment << " and body " << i) {
          check_answer(send(method, filled(path, segment), all[i]), false);
        }
  }
  BOOST_TEST(state() == before);
}

BOOST_FIXTURE_TEST_CASE(paths, attacked_broker) {
  const auto before = state();
  for (const auto& [method, path] : endpoints()) {
    if (path.find(':') == std::string::npos)
      continue;
    for (const char* segment : odd_segments)
      BOOST_TEST_CONTEXT(method << ' ' << path << " with " << segment) {
        check_answer(send(method, filled(path, segment)), false);
      }
  }
  BOOST_TEST(state() == before);
}

BOOST_FIXTURE_TEST_CASE(queries, attacked_broker) {
  const auto before = state();
  std::string many = "?a=1";
  for (int i = 1; i < 10'000; ++i)
    many += "&a=1";
  std::string wrong_types = "?type=%00";
  for (const char* name : member_names)
    wrong_types += '&' + std::string(name) + "=%5B%5D";
  for (const auto& [method, path] : endpoints()) {
    if (method != "GET")
      continue;
    for (const std::string& query :
         {many, wrong_types, std::string("?_page=99999999999999999999"), std::string("?_limit=-1&_page=0"),
          std::string("?_page=%zz"), std::string("?=&&=&a"), "?_like_clientid=" + std::string(5'000, 'x'),
          std::string("?_match_topic=a/%23/b"), std::string("?ip_address=1.2.3.4.5"),
          std::string("?%ff=%00")})
      BOOST_TEST_CONTEXT(method << ' ' << path << query.substr(0, 40)) {
        check_answer(send(method, filled(path, "none") + query), true);
      }
  }
  BOOST_TEST(state() == before);
}

BOOST_FIXTURE_TEST_CASE(methods, attacked_broker) {
  const auto before = state();
  for (const auto& [unused, path] : endpoints())
    for (const char* method : {"PATCH", "OPTIONS", "TRACE", "CONNECT", "get"})
      BOOST_TEST_CONTEXT(method << ' ' << path) {
        const reply r = send(method, filled(path, "none"));
        BOOST_TEST((r.status == 404 || r.status == 400));
      }
  BOOST_TEST(state() == before);
}

BOOST_AUTO_TEST_SUITE_END()
