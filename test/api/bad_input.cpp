#include "api/bad_input.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>

namespace troupe::test {

namespace {

// The names of parameters in the query and of members of the body, wherever a schema has them.
void collect_names(const boost::json::value& v, std::set<std::string>& found) {
  if (const auto* o = v.if_object()) {
    const auto *in = o->if_contains("in"), *name = o->if_contains("name");
    if (in && name && in->is_string() && in->as_string() == "query")
      found.emplace(name->as_string());
    if (const auto* members = o->if_contains("properties"); members && members->is_object())
      for (const auto& m : members->as_object())
        found.emplace(m.key());
    for (const auto& m : *o)
      if (m.key() != "responses")
        collect_names(m.value(), found);
  } else if (const auto* a = v.if_array()) {
    for (const auto& element : *a)
      collect_names(element, found);
  }
}

std::string upper(std::string_view text) {
  std::string out{text};
  for (char& c : out)
    c = static_cast<char>(c - 'a' + 'A');
  return out;
}

// What is there of each parameter's kind.
std::string existing(const std::string& parameter) {
  static const std::map<std::string, std::string> known{
      {"clientid", "example"}, {"username", "test"},      {"topic", "a%2Fb%2Fc"},         {"app_id", "kept"},
      {"appid", "kept"},       {"filename", "kept.json"}, {"module", "emqx_mod_delayed"}, {"as", "clientid"},
      {"who", "kept"},         {"login", "kept"},         {"plugin", "emqx_retainer"},    {"id", "rule:kept"},
      {"name", "inspect"}};
  const auto i = known.find(parameter);
  return i == known.end() ? "none" : i->second;
}

template <class Replacement>
std::string replaced(const std::string& path, Replacement replacement) {
  std::string out;
  std::size_t at = 0, index = 0;
  for (std::size_t open; (open = path.find('{', at)) != std::string::npos;) {
    const auto close = path.find('}', open);
    out += path.substr(at, open - at) + replacement(index++, path.substr(open + 1, close - open - 1));
    at = close + 1;
  }
  return out + path.substr(at);
}

} // namespace

attacked_broker::attacked_broker() {
  std::signal(SIGPIPE, SIG_IGN); // the broker may close before it has read all
  for (const char* plugin : {"clientid", "username", "mnesia"})
    BOOST_TEST_REQUIRE(
        put(std::string{"/nodes/emqx@127.0.0.1/plugins/emqx_auth_"} + plugin + "/load").code() == 0);
  BOOST_TEST_REQUIRE(post("/auth_clientid", R"({"clientid":"example","password":"p"})").code() == 0);
  BOOST_TEST_REQUIRE(post("/auth_username", R"({"username":"test","password":"p"})").code() == 0);
  BOOST_TEST_REQUIRE(post("/auth_user", R"({"login":"kept","password":"p"})").code() == 0);
  BOOST_TEST_REQUIRE(
      post("/emqx_acl", R"({"login":"kept","topic":"a/b/c","action":"pub","allow":true})").code() == 0);
  BOOST_TEST_REQUIRE(
      post("/sasl", R"({"mechanism":"SCRAM-SHA-1","username":"kept","password":"p","salt":"s"})").code() ==
      0);
  BOOST_TEST_REQUIRE(post("/apps", R"({"app_id":"kept","name":"n","secret":"s"})").code() == 0);
  BOOST_TEST_REQUIRE(post("/data/file", R"({"filename":"kept.json","file":"{}"})").code() == 0);
  BOOST_TEST_REQUIRE(
      post("/mqtt/publish", R"({"topic":"$kept","payload":"x","retain":true,"clientid":"c"})").code() == 0);
  BOOST_TEST_REQUIRE(post("/banned", R"({"as":"clientid","who":"kept","until":4102444800})").code() == 0);
  BOOST_TEST_REQUIRE(
      post("/rules", R"({"id":"rule:kept","rawsql":"select * from \"r/#\"","actions":[]})").code() == 0);
  BOOST_TEST_REQUIRE(put("/modules/emqx_mod_topic_metrics/load").code() == 0);
  BOOST_TEST_REQUIRE(post("/topic-metrics", R"({"topic":"a/b/c"})").code() == 0);
}

std::vector<operation> attacked_broker::operations() {
  std::vector<operation> out{{"GET", "/openapi.json", {}}};
  const auto document = get("/openapi.json").body;
  for (const auto& path : document.at("paths").as_object())
    for (const auto& method : path.value().as_object())
      if (method.value().is_object()) { // not `parameters` of them all
        out.push_back({upper(method.key()), path.key(), {}});
        collect_names(method.value(), out.back().parameters);
      }
  return out;
}

reply attacked_broker::send(const operation& what, const std::string& path, const std::string& body) {
  return send(what.method, path, body);
}

reply attacked_broker::send(const std::string& method, const std::string& path, const std::string& body) {
  httplib::Request request;
  request.method = method;
  request.path = "/api/v4" + path;
  request.headers = {httplib::make_basic_authentication_header("admin", "public")};
  request.body = body;
  return this->request(request);
}

std::string attacked_broker::state() {
  std::string out;
  for (const char* path :
       {"/subscriptions", "/routes", "/apps", "/modules", "/data/export", "/log", "/banned", "/plugins",
        "/auth_clientid", "/auth_username", "/auth_user", "/emqx_acl", "/acl", "/rules", "/resources",
        "/sasl?mechanism=SCRAM-SHA-1&username=kept", "/sasl?mechanism=SCRAM-SHA-1&username=new"})
    out += get(path).text + '\n';
  const auto add = [&](const reply& rows, std::initializer_list<const char*> members) {
    for (const auto& row : rows.data().as_array())
      for (const char* name : members)
        out += boost::json::serialize(row.at(name)) + '\n';
  };
  add(get("/clients"), {"clientid", "username", "connected", "created_at", "connected_at"});
  add(get("/topic-metrics"), {"topic"});
  add(get("/nodes/emqx@127.0.0.1/listeners"), {"protocol", "listen_on"});
  const auto add_numbers = [&](const reply& numbers, std::initializer_list<const char*> wanted) {
    for (const char* name : wanted)
      out += name + boost::json::serialize(numbers.data().at(name)) + '\n';
  };
  add_numbers(get("/nodes/emqx@127.0.0.1/stats"), {"retained.count", "sessions.count", "connections.max"});
  add_numbers(get("/nodes/emqx@127.0.0.1/metrics"),
              {"messages.publish", "messages.sent", "client.subscribe", "packets.disconnect.sent"});
  return out;
}

std::string filled(const std::string& path, bool real) {
  return replaced(path, [real](std::size_t, const std::string& name) {
    return name == "node" ? "emqx@127.0.0.1" : real ? existing(name) : "none";
  });
}

std::string filled_with(const std::string& path, std::size_t index, const std::string& segment) {
  bool found = false;
  auto out = replaced(path, [&](std::size_t i, const std::string& name) {
    found = found || i == index;
    return i == index ? segment : name == "node" ? "emqx@127.0.0.1" : "none";
  });
  return found ? out : "";
}

void check_form(const reply& r) {
  const std::set<int> documented{200, 400, 403, 404, 413, 414};
  BOOST_TEST(documented.contains(r.status), r.status);
  if (r.content_type.starts_with("text/plain") && r.status == 200)
    return; // what Prometheus reads
  BOOST_TEST(r.content_type == "application/json");
  BOOST_TEST_REQUIRE(r.body.is_object(), r.text);
  if (r.body.as_object().contains("openapi"))
    return;
  BOOST_TEST((r.status == 200 || r.code() != 0));
  if (r.code() != 0)
    BOOST_TEST(!r.body.at("message").as_string().empty());
}

void check_error(const reply& r, int status, int code) {
  check_form(r);
  BOOST_TEST(r.status == status, r.text);
  BOOST_TEST(r.code() == code, r.text);
}

} // namespace troupe::test
