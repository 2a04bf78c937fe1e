// The contract: plugins, and the users and rules of those that authenticate.
#include "api/contract_world.hpp"

#include <iterator>
#include <sys/utsname.h>

namespace troupe::test {

namespace {

fields plugin(const char* name, const char* type, bool active) {
  return {{"name", is(name)},
          {"version", like("\\d+\\.\\d+\\.\\d+")},
          {"description", like(".*EMQ ?X.*")},
          {"active", is(active)},
          {"type", is(type)}};
}

expectation plugins(bool mnesia) {
  return rows({"name"}, {{"emqx_auth_clientid", plugin("emqx_auth_clientid", "auth", false)},
                         {"emqx_auth_http", plugin("emqx_auth_http", "auth", false)},
                         {"emqx_auth_jwt", plugin("emqx_auth_jwt", "auth", false)},
                         {"emqx_auth_ldap", plugin("emqx_auth_ldap", "auth", false)},
                         {"emqx_auth_mysql", plugin("emqx_auth_mysql", "auth", false)},
                         {"emqx_auth_pgsql", plugin("emqx_auth_pgsql", "auth", false)},
                         {"emqx_auth_redis", plugin("emqx_auth_redis", "auth", false)},
                         {"emqx_auth_mnesia", plugin("emqx_auth_mnesia", "auth", mnesia)},
                         {"emqx_auth_username", plugin("emqx_auth_username", "auth", false)},
                         {"emqx_bridge_mqtt", plugin("emqx_bridge_mqtt", "bridge", false)},
                         {"emqx_delayed_publish", plugin("emqx_delayed_publish", "feature", true)},
                         {"emqx_management", plugin("emqx_management", "feature", true)},
                         {"emqx_prometheus", plugin("emqx_prometheus", "feature", true)},
                         {"emqx_psk_file", plugin("emqx_psk_file", "feature", false)},
                         {"emqx_recon", plugin("emqx_recon", "feature", true)},
                         {"emqx_retainer", plugin("emqx_retainer", "feature", true)},
                         {"emqx_rule_engine", plugin("emqx_rule_engine", "feature", true)},
                         {"emqx_sasl", plugin("emqx_sasl", "feature", true)},
                         {"emqx_web_hook", plugin("emqx_web_hook", "feature", false)}});
}

promises plugin_promises(contract_world& w) {
  promises out{
      gives("/plugins", list({members({{"node", is(node_name)}, {"plugins", plugins(false)}})})),
      gives(on_node + "/plugins", plugins(false)),
      refuses("PUT", "/plugins/emqx_nothing/load", 404, "", 404),
      refuses("PUT", on_node + "/plugins/emqx_auth_mongo/load", 102),
      refuses("PUT", "/nodes/never@seen/plugins/emqx_retainer/load", 404, "", 404),
  };
  for (const std::string& root : {std::string(), on_node}) {
    const auto at = root + "/plugins/emqx_auth_mnesia/";
    const auto active = [&w](bool wanted) {
      return [&w, wanted] { return broken(w, gives(on_node + "/plugins", plugins(wanted))).empty(); };
    };
    out.insert(out.end(),
               {done("PUT", at + "load", "", active(true)), refuses("PUT", at + "load", 110),
                done("PUT", at + "reload", "", active(true)), done("PUT", at + "unload", "", active(false)),
                refuses("PUT", at + "unload", 111), done("PUT", at + "reload", "", active(true)),
                done("PUT", at + "unload", "", active(false))});
  }
  return out;
}

promise switched(const std::string& plugin, const char* how) {
  return done("PUT", on_node + "/plugins/" + plugin + "/" + how, "");
}

// Of emqx_auth_clientid and emqx_auth_username: `name` is the member, and both spellings are EMQ X's.
promises simple_user_promises(const std::string& name, const char* existed) {
  const auto root = "/auth_" + name, member = "\"" + name + "\"";
  const auto plugin = "emqx_auth_" + name;
  const auto hash = like("[0-9a-f]{64}");
  const std::vector<expectation> none, one{is("device")};
  return {
      refuses("GET", root, 404, "", 404),
      switched(plugin, "load"),
      gives(root, list(none)),
      done("POST", root, "{" + member + R"(:"device","password":"secret"})"),
      {.method = "POST",
       .path = root,
       .body = "{" + member + R"(:"device","password":"other"})",
       .code = 113,
       .others = {{"message", is(existed)}}},
      refuses("POST", root, 107, "{" + member + R"(:"d"})"),
      refuses("POST", root, 107, "{" + member + R"(:"d","password":""})"),
      refuses("POST", root, 107, R"({"password":"p"})"),
      refuses("POST", root, 108, "{" + member + R"(:"d","password":7})", 400),
      gives(root, list(one)),
      gives(root + "/device", members({{name, is("device")}, {"password", hash}})),
      refuses("GET", root + "/nobody", 105),
      done("PUT", root + "/device", R"({"password":"changed"})"),
      refuses("PUT", root + "/nobody", 105, R"({"password":"changed"})"),
      refuses("PUT", root + "/device", 107, "{}"),
      refuses("PUT", root + "/device", 107, R"({"password":""})"),
      done("DELETE", root + "/device", ""),
      done("DELETE", root + "/device", ""),
      gives(root, list(none)),
      switched(plugin, "unload"),
      refuses("POST", root, 404, "{" + member + R"(:"device","password":"secret"})", 404),
  };
}

expectation page_of(std::int64_t count, bool more = false) {
  return members({{"page", is(1)}, {"limit", is(10)}, {"count", is(count)}, {"hasnext", is(more)}});
}

promise results(std::string method, std::string path, std::string body, fields by_login) {
  return {.method = std::move(method),
          .path = std::move(path),
          .body = std::move(body),
          .data = members(std::move(by_login))};
}

promises login_promises(const std::string& root) {
  const auto user = [](const char* login, bool superuser) {
    return fields{{"login", is(login)}, {"password", like("[0-9a-f]{64}")}, {"is_superuser", is(superuser)}};
  };
  return {
      gives(root, list({}), page_of(0)),
      results("POST", root, R"({"login":"a","password":"p","is_superuser":true})", {{"a", is("ok")}}),
      results("POST", root, R"([{"login":"b","password":"p"},{"login":"a","password":"p"},{"login":"c"}])",
              {{"b", is("ok")}, {"a", is("existed")}, {"c", is("password")}}),
      refuses("POST", root, 107, R"({"login":"d"})"),
      refuses("POST", root, 107, R"({"login":"d","password":""})"),
      refuses("POST", root, 107, R"({"login":"","password":"p"})"),
      refuses("POST", root, 108, R"({"login":"d","password":1})", 400),
      refuses("POST", root, 108, R"(["d"])", 400),
      gives(root, rows({"login"}, {{"a", user("a", true)}, {"b", user("b", false)}}), page_of(2)),
      gives(root + "/a", members(user("a", true))),
      gives(root + "/nobody", members({})),
      done("PUT", root + "/a", R"({"password":"q","is_superuser":false})"),
      refuses("PUT", root + "/nobody", 105, R"({"password":"q"})"),
      gives(root + "/a", members(user("a", false))),
      done("DELETE", root + "/a", ""),
      done("DELETE", root + "/b", ""),
      gives(root, list({}), page_of(0)),
  };
}

promises acl_promises(const std::string& root) {
  const auto rule = [](const char* login, const char* topic, const char* action, bool allow) {
    return fields{{"login", is(login)}, {"topic", is(topic)}, {"action", is(action)}, {"allow", is(allow)}};
  };
  return {
      gives(root, list({}), page_of(0)),
      results("POST", root, R"({"login":"a","topic":"x/#","action":"pub","allow":true})", {{"a", is("ok")}}),
      results(
          "POST", root,
          R"([{"login":"$all","topic":"y","action":"pubsub","allow":false},{"login":"b","topic":"y","action":"all"}])",
          {{"$all", is("ok")}, {"b", is("action")}}),
      refuses("POST", root, 107, R"({"login":"a","topic":"x","action":"pub"})"),
      refuses("POST", root, 107, R"({"login":"a","topic":"","action":"pub","allow":true})"),
      refuses("POST", root, 108, R"({"login":"a","topic":"x/#/y","action":"pub","allow":true})", 400),
      gives(root,
            rows({"login"},
                 {{"$all", rule("$all", "y", "pubsub", false)}, {"a", rule("a", "x/#", "pub", true)}}),
            page_of(2)),
      gives(root + "/a", list({members(rule("a", "x/#", "pub", true))})),
      gives(root + "/nobody", members({})),
      done("DELETE", root + "/a/x%2F%23", ""),
      done("DELETE", root + "/$all/y", ""),
      done("DELETE", root + "/a/none", ""),
      gives(root, list({}), page_of(0)),
  };
}

// The forms of EMQX 4.3.
promises subject_rule_promises() {
  const auto rule = [](const char* as, const char* name, const char* topic, const char* access) {
    return fields{{as, is(name)}, {"topic", is(topic)}, {"action", is("pubsub")}, {"access", is(access)}};
  };
  const auto added = [&](const char* as, const char* name, const char* result) {
    auto out = rule(as, name, "x/#", "allow");
    out.push_back({"result", is(result)});
    return members(std::move(out));
  };
  const auto page = [](std::int64_t count) {
    return members({{"page", is(1)}, {"limit", is(50)}, {"count", is(count)}, {"hasnext", is(false)}});
  };
  const std::string tail = R"("topic":"x/#","action":"pubsub","access":"allow"})";
  const auto one = [](fields f) { return list({members(std::move(f))}); };
  return {
      gives("/acl", list({}), page(0)),
      {.method = "POST",
       .path = "/acl",
       .body = R"({"clientid":"c",)" + tail,
       .data = added("clientid", "c", "ok")},
      {.method = "POST",
       .path = "/acl",
       .body = R"([{"username":"u",)" + tail + "," + "{" + tail + R"(,{"clientid":"c","username":"u",)" +
               tail + "]",
       .data = list({added("username", "u", "ok"), added("all", "$all", "ok"),
                     containing({{"result", is("clientid")}})})},
      refuses("POST", "/acl", 107, R"({"clientid":"c","topic":"t","action":"pub"})"),
      refuses("POST", "/acl", 108, R"({"clientid":"c","topic":"t","action":"pub","access":"maybe"})", 400),
      gives("/acl/clientid", one(rule("clientid", "c", "x/#", "allow")), page(1)),
      gives("/acl/username", one(rule("username", "u", "x/#", "allow")), page(1)),
      gives("/acl/$all", one(rule("all", "$all", "x/#", "allow")), page(1)),
      gives("/acl",
            list({members(rule("clientid", "c", "x/#", "allow")),
                  members(rule("username", "u", "x/#", "allow")),
                  members(rule("all", "$all", "x/#", "allow"))}),
            page(3)),
      gives("/acl/clientid/c", one(rule("clientid", "c", "x/#", "allow"))),
      gives("/acl/username/u", one(rule("username", "u", "x/#", "allow"))),
      gives("/acl/username/nobody", list({})),
      done("DELETE", "/acl/clientid/c/topic/x%2F%23", ""),
      done("DELETE", "/acl/username/u/topic/x%2F%23", ""),
      done("DELETE", "/acl/$all/topic/x%2F%23", ""),
      done("DELETE", "/acl/$all/topic/none", ""),
      gives("/acl", list({}), page(0)),
  };
}

promises sasl_promises() {
  const std::string who = R"("mechanism":"SCRAM-SHA-1","username":"device")";
  const auto body = [&who](const std::string& more) { return "{" + who + more + "}"; };
  const auto whole = body(R"(,"password":"p","salt":"s")");
  const std::string query = "/sasl?mechanism=SCRAM-SHA-1&username=device";
  const promise unknown_mechanism{.method = "POST",
                                  .path = "/sasl",
                                  .body = R"({"mechanism":"PLAIN","username":"u","password":"p","salt":"s"})",
                                  .code = 108,
                                  .others = {{"message", is("unsupported_mechanism")}}};
  const promise incomplete{.method = "POST",
                           .path = "/sasl",
                           .body = body(R"(,"salt":"s")"),
                           .code = 107,
                           .others = {{"message", is("missing_required_param")}}};
  const auto user = [](std::int64_t iterations) {
    return members({{"mechanism", is("SCRAM-SHA-1")},
                    {"username", is("device")},
                    {"salt", is("s")},
                    {"iteration_count", is(iterations)}});
  };
  return {refuses("GET", query, 105),
          refuses("GET", "/sasl", 107),
          unknown_mechanism,
          incomplete,
          refuses("PUT", "/sasl", 105, whole),
          refuses("POST", "/sasl", 108, body(R"(,"password":"p","salt":"s","iteration_count":100)"), 400),
          done("POST", "/sasl", whole),
          refuses("POST", "/sasl", 113, whole),
          gives(query, user(4096)),
          done("PUT", "/sasl", body(R"(,"password":"q","salt":"s","iteration_count":5000)")),
          gives(query, user(5000)),
          done("DELETE", query, ""),
          done("DELETE", query, ""),
          refuses("GET", query, 105)};
}

promises telemetry_promises() {
  const auto status = members({{"enabled", is(false)}});
  const auto names = [](std::initializer_list<const char*> all) {
    std::vector<expectation> out;
    for (const char* name : all)
      out.push_back(is(name));
    return list(std::move(out));
  };
  utsname os{};
  uname(&os);
  const auto data = members(
      {{"emqx_version", like("\\d+\\.\\d+\\.\\d+")},
       {"license", members({{"edition", is("community")}})},
       {"os_name", is(os.sysname)},
       {"os_version", is(os.release)},
       {"otp_version", like("CAF/.+")},
       {"up_time", within(0, 600)},
       {"num_clients", is(3)},
       {"active_plugins", names({"emqx_delayed_publish", "emqx_management", "emqx_prometheus", "emqx_recon",
                                 "emqx_retainer", "emqx_rule_engine", "emqx_sasl"})},
       {"active_modules",
        names({"emqx_mod_delayed", "emqx_mod_topic_metrics", "emqx_mod_acl_internal", "emqx_mod_presence"})},
       {"messages_received", is(2)},
       {"messages_sent", at_least(1)}});
  return {gives("/telemetry/status", status),
          gives("/telemetry/data", data),
          done("PUT", "/telemetry/status", R"({"enabled":false})"),
          refuses("PUT", "/telemetry/status", 102, R"({"enabled":true})"),
          refuses("PUT", "/telemetry/status", 107, "{}"),
          refuses("PUT", "/telemetry/status", 108, R"({"enabled":1})", 400),
          gives("/telemetry/status", status)};
}

} // namespace

promises access_promises(contract_world& w) {
  promises out = plugin_promises(w);
  for (auto& p : telemetry_promises())
    out.push_back(std::move(p));
  const auto add = [&out](promises more) { std::move(more.begin(), more.end(), std::back_inserter(out)); };
  add(simple_user_promises("clientid", "exitsted"));
  add(simple_user_promises("username", "existed"));
  add({switched("emqx_auth_mnesia", "load")});
  add(login_promises("/auth_user"));
  add(login_promises("/mqtt_user"));
  add(acl_promises("/emqx_acl"));
  add(acl_promises("/mqtt_acl"));
  add(subject_rule_promises());
  add(sasl_promises());
  add({switched("emqx_auth_mnesia", "unload"), refuses("GET", "/auth_user", 404, "", 404),
       refuses("GET", "/emqx_acl", 404, "", 404)});
  return out;
}

} // namespace troupe::test
