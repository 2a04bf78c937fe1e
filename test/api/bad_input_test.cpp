// Whatever comes in at whatever endpoint: the documented errors, never a failure, never a changed state.
#include "api/bad_input.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

namespace {

using namespace troupe::test;

// What parameters are called, beside what the endpoints' descriptions say.
const std::set<std::string> parameter_names{"topic",
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
                                            "file",
                                            "status",
                                            "expired",
                                            "conn_bytes_in",
                                            "who",
                                            "as",
                                            "filename",
                                            "by",
                                            "reason",
                                            "conn_messages_in",
                                            "at",
                                            "until",
                                            "_page",
                                            "_limit",
                                            "type",
                                            "level",
                                            "conn_messages_routing",
                                            "ip_address",
                                            "username"};

std::set<std::string> names_of(const operation& o) {
  auto names = parameter_names;
  names.insert(o.parameters.begin(), o.parameters.end());
  return names;
}

std::string with_all_members(const std::set<std::string>& names, const std::string& value) {
  std::string out;
  for (const auto& name : names)
    out += (out.empty() ? "{\"" : ",\"") + name + "\":" + value;
  return out + "}";
}

std::string nested(std::size_t depth) {
  std::string out = "1";
  for (std::size_t i = 0; i < depth; ++i)
    out = "{\"a\":" + out + "}";
  return out;
}

// What is no legal JSON.
const std::vector<std::string> broken{
    "{bad",
    "[",
    "{\"topic\"}",
    "[1,]",
    "{} {}",
    "\xff\xfe",
    "{\"a\":\"\xc0\xaf\"}",     // overlong
    "{\"a\":\"\xed\xa0\x80\"}", // a surrogate
    R"({"a":"\ud800"})",        // half of one
    R"({"a":1,"a":[})",         // in a member that does not count
    std::string(3, '\0'),
    std::string("{\"a\":\"\0\"}", 9),
    "{\"a\":01}",
    "{\"a\":NaN}",
    "[-1e999]",
    "topic=a&clientid=example",
    std::string(500'000, '['),
    std::string(129, '[') + std::string(129, ']'),
    nested(500),
    R"({"name":")" + std::string(1'000'000, 'x'),
};

// Of the wrong type for every parameter, or a text that none may have.
const std::vector<std::string> wrong_values{"{}", "[[1]]", "1.5", "1e308", "-1", "18446744073709551616"};
const std::vector<std::string> odd_texts{"null",
                                         "true",
                                         "\"\"",
                                         R"("\u0000")",
                                         R"("+/#")",
                                         R"("../../../../etc/passwd")",
                                         R"("..\\..\\boot.json")",
                                         R"("none'; drop table")",
                                         R"("%s%n")",
                                         '"' + std::string(20'000, 'x') + '"'};

const char* const odd_segments[] = {"%00",          "..%2f..%2fetc%2fpasswd",
                                    "%2e%2e",       "..",
                                    "%F0%9F%98%80", "a%2Fb",
                                    "+/#",          "%2B%2F%23",
                                    "null",         "never@seen",
                                    "-1",           "9999999999999999999999",
                                    "'\"<>",        "%25s%n",
                                    "..%5c..%5cx",  "..%2fkept.json"};
const char* const broken_segments[] = {"%zz", "%", "a%2", "%ff%fe", "%c0%af", "x%ed%a0%80"};

// These take anything, and rightly change something.
bool takes_anything(const operation& o) {
  static const std::set<std::string> all{"POST /auth_clientid",   "POST /auth_username",
                                         "POST /data/export",     "POST /topic-metrics",
                                         "DELETE /topic-metrics", "DELETE /retainer/messages"};
  return all.contains(o.text());
}

// Calls every operation and looks after each whether anything has changed.
template <class Call>
void call_all(attacked_broker& broker, Call call) {
  const auto before = broker.state();
  for (const auto& o : broker.operations())
    BOOST_TEST_CONTEXT(o.text()) {
      call(o);
      BOOST_TEST_REQUIRE(broker.state() == before);
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(bad_input)

BOOST_FIXTURE_TEST_CASE(the_endpoints_are_all_there, attacked_broker) {
  std::size_t listed = 0;
  for (const auto& o : operations())
    listed += o.path == "/openapi.json" ? 0 : 1;
  BOOST_TEST(listed == get("").data().as_array().size());
  BOOST_TEST(listed >= 60u);
}

BOOST_FIXTURE_TEST_CASE(broken_bodies, attacked_broker) {
  call_all(*this, [&](const operation& o) {
    for (const auto& body : broken)
      BOOST_TEST_CONTEXT(body.substr(0, 40)) {
        const auto r = send(o, filled(o.path, true), body);
        if (o.reads())
          check_form(r); // nobody reads it
        else
          check_error(r, 400, 109);
      }
    if (o.reads())
      return;
    for (const char* body : {"5", "null", "true", "\"text\"", "-1e5"})
      check_error(send(o, filled(o.path, true), body), 400, 108);
    const bool large = o.text() == "POST /data/file"; // may be
    check_error(send(o, filled(o.path, true), std::string((1 << 20) + 1, ' ')), large ? 400 : 413,
                large ? 109 : 108);
  });
}

BOOST_FIXTURE_TEST_CASE(wrong_bodies, attacked_broker) {
  call_all(*this, [&](const operation& o) {
    const auto names = names_of(o);
    std::vector<std::string> bodies{"[1]", "[null]", "[[]]", "[true,\"x\"]", nested(30)};
    for (const auto* values : {&wrong_values, &odd_texts})
      for (const auto& value : *values)
        bodies.push_back(with_all_members(names, value));
    bodies.push_back(R"({"name":")" + std::string(1'000'000, 'x') + R"("})");
    for (const auto& body : bodies)
      BOOST_TEST_CONTEXT(body.substr(0, 40)) {
        if (!takes_anything(o))
          check_form(send(o, filled(o.path, false), body));
      }
  });
}

BOOST_FIXTURE_TEST_CASE(paths, attacked_broker) {
  call_all(*this, [&](const operation& o) {
    for (std::size_t i = 0; !filled_with(o.path, i, "x").empty(); ++i) {
      for (const char* segment : odd_segments)
        BOOST_TEST_CONTEXT(segment) { check_form(send(o, filled_with(o.path, i, segment))); }
      check_form(send(o, filled_with(o.path, i, std::string(4'000, 'x'))));
      check_error(send(o, filled_with(o.path, i, std::string(9'000, 'x'))), 414, 108);
      for (const char* segment : broken_segments)
        BOOST_TEST_CONTEXT(segment) { check_error(send(o, filled_with(o.path, i, segment)), 400, 108); }
    }
  });
}

BOOST_FIXTURE_TEST_CASE(queries, attacked_broker) {
  std::string too_many = "?a=1", many = "?a=";
  for (int i = 1; i < 10'000; ++i)
    too_many += "&a=1";
  for (int i = 1; i < 2'500; ++i)
    many += "&a=";
  call_all(*this, [&](const operation& o) {
    const auto path = filled(o.path, false);
    check_error(send(o, path + too_many), 414, 108);
    for (const char* broken_query : {"?_page=%zz", "?%=1", "?topic=a%2", "?a=%ff", "?%c0%af=1", "?name=%00"})
      BOOST_TEST_CONTEXT(broken_query) { check_error(send(o, path + broken_query), 400, 108); }
    if (takes_anything(o))
      return;
    for (const char* value : {"%5B%5D", "-1", "1.5", "99999999999999999999", "+%2F%23", ""}) {
      std::string query;
      for (const auto& name : names_of(o))
        query += (query.empty() ? '?' : '&') + name + '=' + value;
      BOOST_TEST_CONTEXT(query.substr(0, 40)) { check_form(send(o, path + query)); }
    }
    for (const auto& query : {many, std::string("?=&&=&a"), std::string("???"), std::string("?#?"),
                              "?_like_clientid=" + std::string(5'000, 'x')})
      BOOST_TEST_CONTEXT(query.substr(0, 40)) { check_form(send(o, path + query)); }
  });
}

BOOST_FIXTURE_TEST_CASE(methods, attacked_broker) {
  call_all(*this, [&](const operation& o) {
    for (const char* method : {"PATCH", "OPTIONS", "TRACE", "CONNECT", "get", "DESTROY"})
      BOOST_TEST_CONTEXT(method) {
        const auto r = send(method, filled(o.path, true), "");
        BOOST_TEST(r.status == 404);
        if (std::string(method) != "CONNECT") // whose answer the client does not read on
          BOOST_TEST(r.code() != 0);
      }
  });
}

BOOST_AUTO_TEST_SUITE_END()
