// The users of the plugins of authentication: who is let in when the API adds, changes and removes them.
#include "api/fixture.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

using namespace troupe::test;

namespace {

struct asked {
  std::string client_id = "c";
  std::optional<std::string> username{}, password{};
};

struct guarded_broker : served_broker {
  guarded_broker()
      : served_broker("plugins.load = emqx_auth_clientid,emqx_auth_username,emqx_auth_mnesia\n"
                      "allow_anonymous = false\nauth.client.1.clientid = configured\n"
                      "auth.client.1.password = secret\nauth.mnesia.password_hash = md5\n") {}

  // What CONNACK says.
  reason_code connect(const asked& who) {
    mqtt_client c{static_cast<std::uint16_t>(mqtt_port()), protocol_version::v5};
    return c.connect({.client_id = who.client_id, .username = who.username, .password = who.password}).reason;
  }

  bool lets_in(const asked& who) { return connect(who) == reason_code::success; }

  void add(const std::string& path, const std::string& body) {
    const auto r = post(path, body);
    BOOST_TEST(r.code() == 0, path << ": " << r.text);
  }
};

} // namespace

namespace troupe::mqtt {

std::ostream& boost_test_print_type(std::ostream& out, reason_code r) { return out << to_string(r); }

} // namespace troupe::mqtt

BOOST_AUTO_TEST_SUITE(users)

BOOST_FIXTURE_TEST_CASE(by_client_id, guarded_broker) {
  BOOST_TEST(connect({"d", {}, "secret"}) == reason_code::not_authorized);
  add("/auth_clientid", R"({"clientid":"d","password":"secret"})");
  BOOST_TEST(lets_in({"d", "anybody", "secret"}));
  BOOST_TEST(connect({"d", {}, "Secret"}) == reason_code::not_authorized);
  BOOST_TEST(connect({"d", {}, {}}) == reason_code::not_authorized);
  BOOST_TEST(put("/auth_clientid/d", R"({"password":"changed"})").code() == 0);
  BOOST_TEST(!lets_in({"d", {}, "secret"}));
  BOOST_TEST(lets_in({"d", {}, "changed"}));
  BOOST_TEST(del("/auth_clientid/d").code() == 0);
  BOOST_TEST(!lets_in({"d", {}, "changed"}));
}

BOOST_FIXTURE_TEST_CASE(by_user_name, guarded_broker) {
  add("/auth_username", R"({"username":"alice \u00e9","password":"w"})");
  BOOST_TEST(lets_in({"c", "alice \xC3\xA9", "w"}));
  BOOST_TEST(!lets_in({"c", "alice", "w"}));
  BOOST_TEST(!lets_in({"c", {}, {}}));
  BOOST_TEST(put("/auth_username/alice%20%C3%A9", R"({"password":"x"})").code() == 0);
  BOOST_TEST(lets_in({"c", "alice \xC3\xA9", "x"}));
}

BOOST_FIXTURE_TEST_CASE(of_the_configuration, guarded_broker) {
  BOOST_TEST(lets_in({"configured", {}, "secret"}));
  BOOST_TEST(post("/auth_clientid", R"({"clientid":"configured","password":"x"})").code() == 113);
  BOOST_TEST(get("/auth_clientid").text == R"({"code":0,"data":["configured"]})");
}

// The first plugin that knows the client decides; the plugins are asked in the order of their loading.
BOOST_FIXTURE_TEST_CASE(the_order_decides, guarded_broker) {
  add("/auth_clientid", R"({"clientid":"both","password":"1"})");
  add("/auth_username", R"({"username":"both","password":"2"})");
  const asked first{"both", "both", "1"}, second{"both", "both", "2"};
  BOOST_TEST(lets_in(first));
  BOOST_TEST(!lets_in(second));
  for (const char* how : {"unload", "load"})
    BOOST_TEST(put(std::string{"/nodes/emqx@127.0.0.1/plugins/emqx_auth_clientid/"} + how).code() == 0);
  BOOST_TEST(!lets_in(first));
  BOOST_TEST(lets_in(second));
}

BOOST_FIXTURE_TEST_CASE(unloading_ends_it, guarded_broker) {
  for (const char* plugin : {"clientid", "username", "mnesia"})
    BOOST_TEST(put(std::string{"/plugins/emqx_auth_"} + plugin + "/unload").code() == 0);
  BOOST_TEST(!lets_in({"configured", {}, "secret"})); // nobody decides, and anonymous clients may not
  BOOST_TEST(put("/nodes/emqx@127.0.0.1/plugins/emqx_auth_clientid/load").code() == 0);
  BOOST_TEST(lets_in({"configured", {}, "secret"}));
}

BOOST_FIXTURE_TEST_CASE(logins, guarded_broker) {
  add("/auth_user", R"([{"login":"a","password":"p"},{"login":"b","password":"q","is_superuser":true}])");
  BOOST_TEST(lets_in({"c", "a", "p"}));
  BOOST_TEST(lets_in({"c", "b", "q"}));
  BOOST_TEST(!lets_in({"a", {}, "p"})); // logins are user names
  const auto hash = std::string{get("/auth_user/a").data().at("password").as_string().c_str()};
  BOOST_TEST(hash.size() == 32U); // of md5
}

