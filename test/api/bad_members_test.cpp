// Bodies of which one member is wrong or missing while all others are right.
#include "api/bad_input.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

namespace {

using namespace troupe::test;

struct good_body {
  const char *method, *path, *body;
  std::set<std::string> required; // to leave out any one of these is wrong
  std::set<std::string> any;      // members that take any type
};

const good_body good_bodies[] = {
    {"POST",
     "/mqtt/publish",
     R"({"topic":"x","qos":1,"retain":true,"clientid":"example","payload":"p","encoding":"plain"})",
     {"topic"},
     {"payload"}},
    {"POST", "/mqtt/subscribe", R"({"topics":"x","qos":1,"clientid":"example"})", {"topics", "clientid"}, {}},
    {"POST", "/mqtt/unsubscribe", R"({"topic":"a/b/c","clientid":"example"})", {"topic", "clientid"}, {}},
    {"POST",
     "/apps",
     R"({"app_id":"new","name":"n","secret":"s","desc":"d","status":true,"expired":1893456000})",
     {"app_id", "name"},
     {}},
    {"PUT", "/apps/kept", R"({"name":"n","desc":"d","status":false,"expired":1893456000})", {}, {}},
    {"POST",
     "/clients/example/ratelimit",
     R"({"conn_bytes_in":"100KB,10s","conn_messages_in":"100,10s"})",
     {},
     {}},
    {"POST", "/clients/example/quota", R"({"conn_messages_routing":"100,10s"})", {}, {}},
    {"POST",
     "/banned",
     R"({"as":"peerhost","who":"192.0.2.1","by":"me","reason":"r","at":1,"until":1893456000})",
     {"as", "who"},
     {}},
    {"POST", "/data/file", R"({"filename":"new.json","file":"{}"})", {"file"}, {}},
    {"PUT", "/log", R"({"level":"error"})", {"level"}, {}},
    {"POST", "/data/import", R"({"filename":"kept.json"})", {"filename"}, {}},
    {"POST", "/auth_clientid", R"({"clientid":"new","password":"p"})", {"clientid", "password"}, {}},
    {"PUT", "/auth_clientid/example", R"({"password":"p"})", {"password"}, {}},
    {"POST", "/auth_username", R"({"username":"new","password":"p"})", {"username", "password"}, {}},
    {"PUT", "/auth_username/test", R"({"password":"p"})", {"password"}, {}},
    {"POST",
     "/auth_user",
     R"({"login":"new","password":"p","is_superuser":true})",
     {"login", "password"},
     {}},
    {"PUT", "/auth_user/kept", R"({"password":"p","is_superuser":true})", {"password"}, {}},
    {"POST",
     "/emqx_acl",
     R"({"login":"new","topic":"t","action":"pub","allow":true})",
     {"login", "topic", "action", "allow"},
     {}},
    {"POST",
     "/acl",
     R"({"clientid":"new","topic":"t","action":"pub","access":"deny"})",
     {"topic", "action", "access"},
     {}},
    {"POST",
     "/sasl",
     R"({"mechanism":"SCRAM-SHA-1","username":"new","password":"p","salt":"s","iteration_count":4096})",
     {"mechanism", "username", "password", "salt"},
     {}},
    {"PUT",
     "/sasl",
     R"({"mechanism":"SCRAM-SHA-1","username":"kept","password":"p","salt":"s","iteration_count":4096})",
     {"mechanism", "username", "password", "salt"},
     {}},
    {"PUT", "/telemetry/status", R"({"enabled":false})", {"enabled"}, {}},
    {"POST", "/topic-metrics", R"({"topic":"x"})", {"topic"}, {}},
    {"POST",
     "/rules",
     R"({"id":"rule:new","rawsql":"select * from \"t\"","actions":[{"name":"inspect","params":{"a":1}}],"description":"d","enabled":true,"on_action_failed":"stop"})",
     {"rawsql", "actions"},
     {}},
    {"POST",
     "/resources",
     R"({"id":"resource:new","type":"web_hook","config":{"url":"http://127.0.0.1:1"},"description":"d"})",
     {"type", "config"},
     {}},
    {"PUT",
     "/rules/rule:kept",
     R"({"rawsql":"select * from \"t\"","actions":[{"name":"do_nothing"}],"description":"d","enabled":false,"on_action_failed":"stop"})",
     {},
     {}},
};

// What a member must not be, by what it is.
std::vector<boost::json::value> wrong_for(const boost::json::value& right) {
  std::vector<boost::json::value> out{nullptr, boost::json::object{}, boost::json::array{1}, 1.5,
                                      -1,      18446744073709551615u};
  if (!right.is_string()) {
    out.emplace_back("text");
    out.emplace_back(boost::json::serialize(right)); // the right value as a text
  }
  if (!right.is_bool())
    out.emplace_back(true);
  return out;
}

