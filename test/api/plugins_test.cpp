// Plugins are loaded and unloaded, and what they do begins and ends at once.
#include "api/fixture.hpp"
#include "support/sanitized.hpp"
#include "support/scram_client.hpp"

#include <boost/test/unit_test.hpp>

#include <map>

using namespace troupe::test;
namespace mqtt = troupe::mqtt;

namespace {

struct plugin_broker : served_broker {
  using served_broker::served_broker;

  std::map<std::string, bool> active() {
    std::map<std::string, bool> out;
    const reply r = get("/nodes/emqx@127.0.0.1/plugins");
    for (const auto& row : r.data().as_array())
      out[row.at("name").as_string().c_str()] = row.at("active").as_bool();
    return out;
  }

  void change(const std::string& plugin, const std::string& how, int code = 0) {
    const auto r = put("/nodes/emqx@127.0.0.1/plugins/" + plugin + "/" + how);
    BOOST_TEST(r.code() == code, plugin << ' ' << how << ": " << r.text);
  }
};

struct default_plugins : plugin_broker {};

struct scram_plugins : plugin_broker {
  scram_plugins() : plugin_broker("auth.scram.user.1.username = u\nauth.scram.user.1.password = p\n") {}
};

} // namespace

BOOST_AUTO_TEST_SUITE(plugins)

BOOST_FIXTURE_TEST_CASE(those_of_a_default_start, default_plugins) {
  const std::map<std::string, bool> expected{
      {"emqx_auth_clientid", false}, {"emqx_auth_http", false},       {"emqx_auth_jwt", false},
      {"emqx_auth_ldap", false},     {"emqx_auth_mysql", false},      {"emqx_auth_pgsql", false},
      {"emqx_auth_redis", false},    {"emqx_auth_mnesia", false},     {"emqx_auth_username", false},
      {"emqx_bridge_mqtt", false},   {"emqx_delayed_publish", false}, {"emqx_management", true},
      {"emqx_prometheus", true},     {"emqx_psk_file", false},        {"emqx_recon", true},
      {"emqx_retainer", true},       {"emqx_rule_engine", true},      {"emqx_sasl", true},
      {"emqx_web_hook", false}};
  BOOST_TEST((active() == expected));
}

BOOST_FIXTURE_TEST_CASE(answers, default_plugins) {
  const auto text = [this](const char* path) { return put(path).text; };
  BOOST_TEST(text("/plugins/emqx_retainer/load") == R"({"code":110,"message":"already_started"})");
  BOOST_TEST(text("/plugins/emqx_auth_mnesia/unload") == R"({"code":111,"message":"not_started"})");
  BOOST_TEST(text("/plugins/emqx/load") == R"({"code":102,"message":"not_found"})");
  BOOST_TEST(put("/plugins/no_such_plugin_q/load").status == 404);
  BOOST_TEST(put("/plugins/emqx_retainer/reboot").status == 404);
  BOOST_TEST(put("/nodes/never@seen/plugins/emqx_retainer/load").status == 404);
  BOOST_TEST(text("/plugins/emqx_retainer/reload") == R"({"code":0})");
}

BOOST_FIXTURE_TEST_CASE(retaining, default_plugins) {
  peer_ptr publisher = mqtt({.client_id = "p"}), late = mqtt({.client_id = "l"});
  const auto nothing_for = [&](const char* filter) {
    late->subscribe(filter, 1);
    publisher->publish("fence", "live", 1);
    BOOST_TEST(late->next().topic == "fence", filter);
  };
  late->subscribe("fence", 1);
  publisher->publish("a/1", "kept", 1, true);
  late->subscribe("a/1", 1);
  BOOST_TEST(late->next().topic == "a/1");
  change("emqx_retainer", "unload");
  BOOST_TEST(get("/retainer").status == 404);
  publisher->publish("a/2", "lost", 1, true);
  nothing_for("+/1"); // it is not replayed
  change("emqx_retainer", "load");
  BOOST_TEST(get("/retainer").code() == 0);
  nothing_for("+/2"); // what came meanwhile was not kept
  late->subscribe("a/+", 1);
  BOOST_TEST(late->next().topic == "a/1"); // what was there before is there again
}

