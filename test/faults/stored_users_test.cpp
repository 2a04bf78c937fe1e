// Users of the plugins of authentication, and which plugins are loaded: what a reply has confirmed survives a
// kill right behind it.
#include "support/broker.hpp"
#include "support/http.hpp"
#include "support/mqtt_client.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <iterator>
#include <string>

using namespace troupe::test;

namespace {

constexpr std::string_view done = R"({"code":0})";

class user_broker {
public:
  explicit user_broker(std::string configuration = "") : broker_(std::move(configuration)) {}

  std::string call(std::string_view method, const std::string& path, std::string_view body = {}) {
    return http_request(broker_.http_port(), method, "/api/v4" + path, body).body;
  }

  void switch_plugin(const std::string& plugin, const char* how) {
    BOOST_TEST(call("PUT", "/plugins/" + plugin + "/" + how) == done);
  }

  void crash() {
    broker_.kill9();
    broker_.start_again();
  }

  bool lets_in(const std::string& client_id, const std::string& username, const std::string& password) {
    mqtt_client c{broker_.mqtt_port(), protocol_version::v5};
    return c.connect({.client_id = client_id, .username = username, .password = password}).reason ==
           reason_code::success;
  }

  std::string loaded_plugins() const {
    std::ifstream in{broker_.folder() / "data" / "loaded_plugins"};
    return {std::istreambuf_iterator<char>{in}, {}};
  }

  broker_process& process() { return broker_; }

private:
  broker_process broker_;
};

constexpr const char* guarded = "allow_anonymous = false\n";

} // namespace

BOOST_AUTO_TEST_SUITE(stored_users)

BOOST_AUTO_TEST_CASE(what_is_confirmed_survives_a_kill) {
  user_broker broker{guarded};
  for (const char* plugin : {"emqx_auth_clientid", "emqx_auth_username", "emqx_auth_mnesia"})
    broker.switch_plugin(plugin, "load");
  broker.crash();
  for (int i = 0; i < 5; ++i) {
    const auto n = std::to_string(i);
    BOOST_TEST(broker.call("POST", "/auth_clientid", R"({"clientid":"c)" + n + R"(","password":"p"})") ==
               done);
    broker.crash();
    BOOST_TEST(broker.lets_in("c" + n, "x", "p"));
    BOOST_TEST(broker.call("POST", "/auth_username", R"({"username":"u)" + n + R"(","password":"p"})") ==
               done);
    broker.crash();
    BOOST_TEST(broker.lets_in("x", "u" + n, "p"));
    BOOST_TEST(broker.call("PUT", "/auth_username/u" + n, R"({"password":"q"})") == done);
    broker.crash();
    BOOST_TEST(broker.lets_in("x", "u" + n, "q"));
    BOOST_TEST(!broker.lets_in("x", "u" + n, "p"));
    BOOST_TEST(broker.call("POST", "/auth_user",
                           R"({"login":"l)" + n + R"(","password":"p","is_superuser":true})") ==
               R"({"code":0,"data":{"l)" + n + R"(":"ok"}})");
    BOOST_TEST(broker.call("POST", "/emqx_acl",
                           R"({"login":"l)" + n + R"(","topic":"t","action":"pub","allow":false})") ==
               R"({"code":0,"data":{"l)" + n + R"(":"ok"}})");
    broker.crash();
    BOOST_TEST(broker.lets_in("x", "l" + n, "p"));
    BOOST_TEST(broker.call("GET", "/emqx_acl/l" + n) ==
               R"({"code":0,"data":[{"login":"l)" + n + R"(","topic":"t","action":"pub","allow":false}]})");
    BOOST_TEST(broker.call("DELETE", "/auth_clientid/c" + n) == done);
    BOOST_TEST(broker.call("DELETE", "/emqx_acl/l" + n + "/t") == done);
    broker.crash();
    BOOST_TEST(!broker.lets_in("c" + n, "x", "p"));
    BOOST_TEST(broker.call("GET", "/emqx_acl/l" + n) == R"({"code":0,"data":{}})");
  }
}

BOOST_AUTO_TEST_CASE(rules_count_from_the_first_packet_on) {
  user_broker broker{"plugins.load = emqx_auth_mnesia\n"};
  BOOST_TEST(
      broker.call("POST", "/emqx_acl", R"({"login":"$all","topic":"x","action":"pub","allow":false})") ==
      R"({"code":0,"data":{"$all":"ok"}})");
  broker.crash();
  auto c = connected(broker.process().mqtt_port(), "c", protocol_version::v5);
  BOOST_TEST((c.publish("x", "1", qos::at_least_once) == reason_code::not_authorized));
  BOOST_TEST((c.publish("y", "1", qos::at_least_once) != reason_code::not_authorized));
}