// "undefined" and null are how an application that does not expire is spelled.
bool allowed(const std::string& name, const boost::json::value& v) {
  return name == "expired" && v.is_null();
}

// Calls `use` with each body that has one thing wrong.
template <class Use>
void for_each_bad(const good_body& good, Use use) {
  const auto right = boost::json::parse(good.body).as_object();
  for (const auto& member : right) {
    const std::string name{member.key()};
    if (good.required.contains(name)) {
      auto without = right;
      without.erase(name);
      use(without);
    }
    if (good.any.contains(name))
      continue;
    for (auto& value : wrong_for(member.value())) {
      auto changed = right;
      changed[name] = value;
      if (!allowed(name, value))
        use(changed);
    }
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(bad_members)

BOOST_FIXTURE_TEST_CASE(one_at_a_time, attacked_broker) {
  const auto before = state();
  for (const auto& good : good_bodies)
    for_each_bad(good, [&](const object& body) {
      const auto text = boost::json::serialize(body);
      BOOST_TEST_CONTEXT(good.method << ' ' << good.path << ' ' << text) {
        const auto r = send(good.method, good.path, text);
        check_form(r);
        BOOST_TEST(r.code() != 0);
        BOOST_TEST_REQUIRE(state() == before);
      }
    });
}

BOOST_FIXTURE_TEST_CASE(in_batches, attacked_broker) {
  const auto before = state();
  for (const auto& good : good_bodies) {
    const std::string path = good.path;
    if (!path.starts_with("/mqtt/"))
      continue;
    boost::json::array batch{1, nullptr, "text", boost::json::array{}, object{}};
    for_each_bad(good, [&](const object& body) { batch.push_back(body); });
    BOOST_TEST_CONTEXT(path) {
      const auto r = send("POST", path + "_batch", boost::json::serialize(batch));
      BOOST_TEST_REQUIRE(r.status == 200);
      BOOST_TEST(r.data().as_array().size() == batch.size());
      for (const auto& row : r.data().as_array())
        BOOST_TEST(row.at("code").as_int64() != 0);
      BOOST_TEST(state() == before);
    }
  }
}

// The good bodies are good: else the tests above would show nothing.
BOOST_FIXTURE_TEST_CASE(the_right_ones_are_taken, attacked_broker) {
  for (const auto& good : good_bodies)
    BOOST_TEST_CONTEXT(good.method << ' ' << good.path) {
      const auto before = state();
      const auto r = send(good.method, good.path, good.body);
      check_form(r);
      if (std::string(good.path) == "/data/import")
        BOOST_TEST(r.body.at("message").as_string() == "unsupported_version"); // it was read
      else
        BOOST_TEST(r.code() == 0, r.text);
    }
}

// One payload for a hundred thousand topics would be gigabytes.
BOOST_FIXTURE_TEST_CASE(a_body_that_asks_for_far_more_than_it_holds, attacked_broker) {
  std::string topics = "x";
  for (int i = 1; i < 100'000; ++i)
    topics += ",x";
  const auto before = state();
  const auto body = R"({"topics":")" + topics + R"(","payload":")" + std::string(500'000, 'p') + R"("})";
  check_error(post("/mqtt/publish", body), 400, 108);
  const auto r = post("/mqtt/publish_batch", '[' + body + ']');
  BOOST_TEST_REQUIRE(r.status == 200);
  BOOST_TEST(r.data().at(0).at("code").as_int64() == 108);
  BOOST_TEST(state() == before);
}

// As many entries as a body can hold are answered, each.
BOOST_FIXTURE_TEST_CASE(the_largest_batches, attacked_broker) {
  for (const auto& [path, entry] : {std::pair{"/mqtt/publish_batch", R"({"topic":"x","clientid":"c"})"},
                                    {"/mqtt/subscribe_batch", R"({"topic":"x","clientid":"example"})"},
                                    {"/mqtt/unsubscribe_batch", R"({"topic":"x","clientid":"example"})"},
                                    {"/mqtt/subscribe_batch", "0"}})
    BOOST_TEST_CONTEXT(path << ' ' << entry) {
      std::string body = "[";
      std::size_t entries = 0;
      for (; body.size() + 50 < (1u << 20); ++entries)
        body += (entries == 0 ? "" : ",") + std::string(entry);
      const auto r = post(path, body + "]");
      BOOST_TEST_REQUIRE(r.status == 200, r.text.substr(0, 200));
      BOOST_TEST(r.data().as_array().size() == entries);
    }
}

BOOST_AUTO_TEST_SUITE_END()