// Rules and resources stay, and see nothing.
BOOST_FIXTURE_TEST_CASE(rules_without_their_engine, default_plugins) {
  const auto made =
      post("/rules", R"({"rawsql":"select * from \"a\"","actions":[{"name":"republish","params":)"
                     R"({"target_topic":"seen/${topic}","target_qos":1,"payload_tmpl":"x"}}]})");
  BOOST_TEST_REQUIRE(made.code() == 0, made.text);
  const std::string id = made.data().at("id").as_string().c_str();
  peer_ptr c = mqtt({.client_id = "c"});
  c->subscribe("#", 1);
  const auto publish = [&c] {
    c->publish("a", "x", 1);
    BOOST_TEST(c->next().topic == "a");
  };
  publish();
  BOOST_TEST(c->next().topic == "seen/a");
  change("emqx_rule_engine", "unload");
  for (const char* path : {"/rules", "/resources", "/actions", "/rule_events", "/resource_types"})
    BOOST_TEST(get(path).status == 404, path);
  const auto metrics = [this] { return get("/nodes/emqx@127.0.0.1/metrics").data().as_object(); };
  BOOST_TEST(!metrics().contains("rules.matched"));
  const auto stats = [this] { return get("/nodes/emqx@127.0.0.1/stats").data().as_object(); };
  const char* const of_rules[] = {"rules.count", "rules.max",       "actions.count",
                                  "actions.max", "resources.count", "resources.max"};
  for (const char* name : of_rules)
    BOOST_TEST(!stats().contains(name), name);
  BOOST_TEST(stats().contains("retained.count"));
  publish();
  change("emqx_rule_engine", "load");
  BOOST_TEST(metrics().contains("rules.matched"));
  for (const char* name : of_rules)
    BOOST_TEST(stats().contains(name), name);
  publish(); // and nothing of the one before
  BOOST_TEST(c->next().topic == "seen/a");
  BOOST_TEST(get("/rules/" + id).data().at("metrics").at(0).at("matched").as_int64() == 2);
  change("emqx_rule_engine", "unload");
  c->disconnect();
  process().terminate();
  process().start_again();
  BOOST_TEST(get("/rules").status == 404);
  c = mqtt({.client_id = "c"});
  c->subscribe("#", 1);
  publish();
  publish();
  change("emqx_rule_engine", "load");
  BOOST_TEST(get("/rules").data().as_array().size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(identities_of_a_file, default_plugins) {
  BOOST_TEST(put("/plugins/emqx_psk_file/load").code() == 102); // there is none
  BOOST_TEST(!active().at("emqx_psk_file"));
  write_text(process().folder() / "psk.txt", "meter:secret\n");
  change("emqx_psk_file", "load");
  BOOST_TEST(active().at("emqx_psk_file"));
  write_text(process().folder() / "psk.txt", "no delimiter\n");
  change("emqx_psk_file", "reload", 102);
  change("emqx_psk_file", "unload");
}

// Messages that go from between others leave holes, which the allocator keeps.
BOOST_AUTO_TEST_CASE(free_memory_goes_back, *boost::unit_test::precondition(unsanitized)) {
  plugin_broker broker{"recon.gc_interval = 100ms\nlog.level = debug\n"};
  peer_ptr c = broker.mqtt({.client_id = "c"});
  const std::string payload(9'000, 'x');
  for (int i = 0; i < 6'000; ++i)
    c->publish("kept/" + std::to_string(i), payload, 0, true);
  for (int i = 0; i < 6'000; i += 2)
    c->publish("kept/" + std::to_string(i), "", 0, true);
  BOOST_TEST(eventually([&] { return broker.process().log().find("[Recon]") != std::string::npos; }));
}

BOOST_FIXTURE_TEST_CASE(figures_for_prometheus, default_plugins) {
  for (const char* how : {"unload", "load"}) {
    change("emqx_prometheus", how);
    const bool served = std::string{how} == "load";
    for (const char* path : {"/emqx_prometheus", "/emqx_statsd"})
      BOOST_TEST(get(path).status == (served ? 200 : 404), path << " after " << how);
    const auto credentials = httplib::make_basic_authentication_header("admin", "public").second;
    BOOST_TEST(raw_get("/metrics", credentials).status == (served ? 200 : 404));
  }
  BOOST_TEST(get("/metrics").code() == 0); // these are the API's own
}

BOOST_FIXTURE_TEST_CASE(two_handles_of_delayed_publishes, default_plugins) {
  change("emqx_delayed_publish", "load");
  BOOST_TEST(active().at("emqx_delayed_publish"));
  BOOST_TEST(put("/modules/emqx_mod_delayed/load").code() == 110);
  change("emqx_delayed_publish", "load", 110);
  change("emqx_delayed_publish", "reload");
  BOOST_TEST(put("/modules/emqx_mod_delayed/unload").code() == 0);
  BOOST_TEST(!active().at("emqx_delayed_publish"));
  change("emqx_delayed_publish", "unload", 111);
  change("emqx_delayed_publish", "reload");
  peer_ptr subscriber = mqtt({.client_id = "s"});
  subscriber->subscribe("later", 1);
  mqtt({.client_id = "p"})->publish("$delayed/1/later", "x", 1);
  BOOST_TEST(subscriber->next().topic == "later");
  change("emqx_delayed_publish", "unload");
}

BOOST_FIXTURE_TEST_CASE(without_scram_no_method_is_known, scram_plugins) {
  const auto answer = [this] {
    mqtt_client c{static_cast<std::uint16_t>(mqtt_port()), protocol_version::v5};
    scram_client scram{"SHA256", "u", "p"};
    property_writer p;
    p.text(property::authentication_method, "SCRAM-SHA-256");
    p.text(property::authentication_data, scram.first());
    c.send(mqtt::connect{
        .version = protocol_version::v5, .clean_start = true, .client_id = "c", .properties = p.view()});
    const auto first = c.next();
    const auto* refused = std::get_if<mqtt::connack>(&first);
    return refused != nullptr ? refused->reason : reason_code::success;
  };
  BOOST_TEST((answer() == reason_code::success));
  change("emqx_sasl", "unload");
  BOOST_TEST((answer() == reason_code::bad_authentication_method));
  change("emqx_sasl", "load");
  BOOST_TEST((answer() == reason_code::success));
}

BOOST_FIXTURE_TEST_CASE(without_management_plugins_alone_are_served, default_plugins) {
  change("emqx_management", "unload");
  for (const char* path : {"", "/brokers", "/clients", "/nodes/emqx@127.0.0.1/metrics", "/openapi.json"})
    BOOST_TEST(get(path).status == 404, path);
  BOOST_TEST(put("/modules/emqx_mod_delayed/load").status == 404);
  BOOST_TEST(!active().at("emqx_management"));
  BOOST_TEST(raw_get("/api/v4/plugins", "").status == 401);
  mqtt({.client_id = "c"})->disconnect();
  change("emqx_management", "load");
  BOOST_TEST(get("/brokers").code() == 0);
}

BOOST_FIXTURE_TEST_CASE(figures_of_authentication_come_and_go, default_plugins) {
  const auto shown = [this](const char* name) {
    return get("/nodes/emqx@127.0.0.1/metrics").data().as_object().contains(name);
  };
  for (const char* name : {"client.auth.success", "client.auth.failure", "client.auth.ignore",
                           "client.acl.allow", "client.acl.deny", "client.acl.cache_hit"}) {
    BOOST_TEST(!shown(name));
    change("emqx_auth_clientid", "load");
    BOOST_TEST(shown(name));
    BOOST_TEST(get("/emqx_prometheus").text.find("emqx_client_auth_success") != std::string::npos);
    change("emqx_auth_clientid", "unload");
  }
}

BOOST_AUTO_TEST_SUITE_END()