BOOST_AUTO_TEST_CASE(no_password_is_on_the_disk) {
  user_broker broker{"plugins.load = emqx_auth_username\n"};
  BOOST_TEST(broker.call("POST", "/auth_username", R"({"username":"u","password":"a-secret-of-its-own"})") ==
             done);
  broker.process().terminate();
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator{broker.process().folder() / "data"}) {
    if (!entry.is_regular_file())
      continue;
    std::ifstream in{entry.path(), std::ios::binary};
    const std::string bytes{std::istreambuf_iterator<char>{in}, {}};
    BOOST_TEST(bytes.find("a-secret-of-its-own") == std::string::npos, entry.path());
  }
}

BOOST_AUTO_TEST_CASE(users_whose_hash_was_changed_stay) {
  user_broker broker{"plugins.load = emqx_auth_username\nallow_anonymous = false\n"
                     "auth.user.password_hash = plain\nauth.user.1.username = c\nauth.user.1.password = 1\n"};
  BOOST_TEST(broker.call("PUT", "/auth_username/c", R"({"password":"2"})") == done);
  broker.crash();
  BOOST_TEST(broker.lets_in("x", "c", "2")); // what the API changed goes before the configuration
  BOOST_TEST(broker.call("DELETE", "/auth_username/c") == done);
  broker.crash();
  BOOST_TEST(broker.lets_in("x", "c", "1")); // who is missing is added from there
}

BOOST_AUTO_TEST_CASE(plugins_stay_as_they_were_left) {
  user_broker broker{"plugins.load = emqx_auth_username,emqx_auth_clientid\n"};
  broker.switch_plugin("emqx_auth_username", "unload");
  broker.switch_plugin("emqx_retainer", "unload");
  broker.crash();
  BOOST_TEST(broker.call("PUT", "/plugins/emqx_retainer/unload").find("not_started") != std::string::npos);
  BOOST_TEST(broker.call("GET", "/auth_username").find("404") != std::string::npos);
  BOOST_TEST(broker.call("GET", "/auth_clientid") == R"({"code":0,"data":[]})");
  broker.switch_plugin("emqx_auth_username", "load");
  broker.crash();
  BOOST_TEST(broker.loaded_plugins() == "{emqx_management, true}.\n{emqx_prometheus, true}.\n"
                                        "{emqx_recon, true}.\n{emqx_retainer, false}.\n"
                                        "{emqx_rule_engine, true}.\n{emqx_sasl, true}.\n"
                                        "{emqx_auth_clientid, true}.\n{emqx_auth_username, true}.\n");
}

BOOST_AUTO_TEST_CASE(plugins_that_are_named_too_late) {
  constexpr const char* warning = "counts at the first start only";
  user_broker broker{"plugins.load = emqx_auth_username|emqx_auth_clientid; emqx_recon\n"};
  broker.crash();
  BOOST_TEST(broker.process().log().find(warning) == std::string::npos);
  broker.switch_plugin("emqx_auth_username", "unload");
  broker.crash();
  BOOST_TEST(broker.process().has_logged(warning));
  BOOST_TEST(broker.process().has_logged("loaded_plugins is there, and does not load emqx_auth_username"));
}

BOOST_AUTO_TEST_CASE(a_file_of_emqx) {
  user_broker broker;
  broker.process().terminate();
  std::ofstream{broker.process().folder() / "data" / "loaded_plugins"}
      << "{emqx_management, true}.\n{emqx_lua_hook, true}.\n{emqx_retainer, false}.\n{emqx_dashboard, "
         "true}.\n"
         "{emqx_auth_mnesia, true}.\n{emqx_delayed_publish, true}.\n";
  broker.process().start_again();
  for (const char* name : {"emqx_lua_hook", "emqx_dashboard"})
    BOOST_TEST(broker.process().has_logged(std::string{"there is no plugin "} + name), name);
  BOOST_TEST(broker.call("GET", "/retainer").find("404") != std::string::npos);
  BOOST_TEST(broker.call("GET", "/rules").find("404") ==
             std::string::npos); // the file is older than its plugin
  BOOST_TEST(broker.call("PUT", "/modules/emqx_mod_delayed/load").find("already_started") !=
             std::string::npos);
  broker.switch_plugin("emqx_auth_mnesia", "reload");
  broker.switch_plugin("emqx_auth_clientid", "load"); // what this version does not know stays in the file
  BOOST_TEST(broker.loaded_plugins().find("{emqx_lua_hook, true}.") != std::string::npos);
}

// Behind the mistake may stand the plugin that asks for passwords: nobody is let in without it.
BOOST_AUTO_TEST_CASE(a_file_with_a_mistake) {
  user_broker broker;
  broker.process().terminate();
  std::ofstream{broker.process().folder() / "data" / "loaded_plugins"}
      << "{emqx_management, true}.\n{emqx_auth_clientid, maybe}.\n";
  BOOST_CHECK_EXCEPTION(broker.process().start_again(), unexpected, [](const unexpected& e) {
    return std::string_view{e.what()}.find("loaded_plugins: line 2") != std::string_view::npos;
  });
}

BOOST_AUTO_TEST_SUITE_END()