BOOST_FIXTURE_TEST_CASE(pages, guarded_broker) {
  std::string all;
  for (int i = 0; i < 25; ++i)
    all += (i == 0 ? "" : ",") + std::string{R"({"login":"u)"} + char('a' + i) + R"(","password":"p"})";
  add("/auth_user", "[" + all + "]");
  const auto page = [this](const char* query, const char* path = "/auth_user") {
    const auto r = get(path + std::string{query});
    return std::to_string(r.data().as_array().size()) + " of " +
           boost::json::serialize(r.meta().at("count")) + (r.meta().at("hasnext").as_bool() ? " more" : "");
  };
  BOOST_TEST(page("") == "10 of 25 more");
  BOOST_TEST(page("?_page=3") == "5 of 25");
  BOOST_TEST(page("?_page=4") == "0 of 25");
  BOOST_TEST(page("?_limit=25") == "25 of 25");
  BOOST_TEST(get("/auth_user?_limit=x").status == 400);
}

BOOST_FIXTURE_TEST_CASE(what_is_exported_is_imported, guarded_broker) {
  add("/auth_clientid", R"({"clientid":"d","password":"1"})");
  add("/auth_username", R"({"username":"u","password":"2"})");
  add("/auth_user", R"({"login":"l","password":"3","is_superuser":true})");
  add("/emqx_acl", R"({"login":"l","topic":"x/#","action":"sub","allow":false})");
  const auto exported = post("/data/export", "");
  const std::string name = exported.data().at("filename").as_string().c_str();
  const auto text = std::string{get("/data/file/" + name).body.at("file").as_string().c_str()};
  for (const char* secret : {"\"1\"", "\"2\"", "\"3\""})
    BOOST_TEST(text.find(secret) == std::string::npos, text);
  guarded_broker other;
  const auto body = boost::json::serialize(boost::json::object{{"filename", name}, {"file", text}});
  BOOST_TEST(other.post("/data/file", body).code() == 0);
  const auto imported = other.post("/data/import", R"({"filename":")" + name + R"("})");
  BOOST_TEST(imported.code() == 0, imported.text);
  BOOST_TEST(other.lets_in({"d", {}, "1"}));
  BOOST_TEST(other.lets_in({"c", "u", "2"}));
  BOOST_TEST(other.lets_in({"c", "l", "3"}));
  BOOST_TEST(!other.lets_in({"c", "l", "2"}));
  BOOST_TEST(other.get("/auth_user/l").data().at("is_superuser").as_bool());
  BOOST_TEST(other.get("/emqx_acl").text == get("/emqx_acl").text);
}

BOOST_FIXTURE_TEST_CASE(texts_that_are_too_long, guarded_broker) {
  const std::string most(4096, 'x'), more(4097, 'x');
  const auto body = [](const std::string& id, const std::string& password) {
    return R"({"clientid":")" + id + R"(","password":")" + password + R"("})";
  };
  BOOST_TEST(post("/auth_clientid", body(more, "p")).status == 400);
  BOOST_TEST(post("/auth_clientid", body("c", more)).status == 400);
  add("/auth_clientid", body(most, most));
  BOOST_TEST(lets_in({most, {}, most}));
  BOOST_TEST(del("/auth_clientid/" + most).code() == 0);
}

// The rules of emqx_auth_mnesia count at once; a superuser does everything.
BOOST_FIXTURE_TEST_CASE(rules_of_logins, guarded_broker) {
  add("/auth_user", R"([{"login":"a","password":"p"},{"login":"root","password":"p","is_superuser":true}])");
  add("/emqx_acl", R"([{"login":"a","topic":"a/#","action":"pubsub","allow":true},)"
                   R"({"login":"$all","topic":"#","action":"pubsub","allow":false}])");
  const auto publishes = [this](const char* who, const char* topic) {
    auto c = connected(static_cast<std::uint16_t>(mqtt_port()),
                       {.client_id = "c", .username = who, .password = "p"}, protocol_version::v5);
    return c.publish(topic, "x", qos::at_least_once) != reason_code::not_authorized;
  };
  BOOST_TEST(publishes("a", "a/1"));
  BOOST_TEST(!publishes("a", "b/1"));
  BOOST_TEST(publishes("root", "b/1"));
  add("/emqx_acl", R"({"login":"a","topic":"b/1","action":"pub","allow":true})");
  BOOST_TEST(publishes("a", "b/1"));
  BOOST_TEST(del("/emqx_acl/a/b%2F1").code() == 0);
  BOOST_TEST(!publishes("a", "b/1"));
  BOOST_TEST(put("/plugins/emqx_auth_mnesia/reload").code() == 0);
  BOOST_TEST(!publishes("a", "b/1"));
  BOOST_TEST(put("/modules/emqx_mod_acl_internal/reload").code() == 0); // the file does not drive them out
  BOOST_TEST(!publishes("a", "b/1"));
}

// Several entries of a login have one result: that something of them failed.
BOOST_FIXTURE_TEST_CASE(results_of_one_login, guarded_broker) {
  const std::string bad = R"({"login":"bob","topic":"door/#","action":"pub","allow":"no"})";
  const std::string good = R"({"login":"bob","topic":"x","action":"pub","allow":true})";
  for (const auto& entries : {bad + "," + good, good + "," + bad})
    BOOST_TEST(post("/emqx_acl", "[" + entries + "]").data().at("bob").as_string() != "ok");
  BOOST_TEST(post("/emqx_acl", "[" + good + "]").data().at("bob").as_string() == "ok");
}

// More than are on their way at a time, in one request; and more than one may have.
BOOST_FIXTURE_TEST_CASE(many_entries, guarded_broker) {
  const auto body = [](int count, auto entry) {
    std::string all;
    for (int i = 0; i < count; ++i)
      all += (i == 0 ? "" : ",") + entry(std::to_string(i));
    return "[" + all + "]";
  };
  const auto rule = [](const std::string& i) {
    return R"({"login":"l)" + i + R"(","topic":"t","action":"pub","allow":)" + (i == "7" ? "1}" : "true}");
  };
  const auto user = [](const std::string& i) { return R"({"login":"l)" + i + R"(","password":"p"})"; };
  const auto count = [this](const char* path) { return get(path).meta().at("count").to_number<int>(); };
  const auto rules = post("/emqx_acl", body(2'500, rule));
  BOOST_TEST(rules.code() == 0);
  BOOST_TEST(rules.data().as_object().size() == 2'500U);
  BOOST_TEST(rules.data().at("l7").as_string() == "allow");
  BOOST_TEST(rules.data().at("l2499").as_string() == "ok");
  BOOST_TEST(count("/emqx_acl") == 2'499);
  add("/auth_user", body(1'500, user));
  BOOST_TEST(count("/auth_user") == 1'500);
  BOOST_TEST(lets_in({"c", "l1499", "p"}));
  const auto refused = post("/emqx_acl", body(10'001, [](const std::string&) { return std::string{"{}"}; }));
  BOOST_TEST(refused.status == 400);
  BOOST_TEST(refused.text.find("10000 entries at most") != std::string::npos, refused.text);
}

// Who keeps passwords as they are does not show them.
BOOST_AUTO_TEST_CASE(plain_passwords_are_not_shown) {
  served_broker b{"plugins.load = emqx_auth_username\nauth.user.password_hash = plain\n"};
  BOOST_TEST(b.post("/auth_username", R"({"username":"eve","password":"visible"})").code() == 0);
  BOOST_TEST(b.get("/auth_username/eve").data().at("password").as_string() == "******");
}

// Rules in the forms of 4.1 and of 4.3 count beside each other, and both are in exported files.
BOOST_FIXTURE_TEST_CASE(rules_of_client_ids_and_user_names, guarded_broker) {
  add("/auth_user", R"({"login":"a","password":"p"})");
  add("/emqx_acl", R"({"login":"a","topic":"login","action":"pub","allow":false})");
  add("/acl", R"([{"clientid":"c","topic":"id","action":"pub","access":"deny"},)"
              R"({"username":"a","topic":"name","action":"pub","access":"deny"},)"
              R"({"topic":"all","action":"pub","access":"deny"}])");
  const auto publishes = [](guarded_broker& b, const char* id, const char* topic) {
    auto c = connected(static_cast<std::uint16_t>(b.mqtt_port()),
                       {.client_id = id, .username = "a", .password = "p"}, protocol_version::v5);
    return c.publish(topic, "x", qos::at_least_once) != reason_code::not_authorized;
  };
  BOOST_TEST(!publishes(*this, "d", "login"));
  BOOST_TEST(!publishes(*this, "c", "id"));
  BOOST_TEST(publishes(*this, "d", "id"));
  BOOST_TEST(!publishes(*this, "d", "name"));
  BOOST_TEST(!publishes(*this, "d", "all"));
  BOOST_TEST(get("/emqx_acl").data().as_array().size() == 2U); // the login's, and all's
  BOOST_TEST(get("/acl").data().as_array().size() == 3U);

  const std::string name = post("/data/export", "").data().at("filename").as_string().c_str();
  const auto text = std::string{get("/data/file/" + name).body.at("file").as_string().c_str()};
  guarded_broker other;
  const auto body = boost::json::serialize(boost::json::object{{"filename", name}, {"file", text}});
  BOOST_TEST(other.post("/data/file", body).code() == 0);
  BOOST_TEST(other.post("/data/import", R"({"filename":")" + name + R"("})").code() == 0);
  BOOST_TEST(!publishes(other, "c", "id"));
  BOOST_TEST(other.get("/acl").text == get("/acl").text);
}

BOOST_AUTO_TEST_SUITE_END()
